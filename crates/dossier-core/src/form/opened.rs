//! One document in the window: what it holds, what is known of it, and the changes that people make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Form, Row};
use crate::storage::{DocumentId, ReleaseId, Status};

/// What the core knows of a document beyond what was typed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct State {
    /// Grows with every stored change; the preview shows which one it was made of.
    #[cfg_attr(test, ts(type = "number"))]
    pub sequence: i64,
    /// Local time of the last change: 2026-03-11 12:31:07
    pub saved_at: String,
    #[cfg_attr(test, ts(type = "Status"))]
    pub status: Status,
    /// Official, else the provisional one of the draft.
    pub number: String,
    /// Values that nobody typed here, by path (`late`, `milestones[2].status`).
    #[cfg_attr(test, ts(type = "{ [path: string]: Derived }"))]
    pub derived: BTreeMap<String, Derived>,
    /// Values whose printed form is another than the stored one (86,400; 1 小时 40 分钟), by path.
    #[cfg_attr(test, ts(type = "{ [path: string]: string }"))]
    pub texts: BTreeMap<String, String>,
    /// Rows of tables that nobody typed here yet: presets, or those of the release.
    #[cfg_attr(test, ts(type = "{ [table: string]: Row[] }"))]
    pub rows: BTreeMap<String, Vec<Row>>,
    /// Sums as printed, by `table.column`.
    #[cfg_attr(test, ts(type = "{ [path: string]: string }"))]
    pub totals: BTreeMap<String, String>,
    /// Blocks and grid rows that do not stand on this paper, by id.
    pub hidden: Vec<String>,
    /// Fields and cells that do not concern the document, by path.
    pub idle: Vec<String>,
    /// As many as `Form.sections`.
    pub sections: Vec<SectionState>,
    #[cfg_attr(test, ts(inline))]
    pub required: Required,
    pub problems: Vec<Problem>,
    /// What would be undone and redone, for people: 计划发布时间; null where there is nothing.
    pub undo: Option<String>,
    pub redo: Option<String>,
}

/// How many compulsory fields concern the document, and how many of them are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Required {
    pub filled: usize,
    pub all: usize,
}

/// A value that nobody typed into this document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Derived {
    /// As printed.
    pub text: String,
    #[cfg_attr(test, ts(type = "Json"))]
    pub value: Value,
    #[cfg_attr(test, ts(inline))]
    pub origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Carried,
    Computed,
    Default,
}

/// What a line of the outline says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SectionState {
    /// Compulsory fields that are still empty.
    pub missing: usize,
    /// Values that contradict a rule or cannot be read.
    pub wrong: usize,
}

/// One line of 检查.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Problem {
    /// Where: `planned_at`, `plan[3].version`; empty for the document as a whole.
    pub path: String,
    /// Missing: compulsory and empty. Wrong: must be put right. Warning: may stay with a reason.
    #[cfg_attr(test, ts(inline))]
    pub kind: ProblemKind,
    pub code: String,
    /// 一 基本信息 › 当前线上版本
    pub place: String,
    /// Label alone: 当前线上版本
    pub label: String,
    pub message: String,
    pub section: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    Missing,
    Wrong,
    Warning,
}

/// Which document this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DocumentHead {
    /// D0001
    #[cfg_attr(test, ts(type = "string"))]
    pub id: DocumentId,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub release: Option<ReleaseId>,
    pub template: String,
    #[cfg_attr(test, ts(type = "Status"))]
    pub status: Status,
    /// Why it cannot be changed; null for a draft.
    pub read_only: Option<String>,
}

/// What the paper takes from the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Letterhead {
    pub organisation: String,
    /// data: URL
    pub logo: Option<String>,
    pub form_number: String,
    pub form_version: String,
    pub classification: String,
}

/// A document as the window opens it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Opened {
    pub head: DocumentHead,
    pub form: Form,
    pub letterhead: Letterhead,
    /// What was typed into this document, by field id; a table field holds a list of rows.
    #[cfg_attr(test, ts(type = "{ [field: string]: Json }"))]
    pub content: Map<String, Value>,
    /// What was typed and cannot be read as its field's kind, by path: kept as typed.
    #[cfg_attr(test, ts(type = "{ [path: string]: string }"))]
    pub unfit: BTreeMap<String, String>,
    pub state: State,
}

/// One change. Several go in one call and are one step of undo.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// A string as typed, a list of names for choices and people; null empties.
    Set {
        path: String,
        #[cfg_attr(test, ts(type = "Json"))]
        value: Value,
    },
    /// Takes out `remove` rows at `at` and puts `insert` there; cells hold text as typed or names.
    Rows {
        table: String,
        at: usize,
        remove: usize,
        #[cfg_attr(test, ts(type = "Row[]"))]
        insert: Vec<Row>,
    },
    MoveRow {
        table: String,
        from: usize,
        to: usize,
    },
}

/// What a change has led to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Edited {
    /// Values as they are stored now, by path; whole tables by field id where many rows changed. Null: empty.
    #[cfg_attr(test, ts(type = "{ [path: string]: Json }"))]
    pub values: Map<String, Value>,
    /// All that cannot be read now, not only of this change.
    #[cfg_attr(test, ts(type = "{ [path: string]: string }"))]
    pub unfit: BTreeMap<String, String>,
    pub state: State,
}

/// What undoing or redoing has led to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Undone {
    pub edited: Edited,
    /// Where the change was: to be shown and focused. Null: there was nothing to undo.
    pub focus: Option<String>,
}

/// One line of 历史.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryEntry {
    /// Local: 2026-03-11 12:31
    pub at: String,
    /// 今天, 昨天, else 2026-03-09
    pub day: String,
    pub actor: String,
    /// 计划发布时间; 变更说明，第 4 行; 新建草稿
    pub what: String,
    pub path: Option<String>,
    /// As printed; null: 空.
    pub before: Option<String>,
    pub after: Option<String>,
}
