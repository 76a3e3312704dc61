//! What the window shows of the shipped forms: the fixtures of its component tests are what the core says.

use std::path::{Path, PathBuf};

use dossier_core::environment::Resources;
use dossier_core::{Environment, Workspace};
use expect_test::expect_file;

fn workspace() -> Workspace {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let resources = Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") };
    let now = chrono::DateTime::parse_from_rfc3339("2026-03-11T12:31:07+08:00").unwrap();
    Workspace::in_memory(Environment::fixed(now, resources).with_user("周敏")).unwrap()
}

/// One opened document as the window gets it: a field a line.
fn opened(template: &str, sample: bool) -> String {
    let mut workspace = workspace();
    let content = sample.then(|| workspace.library().unwrap().sample(template).unwrap());
    let id = workspace.new_document(template, content, None).unwrap();
    let opened = workspace.open_document(id).unwrap();
    serde_json::to_string_pretty(&opened).unwrap() + "\n"
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/backend/memory/fixtures").join(name)
}

#[track_caller]
fn check(template: &str) {
    expect_file![fixture(&format!("{template}.json"))].assert_eq(&opened(template, true));
    expect_file![fixture(&format!("{template}.blank.json"))].assert_eq(&opened(template, false));
}

#[test]
fn the_application_opens_as_the_window_expects() {
    check("release-application");
}

#[test]
fn the_plan_opens_as_the_window_expects() {
    check("release-plan");
}

#[test]
fn the_plan_table_opens_as_the_window_expects() {
    check("release-plan-table");
}

#[test]
fn the_summary_opens_as_the_window_expects() {
    check("release-summary");
}
