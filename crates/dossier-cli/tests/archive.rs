//! Archive packages from a terminal, and without it: what `sha256sum` and the reference reader of BagIt say of them.

#![allow(clippy::disallowed_methods, reason = "the promise is a time: refused in seconds")]

#[allow(dead_code, reason = "not every test file needs everything")]
mod kit;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dossier_core::archive::PackageVerdict;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use kit::Terminal;

/// A data folder with the sample dossier: its application is `D0001`.
struct World {
    folder: tempfile::TempDir,
}

impl Terminal for World {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = kit::program();
        command.arg("--data").arg(self.path("data")).args(arguments).env("USER", "林知远");
        command.current_dir(self.folder.path());
        command
    }
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// One whose application is approved at the machine.
    fn approved() -> Self {
        let world = Self::new();
        world.done(&["release", "sample"]);
        world.done(&["submit", "D0001"]);
        for name in ["方文川", "丁立", "王小天", "赵昇", "周明"] {
            world.done(&["sign", "D0001", "--name", name, "--machine"]);
        }
        world.done(&["control", "D0001"]);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Archives everything; its 移交校验码.
    fn archive(&self, to: &str) -> String {
        let mut arguments = vec!["archive", "--release", "R0001", "--to", to];
        for open in ["报告=尚未总结", "附录2=尚未总结", "附录3=尚未总结", "附录4=尚未总结", "审批=预发布验证另行归档"]
        {
            arguments.extend(["--exception", open]);
        }
        for item in ["1=周敏", "2=周敏", "3=赵昇", "4=周敏"] {
            arguments.extend(["--confirm", item]);
        }
        let said = self.done(&arguments);
        said.lines().find_map(|line| line.strip_prefix("移交校验码：")).expect("it is told").to_owned()
    }

    /// Unpacks a package as anybody would; the folder of the bag.
    fn unpack(&self, package: &str) -> PathBuf {
        let mut archive = ZipArchive::new(fs::File::open(self.path(package)).unwrap()).unwrap();
        archive.extract(self.path("unpacked")).unwrap();
        let mut folders = fs::read_dir(self.path("unpacked")).unwrap();
        let folder = folders.next().unwrap().unwrap().path();
        assert!(folders.next().is_none(), "one folder, as BagIt wants it");
        folder
    }

    /// Packs a folder again.
    fn pack(&self, folder: &Path, to: &str) {
        let mut zip = ZipWriter::new(fs::File::create(self.path(to)).unwrap());
        let mut waiting = vec![folder.to_path_buf()];
        while let Some(next) = waiting.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let name = path.strip_prefix(folder.parent().unwrap()).unwrap().to_str().unwrap().to_owned();
                zip.start_file(name, SimpleFileOptions::default()).unwrap();
                zip.write_all(&fs::read(&path).unwrap()).unwrap();
            }
        }
        zip.finish().unwrap();
    }
}

#[test]
fn a_package_is_checked_made_verified_and_brought_back() {
    let world = World::approved();
    let said = world.refused(&["archive", "--release", "R0001", "--check"], 1);
    for line in ["不通过  附录2/R0001", "不通过  4.4.2.1", "通过  审计", "齐全", "真实性", "可用性", "PDF/A-2u"]
    {
        assert!(said.contains(line), "{line} in {said}");
    }
    let refused = world.json(&["archive", "--release", "R0001", "--to", "a.zip"]);
    assert_eq!(refused["code"], "invalid_content");
    assert!(refused["issues"].as_array().unwrap().len() > 5 && !world.path("a.zip").exists());
    world.refused(&["archive", "--to", "a.zip"], 2);
    world.refused(&["archive", "--release", "R0001", "--to", "a.pdf"], 2);

    fs::write(world.path("会议纪要.txt"), "纪要").unwrap();
    assert!(world.done(&["attach", "D0001", "会议纪要.txt", "--appendix", "4"]).contains("附录 4"));
    assert!(world.refused(&["attach", "D0001", "会议纪要.exe", "--appendix", "4"], 2).contains("找不到"));
    let lines = world.json(&["archive", "--release", "R0001", "--check"]);
    let of =
        |id: &str| lines["lines"].as_array().unwrap().iter().find(|line| line["id"] == id).unwrap()["outcome"].clone();
    assert_eq!((of("附录4/R0001"), of("附录3/R0001")), ("passed".into(), "blocking".into()));
}

#[test]
fn a_package_is_trusted_without_the_program() {
    let world = World::approved();
    let code = world.archive("归档包.zip");
    // No data folder is needed, and none is made.
    let elsewhere = World::new();
    let package = world.path("归档包.zip");
    let package = package.to_str().unwrap();
    assert!(elsewhere.done(&["verify", package, "--anchor", &code]).contains("完好：与移交时一致"));
    assert!(!elsewhere.path("data").exists());

    let bag = world.unpack("归档包.zip");
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let sums = Command::new("sha256sum").args(["--strict", "--quiet", "-c", manifest]).current_dir(&bag).output();
        let sums = sums.expect("sha256sum is part of every Linux");
        assert!(sums.status.success(), "{}", String::from_utf8_lossy(&sums.stdout));
    }
    let manifest = fs::read(bag.join("manifest-sha256.txt")).unwrap();
    let digits = code.replace('-', "").to_lowercase();
    assert!(dossier_core::storage::sha256(manifest).starts_with(&digits), "as the README says");
    match bagit(&bag) {
        Some(ran) => assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr)),
        None => eprintln!("python3 has no bagit here: `cargo xtask setup` fetches it"),
    }
    let mut list = String::new();
    fs::File::open(bag.join("data/受控文件清单.csv")).unwrap().read_to_string(&mut list).unwrap();
    assert!(list.contains("REL-APP-"), "{list}");

    // A byte changed, a manifest recomputed.
    let paper = walk(&bag).into_iter().find(|path| path.extension().is_some_and(|ending| ending == "pdf")).unwrap();
    let mut bytes = fs::read(&paper).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&paper, bytes).unwrap();
    world.pack(&bag, "坏.zip");
    let said = world.refused(&["verify", "坏.zip"], 1);
    assert!(said.contains("已损坏") && said.contains(paper.file_name().unwrap().to_str().unwrap()), "{said}");
    assert_eq!(world.json(&["verify", "坏.zip"])["verdict"], serde_json::to_value(PackageVerdict::Damaged).unwrap());
    if let Some(ran) = bagit(&bag) {
        assert!(!ran.status.success(), "the reference reader agrees");
    }
    assert_eq!(elsewhere.run(&["restore", world.path("坏.zip").to_str().unwrap()]).status.code(), Some(1));

    let back = World::new();
    assert!(back.done(&["restore", package, "--anchor", &code]).contains("已恢复 1 份文档，1 个版本"));
    assert!(back.done(&["restore", package]).contains("1 份已在这里，没有改动"));
    back.done(&["audit", "verify"]);
    let again = back.archive("再.zip");
    assert_ne!(again, code, "another log, another digest");
    let again = back.unpack("再.zip");
    assert_eq!(fs::read(again.join("data/index.json")).unwrap(), fs::read(bag.join("data/index.json")).unwrap());
}

/// Validates a bag as its reference reader does; none where Python has it not.
fn bagit(bag: &Path) -> Option<Output> {
    let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../xtask/python");
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.args(arguments).env("PYTHONPATH", &fetched);
        command
    };
    let has_it = python(&["-c", "import bagit"]).output().ok()?.status.success();
    has_it.then(|| python(&["-m", "bagit", "--validate", "--quiet"]).arg(bag).output().unwrap())
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found.retain(|path| path.to_str().unwrap().contains("/data/"));
    found
}

/// Bytes that nothing compresses.
fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut state = 2 * seed + 1;
    let mut bytes = b"%PDF-1.7\n".to_vec();
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}

/// Runs the program to its end; the most memory that it took, in MB.
#[cfg(target_os = "linux")]
fn memory_of(command: &mut Command) -> u64 {
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let mut most = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(peak.unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success());
            return most >> 10;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Signed copies are packed, verified and brought back one at a time.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_package() {
    use dossier_core::Environment;
    use dossier_core::storage::{Act, DocumentId, Filing, ScanPage, Storage};
    const SCANS: u64 = 24;
    const SIZE: usize = 4 << 20;
    let world = World::approved();
    let now = Environment::system().now();
    let mut storage = Storage::open(&world.path("data"), now).unwrap();
    let id: DocumentId = "D0001".parse().unwrap();
    let revision = storage.latest_revision(id).unwrap().unwrap().id;
    for number in 0..SCANS {
        let act = Act { at: now, actor: "林知远", action: "scan.add" };
        let bytes = noise(number, SIZE);
        storage
            .transact(act, |tx| {
                let scan = tx.insert_scan("签署件.pdf", "pdf", 1, &bytes)?;
                let how = Filing::Hand;
                let place = Some(1);
                let page = ScanPage {
                    scan,
                    page: 1,
                    revision: Some(revision),
                    paper_page: place,
                    turned: 0,
                    how,
                    note: String::new(),
                };
                tx.file_page(&page)?;
                tx.detail("sha256", dossier_core::storage::sha256(&bytes));
                Ok(())
            })
            .unwrap();
    }
    drop(storage);
    let mut arguments = vec!["archive", "--release", "R0001", "--to", "大.zip"];
    for open in ["报告=无", "附录2=无", "附录3=无", "附录4=无", "审批=无"] {
        arguments.extend(["--exception", open]);
    }
    for item in ["1=周敏", "2=周敏", "3=赵昇", "4=周敏"] {
        arguments.extend(["--confirm", item]);
    }
    let packing = memory_of(&mut world.command(&arguments));
    let back = World::new();
    let package = world.path("大.zip");
    let package = package.to_str().unwrap();
    assert!(fs::metadata(package).unwrap().len() > SCANS * SIZE as u64);
    let verifying = memory_of(&mut back.command(&["verify", package]));
    let restoring = memory_of(&mut back.command(&["restore", package]));
    assert!(packing < 80 && verifying < 40 && restoring < 60, "{packing}, {verifying}, {restoring} MB");
}

/// What takes memory when it is believed: 200 MB for everything, and the program says what is wrong instead of dying.
#[cfg(target_os = "linux")]
#[test]
fn hostile_packages_are_refused_within_200_mb() {
    let world = World::approved();
    world.archive("归档包.zip");
    let bag = world.unpack("归档包.zip");
    let sound = |path: &str| fs::read(bag.join(path)).unwrap();
    let within_200_mb = |package: &str| {
        let program = kit::program();
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 204800; exec \"$0\" verify \"$1\""]).arg(program.get_program()).arg(package);
        command.current_dir(world.folder.path()).output().unwrap()
    };
    assert!(within_200_mb("归档包.zip").status.success(), "so much is enough for a sound one");
    let changes: [(&str, &str, Vec<u8>); 4] = [
        ("deep", "data/index.json", b"[".repeat(40 << 20)),
        ("wide", "data/index.json", format!("{{\"schema\":1,\"x\":[{}0]}}", "[],".repeat(12 << 20)).into_bytes()),
        ("log", "data/audit.jsonl", b"{\"detail\":".repeat(8 << 20)),
        ("large", "data/大.bin", vec![0; 400 << 20]),
    ];
    for (what, path, bytes) in changes {
        let old = bag.join(path).exists().then(|| sound(path));
        let manifest = String::from_utf8(sound("manifest-sha256.txt")).unwrap();
        let others: String =
            manifest.lines().filter(|line| !line.ends_with(path)).map(|line| format!("{line}\n")).collect();
        fs::write(
            bag.join("manifest-sha256.txt"),
            format!("{others}{}  {path}\n", dossier_core::storage::sha256(&bytes)),
        )
        .unwrap();
        fs::write(bag.join(path), &bytes).unwrap();
        drop(bytes);
        world.pack(&bag, "恶.zip");
        fs::write(bag.join("manifest-sha256.txt"), manifest).unwrap();
        match old {
            Some(old) => fs::write(bag.join(path), old).unwrap(),
            None => fs::remove_file(bag.join(path)).unwrap(),
        }
        let began = std::time::Instant::now();
        let ran = within_200_mb("恶.zip");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
        assert!(matches!(ran.status.code(), Some(1 | 2)), "{what}: {:?} {said}", ran.status);
        assert!(began.elapsed().as_secs_f64() < 4.0, "{what} took {:?}, debug build", began.elapsed());
    }
}
