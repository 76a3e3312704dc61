//! What a template says, once it has been found to be sound.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The versioned definition of one controlled document: fields, rules and layout.
#[derive(Debug, Clone)]
pub struct Template {
    pub id: String,
    /// Version of the form, printed as 表单版本.
    pub version: String,
    /// Number of the form, printed as 表单编号.
    pub form_number: String,
    pub title: String,
    /// What stands large on the first page, where it is not the title.
    pub heading: Option<Text>,
    /// Pattern of the official number, such as `REL-SUM-{year}-{seq:03}`.
    pub number: String,
    /// 文档分类
    pub category: String,
    pub style: Style,
    /// In the order of the file; those of the document frame first.
    pub fields: Vec<Field>,
    pub layout: Vec<Entry>,
    /// The text this was read from, kept with every document.
    pub source: String,
}

/// Which measures the paper takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One continuous form.
    Form,
    Report,
    Plan,
    /// A4 landscape, 8 pt.
    Table,
}

/// One thing that is known: a field of the document, or a column of a table.
#[derive(Debug, Clone)]
pub struct Field {
    pub id: String,
    pub label: String,
    pub kind: Kind,
    pub required: bool,
    pub hint: Option<String>,
    pub help: Option<String>,
    pub clause: Option<String>,
    /// Key among the facts of the release, such as `release.product_name`.
    pub carries: Option<String>,
    pub default: Option<Value>,
    pub when: Option<Condition>,
    pub compute: Option<Compute>,
    pub unit: Option<String>,
    /// Length in mm of the rule printed when the field is empty in running text.
    pub blank: Option<f64>,
    /// Part of the document frame (number, revision, classification …): placed by the program, not by the layout.
    pub frame: bool,
}

/// What a field holds.
#[derive(Debug, Clone)]
pub enum Kind {
    Text,
    LongText,
    Integer,
    Decimal,
    Date,
    DateTime,
    Time,
    /// Whole minutes; printed as `120 分钟` where `minutes`, else as `2 小时`.
    Duration {
        minutes: bool,
    },
    Version,
    Choice {
        options: Vec<ChoiceOption>,
        many: bool,
    },
    Person {
        many: bool,
    },
    Department {
        many: bool,
    },
    Rating,
    Signature,
    /// The number of a document, by pattern.
    Number {
        pattern: String,
    },
    Table(TableField),
}

/// One option of a choice.
#[derive(Debug, Clone)]
pub struct ChoiceOption {
    /// What is stored: the text up to its first blank.
    pub name: String,
    /// As printed, with its blanks.
    pub text: Text,
}

/// Rows and columns of a table field.
#[derive(Debug, Clone)]
pub struct TableField {
    pub columns: Vec<Field>,
    pub fixed: Vec<FixedRow>,
    pub presets: Vec<Map<String, Value>>,
    /// Whether people may add rows.
    pub free: bool,
    pub blank_rows: usize,
    pub min_rows: usize,
    pub totals: Option<Totals>,
}

/// A row that is always there.
#[derive(Debug, Clone, Default)]
pub struct FixedRow {
    pub values: Map<String, Value>,
    /// Kinds of single cells that differ from their column's.
    pub kinds: BTreeMap<String, Kind>,
    /// Print texts of single cells that differ from the layout's, by column id.
    pub cells: BTreeMap<String, Text>,
}

/// The sum row of a table.
#[derive(Debug, Clone)]
pub struct Totals {
    pub label: String,
    pub sum: Vec<String>,
    /// Columns that print `-`.
    pub dash: Vec<String>,
}

/// `field = a|b`, `field filled`, joined by `or`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub any: Vec<Clause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    OneOf { field: String, values: Vec<String> },
    Filled { field: String },
}

/// How a value fills itself: `name(arguments)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compute {
    Rows { table: String },
    Count { table: String, column: String, values: Vec<String> },
    SumColumn { table: String, column: String },
    Sum { fields: Vec<String> },
    Minutes { start: String, end: String },
    Difference { from: String, less: String },
    Late { planned: String, actual: String },
    Balance { budget: String, spent: String },
}

/// A text of the layout: literal parts and places for fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Text {
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// May hold line breaks.
    Literal {
        text: String,
        bold: bool,
    },
    Field {
        id: String,
        only_name: bool,
        blank: Option<f64>,
        bold: bool,
    },
    /// `{#}`: the number of the row.
    RowNumber,
}

impl Text {
    /// Whether this is a label: it holds no place for a field.
    pub fn is_label(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Literal { .. }))
    }

    /// The ids of the fields placed in it.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field { id, .. } => Some(id.as_str()),
            _ => None,
        })
    }
}

/// One entry of the layout.
#[derive(Debug, Clone)]
pub struct Entry {
    pub what: What,
    pub when: Option<Condition>,
    pub on_blank: OnBlank,
    /// Stays with the entry that follows.
    pub keep: bool,
}

/// Whether something prints on blank paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBlank {
    #[default]
    Print,
    /// Only there (or while what decides is empty).
    Only,
    Omit,
}

#[derive(Debug, Clone)]
pub enum What {
    /// Lines under the title, each of one to four parts.
    Lines(Vec<Vec<Text>>),
    Bar(Text),
    Heading(Text),
    Subheading(Text),
    Paragraph(Text),
    Clauses(Vec<Text>),
    Grid(Vec<GridRow>),
    Table(TableLayout),
    PageBreak,
}

/// A row of labels and values with widths of its own.
#[derive(Debug, Clone)]
pub struct GridRow {
    /// mm
    pub widths: Vec<f64>,
    pub cells: Vec<GridCell>,
    /// Least height, mm.
    pub height: Option<f64>,
    /// Least height on blank paper, mm.
    pub blank_height: Option<f64>,
    pub when: Option<Condition>,
    pub on_blank: OnBlank,
}

#[derive(Debug, Clone)]
pub struct GridCell {
    /// More than one: rows stacked within the cell.
    pub stack: Vec<Text>,
    pub align: Option<Align>,
    /// Shaded and in 黑体; by default where the text holds no field.
    pub label: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Center,
    Right,
}

/// How a table field is laid out.
#[derive(Debug, Clone)]
pub struct TableLayout {
    pub field: String,
    /// A sign-off: whole, never alone on a page, with room to sign.
    pub signoff: bool,
    pub caption: Option<Text>,
    /// Right end of the caption row.
    pub note: Option<Text>,
    /// Spans all tiers.
    pub lead: Option<ColumnLayout>,
    /// One list of cells for each tier; most tables have one tier.
    pub tiers: Vec<Vec<ColumnLayout>>,
    /// Least height of a body row, mm.
    pub row_height: Option<f64>,
}

#[derive(Debug, Clone)]
pub struct ColumnLayout {
    /// mm
    pub width: f64,
    pub head: String,
    pub cell: Text,
    pub align: Option<Align>,
    /// Shaded and in 黑体, like the names of fixed rows.
    pub label: bool,
}
