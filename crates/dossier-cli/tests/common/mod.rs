//! The built program in a world of its own: templates of the test, a data folder that goes away.

#![allow(dead_code, reason = "not every test file needs everything")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Fields of every kind that the program has to refuse or carry.
pub const APPLICATION: &str = r#"
id = "memo-application"
version = "1.0"
form_number = "T-01"
title = "测试申请表"
number = "T-APP-{year}-{seq:03}"
category = "测试"
style = "form"

[fields.product_name]
label = "产品名称"
type = "text"
required = true
carries = "release.product_name"

[fields.version]
label = "发布版本"
type = "version"
required = true
carries = "release.version"

[fields.planned_at]
label = "计划发布时间"
type = "datetime"
carries = "release.planned_at"

[fields.strategy]
label = "发布策略"
type = "choice"
options = ["灰度发布", "全量发布", "其他：{strategy_other}"]
carries = "release.strategy"

[fields.strategy_other]
label = "其他策略"
type = "text"

[fields.budget]
label = "预算"
type = "integer"
unit = "元"

[fields.notes]
label = "说明"
type = "long_text"

[[layout]]
bar = "一、基本信息"
[[layout]]
grid.rows = [
  { widths = [23, 59.5, 23, 59.5], cells = ["产品名称", "{product_name}", "发布版本", "{version}"] },
  { widths = [23, 59.5, 23, 59.5], cells = ["计划发布时间", "{planned_at}", "预算", "{budget}"] },
  { widths = [23, 142], cells = ["发布策略", "{strategy}"] },
  { widths = [23, 142], cells = ["说明", "{notes}"] },
]
"#;

/// Takes product, version and strategy from its release; holds the table that is imported into.
pub const PLAN: &str = r#"
id = "memo-plan"
version = "1.0"
form_number = "T-02"
title = "测试计划"
number = "T-PLAN-{year}-{seq:03}"
category = "测试"
style = "plan"

[fields.product_name]
label = "产品名称"
type = "text"
required = true
carries = "release.product_name"

[fields.version]
label = "发布版本"
type = "version"
carries = "release.version"

[fields.strategy]
label = "发布策略"
type = "choice"
options = ["灰度发布", "全量发布"]
carries = "release.strategy"

[fields.systems]
label = "系统"
type = "table"
free = true
columns = [
  { id = "order", label = "发布顺序", type = "integer" },
  { id = "system", label = "系统名称", type = "text" },
  { id = "version", label = "版本号", type = "version" },
  { id = "risk", label = "风险等级", type = "choice", options = ["高", "中", "低"] },
]

[[layout]]
grid.rows = [
  { widths = [23, 59.5, 23, 59.5], cells = ["产品名称", "{product_name}", "发布版本", "{version}"] },
  { widths = [23, 142], cells = ["发布策略", "{strategy}"] },
]
[[layout]]
table = "systems"
columns = [
  { width = 25, head = "发布顺序", cell = "{order}" },
  { width = 70, head = "系统名称", cell = "{system}" },
  { width = 35, head = "版本号", cell = "{version}" },
  { width = 35, head = "风险等级", cell = "{risk}" },
]
"#;

const SAMPLE: &str = r#"{ "product_name": "星图网络安全审计系统", "version": "V4.2.0" }"#;

/// A folder with everything that one test needs.
pub struct World {
    root: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for (id, text) in [("memo-application", APPLICATION), ("memo-plan", PLAN)] {
            let folder = root.path().join("resources/templates").join(id);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("template.toml"), text).unwrap();
            fs::write(folder.join("sample.json"), SAMPLE).unwrap();
        }
        let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/fonts").canonicalize().unwrap();
        link(&fonts, &root.path().join("resources/fonts"));
        Self { root }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file of the test and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dossier"));
        command.env("DOSSIER_RESOURCES", self.path("resources")).env("USER", "张三").arg("--data").arg(self.data());
        command
    }

    pub fn run(&self, arguments: &[&dyn AsRef<OsStr>]) -> Ran {
        Ran(self.command().args(arguments.iter().map(|word| word.as_ref())).output().unwrap())
    }

    /// The answer for programs.
    #[track_caller]
    pub fn json(&self, arguments: &[&dyn AsRef<OsStr>]) -> Value {
        let mut all: Vec<&dyn AsRef<OsStr>> = vec![&"--json"];
        all.extend(arguments);
        let ran = self.run(&all);
        assert_eq!(ran.stderr(), "", "programs get their answer on one stream only");
        serde_json::from_str(&ran.stdout()).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout()))
    }

    pub fn run_with_input(&self, input: &str, arguments: &[&str]) -> Ran {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Ran(child.wait_with_output().unwrap())
    }

    /// A new document; its id.
    #[track_caller]
    pub fn new_document(&self, template: &str, content: &str, release: Option<&str>) -> String {
        let from = self.file("new.json", content);
        let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&"new", &template, &"--from", &from];
        if let Some(release) = &release {
            arguments.extend([&"--release" as &dyn AsRef<OsStr>, release]);
        }
        self.run(&arguments).done().trim().to_owned()
    }
}

/// What the program said and how it ended.
pub struct Ran(pub Output);

impl Ran {
    pub fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    pub fn status(&self) -> i32 {
        self.0.status.code().expect("ended by itself")
    }

    /// What it printed, once it is clear that it did what it should.
    #[track_caller]
    pub fn done(&self) -> String {
        assert_eq!(self.status(), 0, "{}{}", self.stdout(), self.stderr());
        self.stdout()
    }

    /// What it complained of.
    #[track_caller]
    pub fn refused(&self, status: i32) -> String {
        assert_eq!(self.status(), status, "{}{}", self.stdout(), self.stderr());
        self.stderr()
    }
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) {
    std::os::unix::fs::symlink(from, to).unwrap();
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::hard_link(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
