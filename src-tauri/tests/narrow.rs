//! What the page may do, read from the files that grant it. Whoever widens it has to change this page as well, and
//! says why.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

include!("../src/command_names.rs");

/// What the page gets of Tauri itself: to hear of files that fall on the window.
const OF_TAURI: [&str; 2] = ["core:event:allow-listen", "core:event:allow-unlisten"];

const POLICY: [(&str, &str); 11] = [
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("font-src", "'self' data: paper: http://paper.localhost"),
    ("connect-src", "'self' ipc: http://ipc.localhost"),
    ("worker-src", "'self' blob:"),
    ("object-src", "'none'"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("frame-ancestors", "'none'"),
];

#[test]
fn the_page_may_call_the_listed_commands_and_nothing_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("capabilities");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["window.json"], "one file of capabilities");
    let capability = json_file("capabilities/window.json");
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(capability.get("remote"), None, "no page from elsewhere gets anything");
    let granted: Vec<&str> =
        capability["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    let own = COMMANDS.iter().map(|name| format!("allow-{}", name.replace('_', "-")));
    let expected: Vec<String> = OF_TAURI.iter().map(ToString::to_string).chain(own).collect();
    assert_eq!(granted, expected);
}

#[test]
fn every_command_is_answered_and_asked_for() {
    let listed: BTreeSet<&str> = COMMANDS.iter().copied().collect();
    let handler = text("src/commands/mod.rs");
    let handler = handler.split_once("generate_handler![").unwrap().1.split_once(']').unwrap().0;
    let answered: BTreeSet<&str> = handler.split(',').filter_map(|path| path.trim().rsplit("::").next()).collect();
    assert_eq!(answered.into_iter().filter(|name| !name.is_empty()).collect::<BTreeSet<_>>(), listed);
    let page = text("../ui/src/backend/tauri.ts");
    let asked: BTreeSet<&str> = page.split("invoke(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(asked, listed, "the page asks for each command, and for no other");
}

#[test]
fn the_content_policy_is_as_narrow_as_it_was() {
    let configuration = json_file("tauri.conf.json");
    let security = &configuration["app"]["security"];
    let policy: Vec<String> = POLICY.iter().map(|(what, from)| format!("{what} {from}")).collect();
    assert_eq!(security["csp"], json!(policy.join("; ")));
    assert_eq!(security["capabilities"], json!(["window"]));
    let keys: BTreeSet<&str> = security.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["capabilities", "csp"]), "nothing loosens the policy again");
    assert_eq!(configuration["app"]["withGlobalTauri"], json!(false));
}

#[test]
fn what_is_shipped_knows_no_server() {
    let configuration = json_file("tauri.conf.json");
    assert_eq!(configuration["build"], json!({ "frontendDist": "../ui/dist" }));
    assert_eq!(configuration.get("plugins"), None);
    assert_eq!(configuration["bundle"].get("createUpdaterArtifacts"), None);
    // How Windows writes the program's own two schemes.
    const OWN: [&str; 2] = ["://ipc.localhost;", "://paper.localhost;"];
    let addresses = text("tauri.conf.json");
    let strange: Vec<&str> = addresses.split("http").skip(1).filter(|rest| !OWN.iter().any(|own| rest.starts_with(own))).collect();
    assert!(strange.is_empty(), "an address: {strange:?}");
}

#[test]
fn the_window_brings_no_plugin_that_reaches_files_shells_or_networks_from_the_page() {
    let manifest = text("Cargo.toml");
    let plugins: Vec<&str> = manifest.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();
    let plugins: Vec<&str> = plugins.into_iter().filter(|name| name.starts_with("tauri-plugin-")).collect();
    assert_eq!(plugins, ["tauri-plugin-dialog", "tauri-plugin-opener"], "and the page is granted neither");
}

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn json_file(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}
