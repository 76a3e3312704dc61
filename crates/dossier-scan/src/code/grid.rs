//! Where the modules of a code lie on a page.

use std::sync::LazyLock;

use super::Point;
use crate::gray::Gray;

/// Ours are of 25 or 29 modules; others are read too, as far as they have one alignment pattern at most.
pub(super) const SIZES: [usize; 6] = [21, 25, 29, 33, 37, 41];

/// A code laid over a page: how many modules a side it has and where they lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub size: usize,
    /// Middles of the squares top left, top right and bottom left, and of the square that would stand bottom right.
    pub anchors: [Point; 4],
}

/// Which of [`Grid::anchors`] has no square on paper.
pub(super) const BOTTOM_RIGHT: usize = 3;

/// What the fit has to be with three corners known, for the last steps to make a code of it.
const WORTH_IT: f32 = 0.4;

/// Modules from the edge of a code to the middle of a square.
const INSET: f32 = 3.5;

impl Grid {
    /// Lays a code so that three of its corners are known; the fourth completes the parallelogram.
    pub fn of_corners(size: usize, top_left: Point, top_right: Point, bottom_left: Point) -> Self {
        let bottom_right = top_right + bottom_left - top_left;
        Self { size, anchors: [top_left, top_right, bottom_left, bottom_right] }
    }

    /// Pixels a module, about.
    pub fn module(&self) -> f32 {
        let [top_left, top_right, bottom_left, _] = self.anchors;
        (top_left.distance(top_right) + top_left.distance(bottom_left)) / 2.0 / (self.size as f32 - 2.0 * INSET)
    }

    /// The projection of modules onto the page.
    pub fn mapping(&self) -> Mapping {
        Mapping::new(self.anchors, INSET, self.size as f32 - 2.0 * INSET)
    }

    /// The corners of the code, clockwise from its top left.
    pub fn outline(&self) -> [Point; 4] {
        let (mapping, size) = (self.mapping(), self.size as f32);
        [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size)].map(|(x, y)| mapping.on_page(x, y))
    }

    /// How well what is the same in every code of this size (squares, dashed lines between them, alignment pattern)
    /// is found on the page: 1 is perfectly, 0 is not at all.
    pub fn fit(&self, page: &Gray) -> f32 {
        let fixed = fixed_modules(self.size);
        let (mapping, module) = (self.mapping(), self.module());
        // The correlation of what should be there (-1 is black) with what is.
        let (mut sum, mut squares, mut product, mut expected) = (0.0, 0.0, 0.0, 0.0);
        for &(x, y, black) in fixed {
            let value = mapping.value(page, x, y, module);
            let should = if black { -1.0 } else { 1.0 };
            sum += value;
            squares += value * value;
            product += value * should;
            expected += should;
        }
        let count = fixed.len() as f32;
        let covariance = product / count - sum / count * expected / count;
        let spread = (squares / count - (sum / count).powi(2)).max(0.0) * (1.0 - (expected / count).powi(2));
        // Fewer than ten shades between black and white are the grain of paper.
        if spread.sqrt() < 5.0 { 0.0 } else { covariance / spread.sqrt() }
    }

    /// Moves the corners to where the code fits best, one corner after the other in ever smaller steps.
    pub fn fitted(mut self, page: &Gray) -> (Self, f32) {
        let module = self.module();
        let mut best = self.fit(page);
        // Nothing stands in the fourth corner, so that it is off by modules where the paper was not flat.
        let guess = self.anchors[BOTTOM_RIGHT];
        for (dx, dy) in (-4..=4).flat_map(|dy| (-4..=4).map(move |dx| (dx, dy))) {
            let mut moved = self;
            moved.anchors[BOTTOM_RIGHT] = guess + Point { x: dx as f32, y: dy as f32 } * (0.5 * module);
            best = moved.keep_if_better(&mut self, best, page);
        }
        if best < WORTH_IT {
            return (self, best);
        }
        for step in [0.5, 0.25, 0.12, 0.06] {
            for _ in 0..3 {
                let before = best;
                for (corner, (dx, dy)) in
                    (0..4).flat_map(|corner| [(1, 0), (-1, 0), (0, 1), (0, -1)].map(|way| (corner, way)))
                {
                    let mut moved = self;
                    let way = Point { x: dx as f32, y: dy as f32 } * (step * module);
                    moved.anchors[corner] = moved.anchors[corner] + way;
                    best = moved.keep_if_better(&mut self, best, page);
                }
                if best - before < 0.001 {
                    break;
                }
            }
        }
        (self, best)
    }

    fn keep_if_better(self, kept: &mut Self, best: f32, page: &Gray) -> f32 {
        let fit = self.fit(page);
        if fit > best {
            *kept = self;
            return fit;
        }
        best
    }
}

/// A projection of the plane of modules, as coefficients of x, y and 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping {
    across: [f32; 3],
    down: [f32; 3],
    weight: [f32; 3],
}

impl Mapping {
    /// Takes the square of this side that begins at `inset`, `inset` to the four anchors.
    fn new([p00, p10, p01, p11]: [Point; 4], inset: f32, side: f32) -> Self {
        // The projection of the unit square onto a quadrangle (Heckbert, Fundamentals of Texture Mapping, 1989).
        let (right, lower) = (p10 - p11, p01 - p11);
        let sum = p00 - p10 + p11 - p01;
        let area = right.x * lower.y - lower.x * right.y;
        let (g, h) = if area.abs() < f32::EPSILON {
            (0.0, 0.0)
        } else {
            ((sum.x * lower.y - lower.x * sum.y) / area, (right.x * sum.y - sum.x * right.y) / area)
        };
        let row = |p00: f32, p10: f32, p01: f32| [p10 - p00 + g * p10, p01 - p00 + h * p01, p00];
        // Module coordinates become those of the unit square.
        let from_modules = |[a, b, c]: [f32; 3]| [a / side, b / side, c - (a + b) * inset / side];
        Self {
            across: from_modules(row(p00.x, p10.x, p01.x)),
            down: from_modules(row(p00.y, p10.y, p01.y)),
            weight: from_modules([g, h, 1.0]),
        }
    }

    pub fn on_page(&self, x: f32, y: f32) -> Point {
        let at = |[a, b, c]: [f32; 3]| a * x + b * y + c;
        let weight = at(self.weight);
        let weight = if weight.abs() < 1e-3 { 1e-3 } else { weight };
        Point { x: at(self.across) / weight, y: at(self.down) / weight }
    }

    /// The shade of a module: of its middle, and of four places around that where a module has many pixels.
    pub fn value(&self, page: &Gray, x: usize, y: usize, module: f32) -> f32 {
        let Point { x, y } = self.on_page(x as f32 + 0.5, y as f32 + 0.5);
        let middle = page.sample(x, y);
        if module < 2.5 {
            return middle;
        }
        let off = 0.22 * module;
        let around = page.sample(x - off, y - off)
            + page.sample(x + off, y - off)
            + page.sample(x - off, y + off)
            + page.sample(x + off, y + off);
        (middle + around) / 5.0
    }
}

/// Column, row and colour of the modules that every code of a size has, and the white around its squares.
fn fixed_modules(size: usize) -> &'static [(usize, usize, bool)] {
    static OF_SIZES: LazyLock<[Vec<(usize, usize, bool)>; SIZES.len()]> = LazyLock::new(|| SIZES.map(fixed_modules_of));
    &OF_SIZES[(size - SIZES[0]) / 4]
}

fn fixed_modules_of(size: usize) -> Vec<(usize, usize, bool)> {
    let mut modules = Vec::new();
    let last = size - 1;
    for y in 0..8_usize {
        for x in 0..8_usize {
            let from_middle = usize::max(x.abs_diff(3), y.abs_diff(3));
            let black = from_middle <= 1 || from_middle == 3;
            modules.extend([(x, y, black), (last - x, y, black), (x, last - y, black)]);
        }
    }
    for along in 8..size - 8 {
        modules.extend([(along, 6, along % 2 == 0), (6, along, along % 2 == 0)]);
    }
    if size > 21 {
        let middle = size - 7;
        for (dx, dy) in (0..5_usize).flat_map(|dy| (0..5_usize).map(move |dx| (dx, dy))) {
            let black = usize::max(dx.abs_diff(2), dy.abs_diff(2)) != 1;
            modules.push((middle + dx - 2, middle + dy - 2, black));
        }
    }
    modules
}
