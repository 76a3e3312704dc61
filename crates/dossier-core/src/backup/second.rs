//! The second folder: a stick or a share that gets a copy each day.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta};

use super::keep::Recent;
use super::state::{Second, State};
use super::{Backups, names_in, thin};
use crate::storage::backup::{Folder, inspect_copy};
use crate::storage::sha256;
use crate::{Result, files};

/// Where nothing new was made, the folder is looked for no more often than this.
const LOOKED_FOR: TimeDelta = TimeDelta::minutes(10);

impl Backups<'_> {
    /// Brings the newest copy to the second folder where one is named and there, checks it there, and thins what lies
    /// there to one a day. What stands in the way is remembered for [`Backups::status`].
    ///
    /// # Errors
    /// The database cannot be read; the folder of copies beside it cannot be written.
    pub fn bring_to_second(&self, new: bool) -> Result<()> {
        let now = self.environment.now();
        let folder = self.second_folder()?;
        let known = State::read(&self.folder()).second;
        if folder.is_empty() {
            return if known.is_some() { self.remember_second(None) } else { Ok(()) };
        }
        let known = known.filter(|known| known.folder == folder);
        let recently = |known: &Second| {
            DateTime::parse_from_rfc3339(&known.tried).is_ok_and(|tried| (now - tried).abs() < LOOKED_FOR)
        };
        if !new && known.as_ref().is_some_and(recently) {
            return Ok(());
        }
        let good = self.names().into_iter().find(|(name, _)| !name.suspect);
        let last = self.last(&State::read(&self.folder())).filter(|(name, _)| !name.suspect);
        let Some((name, path)) = last.or(good) else { return Ok(()) };
        let mut second = known.unwrap_or_else(|| Second {
            place: PathBuf::from(&folder).join(self.place()),
            folder: folder.clone(),
            since: now.to_rfc3339(),
            reached: None,
            tried: String::new(),
            trouble: None,
        });
        second.tried = now.to_rfc3339();
        // A stick that is not there is nothing to complain of: people are reminded after a week.
        if Path::new(&folder).is_dir() {
            let brought = Folder::enter(&second.place).and_then(|there| {
                if !names_in(there.path()).iter().any(|(known, path)| *known == name && inspect_copy(path).is_ok()) {
                    there.remove(&name)?;
                    there.fetch(&path, &name)?;
                }
                thin(&there, self.now(), Recent::SECOND);
                Ok(())
            });
            match brought {
                Ok(()) => {
                    second.reached = Some(now.to_rfc3339());
                    second.trouble = None;
                }
                Err(error) => {
                    second.trouble =
                        Some([Some(error.message), error.hint].into_iter().flatten().collect::<Vec<_>>().join("。"));
                }
            }
        }
        // A disk that takes no note of it takes no copies either, which is told.
        let _ = self.remember_second(Some(second));
        Ok(())
    }

    fn remember_second(&self, second: Option<Second>) -> Result<()> {
        let folder = Folder::enter(&self.folder())?;
        // Read again: a copy may have been made meanwhile.
        let mut state = State::read(folder.path());
        state.second = second;
        state.write(&folder)
    }

    /// What the settings say; empty where they name none.
    pub(super) fn second_folder(&self) -> Result<String> {
        let sql = "SELECT value ->> '$.second_folder' FROM settings WHERE key = 'backup'";
        let live = self.live()?;
        let mut statement = live.prepare(sql)?;
        let mut rows = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
        Ok(rows.next().transpose()?.flatten().unwrap_or_default())
    }

    /// Where the copies of this data folder lie in the second one: several machines may share it, and nobody thins the
    /// copies of others. A folder that was copied to a colleague's machine is another one there.
    pub(super) fn place(&self) -> String {
        let data = std::fs::canonicalize(&self.data).unwrap_or_else(|_| self.data.clone());
        let first = "SELECT hash FROM audit WHERE seq = 1";
        let first = self.live().and_then(|live| Ok(live.query_row(first, [], |row| row.get::<_, String>(0))?));
        let whole = [&first.unwrap_or_default(), self.environment.user(), &files::display(&data)].join("\n");
        format!("dossier-{}", &sha256(whole)[..8])
    }
}

/// Whether two folders lie on one disk, as far as the system tells.
#[cfg(unix)]
pub(super) fn on_one_disk(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let disk = |path: &Path| path.metadata().ok().map(|about| about.dev());
    disk(one).is_some() && disk(one) == disk(other)
}

#[cfg(not(unix))]
pub(super) fn on_one_disk(one: &Path, other: &Path) -> bool {
    use std::path::Component;
    let disk = |path: &Path| match path.components().next() {
        Some(Component::Prefix(prefix)) => Some(prefix.as_os_str().to_ascii_uppercase()),
        _ => None,
    };
    disk(one).is_some() && disk(one) == disk(other)
}
