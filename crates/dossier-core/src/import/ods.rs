//! OpenDocument spreadsheets.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::cells::{
    Address, DefinedName, Moment, Number, Range, Sheet, SheetBuilder, Shows, Value, Workbook, WorkbookKind,
};
use super::format::{NumberFormat, moment};
use super::limits::{self, Budget, too_large};
use super::package::{Package, Part, password};
use super::xml::{Node, Tag, append, damaged};
use crate::Result;

pub(super) fn read(package: &mut Package<'_>, budget: &Budget) -> Result<Workbook> {
    if package.has("encrypted-package") || is_encrypted(package)? {
        return Err(password());
    }
    let xml = package.xml("content.xml")?.ok_or_else(|| damaged("缺少 content.xml"))?;
    let mut content = Content { xml, budget, hidden_styles: HashSet::new(), formats: HashMap::new() };
    content.read()
}

fn is_encrypted(package: &mut Package<'_>) -> Result<bool> {
    let Some(mut xml) = package.xml("META-INF/manifest.xml")? else { return Ok(false) };
    loop {
        match xml.next()? {
            Node::Open(tag) if tag.name().local() == "encryption-data" => return Ok(true),
            Node::End => return Ok(false),
            _ => {}
        }
    }
}

struct Content<'p> {
    xml: Part<'p>,
    budget: &'p Budget,
    /// Table styles under which a sheet is not shown.
    hidden_styles: HashSet<String>,
    formats: HashMap<String, Arc<NumberFormat>>,
}

impl Content<'_> {
    fn read(&mut self) -> Result<Workbook> {
        let mut sheets = Vec::new();
        let mut names = Vec::new();
        let mut style = String::new();
        let mut is_spreadsheet = false;
        loop {
            match self.xml.next()? {
                Node::Open(tag) => match tag.name().full() {
                    "office:spreadsheet" => is_spreadsheet = true,
                    "style:style" => style = tag.attribute("style:name").unwrap_or_default().into_owned(),
                    "style:table-properties" => {
                        let is_hidden = tag.attribute("table:display").as_deref() == Some("false");
                        if is_hidden && self.hidden_styles.len() < limits::DEFINITIONS {
                            self.hidden_styles.insert(style.clone());
                        }
                    }
                    "table:tracked-changes" | "table:content-validations" => self.xml.skip()?,
                    "table:table" => {
                        let name = tag.attribute("table:name").unwrap_or_default().into_owned();
                        let style = tag.attribute("table:style-name").unwrap_or_default();
                        let is_visible = !self.hidden_styles.contains(&*style);
                        if sheets.len() >= limits::SHEETS {
                            return Err(too_large(format!("太大：工作表超过 {} 张", limits::SHEETS)));
                        }
                        sheets.push(self.read_table(name, is_visible)?);
                    }
                    "table:named-range" => {
                        let name = tag.attribute("table:name").unwrap_or_default().into_owned();
                        let target = tag.attribute("table:cell-range-address").unwrap_or_default();
                        if names.len() < limits::DEFINITIONS {
                            names.extend(defined_name(name, &target));
                        }
                    }
                    _ => {}
                },
                Node::End if !is_spreadsheet => return Err(damaged("content.xml 里没有工作表")),
                Node::End => {
                    return Ok(Workbook { kind: WorkbookKind::Ods, sheets, names, recalculates_on_open: false });
                }
                _ => {}
            }
        }
    }

    fn read_table(&mut self, name: String, is_visible: bool) -> Result<Sheet> {
        let mut sheet = SheetBuilder::new(name, is_visible, self.budget);
        let mut row = 0u32;
        let mut column = 0u32;
        // Row groups and head rows nest inside the table; only its own end ends it.
        let mut depth = 0;
        loop {
            match self.xml.next()? {
                Node::Open(tag) => match tag.name().full() {
                    "table:table-column" => {
                        let count = repeated(&tag, "table:number-columns-repeated");
                        if is_hidden(&tag) {
                            sheet.hide_columns(column, column.saturating_add(count - 1));
                        }
                        column = column.saturating_add(count);
                        depth += 1;
                    }
                    "table:table-row" => {
                        let count = repeated(&tag, "table:number-rows-repeated");
                        if is_hidden(&tag) {
                            sheet.hide_rows(row, row.saturating_add(count - 1));
                        }
                        self.read_row(&mut sheet, row, count)?;
                        row = row.saturating_add(count);
                    }
                    "table:shapes" | "office:forms" | "table:table" => self.xml.skip()?,
                    _ => depth += 1,
                },
                Node::Close(_) if depth == 0 => return Ok(sheet.finish()),
                Node::Close(_) => depth -= 1,
                Node::Text(_) => {}
                Node::End => return Ok(sheet.finish()),
            }
        }
    }

    /// Reads one row element, which stands for `count` equal rows.
    fn read_row(&mut self, sheet: &mut SheetBuilder<'_>, row: u32, count: u32) -> Result<()> {
        let mut cells: Vec<(u32, Value, bool)> = Vec::new();
        let mut column = 0u32;
        loop {
            match self.xml.next()? {
                Node::Open(tag) => match tag.name().full() {
                    "table:table-cell" | "table:covered-table-cell" => {
                        let is_covered = tag.name().full() == "table:covered-table-cell";
                        let start = CellStart::of(&tag);
                        let value = self.read_cell(&start)?;
                        let times = start.times;
                        if start.columns > 1 || start.rows > 1 {
                            let last = Address::new(
                                row.saturating_add(start.rows - 1),
                                column.saturating_add(start.columns - 1),
                            );
                            sheet.merge(Range { first: Address::new(row, column), last });
                        }
                        // What lies under a merged cell is not seen by anyone.
                        if let Some((value, is_formula)) = value.filter(|_| !is_covered) {
                            let inside = times.min(limits::COLUMNS.saturating_sub(column));
                            if inside < times {
                                sheet.beyond(Address::new(row, column.max(limits::COLUMNS)));
                            }
                            for offset in 0..inside {
                                cells.push((column + offset, value.clone(), is_formula));
                            }
                        }
                        column = column.saturating_add(times);
                    }
                    _ => self.xml.skip()?,
                },
                Node::Close(_) | Node::End => break,
                Node::Text(_) => {}
            }
        }
        if cells.is_empty() {
            return Ok(());
        }
        for repeat in 0..count {
            for (column, value, is_formula) in &cells {
                if !sheet.push(Address::new(row.saturating_add(repeat), *column), value.clone(), *is_formula)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Reads up to the end of the cell; `None` when it holds nothing.
    fn read_cell(&mut self, start: &CellStart) -> Result<Option<(Value, bool)>> {
        let shown = self.read_shown()?;
        let is_formula = start.is_formula;
        let text = |text: &str| -> Result<Option<Value>> {
            self.budget.text(text.len() + 16)?;
            Ok((!text.is_empty()).then(|| Value::Text(text.into())))
        };
        let stored = start.value.as_str();
        let value = match start.kind.as_str() {
            _ if start.is_error || (is_formula && is_error_text(&shown)) => Some(Value::Error(shown.as_str().into())),
            "float" | "currency" | "percentage" => match stored.parse::<f64>() {
                Ok(value) if value.is_finite() => {
                    let format = self.format_behind(value, &shown, &start.kind);
                    Some(Value::Number(Number { value, format }))
                }
                _ => text(&shown)?,
            },
            "date" => match iso_moment(stored) {
                Some(mut moment) => {
                    // A date-and-time of which only the date is shown.
                    if moment.shows == Shows::Both && !shown.is_empty() && !shown.contains([':', '时']) {
                        moment.shows = Shows::Date;
                    }
                    Some(Value::Moment(moment))
                }
                None => text(&shown)?,
            },
            "time" => match iso_duration(stored) {
                Some(days) if days < 1.0 => {
                    moment(days, false).map(|at| Value::Moment(Moment { at, shows: Shows::Time }))
                }
                Some(days) => Some(Value::Number(Number { value: days, format: self.format("[h]:mm") })),
                None => text(&shown)?,
            },
            "boolean" => Some(Value::Bool(stored == "true")),
            "string" if shown.is_empty() => text(stored)?,
            _ => text(&shown)?,
        };
        Ok(match value {
            Some(value) => Some((value, is_formula)),
            None if is_formula && start.kind.is_empty() => Some((Value::NoResult, true)),
            None => None,
        })
    }

    fn format(&mut self, code: &str) -> Arc<NumberFormat> {
        if let Some(known) = self.formats.get(code) {
            return Arc::clone(known);
        }
        let format = Arc::new(NumberFormat::new(code));
        if self.formats.len() < limits::DEFINITIONS {
            self.formats.insert(code.to_owned(), Arc::clone(&format));
        }
        format
    }

    /// The styles of OpenDocument say how a number looks in twenty elements; the text that it shows says it in one.
    fn format_behind(&mut self, value: f64, shown: &str, kind: &str) -> Arc<NumberFormat> {
        let general = NumberFormat::general();
        if kind != "percentage" && (shown.is_empty() || shown == general.show(value)) {
            return self.format(&general.code);
        }
        match NumberFormat::behind(value, shown) {
            Some(format) => self.format(&format.code),
            None if kind == "percentage" => self.format("0%"),
            None => self.format(&general.code),
        }
    }

    /// The paragraphs of a cell, joined by line breaks; notes, drawings and reading aids are no content.
    fn read_shown(&mut self) -> Result<String> {
        let mut shown = String::new();
        let mut depth = 0;
        let mut paragraphs = 0;
        let mut inside = 0usize;
        loop {
            match self.xml.next()? {
                Node::Open(tag) => match tag.name().full() {
                    "office:annotation" | "text:ruby-text" | "table:table" | "text:note" => self.xml.skip()?,
                    name if name.starts_with("draw:") => self.xml.skip()?,
                    name => {
                        match name {
                            "text:p" | "text:h" if inside == 0 => {
                                if paragraphs > 0 {
                                    append(&mut shown, "\n")?;
                                }
                                paragraphs += 1;
                            }
                            "text:s" if inside > 0 => {
                                let count = tag.attribute("text:c").and_then(|count| count.parse().ok()).unwrap_or(1);
                                append(&mut shown, &" ".repeat(count.min(1000)))?;
                            }
                            "text:tab" if inside > 0 => append(&mut shown, "\t")?,
                            "text:line-break" if inside > 0 => append(&mut shown, "\n")?,
                            _ => {}
                        }
                        if inside > 0 || matches!(name, "text:p" | "text:h") {
                            inside += 1;
                        }
                        depth += 1;
                    }
                },
                Node::Close(_) if depth == 0 => return Ok(shown),
                Node::Close(_) => {
                    depth -= 1;
                    inside = inside.saturating_sub(1);
                }
                Node::Text(piece) if inside > 0 => append_collapsed(&mut shown, &piece)?,
                Node::Text(_) => {}
                Node::End => return Ok(shown),
            }
        }
    }
}

/// Line breaks and runs of blanks between words count as one blank: the real ones are elements.
fn append_collapsed(shown: &mut String, piece: &str) -> Result<()> {
    if !piece.contains(['\n', '\t', '\r']) && !piece.contains("  ") {
        return append(shown, piece);
    }
    let mut collapsed = String::with_capacity(piece.len());
    let mut was_blank = shown.ends_with([' ', '\n']);
    for character in piece.chars() {
        let is_blank = matches!(character, ' ' | '\n' | '\r' | '\t');
        match (is_blank, was_blank) {
            (true, true) => {}
            (true, false) => collapsed.push(' '),
            (false, _) => collapsed.push(character),
        }
        was_blank = is_blank;
    }
    append(shown, &collapsed)
}

struct CellStart {
    kind: String,
    value: String,
    is_formula: bool,
    is_error: bool,
    times: u32,
    columns: u32,
    rows: u32,
}

impl CellStart {
    fn of(tag: &Tag<'_>) -> Self {
        let mut start = Self {
            kind: String::new(),
            value: String::new(),
            is_formula: false,
            is_error: false,
            times: 1,
            columns: 1,
            rows: 1,
        };
        let count = |value: &str| value.parse::<u32>().unwrap_or(1).max(1);
        tag.attributes(|name, value| match name {
            "office:value-type" => start.kind = value.to_owned(),
            "office:value"
            | "office:date-value"
            | "office:time-value"
            | "office:boolean-value"
            | "office:string-value" => {
                start.value = quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), Into::into);
            }
            "calcext:value-type" => start.is_error = value == "error",
            "table:formula" => start.is_formula = true,
            "table:number-columns-repeated" => start.times = count(value),
            "table:number-columns-spanned" => start.columns = count(value),
            "table:number-rows-spanned" => start.rows = count(value),
            _ => {}
        });
        start
    }
}

fn repeated(tag: &Tag<'_>, name: &str) -> u32 {
    tag.attribute(name).and_then(|count| count.parse().ok()).unwrap_or(1).max(1)
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    matches!(tag.attribute("table:visibility").as_deref(), Some("collapse" | "filter"))
}

fn is_error_text(shown: &str) -> bool {
    shown.starts_with("Err:")
        || matches!(
            shown,
            "#N/A" | "#REF!" | "#DIV/0!" | "#VALUE!" | "#NAME?" | "#NUM!" | "#NULL!" | "#SPILL!" | "#CALC!"
        )
}

/// `$Sheet1.$A$1:.$B$2`, `$'11月 发布'.$A$1` → the sheet and its range.
fn defined_name(name: String, target: &str) -> Option<DefinedName> {
    let target = target.strip_prefix('$').unwrap_or(target);
    let (sheet, range) = match target.strip_prefix('\'') {
        Some(rest) => {
            let end = rest.rfind("'.$").or_else(|| rest.find("'."))?;
            // The second corner may repeat the sheet; its first mention ends the name.
            let end = rest.find("'.").unwrap_or(end);
            (rest[..end].replace("''", "'"), &rest[end + 2..])
        }
        None => {
            let (sheet, range) = target.split_once('.')?;
            (sheet.to_owned(), range)
        }
    };
    let range = match range.split_once(':') {
        Some((first, last)) => format!("{first}:{}", last.rsplit_once('.').map_or(last, |(_, last)| last)),
        None => range.to_owned(),
    };
    Some(DefinedName { name, sheet, range: Range::parse(&range)? })
}

/// `2026-04-15`, `2026-04-15T10:00:00`, also with fractions and a zone letter.
pub(super) fn iso_moment(text: &str) -> Option<Moment> {
    let text = text.trim().trim_end_matches('Z');
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(Moment { at: date.and_time(NaiveTime::MIN), shows: Shows::Date });
    }
    let at = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(Moment { at, shows: Shows::Both })
}

/// `PT10H30M00S` in days.
fn iso_duration(text: &str) -> Option<f64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut rest = rest.strip_prefix("PT")?;
    let mut days = 0.0;
    for (unit, per_day) in [('H', 24.0), ('M', 1440.0), ('S', 86_400.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            days += number.parse::<f64>().ok()? / per_day;
            rest = after;
        }
    }
    Some(sign * days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_point_to_sheets_with_any_letters() {
        let found = defined_name("n".to_owned(), "$'11月 发布'.$A$1:.$B$2").expect("a place");
        assert_eq!((found.sheet.as_str(), found.range), ("11月 发布", Range::parse("A1:B2").expect("a range")));
        let found = defined_name("n".to_owned(), "$Sheet1.$C$5").expect("a place");
        assert_eq!((found.sheet.as_str(), found.range), ("Sheet1", Range::parse("C5").expect("a range")));
    }

    #[test]
    fn durations_are_days() {
        assert_eq!(iso_duration("PT12H00M00S"), Some(0.5));
        assert_eq!(iso_duration("PT36H"), Some(1.5));
        assert_eq!(iso_duration("soon"), None);
    }
}
