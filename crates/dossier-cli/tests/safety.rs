//! What must not happen to anybody's data: two at once, a kill in the middle, a damaged or foreign file.

mod common;

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use common::World;
use dossier_core::storage::{Filter, Storage};
use rusqlite::Connection;
use serde_json::json;

fn open(world: &World) -> Storage {
    let now = "2026-04-15T10:00:00+08:00".parse().unwrap();
    Storage::open(&world.data(), now).unwrap()
}

#[test]
fn two_processes_that_write_at_once_lose_nothing() {
    let world = World::new();
    let from = world.file("new.json", r#"{ "product_name": "审计系统" }"#);
    // Together from the very first moment, when there is no database yet.
    let each = 12;
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let commands: Vec<_> = (0..each)
                .map(|_| {
                    let mut command = world.command();
                    command.args(["new", "memo-application", "--release", "R", "--from"]).arg(&from);
                    command
                })
                .collect();
            std::thread::spawn(move || {
                commands.into_iter().map(|mut command| command.output().unwrap()).collect::<Vec<_>>()
            })
        })
        .collect();
    let mut ids = Vec::new();
    for ran in writers.into_iter().flat_map(|writer| writer.join().unwrap()) {
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        ids.push(String::from_utf8(ran.stdout).unwrap().trim().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2 * each, "no id is given twice");
    let storage = open(&world);
    assert_eq!(storage.list(&Filter::default()).unwrap().len(), 2 * each);
    assert_eq!(storage.verify_audit().unwrap(), []);
    assert_eq!(storage.audit(None).unwrap().len(), 2 * each);
}

#[test]
fn who_writes_while_another_one_does_waits_and_is_told_in_the_end() {
    let world = World::new();
    let id = world.new_document("memo-application", "{}", None);
    let from = world.file("fill.json", r#"{ "budget": 7 }"#);
    let other = Connection::open(world.data().join("dossier.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = world.command().args(["fill", &id, "--from"]).arg(&from).stdout(Stdio::piped()).spawn().unwrap();
    assert_eq!(world.json(&[&"show", &id])["content"], json!({}), "reading does not wait");
    std::thread::sleep(Duration::from_millis(300));
    other.execute_batch("COMMIT").unwrap();
    assert!(waiting.wait_with_output().unwrap().status.success());
    assert_eq!(world.json(&[&"show", &id])["content"], json!({ "budget": 7 }));

    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let from = world.file("fill.json", r#"{ "budget": 8 }"#);
    let error = world.json(&[&"fill", &id, &"--from", &from]);
    assert_eq!(error["code"], "busy");
    assert!(error["message"].as_str().unwrap().contains("正在写入"), "{error}");
}

#[cfg(unix)]
const ROUNDS: u64 = 40;

/// A process that is killed at any moment loses nothing that it has acknowledged, and leaves nothing half done.
#[cfg(unix)]
#[test]
fn a_kill_in_the_middle_loses_nothing_that_was_acknowledged() {
    let world = World::new();
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let rows: Vec<_> = (0..200).map(|row| json!({ "system": format!("系统 {round}-{row}") })).collect();
        let from = world.file("new.json", json!({ "product_name": "审计", "systems": rows }).to_string());
        let mut command = world.command();
        command.args(["new", "memo-plan", "--release", "R", "--from"]).arg(&from).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        // From before the start until after the end of a write; the last one may finish, however slow the machine.
        if round < ROUNDS - 1 {
            std::thread::sleep(Duration::from_micros(round * round * 80));
            child.kill().unwrap();
        }
        let ended = child.wait_with_output().unwrap();
        acknowledged += usize::from(!ended.stdout.is_empty());
    }
    assert!(acknowledged > 0);
    let storage = open(&world);
    storage.check_structure().unwrap();
    let documents = storage.list(&Filter::default()).unwrap();
    assert!(documents.len() >= acknowledged, "{} of {acknowledged} are there", documents.len());
    assert_eq!(storage.audit(None).unwrap().len(), documents.len(), "an entry for each document and none besides");
    assert_eq!(storage.verify_audit().unwrap(), []);
    for document in documents {
        assert_eq!(storage.document(document.id).unwrap().content["systems"].as_array().unwrap().len(), 200);
    }
}

/// What was typed, the step that takes it back and the entry that tells of it are stored together or not at all.
#[cfg(unix)]
#[test]
fn a_kill_while_typing_leaves_no_edit_without_its_step() {
    let world = World::new();
    let id = world.new_document("memo-application", "{}", None);
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let mut command = world.command();
        command.args(["edit", &id, "--set", &format!("product_name=第 {round} 次"), "--set", "planned_at=下周"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if round < ROUNDS - 1 {
            std::thread::sleep(Duration::from_micros(round * round * 80));
            child.kill().unwrap();
        }
        if !child.wait_with_output().unwrap().stdout.is_empty() {
            acknowledged = round;
        }
    }
    assert_eq!(acknowledged, ROUNDS - 1);
    let storage = open(&world);
    storage.check_structure().unwrap();
    assert_eq!(storage.verify_audit().unwrap(), []);
    let edits = storage.audit(Some(&id)).unwrap().len() - 1;
    drop(storage);
    // Every edit that the log tells of can be taken back, down to the empty draft.
    for _ in 0..edits {
        assert!(world.run(&[&"undo", &id]).done().contains("已撤销"));
    }
    let opened = world.json(&[&"form", &id]);
    assert_eq!((&opened["content"], &opened["unfit"]), (&json!({}), &json!({})));
    assert!(world.run(&[&"undo", &id]).done().contains("没有可以撤销"));
}

#[test]
fn a_damaged_newer_or_foreign_database_is_told_and_left_alone() {
    let world = World::new();
    world.new_document("memo-application", r#"{ "notes": "很长的说明" }"#, None);
    let path = world.data().join("dossier.db");
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[4100..4300].fill(0x5A);
    let newer = {
        fs::write(&path, &whole).unwrap();
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        fs::read(&path).unwrap()
    };
    let cases = [
        ("damaged_database", whole[..whole.len() / 2].to_vec()),
        ("damaged_database", flipped),
        ("damaged_database", b"no database at all".to_vec()),
        ("newer_database", newer),
    ];
    for (code, bytes) in cases {
        fs::write(&path, &bytes).unwrap();
        let from = world.file("new.json", "{}");
        for arguments in [&["list"][..], &["show", "D0001"], &["new", "memo-application"], &["fill", "D0001", "--from"]]
        {
            let mut words: Vec<&dyn AsRef<std::ffi::OsStr>> = arguments.iter().map(|word| word as _).collect();
            if arguments[0] == "fill" {
                words.push(&from);
            }
            let error = world.json(&words);
            assert_eq!(error["code"], code, "{arguments:?}: {error}");
            assert!(error["hint"].is_string());
        }
        assert_eq!(fs::read(&path).unwrap(), bytes, "{code}: the file is left as it was");
    }
}

#[test]
fn a_data_folder_that_cannot_be_used_is_told() {
    let world = World::new();
    let file = world.file("file", "");
    let ran = world.run(&[&"--data", &file, &"list"]);
    // `--data` twice is a mistake of the call; a file in its place one of the folder. Neither panics.
    assert_eq!(ran.status(), 2);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dossier"));
    let ended = command.arg("--data").arg(&file).arg("list").output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8(ended.stderr).unwrap().contains("那里是一个文件"));
}

#[cfg(unix)]
#[test]
fn a_read_only_data_folder_and_target_are_told() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::new();
    let id = world.new_document("memo-application", "{}", None);
    let out = world.path("out");
    fs::create_dir(&out).unwrap();
    let protect = |mode| {
        fs::set_permissions(&out, fs::Permissions::from_mode(mode)).unwrap();
        fs::set_permissions(world.data(), fs::Permissions::from_mode(mode)).unwrap();
        let database = fs::Permissions::from_mode(mode & 0o666);
        fs::set_permissions(world.data().join("dossier.db"), database).unwrap();
    };
    protect(0o555);
    // The administrator may write everywhere, whatever the folder says.
    let protected = fs::write(out.join("probe"), "").is_err();
    let from = world.file("fill.json", r#"{ "budget": 7 }"#);
    let fill = world.run(&[&"fill", &id, &"--from", &from]);
    protect(0o755);
    if protected {
        let complaint = fill.refused(2);
        assert!(complaint.contains("不能写入") || complaint.contains("没有权限"), "{complaint}");
        assert!(complaint.contains("提示："), "{complaint}");
        let to = out.join("a.json");
        fs::set_permissions(&out, fs::Permissions::from_mode(0o555)).unwrap();
        let complaint = world.run(&[&"export", &id, &"--to", &to]).refused(2);
        fs::set_permissions(&out, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(complaint.contains("没有权限"), "{complaint}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "nothing is left behind");
    }
}
