//! Keys, as WebDriver writes them.

use serde_json::{Value, json};

/// Strokes that type a text; a line break is the Enter key, a tab the Tab key.
pub fn typed(text: &str) -> Value {
    let strokes = text.chars().map(|character| match character {
        '\n' => code("Enter"),
        '\t' => code("Tab"),
        other => other.to_string(),
    });
    strokes.flat_map(|key| [stroke("keyDown", &key), stroke("keyUp", &key)]).collect()
}

/// Strokes of keys that are held together: `Control+Shift+z`. The last one is the key, those before it are held.
pub fn chord(chord: &str) -> Value {
    // `Control++` holds Control and presses plus.
    let (held, key) = match chord.strip_suffix("++") {
        Some(held) => (held, "+"),
        None => chord.rsplit_once('+').filter(|(held, _)| !held.is_empty()).unwrap_or(("", chord)),
    };
    let held: Vec<String> = held.split('+').filter(|name| !name.is_empty()).map(code).collect();
    let key = code(key);
    let down = held.iter().map(|key| stroke("keyDown", key));
    let up = held.iter().rev().map(|key| stroke("keyUp", key));
    down.chain([stroke("keyDown", &key), stroke("keyUp", &key)]).chain(up).collect()
}

fn stroke(kind: &str, key: &str) -> Value {
    json!({ "type": kind, "value": key })
}

/// WebDriver names the keys that type nothing by characters of a private range.
fn code(name: &str) -> String {
    let code = match name {
        "Backspace" => '\u{E003}',
        "Tab" => '\u{E004}',
        "Enter" => '\u{E007}',
        "Shift" => '\u{E008}',
        "Control" => '\u{E009}',
        "Alt" => '\u{E00A}',
        "Escape" => '\u{E00C}',
        "Space" => ' ',
        "PageUp" => '\u{E00E}',
        "PageDown" => '\u{E00F}',
        "End" => '\u{E010}',
        "Home" => '\u{E011}',
        "ArrowLeft" => '\u{E012}',
        "ArrowUp" => '\u{E013}',
        "ArrowRight" => '\u{E014}',
        "ArrowDown" => '\u{E015}',
        "Insert" => '\u{E016}',
        "Delete" => '\u{E017}',
        "F2" => '\u{E032}',
        "F6" => '\u{E036}',
        "F8" => '\u{E038}',
        _ => {
            let mut characters = name.chars();
            match (characters.next(), characters.next()) {
                (Some(only), None) => only,
                _ => panic!("there is no key `{name}`"),
            }
        }
    };
    code.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_keys_are_let_go_in_turn() {
        let strokes = chord("Control+Shift+z");
        let told: Vec<String> =
            strokes.as_array().unwrap().iter().map(|s| format!("{} {}", s["type"], s["value"])).collect();
        let keys = ["\u{E009}", "\u{E008}", "z", "z", "\u{E008}", "\u{E009}"];
        let kinds = ["keyDown", "keyDown", "keyDown", "keyUp", "keyUp", "keyUp"];
        let expected: Vec<String> =
            kinds.iter().zip(keys).map(|(kind, key)| format!("{:?} {}", kind, json!(key))).collect();
        assert_eq!(told, expected);
        assert_eq!(chord("Control++").as_array().unwrap().len(), 4);
        assert_eq!(chord("+").as_array().unwrap().len(), 2);
    }
}
