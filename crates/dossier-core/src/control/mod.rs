//! Control of documents: what turns a filled form into a controlled one. Rules alone, without storage.
//!
//! ```text
//! Draft ─ submit ─→ Frozen (number, revision, hash on every page) ─ signatures in order ─→ 已批准 ─→ 受控 ─→ 作废
//!                       └ code ─→ verify: is what is stored what was printed?
//! ```

mod change;
mod code;
mod frozen;
mod register;
mod scan;
mod signing;
mod wire;

pub use change::{ChangeKind, Changed};
pub use code::{PageCode, PrintCode};
pub use register::{Register, RegisterColumn, RegisterFormat, RegisterQuery, RegisterRow, RegisterView};
pub use scan::{ScanReading, ScannedPage};
pub use signing::Notice;
pub use wire::*;

pub use crate::policy::PolicyInfo;

pub(crate) use change::changes;
pub(crate) use frozen::{Frozen, FrozenPolicy, FrozenTemplate, fingerprints, first_difference};
pub(crate) use scan::of_file;
pub(crate) use signing::{Round, may_sign, next_step};
