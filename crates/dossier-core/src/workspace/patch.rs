//! What leads from one content to another and back: a step of undo.
//!
//! Of a long table only the rows between the first and the last change are kept.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// All that people have put into a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Typed {
    pub content: Map<String, Value>,
    /// What cannot be read, by path.
    pub unfit: BTreeMap<String, String>,
}

/// The two directions of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Back,
    Forth,
}

/// `{"content": {field: [old, new]} or {field: {"at": row, "old": rows, "new": rows}}, "unfit": {path: [old, new]}}`;
/// `None` where nothing has changed.
pub(super) fn patch(old: &Typed, new: &Typed) -> Option<Value> {
    let mut content = Map::new();
    let keys: BTreeSet<&String> = old.content.keys().chain(new.content.keys()).collect();
    for key in keys {
        let (old, new) = (old.content.get(key), new.content.get(key));
        if old == new {
            continue;
        }
        let change = match (old, new) {
            (Some(Value::Array(old)), Some(Value::Array(new))) => rows(old, new),
            _ => json!([old, new]),
        };
        content.insert(key.clone(), change);
    }
    let mut unfit = Map::new();
    let paths: BTreeSet<&String> = old.unfit.keys().chain(new.unfit.keys()).collect();
    for path in paths {
        let (old, new) = (old.unfit.get(path), new.unfit.get(path));
        if old != new {
            unfit.insert(path.clone(), json!([old, new]));
        }
    }
    if content.is_empty() && unfit.is_empty() { None } else { Some(json!({ "content": content, "unfit": unfit })) }
}

fn rows(old: &[Value], new: &[Value]) -> Value {
    let (head, tail) = same_ends(old, new);
    json!({ "at": head, "old": old[head..old.len() - tail], "new": new[head..new.len() - tail] })
}

/// How many items are the same at the beginning and at the end.
pub(super) fn same_ends(old: &[Value], new: &[Value]) -> (usize, usize) {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    (head, tail)
}

/// Applies a patch. `None`: it was not made of what it is applied to, or is no patch.
pub(super) fn apply(typed: &Typed, patch: &Value, direction: Direction) -> Option<Typed> {
    let mut typed = typed.clone();
    let sides = |change: &Value| {
        let [old, new] = change.as_array()?.as_slice() else { return None };
        Some(match direction {
            Direction::Back => (new.clone(), old.clone()),
            Direction::Forth => (old.clone(), new.clone()),
        })
    };
    for (key, change) in patch.get("content")?.as_object()? {
        if let Some(change) = change.as_object() {
            let at = usize::try_from(change.get("at")?.as_u64()?).ok()?;
            let (from, to) = match direction {
                Direction::Back => ("new", "old"),
                Direction::Forth => ("old", "new"),
            };
            let (from, to) = (change.get(from)?.as_array()?, change.get(to)?.as_array()?);
            let rows = typed.content.get_mut(key)?.as_array_mut()?;
            let end = at.checked_add(from.len())?;
            if rows.get(at..end)? != from.as_slice() {
                return None;
            }
            rows.splice(at..end, to.iter().cloned());
            continue;
        }
        let (from, to) = sides(change)?;
        if typed.content.get(key).unwrap_or(&Value::Null) != &from {
            return None;
        }
        match to {
            Value::Null => drop(typed.content.shift_remove(key)),
            to => drop(typed.content.insert(key.clone(), to)),
        }
    }
    for (path, change) in patch.get("unfit")?.as_object()? {
        let (_, to) = sides(change)?;
        match to {
            Value::String(text) => drop(typed.unfit.insert(path.clone(), text)),
            _ => drop(typed.unfit.remove(path)),
        }
    }
    Some(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(content: Value, unfit: &[(&str, &str)]) -> Typed {
        Typed {
            content: content.as_object().unwrap().clone(),
            unfit: unfit.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
        }
    }

    #[test]
    fn a_patch_leads_there_and_back() {
        let old = typed(json!({ "a": 1, "t": [{ "n": 1 }, { "n": 2 }, { "n": 3 }] }), &[("d", "2026年02月31日")]);
        let new = typed(json!({ "b": "x", "t": [{ "n": 1 }, { "n": 9 }, {}, { "n": 3 }] }), &[("t[1].n", "abc")]);
        let patch = patch(&old, &new).unwrap();
        assert_eq!(patch["content"]["t"], json!({ "at": 1, "old": [{ "n": 2 }], "new": [{ "n": 9 }, {}] }));
        assert_eq!(apply(&old, &patch, Direction::Forth).unwrap(), new);
        assert_eq!(apply(&new, &patch, Direction::Back).unwrap(), old);
        assert_eq!(apply(&old, &patch, Direction::Back), None, "it was not made of this");
    }

    #[test]
    fn nothing_changed_is_no_patch() {
        let same = typed(json!({ "a": [1] }), &[("d", "x")]);
        assert_eq!(patch(&same, &same), None);
    }
}
