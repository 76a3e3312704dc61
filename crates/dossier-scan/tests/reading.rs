//! Which code stands on which page, however the paper was scanned.

mod common;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::scanner::{Picture, Printer, Scan, scan, side_by_side};
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
#[ignore = "minutes; CASES says how many"]
fn a_thousand_sheets_are_read_however_they_were_scanned() {
    check(std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000));
}

/// What stands on each page, in short.
fn told(pages: &[Page]) -> Vec<String> {
    let codes = |page: &Page| -> Vec<String> {
        page.codes.iter().map(|code| format!("{} {}°", code.text, code.turned.degrees())).collect()
    };
    pages.iter().map(|page| codes(page).join(", ")).collect()
}

#[test]
fn four_documents_in_one_stack_sort_themselves() {
    let mut sheets = paper::stack();
    let printer = Printer::new(paper::printed(&sheets));
    let mut dice = Dice::new(12);
    let (mut scans, mut expected) = (Vec::new(), Vec::new());
    for (page, sheet) in sheets.drain(..).enumerate() {
        let quarters = dice.below(4);
        let askew = dice.between(-4.0, 4.0) as f32;
        let way = Scan { quarters, askew, noise: 4.0, blur: 0.6, color: page == 3, ..Scan::clean(150.0) };
        scans.push(files::embedded_jpeg(&scan(&printer.sheet(page), &way), 55));
        expected.push(format!("{} {}°", sheet.code, (4 - quarters) % 4 * 90));
    }
    // The order in which they lay in the feeder.
    for last in (1..scans.len()).rev() {
        let other = dice.below(last + 1);
        scans.swap(last, other);
        expected.swap(last, other);
    }
    assert_eq!(told(&pages_of(&files::scanned_pdf(&scans, 150.0))), expected);
}

#[test]
fn a_pdf_that_was_printed_to_a_file_is_read_like_paper() {
    let sheets = paper::stack();
    let expected: Vec<String> = sheets.iter().map(|sheet| format!("{} 0°", sheet.code)).collect();
    assert_eq!(told(&pages_of(&paper::printed(&sheets))), expected);
}

#[test]
fn pages_in_black_and_white_are_read_as_fax_machines_pack_them() {
    // Two pages at 200 dpi, packed as Group 4 by ImageMagick, and put into a PDF by tiff2pdf.
    let fixture = |name: &str| std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let expected = ["REL-APP-2026-007/V1.0/3F7A0C91B2D4/1 0°", "REL-APP-2026-007/V1.0/3F7A0C91B2D4/2 180°"];
    assert_eq!(told(&pages_of(&fixture("group4.tif"))), expected);
    let pdf = fixture("group4.pdf");
    assert_eq!(told(&pages_of(&pdf)), expected);
    // JBIG2 may hold the same code of runs.
    let find = |text: &[u8]| pdf.windows(text.len()).position(|window| window == text).unwrap();
    let image = &pdf[find(b"/CCITTFaxDecode")..];
    let start = image.windows(7).position(|window| window == b"stream\n").unwrap() + 7;
    let end = image.windows(9).position(|window| window == b"endstream").unwrap();
    let pdf = files::scanned_pdf(&[files::embedded_jbig2(&image[start..end], 1654, 2339)], 200.0);
    assert_eq!(told(&pages_of(&pdf)), expected[..1]);
}

#[test]
fn codes_that_are_not_ours_are_passed_over() {
    let mut sheet = paper::stack().remove(1);
    sheet.other = Some("https://example.com/scan-me".into());
    let bytes = paper::printed(&[sheet]);
    let mut pages = Vec::new();
    let keep = &mut |page| {
        pages.push(page);
        ControlFlow::Continue(())
    };
    read(&bytes, &Limits::default(), &|text| text.starts_with("REL-"), keep).unwrap();
    assert_eq!(told(&pages), ["REL-APP-2026-007/V1.0/3F7A0C91B2D4/2 0°"]);
    // Asked for everything, both are told.
    assert_eq!(pages_of(&bytes)[0].codes.len(), 2);
}

#[test]
fn two_of_ours_on_one_page_are_both_told() {
    let printer = Printer::new(paper::printed(&paper::stack()));
    let [left, right] = [0, 9].map(|page| scan(&printer.sheet(page), &Scan::clean(200.0)));
    let both = told(&pages_of(&files::jpeg(&side_by_side(&left, &right), 70)));
    let codes: BTreeSet<&str> = both[0].split(", ").collect();
    let expected = ["REL-APP-2025-118/V1.1/0D15EA5E7700/1 0°", "REL-APP-2026-007/V1.0/3F7A0C91B2D4/1 0°"];
    assert_eq!(codes, BTreeSet::from(expected));
}

#[test]
fn a_code_under_ink_is_read_right_or_not_at_all() {
    let sheets = paper::stack();
    let sheet = Printer::new(paper::printed(&sheets[..1])).sheet(0);
    let (mut read, mut lost) = (0, 0);
    for case in 0..24 {
        let mut dice = Dice::new(case);
        let spots = [1, 2, 4, 7][case as usize % 4];
        let way = Scan { seed: case, noise: 3.0, ..Scan::clean(150.0) };
        let pages = pages_of(&files::jpeg(&scan(&sheet.spotted(spots, &mut dice), &way), 70));
        match &pages[0].codes[..] {
            [] => lost += 1,
            [code] => {
                assert_eq!(code.text, sheets[0].code, "case {case}");
                read += 1;
            }
            more => panic!("case {case}: {more:?}"),
        }
    }
    // The error correction mends about an eighth of a code.
    assert!(read >= 4 && lost >= 4, "{read} read, {lost} not");
}

#[test]
fn reading_ends_when_it_is_told_to() {
    let bytes = paper::printed(&paper::stack());
    let mut seen = Vec::new();
    let ended = read(&bytes, &Limits::default(), &|_| true, &mut |page| {
        seen.push(page.number);
        if page.number == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((ended, seen), (Ok(2), vec![1, 2]));
}

#[test]
fn the_outline_lies_around_the_code() {
    let sheet = Printer::new(paper::printed(&paper::stack()[..1])).sheet(0);
    for quarters in 0..4 {
        let picture = scan(&sheet, &Scan { quarters, ..Scan::clean(150.0) });
        let found = &pages_of(&files::jpeg(&picture, 70))[0].codes[0];
        // The corners of 14 × 14 mm, 20 mm from the right and 5 mm from the lower edge, turned with the sheet.
        let mm = |length: f32| length * 150.0 / 25.4;
        let upright = [(34.0, 19.0), (20.0, 19.0), (20.0, 5.0), (34.0, 5.0)].map(|(right, low)| (mm(right), mm(low)));
        let (width, height) = (picture.width as f32, picture.height as f32);
        let expected = upright.map(|(right, low)| match quarters {
            0 => (width - right, height - low),
            1 => (low, height - right),
            2 => (right, low),
            _ => (width - low, right),
        });
        for (found, expected) in found.outline.into_iter().zip(expected) {
            let off = f32::max((found.0 - expected.0).abs(), (found.1 - expected.1).abs());
            assert!(off < 3.0, "{quarters} quarters: {found:?} instead of {expected:?}");
        }
    }
}

#[test]
fn a_photograph_stands_as_the_camera_was_held() {
    let sheet = Printer::new(paper::printed(&paper::stack()[..1])).sheet(0);
    let picture = scan(&sheet, &Scan { quarters: 3, ..Scan::clean(150.0) });
    // Exif says that it has to be turned right to be seen as it was.
    let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let page = &pages_of(&files::jpeg_with_exif(&picture, 70, exif))[0];
    assert_eq!((page.width_px, page.height_px), (picture.height, picture.width));
    assert_eq!(page.codes[0].turned, Turn::None);
}
