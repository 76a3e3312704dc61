//! From the lines of a check to what they are about.

use std::collections::BTreeSet;

use super::super::Workspace;
use crate::Result;
use crate::archive::{ArchiveCheck, CheckPlace};
use crate::storage::{DocumentId, ReleaseId, Storage};

impl Workspace {
    /// Where the documents and releases are found that a check is about, each once; what the log or the whole scope is
    /// about has no place.
    ///
    /// # Errors
    /// What is stored is damaged.
    pub fn archive_places(&self, check: &ArchiveCheck) -> Result<Vec<CheckPlace>> {
        let abouts: BTreeSet<&str> = check.lines.iter().map(|line| line.about.as_str()).collect();
        let mut places = Vec::new();
        for about in abouts {
            places.extend(place(&self.storage, about)?);
        }
        Ok(places)
    }
}

fn place(storage: &Storage, about: &str) -> Result<Option<CheckPlace>> {
    let (release, document) = if let Some(release) = storage.release_named(about)? {
        (release, None)
    } else {
        // `REL-APP-2026-001 V1.0`
        let Some((number, revision)) = about.rsplit_once(' ') else { return Ok(None) };
        let Some(record) = storage.revision_named(number, revision)? else { return Ok(None) };
        let Some(release) = storage.document(record.document)?.release else { return Ok(None) };
        (release, Some(record.document))
    };
    Ok(Some(CheckPlace {
        about: about.to_owned(),
        release,
        name: storage.release(release)?.name,
        document,
        report: report_of(storage, release)?,
    }))
}

/// The report of a release, once it was submitted.
fn report_of(storage: &Storage, release: ReleaseId) -> Result<Option<DocumentId>> {
    for document in storage.documents_of(release)? {
        if document.template_id.ends_with("-summary") && storage.latest_revision(document.id)?.is_some() {
            return Ok(Some(document.id));
        }
    }
    Ok(None)
}
