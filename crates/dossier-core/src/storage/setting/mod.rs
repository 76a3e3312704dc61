//! Settings of the data folder, one row a group.

use rusqlite::OptionalExtension;
use serde_json::{Map, Value};

use super::error::damaged;
use super::{Storage, Transaction, canonical};
use crate::Result;

impl Storage {
    /// All groups of settings that were ever set.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn setting_groups(&self) -> Result<Map<String, Value>> {
        let mut statement = self.connection.prepare_cached(include_str!("all.sql"))?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (key, value) = row?;
            let value = serde_json::from_str(&value).map_err(|_| damaged(format!("设置 `{key}` 已损坏")))?;
            Ok((key, value))
        })
        .collect()
    }
}

impl Storage {
    /// One group of settings, as it was set.
    ///
    /// # Errors
    /// The database cannot be read, or is damaged.
    pub fn setting_group(&self, key: &str) -> Result<Option<Value>> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM settings WHERE key = ?1")?;
        let value: Option<String> = statement.query_row([key], |row| row.get(0)).optional()?;
        let read = |value: String| serde_json::from_str(&value).map_err(|_| damaged(format!("设置 `{key}` 已损坏")));
        value.map(read).transpose()
    }

    /// Who works here, where the settings say so.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn user(&self) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached(include_str!("user.sql"))?;
        let name: Option<Option<String>> = statement.query_row([], |row| row.get(0)).optional()?;
        Ok(name.flatten().filter(|name| !name.trim().is_empty()))
    }
}

impl Transaction<'_> {
    /// Stores the groups that differ from what is stored.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn put_settings(&mut self, groups: &Map<String, Value>) -> Result<()> {
        let storage = self.storage;
        let mut statement = storage.connection.prepare_cached(include_str!("put.sql"))?;
        for (key, value) in groups {
            self.changes.settings |= statement.execute((key, canonical(value)))? > 0;
        }
        Ok(())
    }
}
