//! Signed copies come back as scans: each page finds its document and revision by its code, or waits for a person; in a
//! real data folder with the shipped forms.

#[path = "scans/scanner.rs"]
mod scanner;

use std::path::Path;

use chrono::DateTime;
use dossier_core::control::{FiledScan, FilingByHand, PaperCopy, ScanReading, SignedStep, Signing, Submission};
use dossier_core::environment::{Environment, Resources};
use dossier_core::export::Options;
use dossier_core::form::Edit;
use dossier_core::storage::{DocumentId, Filing, How, Opinion, ReleaseId, sha256};
use dossier_core::{Code, Error, Workspace};
use rusqlite::Connection;
use serde_json::{Value, json};

use scanner::{Picture, printed_pages, tiff};

const APPLICATION: &str = "release-application";
const SUMMARY: &str = "release-summary";

fn environment() -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let resources = Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") };
    Environment::fixed(DateTime::parse_from_rfc3339("2026-03-04T09:00:00+08:00").unwrap(), resources)
        .with_user("林知远")
}

/// A data folder with submitted documents.
struct World {
    folder: tempfile::TempDir,
    workspace: Workspace,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path(), environment()).unwrap();
        Self { folder, workspace }
    }

    fn release(&mut self) -> ReleaseId {
        self.workspace.load_sample().unwrap()
    }

    fn document(&self, release: ReleaseId, template: &str) -> DocumentId {
        let documents = self.workspace.dossier(release).unwrap().documents;
        documents.iter().find(|document| document.template == template).unwrap().id.unwrap()
    }

    /// Submits a document of the sample and prints it for signing.
    fn submitted(&mut self, release: ReleaseId, template: &str) -> (DocumentId, String, Vec<u8>) {
        let id = self.document(release, template);
        let number = self.workspace.submit(id, &Submission::default()).unwrap().number;
        let pdf = self.workspace.print(id, None, PaperCopy::Record, Options::default()).unwrap().bytes;
        (id, number, pdf)
    }

    fn application(&mut self) -> (DocumentId, String, Vec<u8>) {
        let release = self.release();
        self.submitted(release, APPLICATION)
    }

    fn file(&mut self, bytes: &[u8], name: &str) -> Result<FiledScan, Error> {
        let reading = ScanReading::read(bytes.to_vec(), name, &mut |_| {})?;
        self.workspace.file_scan(&reading, None)
    }

    fn entries(&self, action: &str) -> Vec<Value> {
        let entries = self.workspace.storage().audit(None).unwrap().into_iter();
        entries.filter(|entry| entry.action == action).map(|entry| json!(entry)).collect()
    }

    fn faults(&self) -> Vec<String> {
        let report = self.workspace.verify_audit(None).unwrap();
        report.faults.into_iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect()
    }
}

/// `REL-APP-2026-001 V1.0 p2`, or why a page waits.
fn told(scan: &FiledScan) -> Vec<String> {
    let pages = scan.pages.iter().map(|page| match (&page.number, &page.revision, page.paper_page) {
        (Some(number), Some(revision), Some(paper)) => format!("{number} {revision} p{paper}"),
        (Some(number), Some(revision), None) => format!("{number} {revision}"),
        _ => page.note.clone(),
    });
    pages.collect()
}

fn by_hand(scan: &FiledScan, page: usize, number: &str, revision: &str) -> FilingByHand {
    let sha256 = scan.sha256[..12].to_owned();
    FilingByHand { sha256, page, number: number.into(), revision: revision.into(), paper_page: None }
}

/// One page more than a scanner's operator wants: it says the same number and revision, but another content.
fn foreign_page() -> Picture {
    let mut elsewhere = World::new();
    let release = elsewhere.release();
    let id = elsewhere.document(release, APPLICATION);
    let edit = Edit::Set { path: "planned_minutes".into(), value: json!(181) };
    elsewhere.workspace.edit(id, &[edit]).unwrap();
    let (_, number, pdf) = elsewhere.submitted(release, APPLICATION);
    assert_eq!(number, "REL-APP-2026-001");
    printed_pages(&pdf).swap_remove(0)
}

#[test]
fn a_stack_of_four_documents_sorts_itself_and_what_fits_nothing_waits_for_a_person() {
    let mut world = World::new();
    let mut sheets: Vec<(Picture, String)> = Vec::new();
    let mut documents = Vec::new();
    for _ in 0..2 {
        let release = world.release();
        for template in [APPLICATION, SUMMARY] {
            let (id, number, pdf) = world.submitted(release, template);
            let pages = printed_pages(&pdf).into_iter().enumerate();
            sheets.extend(pages.map(|(page, picture)| (picture, format!("{number} V1.0 p{}", page + 1))));
            documents.push((id, number));
        }
    }
    let unread = sheets[0].0.painted_over();
    sheets.push((unread, "没有读到二维码".into()));
    let ours = world.workspace.approval(documents[0].0).unwrap().revisions[0].code.clone();
    sheets.push((foreign_page(), format!("不是这里的 {ours}")));
    // As they lay in the feeder: one after the other from every document, turned and askew.
    let count = sheets.len();
    let order = (0..count).map(|index| index * 5 % count);
    assert!(!count.is_multiple_of(5), "every sheet once");
    let (mut stack, mut expected) = (Vec::new(), Vec::new());
    for (at, sheet) in order.enumerate() {
        let (picture, place) = &sheets[sheet];
        let degrees = [0.0, 3.5, -4.5, 1.0, -2.0][at % 5];
        stack.push(picture.turned(at % 4).askew(degrees));
        expected.push(place.clone());
    }
    let bytes = tiff(&stack);

    let filed = world.file(&bytes, "签署件.tif").unwrap();
    assert!(!filed.known);
    for (place, expected) in told(&filed).iter().zip(&expected) {
        assert!(place == expected || place.ends_with(expected.as_str()), "{place} instead of {expected}");
    }
    let waiting: Vec<usize> =
        filed.pages.iter().filter(|page| page.how == Filing::Unread).map(|page| page.page).collect();
    assert_eq!(waiting.len(), 2, "the painted page and the one from elsewhere");
    for (id, number) in &documents {
        let revision = world.workspace.approval(*id).unwrap().revisions.swap_remove(0);
        let papers: Vec<Option<usize>> = revision.scans.iter().map(|line| line.paper_page).collect();
        assert_eq!(papers, (1..=revision.pages).map(Some).collect::<Vec<_>>(), "all pages of {number}, in order");
        let history = world.workspace.history(*id).unwrap();
        let entry = history.iter().find(|entry| entry.what.starts_with("扫描件归档：签署件.tif"));
        assert!(entry.is_some_and(|entry| entry.actor == "林知远"), "its history tells of the scan");
    }
    assert_eq!(world.workspace.scan_file(&filed.sha256[..8]).unwrap().1, bytes, "byte for byte");
    let log = world.entries("scan.add");
    assert_eq!(log.len(), 1, "one entry a scan");
    assert_eq!(log[0]["detail"]["sha256"], json!(sha256(&bytes)));
    assert_eq!(world.faults(), [""; 0]);

    // The same file under another name: told, and not stored twice.
    let before = world.workspace.storage().sequence().unwrap();
    let again = world.workspace.filed_before(&bytes).unwrap().unwrap();
    assert!(again.known && again.name == "签署件.tif" && again.pages == filed.pages);
    assert!(world.file(&bytes, "又一次.tif").unwrap().known, "also where another program was faster");
    assert_eq!(world.workspace.storage().scans().unwrap().len(), 1);
    assert_eq!(world.workspace.storage().sequence().unwrap(), before, "nothing was written");
}

#[test]
fn what_waits_is_filed_by_hand_and_the_log_says_by_whom() {
    let mut world = World::new();
    let (id, number, pdf) = world.application();
    let pages = printed_pages(&pdf);
    let stack = tiff(&[pages[0].clone(), pages[1].painted_over(), pages[2].clone(), Picture::white(1240, 1754)]);
    let filed = world.file(&stack, "签署件.tif").unwrap();
    let waiting = world.workspace.waiting_scans().unwrap();
    assert_eq!(waiting[0].pages.iter().map(|page| page.page).collect::<Vec<_>>(), [2, 4]);
    let picture = world.workspace.scan_picture(&filed.sha256, 2, 400).unwrap();
    let picture = Picture::of_png(&picture);
    assert_eq!((picture.width, picture.height), (282, 400), "to be looked at before it is filed");

    let mut refused = |wanted: &FilingByHand| world.workspace.file_by_hand(wanted).unwrap_err();
    let nobody = refused(&by_hand(&filed, 2, "REL-APP-2026-999", "V1.0"));
    assert_eq!(nobody.code, Code::NotFound);
    let later = refused(&by_hand(&filed, 2, &number, "V1.1"));
    assert!(later.hint.unwrap().contains("V1.0"), "the revisions that there are");
    assert_eq!(refused(&by_hand(&filed, 5, &number, "V1.0")).code, Code::NotFound);
    assert_eq!(refused(&by_hand(&filed, 1, &number, "V1.0")).code, Code::IllegalMove, "its code says where it belongs");
    let beyond = FilingByHand { paper_page: Some(4), ..by_hand(&filed, 2, &number, "V1.0") };
    assert_eq!(refused(&beyond).code, Code::InvalidContent);
    let other = FilingByHand { sha256: "0123456789ab".into(), ..beyond };
    assert_eq!(refused(&other).code, Code::NotFound);
    assert_eq!(world.entries("scan.file"), [Value::Null; 0], "what was refused left no trace");

    let wanted = FilingByHand { paper_page: Some(2), ..by_hand(&filed, 2, &number, "v1.0") };
    let page = world.workspace.file_by_hand(&wanted).unwrap();
    assert_eq!((page.how, page.document, page.paper_page), (Filing::Hand, Some(id), Some(2)));
    world.workspace.set_page_aside(&filed.sha256, 4).unwrap();
    assert_eq!(world.workspace.waiting_scans().unwrap(), []);
    let scans = world.workspace.approval(id).unwrap().revisions.swap_remove(0).scans;
    let lines: Vec<_> = scans.iter().map(|line| (line.page, line.how)).collect();
    assert_eq!(lines, [(1, Filing::Code), (2, Filing::Hand), (3, Filing::Code)]);
    let log = world.entries("scan.file");
    assert_eq!((log.len(), &log[0]["actor"], &log[0]["detail"]["place"]["how"]), (1, &json!("林知远"), &json!("hand")));
    let history = world.workspace.history(id).unwrap();
    assert!(history.iter().any(|entry| entry.what == "手工归位：签署件.tif 第 2 页归到 V1.0"), "{history:?}");
    assert_eq!(world.workspace.scans_of(&number).unwrap()[0].pages.len(), 3);
    assert_eq!(world.faults(), [""; 0]);

    // Somebody moves a page behind the program's back.
    let connection = Connection::open(world.folder.path().join("dossier.db")).unwrap();
    connection.execute("UPDATE scan_pages SET paper_page = 1 WHERE page = 3", []).unwrap();
    assert_eq!(world.faults(), ["scan 1 p3 扫描件“签署件.tif”第 3 页归到的地方与记录时不同。"]);
    connection.execute("DELETE FROM scan_pages WHERE page = 3", []).unwrap();
    assert_eq!(world.faults().len(), 1, "a page that is gone is missed");
}

#[test]
fn a_scan_is_proof_of_a_step_once_that_is_signed() {
    let mut world = World::new();
    let (id, _, pdf) = world.application();
    let reading = ScanReading::read(pdf.clone(), "签署件.pdf", &mut |_| {}).unwrap();
    let first = SignedStep { chain: None, step: 0 };
    let refused = world.workspace.file_scan(&reading, Some(&first)).unwrap_err();
    assert_eq!(refused.code, Code::IllegalSignature);
    assert_eq!(world.workspace.storage().scans().unwrap(), [], "nothing was stored");
    let signing = Signing {
        chain: None,
        step: 0,
        name: "方文川".into(),
        signed_on: "2026-03-04".into(),
        opinion: Opinion::Agree,
        supplement: String::new(),
        how: How::Ink,
        ink: None,
        reason: String::new(),
        scan: None,
    };
    world.workspace.sign(id, &signing).unwrap();
    let filed = world.workspace.file_scan(&reading, Some(&first)).unwrap();
    assert!(
        filed.pages.iter().all(|page| page.how == Filing::Code),
        "a PDF that was printed to a file reads like paper"
    );
    let step =
        world.workspace.approval(id).unwrap().revisions.swap_remove(0).chains.swap_remove(0).steps.swap_remove(0);
    assert_eq!(step.signature.unwrap().scans.len(), reading.pages.len());
    assert_eq!(world.faults(), [""; 0]);
}

#[test]
fn a_file_that_is_no_scan_is_told_and_leaves_nothing() {
    let mut world = World::new();
    let (_, _, pdf) = world.application();
    let before = world.workspace.storage().sequence().unwrap();
    let cases: [(&[u8], Code, &str); 4] = [
        (b"", Code::EmptyFile, "`签署件` 不能归档：文件是空的"),
        (b"PK\x03\x04 a workbook", Code::UnsupportedFormat, "`签署件` 不能归档：不是 PDF、JPEG、PNG 或 TIFF"),
        (&pdf[..pdf.len() / 2], Code::CorruptFile, "`签署件` 不能归档：文件已损坏，或没有复制完整"),
        (b"\xFF\xD8\xFF\xE0 no picture", Code::CorruptFile, "`签署件` 不能归档：文件已损坏，或没有复制完整"),
    ];
    for (bytes, code, message) in cases {
        match world.file(bytes, "签署件") {
            Err(error) => {
                assert_eq!((error.code, error.message.as_str()), (code, message));
                assert!(error.hint.is_some(), "what to do is said");
            }
            Ok(filed) => panic!("{message}: {filed:?}"),
        }
    }
    assert_eq!(world.workspace.storage().sequence().unwrap(), before);
}
