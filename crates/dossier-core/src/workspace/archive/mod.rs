//! Archiving: what goes into a package, what has to be there before, and how it comes back.

mod attach;
mod check;
pub(super) mod make;
pub(super) mod merge;
pub(super) mod pack;
mod places;
mod restore;
mod volume;

use std::collections::{BTreeMap, BTreeSet};

use super::Workspace;
use crate::archive::{ArchiveRequest, Scope};
use crate::storage::{DocumentId, Filter, ReleaseId, RevisionRecord, RevisionState, ScanId, Storage};
use crate::{Code, Error, Result};

/// What a scanned page says that is no page of a paper but an appendix: 附录 2.
const APPENDIX: &str = "附录 ";

/// What is archived together.
struct Selection {
    /// As people call it: 2026 年.
    scope: String,
    /// Documents with at least one submitted revision, by release and number.
    documents: Vec<Selected>,
    /// Their releases by name.
    releases: BTreeMap<String, ReleaseId>,
    /// Releases that the scope has and that are not archived this time.
    left_out: Vec<LeftOut>,
}

/// A release that is not archived this time, and why.
struct LeftOut {
    id: ReleaseId,
    name: String,
    reason: String,
    /// Numbers of its documents.
    numbers: Vec<String>,
    scans: BTreeSet<ScanId>,
}

struct Selected {
    id: DocumentId,
    number: String,
    release: Option<String>,
}

impl Selection {
    /// What fits a request.
    ///
    /// # Errors
    /// The scope is empty, names no release that there is, or nothing in it was ever submitted; what is left out is not
    /// in it, has no reason, or is all of it.
    fn of(storage: &Storage, request: &ArchiveRequest) -> Result<Self> {
        let mut selection = Self::of_scope(storage, &request.scope)?;
        for (release, reason) in &request.left_out {
            selection.leave_out(storage, release.trim(), reason.trim())?;
        }
        if selection.documents.is_empty() {
            return Err(
                Error::new(Code::NotFound, "没有可以归档的文件：范围里的发布都写明不归档").hint("至少留下一次发布")
            );
        }
        Ok(selection)
    }

    fn leave_out(&mut self, storage: &Storage, release: &str, reason: &str) -> Result<()> {
        if reason.is_empty() {
            return Err(Error::new(Code::ReasonNeeded, format!("“{release}”不归档，没有写理由"))
                .hint("写成 `发布=理由`，理由会印在移交清单上"));
        }
        let id = release_of(storage, release)?;
        let name = storage.release(id)?.name;
        if self.releases.remove(&name).is_none() {
            let rest: Vec<&str> = self.releases.keys().map(String::as_str).collect();
            return Err(Error::new(Code::BadRequest, format!("“{name}”不在归档范围里，不必写明不归档"))
                .hint(format!("范围里的发布：{}", rest.join("、"))));
        }
        let (out, kept) = std::mem::take(&mut self.documents)
            .into_iter()
            .partition(|document| document.release.as_deref() == Some(&*name));
        self.documents = kept;
        self.left_out.push(LeftOut {
            id,
            name,
            reason: reason.to_owned(),
            scans: scans(storage, &out)?,
            numbers: out.into_iter().map(|document| document.number).collect(),
        });
        Ok(())
    }

    fn of_scope(storage: &Storage, scope: &Scope) -> Result<Self> {
        let mut told = Vec::new();
        told.extend(scope.year.map(|year| format!("{year} 年")));
        let release = scope.release.as_deref().map(|name| release_of(storage, name)).transpose()?;
        if let Some(release) = release {
            told.push(storage.release(release)?.name);
        }
        let query = scope.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
        told.extend(query.map(|query| format!("含“{query}”")));
        if told.is_empty() {
            return Err(Error::new(Code::BadRequest, "没有说明归档哪些文件").hint("请给出年度、发布或查找的词"));
        }
        let filter = Filter { year: scope.year, query: query.map(str::to_owned), ..Filter::default() };
        let mut documents = Vec::new();
        let mut releases = BTreeMap::new();
        for line in storage.list(&filter)? {
            let Some(record) = storage.latest_revision(line.id)? else { continue };
            let own = storage.document(line.id)?.release;
            if release.is_some() && own != release {
                continue;
            }
            if let (Some(name), Some(own)) = (&line.release, own) {
                releases.insert(name.clone(), own);
            }
            documents.push(Selected { id: line.id, number: record.number, release: line.release });
        }
        if documents.is_empty() {
            let what = told.join("，");
            return Err(Error::new(Code::NotFound, format!("没有可以归档的文件：{what}里没有提交过的文档"))
                .hint("草稿不归档，先提交审批"));
        }
        // The same order on every machine.
        documents.sort_by(|a, b| (&a.release, &a.number).cmp(&(&b.release, &b.number)));
        Ok(Self { scope: told.join("，"), documents, releases, left_out: Vec::new() })
    }
}

impl LeftOut {
    /// Whether a fault of the record is about this release: `REL-APP-2026-001 V1.0`, `scan 3`, `scan 3 p1`.
    fn has(&self, path: &str) -> bool {
        let of_scan = path.strip_prefix("scan ").map(|rest| rest.split(' ').next().unwrap_or_default());
        match of_scan {
            Some(scan) => self.scans.iter().any(|own| own.number().to_string() == scan),
            None => self.numbers.iter().any(|number| path.split(' ').next() == Some(number)),
        }
    }
}

/// Every scan that belongs to these documents.
fn scans(storage: &Storage, documents: &[Selected]) -> Result<BTreeSet<ScanId>> {
    let mut scans = BTreeSet::new();
    for document in documents {
        for record in storage.revisions_of(document.id)? {
            scans.extend(pack::scans_of(storage, record.id)?.into_keys());
        }
    }
    Ok(scans)
}

/// A release by its name, else by its id.
fn release_of(storage: &Storage, name: &str) -> Result<ReleaseId> {
    if let Some(id) = storage.release_named(name)? {
        return Ok(id);
    }
    let id: ReleaseId = name.parse()?;
    storage.release(id)?;
    Ok(id)
}

/// Whether a revision was approved at some time: what was called back or refused was not.
fn was_approved(record: &RevisionRecord) -> bool {
    match record.state {
        RevisionState::Approved | RevisionState::Controlled => true,
        RevisionState::Obsolete => record.effective_on.is_some() || record.successor.is_some(),
        RevisionState::InReview | RevisionState::Returned => false,
    }
}

/// `REL-APP-2026-001 V1.0`
fn name_of(record: &RevisionRecord) -> String {
    format!("{} {}", record.number, record.revision)
}

impl Workspace {
    /// Name of the package of a scope: `归档包_2026年_2026-12-31.zip`.
    pub fn archive_name(&self, scope: &Scope) -> String {
        let year = scope.year.map(|year| format!("{year}年"));
        // Somebody who reads the name years later knows no ids.
        let name = |named: &str| Ok::<_, Error>(self.storage.release(release_of(&self.storage, named)?)?.name);
        let release = scope.release.as_deref().map(|named| name(named).unwrap_or_else(|_| named.to_owned()));
        let parts = [year, release, scope.query.clone()].into_iter().flatten().collect::<Vec<_>>();
        let today = self.environment.now().date_naive();
        let stem = format!("归档包_{}_{today}", parts.join("_"));
        format!("{}.zip", crate::archive::names::safe(&stem, 120))
    }
}
