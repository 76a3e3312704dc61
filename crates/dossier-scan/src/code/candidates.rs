//! Which squares belong together, and how a code may lie on them.

use super::Point;
use super::finder::Finder;
use super::grid::{Grid, SIZES};

/// More guesses than these are not followed; the likeliest come first.
const MOST: usize = 160;

/// Codes that three of the squares may be the corners of.
pub(super) fn of_three(finders: &[Finder]) -> Vec<Grid> {
    let mut found: Vec<(f32, Grid)> = Vec::new();
    for (a, first) in finders.iter().enumerate() {
        for (b, second) in finders.iter().enumerate().skip(a + 1) {
            if !alike(first, second) {
                continue;
            }
            for third in finders.iter().skip(b + 1).filter(|third| alike(first, third) && alike(second, third)) {
                let [a, b, c] = [first, second, third].map(|finder| finder.middle);
                // Opposite the longest side is the corner between the other two.
                let sides = [(b.distance(c), a, b, c), (a.distance(c), b, a, c), (a.distance(b), c, a, b)];
                let (_, corner, one, other) = sides.into_iter().max_by(|x, y| x.0.total_cmp(&y.0)).expect("three");
                let module = (first.module + second.module + third.module) / 3.0;
                with_corner(corner, one, other, module, &mut found);
            }
        }
    }
    likeliest(found)
}

/// Codes that two of the squares may be corners of, where the third is under a stamp or was torn off: of our own two
/// sizes only, since nothing else tells the size.
pub(super) fn of_two(finders: &[Finder]) -> Vec<Grid> {
    let mut found = Vec::new();
    for (index, first) in finders.iter().enumerate() {
        for second in finders.iter().skip(index + 1).filter(|second| alike(first, second)) {
            let (a, b) = (first.middle, second.middle);
            let module = (first.module + second.module) / 2.0;
            for size in [25, 29] {
                let side = (size as f32 - 7.0) * module;
                let off = |length: f32| (a.distance(b) / length - 1.0).abs();
                if off(side) < 0.15 {
                    let ahead = b - a;
                    // Turned right by a quarter, from along the top to down the side.
                    let right = Point { x: -ahead.y, y: ahead.x };
                    let lain = [(a, b, a + right), (b, a, b - right), (b, b + right, a), (a, a - right, b)];
                    let lain = lain.map(|(corner, top, side)| Grid::of_corners(size, corner, top, side));
                    found.extend(lain.map(|grid| (off(side), grid)));
                }
                if off(side * std::f32::consts::SQRT_2) < 0.15 {
                    // They are opposite corners; the third lies to either side of the line between them.
                    let middle = (a + b) * 0.5;
                    let half = Point { x: -(b - a).y, y: (b - a).x } * 0.5;
                    let lain =
                        [Grid::of_corners(size, middle - half, b, a), Grid::of_corners(size, middle + half, a, b)];
                    found.extend(lain.map(|grid| (off(side * std::f32::consts::SQRT_2), grid)));
                }
            }
        }
    }
    likeliest(found)
}

fn alike(a: &Finder, b: &Finder) -> bool {
    (a.module - b.module).abs() <= 0.35 * a.module.max(b.module)
}

/// Whether the sides are of one length and at right angles, as far as a skewed page leaves them so.
fn with_corner(corner: Point, one: Point, other: Point, module: f32, found: &mut Vec<(f32, Grid)>) {
    let (one_way, other_way) = (one - corner, other - corner);
    let (one_length, other_length) = (one.distance(corner), other.distance(corner));
    let longer = one_length.max(other_length).max(1.0);
    let slant = (one_way.x * other_way.x + one_way.y * other_way.y).abs() / (longer * longer);
    let uneven = (one_length - other_length).abs() / longer;
    if slant > 0.3 || uneven > 0.25 {
        return;
    }
    // Clockwise from the top right to the bottom left: y grows downwards.
    let clockwise = one_way.x * other_way.y - one_way.y * other_way.x > 0.0;
    let (top_right, bottom_left) = if clockwise { (one, other) } else { (other, one) };
    let modules = (one_length + other_length) / 2.0 / module + 7.0;
    for size in SIZES {
        // Squares are measured to half a pixel, which is modules over the length of a side.
        let off = (modules / size as f32 - 1.0).abs();
        if off < 0.22 {
            found.push((slant + uneven + off, Grid::of_corners(size, corner, top_right, bottom_left)));
        }
    }
}

fn likeliest(mut found: Vec<(f32, Grid)>) -> Vec<Grid> {
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.truncate(MOST);
    found.into_iter().map(|(_, grid)| grid).collect()
}
