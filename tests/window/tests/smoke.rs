//! The window starts, and does its first things.

use dossier_window_tests::Window;

#[test]
fn an_empty_start_offers_a_new_release_and_the_sample_and_the_list_shows_it() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::start(data.path());
    window.wait_for("[data-action='new-release'], [data-action='load-sample']");
    window.click("[data-action='load-sample']");
    window.wait_for("[data-release]");
    println!("{}", window.page_text());
}
