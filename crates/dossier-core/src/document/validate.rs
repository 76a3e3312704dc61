//! The only door to a [`Document`]: every value is of its field's kind, or every problem is told.

use serde_json::{Map, Value};

use super::read::{Reading, Unfit, is_empty, read, read_with_blanks, shown};
use crate::error::Issue;
use crate::template::nearest::suggestion;
use crate::template::{Field, FixedRow, Kind, TableField, Template};

/// Most rows of one table.
pub const MOST_ROWS: usize = 20_000;

/// A document while it is being written: anything may still be missing, or wrong.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// The id of its template.
    pub template: String,
    pub content: Map<String, Value>,
}

impl Draft {
    /// A draft of a template with nothing in it.
    pub fn new(template: &Template) -> Self {
        Self { template: template.id.clone(), content: Map::new() }
    }
}

/// Content that fits its template, each value in its canonical form. It may be half filled: see [`check`](super::check()).
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    template: String,
    content: Map<String, Value>,
}

impl Document {
    /// The empty form.
    pub fn blank(template: &Template) -> Self {
        Self { template: template.id.clone(), content: Map::new() }
    }

    /// The id of its template.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// What was typed, in the order of the template.
    pub fn content(&self) -> &Map<String, Value> {
        &self.content
    }

    /// What was typed into a field.
    pub fn value(&self, id: &str) -> Option<&Value> {
        self.content.get(id)
    }

    pub fn into_content(self) -> Map<String, Value> {
        self.content
    }
}

/// Reads a draft by its template.
///
/// # Errors
///
/// Every problem at once: the path is the place in the content (`milestones[3].actual`, rows counted from 0), the
/// message names label and row as people see them.
pub fn validate(draft: &Draft, template: &Template) -> Result<Document, Vec<Issue>> {
    let mut reader = Reader { template, issues: Vec::new() };
    if draft.template != template.id {
        let message = format!("这份文档属于模板 {}，不能按模板 {} 读取。", draft.template, template.id);
        reader.issues.push(Issue::at("template", "wrong_template", message));
    }
    let content = reader.content(&draft.content);
    if reader.issues.is_empty() {
        return Ok(Document { template: template.id.clone(), content });
    }
    Err(reader.issues)
}

/// Merges newer content into older: each key replaces its field, tables as a whole; `null` empties it.
pub fn merge(base: &mut Map<String, Value>, patch: Map<String, Value>, template: &Template) {
    for (id, value) in patch {
        if value.is_null() {
            base.shift_remove(&id);
        } else {
            base.insert(id, value);
        }
    }
    // In the order of the template: the same content is the same text, however it was typed.
    let mut rest = std::mem::take(base);
    for field in &template.fields {
        if let Some(value) = rest.shift_remove(&field.id) {
            base.insert(field.id.clone(), value);
        }
    }
    base.extend(rest);
}

struct Reader<'a> {
    template: &'a Template,
    issues: Vec<Issue>,
}

/// Where values stand: among the document's fields, or in a row.
#[derive(Clone, Copy)]
struct Spot<'a> {
    fields: &'a [Field],
    /// Table and row.
    row: Option<(&'a Field, usize)>,
}

impl Spot<'_> {
    fn path(&self, id: &str) -> String {
        match self.row {
            Some((table, row)) => format!("{}[{row}].{id}", table.id),
            None => id.to_owned(),
        }
    }

    fn label(&self, label: &str) -> String {
        match self.row {
            Some((table, row)) => format!("{}第 {} 行的{label}", table.label, row + 1),
            None => label.to_owned(),
        }
    }
}

impl<'a> Reader<'a> {
    fn content(&mut self, typed: &Map<String, Value>) -> Map<String, Value> {
        let spot = Spot { fields: &self.template.fields, row: None };
        self.unknown(typed, spot);
        self.object(typed, spot, |field| &field.kind)
    }

    fn unknown(&mut self, typed: &Map<String, Value>, spot: Spot) {
        for id in typed.keys() {
            if !spot.fields.iter().any(|field| field.id == *id) {
                let near = suggestion(id, spot.fields.iter().map(|field| field.id.as_str()));
                let message = match spot.row {
                    Some((table, row)) => format!("{}第 {} 行里没有 {id} 这一列{near}。", table.label, row + 1),
                    None => format!("《{}》没有 {id} 这一项{near}。", self.template.title),
                };
                self.issues.push(Issue::at(spot.path(id), "unknown_field", message));
            }
        }
    }

    /// The values of an object, in the order of the template.
    fn object(
        &mut self,
        typed: &Map<String, Value>,
        spot: Spot<'a>,
        kind: impl Fn(&'a Field) -> &'a Kind,
    ) -> Map<String, Value> {
        let mut found = Map::new();
        let mut blanks = Vec::new();
        for field in spot.fields {
            let Some(value) = typed.get(&field.id).filter(|value| !value.is_null()) else { continue };
            if let (Kind::Table(table), None) = (&field.kind, spot.row) {
                if let Some(rows) = self.table(field, table, value) {
                    found.insert(field.id.clone(), rows);
                }
                continue;
            }
            match read_field(field, kind(field), value) {
                Ok(Some(reading)) => {
                    found.insert(field.id.clone(), reading.value);
                    blanks.extend(reading.blanks);
                }
                Ok(None) => {}
                Err(unfit) => self.unfit(field, spot, &unfit),
            }
        }
        // What stood in the blanks of an option, unless the blank's own field says it.
        for (id, text) in blanks {
            let Some(field) = spot.fields.iter().find(|field| field.id == id) else { continue };
            if typed.get(&id).is_some_and(|value| !is_empty(value)) {
                continue;
            }
            match read_field(field, kind(field), &Value::String(text)) {
                Ok(Some(reading)) => drop(found.insert(id, reading.value)),
                Ok(None) => {}
                Err(unfit) => self.unfit(field, spot, &unfit),
            }
        }
        in_order(found, spot.fields)
    }

    fn unfit(&mut self, field: &Field, spot: Spot, unfit: &Unfit) {
        let message = format!("{}{}。", spot.label(&field.label), unfit.message);
        self.issues.push(Issue::at(spot.path(&field.id), unfit.code, message));
    }

    // ---- tables

    fn table(&mut self, field: &'a Field, table: &'a TableField, value: &Value) -> Option<Value> {
        let Value::Array(typed) = value else {
            if !is_empty(value) {
                let message = format!("{}要是一个列表，每行一个对象，现在是{}。", field.label, shown(value));
                self.issues.push(Issue::at(&field.id, "not_a_list", message));
            }
            return None;
        };
        if typed.len() > MOST_ROWS {
            let message = format!("{}最多 {MOST_ROWS} 行，现在有 {} 行。", field.label, typed.len());
            self.issues.push(Issue::at(&field.id, "too_many_rows", message));
            return None;
        }
        let mut rows: Vec<Map<String, Value>> = Vec::new();
        let mut taken = vec![None; table.fixed.len()];
        for (index, value) in typed.iter().enumerate() {
            let nothing = Map::new();
            let cells = match value {
                Value::Object(cells) => cells,
                Value::Null => &nothing,
                other => {
                    let message = format!("{}第 {} 行要是一个对象，现在是{}。", field.label, index + 1, shown(other));
                    self.issues.push(Issue::at(format!("{}[{index}]", field.id), "not_a_row", message));
                    continue;
                }
            };
            let spot = Spot { fields: &table.columns, row: Some((field, index)) };
            self.unknown(cells, spot);
            let Some(target) = self.target(field, table, index, cells, &mut taken) else { continue };
            let row = self.row(table, target, cells, spot);
            if rows.len() <= target {
                rows.resize_with(target + 1, Map::new);
            }
            rows[target] = row;
        }
        while rows.last().is_some_and(Map::is_empty) {
            rows.pop();
        }
        // No rows at all is something to say where the template, or the release, would start with some.
        let starts_with_some = !table.presets.is_empty() || field.carries.is_some();
        if rows.is_empty() && (!starts_with_some || !typed.is_empty()) {
            return None;
        }
        Some(Value::Array(rows.into_iter().map(Value::Object).collect()))
    }

    /// Which row a typed row is: the fixed one that it names, else the one at its position.
    fn target(
        &mut self,
        field: &Field,
        table: &TableField,
        index: usize,
        cells: &Map<String, Value>,
        taken: &mut [Option<usize>],
    ) -> Option<usize> {
        let named = |row: &FixedRow| {
            let mut agrees = false;
            for (id, fixed) in &row.values {
                let Some(typed) = cells.get(id).filter(|value| !is_empty(value)) else { continue };
                if !is_same(table, row, id, typed, fixed) {
                    return false;
                }
                agrees = true;
            }
            agrees
        };
        let all: Vec<usize> = (0..table.fixed.len()).filter(|at| named(&table.fixed[*at])).collect();
        let free = all.iter().find(|at| taken[**at].is_none()).or(all.first());
        let target = if all.contains(&index) { index } else { *free.unwrap_or(&index) };
        let path = format!("{}[{index}]", field.id);
        let Some(slot) = taken.get_mut(target) else {
            if table.free || cells.values().all(is_empty) {
                return Some(target);
            }
            let message =
                format!("{}固定 {} 行，不能加行，第 {} 行是多出来的。", field.label, table.fixed.len(), index + 1);
            self.issues.push(Issue::at(path, "too_many_rows", message));
            return None;
        };
        if let Some(first) = slot {
            let message = format!("{}第 {} 行和第 {} 行写的是同一行。", field.label, index + 1, *first + 1);
            self.issues.push(Issue::at(path, "duplicate_row", message));
            return None;
        }
        *slot = Some(index);
        Some(target)
    }

    /// The cells of a row without the fixed ones.
    fn row(
        &mut self,
        table: &'a TableField,
        target: usize,
        cells: &Map<String, Value>,
        spot: Spot<'a>,
    ) -> Map<String, Value> {
        let mut typed = cells.clone();
        if let Some(fixed) = table.fixed_row(target) {
            for (id, value) in &fixed.values {
                let Some(other) = typed.shift_remove(id).filter(|other| !is_empty(other)) else { continue };
                if !is_same(table, fixed, id, &other, value) {
                    let label = table.column(id).map_or(id.as_str(), |column| &column.label);
                    let message = format!("{}固定是{}，不能改成{}。", spot.label(label), shown(value), shown(&other));
                    self.issues.push(Issue::at(spot.path(id), "fixed_cell", message));
                }
            }
        }
        self.object(&typed, spot, |column| table.kind_at(target, column))
    }
}

/// Whether something typed is the value of a fixed cell.
fn is_same(table: &TableField, row: &FixedRow, id: &str, typed: &Value, fixed: &Value) -> bool {
    let kind = row.kinds.get(id).or_else(|| table.column(id).map(|column| &column.kind));
    kind.is_some_and(|kind| read(kind, typed).is_ok_and(|typed| typed.as_ref() == Some(fixed)))
}

/// Reads a value; a number may carry the field's unit: `86,400 元`.
pub(crate) fn read_field(field: &Field, kind: &Kind, value: &Value) -> Result<Option<Reading>, Unfit> {
    if let (Some(unit), Value::String(text), Kind::Integer | Kind::Decimal) = (&field.unit, value, kind)
        && let Some(number) = text.trim().strip_suffix(unit.as_str())
    {
        return read_with_blanks(kind, &Value::String(number.to_owned()));
    }
    read_with_blanks(kind, value)
}

fn in_order(mut found: Map<String, Value>, fields: &[Field]) -> Map<String, Value> {
    let ordered = fields.iter().filter_map(|field| found.shift_remove_entry(&field.id));
    ordered.collect()
}
