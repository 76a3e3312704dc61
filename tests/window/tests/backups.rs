//! Backups in the real window: a damaged database comes back, and a copy is made, looked at and restored in the settings.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::fs;
use std::path::{Path, PathBuf};

use dossier_core::backup::{Backups, Made, Why};
use kit::{World, begin, environment, opened, saved};

/// A data folder with a release, a copy of it, and an edit since.
fn furnish(world: &World) {
    world.workspace().load_sample().expect("the sample");
    let made = Backups::of(world.data.path(), &environment()).make(Why::Activity).expect("a copy");
    assert!(matches!(made, Made::New(_)));
    let mut workspace = world.workspace();
    let content = serde_json::json!({ "contact": "分机 9999" });
    workspace.fill("D0001".parse().expect("an id"), content.as_object().expect("an object").clone()).expect("an edit");
}

/// Where pictures go: for README and manual where `DOSSIER_PICTURES` says so.
fn pictures() -> PathBuf {
    let asked = std::env::var_os("DOSSIER_PICTURES").map(PathBuf::from);
    asked.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens"))
}

fn damage(world: &World) -> Vec<u8> {
    let path = world.data.path().join("dossier.db");
    let mut bytes = fs::read(&path).expect("the database");
    bytes[4096..4200].fill(0xA5);
    fs::write(&path, &bytes).expect("the database");
    bytes
}

#[test]
fn a_damaged_database_comes_back_from_its_newest_good_copy() {
    let world = World::new();
    furnish(&world);
    let damaged = damage(&world);
    let window = world.setup().start(world.data.path());
    window.wait_text("[data-damaged] h1", "数据库有损坏，没有打开");
    window.wait_text("[data-copies]", "推荐");
    window.wait_text("[data-copies]", "审计记录完整");
    window.wait_for("[data-look]");
    let now = fs::read(world.data.path().join("dossier.db")).expect("the database");
    assert_eq!(now, damaged, "nothing was changed by looking");
    window.click("[data-action='look']");
    window.wait_text("[data-look]", "里面最近的");
    window.screenshot(&pictures().join("damaged.png"));
    window.click("[data-action='restore']");
    window.wait_for("[data-release] [data-template='release-application']");
    window.wait_text("[data-strip]", "已恢复到");
    window.wait_text("[data-strip]", "dossier-损坏-");
    assert_ne!(world.content("D0001")["contact"], "分机 9999", "as it was when it was copied");
    let kept = fs::read_dir(world.data.path()).expect("the folder").map(|entry| entry.expect("an entry").path());
    let kept: Vec<_> = kept.filter(|path| path.to_string_lossy().contains("dossier-损坏-")).collect();
    assert!(kept.iter().any(|path| fs::read(path).is_ok_and(|bytes| bytes == damaged)), "the damaged file is kept");
}

#[test]
fn a_copy_is_made_and_brought_back_in_the_settings() {
    let world = World::new();
    let window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-application");
    window.type_text("[data-path='contact']", "分机 8021");
    window.press("Tab");
    saved(&window);
    window.press("Escape");
    window.press("Escape");
    window.click("[data-action='settings']");
    window.click("[data-section='backup']");
    window.click("[data-action='backup-now']");
    window.wait_text("[data-backup-said]", "已备份并打开核对");
    // The folder that the dialog would have chosen.
    window.click("[data-action='pick-backup-folder']");
    window.wait_text("#set-backup", "最近一次备份到那里");
    assert_eq!(fs::read_dir(world.out.path()).expect("the folder").count(), 1, "a copy lies in the second folder");
    window.screenshot(&pictures().join("backup.png"));
    window.press("Escape");
    window.click("[data-release] [data-template='release-application']");
    window.wait_value("[data-path='contact']", "分机 8021");
    window.click("[data-path='contact']");
    window.press("Control+a");
    window.keys("打错了");
    window.press("Tab");
    saved(&window);
    window.press("Escape");
    window.press("Escape");
    window.click("[data-action='settings']");
    window.click("[data-section='backup']");
    window.click("[data-action='open-restore']");
    window.wait_text("[data-look]", "产品发布申请表");
    window.screenshot(&pictures().join("restore.png"));
    // The list begins with the recommended one: what was copied last.
    window.click("[data-restore] [data-action='restore'], .restore [data-action='restore']");
    window.wait_text("[data-strip]", "已恢复到");
    assert_eq!(world.content(&id)["contact"], "分机 8021");
    window.click("[data-release] [data-template='release-application']");
    window.wait_value("[data-path='contact']", "分机 8021");
}
