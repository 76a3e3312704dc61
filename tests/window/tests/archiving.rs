//! A year through the real window: checked, excused, packed; then on a second machine verified, and brought back there.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::fs;

use dossier_core::Workspace;
use dossier_core::control::{RevisionView, Signing, StepState, Submission};
use dossier_core::storage::{DocumentId, How, Opinion};
use dossier_window_tests::Window;
use kit::{World, picture};

/// By step, and whoever stands in for them.
const SIGNERS: [&str; 6] = ["方文川", "丁立", "王小天", "赵昇", "周明", "陈珺"];

/// A data folder whose release has a signed application and a signed report, without the appendices of the report.
fn furnish(world: &World) {
    let mut workspace = world.workspace();
    let release = workspace.load_sample().expect("the sample");
    let documents = workspace.dossier(release).expect("the release").documents;
    for template in ["release-application", "release-summary"] {
        let document = documents.iter().find(|document| document.template == template).and_then(|document| document.id);
        let document = document.expect("it is in the sample");
        workspace.submit(document, &Submission::default()).expect("it is complete");
        sign_all(&mut workspace, document);
    }
}

/// Signs whatever can be signed of the latest revision, approval first.
fn sign_all(workspace: &mut Workspace, document: DocumentId) {
    let today = workspace.environment().now().format("%Y-%m-%d").to_string();
    loop {
        let approval = workspace.approval(document).expect("an approval");
        let next = approval.revisions[0].chains.iter().filter(|chain| chain.open).find_map(|chain| {
            let step = chain.steps.iter().find(|step| step.state == StepState::Next)?;
            Some((chain.id.clone(), step.index))
        });
        let Some((chain, step)) = next else { return };
        let signing = Signing {
            chain: Some(chain),
            step,
            name: SIGNERS[step].into(),
            signed_on: today.clone(),
            opinion: Opinion::Agree,
            supplement: String::new(),
            how: How::Machine,
            ink: None,
            reason: "兼任".into(),
            scan: None,
        };
        workspace.sign(document, &signing).expect("it is signed in its order");
    }
}

fn first_revision(world: &World, document: &str) -> RevisionView {
    let document: DocumentId = document.parse().expect("an id");
    world.workspace().approval(document).expect("an approval").revisions.remove(0)
}

#[track_caller]
fn to_archive(window: &Window) {
    window.wait_for("[data-action='start'], [data-action='to-archive']");
    if window.has("[data-action='start']") {
        window.click("[data-action='start']");
    }
    window.click("[data-action='to-archive']");
}

#[track_caller]
fn except(window: &Window, line: &str, reason: &str) {
    window.click(&format!("[data-line^='{line}/'] [data-action='except']"));
    window.wait_for("[data-path='reason']");
    window.type_text("[data-path='reason']", reason);
    window.click("[data-action='confirm']");
    window.wait_gone("[data-path='reason']");
    window.wait_for(&format!("[data-line^='{line}/'][data-outcome='excused']"));
}

/// Verifies the package that the dialog picks, against what stands on the signed list.
#[track_caller]
fn verify(window: &Window, code: &str) {
    window.click("[data-side='verify']");
    window.type_text("[data-path='package-anchor']", code);
    window.click("[data-action='pick-package']");
    window.wait_for("[data-verdict]");
}

#[test]
fn a_year_is_checked_excused_packed_verified_elsewhere_and_brought_back() {
    let world = World::new();
    furnish(&world);
    let minutes = world.out.path().join("会议纪要.txt");
    fs::write(&minutes, "2026 年发布总结会议纪要").expect("a file");
    let window = world.setup().pick(&minutes).start(world.data.path());
    window.resize(1280, 800);
    to_archive(&window);

    window.wait_text("[data-check-count]", "7 项不通过");
    assert_eq!(window.attribute("[data-action='pack']", "disabled").as_deref(), Some("true"), "nothing is packed yet");
    window.click("[data-group]:not([data-group='all'])");
    window.click("[data-line^='附录4/'] [data-action='attach']");
    window.wait_text("[data-strip]", "已作为附录 4 加入 REL-SUM-");
    window.wait_for("[data-line^='附录4/'][data-outcome='passed']");
    except(&window, "附录3", "发布后没有出现问题");
    window.wait_text("[data-open-lines]", "还有 5 项不通过");
    picture(&window, "archive");
    except(&window, "附录2", "节点记录由运维部另行保存");
    window.click("[data-group='all']");
    for item in 1..=4 {
        let line = format!("[data-line='4.4.2.{item}']");
        window.click(&format!("{line} [data-action='confirm-line']"));
        window.click(&format!("{line} [data-path='confirmed-by']"));
        window.press("Control+a");
        window.keys("周敏");
        window.press("Enter");
        window.wait_text(&line, "已由周敏确认");
    }
    window.wait_text("[data-open-lines]", "检查通过");

    // A line leads to its document, and what was said of others is still there afterwards.
    window.click("[data-group]:not([data-group='all'])");
    window.click("[data-line^='签署件/REL-APP-'] [data-action='to-line']");
    window.wait_for("[data-sign-sheet]");
    window.press("Escape");
    if !window.has("[data-action='to-archive']") {
        // The first one left a field.
        window.press("Escape");
    }
    window.click("[data-action='to-archive']");
    window.wait_text("[data-open-lines]", "检查通过");

    window.wait_gone("[data-checking]");
    window.click("[data-action='pack']");
    window.wait_text("[data-strip]", "已归档：2 份文档");
    let code = window.text("[data-made-code]");
    picture(&window, "archive-made");
    let package = world.exported("zip");
    let packed = first_revision(&world, "D0001");
    assert_eq!(world.workspace().verify_audit(None).expect("a check").faults, []);
    drop(window);

    let second = World::new();
    let window = second.setup().pick(&package).start(second.data.path());
    window.resize(1280, 800);
    to_archive(&window);
    // A folder without a document has nothing to archive, and says so.
    window.wait_text("[data-check-failure]", "没有可以归档的文件");
    verify(&window, &code);
    window.wait_text("[data-verdict='sound'] h2", "完好");
    window.wait_text("[data-verdict='sound']", "与移交时一致");
    window.click("[data-action='restore-package']");
    window.wait_text("[data-strip]", "已恢复：2 份文档");
    picture(&window, "archive-verify");
    window.click("[data-action='restore-package']");
    window.wait_text("[data-strip]", "2 份已在这里，没有改动");
    let back = first_revision(&second, "D0001");
    assert_eq!((back.sha256, back.state, back.revision), (packed.sha256, packed.state, packed.revision));
    assert_eq!(second.workspace().verify_audit(None).expect("a check").faults, []);
    window.press("Escape");
    window.wait_text("[data-release] [data-template='release-application']", "已批准");

    // Dropped on the window, wherever somebody stands. One byte is lost: it says so, and brings nothing back.
    let broken = second.out.path().join("坏了的归档包.zip");
    let mut bytes = fs::read(&package).expect("the package");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xFF;
    fs::write(&broken, bytes).expect("a file");
    window.drop_file(&broken, (600, 400));
    window.wait_for("[data-verdict]");
    assert!(!window.has("[data-verdict='sound']"), "{}", window.page_text());
    assert!(!window.has("[data-action='restore-package']"));
    // The next one that is dropped takes its place.
    window.drop_file(&package, (600, 400));
    window.wait_text("[data-verdict='sound'] h2", "完好");
}
