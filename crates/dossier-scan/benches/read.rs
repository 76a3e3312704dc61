//! Milliseconds a page, median of many: `cargo bench -p dossier-scan`.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::ops::ControlFlow;
use std::time::Instant;

use common::scanner::{Picture, Printer, Scan, scan};
use common::{files, paper};
use dossier_scan::{Limits, read};

fn main() {
    // `cargo test --all-targets` runs this too, and only wants to see that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 20 } else { 1 };
    let sheets = paper::stack();
    let printed = paper::printed(&sheets[..1]);
    let sheet = Printer::new(printed.clone()).sheet(0);
    let grey = scan(&sheet, &Scan::clean(300.0));
    let color = scan(&sheet, &Scan { color: true, ..Scan::clean(300.0) });
    let upside_down = scan(&sheet, &Scan { quarters: 2, ..Scan::clean(300.0) });
    let fine = scan(&sheet, &Scan { color: true, ..Scan::clean(600.0) });
    let embedded = |picture: &Picture| files::scanned_pdf(&[files::embedded_jpeg(picture, 75)], 300.0);
    let without = scan(&sheet.painted_over(0.9, 255), &Scan { noise: 6.0, ..Scan::clean(300.0) });
    let cases = [
        ("JPEG, grey, 300 dpi", files::jpeg(&grey, 75)),
        ("JPEG, colour, 300 dpi", files::jpeg(&color, 75)),
        ("JPEG, grey, 300 dpi, upside down", files::jpeg(&upside_down, 75)),
        ("JPEG, colour, 600 dpi", files::jpeg(&fine, 75)),
        ("PNG, grey, 300 dpi", files::png(&grey)),
        ("PNG, colour, 300 dpi", files::png(&color)),
        ("PDF of a JPEG, colour, 300 dpi", embedded(&color)),
        ("PDF of packed greys, 300 dpi", files::scanned_pdf(&[files::embedded_flate(&grey)], 300.0)),
        ("PDF as printed", printed),
        ("JPEG, grey, 300 dpi, without a code", files::jpeg(&without, 75)),
    ];
    for (name, bytes) in cases {
        let mut times: Vec<f64> = (0..rounds).map(|_| time(&bytes)).collect();
        times.sort_by(f64::total_cmp);
        println!("{name:40} {:7.1} ms", times[times.len() / 2]);
    }
}

fn time(bytes: &[u8]) -> f64 {
    let start = Instant::now();
    let limits = Limits::default();
    let read = read(bytes, &limits, &|text| text.starts_with("REL-"), &mut |_| ControlFlow::Continue(()));
    let time = start.elapsed();
    assert_eq!(read, Ok(1));
    time.as_secs_f64() * 1000.0
}
