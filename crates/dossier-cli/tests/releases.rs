//! Releases from a terminal.

mod common;

use common::World;
use serde_json::json;

#[test]
fn a_release_is_begun_shown_found_added_to_and_removed() {
    let world = World::new();
    let id = world.run(&[&"release", &"new", &"网关", &"V1.10.0", &"--documents", &"memo-application"]).done();
    assert_eq!(id.trim(), "R0001");
    let list = world.json(&[&"release", &"list", &"--query", &"wg"]);
    assert_eq!((&list[0]["product"], &list[0]["stage"]), (&json!("网关"), &json!("upcoming")));
    assert_eq!(world.json(&[&"release", &"list", &"--stage", &"closed"]), json!([]));
    assert_eq!(world.run(&[&"release", &"add", &"R0001", &"memo-plan"]).done(), "D0002\n");
    assert_eq!(world.json(&[&"show", &"D0002"])["content"]["version"], "V1.10.0");
    assert!(world.run(&[&"release", &"show", &"r1"]).done().contains("D0002"));
    let refused = world.run(&[&"release", &"new", &"网关", &"V1.10.0"]).refused(2);
    assert!(refused.contains("已经有了卷宗"), "{refused}");
    assert!(world.run(&[&"about"]).done().contains("发布 1 个，文档 2 份"));
    world.run(&[&"release", &"remove", &"R0001"]).done();
    assert_eq!(world.json(&[&"release", &"list"]), json!([]));
    assert_eq!(world.run(&[&"release", &"show", &"R0001"]).status(), 2);
    let sample = world.json(&[&"release", &"sample"]);
    assert_eq!(sample["release"], 2);
}

#[test]
fn several_documents_are_exported_into_a_folder() {
    let world = World::new();
    world.run(&[&"release", &"new", &"网关", &"V1.10.0"]).done();
    let out = world.path("out");
    let files = world.json(&[&"export", &"D0001", &"D0002", &"--to-folder", &out, &"--format", &"json,xlsx"]);
    assert_eq!(files["files"].as_array().unwrap().len(), 4, "{files}");
    assert!(out.join("网关_V1.10.0_测试计划.xlsx").exists());
    assert_eq!(world.run(&[&"export", &"D0001", &"D0002", &"--to", &out.join("a.pdf")]).status(), 2);
    assert_eq!(world.run(&[&"export", &"D0001"]).status(), 2, "where to is not told");
}

#[test]
fn a_table_is_appended_to_or_updated_by_name() {
    let world = World::new();
    let id = world.new_document("memo-plan", r#"{ "systems": [{ "system": "网关", "version": "V1.0" }] }"#, None);
    let csv = world.file("plan.csv", "发布顺序,系统名称,版本号,风险等级\n1,认证中心,V1.1,高\n2,网关,V2.0,中\n");
    world.run(&[&"import", &id, &csv, &"--mode", &"update"]).done();
    let systems = || world.json(&[&"show", &id])["content"]["systems"].clone();
    assert_eq!(systems()[0], json!({ "order": 2, "system": "网关", "version": "V2.0", "risk": "中" }));
    assert_eq!(systems()[1]["system"], "认证中心");
    world.run(&[&"import", &id, &csv, &"--mode", &"append"]).done();
    assert_eq!(systems().as_array().unwrap().len(), 4);
    assert_eq!(world.run(&[&"import", &id, &csv, &"--mode", &"guess"]).status(), 2);
}
