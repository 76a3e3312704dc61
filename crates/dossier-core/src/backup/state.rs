//! What is remembered of the copies beside them: it must be known also where the database cannot be opened.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::storage::backup::{Copy, CopyName, Folder, head, open};
use crate::{Result, files};

const FILE: &str = "state.json";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    last: Option<Last>,
    pub second: Option<Second>,
}

/// The last entry of the audit log in the copy that was made last: who wants to know whether anything was written since
/// need not open it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Last {
    file: String,
    seq: i64,
    hash: String,
    /// What in the database was not as it was once written.
    #[serde(default)]
    faults: Vec<String>,
}

/// The second folder, as the settings named it when it was last looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Second {
    pub folder: String,
    /// Within it, what belongs to this data folder.
    pub place: PathBuf,
    /// When it was named, local time with its offset.
    pub since: String,
    /// When it was there and took a copy, or had it already.
    pub reached: Option<String>,
    /// When it was last looked for.
    pub tried: String,
    pub trouble: Option<String>,
}

impl State {
    /// What cannot be read is not remembered; it is worked out anew.
    pub fn read(folder: &Path) -> Self {
        let text = files::read_text(&folder.join(FILE), files::TEXT_LIMIT).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, folder: &Folder) -> Result<()> {
        if *self == Self::read(folder.path()) {
            return Ok(());
        }
        let text = serde_json::to_vec_pretty(self).expect("the state is JSON");
        files::write(&folder.path().join(FILE), &text)
    }

    pub fn note(&mut self, copy: &Copy) {
        let head = copy.holds.head.clone();
        let faults = copy.holds.faults.iter().map(|fault| fault.message.clone()).collect();
        self.last = Some(Last { file: copy.name.file(), seq: head.seq, hash: head.hash, faults });
    }

    /// Number and hash of the last entry in a copy; none where it cannot be read.
    pub fn head_of(&self, name: &CopyName, path: &Path) -> Option<(i64, String)> {
        if let Some(last) = self.last.as_ref().filter(|last| last.file == name.file()) {
            return Some((last.seq, last.hash.clone()));
        }
        let head = open(path).and_then(|copy| head(&copy)).ok()?;
        Some((head.seq, head.hash))
    }

    pub fn last_file(&self) -> Option<&str> {
        Some(&self.last.as_ref()?.file)
    }

    /// What was found wrong when the last copy was made.
    pub fn faults(&self) -> &[String] {
        self.last.as_ref().map_or(&[], |last| &last.faults)
    }
}
