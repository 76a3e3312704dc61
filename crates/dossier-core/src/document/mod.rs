//! Documents: what was filled into a template, and what follows from it.
//!
//! ```text
//! Draft ─ validate ─→ Document ─ Values (with the facts of the release) ─→ paper, sheet
//!                         └ check ─→ what is still missing or contradicts itself
//! ```

mod check;
mod compute;
mod delta;
mod display;
mod moment;
mod number;
mod read;
mod validate;
mod values;
mod version;

pub use check::{advise, check};
pub use delta::{Delta, Direction};
pub use display::display;
pub use read::{LONGEST_TEXT, Reading, Unfit, is_empty, parse_text, read, read_with_blanks};
pub(crate) use validate::read_field;
pub use validate::{Document, Draft, MOST_ROWS, merge, validate};
pub use values::{Applies, Origin, RowValues, Values};
