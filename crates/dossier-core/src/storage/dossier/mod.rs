//! Releases as the list shows them: one row each, kept up to date by every write.

mod list;

use rusqlite::Row;

use super::search::{index_text, match_expression};
use super::{ReleaseId, Status, Storage, Transaction};
use crate::Result;

pub(super) use list::Kept;

/// What the list knows of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DossierRecord {
    pub product: String,
    pub version: String,
    pub release_type: String,
    pub owner: String,
    /// Local, as typed: `2026-03-20 15:00`.
    pub planned_at: Option<String>,
    pub year: i32,
    /// Whether the summary has been begun.
    pub summary_begun: bool,
    /// Whether nothing is left to be done.
    pub closed: bool,
    /// Of its documents.
    pub statuses: Vec<Status>,
    /// What else finds it.
    pub words: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierLine {
    pub release: ReleaseId,
    pub product: String,
    pub version: String,
    pub release_type: String,
    pub owner: String,
    pub planned_at: Option<String>,
    /// UTC
    pub updated_at: String,
    pub updated_by: String,
    /// 0 to come, 1 released, 2 closed.
    pub stage: usize,
}

/// Which dossiers are asked for; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DossierFilter<'a> {
    pub text: &'a str,
    pub product: Option<&'a str>,
    pub year: Option<i32>,
    pub release_type: Option<&'a str>,
    /// Each of them is the status of one of its documents.
    pub statuses: Vec<Status>,
    /// Whether those to come stand first, and those that are closed last.
    pub by_stage: bool,
    /// The present, local: `2026-03-11 12:31`.
    pub now: &'a str,
}

/// How many there are at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub all: usize,
    /// With a document of this status, in the order of [`Status::ALL`].
    pub by_status: [usize; 5],
    pub documents: usize,
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facets {
    pub products: Vec<String>,
    pub years: Vec<i32>,
    pub release_types: Vec<String>,
}

impl Storage {
    /// All that fit, with their stages, newest change first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn fitting_dossiers(&self, filter: &DossierFilter<'_>) -> Result<Vec<(ReleaseId, usize)>> {
        let list = self.dossiers.list(&self.connection)?;
        let hits = match_expression(filter.text).map(|words| list.hits(&self.connection, &words)).transpose()?;
        Ok(list.fitting(filter, hits.as_ref()))
    }

    /// One line of the list. None where there is no such release.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn dossier_line(&self, release: ReleaseId, now: &str) -> Result<Option<DossierLine>> {
        let mut statement = self.connection.prepare_cached(include_str!("by_release.sql"))?;
        let mut rows = statement.query_map((now, release.0), read_line)?;
        Ok(rows.next().transpose()?)
    }

    /// How many dossiers there are, whatever is asked.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn dossier_counts(&self) -> Result<Counts> {
        Ok(self.dossiers.list(&self.connection)?.counts())
    }

    /// What dossiers can be asked for by.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn dossier_facets(&self) -> Result<Facets> {
        Ok(self.dossiers.list(&self.connection)?.facets())
    }

    /// Everybody who is responsible for a release.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn owners(&self) -> Result<Vec<String>> {
        self.texts(include_str!("owners.sql"))
    }

    /// The release of a version of a product.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn release_of_version(&self, product: &str, version: &str) -> Result<Option<ReleaseId>> {
        let mut statement = self.connection.prepare_cached(include_str!("of_version.sql"))?;
        let mut rows = statement.query_map([product, version], |row| row.get(0).map(ReleaseId))?;
        Ok(rows.next().transpose()?)
    }

    /// Releases that the list does not know yet: written by an earlier version of the program.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn releases_to_sum_up(&self) -> Result<Vec<ReleaseId>> {
        let mut statement = self.connection.prepare_cached(include_str!("missing.sql"))?;
        Ok(statement.query_map([], |row| row.get(0).map(ReleaseId))?.collect::<Result<_, _>>()?)
    }

    fn texts(&self, sql: &str) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Stores what the list tells of a release, as changed just now.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn put_dossier(&mut self, release: ReleaseId, dossier: &DossierRecord) -> Result<()> {
        self.connection.prepare_cached(include_str!("put.sql"))?.execute((
            release.0,
            &dossier.product,
            &dossier.version,
            &dossier.release_type,
            &dossier.owner,
            &dossier.planned_at,
            dossier.year,
            dossier.summary_begun,
            dossier.closed,
            bits(&dossier.statuses),
            dossier.statuses.len() as i64,
            self.now(),
            self.actor(),
        ))?;
        self.connection.prepare_cached(include_str!("unindex.sql"))?.execute([release.0])?;
        self.connection.prepare_cached(include_str!("index.sql"))?.execute((release.0, index_text(&dossier.words)))?;
        self.changes.releases.insert(release);
        Ok(())
    }
}

/// One bit a status, in the order of their lives.
fn bits(statuses: &[Status]) -> i64 {
    let bit = |status: &Status| Status::ALL.iter().position(|one| one == status).map_or(0, |at| 1 << at);
    statuses.iter().map(bit).fold(0, |all, bit| all | bit)
}

fn stage(stored: i64) -> usize {
    usize::try_from(stored).unwrap_or(0)
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<DossierLine> {
    Ok(DossierLine {
        release: ReleaseId(row.get(0)?),
        product: row.get(1)?,
        version: row.get(2)?,
        release_type: row.get(3)?,
        owner: row.get(4)?,
        planned_at: row.get(5)?,
        updated_at: row.get(6)?,
        updated_by: row.get(7)?,
        stage: stage(row.get(8)?),
    })
}
