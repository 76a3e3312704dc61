//! Documents as workbooks that look like their paper, and back.
//!
//! ```text
//! Paper ─ grid ─→ areas of a sheet ─ write ─→ XLSX ─ (people edit it) ─ read ─→ content and warnings
//! ```
//!
//! - `grid` lays the content of the paper out: every edge of a cell becomes an edge of a column;
//! - `measure` finds the heights of rows, `style` the looks of cells, `values` what stands in them;
//! - `rows` writes the rows of long tables, thousands of cells that look alike;
//! - `plain` writes a content that no template describes, such as a register, without the way back;
//! - `names` is what the workbook knows about itself: a defined name for each field and a hidden sheet;
//! - `read` takes over what people changed, `tables` the rows they inserted, sorted and deleted; `matching` takes
//!   composed texts apart.

mod grid;
mod matching;
mod measure;
mod names;
mod plain;
mod read;
mod rows;
mod style;
mod tables;
mod values;
mod write;

use chrono::NaiveDateTime;
use dossier_layout::content::Content;
use serde_json::{Map, Value};

use crate::compose::Paper;
use crate::import::Workbook;
use crate::template::Template;
use crate::{Issue, Result};

/// What the workbook says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    pub author: String,
    pub organisation: String,
    /// A time that belongs to the document, such as that of its revision: the same document gives the same bytes.
    pub created: NaiveDateTime,
}

/// A workbook of our own, read back.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadBack {
    /// Version of the template that the workbook was exported with.
    pub template_version: String,
    pub content: Map<String, Value>,
    /// What could not be taken over; `path` is a cell, such as `产品发布申请表!C5`.
    pub warnings: Vec<Issue>,
}

/// Writes a document as a workbook that looks like its paper. Cover and front matter are not part of it.
///
/// `content` holds the values that the paper was composed from; numbers and dates are written as such, everything else
/// as text, never as a formula. The same paper, content and meta give the same bytes.
///
/// # Errors
///
/// A text is longer than a cell of Excel takes, or holds a character that no workbook can keep: all of them are named
/// with their fields.
pub fn write(paper: &Paper, template: &Template, content: &Map<String, Value>, meta: &Meta) -> Result<Vec<u8>> {
    write::write(paper, template, content, meta)
}

/// Writes a content that no template describes as a workbook with the look of its paper. All cells are text.
///
/// `place` tells of a tagged cell its path, and its place as people find it.
///
/// # Errors
///
/// A text is longer than a cell of Excel takes, or holds a character that no workbook can keep: all of them are named.
pub(crate) fn write_content(
    content: &Content,
    title: &str,
    meta: &Meta,
    place: &dyn Fn(u32) -> Option<(String, String)>,
) -> Result<Vec<u8>> {
    plain::write(content, title, meta, place)
}

/// Reads a workbook that [`write()`] made and people may have edited and saved in any program.
///
/// What was not touched keeps its stored value exactly. What was changed is read; where that fails the stored value
/// stays and a warning names the cell. `None`: the workbook is not one of ours.
///
/// # Errors
///
/// The file is no workbook, or one of another form.
pub fn read(bytes: &[u8], file_name: &str, template: &Template) -> Result<Option<ReadBack>> {
    read_open(&crate::import::open(bytes, file_name)?, template)
}

/// As [`read()`], from a workbook that was opened before.
///
/// # Errors
///
/// The workbook is one of another form.
pub fn read_open(workbook: &Workbook, template: &Template) -> Result<Option<ReadBack>> {
    read::read(workbook, template)
}
