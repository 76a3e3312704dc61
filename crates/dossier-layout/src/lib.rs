//! Lays out controlled documents: [`Content`] in, [`Frames`] out.
//!
//! The pipeline, and there is only this one:
//!
//! ```text
//! Content ─ measure ─→ Slab (a line or a table row of known height) ─ paginate ─→ pages of Slab ─ place ─→ Frames
//! ```
//!
//! Layout is a pure function: the same content and the same [`Fonts`] give the same frames on every machine.
//! It reads no file and no clock, and it knows nothing of PDF.

pub mod content;
mod dump;
mod flow;
mod fonts;
mod frames;
mod geometry;
mod marks;
mod paginate;
mod place;
pub mod style;
mod table;
mod text;

pub use content::Content;
pub use dump::dump;
pub use fonts::{FaceId, FontData, Fonts, FontsError, GETA, Measured, Role};
pub use frames::{Color, Dash, Frames, Glyph, ImageId, Item, OutlineEntry, Page, PathStep, TextRun};
pub use geometry::{Abs, Point, Rect};
pub use marks::square_code;
pub use place::lay_out;
