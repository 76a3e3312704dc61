//! The home over 10,000 dossiers: a page in 30 ms, with words in 50 ms. Search over 100,000 documents: the 20 newest in
//! 5 ms, also of a word that stands in all of them. Prints the medians of 15 runs; the stores are kept under target/.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

mod kit;

use std::path::{Path, PathBuf};
use std::time::Instant;

use dossier_core::dossiers::{DossierQuery, Group};
use dossier_core::environment::{Environment, Resources};
use dossier_core::form::Edit;
use dossier_core::storage::{Filter, Storage};
use dossier_core::{Result, Workspace};
use serde_json::json;

fn main() -> Result<()> {
    let workspace = Workspace::open(&store(10_000)?, environment())?;
    let page = |query: DossierQuery| workspace.dossiers(&DossierQuery { limit: 100, ..query }).expect("a page");
    println!("10,000 dossiers, 40,000 documents");
    time("first page by stage", || page(DossierQuery::default()).total);
    time("first page, newest first", || page(DossierQuery { group: Group::None, ..DossierQuery::default() }).total);
    time("page 80", || page(DossierQuery { offset: 8_000, ..DossierQuery::default() }).rows.len());
    for text in ["发布", "审计策略", "周敏", "量子", "hcwl", "v42", "发"] {
        time(&format!("with “{text}”"), || {
            page(DossierQuery { text: text.into(), ..DossierQuery::default() }).total
        });
    }
    let storage = Storage::open(&store(25_000)?, kit::now())?;
    println!("100,000 documents, the 20 newest");
    for query in ["发布", "审计", "量子", "周敏", "发布 周敏", "hc", "wl", "发"] {
        let filter = Filter { query: Some(query.into()), limit: Some(20), ..Filter::default() };
        time(&format!("“{query}”"), || storage.list(&filter).expect("a list").len());
    }
    one_cell()
}

/// Typing into a plan table of 1,000 rows: stored, indexed, summed up, told.
fn one_cell() -> Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one-cell");
    let _ = std::fs::remove_dir_all(&folder);
    let mut workspace = Workspace::open(&folder, environment())?;
    let row = |row: usize| {
        json!({
            "order": row + 1, "system": format!("系统{row}"), "version": "V4.2.0", "risk": "中",
            "change": "审计策略批量下发；日志检索语法扩展", "developer": ["王海涛"], "tester": ["李文静"],
        })
    };
    let content = json!({ "systems": (0..1000).map(row).collect::<Vec<_>>() });
    let id = workspace.new_document("release-plan-table", content.as_object().cloned(), Some("R"))?;
    println!("a plan table of 1,000 rows");
    let mut turn = 0;
    time("one cell", || {
        turn += 1;
        let value = json!(format!("第 {turn} 次"));
        let edit = Edit::Set { path: "systems[500].change".into(), value };
        workspace.edit(id, &[edit]).expect("an edit").values.len()
    });
    Ok(())
}

fn environment() -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Environment::fixed(kit::now(), Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") })
}

fn store(count: usize) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dossiers-{count}"));
    let done = folder.join("done");
    if !done.exists() {
        let _ = std::fs::remove_dir_all(&folder);
        let start = Instant::now();
        kit::fill(&mut Storage::open(&folder, kit::now())?, count)?;
        std::fs::write(&done, "").expect("written");
        println!("wrote {count} dossiers in {:.0} s", start.elapsed().as_secs_f64());
    }
    Ok(folder)
}

fn time(what: &str, mut work: impl FnMut() -> usize) {
    let mut found = 0;
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            found = work();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("  {what}: median {:.1} ms ({found})", times[times.len() / 2]);
}
