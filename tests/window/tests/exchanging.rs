//! Between machines through the real window: a draft is handed over, read-only at home, comes back; two versions are
//! chosen between field by field; a submission goes to the controller and comes back with its number.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::path::PathBuf;

use dossier_core::exchange::SendRequest;
use dossier_core::form::Edit;
use dossier_core::storage::DocumentId;
use dossier_window_tests::Window;
use kit::{World, picture, saved};
use serde_json::{Value, json};

const APPLICATION: &str = "[data-template='release-application']";

/// A data folder of somebody.
fn world_of(name: &str) -> World {
    let world = World::new();
    world.workspace().change_settings(&json!({ "user": { "name": name } })).expect("a name");
    world
}

fn id_of(text: &str) -> DocumentId {
    text.parse().expect("an id")
}

/// What is stored of a field of the application.
fn field(world: &World, name: &str) -> Value {
    world.content("D0001")[name].clone()
}

/// The package that this folder wrote last; the next one has another name then.
fn sent(world: &World, as_name: &str) -> PathBuf {
    let folder = world.out.path().join("sent");
    std::fs::create_dir_all(&folder).expect("a folder");
    let kept = folder.join(as_name);
    std::fs::rename(world.exported("zip"), &kept).expect("a package");
    kept
}

#[track_caller]
fn begin(window: &Window) {
    window.resize(1280, 800);
    window.wait_for("[data-action='start'], [data-action='receive']");
    if window.has("[data-action='start']") {
        window.click("[data-action='start']");
    }
    window.wait_for("[data-action='receive']");
}

#[track_caller]
fn open_application(window: &Window) {
    window.wait_for(&format!("[data-release] {APPLICATION}"));
    window.click(&format!("[data-release] {APPLICATION}"));
    window.wait_for("[data-path='contact']");
}

/// Fills in the dialog of 移交 and has the package written.
#[track_caller]
fn hand_over(window: &Window, to: &str, submit: bool, shown: Option<&str>) {
    window.click("[data-action='more']");
    window.wait_for("[data-item='hand']");
    window.click("[data-item='hand']");
    window.wait_for("[data-action='hand-over-now']");
    if submit {
        window.click("[data-hand='submit']");
    }
    window.type_text("#hand-to", to);
    window.press("Tab");
    if let Some(name) = shown {
        picture(window, name);
    }
    window.click("[data-action='hand-over-now']");
    window.wait_gone("[data-action='hand-over-now']");
}

/// Looks into the package that the dialog picks, and receives it.
#[track_caller]
fn receive(window: &Window, outcome: &str, shown: Option<&str>) {
    window.click("[data-action='receive']");
    window.wait_for("[data-look='sound']");
    window.wait_for(&format!("[data-outcome='{outcome}']"));
    if let Some(name) = shown {
        picture(window, name);
    }
    window.click("[data-action='receive-package']");
    window.wait_for("[data-received]");
}

fn type_contact(window: &Window, text: &str) {
    window.click("[data-path='contact']");
    window.press("Control+a");
    window.keys(text);
    saved(window);
}

#[test]
fn a_draft_goes_to_a_colleague_and_comes_back_and_two_versions_become_one() {
    let (home, away) = (world_of("林知远"), world_of("韩朔"));
    home.workspace().load_sample().expect("the sample");
    let before = field(&home, "contact");

    let window = home.setup().start(home.data.path());
    begin(&window);
    open_application(&window);
    hand_over(&window, "韩朔", false, Some("hand-over"));
    window.wait_text("[data-handed-over]", "已移交给韩朔");
    window.wait_text("[data-strip]", "移交校验码");
    assert!(!window.has("[data-action='submit']"), "nobody submits what somebody else writes on");
    picture(&window, "handed-over");
    // Typing does nothing there.
    assert_eq!(window.count("[data-desk] textarea:not([readonly])"), 0, "the sheet is paper now");
    drop(window);
    let package = sent(&home, "给韩朔.zip");

    // There it is looked into, received, worked on, and given back.
    let mut window = away.setup().pick(&package).start(away.data.path());
    begin(&window);
    receive(&window, "new", Some("receive"));
    window.wait_text("[data-received]", "新收到");
    window.click("[data-action='open-received']");
    window.wait_for("[data-path='contact']");
    type_contact(&window, "8077");
    assert_eq!(field(&away, "contact"), "8077");
    hand_over(&window, "林知远", false, None);
    window.wait_text("[data-handed-over]", "已移交给林知远");
    let back = sent(&away, "给林知远.zip");
    assert_eq!(field(&home, "contact"), before, "nothing has come back yet");

    let mut at_home = home.setup().pick(&back).start(home.data.path());
    begin(&at_home);
    assert!(at_home.text(&format!("[data-release] {APPLICATION}")).contains("草稿"));
    at_home.wait_text(&format!("[data-release] {APPLICATION}"), "已移交");
    receive(&at_home, "applied", None);
    assert_eq!(field(&home, "contact"), "8077");

    // Handed over again, taken back, and both write on.
    at_home.click("[data-action='open-received']");
    at_home.wait_for("[data-path='contact']");
    assert!(!at_home.has("[data-handed-over]"), "it came back");
    hand_over(&at_home, "韩朔", false, None);
    at_home.wait_for("[data-handed-over]");
    let again = sent(&home, "再给韩朔.zip");
    at_home.click("[data-handed-over] [data-action='take-back']");
    at_home.wait_for("[data-action='confirm']");
    picture(&at_home, "take-back");
    at_home.click("[data-action='confirm']");
    at_home.wait_gone("[data-handed-over]");
    type_contact(&at_home, "8001");

    window.restart_with(away.setup().pick(&again));
    begin(&window);
    receive(&window, "same", None);
    drop(window);
    let second = away.out.path().join("second.zip");
    {
        let mut workspace = away.workspace();
        let set = |path: &str, text: &str| Edit::Set { path: path.into(), value: json!(text) };
        workspace
            .edit(id_of("D0001"), &[set("contact", "8099"), set("emergency_contact", "韩朔 8099")])
            .expect("an edit");
        let request = SendRequest { documents: vec![id_of("D0001")], to: "林知远".into(), ..SendRequest::default() };
        workspace.send(&request, &second).expect("a package");
    }

    at_home.restart_with(home.setup().pick(&second));
    begin(&at_home);
    receive(&at_home, "beside", None);
    at_home.wait_text("[data-strip]", "要逐项选定");
    assert_eq!(field(&home, "contact"), "8001", "what was typed here stands");
    at_home.click("[data-received] [data-action='choose']");
    at_home.wait_for("[data-decision='contact']");
    at_home.wait_text("[data-decision='contact'] [data-take='here']", "8001");
    at_home.wait_text("[data-decision='contact'] [data-take='there']", "8099");
    at_home.click("[data-decision='contact'] [data-take='there']");
    // Nothing is done before everything is decided.
    at_home.click("[data-action='choose-now']");
    at_home.wait_text(".end", "没选");
    picture(&at_home, "two-versions");
    at_home.click("[data-decision='emergency_contact'] [data-take='here']");
    at_home.click("[data-action='choose-now']");
    at_home.wait_text("[data-strip]", "已合成一份");
    assert_eq!(field(&home, "contact"), "8099");
    assert_ne!(field(&home, "emergency_contact"), "韩朔 8099");
    at_home.wait_gone("[data-waiting]");
    for world in [&home, &away] {
        assert_eq!(world.workspace().verify_audit(None).expect("a check").faults, []);
    }
}

#[test]
fn a_submission_goes_to_the_controller_and_comes_back_with_its_number() {
    let (home, controller) = (world_of("林知远"), world_of("周敏"));
    home.workspace().load_sample().expect("the sample");
    home.workspace().change_settings(&json!({ "numbering": { "given_by": "controller" } })).expect("a setting");

    let mut window = home.setup().start(home.data.path());
    begin(&window);
    open_application(&window);
    hand_over(&window, "周敏", true, None);
    window.wait_text("[data-handed-over]", "已移交给周敏");
    let package = sent(&home, "提交.zip");

    let desk = controller.setup().pick(&package).start(controller.data.path());
    begin(&desk);
    receive(&desk, "new", None);
    desk.wait_text("[data-received]", "已提交：REL-APP-");
    picture(&desk, "received");
    desk.click("[data-action='open-received']");
    desk.wait_for("[data-action='to-signing']");
    hand_over(&desk, "林知远", false, None);
    desk.wait_text("[data-strip]", "已交回林知远");

    // A block of numbers for the computer at home, known by now.
    desk.press("Escape");
    if !desk.has("[data-action='to-exchange']") {
        // The first one left a field.
        desk.press("Escape");
    }
    desk.click("[data-action='to-exchange']");
    desk.wait_for("[data-action='lend']");
    let back = sent(&controller, "交回.zip");
    desk.click("[data-action='lend']");
    desk.wait_for("[data-path='lend-count']");
    desk.type_text("#lend-to", "林知远");
    desk.press("Tab");
    picture(&desk, "lend");
    desk.click("[data-action='lend-now']");
    desk.wait_text("[data-strip]", "已借给林知远");
    desk.wait_for("[data-lease='out']");
    picture(&desk, "exchange");
    let block = sent(&controller, "编号.zip");

    window.restart_with(home.setup().pick(&back));
    begin(&window);
    receive(&window, "merged", None);
    let number = home.workspace().approval(id_of("D0001")).expect("an approval").number;
    assert_eq!(number, controller.workspace().approval(id_of("D0001")).expect("an approval").number);
    window.restart_with(home.setup().pick(&block));
    begin(&window);
    receive(&window, "new", None);
    window.wait_text("[data-borrowed]", "借入编号 10 个");
    for world in [&home, &controller] {
        assert_eq!(world.workspace().verify_audit(None).expect("a check").faults, []);
    }
}

#[test]
fn packages_that_fall_on_the_window_open_where_they_belong() {
    let (home, away) = (world_of("林知远"), world_of("韩朔"));
    home.workspace().load_sample().expect("the sample");
    let package = home.out.path().join("一个包.zip");
    let request = SendRequest { documents: vec![id_of("D0001")], to: "韩朔".into(), ..SendRequest::default() };
    home.workspace().send(&request, &package).expect("a package");
    let broken = home.out.path().join("坏了.zip");
    let mut bytes = std::fs::read(&package).expect("the package");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xFF;
    std::fs::write(&broken, bytes).expect("a file");

    let window = away.setup().dark().start(away.data.path());
    begin(&window);
    window.drop_file(&package, (640, 400));
    window.wait_for("[data-look='sound']");
    picture(&window, "receive-dark");
    window.drop_file(&broken, (640, 400));
    window.wait_for("[data-look='refused'], [data-verdict]");
    assert!(!window.has("[data-action='receive-package'], [data-verdict='sound']"), "{}", window.page_text());
    // A package that was sent from here is told so.
    drop(window);
    let window = home.setup().pick(&package).start(home.data.path());
    begin(&window);
    window.click("[data-action='receive']");
    window.wait_text("[data-look='refused']", "这个移交包是从这里发出的");
}
