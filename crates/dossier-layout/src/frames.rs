//! Finished pages: everything at its fixed place, nothing left to decide.

use crate::{Abs, FaceId, Point, Rect};

/// The finished document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frames {
    pub pages: Vec<Page>,
    /// Headings in reading order, for bookmarks.
    pub outline: Vec<OutlineEntry>,
}

/// One side of a sheet. Items are in drawing order, and texts among them in reading order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub width: Abs,
    pub height: Abs,
    pub items: Vec<Item>,
}

/// A bookmark.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlineEntry {
    /// 1 for a chapter, 2 for a section under it.
    pub level: u8,
    pub title: String,
    /// Index into [`Frames::pages`].
    pub page: usize,
    /// Top of the heading, from the top edge of the page.
    pub y: Abs,
}

/// One thing drawn on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Text(TextRun),
    Fill {
        rect: Rect,
        color: Color,
    },
    /// A line through the points, cut off at its ends unless `round`; one that returns to its start is closed.
    Stroke {
        points: Vec<Point>,
        width: Abs,
        color: Color,
        round: bool,
        dash: Option<Dash>,
    },
    /// A filled outline: shapes that must look like text but never be read as text, such as a watermark.
    Path {
        steps: Vec<PathStep>,
        color: Color,
    },
    /// A picture stretched over the rectangle.
    Image {
        rect: Rect,
        image: ImageId,
    },
}

/// Lengths of ink and gap of a dashed line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dash {
    pub ink: Abs,
    pub gap: Abs,
}

/// One step of an outline, in page coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PathStep {
    Move(Point),
    Line(Point),
    Cubic(Point, Point, Point),
    Close,
}

/// Index into the pictures that were given with the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageId(pub usize);

/// Glyphs of one face on one baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRun {
    /// Left end of the baseline.
    pub origin: Point,
    pub face: FaceId,
    pub size: Abs,
    /// Width of the glyphs against their natural width; 1 but for hidden text behind rules and boxes.
    pub stretch: f64,
    pub color: Color,
    /// False for text that is there to be read out and searched but not seen, behind a drawn box or a rule.
    pub visible: bool,
    pub glyphs: Vec<Glyph>,
}

/// One character in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Glyph in the run's face.
    pub id: u16,
    /// The character that was typed: what extraction must return, even where the glyph only stands in for it.
    pub ch: char,
    /// From the start of the run to the start of this glyph.
    pub x: Abs,
}

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    pub const BLACK: Self = Self(0, 0, 0);
}
