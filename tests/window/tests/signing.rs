//! A document under control, through the real window: submitted, printed, signed in ink and at the machine, in force,
//! revised, compared, replaced.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::path::{Path, PathBuf};

use dossier_core::control::RevisionView;
use dossier_core::storage::{DocumentId, How, RevisionState};
use dossier_window_tests::Window;
use kit::{World, begin_with_sample, saved, scanned};
use serde_json::json;

const SIGNERS: [&str; 5] = ["方文川", "丁立", "王小天", "赵昇", "周明"];

/// The revisions of a document, newest first.
fn revisions(world: &World, id: &str) -> Vec<RevisionView> {
    let id: DocumentId = id.parse().expect("an id");
    world.workspace().approval(id).expect("an approval").revisions
}

fn picture(window: &Window, name: &str) {
    window.execute("await document.fonts.ready", json!([]));
    std::thread::sleep(std::time::Duration::from_millis(400));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signing").join(format!("{name}.png"));
    window.screenshot(&path);
    let sideways = window.execute("return document.documentElement.scrollWidth - innerWidth", json!([]));
    assert!(sideways.as_i64().is_some_and(|more| more <= 0), "{name}: the page is {sideways} px too wide");
}

/// Records the step in hand in ink. It can only be today's, so the date stands there already.
#[track_caller]
fn sign_in_ink(window: &Window, step: usize, name: &str) {
    window.wait_for("[data-how='ink']");
    window.click("[data-how='ink']");
    window.type_text("#sign-name", name);
    window.press("Escape");
    window.click("[data-action='record']");
    window.wait_for(&format!("[data-step='{step}'][data-state='signed']"));
}

#[track_caller]
fn sign_at_the_machine(window: &Window, step: usize, name: &str, drawn: &[&[(f64, f64)]]) {
    window.click("[data-how='machine']");
    window.type_text("#sign-name", name);
    window.press("Escape");
    for stroke in drawn {
        window.draw("[data-ink-pad]", stroke);
    }
    window.click("[data-action='record']");
    window.wait_for(&format!("[data-step='{step}'][data-state='signed']"));
}

#[track_caller]
fn submit(window: &Window) {
    window.press("Control+Enter");
    window.wait_for("[data-action='submit-now']");
    picture(window, "submit");
    window.click("[data-action='submit-now']");
    window.wait_text("[data-strip]", "已提交");
    window.wait_text("[data-read-only]", "内容不再改动");
}

#[track_caller]
fn bring_into_force(window: &Window) {
    window.click("[data-action='force']");
    window.wait_for("[data-action='force-now']");
    window.click("[data-action='force-now']");
    window.wait_text("[data-strip]", "已受控（现行）");
}

/// What was printed last under a name that ends so.
fn printed(world: &World, ending: &str) -> PathBuf {
    let files = std::fs::read_dir(world.data.path().join("print")).expect("the folder of prints");
    let found = files.map(|entry| entry.expect("a file").path()).find(|path| path.to_string_lossy().ends_with(ending));
    found.unwrap_or_else(|| panic!("nothing was printed as …{ending}"))
}

/// A scan that is too coarse for its code to be read.
fn coarse_scan(world: &World) -> PathBuf {
    world.out.path().join("扫描 第2页.jpg")
}

/// Signed paper comes back, dropped one file after another: one page finds its place by its code, one is too coarse to
/// be read and is filed by hand.
fn scans_come_back(world: &World, window: &Window, paper: &Path) {
    let clear = world.out.path().join("扫描 第1页.jpg");
    let coarse = coarse_scan(world);
    scanned(paper, 1, 200, &clear);
    scanned(paper, 2, 40, &coarse);
    window.drop_file(&clear, (600, 400));
    window.wait_text("[data-outcome]", "1 页，1 页按二维码归档");
    window.wait_text("[data-all-filed]", "没有等待归位的页");
    window.click("[data-action='close-filing']");
    window.wait_gone("[data-scan-filing]");
    window.drop_file(&coarse, (600, 400));
    window.wait_text("[data-outcome]", "1 页等待手工归位");
    window.wait_for("[data-by-hand] [data-picture]");
    picture(window, "filing");
    // The revision on the screen is offered; its page is chosen with keys.
    window.click("[data-by-hand] [data-path='filing.page']");
    window.press("ArrowDown");
    window.press("ArrowDown");
    window.press("Enter");
    window.click("[data-action='file-here']");
    window.wait_for("[data-all-filed]");
    window.click("[data-action='close-filing']");
    window.wait_text("body", "2 份，共 2 页");
    let bytes = std::fs::read(&clear).expect("the scan");
    let sha256 = dossier_core::storage::sha256(&bytes);
    let (_, kept) = world.workspace().scan_file(&sha256).expect("the scan is kept");
    assert_eq!(kept, bytes, "byte for byte");
}

fn text_of(pdf: &Path) -> String {
    let output = std::process::Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(pdf).arg("-").output();
    let output = output.expect("run `cargo xtask setup` first: pdftotext is missing");
    String::from_utf8(output.stdout).expect("UTF-8").split_whitespace().collect()
}

#[test]
fn an_application_is_signed_in_force_revised_and_replaced() {
    let world = World::new();
    let window = world.setup().start(world.data.path());
    window.resize(1280, 800);
    begin_with_sample(&window);
    window.click("[data-release] [data-template='release-application']");
    window.wait_for("[data-path='contact']");
    let template = "[data-template='release-application'][data-document]";
    let id = window.attribute(template, "data-document").expect("an id");

    submit(&window);
    let first = revisions(&world, &id).remove(0);
    assert_eq!((first.revision.as_str(), first.state), ("V1.0", RevisionState::InReview));
    assert_eq!(window.count(".sheet textarea"), 0, "nothing can be typed into what was submitted");
    window.click("[data-action='to-signing']");
    window.wait_text("[data-sign-form]", "还没有打印过");
    window.click("[data-action='print-first']");
    window.wait_text("[data-strip]", "已在 PDF 阅读程序里打开");
    let sheet = text_of(&printed(&world, "_V1.0_申请表.pdf"));
    assert!(sheet.contains(&first.code), "the sheet to be signed carries its code");
    assert!(!sheet.contains("草稿"));

    for (step, name) in SIGNERS.into_iter().enumerate().take(2) {
        sign_in_ink(&window, step, name);
    }
    scans_come_back(&world, &window, &printed(&world, "_V1.0_申请表.pdf"));
    sign_in_ink(&window, 2, SIGNERS[2]);
    picture(&window, "three-signed");
    sign_at_the_machine(&window, 3, SIGNERS[3], &[]);
    let hand: [&[(f64, f64)]; 3] =
        [&[(0.2, 0.3), (0.4, 0.28), (0.5, 0.3)], &[(0.35, 0.2), (0.33, 0.5), (0.25, 0.8)], &[(0.6, 0.3), (0.8, 0.75)]];
    sign_at_the_machine(&window, 4, SIGNERS[4], &hand);
    window.wait_text("[data-strip]", "已批准");
    window.wait_for("[data-row-path='approval[4]'] [data-ink]");
    picture(&window, "approved");
    let signed = revisions(&world, &id).remove(0);
    assert_eq!(signed.state, RevisionState::Approved);
    let signatures: Vec<_> =
        signed.chains[0].steps.iter().map(|step| step.signature.clone().expect("signed")).collect();
    assert_eq!(signatures.iter().map(|own| own.name.as_str()).collect::<Vec<_>>(), SIGNERS);
    assert_eq!(signatures.iter().filter(|own| own.how == How::Machine).count(), 2);
    let strokes = signatures[4].ink["strokes"].as_array().map_or(0, Vec::len);
    assert_eq!(strokes, 3, "what was drawn is kept");
    assert!(signatures[3].ink.is_null());
    let with_scan: Vec<_> = signatures.iter().map(|own| own.scans.len()).collect();
    assert_eq!(with_scan, [0, 0, 1, 0, 0], "the signature that came with a scan keeps it");
    let pages: Vec<_> = signed.scans.iter().map(|own| own.paper_page).collect();
    assert_eq!(pages, [Some(1), Some(2)]);

    bring_into_force(&window);
    window.click("[data-action='issue']");
    window.type_text("[data-path='copy.department'] input, input[data-path='copy.department']", "运维部");
    window.press("Enter");
    window.type_text("#copy-holder", "赵昇");
    window.press("Tab");
    window.click("[data-action='copy-now']");
    window.wait_text("[data-copies]", "运维部 赵昇");
    window.click("[data-action='print-copy']");
    window.wait_text("[data-strip]", "受控副本");
    assert!(text_of(&printed(&world, "_V1.0_申请表_分发号01.pdf")).contains("分发号：01"));

    window.click("[data-action='revise']");
    window.wait_for("[data-path='change']");
    window.type_text("[data-path='change']", "发布推迟，计划时长改为三小时");
    window.click("[data-action='revise-now']");
    window.wait_text("[data-behind]", "V1.0 照常有效");
    window.click("[data-path='planned_minutes']");
    window.press("Control+a");
    window.keys("180");
    window.press("Tab");
    saved(&window);
    submit(&window);

    window.click("[data-action='to-signing']");
    window.click("[data-look='comparison']");
    window.wait_text("[data-changed='planned_minutes']", "计划发布时长");
    assert_eq!(window.count("[data-changed]"), 1, "nothing else has changed");
    picture(&window, "comparison");
    window.click("[data-action='print']");
    window.wait_text("[data-strip]", "修订对照已在");
    assert!(text_of(&printed(&world, "_V1.0-V1.1_修订对照.pdf")).contains("共1处不同"));
    window.click("[data-look='seats']");
    window.click("[data-how='ink']");
    window.click("[data-action='print-first']");
    window.wait_text("[data-strip]", "已在 PDF 阅读程序里打开");
    for (step, name) in SIGNERS.into_iter().enumerate() {
        sign_in_ink(&window, step, name);
    }
    bring_into_force(&window);
    window.wait_text("[data-strip]", "V1.0 已作废");
    window.wait_text("[data-copies]", "1 份要收回");
    picture(&window, "replaced");

    let after = revisions(&world, &id);
    let states: Vec<_> = after.iter().map(|own| (own.revision.as_str(), own.state)).collect();
    assert_eq!(states, [("V1.1", RevisionState::Controlled), ("V1.0", RevisionState::Obsolete)]);
    assert_eq!(after[1].successor.as_deref(), Some("V1.1"));
    let workspace = world.workspace();
    assert_eq!(workspace.copies_to_take_back().expect("the copies").len(), 1);
    assert_eq!(workspace.verify_audit(None).expect("a check").faults, []);

    // The list says where the document stands.
    window.press("Escape");
    window.wait_text("[data-release] [data-template='release-application']", "受控");
    window.wait_text("[data-release] [data-template='release-application']", "V1.1");

    // So do the registers, and the paper can be checked against what is stored.
    window.click("[data-action='to-registers']");
    window.wait_text("[data-register-count]", "共 1 项");
    window.wait_text("[data-document]", "V1.1");
    picture(&window, "registers");
    window.click("[data-action='register-xlsx']");
    window.wait_text("[data-strip]", "已写好，共 1 项");
    let files = std::fs::read_dir(world.out.path()).expect("the folder").map(|entry| entry.expect("a file").path());
    let sheets: Vec<_> = files.filter(|path| path.to_string_lossy().contains("受控文件清单")).collect();
    assert_eq!(sheets.len(), 1);
    window.click("[data-register='copies']");
    window.wait_text("[data-document]", "待收回");
    window.click("[data-register='void_numbers']");
    window.wait_text("[data-register-none]", "没有作废的编号");
    window.click("[data-register='releases']");
    window.wait_text("[data-document]", "申请表 REL-APP-2026-001 V1.1 受控");
    window.click("[data-action='to-verify']");
    window.wait_text("[data-audit]", "记录完整");
    window.type_text("[data-path='verify']", &first.code);
    window.press("Enter");
    window.wait_text("[data-verdict]", "V1.0");
    picture(&window, "verify");
    window.click("[data-action='open-verified']");
    window.wait_for("[data-sign-sheet]");
}

#[test]
fn in_the_dark_the_paper_stays_white() {
    let world = World::new();
    let scan = coarse_scan(&world);
    let window = world.setup().dark().pick(&scan).start(world.data.path());
    window.resize(1280, 800);
    begin_with_sample(&window);
    window.click("[data-release] [data-template='release-application']");
    window.wait_for("[data-path='contact']");
    submit(&window);
    window.click("[data-strip] [data-action='print-now']");
    window.wait_text("[data-strip]", "已在 PDF 阅读程序里打开");
    window.click("[data-action='to-signing']");
    sign_in_ink(&window, 0, SIGNERS[0]);
    window.type_text("#sign-name", SIGNERS[1]);
    window.press("Escape");
    picture(&window, "dark");
    let paper = window
        .execute("return getComputedStyle(document.querySelector('[data-sign-sheet]')).backgroundColor", json!([]));
    assert_eq!(paper, "rgb(255, 255, 255)");

    // Whoever does not drop a scan picks it.
    scanned(&printed(&world, "_V1.0_申请表.pdf"), 2, 40, &scan);
    window.click("[data-action='pick-scan']");
    window.wait_text("[data-outcome]", "1 页等待手工归位");
    window.wait_for("[data-by-hand] [data-picture]");
    picture(&window, "dark-filing");
}
