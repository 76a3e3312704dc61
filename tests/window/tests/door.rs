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
    let dossier = call(&window, "dossier", &json!({ "release": release }));
    assert_eq!(dossier["ok"]["documents"].as_array().map(Vec::len), Some(4), "{dossier}");
    let opened = call(&window, "open", &json!({ "document": "D0001" }));
    assert_eq!(opened["ok"]["head"]["template"], "release-application", "{opened}");
    let bytes = window.execute(
        "const pdf = await window.__TAURI_INTERNALS__.invoke('preview', { document: 'D0001' });\
         return [pdf instanceof ArrayBuffer, new TextDecoder().decode(pdf.slice(0, 5)), pdf.byteLength]",
        json!([]),
    );
    assert_eq!(
        (&bytes[0], &bytes[1]),
        (&json!(true), &json!("%PDF-")),
        "bytes as they are, and not as a list of numbers"
    );

    for (command, arguments) in [
        ("plugin:dialog|open", json!({ "options": {} })),
        ("plugin:opener|open_path", json!({ "path": "/etc/passwd" })),
        ("plugin:opener|open_url", json!({ "url": "https://example.com" })),
        ("plugin:window|close", json!({})),
        ("plugin:event|emit", json!({ "event": "file-dropped", "payload": { "token": "file-1", "name": "x" } })),
        (
            "plugin:webview|create_webview_window",
            json!({ "options": { "label": "other", "url": "https://example.com" } }),
        ),
    ] {
        let answer = call(&window, command, &arguments);
        assert!(answer["no"].as_str().is_some_and(|no| no.contains("not allowed")), "{command}: {answer}");
    }
    let strange = call(&window, "open_file", &json!({ "path": "/etc/passwd" }));
    assert_eq!(strange["no"]["code"], "bad_request", "only files that were exported are opened: {strange}");
}

#[test]
fn text_that_asks_to_run_or_to_leave_stays_where_it_is() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::start(data.path());
    let told = window.execute(
        "const ran = []; window.addEventListener('securitypolicyviolation', (event) => ran.push(event.effectiveDirective));\
         const holder = document.createElement('div'); document.body.append(holder);\
         holder.innerHTML = '<img src=x onerror=\"window.hacked = 1\"><p style=\"color: red\">x</p>';\
         const script = document.createElement('script'); script.textContent = 'window.hacked = 2'; document.body.append(script);\
         const frame = document.createElement('iframe'); frame.src = 'https://example.com'; document.body.append(frame);\
         await fetch('https://example.com').catch(() => ran.push('fetch'));\
         location.href = 'https://example.com/';\
         await new Promise((done) => setTimeout(done, 500));\
         return { ran, hacked: window.hacked ?? null, place: location.href, global: '__TAURI__' in window }",
        json!([]),
    );
    assert_eq!(told["hacked"], Value::Null, "{told}");
    assert_eq!(told["global"], json!(false), "{told}");
    assert!(told["place"].as_str().is_some_and(|place| place.starts_with("tauri://localhost")), "{told}");
    let ran = told["ran"].as_array().unwrap();
    for refused in ["script-src-attr", "style-src-attr", "script-src-elem", "frame-src", "fetch"] {
        assert!(ran.iter().any(|what| what == refused), "{refused} was not refused: {told}");
    }
}

#[test]
fn what_every_object_inherits_is_frozen_and_objects_may_have_their_own() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::start(data.path());
    let told = window.execute(
        "const refused = (change) => { try { change(); return false } catch { return true } };\
         const own = {}; own.toString = () => 'own'; const parent = Object.create({}); parent.valueOf = () => 7;\
         return [Object.isFrozen(Object.prototype), refused(() => { Object.prototype.polluted = 1 }),\
           refused(() => { Object.prototype.toString = 1 }), `${own}`, parent + 1, String({}), 'polluted' in {}]",
        json!([]),
    );
    assert_eq!(told, json!([true, true, true, "own", 8, "[object Object]", false]));
}

#[test]
fn progress_is_told_file_by_file_and_what_is_written_lies_in_the_folder() {
    let data = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let window = Setup::default().export_to(out.path()).start(data.path());
    call(&window, "load_sample", &json!({}));
    let told = window.execute(
        "const told = []; const tauri = window.__TAURI_INTERNALS__;\
         const channel = { id: tauri.transformCallback((message) => told.push(message)),\
           toJSON() { return '__CHANNEL__:' + this.id } };\
         const request = { documents: ['D0001', 'D0004'], formats: ['pdf', 'xlsx'], blank: false, for_signing: false };\
         const result = await tauri.invoke('export_files', { request, progress: channel });\
         await new Promise((done) => setTimeout(done, 300)); return { told, result }",
        json!([]),
    );
    assert!(told["told"].as_array().is_some_and(|told| told.len() >= 4), "{told}");
    let files: Vec<&str> =
        told["result"]["files"].as_array().unwrap().iter().map(|f| f["path"].as_str().unwrap()).collect();
    assert_eq!(files.len(), 4, "{told}");
    assert!(files.iter().all(|file| Path::new(file).starts_with(out.path()) && Path::new(file).is_file()), "{told}");
    assert_eq!(
        call(&window, "open_file", &json!({ "path": files[0] })),
        json!({ "ok": null }),
        "its own file may be opened"
    );
}

#[test]
fn a_second_start_on_the_same_data_raises_the_first_and_ends() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::start(data.path());
    let first = window.process();
    let ended = window.start_second();
    assert!(ended.success(), "{ended}");
    assert_eq!(window.process(), first, "the first goes on");
    assert!(!window.page_text().is_empty() || window.has("body"));
}

#[test]
fn a_damaged_database_is_told_and_left_as_it_is() {
    let data = tempfile::tempdir().unwrap();
    let database = data.path().join("dossier.db");
    std::fs::write(&database, vec![7; 8192]).unwrap();
    let window = Window::start(data.path());
    let start = call(&window, "start", &json!({}));
    assert_eq!(start["no"]["code"], "damaged_database", "{start}");
    assert_eq!(std::fs::read(&database).unwrap(), vec![7; 8192]);
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1, "nothing is written beside it");
}
