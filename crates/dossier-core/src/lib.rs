//! The product without a window: templates, documents, storage, import and export.

mod error;
pub mod import;

pub use error::{Code, Error, Issue, Result};
