//! Power cuts: the real program runs while a shim writes down all it does to its files; then a disk is made for each moment
//! at which the power could have failed, with what was synced and some of what was not, and opened.
#![cfg(target_os = "linux")]

mod common;
#[path = "power/disk.rs"]
mod disk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::World;
use disk::{Chance, Deed, Disk, read_log};
use dossier_core::storage::Storage;
use dossier_core::storage::backup::{CopyName, Depth, inspect};
use dossier_core::{Code, Result};
use rusqlite::Connection;

const CUTS: u64 = 100;

/// A world whose program is watched.
struct Watched {
    world: World,
    shim: PathBuf,
    before: Disk,
}

impl Watched {
    /// None where the shim cannot be built.
    fn new(world: World) -> Option<Self> {
        let shim = world.path("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power/shim.c");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).output();
        match built {
            Ok(ran) if ran.status.success() => {
                let before = Disk::of(&world.data());
                Some(Self { world, shim, before })
            }
            other => {
                eprintln!("skipped: the shim cannot be built here ({other:?})");
                None
            }
        }
    }

    /// Everything that is on the disk now is safe.
    fn settle(&mut self) {
        self.before = Disk::of(&self.world.data());
        let _ = fs::remove_file(self.world.path("log"));
    }

    #[track_caller]
    fn run(&self, arguments: &[&str], synchronous: &str) {
        let ran = self
            .world
            .command()
            .args(arguments)
            .env("LD_PRELOAD", &self.shim)
            .env("POWER_FOLDER", self.world.data())
            .env("POWER_LOG", self.world.path("log"))
            .env("DOSSIER_TEST", "1")
            .env("DOSSIER_TEST_SYNCHRONOUS", synchronous)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    /// Cuts the power at many moments of what was done. `look` gets the folder as it is found afterwards, and what the
    /// program had said by then.
    fn cut(&self, cuts: u64, mut look: impl FnMut(&Path, &[String], u64)) {
        let deeds = read_log(&self.world.path("log"));
        assert!(deeds.iter().any(|deed| matches!(deed, Deed::Sync(_))), "the shim saw nothing");
        for cut in 0..cuts {
            let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ (cut + 1));
            for _ in 0..8 {
                chance.below(2);
            }
            let moment = chance.below(deeds.len() as u64 + 1) as usize;
            let mut disk = self.before.clone();
            deeds[..moment].iter().for_each(|deed| disk.see(deed));
            let said: Vec<String> = deeds[..moment]
                .iter()
                .filter_map(|deed| match deed {
                    Deed::Said(text) => Some(text.clone()),
                    _ => None,
                })
                .collect();
            let found = tempfile::tempdir().unwrap();
            disk.after_a_cut(&mut chance, &self.world.data(), found.path());
            look(found.path(), &said, cut);
        }
    }
}

fn open(data: &Path) -> Result<Storage> {
    let storage = Storage::open(data, "2026-04-15T10:00:00+08:00".parse().unwrap())?;
    storage.check_structure()?;
    assert_eq!(storage.verify_audit()?, []);
    Ok(storage)
}

fn product(storage: &Storage, id: &str) -> String {
    storage.document(id.parse().unwrap()).unwrap().content["product_name"].as_str().unwrap().to_owned()
}

/// In how many of a hundred power cuts an acknowledged edit is lost.
fn edits_lost(synchronous: &str, beside_a_window: bool) -> Option<usize> {
    let world = World::new();
    let id = world.new_document("memo-application", r#"{ "product_name": "0" }"#, None);
    let mut watched = Watched::new(world)?;
    // As long as somebody has the data open, edits stay in the log; by itself the program merges them when it ends.
    let window = beside_a_window.then(|| Connection::open(watched.world.data().join("dossier.db")).unwrap());
    if let Some(window) = &window {
        window.query_row("SELECT count(*) FROM documents", [], |row| row.get::<_, i64>(0)).unwrap();
    }
    watched.settle();
    for edit in 1..=12 {
        watched.run(&["edit", &id, "--set", &format!("product_name={edit}")], synchronous);
    }
    let mut lost = 0;
    watched.cut(CUTS, |data, said, cut| {
        let storage = open(data).unwrap_or_else(|error| panic!("cut {cut}: {error}"));
        let found: usize = product(&storage, &id).parse().unwrap();
        lost += usize::from(found < said.len());
    });
    Some(lost)
}

#[test]
fn of_a_hundred_power_cuts_none_loses_an_acknowledged_edit() {
    for beside_a_window in [true, false] {
        let Some(lost) = edits_lost("FULL", beside_a_window) else { return };
        assert_eq!(lost, 0, "beside a window: {beside_a_window}");
    }
}

/// The control: a test that finds nothing here would find nothing at all.
#[test]
fn the_same_cuts_lose_edits_where_the_program_does_not_wait_for_the_disk() {
    let Some(lost) = edits_lost("NORMAL", true) else { return };
    assert!(lost > 0, "with `synchronous=NORMAL` acknowledged edits are lost");
    eprintln!("with NORMAL, {lost} of {CUTS} cuts lose an acknowledged edit");
}

#[test]
fn a_power_cut_during_a_backup_leaves_whole_copies_or_none() {
    let world = World::new();
    let id = world.new_document("memo-application", r#"{ "product_name": "0" }"#, None);
    let Some(watched) = Watched::new(world) else { return };
    watched.run(&["backup", "now"], "FULL");
    watched.run(&["edit", &id, "--set", "product_name=1"], "FULL");
    watched.run(&["backup", "now"], "FULL");
    watched.cut(CUTS, |data, said, cut| {
        let acknowledged = said.iter().filter(|said| said.starts_with("已备份")).count();
        let copies = fs::read_dir(data.join("backups")).into_iter().flatten().map(|entry| entry.unwrap().path());
        let mut whole = 0;
        for copy in copies.filter(|path| CopyName::parse(path.file_name().unwrap().to_str().unwrap()).is_some()) {
            let holds = inspect(&copy, Depth::Everything).unwrap_or_else(|error| panic!("cut {cut}: {error}"));
            assert_eq!(holds.faults, [], "cut {cut}");
            whole += 1;
        }
        assert!(whole >= acknowledged, "cut {cut}: {whole} of {acknowledged} copies");
        open(data).unwrap_or_else(|error| panic!("cut {cut}: {error}"));
    });
}

#[test]
fn a_power_cut_during_a_restore_leaves_the_old_or_the_new() {
    for damaged in [false, true] {
        let world = World::new();
        let id = world.new_document("memo-application", r#"{ "product_name": "备份" }"#, None);
        let made = world.json(&[&"backup", &"now"]);
        let file = made["copy"]["file"].as_str().unwrap().to_owned();
        world.run(&[&"edit", &id, &"--set", &"product_name=现在"]).done();
        let path = world.data().join("dossier.db");
        let mut bytes = fs::read(&path).unwrap();
        if damaged {
            bytes[4096..4200].fill(0xA5);
            fs::write(&path, &bytes).unwrap();
        }
        let Some(watched) = Watched::new(world) else { return };
        watched.run(&["backup", "restore", &file], "FULL");
        let (mut old, mut new) = (0, 0);
        watched.cut(CUTS, |data, said, cut| {
            let found = match open(data) {
                Ok(storage) => product(&storage, &id),
                Err(error) if damaged && error.code == Code::DamagedDatabase => {
                    assert_eq!(fs::read(data.join("dossier.db")).unwrap(), bytes, "cut {cut}: as it was");
                    "现在".into()
                }
                Err(error) => panic!("cut {cut}: {error}"),
            };
            assert!(found == "备份" || found == "现在" && said.is_empty(), "cut {cut}: {found} after {said:?}");
            if found == "备份" {
                new += 1;
                let kept = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
                let kept =
                    kept.filter(|path| path.to_str().unwrap().contains("损坏")).map(|path| fs::read(path).unwrap());
                assert!(!damaged || kept.into_iter().any(|kept| kept == bytes), "cut {cut}: the damaged file is kept");
            } else {
                old += 1;
            }
        });
        assert!(old > 0 && new > 0, "cuts came before and after: {old} and {new}");
    }
}
