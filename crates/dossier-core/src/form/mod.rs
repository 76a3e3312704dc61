//! The form: what the window shows of a document, and what people do to it.
//!
//! ```text
//! Template ─────────────────→ Form   how it looks: blocks, rows, cells, fields
//! Document, facts, unfit ───→ State  what the core knows beyond what was typed
//! Edit ─ content, unfit ────→ content, unfit (always valid; what cannot be read stands beside it)
//! ```

mod apply;
mod build;
mod explain;
mod model;
mod opened;
mod path;
mod state;

pub(crate) use apply::place_label;
pub use apply::{Applied, apply};
pub use model::*;
pub use opened::*;
pub use path::Path;
pub(crate) use state::rows_to_start_with;
pub use state::{Known, Stored, state};
