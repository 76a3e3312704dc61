//! Documents: what was filled into a template, and what follows from it.

mod moment;
mod read;
mod version;

pub use read::{LONGEST_TEXT, Reading, Unfit, is_empty, parse_text, read, read_with_blanks};
