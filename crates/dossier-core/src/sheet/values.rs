//! What stands in a cell: numbers as numbers, dates as dates, everything typed as text.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use dossier_layout::content::{Inline, Span};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::measure;
use super::style::{Face, Formats, NumberForm};
use crate::compose::{Place, Source};
use crate::document::display;
use crate::template::{Field, Kind, Part, Template, Text};

/// The fields of a template by id; columns by table and id.
pub(super) struct Fields<'t> {
    fields: HashMap<&'t str, &'t Field>,
    columns: HashMap<(&'t str, &'t str), &'t Field>,
}

impl<'t> Fields<'t> {
    pub fn new(template: &'t Template) -> Self {
        let mut columns = HashMap::new();
        for field in &template.fields {
            if let Kind::Table(table) = &field.kind {
                columns.extend(table.columns.iter().map(|column| ((field.id.as_str(), column.id.as_str()), column)));
            }
        }
        Self { fields: template.fields.iter().map(|field| (field.id.as_str(), field)).collect(), columns }
    }

    /// The field that an id means in a row of a table, or in the document.
    pub fn get(&self, table: Option<&str>, id: &str) -> Option<&'t Field> {
        table.and_then(|table| self.columns.get(&(table, id))).or_else(|| self.fields.get(id)).copied()
    }

    pub fn is_column(&self, table: &str, id: &str) -> bool {
        self.columns.contains_key(&(table, id))
    }

    /// What a field holds here: fixed rows may say otherwise than their column.
    pub fn kind(&self, table: Option<(&str, usize)>, field: &'t Field) -> &'t Kind {
        let fixed = table.and_then(|(table, row)| match &self.fields.get(table)?.kind {
            Kind::Table(table) => table.fixed.get(row)?.kinds.get(&field.id),
            _ => None,
        });
        fixed.unwrap_or(&field.kind)
    }

    pub fn table(&self, id: &str) -> Option<(&'t Field, &'t crate::template::TableField)> {
        match self.fields.get(id)? {
            field @ Field { kind: Kind::Table(table), .. } => Some((field, table)),
            _ => None,
        }
    }
}

impl Fields<'_> {
    /// The place of a source as programs read it, and as people do: `systems[3].change`, “发布计划表”第 4 行“变更内容”.
    pub fn described(&self, source: Option<&Source>) -> (String, String) {
        let Some(source) = source else { return (String::new(), "标题或标签".to_owned()) };
        let row = row_of(&source.place);
        let id = source.text.fields().next().unwrap_or_default();
        let label = self.get(row.map(|(table, _)| table), id).map_or(id, |field| &field.label);
        match row {
            Some((table, row)) => {
                let table_label = self.fields.get(table).map_or(table, |field| &field.label);
                (format!("{table}[{row}].{id}"), format!("“{table_label}”第 {} 行“{label}”", row + 1))
            }
            None => (id.to_owned(), format!("“{label}”")),
        }
    }
}

/// The table and row that a place belongs to.
pub(super) fn row_of(place: &Place) -> Option<(&str, usize)> {
    match place {
        Place::Row { table, row } => Some((table, *row)),
        _ => None,
    }
}

/// The field that a text consists of, if it is nothing else.
pub(super) fn alone(text: &Text) -> Option<(&str, bool)> {
    match &text.parts[..] {
        [Part::Field { id, only_name, .. }] => Some((id, *only_name)),
        _ => None,
    }
}

/// What is written into a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written<'a> {
    Text(Cow<'a, str>),
    /// Texts of several faces.
    Rich(Vec<(Face, String)>),
    Number(f64),
}

impl Written<'_> {
    /// What reading the cell gives back.
    pub fn printed(&self) -> Printed {
        match self {
            Self::Text(text) => Printed::Text(text.clone().into_owned()),
            Self::Rich(runs) => Printed::Text(runs.iter().map(|(_, text)| text.as_str()).collect()),
            Self::Number(number) => Printed::Number(*number),
        }
    }
}

/// What stands in a cell, as it was written or as it is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Printed {
    Number(f64),
    Text(String),
}

impl Default for Printed {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Printed {
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    /// Whether two cells say the same: other programs rewrite line ends and the last digits of a number.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => {
                let is_near = || (one - two).abs() <= one.abs().max(two.abs()) * 2e-14;
                one == two || ((one.fract() != 0.0 || two.fract() != 0.0) && is_near())
            }
            (Self::Text(one), Self::Text(two)) => one == two || (is_folded(one, two)),
            (Self::Number(number), Self::Text(text)) | (Self::Text(text), Self::Number(number)) => {
                text.trim().parse() == Ok(*number)
            }
        }
    }
}

/// Whether two texts differ only in how their lines end.
fn is_folded(one: &str, two: &str) -> bool {
    (one.contains('\r') || two.contains('\r')) && line_ends(one) == line_ends(two)
}

/// A text with plain line ends.
pub(super) fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// A value as it is written where its field stands alone in a cell, and how it is shown. `None`: as on paper.
pub(super) fn written<'a>(
    field: &Field,
    kind: &Kind,
    value: &'a Json,
    formats: &mut Formats,
) -> Option<(Written<'a>, NumberForm)> {
    let number = |value: f64, form: NumberForm| Some((Written::Number(value), form));
    match kind {
        Kind::Text | Kind::LongText | Kind::Version | Kind::Signature | Kind::Number { .. } => {
            let text = value.as_str()?;
            Some((Written::Text(line_ends(text)), text_form(text)))
        }
        Kind::Date => number(date(value.as_str()?)?, formats.number(DATE)),
        Kind::DateTime => number(date_time(value.as_str()?)?, formats.number(DATE_TIME)),
        Kind::Time => number(clock(value.as_str()?)?, formats.number("hh:mm")),
        Kind::Integer | Kind::Decimal => {
            let text = match value {
                Json::Number(number) => number.to_string(),
                Json::String(text) => text.clone(),
                _ => return None,
            };
            number(exact(&text)?, formats.number(&number_code(field, &text)))
        }
        Kind::Duration { minutes: true } => number(value.as_u64()? as f64, formats.number("#,##0\" 分钟\"")),
        Kind::Person { .. } | Kind::Department { .. } => {
            let text = match value {
                Json::String(text) => Cow::Borrowed(text.as_str()),
                _ => Cow::Owned(display(kind, value)),
            };
            let form = text_form(&text);
            Some((Written::Text(text), form))
        }
        _ => None,
    }
}

const DATE: &str = "yyyy\"年\"mm\"月\"dd\"日\"";
const DATE_TIME: &str = "yyyy\"年\"mm\"月\"dd\"日\" hh\"时\"mm\"分\"";

/// How an empty cell of a field shows what people type into it.
pub(super) fn empty_form(field: &Field, kind: &Kind, formats: &mut Formats) -> NumberForm {
    match kind {
        Kind::Date => formats.number(DATE),
        Kind::DateTime => formats.number(DATE_TIME),
        Kind::Time => formats.number("hh:mm"),
        Kind::Integer => formats.number(&number_code(field, "0")),
        Kind::Duration { minutes: true } => formats.number("#,##0\" 分钟\""),
        Kind::Decimal | Kind::Table(_) | Kind::Duration { .. } | Kind::Rating => NumberForm::General,
        _ => NumberForm::Text,
    }
}

/// Text that Excel must not take for a number or a date when somebody edits it. Long texts are no such thing, and old
/// versions of Excel show them as ####.
pub(super) fn text_form(text: &str) -> NumberForm {
    if text.len() <= 240 { NumberForm::Text } else { NumberForm::General }
}

/// Thousands with comma, decimals as typed, then the unit.
fn number_code(field: &Field, text: &str) -> String {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let mut code = "#,##0".to_owned();
    if decimals > 0 {
        code.push('.');
        code.extend(std::iter::repeat_n('0', decimals));
    }
    if let Some(unit) = &field.unit {
        code.push_str(&format!("\" {}\"", unit.replace('"', "")));
    }
    code
}

/// The number that a text of digits means, if a spreadsheet keeps it exactly.
fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if digits > 15 || !plain { None } else { text.parse().ok() }
}

/// Days since the day before 1900 began, as spreadsheets count them. Before March 1900 they count wrongly.
fn serial(at: NaiveDateTime) -> Option<f64> {
    let days = (at.date() - NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
    let minutes = f64::from(at.time().num_seconds_from_midnight()) / 86_400.0;
    (days > 60).then_some(days as f64 + minutes)
}

fn date(text: &str) -> Option<f64> {
    serial(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN))
}

fn date_time(text: &str) -> Option<f64> {
    serial(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?)
}

fn clock(text: &str) -> Option<f64> {
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
    Some(f64::from(time.num_seconds_from_midnight()) / 86_400.0)
}

/// The moment that a number of days means.
pub(super) fn moment(days: f64) -> Option<NaiveDateTime> {
    if !(0.0..2_958_466.0).contains(&days) {
        return None;
    }
    let minutes = (days * 1440.0).round() as i64;
    let start = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    start.checked_add_signed(chrono::Duration::minutes(minutes))
}

/// The number of days that a moment means.
pub(super) fn days(at: NaiveDateTime) -> f64 {
    let start = NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day of the calendar").and_time(NaiveTime::MIN);
    (at - start).num_seconds() as f64 / 86_400.0
}

/// What stands for a ticked and for an open box.
pub(super) const TICKED: &str = "☑";
pub(super) const OPEN: &str = "□";

/// The text of a cell, as on paper.
pub(super) fn plain(inlines: &[Inline]) -> Cow<'_, str> {
    match inlines {
        [] => Cow::Borrowed(""),
        [Inline::Text(span)] => Cow::Borrowed(&span.text),
        _ => {
            let mut text = String::new();
            each(inlines, &mut |piece, _| text.push_str(piece));
            Cow::Owned(text)
        }
    }
}

/// The text of a cell in runs of one face, `face` being that of plain text.
pub(super) fn runs(inlines: &[Inline], face: Face) -> Vec<(Face, String)> {
    let mut runs: Vec<(Face, String)> = Vec::new();
    each(inlines, &mut |piece, span| {
        let own = span.map_or(face, |span| Face {
            size: if span.small { face.size.min(SMALL) } else { face.size },
            bold: face.bold || span.bold,
            sans: face.sans || span.sans,
        });
        match runs.last_mut() {
            // Blanks, boxes and line breaks look alike in every face.
            Some((last, text)) if *last == own || span.is_none() => text.push_str(piece),
            _ => runs.push((own, piece.to_owned())),
        }
    });
    runs
}

/// The text of a cell with the line breaks that spreadsheets would set badly. `None`: there are none to set.
pub(super) fn broken(inlines: &[Inline], is_label: bool, size: f64, width: f64) -> Option<String> {
    if is_label { halved(inlines, size, width) } else { with_options(inlines, size, width) }
}

/// A label of four characters breaks 2 + 2 where it does not fit on a line.
fn halved(inlines: &[Inline], size: f64, width: f64) -> Option<String> {
    let text = plain(inlines);
    let mut places = text.char_indices().map(|(index, _)| index);
    let middle = places.nth(2)?;
    let is_four = places.count() == 1 && text.len() == 12;
    if !is_four || measure::lines(&text, size, width) == 1 {
        return None;
    }
    Some(format!("{}\n{}", &text[..middle], &text[middle..]))
}

/// The text of a cell with options, each whole on its line: where one does not fit, a new line begins. `None`: there is
/// nothing to decide.
fn with_options(inlines: &[Inline], size: f64, width: f64) -> Option<String> {
    if !inlines.contains(&Inline::Gap) {
        return None;
    }
    let mut text = String::new();
    // Where the line being filled begins.
    let mut line = 0;
    for (index, option) in inlines.split(|inline| *inline == Inline::Gap).enumerate() {
        let option = plain(option);
        let gap = if index > 0 { "　" } else { "" };
        let candidate = format!("{}{gap}{}", &text[line..], option.split('\n').next().unwrap_or_default());
        let begins = index > 0 && measure::lines(&candidate, size, width) > measure::lines(&text[line..], size, width);
        text.push_str(if begins { "\n" } else { gap });
        text.push_str(&option);
        line = text.rfind('\n').map_or(0, |at| at + 1);
    }
    Some(text)
}

const SMALL: u16 = 75;

fn each<'a>(inlines: &'a [Inline], push: &mut impl FnMut(&str, Option<&'a Span>)) {
    for inline in inlines {
        match inline {
            Inline::Text(span) => push(&span.text, Some(span)),
            Inline::Box { ticked } => push(if *ticked { TICKED } else { OPEN }, None),
            Inline::Blank { width, text } => {
                // Short blanks are the source documents' own; others keep their length in underscores.
                let count = (width.to_mm() / UNDERSCORE).round() as usize;
                match count {
                    0..=2 => push("__", None),
                    3..=8 => push(text, None),
                    _ => push(&"_".repeat(count), None),
                }
            }
            // A sheet shows who signed; how it was drawn, the paper shows.
            Inline::Ink(ink) => push(&ink.name, None),
            Inline::Gap => push("　", None),
            Inline::Break => push("\n", None),
            Inline::Together(inner) => each(inner, push),
        }
    }
}

/// Width of an underscore of running text, mm.
const UNDERSCORE: f64 = 1.85;

/// Whether a text is nothing but the blanks of an empty form: `____年____月____日`, `□`, `☆☆☆☆☆`.
pub(super) fn is_blank(text: &str) -> bool {
    let is_word = |ch: char| ch.is_alphanumeric() && !"年月日时分钟".contains(ch);
    (text.contains("__") && !text.contains(is_word))
        || text.chars().all(|ch| ch.is_whitespace() || matches!(ch, '_' | '☆' | '□' | '☐'))
}

/// Whether a text begins with what spreadsheets take for an escaped character: `_xHHHH_`.
pub(super) fn is_escape(text: &str) -> bool {
    let [b'_', b'x', hex @ ..] = text.as_bytes() else { return false };
    hex.len() >= 5 && hex[..4].iter().all(u8::is_ascii_hexdigit) && hex[4] == b'_'
}

/// A text in which nothing is taken for an escaped character.
pub(super) fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 5);
    for (index, ch) in text.char_indices() {
        out.push_str(if is_escape(&text[index..]) { "_x005F" } else { "" });
        out.push(ch);
    }
    Cow::Owned(out)
}
