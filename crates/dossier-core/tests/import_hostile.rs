//! Files that want to hurt are refused at once, with few resources and a word about it.

#![allow(clippy::disallowed_methods, reason = "the promise is a time: refused in under two seconds")]

use std::io::{Cursor, Write};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use dossier_core::import::{ColumnSpec, Request, read_table};
use dossier_core::{Code, Error};
use zip::write::{SimpleFileOptions, ZipWriter};

const SHEET_START: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
const SHEET_END: &str = "</sheetData></worksheet>";

/// A part of a package: pieces, each repeated.
type Part<'a> = (&'a str, Vec<(&'a str, usize)>);

fn package(parts: &[Part<'_>]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, pieces) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        for (piece, times) in pieces {
            // Written in blocks, to keep the test itself quick and small.
            let block = piece.repeat((*times).min(1 + (64 << 10) / piece.len()));
            let mut left = piece.len() * times;
            while left > 0 {
                let here = left.min(block.len());
                zip.write_all(&block.as_bytes()[..here]).expect("written");
                left -= here;
            }
        }
    }
    zip.finish().expect("a package").into_inner()
}

fn xlsx_with(sheet: Vec<(&str, usize)>, strings: Vec<(&str, usize)>) -> Vec<u8> {
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        r#"<workbook xmlns:r="{relations}"><sheets><sheet name="计划" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let links = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="rId2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
    );
    package(&[
        ("[Content_Types].xml", vec![("<Types/>", 1)]),
        ("xl/workbook.xml", vec![(&workbook, 1)]),
        ("xl/_rels/workbook.xml.rels", vec![(&links, 1)]),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", strings),
    ])
}

fn xlsx(sheet: &str) -> Vec<u8> {
    let sheet = format!("{SHEET_START}{sheet}{SHEET_END}");
    xlsx_with(vec![(&sheet, 1)], vec![("<sst/>", 1)])
}

fn ods(table: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="计划">{table}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    package(&[
        ("mimetype", vec![("application/vnd.oasis.opendocument.spreadsheet", 1)]),
        ("content.xml", vec![(&content, 1)]),
    ])
}

#[track_caller]
fn refuse(what: &str, bytes: &[u8], name: &str, codes: &[Code]) -> Error {
    let columns = ColumnSpec::plan();
    let start = busy();
    let error = read_table(bytes, name, &Request { columns: &columns, sheet: None }).expect_err(what);
    let took = busy().saturating_sub(start);
    assert!(took < Duration::from_secs(2), "{what} took {took:?}");
    assert!(codes.contains(&error.code), "{what}: {error:?}");
    assert!(error.message.contains(name) && error.hint.is_some(), "{what}: says what is wrong and what to do");
    error
}

/// One test, so that the memory of the whole process can be looked at when all is done.
#[test]
fn hostile_files_are_refused_at_once_and_cheaply() {
    let far = xlsx(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
    let error = refuse("two cells that span the whole sheet", &far, "a.xlsx", &[Code::TooLarge]);
    assert!(error.message.contains("XFD1048576"), "the cell is named: {}", error.message);

    let bomb = xlsx_with(vec![(SHEET_START, 1), (" ", 230 << 20), (SHEET_END, 1)], vec![("<sst/>", 1)]);
    assert!(bomb.len() < 1 << 20);
    refuse("a zip bomb", &bomb, "a.xlsx", &[Code::TooLarge]);
    let mut lying = bomb;
    for signature in [b"PK\x01\x02", b"PK\x03\x04"] {
        let (size_at, size) = if signature[2] == 1 { (24, 1000u32) } else { (22, 1000) };
        let places: Vec<usize> = memchr::memmem::find_iter(&lying, signature).collect();
        for at in places {
            lying[at + size_at..at + size_at + 4].copy_from_slice(&size.to_le_bytes());
        }
    }
    refuse("a zip bomb that lies about its size", &lying, "a.xlsx", &[Code::TooLarge, Code::CorruptFile]);

    let cell = r#"<c t="inlineStr"><is><t>文字</t></is></c>"#;
    let sheet = vec![(SHEET_START, 1), ("<row>", 1), (cell, 150), ("</row>", 1), (SHEET_END, 1)];
    assert_eq!(
        read_table(&xlsx_with(sheet, vec![]), "a.xlsx", &Request { columns: &ColumnSpec::plan(), sheet: None })
            .map_err(|e| e.code),
        Err(Code::NoPlanTable)
    );
    let row = format!("<row>{}</row>", cell.repeat(190));
    let cells = xlsx_with(vec![(SHEET_START, 1), (&row, 19_000), (SHEET_END, 1)], vec![("<sst/>", 1)]);
    refuse("millions of cells", &cells, "a.xlsx", &[Code::TooLarge]);
    let text = format!("<si><t>{}</t></si>", "长文字".repeat(1000));
    let strings = xlsx_with(vec![(SHEET_START, 1), (SHEET_END, 1)], vec![("<sst>", 1), (&text, 20_000), ("</sst>", 1)]);
    refuse("180 MB of shared texts", &strings, "a.xlsx", &[Code::TooLarge]);
    let strings =
        xlsx_with(vec![(SHEET_START, 1), (SHEET_END, 1)], vec![("<sst>", 1), ("<si/>", 30_000_000), ("</sst>", 1)]);
    refuse("millions of empty shared texts", &strings, "a.xlsx", &[Code::TooLarge]);
    let rows = xlsx_with(vec![(SHEET_START, 1), ("<row/>", 30 << 20), (SHEET_END, 1)], vec![("<sst/>", 1)]);
    refuse("millions of empty rows", &rows, "a.xlsx", &[Code::TooLarge]);
    let long = xlsx_with(vec![(SHEET_START, 1), ("<row><c t=\"str\"><v>", 1), ("x", 150 << 20)], vec![("<sst/>", 1)]);
    refuse("one text of 150 MB", &long, "a.xlsx", &[Code::TooLarge]);
    let entities =
        xlsx_with(vec![(SHEET_START, 1), ("<row><c t=\"str\"><v>", 1), ("&#65;", 20 << 20)], vec![("<sst/>", 1)]);
    refuse("one text of 20 million references", &entities, "a.xlsx", &[Code::TooLarge]);
    let attribute = xlsx_with(vec![(SHEET_START, 1), ("<row r=\"", 1), ("1", 150 << 20)], vec![("<sst/>", 1)]);
    refuse("one attribute of 150 MB", &attribute, "a.xlsx", &[Code::TooLarge]);
    let deep = xlsx_with(vec![("<a>", 30 << 20)], vec![("<sst/>", 1)]);
    refuse("elements in elements in elements", &deep, "a.xlsx", &[Code::CorruptFile]);

    let external = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]><sst><si><t>&file;</t></si></sst>"#;
    let laughs = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><sst><si><t>&c;</t></si></sst>"#;
    for (what, strings) in [("an external entity", external), ("entities in entities", laughs)] {
        let bytes = xlsx_with(vec![(SHEET_START, 1), (SHEET_END, 1)], vec![(strings, 1)]);
        let error = refuse(what, &bytes, "a.xlsx", &[Code::CorruptFile]);
        assert!(error.message.contains("DTD"));
        refuse(what, strings.as_bytes(), "a.xls", &[Code::HtmlNotExcel]);
    }
    refuse(
        "an entity that is not declared",
        &xlsx(r#"<row><c t="str"><v>&boom;</v></c></row>"#),
        "a.xlsx",
        &[Code::CorruptFile],
    );
    refuse(
        "a shared text that is not there",
        &xlsx(r#"<row><c t="s"><v>99</v></c></row>"#),
        "a.xlsx",
        &[Code::CorruptFile],
    );

    let mut entries = b"PK\x03\x04".to_vec();
    entries.extend(b"PK\x01\x02".repeat(1 << 20));
    refuse("a million parts", &entries, "a.xlsx", &[Code::TooLarge]);
    refuse(
        "a part that is itself compressed",
        &package(&[("a.zip", vec![("PK\u{3}\u{4}", 1000)])]),
        "a.xlsx",
        &[Code::NotAWorkbook],
    );
    refuse("60 MB", &vec![0; 60 << 20], "a.xlsx", &[Code::TooLarge]);

    let filled = r#"office:value-type="string"><text:p>x</text:p></table:table-cell>"#;
    let bomb = format!(
        r#"<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" {filled}</table:table-row>"#
    );
    refuse("one cell repeated over a whole sheet", &ods(&bomb), "a.ods", &[Code::TooLarge]);
    let far = format!(
        r#"<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row><table:table-row><table:table-cell table:number-columns-repeated="16383"/><table:table-cell {filled}</table:table-row>"#
    );
    let error = refuse("a lone far cell", &ods(&far), "a.ods", &[Code::TooLarge]);
    assert!(error.message.contains("1048576"), "the cell is named: {}", error.message);

    let locked =
        [&[0x09, 0x08, 8, 0, 0, 6, 5, 0, 0, 0, 0, 0][..], &[0x2F, 0, 4, 0, 1, 0, 1, 0], &[0x0A, 0, 0, 0]].concat();
    refuse("an old workbook with a password", &locked, "a.xls", &[Code::PasswordProtected]);
    let manifest = r#"<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"#;
    let locked = package(&[
        ("mimetype", vec![("application/vnd.oasis.opendocument.spreadsheet", 1)]),
        ("META-INF/manifest.xml", vec![(manifest, 1)]),
        ("content.xml", vec![("\u{1}\u{2}\u{3}", 100)]),
    ]);
    refuse("an OpenDocument with a password", &locked, "a.ods", &[Code::PasswordProtected]);

    let mut circle = vec![0u8; 4096];
    circle[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    circle[30] = 9;
    circle[76..512].fill(0xFF);
    circle[76..80].copy_from_slice(&[0; 4]);
    circle[512..520].copy_from_slice(&[0, 0, 0, 0, 1, 0, 0, 0]);
    circle[48] = 1;
    refuse("a chain of sectors in a circle", &circle, "a.xls", &[Code::CorruptFile]);

    refuse("40 MB of empty lines", &b"\n".repeat(40 << 20), "a.csv", &[Code::EmptyFile]);
    refuse("40 MB of commas", &b",".repeat(40 << 20), "a.csv", &[Code::EmptyFile, Code::TooLarge]);
    refuse("40 MB of quotes", &b"\"".repeat(40 << 20), "a.csv", &[Code::CorruptFile, Code::TooLarge]);
    refuse("40 MB in one cell", &b"x".repeat(40 << 20), "a.csv", &[Code::NoPlanTable, Code::TooLarge]);
    refuse("20 million rows", &b"a\n".repeat(20 << 20), "a.csv", &[Code::TooLarge]);
    refuse("20 million columns", &b"a,".repeat(20 << 20), "a.csv", &[Code::TooLarge]);
    refuse("zeros", &vec![0; 1 << 20], "a.csv", &[Code::NotAWorkbook]);

    if let Some(peak) = peak_memory() {
        // The files themselves, made in memory by this test, are part of it.
        assert!(peak < 200 << 20, "at most {} MB were in use", peak >> 20);
    }
}

/// The time this thread has really worked, where the system tells: other work on the machine does not count.
fn busy() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// The most memory this process has ever held, where the system tells.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? << 10)
}
