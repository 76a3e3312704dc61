//! What is known of a document: what was typed, what its release tells, what computes itself, what stands by default.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::compute::{compute, matches};
use super::display::display;
use super::number::Number;
use super::read::{is_empty, read};
use super::validate::Document;
use crate::template::{Clause, Condition, Field, Kind, TableField, Template};

/// The values of one document, resolved: what paper, sheet and rules read.
///
/// A field that does not concern the document has no value, whatever was typed into it before.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    template: &'a Template,
    content: &'a Map<String, Value>,
    facts: &'a Map<String, Value>,
}

/// Where a value comes from; the first of these that there is counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A cell of a fixed row.
    Fixed,
    Typed,
    /// Typed into another document of the same release.
    Carried,
    Computed,
    Default,
}

/// Whether something concerns the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    Yes,
    No,
    /// What decides is still empty: it prints, to be decided by hand.
    Undecided,
}

impl<'a> Values<'a> {
    /// `facts` are what the release tells, by the keys that fields carry: `release.product_name`.
    pub fn new(document: &'a Document, template: &'a Template, facts: &'a Map<String, Value>) -> Self {
        debug_assert_eq!(document.template(), template.id, "a document is read by its own template");
        Self { template, content: document.content(), facts }
    }

    /// The value of a field of the document.
    pub fn get(&self, id: &str) -> Option<Cow<'a, Value>> {
        self.resolve(id).map(|(_, value)| value)
    }

    /// The value of a field, and where it comes from.
    pub fn resolve(&self, id: &str) -> Option<(Origin, Cow<'a, Value>)> {
        let field = self.template.field(id)?;
        if self.concerns(field) == Applies::No {
            return None;
        }
        if let Some(value) = self.content.get(id).filter(|value| !is_empty(value)) {
            return Some((Origin::Typed, Cow::Borrowed(value)));
        }
        if let Some(value) = self.carried(field) {
            return Some((Origin::Carried, value));
        }
        if let Some(value) = self.computed(field) {
            return Some((Origin::Computed, Cow::Owned(value)));
        }
        field.default.as_ref().map(|value| (Origin::Default, Cow::Borrowed(value)))
    }

    /// The value of a field as it prints, without its unit.
    pub fn text(&self, id: &str) -> Option<String> {
        let value = self.get(id)?;
        Some(display(&self.template.field(id)?.kind, &value))
    }

    /// What the release tells about a field, if it fits the field.
    fn carried(&self, field: &Field) -> Option<Cow<'a, Value>> {
        let fact = self.facts.get(field.carries.as_deref()?)?;
        if let Kind::Table(_) = field.kind {
            return fact.as_array().filter(|rows| !rows.is_empty()).map(|_| Cow::Borrowed(fact));
        }
        let value = read(&field.kind, fact).ok().flatten()?;
        Some(if value == *fact { Cow::Borrowed(fact) } else { Cow::Owned(value) })
    }

    /// What a field of the document fills itself with, whatever was typed.
    pub fn computed(&self, field: &Field) -> Option<Value> {
        compute(field.compute.as_ref()?, &field.kind, self, None)
    }

    /// Whether a field concerns the document, by its own condition.
    pub fn concerns(&self, field: &Field) -> Applies {
        field.when.as_ref().map_or(Applies::Yes, |condition| self.applies(condition))
    }

    /// Whether a condition on fields of the document holds.
    pub fn applies(&self, condition: &Condition) -> Applies {
        applies(condition, |id| self.decider(id))
    }

    fn decider(&self, id: &str) -> Decider<'a> {
        match self.template.field(id) {
            Some(field) if self.concerns(field) == Applies::No => Decider::None,
            // Rows say whether a table is filled.
            Some(field) if field.table().is_some() => match self.row_count(id) {
                0 => Decider::Empty,
                _ => Decider::Filled(Cow::Owned(Value::Bool(true))),
            },
            _ => self.get(id).map_or(Decider::Empty, Decider::Filled),
        }
    }

    // ---- tables

    /// Whether the rows of a table were typed into this document.
    pub fn is_table_typed(&self, table: &str) -> bool {
        matches!(self.content.get(table), Some(Value::Array(_)))
    }

    /// Rows that were typed, carried or preset, and at least the fixed ones.
    pub fn row_count(&self, table: &str) -> usize {
        let Some((field, table)) = self.template.table(table) else { return 0 };
        self.rows(field, table).len().max(table.fixed.len())
    }

    /// One row of a table, counted from 0. Rows beyond the last are empty.
    pub fn row(&self, table: &str, index: usize) -> RowValues<'a> {
        let found = self.template.table(table);
        let (typed, is_canonical) = match found.map(|(field, table)| self.rows(field, table)) {
            Some(Rows::Typed(rows)) => (rows.get(index).and_then(Value::as_object), true),
            Some(Rows::Carried(rows)) => (rows.get(index).and_then(Value::as_object), false),
            Some(Rows::Presets(rows)) => (rows.get(index), true),
            None => (None, true),
        };
        RowValues { values: *self, table: found, index, typed, is_canonical }
    }

    fn rows(&self, field: &'a Field, table: &'a TableField) -> Rows<'a> {
        if let Some(Value::Array(rows)) = self.content.get(&field.id) {
            return Rows::Typed(rows);
        }
        let fact = field.carries.as_ref().and_then(|key| self.facts.get(key));
        match fact.and_then(Value::as_array).filter(|rows| !rows.is_empty()) {
            Some(rows) => Rows::Carried(rows),
            None => Rows::Presets(&table.presets),
        }
    }

    /// The sum of a column; `None` while no cell of it is filled.
    pub fn total_value(&self, table: &str, column: &str) -> Option<Value> {
        let kind = &self.template.column(table, column)?.kind;
        let rows = (0..self.row_count(table)).map(|index| self.row(table, index));
        let sum = Number::sum(rows.filter_map(|row| Number::of(row.get(column)?.as_ref())))?;
        read(kind, &Value::String(sum.to_string())).ok().flatten()
    }

    /// The sum of a column as it prints; `None` while no cell of it is filled.
    pub fn total(&self, table: &str, column: &str) -> Option<String> {
        let value = self.total_value(table, column)?;
        Some(display(&self.template.column(table, column)?.kind, &value))
    }
}

/// Where the rows of a table come from.
enum Rows<'a> {
    Typed(&'a [Value]),
    Carried(&'a [Value]),
    /// Nobody has touched the table yet.
    Presets(&'a [Map<String, Value>]),
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Typed(rows) | Self::Carried(rows) => rows.len(),
            Self::Presets(rows) => rows.len(),
        }
    }
}

/// The values of one row of a table, fixed cells and computed columns included.
#[derive(Debug, Clone, Copy)]
pub struct RowValues<'a> {
    values: Values<'a>,
    table: Option<(&'a Field, &'a TableField)>,
    index: usize,
    typed: Option<&'a Map<String, Value>>,
    /// Facts of a release were typed into another form: they are read again for this one.
    is_canonical: bool,
}

impl<'a> RowValues<'a> {
    /// The id of the table.
    pub fn table(&self) -> &'a str {
        self.table.map_or("", |(field, _)| &field.id)
    }

    /// Position of the row, counted from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The value of a column of this row, else of a field of the document.
    pub fn get(&self, id: &str) -> Option<Cow<'a, Value>> {
        self.resolve(id).map(|(_, value)| value)
    }

    /// The value of a column, and where it comes from.
    pub fn resolve(&self, id: &str) -> Option<(Origin, Cow<'a, Value>)> {
        let Some(column) = self.column(id) else { return self.values.resolve(id) };
        if let Some(value) = self.fixed_row().and_then(|fixed| fixed.get(id)) {
            return Some((Origin::Fixed, Cow::Borrowed(value)));
        }
        if self.concerns(column) == Applies::No {
            return None;
        }
        if let Some(value) = self.typed(column) {
            return Some((Origin::Typed, value));
        }
        if let Some(value) = self.computed(column) {
            return Some((Origin::Computed, Cow::Owned(value)));
        }
        column.default.as_ref().map(|value| (Origin::Default, Cow::Borrowed(value)))
    }

    fn typed(&self, column: &Field) -> Option<Cow<'a, Value>> {
        let value = self.typed?.get(&column.id).filter(|value| !is_empty(value))?;
        if self.is_canonical {
            return Some(Cow::Borrowed(value));
        }
        read(self.kind(&column.id)?, value).ok().flatten().map(Cow::Owned)
    }

    /// What a column fills itself with in this row, whatever was typed.
    pub fn computed(&self, column: &Field) -> Option<Value> {
        let kind = self.kind(&column.id)?;
        compute(column.compute.as_ref()?, kind, &self.values, Some(self))
    }

    /// The value as it prints, without its unit.
    pub fn text(&self, id: &str) -> Option<String> {
        let kind = self.kind(id).or_else(|| self.values.template.field(id).map(|field| &field.kind))?;
        Some(display(kind, self.get(id)?.as_ref()))
    }

    /// What stands in a cell on the empty form too: the name of a fixed row, or of one to start with.
    pub fn fixed(&self, id: &str) -> Option<&'a Value> {
        let preset = || self.table.and_then(|(_, table)| table.presets.get(self.index)?.get(id));
        self.fixed_row().and_then(|fixed| fixed.get(id)).or_else(preset)
    }

    /// What the cell of a column holds in this row.
    pub fn kind(&self, id: &str) -> Option<&'a Kind> {
        let (_, table) = self.table?;
        table.column(id).map(|column| table.kind_at(self.index, column))
    }

    /// Whether nothing was typed into this row.
    pub fn is_empty(&self) -> bool {
        let columns = self.table.into_iter().flat_map(|(_, table)| &table.columns);
        columns.into_iter().all(|column| self.typed(column).is_none())
    }

    /// Whether a column concerns this row, by its own condition.
    pub fn concerns(&self, column: &Field) -> Applies {
        column.when.as_ref().map_or(Applies::Yes, |condition| self.applies(condition))
    }

    /// Whether a condition holds in this row; what is no column of it is a field of the document.
    pub fn applies(&self, condition: &Condition) -> Applies {
        applies(condition, |id| match self.column(id) {
            Some(column) if self.concerns(column) == Applies::No => Decider::None,
            Some(_) => self.get(id).map_or(Decider::Empty, Decider::Filled),
            None => self.values.decider(id),
        })
    }

    fn column(&self, id: &str) -> Option<&'a Field> {
        self.table.and_then(|(_, table)| table.column(id))
    }

    fn fixed_row(&self) -> Option<&'a Map<String, Value>> {
        self.table.and_then(|(_, table)| table.fixed_row(self.index)).map(|fixed| &fixed.values)
    }
}

/// What a condition asks.
enum Decider<'a> {
    Filled(Cow<'a, Value>),
    Empty,
    /// The field does not concern the document itself.
    None,
}

fn applies<'a>(condition: &Condition, decider: impl Fn(&str) -> Decider<'a>) -> Applies {
    let (mut open, mut decided) = (false, false);
    for clause in &condition.any {
        match clause {
            Clause::Filled { field } => {
                if let Decider::Filled(_) = decider(field) {
                    return Applies::Yes;
                }
            }
            Clause::MoreThan { field, limit } => match decider(field) {
                Decider::Filled(value) if is_more(&value, *limit) => return Applies::Yes,
                Decider::Filled(_) | Decider::None => decided = true,
                Decider::Empty => open = true,
            },
            Clause::OneOf { field, values } => match decider(field) {
                Decider::Filled(value) if matches(&value, values) => return Applies::Yes,
                Decider::Filled(_) | Decider::None => decided = true,
                Decider::Empty => open = true,
            },
        }
    }
    if open && !decided { Applies::Undecided } else { Applies::No }
}

fn is_more(value: &Value, limit: i64) -> bool {
    Number::of(value).zip(Number::parse(&limit.to_string())).is_some_and(|(value, limit)| value.compare(limit).is_gt())
}
