//! The paper of a list, and which cell of it is which.

use dossier_layout::Abs;
use dossier_layout::content::{
    Align, Block, Cell, CellBody, Content, Furniture, Group, Inline, Logo, Piece, Row, RowKind, Sheet, Style, Table,
    TablePart,
};
use dossier_layout::style::measures;

use super::{Listing, Section, cell_place};
use crate::compose::date_blanks;
use crate::settings::Settings;

/// Lines under the title stand this many side by side.
const SIDE_BY_SIDE: [usize; 2] = [2, 3];
/// What a section without rows says.
const NONE: &str = "无";
/// Who signs stand this many side by side, but never in more cells than the list has columns: the sheet has no others.
const SIGNERS: usize = 3;
/// Width of the label of who signs, mm.
const SIGNER: f64 = 21.0;
/// Least heights of what is written by hand, mm.
const SIGNATURE: f64 = 14.0;
const DATE: f64 = 9.0;

pub(super) fn content(listing: &Listing, settings: &Settings, logo: Option<Logo>) -> Content {
    let style = if listing.landscape { Style::Table } else { Style::Report };
    let width = measures(style).text_width().to_mm();
    let mut body = vec![Block::Title(vec![Inline::text(&listing.title)])];
    if !listing.lines.is_empty() {
        body.push(lines(listing));
    }
    let widths = widths(listing, width);
    let mut tag = 0;
    for section in &listing.sections {
        if let Some(heading) = &section.heading {
            body.push(Block::Heading { level: 2, text: heading.clone() });
        }
        if !listing.columns.is_empty() {
            body.push(table(listing, section, &widths, &mut tag));
        }
    }
    let note =
        |note: &String| Block::Paragraph { text: Piece { inlines: vec![Inline::text(note)], tag: 0 }, indent: false };
    body.extend(listing.notes.iter().map(note));
    if !listing.signoff.is_empty() {
        body.push(signoff(listing, width));
    }
    Content {
        style,
        sheet: Sheet { duplex: settings.print.duplex, binding_line: settings.print.binding_line },
        furniture: furniture(listing, settings, logo),
        body,
        ..Content::default()
    }
}

/// Where the cell with this tag stands: path, and place as people find it.
pub(super) fn place(listing: &Listing, tag: u32) -> Option<(String, String)> {
    let mut left = (tag as usize).checked_sub(1)?;
    for (at, section) in listing.sections.iter().enumerate() {
        let count = section.rows.len() * listing.columns.len();
        if left < count {
            let (row, column) = (left / listing.columns.len(), left % listing.columns.len());
            let path = format!("sections[{at}].rows[{row}]");
            return Some((path, cell_place(&listing.columns[column], row)));
        }
        left -= count;
    }
    None
}

fn furniture(listing: &Listing, settings: &Settings, logo: Option<Logo>) -> Furniture {
    let header = &listing.header;
    let mark = |label: &str, value: Option<&str>| match value.filter(|value| !value.is_empty()) {
        Some(value) => vec![Inline::sans(format!("{label}：{value}"))],
        None => Vec::new(),
    };
    let classification = header.classification.as_deref().unwrap_or(&settings.documents.classification);
    Furniture {
        logo,
        organisation: settings.organisation.name.clone(),
        title: listing.title.clone(),
        marks: [
            [mark("文件编号", header.number.as_deref()), mark("版本", header.revision.as_deref())],
            [mark("受控状态", header.control_state.as_deref()), mark("密级", Some(classification))],
        ],
        form: header.form.clone(),
        check: listing.check.clone(),
    }
}

fn lines(listing: &Listing) -> Block {
    let piece = |(label, value): &(String, String)| Piece {
        inlines: vec![Inline::sans(format!("{label}：")), Inline::text(value)],
        tag: 0,
    };
    let count = SIDE_BY_SIDE[usize::from(listing.landscape)].min(listing.columns.len().max(1));
    Block::Lines { rows: listing.lines.chunks(count).map(|row| row.iter().map(piece).collect()).collect() }
}

/// Widths of the columns, mm, as wide together as the text of the page.
fn widths(listing: &Listing, width: f64) -> Vec<f64> {
    const LEAST: f64 = 1.0;
    let asked: Vec<f64> = listing.columns.iter().map(|column| column.width.max(LEAST)).collect();
    let all: f64 = asked.iter().sum();
    asked.iter().map(|asked| asked * width / all).collect()
}

fn table(listing: &Listing, section: &Section, widths: &[f64], tag: &mut u32) -> Block {
    let head = Row {
        kind: RowKind::Head,
        cells: listing.columns.iter().zip(widths).map(|(column, width)| label(*width, &column.label)).collect(),
        height: Abs::ZERO,
    };
    let mut parts = vec![TablePart::Row(head.clone())];
    for row in &section.rows {
        debug_assert_eq!(row.len(), listing.columns.len(), "a row has a text for each column");
        let cells = listing.columns.iter().zip(widths).enumerate().map(|(index, (column, width))| {
            *tag += 1;
            let text = row.get(index).map_or("", String::as_str);
            Cell { align: column.align, tag: *tag, ..value(*width, vec![Inline::text(text)]) }
        });
        parts.push(TablePart::Row(Row { cells: cells.collect(), ..Row::default() }));
    }
    if section.rows.is_empty() {
        let cell = Cell { align: Align::Center, ..value(widths.iter().sum(), vec![Inline::text(NONE)]) };
        parts.push(TablePart::Row(Row { cells: vec![cell], ..Row::default() }));
    }
    let caption = section.heading.as_ref().unwrap_or(&listing.title);
    let group = Group { parts, repeat: vec![head], list: true, ..Group::default() };
    Block::Table(Table { caption: Some(caption.clone()), parts: vec![TablePart::Group(group)] })
}

/// Room to sign in side by side, and for dates below.
fn signoff(listing: &Listing, width: f64) -> Block {
    let mut parts = Vec::new();
    for signers in listing.signoff.chunks((listing.columns.len() / 2).clamp(1, SIGNERS)) {
        let sign = width / signers.len() as f64 - SIGNER;
        let names = signers.iter().flat_map(|signer| [label(SIGNER, signer), value(sign, Vec::new())]);
        let date = || Cell { align: Align::Center, ..value(sign, vec![date_blanks(sign)]) };
        let dates = signers.iter().flat_map(|_| [label(SIGNER, "日期"), date()]);
        for (height, cells) in [(SIGNATURE, names.collect()), (DATE, dates.collect())] {
            parts.push(TablePart::Row(Row { cells, height: Abs::mm(height), ..Row::default() }));
        }
    }
    Block::Whole(vec![Block::Table(Table { caption: None, parts })])
}

fn label(width: f64, text: &str) -> Cell {
    Cell { label: true, ..value(width, vec![Inline::sans(text)]) }
}

fn value(width: f64, inlines: Vec<Inline>) -> Cell {
    Cell { width: Abs::mm(width), body: CellBody::Text(inlines), ..Cell::default() }
}
