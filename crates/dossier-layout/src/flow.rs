//! Measures the content: turns blocks into slabs, the unbreakable pieces that pages are filled with.

use crate::content::{Block, Group, Inline, Piece, Row, RowKind, Style, Table, TablePart};
use crate::style::{
    CELL, CHAPTER, CHAPTER_SPACE, CLAUSE_HANG, FRONT_AFTER, FRONT_BEFORE, FRONT_HEADING, Measures, SECOND_COLUMN,
    SECTION, SECTION_SPACE, TABLE_AFTER, TEXT, TEXT_AFTER, TITLE, TITLE_TRACKING, Type,
};
use crate::table::{MeasuredRow, measure_row};
use crate::text::{Line, Setting, natural_width, set_text};
use crate::{Abs, Fonts};

/// One unbreakable piece of a page: a line of text or a row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Slab {
    pub height: Abs,
    /// Space above, which is dropped at the top of a page; of two spaces that meet the larger counts.
    pub before: Abs,
    pub after: Abs,
    /// Stays on the page of the slab that follows.
    pub keep: bool,
    pub new_page: bool,
    /// Bookmark and entry of 目录.
    pub heading: Option<Heading>,
    pub what: What,
}

#[derive(Debug, Clone)]
pub(crate) struct Heading {
    pub level: u8,
    pub title: String,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    /// Lines side by side, each at its own distance from the left margin.
    Lines { lines: Vec<(Abs, Line)>, typ: Type },
    /// A line of 目录: text, dotted leader and page number.
    Entry { x: Abs, text: Line, number: Line, typ: Type },
    /// A row of the table with this index.
    Row { table: usize, row: MeasuredRow, groups: Vec<usize> },
}

/// What a table shows again on each further page.
#[derive(Debug, Default)]
pub(crate) struct TableInfo {
    pub caption: Option<Line>,
    pub groups: Vec<Vec<MeasuredRow>>,
}

/// The measured flow.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    pub slabs: Vec<Slab>,
    pub tables: Vec<TableInfo>,
}

/// Measures blocks in the width of the text block.
pub(crate) fn measure(fonts: &Fonts, style: Style, measures: &Measures, blocks: &[Block]) -> Flow {
    let mut builder = Builder { fonts, style, measures, flow: Flow::default(), new_page: false };
    for block in blocks {
        builder.block(block);
    }
    builder.flow
}

impl Flow {
    /// Leaves the upper right corner of the first page free: what follows the title starts no higher than `bottom`,
    /// and so does a title wider than `beside`, what is left of the page beside the corner.
    pub fn make_room(&mut self, bottom: Abs, beside: Abs) {
        let is_title = |slab: &Slab| match &slab.what {
            What::Lines { lines, typ } => {
                typ.size == TITLE.size && lines.iter().all(|(x, line)| (*x + line.width).fits(beside))
            }
            _ => false,
        };
        let titles = self.slabs.iter().take_while(|slab| is_title(slab)).count();
        let mut y = Abs::ZERO;
        for index in 0..titles {
            let space = if index == 0 { Abs::ZERO } else { self.slabs[index - 1].after.max(self.slabs[index].before) };
            y += space + self.slabs[index].height;
        }
        match titles.checked_sub(1) {
            Some(last) => self.slabs[last].after = self.slabs[last].after.max(bottom - y),
            None => {
                let what = What::Lines { lines: Vec::new(), typ: TITLE };
                let (before, after) = (Abs::ZERO, Abs::ZERO);
                self.slabs.insert(
                    0,
                    Slab { height: bottom, before, after, keep: true, new_page: false, heading: None, what },
                );
            }
        }
    }
}

struct Builder<'a> {
    fonts: &'a Fonts,
    style: Style,
    measures: &'a Measures,
    flow: Flow,
    new_page: bool,
}

impl Builder<'_> {
    fn push(&mut self, mut slab: Slab) {
        slab.new_page |= std::mem::take(&mut self.new_page);
        self.flow.slabs.push(slab);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Title(text) => {
                let setting = Setting { tracking: TITLE_TRACKING, ..Setting::sans(TITLE).bold() };
                self.centered(text, &setting, (Abs::ZERO, self.measures.title_after), true);
            }
            Block::FrontHeading(text) => {
                let setting = Setting { tracking: TITLE_TRACKING, ..Setting::sans(FRONT_HEADING).bold() };
                self.centered(&[Inline::text(text)], &setting, (FRONT_BEFORE, FRONT_AFTER), true);
            }
            Block::Lines { rows } => self.lines(rows),
            Block::Heading { level, text } => self.heading(*level, text),
            Block::Paragraph { text, indent } => self.paragraph(text, *indent),
            Block::Clauses(clauses) => self.clauses(clauses),
            Block::Table(table) => self.table(table),
            Block::PageBreak => self.new_page = true,
            Block::Whole(blocks) => {
                let start = self.flow.slabs.len();
                if let Some(before) = self.flow.slabs.last_mut() {
                    before.keep = true;
                }
                for block in blocks {
                    self.block(block);
                }
                let end = self.flow.slabs.len().saturating_sub(1);
                for slab in &mut self.flow.slabs[start..end.max(start)] {
                    slab.keep = true;
                }
            }
        }
    }

    fn centered(&mut self, text: &[Inline], setting: &Setting, (before, after): (Abs, Abs), keep: bool) {
        let width = self.measures.text_width();
        let lines = set_text(self.fonts, text, setting, width);
        let last = lines.len() - 1;
        for (index, line) in lines.into_iter().enumerate() {
            let x = (width - line.width) / 2.0;
            self.push(Slab {
                height: setting.typ.size,
                before: if index == 0 { before } else { setting.typ.pitch - setting.typ.size },
                after: if index == last { after } else { Abs::ZERO },
                keep,
                new_page: false,
                heading: None,
                what: What::Lines { lines: vec![(x, line)], typ: setting.typ },
            });
        }
    }

    /// Texts side by side: at both ends in a form, at fixed places in a report, spread evenly under a wide table's
    /// title. A row whose texts do not fit beside one another is set one below the other.
    fn lines(&mut self, rows: &[Vec<Piece>]) {
        let width = self.measures.text_width();
        let typ = if self.style == Style::Table { CELL } else { TEXT };
        let setting = Setting::new(typ);
        let last = rows.len().saturating_sub(1);
        for (index, row) in rows.iter().enumerate() {
            let widths: Vec<Abs> =
                row.iter().map(|piece| natural_width(self.fonts, &piece.inlines, &setting)).collect();
            let starts = self.starts(&widths, width);
            let fits = (0..row.len()).all(|at| {
                let end = starts.get(at + 1).copied().unwrap_or(width + typ.size);
                (starts[at] + widths[at] + typ.size).fits(end)
            });
            let mut slabs: Vec<Vec<(Abs, Line)>> = Vec::new();
            if fits {
                let set = |piece: &Piece| set_text(self.fonts, &piece.inlines, &setting, width).swap_remove(0);
                slabs.push(row.iter().zip(starts).map(|(piece, x)| (x, set(piece))).collect());
            } else {
                for piece in row {
                    let lines = set_text(self.fonts, &piece.inlines, &setting, width);
                    slabs.extend(lines.into_iter().map(|line| vec![(Abs::ZERO, line)]));
                }
            }
            let count = slabs.len();
            for (at, lines) in slabs.into_iter().enumerate() {
                let end = index == last && at + 1 == count;
                self.push(Slab {
                    height: typ.size,
                    before: typ.pitch - typ.size,
                    after: if end { TEXT_AFTER } else { Abs::ZERO },
                    keep: true,
                    new_page: false,
                    heading: None,
                    what: What::Lines { lines, typ },
                });
            }
        }
    }

    /// Where texts side by side start.
    fn starts(&self, widths: &[Abs], width: Abs) -> Vec<Abs> {
        match (self.style, widths) {
            (_, [_]) => vec![Abs::ZERO],
            (Style::Form, [_, second]) => vec![Abs::ZERO, width - *second],
            (Style::Report | Style::Plan, [_, _]) => vec![Abs::ZERO, SECOND_COLUMN],
            _ => {
                let spare = width - widths.iter().copied().sum();
                let gap = spare / (widths.len().max(2) - 1) as f64;
                (0..widths.len()).map(|at| widths[..at].iter().copied().sum::<Abs>() + gap * at as f64).collect()
            }
        }
    }

    fn heading(&mut self, level: u8, text: &str) {
        let (typ, (before, after)) = if level == 1 { (CHAPTER, CHAPTER_SPACE) } else { (SECTION, SECTION_SPACE) };
        let setting = Setting::sans(typ).bold();
        let lines = set_text(self.fonts, &[Inline::text(text)], &setting, self.measures.text_width());
        let last = lines.len() - 1;
        for (index, line) in lines.into_iter().enumerate() {
            self.push(Slab {
                height: typ.size,
                before: if index == 0 { before } else { typ.pitch - typ.size },
                after: if index == last { after } else { Abs::ZERO },
                keep: true,
                new_page: false,
                heading: (index == 0).then(|| Heading { level, title: text.to_owned() }),
                what: What::Lines { lines: vec![(Abs::ZERO, line)], typ },
            });
        }
    }

    fn paragraph(&mut self, text: &Piece, indent: bool) {
        let indent = if indent { TEXT.size * 2.0 } else { Abs::ZERO };
        let setting = Setting { justify: !has_blanks(&text.inlines), indent, ..Setting::new(TEXT) };
        let lines = set_text(self.fonts, &text.inlines, &setting, self.measures.text_width());
        self.text_lines(lines, Abs::ZERO, None, TEXT_AFTER);
    }

    fn clauses(&mut self, clauses: &[Piece]) {
        let hang = TEXT.size * CLAUSE_HANG;
        let count = clauses.len();
        for (index, clause) in clauses.iter().enumerate() {
            let setting = Setting { justify: !has_blanks(&clause.inlines), ..Setting::new(TEXT) };
            let lines = set_text(self.fonts, &clause.inlines, &setting, self.measures.text_width() - hang);
            let number = vec![Inline::text(format!("{}.", index + 1))];
            let number = set_text(self.fonts, &number, &Setting::new(TEXT), hang).swap_remove(0);
            let after = if index + 1 == count { TEXT_AFTER } else { Abs::ZERO };
            let first = self.flow.slabs.len();
            self.text_lines(lines, hang, Some(number), after);
            // A heading keeps two clauses.
            if index == 0 && count > 1 && self.follows_heading(first) {
                self.flow.slabs.last_mut().expect("a clause has a line").keep = true;
            }
        }
    }

    fn follows_heading(&self, slab: usize) -> bool {
        slab.checked_sub(1).is_some_and(|before| self.flow.slabs[before].keep)
    }

    /// Lines of running text; two stay together at the start and at the end.
    fn text_lines(&mut self, lines: Vec<Line>, x: Abs, mut number: Option<Line>, after: Abs) {
        let count = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let mut side_by_side = vec![(x, line)];
            if let Some(number) = number.take() {
                side_by_side.insert(0, (Abs::ZERO, number));
            }
            self.push(Slab {
                height: TEXT.size,
                before: TEXT.pitch - TEXT.size,
                after: if index + 1 == count { after } else { Abs::ZERO },
                keep: index + 1 < count && (index == 0 || index + 2 == count),
                new_page: false,
                heading: None,
                what: What::Lines { lines: side_by_side, typ: TEXT },
            });
        }
    }

    fn table(&mut self, table: &Table) {
        let index = self.flow.tables.len();
        let caption = table.caption.as_ref().map(|caption| {
            let text = [Inline::text(format!("{caption}（续表）"))];
            set_text(self.fonts, &text, &Setting::sans(CELL), self.measures.text_width()).swap_remove(0)
        });
        self.flow.tables.push(TableInfo { caption, groups: Vec::new() });
        let start = self.flow.slabs.len();
        self.parts(index, &table.parts, &mut Vec::new());
        let slabs = &mut self.flow.slabs[start..];
        if let [.., last] = slabs {
            last.after = TABLE_AFTER;
            last.keep = false;
        }
    }

    fn parts(&mut self, table: usize, parts: &[TablePart], path: &mut Vec<usize>) {
        for part in parts {
            match part {
                TablePart::Row(row) => self.row(table, row, path),
                TablePart::Group(group) => self.group(table, group, path),
            }
        }
    }

    fn row(&mut self, table: usize, row: &Row, path: &[usize]) {
        let measured = measure_row(self.fonts, self.measures, row);
        self.push(Slab {
            height: measured.height,
            before: Abs::ZERO,
            after: Abs::ZERO,
            keep: matches!(row.kind, RowKind::Bar | RowKind::Caption | RowKind::Head),
            new_page: false,
            heading: None,
            what: What::Row { table, row: measured, groups: path.to_vec() },
        });
    }

    fn group(&mut self, table: usize, group: &Group, path: &mut Vec<usize>) {
        self.new_page |= group.new_page;
        let repeat = group.repeat.iter().map(|row| measure_row(self.fonts, self.measures, row)).collect();
        let groups = &mut self.flow.tables[table].groups;
        path.push(groups.len());
        groups.push(repeat);
        let start = self.flow.slabs.len();
        if group.takes_previous {
            // The first group of a frame takes what stands above it, if the frame does not open the page anyway.
            if let Some(before) = self.flow.slabs.last_mut() {
                before.keep = true;
            }
        }
        self.parts(table, &group.parts, path);
        path.pop();
        let slabs = &mut self.flow.slabs[start..];
        if let (Some(title), [first, ..]) = (&group.title, &mut *slabs) {
            first.heading = Some(Heading { level: 1, title: title.clone() });
        }
        let end = slabs.len().saturating_sub(1);
        if group.whole {
            slabs[..end].iter_mut().for_each(|slab| slab.keep = true);
        } else if group.list {
            keep_two_rows(slabs);
        } else if group.title.is_some() {
            // A bar keeps two rows.
            if let Some(first) = slabs.iter_mut().find(|slab| is_kind(slab, RowKind::Body)) {
                first.keep = end > 1;
            }
        }
    }
}

/// Two rows of a list on either side of a page break, and sums with the row above them.
fn keep_two_rows(slabs: &mut [Slab]) {
    let body: Vec<usize> =
        (0..slabs.len()).filter(|&at| matches!(slabs[at].what, What::Row { .. }) && !is_head(&slabs[at])).collect();
    if let [first, _, ..] = body[..] {
        slabs[first].keep = true;
    }
    if let [.., before_last, _] = body[..] {
        slabs[before_last].keep = true;
    }
    if let [.., before, _, last] = body[..] {
        // With a sum row, two rows of values stay with it.
        if is_kind(&slabs[last], RowKind::Total) {
            slabs[before].keep = true;
        }
    }
}

fn is_kind(slab: &Slab, kind: RowKind) -> bool {
    matches!(&slab.what, What::Row { row, .. } if row.kind == kind)
}

fn is_head(slab: &Slab) -> bool {
    is_kind(slab, RowKind::Head) || is_kind(slab, RowKind::Caption) || is_kind(slab, RowKind::Bar)
}

fn has_blanks(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Box { .. } | Inline::Blank { .. } | Inline::Ink(_) | Inline::Break => true,
        Inline::Together(inner) => has_blanks(inner),
        Inline::Text(_) | Inline::Gap => false,
    })
}
