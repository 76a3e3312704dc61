//! Every screen once, in light and dark and in two sizes: each shows what it is for, nothing is cut off at the side,
//! and the pictures of README and manual are taken (`cargo xtask pictures` keeps them).

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::path::{Path, PathBuf};

use dossier_core::control::{PaperCopy, Signing, Submission};
use dossier_core::export::Options;
use dossier_core::form::Edit;
use dossier_core::storage::{How, Opinion};
use dossier_window_tests::{Setup, Window};
use kit::World;
use serde_json::json;

/// Where pictures are kept; without it they are only looked at.
const KEEP: &str = "DOSSIER_PICTURES";

struct Camera<'w> {
    window: &'w Window,
    folder: PathBuf,
    suffix: &'static str,
}

impl Camera<'_> {
    #[track_caller]
    fn take(&self, name: &str) {
        // Letters may still be on their way, and so may a picture of the page.
        self.window.execute("await document.fonts.ready", json!([]));
        std::thread::sleep(std::time::Duration::from_millis(400));
        let sideways = self.window.execute("return document.documentElement.scrollWidth - innerWidth", json!([]));
        assert!(sideways.as_i64().is_some_and(|more| more <= 0), "{name}: the page is {sideways} px too wide");
        self.window.screenshot(&self.folder.join(format!("{name}{}.png", self.suffix)));
    }
}

fn folder(suffix: &str) -> PathBuf {
    // README and manual show the window as most people have it.
    let kept = std::env::var_os(KEEP).filter(|_| suffix.is_empty()).map(PathBuf::from);
    kept.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens"))
}

fn walk(size: (u32, u32), setup: Setup, suffix: &'static str) {
    let world = World::new();
    let workbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/import/columns-missing-and-extra.xlsx");
    let window = setup.export_to(world.out.path()).pick(&workbook).start(world.data.path());
    window.resize(size.0, size.1);
    let camera = Camera { window: &window, folder: folder(suffix), suffix };

    window.wait_for("[data-action='start']");
    camera.take("first-start");
    window.click("[data-action='start']");
    window.wait_gone("[data-action='start']");
    window.wait_for("[data-action='load-sample']");
    camera.take("empty");
    window.click("[data-action='load-sample']");
    window.wait_for("[data-release] [data-template='release-application']");
    camera.take("home");
    window.press("Control+n");
    window.wait_for("#new-product");
    camera.take("new-release");
    window.press("Escape");
    window.wait_gone("#new-product");

    window.click("[data-release] [data-template='release-application']");
    window.wait_for("[data-path='contact']");
    window.click("[data-tab='check']");
    window.click("[data-path='planned_at']");
    camera.take("fill");
    window.click("[data-path='current_version']");
    window.press("Control+a");
    window.keys("V9.0.0");
    window.press("Tab");
    window.wait_text("[data-pane='check']", "须改正");
    camera.take("check");
    window.press("Control+z");
    window.click("[data-tab='preview']");
    window.wait_for("[data-pane='preview'] canvas");
    camera.take("preview");
    window.press("Control+e");
    window.wait_for("[data-action='export-now']");
    camera.take("export");
    window.press("Escape");
    window.click("[data-tab='history']");
    window.wait_text("[data-pane='history']", "新建草稿");
    camera.take("history");
    window.click("[data-tab='check']");

    window.click("[data-template='release-summary']");
    window.wait_for("[data-template='release-summary'].on, [data-template='release-summary'] .on, [data-template='release-summary']");
    camera.take("summary");
    window.click("[data-template='release-plan-table']");
    window.wait_for("[data-path='systems[0].system']");
    window.click("[data-path='systems[0].system']");
    camera.take("table");
    window.click("[data-action='import']");
    window.wait_for("[data-action='apply-import']");
    camera.take("import");
    window.click("[data-action='cancel-import']");
    window.wait_gone("[data-pane='import']");
    signatures(&world, &camera);
    window.press("Escape");
    window.wait_for("[data-action='settings']");
    window.click("[data-action='settings']");
    window.wait_text("body", "数据文件夹");
    camera.take("settings");
    window.click("[data-section='backup']");
    window.click("[data-action='backup-now']");
    // A walk that took longer than a minute finds that the program has made the copy by itself.
    let said = || window.text("[data-backup-said]");
    window.wait_until("nothing is said of a copy", || {
        ["已备份并打开核对", "最近一份就是最新的"].iter().any(|part| said().contains(part))
    });
    camera.take("backup");
    window.press("Escape");
    window.click("[data-action='to-registers']");
    window.wait_for("[data-register-count]");
    camera.take("registers");
    window.click("[data-action='to-verify']");
    window.wait_text("[data-audit]", "记录完整");
    camera.take("verify");
    window.click("[data-action='to-archive']");
    window.wait_text("[data-check-count]", "项不通过");
    camera.take("archive");
    window.click("[data-side='verify']");
    window.wait_for("[data-action='pick-package']");
    camera.take("archive-verify");
    window.press("Escape");
    window.wait_for("[data-action='about']");
    window.click("[data-action='about']");
    window.wait_text("body", "Noto");
    camera.take("about");
}

/// The application on its way: submitted, two steps signed, the third in hand; then in force, with a revision to compare.
fn signatures(world: &World, camera: &Camera) {
    let window = camera.window;
    let id = kit::opened(window, "release-application");
    window.wait_for("[data-path='contact']");
    window.press("Control+Enter");
    window.wait_for("[data-action='submit-now']");
    camera.take("submit");
    window.click("[data-action='submit-now']");
    window.wait_text("[data-read-only]", "内容不再改动");
    sign(world, &id, 0..2);
    window.click("[data-action='to-signing']");
    window.wait_for("[data-how='ink']");
    window.click("[data-how='ink']");
    window.type_text("#sign-name", SIGNERS[2]);
    window.press("Escape");
    window.wait_text("[data-sign-sheet]", SIGNERS[1]);
    camera.take("sign");

    sign(world, &id, 2..5);
    let mut workspace = world.workspace();
    let document = id.parse().expect("an id");
    let paper = workspace.print(document, None, PaperCopy::Record, Options::default()).expect("it is printed");
    let file = world.out.path().join("签好的申请表.pdf");
    std::fs::write(&file, paper.bytes).expect("the paper");
    let scan = world.out.path().join("扫描 第2页.jpg");
    kit::scanned(&file, 2, 40, &scan);
    window.drop_file(&scan, (600, 400));
    window.wait_text("[data-outcome]", "1 页等待手工归位");
    window.wait_for("[data-by-hand] [data-picture]");
    camera.take("filing");
    window.click("[data-action='set-aside']");
    window.wait_for("[data-all-filed]");
    window.click("[data-action='close-filing']");
    workspace.bring_into_force(document, None).expect("it is approved");
    workspace.issue_copy(document, "运维部", "赵昇").expect("it is in force");
    workspace.revise(document, false, "计划时长改为三小时，联系方式改为分机").expect("a draft");
    let edits = [("planned_minutes", json!(180)), ("contact", json!("分机 8026"))];
    let edits = edits.map(|(path, value)| Edit::Set { path: path.into(), value });
    workspace.edit(document, &edits).expect("it is a draft");
    workspace.submit(document, &Submission::default()).expect("it is complete");
    window.click("[data-template='release-plan']");
    window.wait_for("[data-path='purpose']");
    window.click("[data-action='signing']");
    window.click("[data-entry^='D'][data-group='waiting']");
    window.click("[data-look='comparison']");
    window.wait_for("[data-changed]");
    camera.take("compare");
}

const SIGNERS: [&str; 5] = ["方文川", "丁立", "王小天", "赵昇", "周明"];

/// Has these steps signed in ink, beside the running window.
fn sign(world: &World, id: &str, steps: std::ops::Range<usize>) {
    let mut workspace = world.workspace();
    let document = id.parse().expect("an id");
    workspace.print(document, None, PaperCopy::Record, Options::default()).expect("it is printed");
    let today = workspace.environment().now().format("%Y-%m-%d").to_string();
    for step in steps {
        let signing = Signing {
            chain: None,
            step,
            name: SIGNERS[step].into(),
            signed_on: today.clone(),
            opinion: Opinion::Agree,
            supplement: String::new(),
            how: How::Ink,
            ink: None,
            reason: String::new(),
            scan: None,
        };
        workspace.sign(document, &signing).expect("it is signed in its order");
    }
}

#[test]
fn every_screen_stands_at_1280_by_800() {
    walk((1280, 800), Setup::default(), "");
}

#[test]
fn every_screen_stands_at_1920_by_1080_in_the_dark() {
    walk((1920, 1080), Setup::default().dark(), "-wide-dark");
}

#[test]
fn every_screen_stands_on_a_display_of_twice_the_size() {
    walk((1280, 800), Setup { scale: Some(2.0), ..Setup::default() }, "-doubled");
}

#[test]
fn every_screen_stands_in_4k() {
    walk((3840, 2160), Setup::default(), "-4k");
}
