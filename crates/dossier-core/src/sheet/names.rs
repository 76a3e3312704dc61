//! What an exported workbook knows about itself, so that it can be read back.
//!
//! Every cell with a value has a defined name, which moves along when people insert rows or columns. A hidden sheet
//! holds the template's name, the content, and for each name what was printed there: reading compares, and takes over
//! only what has been changed.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::grid::{Area, AreaText};
use super::values::Printed;
use crate::template::{Part, Template, Text};

/// The hidden sheet.
pub(super) const SHEET: &str = "卷宗数据";
/// Stands in its first cell.
pub(super) const MARK: &str = "dossier-sheet";
/// Version of what is stored there.
pub(super) const VERSION: u32 = 1;
/// UTF-16 units in one of its cells; Excel takes 32,767.
pub(super) const CHUNK: usize = 30_000;

/// All that the hidden sheet holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record<'c> {
    pub version: u32,
    pub template: String,
    pub template_version: String,
    /// The template's texts that cells were filled from.
    pub texts: Vec<Vec<PartRecord>>,
    pub cells: Vec<CellRecord>,
    pub tables: Vec<TableRecord>,
    pub content: Cow<'c, Map<String, Json>>,
}

/// A part of a template's text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PartRecord {
    Literal(String),
    Field(String),
    /// The name of the ticked option alone.
    NameOf(String),
    RowNumber,
}

/// A cell filled from the document's own fields.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CellRecord {
    pub name: String,
    pub text: usize,
    pub printed: Printed,
    /// The number of a clause stands before the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_clause: bool,
}

/// The rows of a table field.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TableRecord {
    pub table: String,
    /// Name of the rows from the first to the last.
    pub rows_name: String,
    /// Name of the row where something else begins; until there people may write further rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_name: Option<String>,
    /// Sheet rows of one row of the table, as long as nothing had to be split.
    pub tiers: u32,
    pub columns: Vec<ColumnRecord>,
    pub count: usize,
    /// Rows about which there is more to know.
    pub rows: BTreeMap<usize, RowRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ColumnRecord {
    /// Name of a cell in this column, above the first row.
    pub name: String,
    pub tier: u32,
    pub text: usize,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct RowRecord {
    /// By column: what was printed where that does not follow from the row's own values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub printed: BTreeMap<usize, Printed>,
    /// By column: texts of this row alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<usize, usize>,
    /// Name of the row's range and where in it each tier starts: for rows that are more than one row of the sheet,
    /// and for those that are always there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Anchor {
    pub name: String,
    pub starts: Vec<u32>,
}

/// A name and the range it stands for: first row, first column, last row, last column.
pub(super) type Named = (String, [u32; 4]);

/// Collects names and record while cells are written.
#[derive(Default)]
pub(super) struct Recorder<'a> {
    texts: Vec<&'a Text>,
    cells: Vec<(CellRecord, [u32; 4])>,
    tables: Vec<TableBuilder>,
    taken: HashSet<String>,
}

struct TableBuilder {
    record: TableRecord,
    key: String,
    first: u32,
    last: u32,
    /// Tier and sheet column of each column.
    places: Vec<(u32, u16)>,
    /// Where the next place is looked for first.
    likely: usize,
    /// Range of each row that is anchored: first and last sheet row.
    anchors: BTreeMap<usize, (u32, u32)>,
}

impl<'a> Recorder<'a> {
    /// Notes a cell filled from the document's own fields.
    pub fn cell(&mut self, area: &Area, text: &'a Text, printed: Printed) {
        let field = text.fields().next().unwrap_or("text");
        let name = self.name("d_", field);
        let text = self.text(text);
        let place = [area.row, u32::from(area.column), area.row, u32::from(area.column)];
        let is_clause = matches!(area.text, AreaText::Clause(..));
        self.cells.push((CellRecord { name, text, printed, is_clause }, place));
    }

    /// Notes a cell of a table; `printed` where that does not follow from the row's values.
    pub fn row_cell(
        &mut self,
        area: &Area,
        table: &'a str,
        row: usize,
        text: &'a Text,
        printed: Option<Printed>,
        fixed: bool,
    ) {
        // Tables come one after the other, and cells from left to right.
        let known = self.tables.iter().rposition(|builder| builder.record.table == table);
        let index = known.unwrap_or_else(|| self.start_table(table, area.row));
        let place = (area.tier, area.column);
        let builder = &mut self.tables[index];
        let count = builder.places.len();
        let known = (0..count).map(|step| (builder.likely + step) % count).find(|&at| builder.places[at] == place);
        builder.likely = known.map_or(0, |at| at + 1);
        let column = known.unwrap_or_else(|| {
            let text = self.text(text);
            let name = self.name("c_", &format!("{}_{}", self.tables[index].key, self.tables[index].places.len() + 1));
            let builder = &mut self.tables[index];
            builder.places.push(place);
            builder.record.columns.push(ColumnRecord { name, tier: area.tier, text });
            builder.places.len() - 1
        });
        let own_text = {
            let expected = self.tables[index].record.columns[column].text;
            (self.texts[expected] != text).then(|| self.text(text))
        };
        let builder = &mut self.tables[index];
        let end = area.row + area.rows - 1;
        builder.last = builder.last.max(end);
        builder.record.count = builder.record.count.max(row + 1);
        builder.record.tiers = builder.record.tiers.max(area.tier + 1);
        if printed.is_some() || own_text.is_some() {
            let record = builder.record.rows.entry(row).or_default();
            record.printed.extend(printed.map(|printed| (column, printed)));
            record.texts.extend(own_text.map(|text| (column, text)));
        }
        if fixed || area.rows > 1 || area.tier > 0 {
            let range = builder.anchors.entry(row).or_insert((area.record, end));
            range.1 = range.1.max(end);
            let name = format!("r_{}_{}", builder.key, row + 1);
            let record = builder.record.rows.entry(row).or_default();
            let anchor = record.anchor.get_or_insert_with(|| Anchor { name, starts: vec![0] });
            let tier = area.tier as usize;
            if anchor.starts.len() <= tier {
                anchor.starts.resize(tier + 1, 0);
            }
            anchor.starts[tier] = area.row - area.record;
        }
    }

    fn start_table(&mut self, table: &str, row: u32) -> usize {
        let rows_name = self.name("t_", table);
        let key = rows_name[2..].to_owned();
        let record = TableRecord {
            table: table.to_owned(),
            rows_name,
            end_name: None,
            tiers: 1,
            columns: Vec::new(),
            count: 0,
            rows: BTreeMap::new(),
        };
        self.tables.push(TableBuilder {
            record,
            key,
            first: row,
            last: row,
            places: Vec::new(),
            likely: 0,
            anchors: BTreeMap::new(),
        });
        self.tables.len() - 1
    }

    fn text(&mut self, text: &'a Text) -> usize {
        // The texts of one table follow each other: the one looked for is among the last.
        match self.texts.iter().rposition(|known| *known == text) {
            Some(index) => index,
            None => {
                self.texts.push(text);
                self.texts.len() - 1
            }
        }
    }

    /// A name that Excel allows and that is not taken: names are the same whatever their case.
    fn name(&mut self, prefix: &str, id: &str) -> String {
        let legal = |ch: char| if ch.is_ascii_alphanumeric() || ch == '_' { ch } else { '_' };
        let base: String = prefix.chars().chain(id.chars().take(100).map(legal)).collect();
        let mut name = base.clone();
        let mut number = 1;
        while !self.taken.insert(name.to_ascii_lowercase()) {
            number += 1;
            name = format!("{base}_{number}");
        }
        name
    }

    /// The record, and the names that belong to it. `starts` are the rows where areas begin, in order.
    pub fn finish<'c>(
        self,
        template: &Template,
        content: &'c Map<String, Json>,
        starts: &[u32],
    ) -> (Record<'c>, Vec<Named>) {
        let mut names: Vec<Named> = Vec::new();
        let mut cells = Vec::new();
        for (cell, place) in self.cells {
            names.push((cell.name.clone(), place));
            cells.push(cell);
        }
        let mut tables = Vec::new();
        for builder in self.tables {
            let mut record = builder.record;
            let left = builder.places.iter().map(|place| u32::from(place.1)).min().unwrap_or_default();
            let right = builder.places.iter().map(|place| u32::from(place.1)).max().unwrap_or_default();
            names.push((record.rows_name.clone(), [builder.first, left, builder.last, right]));
            if let Some(&next) = starts.get(starts.partition_point(|start| *start <= builder.last)) {
                let name = format!("e_{}", builder.key);
                names.push((name.clone(), [next, 0, next, 0]));
                record.end_name = Some(name);
            }
            for (column, (tier, place)) in record.columns.iter().zip(&builder.places) {
                let row = (builder.first + tier).saturating_sub(record.tiers);
                let place = u32::from(*place);
                names.push((column.name.clone(), [row, place, row, place]));
            }
            for (row, (first, last)) in builder.anchors {
                if let Some(anchor) = record.rows.get(&row).and_then(|row| row.anchor.as_ref()) {
                    names.push((anchor.name.clone(), [first, left, last, right]));
                }
            }
            tables.push(record);
        }
        let texts = self.texts.into_iter().map(|text| text.parts.iter().map(PartRecord::from).collect()).collect();
        let record = Record {
            version: VERSION,
            template: template.id.clone(),
            template_version: template.version.clone(),
            texts,
            cells,
            tables,
            content: Cow::Borrowed(content),
        };
        (record, names)
    }
}

impl From<&Part> for PartRecord {
    fn from(part: &Part) -> Self {
        match part {
            Part::Literal { text, .. } => Self::Literal(text.clone()),
            Part::Field { id, only_name: false, .. } => Self::Field(id.clone()),
            Part::Field { id, only_name: true, .. } => Self::NameOf(id.clone()),
            Part::RowNumber => Self::RowNumber,
        }
    }
}

/// A long text in pieces that fit into cells, cut between characters.
pub(super) fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut units = 0;
        let end = rest.char_indices().find(|(_, ch)| {
            units += ch.len_utf16();
            units > CHUNK
        });
        let (chunk, after) = rest.split_at(end.map_or(rest.len(), |(index, _)| index));
        rest = after;
        Some(chunk)
    })
}
