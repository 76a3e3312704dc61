//! The database of a data folder: one SQLite file, `dossier.db`.
//!
//! Reading is by methods of [`Storage`]; writing only within [`Storage::transact`], which also writes the audit
//! log. Each noun has its queries in `.sql` files beside it.

mod audit;
pub mod backup;
mod copy;
mod document;
mod dossier;
mod error;
mod exchange;
mod hash;
mod lease;
mod migrations;
mod number;
mod open;
mod package;
mod paper;
mod preference;
mod release;
mod revision;
mod scan;
mod search;
mod setting;
mod signoff;
mod step;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, TransactionBehavior};
use serde_json::{Map, Value};

pub use audit::{AuditEntry, AuditFault, AuditHead};
pub use copy::{CopyId, CopyRecord};
pub use document::{
    DocumentId, DocumentLine, DocumentRecord, DocumentSummary, Filter, NewDocument, Standing, Status, Summary,
};
pub use dossier::{Counts, DossierFilter, DossierLine, DossierRecord, Facets};
pub use exchange::{
    HandoverEnd, HandoverRecord, Installation, QuarantineRecord, ReceivedPackage, SecondVersion, SecondVersionEnd,
};
pub use hash::{Hasher, canonical, sha256};
pub use lease::{LeaseRecord, LeasedNumber, LeasedState};
pub use number::{NumberRecord, Series};
pub use package::GivenNumber;
pub use paper::PrintRecord;
pub use release::{Fact, Facts, ReleaseId, ReleaseRecord};
pub use revision::{FilingPlace, Move, NewRevision, RevisionId, RevisionRecord, RevisionState};
pub use scan::{Filing, ScanId, ScanPage, ScanRecord};
pub use signoff::{How, Opinion, Signoff, SignoffId, SignoffRecord};
pub use step::Step;
pub use template::TemplateRecord;

use crate::Result;

/// Name of the database within the data folder.
pub const FILE_NAME: &str = "dossier.db";
/// Name of the folder of copies within the data folder.
pub const BACKUPS: &str = "backups";

/// An open database.
#[derive(Debug)]
pub struct Storage {
    connection: Connection,
    dossiers: dossier::Kept,
}

/// Who does what, and when.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    pub at: DateTime<FixedOffset>,
    pub actor: &'a str,
    /// Such as `document.fill`.
    pub action: &'a str,
}

/// What a transaction changed: what a window has to draw again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Number of the entry in the audit log; none where nothing changed.
    pub audit: Option<i64>,
    pub documents: BTreeSet<DocumentId>,
    pub releases: BTreeSet<ReleaseId>,
    pub settings: bool,
}

/// The only way to write. Reads see what has been written so far.
#[derive(Debug)]
pub struct Transaction<'a> {
    storage: &'a Storage,
    act: Act<'a>,
    /// Who does it: the person that the settings name, else the one who is logged in.
    actor: String,
    subject: String,
    detail: Map<String, Value>,
    changes: Changes,
}

impl Storage {
    /// How long a writer waits for another one before it gives up.
    pub fn set_patience(&self, patience: Duration) -> Result<()> {
        Ok(self.connection.busy_timeout(patience)?)
    }

    /// Whether nothing has ever been written.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_untouched(&self) -> Result<bool> {
        Ok(self.connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM audit)", [], |row| row.get(0))?)
    }

    /// Runs `body` as one transaction and records it in the audit log. Either everything is stored or nothing: a
    /// body that fails leaves no trace, and one that changes nothing leaves no entry.
    ///
    /// # Errors
    /// What `body` returns; another process holds the database; the disk is full.
    pub fn transact<T>(
        &mut self,
        act: Act<'_>,
        body: impl FnOnce(&mut Transaction<'_>) -> Result<T>,
    ) -> Result<(T, Changes)> {
        self.attempt(act, body).map_err(|error| error::placed(error, self.connection.path()))
    }

    fn attempt<T>(&self, act: Act<'_>, body: impl FnOnce(&mut Transaction<'_>) -> Result<T>) -> Result<(T, Changes)> {
        // Immediate: who waits, waits before reading, so that nothing is decided on what is about to change.
        let guard = rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let before = self.connection.total_changes();
        let actor = self.user()?.unwrap_or_else(|| act.actor.to_owned());
        let mut transaction = Transaction {
            storage: self,
            act,
            actor,
            subject: String::new(),
            detail: Map::new(),
            changes: Changes::default(),
        };
        let output = body(&mut transaction)?;
        if self.connection.total_changes() == before {
            guard.rollback()?;
            return Ok((output, Changes::default()));
        }
        transaction.changes.audit = Some(transaction.append_audit()?);
        let changes = transaction.changes;
        guard.commit()?;
        Ok((output, changes))
    }
}

impl Transaction<'_> {
    /// What this is about, for the audit log: such as `D0001`.
    pub fn subject(&mut self, subject: impl ToString) {
        self.subject = subject.to_string();
    }

    /// One thing more for the audit log.
    pub fn detail(&mut self, key: &str, value: impl Into<Value>) {
        self.detail.insert(key.into(), value.into());
    }

    /// Who does it.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The local date of the transaction: `2026-03-11`.
    pub fn today(&self) -> String {
        self.act.at.format("%Y-%m-%d").to_string()
    }

    /// The moment of the transaction in UTC, as it is stored.
    fn now(&self) -> String {
        stored_time(self.act.at)
    }
}

impl Deref for Transaction<'_> {
    type Target = Storage;

    fn deref(&self) -> &Storage {
        self.storage
    }
}

/// UTC to the second: sorts as text.
fn stored_time(at: DateTime<FixedOffset>) -> String {
    at.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
