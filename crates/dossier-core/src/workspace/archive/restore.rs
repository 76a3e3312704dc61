//! Dossiers come back from a package. Whatever stands here stays as it is.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::archive::index::{DocumentPart, Index, PaperPart, Record, ReleasePart, Role, ScanPart};
use crate::archive::package::Package;
use crate::archive::{Opened, PackageVerdict, Restored, open_verified};
use crate::control::{Frozen, PrintCode, fingerprints};
use crate::dossiers::Progress;
use crate::storage::{
    CopyId, CopyRecord, DocumentId, Facts, NewDocument, PrintRecord, ReleaseId, RevisionId, RevisionRecord,
    RevisionState, ScanId, ScanPage, ScanRecord, Standing, Status, Storage, Transaction,
};
use crate::template::{Template, number_of};
use crate::{Code, Error, Issue, Result};

use super::super::control::{next_revision, sum_up_progress, thaw};
use super::super::{Workspace, act, dossiers, facts, parse_template, put};
use super::attach::place_of;

/// Bytes of a paper or scan that comes back: they are kept in the database.
const FILE_BYTES: u64 = 200 << 20;
/// Bytes of a template, and of settings with their logo.
const SHARED_BYTES: u64 = 16 << 20;
/// No series has more numbers within a year: one far ahead would leave none for this machine.
const MOST_NUMBERS: u32 = 9_999;

/// What stands here of a document that is to come back.
enum Place {
    Free,
    /// It is here already.
    Known,
    /// Something else is here; why it stays.
    Taken(String),
}

impl Workspace {
    /// Brings the dossiers of a package back, each document whole or not at all. What is here already stays as it is,
    /// and what something else has the number of is told and left out. `progress` is told before each document and once
    /// at the end; it may stop the work, and what is finished then stays: another run goes on.
    ///
    /// # Errors
    /// The package is damaged, was altered, or is none; the anchor does not fit. Then nothing is changed.
    pub fn restore_package(
        &mut self,
        path: &Path,
        anchor: Option<&str>,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Restored> {
        let mut unheard = |_: &Progress| ControlFlow::Continue(());
        let Opened { mut package, report, index } = open_verified(path, anchor, &mut unheard)?;
        let Some(index) = index.filter(|_| report.verdict == PackageVerdict::Sound) else {
            return Err(Error::new(Code::InvalidContent, format!("没有恢复：归档包{}", report.message))
                .hint("可用 `dossier verify` 查看；恢复只用完好的归档包")
                .issues(report.issues));
        };
        let mut restored = Restored { documents: 0, revisions: 0, known: 0, issues: Vec::new(), cancelled: false };
        let mut fresh = HashSet::new();
        let total = index.documents.len();
        for (done, part) in index.documents.iter().enumerate() {
            if progress(&Progress { done, total, what: part.number.clone() }).is_break() {
                restored.cancelled = true;
                return Ok(restored);
            }
            match place_here(&self.storage, part)? {
                Place::Known => restored.known += 1,
                Place::Taken(why) => restored.issues.push(Issue::at(&part.number, "taken", why)),
                Place::Free => {
                    let records = read_records(&mut package, part)?;
                    let release = release_here(&self.storage, &index, part, &fresh)?;
                    let source = Source { index: &index, digest: &report.digest };
                    let act = act(&self.environment, "document.restore");
                    let (release, _) = self
                        .storage
                        .transact(act, |tx| bring_back(tx, &mut package, &source, part, &records, release))?;
                    fresh.extend(release);
                    restored.documents += 1;
                    restored.revisions += records.len();
                }
            }
        }
        // Nothing is left that could be stopped.
        let _ = progress(&Progress { done: total, total, what: String::new() });
        Ok(restored)
    }
}

/// Where documents come from.
struct Source<'a> {
    index: &'a Index,
    digest: &'a str,
}

/// The release of a document here.
enum Release {
    None,
    /// It was here before: what it says stays.
    Own(ReleaseId),
    /// It came back with this package.
    Fresh(ReleaseId),
    New(ReleasePart),
}

fn place_here(storage: &Storage, part: &DocumentPart) -> Result<Place> {
    if let Some(id) = storage.document_by_uid(&part.uid)? {
        let here = storage.revisions_of(id)?;
        let is_here = |wanted: &crate::archive::index::RevisionPart| {
            here.iter().any(|own| own.revision == wanted.revision && own.sha256 == wanted.sha256)
        };
        return Ok(match part.revisions.iter().find(|wanted| !is_here(wanted)) {
            None => Place::Known,
            Some(missing) => {
                Place::Taken(format!("这里已有这份文件（{id}），但没有包里的 {}，没有合并。", missing.revision))
            }
        });
    }
    if let Some(revision) = part.revisions.first()
        && (storage.given_number(&part.number)?.is_some()
            || storage.revision_named(&part.number, &revision.revision)?.is_some())
    {
        return Ok(Place::Taken("这个编号在这里属于另一份文件，没有恢复。".into()));
    }
    Ok(Place::Free)
}

fn release_here(storage: &Storage, index: &Index, part: &DocumentPart, fresh: &HashSet<ReleaseId>) -> Result<Release> {
    let Some(uid) = &part.release else { return Ok(Release::None) };
    if let Some(id) = storage.release_by_uid(uid)? {
        return Ok(if fresh.contains(&id) { Release::Fresh(id) } else { Release::Own(id) });
    }
    let known = index.releases.iter().find(|release| release.uid == *uid);
    let name = known.map(|release| release.name.trim()).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| wrong(&part.number, "所属的发布不在索引里"))?;
    // Another one has this name here: both stay.
    let mut free = name.to_owned();
    for number in 2.. {
        if storage.release_named(&free)?.is_none() {
            break;
        }
        free = format!("{name}（{number}）");
    }
    Ok(Release::New(ReleasePart { name: free, uid: uid.clone() }))
}

fn read_records(package: &mut Package, part: &DocumentPart) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = Vec::new();
    for revision in &part.revisions {
        let file = revision.file(Role::Record).ok_or_else(|| wrong(&part.number, "缺控制记录"))?;
        let bytes = package.read_known(&file.path, FILE_BYTES, &file.sha256)?;
        let record: Record = serde_json::from_slice(&bytes).map_err(|_| wrong(&part.number, "控制记录读不出来"))?;
        let follows = records.last().is_none_or(|last| last.ordinal < record.ordinal);
        let given = &record.number;
        let is_number = (1..=MOST_NUMBERS).contains(&given.seq)
            && number_of(&given.series, given.year, given.seq) == part.number
            && given.number == part.number;
        if record.document != part.uid || !is_number || !follows {
            return Err(wrong(&part.number, "控制记录互相矛盾"));
        }
        records.push(record);
    }
    if records.is_empty() {
        return Err(wrong(&part.number, "没有版本"));
    }
    Ok(records)
}

/// Stores a document with its revisions. Returns its release where that is new here.
fn bring_back(
    tx: &mut Transaction<'_>,
    package: &mut Package,
    source: &Source<'_>,
    part: &DocumentPart,
    records: &[Record],
    release: Release,
) -> Result<Option<ReleaseId>> {
    let last = records.last().ok_or_else(|| wrong(&part.number, "没有版本"))?;
    let mut templates = Vec::new();
    for record in records {
        templates.push(keep_shared(tx, package, source.index, record)?);
    }
    let (frozen, template) = templates.pop().ok_or_else(|| wrong(&part.number, "没有版本"))?;
    let (release, is_fresh) = match release {
        Release::None => (None, false),
        Release::Own(id) => (Some(id), false),
        Release::Fresh(id) => (Some(id), true),
        Release::New(new) => (Some(tx.restore_release(&new.uid, &new.name)?), true),
    };
    let new = NewDocument { template: &frozen.template.sha256, template_id: &template.id, release, year: frozen.year };
    let id = tx.insert_document(new)?;
    tx.set_document_uid(id, &part.uid)?;
    let before = tx.last_number(crate::storage::Series {
        pattern: &last.number.series,
        template: &last.number.template_id,
        year: last.number.year,
    })?;
    tx.restore_number(&last.number, id)?;

    let mut told = Vec::new();
    let mut scans = Vec::new();
    for record in records {
        let revision = tx.restore_revision(id, &revision_of_record(record))?;
        bring_back_papers(tx, package, revision, &record.papers)?;
        for scan in &record.scans {
            scans.push(bring_back_scan(tx, package, revision, scan)?);
        }
        bring_back_signatures(tx, revision, record)?;
        told.push(tell(record));
    }
    let content = own_content(frozen.content, records, last);
    let (name, facts) = match release {
        Some(release) => {
            let before = tx.release(release)?;
            let facts = match is_fresh {
                true => facts::after_typing(&template, id, &Map::new(), &content, before.facts),
                false => before.facts,
            };
            if is_fresh {
                tx.set_facts(release, &facts)?;
            }
            (Some(before.name), facts)
        }
        None => (None, Facts::new()),
    };
    put(tx, id, &template, &content, &facts, name.as_deref())?;
    stand(tx, id, records, last)?;
    sum_up_progress(tx, id)?;
    // Whatever does not fit together is found now, and nothing of it stays.
    for record in tx.revisions_of(id)? {
        thaw(tx, record)?.document()?;
    }
    tx.subject(id);
    tx.detail("number", part.number.as_str());
    tx.detail(
        "given",
        json!({
            "series": last.number.series,
            "year": last.number.year,
            "seq": last.number.seq,
            "after": before,
        }),
    );
    tx.detail("revisions", told);
    tx.detail("scans", scans);
    tx.detail("package", source.digest);
    Ok(release.filter(|_| is_fresh))
}

/// Keeps what a revision shares with others: its template and the settings as they printed.
fn keep_shared(
    tx: &mut Transaction<'_>,
    package: &mut Package,
    index: &Index,
    record: &Record,
) -> Result<(Frozen, Template)> {
    let number = &record.number.number;
    let frozen = Frozen::read(&record.frozen)?;
    let mut text = |role: Role, hash: &str| {
        let file = index.shared.iter().find(|file| file.role == role && file.sha256 == hash);
        let file = file.ok_or_else(|| wrong(number, "缺表单或单位设置"))?;
        let bytes = package.read_known(&file.path, SHARED_BYTES, &file.sha256)?;
        String::from_utf8(bytes).map_err(|_| wrong(number, "表单或单位设置读不出来"))
    };
    let template = text(Role::Template, &frozen.template.sha256)?;
    let settings = text(Role::Settings, &frozen.settings)?;
    tx.keep_template(&frozen.template.id, &frozen.template.version, &template)?;
    tx.keep_text(&settings)?;
    let template = parse_template(tx, &frozen.template.sha256, number)?;
    if template.id != frozen.template.id {
        return Err(wrong(number, "表单不是提交时的那一份"));
    }
    Ok((frozen, template))
}

fn bring_back_papers(
    tx: &mut Transaction<'_>,
    package: &mut Package,
    revision: RevisionId,
    papers: &[PaperPart],
) -> Result<()> {
    for paper in papers {
        let bytes = package.read_known(&paper.path, FILE_BYTES, &paper.sha256)?;
        tx.keep_paper(revision, &paper.kind, &bytes)?;
    }
    Ok(())
}

/// Keeps a scan and files those of its pages that are filed nowhere here. Returns what the log tells of it.
fn bring_back_scan(
    tx: &mut Transaction<'_>,
    package: &mut Package,
    revision: RevisionId,
    part: &ScanPart,
) -> Result<Value> {
    let bytes = package.read_known(&part.path, FILE_BYTES, &part.sha256)?;
    let record = ScanRecord {
        id: ScanId::from_number(0),
        sha256: part.sha256.clone(),
        name: part.name.clone(),
        kind: part.kind.clone(),
        size: bytes.len() as u64,
        pages: part.pages,
        received_at: part.received_at.clone(),
        received_by: part.received_by.clone(),
    };
    let scan = tx.restore_scan(&record, &bytes)?;
    let filed = tx.pages_of(scan)?;
    let own = tx.revision(revision)?;
    let mut told = Vec::new();
    for page in &part.filed {
        if filed.iter().any(|known| known.page == page.page && known.revision.is_some()) {
            continue;
        }
        let page = ScanPage {
            scan,
            page: page.page,
            revision: Some(revision),
            paper_page: page.paper_page,
            turned: page.turned,
            how: page.how,
            note: page.note.clone(),
        };
        tx.file_page(&page)?;
        told.push(place_of(&own, &page));
    }
    Ok(json!({ "sha256": part.sha256, "pages": told }))
}

fn bring_back_signatures(tx: &mut Transaction<'_>, revision: RevisionId, record: &Record) -> Result<()> {
    for part in &record.signatures {
        let recorded = (part.recorded_at.as_str(), part.recorded_by.as_str());
        let signoff = tx.restore_signoff(revision, &part.signature, recorded, &part.corrections)?;
        for (hash, page) in &part.scans {
            if let Some(scan) = tx.scan_by_hash(hash)? {
                tx.attach_scan(signoff, scan.id, *page)?;
            }
        }
    }
    for print in &record.prints {
        let print = PrintRecord {
            kind: print.kind.clone(),
            sha256: print.sha256.clone(),
            printed_on: print.printed_on.clone(),
            at: print.at.clone(),
            by: print.by.clone(),
        };
        tx.restore_print(revision, &print)?;
    }
    for copy in &record.copies {
        let copy = CopyRecord {
            id: CopyId::from_number(0),
            revision,
            copy_number: copy.copy_number,
            department: copy.department.clone(),
            holder: copy.holder.clone(),
            issued_on: copy.issued_on.clone(),
            issued_by: copy.issued_by.clone(),
            received_on: copy.received_on.clone(),
            received_by: copy.received_by.clone(),
            returned_on: copy.returned_on.clone(),
            returned_note: copy.returned_note.clone(),
        };
        tx.restore_copy(revision, &copy)?;
    }
    Ok(())
}

/// The document stands where its revisions stand: the one in force, else the last one.
fn stand(tx: &mut Transaction<'_>, id: DocumentId, records: &[Record], last: &Record) -> Result<()> {
    let (status, revision) = standing(records, last);
    let number = Some(last.number.number.as_str());
    tx.set_standing(id, Standing { status, number, revision: Some(&revision), change_note: "" })?;
    if let Some(release) = tx.document(id)?.release {
        dossiers::sum_up_release(tx, release)?;
    }
    Ok(())
}

/// What a document is, and the revision that it shows; after one that was sent back the work goes on under the next name.
fn standing(records: &[Record], last: &Record) -> (Status, String) {
    let in_force = records.iter().rfind(|record| record.state == RevisionState::Controlled);
    let shown = in_force.unwrap_or(last);
    match shown.state.status() {
        Status::Draft => (Status::Draft, next_revision(&shown.revision, false)),
        status => (status, shown.revision.clone()),
    }
}

/// What the document holds itself: 版本记录 is written anew with each revision, and a draft has nobody who approved it.
fn own_content(frozen: Map<String, Value>, records: &[Record], last: &Record) -> Map<String, Value> {
    let (status, revision) = standing(records, last);
    let is_draft = status == Status::Draft;
    let of_approval = |field: &str| matches!(field, "doc_approver" | "effective_date");
    let keeps = |(field, _): &(String, Value)| field != "revisions" && !(is_draft && of_approval(field));
    let mut content: Map<String, Value> = frozen.into_iter().filter(keeps).collect();
    if is_draft {
        content.insert("doc_revision".into(), json!(revision));
    }
    content
}

fn revision_of_record(record: &Record) -> RevisionRecord {
    RevisionRecord {
        id: RevisionId::none(),
        uid: record.uid.clone(),
        document: DocumentId::none(),
        ordinal: record.ordinal,
        number: record.number.number.clone(),
        revision: record.revision.clone(),
        state: record.state,
        frozen: record.frozen.clone(),
        sha256: record.sha256.clone(),
        change_note: record.change_note.clone(),
        pages: record.pages,
        submitted_at: record.submitted_at.clone(),
        submitted_by: record.submitted_by.clone(),
        anchor: record.anchor.clone(),
        moved_at: record.moved_at.clone(),
        moved_by: record.moved_by.clone(),
        reason: record.reason.clone(),
        effective_on: record.effective_on.clone(),
        obsolete_on: record.obsolete_on.clone(),
        successor: record.successor.clone(),
    }
}

/// What the log tells of a revision that came back: as much as of one that was submitted here.
fn tell(record: &Record) -> Value {
    let frozen: Value = serde_json::from_str(&record.frozen).unwrap_or_default();
    let signatures: Vec<Value> = record
        .signatures
        .iter()
        .map(|part| serde_json::to_value(&part.signature).expect("a signature is JSON"))
        .collect();
    json!({
        "number": record.number.number,
        "revision": record.revision,
        "sha256": record.sha256,
        "code": PrintCode::of_hash(&record.sha256).to_string(),
        "parts": fingerprints(&frozen),
        "signatures": signatures,
    })
}

fn wrong(number: &str, what: &str) -> Error {
    Error::new(Code::CorruptFile, format!("归档包里的 `{number}` 不能恢复：{what}")).hint("请向移交方核实来源")
}
