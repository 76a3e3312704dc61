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
            for index in 0..old.len().max(new.len()) {
                values(format!("{path}[{index}]"), old.get(index), new.get(index), found);
            }
        }
        (old, new) => {
            found.insert(path, json!([old, new]));
        }
    }
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
}
