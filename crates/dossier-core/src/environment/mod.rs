//! The world outside: clock, person, folders and fonts.
//!
//! Nothing else asks the platform for any of these, so that everything else gives the same answer everywhere and
//! can be tested on any day.

mod fallback;
mod resources;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, FixedOffset, Local};
use dossier_layout::{FontData, Fonts};

pub use resources::Resources;

use crate::{Code, Error, Result, files};
use fallback::Fallback;

/// Clock, person, program folders and fonts.
#[derive(Debug)]
pub struct Environment {
    clock: Clock,
    user: String,
    resources: OnceLock<Resources>,
    fonts: OnceLock<Fonts>,
    fallback: Fallback,
}

#[derive(Debug, Clone, Copy)]
enum Clock {
    System,
    Fixed(DateTime<FixedOffset>),
}

impl Environment {
    /// The machine's own clock, person and folders. The program's folders are only looked for when they are needed.
    pub fn system() -> Self {
        let user = ["USER", "USERNAME", "LOGNAME"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|name| !name.trim().is_empty()))
            .unwrap_or_default();
        Self {
            clock: Clock::System,
            user,
            resources: OnceLock::new(),
            fonts: OnceLock::new(),
            fallback: Fallback::new(fallback::platform_folders()),
        }
    }

    /// A world that stands still: always `now`, nobody's machine, no installed fonts.
    pub fn fixed(now: DateTime<FixedOffset>, resources: Resources) -> Self {
        Self {
            clock: Clock::Fixed(now),
            user: "tester".into(),
            resources: OnceLock::from(resources),
            fonts: OnceLock::new(),
            fallback: Fallback::new(Vec::new()),
        }
    }

    /// The same world with other folders of installed fonts.
    #[must_use]
    pub fn with_font_folders(self, folders: Vec<PathBuf>) -> Self {
        Self { fallback: Fallback::new(folders), ..self }
    }

    /// The same world with another person at the machine.
    #[must_use]
    pub fn with_user(self, user: impl Into<String>) -> Self {
        Self { user: user.into(), ..self }
    }

    /// Local time with its offset, in whole seconds.
    pub fn now(&self) -> DateTime<FixedOffset> {
        match self.clock {
            Clock::Fixed(now) => now,
            Clock::System => system_time(),
        }
    }

    /// A stored moment (UTC) as this machine's people read it: `2026-04-15 10:00`.
    pub fn local_time(&self, stored: &str) -> String {
        self.local(stored, "%Y-%m-%d %H:%M")
    }

    /// The same to the second: `2026-04-15 10:00:07`.
    pub fn local_second(&self, stored: &str) -> String {
        self.local(stored, "%Y-%m-%d %H:%M:%S")
    }

    fn local(&self, stored: &str, format: &str) -> String {
        let Ok(moment) = DateTime::parse_from_rfc3339(stored) else { return stored.to_owned() };
        let local = match self.clock {
            Clock::System => moment.with_timezone(&Local).fixed_offset(),
            Clock::Fixed(now) => moment.with_timezone(now.offset()),
        };
        local.format(format).to_string()
    }

    /// Who is logged in at this machine; the audit log names them.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Where the data folder is unless somebody says otherwise.
    ///
    /// # Errors
    /// The platform names no such folder.
    pub fn default_data_folder() -> Result<PathBuf> {
        dirs::data_local_dir().map(|folder| folder.join("Dossier")).ok_or_else(|| {
            Error::new(Code::Installation, "系统没有给出存放数据的文件夹").hint("请用 `--data` 指定数据文件夹")
        })
    }

    /// The program's own templates and fonts.
    ///
    /// # Errors
    /// They are not where they belong.
    pub fn resources(&self) -> Result<&Resources> {
        if let Some(resources) = self.resources.get() {
            return Ok(resources);
        }
        let found = Resources::find()?;
        Ok(self.resources.get_or_init(|| found))
    }

    /// The four faces of the house style, mapped and not read: only what a document uses is ever loaded.
    ///
    /// # Errors
    /// A font is missing or damaged.
    pub fn fonts(&self) -> Result<Fonts> {
        if let Some(fonts) = self.fonts.get() {
            return Ok(fonts.clone());
        }
        let folder = &self.resources()?.fonts;
        let mut roles = Vec::with_capacity(resources::FONTS.len());
        for name in resources::FONTS {
            roles.push(map_font(&folder.join(name), 0)?);
        }
        let roles: [FontData; 4] = roles.try_into().ok().expect("there are four roles");
        let fonts = Fonts::new(roles).map_err(|error| {
            let name = resources::FONTS.get(error.face.0).copied().unwrap_or_default();
            let path = files::display(&folder.join(name));
            Error::new(Code::Installation, format!("字体文件 `{path}` 已损坏")).hint("请重新安装本程序")
        })?;
        Ok(self.fonts.get_or_init(|| fonts).clone())
    }

    /// The file of a bundled font by its name, for programs that show the paper themselves; no other file.
    pub fn font_file(&self, name: &str) -> Option<Vec<u8>> {
        let known = resources::FONTS.iter().find(|known| **known == name)?;
        files::map(&self.resources().ok()?.fonts.join(known)).ok().map(|map| map.to_vec())
    }

    /// Installed fonts that have the characters which the program's own lack: as few as needed, in an order that
    /// depends on the installed files alone. To be asked only when something is missing: it opens every font.
    pub fn fallback_fonts(&self, missing: &[char]) -> Vec<FontData> {
        self.fallback.fonts_for(missing)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
fn system_time() -> DateTime<FixedOffset> {
    let now = Local::now().fixed_offset();
    DateTime::from_timestamp(now.timestamp(), 0).map_or(now, |whole| whole.with_timezone(now.offset()))
}

fn map_font(path: &Path, index: u32) -> Result<FontData> {
    let map = files::map(path).map_err(|error| {
        Error::new(Code::Installation, error.message).hint("程序自带的字体不完整，请重新安装本程序")
    })?;
    Ok(FontData { bytes: Arc::new(map), index })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_moment_reads_as_local_time() {
        let now = DateTime::parse_from_rfc3339("2026-04-15T07:30:00+08:00").unwrap();
        let environment = Environment::fixed(now, Resources { templates: "t".into(), fonts: "f".into() });
        assert_eq!(environment.local_time("2026-04-14T23:30:00Z"), "2026-04-15 07:30");
        assert_eq!(environment.local_time("soon"), "soon");
    }
}
