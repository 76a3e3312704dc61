//! Machines that exchange packages, each with a data folder of its own in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::DateTime;
use dossier_core::environment::{Environment, Resources};
use dossier_core::exchange::{Received, ReceivedAs, SendRequest, Sent};
use dossier_core::storage::{DocumentId, sha256};
use dossier_core::{Error, Workspace};
use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

pub const MEMO: &str = "memo-application";
const MARCH: &str = "2026-03-04T09:00:00+08:00";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A program with one small form, the policies of the real one, and its fonts.
fn small() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let templates = folder.path().join("templates");
        std::fs::create_dir_all(templates.join(MEMO)).unwrap();
        std::fs::write(templates.join(MEMO).join("template.toml"), include_str!("memo.toml")).unwrap();
        std::fs::create_dir_all(templates.join("policies")).unwrap();
        for entry in std::fs::read_dir(root().join("templates/policies")).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, templates.join("policies").join(path.file_name().unwrap())).unwrap();
        }
        folder
    });
    folder.path()
}

/// Packages on their way: a folder for all of them.
pub fn mail() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

/// A name that no other package has.
pub fn fresh_path() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    mail().join(format!("移交包{}.zip", COUNT.fetch_add(1, Ordering::Relaxed)))
}

pub struct Machine {
    pub name: String,
    pub workspace: Workspace,
}

impl Machine {
    /// With the small form.
    pub fn new(name: &str) -> Self {
        let resources = Resources { templates: small().join("templates"), fonts: root().join("assets/fonts") };
        Self::with(name, resources)
    }

    /// With the forms that ship.
    pub fn real(name: &str) -> Self {
        Self::with(name, Resources { templates: root().join("templates"), fonts: root().join("assets/fonts") })
    }

    fn with(name: &str, resources: Resources) -> Self {
        let now = DateTime::parse_from_rfc3339(MARCH).unwrap();
        let environment = Environment::fixed(now, resources).with_user(name);
        Self { name: name.to_owned(), workspace: Workspace::in_memory(environment).unwrap() }
    }

    /// One whose numbers the controller gives.
    pub fn author(name: &str) -> Self {
        let mut machine = Self::new(name);
        machine.workspace.change_settings(&json!({ "numbering": { "given_by": "controller" } })).unwrap();
        machine
    }

    pub fn begin(&mut self, release: &str, notes: &str) -> DocumentId {
        let content = map(json!({ "product_name": "网关", "version": "V1.0", "notes": notes }));
        self.workspace.new_document(MEMO, Some(content), Some(release)).unwrap()
    }

    pub fn fill(&mut self, id: DocumentId, content: Value) -> Result<(), Error> {
        self.workspace.fill(id, map(content)).map(drop)
    }

    pub fn send(&mut self, documents: &[DocumentId], to: &str) -> (PathBuf, Sent) {
        self.send_as(documents, to, false)
    }

    pub fn send_as(&mut self, documents: &[DocumentId], to: &str, submit: bool) -> (PathBuf, Sent) {
        let request = SendRequest { documents: documents.to_vec(), to: to.into(), submit, ..SendRequest::default() };
        let path = fresh_path();
        let sent = self.workspace.send(&request, &path).unwrap();
        (path, sent)
    }

    #[track_caller]
    pub fn receive(&mut self, path: &Path) -> Received {
        self.try_receive(path).unwrap()
    }

    /// Looks before it receives: what is shown changes nothing, and is what receiving does then.
    #[track_caller]
    pub fn try_receive(&mut self, path: &Path) -> Result<Received, Error> {
        let head = self.head();
        let look = self.workspace.look_into(path, None, &mut |_| ControlFlow::Continue(()));
        assert_eq!(self.head(), head, "looking changes nothing");
        let received = self.workspace.receive(path, None, &mut |_| ControlFlow::Continue(()));
        match (&look, &received) {
            (Ok(look), Ok(received)) => {
                let shown: Vec<ReceivedAs> = look.parts.iter().map(|part| part.outcome).collect();
                let done: Vec<ReceivedAs> = received.documents.iter().map(|told| told.outcome).collect();
                // Papers and copies alone are not looked for beforehand; a draft may still contradict what came with it.
                let fits = |shown: &ReceivedAs, done: &ReceivedAs| {
                    shown == done
                        || *done == ReceivedAs::Refused
                        || (*shown == ReceivedAs::Same && *done == ReceivedAs::Merged)
                };
                let is_same =
                    shown.len() == done.len() && shown.iter().zip(&done).all(|(shown, done)| fits(shown, done));
                assert!(is_same, "{look:?}\n{received:?}");
                assert_eq!((&look.from, look.again), (&received.from, received.again));
            }
            (Err(look), Err(received)) => assert_eq!(look.code, received.code, "{look:?} {received:?}"),
            (Ok(_), Err(_)) => {}
            (Err(look), Ok(_)) => panic!("nobody could look into it: {look:?}"),
        }
        received
    }

    /// What became of the only document of a package.
    #[track_caller]
    pub fn outcome(&mut self, path: &Path) -> ReceivedAs {
        let received = self.receive(path);
        assert_eq!(received.documents.len(), 1, "{received:?}");
        received.documents[0].outcome
    }

    pub fn uid(&self, id: DocumentId) -> String {
        self.workspace.storage().document_uid(id).unwrap()
    }

    pub fn find(&self, uid: &str) -> Option<DocumentId> {
        self.workspace.storage().document_by_uid(uid).unwrap()
    }

    pub fn content(&self, id: DocumentId) -> Map<String, Value> {
        self.workspace.storage().document(id).unwrap().content
    }

    pub fn notes(&self, id: DocumentId) -> String {
        self.content(id).get("notes").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Number, revision, state and hash of each revision.
    pub fn revisions(&self, id: DocumentId) -> Vec<(String, String, &'static str, String)> {
        let revisions = self.workspace.storage().revisions_of(id).unwrap();
        revisions.into_iter().map(|own| (own.number, own.revision, own.state.name(), own.sha256)).collect()
    }

    pub fn faults(&self) -> Vec<String> {
        let report = self.workspace.verify_audit(None).unwrap();
        report.faults.into_iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect()
    }

    pub fn code(&mut self) -> String {
        self.workspace.exchange_status().unwrap().code
    }

    pub fn head(&self) -> i64 {
        self.workspace.storage().sequence().unwrap()
    }
}

pub fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// The files of a package by their paths within the bag.
#[derive(Clone)]
pub struct Bag(pub BTreeMap<String, Vec<u8>>);

impl Bag {
    pub fn read(path: &Path) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
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

    /// Writes it with manifests and an index that tell what there is: everything fits, as somebody would make it who
    /// knows the format.
    pub fn write(&self) -> PathBuf {
        let mut bag = self.clone();
        bag.reindex();
        let lines = |bag: &Self, payload: bool| {
            let fits = |path: &&String| path.starts_with("data/") == payload && *path != "tagmanifest-sha256.txt";
            bag.0.keys().filter(fits).map(|path| format!("{}  {path}\n", sha256(&bag.0[path]))).collect::<String>()
        };
        let manifest = lines(&bag, true);
        bag.0.insert("manifest-sha256.txt".into(), manifest.into());
        let payload = || bag.0.iter().filter(|(path, _)| path.starts_with("data/"));
        let oxum = format!("{}.{}", payload().map(|(_, bytes)| bytes.len()).sum::<usize>(), payload().count());
        let info = String::from_utf8(bag.0["bag-info.txt"].clone()).unwrap();
        let info: String = info
            .lines()
            .map(|line| match line.starts_with("Payload-Oxum") {
                true => format!("Payload-Oxum: {oxum}\n"),
                false => format!("{line}\n"),
            })
            .collect();
        bag.0.insert("bag-info.txt".into(), info.into());
        let tags = lines(&bag, false);
        bag.0.insert("tagmanifest-sha256.txt".into(), tags.into());
        let path = fresh_path();
        let mut zip = ZipWriter::new(std::fs::File::create(&path).unwrap());
        for (name, bytes) in &bag.0 {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            zip.start_file(format!("包/{name}"), options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    }

    fn reindex(&mut self) {
        let Ok(mut index) = serde_json::from_slice::<Value>(&self.0["data/index.json"]) else { return };
        let hashes: BTreeMap<String, (String, usize)> =
            self.0.iter().map(|(path, bytes)| (path.clone(), (sha256(bytes), bytes.len()))).collect();
        fn fix(value: &mut Value, hashes: &BTreeMap<String, (String, usize)>) {
            match value {
                Value::Object(map) => {
                    if let Some(known) =
                        map.get("计算机文件名").and_then(Value::as_str).and_then(|path| hashes.get(path))
                    {
                        map["sha256"] = json!(known.0);
                        map["计算机文件大小"] = json!(known.1);
                    }
                    map.values_mut().for_each(|value| fix(value, hashes));
                }
                Value::Array(items) => items.iter_mut().for_each(|value| fix(value, hashes)),
                _ => {}
            }
        }
        fix(&mut index, &hashes);
        self.0.insert("data/index.json".into(), serde_json::to_vec(&index).unwrap());
    }

    pub fn find(&self, part: &str) -> String {
        self.0.keys().find(|path| path.contains(part)).unwrap_or_else(|| panic!("{part}")).clone()
    }

    /// Changes a JSON file.
    pub fn change(&mut self, path: &str, change: impl FnOnce(&mut Value)) {
        let path = self.find(path);
        let mut value: Value = serde_json::from_slice(&self.0[&path]).unwrap();
        change(&mut value);
        self.0.insert(path, serde_json::to_vec(&value).unwrap());
    }
}
