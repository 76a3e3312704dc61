//! Documents from a terminal, through the built program and a real database.

mod common;

use std::fs;

use common::World;
use serde_json::{Value, json};

#[test]
fn a_document_is_made_filled_shown_and_listed() {
    let world = World::new();
    let id = world.new_document("memo-application", r#"{ "product_name": "审计系统" }"#, None);
    assert_eq!(id, "D0001");
    let more = world.file("more.json", r#"{ "version": "V4.1.2", "planned_at": "2026-04-15 10:00", "budget": 86400 }"#);
    world.run(&[&"fill", &id, &"--from", &more]).done();
    let shown = world.json(&[&"show", &id]);
    assert_eq!(
        shown["content"],
        json!({ "product_name": "审计系统", "version": "V4.1.2", "planned_at": "2026-04-15 10:00", "budget": 86400 })
    );
    assert_eq!((&shown["template"], &shown["status"]), (&json!("memo-application"), &json!("draft")));
    let list = world.json(&[&"list", &"--query", &"审计"]);
    assert_eq!(list[0]["id"], "D0001");
    assert_eq!(list[0]["title"], "测试申请表 · 审计系统 V4.1.2");
    assert_eq!(world.json(&[&"list", &"--query", &"没有"]), json!([]));
    assert_eq!(world.json(&[&"list", &"--status", &"受控"]), json!([]));
    assert_eq!(world.json(&[&"list", &"--template", &"memo-application"]).as_array().unwrap().len(), 1);
    assert!(world.run(&[&"list"]).done().contains("D0001  草稿"));
    assert!(world.run(&[&"show", &"d1"]).done().contains("产品名称：审计系统"));
}

#[test]
fn unknown_and_mistyped_fields_are_refused_all_at_once_and_nothing_is_stored() {
    let world = World::new();
    let id = world.new_document("memo-application", r#"{ "product_name": "审计系统" }"#, None);
    let bad = world.file(
        "bad.json",
        r#"{ "product_name": "别的", "colour": "红", "planned_at": "明天", "strategy": "慢慢来", "budget": "多" }"#,
    );
    for command in ["fill", "new"] {
        let target = if command == "fill" { id.as_str() } else { "memo-application" };
        let ran = world.run(&[&command, &target, &"--from", &bad]);
        let complaint = ran.refused(1);
        for place in ["colour", "planned_at", "strategy", "budget"] {
            assert!(complaint.contains(place), "{command} does not name {place}: {complaint}");
        }
        let error = world.json(&[&command, &target, &"--from", &bad]);
        assert_eq!(error["code"], "invalid_content");
        assert_eq!(error["issues"].as_array().unwrap().len(), 4, "{error}");
    }
    assert_eq!(world.json(&[&"show", &id])["content"], json!({ "product_name": "审计系统" }));
    assert_eq!(world.json(&[&"list"]).as_array().unwrap().len(), 1);
}

#[test]
fn what_is_typed_in_the_application_stands_in_the_plan() {
    let world = World::new();
    let release = Some("审计 4.2");
    let plan = world.new_document("memo-plan", "{}", release);
    let application = world.new_document(
        "memo-application",
        r#"{ "product_name": "审计系统", "version": "V4.2.0", "strategy": "其他" }"#,
        release,
    );
    let shown = world.json(&[&"show", &plan]);
    assert_eq!(
        shown["content"],
        json!({ "product_name": "审计系统", "version": "V4.2.0" }),
        "an option that the plan does not have is not carried"
    );
    assert_eq!(shown["carried"], json!(["product_name", "version"]));
    assert_eq!(shown["release"], "审计 4.2");
    assert_eq!(
        world.json(&[&"list", &"--query", &"审计系统"]).as_array().unwrap().len(),
        2,
        "the plan is found by what it shows"
    );

    // The application changes its mind: the plan follows. The plan says something of its own: only the plan changes.
    let fill = |id: &str, content: &str| {
        let from = world.file("fill.json", content);
        world.run(&[&"fill", &id, &"--from", &from]).done();
    };
    fill(&application, r#"{ "version": "V4.2.1", "strategy": "灰度发布" }"#);
    assert_eq!(world.json(&[&"show", &plan])["content"]["version"], "V4.2.1");
    assert_eq!(world.json(&[&"show", &plan])["content"]["strategy"], "灰度发布");
    fill(&plan, r#"{ "version": "V4.3.0" }"#);
    assert_eq!(world.json(&[&"show", &plan])["content"]["version"], "V4.3.0");
    assert_eq!(world.json(&[&"show", &application])["content"]["version"], "V4.2.1");
    let findings = world.json(&[&"check", &plan]);
    assert_eq!(findings["warnings"][0]["code"], "differs_from_release", "{findings}");
    fill(&plan, r#"{ "version": null }"#);
    assert_eq!(world.json(&[&"show", &plan])["content"]["version"], "V4.2.1");

    let alone = world.new_document("memo-plan", "{}", None);
    assert_eq!(world.json(&[&"show", &alone])["content"], json!({}), "another release, or none, shares nothing");
}

#[test]
fn a_check_lists_every_problem_and_exits_with_1() {
    let world = World::new();
    let id = world.new_document(
        "memo-application",
        r#"{ "notes": "缺\u{10FFFD}字" }"#.replace("\\u{10FFFD}", "\u{10FFFD}").as_str(),
        None,
    );
    let ran = world.run(&[&"check", &id]);
    assert_eq!(ran.status(), 1);
    let report = ran.stdout();
    for place in ["product_name", "version", "notes", "U+10FFFD"] {
        assert!(report.contains(place), "{place} is not in {report}");
    }
    let answer = world.json(&[&"check", &id]);
    assert_eq!(answer["code"], "invalid_content");
    assert_eq!(answer["issues"].as_array().unwrap().len(), 3, "{answer}");
    let full = world.file("full.json", r#"{ "product_name": "审计系统", "version": "V1", "notes": null }"#);
    world.run(&[&"fill", &id, &"--from", &full]).done();
    assert_eq!(world.json(&[&"check", &id]), json!({ "issues": [], "warnings": [] }));
    world.run(&[&"check", &id]).done();
}

#[test]
fn a_table_is_imported_in_one_go() {
    let world = World::new();
    let id = world.new_document("memo-plan", r#"{ "systems": [{ "system": "旧的" }] }"#, None);
    let csv =
        world.file("plan.csv", "发布计划\n发布顺序,系统名称,版本号,风险等级\n1,认证中心,1.10,高\n2,网关,V2.0,很高\n");
    let plan = world.json(&[&"import", &id, &csv, &"--dry-run"]);
    assert_eq!(plan["mapping"]["版本号"], "C");
    assert_eq!(plan["rows"][0]["版本号"], "1.10");
    assert_eq!(plan["imported"], false);
    assert_eq!(
        world.json(&[&"show", &id])["content"]["systems"],
        json!([{ "system": "旧的" }]),
        "a dry run writes nothing"
    );

    let report = world.json(&[&"import", &id, &csv]);
    assert!(report["warnings"].to_string().contains("很高"), "what cannot be stored is named: {report}");
    let systems = world.json(&[&"show", &id])["content"]["systems"].clone();
    assert_eq!(systems[0], json!({ "order": 1, "system": "认证中心", "version": "1.10", "risk": "高" }));
    assert_eq!(systems[1]["system"], "网关");
    assert_eq!(systems[1].get("risk"), None);
    assert_eq!(systems.as_array().unwrap().len(), 2);

    let error = world.json(&[&"import", &id, &csv, &"--table", &"nothing"]);
    assert_eq!(error["code"], "bad_request");
    let rubbish = world.file("rubbish.xlsx", "PK\x03\x04 rubbish");
    let ran = world.run(&[&"import", &id, &rubbish]);
    assert!(!ran.refused(2).is_empty());
    assert_eq!(world.json(&[&"show", &id])["content"]["systems"], systems, "a refused import changes nothing");
}

#[test]
fn a_document_keeps_the_template_that_it_was_begun_with() {
    let world = World::new();
    let id = world.new_document("memo-application", r#"{ "budget": 5 }"#, None);
    let shipped = world.path("resources/templates/memo-application/template.toml");
    let text = fs::read_to_string(&shipped).unwrap();
    let next = text.replace("version = \"1.0\"", "version = \"2.0\"").replace("budget", "cost").replace("预算", "费用");
    fs::write(&shipped, next).unwrap();
    assert_eq!(world.json(&[&"template", &"show", &"memo-application"])["version"], "2.0");
    let more = world.file("more.json", r#"{ "budget": 6 }"#);
    world.run(&[&"fill", &id, &"--from", &more]).done();
    let shown = world.json(&[&"show", &id]);
    assert_eq!((&shown["content"], &shown["template_version"]), (&json!({ "budget": 6 }), &json!("1.0")));
    fs::remove_dir_all(world.path("resources/templates/memo-application")).unwrap();
    world.run(&[&"show", &id]).done();
}

#[test]
fn content_comes_from_the_standard_input_too() {
    let world = World::new();
    let ran = world.run_with_input("\u{FEFF}{ \"budget\": 1 }", &["new", "memo-application", "--from", "-"]);
    assert_eq!(ran.done(), "D0001\n");
    let ran = world.run_with_input("{ \"budget\": 1,\n }", &["fill", "D0001", "--from", "-"]);
    assert!(ran.refused(2).contains("第 2 行"), "{}", ran.stderr());
    let ran = world.run_with_input("[]", &["fill", "D0001", "--from", "-"]);
    assert!(ran.refused(2).contains("JSON 对象"), "{}", ran.stderr());
}

#[test]
fn the_call_itself_is_refused_with_2_in_either_form() {
    let world = World::new();
    for arguments in [
        &["fly"][..],
        &["show"],
        &["list", "--status", "lost"],
        &["show", "D0099"],
        &["show", "x"],
        &["new", "nothing"],
        &[],
    ] {
        let words: Vec<&dyn AsRef<std::ffi::OsStr>> = arguments.iter().map(|word| word as _).collect();
        let ran = world.run(&words);
        assert!(ran.refused(2).starts_with("错误："), "{arguments:?}: {}", ran.stderr());
        assert_eq!(ran.stdout(), "");
        let error = world.json(&words);
        assert!(error["code"].is_string() && error["message"].is_string(), "{arguments:?}: {error}");
        assert!(error["issues"].is_array());
    }
    assert!(world.run(&[&"--help"]).done().contains("用法："));
    assert!(world.run(&[&"--version"]).done().starts_with("dossier "));
}

#[test]
fn templates_are_listed_shown_checked_and_sampled() {
    let world = World::new();
    let list = world.json(&[&"template", &"list"]);
    assert_eq!(list[0]["id"], "memo-application");
    assert!(world.run(&[&"template", &"list"]).done().contains("测试计划"));
    let shown = world.json(&[&"template", &"show", &"memo-plan"]);
    let fields = shown["fields"].as_array().unwrap();
    let field = |id: &str| fields.iter().find(|field| field["id"] == id).unwrap();
    assert_eq!(field("strategy")["type"], "choice");
    assert_eq!(field("strategy")["options"], json!(["灰度发布", "全量发布"]));
    assert_eq!(field("systems")["columns"][3]["label"], "风险等级");
    assert_eq!(field("product_name")["required"], true);
    assert!(world.run(&[&"template", &"show", &"memo-plan"]).done().contains("风险等级"));
    let sample: Value = serde_json::from_str(&world.run(&[&"template", &"sample", &"memo-plan"]).done()).unwrap();
    assert_eq!(sample["version"], "V4.2.0");

    world.run(&[&"template", &"check", &world.path("resources/templates/memo-plan")]).done();
    let broken =
        world.file("template.toml", "id = \"x\"\nversion = 1\n[fields.a]\nlabel = \"甲\"\ntype = \"colour\"\n");
    let ran = world.run(&[&"template", &"check", &broken]);
    assert_eq!(ran.status(), 1, "{}{}", ran.stdout(), ran.stderr());
    let error = world.json(&[&"template", &"check", &broken]);
    assert_eq!(error["code"], "invalid_template");
    assert!(error["issues"].as_array().unwrap().len() > 1, "{error}");
    assert_eq!(world.run(&[&"template", &"show", &"nothing"]).status(), 2);
    assert_eq!(world.run(&[&"template", &"check", &world.path("missing")]).status(), 2);
    assert!(!world.data().exists(), "templates need no data folder");
}

#[test]
fn settings_are_shown_and_changed() {
    let world = World::new();
    let from = world.file("s.json", r#"{ "organisation": { "name": "星河软件" }, "print": { "duplex": true } }"#);
    world.run(&[&"settings", &"set", &"--from", &from]).done();
    let settings = world.json(&[&"settings", &"show"]);
    assert_eq!(settings["organisation"]["name"], "星河软件");
    assert_eq!(settings["print"], json!({ "duplex": true, "binding_line": false }));
    assert!(world.run(&[&"settings", &"show"]).done().contains("单位名称：星河软件"));
    let bad = world.file("s.json", r#"{ "organisation": { "name": 1 }, "colour": 2 }"#);
    let complaint = world.run(&[&"settings", &"set", &"--from", &bad]).refused(1);
    assert!(complaint.contains("organisation.name") && complaint.contains("colour"), "{complaint}");
    let png = world.file("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x01\x08\0\0\0\0....IEND....");
    world.run(&[&"settings", &"set", &"--logo", &png]).done();
    let settings = world.json(&[&"settings", &"show"]);
    assert!(settings["organisation"]["logo"].as_str().unwrap().starts_with("data:image/png;base64,"));
    assert_eq!(settings["organisation"]["name"], "星河软件", "the logo alone was changed");
    assert_eq!(world.run(&[&"settings", &"set", &"--logo", &from]).status(), 2, "a text is no picture");
}

#[test]
fn a_place_is_edited_undone_done_again_and_told() {
    let world = World::new();
    let id = world.new_document("memo-application", "{}", None);
    world.run(&[&"edit", &id, &"--set", &"product_name=审计系统", &"--set", &"planned_at=下周"]).done();
    let shown = world.json(&[&"show", &id]);
    assert_eq!(shown["content"], json!({ "product_name": "审计系统" }));
    let opened = world.json(&[&"form", &id]);
    assert_eq!(opened["unfit"], json!({ "planned_at": "下周" }), "what cannot be read is kept as typed");
    assert!(world.run(&[&"check", &id]).refused(1).is_empty(), "findings are the answer");
    world.run(&[&"undo", &id]).done();
    assert_eq!(world.json(&[&"show", &id])["content"], json!({}));
    assert!(world.run(&[&"redo", &id]).done().contains("已重做"));
    assert_eq!(world.json(&[&"show", &id])["content"], json!({ "product_name": "审计系统" }));
    assert!(world.run(&[&"history", &id]).done().contains("新建草稿"));
    assert!(world.run(&[&"edit", &id, &"--set", &"nowhere=x"]).refused(2).contains("nowhere"));
    assert!(world.run(&[&"form", &id]).done().contains("必填"));
}
