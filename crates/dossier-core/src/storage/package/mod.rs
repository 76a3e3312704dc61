//! Records that leave in packages and come back: told apart across machines by their `uid`, and stored again with the
//! times and names that they had.

use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::{
    CopyRecord, DocumentId, PrintRecord, ReleaseId, RevisionId, RevisionRecord, ScanId, ScanRecord, Signoff, SignoffId,
    Storage, Transaction, sha256,
};
use crate::Result;

/// A number with the series that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenNumber {
    /// `REL-APP-{year}-{seq:03}`
    pub series: String,
    pub year: i32,
    pub seq: u32,
    pub number: String,
    pub template_id: String,
    /// UTC
    pub given_at: String,
    pub given_by: String,
    /// When, by whom and why it was given up.
    pub void: Option<(String, String, String)>,
}

impl DocumentId {
    /// Of a record that was never stored here.
    pub(crate) const fn none() -> Self {
        Self(0)
    }
}

impl RevisionId {
    /// Of a record that was never stored here.
    pub(crate) const fn none() -> Self {
        Self(0)
    }
}

impl Storage {
    /// What tells a document apart from those of other machines.
    ///
    /// # Errors
    /// There is no such document.
    pub fn document_uid(&self, id: DocumentId) -> Result<String> {
        let mut statement = self.connection.prepare_cached("SELECT uid FROM documents WHERE id = ?1")?;
        Ok(statement.query_row([id.0], |row| row.get(0))?)
    }

    /// The document that is told apart by this.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn document_by_uid(&self, uid: &str) -> Result<Option<DocumentId>> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM documents WHERE uid = ?1")?;
        Ok(statement.query_row([uid], |row| row.get(0).map(DocumentId)).optional()?)
    }

    /// What tells a release apart from those of other machines.
    ///
    /// # Errors
    /// There is no such release.
    pub fn release_uid(&self, id: ReleaseId) -> Result<String> {
        let mut statement = self.connection.prepare_cached("SELECT uid FROM releases WHERE id = ?1")?;
        Ok(statement.query_row([id.0], |row| row.get(0))?)
    }

    /// The release that is told apart by this.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn release_by_uid(&self, uid: &str) -> Result<Option<ReleaseId>> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM releases WHERE uid = ?1")?;
        Ok(statement.query_row([uid], |row| row.get(0).map(ReleaseId)).optional()?)
    }

    /// A number that was given, with its series.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn given_number(&self, number: &str) -> Result<Option<GivenNumber>> {
        let mut statement = self.connection.prepare_cached(include_str!("number.sql"))?;
        Ok(statement.query_row([number], read_number).optional()?)
    }

    /// The running numbers of a series that were given, in their order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn numbers_of_series(&self, series: &str, year: i32) -> Result<Vec<u32>> {
        let mut statement =
            self.connection.prepare_cached("SELECT seq FROM numbers WHERE series = ?1 AND year = ?2 ORDER BY seq")?;
        Ok(statement.query_map((series, year), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The papers of a revision that were given out: what decides how each looks, and its hash.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn papers_of(&self, revision: RevisionId) -> Result<Vec<(String, String)>> {
        let mut statement =
            self.connection.prepare_cached("SELECT kind, sha256 FROM papers WHERE revision_id = ?1 ORDER BY kind")?;
        Ok(statement.query_map([revision.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Reads within one moment: whatever is written meanwhile is not seen.
    ///
    /// # Errors
    /// What `body` returns; the database cannot be read.
    pub fn at_one_moment<T>(&self, body: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let moment = self.connection.unchecked_transaction()?;
        let output = body(self)?;
        moment.rollback()?;
        Ok(output)
    }
}

impl Transaction<'_> {
    /// A release from elsewhere, without facts.
    ///
    /// # Errors
    /// There is one of this name; the database cannot be written.
    pub fn restore_release(&mut self, uid: &str, name: &str) -> Result<ReleaseId> {
        let id = self.release_or_new(name)?;
        self.connection.prepare_cached("UPDATE releases SET uid = ?2 WHERE id = ?1")?.execute((id.0, uid))?;
        Ok(id)
    }

    /// Says by what a document that was just begun is told apart.
    ///
    /// # Errors
    /// Another one has it; the database cannot be written.
    pub fn set_document_uid(&mut self, id: DocumentId, uid: &str) -> Result<()> {
        self.connection.prepare_cached("UPDATE documents SET uid = ?2 WHERE id = ?1")?.execute((id.0, uid))?;
        Ok(())
    }

    /// A number that was given elsewhere.
    ///
    /// # Errors
    /// It was given here too; the database cannot be written.
    pub fn restore_number(&mut self, given: &GivenNumber, to: DocumentId) -> Result<()> {
        let void = given.void.as_ref();
        self.connection.prepare_cached(include_str!("restore_number.sql"))?.execute((
            &given.series,
            given.year,
            given.seq,
            &given.number,
            &given.template_id,
            to.0,
            &given.given_at,
            &given.given_by,
            void.map(|void| &void.0),
            void.map(|void| &void.1),
            void.map(|void| &void.2),
        ))?;
        Ok(())
    }

    /// A frozen revision as it stood elsewhere. Its `id` and `document` are those of there and do not count.
    ///
    /// # Errors
    /// There is one of its name; the database cannot be written.
    pub fn restore_revision(&mut self, document: DocumentId, record: &RevisionRecord) -> Result<RevisionId> {
        self.connection.prepare_cached(include_str!("restore_revision.sql"))?.execute(rusqlite::params![
            record.uid,
            document.0,
            record.ordinal,
            record.number,
            record.revision,
            record.state,
            record.frozen,
            sha256(&record.frozen),
            record.change_note,
            record.pages as i64,
            record.submitted_at,
            record.submitted_by,
            record.anchor,
            record.moved_at,
            record.moved_by,
            record.reason,
            record.effective_on,
            record.obsolete_on,
            record.successor,
        ])?;
        self.changes.documents.insert(document);
        Ok(RevisionId(self.connection.last_insert_rowid()))
    }

    /// A signature as it was recorded elsewhere: when (UTC) and by whom.
    ///
    /// # Errors
    /// The step is signed already; the database cannot be written.
    pub fn restore_signoff(
        &mut self,
        revision: RevisionId,
        signoff: &Signoff,
        (recorded_at, recorded_by): (&str, &str),
        corrections: &[(String, String, String)],
    ) -> Result<SignoffId> {
        let id = self.put_signoff(revision, signoff, (recorded_at, recorded_by))?;
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO corrections (signoff_id, text, at, by) VALUES (?1, ?2, ?3, ?4)")?;
        for (text, at, by) in corrections {
            statement.execute((id.0, text, at, by))?;
        }
        Ok(id)
    }

    /// What was explained of a signature elsewhere: text, when (UTC), by whom.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn restore_correction(&mut self, id: SignoffId, correction: &(String, String, String)) -> Result<()> {
        let (text, at, by) = correction;
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO corrections (signoff_id, text, at, by) VALUES (?1, ?2, ?3, ?4)")?;
        statement.execute((id.0, text, at, by))?;
        Ok(())
    }

    /// Moves a revision forward to where it stands elsewhere.
    ///
    /// # Errors
    /// It is at an end already; the database cannot be written.
    pub fn advance_revision(&mut self, id: RevisionId, there: &RevisionRecord) -> Result<()> {
        self.connection.prepare_cached(include_str!("../revision/move.sql"))?.execute((
            id.0,
            there.state,
            &there.anchor,
            &there.moved_at,
            &there.moved_by,
            &there.reason,
            &there.effective_on,
            &there.obsolete_on,
            &there.successor,
        ))?;
        Ok(())
    }

    /// A printing that happened elsewhere.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn restore_print(&mut self, revision: RevisionId, print: &PrintRecord) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO prints (revision_id, kind, sha256, printed_on, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        statement.execute((revision.0, &print.kind, &print.sha256, &print.printed_on, &print.at, &print.by))?;
        Ok(())
    }

    /// A controlled copy that was given out elsewhere.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn restore_copy(&mut self, revision: RevisionId, copy: &CopyRecord) -> Result<()> {
        self.connection.prepare_cached(include_str!("restore_copy.sql"))?.execute((
            revision.0,
            copy.copy_number,
            &copy.department,
            &copy.holder,
            &copy.issued_on,
            &copy.issued_by,
            &copy.received_on,
            &copy.received_by,
            &copy.returned_on,
            &copy.returned_note,
        ))?;
        Ok(())
    }

    /// A file that was received elsewhere. Its `id` and `size` do not count. One that is here already stays as it is.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn restore_scan(&mut self, scan: &ScanRecord, bytes: &[u8]) -> Result<ScanId> {
        if let Some(known) = self.scan_by_hash(&scan.sha256)? {
            return Ok(known.id);
        }
        self.connection.prepare_cached(include_str!("../scan/insert.sql"))?.execute((
            sha256(bytes),
            &scan.name,
            &scan.kind,
            bytes.len() as i64,
            scan.pages as i64,
            bytes,
            &scan.received_at,
            &scan.received_by,
        ))?;
        Ok(ScanId(self.connection.last_insert_rowid()))
    }
}

fn read_number(row: &Row<'_>) -> rusqlite::Result<GivenNumber> {
    let void: Option<String> = row.get(7)?;
    Ok(GivenNumber {
        series: row.get(0)?,
        year: row.get(1)?,
        seq: row.get(2)?,
        number: row.get(3)?,
        template_id: row.get(4)?,
        given_at: row.get(5)?,
        given_by: row.get(6)?,
        void: void.map(|at| Ok::<_, rusqlite::Error>((at, row.get(8)?, row.get(9)?))).transpose()?,
    })
}
