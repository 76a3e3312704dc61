//! Templates: what a controlled document asks for, and how its paper looks.

mod expression;
mod fields;
mod frame;
mod layout;
mod model;
pub(crate) mod nearest;
mod number;
mod parse;
mod reader;
mod rules;
mod text;

pub use model::*;
pub use number::{number_of, parts_of_number};
