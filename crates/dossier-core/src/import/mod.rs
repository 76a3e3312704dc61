//! Plan tables out of workbooks that other people made: read → map → plan.
//!
//! ```text
//! bytes ─ sniff → Workbook (sheets of few typed cells) ─ heads, table → ImportPlan ─ (elsewhere) → document
//! ```
//!
//! Files come from strangers. Everything is read through limits ([`limits`]); what a file says of its own size is never
//! believed. Nothing here writes, and nothing panics whatever the bytes: a fuzz target and a property test hold that.
//!
//! - `sniff` decides by content what a file is and refuses what is not a workbook, with the way out;
//! - `xlsx`, `xls`, `ods`, `csv` read one kind each into [`Workbook`]; `package`, `cfb`, `xml` are what they stand on;
//! - `format` and `text` turn a cell into the text that a person saw (`1.10` stays `1.10`);
//! - `heads` knows the words for a column, `head_row` finds the rows that hold them, `table` chooses among sheets;
//! - `rows` reads what stands below, and `asides` tells remarks, totals and signatures from the plan.

mod asides;
mod cells;
mod cfb;
pub mod confirm;
mod csv;
mod format;
mod head_row;
mod heads;
pub mod limits;
mod ods;
mod package;
mod plan;
mod rows;
mod sniff;
mod table;
mod text;
mod xls;
mod xlsx;
mod xml;

pub use cells::{
    Address, Cell, DefinedName, Moment, Number, Range, Sheet, Shows, Value, Workbook, WorkbookKind, column_letters,
};
pub use format::NumberFormat;
pub use plan::{Choices, ColumnKind, ColumnSpec, ImportPlan, ImportedRow, Match, Request, UnknownColumn, Warning};

use crate::{Error, Result};

/// Reads a workbook whole: every sheet, also hidden ones, with what it knows of its cells.
///
/// What the file is is decided by its content; a name that promises another kind is refused.
pub fn open(bytes: &[u8], file_name: &str) -> Result<Workbook> {
    sniff::read(bytes, file_name).map_err(|error| named(error, file_name))
}

/// Finds the table with the requested columns in a workbook and reads its rows as text.
///
/// Everything that a person should look at is in the plan's warnings, each with its cell.
pub fn read_table(bytes: &[u8], file_name: &str, request: &Request<'_>) -> Result<ImportPlan> {
    find_table(&open(bytes, file_name)?, file_name, request)
}

/// As [`read_table`], in a workbook that was opened before.
pub fn find_table(workbook: &Workbook, file_name: &str, request: &Request<'_>) -> Result<ImportPlan> {
    find_table_as(workbook, file_name, request, &Choices::default())
}

/// As [`find_table`], where a person says otherwise than the search would.
pub fn find_table_as(
    workbook: &Workbook,
    file_name: &str,
    request: &Request<'_>,
    choices: &Choices,
) -> Result<ImportPlan> {
    table::find(workbook, request, choices).map_err(|error| named(error, file_name))
}

impl Cell {
    /// The text that would be stored for this cell in a column of this kind; `None` when there is nothing to store.
    pub fn text(&self, kind: &ColumnKind) -> Option<String> {
        text::text_of(self, kind, false).0
    }
}

/// Errors below speak of the file without naming it.
fn named(mut error: Error, file_name: &str) -> Error {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    error.message = format!("“{name}”{}", error.message);
    error
}
