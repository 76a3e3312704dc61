//! The rows of tables in a workbook that people edited: found again, matched with what was exported, taken over.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::names::{Anchor, ColumnRecord, PartRecord, TableRecord};
use super::read::{Reader, Seen, Trouble, address, set, words};
use super::values::{self, Printed, Written};
use crate::Issue;
use crate::import::{Address, Range, Sheet};
use crate::template::Kind;

/// Fixed rows, where they were found, and the free ones.
type TakenRows = (Vec<Option<Map<String, Json>>>, Vec<Map<String, Json>>);

impl<'r> Reader<'r> {
    /// Takes over what was done to a table.
    pub(super) fn table(&mut self, table: &'r TableRecord) {
        let Some((field, definition)) = self.fields.table(&table.table) else { return };
        let Some(body) = self.body(table) else {
            let message = format!("“{}”的表格已被删除，保留原来的各行；需要清空请在程序里修改", field.label);
            self.warnings.push(Issue::at(table.rows_name.clone(), "table_deleted", message));
            return;
        };
        let stored: Vec<Map<String, Json>> = match self.record.content.get(&table.table) {
            Some(Json::Array(rows)) => rows.iter().map(|row| row.as_object().cloned().unwrap_or_default()).collect(),
            _ => Vec::new(),
        };
        let found = self.found(table, &body);
        let expected: Vec<Vec<Printed>> =
            (0..table.count).map(|row| self.expected(table, row, stored.get(row))).collect();
        let partners = partners(&found, &expected, &body.compared);

        let warnings = self.warnings.len();
        let mut taken = self.take_rows(table, &body, &found, &partners, &stored, &expected, false);
        // Rows of the release stand in no content of the document: when one of them is changed, all become its own.
        let is_foreign = |row: usize| row >= stored.len() && row >= definition.fixed.len() && !is_empty(&expected[row]);
        let foreign = (stored.len()..expected.len()).filter(|row| is_foreign(*row)).count();
        if foreign > 0 {
            let kept = partners.iter().flatten().filter(|row| is_foreign(**row)).count();
            let own = stored.get(definition.fixed.len()..).unwrap_or_default();
            let is_changed = taken.1 != own || kept != foreign;
            if is_changed {
                self.warnings.truncate(warnings);
                taken = self.take_rows(table, &body, &found, &partners, &stored, &expected, true);
            }
        }
        let (fixed, mut free) = taken;
        // Blank paper may have had fewer rows than there are.
        free.extend(stored.iter().skip(table.count).cloned());
        for (index, row) in fixed.iter().enumerate() {
            if row.is_none() && index < table.count {
                let message = format!("“{}”第 {} 行固定的行已被删除，保留原来的内容", field.label, index + 1);
                self.warnings.push(Issue::at(table.rows_name.clone(), "fixed_row_deleted", message));
            }
        }
        if !free.is_empty() && !definition.free && free.len() + fixed.len() > stored.len().max(fixed.len()) {
            let message = format!("“{}”不能增加行，多出的 {} 行没有导入", field.label, free.len());
            self.warnings.push(Issue::at(table.rows_name.clone(), "no_further_rows", message));
            free.clear();
        }
        let kept = |(index, row): (usize, Option<Map<String, Json>>)| {
            row.unwrap_or_else(|| stored.get(index).cloned().unwrap_or_default())
        };
        let mut rows: Vec<Map<String, Json>> = fixed.into_iter().enumerate().map(kept).chain(free).collect();
        // Rows at the end that nothing was written into are not stored, unless they were before.
        while rows.len() > stored.len() && rows.last().is_some_and(Map::is_empty) {
            rows.pop();
        }
        if rows != stored {
            let rows: Vec<Json> = rows.into_iter().map(Json::Object).collect();
            set(&mut self.content, &table.table, (!rows.is_empty()).then_some(Json::Array(rows)));
        }
    }

    /// What the found rows give: fixed rows by position, then the others.
    ///
    /// `whole`: rows without a stored one are read whole, not only where they were changed.
    #[expect(clippy::too_many_arguments, reason = "the rows of one table, before and after")]
    fn take_rows(
        &mut self,
        table: &'r TableRecord,
        body: &Body<'r>,
        found: &[FoundRow],
        partners: &[Option<usize>],
        stored: &[Map<String, Json>],
        expected: &[Vec<Printed>],
        whole: bool,
    ) -> TakenRows {
        let fixed_rows = self.fields.table(&table.table).map_or(0, |(_, definition)| definition.fixed.len());
        let mut fixed: Vec<Option<Map<String, Json>>> = vec![None; fixed_rows];
        let mut free: Vec<Map<String, Json>> = Vec::new();
        let blank = vec![Printed::default(); table.columns.len()];
        for (found, partner) in found.iter().zip(partners.iter().copied()) {
            let base = partner.and_then(|row| stored.get(row));
            let is_fixed = partner.is_some_and(|row| row < fixed.len());
            let is_whole = whole && base.is_none() && !is_fixed;
            let before = partner.and_then(|row| expected.get(row)).filter(|_| !is_whole).unwrap_or(&blank);
            let position = partner.unwrap_or(expected.len() + free.len());
            let mut row = base.cloned().unwrap_or_default();
            for (column, seen) in found.cells.iter().enumerate() {
                let Some((seen, at)) = seen else { continue };
                if body.compared[column] && !seen.printed.same(&before[column]) {
                    let place = address(body.sheet, *at);
                    self.row_cell(table, column, position, &before[column], seen, &place, &mut row);
                }
            }
            match partner {
                Some(index) if is_fixed => fixed[index] = Some(row),
                // A row whose cells were all emptied is no row, whatever the paper does not show of it.
                _ if found.is_blank(&body.compared) && !is_empty(before) => {}
                _ if row.is_empty() && base.is_none() => {}
                _ => free.push(row),
            }
        }
        (fixed, free)
    }

    /// Where the rows of a table are now. `None`: there is nothing left of it.
    fn body(&mut self, table: &TableRecord) -> Option<Body<'r>> {
        let rows = self.names.get(table.rows_name.as_str()).copied();
        let columns: Vec<Option<(&Sheet, Range)>> =
            table.columns.iter().map(|column| self.names.get(column.name.as_str()).copied()).collect();
        let sheet = rows.or_else(|| columns.iter().flatten().next().copied())?.0;
        // Rows may have been inserted between the head and what was the first row.
        let below_head = table.columns.iter().zip(&columns).filter_map(|(column, place)| {
            Some((place.as_ref()?.1.first.row + table.tiers).saturating_sub(column.tier))
        });
        let first = below_head.min().or(rows.map(|(_, range)| range.first.row))?;
        let end = match &table.end_name {
            Some(name) => self.names.get(name.as_str()).map(|(_, range)| range.first.row),
            None => sheet.last_row().map(|row| row + 1),
        };
        let end = end.filter(|end| *end >= first).or(rows.map(|(_, range)| range.last.row + 1))?;
        for (column, place) in table.columns.iter().zip(&columns) {
            if place.is_none() {
                let parts = self.record.texts.get(column.text).map_or(&[][..], Vec::as_slice);
                let label = self.label(Some(&table.table), parts);
                let message = format!("“{label}”一列已被删除，保留原来的内容；需要清空请在程序里修改");
                self.warnings.push(Issue::at(column.name.clone(), "column_deleted", message));
            }
        }
        let compared = table.columns.iter().map(|column| {
            let parts = self.record.texts.get(column.text).map_or(&[][..], Vec::as_slice);
            parts.iter().any(|part| matches!(part, PartRecord::Field(_) | PartRecord::NameOf(_)))
        });
        let compared = compared.collect();
        let columns = columns.into_iter().map(|place| place.map(|(_, range)| range.first.column)).collect();
        Some(Body { sheet, first, end, columns, compared })
    }

    /// The rows that stand in the sheet now, from top to bottom.
    fn found(&mut self, table: &TableRecord, body: &Body<'r>) -> Vec<FoundRow> {
        let mut anchored: Vec<(u32, u32, usize, &Anchor)> = Vec::new();
        for (row, record) in &table.rows {
            let Some(anchor) = &record.anchor else { continue };
            if let Some((_, range)) = self.names.get(anchor.name.as_str()) {
                anchored.push((range.first.row, range.last.row, *row, anchor));
            }
        }
        anchored.sort_by_key(|anchored| anchored.0);
        let cells = |starts: &dyn Fn(u32) -> u32| -> Vec<Option<(Seen, Address)>> {
            let cell = |(record, column): (&ColumnRecord, &Option<u32>)| {
                let at = Address::new(starts(record.tier), (*column)?);
                Some((Seen::new(body.sheet, at), at))
            };
            table.columns.iter().zip(&body.columns).map(cell).collect()
        };
        let mut found = Vec::new();
        let mut anchored = anchored.into_iter().peekable();
        let mut row = body.first;
        // Far below the last row there may be a stray word, but no rows.
        let end = body.end.min(body.sheet.last_row().map_or(0, |last| last + 1));
        while row < end || anchored.peek().is_some() {
            if let Some((first, last, index, anchor)) = anchored.next_if(|anchored| anchored.0 <= row || row >= end) {
                let start = |tier: u32| first + anchor.starts.get(tier as usize).copied().unwrap_or(tier);
                found.push(FoundRow { anchor: Some(index), cells: cells(&start) });
                row = row.max(last + 1);
                continue;
            }
            let free = anchored.peek().map_or(end, |next| next.0.min(end)) - row;
            if free < table.tiers {
                let is_filled = (row..row + free).any(|row| !body.sheet.row(row).is_empty());
                if is_filled {
                    let place = address(body.sheet, Address::new(row, 0));
                    let message = format!("{place} 一行不完整：这个表每项占 {} 行，没有导入", table.tiers);
                    self.warnings.push(Issue::at(place, "incomplete_row", message));
                }
                row += free;
                continue;
            }
            found.push(FoundRow { anchor: None, cells: cells(&|tier| row + tier) });
            row += table.tiers;
        }
        found
    }

    /// What was printed for a row.
    fn expected(&mut self, table: &TableRecord, row: usize, stored: Option<&Map<String, Json>>) -> Vec<Printed> {
        let record = table.rows.get(&row);
        let printed = |reader: &mut Self, index: usize| -> Option<Printed> {
            if let Some(printed) = record.and_then(|record| record.printed.get(&index)) {
                return Some(printed.clone());
            }
            let text = record.and_then(|record| record.texts.get(&index)).unwrap_or(&table.columns[index].text);
            let [PartRecord::Field(id) | PartRecord::NameOf(id)] = &reader.record.texts.get(*text)?[..] else {
                return None;
            };
            let field = reader.fields.get(Some(&table.table), id)?;
            let kind = reader.fields.kind(Some((&table.table, row)), field);
            let value = if reader.fields.is_column(&table.table, id) {
                stored?.get(id)?
            } else {
                reader.record.content.get(id)?
            };
            if let Kind::Choice { .. } = kind {
                return value.as_str().map(|name| Printed::Text(name.to_owned()));
            }
            let (written, _): (Written, _) = values::written(field, kind, value, &mut reader.formats)?;
            Some(written.printed())
        };
        (0..table.columns.len()).map(|index| printed(self, index).unwrap_or_default()).collect()
    }

    /// Takes a changed cell of a table over.
    #[expect(clippy::too_many_arguments, reason = "one cell, its place and its past")]
    fn row_cell(
        &mut self,
        table: &'r TableRecord,
        column: usize,
        position: usize,
        before: &Printed,
        seen: &Seen,
        place: &str,
        row: &mut Map<String, Json>,
    ) {
        let own = table.rows.get(&position).and_then(|record| record.texts.get(&column));
        let text = own.unwrap_or(&table.columns[column].text);
        let record = self.record;
        let Some(parts) = record.texts.get(*text) else { return };
        let label = self.label(Some(&table.table), parts);
        let stored = row.clone();
        match self.changes(Some((&table.table, position)), parts, &words(before), seen, &stored) {
            Ok(changes) => {
                for (id, value) in changes {
                    if !self.fields.is_column(&table.table, &id) {
                        self.apply(vec![(id, value)], place);
                    } else if self.is_fixed(&table.table, position, &id) {
                        let says = "是表单固定的内容，不能改，保留原来的内容";
                        self.warn(place, &label, Trouble::new("fixed_cell", says));
                    } else {
                        set(row, &id, value);
                    }
                }
            }
            Err(trouble) => self.warn(place, &label, trouble),
        }
    }

    fn is_fixed(&self, table: &str, row: usize, id: &str) -> bool {
        let fixed = self.fields.table(table).and_then(|(_, definition)| definition.fixed.get(row));
        fixed.is_some_and(|fixed| fixed.values.contains_key(id))
    }
}

/// Whether nothing was printed in a row but blanks to write on.
fn is_empty(expected: &[Printed]) -> bool {
    expected.iter().all(|printed| match printed {
        Printed::Text(text) => text.trim().is_empty() || values::is_blank(text),
        Printed::Number(_) => false,
    })
}

/// Where the rows of a table are.
struct Body<'r> {
    sheet: &'r Sheet,
    first: u32,
    /// The first row that is none of them.
    end: u32,
    /// Sheet column of each column; `None` where it was deleted.
    columns: Vec<Option<u32>>,
    /// Columns that hold values; the others number the rows or repeat a text.
    compared: Vec<bool>,
}

/// A row of a table as it stands in the sheet.
struct FoundRow {
    /// The row it was exported as, where that is known for certain.
    anchor: Option<usize>,
    cells: Vec<Option<(Seen, Address)>>,
}

impl FoundRow {
    fn is_blank(&self, compared: &[bool]) -> bool {
        self.cells.iter().zip(compared).all(|(cell, compared)| {
            !compared || cell.as_ref().is_none_or(|(seen, _)| seen.printed.is_blank() || values::is_blank(&seen.text))
        })
    }

    /// How many cells are as they were printed for a row.
    fn likeness(&self, expected: &[Printed], compared: &[bool]) -> usize {
        let is_same = |index: usize| {
            compared[index]
                && self.cells[index]
                    .as_ref()
                    .is_some_and(|(seen, _)| !seen.printed.is_blank() && seen.printed.same(&expected[index]))
        };
        (0..expected.len()).filter(|index| is_same(*index)).count()
    }

    fn is_same(&self, expected: &[Printed], compared: &[bool]) -> bool {
        (0..expected.len()).all(|index| {
            !compared[index] || self.cells[index].as_ref().is_none_or(|(seen, _)| seen.printed.same(&expected[index]))
        })
    }
}

/// Which exported row each found row is: the same one, the one at its place, or none.
///
/// People sort and insert rows, so that a row is known by what stands in it.
fn partners(found: &[FoundRow], expected: &[Vec<Printed>], compared: &[bool]) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = found.iter().map(|row| row.anchor).collect();
    let mut is_taken = vec![false; expected.len()];
    for partner in partners.iter().flatten() {
        if let Some(taken) = is_taken.get_mut(*partner) {
            *taken = true;
        }
    }
    // Most rows are where they were.
    let mut next = 0;
    for (row, partner) in found.iter().zip(&mut partners) {
        if partner.is_none() && next < expected.len() && !is_taken[next] && row.is_same(&expected[next], compared) {
            *partner = Some(next);
            is_taken[next] = true;
        }
        next = partner.map_or(next, |partner| partner + 1);
    }
    // Others went elsewhere unchanged.
    let key = |cells: &mut dyn Iterator<Item = &Printed>| -> String {
        let mut key = String::new();
        for (printed, _) in cells.zip(compared).filter(|(_, compared)| **compared) {
            match printed {
                Printed::Number(number) => key.push_str(&format!("{number:.9e}")),
                Printed::Text(text) => key.push_str(text),
            }
            key.push('\u{1f}');
        }
        key
    };
    let mut waiting: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, row) in expected.iter().enumerate().rev() {
        if !is_taken[index] {
            waiting.entry(key(&mut row.iter())).or_default().push(index);
        }
    }
    let none = Printed::default();
    for (row, partner) in found.iter().zip(&mut partners) {
        if partner.is_none() {
            let mut cells = row.cells.iter().map(|cell| cell.as_ref().map_or(&none, |(seen, _)| &seen.printed));
            *partner = waiting.get_mut(&key(&mut cells)).and_then(Vec::pop);
            if let Some(partner) = partner {
                is_taken[*partner] = true;
            }
        }
    }
    // The rest were changed: each belongs to the row that it still resembles most among those of its gap.
    let mut start = 0;
    while start < found.len() {
        if partners[start].is_some() {
            start += 1;
            continue;
        }
        let end = (start..found.len()).find(|&index| partners[index].is_some()).unwrap_or(found.len());
        let low = start.checked_sub(1).and_then(|before| partners[before]).map_or(0, |before| before + 1);
        let high = partners.get(end).copied().flatten().unwrap_or(expected.len());
        let mut left: Vec<usize> = (low..high.max(low)).filter(|&index| !is_taken[index]).collect();
        let is_paired_by_place = left.len() == end - start;
        for index in start..end {
            if is_paired_by_place {
                partners[index] = Some(left[index - start]);
                continue;
            }
            // Long gaps are searched only near the row's own place.
            let best = left
                .iter()
                .take(200)
                .enumerate()
                .map(|(at, &row)| (found[index].likeness(&expected[row], compared), std::cmp::Reverse(at)));
            if let Some((likeness, std::cmp::Reverse(at))) = best.max()
                && likeness > 0
            {
                partners[index] = Some(left[at]);
                // Later rows resemble later ones.
                left.drain(..=at);
            }
        }
        start = end;
    }
    partners
}
