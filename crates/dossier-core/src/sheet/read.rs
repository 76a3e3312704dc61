//! From a workbook of our own, edited by people, back to content.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json};

use super::ReadBack;
use super::matching::{self, Found, Token};
use super::names::{self, Anchor, PartRecord, Record, TableRecord};
use super::style::Formats;
use super::values::{self, Fields, Printed, Written};
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
struct Seen {
    printed: Printed,
    /// As a person sees it, or the canonical form of a date.
    text: String,
    /// `#N/A` and the like, or a formula without a result.
    is_error: bool,
}

impl Seen {
    fn new(sheet: &Sheet, at: Address) -> Self {
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
fn words(printed: &Printed) -> Cow<'_, str> {
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

struct Reader<'r> {
    record: &'r Record<'static>,
    fields: Fields<'r>,
    formats: Formats,
    content: Map<String, Json>,
    /// Fields of the document that were changed, with the cell.
    changed: HashMap<String, (Option<Json>, String)>,
    warnings: Vec<Issue>,
    names: HashMap<&'r str, (&'r Sheet, Range)>,
}

/// Values that a cell gives to fields; `None` empties one.
type Changes = Vec<(String, Option<Json>)>;

/// What cannot be taken over, and why.
struct Trouble {
    code: &'static str,
    says: String,
}

impl Trouble {
    fn new(code: &'static str, says: impl Into<String>) -> Self {
        Self { code, says: says.into() }
    }
}

/// Fixed rows, where they were found, and the free ones.
type TakenRows = (Vec<Option<Map<String, Json>>>, Vec<Map<String, Json>>);

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

    fn warn(&mut self, place: &str, label: &str, trouble: Trouble) {
        let message = format!("{place}“{label}”{}", trouble.says);
        self.warnings.push(Issue::at(place, trouble.code, message));
    }

    /// Changes of the document's own fields. The same field may stand in several cells.
    fn apply(&mut self, changes: Changes, place: &str) {
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

    fn label(&self, table: Option<&str>, parts: &[PartRecord]) -> String {
        let id = parts.iter().find_map(|part| match part {
            PartRecord::Field(id) | PartRecord::NameOf(id) => Some(id.as_str()),
            _ => None,
        });
        id.and_then(|id| Some(self.fields.get(table, id)?.label.clone())).unwrap_or_default()
    }

    /// What a changed cell gives to its fields. `before` is what was printed there, empty where nothing was.
    fn changes(
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

    fn table(&mut self, table: &'r TableRecord) {
        let Some((field, definition)) = self.fields.table(&table.table) else { return };
        let Some(body) = self.body(table) else {
            let message = format!("“{}”的表格已被删除，保留原来的各行；需要清空请在程序里修改", field.label);
            self.warnings.push(Issue::at(table.rows_name.clone(), "table_deleted", message));
            return;
        };
        let stored: Vec<Map<String, Json>> = match self.record.content.get(&table.table) {
            Some(Json::Array(rows)) => rows.iter().map(|row| row.as_object().cloned().unwrap_or_default()).collect(),
            _ => Vec::new(),
        };
        let found = self.found(table, &body);
        let expected: Vec<Vec<Printed>> =
            (0..table.count).map(|row| self.expected(table, row, stored.get(row))).collect();
        let partners = partners(&found, &expected, &body.compared);

        let warnings = self.warnings.len();
        let mut taken = self.take_rows(table, &body, &found, &partners, &stored, &expected, false);
        // Rows of the release stand in no content of the document: when one of them is changed, all become its own.
        let is_foreign = |row: usize| row >= stored.len() && row >= definition.fixed.len() && !is_empty(&expected[row]);
        if (stored.len()..expected.len()).any(is_foreign) {
            let kept = partners.iter().flatten().filter(|row| is_foreign(**row)).count();
            let is_changed =
                !taken.1.is_empty() || kept != (stored.len()..expected.len()).filter(|row| is_foreign(*row)).count();
            if is_changed {
                self.warnings.truncate(warnings);
                taken = self.take_rows(table, &body, &found, &partners, &stored, &expected, true);
            }
        }
        let (fixed, mut free) = taken;
        // Blank paper may have had fewer rows than there are.
        free.extend(stored.iter().skip(table.count).cloned());
        for (index, row) in fixed.iter().enumerate() {
            if row.is_none() && index < table.count {
                let message = format!("“{}”第 {} 行固定的行已被删除，保留原来的内容", field.label, index + 1);
                self.warnings.push(Issue::at(table.rows_name.clone(), "fixed_row_deleted", message));
            }
        }
        if !free.is_empty() && !definition.free && free.len() + fixed.len() > stored.len().max(fixed.len()) {
            let message = format!("“{}”不能增加行，多出的 {} 行没有导入", field.label, free.len());
            self.warnings.push(Issue::at(table.rows_name.clone(), "no_further_rows", message));
            free.clear();
        }
        let kept = |(index, row): (usize, Option<Map<String, Json>>)| {
            row.unwrap_or_else(|| stored.get(index).cloned().unwrap_or_default())
        };
        let mut rows: Vec<Map<String, Json>> = fixed.into_iter().enumerate().map(kept).chain(free).collect();
        // Rows at the end that nothing was written into are not stored, unless they were before.
        while rows.len() > stored.len() && rows.last().is_some_and(Map::is_empty) {
            rows.pop();
        }
        if rows != stored {
            let rows: Vec<Json> = rows.into_iter().map(Json::Object).collect();
            set(&mut self.content, &table.table, (!rows.is_empty()).then_some(Json::Array(rows)));
        }
    }

    /// What the found rows give: fixed rows by position, then the others.
    ///
    /// `whole`: rows without a stored one are read whole, not only where they were changed.
    #[expect(clippy::too_many_arguments, reason = "the rows of one table, before and after")]
    fn take_rows(
        &mut self,
        table: &'r TableRecord,
        body: &Body<'r>,
        found: &[FoundRow],
        partners: &[Option<usize>],
        stored: &[Map<String, Json>],
        expected: &[Vec<Printed>],
        whole: bool,
    ) -> TakenRows {
        let fixed_rows = self.fields.table(&table.table).map_or(0, |(_, definition)| definition.fixed.len());
        let mut fixed: Vec<Option<Map<String, Json>>> = vec![None; fixed_rows];
        let mut free: Vec<Map<String, Json>> = Vec::new();
        let blank = vec![Printed::default(); table.columns.len()];
        for (found, partner) in found.iter().zip(partners.iter().copied()) {
            let base = partner.and_then(|row| stored.get(row));
            let is_fixed = partner.is_some_and(|row| row < fixed.len());
            let is_whole = whole && base.is_none() && !is_fixed;
            let before = partner.and_then(|row| expected.get(row)).filter(|_| !is_whole).unwrap_or(&blank);
            let position = partner.unwrap_or(expected.len() + free.len());
            let mut row = base.cloned().unwrap_or_default();
            for (column, seen) in found.cells.iter().enumerate() {
                let Some((seen, at)) = seen else { continue };
                if body.compared[column] && !seen.printed.same(&before[column]) {
                    let place = address(body.sheet, *at);
                    self.row_cell(table, column, position, &before[column], seen, &place, &mut row);
                }
            }
            match partner {
                Some(index) if is_fixed => fixed[index] = Some(row),
                // A row whose cells were all emptied is no row, whatever the paper does not show of it.
                _ if found.is_blank(&body.compared) && !is_empty(before) => {}
                _ if row.is_empty() && base.is_none() => {}
                _ => free.push(row),
            }
        }
        (fixed, free)
    }

    /// Where the rows of a table are now. `None`: there is nothing left of it.
    fn body(&mut self, table: &TableRecord) -> Option<Body<'r>> {
        let rows = self.names.get(table.rows_name.as_str()).copied();
        let columns: Vec<Option<(&Sheet, Range)>> =
            table.columns.iter().map(|column| self.names.get(column.name.as_str()).copied()).collect();
        let sheet = rows.or_else(|| columns.iter().flatten().next().copied())?.0;
        // Rows may have been inserted between the head and what was the first row.
        let below_head = table.columns.iter().zip(&columns).filter_map(|(column, place)| {
            Some((place.as_ref()?.1.first.row + table.tiers).saturating_sub(column.tier))
        });
        let first = below_head.min().or(rows.map(|(_, range)| range.first.row))?;
        let end = match &table.end_name {
            Some(name) => self.names.get(name.as_str()).map(|(_, range)| range.first.row),
            None => sheet.last_row().map(|row| row + 1),
        };
        let end = end.filter(|end| *end >= first).or(rows.map(|(_, range)| range.last.row + 1))?;
        for (column, place) in table.columns.iter().zip(&columns) {
            if place.is_none() {
                let parts = self.record.texts.get(column.text).map_or(&[][..], Vec::as_slice);
                let label = self.label(Some(&table.table), parts);
                let message = format!("“{label}”一列已被删除，保留原来的内容；需要清空请在程序里修改");
                self.warnings.push(Issue::at(column.name.clone(), "column_deleted", message));
            }
        }
        let compared = table.columns.iter().map(|column| {
            let parts = self.record.texts.get(column.text).map_or(&[][..], Vec::as_slice);
            parts.iter().any(|part| matches!(part, PartRecord::Field(_) | PartRecord::NameOf(_)))
        });
        let compared = compared.collect();
        let columns = columns.into_iter().map(|place| place.map(|(_, range)| range.first.column)).collect();
        Some(Body { sheet, first, end, columns, compared })
    }

    /// The rows that stand in the sheet now, from top to bottom.
    fn found(&mut self, table: &TableRecord, body: &Body<'r>) -> Vec<FoundRow> {
        let mut anchored: Vec<(u32, u32, usize, &Anchor)> = Vec::new();
        for (row, record) in &table.rows {
            let Some(anchor) = &record.anchor else { continue };
            if let Some((_, range)) = self.names.get(anchor.name.as_str()) {
                anchored.push((range.first.row, range.last.row, *row, anchor));
            }
        }
        anchored.sort_by_key(|anchored| anchored.0);
        let cells = |starts: &dyn Fn(u32) -> u32| -> Vec<Option<(Seen, Address)>> {
            let cell = |(record, column): (&names::ColumnRecord, &Option<u32>)| {
                let at = Address::new(starts(record.tier), (*column)?);
                Some((Seen::new(body.sheet, at), at))
            };
            table.columns.iter().zip(&body.columns).map(cell).collect()
        };
        let mut found = Vec::new();
        let mut anchored = anchored.into_iter().peekable();
        let mut row = body.first;
        // Far below the last row there may be a stray word, but no rows.
        let end = body.end.min(body.sheet.last_row().map_or(0, |last| last + 1));
        while row < end || anchored.peek().is_some() {
            if let Some((first, last, index, anchor)) = anchored.next_if(|anchored| anchored.0 <= row || row >= end) {
                let start = |tier: u32| first + anchor.starts.get(tier as usize).copied().unwrap_or(tier);
                found.push(FoundRow { anchor: Some(index), cells: cells(&start) });
                row = row.max(last + 1);
                continue;
            }
            let free = anchored.peek().map_or(end, |next| next.0.min(end)) - row;
            if free < table.tiers {
                let is_filled = (row..row + free).any(|row| !body.sheet.row(row).is_empty());
                if is_filled {
                    let place = address(body.sheet, Address::new(row, 0));
                    let message = format!("{place} 一行不完整：这个表每项占 {} 行，没有导入", table.tiers);
                    self.warnings.push(Issue::at(place, "incomplete_row", message));
                }
                row += free;
                continue;
            }
            found.push(FoundRow { anchor: None, cells: cells(&|tier| row + tier) });
            row += table.tiers;
        }
        found
    }

    /// What was printed for a row.
    fn expected(&mut self, table: &TableRecord, row: usize, stored: Option<&Map<String, Json>>) -> Vec<Printed> {
        let record = table.rows.get(&row);
        let printed = |reader: &mut Self, index: usize| -> Option<Printed> {
            if let Some(printed) = record.and_then(|record| record.printed.get(&index)) {
                return Some(printed.clone());
            }
            let text = record.and_then(|record| record.texts.get(&index)).unwrap_or(&table.columns[index].text);
            let [PartRecord::Field(id) | PartRecord::NameOf(id)] = &reader.record.texts.get(*text)?[..] else {
                return None;
            };
            let field = reader.fields.get(Some(&table.table), id)?;
            let kind = reader.fields.kind(Some((&table.table, row)), field);
            let value = if reader.fields.is_column(&table.table, id) {
                stored?.get(id)?
            } else {
                reader.record.content.get(id)?
            };
            if let Kind::Choice { .. } = kind {
                return value.as_str().map(|name| Printed::Text(name.to_owned()));
            }
            let (written, _): (Written, _) = values::written(field, kind, value, &mut reader.formats)?;
            Some(written.printed())
        };
        (0..table.columns.len()).map(|index| printed(self, index).unwrap_or_default()).collect()
    }

    /// Takes a changed cell of a table over.
    #[expect(clippy::too_many_arguments, reason = "one cell, its place and its past")]
    fn row_cell(
        &mut self,
        table: &'r TableRecord,
        column: usize,
        position: usize,
        before: &Printed,
        seen: &Seen,
        place: &str,
        row: &mut Map<String, Json>,
    ) {
        let own = table.rows.get(&position).and_then(|record| record.texts.get(&column));
        let text = own.unwrap_or(&table.columns[column].text);
        let record = self.record;
        let Some(parts) = record.texts.get(*text) else { return };
        let label = self.label(Some(&table.table), parts);
        let stored = row.clone();
        match self.changes(Some((&table.table, position)), parts, &words(before), seen, &stored) {
            Ok(changes) => {
                for (id, value) in changes {
                    if !self.fields.is_column(&table.table, &id) {
                        self.apply(vec![(id, value)], place);
                    } else if self.is_fixed(&table.table, position, &id) {
                        let says = "是表单固定的内容，不能改，保留原来的内容";
                        self.warn(place, &label, Trouble::new("fixed_cell", says));
                    } else {
                        set(row, &id, value);
                    }
                }
            }
            Err(trouble) => self.warn(place, &label, trouble),
        }
    }

    fn is_fixed(&self, table: &str, row: usize, id: &str) -> bool {
        let fixed = self.fields.table(table).and_then(|(_, definition)| definition.fixed.get(row));
        fixed.is_some_and(|fixed| fixed.values.contains_key(id))
    }
}

/// Whether nothing was printed in a row but blanks to write on.
fn is_empty(expected: &[Printed]) -> bool {
    expected.iter().all(|printed| match printed {
        Printed::Text(text) => text.trim().is_empty() || values::is_blank(text),
        Printed::Number(_) => false,
    })
}

/// Where the rows of a table are.
struct Body<'r> {
    sheet: &'r Sheet,
    first: u32,
    /// The first row that is none of them.
    end: u32,
    /// Sheet column of each column; `None` where it was deleted.
    columns: Vec<Option<u32>>,
    /// Columns that hold values; the others number the rows or repeat a text.
    compared: Vec<bool>,
}

/// A row of a table as it stands in the sheet.
struct FoundRow {
    /// The row it was exported as, where that is known for certain.
    anchor: Option<usize>,
    cells: Vec<Option<(Seen, Address)>>,
}

impl FoundRow {
    fn is_blank(&self, compared: &[bool]) -> bool {
        self.cells.iter().zip(compared).all(|(cell, compared)| {
            !compared || cell.as_ref().is_none_or(|(seen, _)| seen.printed.is_blank() || values::is_blank(&seen.text))
        })
    }

    /// How many cells are as they were printed for a row.
    fn likeness(&self, expected: &[Printed], compared: &[bool]) -> usize {
        let is_same = |index: usize| {
            compared[index]
                && self.cells[index]
                    .as_ref()
                    .is_some_and(|(seen, _)| !seen.printed.is_blank() && seen.printed.same(&expected[index]))
        };
        (0..expected.len()).filter(|index| is_same(*index)).count()
    }

    fn is_same(&self, expected: &[Printed], compared: &[bool]) -> bool {
        (0..expected.len()).all(|index| {
            !compared[index] || self.cells[index].as_ref().is_none_or(|(seen, _)| seen.printed.same(&expected[index]))
        })
    }
}

/// Which exported row each found row is: the same one, the one at its place, or none.
///
/// People sort and insert rows, so that a row is known by what stands in it.
fn partners(found: &[FoundRow], expected: &[Vec<Printed>], compared: &[bool]) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = found.iter().map(|row| row.anchor).collect();
    let mut is_taken = vec![false; expected.len()];
    for partner in partners.iter().flatten() {
        if let Some(taken) = is_taken.get_mut(*partner) {
            *taken = true;
        }
    }
    // Most rows are where they were.
    let mut next = 0;
    for (row, partner) in found.iter().zip(&mut partners) {
        if partner.is_none() && next < expected.len() && !is_taken[next] && row.is_same(&expected[next], compared) {
            *partner = Some(next);
            is_taken[next] = true;
        }
        next = partner.map_or(next, |partner| partner + 1);
    }
    // Others went elsewhere unchanged.
    let key = |cells: &mut dyn Iterator<Item = &Printed>| -> String {
        let mut key = String::new();
        for (printed, _) in cells.zip(compared).filter(|(_, compared)| **compared) {
            match printed {
                Printed::Number(number) => key.push_str(&format!("{number:.9e}")),
                Printed::Text(text) => key.push_str(text),
            }
            key.push('\u{1f}');
        }
        key
    };
    let mut waiting: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, row) in expected.iter().enumerate().rev() {
        if !is_taken[index] {
            waiting.entry(key(&mut row.iter())).or_default().push(index);
        }
    }
    let none = Printed::default();
    for (row, partner) in found.iter().zip(&mut partners) {
        if partner.is_none() {
            let mut cells = row.cells.iter().map(|cell| cell.as_ref().map_or(&none, |(seen, _)| &seen.printed));
            *partner = waiting.get_mut(&key(&mut cells)).and_then(Vec::pop);
            if let Some(partner) = partner {
                is_taken[*partner] = true;
            }
        }
    }
    // The rest were changed: each belongs to the row that it still resembles most among those of its gap.
    let mut start = 0;
    while start < found.len() {
        if partners[start].is_some() {
            start += 1;
            continue;
        }
        let end = (start..found.len()).find(|&index| partners[index].is_some()).unwrap_or(found.len());
        let low = start.checked_sub(1).and_then(|before| partners[before]).map_or(0, |before| before + 1);
        let high = partners.get(end).copied().flatten().unwrap_or(expected.len());
        let mut left: Vec<usize> = (low..high.max(low)).filter(|&index| !is_taken[index]).collect();
        let is_paired_by_place = left.len() == end - start;
        for index in start..end {
            if is_paired_by_place {
                partners[index] = Some(left[index - start]);
                continue;
            }
            // Long gaps are searched only near the row's own place.
            let best = left
                .iter()
                .take(200)
                .enumerate()
                .map(|(at, &row)| (found[index].likeness(&expected[row], compared), std::cmp::Reverse(at)));
            if let Some((likeness, std::cmp::Reverse(at))) = best.max()
                && likeness > 0
            {
                partners[index] = Some(left[at]);
                // Later rows resemble later ones.
                left.drain(..=at);
            }
        }
        start = end;
    }
    partners
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
                Found::Ticked(_) => None,
            })
            .collect(),
        None => vec![None; places.len()],
    };
    let Some(new) = matching::take_apart(tokens, &seen.text, &hints) else {
        if seen.printed.is_blank() {
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
            (Token::Box { field, option: 0 }, _) => {
                let Some((_, Kind::Choice { options, many })) = lookup(&field.id) else { continue };
                let ticks = |found: &[Found]| -> Vec<usize> {
                    let boxes = places.iter().zip(found).filter_map(|(token, found)| match (token, found) {
                        (Token::Box { field: of, option }, Found::Ticked(true)) if of.id == field.id => Some(*option),
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
fn address(sheet: &Sheet, at: Address) -> String {
    format!("{}!{at}", sheet.name)
}

fn set(content: &mut Map<String, Json>, id: &str, value: Option<Json>) {
    match value {
        Some(value) => {
            content.insert(id.to_owned(), value);
        }
        None => {
            content.shift_remove(id);
        }
    }
}
