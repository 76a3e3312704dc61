//! Backups through the program: made, looked at, restored, killed in the middle.

mod common;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use common::World;
use dossier_core::storage::backup::{CopyName, Depth, inspect};
use dossier_core::storage::{DocumentId, Filter, Storage};
use serde_json::{Value, json};

fn open(world: &World) -> Storage {
    let now = "2026-04-15T10:00:00+08:00".parse().unwrap();
    let storage = Storage::open(&world.data(), now).unwrap();
    storage.check_structure().unwrap();
    assert_eq!(storage.verify_audit().unwrap(), []);
    storage
}

fn product(world: &World, id: &str) -> String {
    let id: DocumentId = id.parse().unwrap();
    open(world).document(id).unwrap().content["product_name"].as_str().unwrap().to_owned()
}

fn edit(world: &World, id: &str, product: &str) {
    world.run(&[&"edit", &id, &"--set", &format!("product_name={product}")]).done();
}

/// What has the name of a finished copy.
fn named(world: &World) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(world.data().join("backups")) else { return Vec::new() };
    let mut copies: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    copies.retain(|path| CopyName::parse(path.file_name().and_then(OsStr::to_str).unwrap()).is_some());
    copies.sort();
    copies
}

/// The finished copies, each of which can be opened and holds what it should.
fn copies(world: &World) -> Vec<PathBuf> {
    let copies = named(world);
    copies.iter().for_each(|copy| holds_what_it_should(copy));
    copies
}

fn holds_what_it_should(copy: &Path) {
    let holds = inspect(copy, Depth::Everything).unwrap_or_else(|error| panic!("{}: {error}", copy.display()));
    assert_eq!(holds.faults, [], "{}", copy.display());
}

/// Looks at each copy as soon as it is there. Afterwards nobody may touch it: hundreds that were all read again after
/// every kill would take an hour of a thousand kills.
#[cfg(unix)]
#[derive(Default)]
struct Watch(BTreeMap<PathBuf, (u64, u64, i64, i64)>);

#[cfg(unix)]
impl Watch {
    fn look(&mut self, world: &World) {
        use std::os::unix::fs::MetadataExt;
        let mut found = BTreeMap::new();
        for copy in named(world) {
            let about = copy.metadata().unwrap();
            // Whatever is done to a file shows in the time of its last change, which nobody can set.
            let stands = (about.ino(), about.size(), about.ctime(), about.ctime_nsec());
            match self.0.get(&copy) {
                None => holds_what_it_should(&copy),
                Some(stood) => assert_eq!(stands, *stood, "{} was touched", copy.display()),
            }
            found.insert(copy, stands);
        }
        self.0 = found;
    }
}

/// What a program leaves that was stopped in the middle of something.
fn leftovers(world: &World) -> Vec<String> {
    let folders = [world.data(), world.data().join("backups")];
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".tmp") || name.contains(".new") || name.contains(".restore")).collect()
}

/// How often something is killed; more by `DOSSIER_CYCLES`.
fn cycles() -> u32 {
    std::env::var("DOSSIER_CYCLES").ok().and_then(|cycles| cycles.parse().ok()).unwrap_or(30)
}

#[test]
fn a_copy_is_made_looked_at_and_restored() {
    let world = World::new();
    assert_eq!(
        world.run(&[&"backup", &"list"]).done(),
        format!("`{}` 里还没有备份\n", world.data().join("backups").display())
    );
    let id = world.new_document("memo-application", r#"{ "product_name": "审计系统" }"#, Some("审计系统 V1.0.0"));
    let made = world.json(&[&"backup", &"now"]);
    assert_eq!(
        (&made["unchanged"], &made["copy"]["holds"]),
        (&json!(false), &json!("1 个卷宗，1 份文档，审计记录完整"))
    );
    let file = made["copy"]["file"].as_str().unwrap().to_owned();
    assert!(world.run(&[&"backup", &"now"]).done().contains("没有新的改动"));
    edit(&world, &id, "网关");
    let look = world.json(&[&"backup", &"look", &file]);
    assert_eq!(look["documents"], json!([{ "release": "审计系统 V1.0.0", "form": "测试申请表", "whole": false }]));
    let told = world.run(&[&"backup", &"look", &file]).done();
    assert!(told.contains("会失去：") && told.contains("  审计系统 V1.0.0，测试申请表\n"), "{told}");
    let restored = world.json(&[&"backup", &"restore", &file]);
    assert_eq!(product(&world, &id), "审计系统");
    let kept = restored["kept"].as_str().unwrap();
    let told = world.run(&[&"backup", &"restore", &kept]).done();
    assert!(told.starts_with("已恢复到 "), "{told}");
    assert_eq!(product(&world, &id), "网关");
    assert_eq!(world.json(&[&"backup", &"list"]).as_array().unwrap().len(), 3);
    assert!(world.run(&[&"backup", &"verify"]).done().ends_with("3 份备份可以恢复，0 份不能用\n"));
    assert_eq!(leftovers(&world), [] as [&str; 0]);
}

#[test]
fn a_damaged_copy_is_told_and_never_restored() {
    let world = World::new();
    let id = world.new_document("memo-application", r#"{ "product_name": "审计系统" }"#, None);
    let file = world.json(&[&"backup", &"now"])["copy"]["file"].as_str().unwrap().to_owned();
    let path = world.data().join("backups").join(&file);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let complaint = world.run(&[&"backup", &"verify", &file]).refused(2);
    assert!(complaint.contains(&file) && complaint.contains("提示："), "{complaint}");
    let all = world.json(&[&"backup", &"verify"]);
    assert_eq!((&all["code"], &all["issues"][0]["path"]), (&json!("invalid_content"), &json!(file)));
    assert_eq!(world.run(&[&"backup", &"verify"]).status(), 1);
    world.run(&[&"backup", &"restore", &file]).refused(2);
    world.run(&[&"backup", &"restore", &"no-such.db"]).refused(2);
    assert_eq!(product(&world, &id), "审计系统");
}

#[test]
fn a_damaged_database_is_brought_back_from_the_terminal() {
    let world = World::new();
    let id = world.new_document("memo-application", r#"{ "product_name": "审计系统" }"#, None);
    let file = world.json(&[&"backup", &"now"])["copy"]["file"].as_str().unwrap().to_owned();
    fs::write(world.data().join("dossier.db"), "no database").unwrap();
    let complaint = world.run(&[&"list"]).refused(2);
    assert!(complaint.contains("dossier backup list"), "{complaint}");
    assert!(world.run(&[&"backup", &"list"]).done().contains(&file));
    let told = world.run(&[&"backup", &"restore", &file]).done();
    assert!(told.contains("dossier-损坏-"), "{told}");
    assert_eq!(product(&world, &id), "审计系统");
}

#[test]
fn nothing_is_restored_under_an_open_window() {
    let world = World::new();
    world.new_document("memo-application", "{}", None);
    let file = world.json(&[&"backup", &"now"])["copy"]["file"].as_str().unwrap().to_owned();
    let window = open(&world);
    let error = world.json(&[&"backup", &"restore", &file]);
    assert_eq!(error["code"], "busy");
    drop(window);
    world.run(&[&"backup", &"restore", &file]).done();
}

#[test]
fn an_import_is_copied_before_and_a_dry_run_is_not() {
    let world = World::new();
    let id = world.new_document("memo-plan", "{}", None);
    let table = world.file("plan.csv", "发布顺序,系统名称,版本号,风险等级\n1,网关,V1.0.0,低\n");
    world.run(&[&"import", &id, &table, &"--dry-run"]).done();
    assert_eq!(copies(&world).len(), 0);
    world.run(&[&"import", &id, &table]).done();
    let before = copies(&world);
    assert_eq!(before.len(), 1);
    assert!(before[0].file_name().unwrap().to_str().unwrap().starts_with("dossier-import-"));
    assert_eq!(inspect(&before[0], Depth::Known).unwrap().head.seq, 1, "as it was before");
    world.run(&[&"import", &id, &table]).done();
    assert_eq!(copies(&world).len(), 2, "something was written since");
}

#[test]
fn a_second_folder_is_named_used_and_given_up() {
    let world = World::new();
    world.new_document("memo-application", "{}", None);
    let stick = world.path("stick");
    let complaint = world.run(&[&"backup", &"folder", &stick]).refused(2);
    assert!(complaint.contains("没有文件夹"), "{complaint}");
    fs::create_dir(&stick).unwrap();
    let status = world.json(&[&"backup", &"folder", &stick]);
    assert_eq!(status["second"]["folder"], stick.to_str().unwrap());
    assert!(status["second"]["reached"].is_string(), "{status}");
    let place = fs::read_dir(&stick).unwrap().next().unwrap().unwrap().path();
    let copied =
        fs::read_dir(place).unwrap().filter(|entry| entry.as_ref().unwrap().path().extension() == Some("db".as_ref()));
    assert_eq!(copied.count(), 1);
    // The data folder is lost with its copies: those on the stick are found by their path.
    assert_eq!(world.run(&[&"backup", &"folder", &"--none"]).done(), "没有设第二个备份文件夹\n");
}

/// A program that is killed while it copies leaves nothing under the name of a copy that is none.
#[cfg(unix)]
#[test]
fn a_kill_during_a_backup_leaves_whole_copies_or_none() {
    let world = World::new();
    let id = big(&world);
    let lasts = lasting(&world, &["backup", "now"]);
    let mut watch = Watch::default();
    for cycle in 0..cycles() {
        edit(&world, &id, &format!("第 {cycle} 次"));
        let ended = kill_after(&world, &["backup", "now"], lasts * cycle / cycles());
        watch.look(&world);
        if ended {
            let newest = inspect(named(&world).last().unwrap(), Depth::Known).unwrap();
            assert_eq!(newest.head.seq, open(&world).sequence().unwrap(), "an acknowledged copy was lost");
        }
    }
    edit(&world, &id, "最后一次");
    world.run(&[&"backup", &"now"]).done();
    assert_eq!(leftovers(&world), [] as [&str; 0], "what was left is cleared away");
    let newest = inspect(copies(&world).last().unwrap(), Depth::Everything).unwrap();
    assert_eq!(newest.head.seq, open(&world).sequence().unwrap());
}

/// A program that is killed while it restores leaves the old data or the new, and all that is acknowledged.
#[cfg(unix)]
#[test]
fn a_kill_during_a_restore_leaves_the_old_or_the_new() {
    let world = World::new();
    let id = big(&world);
    edit(&world, &id, "备份");
    let file = world.json(&[&"backup", &"now"])["copy"]["path"].clone();
    assert_eq!(file, Value::Null, "programs learn the file's name, not its place");
    let copy = copies(&world).pop().unwrap();
    // Beside the folder of copies, which is thinned meanwhile.
    let saved = world.path("saved.db");
    fs::copy(copy, &saved).unwrap();
    let restore = ["backup", "restore", saved.to_str().unwrap()];
    let lasts = lasting(&world, &restore);
    let (mut old, mut new) = (0, 0);
    let mut watch = Watch::default();
    for cycle in 0..cycles() {
        let damaged = cycle % 3 == 2;
        edit(&world, &id, &format!("第 {cycle} 次"));
        if damaged {
            let path = world.data().join("dossier.db");
            let mut bytes = fs::read(&path).unwrap();
            bytes[4096..4200].fill(0xA5);
            fs::write(&path, bytes).unwrap();
        }
        let ended = kill_after(&world, &restore, lasts * (cycle + 1) / cycles());
        let damaged_still = damaged && world.run(&[&"list"]).status() == 2;
        if damaged_still {
            // Damaged as it was, and not acknowledged: the way back is still there.
            assert!(!ended, "an acknowledged restore was lost");
            world.run(&[&"backup", &"restore", &saved]).done();
            old += 1;
        }
        let found = product(&world, &id);
        match found.as_str() {
            "备份" => new += 1,
            found => {
                assert!(!ended, "an acknowledged restore was lost");
                assert_eq!(found, format!("第 {cycle} 次"));
                old += 1;
            }
        }
        watch.look(&world);
    }
    assert!(old > 0 && new > 0, "kills came before and after: {old} and {new}");
    world.run(&[&"backup", &"restore", &saved]).done();
    assert_eq!(leftovers(&world), [] as [&str; 0]);
    assert_eq!(product(&world, &id), "备份");
}

/// A data folder that takes a moment to copy; returns the document to be edited.
fn big(world: &World) -> String {
    let rows: Vec<_> = (0..1500).map(|row| json!({ "system": format!("系统 {row}") })).collect();
    for _ in 0..3 {
        world.new_document("memo-plan", &json!({ "systems": rows }).to_string(), None);
    }
    let id = world.new_document("memo-application", r#"{ "product_name": "审计系统" }"#, None);
    assert_eq!(open(world).list(&Filter::default()).unwrap().len(), 4);
    id
}

/// How long a command takes that nobody disturbs.
#[allow(clippy::disallowed_methods, reason = "kills are spread over the time that a command takes on this machine")]
fn lasting(world: &World, arguments: &[&str]) -> Duration {
    let begun = std::time::Instant::now();
    assert!(world.command().args(arguments).output().unwrap().status.success());
    begun.elapsed()
}

/// Kills a command after a while; tells whether it had said that it was done.
fn kill_after(world: &World, arguments: &[&str], after: Duration) -> bool {
    let mut command = world.command();
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    !child.wait_with_output().unwrap().stdout.is_empty()
}
