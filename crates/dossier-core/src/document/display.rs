//! One value as people read it: on paper, in a sheet, in a message.

use serde_json::Value;

use crate::template::Kind;

/// The printed form of a canonical value: `2026年04月15日`, `86,400`, `1 小时 40 分钟`, `★★★★☆`, `张三、李四`.
///
/// What it prints, [`parse_text`](super::parse_text()) reads back into the same value. Units, boxes and blanks belong
/// to the paper and are not printed here.
pub fn display(kind: &Kind, value: &Value) -> String {
    let plain = plain(value);
    match kind {
        Kind::Integer | Kind::Decimal => grouped(&plain),
        Kind::Date | Kind::DateOrWords | Kind::DateTime => date(&plain).unwrap_or(plain),
        Kind::Duration { minutes } => value.as_u64().map_or(plain, |length| duration(length, *minutes)),
        Kind::Rating => stars(value).unwrap_or(plain),
        _ => plain,
    }
}

/// A value without any form of its kind; lists joined with 、.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// Thousands with commas, decimals as typed.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (integer, fraction) = digits.split_once('.').map_or((digits, None), |(integer, rest)| (integer, Some(rest)));
    let mut text = sign.to_owned();
    for (index, digit) in integer.char_indices() {
        if index > 0 && (integer.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// The day in the shape of its blank: two digits, no spaces; the time of day in the same way.
fn date(text: &str) -> Option<String> {
    let day = |text: &str| {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = [year, month, day].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        (digits && year.len() == 4 && parts.next().is_none()).then(|| format!("{year}年{month}月{day}日"))
    };
    match text.split_once(' ') {
        None => day(text),
        Some((date, time)) => {
            let (hour, minute) = time.split_once(':')?;
            Some(format!("{} {hour}时{minute}分", day(date)?))
        }
    }
}

fn duration(length: u64, minutes: bool) -> String {
    match (length / 60, length % 60) {
        (0, _) => format!("{length} 分钟"),
        _ if minutes => format!("{length} 分钟"),
        (hours, 0) => format!("{hours} 小时"),
        (hours, rest) => format!("{hours} 小时 {rest} 分钟"),
    }
}

fn stars(value: &Value) -> Option<String> {
    let full = usize::try_from(value.as_u64()?).ok().filter(|full| *full <= 5)?;
    Some("★".repeat(full) + &"☆".repeat(5 - full))
}
