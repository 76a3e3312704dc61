//! Lists that are printed although no template describes them: registers, 修订对照, 移交清单.
//!
//! ```text
//! Listing ─ content ─→ Content ─ lay_out ─→ Frames ─→ PDF
//!    │                    └────── grid ───→ sheet ──→ XLSX
//!    └─ csv ─→ rows for other programs
//! ```
//!
//! They have the header, footer, type and lines of all paper, and all three forms carry the same cells. Nothing here
//! reads a clock: the same listing gives the same bytes.

mod content;
mod csv;

use chrono::NaiveDate;
use dossier_layout::lay_out;
use dossier_pdf::Picture;

use crate::export::{Exported, glyphs, logo, pdf};
use crate::settings::Settings;
use crate::{Environment, Result, sheet};

pub use dossier_layout::content::{Align, Check};

/// A list as it is to be printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    pub title: String,
    /// Label and value of what stands under the title, such as 截至日期.
    pub lines: Vec<(String, String)>,
    /// A4 landscape with cells of 8 pt, else upright with cells of 9 pt.
    pub landscape: bool,
    pub columns: Vec<Column>,
    pub sections: Vec<Section>,
    /// Paragraphs below the last section.
    pub notes: Vec<String>,
    /// Who signs the list: a label each, such as 移交人. None: it is not signed.
    pub signoff: Vec<String>,
    pub header: Header,
    /// Of a list that belongs to a frozen revision.
    pub check: Option<Check>,
    /// The day whose state the list tells: the files bear it as their date.
    pub date: NaiveDate,
}

/// A column of all sections.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub label: String,
    /// Width, mm. Columns that are not as wide together as the text of the page are widened or narrowed alike.
    pub width: f64,
    pub align: Align,
}

/// Rows under a heading of their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    pub heading: Option<String>,
    /// A text for each column. A section without rows prints 无.
    pub rows: Vec<Vec<String>>,
}

/// What the list says of itself on every page. What is empty is left out, with its label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    pub number: Option<String>,
    pub revision: Option<String>,
    pub control_state: Option<String>,
    /// 密级; that of the settings where there is none.
    pub classification: Option<String>,
    /// At the left of the footer, such as 表单编号.
    pub form: String,
}

impl Column {
    /// A column whose cells begin at the left.
    pub fn new(label: impl Into<String>, width: f64) -> Self {
        Self { label: label.into(), width, align: Align::Left }
    }

    /// The same column with its cells in the middle.
    #[must_use]
    pub fn centered(self) -> Self {
        Self { align: Align::Center, ..self }
    }

    /// The same column with its cells at the right.
    #[must_use]
    pub fn right(self) -> Self {
        Self { align: Align::Right, ..self }
    }
}

impl Listing {
    /// The list as PDF/A-2u, with a warning for each character that no font has.
    ///
    /// # Errors
    /// The program's fonts are missing; the logo cannot be read.
    pub fn to_pdf(&self, environment: &Environment, settings: &Settings) -> Result<Exported> {
        let picture = logo::picture(settings)?;
        let fonts = environment.fonts()?;
        let organisation = (&*settings.organisation.name, "settings.organisation.name", "设置中的单位名称");
        let places = self.places();
        let texts = places.iter().map(|(text, path, place)| (*text, path.as_str(), place.as_str()));
        let missing = glyphs::missing_in(std::iter::once(organisation).chain(texts), &fonts);
        let fonts = glyphs::with_installed(fonts, &missing, environment);
        let content = content::content(self, settings, picture.as_ref().map(logo::shape));
        let frames = lay_out(&content, &fonts);
        let pictures: Vec<Picture> = picture.into_iter().collect();
        let title = match &self.header.number {
            Some(number) => format!("{} {number}", self.title),
            None => self.title.clone(),
        };
        let meta = pdf::meta_of(title, settings, String::new(), self.date);
        let bytes = pdf::write(&frames, &fonts, &pictures, &meta)?;
        Ok(Exported { bytes, pages: frames.pages.len(), warnings: glyphs::issues(&missing, &fonts) })
    }

    /// The list as a workbook with the look of its paper. Every cell is text; no text is ever a formula.
    ///
    /// # Errors
    /// A text is longer than a cell of Excel takes, or holds a character that no workbook can keep: all are named.
    pub fn to_xlsx(&self, settings: &Settings) -> Result<Exported> {
        let content = content::content(self, settings, None);
        let meta = sheet::Meta {
            author: String::new(),
            organisation: settings.organisation.name.clone(),
            created: self.date.into(),
        };
        let place = |tag: u32| content::place(self, tag);
        let bytes = sheet::write_content(&content, &self.title, &meta, &place)?;
        Ok(Exported { bytes, pages: 0, warnings: Vec::new() })
    }

    /// The rows for other programs: UTF-8 with a byte order mark, lines ending in CRLF, quoted by RFC 4180.
    ///
    /// Sections with headings have a first column for them. A text that a spreadsheet would take for a formula is
    /// written behind an apostrophe.
    pub fn to_csv(&self) -> Vec<u8> {
        csv::write(self)
    }

    /// Every text with its path and with its place as people find it.
    fn places(&self) -> Vec<(&str, String, String)> {
        let mut places = vec![(self.title.as_str(), "title".into(), "标题".into())];
        for (index, (label, value)) in self.lines.iter().enumerate() {
            places.push((value, format!("lines[{index}]"), format!("“{label}”")));
        }
        for (at, section) in self.sections.iter().enumerate() {
            if let Some(heading) = &section.heading {
                places.push((heading, format!("sections[{at}].heading"), "小标题".into()));
            }
            for (row, cells) in section.rows.iter().enumerate() {
                for (column, text) in self.columns.iter().zip(cells) {
                    let path = format!("sections[{at}].rows[{row}]");
                    places.push((text, path, cell_place(column, row)));
                }
            }
        }
        for (index, note) in self.notes.iter().enumerate() {
            places.push((note, format!("notes[{index}]"), "说明".into()));
        }
        places
    }
}

/// A cell as people find it.
fn cell_place(column: &Column, row: usize) -> String {
    format!("第 {} 行的“{}”", row + 1, column.label)
}
