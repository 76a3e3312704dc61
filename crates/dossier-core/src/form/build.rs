//! From a template to the form that the window draws.

use std::collections::BTreeMap;

use serde_json::Value;

use super::explain;
use super::model::{
    Align, Block, ChoiceOption, Field, FieldKind, FixedRow, Form, GridCell, GridRow, Part, Section, Style, Table,
    TableColumn, TableLayout, Totals, What,
};
use crate::compose::natural_align;
use crate::template::{self, Kind, Template, Text};

/// Width of the text area upright and in landscape, mm.
const UPRIGHT: f64 = 165.0;
const LANDSCAPE: f64 = 267.0;
/// Said of sections in which there is nothing but signatures.
const SIGNED_LATER: &str = "打印后签";
/// Fields of the document frame as the front matter prints them, row by row.
const INFORMATION: [&[&str]; 6] = [
    &["doc_category"],
    &["classification"],
    &["control_state"],
    &["doc_department", "doc_date"],
    &["doc_author", "doc_reviewer", "doc_approver"],
    &["first_issued", "effective_date", "revised_date"],
];
/// Widths of the columns of 版本记录, mm of an upright page.
const REVISIONS: [f64; 5] = [23.0, 30.0, 55.0, 27.0, 30.0];

impl Form {
    /// The form of a template. What its layout has no place for follows under 文档信息.
    pub fn of(template: &Template) -> Self {
        let mut builder = Builder { template, sections: Vec::new(), blocks: Vec::new(), current: None };
        builder.layout();
        builder.information();
        let Builder { mut sections, blocks, .. } = builder;
        for (index, section) in sections.iter_mut().enumerate() {
            let own: Vec<&What> =
                blocks.iter().filter(|block| block.section == Some(index)).map(|block| &block.what).collect();
            section.due = signed_later(&own, template).then(|| SIGNED_LATER.to_owned());
        }
        let fields = template.fields.iter().map(|from| (from.id.clone(), field(from, None, template)));
        Self {
            template: template.id.clone(),
            title: template.title.clone(),
            short: template.short.clone(),
            style: match template.style {
                template::Style::Form => Style::Form,
                template::Style::Report => Style::Report,
                template::Style::Plan => Style::Plan,
                template::Style::Table => Style::Table,
            },
            width: width(template),
            sections,
            blocks,
            fields: fields.collect(),
        }
    }
}

/// The ids of the blocks of a form, in the order of the layout; none for what is no block.
///
/// Page breaks are the printer's; the title is the block before all others.
pub(super) fn block_ids(template: &Template) -> Vec<Option<String>> {
    let mut next = 0;
    let ids = template.layout.iter().map(|entry| {
        (!matches!(entry.what, template::What::PageBreak)).then(|| {
            next += 1;
            format!("b{next}")
        })
    });
    ids.collect()
}

fn width(template: &Template) -> f64 {
    if template.style == template::Style::Table { LANDSCAPE } else { UPRIGHT }
}

struct Builder<'a> {
    template: &'a Template,
    sections: Vec<Section>,
    blocks: Vec<Block>,
    /// The section that blocks go to.
    current: Option<usize>,
}

impl Builder<'_> {
    fn layout(&mut self) {
        let template = self.template;
        let title = template.heading.clone().unwrap_or_else(|| Text::literal(&template.title));
        self.push("b0".to_owned(), What::Title { text: parts(&title) });
        for (entry, id) in template.layout.iter().zip(block_ids(template)) {
            let (Some(id), Some(what)) = (id, self.what(&entry.what)) else { continue };
            // Chapters open sections; the outline of a plan table is that of its columns.
            let opens = match &what {
                What::Bar { text } | What::Heading { level: 1, text } => Some(plain(text)),
                _ => None,
            };
            if let Some(title) = opens.filter(|_| template.style != template::Style::Table) {
                self.open_section(&id, &title);
            }
            if let (What::Table { table }, template::Style::Table) = (&what, template.style)
                && self.sections.is_empty()
            {
                self.sections = columns_of(table);
            }
            let (id, what) = numbered(id, what);
            self.push(id, what);
        }
    }

    fn push(&mut self, id: String, what: What) {
        self.blocks.push(Block { id, section: self.current, what });
    }

    fn open_section(&mut self, id: &str, title: &str) {
        let (numeral, name) = split_numeral(title);
        let (numeral, name) = (numeral.to_owned(), name.to_owned());
        self.sections.push(Section { id: id.to_owned(), numeral, name, due: None });
        self.current = Some(self.sections.len() - 1);
    }

    fn what(&self, what: &template::What) -> Option<What> {
        Some(match what {
            template::What::Lines(rows) => {
                What::Lines { rows: rows.iter().map(|row| row.iter().map(parts).collect()).collect() }
            }
            template::What::Bar(text) => What::Bar { text: parts(text) },
            template::What::Heading(text) => What::Heading { level: 1, text: parts(text) },
            template::What::Subheading(text) => What::Heading { level: 2, text: parts(text) },
            template::What::Paragraph(text) => What::Paragraph { text: parts(text) },
            template::What::Clauses(clauses) => What::Clauses { items: clauses.iter().map(parts).collect() },
            template::What::Grid(rows) => What::Grid { rows: rows.iter().map(grid_row).collect() },
            template::What::Table(layout) => What::Table { table: self.table(layout)? },
            template::What::PageBreak => return None,
        })
    }

    fn table(&self, layout: &template::TableLayout) -> Option<TableLayout> {
        let (_, table) = self.template.table(&layout.field)?;
        let column = |from: &template::ColumnLayout| TableColumn {
            width: from.width,
            head: from.head.clone(),
            cell: parts(&from.cell),
            align: align(from.align.unwrap_or_else(|| natural_align(&from.cell, table))),
            label: from.label,
        };
        Some(TableLayout {
            field: layout.field.clone(),
            signoff: layout.signoff,
            caption: layout.caption.as_ref().map(parts),
            note: layout.note.as_ref().map(parts),
            lead: layout.lead.as_ref().map(column),
            tiers: layout.tiers.iter().map(|tier| tier.iter().map(column).collect()).collect(),
            row_height: layout.row_height,
        })
    }

    // ---- 文档信息

    /// What people can fill and the layout has no place for: the front matter prints it.
    fn information(&mut self) {
        let open = |id: &&str| self.template.field(id).is_some() && !self.template.places(id);
        let full = width(self.template);
        let row = |ids: &&[&str]| {
            let ids: Vec<&str> = ids.iter().copied().filter(|id| open(&id)).collect();
            let cell = |id: &&str| GridCell {
                width: full / ids.len() as f64,
                stack: vec![vec![self.label_of(id), place(id)]],
                align: Align::Left,
                label: false,
            };
            let cells: Vec<GridCell> = ids.iter().map(cell).collect();
            (!cells.is_empty()).then_some(GridRow { id: String::new(), cells, height: None })
        };
        let rows: Vec<GridRow> = INFORMATION.iter().filter_map(row).collect();
        let revisions = self.revisions();
        if rows.is_empty() && revisions.is_none() {
            return;
        }
        const TITLE: &str = "文档信息";
        let text = vec![Part::Literal { text: TITLE.to_owned(), bold: false }];
        self.open_section("information", TITLE);
        let heading = match self.template.style {
            template::Style::Form => What::Bar { text },
            _ => What::Heading { level: 1, text },
        };
        let found = [Some(heading), (!rows.is_empty()).then_some(What::Grid { rows }), revisions];
        for what in found.into_iter().flatten() {
            let id = format!("b{}", self.blocks.len());
            let (id, what) = numbered(id, what);
            self.push(id, what);
        }
    }

    fn label_of(&self, id: &str) -> Part {
        let label = self.template.field(id).map_or(id, |field| &field.label);
        Part::Literal { text: format!("{label}："), bold: false }
    }

    fn revisions(&self) -> Option<What> {
        const FIELD: &str = "revisions";
        if self.template.places(FIELD) {
            return None;
        }
        let (field, table) = self.template.table(FIELD)?;
        let scale = width(self.template) / UPRIGHT;
        let columns = table.columns.iter().zip(REVISIONS).map(|(column, width)| TableColumn {
            width: width * scale,
            head: column.label.clone(),
            cell: vec![place(&column.id)],
            align: Align::Center,
            label: false,
        });
        Some(What::Table {
            table: TableLayout {
                field: FIELD.to_owned(),
                signoff: false,
                caption: Some(vec![Part::Literal { text: field.label.clone(), bold: false }]),
                note: None,
                lead: None,
                tiers: vec![columns.collect()],
                row_height: None,
            },
        })
    }
}

/// A block whose rows are called after it.
fn numbered(id: String, mut what: What) -> (String, What) {
    if let What::Grid { rows } = &mut what {
        for (index, row) in rows.iter_mut().enumerate() {
            row.id = format!("{id}.{index}");
        }
    }
    (id, what)
}

fn place(id: &str) -> Part {
    Part::Field { id: id.to_owned(), only_name: false, blank: None, bold: false }
}

/// `一、基本信息` as 一 and 基本信息.
fn split_numeral(title: &str) -> (&str, &str) {
    match title.split_once('、') {
        Some((numeral, name)) if numeral.chars().count() <= 4 && !name.is_empty() => (numeral.trim(), name.trim()),
        _ => ("", title.trim()),
    }
}

fn plain(text: &[Part]) -> String {
    let literal = |part: &Part| match part {
        Part::Literal { text, .. } => text.clone(),
        _ => String::new(),
    };
    text.iter().map(literal).collect()
}

/// The outline of a plan table: what its columns hold.
fn columns_of(table: &TableLayout) -> Vec<Section> {
    let columns = table.lead.iter().chain(table.tiers.iter().flatten());
    let sections = columns.filter_map(|column| {
        let id = column.cell.iter().find_map(|part| match part {
            Part::Field { id, .. } => Some(id.clone()),
            _ => None,
        })?;
        Some(Section { id, numeral: String::new(), name: column.head.replace('\n', ""), due: None })
    });
    sections.collect()
}

/// Whether there are fields, and all of them stand where people sign.
fn signed_later(blocks: &[&What], template: &Template) -> bool {
    let is_signature = |id: &str| template.field(id).is_some_and(|field| matches!(field.kind, Kind::Signature));
    let mut signs = false;
    for what in blocks {
        let here: Vec<&str> = match what {
            What::Table { table } if table.signoff => {
                signs = true;
                continue;
            }
            What::Table { .. } => return false,
            // Beside a signature stand its names and dates.
            What::Grid { rows } => {
                let ids = fields_in(rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.stack));
                if ids.iter().any(|id| is_signature(id)) {
                    signs = true;
                    continue;
                }
                ids
            }
            What::Lines { rows } => fields_in(rows.iter().flatten()),
            What::Clauses { items } => fields_in(items.iter()),
            What::Title { text } | What::Bar { text } | What::Heading { text, .. } | What::Paragraph { text } => {
                fields_in([text].into_iter())
            }
        };
        if !here.iter().all(|id| is_signature(id)) {
            return false;
        }
        signs |= !here.is_empty();
    }
    signs
}

fn fields_in<'p>(texts: impl Iterator<Item = &'p Vec<Part>>) -> Vec<&'p str> {
    let ids = texts.flatten().filter_map(|part| match part {
        Part::Field { id, .. } => Some(id.as_str()),
        _ => None,
    });
    ids.collect()
}

fn grid_row(row: &template::GridRow) -> GridRow {
    let cells = row.cells.iter().zip(&row.widths).map(|(cell, width)| GridCell {
        width: *width,
        stack: cell.stack.iter().map(parts).collect(),
        align: align(cell.align.unwrap_or(template::Align::Left)),
        label: cell.label,
    });
    GridRow { id: String::new(), cells: cells.collect(), height: row.height }
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

fn field(from: &template::Field, columns: Option<&[template::Field]>, template: &Template) -> Field {
    Field {
        id: from.id.clone(),
        label: from.label.clone(),
        kind: kind(&from.kind, template),
        required: from.required,
        hint: from.hint.clone(),
        help: from.help.clone(),
        clause: from.clause.clone(),
        unit: from.unit.clone(),
        blank: from.blank,
        computed: from.compute.as_ref().map(|compute| explain::computed(compute, columns, template)),
        carried: from.carries.is_some(),
        frame: from.frame,
        default: from.default.clone().unwrap_or(Value::Null),
    }
}

fn kind(from: &Kind, template: &Template) -> FieldKind {
    match from {
        Kind::Text => FieldKind::Text,
        Kind::LongText => FieldKind::LongText,
        Kind::Integer => FieldKind::Integer,
        Kind::Decimal => FieldKind::Decimal,
        Kind::Date => FieldKind::Date { words: false },
        Kind::DateOrWords => FieldKind::Date { words: true },
        Kind::DateTime => FieldKind::DateTime,
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
        Kind::Table(from) => FieldKind::Table { table: table(from, template) },
    }
}

fn table(from: &template::TableField, template: &Template) -> Table {
    let fixed = |row: &template::FixedRow| FixedRow {
        values: row.values.clone(),
        kinds: row.kinds.iter().map(|(id, of)| (id.clone(), kind(of, template))).collect(),
        cells: row.cells.iter().map(|(id, text)| (id.clone(), parts(text))).collect::<BTreeMap<_, _>>(),
    };
    Table {
        columns: from.columns.iter().map(|column| field(column, Some(&from.columns), template)).collect(),
        fixed: from.fixed.iter().map(fixed).collect(),
        free: from.free,
        blank_rows: from.blank_rows,
        min_rows: from.min_rows,
        totals: from.totals.as_ref().map(|totals| Totals {
            label: totals.label.clone(),
            sum: totals.sum.clone(),
            dash: totals.dash.clone(),
        }),
    }
}
