//! The product without a window: templates, documents, storage, import and export.

pub mod archive;
pub mod backup;
mod carried;
pub mod compose;
pub mod control;
pub mod document;
pub mod dossiers;
pub mod environment;
mod error;
pub mod exchange;
pub mod export;
pub mod files;
pub mod form;
pub mod import;
mod initials;
pub mod listing;
mod policy;
pub mod settings;
pub mod sheet;
pub mod storage;
pub mod template;
pub mod workspace;

pub use environment::Environment;
pub use error::{Code, Error, Issue, Result};
pub use workspace::Workspace;

#[cfg(test)]
mod typescript;
