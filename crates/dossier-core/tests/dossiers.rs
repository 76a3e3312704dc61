//! Releases as people keep them: begun, found, exported, removed, in a real data folder with the shipped forms.

#[path = "../benches/kit/mod.rs"]
mod kit;

use std::ops::ControlFlow;
use std::path::Path;

use chrono::DateTime;
use dossier_core::control::Submission;
use dossier_core::dossiers::{DossierQuery, DossierRow, ExportRequest, Group, NewRelease, Scope, Stage};
use dossier_core::environment::{Environment, Resources};
use dossier_core::export::Format;
use dossier_core::form::Edit;
use dossier_core::import::confirm::{ImportMode, ImportRequest};
use dossier_core::storage::{DocumentId, Filter, ReleaseId, Storage};
use dossier_core::{Code, Workspace};
use serde_json::{Map, Value, json};

const APPLICATION: &str = "release-application";
const PLAN: &str = "release-plan";
const TABLE: &str = "release-plan-table";
const SUMMARY: &str = "release-summary";

fn environment(now: &str) -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let resources = Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") };
    Environment::fixed(DateTime::parse_from_rfc3339(now).unwrap(), resources)
}

struct World {
    folder: tempfile::TempDir,
    workspace: Workspace,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path(), environment("2026-03-11T12:31:07+08:00")).unwrap();
        Self { folder, workspace }
    }

    /// Closes the folder and opens it at another time.
    fn at(self, now: &str) -> Self {
        let Self { folder, workspace } = self;
        drop(workspace);
        let workspace = Workspace::open(folder.path(), environment(now)).unwrap();
        Self { folder, workspace }
    }

    #[track_caller]
    fn release(&mut self, product: &str, version: &str, documents: &[&str]) -> ReleaseId {
        self.workspace.new_release(&request(product, version, documents)).unwrap()
    }

    fn document(&self, release: ReleaseId, template: &str) -> DocumentId {
        let dossier = self.workspace.dossier(release).unwrap();
        dossier.documents.iter().find(|document| document.template == template).unwrap().id.unwrap()
    }

    fn set(&mut self, id: DocumentId, path: &str, value: Value) {
        self.workspace.edit(id, &[Edit::Set { path: path.into(), value }]).unwrap();
    }

    fn content(&self, id: DocumentId) -> Map<String, Value> {
        self.workspace.show(id).unwrap().content
    }

    #[track_caller]
    fn found(&self, text: &str) -> Vec<String> {
        let query = DossierQuery { text: text.into(), limit: 100, ..DossierQuery::default() };
        let rows = self.workspace.dossiers(&query).unwrap().rows;
        rows.iter().map(|row| format!("{} {}", row.product, row.version)).collect()
    }
}

fn request(product: &str, version: &str, documents: &[&str]) -> NewRelease {
    NewRelease {
        product: product.into(),
        version: version.into(),
        release_type: "功能迭代发布".into(),
        documents: documents.iter().map(ToString::to_string).collect(),
        from: None,
    }
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn a_new_release_stands_in_all_its_documents() {
    let mut world = World::new();
    let release = world.release("衡川网络安全审计系统", "v4.2.0", &[APPLICATION, PLAN, SUMMARY]);
    for template in [APPLICATION, PLAN, SUMMARY] {
        let content = world.content(world.document(release, template));
        assert_eq!(content["product_name"], "衡川网络安全审计系统");
        assert_eq!(content["version"], "V4.2.0");
        assert_eq!(content["release_type"], "功能迭代发布");
    }
    let dossier = world.workspace.dossier(release).unwrap();
    let shorts: Vec<(&str, bool)> =
        dossier.documents.iter().map(|document| (document.short.as_str(), document.id.is_some())).collect();
    assert_eq!(shorts, [("申请表", true), ("发布计划", true), ("计划表", false), ("总结报告", true)]);
    assert_eq!(dossier.stage, Stage::Upcoming, "an empty summary has not been begun");
    let missing = dossier.documents[0].missing;
    assert!(missing > 10, "{missing}");
    let application = world.document(release, APPLICATION);
    world.set(application, "contact", json!("分机 8021"));
    let document = &world.workspace.dossier(release).unwrap().documents[0];
    assert_eq!(document.missing, missing - 1);
    let opened = world.workspace.open_document(application).unwrap();
    let said = opened.state.required.all - opened.state.required.filled;
    assert_eq!(document.missing, said, "the list says what the form says");
}

#[test]
fn a_release_without_documents_keeps_its_name_for_those_to_come() {
    let mut world = World::new();
    let release = world.release("网关", "V1.10.0", &[]);
    assert_eq!(world.found("wg"), ["网关 V1.10.0"], "also what has no documents is found");
    let plan = world.workspace.add_document(release, PLAN).unwrap();
    assert_eq!(world.content(plan)["version"], "V1.10.0");
    let error = world.workspace.add_document(release, PLAN).unwrap_err();
    assert!(error.message.contains("已经有一份发布计划"), "{}", error.message);
    // Who holds the fact may change it, and the dossier follows with its name.
    world.set(plan, "version", json!("V1.10.1"));
    assert_eq!(world.found(""), ["网关 V1.10.1"]);
    assert_eq!(world.workspace.storage().release(release).unwrap().name, "网关 V1.10.1");
}

#[test]
fn the_same_version_is_refused_by_name_and_bad_ones_are_told_all_at_once() {
    let mut world = World::new();
    world.release("网关", "V1.10.0", &[APPLICATION]);
    let error = world.workspace.new_release(&request("网关", "v1.10.0", &[])).unwrap_err();
    assert_eq!(error.message, "“网关 V1.10.0”已经有了卷宗，没有另建");
    let bad = NewRelease { release_type: "随便".into(), ..request(" ", "四点二", &[]) };
    let error = world.workspace.new_release(&bad).unwrap_err();
    assert_eq!(error.code, Code::InvalidContent);
    let places: Vec<&str> = error.issues.iter().map(|issue| issue.path.as_str()).collect();
    assert_eq!(places, ["product", "version", "release_type"]);
    assert_eq!(world.found("").len(), 1);
}

#[test]
fn texts_of_an_earlier_release_are_taken_over_and_nothing_that_was_its_alone() {
    let mut world = World::new();
    let sample = world.workspace.load_sample().unwrap();
    let old = world.workspace.dossier(sample).unwrap();
    let request =
        NewRelease { from: Some(sample), ..request(&old.product, "V4.3.0", &[APPLICATION, PLAN, TABLE, SUMMARY]) };
    let release = world.workspace.new_release(&request).unwrap();
    let [old, new] = [sample, release].map(|id| world.content(world.document(id, APPLICATION)));
    assert_eq!((&new["version"], &new["current_version"]), (&json!("V4.3.0"), &json!("V4.2.0")));
    for kept in ["deployment", "rollback_application", "risks", "departments", "participants", "owner", "target_users"]
    {
        assert_eq!(new.get(kept), old.get(kept), "{kept} is taken over");
        assert!(new.contains_key(kept));
    }
    for gone in [
        "doc_number",
        "doc_date",
        "planned_at",
        "notice_date",
        "test_report",
        "bugs_a",
        "approval",
        "verification",
        "result",
    ] {
        assert!(!new.contains_key(gone), "{gone} concerned the earlier release alone: {:?}", new.get(gone));
    }
    let system = &new["systems"][0];
    assert_eq!(system["system"], old["systems"][0]["system"]);
    assert!(system.get("version").is_none() && system.get("ddl").is_none(), "{system}");
    let summary = world.content(world.document(release, SUMMARY));
    for gone in ["actual_at", "problems", "post_issues", "fit", "spent", "revisions"] {
        assert!(!summary.contains_key(gone), "{gone}: {:?}", summary.get(gone));
    }
    assert_eq!(world.workspace.dossier(release).unwrap().stage, Stage::Upcoming);
}

#[test]
fn a_dossier_moves_on_with_time_and_with_its_summary() {
    let mut world = World::new();
    let release = world.release("网关", "V1.10.0", &[APPLICATION, SUMMARY]);
    let application = world.document(release, APPLICATION);
    world.set(application, "planned_at", json!("2026-03-20 15:00"));
    let row = |world: &World| world.workspace.dossier(release).unwrap();
    assert_eq!((row(&world).stage, row(&world).planned_at.as_deref()), (Stage::Upcoming, Some("2026-03-20 15:00")));
    world = world.at("2026-03-20T15:01:00+08:00");
    assert_eq!(row(&world).stage, Stage::Released, "its time has come");
    world = world.at("2026-03-11T12:31:07+08:00");
    assert_eq!(row(&world).stage, Stage::Upcoming);
    let summary = world.document(release, SUMMARY);
    world.set(summary, "actual_minutes", json!("100"));
    assert_eq!(row(&world).stage, Stage::Upcoming, "what all documents share begins no summary");
    world.set(summary, "fit_reason", json!("灰度有效"));
    assert_eq!(row(&world).stage, Stage::Released, "its summary has been begun");
}

#[test]
fn lists_are_in_order_and_count_what_there_is() {
    let mut world = World::new();
    for (product, version) in [("甲系统", "V1.0.0"), ("乙系统", "V1.0.0"), ("丙系统", "V1.0.0")] {
        world.release(product, version, &[APPLICATION]);
    }
    let last = world.release("丁系统", "V2.0.0", &[APPLICATION]);
    let first = world.document(last, APPLICATION);
    world.set(first, "planned_at", json!("2026-03-01 10:00"));
    let query = DossierQuery { limit: 2, ..DossierQuery::default() };
    let page = world.workspace.dossiers(&query).unwrap();
    let names = |rows: &[dossier_core::dossiers::DossierRow]| -> Vec<String> {
        rows.iter().map(|row| row.product.clone()).collect()
    };
    assert_eq!(names(&page.rows), ["丙系统", "乙系统"], "the one whose time is past stands in the next group");
    assert_eq!(page.total, 4);
    let groups: Vec<usize> = page.groups.iter().map(|group| group.count).collect();
    assert_eq!(groups, [3, 1, 0]);
    let next = world.workspace.dossiers(&DossierQuery { offset: 2, ..query.clone() }).unwrap();
    assert_eq!(names(&next.rows), ["甲系统", "丁系统"]);
    let flat =
        world.workspace.dossiers(&DossierQuery { group: Group::None, limit: 9, ..DossierQuery::default() }).unwrap();
    assert_eq!(names(&flat.rows)[0], "丁系统", "newest first");
    assert!(flat.groups.is_empty());
    assert_eq!((page.counts.all, page.counts.draft, page.counts.controlled, page.documents), (4, 4, 0, 4));
    let none =
        DossierQuery { scope: Scope::With(dossier_core::storage::Status::Controlled), limit: 9, ..query.clone() };
    assert_eq!(world.workspace.dossiers(&none).unwrap().total, 0);
    let one = DossierQuery { product: Some("丁系统".into()), year: Some(2026), limit: 9, ..query };
    assert_eq!(world.workspace.dossiers(&one).unwrap().total, 1);
    assert_eq!(page.products, ["丁系统", "丙系统", "乙系统", "甲系统"].map(String::from).to_vec());
    assert_eq!(page.years, [2026]);
}

#[test]
fn dossiers_are_found_by_words_names_and_initials() {
    let mut world = World::new();
    let release = world.release("星图网络安全审计系统", "V4.2.0", &[APPLICATION]);
    world.release("网关", "V1.10.0", &[APPLICATION]);
    let id = world.document(release, APPLICATION);
    world.set(id, "owner", json!("陈晓明"));
    world.set(id, "deployment", json!("先切流量，再升级数据库"));
    let star = ["星图网络安全审计系统 V4.2.0"];
    for text in ["审计", "xtwlaqsjxt", "sjxt", "v42", "xtv42", "V4.2", "陈晓明", "cxm", "cx", "切流量", "审计 cxm"]
    {
        assert_eq!(world.found(text), star, "by {text}");
    }
    assert_eq!(world.found("cxm 网关"), [] as [&str; 0]);
    assert_eq!(world.found("wg"), ["网关 V1.10.0"]);
    world.set(id, "owner", json!("李玥"));
    assert_eq!(world.found("cxm"), [] as [&str; 0], "what is no longer said is no longer found");
}

#[test]
fn search_gives_the_newest_documents_first_and_no_more_than_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = Storage::open(folder.path(), kit::now()).unwrap();
    kit::fill(&mut storage, 60).unwrap();
    let filter = Filter { query: Some("审计".into()), limit: Some(20), ..Filter::default() };
    let found = storage.list(&filter).unwrap();
    let ids: Vec<String> = found.iter().map(|document| document.id.to_string()).collect();
    assert_eq!((ids.len(), ids[0].as_str(), ids[19].as_str()), (20, "D0240", "D0221"));
    let plan: Vec<String> = storage
        .list(&Filter { query: Some("量子".into()), ..Filter::default() })
        .unwrap()
        .iter()
        .map(|d| d.id.to_string())
        .collect();
    assert_eq!(plan, ["D0004", "D0003", "D0002", "D0001"]);
}

#[test]
fn only_drafts_are_removed_and_the_log_keeps_what_they_held() {
    let mut world = World::new();
    let release = world.release("网关", "V1.10.0", &[APPLICATION, PLAN]);
    let id = world.document(release, APPLICATION);
    world.set(id, "contact", json!("分机 8021"));
    world.set(id, "planned_at", json!("2026年02月31日"));
    world.workspace.remove_release(release).unwrap();
    assert_eq!(world.workspace.dossier(release).unwrap_err().code, Code::NotFound);
    assert_eq!(world.found("网关"), [] as [&str; 0]);
    assert_eq!(world.workspace.list(&Filter::default()).unwrap(), []);
    let log = world.workspace.storage().audit(Some("R0001")).unwrap();
    let kept = &log.iter().find(|entry| entry.action == "release.remove").unwrap().detail;
    assert_eq!(kept["name"], "网关 V1.10.0");
    assert_eq!(kept["documents"][0]["content"]["contact"], "分机 8021");
    assert_eq!(world.workspace.storage().verify_audit().unwrap(), []);
    let again = world.release("网关", "V1.10.0", &[APPLICATION]);
    assert_eq!(again.to_string(), "R0002", "numbers are never given twice");
    assert_eq!(world.document(again, APPLICATION).to_string(), "D0003");
}

#[test]
fn the_sample_is_a_release_of_all_forms_and_a_second_one_is_another() {
    let mut world = World::new();
    let first = world.workspace.load_sample().unwrap();
    let second = world.workspace.load_sample().unwrap();
    let [one, two] = [first, second].map(|id| world.workspace.dossier(id).unwrap());
    assert_eq!((one.product.as_str(), one.version.as_str()), ("星图网络安全审计系统（示例）", "V4.2.0"));
    assert_eq!(two.product, "星图网络安全审计系统（示例 2）");
    assert!(one.documents.iter().all(|document| document.id.is_some()), "{one:?}");
    assert_eq!(one.documents[2].rows, Some(18));
    // The report names its application, which has no number before it is submitted.
    let missing = |dossier: &DossierRow| dossier.documents.iter().map(|document| document.missing).collect::<Vec<_>>();
    assert_eq!(missing(&one), [0, 0, 0, 1]);
    world.workspace.submit(one.documents[0].id.unwrap(), &Submission::default()).unwrap();
    let one = world.workspace.dossier(first).unwrap();
    assert_eq!(missing(&one), [0; 4]);
    for document in &one.documents {
        let findings = world.workspace.check(document.id.unwrap()).unwrap();
        assert_eq!(findings.issues, [], "{}", document.title);
    }
    // The others follow the application.
    world.set(two.documents[0].id.unwrap(), "owner", json!("李玥"));
    assert_eq!(world.content(two.documents[3].id.unwrap())["owner"], "李玥");
}

#[test]
fn the_person_of_the_settings_is_the_author() {
    let mut world = World::new();
    let release = world.release("网关", "V1.10.0", &[APPLICATION]);
    assert_eq!(world.workspace.dossier(release).unwrap().updated_by, "tester");
    world.workspace.change_settings(&json!({ "user": { "name": "林知远", "department": "产品部" } })).unwrap();
    let id = world.document(release, APPLICATION);
    world.set(id, "contact", json!("分机 8021"));
    assert_eq!(world.workspace.dossier(release).unwrap().updated_by, "林知远");
    let log = world.workspace.storage().audit(Some("D0001")).unwrap();
    assert_eq!(log.last().unwrap().actor, "林知远");
    let completions = world.workspace.completions().unwrap();
    assert_eq!(completions.people[0].initials, "lzy");
    assert_eq!(completions.departments[0].initials, "cpb");
}

#[test]
fn the_first_start_is_told_and_preferences_come_back() {
    let mut world = World::new();
    let start = world.workspace.start_info().unwrap();
    assert!(start.first_start);
    world.workspace.save_preferences(&map(json!({ "begun": true }))).unwrap();
    assert!(!world.workspace.start_info().unwrap().first_start, "who left everything empty is not asked again");
    world.workspace.save_preferences(&map(json!({ "begun": null }))).unwrap();
    assert_eq!((start.today.as_str(), start.release_types.len(), start.templates.len()), ("2026-03-11", 4, 4));
    assert_eq!(start.templates[0].short, "申请表");
    world.workspace.save_preferences(&map(json!({ "pane": { "width": 324 }, "tab": 1 }))).unwrap();
    world.workspace.save_preferences(&map(json!({ "tab": null }))).unwrap();
    world.release("网关", "V1.10.0", &[]);
    let world = world.at("2026-03-12T12:31:07+08:00");
    let start = world.workspace.start_info().unwrap();
    assert!(!start.first_start);
    assert_eq!(Value::Object(start.preferences), json!({ "pane": { "width": 324 } }));
    let about = world.workspace.about().unwrap();
    assert_eq!((about.releases, about.documents), (1, 0));
    assert!(about.data_bytes > 0);
}

#[test]
fn an_older_data_folder_is_summed_up_when_it_is_opened() {
    let mut world = World::new();
    let release = world.release("网关", "V1.10.0", &[APPLICATION]);
    let before = world.workspace.dossier(release).unwrap();
    let folder = world.folder.path().to_path_buf();
    drop(world.workspace);
    {
        // As an earlier version left it: nothing worked out.
        let database = rusqlite::Connection::open(folder.join("dossier.db")).unwrap();
        database
            .execute_batch(
                "UPDATE documents SET summed_up = 0, missing = 0; DELETE FROM dossiers;
                 INSERT INTO document_search (document_search) VALUES ('delete-all');
                 INSERT INTO dossier_search (dossier_search) VALUES ('delete-all');",
            )
            .unwrap();
    }
    let workspace = Workspace::open(&folder, environment("2026-03-11T12:31:07+08:00")).unwrap();
    assert_eq!(workspace.dossier(release).unwrap(), before);
    let query = DossierQuery { text: "网关".into(), limit: 9, ..DossierQuery::default() };
    assert_eq!(workspace.dossiers(&query).unwrap().total, 1);
}

// ---- export

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

#[test]
fn several_documents_go_into_a_folder_under_names_to_file_them_by() {
    let mut world = World::new();
    let release = world.release("网关/接入", "V1.10.0", &[APPLICATION, TABLE]);
    let (application, table) = (world.document(release, APPLICATION), world.document(release, TABLE));
    world.set(application, "doc_number", json!("REL-APP-2026-001"));
    let out = world.folder.path().join("out/deep");
    let request = ExportRequest {
        documents: vec![application, table],
        formats: vec![Format::Xlsx, Format::Json],
        ..ExportRequest::default()
    };
    let mut told = Vec::new();
    let result = world.workspace.export_to_folder(&request, &out, &mut |progress| {
        told.push((progress.done, progress.total));
        ControlFlow::Continue(())
    });
    let result = result.unwrap();
    let expected = [
        "REL-APP-2026-001_网关-接入_V1.10.0_申请表.json",
        "REL-APP-2026-001_网关-接入_V1.10.0_申请表.xlsx",
        "网关-接入_V1.10.0_计划表.json",
        "网关-接入_V1.10.0_计划表.xlsx",
    ];
    assert_eq!(names(&out), expected);
    assert_eq!(told, [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]);
    assert_eq!((result.files.len(), result.cancelled), (4, false));
    // Again, and stopped after the second: nothing is written over, nothing is left half done.
    let result = world.workspace.export_to_folder(&request, &out, &mut |progress| match progress.done {
        2 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let result = result.unwrap();
    assert!(result.cancelled);
    assert_eq!(result.files[0].name, "REL-APP-2026-001_网关-接入_V1.10.0_申请表（2）.xlsx");
    assert_eq!(names(&out).len(), 6);
    assert!(names(&out).iter().all(|name| !name.ends_with(".tmp")));
    let blank = world.workspace.export_name(application, Format::Pdf, true).unwrap();
    assert_eq!(blank, "REL-F-01_产品发布申请表_空白表.pdf");
}

#[test]
fn names_of_files_stay_short() {
    let mut world = World::new();
    let release = world.release(&"很长的产品名称".repeat(30), "V1.10.0", &[APPLICATION]);
    let name = world.workspace.export_name(world.document(release, APPLICATION), Format::Pdf, false).unwrap();
    assert!(name.len() <= 200, "{} bytes", name.len());
    assert!(name.ends_with("_V1.10.0_申请表.pdf"), "{name}");
}

// ---- import with confirmation

fn csv(world: &World, rows: &[&str]) -> (DocumentId, Vec<u8>) {
    let release = world.workspace.storage().release_named("网关 V1.10.0").unwrap().unwrap();
    (world.document(release, TABLE), rows.join("\n").into_bytes())
}

fn systems(world: &World, id: DocumentId) -> Vec<String> {
    let content = world.content(id);
    let rows = content.get("systems").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
    rows.iter().map(|row| format!("{} {} {}", text(row, "system"), text(row, "version"), text(row, "risk"))).collect()
}

const ROWS: [&str; 3] = ["顺序,系统名称,版本,风险等级,备注", "1,认证中心,V1.0.0,高,甲", "2,网关,V2.0.0,很高,乙"];

#[test]
fn what_would_be_imported_is_shown_with_its_grounds_and_doubts() {
    let mut world = World::new();
    world.release("网关", "V1.10.0", &[TABLE]);
    let (id, bytes) = csv(&world, &ROWS);
    let preview = world.workspace.plan_import(id, &bytes, "计划.csv", &ImportRequest::default()).unwrap();
    assert_eq!((preview.table.as_str(), preview.head_row, preview.own), ("systems", 1, false));
    let column = |id: &str| preview.columns.iter().find(|column| column.id == id).unwrap();
    assert_eq!((column("system").letters.as_deref(), column("system").how.as_str()), (Some("B"), "同名"));
    assert_eq!((column("version").head.as_deref(), column("version").how.as_str()), (Some("版本"), "近义"));
    assert_eq!(column("branch").letters, None);
    assert_eq!((preview.unused[0].letters.as_str(), preview.unused[0].head.as_str()), ("E", "备注"));
    assert_eq!(preview.rows[1].row, 3);
    assert_eq!(preview.rows[1].values["risk"], "很高", "what cannot be read stays what it is");
    let doubt = preview.warnings.iter().find(|warning| warning.code == "not_stored").unwrap();
    assert_eq!((doubt.cell.as_str(), doubt.row, doubt.column.as_deref()), ("D3", Some(1), Some("risk")));
    assert_eq!(systems(&world, id), [] as [&str; 0], "nothing is written");
}

#[test]
fn a_person_says_which_column_is_which() {
    let mut world = World::new();
    world.release("网关", "V1.10.0", &[TABLE]);
    let (id, bytes) = csv(&world, &["某某公司的清单", "甲,乙,丙", "1,认证中心,V1.0.0", "2,网关,V2.0.0"]);
    let plain = world.workspace.plan_import(id, &bytes, "清单.csv", &ImportRequest::default()).unwrap_err();
    assert_eq!(plain.code, Code::NoPlanTable);
    let request = ImportRequest {
        table: Some("systems".into()),
        head_row: Some(2),
        mapping: [("system", Some("B")), ("version", Some("C")), ("order", Some("A"))]
            .map(|(id, letters)| (id.to_owned(), letters.map(str::to_owned)))
            .into(),
        ..ImportRequest::default()
    };
    let preview = world.workspace.plan_import(id, &bytes, "清单.csv", &request).unwrap();
    let system = preview.columns.iter().find(|column| column.id == "system").unwrap();
    assert_eq!(
        (system.letters.as_deref(), system.head.as_deref(), system.how.as_str()),
        (Some("B"), Some("乙"), "指定")
    );
    assert_eq!(preview.rows.len(), 2);
    assert_eq!(preview.rows[0].values["version"], "V1.0.0");
    let (_, bytes) = csv(&world, &ROWS);
    let without = ImportRequest { mapping: [("version".to_owned(), None)].into(), ..ImportRequest::default() };
    let preview = world.workspace.plan_import(id, &bytes, "计划.csv", &without).unwrap();
    assert!(preview.rows.iter().all(|row| !row.values.contains_key("version")));
    let wrong = ImportRequest { mapping: [("colour".to_owned(), None)].into(), ..ImportRequest::default() };
    assert_eq!(world.workspace.plan_import(id, &bytes, "计划.csv", &wrong).unwrap_err().code, Code::BadRequest);
}

#[test]
fn rows_are_appended_updated_or_replaced_and_undone_in_one_step() {
    let mut world = World::new();
    world.release("网关", "V1.10.0", &[TABLE]);
    let (id, bytes) = csv(&world, &ROWS);
    let import = |world: &mut World, mode, corrected: &str| {
        let request = ImportRequest { mode, ..ImportRequest::default() };
        let mut rows = world.workspace.plan_import(id, &bytes, "计划.csv", &request).unwrap().rows;
        rows[1].values.insert("risk".into(), corrected.into());
        world.workspace.apply_import(id, &bytes, "计划.csv", &request, rows).unwrap()
    };
    import(&mut world, ImportMode::Replace, "中");
    let once = ["认证中心 V1.0.0 高", "网关 V2.0.0 中"];
    assert_eq!(systems(&world, id), once);
    import(&mut world, ImportMode::Append, "中");
    assert_eq!(systems(&world, id), [once, once].concat());
    world.workspace.undo(id).unwrap();
    assert_eq!(systems(&world, id), once, "one import is one step");
    world.set(id, "systems[0].system", json!("租户中心"));
    world.set(id, "systems[1].branch", json!("release/2.0.0"));
    import(&mut world, ImportMode::Update, "低");
    assert_eq!(systems(&world, id), ["租户中心 V1.0.0 高", "网关 V2.0.0 低", "认证中心 V1.0.0 高"]);
    assert_eq!(world.content(id)["systems"][1]["branch"], "release/2.0.0", "what the file does not say stays");
    let edited = import(&mut world, ImportMode::Replace, "很高");
    assert_eq!(edited.unfit["systems[1].risk"], "很高");
    assert_eq!(systems(&world, id), ["认证中心 V1.0.0 高", "网关 V2.0.0 -"]);
    let log = world.workspace.storage().audit(Some(&id.to_string())).unwrap();
    assert!(log.iter().any(|entry| entry.action == "document.import" && entry.detail["file"] == "计划.csv"));
}

#[test]
fn a_workbook_of_our_own_brings_its_whole_content_back() {
    let mut world = World::new();
    let sample = world.workspace.load_sample().unwrap();
    let id = world.document(sample, TABLE);
    let before = world.content(id);
    let bytes = world.workspace.export(id, Format::Xlsx, Default::default()).unwrap().bytes;
    world.workspace.fill(id, map(json!({ "batch": "别的", "systems": [] }))).unwrap();
    let request = ImportRequest::default();
    let preview = world.workspace.plan_import(id, &bytes, "计划表.xlsx", &request).unwrap();
    assert!(preview.own);
    assert_eq!(preview.rows.len(), 18);
    world.workspace.apply_import(id, &bytes, "计划表.xlsx", &request, preview.rows).unwrap();
    assert_eq!(world.content(id), before);
}
