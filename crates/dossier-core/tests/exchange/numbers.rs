//! Numbers that are lent: drawn in order, by one machine alone, and told of until each has come back.

use dossier_core::Code;
use dossier_core::control::{Register, RegisterQuery};
use dossier_core::exchange::{ReceivedAs, SendRequest};
use serde_json::json;

use super::kit::{MEMO, Machine, fresh_path};

/// Rows of 作废号登记: number and reason.
fn register(machine: &Machine) -> Vec<(String, String)> {
    let view = machine.workspace.register(Register::VoidNumbers, &RegisterQuery::default()).unwrap();
    view.rows.into_iter().map(|row| (row.cells[1].clone(), row.cells.last().unwrap().clone())).collect()
}

fn row(seq: u32, reason: &str) -> (String, String) {
    (format!("T-APP-2026-{seq:03}"), reason.to_owned())
}

#[test]
fn a_block_of_numbers_is_used_in_order_and_every_number_is_told_of() {
    let (mut controller, mut author) = (Machine::new("周敏"), Machine::author("韩朔"));
    let own = controller.begin("主机 V1.0", "文控自己的");
    controller.workspace.submit(own, &Default::default()).unwrap();
    let path = fresh_path();
    let unknown = controller.workspace.lend_numbers(MEMO, 4, "韩朔", None, &path).unwrap_err();
    assert!(unknown.code == Code::NotFound && unknown.hint.unwrap().contains("代码") && !path.exists());
    let code = author.code();
    let lent = controller.workspace.lend_numbers(MEMO, 4, "韩朔", Some(&code), &path).unwrap();
    assert_eq!(lent.numbers, ["T-APP-2026-002", "T-APP-2026-003", "T-APP-2026-004", "T-APP-2026-005"]);
    let out = "已借出给韩朔，还没有交还";
    assert_eq!(register(&controller), [row(2, out), row(3, out), row(4, out), row(5, out)]);
    assert_eq!(controller.workspace.next_number(MEMO).unwrap(), "T-APP-2026-006", "nobody else gets them");

    assert_eq!(author.receive(&path).borrowed, lent.numbers);
    assert_eq!(author.receive(&path).borrowed, [""; 0], "twice is the same as once");
    assert_eq!(author.workspace.next_number(MEMO).unwrap(), "T-APP-2026-002");
    let draft = author.begin("网关 V1.0", "初稿");
    assert_eq!(author.workspace.submit(draft, &Default::default()).unwrap().number, "T-APP-2026-002");
    assert_eq!(author.workspace.void_next_number(MEMO, "写坏了").unwrap(), "T-APP-2026-003");
    assert_eq!(register(&author)[0], row(3, "写坏了"));
    assert_eq!(author.faults(), [""; 0], "the numbers before were given elsewhere");

    // The document comes to the controller, and with it what became of the numbers.
    let (package, _) = author.send(&[draft], "周敏");
    let received = controller.receive(&package);
    assert_eq!(received.documents[0].outcome, ReceivedAs::New);
    assert_eq!(register(&controller), [row(3, "写坏了"), row(4, out), row(5, out)]);
    let there = controller.find(&author.uid(draft)).unwrap();
    let holder = controller.workspace.storage().holder_of_number("T-APP-2026-002").unwrap();
    assert_eq!(holder, Some(Some(there)));

    // The rest goes back unused, and is void on both sides.
    let request = SendRequest { to: "周敏".into(), return_numbers: true, ..SendRequest::default() };
    let back = fresh_path();
    let sent = author.workspace.send(&request, &back).unwrap();
    assert_eq!(sent.numbers, ["T-APP-2026-004", "T-APP-2026-005"]);
    assert_eq!(controller.receive(&back).settled, ["T-APP-2026-004", "T-APP-2026-005"]);
    let unused = "借出未用（韩朔交还）";
    assert_eq!(register(&controller), [row(3, "写坏了"), row(4, unused), row(5, unused)]);
    let next = author.begin("网关 V1.1", "下一份");
    assert_eq!(author.workspace.submit(next, &Default::default()).unwrap_err().code, Code::IllegalMove);
    let next = controller.begin("主机 V1.1", "文控的下一份");
    assert_eq!(controller.workspace.submit(next, &Default::default()).unwrap().number, "T-APP-2026-006");
    assert_eq!((controller.faults(), author.faults()), (vec![], vec![]));
}

#[test]
fn a_block_is_for_one_machine_alone() {
    let (mut controller, mut author, mut other) =
        (Machine::new("周敏"), Machine::author("韩朔"), Machine::author("韩朔"));
    let code = author.code();
    let path = fresh_path();
    controller.workspace.lend_numbers(MEMO, 2, "韩朔", Some(&code), &path).unwrap();
    other.code();
    let received = other.receive(&path);
    assert!(received.borrowed.is_empty() && received.issues[0].code == "not_borrowed", "{received:?}");
    assert_eq!(other.workspace.next_number(MEMO).unwrap(), "由文控给出");
    author.workspace.change_settings(&json!({ "numbering": { "given_by": "here" } })).unwrap();
    assert_eq!(author.receive(&path).issues[0].code, "not_borrowed", "who gives numbers himself borrows none");
    author.workspace.change_settings(&json!({ "numbering": { "given_by": "controller" } })).unwrap();
    assert_eq!(author.receive(&path).borrowed.len(), 2);
    let lend = author.workspace.lend_numbers(MEMO, 1, "王五", Some("7F3A-90C1-22DE"), &fresh_path());
    assert_eq!(lend.unwrap_err().code, Code::IllegalMove, "who borrows does not lend");

    // A package that was lost: what is sent next to the same person brings the numbers along.
    let draft = author.begin("网关 V1.0", "初稿");
    let (package, _) = author.send_as(&[draft], "周敏", true);
    controller.receive(&package);
    controller.workspace.lend_numbers(MEMO, 2, "韩朔", None, &fresh_path()).unwrap();
    let there = controller.find(&author.uid(draft)).unwrap();
    let (back, _) = controller.send(&[there], "韩朔");
    assert_eq!(author.receive(&back).borrowed, ["T-APP-2026-004", "T-APP-2026-005"]);
    assert_eq!((controller.faults(), author.faults()), (vec![], vec![]));
}
