//! The product without a window: templates, documents, storage, import and export.

pub mod compose;
pub mod document;
mod error;
pub mod import;
pub mod template;

pub use error::{Code, Error, Issue, Result};
