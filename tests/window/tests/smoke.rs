//! The window starts, and does its first things.

use dossier_window_tests::Window;
use serde_json::json;

#[test]
fn an_empty_start_offers_a_new_release_and_the_sample_and_the_list_shows_it() {
    let data = tempfile::tempdir().unwrap();
    let mut window = Window::start(data.path());
    window.click("[data-action='start']");
    window.wait_text("[data-action='new-release']", "新建发布");
    window.click("[data-action='load-sample']");
    window.wait_for("[data-release] [data-template='release-application']");
    let row = window.text("[data-release]");
    assert!(row.contains("V4.2.0"), "the row tells the version: {row}");

    window.close();
    window.restart();
    window.wait_for("[data-release]");
    assert_eq!(window.text("[data-release]"), row, "the same after closing and opening");
}

#[test]
fn what_is_typed_and_pasted_is_there_after_the_process_was_killed() {
    let data = tempfile::tempdir().unwrap();
    let mut window = Window::start(data.path());
    window.click("[data-action='load-sample']");
    window.click("[data-release] [data-template='release-application']");
    let field = "[data-path='contact']";
    window.click(field);
    window.press("Control+a");
    window.paste("分机 8021，周敏");
    window.wait_value(field, "分机 8021，周敏");
    window.keys(" ok");
    window.wait_value(field, "分机 8021，周敏 ok");
    // The promise is one second.
    std::thread::sleep(std::time::Duration::from_millis(1000));
    window.kill();
    window.restart();
    window.click("[data-release] [data-template='release-application']");
    window.wait_value(field, "分机 8021，周敏 ok");
}

#[test]
fn the_letters_of_the_paper_are_mapped_into_the_page_and_not_served_to_it() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::start(data.path());
    window.wait_for("[data-action='start']");
    // What is served comes with a later turn of the page, however fast it is: never while promises are being kept.
    let waits = "let waits = true; void document.fonts.load(given[0]).then(() => (waits = false));\
                 for (let turn = 0; turn < 100; turn += 1) await null; return waits";
    for face in ["13px 'Noto Sans SC'", "700 13px 'Noto Sans SC'", "13px 'Noto Serif SC'", "700 13px 'Noto Serif SC'"] {
        assert_eq!(window.execute(waits, json!([face])), json!(false), "{face}");
    }
}
