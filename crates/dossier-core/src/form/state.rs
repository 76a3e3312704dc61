//! What the core knows of a document beyond what was typed: what fills itself, what does not stand, what is missing.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::build::block_ids;
use super::model::{Form, GridRow, Part, Style, What};
use super::opened::{Derived, Origin, Problem, ProblemKind, Required, SectionState, State};
use super::path::Path;
use crate::Issue;
use crate::carried;
use crate::compose::Standing;
use crate::document::{self, Applies, Document, RowValues, Values, display};
use crate::storage::Status;
use crate::template::{self, Kind, Template};

/// What a state is made of.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub form: &'a Form,
    pub template: &'a Template,
    pub document: &'a Document,
    /// What the release tells.
    pub facts: &'a Map<String, Value>,
    /// What was typed and cannot be read, by path.
    pub unfit: &'a BTreeMap<String, String>,
    /// What keeps the document from being submitted beyond what `check` finds.
    pub issues: &'a [Issue],
    /// What somebody should look at beyond what `advise` finds.
    pub warnings: &'a [Issue],
}

/// What is stored beside the content.
#[derive(Debug, Clone)]
pub struct Stored {
    pub sequence: i64,
    pub saved_at: String,
    pub status: Status,
    /// What the document is called as long as it has no number.
    pub provisional_number: String,
    pub undo: Option<String>,
    pub redo: Option<String>,
}

/// The state of a document.
pub fn state(known: &Known, stored: Stored) -> State {
    let values = Values::new(known.document, known.template, known.facts);
    let mut found = Found::default();
    for field in &known.template.fields {
        match &field.kind {
            Kind::Table(table) => found.table(&values, field, table, known),
            kind => found.field(&values, field, kind),
        }
    }
    let (problems, required) = problems(known);
    let mut sections = vec![SectionState::default(); known.form.sections.len()];
    for problem in &problems {
        let Some(section) = problem.section.and_then(|section| sections.get_mut(section)) else { continue };
        match problem.kind {
            ProblemKind::Missing => section.missing += 1,
            ProblemKind::Wrong => section.wrong += 1,
            ProblemKind::Warning => {}
        }
    }
    State {
        sequence: stored.sequence,
        saved_at: stored.saved_at,
        status: stored.status,
        number: values.text("doc_number").unwrap_or(stored.provisional_number),
        derived: found.derived,
        texts: found.texts,
        rows: found.rows,
        totals: found.totals,
        hidden: hidden(known, &values),
        idle: found.idle,
        sections,
        required,
        problems,
        undo: stored.undo,
        redo: stored.redo,
    }
}

#[derive(Default)]
struct Found {
    derived: BTreeMap<String, Derived>,
    texts: BTreeMap<String, String>,
    rows: BTreeMap<String, Vec<Map<String, Value>>>,
    totals: BTreeMap<String, String>,
    idle: Vec<String>,
}

impl Found {
    fn field(&mut self, values: &Values, field: &template::Field, kind: &Kind) {
        if values.concerns(field) == Applies::No {
            self.idle.push(field.id.clone());
        }
        if let Some((origin, value)) = values.resolve(&field.id) {
            self.value(field.id.clone(), kind, origin, &value);
        }
    }

    fn value(&mut self, path: String, kind: &Kind, origin: document::Origin, value: &Value) {
        let text = display(kind, value);
        let origin = match origin {
            document::Origin::Fixed => return,
            document::Origin::Typed => {
                if text != plain(value) {
                    self.texts.insert(path, text);
                }
                return;
            }
            document::Origin::Carried => Origin::Carried,
            document::Origin::Computed => Origin::Computed,
            document::Origin::Default => Origin::Default,
        };
        self.derived.insert(path, Derived { text, value: value.clone(), origin });
    }

    fn table(&mut self, values: &Values, field: &template::Field, table: &template::TableField, known: &Known) {
        let id = &field.id;
        if values.concerns(field) == Applies::No {
            self.idle.push(id.clone());
        }
        if !known.document.content().contains_key(id) {
            let rows = rows_to_start_with(field, table, known.facts);
            if !rows.is_empty() {
                self.rows.insert(id.clone(), rows);
            }
        }
        for index in 0..values.row_count(id) {
            let row = values.row(id, index);
            for column in &table.columns {
                self.cell(&row, id, index, column, table.kind_at(index, column));
            }
        }
        for column in table.totals.iter().flat_map(|totals| &totals.sum) {
            if let Some(total) = values.total(id, column) {
                self.totals.insert(format!("{id}.{column}"), total);
            }
        }
    }

    fn cell(&mut self, row: &RowValues, table: &str, index: usize, column: &template::Field, kind: &Kind) {
        let path = || format!("{table}[{index}].{}", column.id);
        if row.concerns(column) == Applies::No {
            self.idle.push(path());
            return;
        }
        // Most cells hold plain text, whose printed form is itself.
        if let Some((origin, value)) = row.resolve(&column.id)
            && !(origin == document::Origin::Typed && is_plain(kind))
        {
            self.value(path(), kind, origin, &value);
        }
    }
}

/// Rows that stand in a table as long as nobody typed into it: those of the release, else the presets.
pub(crate) fn rows_to_start_with(
    field: &template::Field,
    table: &template::TableField,
    facts: &Map<String, Value>,
) -> Vec<Map<String, Value>> {
    let carried = carried::fact(field, facts);
    match carried {
        Some(Value::Array(rows)) => rows.into_iter().filter_map(into_row).collect(),
        _ => table.presets.clone(),
    }
}

fn into_row(row: Value) -> Option<Map<String, Value>> {
    match row {
        Value::Object(row) => Some(row),
        _ => None,
    }
}

/// Whether values of this kind print as they are stored.
fn is_plain(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Text
            | Kind::LongText
            | Kind::Version
            | Kind::Time
            | Kind::Signature
            | Kind::Choice { .. }
            | Kind::Person { .. }
            | Kind::Department { .. }
            | Kind::Number { .. }
    )
}

/// A stored value as the window would show it by itself.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// The blocks and grid rows that do not stand on the paper of this document.
fn hidden(known: &Known, values: &Values) -> Vec<String> {
    let standing = Standing { template: known.template, values, blank: false };
    let mut hidden = Vec::new();
    for (entry, id) in known.template.layout.iter().zip(block_ids(known.template)) {
        let Some(id) = id else { continue };
        let rows = match &entry.what {
            template::What::Grid(rows) => rows.as_slice(),
            _ => &[],
        };
        let stands: Vec<bool> = rows.iter().map(|row| standing.row(row)).collect();
        if !standing.entry(entry) || (!rows.is_empty() && !stands.contains(&true)) {
            hidden.push(id);
            continue;
        }
        let gone = stands.iter().enumerate().filter(|(_, stands)| !**stands);
        hidden.extend(gone.map(|(index, _)| format!("{id}.{index}")));
    }
    hidden
}

// ---- problems

/// Every problem in the order of the paper, and how much of what is asked for is filled.
fn problems(known: &Known) -> (Vec<Problem>, Required) {
    let checked = document::examine(known.document, known.template, known.facts);
    let map = PaperMap::of(known.form);
    let mut problems: Vec<(Position, Problem)> = Vec::new();
    let mut missing = 0;
    for issue in &checked.issues {
        let is_missing = issue.code == "required";
        missing += usize::from(is_missing);
        // What was typed there is not missing but cannot be read.
        if is_missing && known.unfit.contains_key(&issue.path) {
            continue;
        }
        let kind = if is_missing { ProblemKind::Missing } else { ProblemKind::Wrong };
        problems.push(map.problem(known, &issue.path, kind, issue.code, &issue.message));
    }
    for issue in known.issues {
        problems.push(map.problem(known, &issue.path, ProblemKind::Wrong, issue.code, &issue.message));
    }
    for (path, text) in known.unfit {
        let (code, message) = unfit(known, path, text);
        problems.push(map.problem(known, path, ProblemKind::Wrong, code, &message));
    }
    let advice = document::advise(known.document, known.template, known.facts);
    for issue in advice.iter().chain(known.warnings) {
        problems.push(map.problem(known, &issue.path, ProblemKind::Warning, issue.code, &issue.message));
    }
    problems.sort_by(|(a, _), (b, _)| a.cmp(b));
    let all = checked.required.max(missing);
    let required = Required { filled: all - missing, all };
    (problems.into_iter().map(|(_, problem)| problem).collect(), required)
}

/// Why a text cannot be read as its field's kind.
fn unfit(known: &Known, path: &str, text: &str) -> (&'static str, String) {
    const UNREADABLE: &str = "unreadable";
    let found = Path::parse(path).and_then(|place| {
        let (field, kind, label) = super::path::resolve(known.template, place)?;
        let unfit = document::read_field(field, kind, &Value::String(text.to_owned())).err()?;
        Some((unfit.code, format!("{label}{}。", unfit.message)))
    });
    found.unwrap_or_else(|| (UNREADABLE, format!("这里写的“{text}”读不出来，请改写。")))
}

/// Where something stands: block, place in the block, row, column. What stands nowhere comes last.
type Position = (usize, usize, usize, usize);

/// Where the fields stand on the paper.
struct PaperMap<'a> {
    form: &'a Form,
    /// Block and place in it, by field.
    places: HashMap<&'a str, (usize, usize)>,
}

impl<'a> PaperMap<'a> {
    fn of(form: &'a Form) -> Self {
        let mut map = Self { form, places: HashMap::new() };
        for (index, block) in form.blocks.iter().enumerate() {
            let mut texts: Vec<&'a [Part]> = Vec::new();
            match &block.what {
                What::Title { text } | What::Bar { text } | What::Heading { text, .. } | What::Paragraph { text } => {
                    texts.push(text);
                }
                What::Lines { rows } => texts.extend(rows.iter().flatten().map(Vec::as_slice)),
                What::Clauses { items } => texts.extend(items.iter().map(Vec::as_slice)),
                What::Grid { rows } => texts.extend(rows.iter().flat_map(texts_of)),
                What::Table { table } => {
                    map.places.entry(&table.field).or_insert((index, usize::MAX));
                    texts.extend(table.caption.iter().chain(&table.note).map(Vec::as_slice));
                }
            }
            for (at, text) in texts.into_iter().enumerate() {
                map.text(text, (index, at));
            }
        }
        map
    }

    fn text(&mut self, text: &'a [Part], place: (usize, usize)) {
        for part in text {
            let Part::Field { id, .. } = part else { continue };
            if self.places.contains_key(id.as_str()) {
                continue;
            }
            self.places.insert(id, place);
            // The blanks of an option stand with it.
            if let Some(super::FieldKind::Choice { options, .. }) = self.form.fields.get(id).map(|field| &field.kind) {
                options.iter().for_each(|option| self.text(&option.text, place));
            }
        }
    }

    fn problem(&self, known: &Known, path: &str, kind: ProblemKind, code: &str, message: &str) -> (Position, Problem) {
        let place = Path::parse(path);
        let field = place.and_then(|place| known.template.field(place.field()));
        let at = field.and_then(|field| self.places.get(field.id.as_str()));
        let column = place.and_then(|place| place.column());
        let index =
            field.and_then(|field| field.table()?.columns.iter().position(|own| Some(own.id.as_str()) == column));
        let position = match at {
            Some((block, at)) => (*block, *at, place.and_then(|place| place.row()).unwrap_or(0), index.unwrap_or(0)),
            None => (usize::MAX, 0, 0, 0),
        };
        let label = match (place, field, index) {
            (_, Some(field), Some(index)) => field.table().map(|table| table.columns[index].label.clone()),
            (_, Some(field), None) => Some(field.label.clone()),
            _ => None,
        };
        let label = label.unwrap_or_default();
        let section = self.section(at.map(|(block, _)| *block), column);
        let row = place.and_then(|place| place.row()).map(|row| format!("第 {} 行 ", row + 1)).unwrap_or_default();
        let is_column = self.form.style == Style::Table && column.is_some();
        let heading = section.filter(|_| !is_column).and_then(|section| self.form.sections.get(section));
        let place = match heading {
            Some(section) => format!("{} {} › {row}{label}", section.numeral, section.name).trim_start().to_owned(),
            None => format!("{row}{label}"),
        };
        let problem = Problem {
            path: path.to_owned(),
            kind,
            code: code.to_owned(),
            place,
            label,
            message: message.to_owned(),
            section,
        };
        (position, problem)
    }

    /// The section of a block; the outline of a plan table is that of its columns.
    fn section(&self, block: Option<usize>, column: Option<&str>) -> Option<usize> {
        let block = &self.form.blocks[block?];
        match (block.section, column) {
            (None, Some(column)) if self.form.style == Style::Table => {
                self.form.sections.iter().position(|section| section.id == column)
            }
            (section, _) => section,
        }
    }
}

fn texts_of(row: &GridRow) -> impl Iterator<Item = &[Part]> {
    row.cells.iter().flat_map(|cell| &cell.stack).map(Vec::as_slice)
}
