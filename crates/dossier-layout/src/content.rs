//! What is to be laid out: the meaning of each piece, not yet its place.
//!
//! Measures that belong to the house style (type, padding, spaces) are in [`crate::style`]; here stand only those
//! that a template decides, such as the widths of cells.

use std::sync::Arc;

use crate::{Abs, ImageId};

/// A whole document.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pub style: Style,
    pub sheet: Sheet,
    pub furniture: Furniture,
    /// A cover carries neither header nor footer, but counts as a page.
    pub cover: Option<Cover>,
    /// Copyright page, document information and record of revisions, on pages of their own.
    pub front: Vec<Block>,
    /// Whether a table of contents comes before the body.
    pub contents: Contents,
    pub body: Vec<Block>,
    /// Rises across every page; that of a draft leaves the cover out.
    pub watermark: Option<Watermark>,
    /// Stands on the first sheet.
    pub stamp: Option<Stamp>,
}

/// What rises across pages: 草稿, 作废.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watermark {
    pub text: String,
    /// Stand below it, small: 作废日期, what took its place.
    pub lines: Vec<String>,
    /// Also on the cover.
    pub on_cover: bool,
}

/// A stamp at the right margin of the first sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub kind: StampKind,
    /// Below its words, side by side: 分发号 and date.
    pub lines: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampKind {
    /// 受控文件
    Controlled,
    /// 作废
    Obsolete,
    /// 非受控，仅供参考
    Uncontrolled,
}

/// What every page of a frozen revision says of itself, in the footer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// 3F7A-0C91-B2D4
    pub code: String,
    /// Head of the audit log: 128-9C41D2E07A55
    pub anchor: Option<String>,
    /// The square code says this, a slash, and the number of the page.
    pub payload: String,
}

/// When to print 目录.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contents {
    #[default]
    Never,
    /// When the body has more pages than this.
    Beyond(usize),
}

/// Which measures of the house style apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// One continuous form, A4 upright.
    #[default]
    Form,
    /// A report: chapters, clauses and tables, A4 upright.
    Report,
    /// A plan: as the report, with the closer title of the plan.
    Plan,
    /// One wide table, A4 landscape.
    Table,
}

/// How the sheets are printed and bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Even pages swap their left and right margins. Landscape pages print one-sided.
    pub duplex: bool,
    /// Draws 装订线 on upright pages.
    pub binding_line: bool,
}

/// What stands on every page but the cover.
#[derive(Debug, Clone, Default)]
pub struct Furniture {
    pub logo: Option<Logo>,
    pub organisation: String,
    pub title: String,
    /// Two lines of two: 文件编号 and 版本, 受控状态 and 密级.
    pub marks: [[Vec<Inline>; 2]; 2],
    /// Such as 表单编号 and 表单版本.
    pub form: String,
    pub check: Option<Check>,
}

/// A picture and its shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logo {
    pub image: ImageId,
    /// Width divided by height.
    pub aspect: f64,
}

/// The first sheet of a controlled document.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    /// 编号, 版本号, 受控状态, 密级 with their values.
    pub marks: Vec<(String, Vec<Inline>)>,
    pub logo: Option<Logo>,
    pub organisation: String,
    pub title: String,
    pub subtitle: String,
    /// 编制部门, 编制日期 with their values.
    pub compiled: Vec<(String, Vec<Inline>)>,
}

/// One piece of the flow, from top to bottom.
#[derive(Debug, Clone)]
pub enum Block {
    /// The document's name, large and centred.
    Title(Vec<Inline>),
    /// Lines under the title, each of several texts side by side.
    Lines {
        rows: Vec<Vec<Piece>>,
    },
    /// A chapter (level 1) or section (level 2): kept with what follows, listed in bookmarks and 目录.
    Heading {
        level: u8,
        text: String,
    },
    /// A centred heading of the front matter.
    FrontHeading(String),
    /// Running text. `indent`: its first line starts 2 em in.
    Paragraph {
        text: Piece,
        indent: bool,
    },
    /// Numbered 1. 2. 3.
    Clauses(Vec<Piece>),
    Table(Table),
    PageBreak,
    /// Never broken across pages, and never alone on one: takes what stands before it along.
    Whole(Vec<Block>),
}

/// A text of the flow.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    pub inlines: Vec<Inline>,
    /// 0 for none, else the caller's own mark for what stands here.
    pub tag: u32,
}

/// A frame of rows that touch. Every row has cells and widths of its own.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Printed with （续表） above the frame on each further page.
    pub caption: Option<String>,
    pub parts: Vec<TablePart>,
}

#[derive(Debug, Clone)]
pub enum TablePart {
    Row(Row),
    Group(Group),
}

/// Rows that belong together: a section under its bar, a list under its head, a block of signatures.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Title for bookmarks and 目录, where the group is a section.
    pub title: Option<String>,
    pub parts: Vec<TablePart>,
    /// Rows that open the continuation of the group on a further page.
    pub repeat: Vec<Row>,
    /// Never broken across pages.
    pub whole: bool,
    /// Takes the row before it along: a signature is never alone on a page.
    pub takes_previous: bool,
    /// At least two rows of a list stand on either side of a page break.
    pub list: bool,
    /// Starts a new page.
    pub new_page: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Row {
    pub kind: RowKind,
    pub cells: Vec<Cell>,
    /// Least height.
    pub height: Abs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowKind {
    #[default]
    Body,
    /// Section bar of a form.
    Bar,
    /// Name of a list within a form.
    Caption,
    /// Column heads.
    Head,
    /// Sums: never first on a page.
    Total,
}

#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub width: Abs,
    pub body: CellBody,
    pub label: bool,
    pub align: Align,
    /// Set apart from the cell to its left by no line, as the note at the right end of a caption row.
    pub open_left: bool,
    /// 0 for none, else the caller's own mark for what stands in the cell.
    pub tag: u32,
}

#[derive(Debug, Clone)]
pub enum CellBody {
    Text(Vec<Inline>),
    /// Rows stacked within the cell, as high together as the cell.
    Rows(Vec<Row>),
}

impl Default for CellBody {
    fn default() -> Self {
        Self::Text(Vec::new())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    Text(Span),
    /// A box to tick. What follows is its option and stays with it.
    Box {
        ticked: bool,
    },
    /// A ruled blank to write on. `text` is what extraction reads there.
    Blank {
        width: Abs,
        text: &'static str,
    },
    /// A signature as it was drawn.
    Ink(Arc<Ink>),
    /// Space between two options: 1 em, nothing at the end of a line.
    Gap,
    /// A new line.
    Break,
    /// Stays on one line where it fits there.
    Together(Vec<Inline>),
}

/// A signature drawn with pen or mouse.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ink {
    /// Points of each stroke, from (0, 0) at the top left of its box to (1, 1).
    pub strokes: Vec<Vec<(f64, f64)>>,
    /// Width of its box divided by its height.
    pub aspect: f64,
    /// The name that it stands for: read out, not seen.
    pub name: String,
}

impl Ink {
    /// No signature is larger than this on paper.
    const LARGEST: (Abs, Abs) = (Abs::mm(25.0), Abs::mm(9.0));

    /// How wide it is drawn.
    pub fn width(&self) -> Abs {
        let (width, height) = Self::LARGEST;
        (height * self.aspect).min(width)
    }
}

/// A text in one face.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Span {
    pub text: String,
    pub bold: bool,
    /// 黑体 instead of 宋体.
    pub sans: bool,
    /// 7.5 pt: hashes and the bracketed second line of a label.
    pub small: bool,
    /// Breaks after 、 and / where the parts between fit on a line.
    pub parts: bool,
}

impl Inline {
    /// A plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Span { text: text.into(), ..Span::default() })
    }

    /// A text in 黑体.
    pub fn sans(text: impl Into<String>) -> Self {
        Self::Text(Span { text: text.into(), sans: true, ..Span::default() })
    }
}
