use serde_json::json;

use super::*;
use crate::environment::Resources;

const APPLICATION: &str = include_str!("tests/memo-application.toml");

fn environment() -> (tempfile::TempDir, Environment) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("templates/memo-application");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("template.toml"), APPLICATION).unwrap();
    let resources = Resources { templates: root.path().join("templates"), fonts: root.path().join("fonts") };
    let now = chrono::DateTime::parse_from_rfc3339("2026-04-15T10:00:00+08:00").unwrap();
    (root, Environment::fixed(now, resources).with_user("张三"))
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn the_audit_log_tells_who_changed_what_from_what_to_what() {
    let (_root, environment) = environment();
    let mut workspace = Workspace::in_memory(environment).unwrap();
    let id = workspace
        .new_document("memo-application", Some(map(json!({ "product_name": "审计系统" }))), Some("R"))
        .unwrap();
    let changed = workspace.fill(id, map(json!({ "product_name": "网关", "budget": 5 }))).unwrap();
    assert_eq!(changed, ["product_name", "budget"]);
    let log = workspace.storage().audit(Some("D0001")).unwrap();
    assert_eq!(log.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["document.new", "document.fill"]);
    assert_eq!(log[1].actor, "张三");
    assert_eq!(log[1].detail["changes"], json!({ "product_name": ["审计系统", "网关"], "budget": [null, 5] }));
    assert_eq!(workspace.storage().verify_audit().unwrap(), []);
}

#[test]
fn filling_in_what_stands_there_already_is_no_change() {
    let (_root, environment) = environment();
    let mut workspace = Workspace::in_memory(environment).unwrap();
    let id = workspace.new_document("memo-application", Some(map(json!({ "budget": 5 }))), None).unwrap();
    assert_eq!(workspace.fill(id, map(json!({ "budget": 5 }))).unwrap(), [] as [&str; 0]);
    assert_eq!(workspace.storage().audit(None).unwrap().len(), 1);
}

#[test]
fn a_fact_lives_as_long_as_the_value_that_it_came_from() {
    let (_root, environment) = environment();
    let mut workspace = Workspace::in_memory(environment).unwrap();
    let first = workspace.new_document("memo-application", Some(map(json!({ "version": "V1" }))), Some("R")).unwrap();
    let second = workspace.new_document("memo-application", None, Some("R")).unwrap();
    assert_eq!(workspace.show(second).unwrap().content, map(json!({ "version": "V1" })));
    workspace.fill(first, map(json!({ "version": null }))).unwrap();
    assert_eq!(workspace.show(second).unwrap().content, map(json!({})));
}

#[test]
fn settings_are_kept_whole_and_their_change_is_logged() {
    let (_root, environment) = environment();
    let mut workspace = Workspace::in_memory(environment).unwrap();
    assert_eq!(workspace.settings().unwrap(), Settings::default());
    workspace.change_settings(&json!({ "organisation": { "name": "星河" } })).unwrap();
    assert_eq!(workspace.settings().unwrap().organisation.name, "星河");
    assert!(workspace.change_settings(&json!({ "organisation": { "name": 5 }, "colour": 1 })).is_err());
    let log = workspace.storage().audit(None).unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].detail["changes"], json!({ "organisation.name": ["", "星河"] }));
}
