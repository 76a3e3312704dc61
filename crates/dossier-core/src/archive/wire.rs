//! What people and programs are told of packages, and what they ask for.

use serde::{Deserialize, Serialize};

use crate::storage::{DocumentId, ReleaseId};
use crate::{Code, Error, Issue, Result};

/// What is to be archived: what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "ArchiveScope"))]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[cfg_attr(test, ts(optional = nullable))]
    pub year: Option<i32>,
    /// Id or name of a release.
    #[cfg_attr(test, ts(optional = nullable))]
    pub release: Option<String>,
    /// Words that all occur.
    #[cfg_attr(test, ts(optional = nullable))]
    pub query: Option<String>,
}

/// What is to be archived, and what somebody takes the responsibility for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ArchiveRequest {
    pub scope: Scope,
    /// Line of the check, or all lines of its kind, and why it is archived all the same.
    pub exceptions: Vec<(String, String)>,
    /// Item of 4.4.2 (1 to 4), and who confirms it.
    pub confirmed: Vec<(String, String)>,
    /// Release, by id or name, that is not archived this time although the scope has it, and why.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<Vec<(String, String)>>", optional))]
    pub left_out: Vec<(String, String)>,
}

/// Of what a line of the check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "CheckProperty"))]
#[serde(rename_all = "snake_case")]
pub enum Property {
    /// 齐全: everything that has to be handed over is there.
    Complete,
    /// 真实性
    Authentic,
    /// 完整性
    Whole,
    /// 可用性
    Usable,
    /// 安全性
    Safe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "CheckOutcome"))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    /// Somebody should look at it.
    Warning,
    /// Nothing is archived before it is put right, or excused.
    Blocking,
    /// Somebody has said why it is archived all the same.
    Excused,
}

/// One line of the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckLine {
    /// Names the line in exceptions: `附录2/REL-SUM-2026-001`.
    pub id: String,
    pub property: Property,
    pub outcome: Outcome,
    /// The file, revision or release that it is about.
    pub about: String,
    /// One sentence.
    pub message: String,
    /// Whether a reason helps.
    pub excusable: bool,
    /// Why it is archived all the same, or who confirms it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub reason: Option<String>,
}

/// What the check finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ArchiveCheck {
    /// 2026 年
    pub scope: String,
    pub releases: usize,
    pub documents: usize,
    pub revisions: usize,
    pub blocking: usize,
    pub warnings: usize,
    pub lines: Vec<CheckLine>,
}

/// A check, with the ways to what its lines are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ArchiveLook {
    pub check: ArchiveCheck,
    pub places: Vec<CheckPlace>,
}

/// Where the document or release is found that lines of a check are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckPlace {
    /// As the lines say.
    pub about: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub release: ReleaseId,
    /// What the release is called.
    pub name: String,
    /// None where the lines are about the release.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub document: Option<DocumentId>,
    /// The report of the release, once it was submitted: appendices are added to it.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub report: Option<DocumentId>,
}

/// How far a package is that is being made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Packing {
    pub step: PackingStep,
    /// Of this step: documents, revisions, volumes, lists, files.
    pub done: usize,
    pub total: usize,
    /// What is in hand: `REL-SUM-2026-002 V1.0`.
    pub what: String,
    /// Bytes that were packed so far.
    pub bytes: u64,
    /// Where the package will lie.
    pub to: String,
}

/// What is done one after the other until a package is there. Hashes are taken while files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PackingStep {
    /// What is to be archived, once more: it may have changed since somebody looked.
    Check,
    /// Papers, sheets and signed copies of each revision.
    Files,
    /// 合订本
    Volumes,
    /// 受控文件清单 and 移交清单
    Lists,
    /// The written package, read from its first to its last byte.
    Verify,
}

/// A package that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ArchiveMade {
    pub path: String,
    pub documents: usize,
    pub revisions: usize,
    pub files: usize,
    pub bytes: u64,
    /// SHA-256 of its manifest.
    pub digest: String,
    /// 移交校验码: how the digest begins, as the 移交清单 prints it.
    pub code: String,
    /// Head of the audit log in it: 128-9C41D2E07A55
    pub audit_head: String,
    pub check: ArchiveCheck,
}

/// Whether a package is what was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PackageVerdict {
    Sound,
    /// Bytes are lost or others than the manifest says, which is itself as it was: a broken disk does that.
    Damaged,
    /// Somebody has changed it: manifests, index, log and anchor contradict each other.
    Altered,
}

/// What a check of a package finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PackageReport {
    /// Whether it is a 移交包: it is received, not brought back.
    pub is_handover: bool,
    pub verdict: PackageVerdict,
    /// One sentence.
    pub message: String,
    pub documents: usize,
    pub revisions: usize,
    pub files: usize,
    pub bytes: u64,
    pub digest: String,
    pub code: String,
    pub audit_head: Option<String>,
    /// Whether the anchor that was given fits; none where none was given.
    pub anchor: Option<bool>,
    /// What is wrong, each with its file.
    pub issues: Vec<Issue>,
}

/// What came back from a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "PackageRestored"))]
pub struct Restored {
    pub documents: usize,
    pub revisions: usize,
    /// Documents that were here already, as they are in the package.
    pub known: usize,
    /// Documents that were not brought back, because something else stands in their place here; and what of the others
    /// contradicts what is here.
    pub issues: Vec<Issue>,
    pub cancelled: bool,
}

impl Property {
    pub const ALL: [Self; 5] = [Self::Complete, Self::Authentic, Self::Whole, Self::Usable, Self::Safe];

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Complete => "齐全",
            Self::Authentic => "真实性",
            Self::Whole => "完整性",
            Self::Usable => "可用性",
            Self::Safe => "安全性",
        }
    }
}

impl PackingStep {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Check => "核对内容",
            Self::Files => "生成并写入文件",
            Self::Volumes => "装订合订本",
            Self::Lists => "写清单和移交清单",
            Self::Verify => "从头校验一遍",
        }
    }
}

impl Outcome {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Passed => "通过",
            Self::Warning => "提醒",
            Self::Blocking => "不通过",
            Self::Excused => "例外",
        }
    }
}

impl ArchiveCheck {
    /// Lines of an outcome.
    pub fn of(&self, outcome: Outcome) -> impl Iterator<Item = &CheckLine> {
        self.lines.iter().filter(move |line| line.outcome == outcome)
    }

    /// Nothing stands in the way.
    ///
    /// # Errors
    /// Something does: all of it is told.
    pub fn pass(&self) -> Result<()> {
        let blocking = |line: &CheckLine| Issue::at(&line.id, "not_complete", line.message.clone());
        let issues: Vec<Issue> = self.of(Outcome::Blocking).map(blocking).collect();
        if issues.is_empty() {
            return Ok(());
        }
        Err(Error::new(Code::InvalidContent, format!("还不能归档：有 {} 项不通过", issues.len()))
            .hint("逐项补齐后再归档；确实没有的，写明理由作为例外（`--exception 项目=理由`），理由会一并归档")
            .issues(issues))
    }
}

impl CheckLine {
    fn new(property: Property, outcome: Outcome, id: String, about: &str, message: String) -> Self {
        Self { id, property, outcome, about: about.to_owned(), message, excusable: false, reason: None }
    }

    pub(crate) fn passed(property: Property, id: impl Into<String>, about: &str, message: impl Into<String>) -> Self {
        Self::new(property, Outcome::Passed, id.into(), about, message.into())
    }

    /// Of 齐全 or 可用性: somebody should look at it.
    pub(crate) fn warning(id: impl Into<String>, about: &str, message: impl Into<String>) -> Self {
        Self::new(Property::Complete, Outcome::Warning, id.into(), about, message.into())
    }

    /// Of 齐全: it has to be there, or somebody says why not.
    pub(crate) fn blocking(id: impl Into<String>, about: &str, message: impl Into<String>) -> Self {
        let line = Self::new(Property::Complete, Outcome::Blocking, id.into(), about, message.into());
        Self { excusable: true, ..line }
    }

    /// What no reason helps against: the record cannot be trusted.
    pub(crate) fn fault(property: Property, id: String, about: &str, message: String) -> Self {
        Self::new(property, Outcome::Blocking, id, about, message)
    }
}
