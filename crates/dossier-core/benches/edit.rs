//! Opening and editing a plan of 1,000 rows × 14 columns, and the application: `cargo bench -p dossier-core --bench edit`.
//!
//! Measured is what the window waits for: from the call to the state that it draws, stored on disk.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dossier_core::environment::Resources;
use dossier_core::form::Edit;
use dossier_core::storage::DocumentId;
use dossier_core::{Environment, Workspace};
use serde_json::{Map, Value, json};

const ROWS: usize = 1_000;
const RUNS: usize = 15;

fn main() {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let now = chrono::DateTime::parse_from_rfc3339("2026-03-11T12:31:07+08:00").expect("a moment");
    let resources = Resources::within(&root).expect("run `cargo xtask setup` first");
    let folder = tempfile::tempdir().expect("a folder");
    let mut workspace = Workspace::open(folder.path(), Environment::fixed(now, resources)).expect("a workspace");

    let content = Map::from_iter([("systems".to_owned(), plan())]);
    let plan = workspace.new_document("release-plan-table", Some(content), None).expect("a plan");
    println!("plan of {ROWS} rows");
    measure(&mut workspace, plan, "systems[500].change");
    let row = |_: usize| vec![Edit::Rows { table: "systems".into(), at: 3, remove: 0, insert: vec![Map::new()] }];
    report("insert a row", (0..RUNS).map(|run| timed(|| workspace.edit(plan, &row(run)).expect("edited"))).collect());
    report("undo", (0..RUNS).map(|_| timed(|| workspace.undo(plan).expect("undone"))).collect());

    let sample = workspace.library().and_then(|library| library.sample("release-application")).expect("a sample");
    let application = workspace.new_document("release-application", Some(sample), None).expect("an application");
    println!("application");
    measure(&mut workspace, application, "contact");
}

fn measure(workspace: &mut Workspace, id: DocumentId, path: &str) {
    report("open", (0..RUNS).map(|_| timed(|| workspace.open_document(id).expect("opened"))).collect());
    let set = |run: usize| vec![Edit::Set { path: path.to_owned(), value: format!("改动 {run}").into() }];
    report("edit", (0..RUNS).map(|run| timed(|| workspace.edit(id, &set(run)).expect("edited"))).collect());
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    drop(work());
    start.elapsed()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    println!(
        "  {what:<14} median {:6.1} ms, worst {:6.1} ms",
        millis(times[times.len() / 2]),
        millis(times[times.len() - 1])
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn plan() -> Value {
    let row = |n: usize| {
        json!({
            "order": n, "system": format!("系统{n}"), "version": format!("V1.{n}.0"),
            "change": "新增审计规则导出，修复登录会话超时后仍可访问的问题", "risk": "中",
            "risk_note": "涉及登录会话，回滚需重启网关", "risk_control": "先灰度 5%，观察 30 分钟",
            "depends": "统一认证 V2.3.0", "config": "session.timeout=1800", "ddl": "无", "dml": "更新字典 3 条",
            "branch": format!("release/1.{n}.0"), "developer": ["周敏", "林知远"], "tester": ["韩朔"],
        })
    };
    (1..=ROWS).map(row).collect()
}
