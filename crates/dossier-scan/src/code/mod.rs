//! From a page in shades of grey to the codes on it.
//!
//! ```text
//! Gray ─ threshold ─→ Bits ─ finder ─→ squares ─ candidates, grid ─→ codes laid over the page ─ modules ─→ text
//! ```
//!
//! Squares are looked for in black and white, since that is fast. How a code lies on the page and what its modules
//! say is then measured in the greys themselves: all that is the same in every code (a third of its modules) is
//! brought into register first. A few pixels a module are enough for that, and blur does little harm.

mod candidates;
mod finder;
mod grid;
mod modules;
mod search;
mod threshold;

use std::ops::{Add, Mul, Sub};

pub(crate) use search::search;

/// A place on a page, in pixels from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

impl Add for Point {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

impl Sub for Point {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }
}

impl Mul<f32> for Point {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        Self { x: self.x * factor, y: self.y * factor }
    }
}
