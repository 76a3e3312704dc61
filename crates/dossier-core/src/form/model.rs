//! How a document looks, from its template alone: what the window draws.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// One row of a table field, by column id.
pub type Row = Map<String, Value>;

/// What the window draws of a template.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Form {
    pub template: String,
    /// 产品发布申请表
    pub title: String,
    /// 申请表
    pub short: String,
    #[cfg_attr(test, ts(inline))]
    pub style: Style,
    /// Width of the text area, mm: 165, in landscape 267.
    pub width: f64,
    pub sections: Vec<Section>,
    pub blocks: Vec<Block>,
    /// Every field of the document, by id.
    #[cfg_attr(test, ts(type = "{ [id: string]: Field }"))]
    pub fields: BTreeMap<String, Field>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Style {
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

/// One entry of the layout.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Block {
    /// Stable within the template: b0, b1 …
    pub id: String,
    /// Index into `sections`.
    pub section: Option<usize>,
    pub what: What,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    Title {
        text: Vec<Part>,
    },
    Lines {
        rows: Vec<Vec<Vec<Part>>>,
    },
    /// A section bar across the form.
    Bar {
        text: Vec<Part>,
    },
    Heading {
        #[cfg_attr(test, ts(type = "1 | 2"))]
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

/// A row of labels and values with widths of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GridRow {
    /// b3.0
    pub id: String,
    pub cells: Vec<GridCell>,
    /// Least height, mm.
    pub height: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GridCell {
    /// mm
    pub width: f64,
    /// More than one: rows stacked within the cell.
    pub stack: Vec<Vec<Part>>,
    #[cfg_attr(test, ts(inline))]
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

/// How a table field is laid out.
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
    /// Least height of a body row, mm.
    pub row_height: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TableColumn {
    /// mm
    pub width: f64,
    pub head: String,
    pub cell: Vec<Part>,
    #[cfg_attr(test, ts(inline))]
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

/// One thing that is known: a field of the document, or a column of a table.
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
    /// Width of the rule of an empty field in running text, mm.
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

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    LongText,
    Integer,
    Decimal,
    Date {
        words: bool,
    },
    #[serde(rename = "datetime")]
    DateTime,
    Time,
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

/// Rows and columns of a table field.
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
    pub values: Row,
    /// Cells of another kind than their column.
    #[cfg_attr(test, ts(type = "{ [column: string]: FieldKind }"))]
    pub kinds: BTreeMap<String, FieldKind>,
    /// Cells with another text than the layout's.
    #[cfg_attr(test, ts(type = "{ [column: string]: Part[] }"))]
    pub cells: BTreeMap<String, Vec<Part>>,
}

/// The sum row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Totals {
    pub label: String,
    pub sum: Vec<String>,
    pub dash: Vec<String>,
}
