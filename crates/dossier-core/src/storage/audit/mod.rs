//! The audit log: append-only, each entry chained to the one before.

use rusqlite::{OptionalExtension, Row};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Storage, Transaction, canonical, sha256};
use crate::Result;

/// What the first entry is chained to.
const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One write, told once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    /// From 1, without gaps.
    pub seq: i64,
    /// Local time with its offset.
    pub at: String,
    pub actor: String,
    /// Such as `document.fill`.
    pub action: String,
    /// Such as `D0001`; empty for the data folder as a whole.
    pub subject: String,
    pub detail: Value,
    /// Hash of the entry before.
    pub prev: String,
    /// SHA-256 over the canonical JSON of everything else.
    pub hash: String,
}

/// Where the log is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFault {
    /// An entry is missing before this one.
    Gap { seq: i64 },
    /// The entry is chained to another one than that before it.
    Chain { seq: i64 },
    /// The entry is not what its hash says.
    Content { seq: i64 },
}

impl AuditEntry {
    fn digest(&self) -> String {
        sha256(canonical(&json!({
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "detail": self.detail,
            "prev": self.prev,
        })))
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<(Self, String)> {
        let entry = Self {
            seq: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            detail: Value::Null,
            prev: row.get(6)?,
            hash: row.get(7)?,
        };
        Ok((entry, row.get(5)?))
    }
}

impl Storage {
    /// The entries about one subject, or all, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn audit(&self, subject: Option<&str>) -> Result<Vec<AuditEntry>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_subject.sql"))?;
        let rows = statement.query_map([subject], AuditEntry::read)?;
        rows.map(|row| {
            let (entry, detail) = row?;
            // What cannot be read as JSON is kept as a text: the chain then tells that it was tampered with.
            let detail = serde_json::from_str(&detail).unwrap_or(Value::String(detail));
            Ok(AuditEntry { detail, ..entry })
        })
        .collect()
    }

    /// Number of the last entry: it grows with everything that is written.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn sequence(&self) -> Result<i64> {
        let mut statement = self.connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM audit")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Follows the chain from the first entry and tells every place where it is broken.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn verify_audit(&self) -> Result<Vec<AuditFault>> {
        let mut faults = Vec::new();
        let mut prev = START.to_owned();
        for (entry, expected) in self.audit(None)?.into_iter().zip(1..) {
            let seq = entry.seq;
            if seq != expected && faults.is_empty() {
                faults.push(AuditFault::Gap { seq });
            }
            if entry.prev != prev {
                faults.push(AuditFault::Chain { seq });
            }
            if entry.digest() != entry.hash {
                faults.push(AuditFault::Content { seq });
            }
            prev = entry.hash;
        }
        Ok(faults)
    }
}

impl Transaction<'_> {
    pub(super) fn append_audit(&self) -> Result<i64> {
        let head = self.connection.prepare_cached(include_str!("head.sql"))?;
        let head = { head }.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (last, prev): (i64, String) = head.unwrap_or((0, START.to_owned()));
        let mut entry = AuditEntry {
            seq: last + 1,
            at: self.act.at.to_rfc3339(),
            actor: self.actor.clone(),
            action: self.act.action.to_owned(),
            subject: self.subject.clone(),
            detail: Value::Object(self.detail.clone()),
            prev,
            hash: String::new(),
        };
        entry.hash = entry.digest();
        self.connection.prepare_cached(include_str!("append.sql"))?.execute((
            entry.seq,
            &entry.at,
            &entry.actor,
            &entry.action,
            &entry.subject,
            canonical(&entry.detail),
            &entry.prev,
            &entry.hash,
        ))?;
        Ok(entry.seq)
    }
}
