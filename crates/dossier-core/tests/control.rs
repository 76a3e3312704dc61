//! Documents under control: submitted, signed, in force, replaced, void; in a real data folder with the shipped forms.

use std::path::Path;

use calamine::Reader;
use chrono::DateTime;
use dossier_core::control::{
    PaperCopy, Register, RegisterFormat, RegisterQuery, Signed, Signing, StepState, Submission, VerdictKind,
};
use dossier_core::environment::{Environment, Resources};
use dossier_core::export::Options;
use dossier_core::form::Edit;
use dossier_core::storage::{DocumentId, How, Opinion, ReleaseId, RevisionState, Status};
use dossier_core::{Code, Error, Workspace};
use rusqlite::Connection;
use serde_json::{Value, json};

const APPLICATION: &str = "release-application";
const SUMMARY: &str = "release-summary";

/// The sample's application is written then.
const MARCH: &str = "2026-03-04T09:00:00+08:00";

fn environment(now: &str) -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let resources = Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") };
    Environment::fixed(DateTime::parse_from_rfc3339(now).unwrap(), resources).with_user("林知远")
}

/// A data folder with the sample dossier in it.
struct World {
    folder: tempfile::TempDir,
    workspace: Workspace,
    release: ReleaseId,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::open(folder.path(), environment(MARCH)).unwrap();
        let release = workspace.load_sample().unwrap();
        Self { folder, workspace, release }
    }

    /// Closes the folder and opens it on another day.
    fn on(self, day: &str) -> Self {
        let Self { folder, workspace, release } = self;
        drop(workspace);
        let workspace = Workspace::open(folder.path(), environment(&format!("{day}T10:00:00+08:00"))).unwrap();
        Self { folder, workspace, release }
    }

    /// Closes the folder, lets somebody at the database behind the program's back, and opens it again.
    fn tampered(self, sql: &str) -> Self {
        let Self { folder, workspace, release } = self;
        let now = workspace.environment().now().to_rfc3339();
        drop(workspace);
        let connection = Connection::open(folder.path().join("dossier.db")).unwrap();
        let triggers: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for trigger in triggers {
            connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let workspace = Workspace::open(folder.path(), environment(&now)).unwrap();
        Self { folder, workspace, release }
    }

    fn document(&self, template: &str) -> DocumentId {
        let dossier = self.workspace.dossier(self.release).unwrap();
        dossier.documents.iter().find(|document| document.template == template).unwrap().id.unwrap()
    }

    fn submit(&mut self, id: DocumentId) -> Result<String, Error> {
        self.workspace.submit(id, &Submission::default()).map(|submitted| submitted.number)
    }

    fn print(&mut self, id: DocumentId) -> Vec<u8> {
        self.workspace.print(id, None, PaperCopy::Record, Options::default()).unwrap().bytes
    }

    fn sign(&mut self, id: DocumentId, step: usize, name: &str, day: &str) -> Result<Signed, Error> {
        self.workspace.sign(id, &signature(step, name, day))
    }

    /// Signs all five steps of the application in ink.
    fn approve(&mut self, id: DocumentId, day: &str) {
        self.print(id);
        for (step, name) in ["方文川", "丁立", "王小天", "赵昇", "周明"].into_iter().enumerate() {
            self.sign(id, step, name, day).unwrap();
        }
    }

    fn set(&mut self, id: DocumentId, path: &str, value: Value) {
        self.workspace.edit(id, &[Edit::Set { path: path.into(), value }]).unwrap();
    }

    fn status(&self, id: DocumentId) -> Status {
        self.workspace.storage().document(id).unwrap().status
    }

    fn faults(&self) -> Vec<String> {
        let report = self.workspace.verify_audit(None).unwrap();
        report.faults.into_iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect()
    }
}

fn signature(step: usize, name: &str, day: &str) -> Signing {
    Signing {
        chain: None,
        step,
        name: name.into(),
        signed_on: day.into(),
        opinion: Opinion::Agree,
        supplement: String::new(),
        how: How::Ink,
        ink: None,
        reason: String::new(),
        scan: None,
    }
}

#[test]
fn an_application_lives_from_draft_to_void() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    assert!(world.workspace.approval(id).unwrap().number.contains("临时号"), "a draft shows a provisional number");
    let submitted = world.workspace.submit(id, &Submission::default()).unwrap();
    assert_eq!((submitted.number.as_str(), submitted.revision.as_str()), ("REL-APP-2026-001", "V1.0"));
    assert_eq!(submitted.pages, 3);
    assert_eq!(world.status(id), Status::InReview);
    assert_eq!(world.workspace.approval(id).unwrap().next, None, "nothing new while it is in review");
    let refused = world.workspace.edit(id, &[Edit::Set { path: "product_name".into(), value: json!("甲") }]);
    assert_eq!(refused.unwrap_err().code, Code::BadRequest, "a frozen revision takes no edits");

    let mut world = world.on("2026-03-05");
    assert_eq!(world.sign(id, 0, "方文川", "2026-03-05").unwrap_err().code, Code::InvalidContent, "never printed");
    world.print(id);
    world.approve(id, "2026-03-05");
    assert_eq!(world.status(id), Status::Approved);
    let content = world.workspace.show(id).unwrap().content;
    assert_eq!(content["approval"][4]["name"], json!("周明"));
    assert_eq!(content["approval"][4]["opinion"], json!("同意"));
    assert_eq!(content["revisions"][0]["approver"], json!("周明"), "版本记录 fills itself");

    world.workspace.bring_into_force(id, None).unwrap();
    let copy = world.workspace.issue_copy(id, "运维部", "赵昇").unwrap();
    assert_eq!(copy.copy_number, 1);
    let world = &mut world.on("2026-03-10");
    let next = world.workspace.approval(id).unwrap().next.unwrap();
    assert_eq!((next.minor.as_str(), next.major.as_str()), ("V1.1", "V2.0"));
    assert_eq!(
        world.workspace.revise(id, false, " ").unwrap_err().code,
        Code::InvalidContent,
        "变更说明 is compulsory"
    );
    assert_eq!(world.workspace.revise(id, false, "发布推迟一周").unwrap(), "V1.1");
    world.set(id, "planned_minutes", json!(180));
    world.submit(id).unwrap();
    let compared = world.workspace.compare(id, None, None).unwrap();
    let told: Vec<&str> = compared.changes.iter().map(|change| change.place.as_str()).collect();
    assert_eq!(told, ["计划发布时长"]);
    world.approve(id, "2026-03-10");
    world.workspace.bring_into_force(id, None).unwrap();
    let revisions = world.workspace.approval(id).unwrap().revisions;
    let states: Vec<_> = revisions.iter().map(|own| (own.revision.as_str(), own.state)).collect();
    assert_eq!(states, [("V1.1", RevisionState::Controlled), ("V1.0", RevisionState::Obsolete)]);
    assert_eq!(revisions[1].successor.as_deref(), Some("V1.1"));
    let back = world.workspace.copies_to_take_back().unwrap();
    assert_eq!(back.len(), 1, "the copy of V1.0 has to come back");
    assert_eq!(back[0].1.department, "运维部");
    world.workspace.void(id, None, "版本取消").unwrap();
    assert_eq!(world.status(id), Status::Obsolete);
    let told: Vec<String> = world.workspace.history(id).unwrap().into_iter().map(|entry| entry.what).collect();
    for event in ["V1.1 作废：版本取消", "新建 V1.1：发布推迟一周", "产品管理部初审 签字：方文川 2026-03-05"]
    {
        assert!(told.iter().any(|what| what == event), "{event} is told: {told:?}");
    }
    assert_eq!(world.faults(), [""; 0]);
}

#[test]
fn what_is_missing_keeps_a_draft_from_its_number() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    world.set(id, "product_name", Value::Null);
    world.set(id, "doc_number", json!("REL-APP-2026-007"));
    world.set(id, "approval[0].name", json!("方文川"));
    let error = world.workspace.submit(id, &Submission::default()).unwrap_err();
    let codes: Vec<&str> = error.issues.iter().map(|issue| issue.code).collect();
    for code in ["required", "number_out_of_order", "signed_in_draft"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert_eq!(world.workspace.numbers(None).unwrap(), [], "no number was given");
    assert_eq!(world.status(id), Status::Draft);
}

#[test]
fn a_refusal_sends_the_document_back_as_a_new_revision() {
    for (opinion, supplement) in [(Opinion::Refuse, ""), (Opinion::Supplement, "补充回滚演练记录")] {
        let mut world = World::new();
        let id = world.document(APPLICATION);
        let number = world.submit(id).unwrap();
        world.print(id);
        world.sign(id, 0, "方文川", "2026-03-04").unwrap();
        let refusal = Signing { opinion, supplement: supplement.into(), ..signature(1, "丁立", "2026-03-04") };
        let signed = world.workspace.sign(id, &refusal).unwrap();
        assert_eq!((signed.state, signed.draft.as_deref()), (RevisionState::Returned, Some("V1.1")));
        assert_eq!(world.status(id), Status::Draft);
        assert_eq!(world.submit(id).unwrap_err().issues[0].code, "required", "what changed has to be said");
        let change = Some("补充了回滚演练记录".into());
        let again = world.workspace.submit(id, &Submission { change, ..Submission::default() }).unwrap();
        assert_eq!((again.number, again.revision.as_str()), (number, "V1.1"), "the number stays");
        let approval = world.workspace.approval(id).unwrap();
        assert_eq!(approval.revisions[0].chains[0].signed, 0, "signatures on the old revision stay with it");
        assert_eq!(approval.revisions[1].chains[0].signed, 2);
        assert_eq!(approval.revisions[0].chains[0].steps[0].state, StepState::Next);
        assert_eq!(world.faults(), [""; 0]);
    }
}

#[test]
fn every_illegal_move_is_refused() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    let refused = |result: Result<(), Error>| {
        let error = result.unwrap_err();
        assert!(
            matches!(error.code, Code::IllegalMove | Code::IllegalSignature | Code::NotFound | Code::BadRequest),
            "{error:?}"
        );
    };
    let force = |world: &mut World| world.workspace.bring_into_force(id, None).map(drop);
    let void = |world: &mut World| world.workspace.void(id, None, "原因");
    let revise = |world: &mut World| world.workspace.revise(id, false, "改").map(drop);
    let withdraw = |world: &mut World| world.workspace.withdraw(id, "原因").map(drop);
    let sign = |world: &mut World| world.sign(id, 0, "甲", "2026-03-04").map(drop);
    let verify = |world: &mut World| {
        let signing = Signing { chain: Some("verification".into()), ..signature(0, "丁立", "2026-03-04") };
        world.workspace.sign(id, &signing).map(drop)
    };
    // 草稿
    for attempt in [&force as &dyn Fn(&mut World) -> _, &void, &revise, &withdraw, &sign, &verify] {
        refused(attempt(&mut world));
    }
    world.submit(id).unwrap();
    // 审批中
    refused(world.submit(id).map(drop));
    for attempt in [&force as &dyn Fn(&mut World) -> _, &revise, &verify] {
        refused(attempt(&mut world));
    }
    world.approve(id, "2026-03-04");
    // 已批准
    refused(world.submit(id).map(drop));
    for attempt in [&withdraw as &dyn Fn(&mut World) -> _, &sign] {
        refused(attempt(&mut world));
    }
    force(&mut world).unwrap();
    // 受控
    for attempt in [&force as &dyn Fn(&mut World) -> _, &withdraw, &sign] {
        refused(attempt(&mut world));
    }
    verify(&mut world).unwrap();
    void(&mut world).unwrap();
    // 作废
    for attempt in [&force as &dyn Fn(&mut World) -> _, &withdraw, &void, &sign, &verify] {
        refused(attempt(&mut world));
    }
    assert_eq!(world.faults(), [""; 0]);
}

#[test]
fn numbers_follow_each_other_over_years_and_are_never_used_again() {
    let mut world = World::new();
    let (first, summary) = (world.document(APPLICATION), world.document(SUMMARY));
    assert_eq!(world.submit(first).unwrap(), "REL-APP-2026-001");
    // The report follows its application.
    assert_eq!(world.workspace.show(summary).unwrap().content["application_number"], json!("REL-APP-2026-001"));
    assert_eq!(world.submit(summary).unwrap(), "REL-SUM-2026-001");
    world.workspace.void(first, None, "需求取消").unwrap();
    let void: Vec<_> = world.workspace.numbers(None).unwrap().into_iter().filter(|own| own.void.is_some()).collect();
    assert_eq!(void.len(), 1, "a number that never came into force stands in 作废号登记");
    let next = |world: &mut World| {
        world.release = world.workspace.load_sample().unwrap();
        let id = world.document(APPLICATION);
        // A back-dated document does not disturb the sequence.
        world.set(id, "doc_date", json!("2025-12-30"));
        world.submit(id).unwrap()
    };
    assert_eq!(next(&mut world), "REL-APP-2026-002");
    assert_eq!(world.workspace.void_next_number(APPLICATION, "打印时损坏").unwrap(), "REL-APP-2026-003");
    assert_eq!(next(&mut world), "REL-APP-2026-004");
    let mut world = world.on("2027-01-01");
    assert_eq!(next(&mut world), "REL-APP-2027-001");
    assert_eq!(world.workspace.start_numbers_after(APPLICATION, "REL-APP-2027-009").unwrap(), "REL-APP-2027-010");
    assert_eq!(next(&mut world), "REL-APP-2027-010");
    assert!(world.workspace.start_numbers_after(APPLICATION, "REL-APP-2027-005").is_err());
    // A clock that was set back does not make a number twice.
    let mut world = world.on("2026-06-01");
    assert_eq!(next(&mut world), "REL-APP-2026-005");
    assert_eq!(world.workspace.storage().number_gaps().unwrap(), []);
}

#[test]
fn a_frozen_revision_prints_the_same_whatever_has_changed() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    world.submit(id).unwrap();
    let printed = world.print(id);
    // Another organisation, another template, another folder of fonts.
    world.workspace.change_settings(&json!({ "organisation": { "name": "另一家公司" } })).unwrap();
    let World { folder, workspace, .. } = world;
    drop(workspace);
    let moved = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (fonts, templates) = (moved.path().join("other-fonts"), moved.path().join("templates"));
    std::fs::create_dir_all(&fonts).unwrap();
    for font in std::fs::read_dir(root.join("assets/fonts")).unwrap() {
        let font = font.unwrap().path();
        // Nothing but the sans faces is left of what it was printed with.
        let sans = std::fs::read_dir(root.join("assets/fonts")).unwrap().map(|font| font.unwrap().path());
        let sans = sans.filter(|path| path.to_string_lossy().contains("Sans")).min().unwrap();
        let from = if font.extension().is_some_and(|ending| ending == "ttf") { &sans } else { &font };
        std::fs::copy(from, fonts.join(font.file_name().unwrap())).unwrap();
    }
    let form = templates.join("release-application");
    std::fs::create_dir_all(&form).unwrap();
    let text = std::fs::read_to_string(root.join("templates/release-application/template.toml")).unwrap();
    std::fs::write(form.join("template.toml"), text.replace("产品名称", "名称")).unwrap();
    let changed = Environment::fixed(DateTime::parse_from_rfc3339(MARCH).unwrap(), Resources { templates, fonts });
    let workspace = Workspace::open(folder.path(), changed).unwrap();
    let again = workspace.paper(id, None, PaperCopy::Record, Options::default()).unwrap().bytes;
    assert!(again == printed, "the same bytes as on the day of its submission");
}

#[test]
fn a_code_from_paper_tells_whether_a_single_character_changed() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    let submitted = world.workspace.submit(id, &Submission::default()).unwrap();
    let verdict = world.workspace.verify_print(&submitted.code, None).unwrap();
    assert_eq!((verdict.kind, verdict.field), (VerdictKind::Same, None), "{}", verdict.message);
    assert_eq!(world.workspace.verify_print("0000-0000-0000", None).unwrap().kind, VerdictKind::Unknown);
    assert_eq!(world.workspace.verify_print("hello", None).unwrap_err().code, Code::BadRequest);

    let world = world.tampered(
        "UPDATE revisions SET frozen = replace(frozen, '\"planned_minutes\":120', '\"planned_minutes\":121')",
    );
    let verdict = world.workspace.verify_print(&submitted.code, None).unwrap();
    assert_eq!(
        (verdict.kind, verdict.field.as_deref()),
        (VerdictKind::Altered, Some("计划发布时长")),
        "{}",
        verdict.message
    );
    assert!(world.workspace.show(id).is_err(), "what was altered is not shown as if nothing had happened");
}

/// Each field of a stored revision is changed by itself: found, and named.
#[test]
fn each_changed_field_of_a_stored_revision_is_named() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    let submitted = world.workspace.submit(id, &Submission::default()).unwrap();
    let record = world.workspace.revision(id, None).unwrap();
    let frozen: Value = serde_json::from_str(&record.frozen).unwrap();
    let form = world.workspace.open_document(id).unwrap().form;
    let path = world.folder.path().join("dossier.db");
    let fields: Vec<String> = frozen["content"].as_object().unwrap().keys().cloned().collect();
    assert!(fields.len() > 40, "{}", fields.len());
    for rehashed in [false, true] {
        for field in &fields {
            let mut altered = frozen.clone();
            altered["content"][field] = json!("改");
            let text = serde_json::to_string(&altered).unwrap();
            let hash = if rehashed { dossier_core::storage::sha256(&text) } else { record.sha256.clone() };
            let connection = Connection::open(&path).unwrap();
            connection.execute_batch("DROP TRIGGER IF EXISTS revisions_never_change").unwrap();
            connection.execute("UPDATE revisions SET frozen = ?1, sha256 = ?2", (&text, &hash)).unwrap();
            drop(connection);
            let label = &form.fields[field].label;
            let verdict = world.workspace.verify_print(&submitted.code, None).unwrap();
            assert_eq!((verdict.kind, verdict.field.as_ref()), (VerdictKind::Altered, Some(label)), "{field}");
            let faults = world.faults();
            assert!(faults.len() == 1 && faults[0].contains(&format!("“{label}”")), "{faults:?}");
        }
    }
}

#[test]
fn each_tampered_entry_of_the_log_is_found_and_named() {
    let build = || {
        let mut world = World::new();
        let id = world.document(APPLICATION);
        world.submit(id).unwrap();
        world.approve(id, "2026-03-04");
        world
    };
    let entries = build().workspace.storage().sequence().unwrap();
    assert!(entries >= 8);
    for seq in 1..=entries {
        let world = build().tampered(&format!("UPDATE audit SET actor = '别人' WHERE seq = {seq}"));
        let faults = world.faults();
        assert!(faults.iter().any(|fault| fault.starts_with(&format!("audit[{seq}] "))), "edited {seq}: {faults:?}");
    }
    for seq in 1..entries {
        let world = build().tampered(&format!("DELETE FROM audit WHERE seq = {seq}"));
        let next = seq + 1;
        assert!(world.faults().iter().any(|fault| fault.starts_with(&format!("audit[{next}] "))), "removed {seq}");
        let swap = format!(
            "UPDATE audit SET seq = 1000 WHERE seq = {seq}; UPDATE audit SET seq = {seq} WHERE seq = {next};
             UPDATE audit SET seq = {next} WHERE seq = 1000"
        );
        let world = build().tampered(&swap);
        assert!(world.faults().iter().any(|fault| fault.starts_with(&format!("audit[{seq}] "))), "swapped {seq}");
    }
}

/// Somebody rewrites the whole database, chain and all: nothing in it contradicts itself, but paper does.
#[test]
fn a_rewritten_chain_is_found_against_the_anchor_on_paper() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    world.submit(id).unwrap();
    world.approve(id, "2026-03-04");
    let anchor = world.workspace.approval(id).unwrap().revisions[0].anchor.clone();
    assert_eq!(world.workspace.verify_audit(Some(&anchor)).unwrap().faults, []);
    let world = world.tampered("UPDATE audit SET actor = '别人' WHERE seq = 2");
    let connection = Connection::open(world.folder.path().join("dossier.db")).unwrap();
    rechain(&connection);
    drop(connection);
    assert_eq!(world.faults(), [""; 0], "the forged chain holds by itself");
    let report = world.workspace.verify_audit(Some(&anchor)).unwrap();
    assert_eq!(report.faults.len(), 1);
    assert!(report.faults[0].message.contains("重写"), "{:?}", report.faults);
}

/// Hashes every entry anew, as a forger would who knows the program.
fn rechain(connection: &Connection) {
    let mut prev = "0".repeat(64);
    let rows: Vec<(i64, String, String, String, String, String)> = connection
        .prepare("SELECT seq, at, actor, action, subject, detail FROM audit ORDER BY seq")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (seq, at, actor, action, subject, detail) in rows {
        let detail: Value = serde_json::from_str(&detail).unwrap();
        let entry = json!({
            "seq": seq, "at": at, "actor": actor, "action": action, "subject": subject, "detail": detail, "prev": prev,
        });
        let hash = dossier_core::storage::sha256(dossier_core::storage::canonical(&entry));
        connection.execute("UPDATE audit SET prev = ?2, hash = ?3 WHERE seq = ?1", (seq, &prev, &hash)).unwrap();
        prev = hash;
    }
}

#[test]
fn signatures_that_were_changed_removed_or_put_in_are_found() {
    let build = || {
        let mut world = World::new();
        let id = world.document(APPLICATION);
        world.submit(id).unwrap();
        world.print(id);
        world.sign(id, 0, "方文川", "2026-03-04").unwrap();
        world
    };
    for sql in [
        "UPDATE signoffs SET name = '别人'",
        "UPDATE signoffs SET signed_on = '2026-03-03'",
        "UPDATE signoffs SET opinion = 'refuse'",
        "DELETE FROM signoffs",
        "INSERT INTO signoffs (revision_id, chain, step, role, verb, opinion, name, signed_on, how, recorded_at, recorded_by)
         SELECT revision_id, chain, 1, role, verb, opinion, '丁立', signed_on, how, recorded_at, recorded_by FROM signoffs",
    ] {
        let faults = build().tampered(sql).faults();
        assert_eq!(faults.len(), 1, "{sql}: {faults:?}");
        assert!(faults[0].contains("签字"), "{faults:?}");
    }
}

#[test]
fn a_revision_is_read_as_it_was_while_the_next_one_is_written() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    world.submit(id).unwrap();
    world.approve(id, "2026-03-04");
    world.workspace.revise(id, false, "发布推迟一周").unwrap();
    world.set(id, "planned_minutes", json!(180));
    let draft = world.workspace.open_document(id).unwrap();
    assert_eq!((draft.content["planned_minutes"].clone(), draft.head.read_only), (json!(180), None));
    let approved = world.workspace.open_revision(id, Some("V1.0")).unwrap();
    assert_eq!(approved.content["planned_minutes"], json!(120));
    assert_eq!(approved.content["approval"][4]["name"], json!("周明"), "with its signatures");
    assert_eq!(approved.head.read_only.as_deref(), Some("V1.0 已是“已批准”，内容不再改动"));
}

#[test]
fn what_changed_is_printed_by_itself() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    world.submit(id).unwrap();
    world.approve(id, "2026-03-04");
    world.workspace.revise(id, false, "发布推迟一周").unwrap();
    world.set(id, "planned_minutes", json!(180));
    world.submit(id).unwrap();
    let paper = world.workspace.comparison_paper(id, None, None).unwrap();
    assert_eq!((paper.pages, paper.warnings), (1, vec![]));
    assert_eq!(world.workspace.comparison_name(id, None, None).unwrap(), "REL-APP-2026-001_V1.0-V1.1_修订对照.pdf");
    let words = text_of(&paper.bytes);
    for said in ["修订对照", "REL-APP-2026-001", "V1.0 → V1.1", "变更说明：发布推迟一周", "计划发布时长", "共 1 处不同"]
    {
        assert!(words.contains(&said.replace(' ', "")), "{said} is missing in {words}");
    }
    assert_eq!(paper.bytes, world.workspace.comparison_paper(id, None, None).unwrap().bytes);
    assert_eq!(world.workspace.comparison_paper(id, None, Some("V1.0")).unwrap_err().code, Code::NotFound);
}

/// The text of a PDF without its spaces.
fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = std::process::Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&path).arg("-").output();
    let output = output.expect("run `cargo xtask setup` first: pdftotext is missing");
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect()
}

#[test]
fn every_form_tells_how_it_is_numbered_and_what_comes_next() {
    let mut world = World::new();
    let rule = |world: &World| {
        let rules = world.workspace.number_rules().unwrap();
        rules.into_iter().find(|rule| rule.template == APPLICATION).unwrap()
    };
    let shipped = rule(&world);
    assert_eq!((shipped.own.as_str(), shipped.next.as_str()), ("REL-APP-{year}-{seq:03}", "REL-APP-2026-001"));
    let patterns = json!({ "documents": { "number_patterns": { shipped.own: "HC-{year}-{seq:02}" } } });
    world.workspace.change_settings(&patterns).unwrap();
    assert_eq!(rule(&world).next, "HC-2026-01");
    assert_eq!(rule(&world).own, "REL-APP-{year}-{seq:03}", "settings go on naming it by its own pattern");
}

#[test]
fn policies_decide_who_signs() {
    let chain = |policy: &str, kind: &str, named: Option<&str>| {
        let mut world = World::new();
        world.workspace.change_settings(&json!({ "documents": { "policy": policy } })).unwrap();
        let id = world.document(APPLICATION);
        world.set(id, "release_type", json!(kind));
        let submission = Submission { chain: named.map(str::to_owned), change: None };
        world.workspace.submit(id, &submission).map(|_| {
            let steps = world.workspace.approval(id).unwrap().revisions[0].chains[0].steps.clone();
            let content = world.workspace.show(id).unwrap();
            assert_eq!(
                content.template.table("approval").unwrap().1.fixed.len(),
                steps.len(),
                "the paper has a row for each step"
            );
            steps.into_iter().map(|step| format!("{}{}", step.role, step.verb)).collect::<Vec<_>>().join(" → ")
        })
    };
    let five = "产品管理部初审 → 测试部确认测试通过 → 信息安全部安全审核 → 运维部评估执行可行性 → 管理层批准";
    assert_eq!(chain("release-rules", "紧急修复发布", None).unwrap(), five, "产品发布管理规范 knows no short cut");
    assert_eq!(chain("release-system", "紧急修复发布", None).unwrap(), "运维管理部经理批准");
    assert_eq!(chain("release-system", "补丁版本发布", None).unwrap(), "运维工程师批准");
    assert_eq!(chain("deployment-rules", "补丁版本发布", None).unwrap(), five);
    assert_eq!(chain("deployment-rules", "紧急修复发布", None).unwrap_err().code, Code::ReasonNeeded);
    assert_eq!(chain("deployment-rules", "紧急修复发布", Some("hotfix")).unwrap(), "技术负责人直接审批");
    assert_eq!(chain("deployment-rules", "紧急修复发布", Some("emergency")).unwrap(), "值班负责人直接决策");
}

#[test]
fn what_was_recorded_wrongly_is_explained_and_stays() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    world.submit(id).unwrap();
    world.print(id);
    world.sign(id, 0, "方文川", "2026-03-04").unwrap();
    assert!(world.sign(id, 0, "方文川", "2026-03-04").is_err(), "a recorded signature does not change");
    world.workspace.correct_signature(id, None, 0, "姓名应为方文传，登记时输错").unwrap();
    let step = world.workspace.approval(id).unwrap().revisions[0].chains[0].steps[0].clone();
    let signature = step.signature.unwrap();
    assert_eq!(signature.name, "方文川");
    assert_eq!(signature.corrections[0].text, "姓名应为方文传，登记时输错");
    assert_eq!(world.faults(), [""; 0]);
}

#[test]
fn registers_tell_what_the_database_holds_on_screen_on_paper_and_in_the_sheet() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    let today = RegisterQuery::default();
    let cells = |world: &World, register: Register, query: &RegisterQuery| -> Vec<Vec<String>> {
        world.workspace.register(register, query).unwrap().rows.into_iter().map(|row| row.cells).collect()
    };
    assert!(cells(&world, Register::Controlled, &today).is_empty(), "nothing is in force yet");

    world.submit(id).unwrap();
    world.workspace.void_next_number(APPLICATION, "打印时作废").unwrap();
    let mut world = world.on("2026-03-06");
    world.approve(id, "2026-03-06");
    world.workspace.bring_into_force(id, Some("2026-03-06")).unwrap();
    let copy = world.workspace.issue_copy(id, "运维部", "赵昇").unwrap();
    let mut world = world.on("2026-03-10");
    world.workspace.revise(id, false, "发布窗口顺延").unwrap();
    world.set(id, "planned_minutes", json!(180));
    world.submit(id).unwrap();
    world.approve(id, "2026-03-10");
    world.workspace.bring_into_force(id, Some("2026-03-10")).unwrap();

    let on = |day: &str| RegisterQuery { on: Some(day.into()), year: None };
    let revisions = |world: &World, day: &str| -> Vec<[String; 2]> {
        cells(world, Register::Controlled, &on(day)).into_iter().map(|row| [row[1].clone(), row[5].clone()]).collect()
    };
    let one = |revision: &str| vec![["REL-APP-2026-001".to_owned(), revision.to_owned()]];
    assert!(revisions(&world, "2026-03-05").is_empty(), "before it came into force");
    assert_eq!(revisions(&world, "2026-03-06"), one("V1.0"));
    assert_eq!(revisions(&world, "2026-03-09"), one("V1.0"), "until the next one is in force");
    assert_eq!(revisions(&world, "2026-03-10"), one("V1.1"));
    assert_eq!(world.workspace.register(Register::Controlled, &on("3 月")).unwrap_err().code, Code::BadRequest);

    let void = cells(&world, Register::VoidNumbers, &today);
    assert_eq!(void.len(), 1);
    assert_eq!([&void[0][1], &void[0][6]], ["REL-APP-2026-002", "打印时作废"]);
    assert!(cells(&world, Register::VoidNumbers, &RegisterQuery { on: None, year: Some(2025) }).is_empty());
    let copies = cells(&world, Register::Copies, &today);
    assert_eq!([&copies[0][1], &copies[0][3], &copies[0][11]], ["01", "V1.0", "待收回"], "its revision was replaced");
    world.workspace.return_copy(dossier_core::storage::CopyId::from_number(copy.id), "销毁", None).unwrap();
    assert_eq!(cells(&world, Register::Copies, &today)[0][11], "销毁");
    let released = cells(&world, Register::Releases, &today);
    assert_eq!(released.len(), 1);
    assert!(released[0][8].contains("申请表 REL-APP-2026-001 V1.1 受控"), "{}", released[0][8]);

    // Kept for good unless the settings say otherwise; a period is that of the day of the submission.
    assert!(cells(&world, Register::Due, &on("2126-12-31")).is_empty(), "nothing said anything of periods");
    world.workspace.change_settings(&json!({ "documents": { "retention": { APPLICATION: 10 } } })).unwrap();
    assert!(cells(&world, Register::Due, &on("2126-12-31")).is_empty(), "what was submitted before stays as it is");
    let mut world = world.on("2026-12-30");
    for change in ["改期", "再改期"] {
        world.workspace.revise(id, false, change).unwrap();
        world.submit(id).unwrap();
        world.approve(id, "2026-12-30");
        world.workspace.bring_into_force(id, Some("2026-12-30")).unwrap();
    }
    assert!(cells(&world, Register::Due, &on("2036-12-31")).is_empty(), "ten whole years after that of its end");
    let due = cells(&world, Register::Due, &on("2037-01-01"));
    assert_eq!(due.len(), 1, "V1.3 is in force and has no end; V1.0 and V1.1 are kept for good: {due:?}");
    assert_eq!(
        due[0][1..].iter().map(String::as_str).collect::<Vec<_>>()[3..8],
        ["V1.2", "作废", "10年", "2026-12-30 作废", "2036-12-31"]
    );
    let view = world.workspace.register(Register::Due, &on("2037-01-01")).unwrap();
    assert!(view.notes[0].contains("2 个永久保管"), "{}", view.notes[0]);
    assert!(world.status(id) == Status::Controlled && !view.rows.is_empty(), "telling of it deletes nothing");
    let today = on("2037-01-01");
    assert_eq!(world.workspace.register_name(Register::Due, &today, RegisterFormat::Csv), "到期清单_2037-01-01.csv");

    for register in Register::ALL {
        let rows = cells(&world, register, &today);
        let file = |format| world.workspace.register_file(register, &today, format).unwrap().bytes;
        let packed = |text: &str| text.chars().filter(|ch| !ch.is_whitespace()).collect::<String>();
        let paper = packed(&text_of(&file(RegisterFormat::Pdf)));
        let csv = String::from_utf8(file(RegisterFormat::Csv)).unwrap();
        assert!(paper.contains(&format!("共：{}项", rows.len())), "{paper}");
        for cell in rows.iter().flatten() {
            assert!(paper.contains(&packed(cell)), "{register:?}: {cell} on paper");
            assert!(csv.contains(cell), "{register:?}: {cell} for other programs");
        }
        let mut book: calamine::Xlsx<_> =
            calamine::Xlsx::new(std::io::Cursor::new(file(RegisterFormat::Xlsx))).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let first = |row: &[calamine::Data]| row[0].to_string().parse::<usize>().is_ok();
        assert_eq!(
            sheet.rows().filter(|row| first(row)).count(),
            rows.len(),
            "{register:?}: one row of the sheet each"
        );
    }
}
