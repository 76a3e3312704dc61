//! PDFs on their way to a printer: they lie in the data folder while the viewer has them open.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use dossier_core::{Result, files};

/// Within the data folder.
const FOLDER: &str = "print";
/// A viewer may still have yesterday's open.
const KEPT: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// Writes a PDF under a name of its own and returns where it lies.
///
/// # Errors
/// The data folder cannot be written.
pub fn put(data: &Path, name: &str, bytes: &[u8], now: SystemTime) -> Result<PathBuf> {
    let folder = data.join(FOLDER);
    files::create_folder(&folder)?;
    clean(&folder, now);
    // The same name again replaces the file: viewers show what is newest. Where one holds it, the next name does.
    let mut last = None;
    for number in 1..=9 {
        let path = folder.join(numbered(name, number));
        match files::write(&path, bytes) {
            Ok(()) => return Ok(path),
            Err(error) => last = Some(error),
        }
    }
    Err(last.expect("there was at least one attempt"))
}

/// Removes what nobody can have open any more. What cannot be removed stays until the next time.
fn clean(folder: &Path, now: SystemTime) {
    for path in files::list(folder).unwrap_or_default() {
        let old = path.metadata().and_then(|about| about.modified()).ok();
        if old.and_then(|written| now.duration_since(written).ok()).is_some_and(|age| age > KEPT) {
            let _ = files::remove(&path);
        }
    }
}

fn numbered(name: &str, number: u32) -> String {
    match (number, name.rsplit_once('.')) {
        (1, _) => name.to_owned(),
        (_, Some((stem, ending))) => format!("{stem}（{number}）.{ending}"),
        (_, None) => format!("{name}（{number}）"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_papers_go_and_todays_stay() {
        let data = tempfile::tempdir().unwrap();
        let first = put(data.path(), "申请表.pdf", b"one", SystemTime::UNIX_EPOCH).unwrap();
        let written = first.metadata().unwrap().modified().unwrap();
        let second = put(data.path(), "计划.pdf", b"two", written + KEPT - Duration::from_secs(60)).unwrap();
        assert!(first.exists(), "a viewer may have it open");
        put(data.path(), "总结.pdf", b"three", written + KEPT + Duration::from_secs(3600)).unwrap();
        assert!(!first.exists() && !second.exists());
    }
}
