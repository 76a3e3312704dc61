//! Grids and tables: rows of labels and values.

use std::sync::Arc;

use dossier_layout::Abs;
use dossier_layout::content::{Align, Cell, CellBody, Group, Inline, Row, RowKind, TablePart};

use super::fill::{Context, Where};
use super::{Composer, Place};
use crate::document::RowValues;
use crate::template::{self, ColumnLayout, GridCell, GridRow, Kind, Part, TableField, TableLayout, Text};

/// Rows of blank paper are at least this high: people write in them.
const HANDWRITING: f64 = 7.8;
/// Least height of a row to sign in, mm.
const SIGNATURE: f64 = 12.6;
/// Width of the text block upright, mm.
const UPRIGHT: f64 = 165.0;

/// A cell as wide as the form.
pub(super) fn full_width(text: Vec<Inline>) -> Cell {
    Cell { width: Abs::mm(UPRIGHT), body: CellBody::Text(text), ..Cell::default() }
}

impl Composer<'_> {
    /// The rows of a grid that stand on this paper.
    pub(super) fn grid(&mut self, rows: &[GridRow]) -> Vec<Row> {
        let standing: Vec<&GridRow> = rows.iter().filter(|row| self.standing.row(row)).collect();
        standing.into_iter().map(|row| self.grid_row(row)).collect()
    }

    fn grid_row(&mut self, row: &GridRow) -> Row {
        let cells = row.cells.iter().zip(&row.widths).map(|(cell, width)| self.grid_cell(cell, *width)).collect();
        Row { kind: RowKind::Body, cells, height: Abs::mm(self.grid_height(row)) }
    }

    fn grid_height(&self, row: &GridRow) -> f64 {
        let least = row.height.unwrap_or(0.0);
        if self.wanted.blank || self.all_empty(row) {
            let blank = row.blank_height.filter(|_| self.wanted.blank || row.height.is_none());
            least.max(blank.unwrap_or(0.0)).max(if self.wanted.blank { HANDWRITING } else { 0.0 })
        } else {
            least
        }
    }

    fn all_empty(&self, row: &GridRow) -> bool {
        row.cells.iter().flat_map(|cell| &cell.stack).flat_map(Text::fields).all(|id| self.values.get(id).is_none())
    }

    fn grid_cell(&mut self, cell: &GridCell, width: f64) -> Cell {
        let align = cell.align.map_or(Align::Left, layout_align);
        if let [text] = &cell.stack[..] {
            return Cell {
                width: Abs::mm(width),
                body: CellBody::Text(self.cell_text(text, width, cell.label)),
                label: cell.label,
                align,
                open_left: false,
                tag: self.tag(text, Place::Document),
            };
        }
        let row = |composer: &mut Self, text: &Text| Row {
            kind: RowKind::Body,
            cells: vec![Cell {
                width: Abs::mm(width),
                body: CellBody::Text(composer.cell_text(text, width, false)),
                align,
                tag: composer.tag(text, Place::Document),
                ..Cell::default()
            }],
            height: Abs::ZERO,
        };
        let rows = cell.stack.iter().map(|text| row(self, text)).collect();
        Cell { width: Abs::mm(width), body: CellBody::Rows(rows), label: false, ..Cell::default() }
    }

    fn cell_text(&self, text: &Text, width: f64, label: bool) -> Vec<Inline> {
        let setting = if label { Where::Label } else { Where::Cell };
        self.filler.fill(text, &Context::document(width, setting))
    }

    pub(super) fn holds_signature(&self, cell: &GridCell) -> bool {
        let signature = |id: &str| self.template.field(id).is_some_and(|field| matches!(field.kind, Kind::Signature));
        cell.stack.iter().flat_map(Text::fields).any(signature)
    }

    /// A table field: caption, heads, rows and sums.
    pub(super) fn table(&mut self, layout: &TableLayout) -> Group {
        let template = self.template;
        let Some((_, table)) = template.table(&layout.field) else { return Group::default() };
        let id = layout.field.as_str();
        let mut heads = Vec::new();
        if let Some(caption) = &layout.caption {
            heads.push(self.caption_row(caption, layout));
        }
        heads.extend(self.head_rows(layout, id));
        let mut parts: Vec<TablePart> = heads.iter().cloned().map(TablePart::Row).collect();
        let shared: Arc<str> = id.into();
        let count = self.row_count(id, table);
        for index in 0..count {
            let row = self.values.row(id, index);
            parts.push(TablePart::Row(self.record(layout, table, &row, &shared)));
        }
        if let Some(totals) = &table.totals {
            parts.push(TablePart::Row(self.total_row(layout, id, totals)));
        }
        Group { parts, repeat: heads, list: !layout.signoff, whole: layout.signoff, ..Group::default() }
    }

    /// Rows that were typed and those that are always there; an empty table prints rows to write on.
    fn row_count(&self, id: &str, table: &TableField) -> usize {
        let typed = if self.wanted.blank { table.presets.len() } else { self.values.row_count(id) };
        let empty_rows = if self.wanted.blank || typed == 0 { table.blank_rows } else { 0 };
        typed.max(table.fixed.len()).max(if table.fixed.is_empty() { empty_rows } else { 0 })
    }

    fn caption_row(&mut self, caption: &Text, layout: &TableLayout) -> Row {
        let width = layout_width(layout);
        let name = self.filler.running(caption);
        let Some(note) = &layout.note else {
            let cell = Cell { width: Abs::mm(width), body: CellBody::Text(name), ..Cell::default() };
            return Row { kind: RowKind::Caption, cells: vec![cell], height: Abs::ZERO };
        };
        let left = (width * 0.3).round();
        let inlines = self.filler.fill(note, &Context::document(width, Where::Running));
        let cells = vec![
            Cell { width: Abs::mm(left), body: CellBody::Text(name), ..Cell::default() },
            Cell {
                width: Abs::mm(width - left),
                body: CellBody::Text(inlines),
                align: Align::Right,
                open_left: true,
                tag: self.tag(note, Place::Document),
                ..Cell::default()
            },
        ];
        Row { kind: RowKind::Caption, cells, height: Abs::ZERO }
    }

    fn head_rows(&mut self, layout: &TableLayout, id: &str) -> Vec<Row> {
        let mut column = 0;
        let mut head = |composer: &mut Self, layout: &ColumnLayout| {
            let place = Place::Head { table: id.to_owned(), column };
            column += 1;
            let text = Text::literal(&layout.head);
            let setting = Where::Label;
            let body = composer.filler.fill(&text, &Context::document(layout.width, setting));
            Cell {
                width: Abs::mm(layout.width),
                body: CellBody::Text(body),
                label: true,
                tag: composer.tag(&text, place),
                ..Cell::default()
            }
        };
        let lead = layout.lead.as_ref().map(|lead| head(self, lead));
        let mut rows = Vec::new();
        for tier in &layout.tiers {
            let cells = tier.iter().map(|column| head(self, column)).collect();
            rows.push(Row { kind: RowKind::Head, cells, height: Abs::ZERO });
        }
        match lead {
            Some(lead) => vec![beside(lead, rows, RowKind::Head, Abs::ZERO)],
            None => rows,
        }
    }

    /// One row of the table, as high as its tallest tier asks for.
    fn record(&mut self, layout: &TableLayout, table: &TableField, row: &RowValues, id: &Arc<str>) -> Row {
        let height = self.record_height(layout);
        let lead = layout.lead.as_ref().map(|lead| self.record_cell(lead, table, row, id));
        let mut rows = Vec::new();
        for tier in &layout.tiers {
            let cells = tier.iter().map(|column| self.record_cell(column, table, row, id)).collect();
            rows.push(Row { kind: RowKind::Body, cells, height: Abs::ZERO });
        }
        match lead {
            Some(lead) => beside(lead, rows, RowKind::Body, height * layout.tiers.len() as f64),
            None => {
                let mut row = rows.swap_remove(0);
                row.height = height;
                row
            }
        }
    }

    fn record_height(&self, layout: &TableLayout) -> Abs {
        let least = layout.row_height.unwrap_or(if layout.signoff { SIGNATURE } else { 0.0 });
        let tall = self.wanted.blank && layout.tiers.len() == 1;
        Abs::mm(least.max(match (tall, self.wanted.blank) {
            (true, _) => HANDWRITING,
            (false, true) => 7.1,
            (false, false) => 0.0,
        }))
    }

    fn record_cell(&mut self, column: &ColumnLayout, table: &TableField, row: &RowValues, id: &Arc<str>) -> Cell {
        let index = row.index();
        let text = self.cell_of(column, table, index);
        let setting = if column.label { Where::Label } else { Where::Cell };
        let context = Context { row: Some(row), number: index + 1, ..Context::document(column.width, setting) };
        let place = Place::Row { table: Arc::clone(id), row: index };
        Cell {
            width: Abs::mm(column.width),
            body: CellBody::Text(self.filler.fill(&text, &context)),
            label: column.label,
            align: layout_align(column.align.unwrap_or_else(|| natural_align(&text, table))),
            open_left: false,
            tag: self.tag_shared(text, place),
        }
    }

    /// The text of a cell: the layout's, or what a fixed row puts in its place.
    fn cell_of(&self, column: &ColumnLayout, table: &TableField, index: usize) -> Arc<Text> {
        let own = table.fixed.get(index).and_then(|fixed| column.cell.fields().find_map(|id| fixed.cells.get(id)));
        own.map_or_else(|| Arc::clone(&column.cell), |own| Arc::new(own.clone()))
    }

    fn total_row(&mut self, layout: &TableLayout, id: &str, totals: &template::Totals) -> Row {
        let mut cells = Vec::new();
        for (index, column) in layout.tiers.iter().flatten().enumerate() {
            let field = column.cell.fields().next().unwrap_or_default();
            let text = if index == 0 {
                totals.label.clone()
            } else if totals.dash.iter().any(|dash| column.cell.fields().any(|id| id == dash)) {
                "-".to_owned()
            } else if !self.wanted.blank && totals.sum.iter().any(|sum| sum == field) {
                self.values.total(id, field).unwrap_or_default()
            } else {
                String::new()
            };
            cells.push(Cell {
                width: Abs::mm(column.width),
                body: CellBody::Text(vec![Inline::text(text)]),
                label: index == 0,
                align: Align::Center,
                ..Cell::default()
            });
        }
        let height = Abs::mm(if self.wanted.blank { HANDWRITING } else { 0.0 });
        Row { kind: RowKind::Total, cells, height }
    }
}

/// A cell beside rows that it spans.
fn beside(lead: Cell, rows: Vec<Row>, kind: RowKind, height: Abs) -> Row {
    let width = rows.first().map_or(Abs::ZERO, |row| row.cells.iter().map(|cell| cell.width).sum());
    let rest = Cell { width, body: CellBody::Rows(rows), ..Cell::default() };
    Row { kind, cells: vec![lead, rest], height }
}

fn layout_width(layout: &TableLayout) -> f64 {
    let tier: f64 = layout.tiers.first().map_or(0.0, |tier| tier.iter().map(|column| column.width).sum());
    tier + layout.lead.as_ref().map_or(0.0, |lead| lead.width)
}

/// Ids, versions, dates, counts, names and ratings are centred; sizes and money stand right; text left.
pub(crate) fn natural_align(text: &Text, table: &TableField) -> template::Align {
    let [Part::Field { id, .. }] = &text.parts[..] else {
        let is_number = matches!(text.parts[..], [Part::RowNumber]);
        return if is_number { template::Align::Center } else { template::Align::Left };
    };
    let kind = table.columns.iter().find(|column| column.id == *id).map(|column| &column.kind);
    match kind {
        None | Some(Kind::Text | Kind::LongText | Kind::Department { .. } | Kind::Table(_)) => template::Align::Left,
        Some(Kind::Decimal) => template::Align::Right,
        Some(_) => template::Align::Center,
    }
}

fn layout_align(align: template::Align) -> Align {
    match align {
        template::Align::Left => Align::Left,
        template::Align::Center => Align::Center,
        template::Align::Right => Align::Right,
    }
}
