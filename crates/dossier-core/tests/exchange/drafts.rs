//! Drafts: handed over, back, taken back, and chosen between.

use dossier_core::Code;
use dossier_core::exchange::{Choice, ReceivedAs, SendRequest};
use dossier_core::form::Edit;
use dossier_core::storage::Status;
use serde_json::{Value, json};

use super::kit::{Machine, fresh_path, map};

/// Two machines, and a draft that both have: it is with the second one.
struct Pair {
    home: Machine,
    away: Machine,
    here: dossier_core::storage::DocumentId,
    there: dossier_core::storage::DocumentId,
}

fn pair() -> Pair {
    let (mut home, mut away) = (Machine::new("林知远"), Machine::new("韩朔"));
    let here = home.begin("网关 V1.0", "草");
    home.fill(here, json!({ "notes": "初稿" })).unwrap();
    let (package, _) = home.send(&[here], "韩朔");
    assert_eq!(away.outcome(&package), ReceivedAs::New);
    let there = away.find(&home.uid(here)).unwrap();
    Pair { home, away, here, there }
}

#[test]
fn a_draft_that_is_out_is_read_only_until_it_comes_back_as_one_step() {
    let Pair { mut home, mut away, here, there } = pair();
    let error = home.fill(here, json!({ "notes": "偷改" })).unwrap_err();
    assert_eq!(error.code, Code::IllegalMove);
    assert!(error.message.contains("已移交给韩朔") && error.hint.unwrap().contains("take-back"));
    let edits = [Edit::Set { path: "notes".into(), value: json!("偷改") }];
    for refused in [
        home.workspace.edit(here, &edits).map(drop),
        home.workspace.undo(here).map(drop),
        home.workspace.submit(here, &Default::default()).map(drop),
        home.workspace
            .send(&SendRequest { documents: vec![here], to: "王五".into(), ..Default::default() }, &fresh_path())
            .map(drop),
        home.workspace.remove_release("R0001".parse().unwrap()),
    ] {
        let error = refused.unwrap_err();
        assert!(error.code == Code::IllegalMove && error.message.contains("韩朔"), "{}", error.message);
    }
    assert_eq!(home.workspace.open_document(here).unwrap().head.read_only.unwrap(), "已移交给韩朔，收回后才能改");

    // There it is the same, with what the release tells, and with texts that are no values.
    assert_eq!(away.content(there), home.content(here));
    assert_eq!(away.workspace.show(there).unwrap().release.as_deref(), Some("网关 V1.0"));
    away.fill(there, json!({ "notes": "韩朔改过", "systems": [{ "name": "甲" }] })).unwrap();
    away.workspace.edit(there, &[Edit::Set { path: "budget".into(), value: json!("十来万") }]).unwrap();
    let (back, _) = away.send(&[there], "林知远");
    assert!(away.fill(there, json!({ "notes": "又改" })).is_err(), "who gives it back writes no more");

    assert_eq!(home.outcome(&back), ReceivedAs::Applied);
    assert_eq!(home.content(here), away.content(there));
    assert_eq!(home.workspace.storage().unfit(here).unwrap()["budget"], "十来万");
    let head = home.head();
    let again = home.receive(&back);
    assert!(again.again && again.documents[0].outcome == ReceivedAs::Older);
    assert_eq!(home.head(), head, "twice is the same as once");
    assert_eq!(home.workspace.open_document(here).unwrap().state.undo.unwrap(), "收到韩朔的修改");
    home.workspace.undo(here).unwrap();
    assert_eq!((home.notes(here), home.workspace.storage().unfit(here).unwrap().len()), ("初稿".into(), 0));
    home.workspace.redo(here).unwrap();
    home.fill(here, json!({ "notes": "接着改" })).unwrap();
    let history = home.workspace.history(here).unwrap();
    assert!(history.iter().any(|entry| entry.what.contains("移交给韩朔")), "{history:?}");
    assert_eq!((home.faults(), away.faults()), (vec![], vec![]));
}

#[test]
fn no_order_of_packages_overwrites_anything() {
    // Doubled, overtaken, lost.
    let Pair { mut home, mut away, here, there } = pair();
    home.workspace.take_back(here).unwrap();
    home.fill(here, json!({ "notes": "收回后改" })).unwrap();
    let (second, _) = home.send(&[here], "韩朔");
    home.workspace.take_back(here).unwrap();
    home.fill(here, json!({ "notes": "再收回后改" })).unwrap();
    let (third, _) = home.send(&[here], "韩朔");
    assert_eq!(away.outcome(&third), ReceivedAs::Applied, "nothing was typed there: it goes on from the first one");
    assert_eq!(away.outcome(&second), ReceivedAs::Older, "it was overtaken");
    assert_eq!(away.notes(there), "再收回后改");

    // Both go on: what comes stands beside.
    home.workspace.take_back(here).unwrap();
    home.fill(here, json!({ "notes": "家里的" })).unwrap();
    away.fill(there, json!({ "notes": "外面的", "budget": 7 })).unwrap();
    let (back, _) = away.send(&[there], "林知远");
    assert_eq!(home.outcome(&back), ReceivedAs::Beside);
    assert_eq!((home.notes(here), home.outcome(&back)), ("家里的".into(), ReceivedAs::Beside));
    assert_eq!(home.workspace.conflicts(Some(here)).unwrap().len(), 1, "twice is the same as once");

    // What holds all of it comes: the one that waited is overtaken.
    away.workspace.take_back(there).unwrap();
    away.fill(there, json!({ "notes": "外面又改" })).unwrap();
    let (later, _) = away.send(&[there], "林知远");
    assert_eq!(home.outcome(&later), ReceivedAs::Beside);
    let conflicts = home.workspace.conflicts(None).unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].fields[1].places[0].there, "外面又改");

    // The same typed on both sides is no conflict.
    home.fill(here, json!({ "notes": "外面又改", "budget": 7 })).unwrap();
    away.workspace.take_back(there).unwrap();
    let (same, _) = away.send(&[there], "林知远");
    assert_eq!(home.outcome(&same), ReceivedAs::Same);
    assert_eq!(home.workspace.conflicts(None).unwrap().len(), 0);
    assert_eq!((home.faults(), away.faults()), (vec![], vec![]));
}

#[test]
fn cells_of_a_table_with_the_same_rows_are_chosen_one_by_one() {
    let Pair { mut home, mut away, here, there } = pair();
    home.workspace.take_back(here).unwrap();
    let rows = |first: &str, branch: Option<&str>, second: &str| match branch {
        Some(branch) => json!({ "systems": [{ "name": first, "branch": branch }, { "name": second }] }),
        None => json!({ "systems": [{ "name": first }, { "name": second }] }),
    };
    home.fill(here, rows("甲", None, "乙")).unwrap();
    away.fill(there, rows("甲改", Some("main"), "乙改")).unwrap();
    let (back, _) = away.send(&[there], "林知远");
    assert_eq!(home.outcome(&back), ReceivedAs::Beside);

    let conflict = home.workspace.conflicts(Some(here)).unwrap().remove(0);
    let [systems] = &conflict.fields[..] else { panic!("{conflict:?}") };
    assert!(systems.by_place);
    let told: Vec<(&str, &str, &str)> = systems
        .places
        .iter()
        .map(|own| (own.path.as_str(), own.here_shown.as_str(), own.there_shown.as_str()))
        .collect();
    assert_eq!(
        told,
        [("systems[0].name", "甲", "甲改"), ("systems[0].branch", "", "main"), ("systems[1].name", "乙", "乙改")]
    );
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let half = Choice { take: names(&["systems[0].branch"]), keep: names(&["systems[0].name"]), rest: None };
    let error = home.workspace.choose(here, &half).unwrap_err();
    assert_eq!(error.issues.iter().map(|issue| issue.path.as_str()).collect::<Vec<_>>(), ["systems[1].name"]);
    // What is said of the table goes for the cells that nobody named.
    let choice = Choice { take: names(&["systems"]), keep: names(&["systems[0].name"]), rest: None };
    let chosen = home.workspace.choose(here, &choice).unwrap();
    assert_eq!(chosen.kept, ["systems[0].name"]);
    assert_eq!(home.content(here)["systems"], json!([{ "name": "甲", "branch": "main" }, { "name": "乙改" }]));
    home.workspace.undo(here).unwrap();
    assert_eq!(home.content(here)["systems"], json!([{ "name": "甲" }, { "name": "乙" }]), "one edit");
    assert_eq!((home.faults(), away.faults()), (vec![], vec![]));
}

#[test]
fn two_versions_are_chosen_between_field_by_field() {
    let Pair { mut home, mut away, here, there } = pair();
    home.workspace.take_back(here).unwrap();
    home.fill(here, json!({ "notes": "家里的", "systems": [{ "name": "甲", "branch": "main" }] })).unwrap();
    away.fill(there, json!({ "notes": "外面的", "budget": 7, "systems": [{ "name": "乙" }] })).unwrap();
    let (back, _) = away.send(&[there], "林知远");
    home.receive(&back);

    let conflict = home.workspace.conflicts(Some(here)).unwrap().remove(0);
    let fields: Vec<(&str, &str)> =
        conflict.fields.iter().map(|field| (field.field.as_str(), field.label.as_str())).collect();
    assert_eq!(fields, [("budget", "预算"), ("notes", "说明"), ("systems", "系统")]);
    assert_eq!(conflict.fields[0].places[0].here, Value::Null);
    let places: Vec<&str> = conflict.fields[2].places.iter().map(|place| place.path.as_str()).collect();
    assert_eq!(places, ["systems[0].branch", "systems[0].name"]);

    let choose = |home: &mut Machine, take: &[&str], keep: &[&str], rest| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        home.workspace.choose(here, &Choice { take: names(take), keep: names(keep), rest })
    };
    let head = home.head();
    let error = choose(&mut home, &["预算", "负责人"], &["预算"], None).unwrap_err();
    let told: Vec<&str> = error.issues.iter().map(|issue| issue.code).collect();
    assert_eq!(told, ["unknown_field", "contradiction", "undecided", "undecided"]);
    assert_eq!(home.head(), head, "nothing has changed");

    let chosen = choose(&mut home, &["budget"], &["说明"], Some(true)).unwrap();
    assert_eq!(
        (chosen.taken, chosen.kept, chosen.waiting),
        (vec!["budget".into(), "systems".into()], vec!["notes".into()], 0)
    );
    assert_eq!(home.notes(here), "家里的");
    assert_eq!(
        (&home.content(here)["budget"], &home.content(here)["systems"]),
        (&json!(7), &json!([{ "name": "乙" }]))
    );
    home.workspace.undo(here).unwrap();
    assert_eq!(home.content(here).get("budget"), None, "one edit");
    home.workspace.redo(here).unwrap();
    assert_eq!(choose(&mut home, &[], &[], Some(true)).unwrap_err().code, Code::NotFound);

    // What was decided here is not overwritten by who did not know of it, and reaches him as what follows.
    away.workspace.take_back(there).unwrap();
    away.fill(there, json!({ "notes": "外面接着改" })).unwrap();
    let (later, _) = away.send(&[there], "林知远");
    assert_eq!(home.outcome(&later), ReceivedAs::Beside);
    choose(&mut home, &[], &[], Some(false)).unwrap();
    let (decided, _) = home.send(&[here], "韩朔");
    assert_eq!(away.outcome(&decided), ReceivedAs::Applied);
    assert_eq!(away.content(there), home.content(here));
    assert_eq!((home.faults(), away.faults()), (vec![], vec![]));
}

#[test]
fn the_controller_submits_what_was_sent_for_that_and_gives_it_back() {
    let (mut author, mut controller) = (Machine::author("林知远"), Machine::new("周敏"));
    let draft = author.begin("网关 V1.0", "初稿");
    let refused = author.workspace.submit(draft, &Default::default()).unwrap_err();
    assert!(refused.code == Code::IllegalMove && refused.hint.unwrap().contains("exchange send"));
    let (package, sent) = author.send_as(&[draft], "周敏", true);
    assert_eq!((sent.purpose.as_str(), sent.drafts.as_slice()), ("submit", [draft].as_slice()));
    let received = controller.receive(&package);
    assert_eq!(received.documents[0].submitted.as_deref(), Some("T-APP-2026-001 V1.0"));
    let there = controller.find(&author.uid(draft)).unwrap();
    let again = controller.receive(&package);
    assert_eq!((again.documents[0].submitted.clone(), controller.revisions(there).len()), (None, 1));

    let (back, sent) = controller.send(&[there], "林知远");
    assert_eq!((sent.purpose.as_str(), sent.drafts.len()), ("release", 0));
    assert_eq!(author.outcome(&back), ReceivedAs::Merged);
    assert_eq!(author.revisions(draft), controller.revisions(there));
    assert!(author.workspace.storage().handed_over(draft).unwrap().is_none());
    assert_eq!(author.workspace.storage().document(draft).unwrap().status, Status::Approved);
    assert_eq!(author.workspace.conflicts(None).unwrap(), []);

    // The next revision goes the same way.
    controller.workspace.bring_into_force(there, None).unwrap();
    controller.workspace.revise(there, false, "推迟").unwrap();
    let (draft_of_next, _) = controller.send(&[there], "林知远");
    assert_eq!(author.outcome(&draft_of_next), ReceivedAs::Applied);
    assert_eq!(author.revisions(draft)[0].2, "controlled", "its revisions came with it");
    author.fill(draft, json!({ "notes": "推迟一周" })).unwrap();
    let (next, _) = author.send_as(&[draft], "周敏", true);
    assert_eq!(controller.receive(&next).documents[0].submitted.as_deref(), Some("T-APP-2026-001 V1.1"));
    assert_eq!((author.faults(), controller.faults()), (vec![], vec![]));
}

#[test]
fn what_was_typed_after_taking_back_is_kept_beside_the_revision_that_comes() {
    let (mut author, mut controller) = (Machine::author("林知远"), Machine::new("周敏"));
    let draft = author.begin("网关 V1.0", "初稿");
    let (package, _) = author.send_as(&[draft], "周敏", true);
    controller.receive(&package);
    author.workspace.take_back(draft).unwrap();
    author.fill(draft, json!({ "notes": "提交以后才想到的" })).unwrap();
    // Sent again: it was submitted already, so that it waits there.
    let (late, _) = author.send_as(&[draft], "周敏", true);
    assert_eq!(controller.outcome(&late), ReceivedAs::Beside);
    let there = controller.find(&author.uid(draft)).unwrap();
    let (back, _) = controller.send(&[there], "林知远");
    assert_eq!(author.outcome(&back), ReceivedAs::Merged);
    let conflict = author.workspace.conflicts(Some(draft)).unwrap().remove(0);
    let kept = conflict.fields.iter().flat_map(|field| &field.places).any(|place| place.there == "提交以后才想到的");
    assert!(kept, "nothing typed is lost: {conflict:?}");
    author.workspace.revise(draft, false, "补充").unwrap();
    let taken = author.workspace.choose(draft, &Choice { take: vec!["notes".into()], keep: vec![], rest: Some(false) });
    taken.unwrap();
    assert_eq!(author.notes(draft), "提交以后才想到的");
    assert_eq!((author.faults(), controller.faults()), (vec![], vec![]));
}

#[test]
fn a_draft_that_cannot_be_submitted_waits_at_the_controller() {
    let (mut author, mut controller) = (Machine::author("林知远"), Machine::new("周敏"));
    let content = map(json!({ "notes": "没有产品名称" }));
    let draft = author.workspace.new_document(super::kit::MEMO, Some(content), None).unwrap();
    let (package, _) = author.send_as(&[draft], "周敏", true);
    let received = controller.receive(&package);
    assert_eq!(received.documents[0].submitted, None);
    assert!(received.documents[0].issues.iter().any(|issue| issue.path == "product_name"));
    let there = controller.find(&author.uid(draft)).unwrap();
    assert_eq!(controller.workspace.next_number(super::kit::MEMO).unwrap(), "T-APP-2026-001", "no number was given");
    controller.fill(there, json!({ "product_name": "网关" })).unwrap();
    let (back, _) = controller.send(&[there], "林知远");
    assert_eq!(author.outcome(&back), ReceivedAs::Applied);
}
