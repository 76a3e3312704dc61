//! What a template says, once it has been found to be sound.

use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// What lists and file names call it: 申请表.
    pub short: String,
    /// Place among the documents of a release.
    pub order: usize,
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
    /// What must hold between values, beyond the kind of each.
    pub rules: Vec<Rule>,
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
#[derive(Debug, Clone, PartialEq)]
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
    /// What must hold for the field to concern the document. The blank of an option always has one: its option is ticked.
    pub when: Option<Condition>,
    pub compute: Option<Compute>,
    pub unit: Option<String>,
    /// Length in mm of the rule printed when the field is empty in running text.
    pub blank: Option<f64>,
    /// Part of the document frame (number, revision, classification …): placed by the program, not by the layout.
    pub frame: bool,
    /// Concerns one release alone, such as a result: never taken over from an earlier one.
    pub fresh: bool,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Text,
    LongText,
    Integer,
    Decimal,
    Date,
    /// A date that may also be words, such as 立即执行.
    DateOrWords,
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
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceOption {
    /// What is stored: the text up to its first blank.
    pub name: String,
    /// As printed, with its blanks.
    pub text: Text,
}

/// Rows and columns of a table field.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FixedRow {
    pub values: Map<String, Value>,
    /// Kinds of single cells that differ from their column's.
    pub kinds: BTreeMap<String, Kind>,
    /// Print texts of single cells that differ from the layout's, by column id.
    pub cells: BTreeMap<String, Text>,
}

/// The sum row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    pub label: String,
    pub sum: Vec<String>,
    /// Columns that print `-`.
    pub dash: Vec<String>,
}

/// `field = a|b`, `field > 0`, `field filled`, joined by `or`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub any: Vec<Clause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    OneOf {
        field: String,
        values: Vec<String>,
    },
    Filled {
        field: String,
    },
    /// A number above a limit.
    MoreThan {
        field: String,
        limit: i64,
    },
}

/// How a value fills itself: `name(arguments)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compute {
    Rows {
        table: String,
    },
    Count {
        table: String,
        column: String,
        values: Vec<String>,
    },
    SumColumn {
        table: String,
        column: String,
    },
    Sum {
        fields: Vec<String>,
    },
    Minutes {
        start: String,
        end: String,
    },
    Difference {
        from: String,
        less: String,
    },
    Late {
        planned: String,
        actual: String,
    },
    Balance {
        budget: String,
        spent: String,
    },
    /// The day so many days before a date.
    Earlier {
        date: String,
        days: u32,
    },
}

/// One thing that must hold between values: an entry of `[[rules]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub check: Check,
    /// Holds for each row of this table; `None`: for the document.
    pub table: Option<String>,
    pub when: Option<Condition>,
    /// Whether breaking it only warns.
    pub warning: bool,
    /// What a program reads when it is broken.
    pub code: &'static str,
    /// What people read instead of the general message.
    pub message: Option<String>,
    pub clause: Option<String>,
}

/// The kinds of rules. Fields of a text type give the numbers that stand in them: `20%、50%、100%`.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// All filled ones are the same.
    Equal { fields: Vec<String> },
    /// No two filled ones are the same.
    Different { fields: Vec<String> },
    /// The field is the sum of the others.
    SumEquals { field: String, of: Vec<String> },
    /// Each is larger than the one before; with `equal` it may be the same. One column: down the rows of its table.
    Ascending { fields: Vec<String>, equal: bool },
    /// No value stands in two rows of the table.
    Unique { column: String },
    /// The rows of the table carry 1 to n, each once.
    Numbered { column: String },
    /// Between two numbers; `last` must be the last number of a text.
    Limits { field: String, at_least: Option<f64>, at_most: Option<f64>, last: Option<f64> },
    /// All of them are filled.
    Requires { fields: Vec<String> },
    /// The version is higher than the other.
    NewerVersion { field: String, than: String },
    /// The version has so many parts.
    VersionParts { field: String, parts: usize },
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

impl Template {
    /// The field of this id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The table field of this id, with its rows and columns.
    pub fn table(&self, id: &str) -> Option<(&Field, &TableField)> {
        let field = self.field(id)?;
        Some((field, field.table()?))
    }

    /// Whether the layout has a place for the field.
    pub fn is_placed(&self, id: &str) -> bool {
        let holds = |text: &Text| text.fields().any(|field| field == id);
        self.layout.iter().any(|entry| match &entry.what {
            What::Lines(rows) => rows.iter().flatten().any(holds),
            What::Bar(text) | What::Heading(text) | What::Subheading(text) | What::Paragraph(text) => holds(text),
            What::Clauses(clauses) => clauses.iter().any(holds),
            What::Grid(rows) => rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.stack).any(holds),
            What::Table(layout) => layout.field == id,
            What::PageBreak => false,
        })
    }

    /// A column of a table field.
    pub fn column(&self, table: &str, id: &str) -> Option<&Field> {
        self.table(table)?.1.column(id)
    }
}

impl Field {
    /// Rows and columns, if this is a table.
    pub fn table(&self) -> Option<&TableField> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }
}

impl TableField {
    /// The column of this id.
    pub fn column(&self, id: &str) -> Option<&Field> {
        self.columns.iter().find(|column| column.id == id)
    }

    /// The fixed row at a position.
    pub fn fixed_row(&self, row: usize) -> Option<&FixedRow> {
        self.fixed.get(row)
    }

    /// What one cell of a row holds: the column's kind, unless the fixed row says otherwise.
    pub fn kind_at<'a>(&'a self, row: usize, column: &'a Field) -> &'a Kind {
        self.fixed_row(row).and_then(|fixed| fixed.kinds.get(&column.id)).unwrap_or(&column.kind)
    }
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
    /// Least height, mm.
    pub height: Option<f64>,
    /// Least height on blank paper, mm.
    pub blank_height: Option<f64>,
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
    /// Stays with the row that follows.
    pub keep: bool,
}

#[derive(Debug, Clone)]
pub struct GridCell {
    /// More than one: rows stacked within the cell.
    pub stack: Vec<Text>,
    pub align: Option<Align>,
    /// Shaded and in 黑体; by default where the text holds no field.
    pub label: bool,
    /// Prints the blank rule also here, in a cell of its own.
    pub rule: bool,
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
    /// Shared by the cells of all rows.
    pub cell: Arc<Text>,
    pub align: Option<Align>,
    /// Shaded and in 黑体, like the names of fixed rows; by default where the text holds no field.
    pub label: bool,
    /// Prints the blank rule also here, in a cell of its own.
    pub rule: bool,
}
