//! Where each piece of the paper stands in the sheet.
//!
//! The edges of all cells become the columns of the sheet, and each cell of the paper a range of them. Columns are
//! counted in pixels of a spreadsheet (96 to the inch), rows in points.

use std::borrow::Cow;
use std::cell::RefCell;

use dossier_layout::content::{
    Align, Block, Cell, CellBody, Content, Group, Inline, Piece, Row, RowKind, Style, Table, TablePart,
};
use dossier_layout::style::{self, Measures, Type, measures};

use super::measure;
use super::style::{Face, Fill, Line, Look, NumberForm, Side, Upright};
use super::values;

/// Excel draws no row taller than 409.5 pt: what needs more takes several rows.
const TALLEST: f64 = 405.0;
/// Edges closer than this (mm) are one: nobody sees it, and columns of a few pixels only make trouble.
const SAME_EDGE: f64 = 2.1;

/// Width of one step of indentation, pt.
const INDENT: f64 = 7.5;
/// Cells wider than this (pt) are indented.
const ROOMY: f64 = 84.0;
/// Cells narrower than this (pt) have no room for an indented date blank.
const DATE_ROOM: f64 = 100.0;
/// How much of a page is filled: printers differ a little.
const FILLED: f64 = 0.985;
/// Rows that a heading or a bar takes along.
const TAKEN_ALONG: u32 = 3;

/// The sheet before it is written.
pub(super) struct Grid<'a> {
    /// Widths in pixels.
    pub columns: Vec<u32>,
    /// Heights in points.
    pub rows: Vec<f64>,
    /// From top to bottom.
    pub areas: Vec<Area<'a>>,
    /// Rows that start a new page.
    pub page_breaks: Vec<u32>,
    /// Rows that stay on one page: from the first to the one after the last.
    keeps: Vec<(u32, u32)>,
    /// Runs of head rows that could repeat on each page, with the number of rows under them.
    pub heads: Vec<Heads>,
    pub measures: Measures,
}

/// Rows of column heads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heads {
    pub first: u32,
    pub last: u32,
    pub body: u32,
    /// All rows of the body are single rows of the same columns.
    pub is_flat: bool,
}

/// A cell of the paper: a range of the sheet.
#[derive(Debug)]
pub(super) struct Area<'a> {
    pub row: u32,
    pub rows: u32,
    pub column: u16,
    pub columns: u16,
    pub text: AreaText<'a>,
    pub tag: u32,
    pub kind: RowKind,
    pub look: Look,
    /// Room for its text, pt.
    pub room: f64,
    /// First sheet row of the row of the paper that the area belongs to, and which of its tiers this is.
    pub record: u32,
    pub tier: u32,
}

/// What an area prints.
#[derive(Debug, Clone, Copy)]
pub(super) enum AreaText<'a> {
    Inlines(&'a [Inline]),
    /// A clause after its number.
    Clause(usize, &'a [Inline]),
    Heading(&'a str),
}

impl Area<'_> {
    pub fn is_range(&self) -> bool {
        self.rows > 1 || self.columns > 1
    }
}

/// Lays a content out as a sheet.
pub(super) fn lay_out(content: &Content) -> Grid<'_> {
    lay_out_with(content, content.style == Style::Table)
}

/// Lays a list out as a sheet: its columns are those of the sheet, so that people can sort and filter them.
pub(super) fn lay_out_list(content: &Content) -> Grid<'_> {
    lay_out_with(content, true)
}

fn lay_out_with(content: &Content, one_table: bool) -> Grid<'_> {
    let measures = measures(content.style);
    let width = measures.text_width().to_mm();
    let edges = Edges::new(&content.body, width, one_table);
    let grid = Grid {
        columns: edges.pixels(),
        rows: Vec::new(),
        areas: Vec::new(),
        page_breaks: Vec::new(),
        keeps: Vec::new(),
        heads: Vec::new(),
        measures,
    };
    let mut builder = Builder { grid, edges, style: content.style, known: RefCell::new(None) };
    builder.blocks(&content.body);
    let mut grid = builder.grid;
    grid.keep_together(content.style);
    grid
}

impl Grid<'_> {
    /// Breaks pages before what would be torn apart: spreadsheets know no rows that belong together.
    fn keep_together(&mut self, style: Style) {
        self.keeps.sort_unstable();
        let page = self.measures.text_height().to_pt() * FILLED;
        let height = |from: u32, to: u32| self.rows[from as usize..to as usize].iter().sum::<f64>();
        let end = self.rows.len() as u32;
        let repeated =
            self.heads.iter().max_by_key(|heads| heads.body).filter(|_| self.measures.width > self.measures.height);
        let mut breaks = Vec::new();
        let (mut top, mut used) = (0, 0.0);
        for row in 0..end {
            let own = height(row, row + 1);
            if self.page_breaks.contains(&row) {
                (top, used) = (row, own);
                continue;
            }
            if used + own <= page || row == top {
                used += own;
                continue;
            }
            let mut start = row;
            // Later ranges begin lower: going upwards, one range may lead into another.
            for &(first, last) in self.keeps.iter().rev() {
                if first < start && start < last && first > top && height(first, last.min(end)) <= page {
                    start = first;
                }
            }
            // Programs that draw the sheet a little smaller would go on for some rows and part a heading from its text;
            // rows of forms and of the plan may be parted anywhere.
            if start < row || matches!(style, Style::Report | Style::Plan) {
                breaks.push(start);
            }
            let heads =
                repeated.filter(|heads| heads.last < start).map_or(0.0, |heads| height(heads.first, heads.last + 1));
            (top, used) = (start, height(start, row + 1) + heads);
        }
        self.page_breaks.extend(breaks);
        self.page_breaks.sort_unstable();
    }
}

/// Edges of the sheet's columns.
struct Edges {
    /// mm from the left margin; first 0, last the width of the text.
    at: Vec<f64>,
    /// Every edge of every table is among them.
    is_complete: bool,
}

impl Edges {
    fn new(blocks: &[Block], width: f64, one_table: bool) -> Self {
        let mut at = vec![0.0, width];
        let mut widest = (0, Vec::new());
        let mut most_cells = 0;
        for_each_table(blocks, &mut |table| {
            if one_table {
                // Only the long table decides: signatures below it find room in its columns.
                let (mut rows, mut own) = (0, Vec::new());
                for_each_row(&table.parts, &mut |row| {
                    rows += 1;
                    most_cells = most_cells.max(row.cells.len());
                    if own.is_empty() {
                        row_edges(row, 0.0, &mut own);
                    }
                });
                if rows > widest.0 {
                    widest = (rows, own);
                }
            } else {
                // Most rows of a table have the widths of the row before.
                let mut known: Vec<f64> = Vec::new();
                let mut own = Vec::new();
                for_each_row(&table.parts, &mut |row| {
                    own.clear();
                    row_edges(row, 0.0, &mut own);
                    if own != known {
                        at.extend_from_slice(&own);
                        std::mem::swap(&mut known, &mut own);
                    }
                });
            }
        });
        if widest.1.len() < most_cells {
            // A row of signatures that has more cells than the long table has columns asks for edges of its own.
            return Self::new(blocks, width, false);
        }
        at.extend(widest.1);
        at.retain(|edge| *edge <= width + SAME_EDGE);
        at.sort_by(f64::total_cmp);
        at.dedup();
        let mut distinct: Vec<f64> = Vec::new();
        for near in cluster(&at) {
            distinct.push(near.iter().sum::<f64>() / near.len() as f64);
        }
        // The paper's own edges stand where they are.
        if let [first, .., last] = &mut distinct[..] {
            (*first, *last) = (0.0, width);
        }
        Self { at: distinct, is_complete: !one_table }
    }

    /// Widths of the columns. Never wider together than the paper, so that it prints at its own size.
    fn pixels(&self) -> Vec<u32> {
        let width = self.at.last().copied().unwrap_or_default();
        let all = (width / 25.4 * 96.0).floor();
        let pixel = |edge: f64| (edge / width * all).round() as u32;
        self.at.windows(2).map(|pair| (pixel(pair[1]) - pixel(pair[0])).max(1)).collect()
    }

    /// The edge that a place is nearest to.
    fn nearest(&self, mm: f64) -> u16 {
        let after = self.at.partition_point(|edge| *edge < mm);
        let before = after.saturating_sub(1);
        let nearer = match self.at.get(after) {
            Some(edge) if edge - mm < mm - self.at[before] => after,
            Some(_) => before,
            None => self.at.len() - 1,
        };
        u16::try_from(nearer).expect("a page has fewer than 65,536 columns")
    }

    /// The columns of cells side by side: where each starts, and where the last one ends.
    fn columns(&self, start: f64, widths: &[f64]) -> Vec<u16> {
        if self.is_complete {
            let mut x = start;
            let mut columns = vec![self.nearest(x)];
            for width in widths {
                x += width;
                let column = self.nearest(x).max(columns.last().copied().unwrap_or_default() + 1);
                columns.push(column.min(self.last()));
            }
            return columns;
        }
        self.fitted(start, widths)
    }

    fn last(&self) -> u16 {
        u16::try_from(self.at.len() - 1).expect("a page has fewer than 65,536 columns")
    }

    /// The columns whose widths come nearest to those of the cells: no cell loses much of its own.
    fn fitted(&self, start: f64, widths: &[f64]) -> Vec<u16> {
        let first = usize::from(self.nearest(start));
        let end = usize::from(self.nearest(start + widths.iter().sum::<f64>()));
        let count = widths.len();
        if end < first + count {
            // More cells than columns: each takes one as far as they go.
            return (0..=count).map(|index| u16::try_from((first + index).min(end)).unwrap_or(u16::MAX)).collect();
        }
        let cost = |cell: usize, from: usize, to: usize| {
            let change = (self.at[to] - self.at[from] - widths[cell]) / widths[cell].max(1.0);
            // Too narrow is worse than too wide.
            if change < 0.0 { change * change * 4.0 } else { change * change }
        };
        // best[cell][edge]: least cost of the cells before, when this one starts at the edge.
        let mut best = vec![vec![(f64::INFINITY, first); end + 1]; count + 1];
        best[0][first].0 = 0.0;
        for cell in 0..count {
            for from in first..end {
                let so_far = best[cell][from].0;
                if so_far.is_infinite() {
                    continue;
                }
                for (to, reached) in best[cell + 1].iter_mut().enumerate().take(end + 1).skip(from + 1) {
                    let total = so_far + cost(cell, from, to);
                    if total < reached.0 {
                        *reached = (total, from);
                    }
                }
            }
        }
        let mut columns = vec![end];
        for cell in (1..=count).rev() {
            let to = *columns.last().expect("starts with the end");
            columns.push(best[cell][to].1);
        }
        columns.reverse();
        columns.into_iter().map(|column| u16::try_from(column).unwrap_or(u16::MAX)).collect()
    }
}

/// Sorted edges in groups that are one.
fn cluster(edges: &[f64]) -> Vec<&[f64]> {
    let mut clusters = Vec::new();
    let mut rest = edges;
    while let Some(first) = rest.first() {
        let count = rest.partition_point(|edge| edge - first < SAME_EDGE);
        let (near, after) = rest.split_at(count);
        clusters.push(near);
        rest = after;
    }
    clusters
}

fn for_each_table<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a Table)) {
    for block in blocks {
        match block {
            Block::Table(table) => visit(table),
            Block::Whole(inner) => for_each_table(inner, visit),
            _ => {}
        }
    }
}

fn for_each_row<'a>(parts: &'a [TablePart], visit: &mut impl FnMut(&'a Row)) {
    for part in parts {
        match part {
            TablePart::Row(row) => visit(row),
            TablePart::Group(group) => for_each_row(&group.parts, visit),
        }
    }
}

fn row_edges(row: &Row, start: f64, edges: &mut Vec<f64>) {
    let mut x = start;
    for cell in &row.cells {
        if let CellBody::Rows(rows) = &cell.body {
            rows.iter().for_each(|row| row_edges(row, x, edges));
        }
        x += cell.width.to_mm();
        edges.push((x * 100.0).round() / 100.0);
    }
}

/// Start and widths of a row, mm, and the columns of its cells.
type KnownRow = (f64, Vec<f64>, Vec<u16>);

struct Builder<'a> {
    grid: Grid<'a>,
    edges: Edges,
    style: Style,
    /// The row placed last: most rows are like the one before.
    known: RefCell<Option<KnownRow>>,
}

/// A cell of one row of the paper, before the heights of its tiers are known.
struct Leaf<'a> {
    cell: &'a Cell,
    inlines: &'a [Inline],
    kind: RowKind,
    column: u16,
    end: u16,
    tier: usize,
    tiers: usize,
    /// Height that its text asks for.
    needs: f64,
}

impl<'a> Builder<'a> {
    fn next_row(&self) -> u32 {
        u32::try_from(self.grid.rows.len()).expect("a sheet has fewer than four billion rows")
    }

    fn blocks(&mut self, blocks: &'a [Block]) {
        // The first of the headings that wait for what they stand above.
        let mut heading: Option<u32> = None;
        for (index, block) in blocks.iter().enumerate() {
            let first = self.next_row();
            match block {
                Block::Title(inlines) => self.title(inlines),
                Block::Lines { rows } => self.lines(rows, blocks.get(index + 1)),
                Block::Heading { level, text } => self.heading(*level, text),
                Block::FrontHeading(_) => {}
                Block::Paragraph { text, .. } => self.text(text, None),
                Block::Clauses(clauses) => {
                    for (number, clause) in clauses.iter().enumerate() {
                        self.text(clause, Some(number + 1));
                    }
                }
                Block::Table(table) => {
                    self.table(table);
                    if matches!(blocks.get(index + 1), Some(next) if !matches!(next, Block::Heading { .. })) {
                        self.grid.rows.push(style::TABLE_AFTER.to_pt());
                    }
                }
                Block::PageBreak => self.page_break(),
                Block::Whole(inner) => {
                    self.blocks(inner);
                    // A signature is never alone on a page.
                    self.grid.keeps.push((first.saturating_sub(2), self.next_row()));
                }
            }
            match block {
                Block::Heading { .. } => heading = heading.or(Some(first)),
                _ => {
                    if let Some(start) = heading.take() {
                        self.grid.keeps.push((start, self.next_row().min(first + TAKEN_ALONG)));
                    }
                }
            }
        }
    }

    fn page_break(&mut self) {
        let row = self.next_row();
        if row > 0 {
            self.grid.page_breaks.push(row);
        }
    }

    fn title(&mut self, inlines: &'a [Inline]) {
        let size = style::TITLE.size.to_pt();
        let text = values::plain(inlines);
        let lines = measure::lines(&text, size, self.width(0, self.edges.last()));
        let height = measure::height(lines, size, style::TITLE.pitch.to_pt()) + self.grid.measures.title_after.to_pt();
        let look = Look { upright: Upright::Top, align: Side::Center, ..plain_look(face(style::TITLE, true, true)) };
        self.full_row(AreaText::Inlines(inlines), 0, look, height);
    }

    fn heading(&mut self, level: u8, text: &'a str) {
        let (type_, (before, after)) =
            if level == 1 { (style::CHAPTER, style::CHAPTER_SPACE) } else { (style::SECTION, style::SECTION_SPACE) };
        let look = Look { upright: Upright::Bottom, ..plain_look(face(type_, true, true)) };
        let size = type_.size.to_pt();
        let lines = measure::lines(text, size, self.width(0, self.edges.last()));
        let height = measure::height(lines, size, type_.pitch.to_pt()) + before.to_pt();
        self.full_row(AreaText::Heading(text), 0, look, height);
        self.grid.rows.push(after.to_pt());
    }

    /// Running text over the whole width.
    fn text(&mut self, piece: &'a Piece, number: Option<usize>) {
        let look = Look { upright: Upright::Top, ..plain_look(face(style::TEXT, false, false)) };
        let size = style::TEXT.size.to_pt();
        let mut text = values::plain(&piece.inlines).into_owned();
        if let Some(number) = number {
            text.insert_str(0, &format!("{number}. "));
        }
        let lines = measure::lines(&text, size, self.width(0, self.edges.last()) - size / 2.0);
        let height = measure::height(lines, size, style::TEXT.pitch.to_pt()) + style::TEXT_AFTER.to_pt() / 2.0;
        let text = match number {
            Some(number) => AreaText::Clause(number, &piece.inlines),
            None => AreaText::Inlines(&piece.inlines),
        };
        self.full_row(text, piece.tag, look, height);
    }

    fn full_row(&mut self, text: AreaText<'a>, tag: u32, look: Look, height: f64) {
        let row = self.next_row();
        let rows = self.push_rows(height);
        let (column, columns, kind) = (0, self.edges.last(), RowKind::Body);
        let room = self.width(0, columns);
        self.grid.areas.push(Area { row, rows, column, columns, text, tag, kind, look, room, record: row, tier: 0 });
    }

    /// Adds a height to the sheet, in as many rows as it needs.
    fn push_rows(&mut self, height: f64) -> u32 {
        let count = (height / TALLEST).ceil().max(1.0);
        for _ in 0..count as u32 {
            self.grid.rows.push(height / count);
        }
        count as u32
    }

    /// Texts side by side under the title.
    fn lines(&mut self, rows: &'a [Vec<Piece>], next: Option<&Block>) {
        let width = self.edges.at.last().copied().unwrap_or_default();
        for pieces in rows {
            let row = self.next_row();
            let is_report = matches!(self.style, Style::Report | Style::Plan);
            let widths = match pieces.len() {
                2 if is_report => vec![style::SECOND_COLUMN.to_mm(), width - style::SECOND_COLUMN.to_mm()],
                count => vec![width / count as f64; count],
            };
            let columns = self.edges.columns(0.0, &widths);
            let size = style::TEXT.size.to_pt();
            let mut lines = 1;
            for (index, (piece, pair)) in pieces.iter().zip(columns.windows(2)).enumerate() {
                let align = match index {
                    _ if is_report || index == 0 => Side::Left,
                    _ if index + 1 == pieces.len() => Side::Right,
                    _ => Side::Center,
                };
                let text = values::plain(&piece.inlines);
                lines = lines.max(measure::lines(&text, size, self.width(pair[0], pair[1])));
                let look = Look { align, ..plain_look(face(style::TEXT, false, false)) };
                self.grid.areas.push(Area {
                    row,
                    rows: 1,
                    column: pair[0],
                    columns: (pair[1] - pair[0]).max(1),
                    text: AreaText::Inlines(&piece.inlines),
                    tag: piece.tag,
                    kind: RowKind::Body,
                    look,
                    room: self.width(pair[0], pair[1]),
                    record: row,
                    tier: 0,
                });
            }
            self.grid.rows.push(measure::height(lines, size, style::TEXT.pitch.to_pt()));
        }
        if matches!(next, Some(Block::Table(_))) {
            self.grid.rows.push(style::TEXT_AFTER.to_pt());
        }
    }

    /// Width of columns, in points.
    fn width(&self, from: u16, to: u16) -> f64 {
        let pixels: u32 = self.grid.columns[usize::from(from)..usize::from(to)].iter().sum();
        f64::from(pixels) * 0.75
    }

    fn table(&mut self, table: &'a Table) {
        let (first, area) = (self.next_row(), self.grid.areas.len());
        self.parts(&table.parts);
        let last = self.next_row();
        let edge = self.edges.last();
        // The frame, and the lines above section bars.
        let mut heavy: Vec<u32> = vec![first];
        heavy.extend(self.grid.areas[area..].iter().filter(|area| area.kind == RowKind::Bar).map(|area| area.row));
        for area in &mut self.grid.areas[area..] {
            let [left, top, right, bottom] = &mut area.look.lines;
            if area.column == 0 {
                *left = Line::Frame;
            }
            if area.column + area.columns == edge {
                *right = Line::Frame;
            }
            if heavy.binary_search(&area.row).is_ok() {
                *top = Line::Frame;
            }
            if area.row + area.rows == last || heavy.binary_search(&(area.row + area.rows)).is_ok() {
                *bottom = Line::Frame;
            }
        }
    }

    fn parts(&mut self, parts: &'a [TablePart]) {
        for part in parts {
            match part {
                TablePart::Row(row) => {
                    self.row(row);
                }
                TablePart::Group(group) => self.group(group),
            }
        }
    }

    fn group(&mut self, group: &'a Group) {
        if group.new_page {
            self.page_break();
        }
        let start = self.next_row();
        if !group.list {
            self.parts(&group.parts);
            if matches!(group.parts.first(), Some(TablePart::Row(Row { kind: RowKind::Bar, .. }))) {
                self.grid.keeps.push((start, self.next_row().min(start + TAKEN_ALONG)));
            }
            if group.whole {
                let before = u32::from(group.takes_previous);
                self.grid.keeps.push((start.saturating_sub(before), self.next_row()));
            }
            return;
        }
        let mut heads: Option<(u32, u32)> = None;
        let (mut body, mut is_flat) = (0, true);
        // Where the last two rows begin: neither is alone on a page.
        let mut last_two = (start, start);
        for part in &group.parts {
            let TablePart::Row(row) = part else {
                self.parts(std::slice::from_ref(part));
                continue;
            };
            let first = self.next_row();
            let is_single = self.row(row);
            match row.kind {
                RowKind::Head => {
                    let start = heads.map_or(first, |(start, _)| start);
                    heads = Some((start, self.next_row() - 1));
                }
                RowKind::Body => {
                    body += self.next_row() - first;
                    last_two = (last_two.1, first);
                    is_flat &= is_single;
                }
                _ => {}
            }
        }
        if let Some((first, last)) = heads {
            self.grid.keeps.push((start, self.next_row().min(last + TAKEN_ALONG)));
            self.grid.keeps.push((last_two.0, self.next_row()));
            self.grid.heads.push(Heads { first, last, body, is_flat });
        }
    }

    /// Places one row; says whether it is a single row of the sheet.
    fn row(&mut self, row: &'a Row) -> bool {
        let mut leaves = Vec::with_capacity(row.cells.len());
        let columns = self.columns_of(row, None);
        let tiers = self.leaves(row, &columns, 0, &mut leaves);
        let mut heights = vec![0.0_f64; tiers];
        for leaf in leaves.iter().filter(|leaf| leaf.tiers == 1) {
            heights[leaf.tier] = heights[leaf.tier].max(leaf.needs);
        }
        for leaf in leaves.iter().filter(|leaf| leaf.tiers > 1) {
            stretch(&mut heights[leaf.tier..leaf.tier + leaf.tiers], leaf.needs);
        }
        let least = match row.kind {
            RowKind::Bar => style::BAR_HEIGHT,
            RowKind::Caption => style::CAPTION_HEIGHT,
            _ => row.height,
        };
        stretch(&mut heights, least.to_pt());

        let record = self.next_row();
        let mut starts = Vec::with_capacity(tiers + 1);
        for height in heights {
            starts.push(self.next_row());
            self.push_rows(height);
        }
        starts.push(self.next_row());
        if self.next_row() - record > 1 {
            self.grid.keeps.push((record, self.next_row()));
        }
        for (index, leaf) in leaves.iter().enumerate() {
            let (first, end) = (starts[leaf.tier], starts[leaf.tier + leaf.tiers]);
            let mut look = self.look(leaf);
            if leaves.get(index + 1).is_some_and(|next| next.cell.open_left) {
                look.lines[2] = Line::None;
            }
            self.grid.areas.push(Area {
                row: first,
                rows: end - first,
                column: leaf.column,
                columns: (leaf.end - leaf.column).max(1),
                text: AreaText::Inlines(leaf.inlines),
                tag: leaf.cell.tag,
                kind: leaf.kind,
                look,
                room: self.width(leaf.column, leaf.end.max(leaf.column + 1))
                    - if look.is_indented { INDENT } else { 0.0 },
                record,
                tier: u32::try_from(leaf.tier).unwrap_or(u32::MAX),
            });
        }
        starts.len() == 2 && starts[1] - starts[0] == 1
    }

    /// The columns of a row; a row within a cell keeps to the columns of that cell.
    fn columns_of(&self, row: &Row, within: Option<(u16, u16)>) -> Vec<u16> {
        let widths: Vec<f64> = row.cells.iter().map(|cell| cell.width.to_mm()).collect();
        let start = within.map_or(0.0, |(first, _)| self.edges.at[usize::from(first)]);
        let mut known = self.known.borrow_mut();
        if known.as_ref().is_none_or(|known| known.0 != start || known.1 != widths) {
            let columns = self.edges.columns(start, &widths);
            *known = Some((start, widths, columns));
        }
        let mut columns = known.as_ref().map(|known| known.2.clone()).unwrap_or_default();
        if let (Some((_, end)), Some(last)) = (within, columns.last_mut()) {
            *last = end;
        }
        columns
    }

    /// Collects the cells of a row, rows within cells below one another; returns the number of tiers.
    fn leaves(&self, row: &'a Row, columns: &[u16], tier: usize, leaves: &mut Vec<Leaf<'a>>) -> usize {
        let mut tiers = 1;
        let first = leaves.len();
        // Cells whose height follows that of their neighbours.
        let mut spanning = Vec::new();
        for (cell, pair) in row.cells.iter().zip(columns.windows(2)) {
            let (column, end) = (pair[0], pair[1]);
            match &cell.body {
                CellBody::Text(inlines) => {
                    spanning.push(leaves.len());
                    let needs = self.needs(cell, inlines, row.kind, column, end);
                    leaves.push(Leaf { cell, inlines, kind: row.kind, column, end, tier, tiers: 1, needs });
                }
                CellBody::Rows(rows) => {
                    let inner_first = leaves.len();
                    let mut inner = 0;
                    for row in rows {
                        let columns = self.columns_of(row, Some((column, end)));
                        inner += self.leaves(row, &columns, tier + inner, leaves);
                    }
                    if inner < tiers {
                        extend(&mut leaves[inner_first..], tier + inner, tier + tiers);
                    } else {
                        for index in first..inner_first {
                            if !spanning.contains(&index) {
                                extend(&mut leaves[index..=index], tier + tiers, tier + inner);
                            }
                        }
                        tiers = inner.max(1);
                    }
                }
            }
        }
        for index in spanning {
            leaves[index].tiers = tiers;
        }
        tiers
    }

    fn needs(&self, cell: &Cell, inlines: &[Inline], kind: RowKind, column: u16, end: u16) -> f64 {
        let face = self.cell_face(cell, inlines, kind);
        let size = f64::from(face.size) / 10.0;
        let width = self.width(column, end.max(column + 1)) - self.indent(cell, inlines, kind, column, end) * INDENT;
        let is_label = cell.label || matches!(kind, RowKind::Head | RowKind::Bar | RowKind::Caption);
        let text = values::broken(inlines, is_label, size, width).map_or_else(|| values::plain(inlines), Cow::Owned);
        let lines = measure::lines(&text, size, width);
        let measures = &self.grid.measures;
        let pad = if kind == RowKind::Head { measures.head_pad_y } else { measures.pad_y }.to_pt();
        // Labels have lines that follow each other closely.
        let pitch = if is_label { size * 1.45 } else { measures.cell.pitch.to_pt() };
        // On paper a line is 1 em high; the room around it that the pitch brings along counts as padding there.
        measure::height(lines, size, pitch) + (2.0 * pad - (pitch - size)).max(2.0)
    }

    /// Steps that a value stands off the line beside it, as on paper. Narrow cells and 发布计划表 need the room.
    fn indent(&self, cell: &Cell, inlines: &[Inline], kind: RowKind, column: u16, end: u16) -> f64 {
        let is_label = cell.label || kind == RowKind::Head;
        let width = self.width(column, end.max(column + 1));
        let is_roomy = self.style != Style::Table && width > ROOMY && (width > DATE_ROOM || !has_blank(inlines));
        if is_label || !is_roomy || cell.align == Align::Center { 0.0 } else { 1.0 }
    }

    fn cell_face(&self, cell: &Cell, inlines: &[Inline], kind: RowKind) -> Face {
        let type_ = match kind {
            RowKind::Bar => style::SECTION,
            _ => self.grid.measures.cell,
        };
        let sans = cell.label || matches!(kind, RowKind::Head | RowKind::Bar | RowKind::Caption);
        let small = matches!(inlines, [Inline::Text(span)] if span.small);
        let mut face = face(type_, kind == RowKind::Bar, sans);
        if small {
            face.size = tenths(style::SMALL.to_pt()).min(face.size);
        }
        face
    }

    fn look(&self, leaf: &Leaf) -> Look {
        let is_head = leaf.kind == RowKind::Head;
        let label = leaf.cell.label || is_head;
        let fill = match leaf.kind {
            RowKind::Bar => Fill::Bar,
            RowKind::Caption => Fill::None,
            _ if label => Fill::Label,
            _ => Fill::None,
        };
        let align = match leaf.kind {
            RowKind::Bar => Side::Left,
            RowKind::Caption => Side::from(leaf.cell.align),
            _ if label => Side::Center,
            _ => Side::from(leaf.cell.align),
        };
        let left = if leaf.cell.open_left { Line::None } else { Line::Thin };
        Look {
            type_: self.cell_face(leaf.cell, leaf.inlines, leaf.kind),
            fill,
            align,
            upright: Upright::Middle,
            is_indented: self.indent(leaf.cell, leaf.inlines, leaf.kind, leaf.column, leaf.end) > 0.0,
            lines: [left, Line::Thin, Line::Thin, Line::Thin],
            number: NumberForm::General,
        }
    }
}

/// A height that spreadsheets keep as it is: they count in pixels.
pub(super) fn in_pixels(height: f64) -> f64 {
    (height / 0.75).round() * 0.75
}

/// Stretches tiers evenly until they are as high together as asked for.
fn stretch(heights: &mut [f64], least: f64) {
    let missing = least - heights.iter().sum::<f64>();
    if missing > 0.0 {
        let each = missing / heights.len() as f64;
        heights.iter_mut().for_each(|height| *height += each);
    }
}

/// Makes cells that end at one tier end at another.
fn extend(leaves: &mut [Leaf], end: usize, new_end: usize) {
    for leaf in leaves.iter_mut().filter(|leaf| leaf.tier + leaf.tiers == end) {
        leaf.tiers = new_end - leaf.tier;
    }
}

fn has_blank(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Blank { .. } => true,
        Inline::Together(inner) => has_blank(inner),
        _ => false,
    })
}

fn face(type_: Type, bold: bool, sans: bool) -> Face {
    Face { size: tenths(type_.size.to_pt()), bold, sans }
}

fn tenths(points: f64) -> u16 {
    (points * 10.0).round() as u16
}

/// Text without lines or shading.
fn plain_look(type_: Face) -> Look {
    Look {
        type_,
        fill: Fill::None,
        align: Side::Left,
        upright: Upright::Middle,
        is_indented: false,
        lines: [Line::None; 4],
        number: NumberForm::General,
    }
}
