//! Submitted documents: merged as a set, forward only; what contradicts changes nothing and raises an alarm.

use std::ops::ControlFlow;

use dossier_core::archive::{ArchiveRequest, Outcome, Scope};
use dossier_core::control::{Signing, Submission};
use dossier_core::exchange::ReceivedAs;
use dossier_core::storage::{DocumentId, How, Opinion};
use serde_json::json;

use super::kit::{Machine, fresh_path};

fn sign(machine: &mut Machine, id: DocumentId, step: usize) {
    let signing = Signing {
        chain: None,
        step,
        name: ["方文川", "丁立", "王小天", "赵昇", "周明"][step].into(),
        signed_on: "2026-03-04".into(),
        opinion: Opinion::Agree,
        supplement: String::new(),
        how: How::Machine,
        ink: None,
        reason: "兼任".into(),
        scan: None,
    };
    machine.workspace.sign(id, &signing).unwrap();
}

fn application(machine: &Machine) -> DocumentId {
    let dossier = machine.workspace.dossier("R0001".parse().unwrap()).unwrap();
    dossier.documents.iter().find(|own| own.template == "release-application").unwrap().id.unwrap()
}

#[test]
fn states_and_signatures_move_forward_and_never_back() {
    let (mut one, mut other) = (Machine::real("林知远"), Machine::real("周敏"));
    one.workspace.load_sample().unwrap();
    let here = application(&one);
    one.workspace.submit(here, &Submission::default()).unwrap();
    sign(&mut one, here, 0);
    let (early, _) = one.send(&[here], "周敏");
    assert_eq!(other.outcome(&early), ReceivedAs::New);
    let there = other.find(&one.uid(here)).unwrap();
    assert_eq!(other.outcome(&early), ReceivedAs::Same, "twice is the same as once");

    // Each signs one more step; the one that goes to the end tells the other.
    sign(&mut other, there, 1);
    let (signed, _) = other.send(&[there], "林知远");
    assert_eq!(one.outcome(&signed), ReceivedAs::Merged);
    for step in 2..5 {
        sign(&mut one, here, step);
    }
    one.workspace.bring_into_force(here, None).unwrap();
    let (done, _) = one.send(&[here], "周敏");
    assert_eq!(other.outcome(&early), ReceivedAs::Same, "an older package moves nothing back");
    assert_eq!(other.outcome(&done), ReceivedAs::Merged);
    assert_eq!(other.outcome(&signed_by_now(&mut one, here)), ReceivedAs::Same);
    assert_eq!(other.revisions(there), one.revisions(here));
    assert_eq!(other.revisions(there)[0].2, "controlled");
    let approval = |machine: &Machine, id| machine.workspace.approval(id).unwrap().revisions;
    assert_eq!(approval(&one, here), approval(&other, there));
    assert_eq!((one.faults(), other.faults()), (vec![], vec![]));
}

fn signed_by_now(machine: &mut Machine, id: DocumentId) -> std::path::PathBuf {
    machine.send(&[id], "周敏").0
}

#[test]
fn restore_adds_to_what_is_here_and_merges_as_receiving_does() {
    let (mut one, mut other) = (Machine::new("林知远"), Machine::new("周敏"));
    let here = one.begin("网关 V1.0", "初稿");
    one.workspace.submit(here, &Submission::default()).unwrap();
    one.workspace.bring_into_force(here, None).unwrap();
    let pack = |machine: &mut Machine| {
        let scope = Scope { year: Some(2026), ..Scope::default() };
        let confirmed = (1..=4).map(|item| (item.to_string(), "周敏".to_owned())).collect();
        let mut request = ArchiveRequest { scope, exceptions: Vec::new(), confirmed, left_out: Vec::new() };
        let check = machine.workspace.check_archive(&request, &mut |_| ControlFlow::Continue(())).unwrap();
        request.exceptions = check.of(Outcome::Blocking).map(|line| (line.id.clone(), "测试".to_owned())).collect();
        let path = fresh_path();
        machine.workspace.archive(&request, &path, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
        path
    };
    let restore = |machine: &mut Machine, path: &std::path::Path| {
        machine.workspace.restore_package(path, None, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let first = pack(&mut one);
    restore(&mut other, &first);
    one.workspace.revise(here, false, "推迟").unwrap();
    one.fill(here, json!({ "notes": "推迟一周" })).unwrap();
    one.workspace.submit(here, &Submission::default()).unwrap();
    one.workspace.bring_into_force(here, None).unwrap();
    let second = pack(&mut one);
    let restored = restore(&mut other, &second);
    assert_eq!((restored.documents, restored.revisions, restored.issues.len()), (1, 1, 0));
    let there = other.find(&one.uid(here)).unwrap();
    assert_eq!(other.revisions(there), one.revisions(here));
    assert_eq!(restore(&mut other, &second).known, 1, "twice is the same as once");
    assert_eq!(restore(&mut other, &first).known, 1, "an older package takes nothing back");
    assert_eq!((one.faults(), other.faults()), (vec![], vec![]));
}

#[test]
fn a_copy_number_that_was_given_twice_is_told_and_stays_whose_it_was() {
    let (mut one, mut other) = (Machine::new("林知远"), Machine::new("周敏"));
    let here = one.begin("网关 V1.0", "初稿");
    one.workspace.submit(here, &Submission::default()).unwrap();
    one.workspace.bring_into_force(here, None).unwrap();
    let first = one.send(&[here], "周敏").0;
    other.receive(&first);
    let there = other.find(&one.uid(here)).unwrap();
    // The same paper goes to one holder twice, and to two holders under one number.
    for machine in [&mut one, &mut other] {
        let id = machine.workspace.list(&Default::default()).unwrap()[0].id;
        machine.workspace.issue_copy(id, "运维部", "赵昇").unwrap();
    }
    one.workspace.issue_copy(here, "研发部", "丁立").unwrap();
    other.workspace.issue_copy(there, "研发部", "王小天").unwrap();
    let copies = |machine: &Machine, id| machine.workspace.approval(id).unwrap().revisions[0].copies.clone();
    let before = copies(&other, there);

    let package = one.send(&[here], "周敏").0;
    for _ in 0..2 {
        let received = other.receive(&package);
        let told: Vec<(&str, &str)> = received.issues.iter().map(|issue| (issue.code, &*issue.path)).collect();
        assert_eq!(told, [("copy_number_taken", "T-APP-2026-001 V1.0")], "told as long as it is so");
        let message = &received.issues[0].message;
        assert!(message.contains("分发号 02") && message.contains("研发部（丁立）"), "{message}");
        assert!(message.contains("研发部（王小天）"), "{message}");
        assert_eq!(copies(&other, there), before, "nothing is overwritten");
    }
    let status = other.workspace.exchange_status().unwrap();
    assert_eq!(status.quarantine.len(), 1, "the alarm is raised once");
    assert!(status.quarantine[0].why.contains("发了两次"), "{:?}", status.quarantine);
    assert_eq!((one.faults(), other.faults()), (vec![], vec![]));
}

#[test]
fn the_same_number_and_revision_with_other_content_goes_to_quarantine() {
    // Two installations that both give numbers: the mistake that the alarm is for.
    let (mut one, mut other) = (Machine::new("林知远"), Machine::new("周敏"));
    let here = one.begin("网关 V1.0", "这里的");
    one.workspace.submit(here, &Submission::default()).unwrap();
    let there = other.begin("网关 V1.0", "那里的");
    other.workspace.submit(there, &Submission::default()).unwrap();
    let before = (other.revisions(there), other.content(there), other.workspace.list(&Default::default()).unwrap());
    let (package, _) = one.send(&[here], "周敏");
    let received = other.receive(&package);
    assert_eq!(received.documents[0].outcome, ReceivedAs::Quarantined);
    let after = (other.revisions(there), other.content(there), other.workspace.list(&Default::default()).unwrap());
    assert_eq!(before, after, "nothing was changed");
    other.receive(&package);
    let status = other.workspace.exchange_status().unwrap();
    let told: Vec<(&str, &str, &str)> =
        status.quarantine.iter().map(|own| (own.number.as_str(), own.revision.as_str(), own.from.as_str())).collect();
    assert_eq!(told, [("T-APP-2026-001", "V1.0", "林知远")], "the alarm is raised once");
    let alarm = &status.quarantine[0];
    assert_eq!(alarm.document, Some(there));
    let differs: Vec<(&str, &str, &str)> =
        alarm.changes.iter().map(|own| (own.path.as_str(), own.before.as_str(), own.after.as_str())).collect();
    assert_eq!(differs, [("notes", "那里的", "这里的")], "what differs can be seen");
    assert_eq!(other.workspace.exchange_brief().unwrap().alarms, 1);
    let log = other.workspace.storage().audit(None).unwrap();
    assert_eq!(log.iter().filter(|entry| entry.action == "exchange.quarantine").count(), 1);
    let kept = other.workspace.storage().quarantine().unwrap().remove(0);
    assert!(kept.record.contains("这里的"), "what came can be looked at");

    // The same document submitted twice: the number is another one, and neither is changed.
    let (mut author, mut controller) = (Machine::new("韩朔"), Machine::new("周敏"));
    controller.workspace.void_next_number(super::kit::MEMO, "打错了").unwrap();
    let draft = author.begin("主机 V1.0", "一稿");
    let (handed, _) = author.send_as(&[draft], "周敏", true);
    controller.receive(&handed);
    author.workspace.take_back(draft).unwrap();
    author.workspace.submit(draft, &Submission::default()).unwrap();
    let own = controller.find(&author.uid(draft)).unwrap();
    let (back, _) = controller.send(&[own], "韩朔");
    let before = author.revisions(draft);
    assert_eq!(author.outcome(&back), ReceivedAs::Quarantined);
    assert_eq!(author.revisions(draft), before);
    for machine in [&one, &other, &author, &controller] {
        assert_eq!(machine.faults(), [""; 0]);
    }
}
