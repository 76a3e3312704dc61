//! A fresh machine made ready: Debian packages where we may install them, and the fonts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::checkout::{Checkout, find_program, run_quietly, succeeds};
use crate::failure::Failure;
use crate::fonts;

/// What the machine is made ready for: somebody who only looks need not install what only tests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Run,
    Test,
}

/// A program that has to be there.
struct Need {
    program: &'static str,
    /// The packages that bring it on Debian and Ubuntu.
    debian: &'static [&'static str],
    /// What to look for elsewhere.
    elsewhere: &'static str,
    why: &'static str,
    why_english: &'static str,
}

/// Reads PDF text and draws PDF pages, in tests and for pictures.
const POPPLER: [Need; 2] = [
    Need {
        program: "pdftotext",
        debian: &["poppler-utils"],
        elsewhere: "poppler (pdftotext, pdftoppm)",
        why: "测试用它核对 PDF 里的文字",
        why_english: "tests read PDF text with it",
    },
    Need {
        program: "pdftoppm",
        debian: &["poppler-utils"],
        elsewhere: "poppler (pdftotext, pdftoppm)",
        why: "用它把 PDF 页面画成图片",
        why_english: "draws PDF pages as pictures",
    },
];

/// Fetches the fonts; asked for only when one has to be fetched.
const NPM: Need = Need {
    program: "npm",
    debian: &["nodejs", "npm"],
    elsewhere: "Node.js (node, npm)",
    why: "用它下载字体",
    why_english: "fetches the fonts",
};

/// `cargo xtask setup`: everything that any other command needs.
pub fn setup(checkout: &Checkout) -> Result<(), Failure> {
    let start = Instant::now();
    ensure(checkout, Purpose::Test)?;
    println!("✔ 本机已就绪（{:.2} 秒）", start.elapsed().as_secs_f64());
    Ok(())
}

/// Makes the machine ready for `purpose`; quick and silent when it is.
pub fn ensure(checkout: &Checkout, purpose: Purpose) -> Result<(), Failure> {
    let to_fetch = fonts::wrong(checkout);
    let mut needs = Vec::new();
    if purpose == Purpose::Test {
        needs.extend(&POPPLER);
    }
    if !to_fetch.is_empty() {
        needs.push(&NPM);
    }
    // Everything that is missing in one go: nobody wants to be sent to the administrator twice.
    install_missing(&needs)?;
    if to_fetch.is_empty() { Ok(()) } else { fonts::fetch(checkout, &to_fetch) }
}

/// Installs what is missing of `needs`, or says exactly what to install.
fn install_missing(needs: &[&Need]) -> Result<(), Failure> {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| find_program(need.program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<&str> = missing.iter().flat_map(|need| need.debian).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    let Some(apt) = Apt::here() else {
        return Err(not_installable(&missing, &packages));
    };
    println!("  正在安装：{}", packages.join(" "));
    // A failed update is not the end: the lists at hand may do.
    let _ = run_quietly(&mut apt.get(&["update", "-qq"]));
    let install = ["install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];
    let installed = run_quietly(apt.get(&install).args(&packages));
    if installed.is_err() || missing.iter().any(|need| find_program(need.program).is_none()) {
        return Err(not_installable(&missing, &packages));
    }
    Ok(())
}

/// Debian's package manager, where we may use it without asking for a password.
struct Apt {
    program: PathBuf,
    through_sudo: bool,
}

impl Apt {
    fn here() -> Option<Self> {
        if !Path::new("/etc/debian_version").exists() {
            return None;
        }
        let program = find_program("apt-get")?;
        let id = Command::new("id").arg("-u").output().ok()?;
        if id.stdout.trim_ascii() == b"0" {
            return Some(Self { program, through_sudo: false });
        }
        succeeds(Command::new("sudo").args(["-n", "true"])).then_some(Self { program, through_sudo: true })
    }

    fn get(&self, arguments: &[&str]) -> Command {
        let mut command = if self.through_sudo {
            let mut sudo = Command::new("sudo");
            // sudo drops the environment, so env sets it on the far side.
            sudo.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive"]).arg(&self.program);
            sudo
        } else {
            let mut apt = Command::new(&self.program);
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            apt
        };
        command.args(arguments).stdin(std::process::Stdio::null());
        command
    }
}

fn not_installable(missing: &[&Need], packages: &[&str]) -> Failure {
    let lines: Vec<String> = missing
        .iter()
        .map(|need| format!("缺少 / missing `{}`：{} / {}", need.program, need.why, need.why_english))
        .collect();
    let mut elsewhere: Vec<&str> = missing.iter().map(|need| need.elsewhere).collect();
    elsewhere.dedup();
    Failure::unusable(lines.join("\n")).hint(format!(
        "请安装后再运行 / install, then run again\n  \
         Debian, Ubuntu: sudo apt-get update && sudo apt-get install -y --no-install-recommends {}\n  \
         其他系统 / elsewhere: {}",
        packages.join(" "),
        elsewhere.join(", "),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_installed_is_named_in_both_languages() {
        let all: Vec<&Need> = POPPLER.iter().chain([&NPM]).collect();
        let failure = not_installable(&all, &["nodejs", "npm", "poppler-utils"]);
        let text = failure.to_string();
        assert_eq!(failure.exit, 2, "the machine cannot be used as it is");
        for part in ["缺少", "missing `pdftotext`", "`npm`", "--no-install-recommends nodejs npm poppler-utils"] {
            assert!(text.contains(part), "`{part}` is not said in: {text}");
        }
    }
}
