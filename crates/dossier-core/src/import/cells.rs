//! What every kind of workbook becomes: sheets with few typed cells, and what the sheet knows about them.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDateTime;

use super::format::NumberFormat;
use super::limits::{self, Budget};
use crate::Result;

/// A workbook as read, whatever program wrote it.
#[derive(Debug, Clone)]
pub struct Workbook {
    pub kind: WorkbookKind,
    /// In the order of the tabs, hidden ones too.
    pub sheets: Vec<Sheet>,
    pub names: Vec<DefinedName>,
    /// The program that wrote it left the formulas to be computed when it is opened: a stored 0 may mean nothing.
    pub recalculates_on_open: bool,
}

impl Workbook {
    /// The sheet of this name, also a hidden one.
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }

    /// The sheet and range that a defined name stands for; names are compared without case, as Excel does.
    pub fn named(&self, name: &str) -> Option<(&Sheet, Range)> {
        let wanted = name.to_lowercase();
        let found = self.names.iter().find(|defined| defined.name.to_lowercase() == wanted)?;
        Some((self.sheet(&found.sheet)?, found.range))
    }

    /// The cell behind a defined name: the first of its range.
    pub fn named_cell(&self, name: &str) -> Option<&Cell> {
        let (sheet, range) = self.named(name)?;
        sheet.cell(range.first)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkbookKind {
    /// Office Open XML: .xlsx, .xlsm, .xltx …
    Xlsx,
    /// The binary workbook of Excel 5 to 2003.
    Xls,
    /// OpenDocument.
    Ods,
    /// Text with delimiters.
    Csv,
}

/// A name for a range of cells, as in the name manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinedName {
    pub name: String,
    pub sheet: String,
    pub range: Range,
}

/// One sheet: only cells with content are kept.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub name: String,
    pub visible: bool,
    /// Sorted by row, then column; one cell per place.
    cells: Vec<Cell>,
    /// Sorted by their first cell.
    pub merges: Vec<Range>,
    hidden_rows: Spans,
    hidden_columns: Spans,
    /// The first cell with content outside 20,000 rows × 200 columns; nothing was read from there on.
    pub beyond: Option<Address>,
}

impl Sheet {
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.beyond.is_none()
    }

    pub fn cell(&self, at: Address) -> Option<&Cell> {
        self.cells.binary_search_by_key(&at, |cell| cell.at).ok().map(|index| &self.cells[index])
    }

    /// The cell of an address as people write it: `C5`.
    pub fn at(&self, address: &str) -> Option<&Cell> {
        self.cell(Address::parse(address)?)
    }

    /// The cells of one row (0-based), by column.
    pub fn row(&self, row: u32) -> &[Cell] {
        let from = self.cells.partition_point(|cell| cell.at.row < row);
        let rest = &self.cells[from..];
        &rest[..rest.partition_point(|cell| cell.at.row == row)]
    }

    /// The rows that hold something, 0-based, in order, each with its cells.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &[Cell])> {
        self.cells.chunk_by(|one, next| one.at.row == next.at.row).map(|cells| (cells[0].at.row, cells))
    }

    pub fn last_row(&self) -> Option<u32> {
        self.cells.last().map(|cell| cell.at.row)
    }

    pub fn is_row_hidden(&self, row: u32) -> bool {
        self.hidden_rows.contains(row)
    }

    pub fn is_column_hidden(&self, column: u32) -> bool {
        self.hidden_columns.contains(column)
    }
}

/// One cell with content.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub at: Address,
    pub value: Value,
    /// The value is the stored result of a formula.
    pub is_formula: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A formula that was stored without its result.
    NoResult,
    Text(Arc<str>),
    Number(Number),
    Moment(Moment),
    Bool(bool),
    /// `#N/A`, `#REF!` …
    Error(Arc<str>),
}

/// A number and how the workbook shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    pub value: f64,
    pub format: Arc<NumberFormat>,
}

/// A date, a time, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: NaiveDateTime,
    pub shows: Shows,
}

/// Which half of a moment the workbook shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Date,
    Time,
    Both,
}

/// A place in a sheet; counted from 0, printed as people write it: `C5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub row: u32,
    pub column: u32,
}

impl Address {
    pub const fn new(row: u32, column: u32) -> Self {
        Self { row, column }
    }

    /// Reads `C5` or `$C$5`.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut column, mut row, mut letters) = (0u32, 0u32, 0);
        let mut digits = 0;
        for byte in text.bytes() {
            match byte {
                b'$' => {}
                b'A'..=b'Z' | b'a'..=b'z' if digits == 0 && letters < 4 => {
                    column = column * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
                    letters += 1;
                }
                b'0'..=b'9' if letters > 0 && digits < 9 => {
                    row = row * 10 + u32::from(byte - b'0');
                    digits += 1;
                }
                _ => return None,
            }
        }
        Some(Self::new(row.checked_sub(1)?, column.checked_sub(1)?))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.column), u64::from(self.row) + 1)
    }
}

/// `0` is `A`, `26` is `AA`.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// A rectangle of cells, both corners inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    pub first: Address,
    pub last: Address,
}

impl Range {
    /// Reads `A1:N1` or a single `A1`.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (one, other) = (Address::parse(first)?, Address::parse(last)?);
        Some(Self {
            first: Address::new(one.row.min(other.row), one.column.min(other.column)),
            last: Address::new(one.row.max(other.row), one.column.max(other.column)),
        })
    }

    pub fn contains(&self, at: Address) -> bool {
        (self.first.row..=self.last.row).contains(&at.row)
            && (self.first.column..=self.last.column).contains(&at.column)
    }

    pub const fn width(&self) -> u32 {
        self.last.column - self.first.column + 1
    }
}

/// Runs of row or column numbers, so that a million hidden rows cost one entry.
#[derive(Debug, Clone, Default)]
struct Spans(Vec<(u32, u32)>);

impl Spans {
    fn add(&mut self, first: u32, last: u32) {
        match self.0.last_mut() {
            Some((_, end)) if first == end.saturating_add(1) && last >= first => *end = last,
            _ => self.0.push((first, last)),
        }
    }

    fn sort(&mut self) {
        self.0.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.0.len());
        for &(first, last) in &self.0 {
            match merged.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = (*end).max(last),
                _ => merged.push((first, last)),
            }
        }
        self.0 = merged;
    }

    fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|&(first, _)| first <= number);
        after > 0 && number <= self.0[after - 1].1
    }
}

/// Collects a sheet within the limits of the whole file.
pub(super) struct SheetBuilder<'b> {
    sheet: Sheet,
    budget: &'b Budget,
    is_sorted: bool,
}

impl<'b> SheetBuilder<'b> {
    pub(super) fn new(name: String, visible: bool, budget: &'b Budget) -> Self {
        let sheet = Sheet {
            name,
            visible,
            cells: Vec::new(),
            merges: Vec::new(),
            hidden_rows: Spans::default(),
            hidden_columns: Spans::default(),
            beyond: None,
        };
        Self { sheet, budget, is_sorted: true }
    }

    /// Takes a cell with content; `false` when it lies outside what is read, and reading the sheet may stop.
    pub(super) fn push(&mut self, at: Address, value: Value, is_formula: bool) -> Result<bool> {
        if at.row >= limits::ROWS || at.column >= limits::COLUMNS {
            self.sheet.beyond.get_or_insert(at);
            return Ok(false);
        }
        self.budget.cell()?;
        self.is_sorted &= self.sheet.cells.last().is_none_or(|last| last.at < at);
        self.sheet.cells.push(Cell { at, value, is_formula });
        Ok(true)
    }

    /// Says that something lies outside the limits, without giving its value.
    pub(super) fn beyond(&mut self, at: Address) {
        self.sheet.beyond.get_or_insert(at);
    }

    pub(super) fn merge(&mut self, range: Range) {
        if range.first != range.last && self.sheet.merges.len() < limits::DEFINITIONS {
            self.sheet.merges.push(range);
        }
    }

    pub(super) fn hide_rows(&mut self, first: u32, last: u32) {
        if self.sheet.hidden_rows.0.len() < limits::DEFINITIONS {
            self.sheet.hidden_rows.add(first, last);
        }
    }

    pub(super) fn hide_columns(&mut self, first: u32, last: u32) {
        if self.sheet.hidden_columns.0.len() < limits::DEFINITIONS {
            self.sheet.hidden_columns.add(first, last);
        }
    }

    pub(super) fn finish(mut self) -> Sheet {
        if !self.is_sorted {
            // Stable, and the later of two cells in one place wins, as it does in Excel.
            self.sheet.cells.sort_by_key(|cell| cell.at);
            self.sheet.cells.reverse();
            self.sheet.cells.dedup_by_key(|cell| cell.at);
            self.sheet.cells.reverse();
        }
        self.sheet.merges.sort_unstable();
        self.sheet.hidden_rows.sort();
        self.sheet.hidden_columns.sort();
        self.sheet
    }
}
