//! Signatures: each step of approval as it happened, never changed afterwards.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{RevisionId, Storage, Transaction};
use crate::Result;

/// One recorded signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct SignoffId(pub(super) i64);

/// What somebody said by signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    Agree,
    Refuse,
    /// 需补充说明
    Supplement,
}

/// How somebody signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// On the printed sheet.
    Ink,
    /// At the machine: name typed, or drawn with pen or mouse.
    Machine,
}

/// A signature to be recorded, or as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signoff {
    pub chain: String,
    /// Counted from 0.
    pub step: usize,
    pub role: String,
    pub verb: String,
    pub opinion: Opinion,
    pub supplement: String,
    pub name: String,
    /// As written on the paper: `2026-03-11`.
    pub signed_on: String,
    pub how: How,
    /// Strokes, where it was drawn.
    pub ink: Option<Value>,
    /// Why one person signs twice, or the author himself.
    pub reason: String,
}

/// A stored signature.
#[derive(Debug, Clone, PartialEq)]
pub struct SignoffRecord {
    pub id: SignoffId,
    pub signoff: Signoff,
    /// UTC
    pub recorded_at: String,
    pub recorded_by: String,
    /// What was explained later: text, when (UTC), by whom.
    pub corrections: Vec<(String, String, String)>,
}

macro_rules! stored_by_name {
    ($kind:ty, $($name:literal = $value:path),+) => {
        impl FromSql for $kind {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($name => Ok($value),)+
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }

        impl ToSql for $kind {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(match self { $($value => $name,)+ }.into())
            }
        }
    };
}

stored_by_name!(Opinion, "agree" = Self::Agree, "refuse" = Self::Refuse, "supplement" = Self::Supplement);
stored_by_name!(How, "ink" = Self::Ink, "machine" = Self::Machine);

impl Storage {
    /// The signatures on a revision, in the order in which they were recorded.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn signoffs_of(&self, revision: RevisionId) -> Result<Vec<SignoffRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_revision.sql"))?;
        let rows = statement.query_map([revision.0], |row| {
            let ink: Option<String> = row.get(10)?;
            Ok(SignoffRecord {
                id: SignoffId(row.get(0)?),
                signoff: Signoff {
                    chain: row.get(1)?,
                    step: row.get::<_, i64>(2)?.unsigned_abs() as usize,
                    role: row.get(3)?,
                    verb: row.get(4)?,
                    opinion: row.get(5)?,
                    supplement: row.get(6)?,
                    name: row.get(7)?,
                    signed_on: row.get(8)?,
                    how: row.get(9)?,
                    ink: ink.and_then(|ink| serde_json::from_str(&ink).ok()),
                    reason: row.get(11)?,
                },
                recorded_at: row.get(12)?,
                recorded_by: row.get(13)?,
                corrections: Vec::new(),
            })
        })?;
        let mut records = rows.collect::<Result<Vec<_>, _>>()?;
        let mut statement = self.connection.prepare_cached(include_str!("corrections.sql"))?;
        let rows = statement
            .query_map([revision.0], |row| Ok((SignoffId(row.get(0)?), (row.get(1)?, row.get(2)?, row.get(3)?))))?;
        for row in rows {
            let (id, correction) = row?;
            if let Some(record) = records.iter_mut().find(|record| record.id == id) {
                record.corrections.push(correction);
            }
        }
        Ok(records)
    }
}

impl Transaction<'_> {
    /// Records a signature.
    ///
    /// # Errors
    /// The step is signed already; the database cannot be written.
    pub fn insert_signoff(&mut self, revision: RevisionId, signoff: &Signoff) -> Result<SignoffId> {
        self.put_signoff(revision, signoff, (&self.now(), self.actor()))
    }

    /// As it was recorded: when (UTC), and by whom.
    pub(in crate::storage) fn put_signoff(
        &self,
        revision: RevisionId,
        signoff: &Signoff,
        (at, by): (&str, &str),
    ) -> Result<SignoffId> {
        self.connection.prepare_cached(include_str!("insert.sql"))?.execute((
            revision.0,
            &signoff.chain,
            signoff.step as i64,
            &signoff.role,
            &signoff.verb,
            signoff.opinion,
            &signoff.supplement,
            &signoff.name,
            &signoff.signed_on,
            signoff.how,
            signoff.ink.as_ref().map(Value::to_string),
            &signoff.reason,
            at,
            by,
        ))?;
        Ok(SignoffId(self.connection.last_insert_rowid()))
    }

    /// Explains what was recorded wrongly.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn correct_signoff(&mut self, id: SignoffId, text: &str) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO corrections (signoff_id, text, at, by) VALUES (?1, ?2, ?3, ?4)")?;
        statement.execute((id.0, text, self.now(), self.actor()))?;
        Ok(())
    }
}
