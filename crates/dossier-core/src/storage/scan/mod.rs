//! Scans of signed paper, byte for byte, and which page of which paper each of their pages shows.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{MAIN_DB, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::error::damaged;
use super::{DocumentId, RevisionId, SignoffId, Storage, Transaction, sha256};
use crate::{Code, Error, Result};

/// Scans are read in pieces of this size where nobody needs them whole.
const PIECE: usize = 1 << 20;

/// One file from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ScanId(pub(super) i64);

/// A stored scan without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRecord {
    pub id: ScanId,
    pub sha256: String,
    /// Name of the file as it came.
    pub name: String,
    /// `pdf`, `jpeg` …
    pub kind: String,
    pub size: u64,
    pub pages: usize,
    /// UTC
    pub received_at: String,
    pub received_by: String,
}

/// How a page found its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Filing {
    /// By the code printed on it.
    Code,
    Hand,
    /// It waits to be filed by hand.
    Unread,
    /// Somebody said that it belongs nowhere: an empty back side.
    Ignored,
}

/// One page of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanPage {
    pub scan: ScanId,
    /// From 1.
    pub page: usize,
    pub revision: Option<RevisionId>,
    /// Page of the paper that it shows.
    pub paper_page: Option<usize>,
    /// Degrees clockwise that bring it upright.
    pub turned: u16,
    pub how: Filing,
    pub note: String,
}

impl ScanId {
    /// From what a window or a terminal names it by.
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub fn number(self) -> i64 {
        self.0
    }
}

impl FromSql for Filing {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "code" => Ok(Self::Code),
            "hand" => Ok(Self::Hand),
            "unread" => Ok(Self::Unread),
            "ignored" => Ok(Self::Ignored),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

impl ToSql for Filing {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let name = match self {
            Self::Code => "code",
            Self::Hand => "hand",
            Self::Unread => "unread",
            Self::Ignored => "ignored",
        };
        Ok(name.into())
    }
}

impl Storage {
    /// One scan.
    ///
    /// # Errors
    /// There is none.
    pub fn scan(&self, id: ScanId) -> Result<ScanRecord> {
        let mut statement = self.connection.prepare_cached(include_str!("by_id.sql"))?;
        let found = statement.query_row([id.0], read_scan).optional()?;
        found.ok_or_else(|| Error::new(Code::NotFound, format!("没有扫描件 {}", id.0)))
    }

    /// A scan by the hash of its bytes.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn scan_by_hash(&self, hash: &str) -> Result<Option<ScanRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("by_hash.sql"))?;
        Ok(statement.query_row([hash], read_scan).optional()?)
    }

    /// The scans whose hash begins with these lower-case hexadecimal digits, two at most.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn scans_beginning(&self, digits: &str) -> Result<Vec<ScanRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("by_beginning.sql"))?;
        Ok(statement.query_map([digits], read_scan)?.collect::<Result<_, _>>()?)
    }

    /// The scans that hold pages of a document, and how many of them found their place by their codes.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn scans_of_document(&self, document: DocumentId) -> Result<Vec<(ScanRecord, usize)>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_document.sql"))?;
        let rows = statement
            .query_map([document.0], |row| Ok((read_scan(row)?, row.get::<_, i64>(8)?.unsigned_abs() as usize)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The bytes of a scan as they came.
    ///
    /// # Errors
    /// They are not what came: the database is damaged.
    pub fn scan_bytes(&self, id: ScanId) -> Result<Vec<u8>> {
        let record = self.scan(id)?;
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM scans WHERE id = ?1")?;
        let bytes: Vec<u8> = statement.query_row([id.0], |row| row.get(0))?;
        if sha256(&bytes) != record.sha256 {
            return Err(damaged(format!("扫描件“{}”与其校验值不符", record.name)));
        }
        Ok(bytes)
    }

    /// Reads what is stored of a scan from its first to its last byte, for who compares the hash himself. However large
    /// it is, only a piece of it is in memory.
    ///
    /// # Errors
    /// There is none of this id; what `each` returns.
    pub(crate) fn each_piece_of_scan(&self, id: ScanId, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let blob = self.connection.blob_open(MAIN_DB, "scans", "bytes", id.0, true)?;
        let mut piece = vec![0; PIECE.min(blob.len())];
        let mut at = 0;
        while at < blob.len() {
            let count = blob.read_at(&mut piece, at)?;
            each(&piece[..count])?;
            at += count;
        }
        Ok(())
    }

    /// All scans, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn scans(&self) -> Result<Vec<ScanRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("all.sql"))?;
        Ok(statement.query_map([], read_scan)?.collect::<Result<_, _>>()?)
    }

    /// The pages of a scan in their order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn pages_of(&self, scan: ScanId) -> Result<Vec<ScanPage>> {
        let mut statement = self.connection.prepare_cached(include_str!("pages_of_scan.sql"))?;
        Ok(statement.query_map([scan.0], read_page)?.collect::<Result<_, _>>()?)
    }

    /// The scanned pages of a revision, sorted by the pages of its paper.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn scan_pages_of(&self, revision: RevisionId) -> Result<Vec<ScanPage>> {
        let mut statement = self.connection.prepare_cached(include_str!("pages_of_revision.sql"))?;
        Ok(statement.query_map([revision.0], read_page)?.collect::<Result<_, _>>()?)
    }

    /// Pages that wait to be filed by hand.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn waiting_pages(&self) -> Result<Vec<ScanPage>> {
        let mut statement = self.connection.prepare_cached(include_str!("waiting.sql"))?;
        Ok(statement.query_map([], read_page)?.collect::<Result<_, _>>()?)
    }

    /// Whether a scanned page shows the ink of a recorded signature.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn shows_signature(&self, scan: ScanId, page: usize) -> Result<bool> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM signoff_scans WHERE scan_id = ?1 AND page = ?2)")?;
        Ok(statement.query_row((scan.0, page as i64), |row| row.get(0))?)
    }

    /// The scanned pages that show the ink of a signature.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn scans_of_signoff(&self, signoff: SignoffId) -> Result<Vec<(ScanId, usize)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT scan_id, page FROM signoff_scans WHERE signoff_id = ?1 ORDER BY scan_id, page")?;
        let rows = statement
            .query_map([signoff.0], |row| Ok((ScanId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs() as usize)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Keeps a scan byte for byte.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn insert_scan(&mut self, name: &str, kind: &str, pages: usize, bytes: &[u8]) -> Result<ScanId> {
        let row = (sha256(bytes), name, kind, bytes.len() as i64, pages as i64, bytes, self.now(), self.actor());
        self.connection.prepare_cached(include_str!("insert.sql"))?.execute(row)?;
        Ok(ScanId(self.connection.last_insert_rowid()))
    }

    /// Files a page, or files it anew.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn file_page(&mut self, page: &ScanPage) -> Result<()> {
        let row = (
            page.scan.0,
            page.page as i64,
            page.revision.map(|revision| revision.0),
            page.paper_page.map(|page| page as i64),
            page.turned,
            page.how,
            &page.note,
            self.now(),
            self.actor(),
        );
        self.connection.prepare_cached(include_str!("file_page.sql"))?.execute(row)?;
        Ok(())
    }

    /// Says that a scanned page shows the ink of a signature.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn attach_scan(&mut self, signoff: SignoffId, scan: ScanId, page: usize) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("INSERT INTO signoff_scans VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
        statement.execute((signoff.0, scan.0, page as i64))?;
        Ok(())
    }
}

fn read_scan(row: &Row<'_>) -> rusqlite::Result<ScanRecord> {
    Ok(ScanRecord {
        id: ScanId(row.get(0)?),
        sha256: row.get(1)?,
        name: row.get(2)?,
        kind: row.get(3)?,
        size: row.get::<_, i64>(4)?.unsigned_abs(),
        pages: row.get::<_, i64>(5)?.unsigned_abs() as usize,
        received_at: row.get(6)?,
        received_by: row.get(7)?,
    })
}

fn read_page(row: &Row<'_>) -> rusqlite::Result<ScanPage> {
    Ok(ScanPage {
        scan: ScanId(row.get(0)?),
        page: row.get::<_, i64>(1)?.unsigned_abs() as usize,
        revision: row.get::<_, Option<i64>>(2)?.map(RevisionId),
        paper_page: row.get::<_, Option<i64>>(3)?.map(|page| page.unsigned_abs() as usize),
        turned: row.get(4)?,
        how: row.get(5)?,
        note: row.get(6)?,
    })
}
