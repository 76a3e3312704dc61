//! `cargo xtask bundle`: packages that people install, .deb and .rpm here.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::checkout::{Checkout, find_program, run};
use crate::failure::{AtPath, Failure};
use crate::setup::{self, Purpose};
use crate::steps::step;
use crate::{licences, page, samples, window};

/// Where the programs look for templates and fonts once they are installed.
const SHARE: &str = "/usr/share/dossier";

pub fn bundle(checkout: &Checkout) -> Result<(), Failure> {
    setup::ensure(checkout, Purpose::Run)?;
    let dossier = samples::build_dossier(checkout)?;
    window::build(checkout)?;
    let kinds = if cfg!(windows) {
        "nsis,msi"
    } else if cfg!(target_os = "macos") {
        "app,dmg"
    } else {
        "deb,rpm"
    };
    step("打包", || {
        let npx = find_program("npx").ok_or_else(|| Failure::unusable("缺少 / missing `npx`"))?;
        let mut tauri = checkout.command(npx);
        tauri.args(["--no-install", "--prefix"]).arg(page::folder(checkout)).args([
            "tauri",
            "bundle",
            "--bundles",
            kinds,
        ]);
        tauri.current_dir(checkout.root.join("src-tauri"));
        if cfg!(target_os = "linux") {
            tauri.arg("--config").arg(files(checkout, &dossier)?.to_string());
        }
        run(&mut tauri)
    })?;
    let out = checkout.root.join("out");
    fs::create_dir_all(&out).at("创建", &out)?;
    for package in packages(&checkout.target.join("release/bundle"))? {
        let to = out.join(package.file_name().unwrap_or_default());
        fs::copy(&package, &to).at("写入", &to)?;
        println!("  {}", checkout.shown(&to));
    }
    Ok(())
}

/// What lies beside the window: the terminal program, templates, fonts and everybody's licences. Named here and not in
/// the configuration, since the build folder is the developer's to choose.
fn files(checkout: &Checkout, dossier: &Path) -> Result<serde_json::Value, Failure> {
    let mut files = serde_json::Map::new();
    let mut put = |to: String, from: &Path| files.insert(to, json!(from));
    put("/usr/bin/dossier".into(), dossier);
    put(format!("{SHARE}/templates"), &checkout.root.join("templates"));
    put(format!("{SHARE}/licences.json"), &licences::path(&checkout.root));
    let fonts = checkout.root.join("assets/fonts");
    for entry in fs::read_dir(&fonts).at("读取", &fonts)? {
        let file = entry.at("读取", &fonts)?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".ttf") || name.starts_with("OFL-") {
            put(format!("{SHARE}/fonts/{name}"), &file);
        }
    }
    Ok(json!({ "bundle": { "linux": { "deb": { "files": files }, "rpm": { "files": files } } } }))
}

fn packages(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).at("读取", folder)? {
        let path = entry.at("读取", folder)?.path();
        if path.is_dir() {
            found.extend(packages(&path)?);
        } else if ["deb", "rpm", "exe", "msi", "dmg"]
            .iter()
            .any(|ending| path.extension().is_some_and(|e| e == *ending))
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
