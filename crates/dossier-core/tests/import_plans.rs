//! Plan tables that other programs wrote are read as a person reads them.
//!
//! `tests/fixtures/import/plans/` holds given workbooks with one `EXPECTED.json`; `tests/fixtures/import/` holds one
//! small workbook for each lesson, with what must be read from it in `<file>.json`.

use std::fs;
use std::path::{Path, PathBuf};

use dossier_core::import::{ColumnSpec, ImportPlan, Request, read_table};
use dossier_core::{Error, Result};
use serde_json::{Map, Value, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/import")
}

fn read(path: &Path, sheet: Option<&str>) -> Result<ImportPlan, Error> {
    let bytes = fs::read(path).expect("the fixture is there");
    let name = path.file_name().expect("a file").to_string_lossy();
    read_table(&bytes, &name, &Request { columns: &ColumnSpec::plan(), sheet })
}

fn json_file(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("an expectation")).expect("valid JSON")
}

/// Outer blanks and the kind of line break do not matter.
fn same_text(one: &Value, other: &Value) -> bool {
    let plain = |value: &Value| value.as_str().map(|text| text.replace("\r\n", "\n").trim().to_owned());
    plain(one) == plain(other)
}

#[test]
fn given_workbooks_are_read_as_expected() {
    let folder = fixtures().join("plans");
    let expected = json_file(&folder.join("EXPECTED.json"));
    let files = expected.as_object().expect("files").iter().filter(|(name, _)| *name != "_meta");
    let mut wrong = Vec::new();
    for (name, expected) in files {
        let outcome = read(&folder.join(name), None);
        if let Err(why) = meets(&outcome, expected) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn meets(outcome: &Result<ImportPlan, Error>, expected: &Value) -> Result<(), String> {
    if expected["kind"] == "error" {
        let code = outcome.as_ref().err().map(|error| json!(error.code));
        return if code.as_ref() == Some(&expected["error"]) { Ok(()) } else { Err(format!("got {outcome:?}")) };
    }
    let plan = outcome.as_ref().map_err(ToString::to_string)?;
    let plan = serde_json::to_value(plan).expect("a plan is JSON");
    for (ours, theirs) in [("sheet", "sheet"), ("head_row", "header_row")] {
        if !expected[theirs].is_null() && plan[ours] != expected[theirs] {
            return Err(format!("{ours} is {}, not {}", plan[ours], expected[theirs]));
        }
    }
    let (rows, wanted) = (plan["rows"].as_array().expect("rows"), expected["rows"].as_array().expect("rows"));
    if rows.len() != wanted.len() {
        return Err(format!("{} rows instead of {}", rows.len(), wanted.len()));
    }
    for (number, (row, wanted)) in rows.iter().zip(wanted).enumerate() {
        for (head, value) in wanted.as_object().expect("a row") {
            if !same_text(&row[head], value) {
                return Err(format!("row {number}, {head}: {} instead of {value}", row[head]));
            }
        }
    }
    Ok(())
}

/// Every workbook beside an expectation of its own. `UPDATE_EXPECT=1` writes what is read now, to be looked through.
#[test]
fn each_lesson_is_read_as_expected() {
    let mut names: Vec<PathBuf> = fs::read_dir(fixtures())
        .expect("the fixtures are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|extension| extension != "json"))
        .collect();
    names.sort();
    let mut wrong = Vec::new();
    for path in &names {
        let expectation = path.with_file_name(format!("{}.json", path.file_name().expect("a file").to_string_lossy()));
        let found = told(&read(path, None));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&expectation, serde_json::to_string_pretty(&found).expect("JSON") + "\n").expect("written");
            continue;
        }
        if !expectation.exists() || json_file(&expectation) != found {
            let found = serde_json::to_string_pretty(&found).expect("JSON");
            wrong.push(format!("{} is read as\n{found}", path.display()));
        }
    }
    assert!(names.len() > 40, "the lessons are there");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The outcome as the terminal program prints it; rows without their empty cells, to be short.
fn told(outcome: &Result<ImportPlan, Error>) -> Value {
    match outcome {
        Ok(plan) => {
            let mut plan = serde_json::to_value(plan).expect("a plan is JSON");
            for row in plan["rows"].as_array_mut().expect("rows") {
                let filled: Map<String, Value> =
                    row.as_object().expect("a row").clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
                *row = Value::Object(filled);
            }
            plan
        }
        Err(error) => json!({ "code": error.code, "message": error.message, "hint": error.hint }),
    }
}

#[test]
fn a_plan_is_told_to_programs_in_one_fixed_shape() {
    let plan = read(&fixtures().join("plans/clean-openpyxl.xlsx"), None).expect("a plan");
    let plan = serde_json::to_value(&plan).expect("JSON");
    let keys: Vec<&String> = plan.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["sheet", "head_row", "mapping", "rows", "warnings"]);
    assert_eq!(plan["mapping"]["版本号"], "C");
    assert_eq!(plan["rows"][1]["版本号"], "1.10");
    assert_eq!(plan["rows"][0].as_object().expect("a row").len(), 14, "an empty cell is null, not absent");
}

#[test]
fn a_sheet_that_is_not_there_is_named_with_those_that_are() {
    let error = read(&fixtures().join("plans/clean-openpyxl.xlsx"), Some("十二月")).expect_err("there is none");
    assert_eq!(json!(error.code), "not_found");
    assert!(error.hint.is_some_and(|hint| hint.contains("发布计划")));
}
