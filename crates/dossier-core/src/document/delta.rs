//! What a change did to a document, small and reversible: only the rows and fields that differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What stood before a change and what stands after it.
///
/// Of a table only the rows between those that are the same at either end are kept, so that a keystroke in a plan of a
/// thousand rows weighs no more than one in a plan of ten.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Delta {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, (Value, Value)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rows: BTreeMap<String, Span>,
    /// Texts that are no values, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    unfit: BTreeMap<String, (Option<String>, Option<String>)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Span {
    at: usize,
    before: Vec<Value>,
    after: Vec<Value>,
}

/// Which way a delta is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Back,
    Forth,
}

type Unfit = BTreeMap<String, String>;

impl Delta {
    /// The difference between two states of a document.
    pub fn between(old: (&Map<String, Value>, &Unfit), new: (&Map<String, Value>, &Unfit)) -> Self {
        let mut delta = Self::default();
        let ids: BTreeSet<&String> = old.0.keys().chain(new.0.keys()).collect();
        for id in ids {
            match (old.0.get(id), new.0.get(id)) {
                (before, after) if before == after => {}
                (Some(Value::Array(before)), Some(Value::Array(after))) if has_rows(before) || has_rows(after) => {
                    delta.rows.insert(id.clone(), Span::between(before, after));
                }
                (before, after) => {
                    let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
                    delta.fields.insert(id.clone(), (value(before), value(after)));
                }
            }
        }
        let paths: BTreeSet<&String> = old.1.keys().chain(new.1.keys()).collect();
        for path in paths {
            let (before, after) = (old.1.get(path), new.1.get(path));
            if before != after {
                delta.unfit.insert(path.clone(), (before.cloned(), after.cloned()));
            }
        }
        delta
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The fields and tables that it touches.
    pub fn touched(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().chain(self.rows.keys()).map(String::as_str)
    }

    /// Goes the change back or forth. `None` if the document is not what the change left, or found.
    pub fn apply(&self, direction: Direction, content: &mut Map<String, Value>, unfit: &mut Unfit) -> Option<()> {
        for (id, (before, after)) in &self.fields {
            let (from, to) = if direction == Direction::Back { (after, before) } else { (before, after) };
            if content.get(id).unwrap_or(&Value::Null) != from {
                return None;
            }
            if to.is_null() {
                content.shift_remove(id);
            } else {
                content.insert(id.clone(), to.clone());
            }
        }
        for (id, Span { at, before, after }) in &self.rows {
            let (from, to) = if direction == Direction::Back { (after, before) } else { (before, after) };
            let rows = content.get_mut(id)?.as_array_mut()?;
            let span = *at..at + from.len();
            if rows.get(span.clone())? != from.as_slice() {
                return None;
            }
            rows.splice(span, to.iter().cloned());
        }
        for (path, (before, after)) in &self.unfit {
            let (from, to) = if direction == Direction::Back { (after, before) } else { (before, after) };
            if unfit.get(path) != from.as_ref() {
                return None;
            }
            match to {
                Some(text) => drop(unfit.insert(path.clone(), text.clone())),
                None => drop(unfit.remove(path)),
            }
        }
        Some(())
    }
}

impl Span {
    fn between(before: &[Value], after: &[Value]) -> Self {
        let shorter = before.len().min(after.len());
        let at = before.iter().zip(after).take_while(|(a, b)| a == b).count();
        let tail = before.iter().rev().zip(after.iter().rev()).take(shorter - at).take_while(|(a, b)| a == b).count();
        let middle = |rows: &[Value]| rows[at..rows.len() - tail].to_vec();
        Self { at, before: middle(before), after: middle(after) }
    }
}

fn has_rows(items: &[Value]) -> bool {
    items.iter().any(Value::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn a_change_goes_back_and_forth() {
        let cases = [
            (json!({ "a": "x", "t": [{ "n": 1 }, { "n": 2 }] }), json!({ "a": "y", "t": [{ "n": 1 }, { "n": 3 }] })),
            (json!({}), json!({ "t": [{ "n": 1 }] })),
            (json!({ "t": [{ "n": 1 }, { "n": 1 }, { "n": 1 }] }), json!({ "t": [{ "n": 1 }, { "n": 1 }] })),
            (json!({ "names": ["甲"] }), json!({ "names": ["甲", "乙"] })),
            (json!({ "t": [{ "n": 1 }] }), json!({})),
        ];
        for (old, new) in cases {
            let (old, new) = (map(old), map(new));
            let typed = Unfit::from([("d".to_owned(), "2026年__月".to_owned())]);
            let delta = Delta::between((&old, &typed), (&new, &Unfit::new()));
            let (mut content, mut unfit) = (new.clone(), Unfit::new());
            delta.apply(Direction::Back, &mut content, &mut unfit).expect("it is what the change left");
            assert_eq!((&content, &unfit), (&old, &typed));
            delta.apply(Direction::Forth, &mut content, &mut unfit).expect("it is what the change found");
            assert_eq!((content, unfit), (new, Unfit::new()));
        }
    }

    #[test]
    fn a_cell_of_a_long_table_weighs_one_row() {
        let rows: Vec<Value> = (0..1000).map(|n| json!({ "n": n })).collect();
        let mut changed = rows.clone();
        changed[500] = json!({ "n": "x" });
        let nothing = Unfit::new();
        let delta = Delta::between((&map(json!({ "t": rows })), &nothing), (&map(json!({ "t": changed })), &nothing));
        assert!(serde_json::to_string(&delta).expect("JSON").len() < 100);
    }

    #[test]
    fn what_is_something_else_meanwhile_is_left_alone() {
        let nothing = Unfit::new();
        let delta = Delta::between((&map(json!({ "a": 1 })), &nothing), (&map(json!({ "a": 2 })), &nothing));
        let mut other = map(json!({ "a": 5 }));
        assert!(delta.apply(Direction::Back, &mut other, &mut Unfit::new()).is_none());
    }
}
