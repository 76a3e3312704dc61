//! All dossiers at once, as far as the list filters, orders and counts by: read once, and again after a change. Ten
//! thousand take a few megabytes, and asking them takes less time than a question to the database.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rusqlite::Connection;

use super::{Counts, DossierFilter, Facets, bits};
use crate::Result;
use crate::storage::{ReleaseId, Status};

/// What a list was read from: commits of other connections, and changes by this one.
type Mark = (i64, u64);

/// The list as it was last read.
#[derive(Debug, Default)]
pub(in crate::storage) struct Kept(Mutex<Option<(Mark, Arc<DossierList>)>>);

#[derive(Debug)]
struct Entry {
    release: ReleaseId,
    product: Arc<str>,
    year: i32,
    release_type: Arc<str>,
    statuses: i64,
    closed: bool,
    summary_begun: bool,
    planned_at: Option<String>,
}

/// Newest change first.
#[derive(Debug, Default)]
pub(super) struct DossierList {
    entries: Vec<Entry>,
    documents: usize,
    /// Which entry is that of a release, in the order of releases.
    by_release: Vec<(i64, usize)>,
    /// Which entry a document belongs to, in the order of the places that the search knows documents by. Read when words
    /// are first looked for: joined in the database, a word that stands in all documents costs a look-up in each.
    by_place: OnceLock<Vec<(i64, usize)>>,
}

/// Which entries hold what was looked for.
pub(super) struct Hits {
    entries: Vec<bool>,
    left: usize,
}

impl Kept {
    /// The list as the database has it now.
    pub(super) fn list(&self, connection: &Connection) -> Result<Arc<DossierList>> {
        // What a transaction has written may still be taken back.
        if !connection.is_autocommit() {
            return Ok(Arc::new(DossierList::read(connection)?));
        }
        let mark = (connection.pragma_query_value(None, "data_version", |row| row.get(0))?, connection.total_changes());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, list)) if *of == mark => Ok(Arc::clone(list)),
            _ => {
                let list = Arc::new(DossierList::read(connection)?);
                *kept = Some((mark, Arc::clone(&list)));
                Ok(list)
            }
        }
    }
}

impl DossierList {
    fn read(connection: &Connection) -> Result<Self> {
        let mut statement = connection.prepare_cached(include_str!("all.sql"))?;
        let mut rows = statement.query([])?;
        let mut list = Self::default();
        let mut texts: HashSet<Arc<str>> = HashSet::new();
        let mut shared = |text: &str| match texts.get(text) {
            Some(known) => Arc::clone(known),
            None => {
                let new: Arc<str> = text.into();
                texts.insert(Arc::clone(&new));
                new
            }
        };
        while let Some(row) = rows.next()? {
            let text = |index| row.get_ref(index).and_then(|value| Ok(value.as_str()?));
            list.documents += row.get::<_, u32>(8)? as usize;
            list.entries.push(Entry {
                release: ReleaseId(row.get(0)?),
                product: shared(text(1)?),
                year: row.get(2)?,
                release_type: shared(text(3)?),
                statuses: row.get(4)?,
                closed: row.get(5)?,
                summary_begun: row.get(6)?,
                planned_at: row.get(7)?,
            });
        }
        list.by_release = list.entries.iter().enumerate().map(|(index, entry)| (entry.release.0, index)).collect();
        list.by_release.sort_unstable();
        Ok(list)
    }

    /// The entries that hold these words, themselves or in one of their documents.
    pub(super) fn hits(&self, connection: &Connection, words: &str) -> Result<Hits> {
        let mut hits = Hits { entries: vec![false; self.entries.len()], left: self.entries.len() };
        hits.take(connection, include_str!("hits.sql"), words, &self.by_release)?;
        hits.take(connection, include_str!("document_hits.sql"), words, self.by_place(connection)?)?;
        Ok(hits)
    }

    fn by_place(&self, connection: &Connection) -> Result<&[(i64, usize)]> {
        if let Some(known) = self.by_place.get() {
            return Ok(known);
        }
        let mut statement = connection.prepare_cached(include_str!("places.sql"))?;
        let mut rows = statement.query([])?;
        let mut read = Vec::with_capacity(self.documents);
        while let Some(row) = rows.next()? {
            // One that another connection has stored since then belongs to the next list.
            if let Ok(at) = self.by_release.binary_search_by_key(&row.get(1)?, |(release, _)| *release) {
                read.push((row.get(0)?, self.by_release[at].1));
            }
        }
        Ok(self.by_place.get_or_init(|| read))
    }

    /// All that fit, with their stages. `hits`: those that hold the words of the filter; none where it asks for none.
    pub(super) fn fitting(&self, filter: &DossierFilter<'_>, hits: Option<&Hits>) -> Vec<(ReleaseId, usize)> {
        let statuses = bits(&filter.statuses);
        let fits = |(index, entry): &(usize, &Entry)| {
            hits.is_none_or(|hits| hits.entries[*index])
                && filter.product.is_none_or(|product| &*entry.product == product)
                && filter.year.is_none_or(|year| entry.year == year)
                && filter.release_type.is_none_or(|own| &*entry.release_type == own)
                && entry.statuses & statuses == statuses
        };
        let with_stage = |(_, entry): (usize, &Entry)| (entry.release, entry.stage(filter.now));
        let mut fitting: Vec<_> = self.entries.iter().enumerate().filter(fits).map(with_stage).collect();
        if filter.by_stage {
            fitting.sort_by_key(|(_, stage)| *stage);
        }
        fitting
    }

    pub(super) fn counts(&self) -> Counts {
        let with = |bit: usize| self.entries.iter().filter(|entry| entry.statuses & (1 << bit) != 0).count();
        let mut by_status = [0; Status::ALL.len()];
        by_status.iter_mut().enumerate().for_each(|(bit, count)| *count = with(bit));
        Counts { all: self.entries.len(), by_status, documents: self.documents }
    }

    pub(super) fn facets(&self) -> Facets {
        let texts = |of: fn(&Entry) -> &Arc<str>| -> Vec<String> {
            let found: BTreeSet<&str> =
                self.entries.iter().map(|entry| &**of(entry)).filter(|text| !text.is_empty()).collect();
            found.into_iter().map(str::to_owned).collect()
        };
        let years: BTreeSet<i32> = self.entries.iter().map(|entry| entry.year).collect();
        Facets {
            products: texts(|entry| &entry.product),
            years: years.into_iter().rev().collect(),
            release_types: texts(|entry| &entry.release_type),
        }
    }
}

impl Hits {
    /// Adds what a question to the search finds. `known`: the entries by the numbers that it answers with, both in
    /// ascending order.
    fn take(&mut self, connection: &Connection, sql: &str, words: &str, known: &[(i64, usize)]) -> Result<()> {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([words])?;
        let mut rest = known;
        // A word that all of them hold need not be looked for in every document.
        while self.left > 0
            && let Some(row) = rows.next()?
        {
            let number: i64 = row.get(0)?;
            let Some(at) = rest.iter().position(|(known, _)| *known >= number) else { break };
            rest = &rest[at..];
            let (known, entry) = rest[0];
            if known == number && !std::mem::replace(&mut self.entries[entry], true) {
                self.left -= 1;
            }
        }
        Ok(())
    }
}

impl Entry {
    /// 0 to come, 1 released, 2 closed; as `by_release.sql` has it.
    fn stage(&self, now: &str) -> usize {
        match self {
            Self { closed: true, .. } => 2,
            Self { summary_begun: true, .. } => 1,
            Self { planned_at: Some(at), .. } if at.as_str() < now => 1,
            _ => 0,
        }
    }
}
