//! Packages that nobody made: what is asked of them, by the tests and by the fuzzer alike (`fuzz/fuzz_targets`).

use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::Path;

use dossier_core::archive::{PackageReport, PackageVerdict, verify};
use dossier_core::storage::sha256;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Between the entries of a bag that is written as text.
pub const BETWEEN: &[u8] = b"\n=====\n";
const MANIFEST: &str = "manifest-sha256.txt";
const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// Verifies any bytes: a verdict that says what is wrong, or an error that says what to do. `folder` is empty and stays
/// so but for the package itself.
pub fn any_bytes(folder: &Path, bytes: &[u8]) -> Option<PackageReport> {
    let path = folder.join("包.zip");
    std::fs::write(&path, bytes).expect("a scratch folder");
    let verified = verify(&path, None, &mut |_| ControlFlow::Continue(()));
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), 1, "nothing is unpacked");
    match verified {
        Ok(report) => {
            assert_eq!(report.verdict == PackageVerdict::Sound, report.issues.is_empty(), "{report:?}");
            Some(report)
        }
        Err(error) => {
            assert!(error.hint.is_some(), "{error:?} says what to do");
            None
        }
    }
}

/// Verifies a bag whose entries are written as text: `+` (its manifests are made to fit, so that what lies behind them
/// is read too) or anything else, then for each entry its path, a line end and its content, with [`BETWEEN`] between.
pub fn any_entries(folder: &Path, text: &[u8]) -> Option<PackageReport> {
    let (fits, text) = match text.split_first() {
        Some((flag, rest)) => (*flag == b'+', rest),
        None => (false, text),
    };
    let mut entries: Vec<(String, Vec<u8>)> = split(text)
        .into_iter()
        .filter_map(|entry| {
            let end = entry.iter().position(|byte| *byte == b'\n')?;
            Some((String::from_utf8_lossy(&entry[..end]).into_owned(), entry[end + 1..].to_vec()))
        })
        .collect();
    if fits {
        entries.retain(|(path, _)| path != MANIFEST && path != TAG_MANIFEST);
        let payload = lines(&entries, true);
        entries.push((MANIFEST.into(), payload));
        let tags = lines(&entries, false);
        entries.push((TAG_MANIFEST.into(), tags));
    }
    any_bytes(folder, &zipped(&entries)?)
}

fn split(mut text: &[u8]) -> Vec<&[u8]> {
    let mut entries = Vec::new();
    while let Some(at) = text.windows(BETWEEN.len()).position(|word| word == BETWEEN) {
        entries.push(&text[..at]);
        text = &text[at + BETWEEN.len()..];
    }
    entries.push(text);
    entries
}

fn lines(entries: &[(String, Vec<u8>)], payload: bool) -> Vec<u8> {
    let own = entries.iter().filter(|(path, _)| path.starts_with("data/") == payload);
    own.map(|(path, content)| format!("{}  {path}\n", sha256(content))).collect::<String>().into_bytes()
}

/// None where the writer itself takes no such names.
fn zipped(entries: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (index, (path, content)) in entries.iter().enumerate() {
        let method = if index % 2 == 0 { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(format!("包/{path}"), SimpleFileOptions::default().compression_method(method)).ok()?;
        zip.write_all(content).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}
