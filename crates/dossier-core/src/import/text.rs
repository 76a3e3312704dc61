//! A cell as the text that would be stored.

use chrono::{NaiveDate, NaiveTime, Timelike};

use super::cells::{Cell, Moment, Shows, Value};
use super::format::{self, plain};
use super::plan::ColumnKind;

/// What a person should look at, although a text was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// A number where a version is expected: `3.2` may have been `3.20`.
    NumberAsVersion,
    /// A date where a version is expected: Excel turns `3-2` into one.
    DateAsVersion,
    /// More digits than Excel keeps.
    LongNumber,
    /// A bare number where a date is expected.
    NumberAsDate,
    /// `#N/A` …; nothing is read.
    Error(String),
    /// A formula without a stored result; nothing is read.
    NoResult,
    /// The workbook asks to be computed when opened, and this 0 may only stand in for that.
    PerhapsNotComputed,
}

/// The text of a cell in a column of this kind, `None` when it holds nothing to store.
pub(super) fn text_of(cell: &Cell, kind: &ColumnKind, recalculates: bool) -> (Option<String>, Option<Doubt>) {
    match &cell.value {
        Value::NoResult => (None, Some(Doubt::NoResult)),
        Value::Error(error) => (None, Some(Doubt::Error(error.to_string()))),
        Value::Bool(value) => (Some(if *value { "TRUE" } else { "FALSE" }.to_owned()), None),
        Value::Text(text) => (typed_text(&tidy(text), kind), None),
        Value::Moment(moment) => {
            let doubt = (*kind == ColumnKind::Version).then_some(Doubt::DateAsVersion);
            (Some(moment_text(*moment, kind)), doubt)
        }
        Value::Number(number) => {
            let value = number.value;
            if cell.is_formula && recalculates && value == 0.0 {
                return (Some(number.format.show(value)), Some(Doubt::PerhapsNotComputed));
            }
            let is_long = value.abs() >= 1e15;
            let doubt = is_long.then_some(Doubt::LongNumber);
            match kind {
                ColumnKind::Integer | ColumnKind::Decimal => (Some(plain(value)), doubt),
                ColumnKind::Date | ColumnKind::DateTime if (20_000.0..80_000.0).contains(&value) => {
                    match format::moment(value, false) {
                        Some(at) => {
                            let shows = if at.time() == NaiveTime::MIN { Shows::Date } else { Shows::Both };
                            (Some(moment_text(Moment { at, shows }, kind)), Some(Doubt::NumberAsDate))
                        }
                        None => (Some(number.format.show(value)), doubt),
                    }
                }
                // Build numbers such as 20251105 have no decimals to lose.
                ColumnKind::Version if number.format.is_general() && (value.fract() != 0.0 || value.abs() < 1e4) => {
                    (Some(number.format.show(value)), Some(Doubt::NumberAsVersion))
                }
                _ => (Some(number.format.show(value)), doubt),
            }
        }
    }
}

/// Line breaks as `\n`, nothing invisible around it; the inside untouched.
pub(super) fn tidy(text: &str) -> String {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let trimmed = text.trim_matches(is_blank);
    if trimmed.contains('\r') { trimmed.replace("\r\n", "\n").replace('\r', "\n") } else { trimmed.to_owned() }
}

/// Typed text is kept as it is, except that dates, numbers and options are brought into the form they are stored in
/// when there is no doubt about them.
fn typed_text(text: &str, kind: &ColumnKind) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let stored = match kind {
        ColumnKind::Text | ColumnKind::Version => None,
        ColumnKind::Integer => {
            let narrow = narrow(text);
            narrow.parse::<i64>().is_ok().then_some(narrow)
        }
        ColumnKind::Decimal => {
            let narrow = narrow(text).replace(',', "");
            narrow.parse::<f64>().is_ok_and(f64::is_finite).then_some(narrow)
        }
        ColumnKind::Date => written_date(text).filter(|(_, rest)| rest.is_empty()).map(|(date, _)| date.to_string()),
        ColumnKind::DateTime => written_date(text).and_then(|(date, rest)| {
            let rest = rest.trim_start_matches([' ', 'T']);
            let time = ["%H:%M", "%H:%M:%S", "%H时%M分"]
                .iter()
                .find_map(|format| NaiveTime::parse_from_str(rest, format).ok());
            match time {
                Some(time) => Some(format!("{date} {}", clock(time))),
                None => rest.is_empty().then(|| date.to_string()),
            }
        }),
        ColumnKind::Choice(options) => {
            let wanted = narrow(text).to_lowercase();
            options.iter().find(|option| narrow(option).to_lowercase() == wanted).cloned()
        }
    };
    Some(stored.unwrap_or_else(|| text.to_owned()))
}

/// Full-width digits and letters as plain ones.
fn narrow(text: &str) -> String {
    text.chars().map(super::heads::narrow).collect()
}

/// `2026/4/15`, `2026.4.15`, `2026年4月15日`, `20260415`, and what follows.
fn written_date(text: &str) -> Option<(NaiveDate, String)> {
    let text = narrow(text);
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let date = NaiveDate::parse_from_str(&text, "%Y%m%d").ok()?;
        return Some((date, String::new()));
    }
    let mut numbers: [u32; 3] = [0; 3];
    let mut rest = text.as_str();
    for (index, ends) in [['-', '/', '.', '年'], ['-', '/', '.', '月']].iter().enumerate() {
        let end = rest.find(ends)?;
        numbers[index] = rest[..end].trim().parse().ok()?;
        rest = rest[end..].trim_start_matches(ends);
    }
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    numbers[2] = rest[..end].parse().ok()?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(numbers[0]).ok()?, numbers[1], numbers[2])?;
    let rest = rest[end..].trim_start_matches(['日', '号']).trim();
    (1900..=2999).contains(&numbers[0]).then(|| (date, rest.to_owned()))
}

fn moment_text(moment: Moment, kind: &ColumnKind) -> String {
    let (date, time) = (moment.at.date(), moment.at.time());
    match (moment.shows, kind) {
        (_, ColumnKind::Date) => date.to_string(),
        // The field wants the whole moment, whatever part of it the cell shows.
        (Shows::Date | Shows::Time, ColumnKind::DateTime) if time != NaiveTime::MIN && is_calendar(date) => {
            format!("{date} {}", clock(time))
        }
        (Shows::Date, _) => date.to_string(),
        (Shows::Time, _) => clock(time),
        (Shows::Both, _) => format!("{date} {}", clock(time)),
    }
}

/// A time alone is stored on day zero.
fn is_calendar(date: NaiveDate) -> bool {
    NaiveDate::from_ymd_opt(1900, 1, 1).is_some_and(|first| date > first)
}

fn clock(time: NaiveTime) -> String {
    if time.second() == 0 { time.format("%H:%M").to_string() } else { time.format("%H:%M:%S").to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_values_take_the_stored_form_only_without_doubt() {
        let date = |text: &str| typed_text(text, &ColumnKind::Date).unwrap_or_default();
        assert_eq!(date("2026/4/15"), "2026-04-15");
        assert_eq!(date("2026年4月15日"), "2026-04-15");
        assert_eq!(date("20260415"), "2026-04-15");
        assert_eq!(date("四月中旬"), "四月中旬");
        assert_eq!(date("2026-13-45"), "2026-13-45");
        let both = |text: &str| typed_text(text, &ColumnKind::DateTime).unwrap_or_default();
        assert_eq!(both("2026/4/15 10:00"), "2026-04-15 10:00");
        assert_eq!(both("2026年4月15日 22:30"), "2026-04-15 22:30");
        assert_eq!(typed_text("１２", &ColumnKind::Integer).as_deref(), Some("12"));
        assert_eq!(typed_text("1、2", &ColumnKind::Integer).as_deref(), Some("1、2"));
        let options = ColumnKind::Choice(vec!["高".to_owned(), "中".to_owned()]);
        assert_eq!(typed_text("高", &options).as_deref(), Some("高"));
        assert_eq!(typed_text("极高", &options).as_deref(), Some("极高"));
    }

    #[test]
    fn only_the_outside_is_trimmed() {
        assert_eq!(tidy("\u{3000} a  b\r\nc\u{a0}\n"), "a  b\nc");
    }
}
