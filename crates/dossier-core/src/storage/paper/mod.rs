//! Papers of revisions as they were given out, and when they were printed.

use rusqlite::OptionalExtension;

use super::{RevisionId, Storage, Transaction, sha256};
use crate::Result;
use crate::storage::error::damaged;

/// One printing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintRecord {
    pub kind: String,
    pub sha256: String,
    /// Local date.
    pub printed_on: String,
    /// UTC
    pub at: String,
    pub by: String,
}

impl Storage {
    /// A paper that was given out before, byte for byte.
    ///
    /// # Errors
    /// It is not what was given out: the database is damaged.
    pub fn paper(&self, revision: RevisionId, kind: &str) -> Result<Option<Vec<u8>>> {
        let mut statement =
            self.connection.prepare_cached("SELECT bytes, sha256 FROM papers WHERE revision_id = ?1 AND kind = ?2")?;
        let found: Option<(Vec<u8>, String)> =
            statement.query_row((revision.0, kind), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match found {
            Some((bytes, hash)) if sha256(&bytes) != hash => Err(damaged("保存的纸面文件与其校验值不符")),
            found => Ok(found.map(|(bytes, _)| bytes)),
        }
    }

    /// The printings of a revision, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn prints_of(&self, revision: RevisionId) -> Result<Vec<PrintRecord>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT kind, sha256, printed_on, at, by FROM prints WHERE revision_id = ?1 ORDER BY id")?;
        let rows = statement.query_map([revision.0], |row| {
            Ok(PrintRecord {
                kind: row.get(0)?,
                sha256: row.get(1)?,
                printed_on: row.get(2)?,
                at: row.get(3)?,
                by: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Keeps a paper, once.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep_paper(&mut self, revision: RevisionId, kind: &str, bytes: &[u8]) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("INSERT INTO papers VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?;
        statement.execute((revision.0, kind, sha256(bytes), bytes))?;
        Ok(())
    }

    /// Records a printing.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn record_print(&mut self, revision: RevisionId, kind: &str, hash: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO prints (revision_id, kind, sha256, printed_on, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        statement.execute((revision.0, kind, hash, self.today(), self.now(), self.actor()))?;
        Ok(())
    }
}
