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

#[test]
fn a_document_is_called_by_its_official_number_once_it_has_one() {
    let mut workspace = workspace();
    let content = sample(&workspace, "release-application");
    let number = content["doc_number"].as_str().expect("a number").to_owned();
    let id = workspace.new_document("release-application", Some(content), None).expect("a document");
    assert_eq!(workspace.open_document(id).expect("it opens").state.number, number);
}

#[test]
fn typing_into_rows_that_the_form_starts_with_makes_all_of_them_the_documents_own() {
    let mut workspace = workspace();
    let id = workspace.new_document("release-plan", None, None).expect("a document");
    let shown = workspace.open_document(id).expect("it opens").state.rows["steps"].clone();
    let column = "operator";
    let column = if shown[0].contains_key(column) { column.to_owned() } else { text_column(&workspace, id, "steps") };
    let edited = workspace.edit(id, &[set(&format!("steps[1].{column}"), "王工")]).expect("edited");
    let rows = edited.values["steps"].as_array().expect("the whole table is told");
    assert_eq!(rows.len(), shown.len());
    assert_eq!(rows[1][&column], "王工");
    assert_eq!(rows[0], Value::Object(shown[0].clone()));
    assert!(!edited.state.rows.contains_key("steps"));
}

/// A column of a table that takes any text.
fn text_column(workspace: &Workspace, id: DocumentId, table: &str) -> String {
    let form = workspace.open_document(id).expect("it opens").form;
    let dossier_core::form::FieldKind::Table { table } = &form.fields[table].kind else { panic!("no table") };
    let takes_text = |column: &&dossier_core::form::Field| {
        matches!(column.kind, dossier_core::form::FieldKind::Text | dossier_core::form::FieldKind::LongText)
    };
    table.columns.iter().find(takes_text).expect("a column of text").id.clone()
}

#[test]
fn a_table_that_was_emptied_stays_empty() {
    let mut workspace = workspace();
    let id = workspace.new_document("release-plan", None, None).expect("a document");
    let count = workspace.open_document(id).expect("it opens").state.rows["steps"].len();
    for _ in 0..count {
        workspace.edit(id, &[rows("steps", 0, 1, vec![])]).expect("edited");
    }
    let opened = workspace.open_document(id).expect("it opens");
    assert_eq!(opened.content["steps"], json!([]));
    assert!(!opened.state.rows.contains_key("steps"), "the preset rows do not come back by themselves");
    let edited = workspace.edit(id, &[set("steps", Value::Null)]).expect("edited");
    assert_eq!(edited.state.rows["steps"].len(), count, "emptied as a whole it starts anew");

    // The same for rows of the release.
    let systems = json!([{ "order": 1, "system": "网关", "version": "V2.0.0", "change": "升级", "risk": "低" }]);
    let release = Some("网关 V2.0.0");
    let content = Map::from_iter([("systems".to_owned(), systems)]);
    workspace.new_document("release-application", Some(content), release).expect("a document");
    let plan = workspace.new_document("release-plan-table", None, release).expect("a document");
    assert_eq!(workspace.open_document(plan).expect("it opens").state.rows["systems"].len(), 1);
    workspace.edit(plan, &[rows("systems", 0, 1, vec![])]).expect("edited");
    assert!(!workspace.open_document(plan).expect("it opens").state.rows.contains_key("systems"));
}

fn rows(table: &str, at: usize, remove: usize, insert: Vec<Map<String, Value>>) -> Edit {
    Edit::Rows { table: table.into(), at, remove, insert }
}

#[test]
fn empty_rows_at_the_end_keep_their_place_while_people_fill_them() {
    let mut workspace = workspace();
    let id = workspace.new_document("release-plan-table", None, None).expect("a document");
    let row = json!({ "system": "网关" }).as_object().expect("a row").clone();
    let edited = workspace.edit(id, &[rows("systems", 4, 0, vec![row])]).expect("edited");
    assert_eq!(edited.values["systems"][4]["system"], "网关", "four rows above it are still empty");
    workspace.edit(id, &[Edit::MoveRow { table: "systems".into(), from: 6, to: 5 }]).expect("an empty row is moved");
    let edited =
        workspace.edit(id, &[Edit::MoveRow { table: "systems".into(), from: 4, to: 0 }]).expect("a row is moved");
    assert_eq!(edited.values["systems"], json!([{ "system": "网关" }]));
}

#[test]
fn the_blank_of_an_option_that_was_typed_with_it_is_told() {
    let (mut workspace, id) = application();
    let edited = workspace.edit(id, &[set("audience", "部分外部用户（20%）")]).expect("edited");
    assert_eq!((&edited.values["audience"], &edited.values["audience_percent"]), (&json!("部分外部用户"), &json!(20)));
}

#[test]
fn a_text_that_cannot_be_read_counts_as_saved_and_stands_in_the_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |time: &str| {
        let now = DateTime::parse_from_rfc3339(time).expect("a moment");
        let resources = Resources::within(&root()).expect("resources");
        Workspace::open(folder.path(), Environment::fixed(now, resources).with_user("林知远")).expect("a workspace")
    };
    let id = at("2026-03-11T12:00:00+08:00").new_document("release-application", None, None).expect("a document");
    let mut workspace = at("2026-03-12T09:30:05+08:00");
    let edited = workspace.edit(id, &[set("planned_at", "下周三")]).expect("edited");
    assert_eq!(edited.state.saved_at, "2026-03-12 09:30:05");
    let history = workspace.history(id).expect("a history");
    assert_eq!((history[0].what.as_str(), history[0].after.as_deref()), ("计划发布时间", Some("下周三")));
    assert_eq!((history[0].day.as_str(), history[1].day.as_str()), ("今天", "昨天"));
    workspace.edit(id, &[set("planned_at", "2026-03-20 10:00")]).expect("edited");
    let undone = workspace.undo(id).expect("undone");
    assert!(undone.edited.unfit.is_empty(), "within three seconds it was one step");
    assert_eq!(undone.edited.state.undo, None);
}

#[test]
fn typing_and_taking_back_at_once_is_nothing_to_undo() {
    let (mut workspace, id) = application();
    workspace.edit(id, &[set("contact", "8021")]).expect("edited");
    let edited = workspace.edit(id, &[set("contact", "")]).expect("edited");
    assert_eq!(edited.state.undo, None);
}

#[test]
fn rows_that_only_gave_way_are_not_in_the_history() {
    let mut workspace = workspace();
    let id = workspace.new_document("release-plan-table", None, None).expect("a document");
    let many =
        (1..=200).map(|n| json!({ "order": n, "system": format!("系统{n}") }).as_object().expect("a row").clone());
    workspace.edit(id, &[rows("systems", 0, 0, many.collect())]).expect("edited");
    workspace
        .edit(id, &[rows("systems", 0, 0, vec![json!({ "system": "首行" }).as_object().expect("a row").clone()])])
        .expect("edited");
    workspace.edit(id, &[Edit::MoveRow { table: "systems".into(), from: 0, to: 150 }]).expect("edited");
    let told: Vec<String> = workspace.history(id).expect("a history").into_iter().map(|entry| entry.what).collect();
    assert_eq!(told, ["发布计划表 第 1 行移到第 151 行", "发布计划表 第 1 行", "发布计划表", "新建草稿"]);
    let log = workspace.storage().audit(Some(&id.to_string())).expect("a log");
    let weight = |index: usize| log[index].detail.to_string().len();
    assert!(weight(2) < 200 && weight(3) < 200, "a row more or moved weighs one row, not the table");
}

#[test]
fn problems_come_in_the_order_of_the_paper() {
    let (mut workspace, id) = application();
    workspace.edit(id, &[set("changes[1].name", "改登录"), set("changes[0].note", "说明")]).expect("edited");
    let opened = workspace.open_document(id).expect("it opens");
    let paths: Vec<&str> = opened.state.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths[0], "doc_date", "the lines under the title come first");
    let at = |path: &str| paths.iter().position(|own| *own == path).unwrap_or_else(|| panic!("{path} in {paths:?}"));
    assert!(at("product_name") < at("planned_at") && at("planned_at") < at("changes[0].kind"));
    assert!(at("changes[0].kind") < at("changes[0].name") && at("changes[0].name") < at("changes[1].kind"));
    assert!(at("changes[1].kind") < at("affected_systems"));
}
