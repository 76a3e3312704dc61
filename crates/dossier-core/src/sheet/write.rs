//! From the grid to the bytes of a workbook.

use std::borrow::Cow;

use chrono::{Datelike, Timelike};
use dossier_layout::content::{Inline, RowKind};
use dossier_layout::{Abs, content};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError,
};
use serde_json::{Map, Value as Json};

use super::Meta;
use super::grid::{self, Area, AreaText, Grid, Heads};
use super::names::{self, Recorder};
use super::rows::LongRows;
use super::style::{Fill, Formats, Look, NumberForm, SANS, SERIF, run};
use super::values::{self, Fields, Written};
use crate::compose::{Paper, Place, Source};
use crate::document::{display, parse_text};
use crate::template::{Field, Kind, Part, Template, Text};
use crate::{Code, Error, Issue, Result};

/// Most that Excel keeps in one cell, UTF-16 units.
const CELL_UNITS: usize = 32_767;
/// 2 packs nearly as well as 6 in half the time.
const COMPRESSION: u8 = 2;

pub(super) fn write(paper: &Paper, template: &Template, content: &Map<String, Json>, meta: &Meta) -> Result<Vec<u8>> {
    let grid = grid::lay_out(&paper.content);
    let name = sheet_name(&template.title);
    let mut book = new_book(&template.title, &template.category, meta)?;

    let mut writer = Writer {
        paper,
        content,
        fields: Fields::new(template),
        formats: Formats::default(),
        recorder: Recorder::default(),
        choices: Vec::new(),
        problems: Vec::new(),
        columns: Vec::new(),
        likely: 0,
    };
    let mut long = LongRows::find(&grid);
    let sheet = book.add_worksheet();
    sheet.set_name(&name).map_err(failed)?;
    set_up_page(sheet, &grid, &paper.content.furniture, long.as_ref()).map_err(failed)?;
    let is_table = grid.measures.width > grid.measures.height;
    if let Some(heads) = repeated(&grid, is_table) {
        set_up_heads(sheet, &grid, heads, is_table).map_err(failed)?;
    }
    for area in &grid.areas {
        let (written, look) = writer.area(area);
        match &mut long {
            Some(long) if long.holds(area.row) => long.push(area, written, look),
            _ => put(sheet, area, &written, look, &mut writer.formats).map_err(failed)?,
        }
    }
    if !writer.problems.is_empty() {
        return Err(unwritable(writer.problems));
    }
    for choice in &writer.choices {
        choice.write(sheet).map_err(failed)?;
    }

    let starts: Vec<u32> = grid.areas.iter().map(|area| area.row).collect();
    let (record, named) = writer.recorder.finish(template, content, &starts);
    let record = serde_json::to_string(&record).expect("a record holds nothing that JSON cannot");
    let hidden = book.add_worksheet();
    hidden.set_name(names::SHEET).map_err(failed)?;
    hidden.set_very_hidden(true);
    hidden.write_string(0, 0, names::MARK).map_err(failed)?;
    if let Some(long) = &long {
        long.write_palette(hidden, &mut writer.formats).map_err(failed)?;
    }
    for (row, chunk) in (1..).zip(names::chunks(&record)) {
        hidden.write_string(row, 0, chunk).map_err(failed)?;
    }
    let quoted = name.replace('\'', "''");
    for (name, [row, column, last_row, last_column]) in named {
        let first = absolute(row, column);
        let last = absolute(last_row, last_column);
        let range = if first == last { first } else { format!("{first}:{last}") };
        book.define_name(name, &format!("='{quoted}'!{range}")).map_err(failed)?;
    }
    let bytes = book.save_to_buffer().map_err(failed)?;
    match long {
        Some(long) => long.insert(&bytes, &grid.rows, i64::from(COMPRESSION)),
        None => Ok(bytes),
    }
}

/// A workbook without sheets.
pub(super) fn new_book(title: &str, category: &str, meta: &Meta) -> Result<Workbook> {
    let mut book = Workbook::new();
    book.set_zip_compression_level(COMPRESSION);
    // Widths count digits of the default font, and every Chinese system has this one: 8 pixels a digit, 72 a column.
    book.set_default_format(&Format::new().set_font_name(SERIF).set_font_size(12), 19, 72).map_err(failed)?;
    book.set_properties(&properties(title, category, meta)?);
    Ok(book)
}

fn absolute(row: u32, column: u32) -> String {
    format!("${}${}", crate::import::column_letters(column), row + 1)
}

/// Not a matter of the content: every limit that a content can break was checked before.
pub(super) fn failed(error: XlsxError) -> Error {
    Error::new(Code::Io, format!("无法生成工作簿：{error}"))
        .hint("请检查临时文件夹是否可写、磁盘是否已满，然后重新导出")
}

pub(super) fn unwritable(issues: Vec<Issue>) -> Error {
    let message = match &issues[..] {
        [issue] => issue.message.clone(),
        issues => format!("有 {} 处内容无法写入 Excel", issues.len()),
    };
    Error::new(Code::InvalidContent, message).hint("请修改这些内容后重新导出；PDF 不受此限制").issues(issues)
}

/// A title as the name of a tab: 31 characters, none that Excel forbids.
pub(super) fn sheet_name(title: &str) -> String {
    let legal = |ch: &char| !matches!(ch, '[' | ']' | ':' | '*' | '?' | '/' | '\\') && !ch.is_control();
    let mut units = 0;
    let fits = |ch: &char| {
        units += ch.len_utf16();
        units <= 31
    };
    let name: String = title.trim().trim_matches('\'').chars().filter(legal).take_while(fits).collect();
    let name = name.trim_matches('\'').trim();
    if name.is_empty() || name == names::SHEET { "文档".to_owned() } else { name.to_owned() }
}

fn properties(title: &str, category: &str, meta: &Meta) -> Result<DocProperties> {
    let at = meta.created;
    let year = u16::try_from(at.year()).unwrap_or(2000);
    let created = ExcelDateTime::from_ymd(year, at.month() as u8, at.day() as u8)
        .and_then(|date| date.and_hms(at.hour() as u16, at.minute() as u8, f64::from(at.second())))
        .map_err(failed)?;
    Ok(DocProperties::new()
        .set_title(title)
        .set_author(&meta.author)
        .set_company(&meta.organisation)
        .set_category(category)
        .set_creation_datetime(&created))
}

/// Widths, heights and everything that printing needs.
pub(super) fn set_up_page(
    sheet: &mut Worksheet,
    grid: &Grid,
    furniture: &content::Furniture,
    long: Option<&LongRows>,
) -> Result<(), XlsxError> {
    for (column, pixels) in (0..).zip(&grid.columns) {
        sheet.set_column_width_pixels(column, *pixels)?;
    }
    for (row, height) in (0..).zip(&grid.rows) {
        if long.is_none_or(|long| !long.holds(row)) {
            sheet.set_row_height(row, grid::in_pixels(*height))?;
        }
    }
    let measures = &grid.measures;
    let is_table = measures.width > measures.height;
    let inch = |length: Abs| length.to_pt() / 72.0;
    let margins = measures.margins;
    sheet.set_paper_size(9);
    if is_table {
        sheet.set_landscape();
    } else {
        sheet.set_portrait();
    }
    sheet.set_margins(
        inch(margins.left),
        inch(margins.right),
        inch(margins.top),
        inch(margins.bottom),
        inch(measures.header_top),
        inch(Abs::mm(8.0)),
    );
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_screen_gridlines(false);
    sheet.set_header(header(furniture));
    sheet.set_footer(footer(furniture));
    sheet.set_header_footer_scale_with_doc(false);
    if !grid.page_breaks.is_empty() {
        sheet.set_page_breaks(&grid.page_breaks)?;
    }
    let (Some(last_row), Some(last_column)) = (grid.rows.len().checked_sub(1), grid.columns.len().checked_sub(1))
    else {
        return Ok(());
    };
    let (last_row, last_column) = (last_row as u32, last_column as u16);
    sheet.set_print_area(0, 0, last_row, last_column)?;
    Ok(())
}

/// Heads that repeat on each page; `stay`: on the screen too, with a filter over what they stand above.
pub(super) fn set_up_heads(sheet: &mut Worksheet, grid: &Grid, heads: Heads, stay: bool) -> Result<(), XlsxError> {
    sheet.set_repeat_rows(heads.first, heads.last)?;
    if stay {
        sheet.set_freeze_panes(heads.last + 1, 0)?;
        if heads.is_flat && heads.first == heads.last && heads.body > 0 {
            let last_column = grid.columns.len() as u16 - 1;
            sheet.autofilter(heads.last, 0, heads.last + heads.body, last_column)?;
        }
    }
    Ok(())
}

/// The heads that repeat on each page: a sheet has only one run of such rows.
fn repeated(grid: &Grid, is_table: bool) -> Option<Heads> {
    let longest = *grid.heads.iter().max_by_key(|heads| heads.body)?;
    let dominates = longest.body as usize * 3 >= grid.rows.len() * 2;
    (is_table || dominates).then_some(longest)
}

/// Most that Excel keeps of a header, UTF-16 units.
const HEADER_UNITS: usize = 255;

fn header(furniture: &content::Furniture) -> String {
    let mark = |inlines: &[Inline]| escaped(&values::plain(inlines));
    let [[number, revision], [state, classification]] = &furniture.marks;
    let right = format!("{}　{}\n{}　{}", mark(number), mark(revision), mark(state), mark(classification));
    let (organisation, title) = (escaped(&furniture.organisation), escaped(&furniture.title));
    let large = format!("&9&\"{SANS},Regular\"");
    let small = format!("&7&\"{SANS},Regular\"");
    let full = format!("&L{large}{organisation}&C{large}{title}&R{small}{right}");
    let bare = format!("&L{organisation}&C{title}&R{right}");
    // The number of the document must stand on every page; whose it is stands in the document as well.
    let least = format!("&C{title}&R{right}");
    let fits = |text: &String| text.encode_utf16().count() <= HEADER_UNITS;
    [full, bare, least].into_iter().find(fits).unwrap_or_else(|| format!("&R{}", mark(number)))
}

fn footer(furniture: &content::Furniture) -> String {
    let small = format!("&7&\"{SANS},Regular\"");
    let form = escaped(&furniture.form);
    let pages = "第 &P 页 / 共 &N 页";
    // Which revision a printed sheet shows must be told before whose form it is.
    let check = furniture.check.as_ref().map(|check| escaped(&check.code)).unwrap_or_default();
    let (check, bare_check) = match check.as_str() {
        "" => (String::new(), String::new()),
        code => (format!("&R{small}校验码：{code}"), format!("&R校验码：{code}")),
    };
    let full = format!("&L{small}{form}&C{small}{pages}{check}");
    let bare = format!("&C{pages}{bare_check}");
    let fits = |text: &String| text.encode_utf16().count() <= HEADER_UNITS;
    [full, bare].into_iter().find(fits).unwrap_or_else(|| format!("&C{pages}"))
}

/// Text in a header, where `&` begins a command.
fn escaped(text: &str) -> String {
    text.replace('&', "&&").replace('\n', " ")
}

/// A column of cells that hold one of a few words.
struct Choice {
    names: Vec<String>,
    first: u32,
    last: u32,
    column: u16,
}

impl Choice {
    fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let validation = DataValidation::new()
            .allow_list_strings(&self.names)?
            .set_error_title("不在可选范围内")?
            .set_error_message(format!("请从下拉列表中选择：{}", self.names.join("、")))?
            .set_error_style(DataValidationErrorStyle::Stop);
        sheet.add_data_validation(self.first, self.column, self.last, self.column, &validation)?;
        Ok(())
    }
}

struct Writer<'a> {
    paper: &'a Paper,
    content: &'a Map<String, Json>,
    fields: Fields<'a>,
    formats: Formats,
    recorder: Recorder<'a>,
    choices: Vec<Choice>,
    problems: Vec<Issue>,
    columns: Vec<Column<'a>>,
    /// Where the column of the next cell is looked for first.
    likely: usize,
}

/// What the cells of a column of a table field have in common.
#[derive(Clone, Copy)]
struct Column<'a> {
    table: &'a str,
    text: &'a Text,
    /// The field that stands alone in its cells.
    field: Option<&'a Field>,
    /// Whether that is a column of the table, not a field of the document.
    is_own: bool,
    /// Whether the table has rows that are always there.
    is_fixed: bool,
    rows: &'a [Json],
}

/// What is written into an area.
struct Filled<'a> {
    written: Written<'a>,
    number: NumberForm,
    from: From,
}

/// Whether reading can tell from the stored value what was written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// It follows from the stored value.
    Stored,
    /// There is no stored value: it was computed, or is a blank to write on.
    Elsewhere,
    /// There is a stored value, but the paper shows something else.
    Other,
}

impl<'a> Writer<'a> {
    /// What is written into an area, and how it looks; notes what reading needs to know.
    fn area(&mut self, area: &Area<'a>) -> (Written<'a>, Look) {
        let source = self.paper.source(area.tag);
        let filled = self.fill(area, source);
        self.check(&filled.written, source);
        let look = Look { number: filled.number, ..area.look };
        let Some(source) = source.filter(|source| source.text.fields().next().is_some()) else {
            return (filled.written, look);
        };
        match &source.place {
            Place::Document => self.recorder.cell(area, &source.text, filled.written.printed()),
            Place::Row { table, row } => {
                let printed = match filled.from {
                    From::Stored => None,
                    From::Elsewhere => Some(filled.written.printed()).filter(|printed| !printed.is_blank()),
                    From::Other => Some(filled.written.printed()),
                };
                let fixed = self.column(table, source).is_fixed;
                self.likely += 1;
                self.recorder.row_cell(area, table, *row, &source.text, printed, fixed);
            }
            Place::Head { .. } | Place::Total { .. } => {}
        }
        (filled.written, look)
    }

    /// What the cells of a column have in common. Cells come row by row: the next column is the one most likely asked.
    fn column(&mut self, table: &'a str, source: &'a Source) -> Column<'a> {
        let is_known = |column: &Column| column.table == table && *column.text == *source.text;
        let count = self.columns.len();
        for step in 0..count {
            let index = (self.likely + step) % count;
            if is_known(&self.columns[index]) {
                self.likely = index;
                return self.columns[index];
            }
        }
        let definition = self.fields.table(table).map(|(_, definition)| definition);
        let field = values::alone(&source.text).and_then(|(id, _)| self.fields.get(Some(table), id));
        let column = Column {
            table,
            text: &source.text,
            field,
            is_own: field.is_some_and(|field| self.fields.is_column(table, &field.id)),
            is_fixed: definition.is_some_and(|definition| !definition.fixed.is_empty()),
            rows: self.content.get(table).and_then(Json::as_array).map_or(&[], Vec::as_slice),
        };
        self.columns.push(column);
        column
    }

    fn fill(&mut self, area: &Area<'a>, source: Option<&'a Source>) -> Filled<'a> {
        let text = |text: Cow<'a, str>| Filled {
            written: Written::Text(text),
            number: NumberForm::General,
            from: From::Elsewhere,
        };
        let inlines = match area.text {
            AreaText::Heading(heading) => return text(Cow::Borrowed(heading)),
            AreaText::Clause(number, inlines) => {
                let mut runs = values::runs(inlines, area.look.type_);
                runs.insert(0, (area.look.type_, format!("{number}. ")));
                return Filled { written: joined(runs), number: NumberForm::General, from: From::Elsewhere };
            }
            AreaText::Inlines(inlines) => inlines,
        };
        if let Some(source) = source {
            if let Some(filled) = self.single(area, inlines, source) {
                return filled;
            }
            let is_counter = matches!(source.text.parts[..], [Part::RowNumber]);
            if let (true, Ok(number)) = (is_counter, values::plain(inlines).parse()) {
                return Filled { written: Written::Number(number), number: NumberForm::General, from: From::Stored };
            }
        } else if area.kind == RowKind::Total {
            let plain = values::plain(inlines);
            if let Some(number) = whole(&plain) {
                let number_form = self.formats.number("#,##0");
                return Filled { written: Written::Number(number), number: number_form, from: From::Stored };
            }
        }
        let size = f64::from(area.look.type_.size) / 10.0;
        let is_label = area.look.fill == Fill::Label;
        match inlines {
            [] => text(Cow::Borrowed("")),
            [Inline::Text(_)] if !is_label => text(values::plain(inlines)),
            _ => {
                let runs = values::runs(inlines, area.look.type_);
                let written = match values::broken(inlines, is_label, size, area.room) {
                    Some(text) if runs.len() < 2 => Written::Text(Cow::Owned(text)),
                    _ => joined(runs),
                };
                Filled { written, number: NumberForm::General, from: From::Elsewhere }
            }
        }
    }

    /// A cell that holds a field and nothing else.
    fn single(&mut self, area: &Area<'a>, inlines: &'a [Inline], source: &'a Source) -> Option<Filled<'a>> {
        let (id, only_name) = values::alone(&source.text)?;
        let (field, kind, stored) = match values::row_of(&source.place) {
            Some((table, row)) => {
                let column = self.column(table, source);
                let field = column.field?;
                let kind = if column.is_fixed { self.fields.kind(Some((table, row)), field) } else { &field.kind };
                let stored =
                    if column.is_own { column.rows.get(row).and_then(|row| row.get(id)) } else { self.content.get(id) };
                (field, kind, stored)
            }
            None => {
                let field = self.fields.get(None, id)?;
                (field, &field.kind, self.content.get(id))
            }
        };
        let stored = stored.filter(|value| !value.is_null());
        let plain = values::plain(inlines);
        if let Kind::Choice { options, many } = kind {
            if !only_name || *many {
                return None;
            }
            self.offer(area, options.iter().map(|option| option.name.as_str()));
            let stored = stored.and_then(Json::as_str);
            let from = if stored.unwrap_or_default() == plain { From::Stored } else { From::Other };
            return Some(Filled { written: Written::Text(plain), number: NumberForm::Text, from });
        }
        if let Some(value) = stored {
            if says(field, kind, value, &plain)
                && let Some((written, number)) = values::written(field, kind, value, &mut self.formats)
            {
                return Some(Filled { written, number, from: From::Stored });
            }
        } else if let Some((written, number)) = self.computed(field, kind, &plain) {
            return Some(Filled { written, number, from: From::Elsewhere });
        }
        let number = values::empty_form(field, kind, &mut self.formats);
        let number = if plain.len() > 240 { NumberForm::General } else { number };
        let from = if stored.is_some() { From::Other } else { From::Elsewhere };
        Some(Filled { written: Written::Text(plain), number, from })
    }

    /// A value that filled itself is a number or a date like those that were typed.
    fn computed(&mut self, field: &Field, kind: &Kind, plain: &str) -> Option<(Written<'a>, NumberForm)> {
        let is_number = matches!(
            kind,
            Kind::Integer | Kind::Decimal | Kind::Date | Kind::DateTime | Kind::Time | Kind::Duration { .. }
        );
        if !is_number || plain.is_empty() || values::is_blank(plain) {
            return None;
        }
        let bare = field.unit.as_ref().and_then(|unit| plain.strip_suffix(unit.as_str())).unwrap_or(plain);
        let value = parse_text(kind, bare.trim()).ok()??;
        match values::written(field, kind, &value, &mut self.formats)? {
            (Written::Number(number), form) => Some((Written::Number(number), form)),
            _ => None,
        }
    }

    /// A list to choose from; cells below one another share it.
    fn offer<'n>(&mut self, area: &Area, names: impl Iterator<Item = &'n str> + Clone) {
        let same = |choice: &Choice| choice.column == area.column && choice.last + 1 == area.row;
        if let Some(choice) = self.choices.iter_mut().rev().take(16).find(|choice| same(choice))
            && choice.names.iter().map(String::as_str).eq(names.clone())
        {
            choice.last = area.row + area.rows - 1;
            return;
        }
        let names: Vec<String> = names.map(str::to_owned).collect();
        // Excel keeps 255 characters of a list and parts it at commas.
        let units: usize = names.iter().map(|name| name.encode_utf16().count() + 1).sum();
        if units <= 255 && !names.iter().any(|name| name.contains([',', '"'])) {
            let last = area.row + area.rows - 1;
            self.choices.push(Choice { names, first: area.row, last, column: area.column });
        }
    }

    /// What Excel cannot hold is refused rather than cut.
    fn check(&mut self, written: &Written, source: Option<&Source>) {
        for (code, says) in faults(written) {
            let (path, label) = self.fields.described(source);
            self.problems.push(Issue::at(path, code, format!("{label}{says}")));
        }
    }
}

/// What keeps a text out of a workbook.
pub(super) fn faults(written: &Written) -> Vec<(&'static str, String)> {
    let (units, character) = match written {
        Written::Number(_) => return Vec::new(),
        Written::Text(text) => (units(text), illegal(text)),
        Written::Rich(runs) => {
            (runs.iter().map(|(_, text)| units(text)).sum(), runs.iter().find_map(|(_, text)| illegal(text)))
        }
    };
    let mut faults = Vec::new();
    if units > CELL_UNITS {
        let says = format!("有 {units} 个字符，Excel 的一个单元格最多 {CELL_UNITS} 个");
        faults.push(("too_long_for_excel", says));
    }
    if let Some(ch) = character {
        let says = format!("里有 Excel 不能保存的控制字符 U+{:04X}", u32::from(ch));
        faults.push(("control_character", says));
    }
    faults
}

/// UTF-16 units of a text; short ones need no counting.
fn units(text: &str) -> usize {
    if text.len() <= CELL_UNITS { text.len() } else { text.encode_utf16().count() }
}

/// The first character that no XML file can hold.
fn illegal(text: &str) -> Option<char> {
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    let is_clean = !text.bytes().any(is_control) && !text.contains(['\u{fffe}', '\u{ffff}']);
    let is_illegal = |ch: &char| matches!(ch, '\u{fffe}' | '\u{ffff}') || (ch.is_ascii() && is_control(*ch as u8));
    if is_clean { None } else { text.chars().find(is_illegal) }
}

/// Whether the paper shows this value: blank paper shows none, whatever is known.
fn says(field: &Field, kind: &Kind, value: &Json, plain: &str) -> bool {
    match (kind, value) {
        (Kind::Text | Kind::LongText | Kind::Version | Kind::Signature | Kind::Number { .. }, Json::String(text)) => {
            text == plain || values::line_ends(text) == plain
        }
        (Kind::Person { .. } | Kind::Department { .. }, _) => {
            value.as_str() == Some(plain) || display(kind, value) == plain
        }
        _ => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let unit = field.unit.as_deref().map(digits).unwrap_or_default();
            let shown = digits(&display(kind, value));
            digits(plain) == shown || digits(plain) == shown + &unit
        }
    }
}

/// A whole number as printed.
fn whole(text: &str) -> Option<f64> {
    let digits = text.replace(',', "");
    let is_plain = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { digits.parse().ok() } else { None }
}

/// Runs of text as a cell: rich only where they differ.
pub(super) fn joined<'a>(mut runs: Vec<(super::style::Face, String)>) -> Written<'a> {
    runs.retain(|(_, text)| !text.is_empty());
    match runs.len() {
        0 => Written::Text(Cow::Borrowed("")),
        1 => Written::Text(Cow::Owned(runs.swap_remove(0).1)),
        _ => Written::Rich(runs),
    }
}

/// Writes one area.
pub(super) fn put(
    sheet: &mut Worksheet,
    area: &Area,
    written: &Written,
    look: Look,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    let (row, column) = (area.row, area.column);
    let format = formats.get(look);
    if area.is_range() {
        // Writes an empty cell for each place, so that lines are drawn all around.
        sheet.merge_range(row, column, row + area.rows - 1, column + area.columns - 1, "", format)?;
    }
    match written {
        Written::Number(number) => sheet.write_number_with_format(row, column, *number, format)?,
        Written::Text(text) if text.is_empty() => sheet.write_blank(row, column, format)?,
        Written::Text(text) => sheet.write_string_with_format(row, column, text.as_ref(), format)?,
        Written::Rich(runs) => {
            // The library escapes `_x000D_` in plain texts only.
            let made: Vec<_> = runs.iter().map(|(face, text)| (run(*face), values::without_escapes(text))).collect();
            let runs: Vec<_> = made.iter().map(|(face, text)| (face, text.as_ref())).collect();
            sheet.write_rich_string_with_format(row, column, &runs, format)?
        }
    };
    Ok(())
}
