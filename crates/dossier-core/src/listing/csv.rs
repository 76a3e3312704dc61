//! Rows for other programs.

use std::borrow::Cow;

use super::Listing;

/// Head of the column that tells the section.
const SECTION: &str = "部分";
const BYTE_ORDER_MARK: &str = "\u{feff}";

pub(super) fn write(listing: &Listing) -> Vec<u8> {
    let sectioned = listing.sections.iter().any(|section| section.heading.is_some());
    let mut out = String::from(BYTE_ORDER_MARK);
    let labels = listing.columns.iter().map(|column| column.label.as_str());
    line(&mut out, sectioned.then_some(SECTION).into_iter().chain(labels));
    for section in &listing.sections {
        let heading = sectioned.then(|| section.heading.as_deref().unwrap_or_default());
        for row in &section.rows {
            let cells = (0..listing.columns.len()).map(|column| row.get(column).map_or("", String::as_str));
            line(&mut out, heading.into_iter().chain(cells));
        }
    }
    out.into_bytes()
}

fn line<'t>(out: &mut String, cells: impl Iterator<Item = &'t str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        let cell = as_text(cell);
        if cell.contains(['"', ',', '\r', '\n']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

/// Spreadsheets calculate what begins with one of these signs, the full-width ones among them in Chinese versions, and
/// also behind blanks that they drop.
fn as_text(cell: &str) -> Cow<'_, str> {
    let begins = |ch: char| matches!(ch, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let is_formula = cell.trim_start().starts_with(begins) || cell.starts_with(['\t', '\r']);
    if is_formula { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}
