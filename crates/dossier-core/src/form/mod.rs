//! What the window draws: the form that a template asks for, and what is known of a document beyond what was typed.
//!
//! ```text
//! Template ─ of ─→ Form (once)          Document + facts ─ state ─→ State (after every change)
//! ```
//!
//! The form on the screen is the form on paper: blocks, rows, cells and texts are those of the template's layout.

mod edit;
mod of_template;
mod place;
mod state;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::storage::{DocumentId, ReleaseId, Status};

pub use edit::{Edit, Typed, apply};
pub use place::{Path, label_of};
pub use state::{
    Derived, DerivedFrom, Problem, ProblemKind, Required, SectionState, Situation, State, state, unfit_issues,
};

/// How a document looks, from its template alone. Lengths are millimetres.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Form {
    pub template: String,
    /// 产品发布申请表
    pub title: String,
    /// 申请表
    pub short: String,
    pub style: FormStyle,
    /// Width of the text area: 165, in landscape 267.
    pub width: f64,
    pub sections: Vec<Section>,
    pub blocks: Vec<Block>,
    /// Every field of the document, by id.
    pub fields: BTreeMap<String, Field>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FormStyle {
    Form,
    Report,
    Plan,
    Table,
}

/// A line of the outline: a section bar, a chapter, or a column of a plan table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Section {
    pub id: String,
    /// 一; empty where it has none.
    pub numeral: String,
    pub name: String,
    /// When it will be filled if not now: 打印后签.
    pub due: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Block {
    /// Stable within the template: b0, b1 …
    pub id: String,
    /// Index into `sections`.
    pub section: Option<usize>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    Title {
        text: Vec<Part>,
    },
    /// Lines under the title, each of one to four texts.
    Lines {
        rows: Vec<Vec<Vec<Part>>>,
    },
    /// A section bar across the form.
    Bar {
        text: Vec<Part>,
    },
    Heading {
        level: u8,
        text: Vec<Part>,
    },
    Paragraph {
        text: Vec<Part>,
    },
    /// Numbered 1. 2. 3.
    Clauses {
        items: Vec<Vec<Part>>,
    },
    Grid {
        rows: Vec<GridRow>,
    },
    Table {
        table: TableLayout,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GridRow {
    /// b3.0
    pub id: String,
    pub cells: Vec<GridCell>,
    /// Least height.
    pub height: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GridCell {
    pub width: f64,
    /// More than one: rows stacked within the cell.
    pub stack: Vec<Vec<Part>>,
    pub align: Align,
    pub label: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Align {
    Left,
    Center,
    Right,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TableLayout {
    /// Id of the table field.
    pub field: String,
    pub signoff: bool,
    pub caption: Option<Vec<Part>>,
    pub note: Option<Vec<Part>>,
    /// Spans all tiers.
    pub lead: Option<TableColumn>,
    pub tiers: Vec<Vec<TableColumn>>,
    /// Least height of a body row.
    pub row_height: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TableColumn {
    pub width: f64,
    pub head: String,
    pub cell: Vec<Part>,
    pub align: Align,
    pub label: bool,
}

/// A piece of a text of the layout.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    Literal { text: String, bold: bool },
    Field { id: String, only_name: bool, blank: Option<f64>, bold: bool },
    RowNumber,
}

/// One field of the document, or one column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Field {
    pub id: String,
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
    /// The source document's own [如：…].
    pub hint: Option<String>,
    pub help: Option<String>,
    pub clause: Option<String>,
    pub unit: Option<String>,
    /// Width of the rule of an empty field in running text.
    pub blank: Option<f64>,
    /// How it fills itself, for people: 实际完成时间减计划完成时间.
    pub computed: Option<String>,
    /// Whether it is shared by all documents of the release.
    pub carried: bool,
    /// Part of the document frame: number, revision …
    pub frame: bool,
    #[cfg_attr(test, ts(type = "Json"))]
    pub default: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    LongText,
    Integer,
    Decimal,
    /// With words it may also be 立即执行.
    Date {
        words: bool,
    },
    Datetime,
    Time,
    /// Whole minutes; printed as `120 分钟` where `minutes`, else as `2 小时`.
    Duration {
        minutes: bool,
    },
    Version,
    Choice {
        many: bool,
        options: Vec<ChoiceOption>,
    },
    Person {
        many: bool,
    },
    Department {
        many: bool,
    },
    Rating,
    Signature,
    Number {
        pattern: String,
    },
    Table {
        table: Table,
    },
}

/// What is stored is the name; the text is printed and may hold blanks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChoiceOption {
    pub name: String,
    pub text: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Table {
    pub columns: Vec<Field>,
    /// Rows that are always there.
    pub fixed: Vec<FixedRow>,
    /// Whether people may add rows.
    pub free: bool,
    pub blank_rows: usize,
    pub min_rows: usize,
    pub totals: Option<Totals>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FixedRow {
    /// Printed, cannot be typed over.
    #[cfg_attr(test, ts(type = "Row"))]
    pub values: Map<String, Value>,
    /// Cells of another kind than their column.
    pub kinds: BTreeMap<String, FieldKind>,
    /// Cells with another text than the layout's.
    pub cells: BTreeMap<String, Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Totals {
    pub label: String,
    pub sum: Vec<String>,
    pub dash: Vec<String>,
}

// ---- one document

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DocumentHead {
    /// D0001
    #[cfg_attr(test, ts(type = "string"))]
    pub id: DocumentId,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub release: Option<ReleaseId>,
    pub template: String,
    pub status: Status,
    /// Why it cannot be changed; null for a draft.
    pub read_only: Option<String>,
    /// Who writes on the draft elsewhere.
    pub handed_over: Option<String>,
    /// Whose version stands beside it until somebody chooses.
    pub second_from: Option<String>,
}

/// What the page header takes from the settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Letterhead {
    pub organisation: String,
    /// A `data:` URL.
    pub logo: Option<String>,
    pub form_number: String,
    pub form_version: String,
    pub classification: String,
}

/// A document as a window opens it.
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
    pub unfit: BTreeMap<String, String>,
    pub state: State,
}

/// What a change led to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Edited {
    /// Values as they are stored now, by path; whole tables by field id where many rows changed. Null: empty.
    #[cfg_attr(test, ts(type = "{ [path: string]: Json }"))]
    pub values: Map<String, Value>,
    pub unfit: BTreeMap<String, String>,
    pub state: State,
}

/// What going one step back or forth led to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Undone {
    pub edited: Edited,
    /// Where the change was: to be shown and focused. Null: there was nothing to undo.
    pub focus: Option<String>,
}

/// One line of the history of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryEntry {
    /// Local: 2026-03-11 12:31
    pub at: String,
    /// 今天, 昨天, else 2026-03-09
    pub day: String,
    pub actor: String,
    /// 计划发布时间; 变更列表 第 4 行 名称; 新建草稿
    pub what: String,
    pub path: Option<String>,
    /// As printed; null: 空.
    pub before: Option<String>,
    pub after: Option<String>,
}
