//! The plan table in a workbook: which sheet, which row is the head, which rows are the plan.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use super::cells::{Address, Cell, Sheet, Value, Workbook, column_letters};
use super::heads::{Certainty, Matcher, normalise};
use super::limits;
use super::text::{Doubt, text_of, tidy};
use crate::{Code, Error, Result};

/// What is looked for: one column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSpec {
    /// As printed: `发布顺序`.
    pub head: String,
    /// Other words for it, beside the built-in ones.
    pub synonyms: Vec<String>,
    pub kind: ColumnKind,
}

/// How cells of a column become text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// As the cell shows it.
    Text,
    /// As the cell shows it, and a word when it may not be what was typed.
    Version,
    /// Without separators and leading zeros.
    Integer,
    Decimal,
    /// `2026-04-15`.
    Date,
    /// `2026-04-15 10:00`.
    DateTime,
    /// One of these.
    Choice(Vec<String>),
}

impl ColumnSpec {
    pub fn new(head: impl Into<String>, kind: ColumnKind) -> Self {
        Self { head: head.into(), synonyms: Vec::new(), kind }
    }

    /// The 14 columns of 发布计划表.
    pub fn plan() -> Vec<Self> {
        const HEADS: [&str; 14] = [
            "发布顺序",
            "系统名称",
            "版本号",
            "变更内容",
            "风险等级",
            "风险描述",
            "风险控制",
            "发布依赖",
            "配置更新",
            "DDL",
            "DML",
            "发布分支",
            "开发人员",
            "测试人员",
        ];
        let kind = |head| match head {
            "版本号" => ColumnKind::Version,
            _ => ColumnKind::Text,
        };
        HEADS.into_iter().map(|head| Self::new(head, kind(head))).collect()
    }
}

/// Which table is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub columns: &'a [ColumnSpec],
    /// Only this sheet; otherwise the one that fits best.
    pub sheet: Option<&'a str>,
}

/// What would be imported. Serialises as `{sheet, head_row, mapping, rows, warnings}`, rows keyed by the printed heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPlan {
    pub sheet: String,
    /// The last row of the head, counted from 1: the plan begins below it.
    pub head_row: u32,
    /// The heads of all requested columns, in their order.
    pub columns: Vec<String>,
    /// Printed head and the letters of the column it was found in.
    pub mapping: Vec<(String, String)>,
    pub rows: Vec<ImportedRow>,
    /// Columns of the workbook that nothing was asked about.
    pub unknown_columns: Vec<UnknownColumn>,
    /// Printed heads that the workbook does not have.
    pub missing_columns: Vec<String>,
    pub warnings: Vec<Warning>,
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Where it stands in the sheet, counted from 1.
    pub row: u32,
    /// One value for each requested column: the text that would be stored.
    pub values: Vec<Option<String>>,
}

/// A column of the workbook that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// Its letters: `O`.
    pub column: String,
    /// Its head, if it has one.
    pub head: Option<String>,
    /// How many plan rows have something in it.
    pub filled: usize,
}

/// Something a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What kind, for programs: `number_as_version`, `hidden_row` …
    pub code: &'static str,
    /// `Sheet1!C5`.
    pub cell: String,
    /// In Chinese: what is in doubt, and what to do.
    pub message: String,
}

impl Serialize for ImportPlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Pairs<'a>(Vec<(&'a str, Option<&'a str>)>);
        impl Serialize for Pairs<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.len()))?;
                for (key, value) in &self.0 {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
        let mapping = self.mapping.iter().map(|(head, column)| (head.as_str(), Some(column.as_str())));
        let rows = self.rows.iter().map(|row| {
            Pairs(self.columns.iter().map(String::as_str).zip(row.values.iter().map(Option::as_deref)).collect())
        });
        let mut plan = serializer.serialize_struct("ImportPlan", 5)?;
        plan.serialize_field("sheet", &self.sheet)?;
        plan.serialize_field("head_row", &self.head_row)?;
        plan.serialize_field("mapping", &Pairs(mapping.collect()))?;
        plan.serialize_field("rows", &rows.collect::<Vec<_>>())?;
        plan.serialize_field("warnings", &self.warnings)?;
        plan.end()
    }
}

/// Rows looked through for a head: title blocks are shorter, and a table that begins later is a different thing.
const HEAD_SEARCH_ROWS: usize = 200;
/// A head is spread over no more rows than this.
const HEAD_DEPTH: usize = 3;
/// Longer texts are content, not heads.
const HEAD_CHARACTERS: usize = 40;
/// Warnings of one kind; a person reads no more, and the last one says how many there are.
const WARNINGS_OF_A_KIND: usize = 1000;

/// Finds the table that fits best and reads it.
pub(super) fn find(workbook: &Workbook, request: &Request<'_>) -> Result<ImportPlan> {
    let wanted = sheets_to_search(workbook, request)?;
    let matcher = Matcher::new(request.columns);
    let mut found: Vec<(&Sheet, Head)> = Vec::new();
    for sheet in &wanted {
        found.extend(find_head(sheet, &matcher, request.columns.len()).map(|head| (*sheet, head)));
    }
    // Hidden sheets only when no other has a plan, unless one was asked for by name.
    if request.sheet.is_none() && found.iter().any(|(sheet, _)| sheet.visible) {
        found.retain(|(sheet, _)| sheet.visible);
    }
    let is_example = |sheet: &Sheet| {
        ["示例", "样例", "模板", "说明", "example", "template"]
            .iter()
            .any(|word| sheet.name.to_lowercase().contains(word))
    };
    // Stable: among equals the first tab is read.
    found.sort_by(|(one, one_head), (other, other_head)| {
        is_example(one).cmp(&is_example(other)).then(other_head.score.total_cmp(&one_head.score))
    });

    let mut too_far = None;
    let mut empty = None;
    let mut best: Option<(usize, ImportPlan)> = None;
    for (index, (sheet, head)) in found.iter().enumerate() {
        if let Some(beyond) = sheet.beyond {
            too_far.get_or_insert((*sheet, beyond));
            continue;
        }
        let plan = Reading::new(workbook, sheet, head, request, &matcher).read();
        if plan.rows.is_empty() {
            empty.get_or_insert(plan);
            continue;
        }
        best = Some((index, plan));
        break;
    }
    let Some((index, mut plan)) = best else {
        return Err(match (too_far, empty) {
            (Some((sheet, beyond)), _) => far_away(sheet, beyond),
            (None, Some(plan)) => no_rows(&plan),
            (None, None) => match wanted.iter().find_map(|sheet| Some((*sheet, sheet.beyond?))) {
                Some((sheet, beyond)) => far_away(sheet, beyond),
                None => no_table(&wanted, request),
            },
        });
    };
    for (other, (sheet, head)) in found.iter().enumerate() {
        let has_rows = sheet.last_row().is_some_and(|last| last > head.last_row);
        if other != index && has_rows {
            plan.warnings.push(Warning {
                code: "other_table",
                cell: place(&sheet.name, Address::new(head.last_row, 0)),
                message: format!("工作表“{}”里也有一张计划表，没有读入；要读它，请指定这张工作表。", sheet.name),
            });
        }
    }
    Ok(plan)
}

fn sheets_to_search<'w>(workbook: &'w Workbook, request: &Request<'_>) -> Result<Vec<&'w Sheet>> {
    let Some(name) = request.sheet else {
        if workbook.sheets.iter().all(Sheet::is_empty) {
            return Err(Error::new(Code::EmptyFile, "里面没有内容").hint("请确认选对了文件，并且内容已经保存，再导入"));
        }
        return Ok(workbook.sheets.iter().collect());
    };
    let same = |sheet: &&Sheet| sheet.name.trim().to_lowercase() == name.trim().to_lowercase();
    match workbook.sheet(name).or_else(|| workbook.sheets.iter().find(same)) {
        Some(sheet) if sheet.is_empty() => {
            Err(Error::new(Code::EmptyFile, format!("的工作表“{}”里没有内容", sheet.name))
                .hint("请另选一张工作表，再导入"))
        }
        Some(sheet) => Ok(vec![sheet]),
        None => {
            let names: Vec<String> = workbook.sheets.iter().take(20).map(|sheet| format!("“{}”", sheet.name)).collect();
            Err(Error::new(Code::NotFound, format!("里没有名为“{name}”的工作表"))
                .hint(format!("里面的工作表有：{}", names.join("、"))))
        }
    }
}

fn far_away(sheet: &Sheet, beyond: Address) -> Error {
    Error::new(
        Code::TooLarge,
        format!(
            "太大：{} 有内容，超出了 {} 行 × {} 列的上限",
            place(&sheet.name, beyond),
            limits::ROWS,
            limits::COLUMNS
        ),
    )
    .hint("如果那里是误填的，请清除那个单元格（或删除那一行、那一列）后保存，再导入；否则请分成几个文件")
}

fn no_rows(plan: &ImportPlan) -> Error {
    Error::new(Code::NoRows, format!("的工作表“{}”只有表头（第 {} 行），下面没有计划内容", plan.sheet, plan.head_row))
        .hint("请在表头下面填好计划，保存后再导入；隐藏的行不会读入")
}

fn no_table(sheets: &[&Sheet], request: &Request<'_>) -> Error {
    let heads: Vec<&str> = request.columns.iter().map(|column| column.head.as_str()).collect();
    let place = match sheets {
        [only] => format!("的工作表“{}”里没有找到计划表", only.name),
        sheets => format!("的 {} 张工作表里都没有找到计划表", sheets.len()),
    };
    Error::new(Code::NoPlanTable, place)
        .hint(format!("请确认有一行表头，写着要导入的栏目：{}；列的顺序不限，可以缺几列", heads.join("、")))
}

/// `Sheet1!C5`, with the quotes that Excel wants around unusual names.
fn place(sheet: &str, at: Address) -> String {
    let is_plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && !sheet.starts_with(|c: char| c.is_ascii_digit());
    if is_plain { format!("{sheet}!{at}") } else { format!("'{}'!{at}", sheet.replace('\'', "''")) }
}

/// A head found in a sheet; rows and columns from 0.
struct Head {
    last_row: u32,
    /// Where each requested column stands.
    columns: Vec<Option<u32>>,
    /// Requested columns that were taken on the beginning of their head only.
    guessed: Vec<usize>,
    /// Columns whose head means a column that another one has already taken.
    duplicates: Vec<(u32, usize)>,
    /// The head's texts of every column, from the top.
    texts: BTreeMap<u32, Vec<String>>,
    score: f64,
}

/// Rows near the top as a head is read: merged cells say their text everywhere.
struct HeadRows {
    rows: Vec<HeadRow>,
}

struct HeadRow {
    row: u32,
    /// How many of its texts are a head's; rows of content have none, and are not looked at closer.
    known: usize,
    cells: BTreeMap<u32, HeadCell>,
}

#[derive(Clone)]
struct HeadCell {
    text: String,
    plain: String,
    /// Where the text stands; the same for all cells of a merged range.
    origin: Address,
}

impl HeadRows {
    fn of(sheet: &Sheet, matcher: &Matcher) -> Self {
        let numbers: Vec<u32> = sheet.rows().take(HEAD_SEARCH_ROWS).map(|(row, _)| row).collect();
        let covered = covered_cells(sheet, &numbers);
        let rows = numbers.iter().map(|&row| {
            let mut cells = BTreeMap::new();
            for cell in sheet.row(row) {
                cells.extend(HeadCell::of(cell).map(|found| (cell.at.column, found)));
            }
            for (&(_, column), &origin) in covered.range((row, 0)..=(row, u32::MAX)) {
                if let Some(found) = sheet.cell(origin).and_then(HeadCell::of) {
                    cells.entry(column).or_insert(found);
                }
            }
            HeadRow::new(row, cells, matcher)
        });
        Self { rows: rows.collect() }
    }
}

impl HeadRow {
    fn new(row: u32, cells: BTreeMap<u32, HeadCell>, matcher: &Matcher) -> Self {
        let known = cells.values().filter(|cell| matcher.knows(&cell.plain)).count();
        Self { row, known, cells }
    }
}

impl HeadCell {
    fn of(cell: &Cell) -> Option<Self> {
        let Value::Text(text) = &cell.value else { return None };
        // Long texts are content; four bytes are the most that a character takes.
        if text.len() > HEAD_CHARACTERS * 8 {
            return None;
        }
        let text = tidy(text);
        let plain = if text.chars().count() <= HEAD_CHARACTERS { normalise(&text) } else { return None };
        (!plain.is_empty()).then_some(Self { text, plain, origin: cell.at })
    }
}

/// The cells of merged ranges near the top, with the cell that holds their value. Bounded, whatever the file says.
fn covered_cells(sheet: &Sheet, rows: &[u32]) -> BTreeMap<(u32, u32), Address> {
    let mut covered = BTreeMap::new();
    let last = rows.last().copied().unwrap_or(0);
    for range in sheet.merges.iter().take_while(|range| range.first.row <= last) {
        let bottom = range.last.row.min(range.first.row + HEAD_DEPTH as u32 + 1);
        for row in range.first.row..=bottom {
            for column in range.first.column..=range.last.column.min(limits::COLUMNS - 1) {
                if covered.len() > 100_000 {
                    return covered;
                }
                covered.insert((row, column), range.first);
            }
        }
    }
    covered
}

fn find_head(sheet: &Sheet, matcher: &Matcher, wanted: usize) -> Option<Head> {
    let rows = HeadRows::of(sheet, matcher);
    let mut best: Option<Head> = None;
    for start in 0..rows.rows.len() {
        for depth in 1..=HEAD_DEPTH.min(rows.rows.len() - start) {
            let window = &rows.rows[start..start + depth];
            let is_together = window.iter().zip(window.iter().skip(1)).all(|(one, next)| next.row == one.row + 1);
            if !is_together {
                break;
            }
            if window.iter().map(|row| row.known).sum::<usize>() < wanted.min(2) {
                continue;
            }
            let Some(head) = head_from(window, matcher, wanted) else { continue };
            if best.as_ref().is_none_or(|best| head.score > best.score + 1e-9) {
                best = Some(head);
            }
        }
    }
    best
}

/// Reads these rows as a head; `None` when they are none.
fn head_from(rows: &[HeadRow], matcher: &Matcher, wanted: usize) -> Option<Head> {
    let columns: BTreeSet<u32> = rows.iter().flat_map(|row| row.cells.keys().copied()).collect();
    let stacks: Vec<Stack> = columns.iter().map(|&column| Stack::of(rows, column)).collect();
    let mut head = Head {
        last_row: rows[rows.len() - 1].row,
        columns: vec![None; wanted],
        guessed: Vec::new(),
        duplicates: Vec::new(),
        texts: stacks.iter().map(|stack| (stack.column, stack.texts.clone())).collect(),
        score: 0.0,
    };
    let mut taken: HashSet<u32> = HashSet::new();
    // Surer matches first over the whole row, so that a synonym never takes what another column says outright.
    for certainty in Certainty::ALL {
        for rank in 0..Stack::RANKS {
            for stack in &stacks {
                if taken.contains(&stack.column) {
                    continue;
                }
                let is_free = |index: usize| head.columns[index].is_none();
                let found =
                    stack.readings(rank, certainty).iter().find_map(|text| matcher.find(text, certainty, is_free));
                let Some(index) = found else { continue };
                head.columns[index] = Some(stack.column);
                taken.insert(stack.column);
                head.score += certainty.weight();
                if certainty == Certainty::Beginning {
                    head.guessed.push(index);
                }
            }
        }
    }
    let matched = taken.len();
    let enough = (wanted as f64 * 0.6).min(2.5);
    if matched < wanted.min(3) || head.score + 1e-9 < enough {
        return None;
    }
    for stack in stacks.iter().filter(|stack| !taken.contains(&stack.column)) {
        let mut meanings = [Certainty::Exact, Certainty::Synonym].into_iter().flat_map(|certainty| {
            (0..2).filter_map(move |rank| {
                stack.readings(rank, certainty).iter().find_map(|text| matcher.find(text, certainty, |_| true))
            })
        });
        head.duplicates.extend(meanings.next().map(|index| (stack.column, index)));
    }
    if rows.len() > 1 {
        // Each further row must pull its weight, and what it adds must be heads: a row of content below the head, in
        // which a word happens to be known, is not part of it.
        let last = &rows[rows.len() - 1];
        let own: Vec<u32> =
            last.cells.iter().filter(|(_, cell)| cell.origin.row == last.row).map(|(column, _)| *column).collect();
        let used = own.iter().filter(|column| taken.contains(column)).count();
        let fitting = own.iter().filter(|&&column| {
            let plain = &last.cells[&column].plain;
            stacks.iter().any(|stack| {
                stack.column == column
                    && taken.contains(&column)
                    && (stack.plain.len() < 2 || matcher_knows(matcher, stack, plain))
            })
        });
        if own.is_empty() || used * 2 < own.len() || fitting.count() * 2 < own.len() {
            return None;
        }
        head.score -= 0.3 * (rows.len() - 1) as f64;
    }
    Some(head)
}

fn matcher_knows(matcher: &Matcher, stack: &Stack, leaf: &str) -> bool {
    matcher.knows(leaf) || stack.joined.iter().any(|text| text.contains(leaf) && matcher.knows(text))
}

/// The texts above one column, from the top, each once.
struct Stack {
    column: u32,
    texts: Vec<String>,
    plain: Vec<String>,
    /// Parent and child read together: `风险` over `等级` is `风险等级`.
    joined: Vec<String>,
}

impl Stack {
    const RANKS: usize = 3;

    fn of(rows: &[HeadRow], column: u32) -> Self {
        let mut stack = Self { column, texts: Vec::new(), plain: Vec::new(), joined: Vec::new() };
        let mut origins: Vec<Address> = Vec::new();
        for row in rows {
            if let Some(cell) = row.cells.get(&column).filter(|cell| !origins.contains(&cell.origin)) {
                origins.push(cell.origin);
                stack.texts.push(cell.text.clone());
                stack.plain.push(cell.plain.clone());
            }
        }
        if let [.., parent, child] = stack.plain.as_slice() {
            stack.joined.extend([stack.plain.concat(), format!("{parent}{child}"), format!("{child}{parent}")]);
        } else if let ([only], [above, .., below]) = (stack.plain.as_slice(), rows) {
            // A group written over its first column only, without merging: it also stands over the columns right of it.
            let is_leaf = below.cells.get(&column).is_some_and(|cell| cell.origin.row == below.row);
            let group =
                above.cells.range(..column).next_back().filter(|_| is_leaf && !above.cells.contains_key(&column));
            if let Some((_, group)) = group {
                stack.joined.push(format!("{}{only}", group.plain));
            }
        }
        stack
    }

    /// Ways to read the head of this column: parent with child, the lowest text, the texts above it.
    fn readings(&self, rank: usize, certainty: Certainty) -> &[String] {
        let below = self.plain.len().saturating_sub(1);
        match rank {
            0 => &self.joined,
            1 => &self.plain[below..],
            // A group's own word says too little about its columns, unless it is the head itself.
            _ if certainty == Certainty::Exact => &self.plain[..below],
            _ => &[],
        }
    }
}

/// Reads the rows under one head.
struct Reading<'a> {
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
    counts: HashMap<&'static str, usize>,
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
    fn new(
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
            counts: HashMap::new(),
            unknown: BTreeMap::new(),
        }
    }

    fn read(mut self) -> ImportPlan {
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
            rows,
            unknown_columns,
            missing_columns: with_place()
                .filter(|(_, column)| column.is_none())
                .map(|(spec, _)| spec.head.clone())
                .collect(),
            warnings: self.warnings,
        }
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

fn is_blank(cell: &Cell) -> bool {
    match &cell.value {
        Value::Text(text) => {
            text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')).is_empty()
        }
        _ => false,
    }
}

/// `合计`, `总计：12` …
fn is_total(cell: &Cell) -> bool {
    let Value::Text(text) = &cell.value else { return false };
    let text = text.trim();
    text.len() <= 60
        && ["合计", "总计", "小计", "共计", "Total", "TOTAL"].iter().any(|word| {
            text.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '：', ' ', '\u{3000}', '（', '(']))
        })
        || matches!(normalise(text).as_str(), "合计" | "总计" | "小计" | "共计")
}

/// `备注：…`, `编制人签字：` and the like, as they stand below a table.
fn is_remark(cell: &Cell) -> bool {
    const WORDS: [&str; 35] = [
        "备注",
        "注",
        "说明",
        "注意",
        "编制",
        "编写",
        "制表",
        "制作",
        "填表",
        "填报",
        "填写",
        "审核",
        "审批",
        "批准",
        "复核",
        "校对",
        "会签",
        "签字",
        "签名",
        "签章",
        "签发",
        "签收",
        "日期",
        "制单",
        "部门",
        "单位",
        "联系",
        "电话",
        "抄送",
        "经办",
        "负责人",
        "附",
        "本页",
        "以下空白",
        "note",
    ];
    let Value::Text(text) = &cell.value else { return false };
    let start: String = normalise(&text.chars().take(60).collect::<String>());
    let start = start.trim_start_matches(['(', '[', '【']);
    if start.starts_with('第') && start.contains('页') {
        return true;
    }
    WORDS.iter().any(|word| {
        let Some(rest) = start.strip_prefix(word) else { return false };
        let ends_here = rest.is_empty() || rest.starts_with([':', ')', ']', '】', '1', '一', '①']);
        // `编制人签字：`, `审核人（签字）：`
        let is_signature = rest.chars().take(8).any(|c| c == ':') || text.trim_end().ends_with([':', '：']);
        ends_here || is_signature || rest.starts_with("人") && rest.chars().count() <= 6
    })
}

/// `一、核心系统`, `（二）外围系统`.
fn is_section(cell: &Cell) -> bool {
    let Value::Text(text) = &cell.value else { return false };
    let start = text.trim().trim_start_matches(['（', '(', '第']);
    let rest = start.trim_start_matches(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十']);
    rest.len() < start.len() && rest.starts_with(['、', '）', ')', '批', '部'])
}

/// A number, or a text that begins with one: `1`, `第2批`, `3-1`, `①`.
fn is_ordinal(cell: &Cell) -> bool {
    match &cell.value {
        Value::Number(_) | Value::NoResult => true,
        Value::Text(text) => {
            let text = text.trim().trim_start_matches(['第', '(', '（', 'P', 'p', 'T', 'S', 'N', 'o', '.', '#']);
            text.chars().count() <= 12
                && text.starts_with(|c: char| c.is_numeric() || "一二三四五六七八九十".contains(c))
                && !text.contains(['、'])
        }
        _ => false,
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
