//! Revisions: frozen states of documents, which never change again.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::{DocumentId, Status, Storage, Transaction, sha256};
use crate::{Code, Error, Result};

/// One frozen state of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RevisionId(pub(super) i64);

/// Where a revision stands in its life. 退回 and 作废 are ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RevisionState {
    InReview,
    /// Refused, to be supplemented, or called back: the work goes on as a new revision.
    Returned,
    Approved,
    Controlled,
    Obsolete,
}

/// A stored revision, as it was found: whether `frozen` is what was frozen, its hash tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRecord {
    pub id: RevisionId,
    /// Tells revisions of different machines apart.
    pub uid: String,
    pub document: DocumentId,
    /// From 1, in the order of submission.
    pub ordinal: i64,
    pub number: String,
    /// `V1.0`
    pub revision: String,
    pub state: RevisionState,
    /// Canonical JSON of everything that prints.
    pub frozen: String,
    pub sha256: String,
    pub change_note: String,
    /// Of the paper that is signed.
    pub pages: usize,
    /// UTC
    pub submitted_at: String,
    pub submitted_by: String,
    /// Head of the audit log that its pages carry.
    pub anchor: String,
    /// Of the last move, UTC.
    pub moved_at: String,
    pub moved_by: String,
    pub reason: String,
    /// Local date from which it is in force.
    pub effective_on: Option<String>,
    pub obsolete_on: Option<String>,
    /// What has taken its place: `V1.1`.
    pub successor: Option<String>,
}

/// A revision as it is offered to whoever files a page by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FilingPlace {
    pub number: String,
    pub revision: String,
    pub state: RevisionState,
    pub pages: usize,
    /// Of the document.
    pub title: String,
}

/// A revision to be.
#[derive(Debug, Clone, Copy)]
pub struct NewRevision<'a> {
    pub document: DocumentId,
    pub ordinal: i64,
    pub number: &'a str,
    pub revision: &'a str,
    pub frozen: &'a str,
    pub change_note: &'a str,
    pub anchor: &'a str,
}

/// A move of a revision and what is said with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Move<'a> {
    pub anchor: &'a str,
    pub reason: &'a str,
    pub effective_on: Option<&'a str>,
    pub obsolete_on: Option<&'a str>,
    pub successor: Option<&'a str>,
}

impl RevisionState {
    pub const ALL: [Self; 5] = [Self::InReview, Self::Returned, Self::Approved, Self::Controlled, Self::Obsolete];

    /// As stored, and as programs know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Controlled => "controlled",
            Self::Obsolete => "obsolete",
        }
    }

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::InReview => "审批中",
            Self::Returned => "已退回",
            Self::Approved => "已批准",
            Self::Controlled => "受控",
            Self::Obsolete => "作废",
        }
    }

    /// The legal moves: 审批中 → 已批准 | 已退回 | 作废, 已批准 → 受控 | 作废, 受控 → 作废.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::InReview, Self::Approved | Self::Returned | Self::Obsolete)
                | (Self::Approved, Self::Controlled | Self::Obsolete)
                | (Self::Controlled, Self::Obsolete)
        )
    }

    /// What the document is while this is its latest revision and no draft is open.
    pub const fn status(self) -> Status {
        match self {
            Self::InReview => Status::InReview,
            Self::Returned => Status::Draft,
            Self::Approved => Status::Approved,
            Self::Controlled => Status::Controlled,
            Self::Obsolete => Status::Obsolete,
        }
    }
}

impl FromSql for RevisionState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for RevisionState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl RevisionRecord {
    /// Whether the frozen text is what was frozen.
    pub fn is_intact(&self) -> bool {
        sha256(&self.frozen) == self.sha256
    }
}

impl Storage {
    /// One revision.
    ///
    /// # Errors
    /// There is none.
    pub fn revision(&self, id: RevisionId) -> Result<RevisionRecord> {
        let mut statement = self.connection.prepare_cached(include_str!("by_id.sql"))?;
        let found = statement.query_row([id.0], read).optional()?;
        found.ok_or_else(|| Error::new(Code::NotFound, "没有这个版本"))
    }

    /// The revisions of a document, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn revisions_of(&self, document: DocumentId) -> Result<Vec<RevisionRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_document.sql"))?;
        Ok(statement.query_map([document.0], read)?.collect::<Result<_, _>>()?)
    }

    /// The revision that was submitted last.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn latest_revision(&self, document: DocumentId) -> Result<Option<RevisionRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("latest.sql"))?;
        Ok(statement.query_row([document.0], read).optional()?)
    }

    /// A revision by what stands on its pages.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn revision_named(&self, number: &str, revision: &str) -> Result<Option<RevisionRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("by_number.sql"))?;
        Ok(statement.query_row([number, revision], read).optional()?)
    }

    /// The revisions of the document with this number, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn revisions_numbered(&self, number: &str) -> Result<Vec<RevisionRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_number.sql"))?;
        Ok(statement.query_map([number], read)?.collect::<Result<_, _>>()?)
    }

    /// The revisions whose hash begins with these lower-case hexadecimal digits.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn revisions_by_code(&self, digits: &str) -> Result<Vec<RevisionRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("by_code.sql"))?;
        Ok(statement.query_map([digits], read)?.collect::<Result<_, _>>()?)
    }

    /// Walks through all revisions, one at a time: together they may be larger than memory.
    ///
    /// # Errors
    /// The database cannot be read; what `each` returns.
    pub fn each_revision(&self, mut each: impl FnMut(RevisionRecord) -> Result<()>) -> Result<()> {
        let mut last = 0;
        loop {
            let mut statement = self.connection.prepare_cached(include_str!("next.sql"))?;
            let Some(record) = statement.query_row([last], read).optional()? else { return Ok(()) };
            last = record.id.0;
            each(record)?;
        }
    }

    /// Where scanned pages can be filed by hand: the revisions that were submitted last, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn filing_places(&self, most: usize) -> Result<Vec<FilingPlace>> {
        let mut statement = self.connection.prepare_cached(include_str!("places.sql"))?;
        let rows = statement.query_map([most as i64], |row| {
            Ok(FilingPlace {
                number: row.get(0)?,
                revision: row.get(1)?,
                state: row.get(2)?,
                pages: row.get::<_, i64>(3)?.unsigned_abs() as usize,
                title: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many revisions there are.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count_revisions(&self) -> Result<usize> {
        let count: i64 = self.connection.query_row("SELECT count(*) FROM revisions", [], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// A text that revisions share, by its hash; none where it is missing or is not what was kept.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn kept_text(&self, hash: &str) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT text FROM kept_texts WHERE sha256 = ?1")?;
        let text: Option<String> = statement.query_row([hash], |row| row.get(0)).optional()?;
        Ok(text.filter(|text| sha256(text) == hash))
    }
}

impl Transaction<'_> {
    /// Freezes a revision, in review.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn insert_revision(&mut self, new: NewRevision<'_>) -> Result<RevisionId> {
        self.connection.prepare_cached(include_str!("insert.sql"))?.execute((
            new.document.0,
            new.ordinal,
            new.number,
            new.revision,
            new.frozen,
            sha256(new.frozen),
            new.change_note,
            self.now(),
            self.actor(),
            new.anchor,
        ))?;
        self.changes.documents.insert(new.document);
        Ok(RevisionId(self.connection.last_insert_rowid()))
    }

    /// Moves a revision on in its life.
    ///
    /// # Errors
    /// The move is none of the legal ones; the database cannot be written.
    pub fn move_revision(&mut self, record: &RevisionRecord, next: RevisionState, with: Move<'_>) -> Result<()> {
        if !record.state.may_become(next) {
            let (from, to) = (record.state.label(), next.label());
            let name = format!("{} {}", record.number, record.revision);
            return Err(Error::new(Code::IllegalMove, format!("`{name}` 现在是“{from}”，不能变为“{to}”"))
                .hint("次序是：审批中 → 已批准 → 受控 → 作废；不同意或需补充说明时退回"));
        }
        self.connection.prepare_cached(include_str!("move.sql"))?.execute((
            record.id.0,
            next,
            with.anchor,
            self.now(),
            self.actor(),
            with.reason,
            with.effective_on,
            with.obsolete_on,
            with.successor,
        ))?;
        self.changes.documents.insert(record.document);
        Ok(())
    }

    /// The head of the audit log that the pages of a revision carry from now on.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_anchor(&mut self, id: RevisionId, anchor: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached("UPDATE revisions SET anchor = ?2 WHERE id = ?1")?;
        statement.execute((id.0, anchor))?;
        Ok(())
    }

    /// How many pages the paper has that is signed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_pages(&mut self, id: RevisionId, pages: usize) -> Result<()> {
        let mut statement = self.connection.prepare_cached("UPDATE revisions SET pages = ?2 WHERE id = ?1")?;
        statement.execute((id.0, pages as i64))?;
        Ok(())
    }

    /// Keeps a text once and returns its hash.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep_text(&mut self, text: &str) -> Result<String> {
        let hash = sha256(text);
        let mut statement =
            self.connection.prepare_cached("INSERT INTO kept_texts VALUES (?1, ?2) ON CONFLICT (sha256) DO NOTHING")?;
        statement.execute((&hash, text))?;
        Ok(hash)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<RevisionRecord> {
    Ok(RevisionRecord {
        id: RevisionId(row.get(0)?),
        uid: row.get(1)?,
        document: DocumentId(row.get(2)?),
        ordinal: row.get(3)?,
        number: row.get(4)?,
        revision: row.get(5)?,
        state: row.get(6)?,
        frozen: row.get(7)?,
        sha256: row.get(8)?,
        change_note: row.get(9)?,
        pages: row.get::<_, i64>(10)?.unsigned_abs() as usize,
        submitted_at: row.get(11)?,
        submitted_by: row.get(12)?,
        anchor: row.get(13)?,
        moved_at: row.get(14)?,
        moved_by: row.get(15)?,
        reason: row.get(16)?,
        effective_on: row.get(17)?,
        obsolete_on: row.get(18)?,
        successor: row.get(19)?,
    })
}
