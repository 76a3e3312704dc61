//! The rows under a head: which are the plan, and what a person should know of the others.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::asides::{is_blank, is_ordinal, is_remark, is_section, is_total};
use super::cells::{Address, Cell, Sheet, Value, Workbook, column_letters};
use super::head_row::{Head, HeadCell, HeadRow, head_from};
use super::heads::{Matcher, normalise};
use super::plan::{ColumnKind, ImportPlan, ImportedRow, Match, Request, UnknownColumn, Warning};
use super::text::{Doubt, text_of};

/// Warnings of one kind; a person reads no more, and the last one says how many there are.
const WARNINGS_OF_A_KIND: usize = 1000;

/// Reads the rows under one head.
pub(super) struct Reading<'a> {
    workbook: &'a Workbook,
    sheet: &'a Sheet,
    head: &'a Head,
    request: &'a Request<'a>,
    matcher: &'a Matcher,
    /// Which requested column stands in a column of the sheet.
    by_column: HashMap<u32, usize>,
    /// Merged ranges of several rows, by their first column.
    tall: HashMap<u32, Vec<(u32, u32)>>,
    /// How many mapped columns of a row lie under wide merged cells.
    widely_merged: HashMap<u32, usize>,
    warnings: Vec<Warning>,
    counts: BTreeMap<&'static str, usize>,
    unknown: BTreeMap<u32, usize>,
}

/// What a row under the head is.
enum RowKind {
    Plan,
    Blank,
    RepeatedHead,
    OtherTable,
    /// Numbered in advance, and never filled.
    NumberOnly,
    Aside(&'static str),
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        workbook: &'a Workbook,
        sheet: &'a Sheet,
        head: &'a Head,
        request: &'a Request<'a>,
        matcher: &'a Matcher,
    ) -> Self {
        let by_column: HashMap<u32, usize> =
            head.columns.iter().enumerate().filter_map(|(index, column)| Some(((*column)?, index))).collect();
        let last = sheet.last_row().unwrap_or(0);
        let mut tall: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        let mut widely_merged: HashMap<u32, usize> = HashMap::new();
        let mut steps = 0;
        for range in sheet.merges.iter().filter(|range| range.first.row > head.last_row && range.first.row <= last) {
            if range.last.row > range.first.row && by_column.contains_key(&range.first.column) {
                tall.entry(range.first.column).or_default().push((range.first.row, range.last.row));
            }
            if range.width() >= 3 {
                let inside =
                    by_column.keys().filter(|column| (range.first.column..=range.last.column).contains(column));
                let inside = inside.count();
                for row in range.first.row..=range.last.row.min(last) {
                    steps += 1;
                    if steps < 200_000 {
                        *widely_merged.entry(row).or_default() += inside;
                    }
                }
            }
        }
        Self {
            workbook,
            sheet,
            head,
            request,
            matcher,
            by_column,
            tall,
            widely_merged,
            warnings: Vec::new(),
            counts: BTreeMap::new(),
            unknown: BTreeMap::new(),
        }
    }

    pub(super) fn read(mut self) -> ImportPlan {
        self.warn_about_head();
        let mut rows: Vec<ImportedRow> = Vec::new();
        let mut hidden: Vec<u32> = Vec::new();
        let mut blank: Vec<u32> = Vec::new();
        let mut waiting: Vec<u32> = Vec::new();
        let mut numbered: Vec<u32> = Vec::new();
        let mut previous = self.head.last_row;
        let mut is_below_remark = false;
        let sheet = self.sheet;
        for (row, cells) in sheet.rows().skip_while(|(row, _)| *row <= self.head.last_row) {
            waiting.extend(previous + 1..row);
            previous = row;
            if sheet.is_row_hidden(row) {
                if cells.iter().any(|cell| !is_blank(cell)) {
                    hidden.push(row);
                }
                continue;
            }
            match self.kind_of(row, cells, is_below_remark) {
                RowKind::Blank => waiting.push(row),
                RowKind::NumberOnly => numbered.push(row),
                RowKind::RepeatedHead => {
                    let message = format!("第 {} 行是重复的表头，已跳过。", row + 1);
                    self.warn("repeated_head", self.first_filled(cells), message);
                }
                RowKind::OtherTable => {
                    let message =
                        format!("第 {} 行起是另一张列不同的表，没有读入；要读它，请把它移到单独的工作表。", row + 1);
                    self.warn("other_table", self.first_filled(cells), message);
                    break;
                }
                RowKind::Aside(why) => {
                    is_below_remark = true;
                    let at = self.first_filled(cells);
                    let text = sheet.cell(at).and_then(|cell| cell.text(&ColumnKind::Text)).unwrap_or_default();
                    let message = format!("第 {} 行{why}，没有读入：{}", row + 1, shortened(&text));
                    self.warn("skipped_row", at, message);
                }
                RowKind::Plan => {
                    // Blank rows at the end are nobody's business; between rows of the plan they are told.
                    blank.append(&mut waiting);
                    is_below_remark = false;
                    rows.push(self.read_row(row, cells));
                }
            }
        }
        blank.retain(|row| !sheet.is_row_hidden(*row));
        let first_column = self.by_column.keys().min().copied().unwrap_or(0);
        if let Some(&first) = hidden.first() {
            let message =
                format!("第 {} 行是隐藏或被筛选掉的行，没有读入；需要时请取消隐藏，保存后再导入。", runs(&hidden));
            self.warn("hidden_row", Address::new(first, first_column), message);
        }
        if let Some(&first) = numbered.first() {
            let message = format!("第 {} 行只有序号，没有内容，没有读入。", runs(&numbered));
            self.warn("skipped_row", Address::new(first, first_column), message);
        }
        if let Some(&first) = blank.first() {
            let message = format!("第 {} 行没有内容，已跳过。", runs(&blank));
            self.warn("blank_row", Address::new(first, first_column), message);
        }
        self.finish(rows)
    }

    fn finish(mut self, rows: Vec<ImportedRow>) -> ImportPlan {
        let mut unknown_columns = Vec::new();
        let headed: BTreeSet<u32> = self.head.texts.keys().chain(self.unknown.keys()).copied().collect();
        for column in headed {
            if self.by_column.contains_key(&column) {
                continue;
            }
            let filled = self.unknown.get(&column).copied().unwrap_or(0);
            let texts = self.head.texts.get(&column);
            // A title above the head is no head of a column.
            let head = texts.map(|texts| texts.join(" ")).filter(|head| !head.is_empty());
            let letters = column_letters(column);
            let at = Address::new(self.head.last_row, column);
            let duplicate = self.head.duplicates.iter().find(|(duplicate, _)| *duplicate == column);
            if let Some(&(_, index)) = duplicate {
                let printed = &self.request.columns[index].head;
                let used = self.head.columns[index].map(column_letters).unwrap_or_default();
                let message = format!("{letters} 列和 {used} 列都是“{printed}”，只读了 {used} 列，请核对。");
                self.warn("duplicate_column", at, message);
            } else if filled > 0 {
                let message = match &head {
                    Some(head) => format!("{letters} 列“{}”没有对应的栏目，{filled} 行内容没有读入。", shortened(head)),
                    None => format!("{letters} 列没有表头，{filled} 行内容没有读入。"),
                };
                self.warn("unknown_column", at, message);
            }
            unknown_columns.push(UnknownColumn { column: letters, head, filled });
        }
        for (code, count) in std::mem::take(&mut self.counts) {
            if count > WARNINGS_OF_A_KIND {
                let message = format!("同类提示还有 {} 处，没有逐一列出。", count - WARNINGS_OF_A_KIND);
                let cell = place(&self.sheet.name, Address::new(self.head.last_row, 0));
                self.warnings.push(Warning { code, cell, message });
            }
        }
        let specs = self.request.columns;
        let with_place = || specs.iter().zip(&self.head.columns);
        ImportPlan {
            sheet: self.sheet.name.clone(),
            head_row: self.head.last_row + 1,
            columns: specs.iter().map(|spec| spec.head.clone()).collect(),
            mapping: with_place()
                .filter_map(|(spec, column)| Some((spec.head.clone(), column_letters((*column)?))))
                .collect(),
            matches: (0..specs.len()).map(|index| self.match_of(index)).collect(),
            rows,
            unknown_columns,
            missing_columns: with_place()
                .filter(|(_, column)| column.is_none())
                .map(|(spec, _)| spec.head.clone())
                .collect(),
            warnings: self.warnings,
        }
    }

    /// Where a requested column was found, and on what grounds.
    fn match_of(&self, index: usize) -> Option<Match> {
        let column = self.head.columns[index]?;
        let printed = &self.request.columns[index].head;
        let texts = self.head.texts.get(&column).map(Vec::as_slice).unwrap_or_default();
        let without_breaks = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let same = texts.iter().any(|text| without_breaks(text) == without_breaks(printed));
        let how = if self.head.told.contains(&index) {
            "指定"
        } else if same && self.written_over(column).any(|text| text.trim() == printed.as_str()) {
            "同名"
        } else if same {
            "去掉换行后相同"
        } else if self.head.guessed.contains(&index) || texts.iter().any(|text| normalise(text) == normalise(printed)) {
            "相近"
        } else {
            "近义"
        };
        Some(Match { letters: column_letters(column), head: texts.join(" "), how })
    }

    /// The texts over a column as they were written, also those of merged cells that reach over it.
    fn written_over(&self, column: u32) -> impl Iterator<Item = &str> {
        let last = self.head.last_row;
        let rows = last.saturating_sub(2)..=last;
        let merged = self.sheet.merges.iter().filter(move |range| {
            (range.first.column..=range.last.column).contains(&column)
                && range.first.row <= last
                && range.last.row + 2 >= last
        });
        let places = rows.map(move |row| Address::new(row, column)).chain(merged.map(|range| range.first));
        places.filter_map(|at| match &self.sheet.cell(at)?.value {
            Value::Text(text) => Some(&**text),
            _ => None,
        })
    }

    fn warn(&mut self, code: &'static str, at: Address, message: String) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= WARNINGS_OF_A_KIND {
            self.warnings.push(Warning { code, cell: place(&self.sheet.name, at), message });
        }
    }

    fn warn_about_head(&mut self) {
        let row = self.head.last_row;
        let first_column = self.by_column.keys().min().copied().unwrap_or(0);
        if !self.sheet.visible {
            let message = format!("工作表“{}”是隐藏的；其他工作表里没有计划表，所以读了它，请核对。", self.sheet.name);
            self.warn("hidden_sheet", Address::new(row, first_column), message);
        }
        let specs = self.request.columns;
        let missing = specs.iter().zip(&self.head.columns).filter(|(_, column)| column.is_none());
        let missing: Vec<String> = missing.map(|(spec, _)| format!("“{}”", spec.head)).collect();
        if !missing.is_empty() {
            let message = format!("没有找到{}列，这些栏目将是空的。", missing.join("、"));
            self.warn("missing_column", Address::new(row, first_column), message);
        }
        for (index, column) in self.head.columns.iter().enumerate() {
            let Some(column) = *column else { continue };
            let at = Address::new(row, column);
            let letters = column_letters(column);
            if self.head.guessed.contains(&index) {
                let written = self.head.texts.get(&column).map(|texts| texts.join(" ")).unwrap_or_default();
                let message = format!("{letters} 列“{}”按“{}”读入，请核对。", shortened(&written), specs[index].head);
                self.warn("guessed_column", at, message);
            }
            if self.sheet.is_column_hidden(column) {
                let message = format!("{letters} 列“{}”是隐藏的，内容照样读入了，请核对。", specs[index].head);
                self.warn("hidden_column", at, message);
            }
        }
    }

    fn kind_of(&self, row: u32, cells: &[Cell], is_below_remark: bool) -> RowKind {
        let own: Vec<(&Cell, usize)> = cells
            .iter()
            .filter(|cell| !is_blank(cell))
            .filter_map(|cell| Some((cell, *self.by_column.get(&cell.at.column)?)))
            .collect();
        let Some(&(first, first_index)) = own.first() else { return RowKind::Blank };
        let mapped = self.by_column.len();
        if let Some(kind) = self.kind_of_head(row, cells, first) {
            return kind;
        }
        if self.widely_merged.get(&row).is_some_and(|inside| inside * 2 >= mapped && *inside >= 2) {
            return RowKind::Aside("是合并的说明行，不是计划内容");
        }
        if own.iter().take(2).any(|(cell, _)| is_total(cell)) {
            return RowKind::Aside("是合计行，不是计划内容");
        }
        if is_remark(first) && own.len() * 2 <= mapped.max(2) {
            return RowKind::Aside("像备注或签字，不是计划内容");
        }
        if mapped < 5 {
            return RowKind::Plan;
        }
        if is_below_remark && own.len() <= 2 {
            return RowKind::Aside("在备注下面，不像计划内容");
        }
        let is_order = normalise(&self.request.columns[first_index].head) == "发布顺序"
            || self.request.columns[first_index].kind == ColumnKind::Integer;
        if is_order && own.len() == 1 && is_ordinal(first) {
            return RowKind::NumberOnly;
        }
        if is_order && own.len() <= 2 && !is_ordinal(first) && matches!(first.value, Value::Text(_)) {
            return RowKind::Aside("的序号栏里是文字，不像计划内容");
        }
        if own.len() == 1 && is_section(first) {
            return RowKind::Aside("像分组标题，不是计划内容");
        }
        RowKind::Plan
    }

    /// A head again, as on every printed page, or the head of another table.
    fn kind_of_head(&self, row: u32, cells: &[Cell], first: &Cell) -> Option<RowKind> {
        let title = HeadCell::of(first)?;
        let is_known = self.matcher.knows(&title.plain)
            || self
                .head
                .texts
                .get(&first.at.column)
                .is_some_and(|texts| texts.iter().any(|text| normalise(text) == title.plain));
        if !is_known {
            return None;
        }
        let cells = cells.iter().filter_map(|cell| Some((cell.at.column, HeadCell::of(cell)?)));
        let here = HeadRow::new(row, cells.collect(), self.matcher);
        let says_the_same = |(column, cell): (&u32, &HeadCell)| {
            self.head.texts.get(column).is_some_and(|texts| texts.iter().any(|text| normalise(text) == cell.plain))
        };
        let same = here.cells.iter().filter(|cell| says_the_same(*cell)).count();
        if same >= 2 && same * 10 >= here.cells.len() * 6 {
            return Some(RowKind::RepeatedHead);
        }
        let cells = here.cells.len();
        let other = head_from(&[here], self.matcher, self.request.columns.len())?;
        let matched = other.columns.iter().flatten().count();
        if matched * 10 < cells * 8 {
            return None;
        }
        let is_same = |(one, other): (&Option<u32>, &Option<u32>)| one.is_some() && one == other;
        let same = self.head.columns.iter().zip(&other.columns).filter(|pair| is_same(*pair)).count();
        Some(if same * 10 >= matched * 6 { RowKind::RepeatedHead } else { RowKind::OtherTable })
    }

    fn first_filled(&self, cells: &[Cell]) -> Address {
        let is_mapped = |cell: &&Cell| self.by_column.contains_key(&cell.at.column) && !is_blank(cell);
        cells.iter().find(is_mapped).or(cells.first()).map_or(Address::new(0, 0), |cell| cell.at)
    }

    fn read_row(&mut self, row: u32, cells: &[Cell]) -> ImportedRow {
        for cell in cells.iter().filter(|cell| !self.by_column.contains_key(&cell.at.column) && !is_blank(cell)) {
            *self.unknown.entry(cell.at.column).or_default() += 1;
        }
        let mut values = vec![None; self.request.columns.len()];
        for (index, column) in self.head.columns.iter().enumerate() {
            let Some(column) = *column else { continue };
            let own = cells.binary_search_by_key(&column, |cell| cell.at.column).ok().map(|found| &cells[found]);
            let Some(cell) = own.filter(|cell| !is_blank(cell)).or_else(|| self.above(row, column)) else { continue };
            let spec = &self.request.columns[index];
            // A version column may be declared as plain text; its head says what it is.
            let is_version = spec.kind == ColumnKind::Text && spec.head.contains("版本号");
            let kind = if is_version { &ColumnKind::Version } else { &spec.kind };
            let (text, doubt) = text_of(cell, kind, self.workbook.recalculates_on_open);
            if let Some(doubt) = doubt.filter(|_| cell.at.row == row) {
                let (code, message) = told(&doubt, cell.at, text.as_deref().unwrap_or_default());
                self.warn(code, cell.at, message);
            }
            values[index] = text;
        }
        ImportedRow { row: row + 1, values }
    }

    /// The cell that a merged range down this column holds its value in.
    fn above(&self, row: u32, column: u32) -> Option<&'a Cell> {
        let ranges = self.tall.get(&column)?;
        let (first, last) = *ranges[..ranges.partition_point(|(first, _)| *first <= row)].last()?;
        (row <= last).then(|| self.sheet.cell(Address::new(first, column))).flatten()
    }
}

fn told(doubt: &Doubt, at: Address, text: &str) -> (&'static str, String) {
    match doubt {
        Doubt::NumberAsVersion => {
            let longer = if text.contains('.') { format!("{text}0") } else { format!("{text}.0") };
            let message = format!("{at} 是数字 {text}，看不出原来写的是 {text} 还是 {longer}，请核对。");
            ("number_as_version", message)
        }
        Doubt::DateAsVersion => {
            let message = format!("{at} 是日期 {text}，可能是版本号被自动改成了日期，请核对。");
            ("date_as_version", message)
        }
        Doubt::LongNumber => {
            ("long_number", format!("{at} 的数字超过 15 位，工作簿只保留了前 15 位，请核对后面的数字。"))
        }
        Doubt::NumberAsDate => ("number_as_date", format!("{at} 是没有日期格式的数字，按日期 {text} 读入，请核对。")),
        Doubt::Error(error) => ("error_cell", format!("{at} 是错误值 {error}，没有读入，请在原表改正后再导入。")),
        Doubt::NoResult => (
            "formula_without_value",
            format!("{at} 是公式，但文件里没有存它的结果，没有读入；请用 Excel 或 WPS 打开并保存一次，再导入。"),
        ),
        Doubt::PerhapsNotComputed => (
            "formula_not_computed",
            format!("{at} 的公式结果是 {text}，可能还没有算过；请用 Excel 或 WPS 打开并保存一次，再导入。"),
        ),
    }
}

/// The beginning of a text, for messages.
fn shortened(text: &str) -> String {
    let line = text.replace('\n', " ");
    if line.chars().count() <= 30 { line } else { format!("{}…", line.chars().take(30).collect::<String>()) }
}

/// Rows from 0 as people count them: `5、7–9`.
fn runs(rows: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &row in rows {
        match runs.last_mut() {
            Some((_, last)) if row == *last + 1 => *last = row,
            _ => runs.push((row, row)),
        }
    }
    let total = runs.len();
    let mut told: Vec<String> = runs
        .iter()
        .take(20)
        .map(
            |(first, last)| {
                if first == last { (first + 1).to_string() } else { format!("{}–{}", first + 1, last + 1) }
            },
        )
        .collect();
    if total > 20 {
        told.push("…".to_owned());
    }
    told.join("、")
}

/// `Sheet1!C5`, with the quotes that Excel wants around unusual names.
pub(super) fn place(sheet: &str, at: Address) -> String {
    let is_plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && !sheet.starts_with(|c: char| c.is_ascii_digit());
    if is_plain { format!("{sheet}!{at}") } else { format!("'{}'!{at}", sheet.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_as_people_name_them() {
        assert_eq!(runs(&[4, 6, 7, 8]), "5、7–9");
    }

    #[test]
    fn unusual_sheet_names_are_quoted() {
        assert_eq!(place("发布计划", Address::new(4, 2)), "发布计划!C5");
        assert_eq!(place("11月发布", Address::new(4, 2)), "'11月发布'!C5");
        assert_eq!(place("a b", Address::new(0, 0)), "'a b'!A1");
    }
}
