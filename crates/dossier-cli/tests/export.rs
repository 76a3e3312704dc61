//! Files out of documents: whole or not at all.

mod common;

use std::fs;

use common::World;
use serde_json::{Value, json};

fn entries(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn exported_content_makes_the_same_document_again() {
    let world = World::new();
    let id = world.new_document(
        "memo-application",
        r#"{ "version": "1.10", "notes": "一\n二 · … — ① ℃", "product_name": "审计系统", "budget": 86400 }"#,
        None,
    );
    let file = world.path("out.json");
    world.run(&[&"export", &id, &"--to", &file]).done();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.find("product_name") < text.find("version"), "in the order of the form: {text}");
    let again = world.run(&[&"new", &"memo-application", &"--from", &file]).done();
    assert_eq!(world.json(&[&"show", &again.trim()])["content"], world.json(&[&"show", &id])["content"]);
    world.run(&[&"export", &id, &"--to", &file, &"--blank"]).done();
    assert_eq!(fs::read_to_string(&file).unwrap(), "{}\n");
}

#[test]
fn what_a_document_takes_from_its_release_is_exported_with_it() {
    let world = World::new();
    world.new_document("memo-application", r#"{ "product_name": "审计系统" }"#, Some("R"));
    let plan = world.new_document("memo-plan", "{}", Some("R"));
    let file = world.path("out.json");
    world.run(&[&"export", &plan, &"--to", &file]).done();
    let content: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(content, json!({ "product_name": "审计系统" }));
}

#[test]
fn a_failed_export_leaves_the_old_file_and_nothing_else() {
    let world = World::new();
    let id = world.new_document("memo-application", "{}", None);
    let folder = world.path("out");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("a.json");
    fs::write(&file, "old").unwrap();
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    let complaint = world.run(&[&"export", &id, &"--to", &file]).refused(2);
    assert!(complaint.contains("a.json") && complaint.contains("提示："), "{complaint}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(entries(&folder), ["a.json"]);

    for (to, word) in [("missing/a.json", "文件夹不存在"), ("out", "不能导出为"), ("a.docx", "不能导出为")]
    {
        let complaint = world.run(&[&"export", &id, &"--to", &world.path(to)]).refused(2);
        assert!(complaint.contains(word), "{complaint}");
    }
    assert_eq!(entries(&folder), ["a.json"]);
}

#[test]
fn rendering_needs_no_data_folder() {
    let world = World::new();
    let from = world.file("from.json", r#"{ "product_name": "审计系统", "planned_at": "2026-04-15 10:00" }"#);
    let to = world.path("to.json");
    world.run(&[&"render", &"memo-application", &"--from", &from, &"--to", &to]).done();
    assert!(fs::read_to_string(&to).unwrap().contains("审计系统"));
    world.run(&[&"render", &"memo-application", &"--blank", &"--to", &to]).done();
    assert_eq!(fs::read_to_string(&to).unwrap(), "{}\n");
    let bad = world.file("bad.json", r#"{ "colour": 1, "budget": "多" }"#);
    let error = world.json(&[&"render", &"memo-application", &"--from", &bad, &"--to", &to]);
    assert_eq!(error["issues"].as_array().unwrap().len(), 2, "{error}");
    assert_eq!(fs::read_to_string(&to).unwrap(), "{}\n", "the old file stays");
    let settings = world.file("settings.json", r#"{ "organisation": { "nam": "x" } }"#);
    let call = world.run(&[&"render", &"memo-application", &"--from", &from, &"--to", &to, &"--settings", &settings]);
    assert!(call.refused(1).contains("organisation.nam"));
    assert_eq!(world.run(&[&"render", &"memo-application", &"--to", &to]).status(), 2, "no content and not blank");
    assert!(!world.data().exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_reader_that_leaves_are_no_panic() {
    use std::process::Stdio;

    let world = World::new();
    let id = world.new_document("memo-application", "{}", None);
    let full = world.path("full.json");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let complaint = world.run(&[&"export", &id, &"--to", &full]).refused(2);
    assert!(complaint.contains("磁盘空间不足"), "{complaint}");

    let lost = world.command().arg("list").stdout(fs::File::options().write(true).open("/dev/full").unwrap()).output();
    assert_eq!(lost.unwrap().status.code(), Some(2), "a result that was not delivered is no success");

    let mut child = world.command().arg("list").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn an_installation_without_its_parts_says_so() {
    let world = World::new();
    let ran =
        world.command().env("DOSSIER_RESOURCES", world.path("nowhere")).args(["template", "list"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("DOSSIER_RESOURCES"));
}
