//! Measures rows, breaks those that are taller than a page, and draws them.

use crate::content::{Align, Cell, CellBody, Inline, Row, RowKind, Span};
use crate::frames::Item;
use crate::style::{BAR_FILL, BAR_HEIGHT, CAPTION_HEIGHT, CELL, FRAME, LABEL_FILL, LINE, Measures, SECTION, Type};
use crate::text::{Line, Setting, baseline, lines_height, set_text};
use crate::{Abs, Color, Fonts, Point, Rect};

/// A cell that is this much taller than its text shows it at the top, where people go on writing.
const ROOM_TO_WRITE: Abs = Abs::mm(10.0);
/// Between a text and the lines of its cell there is always this much.
const LEAST_PAD: Abs = Abs::mm(0.4);

/// A row whose height is known.
#[derive(Debug, Clone)]
pub(crate) struct MeasuredRow {
    pub kind: RowKind,
    pub height: Abs,
    /// The row was given at least this height, for handwriting.
    least: Abs,
    cells: Vec<MeasuredCell>,
}

#[derive(Debug, Clone)]
struct MeasuredCell {
    x: Abs,
    width: Abs,
    fill: Option<Color>,
    align: Align,
    label: bool,
    open_left: bool,
    pad_x: Abs,
    pad_y: Abs,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Lines { lines: Vec<Line>, typ: Type },
    Rows(Vec<MeasuredRow>),
}

impl Body {
    fn height(&self, pad_y: Abs) -> Abs {
        match self {
            Self::Lines { lines, .. } if lines.is_empty() => Abs::ZERO,
            Self::Lines { lines, typ } => lines_height(lines.len(), *typ) + pad_y * 2.0,
            Self::Rows(rows) => rows.iter().map(|row| row.height).sum(),
        }
    }
}

/// Measures a row: sets its texts in the widths of its cells; the tallest cell gives the height.
pub(crate) fn measure_row(fonts: &Fonts, measures: &Measures, row: &Row) -> MeasuredRow {
    let mut x = Abs::ZERO;
    let mut cells = Vec::with_capacity(row.cells.len());
    for cell in &row.cells {
        cells.push(measure_cell(fonts, measures, row.kind, cell, x));
        x += cell.width;
    }
    let least = row.height.max(match row.kind {
        RowKind::Bar => BAR_HEIGHT,
        RowKind::Caption => CAPTION_HEIGHT,
        _ => Abs::ZERO,
    });
    let height = cells.iter().map(|cell| cell.body.height(cell.pad_y)).fold(least, Abs::max);
    let mut row = MeasuredRow { kind: row.kind, height, least, cells };
    row.stretch_to(height);
    row
}

fn measure_cell(fonts: &Fonts, measures: &Measures, kind: RowKind, cell: &Cell, x: Abs) -> MeasuredCell {
    let label = cell.label || kind == RowKind::Head;
    let (fill, setting, pad_y, pad_x) = match kind {
        RowKind::Bar => (Some(BAR_FILL), Setting::sans(SECTION).bold(), Abs::ZERO, measures.pad_x),
        RowKind::Caption => (None, Setting::sans(CELL), Abs::ZERO, measures.pad_x),
        RowKind::Head => (Some(LABEL_FILL), Setting::sans(measures.cell), measures.head_pad_y, measures.label_pad_x),
        RowKind::Body | RowKind::Total if label => {
            (Some(LABEL_FILL), Setting::sans(measures.cell), measures.pad_y, measures.label_pad_x)
        }
        RowKind::Body | RowKind::Total => (None, Setting::new(measures.cell), measures.pad_y, measures.pad_x),
    };
    let setting = if kind == RowKind::Total { setting.bold() } else { setting };
    let setting = Setting { balance: label, ..setting };
    let body = match &cell.body {
        CellBody::Text(inlines) => {
            let centered = label || cell.align == Align::Center;
            let lines = set_in_cell(fonts, inlines, &setting, cell.width, pad_x, label, centered);
            Body::Lines { lines, typ: setting.typ }
        }
        CellBody::Rows(rows) => Body::Rows(rows.iter().map(|row| measure_row(fonts, measures, row)).collect()),
    };
    let align = match &body {
        _ if label => Align::Center,
        // Options one below the other stand in a column.
        Body::Lines { lines, .. } if lines.len() > 1 && has_box(&cell.body) => Align::Left,
        _ => cell.align,
    };
    MeasuredCell { x, width: cell.width, fill, align, label, open_left: cell.open_left, pad_x, pad_y, body }
}

/// Sets a text in its cell. One that would need a line more only because of the padding takes some of the padding.
fn set_in_cell(
    fonts: &Fonts,
    inlines: &[Inline],
    setting: &Setting,
    cell: Abs,
    pad_x: Abs,
    label: bool,
    centered: bool,
) -> Vec<Line> {
    let width = cell - pad_x * 2.0;
    let wide = cell - if centered { LEAST_PAD * 2.0 } else { pad_x + LEAST_PAD };
    let lines = set_text(fonts, inlines, setting, width);
    if lines.len() == 1 {
        return lines;
    }
    let wider = set_text(fonts, inlines, setting, wide);
    if wider.len() == 1 {
        return wider;
    }
    if let Some(bracketed) = small_bracket(inlines).filter(|_| label) {
        let lines = set_text(fonts, &bracketed, setting, width);
        return if lines.len() > 2 { set_text(fonts, &bracketed, setting, wide) } else { lines };
    }
    if centered && lines.len() <= 3 && wider.len() < lines.len() { wider } else { lines }
}

fn has_box(body: &CellBody) -> bool {
    fn any(inlines: &[Inline]) -> bool {
        inlines.iter().any(|inline| match inline {
            Inline::Box { .. } => true,
            Inline::Together(inner) => any(inner),
            _ => false,
        })
    }
    matches!(body, CellBody::Text(inlines) if any(inlines))
}

/// A label that ends in a bracket and does not fit on one line shows the bracket small on a second line.
fn small_bracket(inlines: &[Inline]) -> Option<Vec<Inline>> {
    let [Inline::Text(span)] = inlines else { return None };
    let start = span.text.find('（').filter(|&start| start > 0 && span.text.ends_with('）'))?;
    let (head, bracket) = span.text.split_at(start);
    let head = Span { text: head.trim_end().to_owned(), ..span.clone() };
    let bracket = Span { text: bracket.to_owned(), small: true, ..span.clone() };
    Some(vec![Inline::Text(head), Inline::Break, Inline::Text(bracket)])
}

impl MeasuredRow {
    /// Rows within a cell fill it: the last one takes what is left over.
    fn stretch_to(&mut self, height: Abs) {
        self.height = height;
        for cell in &mut self.cells {
            if let Body::Rows(rows) = &mut cell.body {
                let spare = height - rows.iter().map(|row| row.height).sum::<Abs>();
                let count = rows.len();
                for row in rows.iter_mut() {
                    let taller = row.height + spare / count as f64;
                    row.stretch_to(taller);
                }
            }
        }
    }

    /// Splits the row between lines so that the first part is at most `room` high. Labels stand in both parts.
    /// Returns `None` where not even one line fits.
    pub fn split(&self, room: Abs) -> Option<(Self, Self)> {
        let (mut head, mut tail) = (self.clone(), self.clone());
        let (mut taken, mut left) = (false, false);
        for (index, cell) in self.cells.iter().enumerate() {
            match &cell.body {
                Body::Lines { .. } if cell.label => {}
                Body::Lines { lines, typ } => {
                    let fitting = (0..=lines.len())
                        .rev()
                        .find(|&count| count == 0 || (lines_height(count, *typ) + cell.pad_y * 2.0).fits(room))
                        .expect("zero lines always fit");
                    taken |= fitting > 0;
                    left |= fitting < lines.len();
                    head.cells[index].body = Body::Lines { lines: lines[..fitting].to_vec(), typ: *typ };
                    tail.cells[index].body = Body::Lines { lines: lines[fitting..].to_vec(), typ: *typ };
                }
                Body::Rows(rows) => {
                    let (first, second) = split_rows(rows, room);
                    taken |= !first.is_empty();
                    left |= !second.is_empty();
                    head.cells[index].body = Body::Rows(first);
                    tail.cells[index].body = Body::Rows(second);
                }
            }
        }
        if !taken || !left {
            return None;
        }
        for part in [&mut head, &mut tail] {
            part.least = Abs::ZERO;
            let height = part.cells.iter().map(|cell| cell.body.height(cell.pad_y)).fold(Abs::ZERO, Abs::max);
            part.stretch_to(height);
        }
        Some((head, tail))
    }

    /// Draws the row without the frame around the table. Fills go apart: they lie under a watermark.
    pub fn draw(&self, fonts: &Fonts, at: Point, last: bool, fills: &mut Vec<Item>, items: &mut Vec<Item>) {
        for (index, cell) in self.cells.iter().enumerate() {
            let left = at.x + cell.x;
            if let Some(color) = cell.fill {
                let rect = Rect { x: left, y: at.y, width: cell.width, height: self.height };
                fills.push(Item::Fill { rect, color });
            }
            self.draw_body(fonts, cell, Point::new(left, at.y), fills, items);
            if index > 0 && !cell.open_left {
                items.push(rule(Point::new(left, at.y), Point::new(left, at.y + self.height), LINE));
            }
        }
        if !last {
            let width = self.width();
            let y = at.y + self.height;
            items.push(rule(Point::new(at.x, y), Point::new(at.x + width, y), LINE));
        }
        if self.kind == RowKind::Bar {
            items.push(rule(at, Point::new(at.x + self.width(), at.y), FRAME));
        }
    }

    fn draw_body(&self, fonts: &Fonts, cell: &MeasuredCell, at: Point, fills: &mut Vec<Item>, items: &mut Vec<Item>) {
        match &cell.body {
            Body::Lines { lines, typ } => {
                let text_height = lines_height(lines.len(), *typ);
                let spare = self.height - text_height;
                let write_below = !cell.label
                    && cell.align == Align::Left
                    && spare > ROOM_TO_WRITE + cell.pad_y * 2.0
                    && self.least.fits(self.height)
                    && self.height.fits(self.least);
                let mut top = at.y + if write_below { cell.pad_y } else { spare / 2.0 };
                for line in lines {
                    let room = cell.width - cell.pad_x * 2.0 - line.width;
                    let x = at.x
                        + cell.pad_x
                        + match cell.align {
                            Align::Left => Abs::ZERO,
                            Align::Center => room / 2.0,
                            Align::Right => room,
                        };
                    line.draw(fonts, x, baseline(top, *typ), items);
                    top += typ.pitch;
                }
            }
            Body::Rows(rows) => {
                let mut y = at.y;
                for (index, row) in rows.iter().enumerate() {
                    row.draw(fonts, Point::new(at.x, y), index + 1 == rows.len(), fills, items);
                    y += row.height;
                }
            }
        }
    }

    pub fn width(&self) -> Abs {
        self.cells.iter().map(|cell| cell.width).sum()
    }
}

fn split_rows(rows: &[MeasuredRow], room: Abs) -> (Vec<MeasuredRow>, Vec<MeasuredRow>) {
    let mut used = Abs::ZERO;
    for (index, row) in rows.iter().enumerate() {
        if (used + row.height).fits(room) {
            used += row.height;
            continue;
        }
        let mut first = rows[..index].to_vec();
        let mut second = rows[index..].to_vec();
        // A single row that no page holds breaks between its lines.
        if index == 0
            && let Some((head, tail)) = row.split(room - used)
        {
            first.push(head);
            second[0] = tail;
        }
        return (first, second);
    }
    (rows.to_vec(), Vec::new())
}

/// A straight black line.
pub(crate) fn rule(from: Point, to: Point, width: Abs) -> Item {
    Item::Stroke { points: vec![from, to], width, color: Color::BLACK, round: false, dash: None }
}

/// The frame around rows that touch.
pub(crate) fn frame(rect: Rect) -> Item {
    let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
    let corners = [(rect.x, rect.y), (right, rect.y), (right, bottom), (rect.x, bottom), (rect.x, rect.y)];
    let points = corners.map(|(x, y)| Point::new(x, y)).to_vec();
    Item::Stroke { points, width: FRAME, color: Color::BLACK, round: false, dash: None }
}
