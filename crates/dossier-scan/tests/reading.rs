//! Which code stands on which page, however the paper was scanned.

mod common;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

use common::scanner::{Picture, Printer, Scan, scan};
use common::{Dice, files, paper};
use dossier_scan::{Limits, Page, Turn, read};

fn pages_of(bytes: &[u8]) -> Vec<Page> {
    let mut pages = Vec::new();
    // Whatever can be read counts, so that a wrong text would be seen.
    let count = read(bytes, &Limits::default(), &|_| true, &mut |page| {
        pages.push(page);
        ControlFlow::Continue(())
    });
    assert_eq!(count, Ok(pages.len()));
    pages
}

fn as_file(picture: &Picture, dpi: f32, dice: &mut Dice) -> Vec<u8> {
    let quality = 40 + dice.below(46) as u8;
    match dice.below(10) {
        0..6 => files::jpeg(picture, quality),
        6..9 => files::scanned_pdf(&[files::embedded_jpeg(picture, quality)], dpi),
        _ => files::png(picture),
    }
}

/// Scans `cases` sheets in as many ways; returns what went wrong and how many were not read.
fn scan_and_read(cases: usize) -> (Vec<String>, usize) {
    let sheets = paper::stack();
    let pdf = paper::printed(&sheets);
    let next = AtomicUsize::new(0);
    let told = Mutex::new((Vec::new(), 0));
    let one_thread = || {
        let printer = Printer::new(pdf.clone());
        loop {
            // A sheet is printed once and scanned many times.
            let page = next.fetch_add(1, Ordering::Relaxed);
            let Some(sheet) = sheets.get(page) else { break };
            let master = printer.sheet(page);
            for case in (page..cases).step_by(sheets.len()) {
                let way = Scan::any(case as u64);
                let mut dice = Dice::new(case as u64 + 77);
                let file = as_file(&scan(&master, &way), way.dpi, &mut dice);
                let pages = pages_of(&file);
                let codes = &pages[0].codes;
                let turned = [Turn::None, Turn::Left, Turn::Around, Turn::Right][way.quarters];
                let right = codes.len() == 1 && codes[0].text == sheet.code && codes[0].turned == turned;
                if !right {
                    let mut told = told.lock().unwrap();
                    told.1 += usize::from(codes.is_empty());
                    told.0.push(format!("case {case}: {codes:?} instead of {}; {way:?}", sheet.code));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(one_thread);
        }
    });
    told.into_inner().unwrap()
}

#[track_caller]
fn check(cases: usize) {
    let (wrong, not_read) = scan_and_read(cases);
    println!("{} of {cases} read right", cases - wrong.len());
    assert_eq!(wrong.len(), not_read, "a wrong text or turn: {wrong:#?}");
    assert!(wrong.len() * 100 <= cases, "more than one of a hundred was not read: {wrong:#?}");
}

#[test]
fn a_hundred_sheets_are_read_however_they_were_scanned() {
    check(100);
}

#[test]
#[ignore = "minutes; the rate over many cases"]
fn a_thousand_sheets_are_read_however_they_were_scanned() {
    check(std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000));
}
