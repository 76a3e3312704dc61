//! What the window costs, measured in the real one: `dossier-figures DATA` starts it on a data folder and prints the
//! time from process start to the list, from a key to its picture, of a search, and the memory of all processes.
//!
//! `cargo bench -p dossier-core --bench dossiers` leaves a folder of 10,000 dossiers in `target/tmp/dossiers-10000`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use dossier_window_tests::{Setup, Window, tree};
use serde_json::json;

fn main() -> ExitCode {
    let Some(data) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("用法：dossier-figures 数据文件夹");
        return ExitCode::from(2);
    };
    let mut starts = Vec::new();
    let mut window = Setup::default().start(&data);
    for turn in 0..6 {
        if turn > 0 {
            window.restart();
        }
        window.wait_for("[data-release]");
        // The first start reads everything from the disk.
        if turn > 0 {
            starts.push(until_list(&window));
        }
    }
    println!("process start to the list   {}", spread(&starts));
    window.resize(1280, 800);
    println!("a search, key to rows       {}", spread(&search(&window)));
    window.press("Escape");
    window.press("Control+n");
    window.wait_for("#new-product");
    window.type_text("#new-product", "测量");
    window.type_text("#new-version", &format!("V{}.0.0", std::process::id()));
    window.click("[data-path='release_type'] label:nth-of-type(2)");
    window.click("[data-action='create']");
    window.wait_for("[data-path='contact']");
    window.click("[data-path='contact']");
    let (work, paint) = keys(&window);
    println!(
        "a key in the application    {} until it is laid out, {} until it is drawn",
        spread(&work),
        spread(&paint)
    );
    let processes = tree(window.process());
    let all: u64 = processes.iter().map(|(_, bytes)| bytes).sum();
    println!("memory of all processes     {} MiB (PSS)", all >> 20);
    for (name, bytes) in processes {
        println!("  {name}  {} MiB", bytes >> 20);
    }
    println!("a key to the new paper      {}", spread(&preview(&window)));
    ExitCode::SUCCESS
}

/// From the start of the process to the moment at which the list stood, in ms.
fn until_list(window: &Window) -> f64 {
    let stood = window
        .execute("return performance.timeOrigin + performance.getEntriesByName('dossiers')[0].startTime", json!([]));
    stood.as_f64().expect("a time") - started(window.process()).as_secs_f64() * 1000.0
}

/// When a process was started, since the epoch.
fn started(process: u32) -> Duration {
    let read = |path: &str| std::fs::read_to_string(path).expect("the system tells of its processes");
    let stat = read(&format!("/proc/{process}/stat"));
    let fields = stat.rsplit(')').next().expect("a name in brackets");
    // Field 22 of the page, counted from behind the name; in hundredths of a second since the machine was started.
    let ticks: f64 = fields.split_whitespace().nth(19).and_then(|field| field.parse().ok()).expect("a start time");
    let up: f64 = read("/proc/uptime").split_whitespace().next().and_then(|field| field.parse().ok()).expect("a time");
    #[allow(clippy::disallowed_methods, reason = "a moment is what is measured")]
    let now = std::time::SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    now - Duration::from_secs_f64(up) + Duration::from_secs_f64(ticks / 100.0)
}

/// From the last key of a word to the rows that answer it, in ms.
fn search(window: &Window) -> Vec<f64> {
    let mut times = Vec::new();
    for text in ["审计", "周敏", "hc", "v4", "网关", "发布"] {
        window.press("Control+f");
        window.press("Control+a");
        window.execute(
            "performance.clearMarks('dossiers'); window.lastKey = 0; \
             window.addEventListener('input', () => { window.lastKey = performance.now() }, true)",
            json!([]),
        );
        window.keys(text);
        let answered = || window.execute("return performance.getEntriesByName('dossiers').length", json!([]));
        window.wait_until("the search is not answered", || answered().as_u64() > Some(0));
        std::thread::sleep(Duration::from_millis(300));
        let time = window
            .execute("return performance.getEntriesByName('dossiers').at(-1).startTime - window.lastKey", json!([]));
        times.push(time.as_f64().expect("a time"));
    }
    times
}

/// From the last key of a word to the preview that shows it, in ms.
fn preview(window: &Window) -> Vec<f64> {
    window.press("Control+1");
    window.wait_for("[data-pane='preview'] canvas");
    window.click("[data-path='contact']");
    let mut times = Vec::new();
    for turn in 0..8 {
        // What was typed before is on the paper.
        std::thread::sleep(Duration::from_millis(1500));
        window.execute(
            "performance.clearMarks('preview'); \
             window.addEventListener('input', () => { window.lastKey = performance.now() }, true)",
            json!([]),
        );
        window.keys(&format!("改{turn}"));
        let drawn = || window.execute("return performance.getEntriesByName('preview').length", json!([]));
        window.wait_until("the preview does not follow", || drawn().as_u64() > Some(0));
        std::thread::sleep(Duration::from_millis(700));
        let time = window
            .execute("return performance.getEntriesByName('preview').at(-1).startTime - window.lastKey", json!([]));
        times.push(time.as_f64().expect("a time"));
    }
    times
}

/// Of each key how long until the page is laid out again, and until its picture is drawn, in ms.
fn keys(window: &Window) -> (Vec<f64>, Vec<f64>) {
    window.execute(
        "window.work = []; window.paint = [];\
         let begun = 0;\
         window.addEventListener('keydown', () => {\
           const at = begun = performance.now();\
           const channel = new MessageChannel();\
           requestAnimationFrame(() => {\
             channel.port1.onmessage = () => window.paint.push(performance.now() - at);\
             channel.port2.postMessage(0);\
           });\
         }, true);\
         window.addEventListener('input', () => queueMicrotask(() => queueMicrotask(() => {\
           void document.body.offsetHeight;\
           window.work.push(performance.now() - begun);\
         })));",
        json!([]),
    );
    for _ in 0..60 {
        window.keys("字");
        std::thread::sleep(Duration::from_millis(30));
    }
    let list = |name: &str| {
        let times = window.execute(&format!("return window.{name}"), json!([]));
        times.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
    };
    (list("work"), list("paint"))
}

/// `12.3 ms (worst 20.1)`
fn spread(times: &[f64]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    let worst = sorted.last().copied().unwrap_or_default();
    format!("{median:.1} ms (worst {worst:.1} of {})", sorted.len())
}
