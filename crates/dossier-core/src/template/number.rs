//! Patterns of official numbers: `REL-SUM-{year}-{seq:03}`.

/// One part of a pattern.
enum Piece<'a> {
    Literal(&'a str),
    Year,
    /// The running number with its least count of digits.
    Sequence(usize),
}

fn pieces(pattern: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find(['{', '}']) {
        if open > 0 {
            pieces.push(Piece::Literal(&rest[..open]));
        }
        let (name, after) = rest[open..].strip_prefix('{')?.split_once('}')?;
        pieces.push(match name.split_once(':') {
            None if name == "year" => Piece::Year,
            None if name == "seq" => Piece::Sequence(1),
            Some(("seq", width)) => Piece::Sequence(width.parse().ok().filter(|width| (1..=9).contains(width))?),
            _ => return None,
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Some(pieces)
}

/// Whether a pattern can number documents.
///
/// # Errors
/// What is wrong with it, in Chinese.
pub fn check(pattern: &str) -> Result<(), String> {
    let running = |piece: &&Piece| matches!(piece, Piece::Sequence(_));
    match pieces(pattern) {
        Some(pieces) if pieces.iter().filter(running).count() == 1 => Ok(()),
        _ => Err(format!("编号“{pattern}”要写成 REL-SUM-{{year}}-{{seq:03}} 的样子，{{seq}} 恰好一处")),
    }
}

/// The official number of a year and a running number: `REL-SUM-2026-001`.
pub fn number_of(pattern: &str, year: i32, sequence: u32) -> String {
    let pieces = pieces(pattern).unwrap_or_default();
    let print = |piece: Piece| match piece {
        Piece::Literal(text) => text.to_owned(),
        Piece::Year => format!("{year:04}"),
        Piece::Sequence(width) => format!("{sequence:0width$}"),
    };
    pieces.into_iter().map(print).collect()
}

/// Year and running number of an official number, if it follows the pattern.
pub fn parts_of_number(pattern: &str, number: &str) -> Option<(Option<i32>, u32)> {
    let mut rest = number;
    let (mut year, mut sequence) = (None, None);
    for piece in pieces(pattern)? {
        match piece {
            Piece::Literal(text) => rest = rest.strip_prefix(text)?,
            Piece::Year => {
                let digits = rest.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
                year = digits.parse().ok();
                rest = &rest[4..];
            }
            Piece::Sequence(width) => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                if end < width || end > width && rest.starts_with('0') {
                    return None;
                }
                sequence = rest[..end].parse().ok();
                rest = &rest[end..];
            }
        }
    }
    Some((year, sequence.filter(|_| rest.is_empty())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_and_read_by_the_same_pattern() {
        let pattern = "REL-SUM-{year}-{seq:03}";
        assert_eq!(number_of(pattern, 2026, 7), "REL-SUM-2026-007");
        for (number, parts) in [
            ("REL-SUM-2026-007", Some((Some(2026), 7))),
            ("REL-SUM-2026-1204", Some((Some(2026), 1204))),
            ("REL-SUM-2026-07", None),
            ("REL-SUM-2026-0007", None),
            ("REL-APP-2026-007", None),
            ("REL-SUM-2026-007a", None),
            ("REL-SUM-二零二六-007", None),
        ] {
            assert_eq!(parts_of_number(pattern, number), parts, "{number}");
        }
    }

    #[test]
    fn a_pattern_numbers_each_document_once() {
        assert!(check("QA-{seq}").is_ok());
        for pattern in ["REL-SUM", "REL-{year}", "{seq}-{seq}", "REL-{yaer}-{seq}", "REL-{seq", "REL-}{seq}"] {
            assert!(check(pattern).is_err(), "{pattern}");
        }
    }
}
