//! What programs read in a package: `index.json`, and for each revision the record that brings it back.
//!
//! Descriptive elements have the names of DA/T 46 (文书类电子文件元数据方案), where it has one. Nothing here says when or
//! where a package was made: the same dossiers have the same index, wherever they are packed.

use serde::{Deserialize, Serialize};

use super::bag::{PAYLOAD, Packed};
use super::papers;
use crate::exchange::{self, Handover, StatePart};
use crate::storage::{Filing, GivenNumber, RevisionState, Signoff};
use crate::{Code, Error, Result};

/// The newest schema of an archive package's `index.json`. Raised by what earlier programs cannot read: 2 by 合订本.
pub(crate) const SCHEMA: u32 = 2;
/// Of packages in which there is nothing that the first programs cannot read.
const FIRST_SCHEMA: u32 = 1;
/// Of the records, and of what was checked. Where one is raised, that of the index is, too.
pub(crate) const PART_SCHEMA: u32 = 1;
pub(crate) const KIND: &str = "dossier-archive";

pub(crate) const INDEX: &str = "data/index.json";
pub(crate) const AUDIT: &str = "data/audit.jsonl";
pub(crate) const CHECKS: &str = "data/归档检查.json";
/// Where volumes lie, each under the name of its release.
pub(crate) const VOLUMES: &str = "data/合订本";
pub(crate) const REGISTER_XLSX: &str = "data/受控文件清单.xlsx";
pub(crate) const REGISTER_CSV: &str = "data/受控文件清单.csv";
/// Beside the files that the index names.
pub(crate) const UNLISTED: [&str; 5] = [INDEX, AUDIT, CHECKS, REGISTER_XLSX, REGISTER_CSV];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    pub schema: u32,
    pub kind: String,
    pub releases: Vec<ReleasePart>,
    pub documents: Vec<DocumentPart>,
    /// Templates and settings, each once: revisions name them by their hashes.
    pub shared: Vec<FilePart>,
    /// 合订本 of releases. Packages from before there were any have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<VolumePart>,
    /// Of a 移交包: what it is for, and the drafts in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Handover>,
}

/// 合订本 of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VolumePart {
    /// `uid` of the release.
    pub release: String,
    pub file: FilePart,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ReleasePart {
    pub name: String,
    pub uid: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocumentPart {
    pub uid: String,
    #[serde(rename = "文件编号")]
    pub number: String,
    /// `uid` of its release.
    pub release: Option<String>,
    /// Oldest first.
    pub revisions: Vec<RevisionPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RevisionPart {
    #[serde(rename = "聚合层次")]
    pub level: String,
    #[serde(rename = "题名")]
    pub title: String,
    #[serde(rename = "文件编号")]
    pub number: String,
    #[serde(rename = "版本")]
    pub revision: String,
    #[serde(rename = "责任者")]
    pub organisation: String,
    /// Since when it is in force, else when it was submitted.
    #[serde(rename = "日期")]
    pub date: String,
    #[serde(rename = "密级")]
    pub classification: String,
    #[serde(rename = "语种")]
    pub language: String,
    /// 永久, 30年. Packages from before there were periods have none.
    #[serde(rename = "保管期限", default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    pub state: RevisionState,
    /// 校验码 of its pages.
    pub code: String,
    /// Of the frozen content, which the code is the beginning of.
    pub sha256: String,
    pub files: Vec<FilePart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePart {
    pub role: Role,
    /// Path within the bag.
    #[serde(rename = "计算机文件名")]
    pub path: String,
    #[serde(rename = "计算机文件大小")]
    pub size: u64,
    #[serde(rename = "格式名称")]
    pub format: String,
    pub sha256: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// The paper, PDF/A-2u.
    Paper,
    /// The same as a workbook.
    Sheet,
    /// The content, as programs read it.
    Content,
    /// [`Record`]
    Record,
    /// Papers that were given out earlier: the one that was signed among them.
    Printed,
    /// 签署件: a scan of signed paper.
    Signed,
    /// 附录
    Appendix,
    Template,
    Settings,
    /// 合订本: the report of a release with its appendices. It is made from them, and nothing comes back from it.
    Volume,
    /// A draft, in a 移交包.
    Draft,
}

/// Everything of one revision that brings it back as it stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub schema: u32,
    pub uid: String,
    pub document: String,
    pub release: Option<ReleasePart>,
    pub number: GivenNumber,
    pub ordinal: i64,
    pub revision: String,
    pub state: RevisionState,
    /// Canonical JSON of everything that prints: the exact text.
    pub frozen: String,
    pub sha256: String,
    pub change_note: String,
    pub pages: usize,
    pub submitted_at: String,
    pub submitted_by: String,
    pub anchor: String,
    pub moved_at: String,
    pub moved_by: String,
    pub reason: String,
    pub effective_on: Option<String>,
    pub obsolete_on: Option<String>,
    pub successor: Option<String>,
    pub signatures: Vec<SignaturePart>,
    pub prints: Vec<PrintPart>,
    pub copies: Vec<CopyPart>,
    pub papers: Vec<PaperPart>,
    pub scans: Vec<ScanPart>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignaturePart {
    pub signature: Signoff,
    pub recorded_at: String,
    pub recorded_by: String,
    /// Text, when and by whom.
    pub corrections: Vec<(String, String, String)>,
    /// The scanned pages that show it: hash of the scan and page.
    pub scans: Vec<(String, usize)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrintPart {
    pub kind: String,
    pub sha256: String,
    pub printed_on: String,
    pub at: String,
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CopyPart {
    pub copy_number: u32,
    pub department: String,
    pub holder: String,
    pub issued_on: String,
    pub issued_by: String,
    pub received_on: Option<String>,
    pub received_by: Option<String>,
    pub returned_on: Option<String>,
    pub returned_note: Option<String>,
}

/// A paper that was given out: what else than the revision decides how it looks, and its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperPart {
    pub kind: String,
    pub path: String,
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScanPart {
    pub path: String,
    pub sha256: String,
    /// Name of the file as it came.
    pub name: String,
    pub kind: String,
    pub pages: usize,
    pub received_at: String,
    pub received_by: String,
    /// Those of its pages that belong to this revision.
    pub filed: Vec<PagePart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PagePart {
    pub page: usize,
    pub paper_page: Option<usize>,
    pub turned: u16,
    pub how: Filing,
    pub note: String,
}

/// What the format of an archival PDF is called.
pub(crate) const PDF_A_NAME: &str = "PDF/A-2u";

impl FilePart {
    pub fn of(role: Role, packed: Packed) -> Self {
        let format = match role {
            Role::Paper | Role::Printed => PDF_A_NAME,
            _ => papers::format_name(&packed.path),
        };
        Self { role, format: format.to_owned(), path: packed.path, size: packed.size, sha256: packed.sha256 }
    }
}

impl Index {
    /// The lowest schema that has all of it: a package without anything new opens in every program, and another one
    /// tells an earlier program that it is too old, instead of looking altered to it.
    pub fn schema_with(volumes: &[VolumePart]) -> u32 {
        if volumes.is_empty() { FIRST_SCHEMA } else { SCHEMA }
    }

    /// Every file that it names.
    pub fn files(&self) -> impl Iterator<Item = &FilePart> {
        let drafts = self.handover.iter().flat_map(|handover| &handover.drafts);
        let volumes = self.volumes.iter().map(|volume| &volume.file);
        self.revisions().flat_map(|revision| &revision.files).chain(&self.shared).chain(volumes).chain(drafts)
    }

    /// Where a document of a 移交包 comes from.
    pub fn state_of(&self, uid: &str) -> Option<&StatePart> {
        self.handover.as_ref()?.states.iter().find(|state| state.document == uid)
    }

    pub fn revisions(&self) -> impl Iterator<Item = &RevisionPart> {
        self.documents.iter().flat_map(|document| &document.revisions)
    }
}

impl RevisionPart {
    /// Its file of this role.
    pub fn file(&self, role: Role) -> Option<&FilePart> {
        self.files.iter().find(|file| file.role == role)
    }

    /// `REL-APP-2026-001 V1.0`
    pub fn name(&self) -> String {
        format!("{} {}", self.number, self.revision)
    }
}

/// JSON for people and programs: indented, and with a line end.
pub(crate) fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("parts of packages are JSON");
    bytes.push(b'\n');
    bytes
}

/// What an index says of its form, before anything else of it is read.
#[derive(Deserialize)]
pub(crate) struct Form {
    schema: u64,
    kind: String,
}

impl Form {
    /// None where the text says nothing of that.
    pub fn of(index: &[u8]) -> Option<Self> {
        serde_json::from_slice(index).ok()
    }

    /// Whether this program is new enough.
    ///
    /// # Errors
    /// It is not.
    pub fn known(&self) -> Result<()> {
        let (what, newest) = match self.kind.as_str() {
            exchange::KIND => ("移交包", exchange::SCHEMA),
            _ => ("归档包", SCHEMA),
        };
        if self.schema <= u64::from(newest) {
            return Ok(());
        }
        let message =
            format!("这个{what}由更新版本的程序生成：它的格式是 {}，这一版的程序只认识到 {newest}", self.schema);
        Err(Error::new(Code::NewerDatabase, message).hint("请安装最新版本的程序后再打开"))
    }
}

/// Names of folders and files are no longer than this, so that their paths are short enough for Windows.
pub(crate) const NUMBER_BYTES: usize = 40;
pub(crate) const REVISION_BYTES: usize = 16;

/// Where the files of a revision lie.
pub(crate) fn folder(number: &str, revision: &str) -> String {
    use super::names::safe;
    format!("{PAYLOAD}{}/{}", safe(number, NUMBER_BYTES), safe(revision, REVISION_BYTES))
}
