//! Our own readers against an independent one: calamine sees the same cells in every good fixture.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto_from_rs};
use dossier_core::import::{Address, Value, Workbook, open};

#[test]
fn every_cell_is_seen_by_two_readers_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/import");
    let mut compared = 0;
    for folder in [folder.clone(), folder.join("plans")] {
        for entry in fs::read_dir(folder).expect("the fixtures are there") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            let is_workbook = [".xlsx", ".xls", ".ods"].iter().any(|extension| name.ends_with(extension));
            // Calamine reads whole rectangles, which is why it is not let near strangers' files; nor does it know
            // workbook streams without a compound file, or parts with prefixes.
            let is_beyond_it = name.starts_with("far-") || name == "xls-excel95.xls";
            if !is_workbook || is_beyond_it {
                continue;
            }
            let bytes = fs::read(&path).expect("readable");
            let Ok(ours) = open(&bytes, &name) else { continue };
            compare(&name, &ours, bytes);
            compared += 1;
        }
    }
    assert!(compared > 30, "only {compared} workbooks were compared");
}

fn compare(name: &str, ours: &Workbook, bytes: Vec<u8>) {
    let mut theirs = open_workbook_auto_from_rs(Cursor::new(bytes)).unwrap_or_else(|error| panic!("{name}: {error}"));
    for sheet in &ours.sheets {
        let range = theirs.worksheet_range(&sheet.name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (row, column) = range.start().unwrap_or_default();
        let theirs: BTreeMap<Address, &Data> = range
            .used_cells()
            .map(|(down, right, data)| (Address::new(row + down as u32, column + right as u32), data))
            .filter(|(_, data)| !matches!(data, Data::String(text) if text.is_empty()))
            .collect();
        let ours: BTreeMap<Address, &Value> = sheet
            .cells()
            .iter()
            .filter(|cell| cell.value != Value::NoResult)
            .map(|cell| (cell.at, &cell.value))
            .collect();
        for at in ours.keys().chain(theirs.keys()) {
            let (our, their) = (ours.get(at), theirs.get(at));
            let is_same = match (our, their) {
                (Some(our), Some(their)) => same(our, their),
                // A formula without a result is an empty text or a 0 to it.
                (None, Some(_)) => sheet.cell(*at).is_some(),
                _ => false,
            };
            assert!(is_same, "{name} {}!{at}: {our:?} and {their:?}", sheet.name);
        }
    }
}

fn same(our: &Value, their: &Data) -> bool {
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    match (our, their) {
        (Value::Text(one), Data::String(other)) => lines(one) == lines(other),
        (Value::Number(one), Data::Float(other)) => (one.value - other).abs() <= other.abs() * 1e-12,
        (Value::Number(one), Data::Int(other)) => one.value == *other as f64,
        // Hours past 24 are a number with a format to us.
        (Value::Number(one), Data::DateTime(other)) => (one.value - other.as_f64()).abs() < 1e-9,
        (Value::Number(_), Data::DurationIso(_)) => true,
        (Value::Moment(one), Data::DateTime(other)) => {
            other.as_datetime().is_some_and(|other| (other - one.at).num_seconds().abs() <= 1)
        }
        (Value::Moment(one), Data::DateTimeIso(other)) => other.starts_with(&one.at.date().to_string()),
        (Value::Moment(_), Data::DurationIso(_)) => true,
        (Value::Bool(one), Data::Bool(other)) => one == other,
        (Value::Error(_), Data::Error(_)) => true,
        // OpenDocument keeps an error as the text it shows.
        (Value::Error(one), Data::String(other)) => **one == **other,
        _ => false,
    }
}
