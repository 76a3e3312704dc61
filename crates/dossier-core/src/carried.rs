//! The content of a document together with what it takes from its release.

use serde_json::{Map, Value};

use crate::document::{is_empty, read};
use crate::template::{Field, Kind, Template};

/// The content of a document with the facts of its release, in the order of the template, and the fields that the
/// facts fill. A document's own value always comes first; what a field cannot hold (another form's option or column)
/// is left out.
pub fn with_facts(
    template: &Template,
    own: &Map<String, Value>,
    facts: &Map<String, Value>,
) -> (Map<String, Value>, Vec<String>) {
    let mut content = Map::new();
    let mut carried = Vec::new();
    for field in &template.fields {
        if let Some(value) = own.get(&field.id) {
            content.insert(field.id.clone(), in_column_order(field, value));
        } else if let Some(value) = fact(field, facts) {
            content.insert(field.id.clone(), value);
            carried.push(field.id.clone());
        }
    }
    (content, carried)
}

/// What the facts of a release say to a field; none where it cannot hold that.
pub(crate) fn fact(field: &Field, facts: &Map<String, Value>) -> Option<Value> {
    let fact = facts.get(field.carries.as_ref()?)?;
    let Kind::Table(table) = &field.kind else { return read(&field.kind, fact).ok().flatten() };
    let rows = fact.as_array()?.iter().map(|row| {
        let cells = table.columns.iter().filter_map(|column| {
            let value = read(&column.kind, row.get(&column.id)?).ok().flatten()?;
            Some((column.id.clone(), value))
        });
        Value::Object(cells.collect())
    });
    Some(Value::Array(rows.collect())).filter(|rows| !is_empty(rows))
}

/// Canonical content is stored with sorted keys; people read rows as they are printed.
fn in_column_order(field: &Field, value: &Value) -> Value {
    let (Kind::Table(table), Value::Array(rows)) = (&field.kind, value) else { return value.clone() };
    rows.iter()
        .map(|row| {
            let cells =
                table.columns.iter().filter_map(|column| Some((column.id.clone(), row.get(&column.id)?.clone())));
            Value::Object(cells.collect())
        })
        .collect()
}
