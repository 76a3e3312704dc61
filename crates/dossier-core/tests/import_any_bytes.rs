//! No bytes make the importer panic, run away or answer without a way out.

use std::fs;
use std::path::Path;

use dossier_core::import::{ColumnSpec, Request, read_table};
use proptest::prelude::*;

const SEEDS: [&str; 8] = [
    "merged-down.xlsx",
    "inline-prefixed-unplaced.xlsx",
    "xls-by-xlwt.xls",
    "xls-excel95.xls",
    "xls-merged-down.xls",
    "ods-typed-cells.ods",
    "csv-gb18030-tab.tsv",
    "csv-utf16le-no-bom.csv",
];

fn seed(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/import").join(name);
    fs::read(path).expect("the fixture is there")
}

fn read(bytes: &[u8], name: &str) {
    let columns = ColumnSpec::plan();
    if let Err(error) = read_table(bytes, name, &Request { columns: &columns, sheet: None }) {
        assert!(error.hint.is_some(), "{error:?} says what to do");
    }
}

/// Every part of a package unpacked, changed, and packed again: changes that a checksum would otherwise catch.
fn repacked(bytes: &[u8], changes: &[(usize, usize, u8)]) -> Option<Vec<u8>> {
    use std::io::{Cursor, Read, Write};
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).ok()?;
        let name = entry.name().ok()?.into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).ok()?;
        for &(part, at, byte) in changes {
            if part % archive_len(bytes) == index && !content.is_empty() {
                let at = at % content.len();
                content[at] = byte;
            }
        }
        writer.start_file(name, zip::write::SimpleFileOptions::default()).ok()?;
        writer.write_all(&content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

fn archive_len(bytes: &[u8]) -> usize {
    zip::ZipArchive::new(std::io::Cursor::new(bytes)).map_or(1, |archive| archive.len().max(1))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600), extension in 0..5usize) {
        read(&bytes, ["a.xlsx", "a.xls", "a.ods", "a.csv", "a"][extension]);
    }

    #[test]
    fn any_text(text in "[,;\"\t\r\n a-c发布顺序系统名称版本号变更内容=0-9]{0,200}") {
        read(text.as_bytes(), "a.csv");
    }

    #[test]
    fn any_change_of_a_workbook(
        which in 0..SEEDS.len(),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8),
        cut in proptest::option::weighted(0.2, any::<usize>()),
    ) {
        let mut bytes = seed(SEEDS[which]);
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut % bytes.len());
        }
        read(&bytes, SEEDS[which]);
    }

    #[test]
    fn any_change_inside_a_package(
        which in 0..3usize,
        changes in proptest::collection::vec((any::<usize>(), any::<usize>(), any::<u8>()), 1..6),
    ) {
        let name = ["merged-down.xlsx", "inline-prefixed-unplaced.xlsx", "ods-typed-cells.ods"][which];
        if let Some(bytes) = repacked(&seed(name), &changes) {
            read(&bytes, name);
        }
    }
}
