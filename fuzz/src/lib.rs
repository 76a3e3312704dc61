//! The importer's own sources, compiled without the rest of the core: building a database and a PDF writer under a
//! sanitizer takes half an hour and tells nothing about import, which touches neither.

#[path = "../../crates/dossier-core/src/error.rs"]
mod error;
#[path = "../../crates/dossier-core/src/import/mod.rs"]
pub mod import;

pub use error::{Code, Error, Issue, Result};

/// A folder for packages, one a process.
#[cfg(feature = "packages")]
pub fn scratch() -> &'static std::path::Path {
    static FOLDER: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a scratch folder")).path()
}
