//! What changed between two contents, for the audit log: each place with what stood there and what stands there now.

use serde_json::{Map, Value, json};

/// `{"risk": [old, new], "plan[3].system": [old, new], "plan[4]": [null, new row]}`
pub(super) fn difference(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let mut found = Map::new();
    objects("", old, new, &mut found);
    found
}

fn objects(path: &str, old: &Map<String, Value>, new: &Map<String, Value>, found: &mut Map<String, Value>) {
    let added = new.keys().filter(|key| !old.contains_key(*key));
    for key in old.keys().chain(added) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        values(path, old.get(key), new.get(key), found);
    }
}

fn values(path: String, old: Option<&Value>, new: Option<&Value>, found: &mut Map<String, Value>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => objects(&path, old, new, found),
        (Some(Value::Array(old)), Some(Value::Array(new))) if has_rows(old) || has_rows(new) => {
            rows(&path, old, new, found);
        }
        (old, new) => {
            found.insert(path, json!([old, new]));
        }
    }
}

/// Row by row. Where rows were put in, taken out or moved, the others have not changed.
fn rows(path: &str, old: &[Value], new: &[Value], found: &mut Map<String, Value>) {
    let (head, tail) = same_ends(old, new);
    let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    if old.len() == new.len()
        && let [first, between @ .., last] = old
        && !between.is_empty()
    {
        let end = new.len() - 1;
        let down = *first == new[end] && *between == new[..end - 1] && *last == new[end - 1];
        let up = *last == new[0] && *between == new[2..] && *first == new[1];
        if down || up {
            let (from, to) = if down { (head, head + end) } else { (head + end, head) };
            found.insert(format!("{path}[{from}]→[{to}]"), json!([null, null]));
            return;
        }
    }
    for index in 0..old.len().max(new.len()) {
        values(format!("{path}[{}]", head + index), old.get(index), new.get(index), found);
    }
}

/// How many rows are the same at the beginning and at the end.
fn same_ends(old: &[Value], new: &[Value]) -> (usize, usize) {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    (head, tail)
}

/// Reads the place of a moved row, `plan[3]→[7]`: the table, and the row before and after.
pub(super) fn moved(path: &str) -> Option<(&str, usize, usize)> {
    let (from, to) = path.split_once("]→[")?;
    let (table, from) = from.split_once('[')?;
    Some((table, from.parse().ok()?, to.strip_suffix(']')?.parse().ok()?))
}

/// A list of names changes as a whole, a table row by row.
fn has_rows(items: &[Value]) -> bool {
    items.iter().any(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_changed_place_is_told() {
        let map = |value: Value| value.as_object().unwrap().clone();
        let old = map(json!({ "a": 1, "b": "x", "names": ["甲"], "t": [{ "n": 1, "m": 2 }, { "n": 3 }] }));
        let new = map(json!({ "a": 1, "c": true, "names": ["甲", "乙"], "t": [{ "n": 1, "m": 5 }] }));
        assert_eq!(
            Value::Object(difference(&old, &new)),
            json!({
                "b": ["x", null],
                "names": [["甲"], ["甲", "乙"]],
                "t[0].m": [2, 5],
                "t[1]": [{ "n": 3 }, null],
                "c": [null, true],
            })
        );
        assert!(difference(&old, &old).is_empty());
    }

    #[test]
    fn rows_that_only_gave_way_have_not_changed() {
        let table = |numbers: &[i64]| {
            let rows: Vec<Value> = numbers.iter().map(|n| json!({ "n": n })).collect();
            Map::from_iter([("t".to_owned(), Value::Array(rows))])
        };
        let change = |old: &[i64], new: &[i64]| Value::Object(difference(&table(old), &table(new)));
        assert_eq!(change(&[1, 2, 3], &[1, 9, 2, 3]), json!({ "t[1]": [null, { "n": 9 }] }));
        assert_eq!(change(&[1, 2, 3], &[1, 3]), json!({ "t[1]": [{ "n": 2 }, null] }));
        assert_eq!(change(&[1, 2, 3, 4], &[2, 3, 4, 1]), json!({ "t[0]→[3]": [null, null] }));
        assert_eq!(change(&[1, 2, 3, 4], &[1, 4, 2, 3]), json!({ "t[3]→[1]": [null, null] }));
        assert_eq!(moved("t[3]→[1]"), Some(("t", 3, 1)));
    }
}
