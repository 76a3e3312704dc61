//! One value into its canonical form: lenient where the meaning is certain, and silent nowhere.

use serde_json::{Number, Value};

use super::moment::{Moment, narrow, read_clock, read_minutes, read_moment, ungrouped};
use crate::template::{ChoiceOption, Kind, Part, nearest};

/// Longest text of one field, in characters: a cell of a spreadsheet holds no more.
pub const LONGEST_TEXT: usize = 32_000;

/// Why a value does not fit its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// For programs: `not_a_date`, `unknown_option` …
    pub code: &'static str,
    /// For people: the sentence that follows the label, without its full stop.
    pub message: String,
}

impl Unfit {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// A value in its canonical form, and what was typed into the blanks of an option.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub value: Value,
    /// Field ids of the blanks with their texts: `部分外部用户（20%）` tells the percentage too.
    pub blanks: Vec<(String, String)>,
}

/// Brings a value into the canonical form of its kind. `None`: the value is empty (`null`, `""`, `[]`).
///
/// Tables are read row by row in [`validate`](super::validate()); here they fit nothing.
///
/// # Errors
///
/// The value is not of this kind.
pub fn read(kind: &Kind, value: &Value) -> Result<Option<Value>, Unfit> {
    Ok(read_with_blanks(kind, value)?.map(|reading| reading.value))
}

/// Reads the text of a spreadsheet cell or of the paper: what [`display`](super::display()) prints, and looser forms.
///
/// # Errors
///
/// The text is not of this kind.
pub fn parse_text(kind: &Kind, text: &str) -> Result<Option<Value>, Unfit> {
    read(kind, &Value::String(text.to_owned()))
}

/// Like [`read`], with what was typed into the blanks of the ticked options.
///
/// # Errors
///
/// The value is not of this kind.
pub fn read_with_blanks(kind: &Kind, value: &Value) -> Result<Option<Reading>, Unfit> {
    if is_empty(value) {
        return Ok(None);
    }
    let mut blanks = Vec::new();
    let value = match kind {
        Kind::Text | Kind::Signature | Kind::Number { .. } => Some(Value::String(line(value)?)),
        Kind::LongText => Some(Value::String(long_text(value)?)),
        Kind::Person { many: false } | Kind::Department { many: false } => Some(Value::String(line(single(value))?)),
        Kind::Person { many: true } | Kind::Department { many: true } => names(value)?,
        Kind::Integer => Some(integer(value)?),
        Kind::Decimal => Some(decimal(value)?),
        Kind::Date => Some(date(value)?),
        Kind::DateOrWords => Some(date_or_words(value)?),
        Kind::DateTime => Some(date_time(value)?),
        Kind::Time => Some(time(value)?),
        Kind::Duration { .. } => Some(duration(value)?),
        Kind::Version => Some(version(value)?),
        Kind::Rating => Some(rating(value)?),
        Kind::Choice { options, many: false } => Some(option(options, single(value), &mut blanks)?),
        Kind::Choice { options, many: true } => options_of(options, value, &mut blanks)?,
        Kind::Table(_) => return Err(Unfit::new("not_a_list", "要是一个列表，每行一个对象")),
    };
    Ok(value.map(|value| Reading { value, blanks }))
}

/// Whether a value stands for nothing.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// How a value is quoted in a message.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) => "一个列表".to_owned(),
        Value::Object(_) => "一个对象".to_owned(),
        other => format!(" {other}"),
    }
}

fn quoted(text: &str) -> String {
    let mut shown: String = text.trim().chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().chars().count() > 40 {
        shown.push('…');
    }
    format!("“{shown}”")
}

/// A list of one stands for its item where only one is asked for.
fn single(value: &Value) -> &Value {
    match value {
        Value::Array(items) if items.len() == 1 => &items[0],
        other => other,
    }
}

fn string(value: &Value) -> Result<&str, Unfit> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(Unfit::new("not_text", format!("要是文字，现在是{}", described(other)))),
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("数字 {number}"),
        other => shown(other),
    }
}

fn line(value: &Value) -> Result<String, Unfit> {
    let text = string(value)?.trim();
    if text.contains(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']) {
        return Err(Unfit::new("line_break", "只能写一行，现在里面有换行"));
    }
    printable(text)?;
    Ok(text.to_owned())
}

fn long_text(value: &Value) -> Result<String, Unfit> {
    let text = string(value)?.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{85}'], "\n");
    // Spaces at the beginning are an indent; a line break there is nothing.
    let text = text.trim_start_matches('\n').trim_end();
    printable(text)?;
    Ok(text.to_owned())
}

fn printable(text: &str) -> Result<(), Unfit> {
    if text.chars().count() > LONGEST_TEXT {
        let count = text.chars().count();
        return Err(Unfit::new("too_long", format!("最多 {LONGEST_TEXT} 个字，现在有 {count} 个")));
    }
    // Marks that reorder what is read have no place on controlled paper: it would not say what it seems to say.
    let refused = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    match text.chars().find(refused) {
        Some(c) => {
            let name = if c == '\t' { "制表符" } else { "看不见的控制字符" };
            Err(Unfit::new("control_character", format!("里面有{name} U+{:04X}，请删掉它", c as u32)))
        }
        None => Ok(()),
    }
}

/// Signs that part names in one text.
const SEPARATORS: [char; 7] = ['、', '，', ',', '；', ';', '\n', '\r'];

fn names(value: &Value) -> Result<Option<Value>, Unfit> {
    let mut names: Vec<Value> = Vec::new();
    let items = match value {
        Value::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    for item in items.iter().filter(|item| !is_empty(item)) {
        for name in string(item)?.split(SEPARATORS) {
            let name = name.trim();
            printable(name)?;
            if !name.is_empty() && !names.iter().any(|known| known == name) {
                names.push(Value::String(name.to_owned()));
            }
        }
    }
    Ok(if names.is_empty() { None } else { Some(Value::Array(names)) })
}

/// Most digits before and after the point: more would not survive a spreadsheet.
const MOST_DIGITS: usize = 15;

/// Sign, digits and decimals of a number as people write it.
fn digits(value: &Value) -> Option<(bool, String, String)> {
    let text = match value {
        Value::String(text) => narrow(text).trim().to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        Value::Number(number) => number.as_f64()?.to_string(),
        _ => return None,
    };
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
    if text.ends_with('.') || !fraction.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let integer = ungrouped(integer)?;
    let integer = integer.trim_start_matches('0');
    let integer = if integer.is_empty() { "0" } else { integer };
    let zero = integer == "0" && fraction.chars().all(|c| c == '0');
    Some((negative && !zero, integer.to_owned(), fraction.to_owned()))
}

fn in_range(integer: &str, fraction: &str) -> Result<(), Unfit> {
    if integer.len() > MOST_DIGITS || fraction.len() > MOST_DIGITS {
        return Err(Unfit::new("too_large", format!("小数点前后最多各 {MOST_DIGITS} 位")));
    }
    Ok(())
}

fn integer(value: &Value) -> Result<Value, Unfit> {
    let fail = |code, what: &str| Unfit::new(code, format!("{what}，现在是{}", shown(value)));
    let (negative, integer, fraction) = digits(value).ok_or_else(|| fail("not_a_number", "要写成数字，如 12"))?;
    if fraction.chars().any(|c| c != '0') {
        return Err(fail("not_an_integer", "要写成整数，如 12"));
    }
    in_range(&integer, "")?;
    let number: i64 = integer.parse().map_err(|_| fail("not_a_number", "要写成数字，如 12"))?;
    Ok(Value::from(if negative { -number } else { number }))
}

fn decimal(value: &Value) -> Result<Value, Unfit> {
    let (negative, integer, fraction) = digits(value)
        .ok_or_else(|| Unfit::new("not_a_number", format!("要写成数字，如 86,400 或 1.5，现在是{}", shown(value))))?;
    in_range(&integer, &fraction)?;
    let point = if fraction.is_empty() { "" } else { "." };
    let text = format!("{}{integer}{point}{fraction}", if negative { "-" } else { "" });
    // A number, unless it would lose the decimals that were typed: 86400.50.
    if fraction.is_empty() {
        return Ok(text.parse::<i64>().map_or(Value::String(text), Value::from));
    }
    let number = text.parse::<f64>().ok().filter(|number| number.to_string() == text).and_then(Number::from_f64);
    Ok(number.map_or(Value::String(text), Value::Number))
}

fn moment(value: &Value, code: &'static str, form: &str) -> Result<Moment, Unfit> {
    let wrong = || Unfit::new(code, format!("要写成 {form}，现在是{}", shown(value)));
    match value {
        Value::String(text) if code == "not_a_time" => read_clock(text).ok_or_else(wrong),
        Value::String(text) => read_moment(text).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn date(value: &Value) -> Result<Value, Unfit> {
    const CODE: &str = "not_a_date";
    let wrong = |message| Unfit::new(CODE, message);
    let moment = moment(value, CODE, "2026-04-15 这样的日期")?;
    let day = moment.day().map_err(wrong)?;
    // Spreadsheets store a day as its midnight.
    match moment.time().map_err(wrong)?.as_deref() {
        None | Some("00:00") => Ok(day.map_or(Value::Null, Value::String)),
        Some(_) => Err(wrong(format!("只写日期、不写时刻，如 2026-04-15，现在是{}", shown(value)))),
    }
}

fn date_or_words(value: &Value) -> Result<Value, Unfit> {
    let words = line(value)?;
    match read_moment(&words) {
        Some(_) => date(value),
        None => Ok(Value::String(words)),
    }
}

fn date_time(value: &Value) -> Result<Value, Unfit> {
    const CODE: &str = "not_a_datetime";
    let wrong = |message| Unfit::new(CODE, message);
    let moment = moment(value, CODE, "2026-04-15 10:00 这样的日期和时刻")?;
    let day = moment.day().map_err(wrong)?.unwrap_or_default();
    match moment.time().map_err(wrong)? {
        Some(time) => Ok(Value::String(format!("{day} {time}"))),
        None => Err(wrong(format!("还要写时刻，如 2026-04-15 10:00，现在是{}", shown(value)))),
    }
}

fn time(value: &Value) -> Result<Value, Unfit> {
    const CODE: &str = "not_a_time";
    let moment = moment(value, CODE, "10:06 这样的时刻")?;
    let time = moment.time().map_err(|message| Unfit::new(CODE, message))?;
    Ok(time.map_or(Value::Null, Value::String))
}

fn duration(value: &Value) -> Result<Value, Unfit> {
    let minutes = match value {
        Value::String(text) => read_minutes(text),
        Value::Number(number) => read_minutes(&number.to_string()),
        _ => None,
    };
    minutes.map(Value::from).ok_or_else(|| {
        Unfit::new("not_a_duration", format!("要写成整分钟数，如 90、90 分钟或 1 小时 30 分钟，现在是{}", shown(value)))
    })
}

fn version(value: &Value) -> Result<Value, Unfit> {
    if let Value::Number(number) = value {
        let message = format!("要是文字，如 \"1.10\"，现在是数字 {number}：写成数字时 1.10 会变成 1.1");
        return Err(Unfit::new("not_text", message));
    }
    // An input method in full width writes Ｖ４．２．０.
    let text = narrow(&line(value)?);
    if super::version::is_version(&text) {
        return Ok(Value::String(text));
    }
    Err(Unfit::new("not_a_version", format!("要写成 V4.2.0 或 1.10 这样的版本号，现在是{}", quoted(&text))))
}

fn rating(value: &Value) -> Result<Value, Unfit> {
    let wrong = || Unfit::new("not_a_rating", format!("要是 1 到 5 的整数，现在是{}", shown(value)));
    let stars = match value {
        Value::String(text) if text.contains('★') => {
            let text = text.trim();
            let full = text.chars().take_while(|c| *c == '★').count();
            let empty = text.chars().skip(full).filter(|c| *c == '☆').count();
            let whole = full + empty == text.chars().count() && (empty == 0 || full + empty == 5);
            whole.then_some(full as i64)
        }
        other => integer(other).ok().and_then(|number| number.as_i64()),
    };
    stars.filter(|stars| (1..=5).contains(stars)).map(Value::from).ok_or_else(wrong)
}

fn option(options: &[ChoiceOption], value: &Value, blanks: &mut Vec<(String, String)>) -> Result<Value, Unfit> {
    let text = string(value)?.trim();
    for option in options {
        if option.name == text {
            return Ok(Value::String(option.name.clone()));
        }
    }
    for option in options {
        if let Some(found) = typed_into(option, text) {
            for (id, text) in &found {
                printable(text).map_err(|unfit| Unfit::new(unfit.code, format!("的空 {id} {}", unfit.message)))?;
            }
            blanks.extend(found);
            return Ok(Value::String(option.name.clone()));
        }
    }
    let names: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
    let near = nearest::suggestion(text, names.iter().copied());
    let message = format!("要从{}里选，现在是{}{near}", names.join("、"), quoted(text));
    Err(Unfit::new("unknown_option", message))
}

/// Matches a text against the printed text of an option, and returns what stands in its blanks.
fn typed_into(option: &ChoiceOption, text: &str) -> Option<Vec<(String, String)>> {
    let mut rest = text;
    let mut blanks = Vec::new();
    let mut parts = option.text.parts.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Literal { text, .. } => rest = rest.trim_start().strip_prefix(text.trim())?,
            Part::RowNumber => return None,
            Part::Field { id, .. } => {
                let end = match parts.peek() {
                    Some(Part::Literal { text, .. }) => rest.find(text.trim())?,
                    Some(_) => return None,
                    None => rest.len(),
                };
                let typed = rest[..end].trim().trim_matches('_').trim();
                if !typed.is_empty() {
                    blanks.push((id.clone(), typed.to_owned()));
                }
                rest = &rest[end..];
            }
        }
    }
    rest.trim().is_empty().then_some(blanks)
}

fn options_of(
    options: &[ChoiceOption],
    value: &Value,
    blanks: &mut Vec<(String, String)>,
) -> Result<Option<Value>, Unfit> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut ticked = Vec::new();
    for item in items.iter().filter(|item| !is_empty(item)) {
        match option(options, item, blanks) {
            Ok(name) => ticked.push(name),
            // One text may name several: 功能升级、缺陷修复.
            Err(unfit) => {
                let text = item.as_str().filter(|text| text.contains(SEPARATORS)).ok_or(unfit)?;
                for part in text.split(SEPARATORS).filter(|part| !part.trim().is_empty()) {
                    ticked.push(option(options, &Value::String(part.to_owned()), blanks)?);
                }
            }
        }
    }
    // In the order of the options: the paper prints them so.
    let names = options.iter().map(|option| Value::String(option.name.clone()));
    let ticked: Vec<Value> = names.filter(|name| ticked.contains(name)).collect();
    Ok(if ticked.is_empty() { None } else { Some(Value::Array(ticked)) })
}
