//! Submitted documents from a package, taken in as a set: what is not here comes whole, what is here gets what it lacks,
//! and what contradicts it goes to quarantine and changes nothing.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::archive::index::{DocumentPart, Index, PaperPart, Record, ReleasePart, Role, ScanPart, SignaturePart};
use crate::archive::package::Package;
use crate::control::{Frozen, PrintCode, fingerprints};
use crate::exchange::{self, Clash, DraftPart, Here, ReceivedAs, StatePart, Step, plan};
use crate::storage::{
    CopyId, CopyRecord, DocumentId, Facts, GivenNumber, HandoverEnd, LeasedState, NewDocument, PrintRecord,
    QuarantineRecord, ReleaseId, RevisionId, RevisionRecord, RevisionState, ScanId, ScanPage, ScanRecord, Series,
    SignoffId, SignoffRecord, Standing, Status, Storage, Transaction,
};
use crate::template::{Template, number_of};
use crate::{Code, Error, Issue, Result};

use super::super::control::{next_revision, sum_up_progress, thaw};
use super::super::difference::difference;
use super::super::exchange::draft_here;
use super::super::{Workspace, act, dossiers, facts, kept_template, parse_template, put, write};
use super::attach::place_of;

/// Bytes of a paper or scan that comes back: they are kept in the database.
const FILE_BYTES: u64 = 200 << 20;
/// Bytes of a template, and of settings with their logo.
pub(in crate::workspace) const SHARED_BYTES: u64 = 16 << 20;
/// No series has more numbers within a year: one far ahead would leave none for this machine.
pub(in crate::workspace) const MOST_NUMBERS: u32 = 9_999;

/// What became of a document.
pub(in crate::workspace) enum TakenIn {
    New {
        id: DocumentId,
        revisions: usize,
    },
    /// It was here and got what it lacked.
    Merged {
        id: DocumentId,
        revisions: usize,
    },
    /// All of it was here.
    Known(DocumentId),
    /// It contradicts what is here; nothing was changed.
    Clashed {
        id: Option<DocumentId>,
        why: String,
    },
}

/// Where documents come from.
pub(in crate::workspace) struct Source<'a> {
    pub index: &'a Index,
    pub digest: &'a str,
    /// As people call them.
    pub sender: &'a str,
    /// uid of a 移交包; empty for others.
    pub package: &'a str,
}

impl Workspace {
    /// Takes a document in, whole or not at all. Where its draft comes in the same package (`brings_draft`), what is
    /// typed here is left to whoever takes that in. `alarms` gets what came with it and contradicts what is here, but
    /// holds up nothing else of it.
    pub(in crate::workspace) fn take_in(
        &mut self,
        package: &mut Package,
        source: &Source<'_>,
        part: &DocumentPart,
        fresh: &mut HashSet<ReleaseId>,
        brings_draft: bool,
        alarms: &mut Vec<Issue>,
    ) -> Result<TakenIn> {
        let records = read_records(package, part)?;
        let known = self.storage.document_by_uid(&part.uid)?;
        let act_of = |action| act(&self.environment, action);
        let clash = match known {
            Some(id) => {
                let restore = act_of("document.restore");
                let (merged, changes) = self
                    .storage
                    .transact(restore, |tx| merge(tx, package, source, part, &records, id, brings_draft))?;
                match merged {
                    Ok(Merged { revisions, copies }) => {
                        self.tell_copies(source, &records, &copies, alarms)?;
                        return Ok(match changes.audit {
                            None => TakenIn::Known(id),
                            Some(_) => TakenIn::Merged { id, revisions },
                        });
                    }
                    Err(clash) => clash,
                }
            }
            None => match taken_by(&self.storage, part, &records)? {
                Some(clash) => clash,
                None => {
                    let release = release_here(&self.storage, source.index, part.release.as_deref(), fresh)?;
                    let restore = act_of("document.restore");
                    let ((id, release), _) = self
                        .storage
                        .transact(restore, |tx| bring_back(tx, package, source, part, &records, release))?;
                    fresh.extend(release);
                    return Ok(TakenIn::New { id, revisions: records.len() });
                }
            },
        };
        let record = &records[clash.coming];
        self.storage.transact(act_of("exchange.quarantine"), |tx| quarantine(tx, source, record, &clash.why))?;
        Ok(TakenIn::Clashed { id: known, why: clash.why })
    }

    /// 分发号 that were given twice: two papers are out there under one number. The alarm stays in quarantine, and who
    /// takes such a package in is told each time.
    fn tell_copies(
        &mut self,
        source: &Source<'_>,
        records: &[Record],
        copies: &[Clash],
        alarms: &mut Vec<Issue>,
    ) -> Result<()> {
        for Clash { coming, why } in copies {
            let record = &records[*coming];
            let act = act(&self.environment, "exchange.quarantine");
            self.storage.transact(act, |tx| quarantine(tx, source, record, why))?;
            let name = format!("{} {}", record.number.number, record.revision);
            let message = format!("{name}：{why}这里的登记没有改动；请找到两份纸质副本，收回其中一份，另发新号。");
            alarms.push(Issue::at(name, "copy_number_taken", message));
        }
        Ok(())
    }
}

/// What a document that is here was given.
struct Merged {
    /// How many revisions came.
    revisions: usize,
    /// 分发号 that somebody else has here; they stay theirs.
    copies: Vec<Clash>,
}

/// The alarm: an entry in the log, and the whole record where somebody can look at it.
fn quarantine(tx: &mut Transaction<'_>, source: &Source<'_>, record: &Record, why: &str) -> Result<()> {
    tx.subject(&record.number.number);
    tx.detail("revision", record.revision.as_str());
    tx.detail("sha256", record.sha256.as_str());
    tx.detail("why", why);
    tx.detail("sender", source.sender);
    tx.detail("package", source.digest);
    tx.put_into_quarantine(&QuarantineRecord {
        number: record.number.number.clone(),
        revision: record.revision.clone(),
        sha256: record.sha256.clone(),
        why: why.to_owned(),
        sender: source.sender.to_owned(),
        package: source.digest.to_owned(),
        received_at: String::new(),
        record: serde_json::to_string(record).expect("records are JSON"),
    })?;
    Ok(())
}

/// Why a document that is not here cannot come: its number belongs to something else.
fn taken_by(storage: &Storage, part: &DocumentPart, records: &[Record]) -> Result<Option<Clash>> {
    let coming = records.len().saturating_sub(1);
    for (index, record) in records.iter().enumerate() {
        if storage.revision_named(&part.number, &record.revision)?.is_some() {
            return Ok(Some(Clash {
                coming: index, why: "这个编号和版本在这里属于另一份文件。".into()
            }));
        }
    }
    let is_free = match storage.holder_of_number(&part.number)? {
        None => true,
        Some(None) => is_lent(storage, &records[coming].number)?,
        Some(Some(_)) => false,
    };
    Ok((!is_free).then(|| Clash { coming, why: "这个编号在这里已经给出。".into() }))
}

/// Whether a number was lent by this machine and nobody has said that it was given up.
fn is_lent(storage: &Storage, number: &GivenNumber) -> Result<bool> {
    let Some((lease, own)) = storage.lease_of_number(&number.number)? else { return Ok(false) };
    Ok(lease.is_out
        && matches!(own.state, LeasedState::Free | LeasedState::Used)
        && (&lease.series, lease.year, own.seq) == (&number.series, number.year, number.seq))
}

/// Puts a number on its document. Tells whether it was given here: lent, and comes back used.
fn take_number(tx: &mut Transaction<'_>, number: &GivenNumber, id: DocumentId) -> Result<bool> {
    let is_given_here = match tx.holder_of_number(&number.number)? {
        None => {
            tx.restore_number(number, id)?;
            false
        }
        Some(Some(_)) => true,
        Some(None) => {
            tx.use_leased(&number.number, id)?;
            true
        }
    };
    if let Some((at, by, reason)) = &number.void {
        tx.carry_void(&number.number, (at, by, reason))?;
    }
    Ok(is_given_here)
}

/// The log tells of a number that was given elsewhere, and after which number of here.
fn tell_number(tx: &mut Transaction<'_>, number: &GivenNumber, after: u32) {
    let told = json!({ "series": number.series, "year": number.year, "seq": number.seq, "after": after });
    tx.detail("given", told);
}

/// What has to be done so that a document that is here has all revisions that come, or why that cannot be.
fn steps_of(
    storage: &Storage,
    part: &DocumentPart,
    records: &[Record],
    id: DocumentId,
    revisions: &[RevisionRecord],
) -> Result<Result<Vec<Step>, Clash>> {
    let mut signed: Vec<Vec<SignoffRecord>> = Vec::new();
    for revision in revisions {
        signed.push(storage.signoffs_of(revision.id)?);
    }
    let here: Vec<Here<'_>> =
        revisions.iter().zip(&signed).map(|(record, signoffs)| Here { record, signoffs }).collect();
    let steps = match plan(&here, records) {
        Ok(steps) => steps,
        Err(clash) => return Ok(Err(clash)),
    };
    Ok(match apart(storage, part, records, id, &steps)? {
        Some(clash) => Err(clash),
        None => Ok(steps),
    })
}

/// What of a document that is here keeps its revisions from coming in.
fn apart(
    storage: &Storage,
    part: &DocumentPart,
    records: &[Record],
    id: DocumentId,
    steps: &[Step],
) -> Result<Option<Clash>> {
    let clash = |coming: usize, why: &str| Ok(Some(Clash { coming, why: why.to_owned() }));
    let last = records.last().ok_or_else(|| wrong(&part.number, "没有版本"))?;
    let document = storage.document(id)?;
    let is_free = match storage.holder_of_number(&part.number)? {
        None => true,
        Some(Some(holder)) => holder == id,
        Some(None) => is_lent(storage, &last.number)?,
    };
    if !is_free || document.number.as_ref().is_some_and(|number| *number != part.number) {
        return clash(records.len() - 1, "这个编号在这里已经给出，或这份文件在这里是另一个编号。");
    }
    for step in steps {
        let Step::Add { coming } = step else { continue };
        let record = &records[*coming];
        if storage.revision_named(&part.number, &record.revision)?.is_some() {
            return clash(*coming, "这个编号和版本在这里属于另一份文件。");
        }
        if Frozen::read(&record.frozen)?.template.sha256 != document.template {
            return clash(*coming, "表单不是这份文件的那一份。");
        }
    }
    Ok(None)
}

/// What taking a document in would do.
pub(in crate::workspace) struct Foreseen {
    pub id: Option<DocumentId>,
    pub title: String,
    pub outcome: ReceivedAs,
    /// Revisions that are not here yet.
    pub adds: usize,
    /// Of a clash.
    pub why: String,
}

/// Tells what taking a document in would do, without doing it.
///
/// # Errors
/// Its records are none that this program writes; the database cannot be read.
pub(in crate::workspace) fn foresee(storage: &Storage, package: &mut Package, part: &DocumentPart) -> Result<Foreseen> {
    let records = read_records(package, part)?;
    let title = part.revisions.last().map(|revision| revision.title.clone()).unwrap_or_default();
    let id = storage.document_by_uid(&part.uid)?;
    let told = |outcome, adds, why| Ok(Foreseen { id, title, outcome, adds, why });
    let Some(known) = id else {
        return match taken_by(storage, part, &records)? {
            Some(clash) => told(ReceivedAs::Quarantined, 0, clash.why),
            None => told(ReceivedAs::New, records.len(), String::new()),
        };
    };
    let steps = match steps_of(storage, part, &records, known, &storage.revisions_of(known)?)? {
        Ok(steps) => steps,
        Err(clash) => return told(ReceivedAs::Quarantined, 0, clash.why),
    };
    let adds = steps.iter().filter(|step| matches!(step, Step::Add { .. })).count();
    let goes_on = adds > 0
        || steps
            .iter()
            .any(|step| matches!(step, Step::Meet { moves, signatures, .. } if *moves || !signatures.is_empty()));
    told(if goes_on { ReceivedAs::Merged } else { ReceivedAs::Same }, adds, String::new())
}

/// Gives a document that is here what it lacks. Returns how many revisions came.
fn merge(
    tx: &mut Transaction<'_>,
    package: &mut Package,
    source: &Source<'_>,
    part: &DocumentPart,
    records: &[Record],
    id: DocumentId,
    brings_draft: bool,
) -> Result<Result<Merged, Clash>> {
    let revisions = tx.revisions_of(id)?;
    let steps = match steps_of(tx, part, records, id, &revisions)? {
        Ok(steps) => steps,
        Err(clash) => return Ok(Err(clash)),
    };
    let last = records.last().ok_or_else(|| wrong(&part.number, "没有版本"))?;
    let holder = tx.holder_of_number(&part.number)?;

    tx.subject(id);
    tx.detail("number", part.number.as_str());
    tx.detail("package", source.digest);
    if holder != Some(Some(id)) {
        let series =
            Series { pattern: &last.number.series, template: &last.number.template_id, year: last.number.year };
        let before = tx.last_number(series)?;
        if !take_number(tx, &last.number, id)? {
            tell_number(tx, &last.number, before);
        }
    } else {
        take_number(tx, &last.number, id)?;
    }
    let (mut told, mut scans, mut copies, mut added, mut moved) = (Vec::new(), Vec::new(), Vec::new(), 0, false);
    for step in &steps {
        match step {
            Step::Add { coming } => {
                let record = &records[*coming];
                keep_shared(tx, package, source.index, record)?;
                let revision = tx.restore_revision(id, &revision_of_record(record))?;
                bring_back_papers(tx, package, revision, &record.papers)?;
                for scan in &record.scans {
                    scans.push(bring_back_scan(tx, package, revision, scan)?);
                }
                bring_back_signatures(tx, revision, record)?;
                told.push(tell(record));
                added += 1;
            }
            Step::Meet { coming, here, moves, signatures } => {
                let record = &records[*coming];
                if *moves {
                    tx.advance_revision(*here, &revision_of_record(record))?;
                } else if !signatures.is_empty() {
                    tx.set_anchor(*here, &record.anchor)?;
                }
                moved |= *moves || !signatures.is_empty();
                bring_back_papers(tx, package, *here, &record.papers)?;
                for scan in &record.scans {
                    if let Some(scan) = bring_back_new_scan(tx, package, *here, scan)? {
                        scans.push(scan);
                    }
                }
                for place in signatures {
                    bring_back_signature(tx, *here, &record.signatures[*place])?;
                }
                explain(tx, *here, record)?;
                bring_back_prints(tx, *here, record)?;
                let taken = bring_back_copies(tx, *here, record)?;
                copies.extend(taken.into_iter().map(|why| Clash { coming: *coming, why }));
                if *moves || !signatures.is_empty() {
                    told.push(tell_signed(record, signatures));
                }
            }
        }
    }
    tx.detail("revisions", told);
    tx.detail("scans", scans);
    if added > 0 || moved {
        let newest = revisions.last().map_or(0, |last| last.ordinal);
        let is_beyond = records.iter().any(|record| record.ordinal > newest);
        stand_again(tx, id, source.index.state_of(&part.uid), is_beyond, brings_draft)?;
        // Whatever does not fit together is found now, and nothing of it stays.
        for record in tx.revisions_of(id)? {
            thaw(tx, record)?.document()?;
        }
    }
    Ok(Ok(Merged { revisions: added, copies }))
}

/// Where a document stands after revisions have come to it. A draft that was not theirs is kept beside it.
fn stand_again(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    state: Option<&StatePart>,
    is_beyond: bool,
    brings_draft: bool,
) -> Result<()> {
    let document = tx.document(id)?;
    let revisions = tx.revisions_of(id)?;
    let last = revisions.last().cloned().ok_or_else(|| wrong(&id.to_string(), "没有版本"))?;
    if document.status == Status::Draft {
        // A draft on top of what was here already goes on.
        if !is_beyond {
            return sum_up_progress(tx, id);
        }
        if brings_draft {
            let revision = next_revision(&last.revision, false);
            let number = Some(last.number.as_str());
            let standing = Standing {
                status: Status::Draft,
                number,
                revision: Some(&revision),
                change_note: &document.change_note,
            };
            tx.set_standing(id, standing)?;
            // The draft says what it is to become.
            if document.content.contains_key("doc_revision") {
                let mut content = document.content.clone();
                content.insert("doc_revision".into(), json!(revision));
                let template = kept_template(tx, &document)?;
                write(tx, id, &template, document.release, &document.content, &content)?;
            }
            return sum_up_progress(tx, id);
        }
        let unfit = tx.unfit(id)?;
        let digest = exchange::digest(&document.content, &unfit);
        let seen = tx.exchanged_states(id)?;
        let exchanged = tx.exchanged_digest(id)?;
        let is_theirs = state.is_some_and(|state| {
            state.digest.as_ref() == Some(&digest)
                || (exchanged.as_ref() == Some(&digest) && seen.is_subset(&state.seen))
        });
        let theirs = state.map(|state| state.seen.clone()).unwrap_or_default();
        if is_theirs {
            tx.set_exchanged(id, exchanged.as_deref(), &seen.union(&theirs).cloned().collect())?;
        } else {
            let own: DraftPart = draft_here(tx, id, None)?;
            let package = format!("own-{}", tx.fresh_uid()?);
            let draft = serde_json::to_string(&own).expect("a draft is JSON");
            tx.keep_second_version(id, &package, "这里（收到版本以前的草稿）", &digest, &draft)?;
            tx.detail("kept_beside", digest);
            tx.set_exchanged(id, state.and_then(|state| state.digest.as_deref()), &theirs)?;
        }
        tx.end_handover(id, HandoverEnd::Back)?;
        tx.set_unfit(id, &Default::default())?;
    }
    let frozen = Frozen::read(&last.frozen)?;
    let template = kept_template(tx, &document)?;
    let content = own_content(frozen.content, &revisions, &last);
    let (name, facts) = match document.release {
        Some(release) => {
            let release = tx.release(release)?;
            (Some(release.name), release.facts)
        }
        None => (None, Facts::new()),
    };
    // What stood here can be read in its history, whatever took its place.
    let changes = difference(&document.content, &content);
    if !changes.is_empty() {
        tx.detail("changes", changes);
    }
    stand(tx, id, &revisions, &last)?;
    put(tx, id, &template, &content, &facts, name.as_deref())?;
    sum_up_progress(tx, id)
}

/// What was explained elsewhere of signatures that are here.
fn explain(tx: &mut Transaction<'_>, revision: RevisionId, record: &Record) -> Result<()> {
    let own = tx.signoffs_of(revision)?;
    for part in &record.signatures {
        let wanted = &part.signature;
        let same = |own: &&SignoffRecord| own.signoff.chain == wanted.chain && own.signoff.step == wanted.step;
        let Some(own) = own.iter().find(same) else { continue };
        for correction in part.corrections.iter().filter(|correction| !own.corrections.contains(correction)) {
            tx.restore_correction(own.id, correction)?;
        }
        show_signature(tx, own.id, part)?;
    }
    Ok(())
}

/// A scan of a revision that is here; none where it is here too, with all of its pages.
fn bring_back_new_scan(
    tx: &mut Transaction<'_>,
    package: &mut Package,
    revision: RevisionId,
    part: &ScanPart,
) -> Result<Option<Value>> {
    if let Some(known) = tx.scan_by_hash(&part.sha256)? {
        let filed = tx.pages_of(known.id)?;
        let is_filed = |page: usize| filed.iter().any(|known| known.page == page && known.revision.is_some());
        if part.filed.iter().all(|page| is_filed(page.page)) {
            return Ok(None);
        }
    }
    bring_back_scan(tx, package, revision, part).map(Some)
}

/// The release of a document here.
pub(in crate::workspace) enum Release {
    None,
    /// It was here before: what it says stays.
    Own(ReleaseId),
    /// It came back with this package.
    Fresh(ReleaseId),
    New(ReleasePart),
}

/// The release of this uid here; one of the package's own where there is none.
pub(in crate::workspace) fn release_here(
    storage: &Storage,
    index: &Index,
    uid: Option<&str>,
    fresh: &HashSet<ReleaseId>,
) -> Result<Release> {
    let Some(uid) = uid else { return Ok(Release::None) };
    if let Some(id) = storage.release_by_uid(uid)? {
        return Ok(if fresh.contains(&id) { Release::Fresh(id) } else { Release::Own(id) });
    }
    let known = index.releases.iter().find(|release| release.uid == uid);
    let name = known.map(|release| release.name.trim()).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| wrong(uid, "所属的发布不在索引里"))?;
    // Another one has this name here: both stay.
    let mut free = name.to_owned();
    for number in 2.. {
        if storage.release_named(&free)?.is_none() {
            break;
        }
        free = format!("{name}（{number}）");
    }
    Ok(Release::New(ReleasePart { name: free, uid: uid.to_owned() }))
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
) -> Result<(DocumentId, Option<ReleaseId>)> {
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
    let is_given_here = take_number(tx, &last.number, id)?;

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
    let revisions = tx.revisions_of(id)?;
    let shown = revisions.last().cloned().ok_or_else(|| wrong(&part.number, "没有版本"))?;
    let content = own_content(frozen.content, &revisions, &shown);
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
    stand(tx, id, &revisions, &shown)?;
    sum_up_progress(tx, id)?;
    // Whatever does not fit together is found now, and nothing of it stays.
    for record in tx.revisions_of(id)? {
        thaw(tx, record)?.document()?;
    }
    tx.subject(id);
    tx.detail("number", part.number.as_str());
    if !is_given_here {
        tell_number(tx, &last.number, before);
    }
    tx.detail("revisions", told);
    tx.detail("scans", scans);
    tx.detail("package", source.digest);
    if let Some(state) = source.index.state_of(&part.uid) {
        tx.set_exchanged(id, state.digest.as_deref(), &state.seen)?;
    }
    Ok((id, release.filter(|_| is_fresh)))
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
    let known = tx.papers_of(revision)?;
    for paper in papers.iter().filter(|paper| !known.iter().any(|(kind, _)| *kind == paper.kind)) {
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

/// Signatures, printings and copies of a revision that was not here.
fn bring_back_signatures(tx: &mut Transaction<'_>, revision: RevisionId, record: &Record) -> Result<()> {
    for part in &record.signatures {
        bring_back_signature(tx, revision, part)?;
    }
    bring_back_prints(tx, revision, record)?;
    // Nobody has a copy yet of a revision that was not here.
    bring_back_copies(tx, revision, record).map(drop)
}

fn bring_back_signature(tx: &mut Transaction<'_>, revision: RevisionId, part: &SignaturePart) -> Result<()> {
    let recorded = (part.recorded_at.as_str(), part.recorded_by.as_str());
    let signoff = tx.restore_signoff(revision, &part.signature, recorded, &part.corrections)?;
    show_signature(tx, signoff, part)
}

/// The scanned pages that show a signature.
fn show_signature(tx: &mut Transaction<'_>, signoff: SignoffId, part: &SignaturePart) -> Result<()> {
    for (hash, page) in &part.scans {
        if let Some(scan) = tx.scan_by_hash(hash)? {
            tx.attach_scan(signoff, scan.id, *page)?;
        }
    }
    Ok(())
}

fn bring_back_prints(tx: &mut Transaction<'_>, revision: RevisionId, record: &Record) -> Result<()> {
    let known = tx.prints_of(revision)?;
    for print in &record.prints {
        let print = PrintRecord {
            kind: print.kind.clone(),
            sha256: print.sha256.clone(),
            printed_on: print.printed_on.clone(),
            at: print.at.clone(),
            by: print.by.clone(),
        };
        if !known.contains(&print) {
            tx.restore_print(revision, &print)?;
        }
    }
    Ok(())
}

/// Copies that were given out elsewhere. A 分发号 that somebody else has here stays theirs: returns who has which twice.
fn bring_back_copies(tx: &mut Transaction<'_>, revision: RevisionId, record: &Record) -> Result<Vec<String>> {
    let known = tx.copies_of(revision)?;
    let mut taken = Vec::new();
    let given = |copy: &CopyRecord| (copy.department.clone(), copy.holder.clone(), copy.issued_on.clone());
    for copy in &record.copies {
        let coming = CopyRecord {
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
        match known.iter().find(|own| own.copy_number == coming.copy_number) {
            None => tx.restore_copy(revision, &coming)?,
            Some(own) if given(own) == given(&coming) => {
                if let (None, Some(on), Some(by)) = (&own.received_on, &coming.received_on, &coming.received_by) {
                    tx.receive_copy(own.id, on, by)?;
                }
                if let (None, Some(on)) = (&own.returned_on, &coming.returned_on) {
                    tx.return_copy(own.id, on, coming.returned_note.as_deref().unwrap_or_default())?;
                }
            }
            Some(own) => taken.push(format!(
                "分发号 {:02} 发了两次：在这里于 {} 发给{}，在那里于 {} 发给{}。",
                own.copy_number,
                own.issued_on,
                holder(own),
                coming.issued_on,
                holder(&coming),
            )),
        }
    }
    Ok(taken)
}

/// 运维部（赵昇）
fn holder(copy: &CopyRecord) -> String {
    match copy.holder.as_str() {
        "" => copy.department.clone(),
        holder => format!("{}（{holder}）", copy.department),
    }
}

/// The document stands where its revisions stand: the one in force, else the last one.
fn stand(tx: &mut Transaction<'_>, id: DocumentId, revisions: &[RevisionRecord], last: &RevisionRecord) -> Result<()> {
    let (status, revision) = standing(revisions, last);
    let number = Some(last.number.as_str());
    tx.set_standing(id, Standing { status, number, revision: Some(&revision), change_note: "" })?;
    if let Some(release) = tx.document(id)?.release {
        dossiers::sum_up_release(tx, release)?;
    }
    Ok(())
}

/// What a document is, and the revision that it shows; after one that was sent back the work goes on under the next name.
fn standing(revisions: &[RevisionRecord], last: &RevisionRecord) -> (Status, String) {
    let in_force = revisions.iter().rfind(|revision| revision.state == RevisionState::Controlled);
    let shown = in_force.unwrap_or(last);
    match shown.state.status() {
        Status::Draft => (Status::Draft, next_revision(&shown.revision, false)),
        status => (status, shown.revision.clone()),
    }
}

/// What the document holds itself: 版本记录 is written anew with each revision, and a draft has nobody who approved it.
fn own_content(frozen: Map<String, Value>, revisions: &[RevisionRecord], last: &RevisionRecord) -> Map<String, Value> {
    let (status, revision) = standing(revisions, last);
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
    let all: Vec<usize> = (0..record.signatures.len()).collect();
    tell_signed(record, &all)
}

/// The same of a revision that is here, with the signatures of these places that are new.
fn tell_signed(record: &Record, signatures: &[usize]) -> Value {
    let frozen: Value = serde_json::from_str(&record.frozen).unwrap_or_default();
    let signatures: Vec<Value> = signatures
        .iter()
        .map(|place| &record.signatures[*place])
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
