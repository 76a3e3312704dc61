//! The XML inside a workbook: parts separated by a line `=====`, packed here, so that no checksum stands in the way.
#![no_main]

use std::io::{Cursor, Write};

use dossier_fuzz::import::{ColumnSpec, Request, read_table};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const RELATIONS: &str = r#"<Relationships>
<Relationship Id="a" Type="x/worksheet" Target="s.xml"/><Relationship Id="b" Type="x/sharedStrings" Target="t.xml"/>
<Relationship Id="c" Type="x/styles" Target="f.xml"/></Relationships>"#;

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        zip.start_file(*name, options).expect("a part");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("a package").into_inner()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut pieces = text.split("=====").map(str::as_bytes);
    let mut next = || pieces.next().unwrap_or_default();
    let (sheet, strings, styles) = (next(), next(), next());
    let workbook = br#"<workbook xmlns:r="x"><sheets><sheet name="a" r:id="a"/></sheets></workbook>"#;
    let xlsx = package(&[
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/s.xml", sheet),
        ("xl/t.xml", strings),
        ("xl/f.xml", styles),
    ]);
    let ods = package(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", sheet)]);
    let columns = ColumnSpec::plan();
    for (bytes, name) in [(xlsx, "a.xlsx"), (ods, "a.ods"), (bytes.to_vec(), "a.xlsx"), (bytes.to_vec(), "a.xls")] {
        if let Err(error) = read_table(&bytes, name, &Request { columns: &columns, sheet: None }) {
            assert!(error.hint.is_some());
        }
    }
});
