//! Office Open XML workbooks: .xlsx, .xlsm and their templates.
//!
//! The parts are streamed through the limits and read here rather than by calamine: its cell reader gives neither
//! hidden rows nor formulas without a result in the same pass as number formats, and keeps all texts without a bound.

use std::collections::HashMap;
use std::sync::Arc;

use super::cells::{Address, DefinedName, Range, Sheet, SheetBuilder, Value, Workbook, WorkbookKind};
use super::format::NumberFormat;
use super::limits::{self, Budget, too_large};
use super::package::{Package, Part};
use super::xml::{Node, Tag, append, damaged};
use crate::Result;

pub(super) fn read(package: &mut Package<'_>, budget: &Budget) -> Result<Workbook> {
    let main = main_part(package)?;
    let outline = read_outline(package, &main)?;
    let relations = relations(package, &main)?;
    let target = |kind: &str| relations.values().find(|found| found.kind == kind).map(|found| found.target.clone());

    let styles = match package.xml(&target("styles").unwrap_or_default())? {
        Some(part) => read_styles(part)?,
        None => Vec::new(),
    };
    let strings = match package.xml(&target("sharedStrings").unwrap_or_default())? {
        Some(part) => read_strings(part, budget)?,
        None => Vec::new(),
    };
    let context =
        Context { styles, strings, general: Arc::new(NumberFormat::general()), is_1904: outline.is_1904, budget };

    let mut sheets = Vec::new();
    for tab in &outline.tabs {
        // Chart and dialog sheets have tabs too, but no cells.
        let Some(relation) = relations.get(&tab.relation).filter(|found| found.kind == "worksheet") else { continue };
        let part = package.xml(&relation.target)?;
        let part = part.ok_or_else(|| damaged(&format!("缺少工作表“{}”的内容", tab.name)))?;
        sheets.push(read_sheet(part, tab, &context)?);
    }
    let names = outline.names.into_iter().filter_map(|(name, target)| defined_name(name, &target)).collect();
    Ok(Workbook { kind: WorkbookKind::Xlsx, sheets, names, recalculates_on_open: outline.recalculates })
}

/// The workbook part; nearly always `xl/workbook.xml`, but the package may say otherwise.
fn main_part(package: &mut Package<'_>) -> Result<String> {
    let relations = relations(package, "")?;
    let found = relations.into_values().find(|relation| relation.kind == "officeDocument");
    let main = found.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
    if package.has(&main) { Ok(main) } else { Err(damaged("缺少 xl/workbook.xml")) }
}

struct Relation {
    /// The last word of its type: `worksheet`, `styles` …
    kind: String,
    target: String,
}

/// What a part refers to, by id; targets are names inside the package.
fn relations(package: &mut Package<'_>, part: &str) -> Result<HashMap<String, Relation>> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let mut relations = HashMap::new();
    let Some(mut xml) = package.xml(&name)? else { return Ok(relations) };
    loop {
        match xml.next()? {
            Node::Open(tag) if tag.name().local() == "Relationship" => {
                let get = |name| tag.attribute(name).map(std::borrow::Cow::into_owned).unwrap_or_default();
                let kind = get("Type").rsplit('/').next().unwrap_or_default().to_owned();
                if get("TargetMode") != "External" && relations.len() < limits::ZIP_ENTRIES {
                    relations.insert(get("Id"), Relation { kind, target: resolve(folder, &get("Target")) });
                }
            }
            Node::End => return Ok(relations),
            _ => {}
        }
    }
}

fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

struct Tab {
    name: String,
    is_visible: bool,
    relation: String,
}

#[derive(Default)]
struct Outline {
    tabs: Vec<Tab>,
    names: Vec<(String, String)>,
    is_1904: bool,
    recalculates: bool,
}

fn is_true(value: Option<std::borrow::Cow<'_, str>>) -> bool {
    matches!(value.as_deref(), Some("1" | "true" | "on"))
}

fn read_outline(package: &mut Package<'_>, main: &str) -> Result<Outline> {
    let mut outline = Outline::default();
    let mut xml = package.xml(main)?.ok_or_else(|| damaged("缺少 xl/workbook.xml"))?;
    let mut has_root = false;
    loop {
        match xml.next()? {
            Node::Open(tag) => match tag.name().local() {
                "workbook" => has_root = true,
                "workbookPr" => outline.is_1904 = is_true(tag.attribute("date1904")),
                "calcPr" => outline.recalculates = is_true(tag.attribute("fullCalcOnLoad")),
                "sheet" => {
                    if outline.tabs.len() >= limits::SHEETS {
                        return Err(too_large(format!("太大：工作表超过 {} 张", limits::SHEETS)));
                    }
                    outline.tabs.push(Tab {
                        name: tag.attribute("name").unwrap_or_default().into_owned(),
                        is_visible: !matches!(tag.attribute("state").as_deref(), Some("hidden" | "veryHidden")),
                        relation: tag.local_attribute("id").unwrap_or_default().into_owned(),
                    });
                }
                "definedName" => {
                    let name = tag.attribute("name").unwrap_or_default().into_owned();
                    let target = xml.text_inside()?;
                    if outline.names.len() < limits::DEFINITIONS {
                        outline.names.push((name, target));
                    }
                }
                _ => {}
            },
            Node::End if !has_root => return Err(damaged("xl/workbook.xml 里没有工作簿")),
            Node::End => return Ok(outline),
            _ => {}
        }
    }
}

/// `'11月发布'!$A$1:$B$2` → the sheet and its range; formulas, constants and several areas are no places.
fn defined_name(name: String, target: &str) -> Option<DefinedName> {
    let (sheet, range) = target.rsplit_once('!')?;
    let sheet = match sheet.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(quoted) => quoted.replace("''", "'"),
        None => sheet.to_owned(),
    };
    Some(DefinedName { name, sheet, range: Range::parse(range)? })
}

/// The number format of each cell style.
fn read_styles(mut xml: Part<'_>) -> Result<Vec<Arc<NumberFormat>>> {
    let mut own: HashMap<u32, String> = HashMap::new();
    let mut known: HashMap<u32, Arc<NumberFormat>> = HashMap::new();
    let mut styles = Vec::new();
    let mut is_in_cells = false;
    loop {
        match xml.next()? {
            Node::Open(tag) => match tag.name().local() {
                "numFmt" => {
                    let id = tag.attribute("numFmtId").and_then(|id| id.parse().ok());
                    let code = tag.attribute("formatCode");
                    if let (Some(id), Some(code), true) = (id, code, own.len() < limits::DEFINITIONS) {
                        own.insert(id, code.into_owned());
                    }
                }
                "cellXfs" => is_in_cells = true,
                "xf" if is_in_cells => {
                    let id = tag.attribute("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let format = known.entry(id).or_insert_with(|| {
                        Arc::new(own.get(&id).map_or_else(|| NumberFormat::builtin(id), |code| NumberFormat::new(code)))
                    });
                    if styles.len() >= limits::DEFINITIONS {
                        return Err(too_large(format!("太大：单元格样式超过 {} 种", limits::DEFINITIONS)));
                    }
                    styles.push(Arc::clone(format));
                }
                _ => {}
            },
            Node::Close(tag) if tag.name().local() == "cellXfs" => is_in_cells = false,
            Node::End => return Ok(styles),
            _ => {}
        }
    }
}

fn read_strings(mut xml: Part<'_>, budget: &Budget) -> Result<Vec<Arc<str>>> {
    let mut strings: Vec<Arc<str>> = Vec::new();
    loop {
        match xml.next()? {
            Node::Open(tag) if tag.name().local() == "si" => {
                let text = read_rich_text(&mut xml)?;
                // The place in the list and the allocation cost as much as a short text.
                budget.text(text.len() + 32)?;
                strings.push(text.into());
            }
            Node::End => return Ok(strings),
            _ => {}
        }
    }
}

/// The text of `<si>` or `<is>`: plain, or runs to be joined; the reading aid above Japanese words is left out.
fn read_rich_text(xml: &mut Part<'_>) -> Result<String> {
    let mut text = String::new();
    let mut depth = 0;
    let mut is_text = false;
    loop {
        match xml.next()? {
            Node::Open(tag) => match tag.name().local() {
                "rPh" => xml.skip()?,
                local => {
                    is_text = local == "t";
                    depth += 1;
                }
            },
            Node::Text(piece) if is_text => append(&mut text, &piece)?,
            Node::Close(_) if depth == 0 => return Ok(unescape(text)),
            Node::Close(_) => {
                depth -= 1;
                is_text = false;
            }
            Node::Text(_) => {}
            Node::End => return Ok(unescape(text)),
        }
    }
}

/// Characters that XML cannot hold are written `_x000D_`; UTF-16 units, so that two may make one character.
fn unescape(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(found) = rest.find("_x") {
        units.extend(rest[..found].encode_utf16());
        let code = rest.get(found + 2..found + 6).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|code| u16::from_str_radix(code, 16).ok()) {
            Some(unit) if rest.as_bytes().get(found + 6) == Some(&b'_') => {
                units.push(unit);
                rest = &rest[found + 7..];
            }
            _ => {
                units.extend("_x".encode_utf16());
                rest = &rest[found + 2..];
            }
        }
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

struct Context<'b> {
    styles: Vec<Arc<NumberFormat>>,
    strings: Vec<Arc<str>>,
    general: Arc<NumberFormat>,
    is_1904: bool,
    budget: &'b Budget,
}

fn read_sheet(mut xml: Part<'_>, tab: &Tab, context: &Context<'_>) -> Result<Sheet> {
    let mut sheet = SheetBuilder::new(tab.name.clone(), tab.is_visible, context.budget);
    // Cells and rows may leave out their place: then they follow the one before.
    let mut next = Address::new(0, 0);
    loop {
        match xml.next()? {
            Node::Open(tag) => match tag.name().local() {
                "row" => {
                    next = Address::new(read_row_start(&tag, next.row, &mut sheet), 0);
                }
                "c" => {
                    let (at, style, kind) = read_cell_start(&tag, next);
                    next.column = at.column.saturating_add(1);
                    let Some((value, is_formula)) = read_cell(&mut xml, at, style, kind, context)? else { continue };
                    if !sheet.push(at, value, is_formula)? {
                        return Ok(sheet.finish());
                    }
                }
                "col" => {
                    let number = |name| tag.attribute(name).and_then(|text| text.parse::<u32>().ok());
                    let is_hidden = is_true(tag.attribute("hidden"));
                    if let (true, Some(first), Some(last)) = (is_hidden, number("min"), number("max")) {
                        sheet.hide_columns(first.saturating_sub(1), last.saturating_sub(1));
                    }
                }
                "mergeCell" => {
                    if let Some(range) = tag.attribute("ref").and_then(|range| Range::parse(&range)) {
                        sheet.merge(range);
                    }
                }
                _ => {}
            },
            Node::Close(tag) if tag.name().local() == "row" => next = Address::new(next.row.saturating_add(1), 0),
            Node::End => return Ok(sheet.finish()),
            _ => {}
        }
    }
}

fn read_row_start(tag: &Tag<'_>, expected: u32, sheet: &mut SheetBuilder<'_>) -> u32 {
    let (mut row, mut is_hidden) = (expected, false);
    let mut has_height = true;
    tag.attributes(|name, value| match name {
        "r" => row = value.parse::<u32>().ok().and_then(|number| number.checked_sub(1)).unwrap_or(expected),
        "hidden" => is_hidden = matches!(value, "1" | "true"),
        "ht" => has_height = value.parse::<f64>().is_ok_and(|height| height > 0.0),
        _ => {}
    });
    if is_hidden || !has_height {
        sheet.hide_rows(row, row);
    }
    row
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CellKind {
    Shared,
    Inline,
    FormulaText,
    Bool,
    Error,
    Date,
    Number,
}

fn read_cell_start(tag: &Tag<'_>, expected: Address) -> (Address, usize, CellKind) {
    let (mut at, mut style, mut kind) = (expected, 0, CellKind::Number);
    tag.attributes(|name, value| match name {
        "r" => at = Address::parse(value).unwrap_or(expected),
        "s" => style = value.parse().unwrap_or(0),
        "t" => {
            kind = match value {
                "s" => CellKind::Shared,
                "inlineStr" => CellKind::Inline,
                "str" => CellKind::FormulaText,
                "b" => CellKind::Bool,
                "e" => CellKind::Error,
                "d" => CellKind::Date,
                _ => CellKind::Number,
            }
        }
        _ => {}
    });
    (at, style, kind)
}

/// Reads up to the end of the cell; `None` when it holds nothing.
fn read_cell(
    xml: &mut Part<'_>,
    at: Address,
    style: usize,
    kind: CellKind,
    context: &Context<'_>,
) -> Result<Option<(Value, bool)>> {
    let mut stored: Option<String> = None;
    let mut inline: Option<String> = None;
    let mut is_formula = false;
    loop {
        match xml.next()? {
            Node::Open(tag) => match tag.name().local() {
                "v" => stored = Some(xml.text_inside()?),
                "is" => inline = Some(read_rich_text(xml)?),
                "f" => {
                    is_formula = true;
                    xml.skip()?;
                }
                _ => xml.skip()?,
            },
            Node::Close(_) => break,
            Node::Text(_) => {}
            Node::End => return Ok(None),
        }
    }
    let value = value_of(stored, inline, kind, style, at, context)?;
    Ok(match value {
        Some(value) => Some((value, is_formula)),
        // An empty text is a result; nothing at all is none.
        None if is_formula && kind != CellKind::FormulaText => Some((Value::NoResult, true)),
        None => None,
    })
}

fn value_of(
    stored: Option<String>,
    inline: Option<String>,
    kind: CellKind,
    style: usize,
    at: Address,
    context: &Context<'_>,
) -> Result<Option<Value>> {
    let text = |text: String| -> Result<Option<Value>> {
        context.budget.text(text.len() + 16)?;
        Ok((!text.is_empty()).then(|| Value::Text(text.into())))
    };
    if let Some(inline) = inline {
        return text(inline);
    }
    let Some(stored) = stored else { return Ok(None) };
    let trimmed = stored.trim();
    match kind {
        CellKind::Shared => {
            let found = trimmed.parse::<usize>().ok().and_then(|index| context.strings.get(index));
            let found = found.ok_or_else(|| damaged(&format!("{at} 指向不存在的共享文字")))?;
            Ok((!found.is_empty()).then(|| Value::Text(Arc::clone(found))))
        }
        CellKind::Inline | CellKind::FormulaText => text(unescape(stored)),
        _ if trimmed.is_empty() => Ok(None),
        CellKind::Bool => Ok(Some(Value::Bool(matches!(trimmed, "1" | "true")))),
        CellKind::Error => Ok(Some(Value::Error(trimmed.into()))),
        CellKind::Date => match super::ods::iso_moment(trimmed) {
            Some(moment) => Ok(Some(Value::Moment(moment))),
            None => text(stored),
        },
        CellKind::Number => match trimmed.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                let format = context.styles.get(style).unwrap_or(&context.general);
                Ok(Some(format.value(number, context.is_1904)))
            }
            _ => text(stored),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_the_characters_they_stand_for() {
        assert_eq!(unescape("a_x000D_\nb".to_owned()), "a\r\nb");
        assert_eq!(unescape("_xD842__xDFB7_田".to_owned()), "𠮷田");
        assert_eq!(unescape("auth_x86_64".to_owned()), "auth_x86_64");
        assert_eq!(unescape("_x005F_x000D_".to_owned()), "_x000D_");
    }
}
