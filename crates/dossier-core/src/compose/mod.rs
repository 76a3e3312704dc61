//! From a template and its values to the content of the paper: what PDF and sheet are both drawn from.
//!
//! ```text
//! Template ─ entries ─→ rows and texts ─ fill ─→ Inline (values, boxes, blanks) ─→ Content
//! ```

mod fill;
mod front;
mod rows;
mod standing;

use std::collections::BTreeMap;
use std::sync::Arc;

use dossier_layout::content::{
    Block, Check, Content, Contents, Furniture, Group, Ink, Inline, Logo, Piece, Row, RowKind, Sheet, Stamp, Style,
    Table, TablePart, Watermark,
};

use crate::document::Values;
use crate::template::{self, Entry, Template, Text, What};

use fill::Filler;
pub(crate) use fill::date_blanks;
pub(crate) use front::has_front_matter;
pub(crate) use rows::natural_align;
pub(crate) use standing::Standing;

/// The composed paper of one document.
#[derive(Debug, Clone)]
pub struct Paper {
    pub content: Content,
    /// What stands in each tagged cell and text of the content: tag `n` is `sources[n - 1]`.
    pub sources: Vec<Source>,
}

/// Where the text of a tagged cell comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The template's text that was filled.
    pub text: Arc<Text>,
    pub place: Place,
}

/// Which values a text was filled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The document's own fields.
    Document,
    /// One row of a table field, counted from 0; blank rows count on.
    Row { table: Arc<str>, row: usize },
    /// Head of a column of a table field; `column` is the index among the laid-out cells, tiers joined.
    Head { table: String, column: usize },
    /// Sum row of a table field.
    Total { table: String },
}

impl Paper {
    /// What stands in a tagged cell.
    pub fn source(&self, tag: u32) -> Option<&Source> {
        self.sources.get((tag as usize).checked_sub(1)?)
    }
}

/// What the paper takes from the organisation's settings and from the state of the document.
#[derive(Debug, Clone, Default)]
pub struct Letterhead {
    pub organisation: String,
    pub logo: Option<Logo>,
    /// Year of the copyright notice, or years: `2020-2026`.
    pub year: String,
    /// 密级 of documents that name none.
    pub classification: String,
    /// 受控状态 of documents that name none.
    pub control_state: String,
    /// 表单编号 where it is not the template's own.
    pub form_number: Option<String>,
    /// Stands for the official number as long as there is none.
    pub provisional_number: Option<String>,
}

/// What a frozen revision carries beside its content; nothing for a draft.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// 校验码 and square code of every page.
    pub check: Option<Check>,
    pub stamp: Option<Stamp>,
    /// In place of 草稿.
    pub watermark: Option<Watermark>,
    /// Signatures drawn at the machine, by their places: `approval[3].name`.
    pub ink: BTreeMap<String, Arc<Ink>>,
    /// Official number, revision and 受控状态, whatever was typed.
    pub number: Option<String>,
    pub revision: Option<String>,
    pub control_state: Option<String>,
}

/// Which paper is wanted of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The empty form, to be filled by hand.
    pub blank: bool,
    /// Marked 草稿 on every page. The sheet printed for signing is clean.
    pub draft: bool,
    pub front: Front,
    /// 装订线
    pub binding_line: bool,
    /// Even pages swap their margins.
    pub duplex: bool,
}

/// Whether cover, copyright page, 文档信息, 版本记录 and 目录 are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Front {
    /// Where something was typed into 文档信息 or 版本记录.
    #[default]
    Auto,
    Always,
    Never,
}

/// A body longer than this has 目录 if there is front matter.
const LONG_WITH_FRONT: usize = 3;
/// A body longer than this always has 目录.
const LONG: usize = 8;

/// Composes the paper of a document.
pub fn compose(template: &Template, values: &Values, letterhead: &Letterhead, marks: &Marks, wanted: Wanted) -> Paper {
    let mut composer = Composer {
        template,
        values,
        marks,
        wanted,
        standing: Standing { template, values, blank: wanted.blank },
        filler: Filler { template, values, ink: &marks.ink, blank: wanted.blank },
        sources: Vec::new(),
        caption: None,
    };
    let body = composer.body();
    let front = front::wanted(&composer, wanted.front);
    let has_contents = template.style != template::Style::Table && !wanted.blank;
    let content = Content {
        style: match template.style {
            template::Style::Form => Style::Form,
            template::Style::Report => Style::Report,
            template::Style::Plan => Style::Plan,
            template::Style::Table => Style::Table,
        },
        sheet: Sheet { duplex: wanted.duplex, binding_line: wanted.binding_line },
        furniture: composer.furniture(letterhead),
        cover: front.then(|| front::cover(&composer, letterhead)),
        front: if front { front::blocks(&mut composer, letterhead) } else { Vec::new() },
        contents: match (has_contents, front) {
            (false, _) => Contents::Never,
            (true, true) => Contents::Beyond(LONG_WITH_FRONT),
            (true, false) => Contents::Beyond(LONG),
        },
        body,
        watermark: marks.watermark.clone().or_else(|| {
            let draft = || Watermark { text: "草稿".into(), ..Watermark::default() };
            (wanted.draft && !wanted.blank).then(draft)
        }),
        stamp: marks.stamp.clone(),
    };
    Paper { content, sources: composer.sources }
}

struct Composer<'a> {
    template: &'a Template,
    values: &'a Values<'a>,
    marks: &'a Marks,
    wanted: Wanted,
    standing: Standing<'a>,
    filler: Filler<'a>,
    sources: Vec<Source>,
    /// Heading that stands above a table: its caption on further pages.
    caption: Option<String>,
}

/// A block and whether it is for signatures.
struct Composed {
    block: Block,
    signs: bool,
}

impl Composer<'_> {
    fn tag(&mut self, text: &Text, place: Place) -> u32 {
        if text.is_label() && !matches!(place, Place::Head { .. }) {
            return 0;
        }
        self.push_source(Arc::new(text.clone()), place)
    }

    /// A tag for a text that many cells share: a plan has ten thousand rows.
    fn tag_shared(&mut self, text: Arc<Text>, place: Place) -> u32 {
        if text.is_label() {
            return 0;
        }
        self.push_source(text, place)
    }

    fn push_source(&mut self, text: Arc<Text>, place: Place) -> u32 {
        self.sources.push(Source { text, place });
        u32::try_from(self.sources.len()).expect("a paper has fewer than four billion cells")
    }

    fn body(&mut self) -> Vec<Block> {
        let title = self.template.heading.clone().unwrap_or_else(|| Text::literal(&self.template.title));
        let title = Block::Title(self.filler.running(&title));
        let entries = &self.template.layout;
        let mut blocks = vec![Composed { block: title, signs: false }];
        let mut index = 0;
        while index < entries.len() {
            let is_form = self.template.style == template::Style::Form && in_form(&entries[index]);
            if is_form {
                let end = (index..entries.len()).find(|&at| !in_form(&entries[at])).unwrap_or(entries.len());
                let parts = self.form(&entries[index..end]);
                let block = Block::Table(Table { caption: None, parts });
                blocks.push(Composed { block, signs: false });
                index = end;
                continue;
            }
            if self.standing.entry(&entries[index]) {
                blocks.extend(self.entry(&entries[index]));
            }
            index += 1;
        }
        whole_signatures(blocks)
    }

    fn entry(&mut self, entry: &Entry) -> Option<Composed> {
        let mut signs = false;
        let block = match &entry.what {
            What::Lines(rows) => {
                let rows = rows.iter().map(|row| row.iter().map(|text| self.line(text)).collect()).collect();
                Block::Lines { rows }
            }
            What::Bar(text) | What::Heading(text) => self.heading(1, text),
            What::Subheading(text) => self.heading(2, text),
            What::Paragraph(text) => {
                let indent = text.parts.iter().any(|part| matches!(part, template::Part::Field { .. }));
                Block::Paragraph { text: self.running(text), indent: indent && text.parts.len() == 1 }
            }
            What::Clauses(clauses) => Block::Clauses(clauses.iter().map(|clause| self.running(clause)).collect()),
            What::Grid(rows) => {
                signs = rows.iter().any(|row| row.cells.iter().any(|cell| self.holds_signature(cell)));
                let parts: Vec<TablePart> = self.grid(rows).into_iter().map(TablePart::Row).collect();
                if parts.is_empty() {
                    return None;
                }
                Block::Table(Table { caption: self.caption.clone(), parts })
            }
            What::Table(layout) => {
                signs = layout.signoff;
                let group = self.table(layout);
                let caption = self.caption.clone().or_else(|| Some(self.template.title.clone()));
                Block::Table(Table { caption, parts: vec![TablePart::Group(group)] })
            }
            What::PageBreak => Block::PageBreak,
        };
        Some(Composed { block, signs })
    }

    fn heading(&mut self, level: u8, text: &Text) -> Block {
        let text = self.filler.plain(text);
        self.caption = Some(text.clone());
        Block::Heading { level, text }
    }

    fn running(&mut self, text: &Text) -> Piece {
        Piece { inlines: self.filler.running(text), tag: self.tag(text, Place::Document) }
    }

    /// A line under the title: its labels are set in 黑体.
    fn line(&mut self, text: &Text) -> Piece {
        Piece { inlines: self.filler.line(text), tag: self.tag(text, Place::Document) }
    }

    /// The continuous form: a group for each section under its bar.
    fn form(&mut self, entries: &[Entry]) -> Vec<TablePart> {
        let mut parts = Vec::new();
        let mut section: Option<Section> = None;
        let (mut new_page, mut takes_previous) = (false, false);
        for entry in entries {
            if !self.standing.entry(entry) {
                continue;
            }
            if let What::Bar(text) = &entry.what {
                parts.extend(section.take().map(Section::finish));
                let title = self.filler.plain(text);
                section = Some(Section::new(&title, std::mem::take(&mut new_page), takes_previous, entry.keep));
                takes_previous = entry.keep;
                continue;
            }
            let inner = match &entry.what {
                What::PageBreak => {
                    new_page = true;
                    continue;
                }
                What::Grid(rows) => self.grid(rows).into_iter().map(TablePart::Row).collect(),
                What::Table(layout) => {
                    let group = self.table(layout);
                    if let (true, Some(section)) = (layout.signoff, &mut section) {
                        section.group.whole = true;
                        section.group.takes_previous = !section.group.new_page;
                    }
                    vec![TablePart::Group(group)]
                }
                _ => Vec::new(),
            };
            match &mut section {
                Some(section) => section.group.parts.extend(inner),
                None => parts.extend(inner),
            }
        }
        parts.extend(section.map(Section::finish));
        parts
    }

    fn furniture(&self, letterhead: &Letterhead) -> Furniture {
        let mark = |label: &str, value: Vec<Inline>| {
            let mut inlines = vec![Inline::sans(label)];
            inlines.extend(value);
            inlines
        };
        let form = [
            ("表单编号：", letterhead.form_number.as_ref().unwrap_or(&self.template.form_number)),
            ("表单版本：", &self.template.version),
        ];
        let form = form.map(|(label, value)| format!("{label}{value}")).join("　");
        Furniture {
            logo: letterhead.logo,
            organisation: letterhead.organisation.clone(),
            title: self.template.title.clone(),
            marks: [
                [mark("文件编号：", self.number(letterhead)), mark("版本：", self.revision())],
                [
                    mark("受控状态：", self.control_state(letterhead)),
                    mark("密级：", self.marked("classification", &letterhead.classification)),
                ],
            ],
            form,
            check: self.marks.check.clone(),
        }
    }

    /// The official number, the provisional one of a draft, or blanks.
    fn number(&self, letterhead: &Letterhead) -> Vec<Inline> {
        let typed = self.marks.number.clone().or_else(|| self.value_text("doc_number"));
        match typed.or_else(|| letterhead.provisional_number.clone().filter(|_| !self.wanted.blank)) {
            Some(number) => vec![Inline::sans(number)],
            None => fill::number_blanks(&self.template.number, fill::HEADER_BLANK, true),
        }
    }

    fn revision(&self) -> Vec<Inline> {
        match self.marks.revision.clone().or_else(|| self.value_text("doc_revision")) {
            Some(revision) if self.wanted.draft => vec![Inline::sans(format!("{revision}（草稿）"))],
            Some(revision) => vec![Inline::sans(revision)],
            None if self.wanted.draft && !self.wanted.blank => vec![Inline::sans("草稿")],
            None => vec![Inline::sans("V"), fill::blank(fill::HEADER_BLANK)],
        }
    }

    /// A draft is not controlled yet, whatever the organisation's documents usually are.
    fn control_state(&self, letterhead: &Letterhead) -> Vec<Inline> {
        if let Some(state) = &self.marks.control_state {
            return vec![Inline::sans(state)];
        }
        let usual = match (self.wanted.blank, self.wanted.draft) {
            (true, _) => "",
            (false, true) => "非受控",
            (false, false) => &letterhead.control_state,
        };
        self.marked("control_state", usual)
    }

    fn marked(&self, field: &str, default: &str) -> Vec<Inline> {
        match self.value_text(field) {
            Some(text) => vec![Inline::sans(text)],
            None if default.is_empty() => vec![fill::blank(fill::HEADER_BLANK)],
            None => vec![Inline::sans(default)],
        }
    }

    fn value_text(&self, field: &str) -> Option<String> {
        if self.wanted.blank { None } else { self.values.text(field) }
    }
}

fn in_form(entry: &Entry) -> bool {
    matches!(entry.what, What::Bar(_) | What::Grid(_) | What::Table(_) | What::PageBreak)
}

/// A section of the form under its bar.
struct Section {
    group: Group,
}

impl Section {
    fn new(title: &str, new_page: bool, takes_previous: bool, whole: bool) -> Self {
        let bar = |text: String| Row {
            kind: RowKind::Bar,
            cells: vec![rows::full_width(vec![Inline::sans(text)])],
            ..Row::default()
        };
        let parts = vec![TablePart::Row(bar(title.to_owned()))];
        let repeat = vec![bar(format!("{title}（续表）"))];
        // A section that stays with the next one is whole, and so is the next one.
        let whole = whole || takes_previous;
        let group =
            Group { title: Some(title.to_owned()), parts, repeat, whole, takes_previous, new_page, list: false };
        Self { group }
    }

    fn finish(self) -> TablePart {
        TablePart::Group(self.group)
    }
}

/// Signatures stay whole with the heading above and the lines below them, and never stand alone on a page.
fn whole_signatures(blocks: Vec<Composed>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut whole: Vec<Block> = Vec::new();
    for Composed { block, signs } in blocks {
        let belongs = signs || (!whole.is_empty() && matches!(block, Block::Lines { .. }));
        if !belongs {
            out.extend(close(&mut whole));
            out.push(block);
            continue;
        }
        if whole.is_empty() && matches!(out.last(), Some(Block::Heading { .. })) {
            whole.extend(out.pop());
        }
        whole.push(block);
    }
    out.extend(close(&mut whole));
    out
}

fn close(whole: &mut Vec<Block>) -> Option<Block> {
    if whole.is_empty() { None } else { Some(Block::Whole(std::mem::take(whole))) }
}
