//! Disks that are full or read-only, at each kind of write: told in words with the place, nothing half written, nothing
//! lost, and all is well again as soon as the disk is.
#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Ran, World};
use dossier_core::storage::Storage;
use dossier_core::storage::backup::{CopyName, Depth, inspect};
use serde_json::json;

/// A disk of its own for the data folder.
struct Disk(PathBuf);

impl Disk {
    /// None where this process may mount nothing.
    fn mount(place: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(place).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(place).output();
        match mounted {
            Ok(ran) if ran.status.success() => Some(Self(place.to_path_buf())),
            other => {
                let why = other
                    .map_or_else(|error| error.to_string(), |ran| String::from_utf8_lossy(&ran.stderr).into_owned());
                eprintln!("skipped: a small disk cannot be mounted here ({})", why.trim());
                None
            }
        }
    }

    /// Fills the disk until `room` bytes are left.
    fn fill(&self, room: usize) {
        let filler = self.0.join("filler");
        let mut file = OpenOptions::new().create(true).append(true).open(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        let full = file.metadata().unwrap().len();
        file.set_len(full.saturating_sub(room as u64)).unwrap();
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }

    fn protect(&self, read_only: bool) {
        let how = if read_only { "remount,ro" } else { "remount,rw" };
        assert!(Command::new("mount").args(["-o", how]).arg(&self.0).status().unwrap().success(), "{how}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// One kind of write: what it is called, how it is done, and what is found where it was done.
struct Kind {
    name: &'static str,
    act: fn(&World) -> Ran,
    done: fn(&World) -> bool,
}

const KINDS: [Kind; 8] = [
    Kind {
        name: "settings",
        act: |world| {
            let from = world.file("settings.json", r#"{ "organisation": { "name": "星河" } }"#);
            world.run(&[&"settings", &"set", &"--from", &from])
        },
        done: |world| world.json(&[&"settings", &"show"])["organisation"]["name"] == "星河",
    },
    Kind {
        name: "edit",
        act: |world| world.run(&[&"edit", &"D0001", &"--set", &"notes=改过"]),
        done: |world| world.json(&[&"show", &"D0001"])["content"]["notes"] == "改过",
    },
    Kind {
        name: "new",
        act: |world| world.run(&[&"new", &"memo-application"]),
        done: |world| world.json(&[&"list"]).as_array().unwrap().len() >= 3,
    },
    Kind {
        name: "import",
        act: |world| {
            let rows: String = (0..40).map(|row| format!("{row},系统 {row},V1.0.{row},低\n")).collect();
            let table = world.file("plan.csv", format!("发布顺序,系统名称,版本号,风险等级\n{rows}"));
            world.run(&[&"import", &"D0002", &table])
        },
        done: |world| {
            world.json(&[&"show", &"D0002"])["content"]["systems"].as_array().is_some_and(|rows| rows.len() == 40)
        },
    },
    Kind {
        name: "export",
        act: |world| world.run(&[&"export", &"D0001", &"--to", &world.data().join("out.pdf")]),
        done: |world| world.data().join("out.pdf").exists(),
    },
    Kind { name: "backup", act: |world| world.run(&[&"backup", &"now"]), done: |world| !copies(world).is_empty() },
    Kind {
        name: "restore",
        act: |world| world.run(&[&"backup", &"restore", &world.path("saved.db")]),
        done: |world| world.json(&[&"show", &"D0001"])["content"]["product_name"] == "以前",
    },
    Kind {
        name: "second folder",
        act: |world| world.run(&[&"backup", &"folder", &world.path("resources")]),
        done: |world| world.json(&[&"settings", &"show"])["backup"]["second_folder"] != "",
    },
];

/// A data folder with two documents, and a copy elsewhere of how it was before.
fn furnish(world: &World) {
    world.new_document("memo-application", r#"{ "product_name": "以前" }"#, None);
    let rows: Vec<_> = (0..200).map(|row| json!({ "system": format!("旧系统 {row}") })).collect();
    world.new_document("memo-plan", &json!({ "systems": rows }).to_string(), None);
    let made = world.json(&[&"backup", &"now"]);
    let file = world.data().join("backups").join(made["copy"]["file"].as_str().unwrap());
    fs::copy(&file, world.path("saved.db")).unwrap();
    fs::remove_dir_all(world.data().join("backups")).unwrap();
    world.run(&[&"edit", &"D0001", &"--set", &"product_name=现在"]).done();
}

fn copies(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.data().join("backups")).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| CopyName::parse(path.file_name().unwrap().to_str().unwrap()).is_some()).collect()
}

/// The data is whole, every copy is whole, and nothing half written lies about.
#[track_caller]
fn sound(world: &World, when: &str) {
    let storage = Storage::open(&world.data(), "2026-04-15T10:00:00+08:00".parse().unwrap());
    let storage = storage.unwrap_or_else(|error| panic!("{when}: {error}"));
    storage.check_structure().unwrap();
    assert_eq!(storage.verify_audit().unwrap(), [], "{when}");
    for id in ["D0001", "D0002"] {
        storage.document(id.parse().unwrap()).unwrap_or_else(|error| panic!("{when}: {error}"));
    }
    for copy in copies(world) {
        inspect(&copy, Depth::Everything).unwrap_or_else(|error| panic!("{when}: {error}"));
    }
    for folder in [world.data(), world.data().join("backups")] {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let half = [".tmp", ".new", ".restore"].iter().any(|part| name.contains(part));
            assert!(!half, "{when}: {name} was left behind");
        }
    }
}

/// Told in words, with the place and the way out.
#[track_caller]
fn told(ran: &Ran, world: &World, when: &str, words: &[&str]) {
    let complaint = ran.refused(2);
    assert!(words.iter().any(|word| complaint.contains(word)), "{when}: {complaint}");
    assert!(complaint.contains(world.data().to_str().unwrap()), "{when}: names no place: {complaint}");
    assert!(complaint.contains("提示："), "{when}: {complaint}");
    assert!(!complaint.contains("os error") && !complaint.contains("disk I/O"), "{when}: {complaint}");
}

#[test]
fn a_full_disk_is_told_at_each_kind_of_write_and_nothing_is_lost() {
    for kind in &KINDS {
        let world = World::new();
        let Some(disk) = Disk::mount(&world.data(), "16m") else { return };
        furnish(&world);
        let mut refused = 0;
        // From no room at all to nearly enough: each time another step of the write is the one that fails.
        for room in [0, 16 << 10, 48 << 10, 96 << 10, 200 << 10, 400 << 10] {
            let when = format!("{} with {room} bytes of room", kind.name);
            disk.fill(room);
            let ran = (kind.act)(&world);
            disk.make_room();
            sound(&world, &when);
            if ran.status() == 0 {
                assert!((kind.done)(&world), "{when}: it was acknowledged");
                break;
            }
            told(&ran, &world, &when, &["磁盘空间不足"]);
            refused += 1;
            assert!(!(kind.done)(&world), "{when}: it was refused");
            assert_eq!(world.json(&[&"show", &"D0001"])["content"]["product_name"], "现在", "{when}");
        }
        assert!(refused > 0, "{}: a full disk refuses it", kind.name);
        (kind.act)(&world).done();
        assert!((kind.done)(&world), "{} works again", kind.name);
        sound(&world, kind.name);
    }
}

#[test]
fn a_read_only_folder_is_told_at_each_kind_of_write_and_nothing_is_lost() {
    let world = World::new();
    let Some(disk) = Disk::mount(&world.data(), "16m") else { return };
    furnish(&world);
    disk.protect(true);
    let runs: Vec<_> = KINDS.iter().map(|kind| (kind, (kind.act)(&world))).collect();
    disk.protect(false);
    for (kind, ran) in runs {
        told(&ran, &world, kind.name, &["只读", "不能写入", "没有权限"]);
        assert!(!(kind.done)(&world), "{}", kind.name);
    }
    sound(&world, "afterwards");
    for kind in &KINDS {
        (kind.act)(&world).done();
        assert!((kind.done)(&world), "{} works again", kind.name);
    }
}
