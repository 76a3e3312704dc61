//! What people and programs are told of exchanges, and what they ask for.

use serde::Serialize;
use serde_json::Value;

use crate::Issue;
use crate::storage::DocumentId;

/// What is to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendRequest {
    /// Drafts are handed over; submitted documents are told of.
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
    pub drafts: Vec<DocumentId>,
    /// Submitted documents that it tells of.
    pub documents: Vec<DocumentId>,
    /// Borrowed numbers that went back, or numbers that were lent.
    pub numbers: Vec<String>,
    pub digest: String,
    /// 移交校验码
    pub code: String,
}

/// What became of a document of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
pub struct ReceivedDocument {
    /// None where nothing of it is here.
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
pub struct OutLine {
    pub document: DocumentId,
    pub title: String,
    pub to: String,
    pub submit: bool,
    /// Local time.
    pub at: String,
}

/// A document with a second version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingLine {
    pub document: DocumentId,
    pub title: String,
    pub from: String,
    pub at: String,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantineLine {
    pub number: String,
    pub revision: String,
    pub why: String,
    pub from: String,
    pub at: String,
}

/// A block of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
pub struct Conflict {
    pub document: DocumentId,
    pub title: String,
    pub from: String,
    pub at: String,
    pub fields: Vec<ConflictField>,
}

/// A field in which the two differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConflictField {
    pub field: String,
    /// As printed.
    pub label: String,
    pub places: Vec<ConflictPlace>,
}

/// One place of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConflictPlace {
    pub path: String,
    pub label: String,
    pub here: Value,
    pub there: Value,
}

/// What somebody chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Fields by id or label.
    pub take: Vec<String>,
    pub keep: Vec<String>,
    /// What becomes of the others: taken or kept; none where each has to be named.
    pub rest: Option<bool>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chosen {
    pub document: DocumentId,
    pub taken: Vec<String>,
    pub kept: Vec<String>,
    /// Second versions of the document that still wait.
    pub waiting: usize,
}
