//! Search by overlapping pairs of characters.
//!
//! `产品发布` is indexed as `产品 品发 发布 布`, and searched as the phrase `产品 品发 发布`: any piece of a text of
//! two characters and more is found, whatever the language. A single character is found as the start of a pair.

/// The text as the index takes it.
pub(super) fn index_text(text: &str) -> String {
    let mut tokens = String::with_capacity(text.len() * 3);
    for piece in pieces(text) {
        for (index, first) in piece.iter().enumerate() {
            tokens.push(*first);
            tokens.extend(piece.get(index + 1));
            tokens.push(' ');
        }
    }
    tokens
}

/// The question as FTS5 takes it: all pieces, in any order. None where nothing is asked.
pub(super) fn match_expression(query: &str) -> Option<String> {
    let phrases: Vec<String> = pieces(query).iter().map(|piece| phrase(piece)).collect();
    (!phrases.is_empty()).then(|| phrases.join(" AND "))
}

fn phrase(piece: &[char]) -> String {
    let quoted = |text: String| format!("\"{}\"", text.replace('"', "\"\""));
    match piece {
        [single] => format!("{} *", quoted(single.to_string())),
        pairs => {
            let pairs: Vec<String> = pairs.windows(2).map(|pair| pair.iter().collect()).collect();
            quoted(pairs.join(" "))
        }
    }
}

/// Runs without spaces; full-width forms count as their half-width ones, capitals as small letters.
fn pieces(text: &str) -> Vec<Vec<char>> {
    let folded: String = text
        .chars()
        .map(|ch| match ch {
            '！'..='～' => char::from_u32(ch as u32 - 0xFEE0).unwrap_or(ch),
            ch if ch.is_control() => ' ',
            ch => ch,
        })
        .flat_map(char::to_lowercase)
        .collect();
    folded.split_whitespace().map(|piece| piece.chars().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_overlapping_pairs() {
        assert_eq!(index_text("产品 Ｖ4"), "产品 品 v4 4 ");
        assert_eq!(match_expression("产品发布").unwrap(), r#""产品 品发 发布""#);
        assert_eq!(match_expression("布 v4").unwrap(), r#""布" * AND "v4""#);
        assert_eq!(match_expression(r#"a"b"#).unwrap(), r#""a"" ""b""#);
        assert_eq!(match_expression(" \t"), None);
    }
}
