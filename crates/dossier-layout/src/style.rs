//! The house style: every measure that the paper of all documents shares.

use crate::content::Style;
use crate::{Abs, Color};

pub const FRAME: Abs = Abs::pt(1.0);
pub const LINE: Abs = Abs::pt(0.5);
pub const LABEL_FILL: Color = Color(0xF4, 0xF4, 0xF4);
pub const BAR_FILL: Color = Color(0xE3, 0xE3, 0xE3);

/// A line of text is 1 em tall: this much of it stands above the baseline.
pub const ASCENT: f64 = 0.88;

/// Type size and distance of baselines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    pub size: Abs,
    pub pitch: Abs,
}

const fn typ(size: f64, pitch: f64) -> Type {
    Type { size: Abs::pt(size), pitch: Abs::pt(pitch) }
}

pub const TITLE: Type = typ(18.0, 24.0);
pub const FRONT_HEADING: Type = typ(14.0, 20.0);
pub const CHAPTER: Type = typ(12.0, 17.5);
pub const SECTION: Type = typ(10.5, 15.0);
pub const TEXT: Type = typ(10.5, 17.5);
pub const CELL: Type = typ(9.0, 13.0);
pub const SMALL: Abs = Abs::pt(7.5);

pub const TITLE_TRACKING: f64 = 0.08;
pub const FRONT_BEFORE: Abs = Abs::mm(8.0);
pub const FRONT_AFTER: Abs = Abs::mm(3.6);
pub const CHAPTER_SPACE: (Abs, Abs) = (Abs::mm(6.0), Abs::mm(2.8));
pub const SECTION_SPACE: (Abs, Abs) = (Abs::mm(4.4), Abs::mm(2.4));
pub const TEXT_AFTER: Abs = Abs::mm(2.4);
/// Where the second of two texts under a report's title starts.
pub const SECOND_COLUMN: Abs = Abs::mm(91.0);
/// Numbered clauses hang by this many em.
pub const CLAUSE_HANG: f64 = 1.7;
pub const BAR_HEIGHT: Abs = Abs::mm(6.1);
pub const CAPTION_HEIGHT: Abs = Abs::mm(5.6);
/// From the continuation caption to its table.
pub const CAPTION_GAP: Abs = Abs::mm(1.6);
/// From one table to the next, or to the text that follows.
pub const TABLE_AFTER: Abs = Abs::mm(3.2);

/// Edges of a page. Text stands between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margins {
    pub top: Abs,
    pub bottom: Abs,
    pub left: Abs,
    pub right: Abs,
}

/// The measures of one style of document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    pub width: Abs,
    pub height: Abs,
    pub margins: Margins,
    /// From the top edge to the header block.
    pub header_top: Abs,
    pub cell: Type,
    /// Above and below the text of a cell; of a head.
    pub pad_y: Abs,
    pub head_pad_y: Abs,
    /// Left and right of a value; of a label.
    pub pad_x: Abs,
    pub label_pad_x: Abs,
    pub title_after: Abs,
}

impl Measures {
    /// Width of the text block.
    pub fn text_width(&self) -> Abs {
        self.width - self.margins.left - self.margins.right
    }

    /// Height of the text block.
    pub fn text_height(&self) -> Abs {
        self.height - self.margins.top - self.margins.bottom
    }
}

/// The measures of a style of document.
pub const fn measures(style: Style) -> Measures {
    const UPRIGHT: Measures = Measures {
        width: Abs::mm(210.0),
        height: Abs::mm(297.0),
        margins: Margins { top: Abs::mm(26.0), bottom: Abs::mm(22.0), left: Abs::mm(25.0), right: Abs::mm(20.0) },
        header_top: Abs::mm(11.3),
        cell: CELL,
        pad_y: Abs::mm(1.5),
        head_pad_y: Abs::mm(1.5),
        pad_x: Abs::mm(1.5),
        label_pad_x: Abs::mm(0.9),
        title_after: Abs::mm(4.0),
    };
    const REPORT: Measures =
        Measures { pad_y: Abs::mm(1.9), head_pad_y: Abs::mm(1.8), title_after: Abs::mm(7.5), ..UPRIGHT };
    match style {
        Style::Form => UPRIGHT,
        Style::Report => REPORT,
        Style::Plan => Measures { title_after: Abs::mm(6.0), ..REPORT },
        Style::Table => Measures {
            width: Abs::mm(297.0),
            height: Abs::mm(210.0),
            margins: Margins { top: Abs::mm(28.0), bottom: Abs::mm(22.0), left: Abs::mm(15.0), right: Abs::mm(15.0) },
            header_top: Abs::mm(13.3),
            cell: typ(8.0, 11.6),
            pad_x: Abs::mm(1.1),
            label_pad_x: Abs::mm(0.6),
            title_after: Abs::mm(6.5),
            ..UPRIGHT
        },
    }
}
