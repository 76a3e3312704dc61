//! The three squares in the corners of a code: black in white in black, 1 : 1 : 3 : 1 : 1 along every line through
//! their middle.

use std::cmp::Reverse;

use super::Point;
use super::threshold::Bits;

/// A square that may be one of the three.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Finder {
    pub middle: Point,
    /// Pixels a module.
    pub module: f32,
    /// On how many lines it was seen.
    pub seen: u32,
}

/// More than this on one page are a pattern that somebody printed, not codes; the most often seen are kept.
const MOST: usize = 48;

/// The squares of a page, the most often seen first; `step` is the distance of the rows that are looked through.
pub(super) fn finders(bits: &Bits, step: usize) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    // Edges of the runs of one row; the first run is white and may be empty.
    let mut edges = Vec::new();
    for y in (step / 2..bits.height).step_by(step.max(1)) {
        edges_of(bits.row(y), &mut edges);
        // A black run begins at every odd index.
        for first in (1..edges.len().saturating_sub(5)).step_by(2) {
            let runs: [usize; 5] = std::array::from_fn(|run| edges[first + run + 1] - edges[first + run]);
            if !is_square(runs) {
                continue;
            }
            let x = middle_of(edges[first + 2], edges[first + 3]);
            if let Some(finder) = confirmed(bits, x, y, runs.iter().sum()) {
                keep(&mut found, finder);
            }
        }
        // A page that is nothing but squares would take for ever.
        if found.len() > 40 * MOST {
            break;
        }
    }
    found.sort_by_key(|finder| Reverse(finder.seen));
    found.truncate(MOST);
    found
}

/// Where colours change: `edges[i]..edges[i + 1]` is white for even i.
fn edges_of(row: &[u8], edges: &mut Vec<usize>) {
    edges.clear();
    edges.push(0);
    let mut color = 0;
    for (x, &pixel) in row.iter().enumerate() {
        if pixel != color {
            edges.push(x);
            color = pixel;
        }
    }
    edges.push(row.len());
}

/// Whether the lengths are near 1 : 1 : 3 : 1 : 1. Ink that ran, or paper that shone, takes a good part of a module
/// from one colour and gives it to the other, so that black and white are each measured against themselves too.
fn is_square(runs: [usize; 5]) -> bool {
    let total: usize = runs.iter().sum();
    if total < 7 || runs.contains(&0) {
        return false;
    }
    let module = total as f32 / 7.0;
    let near = |run: usize, modules: f32, within: f32| (run as f32 - modules * module).abs() <= within * module + 0.5;
    near(runs[2], 3.0, 1.2) && [0, 1, 3, 4].into_iter().all(|index| near(runs[index], 1.0, 0.6))
}

fn middle_of(from: usize, to: usize) -> f32 {
    (from + to) as f32 / 2.0
}

/// The same proportions down and, through the middle found there, once more across.
fn confirmed(bits: &Bits, x: f32, y: usize, across: usize) -> Option<Finder> {
    let most = across * 2;
    let column = x as usize;
    let down = square_through(|y| bits.black(column, y), y, bits.height, most)?;
    let row = bits.row(down.middle as usize);
    let again = square_through(|x| row[x] == 1, column, bits.width, most)?;
    let similar = |a: f32, b: f32| (a - b).abs() <= 0.4 * a.max(b);
    if !similar(down.length, again.length) || !similar(across as f32, again.length) {
        return None;
    }
    let middle = Point { x: again.middle, y: down.middle };
    Some(Finder { middle, module: (down.length + again.length) / 14.0, seen: 1 })
}

/// A line through a square.
struct Crossing {
    middle: f32,
    length: f32,
}

/// Walks both ways from a place in the black middle, through white and black to the square's outside.
fn square_through(black: impl Fn(usize) -> bool, from: usize, length: usize, most: usize) -> Option<Crossing> {
    if !black(from) {
        return None;
    }
    // Lengths of what is left of the middle, of the white and of the black ring, and the last pixel of that.
    let walk = |way: &mut dyn Iterator<Item = usize>| -> Option<([usize; 3], usize)> {
        let (mut runs, mut index, mut last) = ([0; 3], 0, from);
        for at in way {
            if black(at) == (index == 1) {
                index += 1;
            }
            if index == 3 {
                break;
            }
            runs[index] += 1;
            last = at;
            if runs[index] > most {
                return None;
            }
        }
        (index >= 2).then_some((runs, last))
    };
    let (up, first) = walk(&mut (0..from).rev())?;
    let (down, last) = walk(&mut (from + 1..length))?;
    if !is_square([up[2], up[1], up[0] + 1 + down[0], down[1], down[2]]) {
        return None;
    }
    // The middle of the square's inside is steadier than that of its outside, which may touch other ink.
    Some(Crossing { middle: middle_of(from - up[0], from + down[0] + 1), length: (last + 1 - first) as f32 })
}

/// Puts it together with what was seen of the same square on other lines.
fn keep(found: &mut Vec<Finder>, new: Finder) {
    let same = found.iter_mut().find(|old| {
        let (dx, dy) = (old.middle.x - new.middle.x, old.middle.y - new.middle.y);
        dx.abs().max(dy.abs()) <= 2.0 * old.module && (old.module - new.module).abs() <= 0.5 * old.module
    });
    match same {
        Some(old) => {
            let weight = old.seen as f32;
            let mean = |old: f32, new: f32| (old * weight + new) / (weight + 1.0);
            old.middle = Point { x: mean(old.middle.x, new.middle.x), y: mean(old.middle.y, new.middle.y) };
            old.module = mean(old.module, new.module);
            old.seen += 1;
        }
        None => found.push(new),
    }
}
