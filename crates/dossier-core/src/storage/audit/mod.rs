//! The audit log: append-only, each entry chained to the one before.

use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Storage, Transaction, canonical, sha256};
use crate::Result;

/// What the first entry is chained to.
const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One write, told once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

/// The last entry of the log: what paper, backups and packages carry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    pub seq: i64,
    pub hash: String,
}

/// Digits of an entry's hash that paper carries.
const ANCHOR_DIGITS: usize = 12;

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

impl AuditHead {
    /// Before the first entry.
    pub fn start() -> Self {
        Self { seq: 0, hash: START.to_owned() }
    }

    /// As paper carries it: `128-9C41D2E07A55`.
    pub fn anchor(&self) -> String {
        format!("{}-{}", self.seq, self.hash[..ANCHOR_DIGITS].to_uppercase())
    }
}

impl AuditFault {
    /// The entry at which it shows.
    pub const fn seq(self) -> i64 {
        match self {
            Self::Gap { seq } | Self::Chain { seq } | Self::Content { seq } => seq,
        }
    }
}

impl AuditEntry {
    /// Whether the entry is what its hash says.
    pub fn is_intact(&self) -> bool {
        self.digest() == self.hash
    }

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
            Ok(AuditEntry { detail: read_detail(detail), ..entry })
        })
        .collect()
    }

    /// One entry by its number, none where there is no such entry.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn audit_entry(&self, seq: i64) -> Result<Option<AuditEntry>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_seq.sql"))?;
        let row = statement.query_row([seq], AuditEntry::read).optional()?;
        Ok(row.map(|(entry, detail)| AuditEntry { detail: read_detail(detail), ..entry }))
    }

    /// Walks through all entries, oldest first and one at a time: together they may be larger than memory.
    ///
    /// # Errors
    /// The database cannot be read; what `each` returns.
    pub fn each_entry(&self, mut each: impl FnMut(AuditEntry) -> Result<()>) -> Result<()> {
        let mut statement = self.connection.prepare_cached(include_str!("after.sql"))?;
        let mut rows = statement.query([0])?;
        while let Some(row) = rows.next()? {
            let (entry, detail) = AuditEntry::read(row)?;
            each(AuditEntry { detail: read_detail(detail), ..entry })?;
        }
        Ok(())
    }

    /// Number of the last entry: it grows with everything that is written.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn sequence(&self) -> Result<i64> {
        let mut statement = self.connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM audit")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The last entry; before the first one, number 0.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn audit_head(&self) -> Result<AuditHead> {
        let mut statement = self.connection.prepare_cached(include_str!("head.sql"))?;
        let head = statement.query_row([], |row| Ok(AuditHead { seq: row.get(0)?, hash: row.get(1)? })).optional()?;
        Ok(head.unwrap_or(AuditHead { seq: 0, hash: START.to_owned() }))
    }

    /// Hash of an entry, none where there is no such entry.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn audit_hash(&self, seq: i64) -> Result<Option<String>> {
        if seq == 0 {
            return Ok(Some(START.to_owned()));
        }
        let mut statement = self.connection.prepare_cached("SELECT hash FROM audit WHERE seq = ?1")?;
        Ok(statement.query_row([seq], |row| row.get(0)).optional()?)
    }

    /// Follows the chain from the first entry and tells every place where it is broken.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn verify_audit(&self) -> Result<Vec<AuditFault>> {
        self.verify_audit_after(&AuditHead { seq: 0, hash: START.to_owned() })
    }

    /// Follows the chain from an entry that was found to be right.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn verify_audit_after(&self, head: &AuditHead) -> Result<Vec<AuditFault>> {
        let mut faults = Vec::new();
        let mut prev = head.hash.clone();
        let mut expected = head.seq;
        let mut statement = self.connection.prepare_cached(include_str!("after.sql"))?;
        for row in statement.query_map([head.seq], AuditEntry::read)? {
            let (entry, detail) = row?;
            let entry = AuditEntry { detail: read_detail(detail), ..entry };
            expected += 1;
            let seq = entry.seq;
            if seq != expected {
                faults.push(AuditFault::Gap { seq });
                expected = seq;
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
        let AuditHead { seq: last, hash: prev } = self.audit_head()?;
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

/// What cannot be read as JSON is kept as a text: the chain then tells that it was tampered with.
fn read_detail(detail: String) -> Value {
    serde_json::from_str(&detail).unwrap_or(Value::String(detail))
}
