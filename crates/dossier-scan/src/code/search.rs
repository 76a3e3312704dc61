//! Where on a page to look, and how hard.

use std::cell::Cell;

use super::finder::finders;
use super::grid::Grid;
use super::threshold::darker_than_around;
use super::{Point, candidates, modules};
use crate::gray::{Gray, Part};
use crate::{Found, Turn};

/// Pixels along the longer side of a page: about 300 dpi of A4. A module of ours then has six or seven pixels.
const FINE: usize = 4400;
/// About 150 to 200 dpi, enough for a clean page.
const COARSE: usize = 2500;
/// The longer side of A4, which is what pages are taken for.
const PAGE_MM: f32 = 297.0;
/// Side of the square in each corner of a page in which our codes stand, also where the sheet lay askew.
const CORNER_MM: f32 = 70.0;
/// How far the surroundings reach that ink is darker than: more than the largest black square of a code.
const AROUND_MM: f32 = 3.0;

/// Guesses that are brought into register, in one look and on the whole page. Where there are more, something else
/// was printed that looks like the squares of a code.
const MOST_FITTED: usize = 16;
const MOST_FITTED_OF_PAGE: usize = 150;
/// A guess worth bringing into register, and one worth reading, as values of [`Grid::fit`].
const LIKELY: f32 = 0.25;
const CERTAIN: f32 = 0.5;

/// The wanted codes of a page, each text once.
///
/// The corners are looked at first, where ours stand, and then always the whole page in passing: another code on it
/// must not be overlooked, since a page with two of ours is for a person to file. Only where nothing was found the
/// page is looked at again and again, in other ways, until something is.
pub(crate) fn search(page: &Gray, wanted: &dyn Fn(&str) -> bool) -> Vec<Found> {
    let fine = reduced(page, FINE);
    let coarse = reduced(&fine, COARSE);
    let mut found = Vec::new();
    let left = Cell::new(MOST_FITTED_OF_PAGE);
    let mut look = |look: &Look| {
        for read in look.all(&fine, &coarse, page, &left) {
            if wanted(&read.text) && !found.iter().any(|known: &Found| known.text == read.text) {
                found.push(read);
            }
        }
        !found.is_empty()
    };
    look(&IN_THE_CORNERS);
    let _ = look(&IN_PASSING) || HARDER.iter().any(look);
    found
}

fn reduced(page: &Gray, longest: usize) -> Gray {
    let mut page = page.clone();
    while page.longest() > longest {
        page = page.halved();
    }
    page
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Corners,
    /// The whole page, with few pixels or with all.
    Coarse,
    Fine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Treatment {
    Plain,
    Smoothed,
    Doubled,
    DoubledAndSharpened,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Corners {
    Three,
    /// Also where one of the three squares was not found.
    Two,
}

struct Look {
    place: Place,
    treatment: Treatment,
    /// Percent by which ink is darker than what is around it.
    margin: u32,
    corners: Corners,
}

const fn look(place: Place, treatment: Treatment, margin: u32, corners: Corners) -> Look {
    Look { place, treatment, margin, corners }
}

const IN_THE_CORNERS: Look = look(Place::Corners, Treatment::Plain, 12, Corners::Three);
const IN_PASSING: Look = look(Place::Coarse, Treatment::Plain, 12, Corners::Three);

/// The cheaper and likelier first.
const HARDER: [Look; 9] = [
    look(Place::Corners, Treatment::Smoothed, 10, Corners::Three),
    look(Place::Corners, Treatment::Plain, 25, Corners::Three),
    look(Place::Corners, Treatment::Plain, 5, Corners::Two),
    look(Place::Corners, Treatment::Doubled, 12, Corners::Two),
    look(Place::Fine, Treatment::Plain, 12, Corners::Three),
    look(Place::Corners, Treatment::DoubledAndSharpened, 15, Corners::Two),
    look(Place::Fine, Treatment::Smoothed, 10, Corners::Two),
    look(Place::Corners, Treatment::Smoothed, 4, Corners::Two),
    look(Place::Coarse, Treatment::Doubled, 15, Corners::Two),
];

impl Look {
    fn all(&self, fine: &Gray, coarse: &Gray, page: &Gray, left: &Cell<usize>) -> Vec<Found> {
        let whole = if self.place == Place::Coarse { coarse } else { fine };
        let parts = if self.place == Place::Corners {
            corners(whole)
        } else {
            vec![Part { x: 0, y: 0, width: whole.width(), height: whole.height() }]
        };
        let mut found = Vec::new();
        for part in parts {
            // What the treatment makes of the part, and its pixels for each of the page's.
            let taken = whole.part(part);
            let (seen, enlarged) = match self.treatment {
                Treatment::Plain => (taken, 1.0),
                Treatment::Smoothed => (taken.smoothed(), 1.0),
                Treatment::Doubled => (taken.doubled(), 2.0),
                Treatment::DoubledAndSharpened => (taken.doubled().smoothed().sharpened().sharpened(), 2.0),
            };
            let pixels_per_mm = enlarged * whole.longest() as f32 / PAGE_MM;
            let scale = page.longest() as f32 / whole.longest() as f32;
            let origin = Point { x: part.x as f32, y: part.y as f32 };
            for (text, grid) in self.read(&seen, pixels_per_mm, left) {
                let on_page = |point: Point| (origin + point * (1.0 / enlarged)) * scale;
                let outline = grid.outline().map(on_page).map(|point| (point.x, point.y));
                found.push(Found { text, turned: turn_of(&grid), outline });
            }
        }
        found
    }

    fn read(&self, seen: &Gray, pixels_per_mm: f32, left: &Cell<usize>) -> Vec<(String, Grid)> {
        let reach = (AROUND_MM * pixels_per_mm) as usize;
        let bits = darker_than_around(seen, reach, self.margin);
        // A square's black middle is 1.7 mm high; it must lie on several of the rows.
        let step = (0.25 * pixels_per_mm) as usize;
        let finders = finders(&bits, step.max(1));
        let mut guesses = candidates::of_three(&finders);
        if self.corners == Corners::Two {
            guesses.extend(candidates::of_two(&finders));
        }
        let mut likely: Vec<(f32, Grid)> = guesses.into_iter().map(|grid| (grid.fit(seen), grid)).collect();
        likely.retain(|(fit, _)| *fit > LIKELY);
        likely.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut read: Vec<(String, Grid)> = Vec::new();
        for (_, grid) in likely.into_iter().take(MOST_FITTED.min(left.get())) {
            let near = |other: &Grid| grid.anchors[0].distance(other.anchors[0]) < 3.0 * other.module();
            if read.iter().any(|(_, known)| near(known)) {
                continue;
            }
            left.set(left.get().saturating_sub(1));
            let (grid, fit) = grid.fitted(seen);
            if fit > CERTAIN
                && let Some(text) = modules::text(seen, &grid)
            {
                read.push((text, grid));
            }
        }
        read
    }
}

/// The four corners, that of an upright page first and that of one upside down second. On a small page they touch.
fn corners(page: &Gray) -> Vec<Part> {
    let side = (CORNER_MM / PAGE_MM * page.longest() as f32) as usize;
    let (width, height) = (side.clamp(1, page.width()), side.clamp(1, page.height()));
    let (right, bottom) = (page.width() - width, page.height() - height);
    [(right, bottom), (0, 0), (0, bottom), (right, 0)].map(|(x, y)| Part { x, y, width, height }).to_vec()
}

/// How the page has to be turned so that the top of the code comes to lie at the top.
fn turn_of(grid: &Grid) -> Turn {
    let along = grid.anchors[1] - grid.anchors[0];
    match (along.x.abs() >= along.y.abs(), along.x >= 0.0, along.y >= 0.0) {
        (true, true, _) => Turn::None,
        (true, false, _) => Turn::Around,
        // The top edge runs down the page, which was turned right: it has to be turned left.
        (false, _, true) => Turn::Left,
        (false, _, false) => Turn::Right,
    }
}
