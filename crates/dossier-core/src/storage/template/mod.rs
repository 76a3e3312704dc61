//! The exact texts of the templates that documents were written with.

use super::error::damaged;
use super::{Storage, Transaction, sha256};
use crate::Result;

/// A template as it was when a document was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRecord {
    pub sha256: String,
    pub id: String,
    pub version: String,
    pub text: String,
}

impl Storage {
    /// The text with this hash.
    ///
    /// # Errors
    /// It is missing or changed: the database is damaged.
    pub fn template(&self, hash: &str) -> Result<TemplateRecord> {
        let record = self.connection.prepare_cached(include_str!("by_hash.sql"))?.query_row([hash], |row| {
            Ok(TemplateRecord { sha256: row.get(0)?, id: row.get(1)?, version: row.get(2)?, text: row.get(3)? })
        })?;
        if sha256(&record.text) != record.sha256 {
            return Err(damaged(format!("随文档保存的模板 `{}` 与其校验值不符", record.id)));
        }
        Ok(record)
    }
}

impl Transaction<'_> {
    /// Keeps a text once, however many documents are written with it, and returns its hash.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep_template(&mut self, id: &str, version: &str, text: &str) -> Result<String> {
        let hash = sha256(text);
        self.connection.prepare_cached(include_str!("keep.sql"))?.execute((&hash, id, version, text))?;
        Ok(hash)
    }
}
