//! What the window asks of the program itself.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Workspace;
use crate::dossiers::{About, Completions, Licence, Name, PersonName, Start};
use crate::initials::initials;
use crate::settings::Settings;
use crate::storage::FILE_NAME;
use crate::{Code, Error, Result, files};

/// Lies beside the program's templates.
const LICENCES: &str = "licences.json";

/// The window remembers under this name that the questions of the first start were answered, be it with nothing.
const BEGUN: &str = "begun";

impl Workspace {
    /// Everything that the window needs before it shows anything.
    ///
    /// # Errors
    /// The database cannot be read; the program's templates are missing.
    pub fn start_info(&self) -> Result<Start> {
        let settings = self.settings()?;
        let preferences = self.preferences()?;
        let is_new = settings == Settings::default() && !preferences.contains_key(BEGUN);
        Ok(Start {
            version: env!("CARGO_PKG_VERSION").into(),
            data_folder: self.data_folder(),
            first_start: is_new && self.storage.is_untouched()?,
            settings,
            preferences,
            templates: self.template_infos()?,
            release_types: self.release_types()?,
            today: self.environment.now().format("%Y-%m-%d").to_string(),
        })
    }

    /// What fields are completed with: people and departments of the settings, and who is responsible for a release.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn completions(&self) -> Result<Completions> {
        let settings = self.settings()?;
        let mut seen = BTreeSet::new();
        let mut people = Vec::new();
        let known = settings.people.into_iter().map(|person| (person.name, person.department));
        let owners = self.storage.owners()?.into_iter().map(|name| (name, String::new()));
        let user = Some((settings.user.name, settings.user.department));
        for (name, department) in known.chain(user).chain(owners) {
            if !name.is_empty() && seen.insert(name.clone()) {
                people.push(PersonName { initials: initials(&name), name, department });
            }
        }
        let departments = settings.departments.into_iter().map(|name| Name { initials: initials(&name), name });
        Ok(Completions { people, departments: departments.collect() })
    }

    /// What the program is, where its data lie, and whose work is part of it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn about(&self) -> Result<About> {
        let counts = self.storage.dossier_counts()?;
        Ok(About {
            version: env!("CARGO_PKG_VERSION").into(),
            data_folder: self.data_folder(),
            data_bytes: self.data_bytes(),
            releases: counts.all,
            documents: self.storage.count_documents()?,
            licences: self.licences()?,
        })
    }

    /// What the window remembers.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn preferences(&self) -> Result<Map<String, Value>> {
        self.storage.preferences()
    }

    /// Remembers what is mentioned and forgets what is null.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn save_preferences(&mut self, changes: &Map<String, Value>) -> Result<()> {
        self.storage.put_preferences(changes)
    }

    fn data_folder(&self) -> String {
        self.folder.as_deref().map(files::display).unwrap_or_default()
    }

    /// The database with what has not been merged into it yet.
    fn data_bytes(&self) -> u64 {
        let Some(folder) = &self.folder else { return 0 };
        let names = [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")];
        names.iter().filter_map(|name| folder.join(name).metadata().ok()).map(|about| about.len()).sum()
    }

    fn licences(&self) -> Result<Vec<Licence>> {
        let file = self.environment.resources()?.fonts.with_file_name(LICENCES);
        // A program that runs from its source has none beside it.
        if !file.exists() {
            return Ok(Vec::new());
        }
        serde_json::from_str(&files::read_text(&file, files::JSON_LIMIT)?).map_err(|_| {
            Error::new(Code::Installation, format!("`{}` 读不出来", files::display(&file))).hint("请重新安装本程序")
        })
    }
}
