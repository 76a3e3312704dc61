//! The window: built, started, or driven by a program where nobody sees it.

use std::fs;
use std::path::PathBuf;

use crate::checkout::{Checkout, run};
use crate::failure::{AtPath, Failure};
use crate::page;
use crate::setup::has_display;
use crate::steps::step;

/// Builds page and window as they are shipped and says where the program lies.
pub fn build(checkout: &Checkout) -> Result<PathBuf, Failure> {
    step("构建界面（vite）", || page::build(checkout))?;
    step("构建窗口", || run(&mut checkout.cargo(["build", "--release", "--package", "dossier-window"])))?;
    Ok(checkout.target.join("release").join(format!("dossier-window{}", std::env::consts::EXE_SUFFIX)))
}

/// Shows the window until it is closed. Where nobody would see it, a program does the main job through it.
pub fn show(checkout: &Checkout, window: &PathBuf) -> Result<(), Failure> {
    if has_display() {
        println!("\n正在打开窗口；关闭窗口即结束");
        return run(&mut checkout.command(window));
    }
    let out = checkout.root.join("out");
    fs::create_dir_all(&out).at("创建", &out)?;
    step("没有屏幕：由程序在 Xvfb 中操作真实窗口", || {
        let mut tour = checkout.cargo(["run", "--quiet", "--package", "dossier-window-tests", "--bin", "dossier-tour"]);
        run(tour.arg("--").arg(&out).env("DOSSIER_WINDOW", window))
    })
}
