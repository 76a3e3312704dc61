//! Texts that cannot be read as their field's kind: nothing that was typed is lost.

use std::collections::BTreeMap;

use super::{DocumentId, Storage, Transaction};
use crate::Result;

impl Storage {
    /// What was typed into a document and cannot be read, by path.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unfit(&self, id: DocumentId) -> Result<BTreeMap<String, String>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_document.sql"))?;
        let rows = statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Stores what cannot be read, and nothing else; tells whether anything changed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_unfit(&mut self, id: DocumentId, unfit: &BTreeMap<String, String>) -> Result<bool> {
        let before = self.storage.unfit(id)?;
        if before == *unfit {
            return Ok(false);
        }
        let mut remove = self.connection.prepare_cached(include_str!("remove.sql"))?;
        for path in before.keys().filter(|path| !unfit.contains_key(*path)) {
            remove.execute((id.0, path))?;
        }
        let mut put = self.connection.prepare_cached(include_str!("put.sql"))?;
        for (path, text) in unfit.iter().filter(|(path, text)| before.get(*path) != Some(*text)) {
            put.execute((id.0, path, text))?;
        }
        drop((remove, put));
        self.changes.documents.insert(id);
        Ok(true)
    }
}
