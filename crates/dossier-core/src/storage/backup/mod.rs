//! Copies of the database, and how one takes its place.
//!
//! [`Folder::make`] is the only way in which copies come about, [`replace`] the only one in which a copy becomes the
//! database. When copies are made, which are kept and what people are told of them, `crate::backup` decides.

mod inspect;
mod make;
mod name;
mod numbers;
mod replace;
mod sums;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use inspect::{Depth, Head, Held, head, inspect, inspect_copy, open, untouched};
pub use make::{Copy, Folder};
pub use name::{CopyName, Why};
pub use replace::{Replaced, Standing, finish, replace, standing};

/// What SQLite keeps beside a database: its name with an ending.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
