//! `assets/licences.json`: whose work is part of the program, and on what terms. The page 关于 shows it.
//!
//! What is in it follows from the two lock files, so that a test knows without a network when it is stale; the texts
//! come from the packages themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::checkout::{Checkout, run_quietly};
use crate::failure::{AtPath, Failure};
use crate::setup::{self, Purpose};
use crate::{page, steps::step};

/// What is shipped; everything else only builds or tests it.
const SHIPPED: [&str; 2] = ["dossier-window", "dossier-cli"];
const FONTS: [(&str, &str); 2] = [("Noto Sans SC", "OFL-NotoSansSC.txt"), ("Noto Serif SC", "OFL-NotoSerifSC.txt")];
const FONTS_VERSION: &str = "2.004";

/// Name and version.
type Package = (String, String);

pub fn path(root: &Path) -> PathBuf {
    root.join("assets/licences.json")
}

/// `cargo xtask licences`: collects them anew.
pub fn write(checkout: &Checkout) -> Result<(), Failure> {
    setup::ensure(checkout, Purpose::Run)?;
    step("收集许可证", || {
        let mut entries = fonts(&checkout.root)?;
        entries.extend(crates(checkout)?);
        entries.extend(npm(checkout)?);
        let unnamed: Vec<&str> =
            entries.iter().filter(|entry| entry["text"] == "").filter_map(|entry| entry["name"].as_str()).collect();
        if !unnamed.is_empty() {
            return Err(Failure::failed(format!("没有许可证全文：{}", unnamed.join("、"))));
        }
        let file = path(&checkout.root);
        let text = serde_json::to_string_pretty(&entries).expect("texts are JSON") + "\n";
        fs::write(&file, text).at("写入", &file)?;
        println!("  {}（{} 项）", checkout.shown(&file), entries.len());
        Ok(())
    })
}

fn fonts(root: &Path) -> Result<Vec<Value>, Failure> {
    FONTS
        .iter()
        .map(|(name, file)| {
            let file = root.join("assets/fonts").join(file);
            let text = fs::read_to_string(&file).at("读取", &file)?;
            Ok(json!({ "name": name, "version": FONTS_VERSION, "licence": "OFL-1.1", "text": text.trim() }))
        })
        .collect()
}

fn crates(checkout: &Checkout) -> Result<Vec<Value>, Failure> {
    let shipped = shipped_crates(&checkout.root);
    let told = run_quietly(&mut checkout.cargo(["metadata", "--locked", "--format-version", "1", "--quiet"]))?;
    let told: Value = serde_json::from_str(&told).map_err(|error| Failure::failed(error.to_string()))?;
    let mut found = Vec::new();
    for package in told["packages"].as_array().into_iter().flatten() {
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let named = (text("name"), text("version"));
        if shipped.contains(&named) {
            let manifest = PathBuf::from(text("manifest_path"));
            let folder = manifest.parent().unwrap_or(Path::new("."));
            let authors = package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let holder = authors.collect::<Vec<_>>().join(", ");
            found.push(Found { named, licence: text("license"), text: text_in(folder, &text("license")), holder });
        }
    }
    Ok(told_of(found))
}

fn npm(checkout: &Checkout) -> Result<Vec<Value>, Failure> {
    let mut found = Vec::new();
    for (place, named) in shipped_npm(&checkout.root) {
        let folder = page::folder(checkout).join(place);
        let manifest = folder.join("package.json");
        let told: Value = serde_json::from_str(&fs::read_to_string(&manifest).at("读取", &manifest)?)
            .map_err(|error| Failure::failed(format!("`{}`：{error}", manifest.display())))?;
        let licence = told["license"].as_str().unwrap_or_default().to_owned();
        let holder = told["author"].as_str().or(told["author"]["name"].as_str()).unwrap_or_default().to_owned();
        found.push(Found { named, text: text_in(&folder, &licence), licence, holder });
    }
    Ok(told_of(found))
}

struct Found {
    named: Package,
    licence: String,
    text: String,
    holder: String,
}

/// Where a package brings no text, the words of its licence stand under its own name.
fn told_of(mut found: Vec<Found>) -> Vec<Value> {
    found.sort_by(|a, b| a.named.cmp(&b.named));
    let mut known: BTreeMap<&str, String> = BTreeMap::from([("MIT", MIT.to_owned()), ("ISC", ISC.to_owned())]);
    for one in &found {
        // Of the long licences every copy says the same.
        for long in ["Apache-2.0", "MPL-2.0", "Zlib", "BSD-3-Clause", "Unicode-3.0", "BSL-1.0", "CC0-1.0", "Unlicense"]
        {
            if one.licence == long && !one.text.is_empty() {
                known.entry(long).or_insert_with(|| one.text.clone());
            }
        }
    }
    let apache = found.iter().find(|one| one.text.contains("Apache License") && one.text.contains("Version 2.0"));
    if let Some(apache) = apache {
        known.entry("Apache-2.0").or_insert_with(|| apache.text.clone());
    }
    let full = |one: &Found| match one.text.is_empty() {
        false => one.text.clone(),
        true => {
            let words = one.licence.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.');
            let text = words.filter_map(|word| known.get(word)).next().cloned().unwrap_or_default();
            let holder =
                if one.holder.is_empty() { format!("the authors of {}", one.named.0) } else { one.holder.clone() };
            text.replace("<holder>", &holder)
        }
    };
    found
        .iter()
        .map(|one| {
            let (name, version) = &one.named;
            json!({ "name": name, "version": version, "licence": one.licence, "text": full(one) })
        })
        .collect()
}

/// The text that a package brings. Of two to choose from the shorter, MIT, will do.
fn text_in(folder: &Path, licence: &str) -> String {
    let is_licence = |name: &str| {
        let name = name.to_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "UNLICENSE"].iter().any(|start| name.starts_with(start))
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| is_licence(&entry.file_name().to_string_lossy()) && entry.path().is_file())
        .map(|entry| entry.path())
        .collect();
    files.sort_by_key(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let rank = if licence.contains("MIT") && name.contains("MIT") {
            0
        } else if !name.contains("APACHE") {
            1
        } else {
            2
        };
        (rank, name)
    });
    files.first().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default().trim().replace("\r\n", "\n")
}

/// The crates of others that end up in what is shipped, on any system, from the lock file.
fn shipped_crates(root: &Path) -> BTreeSet<Package> {
    let lock = fs::read_to_string(root.join("Cargo.lock")).expect("the workspace has a lock file");
    let mut packages: BTreeMap<&str, Vec<Locked<'_>>> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let value = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)?.strip_suffix('"'));
        let listed = block.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
        let name = value("name = \"").expect("a package has a name");
        let version = value("version = \"").expect("a package has a version");
        packages.entry(name).or_default().push(Locked {
            version,
            ours: value("source = \"").is_none(),
            needs: listed.collect(),
        });
    }
    let mut reached: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut open: Vec<&str> = SHIPPED.to_vec();
    while let Some(entry) = open.pop() {
        let mut words = entry.split(' ');
        let name = words.next().unwrap_or_default();
        let wanted = words.next();
        for package in packages.get(name).into_iter().flatten() {
            let is_it = wanted.is_none_or(|version| version == package.version);
            if is_it && reached.insert((name, package.version)) {
                let left_out = if package.ours { not_shipped(root, name) } else { BTreeSet::new() };
                let needed = |need: &&&str| !left_out.contains(need.split(' ').next().unwrap_or_default());
                open.extend(package.needs.iter().filter(needed).copied());
            }
        }
    }
    let ours = |name: &str| packages[name].iter().any(|package| package.ours);
    let others = reached.into_iter().filter(|(name, _)| !ours(name));
    others.map(|(name, version)| (name.to_owned(), version.to_owned())).collect()
}

struct Locked<'a> {
    version: &'a str,
    ours: bool,
    needs: Vec<&'a str>,
}

/// What a crate of ours needs only to be built or tested.
fn not_shipped(root: &Path, name: &str) -> BTreeSet<String> {
    let folders = [root.join("src-tauri"), root.join("crates").join(name)];
    let manifests = folders.iter().filter_map(|folder| fs::read_to_string(folder.join("Cargo.toml")).ok());
    let manifest = manifests.into_iter().find(|text| text.contains(&format!("name = \"{name}\""))).unwrap_or_default();
    let mut shipped = BTreeSet::new();
    let mut others = BTreeSet::new();
    let mut section = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if let Some((key, _)) = line.split_once(['=', '.']) {
            match section {
                "[dependencies]" => shipped.insert(key.trim().to_owned()),
                "[dev-dependencies]" | "[build-dependencies]" => others.insert(key.trim().to_owned()),
                _ => false,
            };
        }
    }
    others.difference(&shipped).cloned().collect()
}

/// The npm packages that end up in the page, with their folders, from the lock file.
fn shipped_npm(root: &Path) -> Vec<(String, Package)> {
    let lock = fs::read_to_string(root.join("ui/package-lock.json")).expect("the page has a lock file");
    let lock: Value = serde_json::from_str(&lock).expect("npm writes JSON");
    let packages = lock["packages"].as_object().into_iter().flatten();
    let shipped = packages.filter(|(place, about)| {
        let left_out = |key: &str| about[key] == true;
        place.contains("node_modules/") && !["dev", "optional", "devOptional"].iter().any(|key| left_out(key))
    });
    let named = shipped.map(|(place, about)| {
        let name = place.rsplit("node_modules/").next().unwrap_or_default();
        (place.clone(), (name.to_owned(), about["version"].as_str().unwrap_or_default().to_owned()))
    });
    named.collect()
}

const MIT: &str = "MIT License\n\nCopyright (c) <holder>\n\n\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated \
documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation the \
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit \
persons to whom the Software is furnished to do so, subject to the following conditions:\n\n\
The above copyright notice and this permission notice shall be included in all copies or substantial portions of the \
Software.\n\n\
THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE \
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR \
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR \
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";

const ISC: &str = "ISC License\n\nCopyright (c) <holder>\n\n\
Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, \
provided that the above copyright notice and this permission notice appear in all copies.\n\n\
THE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL \
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, \
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN \
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF \
THIS SOFTWARE.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_licences_is_that_of_the_lock_files_and_each_has_its_text() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let listed: Vec<Value> = serde_json::from_str(&fs::read_to_string(path(root)).unwrap()).unwrap();
        let named =
            |entry: &Value| (entry["name"].as_str().unwrap().to_owned(), entry["version"].as_str().unwrap().to_owned());
        let mut expected = shipped_crates(root);
        expected.extend(shipped_npm(root).into_iter().map(|(_, named)| named));
        expected.extend(FONTS.map(|(name, _)| (name.to_owned(), FONTS_VERSION.to_owned())));
        let found: BTreeSet<Package> = listed.iter().map(named).collect();
        let missing: Vec<_> = expected.difference(&found).collect();
        let gone: Vec<_> = found.difference(&expected).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "run `cargo xtask licences`: missing {missing:?}, gone {gone:?}"
        );
        for entry in &listed {
            assert_ne!(entry["licence"], "", "{}", entry["name"]);
            assert!(entry["text"].as_str().is_some_and(|text| text.len() > 100), "{} has no text", entry["name"]);
        }
        for name in ["tauri", "vue", "printpdf", "Noto Sans SC"] {
            assert!(found.iter().any(|(found, _)| found == name), "{name} is part of the program");
        }
        assert!(!found.iter().any(|(name, _)| name == "proptest" || name == "vitest"), "tests are not shipped");
    }
}
