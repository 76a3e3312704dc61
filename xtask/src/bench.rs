//! `cargo xtask bench`: our figures beside those of peers, taken right after one another on the same machine.
//!
//! The ratio is what counts: the absolute figures are those of this machine on this day.
//! A bench prints one line of JSON a figure on stdout, like `{"bench":"report","median_ms":7.3}`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use crate::checkout::{Checkout, find_program, run, run_quietly, run_watching, succeeds};
use crate::failure::{AtPath, Failure};
use crate::fonts;
use crate::samples::{self, Sample};
use crate::setup::{self, Purpose};
use crate::steps::step;

/// What a figure is held against.
struct Goal {
    bench: &'static str,
    /// The key of the figure, the bound, and whether less is better.
    bound: Option<(&'static str, f64, Better)>,
    peer: Option<Peer>,
}

#[derive(Clone, Copy, PartialEq)]
enum Better {
    Less,
    More,
}

/// Another program that does the same work.
struct Peer {
    /// In the folder of peers, with its arguments; `{fonts}` stands for our font folder.
    script: [&'static str; 3],
    /// How many times faster than it we have to be.
    times: f64,
}

const GOALS: [Goal; 8] = [
    Goal {
        bench: "report",
        bound: Some(("median_ms", 10.0, Better::Less)),
        peer: Some(Peer { script: ["typst_report.py", "{fonts}", "100"], times: 4.0 }),
    },
    Goal { bench: "plan_xlsx", bound: None, peer: Some(Peer { script: ["xlsxwriter_plan.py", "", ""], times: 4.0 }) },
    Goal { bench: "import", bound: Some(("median_ms", 100.0, Better::Less)), peer: None },
    Goal { bench: "batch", bound: Some(("per_second", 150.0, Better::More)), peer: None },
    // Against reading and hashing the same bytes in the same run.
    Goal { bench: "package_pack", bound: Some(("ratio", 1.5, Better::Less)), peer: None },
    Goal { bench: "package_verify", bound: Some(("ratio", 1.5, Better::Less)), peer: None },
    Goal { bench: RENDER, bound: Some(("median_ms", 80.0, Better::Less)), peer: None },
    Goal { bench: RENDER_MEMORY, bound: Some(("peak_mb", 60.0, Better::Less)), peer: None },
];

/// `dossier render` as a whole process, which no bench inside a process can see.
const RENDER: &str = "render";
const RENDER_MEMORY: &str = "render_memory";
const RENDERS: usize = 21;

/// Runs the benches named in `only`, or all of them, each with its peer right after it.
pub fn bench(checkout: &Checkout, only: &[String]) -> Result<(), Failure> {
    setup::ensure(checkout, Purpose::Run)?;
    let wanted = |name: &str| only.is_empty() || only.iter().any(|one| one == name);
    let benches = find_benches(&checkout.root.join("crates"))?;
    if let Some(unknown) = only.iter().find(|one| *one != RENDER && benches.iter().all(|bench| bench.name != **one)) {
        let names: Vec<&str> = benches.iter().map(|bench| bench.name.as_str()).chain([RENDER]).collect();
        return Err(Failure::unusable(format!("没有基准 `{unknown}`")).hint(format!("可选：{}", names.join(" "))));
    }
    // Before the minutes of measuring: what cannot be measured in the end is better known now.
    let samples = if wanted(RENDER) { samples::find(checkout)? } else { Vec::new() };
    let peers = Peers::here(checkout);
    let mut rows = Vec::new();
    for bench in benches.iter().filter(|bench| wanted(&bench.name)) {
        let mut figures = Vec::new();
        step(&format!("基准 {}", bench.name), || {
            let mut command = checkout.cargo(["bench", "--package", &bench.package, "--bench", &bench.name]);
            run_watching(&mut command, |line| figures.extend(Figures::parse(line, "bench")))
        })?;
        let goal = GOALS.iter().find(|goal| goal.bench == bench.name);
        let peer = match (&peers, goal.and_then(|goal| goal.peer.as_ref())) {
            (Ok(peers), Some(peer)) => {
                let ran = step(&format!("同类 {}", peer.script[0]), || peers.run(checkout, peer));
                // A peer that cannot be run is no reason to lose our own figures.
                ran.map_err(|failure| println!("{failure}")).ok()
            }
            _ => None,
        };
        rows.extend(figures.into_iter().map(|ours| {
            // A bench may print further figures; the peer's belongs to the one of its own name.
            let peer = if ours.name == bench.name { peer.clone() } else { None };
            Row { ours, peer }
        }));
    }
    if let Some(sample) = samples.iter().find(|sample| sample.id == "release-summary").or(samples.first()) {
        rows.extend(render(checkout, sample)?.into_iter().map(|ours| Row { ours, peer: None }));
    }
    println!("\n{}", table(&rows));
    if let Err(why) = peers {
        println!("未与同类对比：{why}");
    }
    Ok(())
}

struct Bench {
    package: String,
    name: String,
}

/// The files `crates/<package>/benches/<name>.rs`, in the order of the goals.
fn find_benches(crates: &Path) -> Result<Vec<Bench>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(crates).at("读取", crates)? {
        let package = entry.at("读取", crates)?.path();
        let Ok(files) = fs::read_dir(package.join("benches")) else { continue };
        for file in files.flatten().map(|file| file.path()) {
            if file.extension().is_some_and(|ending| ending == "rs") {
                let text = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                found.push(Bench { package: text(&package), name: text(&file) });
            }
        }
    }
    let place = |bench: &Bench| GOALS.iter().position(|goal| goal.bench == bench.name).unwrap_or(GOALS.len());
    found.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.name.cmp(&b.name)));
    Ok(found)
}

/// `dossier render` of one sample, from the start of the process to its end.
fn render(checkout: &Checkout, sample: &Sample) -> Result<Vec<Figures>, Failure> {
    let dossier = samples::build_dossier(checkout)?;
    let scratch = checkout.scratch();
    fs::create_dir_all(&scratch).at("创建", &scratch)?;
    let to = scratch.join("render.pdf");
    let arguments = [
        "render".as_ref(),
        sample.id.as_ref(),
        "--from".as_ref(),
        sample.content.as_os_str(),
        "--to".as_ref(),
        to.as_os_str(),
    ];
    step("基准 render（整个进程）", || {
        let mut times = Vec::with_capacity(RENDERS);
        // The first one reads the program and the fonts from disk.
        for round in 0..=RENDERS {
            let mut command = checkout.command(&dossier);
            command.args(arguments).stdout(Stdio::null());
            let start = Instant::now();
            run(&mut command)?;
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        times.sort_by(f64::total_cmp);
        let median = Figures { name: RENDER.into(), values: vec![("median_ms".into(), times[RENDERS / 2])] };
        let mut figures = vec![median];
        // Only the system knows the peak of a child that has ended, and std does not ask it; Python does.
        if let Some(python) = find_program("python3").filter(|_| cfg!(target_os = "linux")) {
            let ask = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True,stdout=subprocess.DEVNULL);\
                       print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024)";
            let answer = run_quietly(checkout.command(python).args(["-c", ask]).arg(&dossier).args(arguments))?;
            if let Ok(peak) = answer.trim().parse() {
                figures.push(Figures { name: RENDER_MEMORY.into(), values: vec![("peak_mb".into(), peak)] });
            }
        }
        let _ = fs::remove_file(&to);
        Ok(figures)
    })
}

/// The peers that can be run here.
struct Peers {
    scripts: PathBuf,
    python: PathBuf,
}

impl Peers {
    /// The scripts that lie beside the checkout, and a Python that has what they import: the system's, else one of
    /// our own in the build folder. Otherwise the reason why there is no comparison.
    fn here(checkout: &Checkout) -> Result<Self, String> {
        let scripts = checkout.root.join("../shared/perf");
        if !scripts.is_dir() {
            return Err("没有 ../shared/perf".into());
        }
        let system = find_program("python3").ok_or("没有 python3")?;
        let can_import = |python: &Path| succeeds(checkout.command(python).args(["-c", "import typst, xlsxwriter"]));
        let venv = checkout.scratch().join("peers");
        let own = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python3" });
        if let Some(python) = [&system, &own].into_iter().find(|python| can_import(python)) {
            return Ok(Self { scripts, python: python.clone() });
        }
        println!("  正在准备同类工具：typst xlsxwriter");
        let made = run_quietly(checkout.command(&system).args(["-m", "venv"]).arg(&venv)).and_then(|_| {
            let mut pip = checkout.command(&own);
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "typst", "xlsxwriter"]);
            run_quietly(&mut pip)
        });
        match made {
            Ok(_) if can_import(&own) => Ok(Self { scripts, python: own }),
            _ => Err("无法用 pip 安装 typst 和 xlsxwriter".into()),
        }
    }

    fn run(&self, checkout: &Checkout, peer: &Peer) -> Result<Figures, Failure> {
        let [script, arguments @ ..] = peer.script;
        let mut command = checkout.command(&self.python);
        // The scripts are not ours: no __pycache__ beside them, and what they leave behind stays in the build folder.
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("TMPDIR", checkout.scratch()).arg(self.scripts.join(script));
        for argument in arguments.into_iter().filter(|argument| !argument.is_empty()) {
            match argument {
                "{fonts}" => command.arg(fonts::folder(checkout)),
                _ => command.arg(argument),
            };
        }
        let printed = run_quietly(&mut command)?;
        let figures = printed.lines().find_map(|line| Figures::parse(line, "peer"));
        figures.ok_or_else(|| Failure::failed(format!("`{script}` 没有给出数字：{}", printed.trim())))
    }
}

/// The numbers of one line of JSON.
#[derive(Debug, Clone, PartialEq)]
struct Figures {
    name: String,
    values: Vec<(String, f64)>,
}

impl Figures {
    /// Reads a flat object whose first key is `first`; any other line is none of ours.
    fn parse(line: &str, first: &str) -> Option<Self> {
        let rest = line.trim().strip_prefix('{')?.strip_suffix('}')?.trim().strip_prefix(&format!("\"{first}\""))?;
        let (name, mut rest) = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split_once('"')?;
        let mut values = Vec::new();
        while let Some((_, after)) = rest.split_once('"') {
            let (key, after) = after.split_once('"')?;
            let value = after.trim_start().strip_prefix(':')?.trim_start();
            rest = match value.strip_prefix('"') {
                Some(text) => text.split_once('"')?.1,
                None => {
                    let (number, rest) = value.split_at(value.find(',').unwrap_or(value.len()));
                    values.extend(number.trim().parse().ok().map(|number| (key.to_owned(), number)));
                    rest
                }
            };
        }
        Some(Self { name: name.to_owned(), values })
    }

    fn get(&self, key: &str) -> Option<f64> {
        self.values.iter().find(|(own, _)| own == key).map(|(_, value)| *value)
    }
}

struct Row {
    ours: Figures,
    peer: Option<Figures>,
}

const MEDIAN: &str = "median_ms";

fn table(rows: &[Row]) -> String {
    let head = ["项目", "本程序", "同类", "同类用时", "倍数", "要求", "结果", "其他"];
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widths: Vec<usize> =
        (0..head.len()).map(|column| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0)).collect();
    let rows = lines.iter().map(|line| {
        let padded = line.iter().zip(&widths).map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide - width(cell))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn cells(row: &Row) -> [String; 8] {
    let Row { ours, peer } = row;
    let goal = GOALS.iter().find(|goal| goal.bench == ours.name);
    let ms = |figures: &Figures| figures.get(MEDIAN).map(|ms| format!("{ms:.1} ms")).unwrap_or_default();
    let times = peer.as_ref().and_then(|peer| Some(peer.get(MEDIAN)? / ours.get(MEDIAN)?));

    let mut demands = Vec::new();
    let mut kept = Vec::new();
    if let Some((key, bound, better)) = goal.and_then(|goal| goal.bound) {
        let (sign, unit) = (if better == Better::Less { "≤" } else { "≥" }, unit(key));
        demands.push(format!("{sign} {bound} {unit}"));
        kept.extend(ours.get(key).map(|own| if better == Better::Less { own <= bound } else { own >= bound }));
    }
    if let Some(demand) = goal.and_then(|goal| goal.peer.as_ref()).map(|peer| peer.times) {
        demands.push(format!("≥ {demand} 倍"));
        kept.extend(times.map(|times| times >= demand));
    }
    let verdict = match (kept.contains(&false), kept.len() == demands.len()) {
        _ if demands.is_empty() => "",
        (true, _) => "未达到",
        (false, true) => "达到",
        // Not everything that is demanded was measured here.
        (false, false) => "未测全",
    };
    let others = ours.values.iter().filter(|(key, _)| key != MEDIAN);
    let others: Vec<String> = others.map(|(key, value)| format!("{key}={}", (value * 10.0).round() / 10.0)).collect();
    [
        ours.name.clone(),
        ms(ours),
        peer.as_ref().map(|peer| peer.name.clone()).unwrap_or_default(),
        peer.as_ref().map(ms).unwrap_or_default(),
        times.map(|times| format!("{times:.1}×")).unwrap_or_default(),
        demands.join("，"),
        verdict.to_owned(),
        others.join(" "),
    ]
}

fn unit(key: &str) -> &'static str {
    match key {
        "per_second" => "份/秒",
        "peak_mb" => "MB",
        "ratio" => "倍",
        _ => "ms",
    }
}

/// Columns on a terminal: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if ('\u{2E80}'..='\u{FFEF}').contains(&c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_lines_that_are_figures() {
        let line = r#"{"bench":"report","median_ms":7.3, "note": "a, b", "bytes":102400}"#;
        let figures = Figures::parse(line, "bench").unwrap();
        assert_eq!(figures.name, "report");
        assert_eq!(figures.values, [("median_ms".into(), 7.3), ("bytes".into(), 102400.0)]);
        let peer = r#"{"peer": "typst 0.14.1", "documents": 100, "median_ms": 41.5}"#;
        assert_eq!(Figures::parse(peer, "peer").unwrap().get(MEDIAN), Some(41.5));
        for other in ["running 0 tests", "{}", r#"{"reason":"compiler-message"}"#, r#"{"bench":7}"#] {
            assert_eq!(Figures::parse(other, "bench"), None, "`{other}` is no figure");
        }
    }

    #[test]
    fn the_table_says_how_many_times_faster_and_whether_that_is_enough() {
        let figures = |line: &str, first| Figures::parse(line, first).unwrap();
        let row = |ours: &str, peer: Option<&str>| Row {
            ours: figures(ours, "bench"),
            peer: peer.map(|line| figures(line, "peer")),
        };
        let table = table(&[
            row(r#"{"bench":"report","median_ms":7.3}"#, Some(r#"{"peer": "typst", "median_ms": 36.5}"#)),
            row(r#"{"bench":"plan_xlsx","median_ms":400}"#, Some(r#"{"peer": "xlsxwriter", "median_ms": 1200}"#)),
            row(r#"{"bench":"batch","median_ms":5000,"per_second":200}"#, None),
            row(r#"{"bench":"import","median_ms":120.04,"rows":5000}"#, None),
            row(r#"{"bench":"search","median_ms":2}"#, None),
        ]);
        let expected = "\
项目       本程序     同类        同类用时   倍数  要求             结果    其他
report     7.3 ms     typst       36.5 ms    5.0×  ≤ 10 ms，≥ 4 倍  达到
plan_xlsx  400.0 ms   xlsxwriter  1200.0 ms  3.0×  ≥ 4 倍           未达到
batch      5000.0 ms                               ≥ 150 份/秒      达到    per_second=200
import     120.0 ms                                ≤ 100 ms         未达到  rows=5000
search     2.0 ms";
        assert_eq!(table, expected);
    }
}
