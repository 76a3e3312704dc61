//! A content that no template describes, as a workbook: the look of the paper, every cell a text, no way back.

use std::borrow::Cow;

use dossier_layout::content::{Content, RowKind};
use rust_xlsxwriter::IgnoreError;

use super::Meta;
use super::grid::{self, Area, AreaText};
use super::style::{Formats, Look, NumberForm};
use super::values::{self, Written};
use super::write::{failed, faults, joined, new_book, put, set_up_heads, set_up_page, sheet_name, unwritable};
use crate::{Issue, Result};

/// Cells that are formatted as text show only `#` where they hold more than 255 characters.
const MOST_AS_TEXT: usize = 240;

pub(super) fn write(
    content: &Content,
    title: &str,
    meta: &Meta,
    place: &dyn Fn(u32) -> Option<(String, String)>,
) -> Result<Vec<u8>> {
    let grid = grid::lay_out_list(content);
    let mut formats = Formats::default();
    let mut book = new_book(title, "", meta)?;
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(title)).map_err(failed)?;
    set_up_page(sheet, &grid, &content.furniture, None).map_err(failed)?;
    // All sections have the columns of the first: its heads are right on every page.
    if let Some(heads) = grid.heads.first() {
        set_up_heads(sheet, &grid, *heads, grid.heads.len() == 1).map_err(failed)?;
    }
    let mut problems = Vec::new();
    for area in &grid.areas {
        let written = written(area);
        for (code, says) in faults(&written) {
            let (path, label) = place(area.tag).unwrap_or_else(|| (String::new(), "表头".into()));
            problems.push(Issue::at(path, code, format!("{label}{says}")));
        }
        if problems.is_empty() {
            put(sheet, area, &written, look(area, &written), &mut formats).map_err(failed)?;
        }
    }
    if !problems.is_empty() {
        return Err(unwritable(problems));
    }
    if let (Some(last_row), Some(last_column)) = (grid.rows.len().checked_sub(1), grid.columns.len().checked_sub(1)) {
        // Numbers are texts here: no mark in the corner of each cell.
        let range = (last_row as u32, last_column as u16);
        sheet.ignore_error_range(0, 0, range.0, range.1, IgnoreError::NumberStoredAsText).map_err(failed)?;
    }
    book.save_to_buffer().map_err(failed)
}

fn written<'a>(area: &Area<'a>) -> Written<'a> {
    match area.text {
        AreaText::Heading(heading) => Written::Text(Cow::Borrowed(heading)),
        AreaText::Clause(number, inlines) => Written::Text(Cow::Owned(format!("{number}. {}", values::plain(inlines)))),
        AreaText::Inlines(inlines) if inlines.len() > 1 => joined(values::runs(inlines, area.look.type_)),
        AreaText::Inlines(inlines) => Written::Text(values::plain(inlines)),
    }
}

/// What is typed stays text, also when somebody goes into the cell and leaves it again.
fn look(area: &Area, written: &Written) -> Look {
    let is_value = area.tag != 0 && area.kind == RowKind::Body;
    match written {
        Written::Text(text) if is_value && text.len() <= MOST_AS_TEXT => Look { number: NumberForm::Text, ..area.look },
        _ => area.look,
    }
}
