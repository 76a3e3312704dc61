//! Packing and verifying a package with 300 MB of signed copies, against reading and hashing the same bytes, in the same
//! run. Both may take 1.5 times as long as that, beside the time for papers and lists (the same dossier without scans).
//!
//! A package has to be on the disk before it is there, which no hash asks for. How long the same bytes take to be read,
//! hashed, written and waited for, one after the other, is `written_ms`, and `written_ratio` is packing against that.
//! `hash_ms` is what our own hash takes, with the processor's instructions for it; the command `sha256sum`, where there
//! is one, is `sha256sum_ms`.
//!
//! Prints `{"bench":"package_pack","median_ms":…,"ratio":…,"written_ratio":…}` and the same of `package_verify`.
//!
//! With `DOSSIERS=1000` it packs a year of so many dossiers instead, each with a signed copy, after one of a tenth of them,
//! and prints what memory either held at most: `{"bench":"package_year","dossiers":1000,"ms":…,"peak_mib":…}`.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use dossier_core::archive::{ArchiveRequest, PackageVerdict, Scope, verify};
use dossier_core::control::{Signing, StepState, Submission};
use dossier_core::environment::{Environment, Resources};
use dossier_core::storage::{Act, DocumentId, Filing, How, Opinion, ReleaseId, ScanPage, Storage, sha256};
use dossier_core::{Result, Workspace};
use sha2::{Digest, Sha256};

const SCANS: usize = 20;
const SCAN_BYTES: usize = 15 << 20;
const RUNS: usize = 5;
/// A signed copy of a year's dossier, in bytes: a page, scanned in grey.
const PAGE_BYTES: usize = 300 << 10;

fn main() -> Result<()> {
    let folder = scratch();
    if let Some(dossiers) = std::env::var("DOSSIERS").ok().and_then(|count| count.parse::<usize>().ok()) {
        year(&folder.join("tenth"), dossiers.div_ceil(10))?;
        year(&folder.join("whole"), dossiers)?;
        let _ = fs::remove_dir_all(folder);
        return Ok(());
    }
    let (mut workspace, release) = dossier(&folder.join("data"), SCANS)?;
    let (mut bare, bare_release) = dossier(&folder.join("bare"), 0)?;
    let (package, small, plain) = (folder.join("package.zip"), folder.join("small.zip"), folder.join("plain"));
    let second = folder.join("second");
    write_plain(&plain);

    let [mut pack, mut papers, mut check, mut hash, mut written, mut command] = [const { Vec::new() }; 6];
    // Alternating: what else the machine does meanwhile meets all of them.
    for _ in 0..RUNS {
        hash.push(time(|| hash_of(&plain, |_| ())));
        command.push(time(|| Command::new("sha256sum").arg(&plain).output().is_ok()));
        written.push(time(|| hash_and_write(&plain, &second)));
        papers.push(time(|| archive(&mut bare, of(bare_release), &small)));
        pack.push(time(|| archive(&mut workspace, of(release), &package)));
        let verified = || verify(&package, None, &mut |_| ControlFlow::Continue(())).expect("a package").verdict;
        check.push(time(|| assert_eq!(verified(), PackageVerdict::Sound)));
    }
    let [pack, papers, check, hash, written, command] = [pack, papers, check, hash, written, command].map(median);
    let mb = fs::metadata(&package).map_or(0, |package| package.len()) >> 20;
    println!(
        r#"{{"bench":"package_pack","mb":{mb},"median_ms":{pack:.0},"hash_ms":{hash:.0},"sha256sum_ms":{command:.0},"written_ms":{written:.0},"pdf_ms":{papers:.0},"ratio":{:.2},"bare_ratio":{:.2},"written_ratio":{:.2}}}"#,
        pack / (hash + papers),
        (pack - papers) / hash,
        pack / (written + papers),
    );
    println!(r#"{{"bench":"package_verify","median_ms":{check:.0},"hash_ms":{hash:.0},"ratio":{:.2}}}"#, check / hash);
    let _ = fs::remove_dir_all(folder);
    Ok(())
}

/// Packs so many dossiers of one year.
fn year(folder: &Path, dossiers: usize) -> Result<()> {
    let mut workspace = Workspace::open(folder, environment())?;
    let mut ids = Vec::new();
    for _ in 0..dossiers {
        ids.push(approved(&mut workspace)?.1);
    }
    drop(workspace);
    let mut storage = Storage::open(folder, environment().now())?;
    for (number, id) in ids.into_iter().enumerate() {
        file(&mut storage, id, number, PAGE_BYTES)?;
    }
    drop(storage);
    let mut workspace = Workspace::open(folder, environment())?;
    forget_peak();
    let scope = Scope { year: Some(2026), ..Scope::default() };
    let ms = time(|| archive(&mut workspace, scope, &folder.join("package.zip")));
    let mib = peak_memory().map_or_else(|| "null".to_owned(), |bytes| (bytes >> 20).to_string());
    println!(r#"{{"bench":"package_year","dossiers":{dossiers},"ms":{ms:.0},"peak_mib":{mib}}}"#);
    Ok(())
}

/// From here on the system counts the peak of memory anew, where it can.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The most memory this process has held since, where the system tells.
fn peak_memory() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? << 10)
}

fn scratch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-bench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

fn time<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Bytes that nothing makes smaller, as scans are.
fn scan(number: usize, size: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ (number as u64 + 1);
    let mut bytes = b"%PDF-1.7\n".to_vec();
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.extend_from_slice(b"\n%%EOF\n");
    bytes
}

/// The same bytes in a file.
fn write_plain(path: &Path) {
    let mut file = File::create(path).expect("a file");
    for number in 0..SCANS {
        file.write_all(&scan(number, SCAN_BYTES)).expect("written");
    }
    file.sync_all().expect("on the disk");
    // Read once: the package was just written as well when it is verified.
    hash_of(path, |_| ());
}

/// What `sha256sum` does and `cp`, with everything on the disk at the end.
fn hash_and_write(from: &Path, to: &Path) {
    let mut file = File::create(to).expect("a file");
    hash_of(from, |piece| file.write_all(piece).expect("written"));
    file.sync_all().expect("on the disk");
}

/// What `sha256sum` does.
fn hash_of(path: &Path, mut each: impl FnMut(&[u8])) -> Vec<u8> {
    let mut file = File::open(path).expect("the file");
    let mut piece = vec![0; 1 << 20];
    let mut digest = Sha256::new();
    loop {
        match file.read(&mut piece).expect("read") {
            0 => return digest.finalize().to_vec(),
            count => {
                digest.update(&piece[..count]);
                each(&piece[..count]);
            }
        }
    }
}

fn environment() -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let resources = Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") };
    let now = chrono::DateTime::parse_from_rfc3339("2026-03-04T09:00:00+08:00").expect("a moment");
    Environment::fixed(now, resources).with_user("林知远")
}

/// A data folder whose application is approved, with so many signed copies.
fn dossier(folder: &Path, scans: usize) -> Result<(Workspace, ReleaseId)> {
    let mut workspace = Workspace::open(folder, environment())?;
    let (release, id) = approved(&mut workspace)?;
    drop(workspace);
    let mut storage = Storage::open(folder, environment().now())?;
    for number in 0..scans {
        file(&mut storage, id, number, SCAN_BYTES)?;
    }
    drop(storage);
    Ok((Workspace::open(folder, environment())?, release))
}

/// One more dossier, whose application is approved.
fn approved(workspace: &mut Workspace) -> Result<(ReleaseId, DocumentId)> {
    let release = workspace.load_sample()?;
    let documents = workspace.dossier(release)?.documents;
    let own = documents.iter().find(|document| document.template == "release-application");
    let id = own.and_then(|document| document.id).expect("the application");
    workspace.submit(id, &Submission::default())?;
    sign(workspace, id)?;
    Ok((release, id))
}

/// A signed copy of what was submitted last.
fn file(storage: &mut Storage, id: DocumentId, number: usize, size: usize) -> Result<()> {
    let record = storage.latest_revision(id)?.expect("it was submitted");
    let bytes = scan(number, size);
    storage.transact(Act { at: environment().now(), actor: "林知远", action: "scan.add" }, |tx| {
        let scan = tx.insert_scan(&format!("签署件{number}.pdf"), "pdf", 1, &bytes)?;
        let page = ScanPage {
            scan,
            page: 1,
            revision: Some(record.id),
            paper_page: Some(1),
            turned: 0,
            how: Filing::Code,
            note: String::new(),
        };
        tx.file_page(&page)?;
        tx.subject(id);
        tx.detail("sha256", sha256(&bytes));
        Ok(())
    })?;
    Ok(())
}

fn sign(workspace: &mut Workspace, id: DocumentId) -> Result<()> {
    for name in ["方文川", "丁立", "王小天", "赵昇", "周明"] {
        let approval = workspace.approval(id)?;
        let chain = approval.revisions[0].chains.iter().find(|chain| chain.open).expect("it is under approval");
        let step = chain.steps.iter().find(|step| step.state == StepState::Next).expect("a step");
        let signing = Signing {
            chain: Some(chain.id.clone()),
            step: step.index,
            name: name.into(),
            signed_on: "2026-03-04".into(),
            opinion: Opinion::Agree,
            supplement: String::new(),
            how: How::Machine,
            ink: None,
            reason: String::new(),
            scan: None,
        };
        workspace.sign(id, &signing)?;
    }
    Ok(())
}

fn of(release: ReleaseId) -> Scope {
    Scope { release: Some(release.to_string()), ..Scope::default() }
}

fn archive(workspace: &mut Workspace, scope: Scope, to: &Path) {
    let open = ["报告", "附录2", "附录3", "附录4", "审批"];
    let request = ArchiveRequest {
        scope,
        exceptions: open.map(|line| (line.to_owned(), "尚未总结".to_owned())).to_vec(),
        confirmed: (1..=4).map(|item| (item.to_string(), "周敏".to_owned())).collect(),
        left_out: Vec::new(),
    };
    let made = workspace.archive(&request, to, &mut |_| ControlFlow::Continue(())).expect("a package");
    assert!(made.is_some());
}
