//! Templates: what a controlled document asks for, and how its paper looks.

mod model;

pub use model::*;
