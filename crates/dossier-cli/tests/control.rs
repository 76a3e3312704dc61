//! Documents under control from a terminal: what people are told, and what two programs or a kill must not do to it.

#[allow(dead_code, reason = "not every test file needs everything")]
mod kit;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use dossier_core::storage::Storage;

use kit::Terminal;

const APPLICATION: &str = "release-application";

/// A data folder with the sample dossier: its application is `D0001`.
struct World {
    folder: tempfile::TempDir,
}

impl Terminal for World {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = kit::program();
        command.arg("--data").arg(self.data()).args(arguments).env("USER", "林知远");
        command
    }
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        world.done(&["release", "sample"]);
        world
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

#[test]
fn an_application_is_submitted_printed_signed_and_found_out() {
    let world = World::new();
    assert!(world.done(&["submit", "D0001"]).contains("已提交 REL-APP-"));
    let pdf = world.path("sheet.pdf");
    assert!(world.refused(&["sign", "D0001", "--name", "方文川"], 1).contains("还没有打印过"));
    world.done(&["print", "D0001", "--to", &pdf]);
    kit::assert_pdf_a(&std::fs::read(&pdf).unwrap(), "the sheet that is signed");
    let text = kit::text_of(Path::new(&pdf));
    let approval = world.json(&["approval", "D0001"]);
    let revision = &approval["revisions"][0];
    let (code, anchor) = (revision["code"].as_str().unwrap(), revision["anchor"].as_str().unwrap());
    for printed in [code, anchor, approval["number"].as_str().unwrap()] {
        assert!(text.contains(printed), "{printed} is on the paper:\n{text}");
    }
    assert!(!text.contains("草稿"), "the sheet that is signed carries no watermark and is no draft");
    assert!(world.refused(&["sign", "D0001", "--name", "丁立", "--step", "2"], 2).contains("要等第 1 步"));
    assert!(world.done(&["sign", "D0001", "--name", "方文川"]).contains("第 1 步已登记"));
    let again = world.refused(&["sign", "D0001", "--name", "方文川"], 2);
    assert!(again.contains("一人签两步要写明理由") && again.contains("提示："), "{again}");
    let own = world.command(&["sign", "D0001", "--name", "林知远"]).output().unwrap();
    assert!(String::from_utf8_lossy(&own.stderr).contains("正在审批自己的文档"), "authors are warned");
    assert!(world.done(&["approval", "D0001"]).contains("五部门审批（2/5）"));
    assert!(world.done(&["verify-print", code, "--anchor", anchor]).contains("与打印时一致"));
    assert!(world.refused(&["verify-print", "0000-0000-0000"], 1).contains("没有提交过"));
    assert!(world.done(&["audit", "verify", "--anchor", anchor]).contains("全部与记录时一致"));
}

/// Two programs that take numbers at once, each as fast as it can: every number once, and none left out.
#[test]
fn two_processes_never_get_the_same_number() {
    let world = World::new();
    let each = 200;
    let takers: Vec<_> = (0..2)
        .map(|_| {
            let commands: Vec<Command> = (0..each)
                .map(|index| world.command(&["number", "void", APPLICATION, "--reason", &format!("第 {index} 张打坏")]))
                .collect();
            std::thread::spawn(move || {
                let ran = commands.into_iter().map(|mut command| command.output().unwrap());
                ran.map(|ran| (ran.status.success(), String::from_utf8(ran.stdout).unwrap())).collect::<Vec<_>>()
            })
        })
        .collect();
    let taken: Vec<(bool, String)> = takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect();
    assert!(taken.iter().all(|(done, _)| *done));
    let numbers: BTreeSet<&str> = taken.iter().map(|(_, said)| said.split_once(' ').unwrap().0).collect();
    assert_eq!(numbers.len(), 2 * each, "no number is given twice");
    assert!(numbers.last().unwrap().ends_with("-400"), "and none is left out");
    assert!(world.done(&["audit", "verify"]).contains("全部与记录时一致"));
}

/// How many programs are killed: `DOSSIER_KILLS=1000` for the long run.
fn kills() -> u64 {
    std::env::var("DOSSIER_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(100)
}

/// Programs are killed at any moment while they save, submit, print and sign: nothing that was acknowledged is lost,
/// the chain of the log holds, and no number is there twice.
#[cfg(unix)]
#[test]
fn kills_lose_nothing_that_was_acknowledged() {
    let world = World::new();
    // Acts differ in what they write: an edit, numbers, a frozen revision with its paper, signatures.
    let mut documents = vec!["D0001".to_owned()];
    let (mut numbers, mut edited, mut submitted) = (BTreeSet::new(), None, BTreeSet::new());
    let mut acknowledged = 0_u64;
    // A whole run of each act, so that a kill can fall at any point of it.
    let whole = taken(|| drop(world.done(&["edit", "D0001", "--set", "remarks=第一次"])));
    let rounds = kills();
    for round in 0..rounds {
        let id = documents[documents.len() - 1].clone();
        let remark = format!("remarks=第 {round} 次");
        let (kind, arguments): (&str, Vec<&str>) = match round % 4 {
            0 => ("edit", vec!["edit", &id, "--set", &remark]),
            1 => ("number", vec!["number", "void", APPLICATION, "--reason", "打坏"]),
            2 => ("submit", vec!["submit", &id]),
            _ => ("sample", vec!["release", "sample"]),
        };
        let mut child = world.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // From before anything was read to after all was written, in steps that do not repeat.
        let share = (round * 37 % 101) as f64 / 100.0;
        // Longer than a whole run takes, so that some come to their end on a machine that is busy with other tests too.
        let factor = if kind == "edit" || kind == "number" { 2.0 } else { 6.0 };
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * factor * share));
        child.kill().unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        if said.is_empty() {
            // A submission may have happened without being acknowledged: then nothing can be typed any more.
            if kind == "submit" && world.json(&["show", &id])["status"] != "draft" {
                world.done(&["release", "sample"]);
                documents = applications(&world);
            }
            continue;
        }
        acknowledged += 1;
        match kind {
            "edit" => edited = Some((id, remark)),
            "number" => assert!(numbers.insert(said.split_once(' ').unwrap().0.to_owned()), "{said}"),
            "submit" => {
                let number = said.split_whitespace().nth(1).unwrap_or_default().to_owned();
                assert!(numbers.insert(number.clone()), "{said}");
                submitted.insert(number);
                world.done(&["release", "sample"]);
                documents = applications(&world);
            }
            _ => documents = applications(&world),
        }
    }
    assert!(acknowledged * 10 > rounds, "{acknowledged} of {rounds} came to their end");
    let storage = Storage::open(&world.data(), "2026-04-15T10:00:00+08:00".parse().unwrap()).unwrap();
    storage.check_structure().unwrap();
    let stored = storage.numbers(None).unwrap();
    for number in &numbers {
        assert!(stored.iter().any(|own| own.number == *number), "{number} was acknowledged and is gone");
    }
    for number in &submitted {
        assert!(storage.revision_named(number, "V1.0").unwrap().is_some(), "{number} was submitted and is gone");
    }
    assert_eq!(storage.number_gaps().unwrap(), []);
    drop(storage);
    if let Some((id, remark)) = edited {
        let typed = remark.split_once('=').unwrap().1;
        assert_eq!(world.json(&["show", &id])["content"]["remarks"], typed, "the last edit that was acknowledged");
    }
    assert!(world.done(&["audit", "verify"]).contains("全部与记录时一致"));
}

/// How long something takes here.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "a kill has to fall within the run of a program, however slow the machine"
)]
fn taken(act: impl FnOnce()) -> Duration {
    let started = std::time::Instant::now();
    act();
    started.elapsed()
}

/// The applications of all sample dossiers, oldest first.
#[cfg(unix)]
fn applications(world: &World) -> Vec<String> {
    let list = world.json(&["list", "--template", APPLICATION]);
    let mut ids: Vec<String> =
        list.as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}
