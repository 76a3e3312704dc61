//! The main job, done by a program through the real window where nobody would see it: load the sample, open the
//! application, type into it, look at its paper, export it. `dossier-tour OUT` leaves files and pictures in OUT.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dossier_window_tests::{Setup, Window};

/// What is typed, so that everybody sees that the paper is that of the window.
const TYPED: &str = "分机 8021（在窗口中填写）";

fn main() -> ExitCode {
    let Some(out) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("用法：dossier-tour 文件夹");
        return ExitCode::from(2);
    };
    let data = tempfile::tempdir().expect("a folder for the data");
    let window = Setup::default().export_to(&out).start(data.path());
    window.resize(1280, 800);
    let pictures = ["窗口-卷宗列表.png", "窗口-填写与预览.png"].map(|name| out.join(name));
    load_sample(&window, &pictures[0]);
    let files = fill_and_export(&window, &out, &pictures[1]);
    println!("\n窗口中做过的事：载入示例卷宗 → 打开申请表 → 填写联系方式 → 预览 → 导出");
    for file in files.iter().chain(&pictures) {
        println!("  {}", file.display());
    }
    ExitCode::SUCCESS
}

fn load_sample(window: &Window, picture: &Path) {
    window.click("[data-action='load-sample']");
    window.wait_for("[data-release] [data-template='release-application']");
    window.screenshot(picture);
}

/// Returns what was written.
fn fill_and_export(window: &Window, out: &Path, picture: &Path) -> Vec<PathBuf> {
    let before = listed(out);
    window.click("[data-release] [data-template='release-application']");
    let field = "[data-path='contact']";
    window.click(field);
    window.press("Control+a");
    window.keys(TYPED);
    window.press("Tab");
    window.wait_for("[data-saved='saved']");
    window.press("Control+1");
    window.wait_for("[data-pane='preview'] canvas");
    window.wait_for("[data-pages]");
    window.press("Control+e");
    window.click("[data-export-format='xlsx']");
    window.click("[data-action='export-now']");
    window.wait_text("[data-strip]", "已导出");
    window.wait_gone("[data-action='export-now']");
    window.screenshot(picture);
    let mut files: Vec<PathBuf> = listed(out).into_iter().filter(|file| !before.contains(file)).collect();
    files.retain(|file| file != picture);
    files
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}
