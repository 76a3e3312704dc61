//! A list as paper: a title, what it is about, and a table as long as it has to be. For 修订对照 and its like, which come
//! from no template.

use chrono::{Datelike, NaiveDate};
use dossier_layout::content::{
    Align, Block, Cell, CellBody, Content, Furniture, Group, Inline, Logo, Piece, Row, RowKind, Sheet, Span, Style,
    Table, TablePart,
};
use dossier_layout::{Abs, ImageId, lay_out};
use dossier_pdf::{Created, Meta, Picture};

use super::{Exported, glyphs, pdf};
use crate::settings::Settings;
use crate::{Environment, Result};

/// What is listed.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    pub title: String,
    /// Stand in the header of every page, as on a form: two lines of two.
    pub marks: [[String; 2]; 2],
    /// Under the title, each of several texts side by side.
    pub lines: Vec<Vec<String>>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    /// Said below the table, or in its place where it has no rows.
    pub note: Option<String>,
    /// Of the file.
    pub date: NaiveDate,
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub head: &'static str,
    /// In mm; all together 165.
    pub width: f64,
    pub align: Align,
}

/// The list as a PDF.
///
/// # Errors
/// The program's fonts are missing; the logo cannot be read.
pub(crate) fn render(list: &List, settings: &Settings, environment: &Environment) -> Result<Exported> {
    let picture = pdf::picture(settings)?;
    let fonts = environment.fonts()?;
    let texts = list.lines.iter().chain(&list.rows).flatten().chain(&list.note);
    let missing = glyphs::missing_in(texts.map(String::as_str).chain([list.title.as_str()]), &fonts);
    let fonts = glyphs::with_installed(fonts, &missing, environment);
    let frames = lay_out(&content(list, settings, picture.as_ref()), &fonts);
    let pictures: Vec<Picture> = picture.into_iter().collect();
    let bytes = dossier_pdf::write(&frames, &fonts, &pictures, &meta(list, settings)).map_err(pdf::unwritable)?;
    Ok(Exported { bytes, pages: frames.pages.len(), warnings: glyphs::issues(&missing, &fonts) })
}

fn content(list: &List, settings: &Settings, picture: Option<&Picture>) -> Content {
    let plain = |text: &String| vec![Inline::text(text.as_str())];
    let piece = |text: &String| Piece { inlines: plain(text), tag: 0 };
    let mut body = vec![Block::Title(plain(&list.title))];
    if !list.lines.is_empty() {
        body.push(Block::Lines { rows: list.lines.iter().map(|row| row.iter().map(piece).collect()).collect() });
    }
    if !list.rows.is_empty() {
        body.push(Block::Table(table(list)));
    }
    body.extend(list.note.iter().map(|note| Block::Paragraph { text: piece(note), indent: false }));
    Content {
        style: Style::Report,
        sheet: Sheet { duplex: settings.print.duplex, binding_line: settings.print.binding_line },
        furniture: Furniture {
            logo: picture.map(|picture| Logo {
                image: ImageId(0),
                aspect: f64::from(picture.width()) / f64::from(picture.height().max(1)),
            }),
            organisation: settings.organisation.name.clone(),
            title: list.title.clone(),
            marks: list.marks.each_ref().map(|line| line.each_ref().map(plain)),
            ..Furniture::default()
        },
        body,
        ..Content::default()
    }
}

fn table(list: &List) -> Table {
    let row = |kind: RowKind, cells: Vec<(Vec<Inline>, Align)>| Row {
        kind,
        cells: cells
            .into_iter()
            .zip(&list.columns)
            .map(|((inlines, align), column)| Cell {
                width: Abs::mm(column.width),
                body: CellBody::Text(inlines),
                label: kind == RowKind::Head,
                align,
                ..Cell::default()
            })
            .collect(),
        height: Abs::ZERO,
    };
    let head = |column: &Column| {
        let span = Span { text: column.head.to_owned(), bold: true, sans: true, ..Span::default() };
        (vec![Inline::Text(span)], Align::Center)
    };
    let head = row(RowKind::Head, list.columns.iter().map(head).collect());
    let body = list.rows.iter().map(|cells| {
        let cells = cells.iter().zip(&list.columns).map(|(text, column)| (broken(text), column.align));
        TablePart::Row(row(RowKind::Body, cells.collect()))
    });
    let parts = std::iter::once(TablePart::Row(head.clone())).chain(body).collect();
    let group = Group { parts, repeat: vec![head], list: true, ..Group::default() };
    Table { caption: Some(list.title.clone()), parts: vec![TablePart::Group(group)] }
}

/// A text with the line breaks that were typed.
fn broken(text: &str) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            inlines.push(Inline::Break);
        }
        inlines.push(Inline::text(line));
    }
    inlines
}

fn meta(list: &List, settings: &Settings) -> Meta {
    Meta {
        title: list.title.clone(),
        author: settings.organisation.name.clone(),
        subject: list.lines.first().map(|line| line.join(" ")).unwrap_or_default(),
        language: "zh-CN".into(),
        created: Created {
            year: u16::try_from(list.date.year()).unwrap_or(2000),
            month: list.date.month() as u8,
            day: list.date.day() as u8,
            hour: 0,
            minute: 0,
            second: 0,
        },
        producer: concat!("Dossier ", env!("CARGO_PKG_VERSION")).into(),
    }
}
