//! What the window costs, measured in the real one: `dossier-figures DATA` starts it on a data folder and prints how
//! long it takes from process start to the list, from a key to its picture, from a search to its rows, from a key to
//! the new paper, and the memory of all processes.
//!
//! `cargo bench -p dossier-core --bench dossiers` leaves a folder of 10,000 dossiers in `target/tmp/dossiers-10000`.
//! Times on the screen are those at which the X server says that pixels changed (see `eyes.rs`).

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use dossier_window_tests::{Seen, Setup, Window, tree};
use serde_json::{Value, json};

/// Notes what the page can tell of itself: when a key or a letter arrived, when it was laid out again, and when the
/// frame was done that shows something marked.
const WATCH: &str = "
    window.work = []; window.frames = {}; window.lastKey = 0;
    let begun = 0;
    window.addEventListener('keydown', () => { begun = performance.now() }, true);
    window.addEventListener('input', () => { window.lastKey = performance.now() }, true);
    window.addEventListener('input', () => queueMicrotask(() => queueMicrotask(() => {
      void document.body.offsetHeight;
      window.work.push(performance.now() - begun);
    })));
    const mark = performance.mark.bind(performance);
    Object.defineProperty(performance, 'mark', { value: (name) => {
      const made = mark(name);
      const from = window.lastKey;
      const channel = new MessageChannel();
      requestAnimationFrame(() => {
        channel.port1.onmessage = () => { (window.frames[name] ??= []).push(performance.now() - from) };
        channel.port2.postMessage(0);
      });
      return made;
    } });";

/// How often the program is started for a figure.
const STARTS: usize = 9;

fn main() -> ExitCode {
    let Some(data) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("用法：dossier-figures 数据文件夹");
        return ExitCode::from(2);
    };
    println!("least / median / most");
    let mut window = Setup::default().start(&data);
    // The first start reads everything from the disk.
    window.wait_for("[data-release]");
    let starts: Vec<f64> = (0..STARTS).map(|_| ms(window.first_picture())).collect();
    say("process start to the last pixel of the list", &starts);
    let driven = (0..STARTS).map(|_| {
        window.restart();
        window.wait_for("[data-release]");
        until_list(&window)
    });
    say("process start to the list in a page that is driven", &driven.collect::<Vec<_>>());
    memory("memory with the list", &window);

    window.resize(1280, 800);
    window.execute(WATCH, json!([]));
    search(&window);

    window.press("Escape");
    window.press("Control+n");
    window.wait_for("#new-product");
    window.type_text("#new-product", "测量");
    window.type_text("#new-version", &format!("V{}.0.0", std::process::id()));
    window.click("[data-path='release_type'] label:nth-of-type(2)");
    window.click("[data-action='create']");
    window.wait_for("[data-path='contact']");
    keys(&window);
    memory("memory with the application", &window);
    preview(&window);
    memory("memory with the preview", &window);
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

/// From the last letter of a word to the rows that answer it. Words that WebDriver types end in the page's own frame;
/// those that are typed at the display end in its pixels.
fn search(window: &Window) {
    let (mut stood, mut drawn) = (Vec::new(), Vec::new());
    for text in ["审计", "周敏", "hc", "v4", "网关", "发布", "云杉", "韩朔", "V3.1"] {
        clear_search(window);
        let before = frames(window, "dossiers").len();
        window.execute("performance.clearMarks('dossiers')", json!([]));
        window.keys(text);
        window.wait_until("the search is not answered", || frames(window, "dossiers").len() > before);
        rest();
        drawn.extend(frames(window, "dossiers").last());
        let time = window
            .execute("return performance.getEntriesByName('dossiers').at(-1).startTime - window.lastKey", json!([]));
        stood.push(time.as_f64().expect("a time"));
    }
    say("a search, letter to rows in the page", &stood);
    say("a search, letter to their frame", &drawn);
    let mut seen = Vec::new();
    for text in ["hc", "v4", "zm", "wl", "sj", "v3", "wg", "hs"] {
        clear_search(window);
        let eyes = window.eyes();
        let mut last = None;
        for letter in text.chars() {
            last = eyes.press(letter).expect("the key is pressed");
        }
        seen.extend(last.map(|seen| ms(seen.last)));
    }
    say("a search, key at the display to the last pixel of the rows", &seen);
}

fn clear_search(window: &Window) {
    window.press("Control+f");
    window.press("Control+a");
    window.press("Delete");
    rest();
}

/// From a key to its letter in a form of 240 fields.
fn keys(window: &Window) {
    window.click("[data-path='contact']");
    rest();
    let eyes = window.eyes();
    let press = |letter: char| eyes.press(letter).expect("the key is pressed");
    window.execute("window.work = []", json!([]));
    // One by one, with what becomes of each, storing and checking too, before the next one.
    let alone: Vec<Seen> = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz".chars().filter_map(press).collect();
    say("a key in the application, until it is laid out", &numbers(window, "return window.work"));
    say("a key, until its letter is on the screen", &alone.iter().map(|seen| ms(seen.first)).collect::<Vec<_>>());
    let mut pixels: Vec<u64> = alone.iter().map(|seen| seen.pixels).collect();
    pixels.sort_unstable();
    println!("{:58} {}", "  pixels drawn for it, median", pixels.get(pixels.len() / 2).copied().unwrap_or_default());
    // As somebody types: the next key comes while the one before is being stored and checked.
    window.execute("window.work = []", json!([]));
    for _ in 0..60 {
        window.keys("字");
        std::thread::sleep(Duration::from_millis(90));
    }
    say("a key among others, until it is laid out", &numbers(window, "return window.work"));
}

/// From the last letter of a word to the preview that shows it.
fn preview(window: &Window) {
    window.press("Control+1");
    window.wait_for("[data-pane='preview'] canvas");
    window.click("[data-path='contact']");
    for turn in 0..12 {
        // What was typed before is on the paper.
        std::thread::sleep(Duration::from_millis(1500));
        let before = frames(window, "preview").len();
        window.keys(&format!("改{turn}"));
        window.wait_until("the preview does not follow", || frames(window, "preview").len() > before);
        std::thread::sleep(Duration::from_millis(700));
    }
    say("a key to the frame with the new paper", &frames(window, "preview"));
}

fn memory(of: &str, window: &Window) {
    // What the engine frees by itself a moment later is nobody's.
    std::thread::sleep(Duration::from_secs(3));
    let processes = tree(window.process());
    let all: u64 = processes.iter().map(|(_, bytes)| bytes).sum();
    let parts: Vec<String> = processes.iter().map(|(name, bytes)| format!("{name} {}", bytes >> 20)).collect();
    println!("{of:58} {} MiB (PSS; {})", all >> 20, parts.join(", "));
}

/// Milliseconds from the last letter to each frame that shows something marked.
fn frames(window: &Window, mark: &str) -> Vec<f64> {
    numbers(window, &format!("return window.frames['{mark}'] ?? []"))
}

fn numbers(window: &Window, script: &str) -> Vec<f64> {
    let times = window.execute(script, json!([]));
    times.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Until nothing of the last step is under way any more.
fn rest() {
    std::thread::sleep(Duration::from_millis(500));
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// `4.1 / 6.2 / 20.1 ms of 52`
fn say(what: &str, times: &[f64]) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    let last = sorted.len().saturating_sub(1);
    println!("{what:58} {:.1} / {:.1} / {:.1} ms of {}", at(0), at(sorted.len() / 2), at(last), sorted.len());
}
