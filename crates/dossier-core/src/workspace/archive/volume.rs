//! 卷宗合订本: the report of a release with its appendices, bound into one PDF with a contents page in front.

use chrono::NaiveDate;
use dossier_pdf::{File, Leaves, Meta, Part, PdfError, Picture};

use crate::export::{Exported, pdf};
use crate::listing::{Column, Header, Listing, Section};
use crate::storage::{DocumentId, ScanRecord, Storage};
use crate::{Code, Environment, Error, Issue, Result};

use super::super::Workspace;
use super::super::control::{Thawed, record_paper, thaw};
use super::check::APPENDICES;
use super::pack::scans_of;
use super::{APPENDIX, release_of, was_approved};

const TITLE: &str = "卷宗合订本";
/// 附录 1 is the application itself.
const APPLICATION: &str = "附录 1《产品发布申请表》（复印件）";
/// What the contents say where there are no pages.
const NONE: &str = "—";
/// The contents are longer by a page when their numbers are; nobody has seen a third round.
const ROUNDS: usize = 5;

/// A bound volume.
pub(super) struct Bound {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// Whether it is PDF/A-2u.
    pub archive: bool,
    /// What is not in it, and why it is no PDF/A-2u, each with its file.
    pub notes: Vec<Issue>,
}

/// A line of the contents, and what is bound for it.
struct Entry {
    /// Of the bookmark at the top: lines of one appendix share it.
    part: String,
    /// Name of a file that somebody handed in.
    file: Option<String>,
    number: String,
    revision: String,
    leaves: Option<Leaves>,
}

impl Entry {
    fn title(&self) -> String {
        match &self.file {
            Some(file) => format!("{}：{file}", self.part),
            None => self.part.clone(),
        }
    }
}

impl Workspace {
    /// The report of a release with 附录 1–4 as one PDF: contents, bookmarks, and the pages of all of them as they are.
    /// What is neither PDF nor picture is named in the contents and told as a warning.
    ///
    /// # Errors
    /// There is no such release, or its report was never approved; an appendix is damaged or encrypted.
    pub fn volume(&self, release: &str) -> Result<Exported> {
        let storage = &self.storage;
        let id = release_of(storage, release)?;
        let name = storage.release(id)?.name;
        let documents: Vec<DocumentId> = storage.documents_of(id)?.into_iter().map(|document| document.id).collect();
        let bound = bind(storage, &self.environment, &name, &documents)?.ok_or_else(|| {
            Error::new(Code::NotFound, format!("“{name}”还不能合订：没有批准过的《产品发布总结报告》"))
                .hint("总结报告提交并批准以后再合订")
        })?;
        Ok(Exported { bytes: bound.bytes, pages: bound.pages, warnings: bound.notes })
    }
}

/// Binds what these documents of a release have for it; none where there is no approved report among them. The same
/// documents give the same bytes, also after they came back from a package.
///
/// # Errors
/// An appendix is damaged or encrypted; what is stored is damaged.
pub(super) fn bind(
    storage: &Storage,
    environment: &Environment,
    release: &str,
    documents: &[DocumentId],
) -> Result<Option<Bound>> {
    let Some(report) = approved(storage, documents, "-summary")? else { return Ok(None) };
    let date: NaiveDate = report.frozen.submitted_on.parse().unwrap_or_default();
    let meta = pdf::meta_of(format!("{release} {TITLE}"), &report.settings, report.record.number.clone(), date);
    let mut notes = Vec::new();
    let mut entries = vec![paper(storage, environment, &report, report.template.title.clone())?];
    entries.push(match approved(storage, documents, "-application")? {
        Some(application) => paper(storage, environment, &application, APPLICATION.into())?,
        None => absent(APPLICATION.into()),
    });
    for (appendix, label) in APPENDICES {
        let part = format!("{APPENDIX}{appendix} {label}");
        let files = appendices(storage, documents, appendix)?;
        if files.is_empty() {
            entries.push(absent(part.clone()));
        }
        for file in files {
            let leaves = leaves(storage, environment, &file, &meta)?;
            if leaves.is_none() {
                let message = format!("“{}”不是 PDF 或图片，没有编入合订本，目录里注明另附。", file.name);
                notes.push(Issue::at(&file.name, "not_bound", message));
            }
            entries.push(Entry {
                part: part.clone(),
                file: Some(file.name),
                number: String::new(),
                revision: String::new(),
                leaves,
            });
        }
    }
    for (entry, leaves) in entries.iter().filter_map(|entry| Some((entry, entry.leaves.as_ref()?))) {
        if !leaves.is_archive() {
            let name = entry.file.as_ref().unwrap_or(&entry.part);
            let message = format!("“{name}”不是 PDF/A-2u，所以合订本也不是；原件照样归档。");
            notes.push(Issue::at(name, "not_pdf_a", message));
        }
    }
    let contents = contents(environment, release, &report, &entries, date)?;
    let mut parts = vec![Part { title: "目录".into(), files: vec![File { title: None, leaves: contents }] }];
    for entry in entries {
        let Some(leaves) = entry.leaves else { continue };
        let file = File { title: entry.file, leaves };
        match parts.last_mut().filter(|part| part.title == entry.part) {
            Some(part) => part.files.push(file),
            None => parts.push(Part { title: entry.part, files: vec![file] }),
        }
    }
    let volume = dossier_pdf::bind(parts, &meta).map_err(unbound)?;
    Ok(Some(Bound { bytes: volume.bytes, pages: volume.pages, archive: volume.archive, notes }))
}

/// The last approved revision of a kind of document.
fn approved(storage: &Storage, documents: &[DocumentId], kind: &str) -> Result<Option<Thawed>> {
    for id in documents {
        if !storage.document(*id)?.template_id.ends_with(kind) {
            continue;
        }
        if let Some(record) = storage.revisions_of(*id)?.into_iter().rfind(was_approved) {
            return thaw(storage, record).map(Some);
        }
    }
    Ok(None)
}

fn paper(storage: &Storage, environment: &Environment, thawed: &Thawed, title: String) -> Result<Entry> {
    let (_, paper) = record_paper(storage, environment, thawed)?;
    let name = super::name_of(&thawed.record);
    Ok(Entry {
        part: title,
        file: None,
        number: thawed.record.number.clone(),
        revision: thawed.record.revision.clone(),
        leaves: Some(Leaves::of_pdf(&name, &paper.bytes).map_err(unbound)?),
    })
}

fn absent(title: String) -> Entry {
    Entry { part: title, file: None, number: String::new(), revision: String::new(), leaves: None }
}

/// The files of an appendix, by their names: in the same order on every machine.
fn appendices(storage: &Storage, documents: &[DocumentId], appendix: u8) -> Result<Vec<ScanRecord>> {
    let note = format!("{APPENDIX}{appendix}");
    let mut found = Vec::new();
    for id in documents {
        for record in storage.revisions_of(*id)? {
            for (scan, pages) in scans_of(storage, record.id)? {
                if pages.iter().any(|page| page.note == note) {
                    found.push(storage.scan(scan)?);
                }
            }
        }
    }
    found.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    Ok(found)
}

/// The pages of a file; none where it has no pages.
fn leaves(storage: &Storage, environment: &Environment, file: &ScanRecord, meta: &Meta) -> Result<Option<Leaves>> {
    let bytes = || storage.scan_bytes(file.id);
    let leaves = match file.kind.as_str() {
        "pdf" => Leaves::of_pdf(&file.name, &bytes()?),
        "png" | "jpeg" | "jpg" => Picture::new(&bytes()?)
            .map_err(|error| PdfError::Broken { name: file.name.clone(), reason: error.to_string() })
            .and_then(|picture| {
                let fonts = environment.fonts().map_err(|error| PdfError::Picture { reason: error.message })?;
                Leaves::of_picture(&file.name, &picture, &fonts, meta)
            }),
        _ => return Ok(None),
    };
    leaves.map(Some).map_err(unbound)
}

/// The contents page. Its numbers count from its own first page, so that it is made until it is as long as it says.
fn contents(
    environment: &Environment,
    release: &str,
    report: &Thawed,
    entries: &[Entry],
    date: NaiveDate,
) -> Result<Leaves> {
    let mut own = 1;
    for _ in 0..ROUNDS {
        let listing = listing(release, report, entries, own, date);
        let made = listing.to_pdf(environment, &report.settings)?;
        if made.pages == own {
            return Leaves::of_pdf("目录", &made.bytes).map_err(unbound);
        }
        own = made.pages;
    }
    Err(Error::new(Code::Internal, "合订本的目录排不出来"))
}

fn listing(release: &str, report: &Thawed, entries: &[Entry], own: usize, date: NaiveDate) -> Listing {
    let mut next = own + 1;
    let mut rows = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let count = entry.leaves.as_ref().map_or(0, Leaves::pages);
        let (page, pages) = match (count, &entry.file) {
            (0, None) => (NONE.to_owned(), "无".to_owned()),
            (0, Some(_)) => (NONE.to_owned(), "另附".to_owned()),
            (count, _) => (next.to_string(), count.to_string()),
        };
        next += count;
        rows.push(vec![
            (index + 1).to_string(),
            entry.title(),
            entry.number.clone(),
            entry.revision.clone(),
            page,
            pages,
        ]);
    }
    let lines = [
        ("发布", release.to_owned()),
        ("总结报告", super::name_of(&report.record)),
        ("共", format!("{} 页", next - 1)),
    ];
    Listing {
        title: TITLE.into(),
        lines: lines.map(|(label, value)| (label.to_owned(), value)).to_vec(),
        landscape: false,
        columns: vec![
            Column::new("序号", 11.0).centered(),
            Column::new("内容", 80.0),
            Column::new("文件编号", 38.0).centered(),
            Column::new("版本", 15.0).centered(),
            Column::new("起始页", 16.0).centered(),
            Column::new("页数", 14.0).centered(),
        ],
        sections: vec![Section { heading: None, rows }],
        notes: vec![
            "注：起始页从合订本的第一页（本目录）数起，与阅读器显示的页码相同；各文件自己的页码照原样。另附的文件不能合订，在归档包的附录里。"
                .into(),
        ],
        signoff: Vec::new(),
        header: Header::default(),
        check: None,
        date,
    }
}

fn unbound(error: PdfError) -> Error {
    let hint = match error {
        PdfError::Encrypted { .. } => "请用原来的程序去掉密码，另存后重新加入附录",
        PdfError::Broken { .. } => "请核对这个附录的文件，换成完好的以后重新加入",
        _ => "请重新安装本程序；如果仍然如此，请联系维护人员",
    };
    let code = match error {
        PdfError::Encrypted { .. } => Code::PasswordProtected,
        PdfError::Broken { .. } => Code::CorruptFile,
        _ => Code::Installation,
    };
    Error::new(code, format!("没有合订：{error}")).hint(hint)
}
