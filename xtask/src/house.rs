//! The rules of the house that a compiler does not know, as tests.
//!
//! Who depends on whom is read from the lock file, which knows every platform and every feature, and needs no network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Crates that only one crate of ours may name: nobody else shall meet what is inside.
const KEPT_BY: [(&str, &str); 4] =
    [("printpdf", "dossier-pdf"), ("lopdf", "dossier-pdf"), ("hayro", "dossier-scan"), ("rqrr", "dossier-scan")];

/// Crates of ours that must not reach one another, however far round.
const NEVER_REACHES: [(&str, &str); 10] = [
    ("dossier-layout", "dossier-pdf"),
    ("dossier-layout", "dossier-core"),
    ("dossier-layout", "dossier-cli"),
    ("dossier-pdf", "dossier-core"),
    ("dossier-pdf", "dossier-cli"),
    ("dossier-core", "dossier-cli"),
    ("dossier-scan", "dossier-core"),
    ("dossier-scan", "dossier-cli"),
    ("dossier-scan", "rusqlite"),
    ("dossier-pdf", "dossier-scan"),
];

/// What only the window may reach: everything else builds and tests on a machine without a web view.
fn belongs_to_the_window(name: &str) -> bool {
    name.starts_with("tauri") || ["wry", "tao", "webkit2gtk", "webkit2gtk-sys", "gtk", "gtk-sys"].contains(&name)
}

/// What the program, which works offline, has no use for.
fn speaks_to_the_network(name: &str) -> bool {
    ["reqwest", "hyper", "ureq", "curl", "isahc", "attohttpc"].contains(&name)
}

#[test]
fn dependencies_run_one_way() {
    let window = fs::read_to_string(root().join("src-tauri/Cargo.toml")).ok();
    let window = window.as_deref().and_then(package_name);
    let lock = Lock::parse(&fs::read_to_string(root().join("Cargo.lock")).unwrap());
    assert!(lock.packages.contains_key("dossier-layout"), "the lock file was not understood");
    assert_broken(&lock.broken_rules(window), &[]);
}

#[test]
fn one_crate_names_tauri_and_one_file_of_the_page() {
    let manifests = files(&root(), &["toml"]).into_iter().filter(|file| file.ends_with("Cargo.toml"));
    let naming = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        text.lines().any(|line| line.starts_with("tauri"))
    };
    let manifests: Vec<PathBuf> = manifests.filter(naming).collect();
    assert_eq!(manifests, [root().join("src-tauri/Cargo.toml")]);
    let pages = files(&root().join("ui/src"), &["ts", "vue", "js"]);
    assert!(!pages.is_empty(), "the page was not found");
    let doors: Vec<PathBuf> =
        pages.into_iter().filter(|file| fs::read_to_string(file).unwrap().contains("@tauri-apps/")).collect();
    assert_eq!(doors, [root().join("ui/src/backend/tauri.ts")]);
}

#[test]
fn a_plain_build_needs_no_web_view_and_no_display() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = |name: &str| workspace.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    for member in ["src-tauri", "tests/window"] {
        assert!(line("members = ").contains(member), "{member} is a member");
        assert!(!line("default-members = ").contains(member), "{member} is no default member");
    }
}

/// `npm ci` refuses a lock file without the parts that packages have for other systems, and writes none itself where
/// the registry has only this machine's.
#[test]
fn the_lock_file_of_the_page_is_whole() {
    let lock = fs::read_to_string(root().join("ui/package-lock.json")).unwrap();
    let mut wanted = BTreeSet::new();
    let mut optional = false;
    for line in lock.lines().map(str::trim) {
        optional = optional && !line.starts_with('}');
        if optional && line.starts_with('"') {
            wanted.extend(line.split('"').nth(1));
        }
        optional = optional || line == "\"optionalDependencies\": {";
    }
    let missing: Vec<&str> = wanted
        .into_iter()
        .filter(|name| name.starts_with("@tauri-apps/") && !lock.contains(&format!("\"node_modules/{name}\": {{")))
        .collect();
    assert!(missing.is_empty(), "`npm ci` would refuse: {missing:?}");
}

#[test]
fn crates_come_from_the_registry_only() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    let strange: Vec<&str> = sources.filter(|source| source.trim_matches('"') != REGISTRY).collect();
    assert!(strange.is_empty(), "a mirror or a repository got into Cargo.lock: {strange:?}");
    let npm: Vec<PathBuf> =
        files(&root(), &["json"]).into_iter().filter(|file| file.ends_with("package-lock.json")).collect();
    for file in npm {
        let named = fs::read_to_string(&file).unwrap().lines().any(|line| line.contains("\"resolved\": \"http"));
        assert!(!named, "{} names a registry; make it with `omit-lockfile-registry-resolved`", file.display());
    }
}

/// clippy.toml keeps Rust from the clock; SQLite has one of its own.
#[test]
fn nothing_in_sql_reads_the_clock() {
    let clocks =
        ["current_timestamp", "current_date", "current_time", "('now'", ", 'now'", "unixepoch()", "julianday()"];
    let mut readers = Vec::new();
    for file in files(&root().join("crates"), &["sql", "rs"]) {
        let text = fs::read_to_string(&file).unwrap().to_lowercase();
        for (index, line) in text.lines().enumerate() {
            let comment = line.trim_start().starts_with("--") || line.trim_start().starts_with("//");
            if !comment && clocks.iter().any(|clock| line.contains(clock)) {
                readers.push(format!("{}:{}", file.display(), index + 1));
            }
        }
    }
    assert!(readers.is_empty(), "the time comes through Environment, also in SQL: {readers:?}");
}

#[test]
fn every_font_family_has_its_licence_beside_it() {
    for licence in ["OFL-NotoSansSC.txt", "OFL-NotoSerifSC.txt"] {
        let text = fs::read_to_string(root().join("assets/fonts").join(licence)).unwrap();
        assert!(text.contains("SIL OPEN FONT LICENSE"), "{licence}");
    }
}

#[test]
fn a_house_in_order_breaks_no_rule() {
    check(
        "dossier-cli: dossier-core; dossier-core: dossier-pdf dossier-layout; dossier-pdf: printpdf lopdf dossier-layout;
         dossier-layout: skrifa; app: dossier-core tauri; tauri: wry; printpdf: lopdf; validator: lopdf",
        &[],
    );
}

#[test]
fn only_the_pdf_crate_names_printpdf_and_lopdf() {
    check(
        "dossier-core: dossier-pdf lopdf; dossier-pdf: printpdf lopdf",
        &["dossier-core depends on lopdf: only dossier-pdf may"],
    );
}

#[test]
fn only_the_scan_crate_names_what_reads_codes_and_paints_pdf() {
    check(
        "dossier-scan: hayro rqrr; dossier-core: dossier-scan rqrr",
        &["dossier-core depends on rqrr: only dossier-scan may"],
    );
    check(
        "dossier-scan: helper; helper: rusqlite",
        &["dossier-scan reaches rusqlite: dossier-scan → helper → rusqlite"],
    );
}

#[test]
fn layout_reaches_no_pdf_however_far_round() {
    check(
        "dossier-layout: helper; helper: dossier-pdf",
        &["dossier-layout reaches dossier-pdf: dossier-layout → helper → dossier-pdf"],
    );
}

#[test]
fn only_the_window_reaches_a_web_view() {
    check("app: tauri; dossier-core: opener; opener: gtk", &["dossier-core reaches gtk: dossier-core → opener → gtk"]);
    check("app: tauri; tests: app", &["tests reaches tauri: tests → app → tauri"]);
}

#[test]
fn nothing_but_the_window_could_reach_a_network() {
    check("dossier-cli: reqwest; app: tauri; tauri: reqwest", &["dossier-cli reaches reqwest: dossier-cli → reqwest"]);
}

/// A lock file in short: `package: its dependencies; …`. Names of ours are `dossier-*`, `app` (the window) and `tests`.
#[track_caller]
fn check(short: &str, broken: &[&str]) {
    let mut lock = Lock::default();
    for entry in short.split(';') {
        let (name, dependencies) = entry.split_once(':').unwrap();
        let name = name.trim();
        let ours = name.starts_with("dossier-") || ["app", "tests"].contains(&name);
        let dependencies = dependencies.split_whitespace().map(str::to_owned).collect();
        lock.packages.insert(name.to_owned(), Package { ours, dependencies });
    }
    assert_broken(&lock.broken_rules(Some("app")), broken);
}

#[track_caller]
fn assert_broken(found: &[String], expected: &[&str]) {
    assert_eq!(found, expected, "rules of the house that are broken");
}

#[derive(Default)]
struct Lock {
    /// By name; two versions of one crate count as one.
    packages: BTreeMap<String, Package>,
}

#[derive(Default)]
struct Package {
    /// A member of the workspace: it has no source.
    ours: bool,
    dependencies: BTreeSet<String>,
}

impl Lock {
    fn parse(text: &str) -> Self {
        let mut lock = Self::default();
        for block in text.split("[[package]]").skip(1) {
            let name = package_name(block).expect("a package has a name");
            let package = lock.packages.entry(name.to_owned()).or_default();
            package.ours = !block.lines().any(|line| line.starts_with("source = "));
            // ` "name",` or ` "name 1.2.3",`
            let listed = block.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
            package.dependencies.extend(listed.filter_map(|entry| entry.split(' ').next()).map(str::to_owned));
        }
        lock
    }

    fn broken_rules(&self, window: Option<&str>) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, package) in self.packages.iter().filter(|(_, package)| package.ours) {
            for (kept, keeper) in KEPT_BY {
                if name != keeper && package.dependencies.contains(kept) {
                    broken.push(format!("{name} depends on {kept}: only {keeper} may"));
                }
            }
            for (_, other) in NEVER_REACHES.iter().filter(|(from, _)| from == name) {
                broken.extend(self.reaches(name, |reached| reached == *other));
            }
            if Some(name.as_str()) != window {
                broken.extend(self.reaches(name, belongs_to_the_window));
                broken.extend(self.reaches(name, speaks_to_the_network));
            }
        }
        broken
    }

    /// The first way from a package to one that `is_target` names, as a sentence.
    fn reaches(&self, from: &str, is_target: impl Fn(&str) -> bool) -> Option<String> {
        let mut seen = BTreeSet::from([from]);
        let mut ways = vec![vec![from]];
        while let Some(way) = ways.pop() {
            let last = *way.last().expect("a way has a start");
            if last != from && is_target(last) {
                return Some(format!("{from} reaches {last}: {}", way.join(" → ")));
            }
            for next in self.packages.get(last).into_iter().flat_map(|package| &package.dependencies) {
                if seen.insert(next) {
                    ways.push(way.iter().copied().chain([next.as_str()]).collect());
                }
            }
        }
        None
    }
}

/// The first `name = "…"` of a manifest or of a package in a lock file.
fn package_name(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_path_buf()
}

/// The files below a folder with one of these endings, but not what was built or installed there.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules", "out"].contains(&&*name) {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
            found.push(path);
        }
    }
    found
}
