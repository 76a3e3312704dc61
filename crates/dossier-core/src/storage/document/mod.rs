//! Documents: content with its hash, and the index that finds them.

use std::fmt;
use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::damaged;
use super::search::{index_text, match_expression};
use super::{ReleaseId, Storage, Transaction, canonical, sha256};
use crate::{Code, Error, Result};

/// What people type to name a document: `D0001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub(super) i64);

/// Where a document stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Draft,
    InReview,
    Approved,
    Controlled,
    Obsolete,
}

/// A stored document. What it holds is what was stored: its hash has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentRecord {
    pub id: DocumentId,
    /// Hash of the template's text.
    pub template: String,
    pub template_id: String,
    pub release: Option<ReleaseId>,
    pub status: Status,
    pub year: i32,
    pub title: String,
    /// Its own values; those that it takes from its release are not among them.
    pub content: Map<String, Value>,
    pub content_sha256: String,
    /// UTC
    pub created_at: String,
    /// UTC
    pub updated_at: String,
    /// Official; none before the first submission.
    pub number: Option<String>,
    /// The revision that the content is, or is to become.
    pub revision: Option<String>,
    /// What the next revision changes.
    pub change_note: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentSummary {
    pub id: DocumentId,
    pub template: String,
    pub title: String,
    pub status: Status,
    pub year: i32,
    pub release: Option<String>,
    /// UTC
    pub created_at: String,
    /// UTC
    pub updated_at: String,
}

/// Which documents to list; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub template: Option<String>,
    pub status: Option<Status>,
    pub year: Option<i32>,
    /// Words that all occur, in any order.
    pub query: Option<String>,
    /// No more than so many.
    pub limit: Option<usize>,
}

/// What the list of dossiers tells of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLine {
    pub id: DocumentId,
    pub template: String,
    pub title: String,
    pub status: Status,
    /// Compulsory fields that are empty.
    pub missing: usize,
    /// Rows of a plan table.
    pub rows: Option<usize>,
    /// Whether it holds anything that concerns its release alone.
    pub begun: bool,
    /// Steps of approval signed, and all of them; none for a draft.
    pub steps: Option<(usize, usize)>,
    /// The revision that is 受控.
    pub in_force: Option<String>,
    /// The revision that it stands for; of a draft the one that it is to become, once there was one before.
    pub revision: Option<String>,
}

/// What the list tells of a document beyond its status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Compulsory fields that are empty.
    pub missing: usize,
    /// Rows of a plan table.
    pub rows: Option<usize>,
    /// Whether it holds anything that concerns its release alone.
    pub begun: bool,
}

/// Where a document stands from now on.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub status: Status,
    pub number: Option<&'a str>,
    pub revision: Option<&'a str>,
    pub change_note: &'a str,
}

/// An empty draft to be.
#[derive(Debug, Clone, Copy)]
pub struct NewDocument<'a> {
    /// Hash of a kept template.
    pub template: &'a str,
    pub template_id: &'a str,
    pub release: Option<ReleaseId>,
    pub year: i32,
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "D{:04}", self.0)
    }
}

impl FromStr for DocumentId {
    type Err = Error;

    /// `D0001`, `d1`; the digits may go without leading zeros.
    fn from_str(text: &str) -> Result<Self> {
        text.trim()
            .strip_prefix(['D', 'd'])
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or_else(|| {
                Error::new(Code::NotFound, format!("没有文档 `{text}`"))
                    .hint("文档编号形如 `D0001`，可用 `dossier list` 查看")
            })
    }
}

impl Serialize for DocumentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DocumentId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Status {
    /// In the order of a document's life.
    pub const ALL: [Self; 5] = [Self::Draft, Self::InReview, Self::Approved, Self::Controlled, Self::Obsolete];

    /// As stored, and as programs know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Controlled => "controlled",
            Self::Obsolete => "obsolete",
        }
    }

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::InReview => "审批中",
            Self::Approved => "已批准",
            Self::Controlled => "受控",
            Self::Obsolete => "作废",
        }
    }
}

impl FromStr for Status {
    type Err = Error;

    /// By either name.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|status| text == status.name() || text == status.label()).ok_or_else(|| {
            let known: Vec<String> = Self::ALL.iter().map(|s| format!("`{}`（{}）", s.name(), s.label())).collect();
            Error::new(Code::BadRequest, format!("没有状态 `{text}`")).hint(format!("可用的状态：{}", known.join("、")))
        })
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|status| status.name() == name).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Status {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl Storage {
    /// One document.
    ///
    /// # Errors
    /// There is none, or its content is not what was stored.
    pub fn document(&self, id: DocumentId) -> Result<DocumentRecord> {
        let found =
            self.connection.prepare_cached(include_str!("by_id.sql"))?.query_row([id.0], read_document).optional()?;
        let (record, text) = found.ok_or_else(|| {
            Error::new(Code::NotFound, format!("没有文档 `{id}`")).hint("可用 `dossier list` 查看已有的文档")
        })?;
        let changed = || damaged(format!("文档 `{id}` 的内容与其校验值不符"));
        if sha256(&text) != record.content_sha256 {
            return Err(changed());
        }
        let content = serde_json::from_str(&text).map_err(|_| changed())?;
        Ok(DocumentRecord { content, ..record })
    }

    /// The documents of a release, in the order in which they were begun.
    ///
    /// # Errors
    /// One of them is not what was stored.
    pub fn documents_of(&self, release: ReleaseId) -> Result<Vec<DocumentRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_release.sql"))?;
        let ids: Vec<i64> = statement.query_map([release.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
        ids.into_iter().map(|id| self.document(DocumentId(id))).collect()
    }

    /// The documents that fit, last changed first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn list(&self, filter: &Filter) -> Result<Vec<DocumentSummary>> {
        let query = filter.query.as_deref().and_then(match_expression);
        let limit = filter.limit.map_or(-1, |limit| limit as i64);
        let read = |row: &Row<'_>| {
            Ok(DocumentSummary {
                id: DocumentId(row.get(0)?),
                template: row.get(1)?,
                status: row.get(2)?,
                year: row.get(3)?,
                title: row.get(4)?,
                release: row.get(5)?,
                created_at: row.get(6)?,
                updated_at: row.get(7)?,
            })
        };
        let by = (&filter.template, filter.status, filter.year, limit);
        let documents = match query {
            None => {
                self.connection.prepare_cached(include_str!("list.sql"))?.query_map(by, read)?.collect::<Result<_, _>>()
            }
            Some(query) => {
                let by = (by.0, by.1, by.2, by.3, query);
                let mut statement = self.connection.prepare_cached(include_str!("search.sql"))?;
                statement.query_map(by, read)?.collect::<Result<_, _>>()
            }
        };
        Ok(documents?)
    }

    /// How many documents there are.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count_documents(&self) -> Result<usize> {
        let count: i64 = self.connection.query_row("SELECT count(*) FROM documents", [], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// What the list of dossiers tells of the documents of a release.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn lines_of(&self, release: ReleaseId) -> Result<Vec<DocumentLine>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_dossier.sql"))?;
        let rows = statement.query_map([release.0], |row| {
            Ok(DocumentLine {
                id: DocumentId(row.get(0)?),
                template: row.get(1)?,
                title: row.get(2)?,
                status: row.get(3)?,
                missing: row.get::<_, i64>(4)?.unsigned_abs() as usize,
                rows: row.get::<_, Option<i64>>(5)?.map(|rows| rows.unsigned_abs() as usize),
                begun: row.get(6)?,
                steps: row
                    .get::<_, Option<i64>>(7)?
                    .zip(row.get::<_, Option<i64>>(8)?)
                    .map(|(signed, all)| (signed.unsigned_abs() as usize, all.unsigned_abs() as usize)),
                in_force: row.get(9)?,
                revision: row.get(10)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Documents of which the list does not know what to tell yet: written by an earlier version of the program.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn documents_to_sum_up(&self) -> Result<Vec<DocumentId>> {
        let mut statement = self.connection.prepare_cached(include_str!("to_sum_up.sql"))?;
        Ok(statement.query_map([], |row| row.get(0).map(DocumentId))?.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Begins an empty draft.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn insert_document(&mut self, new: NewDocument<'_>) -> Result<DocumentId> {
        let release = new.release.map(|release| release.0);
        self.connection.prepare_cached(include_str!("insert.sql"))?.execute((
            new.template,
            new.template_id,
            release,
            new.year,
            sha256("{}"),
            self.now(),
            self.actor(),
        ))?;
        let id = DocumentId(self.connection.last_insert_rowid());
        self.changes.documents.insert(id);
        Ok(id)
    }

    /// Stores the content of a document; tells whether it changed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_content(&mut self, id: DocumentId, title: &str, content: &Map<String, Value>) -> Result<bool> {
        let text = canonical(&Value::Object(content.clone()));
        let hash = sha256(&text);
        let row = (id.0, title, text, hash, self.now(), self.actor());
        let place = self.place(id)?;
        let changed = self.connection.prepare_cached(include_str!("set_content.sql"))?.execute(row)? > 0;
        if changed {
            // The document has moved to the end of the index, where what changed last is found first.
            self.connection.prepare_cached("DELETE FROM document_search WHERE rowid = ?1")?.execute([place])?;
            self.changes.documents.insert(id);
        }
        Ok(changed)
    }

    /// Says that a document was worked on although its values are the same.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn touch(&mut self, id: DocumentId) -> Result<()> {
        self.connection.prepare_cached(include_str!("touch.sql"))?.execute((id.0, self.now(), self.actor()))?;
        self.changes.documents.insert(id);
        Ok(())
    }

    /// Renames a document whose release has got another product or version: nobody has worked on the document itself.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_title(&mut self, id: DocumentId, title: &str) -> Result<()> {
        if self.connection.prepare_cached(include_str!("set_title.sql"))?.execute((id.0, title))? > 0 {
            self.changes.documents.insert(id);
        }
        Ok(())
    }

    /// Stores what the list tells of a document.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn sum_up(&mut self, id: DocumentId, summary: Summary) -> Result<()> {
        let row = (id.0, summary.missing as i64, summary.rows.map(|rows| rows as i64), summary.begun);
        if self.connection.prepare_cached(include_str!("sum_up.sql"))?.execute(row)? > 0 {
            self.changes.documents.insert(id);
        }
        Ok(())
    }

    /// Moves a document on in its life: its status, and what it is called officially.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_standing(&mut self, id: DocumentId, standing: Standing<'_>) -> Result<()> {
        let row = (id.0, standing.status, standing.number, standing.revision, standing.change_note);
        self.connection.prepare_cached(include_str!("set_standing.sql"))?.execute(row)?;
        self.touch(id)
    }

    /// What the list tells of a document's approval: steps signed and all of them, and the revision in force.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_progress(
        &mut self,
        id: DocumentId,
        steps: Option<(usize, usize)>,
        in_force: Option<&str>,
    ) -> Result<()> {
        let (signed, all) = (steps.map(|(signed, _)| signed as i64), steps.map(|(_, all)| all as i64));
        self.connection.prepare_cached(include_str!("set_progress.sql"))?.execute((id.0, signed, all, in_force))?;
        self.changes.documents.insert(id);
        Ok(())
    }

    /// Deletes a document. Its number is never given again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn delete_document(&mut self, id: DocumentId) -> Result<()> {
        self.connection.prepare_cached(include_str!("unindex.sql"))?.execute([id.0])?;
        self.connection.prepare_cached(include_str!("delete.sql"))?.execute([id.0])?;
        self.changes.documents.insert(id);
        Ok(())
    }

    fn place(&self, id: DocumentId) -> Result<Option<i64>> {
        let mut statement = self.connection.prepare_cached("SELECT place FROM documents WHERE id = ?1")?;
        Ok(statement.query_row([id.0], |row| row.get(0)).optional()?.flatten())
    }

    /// Makes a document findable by this text, and by no other.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn index_document(&mut self, id: DocumentId, text: &str) -> Result<()> {
        self.connection.prepare_cached(include_str!("unindex.sql"))?.execute([id.0])?;
        self.connection.prepare_cached(include_str!("index.sql"))?.execute((id.0, index_text(text)))?;
        Ok(())
    }
}

fn read_document(row: &Row<'_>) -> rusqlite::Result<(DocumentRecord, String)> {
    let record = DocumentRecord {
        id: DocumentId(row.get(0)?),
        template: row.get(1)?,
        template_id: row.get(2)?,
        release: row.get::<_, Option<i64>>(3)?.map(ReleaseId),
        status: row.get(4)?,
        year: row.get(5)?,
        title: row.get(6)?,
        content: Map::new(),
        content_sha256: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        number: row.get(11)?,
        revision: row.get(12)?,
        change_note: row.get(13)?,
    };
    Ok((record, row.get(7)?))
}
