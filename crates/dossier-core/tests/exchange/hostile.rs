//! Packages that fit throughout and still must not be believed; and those of earlier versions.

use dossier_core::Code;
use dossier_core::exchange::ReceivedAs;
use serde_json::{Value, json};

use super::kit::{Bag, Machine};

/// A package with a draft, and the machine that it came from.
fn sound() -> (Machine, Bag) {
    let mut home = Machine::new("林知远");
    let draft = home.begin("网关 V1.0", "初稿");
    let (path, _) = home.send(&[draft], "韩朔");
    (home, Bag::read(&path))
}

/// As [`digest`](dossier_core::exchange) computes it.
fn sign(draft: &mut Value) {
    let typed = json!({ "content": draft["content"], "unfit": draft["unfit"] });
    draft["digest"] = json!(dossier_core::storage::sha256(dossier_core::storage::canonical(&typed)));
}

fn in_draft(change: impl Fn(&mut Value)) -> impl FnOnce(&mut Bag) {
    move |bag| {
        bag.change("data/草稿/", |draft| {
            change(draft);
            sign(draft);
        });
    }
}

#[test]
fn packages_that_lie_change_nothing() {
    type Case<'a> = (&'a str, Box<dyn FnOnce(&mut Bag)>);
    let cases: Vec<Case<'_>> = vec![
        (
            "a digest of something else",
            Box::new(|bag: &mut Bag| {
                bag.change("data/草稿/", |draft| draft["content"]["notes"] = json!("改过"));
            }),
        ),
        ("fields that the form does not have", Box::new(in_draft(|draft| draft["content"]["evil"] = json!("x")))),
        ("values of another kind", Box::new(in_draft(|draft| draft["content"]["budget"] = json!({ "a": 1 })))),
        ("texts in places that there are not", Box::new(in_draft(|draft| draft["unfit"]["a.b[1]"] = json!("x")))),
        ("a text without end", Box::new(in_draft(|draft| draft["unfit"]["notes"] = json!("长".repeat(40_000))))),
        (
            "a number without revisions",
            Box::new(in_draft(|draft| {
                draft["number"] = json!("T-APP-2026-001");
                draft["revision"] = json!("V1.1");
            })),
        ),
        (
            "a revision that is none",
            Box::new(in_draft(|draft| {
                draft["number"] = json!("T-APP-2026-001");
                draft["revision"] = json!("V1.0'; DROP");
            })),
        ),
        ("a year that is none", Box::new(in_draft(|draft| draft["year"] = json!(99)))),
        ("an id that is none", Box::new(in_draft(|draft| draft["uid"] = json!("../../x")))),
        ("another form", Box::new(in_draft(|draft| draft["template"]["id"] = json!("release-plan")))),
        ("a form that is not there", Box::new(in_draft(|draft| draft["template"]["sha256"] = json!("0".repeat(64))))),
        (
            "a form that is none",
            Box::new(|bag: &mut Bag| {
                let path = bag.find("data/公用/表单-");
                bag.0.insert(path, b"id = 1".to_vec());
            }),
        ),
        (
            "packages without end",
            Box::new(in_draft(|draft| {
                draft["seen"] = (0..20_000).map(|n| json!(format!("{n:032}"))).collect();
            })),
        ),
        (
            "a sender that is none",
            Box::new(|bag: &mut Bag| {
                bag.change("data/index.json", |index| index["handover"]["from"] = json!("x"));
            }),
        ),
        (
            "a name that is a novel",
            Box::new(|bag: &mut Bag| {
                bag.change("data/index.json", |index| index["handover"]["from_name"] = json!("长".repeat(400)));
            }),
        ),
        (
            "a draft that is not there",
            Box::new(|bag: &mut Bag| {
                let path = bag.find("data/草稿/");
                bag.0.remove(&path);
            }),
        ),
        (
            "a draft twice",
            Box::new(|bag: &mut Bag| {
                let path = bag.find("data/草稿/");
                let bytes = bag.0[&path].clone();
                bag.0.insert(path.replace(".json", "2.json"), bytes);
                bag.change("data/index.json", |index| {
                    let mut second = index["handover"]["drafts"][0].clone();
                    let name = second["计算机文件名"].as_str().unwrap().replace(".json", "2.json");
                    second["计算机文件名"] = json!(name);
                    index["handover"]["drafts"].as_array_mut().unwrap().push(second);
                });
            }),
        ),
        (
            "an archive that says it is a handover",
            Box::new(|bag: &mut Bag| {
                bag.change("data/index.json", |index| index["kind"] = json!("dossier-archive"));
            }),
        ),
        (
            "a handover without one",
            Box::new(|bag: &mut Bag| {
                bag.change("data/index.json", |index| drop(index.as_object_mut().unwrap().remove("handover")));
            }),
        ),
        (
            "an index from the future",
            Box::new(|bag: &mut Bag| {
                bag.change("data/index.json", |index| index["schema"] = json!(2));
            }),
        ),
        ("no text for people", Box::new(|bag: &mut Bag| drop(bag.0.remove("README-如何校验.txt")))),
    ];
    let (_, good) = sound();
    for (what, change) in cases {
        let mut there = Machine::new("韩朔");
        let mut bag = good.clone();
        change(&mut bag);
        let received = there.try_receive(&bag.write());
        let is_refused = match &received {
            Err(error) => matches!(error.code, Code::CorruptFile | Code::InvalidContent | Code::NewerDatabase),
            Ok(received) => received.documents.iter().all(|told| told.outcome == ReceivedAs::Refused),
        };
        // The text for people may be missing; the package is what it says all the same.
        let is_harmless = what == "no text for people";
        assert!(is_refused || is_harmless, "{what}: {received:?}");
        let documents = there.workspace.list(&Default::default()).unwrap().len();
        assert_eq!(documents, usize::from(is_harmless), "{what}: nothing came in");
        assert_eq!(there.faults(), [""; 0], "{what}");
    }
}

#[test]
fn numbers_are_taken_only_from_whom_they_were_lent_to() {
    let (mut controller, mut author) = (Machine::new("周敏"), Machine::author("韩朔"));
    let code = author.code();
    let path = super::kit::fresh_path();
    controller.workspace.lend_numbers(super::kit::MEMO, 2, "韩朔", Some(&code), &path).unwrap();
    let lease = Bag::read(&path);
    let huge = |part: &str, value: Value| {
        let mut bag = lease.clone();
        bag.change("data/index.json", |index| index["handover"]["leases"][0][part] = value);
        bag.write()
    };
    for (part, value) in [
        ("count", json!(100_000)),
        ("first", json!(9_999)),
        ("series", json!("没有序号")),
        ("uid", json!("x")),
        ("year", json!(1)),
    ] {
        let received = author.receive(&huge(part, value));
        assert!(received.borrowed.is_empty() && !received.issues.is_empty(), "{part}: {received:?}");
        // The uid of the package is the same each time; the next one says something else under it.
        author = Machine::author("韩朔");
        author.code();
    }

    // Somebody else says that he gives them back.
    let mut stranger = Machine::new("王五");
    let draft = stranger.begin("网关 V1.0", "x");
    let (package, _) = stranger.send(&[draft], "周敏");
    let mut bag = Bag::read(&package);
    let uid =
        serde_json::from_slice::<Value>(&lease.0["data/index.json"]).unwrap()["handover"]["leases"][0]["uid"].clone();
    bag.change("data/index.json", |index| {
        index["handover"]["leased"] = json!([{ "lease": uid, "number": "T-APP-2026-001", "state": "returned" }]);
    });
    assert!(controller.receive(&bag.write()).settled.is_empty());
    let lent = controller.workspace.exchange_status().unwrap().leases.remove(0);
    assert_eq!((lent.free, lent.void), (2, 0));
}

#[test]
fn a_package_under_a_known_name_with_other_content_is_refused() {
    let (mut home, good) = sound();
    let mut there = Machine::new("韩朔");
    there.receive(&good.write());
    let mut bag = good.clone();
    in_draft(|draft| draft["content"]["notes"] = json!("换过"))(&mut bag);
    assert_eq!(there.try_receive(&bag.write()).unwrap_err().code, Code::CorruptFile);
    assert_eq!(home.try_receive(&good.write()).unwrap_err().code, Code::IllegalMove, "it was sent from here");
    let restored = there.workspace.restore_package(&good.write(), None, &mut |_| std::ops::ControlFlow::Continue(()));
    assert_eq!(restored.unwrap_err().code, Code::UnsupportedFormat);
}

/// A package as the first version wrote it (schema 1). Never written anew: what comes later has to read it.
#[test]
fn a_package_of_the_first_version_opens() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange/移交包-schema-1.zip");
    if !file.exists() && std::env::var_os("UPDATE_EXPECT").is_some() {
        let mut home = Machine::new("林知远");
        let draft = home.begin("网关 V1.0", "第一版程序写的");
        home.workspace
            .edit(draft, &[dossier_core::form::Edit::Set { path: "budget".into(), value: json!("十来万") }])
            .unwrap();
        let (path, _) = home.send(&[draft], "韩朔");
        std::fs::copy(path, &file).unwrap();
    }
    let mut there = Machine::new("韩朔");
    assert_eq!(there.outcome(&file), ReceivedAs::New);
    let id = "D0001".parse().unwrap();
    assert_eq!(there.notes(id), "第一版程序写的");
    assert_eq!(there.workspace.storage().unfit(id).unwrap()["budget"], "十来万");
}
