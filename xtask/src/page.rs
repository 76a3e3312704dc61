//! The page in the window: its packages and its build.

use std::fs;
use std::path::PathBuf;

use crate::checkout::{Checkout, find_program, run, run_quietly};
use crate::failure::{AtPath, Failure};

/// Installs the packages of the page when its lock file changed since the last time.
pub fn install(checkout: &Checkout) -> Result<(), Failure> {
    let lock = folder(checkout).join("package-lock.json");
    let wanted = fs::read_to_string(&lock).at("读取", &lock)?;
    // Within the folder it speaks of: whoever removes that has them installed again.
    let stamp = folder(checkout).join("node_modules/.dossier-installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("  正在安装界面的组件（npm ci）");
    let mut npm = npm(checkout, &["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
    run_quietly(&mut npm).map_err(|_| {
        Failure::unusable("界面的组件没有装上 / cannot install the packages of the page：`npm ci` 失败")
            .hint("检查网络和 npm 的 registry 设置后再运行 / check the network and npm's registry setting")
    })?;
    fs::write(&stamp, wanted).at("写入", &stamp)
}

/// Builds the page that the window embeds.
pub fn build(checkout: &Checkout) -> Result<(), Failure> {
    run_quietly(&mut npm(checkout, &["run", "--silent", "build"])?).map(drop)
}

/// Runs one of the page's own checks.
pub fn check(checkout: &Checkout, script: &str) -> Result<(), Failure> {
    run(&mut npm(checkout, &["run", "--silent", script])?)
}

pub fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root.join("ui")
}

fn npm(checkout: &Checkout, arguments: &[&str]) -> Result<std::process::Command, Failure> {
    let program = find_program("npm").ok_or_else(|| Failure::unusable("缺少 / missing `npm`"))?;
    let mut command = checkout.command(program);
    command.current_dir(folder(checkout)).args(arguments).env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    Ok(command)
}
