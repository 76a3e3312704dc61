//! Releases, and the facts that their documents share.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::damaged;
use super::{DocumentId, Storage, Transaction, canonical, sha256};
use crate::{Code, Error, Result};

/// A release within its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReleaseId(pub(super) i64);

/// One version of one product on its way to its users.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseRecord {
    pub id: ReleaseId,
    /// What people call it; unique.
    pub name: String,
    pub facts: Facts,
    pub created_at: String,
}

/// What the documents of a release share, by key such as `release.product_name`.
pub type Facts = BTreeMap<String, Fact>;

/// A value that was typed once for all documents of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub value: Value,
    /// The document in which it was typed; none where the release was begun with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{:04}", self.0)
    }
}

impl FromStr for ReleaseId {
    type Err = Error;

    /// `R0001`, `r1`, `1`.
    fn from_str(text: &str) -> Result<Self> {
        let digits = text.trim().strip_prefix(['R', 'r']).unwrap_or(text.trim());
        digits.parse().map(Self).map_err(|_| {
            Error::new(Code::NotFound, format!("没有发布 `{text}`"))
                .hint("发布的编号形如 `R0001`，可用 `dossier release list` 查看")
        })
    }
}

impl Storage {
    /// One release with its facts.
    ///
    /// # Errors
    /// There is none, or its facts are not what was stored.
    pub fn release(&self, id: ReleaseId) -> Result<ReleaseRecord> {
        let found = self
            .connection
            .prepare_cached(include_str!("by_id.sql"))?
            .query_row([id.0], |row| {
                let record = ReleaseRecord {
                    id: ReleaseId(row.get(0)?),
                    name: row.get(1)?,
                    facts: Facts::new(),
                    created_at: row.get(4)?,
                };
                Ok((record, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
            })
            .optional()?;
        let (record, facts, hash) = found.ok_or_else(|| Error::new(Code::NotFound, format!("没有发布 `{id}`")))?;
        let changed = || damaged(format!("发布 `{}` 的共享内容与其校验值不符", record.name));
        if sha256(&facts) != hash {
            return Err(changed());
        }
        let facts = serde_json::from_str(&facts).map_err(|_| changed())?;
        Ok(ReleaseRecord { facts, ..record })
    }

    /// The release of this name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn release_named(&self, name: &str) -> Result<Option<ReleaseId>> {
        let mut statement = self.connection.prepare_cached(include_str!("by_name.sql"))?;
        Ok(statement.query_row([name.trim()], |row| row.get(0).map(ReleaseId)).optional()?)
    }
}

impl Transaction<'_> {
    /// The release of this name, made where there is none yet.
    ///
    /// # Errors
    /// The name is empty, or the database cannot be written.
    pub fn release_or_new(&mut self, name: &str) -> Result<ReleaseId> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::new(Code::BadRequest, "发布的名称是空的").hint("请给出名称，例如产品和版本"));
        }
        if let Some(id) = self.release_named(name)? {
            return Ok(id);
        }
        let now = self.now();
        self.connection.prepare_cached(include_str!("insert.sql"))?.execute((name, "{}", sha256("{}"), now))?;
        let id = ReleaseId(self.connection.last_insert_rowid());
        self.changes.releases.insert(id);
        Ok(id)
    }

    /// Gives a release another name.
    ///
    /// # Errors
    /// Another one has it, or the database cannot be written.
    pub fn rename_release(&mut self, id: ReleaseId, name: &str) -> Result<()> {
        if self.connection.prepare_cached(include_str!("set_name.sql"))?.execute((id.0, name))? > 0 {
            self.changes.releases.insert(id);
        }
        Ok(())
    }

    /// Deletes a release without documents.
    ///
    /// # Errors
    /// It still has documents, or the database cannot be written.
    pub fn delete_release(&mut self, id: ReleaseId) -> Result<()> {
        self.connection.prepare_cached(include_str!("../dossier/unindex.sql"))?.execute([id.0])?;
        self.connection.prepare_cached(include_str!("delete.sql"))?.execute([id.0])?;
        self.changes.releases.insert(id);
        Ok(())
    }

    /// Stores the facts of a release; tells whether they changed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_facts(&mut self, id: ReleaseId, facts: &Facts) -> Result<bool> {
        let text = canonical(&serde_json::to_value(facts).expect("facts are JSON"));
        let hash = sha256(&text);
        let changed = self.connection.prepare_cached(include_str!("set_facts.sql"))?.execute((id.0, text, hash))? > 0;
        if changed {
            self.changes.releases.insert(id);
        }
        Ok(changed)
    }
}
