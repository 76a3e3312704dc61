//! The product without a window: templates, documents, storage, import and export.

pub mod compose;
pub mod document;
pub mod environment;
mod error;
pub mod files;
pub mod import;
pub mod settings;
pub mod storage;
pub mod template;

pub use environment::Environment;
pub use error::{Code, Error, Issue, Result};
