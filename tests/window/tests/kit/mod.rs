//! What the tests of the window share: an empty data folder, and the way to a form.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chrono::FixedOffset;
use dossier_core::storage::DocumentId;
use dossier_core::{Environment, Workspace};
use dossier_window_tests::{Setup, Window};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The window's clock stands at Shanghai's: for some hours of every day of ours it is another day there. What is done
/// beside the window goes by it.
pub fn environment() -> Environment {
    let system = Environment::system();
    let now = system.now().with_timezone(&FixedOffset::east_opt(8 * 3600).expect("eight hours"));
    Environment::fixed(now, system.resources().expect("templates and fonts").clone())
}

pub struct World {
    pub data: TempDir,
    pub out: TempDir,
}

impl World {
    pub fn new() -> Self {
        Self { data: tempfile::tempdir().expect("a folder"), out: tempfile::tempdir().expect("a folder") }
    }

    pub fn setup(&self) -> Setup {
        Setup::default().export_to(self.out.path())
    }

    /// The data folder, opened beside the running window.
    pub fn workspace(&self) -> Workspace {
        Workspace::open(self.data.path(), environment()).expect("the data folder")
    }

    /// What is stored now, read beside the running window.
    pub fn content(&self, id: &str) -> Value {
        let workspace = self.workspace();
        let id: DocumentId = id.parse().expect("an id");
        Value::Object(workspace.open_document(id).expect("the document").content)
    }

    pub fn exported(&self, ending: &str) -> PathBuf {
        let files = std::fs::read_dir(self.out.path()).expect("the folder").map(|entry| entry.expect("a file").path());
        files.into_iter().find(|path| path.extension().is_some_and(|found| found == ending)).expect("an exported file")
    }
}

/// Where pictures go: for the manual where `DOSSIER_PICTURES` says so. Nothing on them is wider than the window.
#[track_caller]
pub fn picture(window: &Window, name: &str) {
    window.execute("await document.fonts.ready", json!([]));
    std::thread::sleep(Duration::from_millis(400));
    let sideways = window.execute("return document.documentElement.scrollWidth - innerWidth", json!([]));
    assert!(sideways.as_i64().is_some_and(|more| more <= 0), "{name}: the page is {sideways} px too wide");
    let asked = std::env::var_os("DOSSIER_PICTURES").map(PathBuf::from);
    let folder = asked.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens"));
    window.screenshot(&folder.join(format!("{name}.png")));
}

/// Goes past the first start to a new release, whose application opens.
pub fn begin(window: &Window) {
    window.wait_for("[data-action='start']");
    window.click("[data-action='start']");
    window.wait_for("[data-action='new-release']");
    window.press("Control+n");
    window.wait_for("#new-product");
    window.type_text("#new-product", "衡川网络安全审计系统");
    window.type_text("#new-version", "V4.2.0");
    window.click("[data-path='release_type'] label:nth-of-type(2)");
    window.click("[data-action='create']");
    window.wait_for("[data-path='contact']");
}

/// Goes past the first start to the list with the sample dossier in it.
pub fn begin_with_sample(window: &Window) {
    window.wait_for("[data-action='start']");
    window.click("[data-action='start']");
    // The first start offers the sample under the same name, and is going.
    window.wait_gone("[data-action='start']");
    window.click("[data-action='load-sample']");
    window.wait_for("[data-release] [data-template='release-application']");
}

pub fn opened(window: &Window, template: &str) -> String {
    window.click(&format!("[data-template='{template}']"));
    window.wait_for(&format!("[data-template='{template}'][data-document]"));
    window.attribute(&format!("[data-template='{template}']"), "data-document").expect("an id")
}

/// Waits until everything typed is stored.
pub fn saved(window: &Window) {
    // A change is stored within a second of the last key.
    std::thread::sleep(Duration::from_millis(1000));
    window.wait_for("[data-saved='saved']");
}

/// A page of signed paper as a scanner hands it over, `….jpg`.
pub fn scanned(pdf: &Path, page: usize, dots_per_inch: usize, to: &Path) {
    let (page, dots) = (page.to_string(), dots_per_inch.to_string());
    let options = ["-gray", "-jpeg", "-singlefile", "-r", &dots, "-f", &page, "-l", &page];
    let status = Command::new("pdftoppm").args(options).arg(pdf).arg(to.with_extension("")).status();
    assert!(status.expect("run `cargo xtask setup` first: pdftoppm is missing").success());
}
