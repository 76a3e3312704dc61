//! The head of a table: one row or several, above each other, found by what its texts mean.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::cells::{Address, Cell, Sheet, Value};
use super::heads::{Certainty, Matcher, normalise};
use super::limits;
use super::text::tidy;

/// Rows looked through for a head: title blocks are shorter, and a table that begins later is a different thing.
const HEAD_SEARCH_ROWS: usize = 200;
/// A head is spread over no more rows than this.
const HEAD_DEPTH: usize = 3;
/// Longer texts are content, not heads.
const HEAD_CHARACTERS: usize = 40;

/// A head found in a sheet; rows and columns from 0.
pub(super) struct Head {
    pub(super) last_row: u32,
    /// Where each requested column stands.
    pub(super) columns: Vec<Option<u32>>,
    /// Requested columns that were taken on the beginning of their head only.
    pub(super) guessed: Vec<usize>,
    /// Columns whose head means a column that another one has already taken.
    pub(super) duplicates: Vec<(u32, usize)>,
    /// The head's texts of every column, from the top.
    pub(super) texts: BTreeMap<u32, Vec<String>>,
    pub(super) score: f64,
    /// Requested columns of which a person said where they stand.
    pub(super) told: Vec<usize>,
}

impl Head {
    /// Lets a person say where columns stand: `None` leaves one empty, and no column of the sheet is read twice.
    pub(super) fn put(&mut self, places: &[(usize, Option<u32>)]) {
        let wanted = self.columns.len();
        for &(index, place) in places.iter().filter(|(index, _)| *index < wanted) {
            for column in self.columns.iter_mut().filter(|column| place.is_some() && **column == place) {
                *column = None;
            }
            self.columns[index] = place;
            self.guessed.retain(|guessed| *guessed != index);
            self.duplicates.retain(|(column, _)| Some(*column) != place);
            self.told.push(index);
        }
    }
}

/// Rows near the top as a head is read: merged cells say their text everywhere.
struct HeadRows {
    rows: Vec<HeadRow>,
}

pub(super) struct HeadRow {
    row: u32,
    /// How many of its texts are a head's; rows of content have none, and are not looked at closer.
    known: usize,
    pub(super) cells: BTreeMap<u32, HeadCell>,
}

#[derive(Clone)]
pub(super) struct HeadCell {
    text: String,
    pub(super) plain: String,
    /// Where the text stands; the same for all cells of a merged range.
    origin: Address,
}

impl HeadRows {
    fn of(sheet: &Sheet, matcher: &Matcher) -> Self {
        let numbers: Vec<u32> = sheet.rows().take(HEAD_SEARCH_ROWS).map(|(row, _)| row).collect();
        let covered = covered_cells(sheet, &numbers);
        let rows = numbers.iter().map(|&row| {
            let mut cells = BTreeMap::new();
            for cell in sheet.row(row) {
                cells.extend(HeadCell::of(cell).map(|found| (cell.at.column, found)));
            }
            for (&(_, column), &origin) in covered.range((row, 0)..=(row, u32::MAX)) {
                if let Some(found) = sheet.cell(origin).and_then(HeadCell::of) {
                    cells.entry(column).or_insert(found);
                }
            }
            HeadRow::new(row, cells, matcher)
        });
        Self { rows: rows.collect() }
    }
}

impl HeadRow {
    pub(super) fn new(row: u32, cells: BTreeMap<u32, HeadCell>, matcher: &Matcher) -> Self {
        let known = cells.values().filter(|cell| matcher.knows(&cell.plain)).count();
        Self { row, known, cells }
    }
}

impl HeadCell {
    pub(super) fn of(cell: &Cell) -> Option<Self> {
        let Value::Text(text) = &cell.value else { return None };
        // Long texts are content; four bytes are the most that a character takes.
        if text.len() > HEAD_CHARACTERS * 8 {
            return None;
        }
        let text = tidy(text);
        let plain = if text.chars().count() <= HEAD_CHARACTERS { normalise(&text) } else { return None };
        (!plain.is_empty()).then_some(Self { text, plain, origin: cell.at })
    }
}

/// The cells of merged ranges near the top, with the cell that holds their value. Bounded, whatever the file says.
fn covered_cells(sheet: &Sheet, rows: &[u32]) -> BTreeMap<(u32, u32), Address> {
    let mut covered = BTreeMap::new();
    let last = rows.last().copied().unwrap_or(0);
    for range in sheet.merges.iter().take_while(|range| range.first.row <= last) {
        let bottom = range.last.row.min(range.first.row + HEAD_DEPTH as u32 + 1);
        for row in range.first.row..=bottom {
            for column in range.first.column..=range.last.column.min(limits::COLUMNS - 1) {
                if covered.len() > 100_000 {
                    return covered;
                }
                covered.insert((row, column), range.first);
            }
        }
    }
    covered
}

pub(super) fn find_head(sheet: &Sheet, matcher: &Matcher, wanted: usize) -> Option<Head> {
    let rows = HeadRows::of(sheet, matcher);
    let mut best: Option<Head> = None;
    for start in 0..rows.rows.len() {
        for depth in 1..=HEAD_DEPTH.min(rows.rows.len() - start) {
            let window = &rows.rows[start..start + depth];
            let is_together = window.iter().zip(window.iter().skip(1)).all(|(one, next)| next.row == one.row + 1);
            if !is_together {
                break;
            }
            if window.iter().map(|row| row.known).sum::<usize>() < wanted.min(2) {
                continue;
            }
            let Some(head) = head_from(window, matcher, wanted) else { continue };
            if best.as_ref().is_none_or(|best| head.score > best.score + 1e-9) {
                best = Some(head);
            }
        }
    }
    best
}

/// The head that ends in a row which a person named, whatever stands there.
pub(super) fn head_at(sheet: &Sheet, matcher: &Matcher, wanted: usize, last: u32) -> Option<Head> {
    sheet.last_row().filter(|end| *end > last)?;
    let rows: Vec<HeadRow> = HeadRows::of(sheet, matcher).rows.into_iter().filter(|row| row.row <= last).collect();
    let together =
        rows.iter().rev().zip(0..HEAD_DEPTH as u32).take_while(|(row, above)| row.row + above == last).count();
    let best = (1..=together)
        .filter_map(|depth| head_from(&rows[rows.len() - depth..], matcher, wanted))
        .max_by(|one, other| one.score.total_cmp(&other.score));
    best.or_else(|| {
        // Nothing that is known stands there; a person will say which column is which.
        let cells = sheet.row(last).iter().filter_map(|cell| Some((cell.at.column, HeadCell::of(cell)?)));
        let row = HeadRow::new(last, cells.collect(), matcher);
        Some(read_head(&[row], matcher, wanted))
    })
}

/// Reads these rows as a head; `None` when they are none.
pub(super) fn head_from(rows: &[HeadRow], matcher: &Matcher, wanted: usize) -> Option<Head> {
    let mut head = read_head(rows, matcher, wanted);
    let matched = head.columns.iter().flatten().count();
    let enough = (wanted as f64 * 0.6).min(2.5);
    if matched < wanted.min(3) || head.score + 1e-9 < enough {
        return None;
    }
    if rows.len() > 1 {
        let columns: BTreeSet<u32> = rows.iter().flat_map(|row| row.cells.keys().copied()).collect();
        let stacks: Vec<Stack> = columns.iter().map(|&column| Stack::of(rows, column)).collect();
        let taken: HashSet<u32> = head.columns.iter().flatten().copied().collect();
        // Each further row must pull its weight, and what it adds must be heads: a row of content below the head, in
        // which a word happens to be known, is not part of it.
        let last = &rows[rows.len() - 1];
        let own: Vec<u32> =
            last.cells.iter().filter(|(_, cell)| cell.origin.row == last.row).map(|(column, _)| *column).collect();
        let used = own.iter().filter(|column| taken.contains(column)).count();
        let fitting = own.iter().filter(|&&column| {
            let plain = &last.cells[&column].plain;
            stacks.iter().any(|stack| {
                stack.column == column
                    && taken.contains(&column)
                    && (stack.plain.len() < 2 || matcher_knows(matcher, stack, plain))
            })
        });
        if own.is_empty() || used * 2 < own.len() || fitting.count() * 2 < own.len() {
            return None;
        }
        head.score -= 0.3 * (rows.len() - 1) as f64;
    }
    Some(head)
}

fn read_head(rows: &[HeadRow], matcher: &Matcher, wanted: usize) -> Head {
    let columns: BTreeSet<u32> = rows.iter().flat_map(|row| row.cells.keys().copied()).collect();
    let stacks: Vec<Stack> = columns.iter().map(|&column| Stack::of(rows, column)).collect();
    let mut head = Head {
        last_row: rows[rows.len() - 1].row,
        columns: vec![None; wanted],
        guessed: Vec::new(),
        duplicates: Vec::new(),
        texts: stacks.iter().map(|stack| (stack.column, stack.texts.clone())).collect(),
        score: 0.0,
        told: Vec::new(),
    };
    let mut taken: HashSet<u32> = HashSet::new();
    // Surer matches first over the whole row, so that a synonym never takes what another column says outright.
    for certainty in Certainty::ALL {
        for rank in 0..Stack::RANKS {
            for stack in &stacks {
                if taken.contains(&stack.column) {
                    continue;
                }
                let is_free = |index: usize| head.columns[index].is_none();
                let found =
                    stack.readings(rank, certainty).iter().find_map(|text| matcher.find(text, certainty, is_free));
                let Some(index) = found else { continue };
                head.columns[index] = Some(stack.column);
                taken.insert(stack.column);
                head.score += certainty.weight();
                if certainty == Certainty::Beginning {
                    head.guessed.push(index);
                }
            }
        }
    }
    for stack in stacks.iter().filter(|stack| !taken.contains(&stack.column)) {
        let mut meanings = [Certainty::Exact, Certainty::Synonym].into_iter().flat_map(|certainty| {
            (0..2).filter_map(move |rank| {
                stack.readings(rank, certainty).iter().find_map(|text| matcher.find(text, certainty, |_| true))
            })
        });
        head.duplicates.extend(meanings.next().map(|index| (stack.column, index)));
    }
    head
}

fn matcher_knows(matcher: &Matcher, stack: &Stack, leaf: &str) -> bool {
    matcher.knows(leaf) || stack.joined.iter().any(|text| text.contains(leaf) && matcher.knows(text))
}

/// The texts above one column, from the top, each once.
struct Stack {
    column: u32,
    texts: Vec<String>,
    plain: Vec<String>,
    /// Parent and child read together: `风险` over `等级` is `风险等级`.
    joined: Vec<String>,
}

impl Stack {
    const RANKS: usize = 3;

    fn of(rows: &[HeadRow], column: u32) -> Self {
        let mut stack = Self { column, texts: Vec::new(), plain: Vec::new(), joined: Vec::new() };
        let mut origins: Vec<Address> = Vec::new();
        for row in rows {
            if let Some(cell) = row.cells.get(&column).filter(|cell| !origins.contains(&cell.origin)) {
                origins.push(cell.origin);
                stack.texts.push(cell.text.clone());
                stack.plain.push(cell.plain.clone());
            }
        }
        if let [.., parent, child] = stack.plain.as_slice() {
            stack.joined.extend([stack.plain.concat(), format!("{parent}{child}"), format!("{child}{parent}")]);
        } else if let ([only], [above, .., below]) = (stack.plain.as_slice(), rows) {
            // A group written over its first column only, without merging: it also stands over the columns right of it.
            let is_leaf = below.cells.get(&column).is_some_and(|cell| cell.origin.row == below.row);
            let group =
                above.cells.range(..column).next_back().filter(|_| is_leaf && !above.cells.contains_key(&column));
            if let Some((_, group)) = group {
                stack.joined.push(format!("{}{only}", group.plain));
            }
        }
        stack
    }

    /// Ways to read the head of this column: parent with child, the lowest text, the texts above it.
    fn readings(&self, rank: usize, certainty: Certainty) -> &[String] {
        let below = self.plain.len().saturating_sub(1);
        match rank {
            0 => &self.joined,
            1 => &self.plain[below..],
            // A group's own word says too little about its columns, unless it is the head itself.
            _ if certainty == Certainty::Exact => &self.plain[..below],
            _ => &[],
        }
    }
}
