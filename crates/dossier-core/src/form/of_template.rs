//! From the layout of a template to the form that the window draws.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    Align, Block, ChoiceOption, Field, FieldKind, FixedRow, Form, FormStyle, GridCell, GridRow, Part, Section, Table,
    TableColumn, TableLayout, Totals, What,
};
use crate::compose;
use crate::template::{self, Compute, Kind, Style, TableField, Template, Text};

/// Fields of the frame that people fill, in the order of the front matter; number and revision are given.
const FRAME: [&str; 10] = [
    "doc_department",
    "doc_date",
    "classification",
    "control_state",
    "doc_author",
    "doc_reviewer",
    "doc_approver",
    "first_issued",
    "effective_date",
    "revised_date",
];
/// Of 版本记录, as the front matter prints it; mm.
const REVISION_WIDTHS: [f64; 5] = [23.0, 30.0, 55.0, 27.0, 30.0];
const PORTRAIT: f64 = 165.0;
const LANDSCAPE: f64 = 267.0;

impl Form {
    /// The form of a template: its layout, and behind it what only the frame of the document holds.
    pub fn of(template: &Template) -> Self {
        let style = match template.style {
            Style::Form => FormStyle::Form,
            Style::Report => FormStyle::Report,
            Style::Plan => FormStyle::Plan,
            Style::Table => FormStyle::Table,
        };
        let width = if style == FormStyle::Table { LANDSCAPE } else { PORTRAIT };
        let mut builder = Builder { template, sections: Vec::new(), blocks: Vec::new(), section: None };
        builder.title();
        for (index, entry) in template.layout.iter().enumerate() {
            builder.entry(index, entry, style);
        }
        if style == FormStyle::Table {
            builder.columns();
        }
        builder.frame(width);
        builder.due();
        Self {
            template: template.id.clone(),
            title: template.title.clone(),
            short: template.short.clone(),
            style,
            width,
            sections: builder.sections,
            blocks: builder.blocks,
            fields: template.fields.iter().map(|own| (own.id.clone(), field(template, own, None))).collect(),
        }
    }

    /// The fields in the order in which they stand on the paper, from 0; the blanks of an option stand with it.
    pub(super) fn ranks(&self) -> HashMap<&str, usize> {
        let mut ranks = HashMap::new();
        for block in &self.blocks {
            texts(&block.what).for_each(|text| self.rank(text, &mut ranks));
            if let What::Table { table } = &block.what {
                let next = ranks.len();
                ranks.entry(table.field.as_str()).or_insert(next);
            }
        }
        ranks
    }

    fn rank<'f>(&'f self, text: &'f [Part], ranks: &mut HashMap<&'f str, usize>) {
        for part in text {
            let Part::Field { id, .. } = part else { continue };
            if ranks.contains_key(id.as_str()) {
                continue;
            }
            ranks.insert(id, ranks.len());
            if let Some(FieldKind::Choice { options, .. }) = self.fields.get(id).map(|field| &field.kind) {
                options.iter().for_each(|option| self.rank(&option.text, ranks));
            }
        }
    }

    /// The section in which a field or a column of a table stands.
    pub fn section_of(&self, field: &str, column: Option<&str>) -> Option<usize> {
        if self.style == FormStyle::Table
            && let Some(column) = column
            && let Some(found) = self.sections.iter().position(|section| section.id == format!("{field}.{column}"))
        {
            return Some(found);
        }
        self.blocks.iter().find(|block| places(self, &block.what, field)).and_then(|block| block.section)
    }
}

/// Whether a block has a place for a field, in a blank of an option too.
fn places(form: &Form, what: &What, id: &str) -> bool {
    texts(what).any(|text| holds(form, text, id)) || matches!(what, What::Table { table } if table.field == id)
}

fn holds(form: &Form, text: &[Part], id: &str) -> bool {
    text.iter().any(|part| match part {
        Part::Field { id: placed, .. } if placed == id => true,
        Part::Field { id: placed, .. } => match form.fields.get(placed).map(|field| &field.kind) {
            Some(FieldKind::Choice { options, .. }) => options.iter().any(|option| holds(form, &option.text, id)),
            _ => false,
        },
        _ => false,
    })
}

/// The texts of a block that are filled from the document's own fields.
fn texts(what: &What) -> Box<dyn Iterator<Item = &[Part]> + '_> {
    match what {
        What::Title { text } | What::Bar { text } | What::Heading { text, .. } | What::Paragraph { text } => {
            Box::new(std::iter::once(text.as_slice()))
        }
        What::Lines { rows } => Box::new(rows.iter().flatten().map(Vec::as_slice)),
        What::Clauses { items } => Box::new(items.iter().map(Vec::as_slice)),
        What::Grid { rows } => {
            Box::new(rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.stack).map(Vec::as_slice))
        }
        What::Table { table } => Box::new(table.caption.iter().chain(&table.note).map(Vec::as_slice)),
    }
}

struct Builder<'a> {
    template: &'a Template,
    sections: Vec<Section>,
    blocks: Vec<Block>,
    section: Option<usize>,
}

impl Builder<'_> {
    fn push(&mut self, id: String, what: What) {
        self.blocks.push(Block { id, section: self.section, what });
    }

    fn title(&mut self) {
        let text = self.template.heading.clone().unwrap_or_else(|| Text::literal(&self.template.title));
        self.push("title".into(), What::Title { text: parts(&text) });
    }

    fn begin_section(&mut self, id: &str, text: &Text) {
        let title: String = text
            .parts
            .iter()
            .filter_map(|part| match part {
                template::Part::Literal { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let (numeral, name) = match title.split_once('、') {
            Some((numeral, name)) if numeral.chars().count() <= 4 => (numeral.trim().to_owned(), name.to_owned()),
            _ => (String::new(), title),
        };
        self.sections.push(Section { id: id.to_owned(), numeral, name, due: None });
        self.section = Some(self.sections.len() - 1);
    }

    fn entry(&mut self, index: usize, entry: &template::Entry, style: FormStyle) {
        let id = format!("b{index}");
        let what = match &entry.what {
            template::What::PageBreak => return,
            template::What::Lines(rows) => {
                What::Lines { rows: rows.iter().map(|row| row.iter().map(parts).collect()).collect() }
            }
            template::What::Bar(text) | template::What::Heading(text) => {
                if style != FormStyle::Table {
                    self.begin_section(&id, text);
                }
                match (&entry.what, style) {
                    (template::What::Bar(_), FormStyle::Form) => What::Bar { text: parts(text) },
                    _ => What::Heading { level: 1, text: parts(text) },
                }
            }
            template::What::Subheading(text) => What::Heading { level: 2, text: parts(text) },
            template::What::Paragraph(text) => What::Paragraph { text: parts(text) },
            template::What::Clauses(items) => What::Clauses { items: items.iter().map(parts).collect() },
            template::What::Grid(rows) => What::Grid {
                rows: rows.iter().enumerate().map(|(row, grid)| grid_row(format!("{id}.{row}"), grid)).collect(),
            },
            template::What::Table(layout) => What::Table { table: self.table(layout) },
        };
        self.push(id, what);
    }

    fn table(&self, layout: &template::TableLayout) -> TableLayout {
        let table = self.template.table(&layout.field).map(|(_, table)| table);
        let column = |column: &template::ColumnLayout| TableColumn {
            width: column.width,
            head: column.head.clone(),
            cell: parts(&column.cell),
            align: match (column.align, table) {
                (Some(own), _) => align(own),
                (None, Some(table)) => align(compose::natural_align(&column.cell, table)),
                (None, None) => Align::Left,
            },
            label: column.label,
        };
        TableLayout {
            field: layout.field.clone(),
            signoff: layout.signoff,
            caption: layout.caption.as_ref().map(parts),
            note: layout.note.as_ref().map(parts),
            lead: layout.lead.as_ref().map(column),
            tiers: layout.tiers.iter().map(|tier| tier.iter().map(column).collect()).collect(),
            row_height: layout.row_height,
        }
    }

    /// A plan table is one table: its outline are the columns.
    fn columns(&mut self) {
        let Some(What::Table { table }) =
            self.blocks.iter().map(|block| &block.what).find(|what| matches!(what, What::Table { .. }))
        else {
            return;
        };
        let cells = table.lead.iter().chain(table.tiers.iter().flatten());
        let ids = cells.flat_map(|cell| &cell.cell).filter_map(|part| match part {
            Part::Field { id, .. } => Some(id.clone()),
            _ => None,
        });
        let columns = ids.enumerate().map(|(index, id)| Section {
            name: self.template.column(&table.field, &id).map_or_else(|| id.clone(), |column| column.label.clone()),
            id: format!("{}.{id}", table.field),
            numeral: (index + 1).to_string(),
            due: None,
        });
        self.sections = columns.collect();
    }

    /// What only the front matter prints: 文档信息 and 版本记录.
    fn frame(&mut self, width: f64) {
        let template = self.template;
        let scale = width / PORTRAIT;
        let fields: Vec<&template::Field> =
            FRAME.iter().filter(|id| !template.is_placed(id)).filter_map(|id| template.field(id)).collect();
        let revisions = template.table("revisions").filter(|(field, _)| !template.is_placed(&field.id));
        if fields.is_empty() && revisions.is_none() {
            return;
        }
        self.begin_section("frame", &Text::literal("文档信息"));
        self.push("frame".into(), What::Heading { level: 1, text: vec![literal("文档信息")] });
        let label = |field: &template::Field| GridCell {
            width: 23.0 * scale,
            stack: vec![vec![literal(&field.label)]],
            align: Align::Left,
            label: true,
        };
        let value = |field: &template::Field| GridCell {
            width: 32.0 * scale,
            stack: vec![vec![placed(&field.id)]],
            align: Align::Left,
            label: false,
        };
        let rows = fields.chunks(3).enumerate().map(|(index, fields)| {
            let mut cells: Vec<GridCell> = fields.iter().flat_map(|field| [label(field), value(field)]).collect();
            let used: f64 = cells.iter().map(|cell| cell.width).sum();
            if let Some(last) = cells.last_mut() {
                last.width += width - used;
            }
            GridRow { id: format!("frame-fields.{index}"), cells, height: None }
        });
        let rows: Vec<GridRow> = rows.collect();
        if !rows.is_empty() {
            self.push("frame-fields".into(), What::Grid { rows });
        }
        let Some((field, table)) = revisions else { return };
        let columns = table.columns.iter().zip(REVISION_WIDTHS).map(|(column, width)| TableColumn {
            width: width * scale,
            head: column.label.clone(),
            cell: vec![placed(&column.id)],
            align: Align::Center,
            label: false,
        });
        let layout = TableLayout {
            field: field.id.clone(),
            signoff: false,
            caption: Some(vec![literal(&field.label)]),
            note: None,
            lead: None,
            tiers: vec![columns.collect()],
            row_height: None,
        };
        self.push("frame-revisions".into(), What::Table { table: layout });
    }

    /// Sections that hold nothing but places to sign.
    fn due(&mut self) {
        let signs = |block: &Block| -> Option<bool> {
            if let What::Table { table } = &block.what {
                return Some(table.signoff);
            }
            let mut fields = texts(&block.what).flatten().filter_map(|part| match part {
                Part::Field { id, .. } => self.template.field(id),
                _ => None,
            });
            let first = fields.next()?;
            Some(std::iter::once(first).chain(fields).all(|field| matches!(field.kind, Kind::Signature)))
        };
        for (index, section) in self.sections.iter_mut().enumerate() {
            let blocks = self.blocks.iter().filter(|block| block.section == Some(index));
            let signing: Vec<bool> = blocks.filter_map(signs).collect();
            if !signing.is_empty() && signing.iter().all(|signs| *signs) {
                section.due = Some("打印后签".into());
            }
        }
    }
}

fn grid_row(id: String, row: &template::GridRow) -> GridRow {
    let cells = row.cells.iter().zip(&row.widths).map(|(cell, width)| GridCell {
        width: *width,
        stack: cell.stack.iter().map(parts).collect(),
        align: cell.align.map_or(Align::Left, align),
        label: cell.label,
    });
    GridRow { id, cells: cells.collect(), height: row.height }
}

fn align(align: template::Align) -> Align {
    match align {
        template::Align::Left => Align::Left,
        template::Align::Center => Align::Center,
        template::Align::Right => Align::Right,
    }
}

fn parts(text: &Text) -> Vec<Part> {
    let part = |part: &template::Part| match part.clone() {
        template::Part::Literal { text, bold } => Part::Literal { text, bold },
        template::Part::Field { id, only_name, blank, bold } => Part::Field { id, only_name, blank, bold },
        template::Part::RowNumber => Part::RowNumber,
    };
    text.parts.iter().map(part).collect()
}

fn literal(text: &str) -> Part {
    Part::Literal { text: text.to_owned(), bold: false }
}

fn placed(id: &str) -> Part {
    Part::Field { id: id.to_owned(), only_name: false, blank: None, bold: false }
}

fn field(template: &Template, own: &template::Field, table: Option<&TableField>) -> Field {
    Field {
        id: own.id.clone(),
        label: own.label.clone(),
        kind: kind(template, &own.kind),
        required: own.required,
        hint: own.hint.clone(),
        help: own.help.clone(),
        clause: own.clause.clone(),
        unit: own.unit.clone(),
        blank: own.blank,
        computed: own.compute.as_ref().map(|compute| told(template, table, compute)),
        carried: own.carries.is_some(),
        frame: own.frame,
        default: own.default.clone().unwrap_or(Value::Null),
    }
}

fn kind(template: &Template, kind: &Kind) -> FieldKind {
    match kind {
        Kind::Text => FieldKind::Text,
        Kind::LongText => FieldKind::LongText,
        Kind::Integer => FieldKind::Integer,
        Kind::Decimal => FieldKind::Decimal,
        Kind::Date => FieldKind::Date { words: false },
        Kind::DateOrWords => FieldKind::Date { words: true },
        Kind::DateTime => FieldKind::Datetime,
        Kind::Time => FieldKind::Time,
        Kind::Duration { minutes } => FieldKind::Duration { minutes: *minutes },
        Kind::Version => FieldKind::Version,
        Kind::Choice { options, many } => {
            let option =
                |option: &template::ChoiceOption| ChoiceOption { name: option.name.clone(), text: parts(&option.text) };
            FieldKind::Choice { many: *many, options: options.iter().map(option).collect() }
        }
        Kind::Person { many } => FieldKind::Person { many: *many },
        Kind::Department { many } => FieldKind::Department { many: *many },
        Kind::Rating => FieldKind::Rating,
        Kind::Signature => FieldKind::Signature,
        Kind::Number { pattern } => FieldKind::Number { pattern: pattern.clone() },
        Kind::Table(own) => FieldKind::Table { table: table(template, own) },
    }
}

fn table(template: &Template, own: &TableField) -> Table {
    let fixed = own.fixed.iter().map(|row| FixedRow {
        values: row.values.clone(),
        kinds: row.kinds.iter().map(|(id, own)| (id.clone(), kind(template, own))).collect(),
        cells: row.cells.iter().map(|(id, text)| (id.clone(), parts(text))).collect(),
    });
    Table {
        columns: own.columns.iter().map(|column| field(template, column, Some(own))).collect(),
        fixed: fixed.collect(),
        free: own.free,
        blank_rows: own.blank_rows,
        min_rows: own.min_rows,
        totals: own.totals.as_ref().map(|totals| Totals {
            label: totals.label.clone(),
            sum: totals.sum.clone(),
            dash: totals.dash.clone(),
        }),
    }
}

/// How a value fills itself, told to people.
fn told(template: &Template, table: Option<&TableField>, compute: &Compute) -> String {
    let label = |id: &str| {
        let column = table.and_then(|table| table.column(id));
        column.or_else(|| template.field(id)).map_or_else(|| id.to_owned(), |field| format!("“{}”", field.label))
    };
    let column = |table: &str, id: &str| {
        template.column(table, id).map_or_else(|| id.to_owned(), |column| format!("“{}”", column.label))
    };
    match compute {
        Compute::Rows { table } => format!("{}的行数", label(table)),
        Compute::Count { table, column: id, values } => {
            format!("{}中{}为{}的行数", label(table), column(table, id), values.join("、"))
        }
        Compute::SumColumn { table, column: id } => format!("{}各行{}之和", label(table), column(table, id)),
        Compute::Sum { fields } => {
            format!("{}之和", fields.iter().map(|id| label(id)).collect::<Vec<_>>().join("、"))
        }
        Compute::Minutes { start, end } => format!("从{}到{}的分钟数", label(start), label(end)),
        Compute::Difference { from, less } => format!("{}减{}", label(from), label(less)),
        Compute::Late { planned, actual } => {
            format!("{}不晚于{}是按时，否则是延迟", label(actual), label(planned))
        }
        Compute::Balance { budget, spent } => format!("{}不超过{}是节余，否则是超支", label(spent), label(budget)),
        Compute::Earlier { date, days } => format!("{}前 {days} 天", label(date)),
    }
}
