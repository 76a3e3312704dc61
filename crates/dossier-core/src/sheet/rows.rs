//! The rows of a long table, written without detours.
//!
//! The library that writes workbooks keeps every cell, looks every text up among all others and compares whole formats
//! for each: for a plan of 10,000 rows that is most of the time a person waits. The rows between the first and the last
//! one of a long table are therefore written here and put into the sheet that the library made of everything else. What
//! their formats are numbered is read from cells of the hidden sheet that show each look once.

use std::fmt::Write as _;
use std::io::{Cursor, Read, Write as _};

use rust_xlsxwriter::{Worksheet, XlsxError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::grid::{self, Area, Grid};
use super::style::{Formats, Look, SANS, SERIF};
use super::values::{self, Written};
use crate::import::column_letters;
use crate::{Code, Error, Result};

/// Shorter tables are not worth it.
const LONG: u32 = 300;
const SHEET: &str = "xl/worksheets/sheet1.xml";
const HIDDEN: &str = "xl/worksheets/sheet2.xml";

/// The inner rows of a long table.
pub(super) struct LongRows<'a> {
    /// Sheet rows from the first to the last of them.
    first: u32,
    last: u32,
    cells: Vec<LongCell<'a>>,
    looks: Vec<Look>,
}

struct LongCell<'a> {
    row: u32,
    column: u16,
    written: Written<'a>,
    look: usize,
}

impl<'a> LongRows<'a> {
    /// The longest table, if it is long and each of its rows one row of simple cells.
    pub fn find(grid: &Grid) -> Option<Self> {
        let heads = grid.heads.iter().filter(|heads| heads.is_flat).max_by_key(|heads| heads.body)?;
        if heads.body < LONG {
            return None;
        }
        // The first and the last row stay where they are: one shows the place, the other carries the frame.
        let (first, last) = (heads.last + 2, heads.last + heads.body - 1);
        let from = grid.areas.partition_point(|area| area.row < first);
        let end = grid.areas.partition_point(|area| area.row <= last);
        let is_simple = grid.areas[from..end].iter().all(|area| !area.is_range());
        is_simple.then(|| Self { first, last, cells: Vec::with_capacity(end - from), looks: Vec::new() })
    }

    pub fn holds(&self, row: u32) -> bool {
        (self.first..=self.last).contains(&row)
    }

    pub fn push(&mut self, area: &Area<'a>, written: Written<'a>, look: Look) {
        // The cell above mostly looks the same, and rows have few looks.
        let looks = &mut self.looks;
        let look = looks.iter().position(|known| *known == look).unwrap_or_else(|| {
            looks.push(look);
            looks.len() - 1
        });
        self.cells.push(LongCell { row: area.row, column: area.column, written, look });
    }

    /// Shows each look once, right of the first cell of the hidden sheet.
    pub fn write_palette(&self, hidden: &mut Worksheet, formats: &mut Formats) -> Result<(), XlsxError> {
        for (column, look) in (1..).zip(&self.looks) {
            hidden.write_blank(0, column, formats.get(*look))?;
        }
        Ok(())
    }

    /// Puts the rows into a workbook that has everything else.
    pub fn insert(&self, bytes: &[u8], heights: &[f64], level: i64) -> Result<Vec<u8>> {
        self.inserted(bytes, heights, level).map_err(|error| {
            Error::new(Code::Io, format!("无法生成工作簿：{error}")).hint("请重新导出；仍然失败时请联系管理员")
        })
    }

    fn inserted(&self, bytes: &[u8], heights: &[f64], level: i64) -> std::io::Result<Vec<u8>> {
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        let mut text = |name: &str| -> std::io::Result<String> {
            let mut text = String::new();
            archive.by_name(name)?.read_to_string(&mut text)?;
            Ok(text)
        };
        let styles = self.styles(&text(HIDDEN)?);
        let sheet = text(SHEET)?;
        // Row numbers count from 1: this is the row after the last one.
        let place = sheet.find(&format!("<row r=\"{}\"", self.last + 2)).unwrap_or(sheet.len());

        let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() * 4)));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(level))
            .last_modified_time(zip::DateTime::default());
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index)?;
            if file.name().is_ok_and(|name| name == SHEET) {
                out.start_file(SHEET, options)?;
                out.write_all(&sheet.as_bytes()[..place])?;
                self.write(&mut out, heights, &styles)?;
                out.write_all(&sheet.as_bytes()[place..])?;
            } else {
                out.raw_copy_file(file)?;
            }
        }
        Ok(out.finish()?.into_inner())
    }

    /// The number of each look's format, as the attribute of a cell.
    fn styles(&self, hidden: &str) -> Vec<String> {
        let style = |column: u32| {
            let cell = format!("<c r=\"{}1\" ", column_letters(column));
            let after = &hidden[hidden.find(&cell)? + cell.len()..];
            let end = after.find(['/', '>'])?;
            Some(after[..end].trim().to_owned())
        };
        (1..).zip(&self.looks).map(|(column, _)| style(column).unwrap_or_default()).collect()
    }

    fn write(&self, out: &mut impl std::io::Write, heights: &[f64], styles: &[String]) -> std::io::Result<()> {
        let columns: Vec<String> = (0..self.width()).map(column_letters).collect();
        let mut xml = String::with_capacity(BUFFER + BUFFER / 4);
        let mut number = String::new();
        for row in self.cells.chunk_by(|one, next| one.row == next.row) {
            let index = row[0].row;
            number.clear();
            let _ = write!(number, "{}", index + 1);
            let height = grid::in_pixels(heights[index as usize]);
            let _ = write!(xml, "<row r=\"{number}\" ht=\"{height}\" customHeight=\"1\">");
            for cell in row {
                xml.push_str("<c r=\"");
                xml.push_str(&columns[usize::from(cell.column)]);
                xml.push_str(&number);
                xml.push_str("\" ");
                xml.push_str(&styles[cell.look]);
                value(&mut xml, &cell.written);
            }
            xml.push_str("</row>");
            if xml.len() >= BUFFER {
                out.write_all(xml.as_bytes())?;
                xml.clear();
            }
        }
        out.write_all(xml.as_bytes())
    }

    fn width(&self) -> u32 {
        self.cells.iter().map(|cell| u32::from(cell.column) + 1).max().unwrap_or_default()
    }
}

/// Bytes that are packed at once.
const BUFFER: usize = 1 << 16;

/// The rest of a cell after its style.
fn value(xml: &mut String, written: &Written) {
    match written {
        Written::Text(text) if text.is_empty() => xml.push_str("/>"),
        Written::Text(text) => {
            xml.push_str(" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            escape(xml, text);
            xml.push_str("</t></is></c>");
        }
        Written::Rich(runs) => {
            xml.push_str(" t=\"inlineStr\"><is>");
            for (face, text) in runs {
                let bold = if face.bold { "<b/>" } else { "" };
                let name = if face.sans { SANS } else { SERIF };
                let size = f64::from(face.size) / 10.0;
                let _ = write!(
                    xml,
                    "<r><rPr>{bold}<sz val=\"{size}\"/><rFont val=\"{name}\"/><charset val=\"134\"/></rPr>\
                     <t xml:space=\"preserve\">"
                );
                escape(xml, text);
                xml.push_str("</t></r>");
            }
            xml.push_str("</is></c>");
        }
        Written::Number(number) => {
            let _ = write!(xml, "><v>{number}</v></c>");
        }
    }
}

/// Text as XML, and as spreadsheets read it: `_x000D_` means a character, and must be escaped where it is typed.
fn escape(xml: &mut String, text: &str) {
    let mut rest = text;
    while let Some(next) = rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'\r' | b'_')) {
        xml.push_str(&rest[..next]);
        match rest.as_bytes()[next] {
            b'&' => xml.push_str("&amp;"),
            b'<' => xml.push_str("&lt;"),
            b'>' => xml.push_str("&gt;"),
            b'\r' => xml.push_str("_x000D_"),
            _ => xml.push_str(if values::is_escape(&rest[next..]) { "_x005F_" } else { "_" }),
        }
        rest = &rest[next + 1..];
    }
    xml.push_str(rest);
}
