//! What the tests of the terminal program share.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use page_validation::{ValidationOptions, ValidationProfile, validate_pdf_bytes};
use serde_json::Value;

/// The root of the source tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the program and expects it to succeed.
#[track_caller]
pub fn dossier(arguments: &[&str]) -> Output {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Runs the program.
pub fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program starts")
}

/// The program with the templates and fonts of the source tree, wherever it was built.
pub fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dossier"));
    program.env("DOSSIER_RESOURCES", root());
    program
}

/// Somebody at a data folder.
pub trait Terminal {
    /// The program on this folder, ready to run.
    fn command(&self, arguments: &[&str]) -> Command;

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str], status: i32) -> String {
        let ran = self.run(arguments);
        let said = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
        assert_eq!(ran.status.code(), Some(status), "{said}");
        said
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.command(arguments).arg("--json").output().unwrap();
        serde_json::from_slice(&ran.stdout).unwrap()
    }
}

/// The text of a PDF in reading order, as the program `pdftotext` reads it.
pub fn text_of(pdf: &Path) -> String {
    let output = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(pdf).arg("-").output();
    let output = output.expect("run `cargo xtask setup` first: pdftotext is missing");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The text of a template's blank form.
pub fn blank_text(template: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pdf = folder.path().join("blank.pdf");
    dossier(&["render", template, "--blank", "--to", pdf.to_str().expect("UTF-8")]);
    text_of(&pdf)
}

/// A PDF that archives accept.
#[track_caller]
pub fn assert_pdf_a(bytes: &[u8], what: &str) {
    let options = ValidationOptions::default().profile(ValidationProfile::PdfA2u);
    let report = validate_pdf_bytes(bytes, &options).expect("a PDF");
    assert!(report.failures.is_empty() && report.is_compliant, "{what}: {report}");
}
