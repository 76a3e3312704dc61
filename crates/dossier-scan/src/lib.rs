//! Reads scans of signed paper: which of our codes stand on which page, and which way up the page was scanned.
//!
//! ```text
//! bytes ─ kind ─→ source: PDF, JPEG, PNG, TIFF ─ one page at a time ─→ grey pixels ─ code ─→ texts and turns
//! ```
//!
//! Files come from outside and are hostile until checked. Sizes that a file declares are looked at before memory is
//! asked for, what unpacks is measured while it unpacks, and pages of PDF are drawn by a thread of their own, so that
//! one that never ends keeps nobody waiting. Whatever a decoder does, a [`ScanError`] comes back. Nothing here reads
//! a clock or a file.
//!
//! Pages are told one after the other and none is kept, so that a stack of several hundred needs no more memory than
//! its largest page.

mod code;
mod error;
mod gray;
mod kind;
mod limits;
mod source;

use std::ops::ControlFlow;

pub use crate::error::{ScanError, TooLarge};
pub use crate::kind::{Kind, kind};
pub use crate::limits::Limits;

use crate::source::{Source, guarded};

/// A page that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Counted from 1.
    pub number: usize,
    /// The codes that were wanted, each text once. More than one means that a person has to decide.
    pub codes: Vec<Found>,
    /// As the page lies in the file, before it is turned; 0 where it could not be opened.
    pub width_px: usize,
    pub height_px: usize,
    /// Why this page could not be looked at, while others of the file can.
    pub trouble: Option<ScanError>,
}

/// A code on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub text: String,
    /// How the page has to be turned to stand upright.
    pub turned: Turn,
    /// Corners of the code in pixels of the page, clockwise from the one that is top left once it stands upright.
    pub outline: [(f32, f32); 4],
}

/// A turn clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Turn {
    #[default]
    None,
    /// By 90°.
    Right,
    /// By 180°.
    Around,
    /// By 270°.
    Left,
}

impl Turn {
    /// Degrees clockwise.
    #[must_use]
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Right => 90,
            Self::Around => 180,
            Self::Left => 270,
        }
    }
}

/// Looks at every page in order and tells `each` what is on it, until that breaks off. Returns how many pages were
/// looked at.
///
/// `wanted` says whether the text of a code is one of ours; other codes are passed over and the search goes on. A page
/// that cannot be opened is told with its [`Page::trouble`], and the next one follows.
///
/// # Errors
/// When the file as a whole cannot be read: it is no scan, damaged or cut off, protected by a password, over a limit.
pub fn read(
    bytes: &[u8],
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
    each: &mut dyn FnMut(Page) -> ControlFlow<()>,
) -> Result<usize, ScanError> {
    let mut source = Source::open(bytes, limits)?;
    let mut number = 0;
    while source.has(number + 1)? {
        number += 1;
        let page = look_at(&mut source, number, wanted)?;
        if each(page).is_break() {
            break;
        }
    }
    Ok(number)
}

fn look_at(source: &mut Source, number: usize, wanted: &dyn Fn(&str) -> bool) -> Result<Page, ScanError> {
    let mut page = Page { number, codes: Vec::new(), width_px: 0, height_px: 0, trouble: None };
    let mut next = source.page(number);
    loop {
        match next {
            Ok(pixels) => {
                (page.width_px, page.height_px) = (pixels.gray.width(), pixels.gray.height());
                page.codes = guarded(number, || Ok(code::search(&pixels.gray, wanted)))?;
                if !page.codes.is_empty() || !pixels.can_be_drawn {
                    return Ok(page);
                }
                // What is printed over or beside the picture on the page shows only when all of it is drawn.
                drop(pixels);
                next = source.drawn(number);
                if next.is_err() {
                    return Ok(page);
                }
            }
            Err(trouble) if trouble.is_of_file() => return Err(trouble),
            Err(trouble) => return Ok(Page { trouble: Some(trouble), ..page }),
        }
    }
}

/// A small picture of a page as PNG in greys, for filing by hand: its longer side has `longest_px` pixels at most.
///
/// `turn` is [`Found::turned`] where it is known from this page or its neighbours.
///
/// # Errors
/// As [`read`], and when the page itself cannot be opened.
pub fn thumbnail(
    bytes: &[u8],
    page: usize,
    longest_px: usize,
    turn: Turn,
    limits: &Limits,
) -> Result<Vec<u8>, ScanError> {
    let mut source = Source::open(bytes, limits)?;
    if page == 0 || !source.has(page)? {
        return Err(ScanError::NoSuchPage { page });
    }
    let pixels = source.whole(page)?;
    guarded(page, || source::png::write(&pixels.gray.fitted(longest_px).turned(turn)))
}
