//! A draft on its way.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::archive::index::ReleasePart;
use crate::control::FrozenTemplate;
use crate::storage::{canonical, sha256};

/// Everything of a draft: what was typed, and what it shows without having typed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DraftPart {
    pub schema: u32,
    /// Of the document, on every machine.
    pub uid: String,
    pub template: FrozenTemplate,
    pub year: i32,
    pub release: Option<ReleasePart>,
    /// What its release tells it, by key.
    #[serde(default)]
    pub facts: Map<String, Value>,
    /// Official; none before the first submission.
    pub number: Option<String>,
    /// The revision that it is to become; none before the first submission.
    pub revision: Option<String>,
    #[serde(default)]
    pub change_note: String,
    pub content: Map<String, Value>,
    /// Texts that are no values, by path.
    #[serde(default)]
    pub unfit: BTreeMap<String, String>,
    /// Of content and unfit texts.
    pub digest: String,
    /// Packages whose state of the document is part of this one.
    #[serde(default)]
    pub seen: BTreeSet<String>,
    /// How it is to be submitted, where it is.
    #[serde(default)]
    pub submission: Option<SubmissionPart>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubmissionPart {
    pub chain: Option<String>,
    pub change: Option<String>,
}

/// What tells states of a draft apart: SHA-256 of what was typed, values and texts that are none.
///
/// What the release tells is no part of it: it is typed elsewhere, and differs from machine to machine.
pub(crate) fn digest(content: &Map<String, Value>, unfit: &BTreeMap<String, String>) -> String {
    sha256(canonical(&json!({ "content": content, "unfit": unfit })))
}
