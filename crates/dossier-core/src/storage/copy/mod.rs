//! Controlled copies: who holds which, and what has come back (分发回收记录).

use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

use super::{RevisionId, RevisionRecord, Storage, Transaction};
use crate::{Code, Error, Result};

/// One controlled copy on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CopyId(pub(super) i64);

/// A copy and what became of it. Dates are local.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRecord {
    pub id: CopyId,
    pub revision: RevisionId,
    /// 分发号; counts on for each document, whatever the revision.
    pub copy_number: u32,
    pub department: String,
    pub holder: String,
    pub issued_on: String,
    pub issued_by: String,
    /// 签收
    pub received_on: Option<String>,
    pub received_by: Option<String>,
    pub returned_on: Option<String>,
    pub returned_note: Option<String>,
}

impl CopyId {
    /// From what a window or a terminal names it by.
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub fn number(self) -> i64 {
        self.0
    }
}

impl Storage {
    /// One copy.
    ///
    /// # Errors
    /// There is none.
    pub fn copy(&self, id: CopyId) -> Result<CopyRecord> {
        let mut statement = self.connection.prepare_cached(include_str!("by_id.sql"))?;
        let found = statement.query_row([id.0], read).optional()?;
        found.ok_or_else(|| Error::new(Code::NotFound, format!("没有分发记录 {}", id.0)))
    }

    /// The copies of a revision by their numbers.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn copies_of(&self, revision: RevisionId) -> Result<Vec<CopyRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_revision.sql"))?;
        Ok(statement.query_map([revision.0], read)?.collect::<Result<_, _>>()?)
    }

    /// All copies.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn copies(&self) -> Result<Vec<CopyRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("all.sql"))?;
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Gives out a copy under the next 分发号 of its document.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn insert_copy(&mut self, of: &RevisionRecord, department: &str, holder: &str, on: &str) -> Result<CopyId> {
        let row = (of.id.0, of.document.0, department, holder, on, self.actor());
        self.connection.prepare_cached(include_str!("insert.sql"))?.execute(row)?;
        self.changes.documents.insert(of.document);
        Ok(CopyId(self.connection.last_insert_rowid()))
    }

    /// 签收
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn receive_copy(&mut self, id: CopyId, on: &str, by: &str) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("UPDATE copies SET received_on = ?2, received_by = ?3 WHERE id = ?1")?;
        statement.execute((id.0, on, by))?;
        Ok(())
    }

    /// 回收, with what was found: returned, destroyed, lost.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn return_copy(&mut self, id: CopyId, on: &str, note: &str) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("UPDATE copies SET returned_on = ?2, returned_note = ?3 WHERE id = ?1")?;
        statement.execute((id.0, on, note))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<CopyRecord> {
    Ok(CopyRecord {
        id: CopyId(row.get(0)?),
        revision: RevisionId(row.get(1)?),
        copy_number: row.get(2)?,
        department: row.get(3)?,
        holder: row.get(4)?,
        issued_on: row.get(5)?,
        issued_by: row.get(6)?,
        received_on: row.get(7)?,
        received_by: row.get(8)?,
        returned_on: row.get(9)?,
        returned_note: row.get(10)?,
    })
}
