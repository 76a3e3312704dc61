//! Signed copies from a terminal: filed, listed, filed by hand, taken back.

#[allow(dead_code, reason = "not every test file needs everything")]
mod kit;

use std::path::Path;
use std::process::Output;

use serde_json::Value;

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = kit::program();
        command.arg("--data").arg(self.folder.path().join("data")).args(arguments).env("USER", "林知远");
        command.output().unwrap()
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_slice(&self.run(&[arguments, &["--json"]].concat()).stdout).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

#[test]
fn a_signed_copy_is_filed_listed_and_taken_back() {
    let world = World { folder: tempfile::tempdir().unwrap() };
    world.done(&["release", "sample"]);
    world.done(&["submit", "D0001"]);
    let (signed, blank, text) = (world.path("签署件.pdf"), world.path("空白.pdf"), world.path("说明.txt"));
    world.done(&["print", "D0001", "--to", &signed]);
    // A form without a code, and a file that is no scan.
    world.done(&["render", "release-application", "--blank", "--to", &blank]);
    std::fs::write(&text, "扫描件在邮件里").unwrap();
    let approval = world.json(&["approval", "D0001"]);
    let number = approval["number"].as_str().unwrap();

    let ran = world.run(&["scan", "add", &text, &signed, &blank]);
    assert_eq!(ran.status.code(), Some(2), "one of them is no scan");
    let aside = String::from_utf8(ran.stderr).unwrap();
    assert!(aside.contains("错误：`说明.txt` 不能归档：不是 PDF、JPEG、PNG 或 TIFF"), "{aside}");
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(said.contains("签署件.pdf：3 页，3 页按二维码归档（"), "{said}");
    assert!(said.contains(&format!("  {number} V1.0：第 1、2、3 页")), "{said}");
    assert!(said.contains("第 1 页等待手工归位：没有读到二维码"), "{said}");
    assert!(world.done(&["scan", "add", &signed]).contains("这份扫描件已在"));

    let waiting = world.json(&["scan", "list"]);
    assert_eq!((waiting.as_array().unwrap().len(), &waiting[0]["name"]), (1, &"空白.pdf".into()));
    let scan = &waiting[0]["sha256"].as_str().unwrap()[..12];
    let picture = world.path("页.png");
    world.done(&["scan", "export", scan, "--page", "1", "--to", &picture]);
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"), "the page is looked at before it is filed");
    let unknown = world.run(&["scan", "file", scan, "1", number, "V9.0"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("它有的版本：V1.0"));
    assert!(world.done(&["scan", "file", scan, "1", number, "V1.0", "--paper-page", "3"]).contains("手工归位"));
    for page in 2..=waiting[0]["pages"].as_array().unwrap().len() {
        world.done(&["scan", "aside", scan, &page.to_string()]);
    }
    assert_eq!(world.done(&["scan", "list"]), "", "nothing waits any more");
    assert!(world.done(&["scan", "list", number]).contains(&format!("  {number} V1.0（手工归位）：第 1 页")));

    let back = world.path("取回.pdf");
    world.done(&["scan", "export", scan, "--to", &back]);
    let read = |path: &str| std::fs::read(Path::new(path)).unwrap();
    assert!(read(&back) == read(&blank), "every byte as it came");
    world.done(&["sign", "D0001", "--name", "方文川"]);
    world.done(&["scan", "add", &signed, "--step", "1"]);
    let step = &world.json(&["approval", "D0001"])["revisions"][0]["chains"][0]["steps"][0];
    assert_eq!(step["signature"]["scans"].as_array().unwrap().len(), 3, "{step}");
    assert!(world.done(&["audit", "verify"]).contains("扫描件 2 份"));
}
