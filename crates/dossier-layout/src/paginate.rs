//! Fills pages with slabs: what breaks, and what does not.

use crate::Abs;
use crate::content::RowKind;
use crate::flow::{Flow, Slab, What};
use crate::style::{CAPTION_GAP, CELL};
use crate::table::MeasuredRow;

/// A row that is taller than a page starts where at least this much room is left.
const ROOM_TO_START: Abs = Abs::mm(30.0);

/// A thing and the distance of its top from the top of the text block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    pub y: Abs,
    pub what: Piece,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// Index into [`Flow::slabs`].
    Slab(usize),
    /// Caption of a table that goes on.
    Caption { table: usize },
    /// A row shown again: of the group of a table.
    Repeat { table: usize, group: usize, row: usize },
}

/// Spreads the slabs over pages of the given height. Rows taller than a page are split in place.
pub(crate) fn paginate(flow: &mut Flow, height: Abs) -> Vec<Vec<Placed>> {
    let mut pages = Vec::new();
    let mut start = 0;
    while start < flow.slabs.len() {
        let (page, end) = fill(flow, start, height);
        pages.push(page);
        start = end;
    }
    pages
}

fn fill(flow: &mut Flow, start: usize, height: Abs) -> (Vec<Placed>, usize) {
    let (mut page, top) = continuation(flow, start);
    let repeated = page.len();
    let mut y = top;
    let mut index = start;
    while index < flow.slabs.len() {
        let slab = &flow.slabs[index];
        if index > start && slab.new_page {
            return (page, index);
        }
        let gap = if index == start { Abs::ZERO } else { gap(&flow.slabs[index - 1], slab) };
        if (y + gap + slab.height).fits(height) {
            page.push(Placed { y: y + gap, what: Piece::Slab(index) });
            y += gap + slab.height;
            index += 1;
            continue;
        }
        let room = height - y - gap;
        let beyond_any_page = !slab.height.fits(height - continuation_height(flow, index));
        if (beyond_any_page && room > ROOM_TO_START || index == start) && split(flow, index, room) {
            page.push(Placed { y: y + gap, what: Piece::Slab(index) });
            return (page, index + 1);
        }
        let end = last_break(&flow.slabs, start, index).max(start + 1);
        if end == start + 1 && index == start {
            // Nothing can be divided further: what is too tall stands alone.
            page.push(Placed { y: y + gap, what: Piece::Slab(index) });
        }
        page.truncate(repeated + end - start);
        return (page, end);
    }
    (page, index)
}

/// Of two spaces that meet the larger counts; rows of one table touch.
fn gap(above: &Slab, below: &Slab) -> Abs {
    match (&above.what, &below.what) {
        (What::Row { table: a, .. }, What::Row { table: b, .. }) if a == b => Abs::ZERO,
        _ => above.after.max(below.before),
    }
}

/// Where the page ends that overflows at `full`: before the last slab that may leave the one above it.
fn last_break(slabs: &[Slab], start: usize, full: usize) -> usize {
    let free = (start + 1..=full).rev().find(|&at| !slabs[at - 1].keep);
    // What wants to stay together is taller than a page: then at least no heading or head ends the page.
    let after_value = || (start + 1..=full).rev().find(|&at| !opens(&slabs[at - 1]));
    free.or_else(after_value).unwrap_or(full)
}

/// Whether a slab announces what follows it.
fn opens(slab: &Slab) -> bool {
    match &slab.what {
        What::Row { row, .. } => matches!(row.kind, RowKind::Bar | RowKind::Caption | RowKind::Head),
        What::Lines { .. } | What::Entry { .. } => slab.heading.is_some(),
    }
}

fn split(flow: &mut Flow, index: usize, room: Abs) -> bool {
    let slab = &flow.slabs[index];
    let What::Row { table, row, groups } = &slab.what else { return false };
    let Some((head, tail)) = row.split(room) else { return false };
    let with = |row: MeasuredRow| Slab {
        height: row.height,
        heading: None,
        what: What::Row { table: *table, row, groups: groups.clone() },
        ..slab.clone()
    };
    let (mut head, tail) = (with(head), with(tail));
    head.heading = slab.heading.clone();
    flow.slabs.splice(index..=index, [head, tail]);
    true
}

/// What a page shows again before the slab it starts with: the table's caption and the heads of its open groups.
fn continuation(flow: &Flow, start: usize) -> (Vec<Placed>, Abs) {
    let mut page = Vec::new();
    let mut y = Abs::ZERO;
    let Some((table, open)) = open_groups(flow, start) else { return (page, y) };
    if flow.tables[table].caption.is_some() {
        page.push(Placed { y, what: Piece::Caption { table } });
        y += CELL.size + CAPTION_GAP;
    }
    for group in open {
        for (row, measured) in flow.tables[table].groups[group].iter().enumerate() {
            page.push(Placed { y, what: Piece::Repeat { table, group, row } });
            y += measured.height;
        }
    }
    (page, y)
}

fn continuation_height(flow: &Flow, start: usize) -> Abs {
    continuation(flow, start).1
}

/// The table that goes on at this slab, and its groups that have begun before.
fn open_groups(flow: &Flow, start: usize) -> Option<(usize, Vec<usize>)> {
    let What::Row { table: before, groups: begun, .. } = &flow.slabs[start.checked_sub(1)?].what else { return None };
    let What::Row { table, groups, .. } = &flow.slabs[start].what else { return None };
    (before == table).then(|| (*table, groups.iter().copied().filter(|group| begun.contains(group)).collect()))
}
