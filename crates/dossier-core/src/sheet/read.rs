//! From a workbook of our own, edited by people, back to content.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json};

use super::ReadBack;
use super::matching::{self, Found, Token};
use super::names::{self, PartRecord, Record};
use super::style::Formats;
use super::values::{self, Fields, Printed};
use crate::document::{display, parse_text};
use crate::import::{Address, Range, Sheet, Shows, Value, Workbook};
use crate::template::{Field, Kind, Template};
use crate::{Code, Error, Issue, Result};

pub(super) fn read(workbook: &Workbook, template: &Template) -> Result<Option<ReadBack>> {
    let Some(record) = record(workbook)? else { return Ok(None) };
    if record.template != template.id {
        let message = format!("工作簿里是另一种文档（{}），不是“{}”", record.template, template.title);
        return Err(Error::new(Code::BadRequest, message).hint("请导入到同一种文档里"));
    }
    let mut reader = Reader {
        record: &record,
        fields: Fields::new(template),
        formats: Formats::default(),
        content: record.content.clone().into_owned(),
        changed: HashMap::new(),
        warnings: Vec::new(),
        names: workbook
            .names
            .iter()
            .filter_map(|name| Some((name.name.as_str(), (workbook.sheet(&name.sheet)?, name.range))))
            .collect(),
    };
    if record.template_version != template.version {
        reader.warnings.push(Issue::at(
            names::SHEET,
            "other_template_version",
            format!(
                "工作簿是按表单版本 {} 导出的，当前表单版本是 {}，请核对导入的内容",
                record.template_version, template.version
            ),
        ));
    }
    reader.cells();
    for table in &record.tables {
        reader.table(table);
    }
    Ok(Some(ReadBack {
        template_version: record.template_version.clone(),
        content: reader.content,
        warnings: reader.warnings,
    }))
}

/// What the hidden sheet holds, if there is one.
fn record(workbook: &Workbook) -> Result<Option<Record<'static>>> {
    let Some(sheet) = workbook.sheet(names::SHEET) else { return Ok(None) };
    let text = |row: u32| match sheet.cell(Address::new(row, 0)).map(|cell| &cell.value) {
        Some(Value::Text(text)) => Some(text.to_string()),
        _ => None,
    };
    if text(0).as_deref() != Some(names::MARK) {
        return Ok(None);
    }
    let mut json = String::new();
    let mut row = 1;
    while let Some(chunk) = text(row) {
        json.push_str(&chunk);
        row += 1;
    }
    let damaged = || {
        Error::new(Code::CorruptFile, format!("隐藏的工作表“{}”已损坏，无法认出原来的内容", names::SHEET))
            .hint("请重新导出一份再填写，或者删除这张隐藏的工作表，按普通表格导入")
    };
    let value: Json = serde_json::from_str(&json).map_err(|_| damaged())?;
    if value.get("version").and_then(Json::as_u64).is_some_and(|version| version > u64::from(names::VERSION)) {
        let message = "工作簿是由更新版本的程序导出的";
        return Err(Error::new(Code::UnsupportedFormat, message).hint("请升级本程序后再导入"));
    }
    serde_json::from_value(value).map(Some).map_err(|_| damaged())
}

/// What a cell says.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub printed: Printed,
    /// As a person sees it, or the canonical form of a date.
    pub text: String,
    /// `#N/A` and the like, or a formula without a result.
    is_error: bool,
}

impl Seen {
    pub fn new(sheet: &Sheet, at: Address) -> Self {
        sheet.cell(at).map(|cell| Self::of(&cell.value)).unwrap_or_default()
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::text(values::line_ends(text).into_owned()),
            Value::Bool(value) => Self::text(if *value { "TRUE" } else { "FALSE" }.to_owned()),
            Value::Number(number) => {
                let printed = Printed::Number(number.value);
                Self { printed, text: number.format.show(number.value), is_error: false }
            }
            Value::Moment(moment) => {
                let pattern = match moment.shows {
                    Shows::Date => "%Y-%m-%d",
                    Shows::Time => "%H:%M",
                    Shows::Both => "%Y-%m-%d %H:%M",
                };
                let printed = Printed::Number(values::days(moment.at));
                Self { printed, text: moment.at.format(pattern).to_string(), is_error: false }
            }
            Value::Error(error) => Self { is_error: true, ..Self::text(error.to_string()) },
            Value::NoResult => Self { is_error: true, ..Self::text("公式没有结果".to_owned()) },
        }
    }

    fn text(text: String) -> Self {
        Self { printed: Printed::Text(text.clone()), text, is_error: false }
    }

    /// A clause without its number.
    fn without_number(self) -> Self {
        Self::text(without_number(&self.text).to_owned())
    }
}

/// A clause as the template has it, without the number before it.
fn without_number(text: &str) -> &str {
    let trimmed = text.trim_start();
    let rest = trimmed.trim_start_matches(|ch: char| ch.is_ascii_digit());
    match rest.strip_prefix(['.', '．', '、']) {
        Some(clause) if rest.len() < trimmed.len() => clause.trim_start(),
        _ => text,
    }
}

/// The words of a cell whose value follows from nothing else.
pub(super) fn words(printed: &Printed) -> Cow<'_, str> {
    match printed {
        Printed::Text(text) => values::line_ends(text),
        Printed::Number(number) => Cow::Owned(number.to_string()),
    }
}

/// The value that a person wrote for a field.
fn single(field: &Field, kind: &Kind, seen: &Seen) -> Result<Option<Json>, Trouble> {
    let text = seen.text.as_str();
    if values::is_blank(text) {
        return Ok(None);
    }
    if let Kind::Choice { options, many } = kind {
        let name_of = |text: &str| {
            let wanted = text.trim().trim_start_matches(['☑', '□']);
            options.iter().find(|option| option.name == wanted).map(|option| Json::from(option.name.clone()))
        };
        let known: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
        let unknown = || {
            let says = format!("填的“{text}”不是可选项，保留原来的内容；可选：{}", known.join("、"));
            Trouble::new("not_an_option", says)
        };
        return if *many {
            let names: Option<Vec<Json>> = text.split(['、', '，', ',']).map(name_of).collect();
            names.map(|names| Some(Json::Array(names))).ok_or_else(unknown)
        } else {
            name_of(text).map(Some).ok_or_else(unknown)
        };
    }
    let text: Cow<str> = match (&seen.printed, kind) {
        (Printed::Number(days), Kind::Date | Kind::DateTime) if seen.text.parse::<f64>().is_ok() => {
            // A date whose format was lost.
            let at = values::moment(*days).filter(|_| (20_000.0..80_000.0).contains(days));
            at.map_or(Cow::Borrowed(text), |at| Cow::Owned(at.format("%Y-%m-%d %H:%M").to_string()))
        }
        (Printed::Number(number), Kind::Integer | Kind::Decimal | Kind::Duration { .. }) => {
            // The digits that are shown, unless the cell holds more than it shows.
            let shown: String = text.chars().filter(|ch| ch.is_ascii_digit() || matches!(ch, '.' | '-')).collect();
            Cow::Owned(if shown.parse() == Ok(*number) { shown } else { number.to_string() })
        }
        _ => match &field.unit {
            Some(unit) if matches!(kind, Kind::Integer | Kind::Decimal) => {
                Cow::Borrowed(text.trim().strip_suffix(unit.as_str()).unwrap_or(text))
            }
            _ => Cow::Borrowed(text),
        },
    };
    let text = match kind {
        Kind::Date => text.strip_suffix(" 00:00").unwrap_or(&text),
        _ => &text,
    };
    parse_text(kind, text).map_err(|unfit| {
        let shown: String = text.chars().take(40).collect();
        Trouble::new("unreadable", format!("填的“{shown}”{}，保留原来的内容；请改正后重新导入", unfit.message))
    })
}

pub(super) struct Reader<'r> {
    pub record: &'r Record<'static>,
    pub fields: Fields<'r>,
    pub formats: Formats,
    pub content: Map<String, Json>,
    /// Fields of the document that were changed, with the cell.
    pub changed: HashMap<String, (Option<Json>, String)>,
    pub warnings: Vec<Issue>,
    pub names: HashMap<&'r str, (&'r Sheet, Range)>,
}

/// Values that a cell gives to fields; `None` empties one.
pub(super) type Changes = Vec<(String, Option<Json>)>;

/// What cannot be taken over, and why.
pub(super) struct Trouble {
    code: &'static str,
    says: String,
}

impl Trouble {
    pub fn new(code: &'static str, says: impl Into<String>) -> Self {
        Self { code, says: says.into() }
    }
}

impl<'r> Reader<'r> {
    fn cells(&mut self) {
        let record = self.record;
        for cell in &record.cells {
            let Some(parts) = record.texts.get(cell.text) else { continue };
            let Some((sheet, range)) = self.names.get(cell.name.as_str()).copied() else {
                let label = self.label(None, parts);
                let message = format!("“{label}”所在的单元格已被删除，保留原来的内容；需要清空请在程序里修改");
                self.warnings.push(Issue::at(cell.name.clone(), "cell_deleted", message));
                continue;
            };
            let place = address(sheet, range.first);
            let seen = Seen::new(sheet, range.first);
            if seen.printed.same(&cell.printed) {
                continue;
            }
            let before = words(&cell.printed);
            let (before, seen) =
                if cell.is_clause { (without_number(&before), seen.without_number()) } else { (&*before, seen) };
            match self.changes(None, parts, before, &seen, &record.content) {
                Ok(changes) => self.apply(changes, &place),
                Err(trouble) => self.warn(&place, &self.label(None, parts), trouble),
            }
        }
    }

    pub fn warn(&mut self, place: &str, label: &str, trouble: Trouble) {
        let message = format!("{place}“{label}”{}", trouble.says);
        self.warnings.push(Issue::at(place, trouble.code, message));
    }

    /// Changes of the document's own fields. The same field may stand in several cells.
    pub fn apply(&mut self, changes: Changes, place: &str) {
        for (id, value) in changes {
            match self.changed.get(&id) {
                Some((earlier, other)) if *earlier != value => {
                    let label = self.fields.get(None, &id).map_or(id.as_str(), |field| &field.label);
                    let message = format!("“{label}”在 {other} 和 {place} 填得不一样，取前一个；请核对");
                    self.warnings.push(Issue::at(place, "contradiction", message));
                    continue;
                }
                Some(_) => continue,
                None => {}
            }
            set(&mut self.content, &id, value.clone());
            self.changed.insert(id, (value, place.to_owned()));
        }
    }

    pub fn label(&self, table: Option<&str>, parts: &[PartRecord]) -> String {
        let id = parts.iter().find_map(|part| match part {
            PartRecord::Field(id) | PartRecord::NameOf(id) => Some(id.as_str()),
            _ => None,
        });
        id.and_then(|id| Some(self.fields.get(table, id)?.label.clone())).unwrap_or_default()
    }

    /// What a changed cell gives to its fields. `before` is what was printed there, empty where nothing was.
    pub fn changes(
        &self,
        row: Option<(&str, usize)>,
        parts: &'r [PartRecord],
        before: &str,
        seen: &Seen,
        stored: &Map<String, Json>,
    ) -> Result<Changes, Trouble> {
        if seen.is_error {
            return Err(Trouble::new("cell_error", format!("里是 {}，保留原来的内容；请改正后重新导入", seen.text)));
        }
        let table = row.map(|(table, _)| table);
        let lookup = |id: &str| {
            let field = self.fields.get(table, id)?;
            let row = row.filter(|(table, _)| self.fields.is_column(table, id));
            Some((field, self.fields.kind(row, field)))
        };
        if let [PartRecord::Field(id) | PartRecord::NameOf(id)] = parts {
            let only_name = matches!(parts, [PartRecord::NameOf(_)]);
            let Some((field, kind)) = lookup(id) else { return Ok(Vec::new()) };
            if only_name || !matches!(kind, Kind::Choice { .. }) {
                return Ok(vec![(id.clone(), single(field, kind, seen)?)]);
            }
        }
        let likely = |id: &str| {
            let (field, kind) = lookup(id)?;
            let value = stored.get(id).or_else(|| self.record.content.get(&field.id))?;
            Some(display(kind, value).trim().to_owned())
        };
        composed(&matching::tokens(parts, &lookup), before, seen, &likely, &lookup)
    }
}

/// What a composed text gives to its fields.
fn composed<'r>(
    tokens: &[Token<'r>],
    before: &str,
    seen: &Seen,
    likely: &impl Fn(&str) -> Option<String>,
    lookup: &impl Fn(&str) -> Option<(&'r Field, &'r Kind)>,
) -> Result<Changes, Trouble> {
    let places: Vec<Token<'r>> = tokens.iter().copied().filter(|token| !matches!(token, Token::Literal(_))).collect();
    if let Some(change) = option_by_name(&places, &seen.text, lookup) {
        return Ok(vec![change]);
    }
    let likely: Vec<Option<String>> = places
        .iter()
        .map(|token| match token {
            Token::Value(field) => likely(&field.id),
            _ => None,
        })
        .collect();
    let old = if before.trim().is_empty() { None } else { matching::take_apart(tokens, before, &likely) };
    let hints: Vec<Option<String>> = match &old {
        Some(old) => old
            .iter()
            .map(|found| match found {
                Found::Text(text) => Some(text.clone()),
                Found::Ticked(_) | Found::Absent => None,
            })
            .collect(),
        None => vec![None; places.len()],
    };
    let Some(new) = matching::take_apart(tokens, &seen.text, &hints) else {
        if seen.printed.is_blank() || values::is_blank(&seen.text) {
            let ids: BTreeMap<&str, ()> = places
                .iter()
                .filter_map(|token| match token {
                    Token::Value(field) | Token::Box { field, .. } => Some((field.id.as_str(), ())),
                    _ => None,
                })
                .collect();
            return Ok(ids.into_keys().map(|id| (id.to_owned(), None)).collect());
        }
        let shown: String = if before.is_empty() { shape(tokens) } else { before.to_owned() };
        let shown: String = shown.chars().take(80).collect();
        let says = format!("里固定的文字被改动，认不出各项内容，保留原来的内容；请照“{shown}”的样子填写");
        return Err(Trouble::new("text_changed", says));
    };

    let mut changes = Changes::new();
    for (index, token) in places.iter().enumerate() {
        let was = old.as_ref().map(|old| &old[index]);
        match (token, &new[index]) {
            (Token::Value(field), Found::Text(text)) if was != Some(&new[index]) => {
                let Some((_, kind)) = lookup(&field.id) else { continue };
                // What is left of the rule that people wrote over.
                let was_blank = was.is_none_or(|was| matches!(was, Found::Text(text) if values::is_blank(text)));
                let text = if was_blank { text.replace("__", "").trim_matches('_').to_owned() } else { text.clone() };
                changes.push((field.id.clone(), single(field, kind, &Seen::text(text))?));
            }
            (Token::Box { field, option: 0, .. }, _) => {
                let Some((_, Kind::Choice { options, many })) = lookup(&field.id) else { continue };
                let ticks = |found: &[Found]| -> Vec<usize> {
                    let boxes = places.iter().zip(found).filter_map(|(token, found)| match (token, found) {
                        (Token::Box { field: of, option, .. }, Found::Ticked(true)) if of.id == field.id => {
                            Some(*option)
                        }
                        _ => None,
                    });
                    boxes.collect()
                };
                let ticked = ticks(&new);
                if old.as_ref().is_some_and(|old| ticks(old) == ticked) {
                    continue;
                }
                let names: Vec<Json> = ticked.iter().map(|&option| options[option].name.clone().into()).collect();
                let value = match (&names[..], many) {
                    ([], _) => None,
                    (_, true) => Some(Json::Array(names)),
                    ([name], false) => Some(name.clone()),
                    _ => {
                        let says = "只能勾选一项，保留原来的内容；请只留一个 ☑";
                        return Err(Trouble::new("several_ticked", says));
                    }
                };
                changes.push((field.id.clone(), value));
            }
            _ => {}
        }
    }
    Ok(changes)
}

/// Somebody wrote the name of an option instead of ticking it.
fn option_by_name<'r>(
    places: &[Token<'r>],
    text: &str,
    lookup: &impl Fn(&str) -> Option<(&'r Field, &'r Kind)>,
) -> Option<(String, Option<Json>)> {
    let [Token::Box { field, .. }, ..] = places else { return None };
    let Some((_, Kind::Choice { options, many })) = lookup(&field.id) else { return None };
    let is_only_field = places.iter().all(|token| matches!(token, Token::Box { field: of, .. } if of.id == field.id));
    let option = options.iter().find(|option| option.name == text.trim()).filter(|_| is_only_field)?;
    let name = Json::from(option.name.clone());
    Some((field.id.clone(), Some(if *many { Json::Array(vec![name]) } else { name })))
}

/// A composed text as it is printed empty.
fn shape(tokens: &[Token]) -> String {
    let piece = |token: &Token| match token {
        Token::Literal(text) => (*text).to_owned(),
        Token::Value(_) | Token::RowNumber => "____".to_owned(),
        Token::Box { .. } => values::OPEN.to_string(),
    };
    tokens.iter().map(piece).collect()
}

/// A cell as people name it: `产品发布申请表!C5`.
pub(super) fn address(sheet: &Sheet, at: Address) -> String {
    format!("{}!{at}", sheet.name)
}

pub(super) fn set(content: &mut Map<String, Json>, id: &str, value: Option<Json>) {
    match value {
        Some(value) => {
            content.insert(id.to_owned(), value);
        }
        None => {
            content.shift_remove(id);
        }
    }
}
