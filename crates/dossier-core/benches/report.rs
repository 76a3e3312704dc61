//! A filled summary report to PDF, its content changed each time, in a warm process; and a thousand of them on two
//! cores.
//!
//! Prints `{"bench":"report","median_ms":…}` and `{"bench":"batch","per_second":…}`.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::path::Path;
use std::time::Instant;

use dossier_core::Environment;
use dossier_core::compose::{Front, Marks};
use dossier_core::document::{Draft, validate};
use dossier_core::export::{Format, Job, Options, export};
use dossier_core::settings::Settings;
use dossier_core::template::{Library, Template};
use serde_json::{Map, Value};

const WARM_UP: usize = 20;
const REPORTS: usize = 100;
const BATCH: usize = 1000;

fn main() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let library = Library::open(&[templates]).expect("the templates");
    let template = library.get("release-summary").expect("the report");
    let sample = library.sample("release-summary").expect("its sample");
    let environment = Environment::system();

    let mut times = Vec::new();
    let mut bytes = 0;
    for number in 0..WARM_UP + REPORTS {
        let content = varied(&sample, number);
        let start = Instant::now();
        bytes = report(&environment, template, content).len();
        if number >= WARM_UP {
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!(
        r#"{{"bench":"report","documents":{REPORTS},"median_ms":{median:.2},"min_ms":{:.2},"bytes":{bytes}}}"#,
        times[0]
    );

    let start = Instant::now();
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (environment, sample) = (&environment, &sample);
            scope.spawn(move || {
                for number in (half..BATCH).step_by(2) {
                    report(environment, template, varied(sample, number));
                }
            });
        }
    });
    let rate = BATCH as f64 / start.elapsed().as_secs_f64();
    println!(r#"{{"bench":"batch","documents":{BATCH},"per_second":{rate:.0}}}"#);
}

/// From typed content to the bytes of the file.
fn report(environment: &Environment, template: &Template, content: Map<String, Value>) -> Vec<u8> {
    let draft = Draft { template: template.id.clone(), content };
    let document = validate(&draft, template).expect("a sound report");
    let job = Job {
        template,
        document: &document,
        facts: &Map::new(),
        settings: &Settings::default(),
        environment,
        // Four pages, as the peer prints them.
        options: Options { front: Front::Never, ..Options::default() },
        year: 2026,
        provisional_number: None,
        marks: Marks::default(),
    };
    export(&job, Format::Pdf).expect("a report").bytes
}

/// Every longer text differs from report to report: nothing can be kept from one to the next.
fn varied(content: &Map<String, Value>, number: usize) -> Map<String, Value> {
    content.iter().map(|(field, value)| (field.clone(), vary(value, number))).collect()
}

fn vary(value: &Value, number: usize) -> Value {
    match value {
        Value::String(text) if text.chars().count() > 8 && text.contains(['，', '。']) => {
            let middle = text.char_indices().nth(text.chars().count() / 2).expect("a long text").0;
            Value::String(format!("{}{number}{}", &text[..middle], &text[middle..]))
        }
        Value::Array(items) => items.iter().map(|item| vary(item, number)).collect(),
        Value::Object(row) => row.iter().map(|(column, value)| (column.clone(), vary(value, number))).collect(),
        other => other.clone(),
    }
}
