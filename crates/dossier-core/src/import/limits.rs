//! How much of a file from outside is read before it is refused.
//!
//! Sizes that a file declares about itself are never trusted downwards: what counts is what has really been read.

use std::cell::Cell;

use crate::{Code, Error, Result};

/// Bytes of the file as it lies on disk.
pub const PACKED_BYTES: usize = 50 << 20;
/// Bytes read out of a compressed workbook, all its parts together.
pub const UNPACKED_BYTES: u64 = 200 << 20;
/// Rows of one sheet.
pub const ROWS: u32 = 20_000;
/// Columns of one sheet.
pub const COLUMNS: u32 = 200;
/// Cells with content, all sheets together. Keeps a hostile file under 200 MB of memory.
pub const CELLS: usize = 600_000;
/// Bytes of text kept in memory, all sheets together.
pub const TEXT_BYTES: usize = 40 << 20;
/// Sheets of one workbook.
pub const SHEETS: usize = 500;
/// Parts of one compressed workbook.
pub const ZIP_ENTRIES: usize = 10_000;
/// Bytes of one XML tag or one run of text: a cell holds at most 32,767 characters.
pub const XML_EVENT_BYTES: usize = 1 << 20;
/// Nesting of XML elements; workbooks need less than 20.
pub const XML_DEPTH: usize = 64;
/// Tags and texts of a workbook, all its parts together. A cell takes about eight, so that this is far more than the
/// cells allowed; it is what keeps 200 MB of empty rows from taking longer than a person waits.
pub const XML_NODES: usize = 8_000_000;
/// Merged ranges, number formats, cell styles and defined names of one workbook.
pub const DEFINITIONS: usize = 100_000;

/// What is left to be read of one file.
#[derive(Debug)]
pub(super) struct Budget {
    unpacked: Cell<u64>,
    cells: Cell<usize>,
    text: Cell<usize>,
    nodes: Cell<usize>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            unpacked: Cell::new(UNPACKED_BYTES),
            cells: Cell::new(CELLS),
            text: Cell::new(TEXT_BYTES),
            nodes: Cell::new(XML_NODES),
        }
    }

    /// Counts bytes that came out of a compressed part; `false` when there were too many.
    pub(super) fn unpack(&self, bytes: usize) -> bool {
        let left = self.unpacked.get().checked_sub(bytes as u64);
        self.unpacked.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Counts one cell with content.
    pub(super) fn cell(&self) -> Result<()> {
        match self.cells.get().checked_sub(1) {
            Some(left) => self.cells.set(left),
            None => return Err(too_large(format!("太大：有内容的单元格超过 {CELLS} 个"))),
        }
        Ok(())
    }

    /// Counts one tag or text of XML.
    pub(super) fn node(&self) -> Result<()> {
        match self.nodes.get().checked_sub(1) {
            Some(left) => self.nodes.set(left),
            None => return Err(too_large(format!("太大：内容超过 {} 万个元素", XML_NODES / 10_000))),
        }
        Ok(())
    }

    /// Counts text that is kept.
    pub(super) fn text(&self, bytes: usize) -> Result<()> {
        match self.text.get().checked_sub(bytes) {
            Some(left) => self.text.set(left),
            None => return Err(too_large(format!("太大：文字超过 {} MB", TEXT_BYTES >> 20))),
        }
        Ok(())
    }
}

pub(super) fn too_large(what: impl Into<String>) -> Error {
    Error::new(Code::TooLarge, what).hint("请只保留发布计划所在的工作表和行，另存为新的 .xlsx 文件后再导入")
}

pub(super) fn unpacks_too_large() -> Error {
    too_large(format!("太大：解压后超过 {} MB", UNPACKED_BYTES >> 20))
}
