//! A fresh machine made ready: Debian packages where we may install them, and the fonts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::checkout::{Checkout, find_program, run_quietly, succeeds};
use crate::failure::Failure;
use crate::{bagit, fonts, page};

/// What the machine is made ready for: somebody who only looks need not install what only tests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Run,
    Test,
}

/// Something that has to be there.
struct Need {
    what: What,
    /// The packages that bring it on Debian and Ubuntu.
    debian: &'static [&'static str],
    /// What to look for elsewhere.
    elsewhere: &'static str,
    why: &'static str,
    why_english: &'static str,
}

enum What {
    Program(&'static str),
    /// By its name in pkg-config.
    Library(&'static str),
}

/// Reads PDF text and draws PDF pages, in tests and for pictures.
const POPPLER: [Need; 2] = [
    Need {
        what: What::Program("pdftotext"),
        debian: &["poppler-utils"],
        elsewhere: "poppler (pdftotext, pdftoppm)",
        why: "测试用它核对 PDF 里的文字",
        why_english: "tests read PDF text with it",
    },
    Need {
        what: What::Program("pdftoppm"),
        debian: &["poppler-utils"],
        elsewhere: "poppler (pdftotext, pdftoppm)",
        why: "用它把 PDF 页面画成图片",
        why_english: "draws PDF pages as pictures",
    },
];

/// Fetches fonts and packages of the page, and builds the page.
const NODE: [Need; 2] = [
    Need {
        what: What::Program("npm"),
        debian: &["nodejs", "npm"],
        elsewhere: "Node.js (node, npm)",
        why: "用它下载字体和界面的组件",
        why_english: "fetches fonts and the packages of the page",
    },
    Need {
        what: What::Program("node"),
        debian: &["nodejs"],
        elsewhere: "Node.js (node, npm)",
        why: "用它构建界面",
        why_english: "builds the page",
    },
];

const WEB_VIEW: &str = "WebKitGTK 4.1 (libwebkit2gtk-4.1-dev)";

/// Builds the window on Linux; other systems bring their own web view.
const WINDOW: [Need; 4] = [
    Need {
        what: What::Program("cc"),
        debian: &["build-essential"],
        elsewhere: "a C compiler",
        why: "用它链接程序",
        why_english: "links the program",
    },
    Need {
        what: What::Program("pkg-config"),
        debian: &["pkg-config"],
        elsewhere: "pkg-config",
        why: "用它查找系统的库",
        why_english: "finds the system's libraries",
    },
    Need {
        what: What::Library("webkit2gtk-4.1"),
        debian: &["libwebkit2gtk-4.1-dev"],
        elsewhere: WEB_VIEW,
        why: "窗口用它显示界面",
        why_english: "the window draws its page with it",
    },
    Need {
        what: What::Library("dbus-1"),
        debian: &["libdbus-1-dev"],
        elsewhere: "D-Bus (libdbus-1-dev)",
        why: "窗口用它打开系统的文件管理器",
        why_english: "the window opens the file manager with it",
    },
];

/// Drives the window where nobody sees it.
const UNSEEN: [Need; 3] = [
    Need {
        what: What::Program("Xvfb"),
        debian: &["xvfb", "xauth"],
        elsewhere: "Xvfb",
        why: "没有屏幕时窗口在它里面运行",
        why_english: "the window runs in it where there is no display",
    },
    Need {
        what: What::Program("WebKitWebDriver"),
        debian: &["webkit2gtk-driver"],
        elsewhere: "WebKitWebDriver",
        why: "测试用它操作窗口",
        why_english: "tests drive the window with it",
    },
    Need {
        what: What::Program("xclip"),
        debian: &["xclip"],
        elsewhere: "xclip",
        why: "测试用它复制和粘贴",
        why_english: "tests copy and paste with it",
    },
];

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
    let mut needs: Vec<&Need> = NODE.iter().collect();
    if cfg!(target_os = "linux") {
        needs.extend(&WINDOW);
        if purpose == Purpose::Test || !has_display() {
            needs.extend(&UNSEEN);
        }
    }
    if purpose == Purpose::Test {
        needs.extend(&POPPLER);
    }
    // Everything that is missing in one go: nobody wants to be sent to the administrator twice.
    install_missing(&needs)?;
    if !to_fetch.is_empty() {
        fonts::fetch(checkout, &to_fetch)?;
    }
    if purpose == Purpose::Test {
        bagit::fetch(checkout);
    }
    page::install(checkout)
}

/// Whether somebody would see a window.
pub fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

impl Need {
    fn name(&self) -> &'static str {
        match self.what {
            What::Program(name) | What::Library(name) => name,
        }
    }

    fn is_there(&self) -> bool {
        match self.what {
            What::Program(name) => find_program(name).is_some(),
            What::Library(name) => succeeds(Command::new("pkg-config").args(["--exists", name])),
        }
    }
}

/// Installs what is missing of `needs`, or says exactly what to install.
fn install_missing(needs: &[&Need]) -> Result<(), Failure> {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| !need.is_there()).collect();
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
    if installed.is_err() || missing.iter().any(|need| !need.is_there()) {
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
        .map(|need| format!("缺少 / missing `{}`：{} / {}", need.name(), need.why, need.why_english))
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
        let all: Vec<&Need> = POPPLER.iter().chain(&NODE).chain(&WINDOW).collect();
        let failure = not_installable(&all, &["nodejs", "npm", "poppler-utils"]);
        let text = failure.to_string();
        assert_eq!(failure.exit, 2, "the machine cannot be used as it is");
        for part in [
            "缺少",
            "missing `pdftotext`",
            "`npm`",
            "`webkit2gtk-4.1`",
            "--no-install-recommends nodejs npm poppler-utils",
        ] {
            assert!(text.contains(part), "`{part}` is not said in: {text}");
        }
    }
}
