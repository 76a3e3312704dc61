//! From the shades of a code's modules to its text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::grid::Grid;
use crate::gray::Gray;

/// How much of what its neighbours spilled into a module is taken back: blur makes a single white module between
/// black ones grey.
const TAKEN_BACK: [f32; 3] = [0.0, 0.25, 0.5];

/// The text, if there are no more errors in it than its error correction tells for certain.
pub(super) fn text(page: &Gray, grid: &Grid) -> Option<String> {
    let size = grid.size;
    let (mapping, module) = (grid.mapping(), grid.module());
    let mut values = Vec::with_capacity(size * size);
    for y in 0..size {
        values.extend((0..size).map(|x| mapping.value(page, x, y, module)));
    }
    let mut tried: Vec<Vec<bool>> = Vec::new();
    for taken_back in TAKEN_BACK {
        let values = unspilled(&values, size, taken_back);
        let middle = between_black_and_white(&values);
        let near = means(&values, size, 4);
        // One border for the whole code; or one that follows a shadow or a stamp over a part of it.
        let follows = |part: f32| move |index: usize| middle + part * (near[index] - middle);
        let borders: [&dyn Fn(usize) -> f32; 2] = [&|_| middle, &follows(0.8)];
        for border in borders {
            let bits: Vec<bool> = values.iter().enumerate().map(|(index, &value)| value < border(index)).collect();
            if tried.contains(&bits) {
                continue;
            }
            if let Some(text) = decoded(&bits, size) {
                return Some(text);
            }
            tried.push(bits);
        }
    }
    None
}

fn unspilled(values: &[f32], size: usize, taken_back: f32) -> Vec<f32> {
    let around = means(values, size, 1);
    values.iter().zip(around).map(|(&value, around)| value + taken_back * (value - around)).collect()
}

/// The mean of the square that reaches so many modules to each side.
fn means(values: &[f32], size: usize, reach: usize) -> Vec<f32> {
    let around = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(size);
    let mut means = Vec::with_capacity(values.len());
    for y in 0..size {
        for x in 0..size {
            let (rows, columns) = (around(y), around(x));
            let count = (rows.len() * columns.len()) as f32;
            let sum: f32 = rows.flat_map(|y| &values[y * size..][columns.clone()]).sum();
            means.push(sum / count);
        }
    }
    means
}

/// The border that parts dark from light best: between the means of the two sides it makes.
fn between_black_and_white(values: &[f32]) -> f32 {
    let mut border = values.iter().sum::<f32>() / values.len() as f32;
    for _ in 0..10 {
        let (mut dark, mut light) = ((0.0, 0.0), (0.0, 0.0));
        for &value in values {
            let side = if value < border { &mut dark } else { &mut light };
            *side = (side.0 + value, side.1 + 1.0);
        }
        if dark.1 == 0.0 || light.1 == 0.0 {
            break;
        }
        border = (dark.0 / dark.1 + light.0 / light.1) / 2.0;
    }
    border
}

fn decoded(bits: &[bool], size: usize) -> Option<String> {
    let grid = rqrr::Grid::new(rqrr::SimpleGrid::from_func(size, |x, y| bits[y * size + x]));
    // The decoder is given bits that nobody wrote; what it makes of them shall not end the program.
    let (_, text) = catch_unwind(AssertUnwindSafe(|| grid.decode())).ok()?.ok()?;
    (!text.is_empty()).then_some(text)
}
