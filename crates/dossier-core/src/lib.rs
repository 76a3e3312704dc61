//! The product without a window: templates, documents, storage, import and export.

mod error;

pub use error::{Code, Error, Issue, Result};
