//! What is exchanged with other installations: who this one is, drafts that are out, states that wait for a choice, and
//! what contradicts what is here.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row};

use super::{DocumentId, Storage, Transaction};
use crate::Result;

/// One data folder among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// 32 hexadecimal digits.
    pub uid: String,
    /// What people call it: who works there.
    pub name: String,
}

/// A package that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedPackage {
    pub uid: String,
    pub digest: String,
    /// `draft`, `submit`, `release`, `lease`
    pub purpose: String,
    /// uid of the installation that sent it.
    pub sender: String,
    pub sender_name: String,
    /// UTC
    pub received_at: String,
    pub received_by: String,
}

/// A draft that somebody else writes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverRecord {
    pub document: DocumentId,
    /// uid of the package that it left in.
    pub package: String,
    pub recipient: String,
    /// Whether it left to be submitted.
    pub submit: bool,
    /// Of what was handed over.
    pub digest: String,
    /// UTC
    pub at: String,
    pub by: String,
}

/// What ends a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoverEnd {
    Back,
    TakenBack,
}

/// A state of a document that waits beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondVersion {
    pub id: i64,
    pub document: DocumentId,
    pub package: String,
    pub sender: String,
    /// UTC
    pub received_at: String,
    pub digest: String,
    /// What came, as JSON.
    pub draft: String,
}

/// What becomes of a state that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondVersionEnd {
    Chosen,
    /// A later package holds all of it.
    Overtaken,
}

/// A revision that contradicts what is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRecord {
    pub number: String,
    pub revision: String,
    pub sha256: String,
    pub why: String,
    pub sender: String,
    pub package: String,
    /// UTC
    pub received_at: String,
    /// The whole record as it came, as JSON.
    pub record: String,
}

impl Storage {
    /// Who this is; none before anything was exchanged.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn installation(&self) -> Result<Option<Installation>> {
        let mut statement = self.connection.prepare_cached("SELECT uid, name FROM installation")?;
        let read = |row: &Row<'_>| Ok(Installation { uid: row.get(0)?, name: row.get(1)? });
        Ok(statement.query_row([], read).optional()?)
    }

    /// Others that packages came from, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn partners(&self) -> Result<Vec<Installation>> {
        let mut statement = self.connection.prepare_cached("SELECT uid, name FROM partners ORDER BY name, uid")?;
        let rows = statement.query_map([], |row| Ok(Installation { uid: row.get(0)?, name: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A package that came in before.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn received_package(&self, uid: &str) -> Result<Option<ReceivedPackage>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT uid, digest, purpose, sender, sender_name, received_at, received_by FROM packages WHERE uid = ?1",
        )?;
        let read = |row: &Row<'_>| {
            Ok(ReceivedPackage {
                uid: row.get(0)?,
                digest: row.get(1)?,
                purpose: row.get(2)?,
                sender: row.get(3)?,
                sender_name: row.get(4)?,
                received_at: row.get(5)?,
                received_by: row.get(6)?,
            })
        };
        Ok(statement.query_row([uid], read).optional()?)
    }

    /// How many packages came in.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count_packages(&self) -> Result<usize> {
        let count: i64 = self.connection.query_row("SELECT count(*) FROM packages", [], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Digest of a document when it was exchanged last; none where it never was, or went a way of its own since.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn exchanged_digest(&self, document: DocumentId) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT digest FROM exchanged WHERE document_id = ?1")?;
        Ok(statement.query_row([document.0], |row| row.get(0)).optional()?.flatten())
    }

    /// The packages whose state of a document is part of what stands here.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn exchanged_states(&self, document: DocumentId) -> Result<BTreeSet<String>> {
        let mut statement =
            self.connection.prepare_cached("SELECT package FROM exchanged_states WHERE document_id = ?1")?;
        Ok(statement.query_map([document.0], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Who writes on a document now, where it is somebody else.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn handed_over(&self, document: DocumentId) -> Result<Option<HandoverRecord>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT document_id, package, recipient, purpose, digest, at, by FROM handovers
            WHERE document_id = ?1 AND state = 'out'",
        )?;
        Ok(statement.query_row([document.0], read_handover).optional()?)
    }

    /// All drafts that are out, longest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn handovers(&self) -> Result<Vec<HandoverRecord>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT document_id, package, recipient, purpose, digest, at, by FROM handovers
            WHERE state = 'out' ORDER BY id",
        )?;
        Ok(statement.query_map([], read_handover)?.collect::<Result<_, _>>()?)
    }

    /// States that wait for a choice, of one document or of all, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn second_versions(&self, document: Option<DocumentId>) -> Result<Vec<SecondVersion>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, document_id, package, sender, received_at, digest, draft FROM second_versions
            WHERE state = 'waiting' AND (?1 IS NULL OR document_id = ?1) ORDER BY id",
        )?;
        let rows = statement.query_map([document.map(|document| document.0)], |row| {
            Ok(SecondVersion {
                id: row.get(0)?,
                document: DocumentId(row.get(1)?),
                package: row.get(2)?,
                sender: row.get(3)?,
                received_at: row.get(4)?,
                digest: row.get(5)?,
                draft: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everything in quarantine, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn quarantine(&self) -> Result<Vec<QuarantineRecord>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT number, revision, sha256, why, sender, package, received_at, record FROM quarantine ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(QuarantineRecord {
                number: row.get(0)?,
                revision: row.get(1)?,
                sha256: row.get(2)?,
                why: row.get(3)?,
                sender: row.get(4)?,
                package: row.get(5)?,
                received_at: row.get(6)?,
                record: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Who this is; made where nobody has asked before.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn installation_or_new(&mut self) -> Result<Installation> {
        let name = self.actor().to_owned();
        self.connection
            .prepare_cached(
                "INSERT INTO installation VALUES (1, lower(hex(randomblob(16))), ?1)
                ON CONFLICT (only_one) DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
            )?
            .execute([name])?;
        Ok(self.installation()?.expect("it was made just now"))
    }

    /// A name for a package that no other one has.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn fresh_uid(&self) -> Result<String> {
        Ok(self.connection.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?)
    }

    /// Remembers an installation that a package came from.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn meet_partner(&mut self, partner: &Installation) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO partners VALUES (?1, ?2)
                ON CONFLICT (uid) DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
            )?
            .execute((&partner.uid, &partner.name))?;
        Ok(())
    }

    /// Remembers a package that came in.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn receive_package(&mut self, uid: &str, digest: &str, purpose: &str, sender: &Installation) -> Result<()> {
        let row = (uid, digest, purpose, &sender.uid, &sender.name, self.now(), self.actor());
        self.connection
            .prepare_cached("INSERT INTO packages VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")?
            .execute(row)?;
        Ok(())
    }

    /// Says what a document is now that it was exchanged, and which packages are part of that.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_exchanged(
        &mut self,
        document: DocumentId,
        digest: Option<&str>,
        states: &BTreeSet<String>,
    ) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO exchanged VALUES (?1, ?2)
                ON CONFLICT (document_id) DO UPDATE SET digest = excluded.digest WHERE digest IS NOT excluded.digest",
            )?
            .execute((document.0, digest))?;
        if self.exchanged_states(document)? == *states {
            return Ok(());
        }
        self.connection.prepare_cached("DELETE FROM exchanged_states WHERE document_id = ?1")?.execute([document.0])?;
        let mut statement = self.connection.prepare_cached("INSERT INTO exchanged_states VALUES (?1, ?2)")?;
        for state in states {
            statement.execute((document.0, state))?;
        }
        Ok(())
    }

    /// Hands a draft over: from now on it is read-only here.
    ///
    /// # Errors
    /// It is out already; the database cannot be written.
    pub fn hand_over(
        &mut self,
        document: DocumentId,
        package: &str,
        recipient: &str,
        submit: bool,
        digest: &str,
    ) -> Result<()> {
        let purpose = if submit { "submit" } else { "draft" };
        let row = (document.0, package, recipient, purpose, digest, self.now(), self.actor());
        self.connection
            .prepare_cached(
                "INSERT INTO handovers (document_id, package, recipient, purpose, digest, at, by, state)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'out')",
            )?
            .execute(row)?;
        self.changes.documents.insert(document);
        Ok(())
    }

    /// Ends the handover of a draft, if it is out.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end_handover(&mut self, document: DocumentId, end: HandoverEnd) -> Result<()> {
        let state = match end {
            HandoverEnd::Back => "back",
            HandoverEnd::TakenBack => "taken_back",
        };
        let ended = self
            .connection
            .prepare_cached("UPDATE handovers SET state = ?2, closed_at = ?3 WHERE document_id = ?1 AND state = 'out'")?
            .execute((document.0, state, self.now()))?;
        if ended > 0 {
            self.changes.documents.insert(document);
        }
        Ok(())
    }

    /// Keeps a state of a document beside it; one of the same package once. Tells whether it is new.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep_second_version(
        &mut self,
        document: DocumentId,
        package: &str,
        sender: &str,
        digest: &str,
        draft: &str,
    ) -> Result<bool> {
        let row = (document.0, package, sender, self.now(), digest, draft);
        let count = self
            .connection
            .prepare_cached(
                "INSERT INTO second_versions (document_id, package, sender, received_at, digest, draft, state)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting') ON CONFLICT DO NOTHING",
            )?
            .execute(row)?;
        self.changes.documents.insert(document);
        Ok(count > 0)
    }

    /// Says what became of a state that waited.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end_second_version(&mut self, second: &SecondVersion, end: SecondVersionEnd) -> Result<()> {
        let state = match end {
            SecondVersionEnd::Chosen => "chosen",
            SecondVersionEnd::Overtaken => "overtaken",
        };
        self.connection
            .prepare_cached("UPDATE second_versions SET state = ?2, closed_at = ?3 WHERE id = ?1")?
            .execute((second.id, state, self.now()))?;
        self.changes.documents.insert(second.document);
        Ok(())
    }

    /// Puts a revision into quarantine, once. Tells whether it is new there. `received_at` does not count.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn put_into_quarantine(&mut self, record: &QuarantineRecord) -> Result<bool> {
        let row = (
            &record.number,
            &record.revision,
            &record.sha256,
            &record.why,
            &record.sender,
            &record.package,
            self.now(),
            &record.record,
        );
        let count = self
            .connection
            .prepare_cached(
                "INSERT INTO quarantine (number, revision, sha256, why, sender, package, received_at, record)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?
            .execute(row)?;
        Ok(count > 0)
    }
}

fn read_handover(row: &Row<'_>) -> rusqlite::Result<HandoverRecord> {
    Ok(HandoverRecord {
        document: DocumentId(row.get(0)?),
        package: row.get(1)?,
        recipient: row.get(2)?,
        submit: row.get::<_, String>(3)? == "submit",
        digest: row.get(4)?,
        at: row.get(5)?,
        by: row.get(6)?,
    })
}
