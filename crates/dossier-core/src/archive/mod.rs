//! Archive packages: what a document controller hands over, and what can be opened, checked and read without this
//! program ten years later.
//!
//! ```text
//! revisions, signed copies, log ─ workspace::archive ─→ Bag ─→ 归档包.zip ─→ Package ─ verify ─→ PackageReport
//!                                                                              └─ workspace::archive ─→ revisions
//! ```
//!
//! A package is a BagIt 1.0 bag (RFC 8493) in a zip file. `docs/归档包格式.md` tells what lies where in it. Nothing here
//! needs a data folder; what goes into a package and what comes out of it is `workspace::archive`.
//!
//! - `names`: names that every system accepts, and what is wrong with one from outside;
//! - `bag` writes a package piece by piece, `handover` the lists and texts that people read in it;
//! - `index` is what programs read in it: `index.json` and one record a revision;
//! - `entries` reads the directory of a zip file that nobody trusts yet, `package` what lies in it, against `limits`;
//! - `verify` says whether a package is what was packed, and if not, whether it was damaged or doctored;
//! - `papers` looks into files: PDF/A, and what runs when a file is opened.

pub(crate) mod bag;
mod entries;
pub(crate) mod handover;
pub(crate) mod index;
pub(crate) mod limits;
pub(crate) mod names;
pub(crate) mod package;
pub(crate) mod papers;
mod verify;
mod wire;

pub(crate) use verify::{Opened, open_verified};
pub use verify::{is_handover, verify};
pub use wire::*;
