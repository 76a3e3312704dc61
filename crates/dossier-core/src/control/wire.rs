//! What the window and the terminal are told of the control of a document, and what they ask for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Changed, Notice};
use crate::storage::{DocumentId, Filing, How, Opinion, ReleaseId, RevisionRecord, RevisionState, Status};

/// Everything about the approval of one document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Approval {
    #[cfg_attr(test, ts(type = "string"))]
    pub document: DocumentId,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub release: Option<ReleaseId>,
    pub template: String,
    /// 产品发布申请表
    pub title: String,
    /// 申请表
    pub short: String,
    pub status: Status,
    /// Official, else the provisional one.
    pub number: String,
    /// The revision that the draft is to become: `V1.1`; null where there is no draft.
    pub draft: Option<String>,
    /// What the draft changes; empty for the first revision.
    pub change_note: String,
    /// What a new draft may be called; null where none can be begun now.
    pub next: Option<NextRevisions>,
    /// The chains by which the draft may be approved.
    pub offers: Vec<ChainOffer>,
    /// Newest first.
    pub revisions: Vec<RevisionView>,
}

/// What the draft of a next revision may be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NextRevisions {
    /// `V1.1`
    pub minor: String,
    /// `V2.0`
    pub major: String,
}

/// A chain that a draft may be submitted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChainOffer {
    pub id: String,
    pub name: String,
    pub clause: Option<String>,
    pub afterwards: Option<String>,
    /// 产品管理部初审
    pub steps: Vec<String>,
}

/// A frozen revision with its signatures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RevisionView {
    /// `V1.0`
    pub revision: String,
    pub state: RevisionState,
    /// 3F7A-0C91-B2D4
    pub code: String,
    /// What the square code says, without the page.
    pub payload: String,
    /// The square code of the first page as it stands on the paper, row by row: `1` is dark.
    pub square: Vec<String>,
    /// The content's hash, in full.
    pub sha256: String,
    /// 128-9C41D2E07A55
    pub anchor: String,
    pub pages: usize,
    /// Local time.
    pub submitted_at: String,
    pub submitted_by: String,
    pub change_note: String,
    /// Why it was returned or is obsolete.
    pub reason: String,
    /// Local dates.
    pub printed_on: Option<String>,
    pub effective_on: Option<String>,
    pub obsolete_on: Option<String>,
    pub successor: Option<String>,
    /// Approval first.
    pub chains: Vec<ChainView>,
    pub scans: Vec<ScanLine>,
    pub copies: Vec<CopyLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChainView {
    pub id: String,
    pub name: String,
    pub clause: Option<String>,
    pub after_approval: bool,
    pub any_order: bool,
    /// What a short cut leaves to be done.
    pub afterwards: Option<String>,
    pub steps: Vec<StepView>,
    pub signed: usize,
    /// Whether a signature can be recorded now.
    pub open: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StepView {
    /// From 0.
    pub index: usize,
    pub role: String,
    pub verb: String,
    pub state: StepState,
    pub signature: Option<SignatureView>,
    /// How the paper words each opinion that it offers.
    pub opinions: Vec<OpinionView>,
    /// The earliest date in ink, and why: 不早于第 3 步（03-10）.
    pub not_before: String,
    pub not_before_why: String,
    /// Where the signature stands on the paper: `approval[3].name`.
    pub place: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Signed,
    /// Can be signed now.
    Next,
    /// Another one comes first.
    Waiting,
    /// Nobody signs here any more.
    Closed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OpinionView {
    pub opinion: Opinion,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignatureView {
    pub name: String,
    pub signed_on: String,
    pub opinion: Opinion,
    pub opinion_label: String,
    pub supplement: String,
    pub how: How,
    #[cfg_attr(test, ts(type = "Json"))]
    pub ink: Value,
    pub reason: String,
    /// Local time.
    pub recorded_at: String,
    pub recorded_by: String,
    pub corrections: Vec<CorrectionView>,
    pub scans: Vec<ScanPlace>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CorrectionView {
    pub text: String,
    /// Local time.
    pub at: String,
    pub by: String,
}

/// A page of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScanPlace {
    pub scan: i64,
    /// From 1.
    pub page: usize,
}

/// A scanned page that belongs to a revision, or waits for its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScanLine {
    pub scan: i64,
    /// Name of the file.
    pub name: String,
    pub page: usize,
    /// Page of the paper that it shows.
    pub paper_page: Option<usize>,
    pub how: Filing,
    pub sha256: String,
    /// What could not be read, or what does not fit.
    pub note: String,
}

/// A controlled copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CopyLine {
    pub id: i64,
    /// 分发号
    pub copy_number: u32,
    pub department: String,
    pub holder: String,
    pub issued_on: String,
    pub issued_by: String,
    pub received_on: Option<String>,
    pub received_by: Option<String>,
    pub returned_on: Option<String>,
    pub returned_note: Option<String>,
    /// Of a revision that is obsolete, and not come back yet.
    pub to_take_back: bool,
}

/// What a draft is submitted with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Submission {
    /// Which of the chains, where there are several.
    #[cfg_attr(test, ts(optional))]
    pub chain: Option<String>,
    /// 变更说明, compulsory from the second revision on.
    #[cfg_attr(test, ts(optional))]
    pub change: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Submitted {
    pub number: String,
    pub revision: String,
    pub code: String,
    pub pages: usize,
    /// What a short cut leaves to be done.
    pub afterwards: Option<String>,
}

/// A signature to be recorded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// The chain; the approval where none is named.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub chain: Option<String>,
    /// From 0.
    pub step: usize,
    pub name: String,
    /// As written on the paper: `2026-03-11`.
    pub signed_on: String,
    pub opinion: Opinion,
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub supplement: String,
    pub how: How,
    /// Drawn strokes: `{"aspect": 3.2, "strokes": [[[0.1, 0.5], …], …]}`.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, type = "Json"))]
    pub ink: Option<Value>,
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub reason: String,
    /// The scanned page that shows it.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub scan: Option<ScanPlace>,
}

/// What a signature led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Signed {
    pub notices: Vec<Notice>,
    pub state: RevisionState,
    /// The revision that the draft is to become, where the document was sent back.
    pub draft: Option<String>,
}

/// What a code from paper says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Verdict {
    pub kind: VerdictKind,
    /// One sentence.
    pub message: String,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub document: Option<DocumentId>,
    pub title: Option<String>,
    pub number: Option<String>,
    pub revision: Option<String>,
    pub state: Option<RevisionState>,
    /// The first field that is not what was printed.
    pub field: Option<String>,
    /// What else is to be said: a revision in force instead, a broken audit log.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// What is stored is what was printed.
    Same,
    /// It has been changed since.
    Altered,
    /// Nothing with this code was ever printed here.
    Unknown,
}

/// 修订对照
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Comparison {
    pub number: String,
    pub title: String,
    pub from: String,
    pub to: String,
    pub change_note: String,
    pub changes: Vec<Changed>,
}

/// A controlled copy that has to come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CopyDue {
    #[cfg_attr(test, ts(type = "string"))]
    pub document: DocumentId,
    pub number: String,
    pub revision: String,
    /// Why it holds no longer.
    pub reason: String,
    pub copy: CopyLine,
}

/// How the documents of one form are numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NumberRule {
    pub template: String,
    /// 产品发布申请表
    pub title: String,
    /// The form's own pattern: `REL-APP-{year}-{seq:03}`. Settings name another one under it.
    pub own: String,
    pub pattern: String,
    /// What the next document will be called.
    pub next: String,
}

/// Which paper of a revision is given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaperCopy {
    /// What is signed and kept: clean in review, stamped in force.
    #[default]
    Record,
    /// A controlled copy under its 分发号.
    Controlled { copy: i64 },
    /// 非受控，仅供参考
    Uncontrolled,
}

/// Which signature the pages of a scan show.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SignedStep {
    /// The chain; the approval where none is named.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub chain: Option<String>,
    /// From 0.
    pub step: usize,
}

/// 手工归位: where a person says that a page belongs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct FilingByHand {
    /// The scan: its SHA-256, or how that begins.
    pub sha256: String,
    /// From 1.
    pub page: usize,
    pub number: String,
    pub revision: String,
    /// Page of the paper that it shows, where that is known.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub paper_page: Option<usize>,
}

/// What became of a file of scans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FiledScan {
    pub scan: i64,
    pub name: String,
    pub sha256: String,
    /// It was here before, byte for byte; nothing was stored again.
    pub known: bool,
    pub pages: Vec<FiledPage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FiledPage {
    pub page: usize,
    pub how: Filing,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub document: Option<DocumentId>,
    pub number: Option<String>,
    pub revision: Option<String>,
    pub paper_page: Option<usize>,
    pub note: String,
}

impl From<(RevisionRecord, CopyLine)> for CopyDue {
    fn from((revision, copy): (RevisionRecord, CopyLine)) -> Self {
        let RevisionRecord { document, number, revision, reason, .. } = revision;
        Self { document, number, revision, reason, copy }
    }
}
