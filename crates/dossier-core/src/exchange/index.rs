//! What the index of a 移交包 says beside that of an archive package.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::archive::index::FilePart;
use crate::storage::LeasedState;

/// What a later one adds, earlier programs do not read.
pub(crate) const SCHEMA: u32 = 1;
pub(crate) const KIND: &str = "dossier-handover";

/// What a 移交包 is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Drafts to be written on.
    Draft,
    /// Drafts to be submitted.
    Submit,
    /// Submitted documents, to be known.
    Release,
    /// A block of numbers.
    Lease,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Handover {
    /// Of the package: 32 hexadecimal digits.
    pub uid: String,
    pub purpose: Purpose,
    /// Of the installation that sends it, and who works there.
    pub from: String,
    pub from_name: String,
    /// Whom it is for.
    pub to: String,
    /// The drafts: files of role `draft`.
    #[serde(default)]
    pub drafts: Vec<FilePart>,
    /// Where the submitted documents come from.
    #[serde(default)]
    pub states: Vec<StatePart>,
    #[serde(default)]
    pub leases: Vec<LeasePart>,
    /// What became of numbers that the sender had borrowed.
    #[serde(default)]
    pub leased: Vec<LeasedPart>,
}

/// Of a submitted document: what of its drafts is part of its revisions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StatePart {
    pub document: String,
    /// Of the draft as it was exchanged last.
    pub digest: Option<String>,
    #[serde(default)]
    pub seen: BTreeSet<String>,
}

/// A block of numbers for one installation alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeasePart {
    pub uid: String,
    /// How its uid begins.
    pub to: String,
    pub template_id: String,
    pub series: String,
    pub year: i32,
    pub first: u32,
    pub count: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeasedPart {
    pub lease: String,
    pub number: String,
    pub state: LeasedState,
    /// When (UTC), by whom and why it was given up.
    #[serde(default)]
    pub void: Option<(String, String, String)>,
}

impl Purpose {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submit => "submit",
            Self::Release => "release",
            Self::Lease => "lease",
        }
    }

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "移交草稿",
            Self::Submit => "提交文控",
            Self::Release => "交回文件",
            Self::Lease => "借出编号",
        }
    }
}
