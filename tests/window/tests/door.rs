//! The door between page and program, from the page's side.

use std::path::Path;

use dossier_window_tests::{Setup, Window};
use serde_json::{Value, json};

fn call(window: &Window, command: &str, arguments: &Value) -> Value {
    window.execute(
        "try { return { ok: await window.__TAURI_INTERNALS__.invoke(given[0], given[1]) } } catch (e) { return { no: e } }",
        json!([command, arguments]),
    )
}

#[test]
fn what_the_page_asks_for_is_done_and_what_it_may_not_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let window = Setup::default().export_to(out.path()).start(data.path());
    let start = call(&window, "start", &json!({}));
    assert_eq!(start["ok"]["first_start"], true, "{start}");
    let release = call(&window, "load_sample", &json!({}))["ok"].clone();
    println!("{release}");
    println!("{}", call(&window, "dossier", &json!({ "release": release })));
    println!("{}", call(&window, "plugin:dialog|open", &json!({ "options": {} })));
    println!("{}", call(&window, "plugin:opener|open_path", &json!({ "path": "/etc/passwd" })));
    println!("{}", call(&window, "plugin:window|close", &json!({})));
    println!("{}", call(&window, "open_file", &json!({ "path": "/etc/passwd" })));
    let _ = Path::new("");
}
