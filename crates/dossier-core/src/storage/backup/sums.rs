//! `SHA256SUMS`: the hash of each copy as it was when it had been checked, in the form that `sha256sum -c` reads. It finds
//! every flipped bit, of which a check of the structure finds few.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Result, files};

const FILE: &str = "SHA256SUMS";

/// Notes the hash of a copy, and forgets those of files that are gone.
///
/// # Errors
/// The folder cannot be written.
pub fn note(folder: &Path, file: &str, sha256: &str) -> Result<()> {
    let mut sums = read(folder);
    sums.retain(|known, _| folder.join(known).exists());
    sums.insert(file.to_owned(), sha256.to_owned());
    let text: String = sums.iter().map(|(file, sha256)| format!("{sha256}  {file}\n")).collect();
    files::write(&folder.join(FILE), text.as_bytes())
}

/// The hash that a copy had; none where nobody noted it.
pub fn of(folder: &Path, file: &str) -> Option<String> {
    read(folder).remove(file)
}

/// What cannot be read says nothing: the copies are then checked as strange ones are.
fn read(folder: &Path) -> BTreeMap<String, String> {
    let text = files::read_text(&folder.join(FILE), files::TEXT_LIMIT).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    lines
        .filter(|(sha256, _)| sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(|(sha256, file)| (file.to_owned(), sha256.to_owned()))
        .collect()
}
