//! What people and programs are told of exchanges, and what they ask for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Issue;
use crate::control::Changed;
use crate::storage::DocumentId;

/// What is to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SendRequest {
    /// Drafts are handed over; submitted documents are told of.
    #[cfg_attr(test, ts(type = "Array<string>"))]
    pub documents: Vec<DocumentId>,
    /// Who gets it, as people call them.
    pub to: String,
    /// Drafts are to be submitted there, along this chain, with this 变更说明.
    pub submit: bool,
    pub chain: Option<String>,
    pub change: Option<String>,
    /// Borrowed numbers that are still free go back.
    pub return_numbers: bool,
}

/// A package that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Sent {
    pub path: String,
    /// Of the package.
    pub uid: String,
    pub to: String,
    /// `draft`, `submit`, `release`, `lease`
    pub purpose: String,
    /// 移交草稿
    pub label: String,
    /// Read-only here until they come back.
    #[cfg_attr(test, ts(type = "Array<string>"))]
    pub drafts: Vec<DocumentId>,
    /// Submitted documents that it tells of.
    #[cfg_attr(test, ts(type = "Array<string>"))]
    pub documents: Vec<DocumentId>,
    /// Borrowed numbers that went back, or numbers that were lent.
    pub numbers: Vec<String>,
    pub digest: String,
    /// 移交校验码
    pub code: String,
}

/// What became of a document of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReceivedAs {
    /// It was not here.
    New,
    /// What came went on from what was here.
    Applied,
    /// The same stands here.
    Same,
    /// It, or something later, was here before.
    Older,
    /// It stands beside what is here until somebody chooses.
    Beside,
    /// Revisions, states or signatures were added.
    Merged,
    /// It contradicts what is here; nothing was changed.
    Quarantined,
    /// It cannot be used.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReceivedDocument {
    /// None where nothing of it is here.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub id: Option<DocumentId>,
    pub title: String,
    pub outcome: ReceivedAs,
    /// One sentence.
    pub message: String,
    /// `REL-APP-2026-001 V1.0`, where it was submitted on receipt.
    pub submitted: Option<String>,
    /// Why it could not be submitted or used.
    pub issues: Vec<Issue>,
}

/// What a package brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Received {
    /// Of the package.
    pub uid: String,
    pub purpose: String,
    pub label: String,
    pub from: String,
    /// Whether it came before.
    pub again: bool,
    pub documents: Vec<ReceivedDocument>,
    /// Numbers that may be given here from now on.
    pub borrowed: Vec<String>,
    /// Numbers that were lent and of which something is known now.
    pub settled: Vec<String>,
    /// What else has to be told.
    pub issues: Vec<Issue>,
}

/// What is between this machine and others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExchangeStatus {
    /// 7F3A-90C1-22DE: whom numbers are lent to.
    pub code: String,
    pub name: String,
    pub packages: usize,
    pub out: Vec<OutLine>,
    pub waiting: Vec<WaitingLine>,
    pub quarantine: Vec<QuarantineLine>,
    pub leases: Vec<LeaseLine>,
}

/// A draft that is out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OutLine {
    #[cfg_attr(test, ts(type = "string"))]
    pub document: DocumentId,
    pub title: String,
    pub to: String,
    pub submit: bool,
    /// Local time.
    pub at: String,
}

/// A document with a second version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WaitingLine {
    #[cfg_attr(test, ts(type = "string"))]
    pub document: DocumentId,
    pub title: String,
    pub from: String,
    pub at: String,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QuarantineLine {
    /// What has the number here; none where that is gone.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub document: Option<DocumentId>,
    pub title: String,
    pub number: String,
    pub revision: String,
    pub why: String,
    pub from: String,
    pub at: String,
    /// What it says otherwise than the same revision here; empty where that cannot be told.
    pub changes: Vec<Changed>,
}

/// A block of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LeaseLine {
    /// Whether this installation gave it away.
    pub out: bool,
    pub partner: String,
    pub first: String,
    pub last: String,
    pub free: usize,
    pub used: usize,
    pub void: usize,
    pub at: String,
}

/// A second version, place by place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Conflict {
    #[cfg_attr(test, ts(type = "string"))]
    pub document: DocumentId,
    pub title: String,
    pub from: String,
    pub at: String,
    pub fields: Vec<ConflictField>,
}

/// A field in which the two differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConflictField {
    pub field: String,
    /// As printed.
    pub label: String,
    /// Whether each of its places can be chosen by itself: a table with the same rows on both sides.
    pub by_place: bool,
    pub places: Vec<ConflictPlace>,
}

/// One place of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConflictPlace {
    pub path: String,
    pub label: String,
    #[cfg_attr(test, ts(type = "Json"))]
    pub here: Value,
    #[cfg_attr(test, ts(type = "Json"))]
    pub there: Value,
    /// As printed; empty where nothing stands.
    pub here_shown: String,
    pub there_shown: String,
}

/// What somebody chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Choice {
    /// Fields by id or label; places of a table whose places can be chosen one by one.
    pub take: Vec<String>,
    pub keep: Vec<String>,
    /// What becomes of the others: taken or kept; none where each has to be named.
    pub rest: Option<bool>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Chosen {
    #[cfg_attr(test, ts(type = "string"))]
    pub document: DocumentId,
    pub taken: Vec<String>,
    pub kept: Vec<String>,
    /// Second versions of the document that still wait.
    pub waiting: usize,
}

/// What of exchanges waits for a person, told without changing anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExchangeBrief {
    pub out: Vec<OutLine>,
    /// Documents with a second version.
    pub waiting: usize,
    /// Revisions in quarantine.
    pub alarms: usize,
}

/// What is in a package, and what receiving it would do. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PackageLook {
    /// `draft`, `submit`, `release`, `lease`
    pub purpose: String,
    /// 移交草稿
    pub label: String,
    pub from: String,
    /// 7F3A-90C1-22DE: of the computer that it comes from.
    pub from_code: String,
    pub to: String,
    /// Day: 2026-03-04; empty where the package does not say.
    pub on: String,
    /// 移交校验码
    pub code: String,
    /// Whether the code that was given fits; none where none was given.
    pub anchor: Option<bool>,
    /// Whether it came before.
    pub again: bool,
    pub parts: Vec<PartLook>,
    /// Numbers that are lent with it.
    pub blocks: Vec<BlockLook>,
    /// Borrowed numbers that it tells of.
    pub settled: usize,
}

/// A draft or a submitted document of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PartLook {
    /// None where nothing of it is here.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub id: Option<DocumentId>,
    /// 产品发布申请表
    pub title: String,
    /// 衡川网络安全审计系统 V4.2.0; empty where it belongs to none.
    pub release: String,
    /// 草稿; REL-APP-2026-001 V1.1
    pub what: String,
    pub outcome: ReceivedAs,
    /// One sentence: what receiving will do.
    pub message: String,
}

/// A block of numbers of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BlockLook {
    pub first: String,
    pub last: String,
    pub count: u32,
    /// Whether it is for this computer.
    pub is_for_here: bool,
}
