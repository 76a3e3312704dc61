//! Templates: what a controlled document asks for, and how its paper looks.

mod describe;
mod expression;
mod fields;
mod frame;
mod layout;
mod library;
mod model;
pub(crate) mod nearest;
mod number;
mod parse;
mod reader;
mod rules;
mod text;

pub use describe::{
    CellType, Description, FieldDescription, FixedRowDescription, TableDescription, describe, describe_text, format_of,
};
pub use library::Library;
pub use model::*;
pub use number::{check as check_number_pattern, number_of, parts_of_number};
