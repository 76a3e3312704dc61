//! Two data folders and packages between them, from a terminal.

#[allow(dead_code, reason = "not every test file needs everything")]
mod kit;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kit::Terminal;
use serde_json::{Value, json};

/// Somebody at a machine. All of them see the same folder of packages.
struct Machine<'a> {
    folder: &'a Path,
    name: &'static str,
}

impl Terminal for Machine<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = kit::program();
        command.arg("--data").arg(self.folder.join(self.name)).args(arguments).env("USER", self.name);
        command.current_dir(self.folder);
        command
    }
}

impl Machine<'_> {
    /// The sample dossier, on a machine whose numbers the controller gives; the machine's code.
    fn numbered_elsewhere(&self) -> String {
        self.done(&["release", "sample"]);
        let settings = self.folder.join("设置.json");
        std::fs::write(&settings, json!({ "numbering": { "given_by": "controller" } }).to_string()).unwrap();
        self.done(&["settings", "set", "--from", settings.to_str().unwrap()]);
        self.json(&["exchange", "status"])["code"].as_str().unwrap().to_owned()
    }

    fn fill(&self, content: &Value) -> Output {
        let path: PathBuf = self.folder.join("内容.json");
        std::fs::write(&path, content.to_string()).unwrap();
        self.run(&["fill", "D0001", "--from", path.to_str().unwrap()])
    }
}

#[test]
fn a_draft_goes_out_comes_back_and_is_chosen_between() {
    let folder = tempfile::tempdir().unwrap();
    let machine = |name| Machine { folder: folder.path(), name };
    let (home, away) = (machine("林知远"), machine("韩朔"));
    home.done(&["release", "sample"]);
    let sent = home.json(&["exchange", "send", "D0001", "--to", "韩朔", "--file", "去.zip"]);
    assert_eq!((&sent["purpose"], &sent["drafts"]), (&json!("draft"), &json!(["D0001"])));
    let code = sent["code"].as_str().unwrap();
    let refused = home.fill(&json!({ "contact": "偷改" }));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("已移交给韩朔") && said.contains("dossier exchange take-back D0001"), "{said}");
    home.refused(&["exchange", "send", "D0001", "--to", "王五", "--file", "又.zip"], 2);
    assert!(!folder.path().join("又.zip").exists(), "nothing is half written");

    assert!(away.done(&["verify", "去.zip", "--anchor", code]).contains("完好"));
    assert!(away.refused(&["restore", "去.zip"], 2).contains("exchange receive"));
    away.refused(&["exchange", "receive", "去.zip", "--anchor", "0000-0000-0000-0000"], 1);
    assert!(away.done(&["exchange", "receive", "去.zip", "--anchor", code]).contains("新收到的草稿"));
    assert!(away.done(&["exchange", "receive", "去.zip"]).contains("以前收到过"));
    assert_eq!(away.json(&["show", "D0001"])["content"], home.json(&["show", "D0001"])["content"]);

    // Taken back: both go on.
    assert!(home.done(&["exchange", "status"]).contains("移交  D0001"));
    home.done(&["exchange", "take-back", "D0001"]);
    home.refused(&["exchange", "take-back", "D0001"], 2);
    assert!(home.fill(&json!({ "contact": "家里写的" })).status.success());
    assert!(away.fill(&json!({ "contact": "外面写的" })).status.success());
    away.done(&["exchange", "send", "D0001", "--to", "林知远", "--file", "回.zip"]);
    assert!(home.done(&["exchange", "receive", "回.zip"]).contains("conflicts D0001"));
    let said = home.done(&["exchange", "conflicts", "D0001"]);
    assert!(said.contains("家里写的") && said.contains("外面写的"), "{said}");
    let field = home.json(&["exchange", "conflicts"])[0]["fields"][0]["field"].as_str().unwrap().to_owned();
    assert!(home.refused(&["exchange", "choose", "D0001"], 1).contains("还没有选定"));
    assert!(home.done(&["exchange", "choose", "D0001", "--take", &field]).contains("取 1 项"));
    assert_eq!(home.json(&["show", "D0001"])["content"][&field], "外面写的");
    home.done(&["undo", "D0001"]);
    assert_eq!(home.json(&["show", "D0001"])["content"][&field], "家里写的");
    for machine in [home, away] {
        machine.done(&["audit", "verify"]);
    }
}

#[test]
fn the_controller_gives_the_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let machine = |name| Machine { folder: folder.path(), name };
    let (author, controller) = (machine("韩朔"), machine("周敏"));
    let code = author.numbered_elsewhere();
    assert!(author.refused(&["submit", "D0001"], 2).contains("exchange lease"));
    let lent = controller.done(&[
        "exchange",
        "lease",
        "release-application",
        "2",
        "--to",
        "韩朔",
        "--code",
        &code,
        "--file",
        "借.zip",
    ]);
    assert!(lent.contains("编号 2 个：REL-APP-2") && lent.contains("-001 至"), "{lent}");
    assert!(author.done(&["exchange", "receive", "借.zip"]).contains("借入编号 2 个"));
    assert!(author.done(&["submit", "D0001"]).contains("-001 V1.0"));
    author.done(&["exchange", "send", "D0001", "--to", "周敏", "--return-numbers", "--file", "交.zip"]);
    let said = controller.done(&["exchange", "receive", "交.zip"]);
    assert!(said.contains("新收到") && said.contains("-002"), "{said}");
    assert!(controller.done(&["number", "list"]).contains("借出未用"), "the unused one is void");
    let status = controller.json(&["exchange", "status"]);
    assert_eq!((&status["leases"][0]["used"], &status["leases"][0]["void"]), (&json!(1), &json!(1)));
    for machine in [author, controller] {
        machine.done(&["audit", "verify"]);
    }
}

/// What was used after the copy was made, nobody can say: none of the borrowed numbers that were free is used again.
#[test]
fn borrowed_numbers_are_void_after_a_restore() {
    let folder = tempfile::tempdir().unwrap();
    let machine = |name| Machine { folder: folder.path(), name };
    let (author, controller) = (machine("韩朔"), machine("周敏"));
    let code = author.numbered_elsewhere();
    let to = ["--to", "韩朔", "--code", &code, "--file", "借.zip"];
    controller.done(&[&["exchange", "lease", "release-application", "2"], to.as_slice()].concat());
    author.done(&["exchange", "receive", "借.zip"]);
    let copy = author.json(&["backup", "now"])["copy"]["file"].as_str().unwrap().to_owned();
    assert!(author.done(&["submit", "D0001"]).contains("-001 V1.0"));
    author.done(&["backup", "restore", &copy]);
    let numbers = author.done(&["number", "list"]);
    assert_eq!(numbers.lines().filter(|line| line.contains("从备份恢复")).count(), 2, "{numbers}");
    assert!(author.refused(&["submit", "D0001"], 2).contains("没有借到"));
    author.done(&["audit", "verify"]);
}
