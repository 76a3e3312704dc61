//! One revision on its way into a package: its files, its record, and what the lists tell of it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::archive::bag::{Bag, Packed, unwritable};
use crate::archive::handover::Line;
use crate::archive::index::{
    self, CopyPart, FilePart, PagePart, PaperPart, PrintPart, Record, ReleasePart, RevisionPart, Role, ScanPart,
    SignaturePart,
};
use crate::archive::names::safe;
use crate::archive::{CheckLine, papers};
use crate::export::{Format, Options};
use crate::storage::{ScanId, ScanPage, Storage, sha256};
use crate::{Code, Environment, Error, Result};

use super::super::control::{self, Thawed};
use super::super::title;
use super::check::{distrusted, look_at_paper, look_at_scan};
use super::{APPENDIX, name_of};

/// Longest name of a file beside the papers, without its ending.
const NAME_BYTES: usize = 56;

/// A revision that lies in the package.
pub(super) struct Laid {
    pub part: RevisionPart,
    pub line: Line,
    /// What was seen while its files were written.
    pub checks: Vec<CheckLine>,
}

/// Whose a revision is.
pub(in crate::workspace) struct Owner<'a> {
    pub uid: &'a str,
    pub release: Option<&'a ReleasePart>,
}

/// Packs the files of a revision.
///
/// # Errors
/// It is damaged; the disk is full.
pub(super) fn pack(
    storage: &Storage,
    environment: &Environment,
    bag: &mut Bag,
    thawed: &Thawed,
    owner: &Owner<'_>,
) -> Result<Laid> {
    let record = &thawed.record;
    let folder = index::folder(&record.number, &record.revision);
    let (number, revision) = (safe(&record.number, index::NUMBER_BYTES), safe(&record.revision, index::REVISION_BYTES));
    let stem = format!("{folder}/{number}_{revision}");
    let name = name_of(record);
    let mut files = Vec::new();
    let mut checks = Vec::new();

    let (kind, paper) = control::record_paper(storage, environment, thawed)?;
    let seen = look_at_paper(&name, &paper);
    if !papers::is_pdf_a(&paper.bytes) {
        return Err(Error::new(Code::Internal, format!("`{name}` 的纸面文件不是 PDF/A，没有归档")));
    }
    checks.extend(seen);
    let packed = bag.add(&format!("{stem}.pdf"), &paper.bytes)?;
    let mut kept = vec![PaperPart { kind: kind.clone(), path: packed.path.clone(), sha256: packed.sha256.clone() }];
    files.push(FilePart::of(Role::Paper, packed));
    for (format, role) in [(Format::Xlsx, Role::Sheet), (Format::Json, Role::Content)] {
        // A text may be too long for a cell of Excel; the paper and the content have it.
        match control::exported(storage, environment, thawed, format, Options::default()) {
            Ok(file) => {
                let packed = bag.add(&format!("{stem}.{}", format.extension()), &file.bytes)?;
                files.push(FilePart::of(role, packed));
            }
            Err(error) if error.code == Code::InvalidContent => {
                checks.push(CheckLine::warning(
                    format!("格式/{name}"),
                    &name,
                    format!("没有 XLSX：{}。", error.message),
                ));
            }
            Err(error) => return Err(error),
        }
    }
    for (earlier, hash) in storage.papers_of(record.id)?.into_iter().filter(|(other, _)| *other != kind) {
        let Some(bytes) = storage.paper(record.id, &earlier)? else { continue };
        let packed = bag.add(&format!("{folder}/打印件/{}.pdf", safe(&earlier, NAME_BYTES)), &bytes)?;
        kept.push(PaperPart { kind: earlier, path: packed.path.clone(), sha256: hash });
        files.push(FilePart::of(Role::Printed, packed));
    }
    let mut scans = Vec::new();
    for (role, scan, packed, seen) in pack_scans(storage, bag, record.id, &folder, &name)? {
        files.push(FilePart::of(role, packed));
        scans.push(scan);
        checks.extend(seen);
    }
    let signed = scans.iter().flat_map(|scan| &scan.filed).filter(|page| !is_appendix(&page.note)).count();

    let whole = whole_record(storage, thawed, owner, kept, scans)?;
    let packed = bag.add(&format!("{folder}/控制记录.json"), &index::pretty(&whole))?;
    files.push(FilePart::of(Role::Record, packed));

    let part = part_of(thawed, files);
    let text = |field: &str| thawed.content.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let classification = part.classification.clone();
    let retention = thawed.settings.documents.retention_of(&thawed.template.id).label();
    let product = [text("product_name"), text("version")].into_iter().filter(|part| !part.is_empty());
    let line = Line {
        number: record.number.clone(),
        title: thawed.template.title.clone(),
        product: product.collect::<Vec<_>>().join(" "),
        revision: record.revision.clone(),
        state: record.state,
        effective_on: record.effective_on.clone().unwrap_or_default(),
        obsolete_on: record.obsolete_on.clone().unwrap_or_default(),
        classification,
        retention,
        department: text("doc_department"),
        pages: record.pages,
        signed,
        code: part.code.clone(),
    };
    Ok(Laid { part, line, checks })
}

/// Packs what brings a revision back, and none of the copies that people read: between machines each makes its own.
///
/// # Errors
/// It is damaged; the disk is full.
pub(in crate::workspace) fn pack_lean(
    storage: &Storage,
    bag: &mut Bag,
    thawed: &Thawed,
    owner: &Owner<'_>,
) -> Result<RevisionPart> {
    let record = &thawed.record;
    let folder = index::folder(&record.number, &record.revision);
    let (mut files, mut kept) = (Vec::new(), Vec::new());
    for (kind, hash) in storage.papers_of(record.id)? {
        let Some(bytes) = storage.paper(record.id, &kind)? else { continue };
        let packed = bag.add(&format!("{folder}/打印件/{}.pdf", safe(&kind, NAME_BYTES)), &bytes)?;
        kept.push(PaperPart { kind, path: packed.path.clone(), sha256: hash });
        files.push(FilePart::of(Role::Printed, packed));
    }
    let mut scans = Vec::new();
    for (role, scan, packed, _) in pack_scans(storage, bag, record.id, &folder, &name_of(record))? {
        files.push(FilePart::of(role, packed));
        scans.push(scan);
    }
    let whole = whole_record(storage, thawed, owner, kept, scans)?;
    let packed = bag.add(&format!("{folder}/控制记录.json"), &index::pretty(&whole))?;
    files.push(FilePart::of(Role::Record, packed));
    Ok(part_of(thawed, files))
}

/// A revision as the index tells of it.
fn part_of(thawed: &Thawed, files: Vec<FilePart>) -> RevisionPart {
    let record = &thawed.record;
    let own = thawed.content.get("classification").and_then(Value::as_str).filter(|own| !own.is_empty());
    RevisionPart {
        level: "件".into(),
        title: title(&thawed.template, &thawed.content),
        number: record.number.clone(),
        revision: record.revision.clone(),
        organisation: thawed.settings.organisation.name.clone(),
        date: record.effective_on.clone().unwrap_or_else(|| thawed.frozen.submitted_on.clone()),
        classification: own.map_or_else(|| thawed.settings.documents.classification.clone(), str::to_owned),
        language: "zh-CN".into(),
        retention: Some(thawed.settings.documents.retention_of(&thawed.template.id).label()),
        state: record.state,
        code: thawed.code().to_string(),
        sha256: record.sha256.clone(),
        files,
    }
}

/// Whether a note says that a file is an appendix.
pub(super) fn is_appendix(note: &str) -> bool {
    note.starts_with(APPENDIX)
}

/// The scans that a revision has pages of, each with those pages.
pub(super) fn scans_of(
    storage: &Storage,
    revision: crate::storage::RevisionId,
) -> Result<BTreeMap<ScanId, Vec<ScanPage>>> {
    let mut scans: BTreeMap<ScanId, Vec<ScanPage>> = BTreeMap::new();
    for page in storage.scan_pages_of(revision)? {
        scans.entry(page.scan).or_default().push(page);
    }
    Ok(scans)
}

/// The name that a file came with, as every system accepts it. What it is called says what it is, also where it came
/// without an ending.
fn file_name(name: &str, kind: &str) -> String {
    const LONGEST_ENDING: usize = 5;
    let is_ending = |ending: &str| {
        (1..=LONGEST_ENDING).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let (stem, ending) = name.rsplit_once('.').filter(|(_, ending)| is_ending(ending)).unwrap_or((name, kind));
    format!("{}.{}", safe(stem, NAME_BYTES), ending.to_ascii_lowercase())
}

type PackedScan = (Role, ScanPart, Packed, Vec<CheckLine>);

fn pack_scans(
    storage: &Storage,
    bag: &mut Bag,
    revision: crate::storage::RevisionId,
    folder: &str,
    about: &str,
) -> Result<Vec<PackedScan>> {
    let mut found = Vec::new();
    for (id, mut pages) in scans_of(storage, revision)? {
        pages.sort_by_key(|page| page.page);
        found.push((storage.scan(id)?, pages));
    }
    // The same order on every machine.
    found.sort_by(|a, b| a.0.sha256.cmp(&b.0.sha256));
    let mut packed_scans = Vec::new();
    for (scan, pages) in found {
        let note = pages.first().map(|page| page.note.as_str()).filter(|note| is_appendix(note));
        let file = file_name(&scan.name, &scan.kind);
        let (role, place) = match note {
            Some(note) => (Role::Appendix, format!("附录/{note}-{file}")),
            None => (Role::Signed, format!("签署件/{file}")),
        };
        // Read once, and never whole in memory: looked at, hashed and packed on the way.
        let mut active = papers::ActiveLook::at(&scan.kind);
        let packed = bag.stream(&format!("{folder}/{place}"), scan.size, |into| {
            storage.each_piece_of_scan(scan.id, |piece| {
                active.piece(piece);
                into.write_all(piece).map_err(|error| unwritable(&error))
            })
        })?;
        let mut seen = look_at_scan(about, &scan.name, &scan.kind, active.found());
        if packed.sha256 != scan.sha256 {
            seen.push(distrusted(&control::scan_altered(&scan)));
        }
        let page = |page: ScanPage| PagePart {
            page: page.page,
            paper_page: page.paper_page,
            turned: page.turned,
            how: page.how,
            note: page.note,
        };
        let part = ScanPart {
            path: packed.path.clone(),
            sha256: scan.sha256,
            name: scan.name,
            kind: scan.kind,
            pages: scan.pages,
            received_at: scan.received_at,
            received_by: scan.received_by,
            filed: pages.into_iter().map(page).collect(),
        };
        packed_scans.push((role, part, packed, seen));
    }
    Ok(packed_scans)
}

fn whole_record(
    storage: &Storage,
    thawed: &Thawed,
    owner: &Owner<'_>,
    papers: Vec<PaperPart>,
    scans: Vec<ScanPart>,
) -> Result<Record> {
    let record = &thawed.record;
    let damaged = || Error::new(Code::DamagedDatabase, format!("编号 `{}` 不在编号登记里", record.number));
    let mut signatures = Vec::new();
    for own in &thawed.signoffs {
        let mut shown = Vec::new();
        for (scan, page) in storage.scans_of_signoff(own.id)? {
            shown.push((storage.scan(scan)?.sha256, page));
        }
        shown.sort();
        signatures.push(SignaturePart {
            signature: own.signoff.clone(),
            recorded_at: own.recorded_at.clone(),
            recorded_by: own.recorded_by.clone(),
            corrections: own.corrections.clone(),
            scans: shown,
        });
    }
    let prints = storage.prints_of(record.id)?.into_iter().map(|print| PrintPart {
        kind: print.kind,
        sha256: print.sha256,
        printed_on: print.printed_on,
        at: print.at,
        by: print.by,
    });
    let copies = storage.copies_of(record.id)?.into_iter().map(|copy| CopyPart {
        copy_number: copy.copy_number,
        department: copy.department,
        holder: copy.holder,
        issued_on: copy.issued_on,
        issued_by: copy.issued_by,
        received_on: copy.received_on,
        received_by: copy.received_by,
        returned_on: copy.returned_on,
        returned_note: copy.returned_note,
    });
    debug_assert_eq!(sha256(&record.frozen), record.sha256, "thawed revisions are intact");
    Ok(Record {
        schema: index::PART_SCHEMA,
        uid: record.uid.clone(),
        document: owner.uid.to_owned(),
        release: owner.release.cloned(),
        number: storage.given_number(&record.number)?.ok_or_else(damaged)?,
        ordinal: record.ordinal,
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
        signatures,
        prints: prints.collect(),
        copies: copies.collect(),
        papers,
        scans,
    })
}
