//! The form that the window draws, and editing it place by place.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use dossier_core::environment::Resources;
use dossier_core::form::{Edit, Opened, ProblemKind};
use dossier_core::storage::DocumentId;
use dossier_core::{Environment, Workspace};
use expect_test::expect_file;
use serde_json::{Map, Value, json};

const TEMPLATES: [&str; 4] = ["release-application", "release-plan", "release-plan-table", "release-summary"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn environment() -> Environment {
    let now = DateTime::parse_from_rfc3339("2026-03-11T12:31:07+08:00").expect("a moment");
    let resources = Resources::within(&root()).expect("run `cargo xtask setup` first: the fonts are missing");
    Environment::fixed(now, resources).with_user("林知远")
}

/// A workspace with the settings of the sample organisation.
fn workspace() -> Workspace {
    let mut workspace = Workspace::in_memory(environment()).expect("a workspace");
    let settings = std::fs::read_to_string(root().join("templates/sample-settings.json")).expect("settings");
    workspace.change_settings(&serde_json::from_str(&settings).expect("JSON")).expect("settings");
    workspace
}

fn sample(workspace: &Workspace, template: &str) -> Map<String, Value> {
    workspace.library().expect("templates").sample(template).expect("a sample")
}

fn set(path: &str, value: impl Into<Value>) -> Edit {
    Edit::Set { path: path.into(), value: value.into() }
}

/// What the screens are built and tested with is what the core says.
#[test]
fn the_samples_open_as_the_screens_expect_them() {
    for template in TEMPLATES {
        for is_blank in [false, true] {
            let mut workspace = workspace();
            let content = (!is_blank).then(|| sample(&workspace, template));
            let id =
                workspace.new_document(template, content, Some("衡川网络安全审计系统 V4.2.0")).expect("a document");
            let mut opened = workspace.open_document(id).expect("it opens");
            // A picture of some kilobytes says nothing here.
            opened.letterhead.logo = None;
            let json = serde_json::to_string_pretty(&opened).expect("JSON") + "\n";
            let name = format!("{template}{}.json", if is_blank { ".blank" } else { "" });
            expect_file![root().join("ui/src/backend/memory/fixtures").join(name)].assert_eq(&json);
        }
    }
}

#[test]
fn every_field_that_people_fill_has_a_place_and_a_section() {
    let mut workspace = workspace();
    for template in TEMPLATES {
        let id = workspace.new_document(template, None, None).expect("a document");
        let form = workspace.open_document(id).expect("it opens").form;
        for (field, spec) in &form.fields {
            if matches!(field.as_str(), "doc_number" | "doc_revision" | "doc_category") {
                continue;
            }
            assert!(
                form.section_of(field, None).is_some()
                    || form.style == dossier_core::form::FormStyle::Table
                    || is_above(&form, field),
                "{template}: {field}（{}）",
                spec.label
            );
        }
    }
}

/// Lines under the title stand before the first section.
fn is_above(form: &dossier_core::form::Form, field: &str) -> bool {
    let text = serde_json::to_string(&form.blocks.iter().filter(|block| block.section.is_none()).collect::<Vec<_>>());
    text.expect("JSON").contains(&format!("\"id\":\"{field}\""))
}

fn application() -> (Workspace, DocumentId) {
    let mut workspace = workspace();
    let id = workspace.new_document("release-application", None, Some("网关 V2.0.0")).expect("a document");
    (workspace, id)
}

fn content(workspace: &Workspace, id: DocumentId) -> (Map<String, Value>, Opened) {
    let opened = workspace.open_document(id).expect("it opens");
    (opened.content.clone(), opened)
}

#[test]
fn what_is_typed_is_read_as_its_fields_kind() {
    let (mut workspace, id) = application();
    let edited = workspace
        .edit(
            id,
            &[
                set("product_name", "网关"),
                set("version", "Ｖ2.0.0"),
                set("user_scale", "86，400"),
                set("planned_at", "2026年3月20日 10时00分"),
            ],
        )
        .expect("edited");
    assert_eq!(edited.values["version"], "V2.0.0");
    assert_eq!(edited.values["user_scale"], json!(86_400));
    assert_eq!(edited.state.texts["user_scale"], "86,400");
    assert_eq!(edited.values["planned_at"], "2026-03-20 10:00");
    assert!(edited.unfit.is_empty());
}

#[test]
fn what_cannot_be_read_is_kept_as_typed_and_told() {
    let (mut workspace, id) = application();
    let text = "2026年02月31日 10时00分";
    let edited = workspace.edit(id, &[set("planned_at", text)]).expect("edited");
    assert_eq!(edited.unfit["planned_at"], text);
    assert!(!content(&workspace, id).0.contains_key("planned_at"), "the content stays sound");
    let told: Vec<_> = edited.state.problems.iter().filter(|problem| problem.path == "planned_at").collect();
    assert_eq!(told.len(), 1, "it is wrong, not missing: {told:?}");
    assert_eq!(told[0].kind, ProblemKind::Wrong);
    assert!(!workspace.check(id).expect("findings").issues.iter().all(|issue| issue.code != "unfit"));

    let edited = workspace.edit(id, &[set("planned_at", "2026-03-20 10:00")]).expect("edited");
    assert!(edited.unfit.is_empty());
}

#[test]
fn rows_take_their_unread_texts_along() {
    let mut workspace = workspace();
    let id = workspace
        .new_document("release-plan-table", Some(sample(&workspace, "release-plan-table")), None)
        .expect("a document");
    workspace.edit(id, &[set("systems[2].order", "第三")]).expect("edited");
    let rows = |at, remove, insert| Edit::Rows { table: "systems".into(), at, remove, insert };
    let edited = workspace.edit(id, &[rows(0, 0, vec![Map::new()])]).expect("edited");
    assert_eq!(edited.unfit.keys().collect::<Vec<_>>(), ["systems[3].order"]);
    let edited = workspace.edit(id, &[Edit::MoveRow { table: "systems".into(), from: 3, to: 1 }]).expect("edited");
    assert_eq!(edited.unfit.keys().collect::<Vec<_>>(), ["systems[1].order"]);
    let edited = workspace.edit(id, &[rows(1, 1, vec![])]).expect("edited");
    assert!(edited.unfit.is_empty());
}

#[test]
fn everything_can_be_undone_and_done_again_also_after_closing() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Workspace::open(folder.path(), environment()).expect("a workspace");
    let mut workspace = open();
    let id = workspace
        .new_document("release-application", Some(sample(&workspace, "release-application")), None)
        .expect("a document");
    let start = content(&workspace, id);
    let row =
        |name: &str| json!({ "kind": "缺陷修复", "name": name, "note": "说明" }).as_object().expect("a row").clone();
    let steps: Vec<Vec<Edit>> = vec![
        vec![set("product_name", "改名")],
        vec![set("planned_at", "不是日期")],
        vec![set("changes[0].name", "第一行")],
        vec![Edit::Rows { table: "changes".into(), at: 1, remove: 0, insert: vec![row("甲"), row("乙")] }],
        vec![Edit::MoveRow { table: "changes".into(), from: 2, to: 0 }],
        vec![Edit::Rows { table: "changes".into(), at: 0, remove: 2, insert: vec![] }],
        vec![set("targets", json!(["软件"])), set("change_nature", json!(["安全补丁", "性能优化"]))],
        vec![set("audience", "内部用户")],
    ];
    for step in &steps {
        workspace.edit(id, step).expect("edited");
    }
    let end = content(&workspace, id);
    drop(workspace);

    let mut workspace = open();
    for step in steps.iter().rev() {
        let undone = workspace.undo(id).expect("undone");
        assert!(undone.focus.is_some(), "{step:?}");
    }
    let back = content(&workspace, id);
    assert_eq!((&back.0, &back.1.unfit), (&start.0, &start.1.unfit));
    assert_eq!(workspace.undo(id).expect("nothing to undo").focus, None);
    drop(workspace);

    let mut workspace = open();
    for _ in &steps {
        workspace.redo(id).expect("redone");
    }
    let again = content(&workspace, id);
    assert_eq!((&again.0, &again.1.unfit), (&end.0, &end.1.unfit));
    assert_eq!(workspace.redo(id).expect("nothing to redo").focus, None);
    assert!(workspace.storage().verify_audit().expect("a log").is_empty());
}

#[test]
fn typing_in_one_place_is_one_step() {
    let (mut workspace, id) = application();
    for text in ["衡", "衡川", "衡川网关"] {
        workspace.edit(id, &[set("product_name", text)]).expect("edited");
    }
    workspace.edit(id, &[set("contact", "8021")]).expect("edited");
    workspace.undo(id).expect("undone");
    let undone = workspace.undo(id).expect("undone");
    assert_eq!(undone.focus.as_deref(), Some("product_name"));
    assert_eq!(undone.edited.values["product_name"], Value::Null);
    assert_eq!(undone.edited.state.redo.as_deref(), Some("产品名称"));
}

#[test]
fn a_new_change_after_undo_forgets_what_was_undone() {
    let (mut workspace, id) = application();
    workspace.edit(id, &[set("contact", "8021")]).expect("edited");
    workspace.undo(id).expect("undone");
    let edited = workspace.edit(id, &[set("applicant", "林知远")]).expect("edited");
    assert_eq!(edited.state.redo, None);
    assert_eq!(workspace.redo(id).expect("nothing").focus, None);
}

#[test]
fn what_is_fixed_on_the_form_is_refused_and_nothing_changes() {
    let mut workspace = workspace();
    let id = workspace.new_document("release-summary", None, None).expect("a document");
    let before = content(&workspace, id);
    for edits in [
        vec![set("contact", "x"), set("milestones[0].node", "别的")],
        vec![Edit::Rows { table: "milestones".into(), at: 0, remove: 1, insert: vec![] }],
        vec![set("nowhere", "x")],
    ] {
        assert!(workspace.edit(id, &edits).is_err(), "{edits:?}");
    }
    assert_eq!(content(&workspace, id), before);
}

#[test]
fn a_plan_of_a_thousand_rows_comes_back_as_it_was_pasted() {
    let mut workspace = workspace();
    let id = workspace.new_document("release-plan-table", None, None).expect("a document");
    let rows: Vec<Map<String, Value>> = (1..=1000)
        .map(|n| json!({ "order": n.to_string(), "system": format!("系统{n}"), "version": format!("V1.{n}.0"), "change": "多行\n文字" }))
        .map(|row| row.as_object().expect("a row").clone())
        .collect();
    let edited =
        workspace.edit(id, &[Edit::Rows { table: "systems".into(), at: 0, remove: 0, insert: rows }]).expect("edited");
    let stored = edited.values["systems"].as_array().expect("rows");
    assert_eq!(stored.len(), 1000);
    assert_eq!(
        stored[999],
        json!({ "order": 1000, "system": "系统1000", "version": "V1.1000.0", "change": "多行\n文字" })
    );
    let undone = workspace.undo(id).expect("undone");
    assert_eq!(undone.edited.values["systems"], Value::Null);
}

#[test]
fn the_history_tells_who_changed_what_from_what_to_what() {
    let (mut workspace, id) = application();
    workspace.edit(id, &[set("planned_at", "2026-03-20 10:00")]).expect("edited");
    workspace.edit(id, &[set("planned_at", "2026-03-20 15:00")]).expect("edited");
    workspace.edit(id, &[set("change_nature", json!(["安全补丁"]))]).expect("edited");
    workspace.undo(id).expect("undone");
    let history = workspace.history(id).expect("a history");
    let lines: Vec<String> = history
        .iter()
        .map(|entry| {
            let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "空".into());
            let values = entry.path.as_ref().map(|_| format!("：{} → {}", side(&entry.before), side(&entry.after)));
            format!("{} {} {}{}", entry.day, entry.actor, entry.what, values.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        lines,
        ["今天 林知远 撤销", "今天 林知远 计划发布时间：空 → 2026年03月20日 15时00分", "今天 林知远 新建草稿",]
    );
}
