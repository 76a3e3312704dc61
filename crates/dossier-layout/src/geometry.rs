//! Lengths and places on a sheet, measured from its top left corner.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// An absolute length, kept in points (1/72 inch).
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct Abs(f64);

impl Abs {
    pub const ZERO: Self = Self(0.0);

    /// A length in points.
    pub const fn pt(pt: f64) -> Self {
        Self(pt)
    }

    /// A length in millimetres.
    pub const fn mm(mm: f64) -> Self {
        Self(mm * 72.0 / 25.4)
    }

    /// This length in points.
    pub const fn to_pt(self) -> f64 {
        self.0
    }

    /// This length in millimetres.
    pub const fn to_mm(self) -> f64 {
        self.0 * 25.4 / 72.0
    }

    /// The longer of two lengths.
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// The shorter of two lengths.
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Whether this length fits into `room`, forgiving the last digits of floating point.
    pub fn fits(self, room: Self) -> bool {
        self.0 <= room.0 + 1e-6
    }
}

impl Add for Abs {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Abs {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Abs {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Abs {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Neg for Abs {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<f64> for Abs {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self(self.0 * factor)
    }
}

impl Div<f64> for Abs {
    type Output = Self;
    fn div(self, divisor: f64) -> Self {
        Self(self.0 / divisor)
    }
}

impl std::iter::Sum for Abs {
    fn sum<I: Iterator<Item = Self>>(lengths: I) -> Self {
        lengths.fold(Self::ZERO, Add::add)
    }
}

/// A place on the sheet: `x` to the right and `y` downwards from the top left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    pub x: Abs,
    pub y: Abs,
}

impl Point {
    pub const fn new(x: Abs, y: Abs) -> Self {
        Self { x, y }
    }
}

/// A rectangle by its top left corner and its size.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    pub x: Abs,
    pub y: Abs,
    pub width: Abs,
    pub height: Abs,
}
