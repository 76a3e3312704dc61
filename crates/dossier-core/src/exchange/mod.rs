//! Between machines: what travels in a 移交包, and the rules by which it is taken in. Rules alone, without storage.
//!
//! ```text
//! drafts, revisions, numbers ─ workspace::exchange::send ─→ 移交包.zip ─ verify ─→ workspace::exchange::receive
//!                                                              │ draft: new · the same · older · follows · beside
//!                                                              │ revision: known · moved forward · added · quarantine
//!                                                              └ number: leased · used · given back
//! ```
//!
//! A 移交包 is the same bag as an archive package, with another `kind` in its index and no log. Every draft has one writer:
//! who hands it over reads it until it comes back. A package names, of each document, all packages whose state of it is
//! part of what it brings (`seen`): whether something follows what stands here, is older or went another way is told from
//! that alone, in whatever order packages come, and however often.

mod draft;
mod index;
mod merge;
mod relation;
mod wire;

pub(crate) use draft::{DraftPart, SubmissionPart, digest};
pub(crate) use index::{Handover, KIND, LeasePart, LeasedPart, Purpose, SCHEMA, StatePart};
pub(crate) use merge::{Clash, Here, Step, plan};
pub(crate) use relation::{Coming, Relation, Standing};
pub use wire::*;
