//! Archive packages: checked before they are made, trusted only as far as they can be, and brought back whole.

#![allow(clippy::disallowed_methods, reason = "the promise is a time: refused in under two seconds")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chrono::DateTime;
use dossier_core::archive::{
    ArchiveMade, ArchiveRequest, Outcome, PackageReport, PackageVerdict, Packing, PackingStep, Scope, verify,
};
use dossier_core::control::{PaperCopy, Signing, StepState, Submission};
use dossier_core::environment::{Environment, Resources};
use dossier_core::export::Options;
use dossier_core::storage::{
    Act, DocumentId, Filing, How, Opinion, ReleaseId, RevisionState, ScanPage, Status, Storage, sha256,
};
use dossier_core::{Code, Error, Workspace};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const APPLICATION: &str = "release-application";
const SUMMARY: &str = "release-summary";
const MARCH: &str = "2026-03-04T09:00:00+08:00";

fn environment() -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let resources = Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") };
    Environment::fixed(DateTime::parse_from_rfc3339(MARCH).unwrap(), resources).with_user("林知远")
}

/// A data folder with the sample dossier in it.
struct World {
    folder: tempfile::TempDir,
    workspace: Workspace,
    release: ReleaseId,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::open(folder.path(), environment()).unwrap();
        workspace.change_settings(&json!({ "organisation": { "name": "星图科技有限公司" } })).unwrap();
        let release = workspace.load_sample().unwrap();
        Self { folder, workspace, release }
    }

    /// One whose dossier is complete: signed in ink and at the machine, scanned, with its appendices.
    fn complete() -> Self {
        let mut world = Self::new();
        let application = world.document(APPLICATION);
        world.submit(application, "");
        world.workspace.print(application, None, PaperCopy::Record, Options::default()).unwrap();
        world.sign_all(application, How::Ink);
        world.workspace.bring_into_force(application, None).unwrap();
        world.workspace.issue_copy(application, "运维部", "赵昇").unwrap();
        let mut world = world.with_scan(application);
        // A second revision that replaces the first one, signed at the machine.
        world.workspace.revise(application, false, "发布推迟一周").unwrap();
        world.submit(application, "");
        world.sign_all(application, How::Machine);
        world.workspace.bring_into_force(application, None).unwrap();
        let summary = world.document(SUMMARY);
        world.submit(summary, "");
        world.sign_all(summary, How::Machine);
        for (appendix, name) in [(2, "节点 截图:100%.png"), (3, "问题跟踪表.csv"), (4, "会议纪要.txt")] {
            // Windows would refuse the name; other systems do not.
            let path = world.folder.path().join(name);
            std::fs::write(&path, format!("\u{89}PNG\r\n\u{1a}\n{appendix}").into_bytes()).unwrap();
            if name.ends_with("png") {
                std::fs::write(&path, picture(120, 80)).unwrap();
            }
            world.workspace.attach(summary, appendix, &path).unwrap();
        }
        assert_eq!(world.faults(), [""; 0]);
        world
    }

    /// Files the printed sheet as the scan of itself.
    fn with_scan(self, id: DocumentId) -> Self {
        let Self { folder, workspace, release } = self;
        let bytes = workspace.paper(id, None, PaperCopy::Record, Options::default()).unwrap().bytes;
        drop(workspace);
        let now = environment().now();
        let mut storage = Storage::open(folder.path(), now).unwrap();
        let record = storage.latest_revision(id).unwrap().unwrap();
        storage
            .transact(Act { at: now, actor: "林知远", action: "scan.add" }, |tx| {
                let scan = tx.insert_scan("签署件.pdf", "pdf", record.pages, &bytes)?;
                for page in 1..=record.pages {
                    tx.file_page(&ScanPage {
                        scan,
                        page,
                        revision: Some(record.id),
                        paper_page: Some(page),
                        turned: 0,
                        how: Filing::Code,
                        note: String::new(),
                    })?;
                }
                let signoff = tx.signoffs_of(record.id)?[0].id;
                tx.attach_scan(signoff, scan, 1)?;
                tx.subject(id);
                tx.detail("sha256", sha256(&bytes));
                Ok(())
            })
            .unwrap();
        drop(storage);
        let workspace = Workspace::open(folder.path(), environment()).unwrap();
        Self { folder, workspace, release }
    }

    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path(), environment()).unwrap();
        Self { folder, workspace, release: "R0001".parse().unwrap() }
    }

    fn document(&self, template: &str) -> DocumentId {
        let dossier = self.workspace.dossier(self.release).unwrap();
        dossier.documents.iter().find(|document| document.template == template).unwrap().id.unwrap()
    }

    fn submit(&mut self, id: DocumentId, change: &str) {
        let change = Some(change.to_owned()).filter(|change| !change.is_empty());
        self.workspace.submit(id, &Submission { change, ..Submission::default() }).unwrap();
    }

    /// Signs whatever can be signed of the latest revision, approval first.
    fn sign_all(&mut self, id: DocumentId, how: How) {
        let names = ["方文川", "丁立", "王小天", "赵昇", "周明", "陈珺"];
        for _ in 0..20 {
            let approval = self.workspace.approval(id).unwrap();
            let chains = &approval.revisions[0].chains;
            let next = chains.iter().filter(|chain| chain.open).find_map(|chain| {
                let step = chain.steps.iter().find(|step| step.state == StepState::Next)?;
                Some((chain.id.clone(), step.index))
            });
            let Some((chain, step)) = next else { return };
            let signing = Signing {
                chain: Some(chain),
                step,
                name: names[step].into(),
                signed_on: "2026-03-04".into(),
                opinion: Opinion::Agree,
                supplement: String::new(),
                how,
                ink: None,
                reason: "兼任".into(),
                scan: None,
            };
            self.workspace.sign(id, &signing).unwrap();
        }
        panic!("signing comes to an end");
    }

    fn faults(&self) -> Vec<String> {
        let report = self.workspace.verify_audit(None).unwrap();
        report.faults.into_iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn archive(&mut self, name: &str, request: &ArchiveRequest) -> Result<ArchiveMade, Error> {
        let path = self.path(name);
        Ok(self.workspace.archive(request, &path, &mut |_| ControlFlow::Continue(()))?.unwrap())
    }
}

/// A screenshot, grey from left to right.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let pixels: Vec<u8> = (0..width * height).map(|at| (at % width * 255 / width) as u8).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    file
}

fn request() -> ArchiveRequest {
    ArchiveRequest {
        scope: Scope { year: Some(2026), ..Scope::default() },
        exceptions: Vec::new(),
        confirmed: (1..=4).map(|item| (item.to_string(), "周敏".to_owned())).collect(),
        left_out: Vec::new(),
    }
}

/// A complete package, made once.
struct Made {
    world: std::sync::Mutex<World>,
    bytes: Vec<u8>,
    code: String,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut world = World::complete();
        let made = world.archive("归档包.zip", &request()).unwrap();
        let bytes = std::fs::read(world.path("归档包.zip")).unwrap();
        Made { world: world.into(), bytes, code: made.code }
    })
}

/// The files of a package by their paths within the bag.
#[derive(Clone)]
struct Bag(BTreeMap<String, Vec<u8>>);

impl Bag {
    fn read(bytes: &[u8]) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            let name = entry.name().unwrap().into_owned();
            files.insert(name.split_once('/').unwrap().1.to_owned(), bytes);
        }
        Self(files)
    }

    fn write(&self) -> Vec<u8> {
        pack(self.0.iter().map(|(path, bytes)| (format!("包/{path}"), bytes.clone())))
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.0[path].clone()).unwrap()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.0[path]).unwrap()
    }

    fn set(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.to_owned(), bytes.into());
    }

    /// The first file whose path fits.
    fn find(&self, part: &str) -> String {
        self.0
            .keys()
            .find(|path| path.contains(part))
            .unwrap_or_else(|| panic!("{part} in {:?}", self.0.keys()))
            .clone()
    }

    /// Makes the manifests tell what there is, as somebody would who knows BagIt.
    fn recompute(&mut self) {
        let lines = |bag: &Self, payload: bool| {
            let fits = |path: &&String| path.starts_with("data/") == payload && *path != "tagmanifest-sha256.txt";
            bag.0.keys().filter(fits).map(|path| format!("{}  {path}\n", sha256(&bag.0[path]))).collect::<String>()
        };
        let manifest = lines(self, true);
        self.set("manifest-sha256.txt", manifest);
        let payload: Vec<&Vec<u8>> =
            self.0.iter().filter(|(path, _)| path.starts_with("data/")).map(|(_, bytes)| bytes).collect();
        let oxum = format!("{}.{}", payload.iter().map(|bytes| bytes.len()).sum::<usize>(), payload.len());
        let info: String =
            self.text("bag-info.txt")
                .lines()
                .map(|line| {
                    if line.starts_with("Payload-Oxum") {
                        format!("Payload-Oxum: {oxum}\n")
                    } else {
                        format!("{line}\n")
                    }
                })
                .collect();
        self.set("bag-info.txt", info);
        let tags = lines(self, false);
        self.set("tagmanifest-sha256.txt", tags);
    }

    /// Makes the index tell what there is, too.
    fn reindex(&mut self) {
        let mut index = self.json("data/index.json");
        let hashes: BTreeMap<String, (String, usize)> =
            self.0.iter().map(|(path, bytes)| (path.clone(), (sha256(bytes), bytes.len()))).collect();
        let fix = |file: &mut Value| {
            let (hash, size) = &hashes[file["计算机文件名"].as_str().unwrap()];
            file["sha256"] = json!(hash);
            file["计算机文件大小"] = json!(size);
        };
        for document in index["documents"].as_array_mut().unwrap() {
            for revision in document["revisions"].as_array_mut().unwrap() {
                revision["files"].as_array_mut().unwrap().iter_mut().for_each(fix);
            }
        }
        self.set("data/index.json", serde_json::to_vec_pretty(&index).unwrap());
    }
}

fn pack(files: impl Iterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn check(bytes: &[u8], anchor: Option<&str>) -> Result<PackageReport, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("包.zip");
    std::fs::write(&path, bytes).unwrap();
    let report = verify(&path, anchor, &mut |_| ControlFlow::Continue(()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is unpacked");
    report
}

fn codes(report: &PackageReport) -> Vec<&'static str> {
    report.issues.iter().map(|issue| issue.code).collect()
}

#[test]
fn what_is_missing_is_told_before_anything_is_written_and_reasons_are_archived() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    let nothing = world.archive("a.zip", &request()).unwrap_err();
    assert_eq!(nothing.code, Code::NotFound, "drafts are not archived: {}", nothing.message);
    world.submit(id, "");
    world.workspace.print(id, None, PaperCopy::Record, Options::default()).unwrap();
    world.sign_all(id, How::Ink);

    let error = world.archive("a.zip", &ArchiveRequest { confirmed: Vec::new(), ..request() }).unwrap_err();
    let told: Vec<&str> = error.issues.iter().map(|issue| issue.path.as_str()).collect();
    let wanted = [
        "报告/R0001",
        "附录2/R0001",
        "附录3/R0001",
        "附录4/R0001",
        "签署件/REL-APP-2026-001 V1.0",
        "4.4.2.1",
        "4.4.2.2",
        "4.4.2.3",
        "4.4.2.4",
    ];
    assert_eq!((error.code, told.as_slice()), (Code::InvalidContent, wanted.as_slice()));
    assert!(!world.path("a.zip").exists() && no_temporary(&world), "nothing is left");

    let mut excused = request();
    for line in ["报告", "附录2", "附录3", "附录4/R0001", "签署件"] {
        excused.exceptions.push((line.into(), "版本取消，未发布".into()));
    }
    let unknown = ArchiveRequest { exceptions: vec![("附录9".into(), "无".into())], ..excused.clone() };
    assert_eq!(world.archive("a.zip", &unknown).unwrap_err().code, Code::BadRequest);
    let silent = ArchiveRequest { exceptions: vec![("报告".into(), " ".into())], ..excused.clone() };
    assert_eq!(world.archive("a.zip", &silent).unwrap_err().code, Code::ReasonNeeded);

    let made = world.archive("a.zip", &excused).unwrap();
    assert_eq!(made.check.of(Outcome::Excused).count(), 5);
    let bag = Bag::read(&std::fs::read(world.path("a.zip")).unwrap());
    let archived = bag.text("data/归档检查.json");
    assert!(archived.contains("版本取消，未发布") && archived.contains("周敏"), "{archived}");
    let list = text_of(&bag.0["移交清单.pdf"]);
    for printed in [made.code.as_str(), &made.digest, "REL-APP-2026-001", "版本取消，未发布", "移交人", "监交人"]
    {
        assert!(packed(&list).contains(&packed(printed)), "{printed} stands on the list:\n{list}");
    }
    let log = world.workspace.storage().audit(None).unwrap();
    assert_eq!(log.last().unwrap().action, "archive.make");
    assert_eq!(world.faults(), [""; 0]);
}

#[test]
fn lines_of_a_check_lead_to_what_they_are_about() {
    let world = made().world.lock().unwrap();
    let scope = Scope { release: Some(world.release.to_string()), ..Scope::default() };
    let request = ArchiveRequest { scope: scope.clone(), ..ArchiveRequest::default() };
    let mut told = Vec::new();
    let mut hear = |progress: &dossier_core::dossiers::Progress| {
        told.push(progress.done);
        ControlFlow::Continue(())
    };
    let check = world.workspace.check_archive(&request, &mut hear).unwrap();
    assert_eq!(told, [0, 1, 2, 3], "before each revision, and at the end");
    let stopped = world.workspace.check_archive(&request, &mut |_| ControlFlow::Break(())).unwrap_err();
    assert_eq!(stopped.message, "已停止，没有检查完");
    let places = world.workspace.archive_places(&check).unwrap();
    let of = |about: &str| places.iter().find(|place| place.about == about);
    let release = of(&check.scope).unwrap();
    let report = world.document(SUMMARY);
    assert_eq!((release.release, release.document, release.report), (world.release, None, Some(report)));
    for revision in ["V1.0", "V1.1"] {
        let place = of(&format!("REL-APP-2026-001 {revision}")).unwrap();
        assert_eq!((place.release, place.document), (world.release, Some(world.document(APPLICATION))));
        assert_eq!(place.name, check.scope);
    }
    let revisions = places.iter().filter(|place| place.document.is_some()).count();
    assert_eq!(revisions, check.revisions, "each has lines: what is left out is counted by them");
    assert_eq!(of("审计记录"), None, "the log is nowhere to be opened");
    let name = world.workspace.archive_name(&scope);
    assert!(name.contains(&check.scope) && !name.contains("R0001"), "{name}");
}

fn packed(text: &str) -> String {
    text.chars().filter(|ch| !ch.is_whitespace()).collect()
}

fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = std::process::Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&path).arg("-").output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

fn no_temporary(world: &World) -> bool {
    let mut names = std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    names.all(|name| !name.to_string_lossy().ends_with(".tmp"))
}

#[test]
fn a_package_holds_every_revision_in_names_that_every_system_accepts() {
    let bag = Bag::read(&made().bytes);
    let index = bag.json("data/index.json");
    assert_eq!((&index["schema"], &index["kind"]), (&json!(2), &json!("dossier-archive")));
    assert!(bag.text("bag-info.txt").contains("Dossier-Schema: 2\n"));
    let mut revisions = Vec::new();
    for document in index["documents"].as_array().unwrap() {
        for revision in document["revisions"].as_array().unwrap() {
            let roles: Vec<&str> =
                revision["files"].as_array().unwrap().iter().map(|file| file["role"].as_str().unwrap()).collect();
            for role in ["paper", "sheet", "content", "record"] {
                assert!(roles.contains(&role), "{role} in {roles:?}");
            }
            let text = |key: &str| revision[key].as_str().unwrap().to_owned();
            assert_eq!((text("责任者"), text("密级")), ("星图科技有限公司".into(), "内部".into()));
            assert_eq!(text("保管期限"), "永久", "nobody said anything else");
            revisions.push((text("文件编号"), text("版本"), text("state"), roles.contains(&"signed")));
        }
    }
    let wanted = [
        ("REL-APP-2026-001", "V1.0", "obsolete", true),
        ("REL-APP-2026-001", "V1.1", "controlled", false),
        ("REL-SUM-2026-001", "V1.0", "approved", false),
    ];
    let revisions: Vec<_> = revisions
        .iter()
        .map(|(number, name, state, signed)| (number.as_str(), name.as_str(), state.as_str(), *signed))
        .collect();
    assert_eq!(revisions, wanted);
    for path in bag.0.keys() {
        assert!(!path.contains(['%', ':', '\\', '<', '>', '"', '|', '?', '*']), "{path}");
    }
    assert!(bag.find("附录 2-").ends_with("节点 截图-100-.png"), "{}", bag.find("附录 2-"));
    assert!(bag.find("打印件/").ends_with(".pdf"), "what was signed is there as it was printed");
    let csv = bag.text("data/受控文件清单.csv");
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(bag.text("README-如何校验.txt").contains("certutil -hashfile"));

    let volume = &index["volumes"][0];
    assert_eq!(volume["release"], index["releases"][0]["uid"]);
    assert_eq!((&volume["file"]["role"], &volume["file"]["格式名称"]), (&json!("volume"), &json!("PDF/A-2u")));
    assert!(volume["file"]["计算机文件名"].as_str().unwrap().starts_with("data/合订本/"), "{volume}");
    let handover = text_of(&bag.0["移交清单.pdf"]);
    assert!(packed(&handover).contains("保管期限") && handover.contains("永久"), "{handover}");

    let report = check(&made().bytes, None).unwrap();
    assert_eq!((report.verdict, codes(&report)), (PackageVerdict::Sound, vec![]));
    assert_eq!((report.documents, report.revisions), (2, 3));
    for anchor in [made().code.as_str(), &made().code.to_lowercase().replace('-', " "), &report.digest] {
        assert_eq!(check(&made().bytes, Some(anchor)).unwrap().anchor, Some(true), "{anchor}");
    }
    let head = report.audit_head.unwrap();
    assert_eq!(check(&made().bytes, Some(&head)).unwrap().anchor, Some(true), "an anchor of the log");
    assert_eq!(check(&made().bytes, Some("移交")).unwrap_err().code, Code::BadRequest);
}

#[test]
fn each_way_to_tamper_is_found_named_and_told_apart_from_damage() {
    type Change = fn(&mut Bag);
    let cases: [(&str, Change, PackageVerdict, &str, &str); 13] = [
        (
            "byte changed",
            |bag| {
                let path = bag.find("V1.1.pdf");
                bag.0.get_mut(&path).unwrap()[2000] ^= 1;
            },
            PackageVerdict::Damaged,
            "file_changed",
            "data/REL-APP-2026-001/V1.1/REL-APP-2026-001_V1.1.pdf",
        ),
        (
            "file removed",
            |bag| drop(bag.0.remove("data/受控文件清单.csv")),
            PackageVerdict::Damaged,
            "file_missing",
            "data/受控文件清单.csv",
        ),
        (
            "entry of the log changed",
            |bag| {
                let log = bag.text("data/audit.jsonl").replacen("林知远", "林知近", 1);
                bag.set("data/audit.jsonl", log);
            },
            PackageVerdict::Damaged,
            "file_changed",
            "data/audit.jsonl",
        ),
        (
            "list replaced",
            |bag| bag.set("移交清单.pdf", "另一份"),
            PackageVerdict::Damaged,
            "file_changed",
            "移交清单.pdf",
        ),
        ("file added", |bag| bag.set("data/新.txt", "新"), PackageVerdict::Altered, "file_added", "data/新.txt"),
        ("tag added", |bag| bag.set("新.txt", "新"), PackageVerdict::Altered, "file_added", "新.txt"),
        (
            "file renamed",
            |bag| {
                let bytes = bag.0.remove("data/受控文件清单.csv").unwrap();
                bag.set("data/受控文件清单2.csv", bytes);
            },
            PackageVerdict::Altered,
            "file_renamed",
            "data/受控文件清单2.csv",
        ),
        (
            "manifest changed",
            |bag| {
                let path = bag.find("V1.1.pdf");
                bag.0.get_mut(&path).unwrap()[2000] ^= 1;
                let (old, new) = (Bag::read(&made().bytes).0[&path].clone(), bag.0[&path].clone());
                let manifest = bag.text("manifest-sha256.txt").replace(&sha256(old), &sha256(new));
                bag.set("manifest-sha256.txt", manifest);
            },
            PackageVerdict::Altered,
            "manifest_differs",
            "manifest-sha256.txt",
        ),
        (
            "manifests recomputed",
            |bag| {
                let path = bag.find("V1.1.pdf");
                bag.0.get_mut(&path).unwrap()[2000] ^= 1;
                bag.recompute();
            },
            PackageVerdict::Altered,
            "index_differs",
            "data/REL-APP-2026-001/V1.1/REL-APP-2026-001_V1.1.pdf",
        ),
        (
            "tag manifest deleted",
            |bag| drop(bag.0.remove("tagmanifest-sha256.txt")),
            PackageVerdict::Altered,
            "tag_manifest_missing",
            "tagmanifest-sha256.txt",
        ),
        (
            "entry of the log cut out",
            |bag| {
                let log = bag.text("data/audit.jsonl");
                let cut: Vec<&str> =
                    log.lines().enumerate().filter(|(index, _)| *index != 5).map(|(_, line)| line).collect();
                bag.set("data/audit.jsonl", format!("{}\n", cut.join("\n")));
                bag.recompute();
            },
            PackageVerdict::Altered,
            "entry_missing",
            "data/audit.jsonl",
        ),
        (
            "end of the log cut off",
            |bag| {
                let log = bag.text("data/audit.jsonl");
                let lines: Vec<&str> = log.lines().collect();
                bag.set("data/audit.jsonl", format!("{}\n", lines[..lines.len() - 1].join("\n")));
                bag.recompute();
            },
            PackageVerdict::Altered,
            "head_differs",
            "data/audit.jsonl",
        ),
        (
            "a revision rewritten, with its hashes",
            |bag| {
                let path = bag.find("V1.1/控制记录.json");
                let mut record = bag.json(&path);
                let frozen = record["frozen"].as_str().unwrap().replacen("星图", "星途", 1);
                record["sha256"] = json!(sha256(&frozen));
                record["frozen"] = json!(frozen);
                bag.set(&path, serde_json::to_vec(&record).unwrap());
                bag.reindex();
                bag.recompute();
            },
            PackageVerdict::Altered,
            "record_differs",
            "REL-APP-2026-001 V1.1",
        ),
    ];
    let sound = Bag::read(&made().bytes);
    assert_eq!(check(&sound.write(), Some(&made().code)).unwrap().verdict, PackageVerdict::Sound, "packed anew");
    for (what, change, verdict, code, path) in cases {
        let mut bag = sound.clone();
        change(&mut bag);
        let report = check(&bag.write(), None).unwrap();
        let told = report.issues.iter().any(|issue| issue.code == code && issue.path == path);
        assert!(told && report.verdict == verdict, "{what}: {report:?}");
    }
    // A byte of the file itself.
    let mut torn = made().bytes.clone();
    let middle = torn.len() / 2;
    torn[middle] ^= 0x40;
    let report = check(&torn, None).unwrap();
    assert_eq!((report.verdict, codes(&report)), (PackageVerdict::Damaged, vec!["file_changed"]));
    let cut = check(&made().bytes[..middle], None).unwrap_err();
    assert_eq!(cut.code, Code::CorruptFile);
}

#[test]
fn what_was_recomputed_throughout_is_found_against_the_signed_list() {
    let mut bag = Bag::read(&made().bytes);
    let path = bag.find("V1.1.pdf");
    bag.0.get_mut(&path).unwrap()[2000] ^= 1;
    bag.reindex();
    bag.recompute();
    let bytes = bag.write();
    let alone = check(&bytes, None).unwrap();
    assert_eq!(alone.verdict, PackageVerdict::Sound, "nothing in it contradicts the rest: {alone:?}");
    assert!(alone.message.contains("移交校验码"), "so much is said: {}", alone.message);
    let report = check(&bytes, Some(&made().code)).unwrap();
    assert_eq!((report.verdict, report.anchor), (PackageVerdict::Altered, Some(false)));
    assert_eq!(codes(&report), ["anchor_differs"]);
}

#[test]
fn an_empty_folder_gets_everything_back_and_packs_the_same_again() {
    let mut there = World::empty();
    let from = there.path("来.zip");
    std::fs::write(&from, &made().bytes).unwrap();
    let mut go_on = |_: &dossier_core::dossiers::Progress| ControlFlow::Continue(());
    let restored = there.workspace.restore_package(&from, Some(&made().code), &mut go_on).unwrap();
    assert_eq!((restored.documents, restored.revisions, restored.known), (2, 3, 0));
    assert_eq!(restored.issues, []);
    assert_eq!(there.faults(), [""; 0]);
    let twice = there.workspace.restore_package(&from, None, &mut go_on).unwrap();
    assert_eq!((twice.documents, twice.known), (0, 2), "twice is the same as once");

    there.archive("去.zip", &request()).unwrap();
    let (before, after) = (Bag::read(&made().bytes), Bag::read(&std::fs::read(there.path("去.zip")).unwrap()));
    assert_eq!(before.text("data/index.json"), after.text("data/index.json"));
    // What says where and when it was packed is another; the organisation of the folder stands on the register.
    let own = ["data/audit.jsonl", "data/归档检查.json", "data/受控文件清单.xlsx"];
    for (path, bytes) in before.0.iter().filter(|(path, _)| path.starts_with("data/") && !own.contains(&path.as_str()))
    {
        assert!(after.0.get(path) == Some(bytes), "{path} has the same bytes");
    }

    // The dossier lives on: its number is never given again, and what is submitted next follows it.
    let made_here = made().world.lock().unwrap();
    let application = there.document(APPLICATION);
    let approval = there.workspace.approval(application).unwrap();
    let elsewhere = made_here.workspace.approval(made_here.document(APPLICATION)).unwrap();
    assert_eq!(approval.revisions, elsewhere.revisions, "signatures, scans and copies are as they were");
    assert_eq!(there.workspace.next_number(APPLICATION).unwrap(), "REL-APP-2026-002");
    there.workspace.revise(application, false, "再推迟").unwrap();
    there.submit(application, "");
    assert_eq!(there.workspace.approval(application).unwrap().revisions[0].revision, "V1.2");
    assert_eq!(there.faults(), [""; 0]);
}

/// A package as the program wrote it before its schema was raised for volumes. Never written anew: what comes later has
/// to read it.
#[test]
fn a_package_of_the_first_schema_opens() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/packages/归档包-schema-1.zip");
    let bytes = std::fs::read(&file).unwrap();
    let index = Bag::read(&bytes).json("data/index.json");
    assert_eq!((&index["schema"], &index["volumes"][0]["file"]["role"]), (&json!(1), &json!("volume")));
    let report = check(&bytes, None).unwrap();
    assert_eq!((report.verdict, codes(&report)), (PackageVerdict::Sound, vec![]));
    let mut there = World::empty();
    let restored = there.workspace.restore_package(&file, None, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((restored.documents, restored.revisions, restored.issues.len()), (1, 1, 0));
    assert_eq!(there.faults(), [""; 0]);
}

#[test]
fn a_package_of_a_later_schema_asks_for_a_later_program() {
    let mut bag = Bag::read(&made().bytes);
    let mut index = bag.json("data/index.json");
    index["schema"] = json!(3);
    index["documents"] = json!("as nobody knows yet");
    bag.set("data/index.json", serde_json::to_vec_pretty(&index).unwrap());
    bag.recompute();
    let error = check(&bag.write(), None).unwrap_err();
    assert_eq!(error.code, Code::NewerDatabase);
    assert_eq!(error.message, "这个归档包由更新版本的程序生成：它的格式是 3，这一版的程序只认识到 2");
    assert!(error.hint.unwrap().contains("最新版本"));
}

/// What packages had before there were periods and volumes.
#[test]
fn a_package_of_an_older_version_opens() {
    let mut bag = Bag::read(&made().bytes);
    let mut index = bag.json("data/index.json");
    let volume = index["volumes"][0]["file"]["计算机文件名"].as_str().unwrap().to_owned();
    index.as_object_mut().unwrap().remove("volumes");
    bag.0.remove(&volume);
    for document in index["documents"].as_array_mut().unwrap() {
        for revision in document["revisions"].as_array_mut().unwrap() {
            revision.as_object_mut().unwrap().remove("保管期限");
        }
    }
    bag.set("data/index.json", serde_json::to_vec_pretty(&index).unwrap());
    bag.recompute();
    let old = bag.write();
    let report = check(&old, None).unwrap();
    assert_eq!((report.verdict, codes(&report)), (PackageVerdict::Sound, vec![]));
    let mut there = World::empty();
    let from = there.path("旧.zip");
    std::fs::write(&from, &old).unwrap();
    let restored = there.workspace.restore_package(&from, None, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((restored.documents, restored.revisions), (2, 3));
}

/// The text of one page.
fn page_of(pdf: &[u8], page: usize) -> String {
    let file = tempfile::NamedTempFile::with_suffix(".pdf").unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let number = page.to_string();
    let output = std::process::Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8", "-f", &number, "-l", &number])
        .arg(file.path())
        .arg("-")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_volume_holds_the_report_and_its_appendices_and_its_contents_are_right() {
    let mut world = World::complete();
    let release = world.release.to_string();
    let volume = world.workspace.volume(&release).unwrap();
    let left_out: Vec<(&str, &str)> = volume.warnings.iter().map(|issue| (issue.code, &*issue.path)).collect();
    assert_eq!(left_out, [("not_bound", "问题跟踪表.csv"), ("not_bound", "会议纪要.txt")]);
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("volume-release.pdf"), &volume.bytes).unwrap();
    let options = page_validation::ValidationOptions::default().profile(page_validation::ValidationProfile::PdfA2u);
    let report = page_validation::validate_pdf_bytes(&volume.bytes, &options).unwrap();
    assert!(report.failures.is_empty() && report.is_compliant, "{report}");

    let contents = page_of(&volume.bytes, 1);
    assert!(contents.contains(&format!("{} 页", volume.pages)), "{contents}");
    // Whatever the contents say stands where they say it.
    for (row, found) in [("产品发布总结报告", "REL-SUM-2026-001"), ("附录 1", "REL-APP-2026-001")] {
        let line = contents.lines().find(|line| line.contains(row) && line.contains(found)).expect(&contents);
        let numbers: Vec<usize> = line.split_whitespace().rev().map_while(|word| word.parse().ok()).collect();
        let [pages, start] = numbers[..2] else { panic!("{line}") };
        assert!(page_of(&volume.bytes, start).contains(found), "{row} begins on page {start}");
        let last = page_of(&volume.bytes, start + pages - 1);
        assert!(packed(&last).contains(&packed(&format!("第 {pages} 页"))), "and ends {pages} pages later: {last}");
    }
    assert_eq!(volume.bytes, world.workspace.volume(&release).unwrap().bytes, "the same bytes each time");

    // Other programs' files are bound as they are, and damaged ones are named.
    let summary = world.document(SUMMARY);
    let foreign = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 200]>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n".to_vec();
    let places: Vec<usize> = (1..=3)
        .map(|id| {
            let head = format!("{id} 0 obj");
            foreign.windows(head.len()).position(|own| own == head.as_bytes()).unwrap()
        })
        .collect();
    let table: String = places.iter().map(|at| format!("{at:010} 00000 n \n")).collect();
    let tail = format!(
        "xref\n0 4\n0000000000 65535 f \n{table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n",
        foreign.len()
    );
    let path = world.path("部署记录.pdf");
    std::fs::write(&path, [&foreign[..], tail.as_bytes()].concat()).unwrap();
    world.workspace.attach(summary, 2, &path).unwrap();
    let longer = world.workspace.volume(&release).unwrap();
    assert_eq!(longer.pages, volume.pages + 1);
    assert!(longer.warnings.iter().any(|issue| issue.code == "not_pdf_a" && issue.path == "部署记录.pdf"));
    let path = world.path("损坏.pdf");
    std::fs::write(&path, b"%PDF-1.7\nnothing else").unwrap();
    world.workspace.attach(summary, 2, &path).unwrap();
    let error = world.workspace.volume(&release).unwrap_err();
    assert_eq!(error.code, Code::CorruptFile);
    assert!(error.message.contains("“损坏.pdf”") && error.hint.is_some(), "{error:?}");
    // The package has everything all the same, and tells why there is no volume.
    let made = world.archive("归档包.zip", &request()).unwrap();
    let told = made.check.of(Outcome::Warning).find(|line| line.id.starts_with("合订本/")).unwrap();
    assert!(told.message.contains("损坏.pdf"), "{}", told.message);
    let bytes = std::fs::read(world.path("归档包.zip")).unwrap();
    assert_eq!(check(&bytes, None).unwrap().verdict, PackageVerdict::Sound);
    let index = Bag::read(&bytes).json("data/index.json");
    assert_eq!(
        (index.get("volumes"), &index["schema"]),
        (None, &json!(1)),
        "nothing that the first programs cannot read"
    );
}

#[test]
fn a_used_folder_keeps_its_own() {
    let mut there = World::new();
    let own = there.document(APPLICATION);
    there.submit(own, "");
    let before = there.workspace.show(own).unwrap();
    let from = there.path("来.zip");
    std::fs::write(&from, &made().bytes).unwrap();
    let restored = there.workspace.restore_package(&from, None, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(restored.documents, 1, "the report came back");
    let told: Vec<&str> = restored.issues.iter().map(|issue| issue.path.as_str()).collect();
    assert_eq!(told, ["REL-APP-2026-001"], "another document has this number here");
    assert_eq!(there.workspace.show(own).unwrap().content, before.content);
    assert_eq!(there.workspace.storage().document(own).unwrap().status, Status::InReview);
    let names: Vec<String> = there
        .workspace
        .storage()
        .list(&Default::default())
        .unwrap()
        .into_iter()
        .filter_map(|line| line.release)
        .collect();
    assert!(names.iter().any(|name| name.ends_with("（2）")), "releases of one name stand side by side: {names:?}");
    assert_eq!(there.faults(), [""; 0]);
}

#[test]
fn damaged_or_altered_packages_bring_nothing_back() {
    let mut bag = Bag::read(&made().bytes);
    let path = bag.find("V1.1.pdf");
    bag.0.get_mut(&path).unwrap()[2000] ^= 1;
    let mut there = World::empty();
    let from = there.path("来.zip");
    std::fs::write(&from, bag.write()).unwrap();
    let mut go_on = |_: &dossier_core::dossiers::Progress| ControlFlow::Continue(());
    let error = there.workspace.restore_package(&from, None, &mut go_on).unwrap_err();
    assert_eq!((error.code, error.issues.len()), (Code::InvalidContent, 1));
    std::fs::write(&from, &made().bytes).unwrap();
    let wrong = there.workspace.restore_package(&from, Some("0000-0000-0000-0000"), &mut go_on).unwrap_err();
    assert_eq!(wrong.code, Code::InvalidContent);
    assert!(there.workspace.storage().is_untouched().unwrap(), "nothing is changed inside");
}

/// A package over another one that is not to be lost, by somebody who looks on; returns what came of it.
fn archive_over(
    world: &mut World,
    look: &mut dyn FnMut(&Packing) -> ControlFlow<()>,
) -> dossier_core::Result<Option<ArchiveMade>> {
    let path = world.path("停.zip");
    std::fs::write(&path, "以前的").unwrap();
    let head = world.workspace.storage().audit_head().unwrap();
    let made = world.workspace.archive(&request(), &path, look);
    if !matches!(made, Ok(Some(_))) {
        assert_eq!(std::fs::read(&path).unwrap(), "以前的".as_bytes());
        assert_eq!(world.workspace.storage().audit_head().unwrap(), head);
    }
    assert!(no_temporary(world));
    made
}

#[test]
fn whoever_looks_on_hears_of_each_step_and_may_stop_in_any() {
    let mut world = World::complete();
    let mut told: Vec<Packing> = Vec::new();
    let mut listen = |packing: &Packing| {
        told.push(packing.clone());
        ControlFlow::Continue(())
    };
    let made = archive_over(&mut world, &mut listen).unwrap().unwrap();
    let steps = [PackingStep::Check, PackingStep::Files, PackingStep::Volumes, PackingStep::Lists, PackingStep::Verify];
    let mut heard: Vec<_> = told.iter().map(|packing| packing.step).collect();
    heard.dedup();
    assert_eq!(heard, steps, "one after the other");
    let of = |step| told.iter().filter(move |packing| packing.step == step).map(|at| (at.done, at.total));
    assert_eq!(of(PackingStep::Check).collect::<Vec<_>>(), [(0, made.documents), (1, made.documents)]);
    assert_eq!(of(PackingStep::Files).collect::<Vec<_>>(), [(0, 3), (1, 3), (2, 3)], "before each revision");
    assert_eq!(of(PackingStep::Verify).next_back(), Some((made.files, made.files)), "and at the end");
    assert!(told.is_sorted_by_key(|packing| packing.bytes), "bytes grow");
    assert_eq!(told.last().unwrap().bytes, made.bytes);
    assert!(told.iter().all(|packing| packing.to == made.path));
    for step in steps {
        let mut stop = |packing: &Packing| match packing.step == step {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        assert_eq!(archive_over(&mut world, &mut stop).unwrap(), None, "{step:?}");
    }
}

#[test]
fn a_disk_that_gives_back_other_bytes_makes_no_package() {
    let mut world = World::complete();
    let folder = world.folder.path().to_owned();
    let spoil = |file: &std::path::Path, at: usize| {
        let mut bytes = std::fs::read(file).unwrap();
        bytes[at] ^= 1;
        std::fs::write(file, bytes).unwrap();
    };
    for at in [5_000, 40] {
        let mut spoilt = false;
        let mut look = |packing: &Packing| {
            if packing.step == PackingStep::Verify && !spoilt {
                spoilt = true;
                let mut files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
                spoil(&files.find(|path| path.extension().is_some_and(|ending| ending == "tmp")).unwrap(), at);
            }
            ControlFlow::Continue(())
        };
        let error = archive_over(&mut world, &mut look).unwrap_err();
        assert!(spoilt && error.code == Code::Io, "{error:?}");
        assert!(error.message.contains("从头校验") && error.hint.is_some(), "{error:?}");
    }
}

#[test]
fn a_record_that_was_tampered_with_is_not_archived() {
    let World { folder, workspace, release } = World::complete();
    drop(workspace);
    let connection = rusqlite::Connection::open(folder.path().join("dossier.db")).unwrap();
    connection
        .execute_batch("DROP TRIGGER signoffs_never_change; UPDATE signoffs SET name = '张三' WHERE id = 2")
        .unwrap();
    drop(connection);
    let workspace = Workspace::open(folder.path(), environment()).unwrap();
    let mut world = World { folder, workspace, release };
    let error = world.archive("a.zip", &request()).unwrap_err();
    assert_eq!(error.issues.len(), 1, "{error:?}");
    let excused = ArchiveRequest { exceptions: vec![(error.issues[0].path.clone(), "算了".into())], ..request() };
    assert_eq!(world.archive("a.zip", &excused).unwrap_err().code, Code::BadRequest, "no reason helps");
}

/// The database for somebody who goes behind the program's back: nothing watches over this table any more.
fn unguarded(folder: &Path, table: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.join("dossier.db")).unwrap();
    let triggers: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1")
        .unwrap()
        .query_map([table], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection
}

#[test]
fn a_release_that_fails_is_left_out_with_a_reason_and_holds_up_no_other() {
    let World { folder, mut workspace, release } = World::complete();
    // Another dossier of the same year, whose record somebody has been at.
    let other = workspace.load_sample().unwrap();
    let dossier = workspace.dossier(other).unwrap();
    let id = dossier.documents.iter().find(|document| document.template == APPLICATION).unwrap().id.unwrap();
    let number = workspace.submit(id, &Submission::default()).unwrap().number;
    drop(workspace);
    let connection = unguarded(folder.path(), "revisions");
    connection
        .execute("UPDATE revisions SET frozen = replace(frozen, '2026', '2025') WHERE number = ?1", [&number])
        .unwrap();
    drop(connection);
    let workspace = Workspace::open(folder.path(), environment()).unwrap();
    let mut world = World { folder, workspace, release };
    assert!(world.archive("a.zip", &request()).is_err(), "nothing of it can be archived");

    let left_out =
        |reason: &str| ArchiveRequest { left_out: vec![(other.to_string(), reason.to_owned())], ..request() };
    assert_eq!(world.archive("a.zip", &left_out(" ")).unwrap_err().code, Code::ReasonNeeded);
    let made = world.archive("a.zip", &left_out("记录不可信，正在查明")).unwrap();
    let excused: Vec<&str> = made.check.of(Outcome::Excused).map(|line| line.about.as_str()).collect();
    let name = world.workspace.storage().release(other).unwrap().name;
    assert!(excused.contains(&&*name), "{excused:?}");
    let bag = Bag::read(&std::fs::read(world.path("a.zip")).unwrap());
    assert!(!bag.text("data/index.json").contains(&number), "{number} is not in it");
    assert!(bag.text("data/归档检查.json").contains("记录不可信，正在查明"));
    assert!(packed(&text_of(&bag.0["移交清单.pdf"])).contains(&packed(&format!("这次不归档：{number}"))));
    let report = check(&std::fs::read(world.path("a.zip")).unwrap(), None).unwrap();
    assert_eq!((report.verdict, report.documents), (PackageVerdict::Sound, 2));
    let all = [other, release].map(|release| (release.to_string(), "不归档".to_owned())).to_vec();
    let nothing = world.archive("b.zip", &ArchiveRequest { left_out: all, ..request() }).unwrap_err();
    assert_eq!(nothing.code, Code::NotFound);
}

#[test]
fn a_scan_that_was_tampered_with_is_not_archived() {
    let World { folder, workspace, release } = World::complete();
    drop(workspace);
    let connection = unguarded(folder.path(), "scans");
    connection.execute_batch("UPDATE scans SET bytes = CAST(bytes || 'x' AS BLOB) WHERE kind = 'csv'").unwrap();
    drop(connection);
    let workspace = Workspace::open(folder.path(), environment()).unwrap();
    let mut world = World { folder, workspace, release };
    let error = world.archive("a.zip", &request()).unwrap_err();
    assert_eq!(error.issues.len(), 1, "{error:?}");
    assert!(error.issues[0].message.contains("问题跟踪表.csv"), "{error:?}");
    assert!(!world.path("a.zip").exists() && no_temporary(&world), "nothing is left");
}

/// Whatever bytes a disk loses: no panic, and nothing is taken for sound that does not hold what was packed.
#[test]
fn no_broken_byte_is_taken_for_sound() {
    let sound = Bag::read(&made().bytes);
    let mut place = 17usize;
    for round in 0..60 {
        place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut bytes = made().bytes.clone();
        // Every third one at the end, where the directory lies.
        let from = if round % 3 == 0 { bytes.len() - bytes.len().min(4000) } else { 0 };
        let at = from + (place >> 16) % (bytes.len() - from);
        bytes[at] ^= 1 << (place >> 8 & 7);
        if let Ok(report) = check(&bytes, None)
            && report.verdict == PackageVerdict::Sound
        {
            assert!(Bag::read(&bytes).0 == sound.0, "byte {at} of {}", bytes.len());
        }
    }
}

/// Each refused at once, whatever it says of itself.
#[test]
fn hostile_packages_are_refused() {
    let sound = Bag::read(&made().bytes);
    let with = |name: &str, bytes: &[u8]| {
        let files = sound.0.iter().map(|(path, bytes)| (format!("包/{path}"), bytes.clone()));
        pack(files.chain([(name.to_owned(), bytes.to_vec())]))
    };
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no zip", vec![0x50; 100_000]),
        ("an empty zip", pack(std::iter::empty())),
        ("outside", with("包/../../逃.txt", b"x")),
        ("absolute", with("/etc/逃.txt", b"x")),
        ("backslashes", with("包\\..\\逃.txt", b"x")),
        ("a drive", with("C:逃.txt", b"x")),
        ("a device", with("包/data/NUL.txt", b"x")),
        ("a name with a dot at its end", with("包/data/a.", b"x")),
        ("text turned around", with("包/data/\u{202E}fdp.exe", b"x")),
        ("two names that are one on Windows", with("包/DATA/INDEX.JSON", b"x")),
        ("two folders", with("另/a.txt", b"x")),
        ("data before the zip", [b"#!/bin/sh\n".as_slice(), &made().bytes].concat()),
        ("data after the zip", [&made().bytes, b"junk".as_slice()].concat()),
        ("a bomb", with("包/data/弹.bin", &vec![0; 300 << 20])),
    ];
    cases.push(("a link", linked(&sound)));
    cases.push(("entries twice", doubled(&made().bytes)));
    cases.push(("entries that lie over each other", overlapping(&made().bytes)));
    cases.push(("another name before the bytes than in the directory", renamed_before(&made().bytes)));
    cases.push(("a million entries", crowded()));
    cases.push(("a size that is a lie", lying(&sound)));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("in");
    std::fs::create_dir(&target).unwrap();
    let mut workspace = Workspace::open(&folder.path().join("data"), environment()).unwrap();
    for (what, bytes) in cases {
        let path = target.join("包.zip");
        std::fs::write(&path, &bytes).unwrap();
        let began = Instant::now();
        let mut go_on = |_: &dossier_core::dossiers::Progress| ControlFlow::Continue(());
        let error = workspace.restore_package(&path, None, &mut go_on);
        assert!(error.is_err(), "{what} is refused");
        assert!(began.elapsed() < Duration::from_secs(2), "{what} took {:?}", began.elapsed());
        assert_eq!(std::fs::read_dir(&target).unwrap().count(), 1, "{what} wrote outside");
    }
    assert!(workspace.storage().is_untouched().unwrap());
}

/// Manifests and JSON that nobody of good will writes.
#[test]
fn hostile_contents_are_refused() {
    let sound = Bag::read(&made().bytes);
    let deep = "[".repeat(20 << 20);
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Bag));
    let changes: [Change; 5] = [
        ("a manifest that leads out", &|bag| {
            let manifest = bag.text("manifest-sha256.txt");
            bag.set("manifest-sha256.txt", format!("{manifest}{}  data/../../逃\n", "0".repeat(64)));
        }),
        ("a manifest that names a file twice", &|bag| {
            let manifest = bag.text("manifest-sha256.txt");
            bag.set("manifest-sha256.txt", format!("{manifest}{manifest}"));
        }),
        ("an index without end", &|bag| {
            bag.set("data/index.json", deep.clone());
            bag.recompute();
        }),
        ("a log without end", &|bag| {
            bag.set("data/audit.jsonl", deep.clone());
            bag.recompute();
        }),
        ("a record without end", &|bag| {
            let path = bag.find("V1.1/控制记录.json");
            bag.set(&path, deep.clone());
            bag.reindex();
            bag.recompute();
        }),
    ];
    for (what, change) in changes {
        let mut bag = sound.clone();
        change(&mut bag);
        let bytes = bag.write();
        let began = Instant::now();
        let refused = check(&bytes, None).map_or(true, |report| report.verdict != PackageVerdict::Sound);
        assert!(refused, "{what} is refused");
        assert!(began.elapsed() < Duration::from_secs(2), "{what} took {:?}", began.elapsed());
    }
}

/// A package whose index is a link to a file of the machine.
fn linked(bag: &Bag) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in bag.0.iter().filter(|(path, _)| *path != "data/index.json") {
        zip.start_file(format!("包/{path}"), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.add_symlink("包/data/index.json", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// Where the directory begins, and its entries.
fn directory(bytes: &[u8]) -> (usize, Vec<Vec<u8>>) {
    let end = bytes.len() - 22;
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let short = |at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    let start = word(end + 16);
    let mut entries = Vec::new();
    let mut at = start;
    while at < end {
        let size = 46 + short(at + 28) + short(at + 30) + short(at + 32);
        entries.push(bytes[at..at + size].to_vec());
        at += size;
    }
    (start, entries)
}

fn with_directory(bytes: &[u8], entries: &[Vec<u8>]) -> Vec<u8> {
    let (start, _) = directory(bytes);
    let mut out = bytes[..start].to_vec();
    out.extend(entries.concat());
    let size = (out.len() - start) as u32;
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend((entries.len() as u16).to_le_bytes());
    end.extend((entries.len() as u16).to_le_bytes());
    end.extend(size.to_le_bytes());
    end.extend((start as u32).to_le_bytes());
    end.extend([0, 0]);
    out.extend(end);
    out
}

/// The first entry stands in the directory twice: libraries take the last one.
fn doubled(bytes: &[u8]) -> Vec<u8> {
    let (_, mut entries) = directory(bytes);
    entries.push(entries[0].clone());
    with_directory(bytes, &entries)
}

/// What unpacks from front to back finds the first file under another name.
fn renamed_before(bytes: &[u8]) -> Vec<u8> {
    let mut other = bytes.to_vec();
    let last = 30 + usize::from(u16::from_le_bytes([bytes[26], bytes[27]])) - 1;
    other[last] ^= 1;
    other
}

/// Many names for the same bytes.
fn overlapping(bytes: &[u8]) -> Vec<u8> {
    let (_, mut entries) = directory(bytes);
    let mut other = entries[0].clone();
    let last = other.len() - 1;
    other[last] ^= 1;
    entries.push(other);
    with_directory(bytes, &entries)
}

fn crowded() -> Vec<u8> {
    const MANY: u64 = 1_000_000;
    let mut out = Vec::new();
    for number in 0..MANY {
        let name = format!("a/{number}");
        let mut entry = b"PK\x01\x02".to_vec();
        entry.resize(46, 0);
        entry[28] = name.len() as u8;
        out.extend(entry);
        out.extend(name.as_bytes());
    }
    let size = out.len() as u64;
    let mut end = b"PK\x06\x06".to_vec();
    end.extend(44u64.to_le_bytes());
    end.extend([0; 12]);
    end.extend(MANY.to_le_bytes());
    end.extend(MANY.to_le_bytes());
    end.extend(size.to_le_bytes());
    end.extend(0u64.to_le_bytes());
    end.extend(b"PK\x06\x07\0\0\0\0");
    end.extend(size.to_le_bytes());
    end.extend(1u32.to_le_bytes());
    end.extend(b"PK\x05\x06\0\0\0\0");
    end.extend([0xFF; 12]);
    end.extend([0, 0]);
    out.extend(end);
    out
}

/// A file that unpacks to more than it says of itself.
fn lying(bag: &Bag) -> Vec<u8> {
    let mut bag = bag.clone();
    bag.set("data/弹.bin", vec![0; 64 << 20]);
    bag.recompute();
    let bytes = bag.write();
    let (_, mut entries) = directory(&bytes);
    let bomb = entries.iter_mut().find(|entry| entry.windows(4).any(|part| part == ".bin".as_bytes())).unwrap();
    bomb[24..28].copy_from_slice(&1000u32.to_le_bytes());
    with_directory(&bytes, &entries)
}

#[test]
fn a_document_that_was_sent_back_comes_back_as_a_draft() {
    let mut world = World::new();
    let id = world.document(APPLICATION);
    world.submit(id, "");
    world.workspace.withdraw(id, "补充材料").unwrap();
    let mut excused = request();
    for line in ["报告", "附录1", "附录2", "附录3", "附录4"] {
        excused.exceptions.push((line.into(), "版本取消".into()));
    }
    world.archive("退.zip", &excused).unwrap();
    let mut there = World::empty();
    let restored =
        there.workspace.restore_package(&world.path("退.zip"), None, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(restored.documents, 1);
    let id = there.document(APPLICATION);
    let record = there.workspace.storage().document(id).unwrap();
    assert_eq!((record.status, record.revision.as_deref()), (Status::Draft, Some("V1.1")));
    assert_eq!(there.workspace.revision(id, None).unwrap().state, RevisionState::Returned);
    there.submit(id, "补充了材料");
    assert_eq!(there.workspace.storage().document(id).unwrap().number.as_deref(), Some("REL-APP-2026-001"));
    assert_eq!(there.faults(), [""; 0]);
}
