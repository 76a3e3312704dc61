//! Lists that no template describes: the same cells on paper, in the workbook and in the file for other programs.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader, Xlsx};
use chrono::{DateTime, NaiveDate};
use dossier_core::Environment;
use dossier_core::environment::Resources;
use dossier_core::listing::Check;
use dossier_core::listing::{Column, Header, Listing, Section};
use dossier_core::settings::Settings;
use page_validation::{ValidationOptions, ValidationProfile, validate_pdf_bytes};
use proptest::prelude::*;
use serde_json::json;

fn environment() -> Environment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let resources = Resources { templates: root.join("templates"), fonts: root.join("assets/fonts") };
    Environment::fixed(DateTime::parse_from_rfc3339("2026-05-01T09:00:00+08:00").unwrap(), resources)
}

fn settings() -> Settings {
    Settings::from_json(&json!({ "organisation": { "name": "星图科技有限公司" } })).unwrap()
}

/// 受控文件清单 of so many documents.
fn register(rows: usize) -> Listing {
    let row = |index: usize| {
        [
            (index + 1).to_string(),
            format!("REL-APP-2026-{:03}", index + 1),
            if index % 7 == 3 {
                "产品发布申请表：星图网络安全审计系统与统一认证中心合并发布，含数据库变更和新增外部应用".to_owned()
            } else {
                "产品发布申请表".to_owned()
            },
            format!("V1.{}", index % 4),
            format!("2026-{:02}-{:02}", index % 12 + 1, index % 28 + 1),
            "内部".to_owned(),
            ["周敏", "刘堃", "陈珺"][index % 3].to_owned(),
            if index.is_multiple_of(11) {
                "=SUM(A1:A9)\n第二行，含“引号”与\"直引号\"".to_owned()
            } else {
                String::new()
            },
        ]
        .to_vec()
    };
    Listing {
        title: "受控文件清单".into(),
        lines: [("截至日期", "2026-05-01"), ("编制部门", "文控中心"), ("份数", &format!("{rows} 份"))]
            .map(|(label, value)| (label.to_owned(), value.to_owned()))
            .to_vec(),
        landscape: true,
        columns: vec![
            Column::new("序号", 12.0).centered(),
            Column::new("文件编号", 42.0).centered(),
            Column::new("文件名称", 80.0),
            Column::new("版本", 16.0).centered(),
            Column::new("生效日期", 25.0).centered(),
            Column::new("密级", 15.0).centered(),
            Column::new("责任人", 22.0).centered(),
            Column::new("备注", 55.0),
        ],
        sections: vec![Section { heading: None, rows: (0..rows).map(row).collect() }],
        notes: vec!["注：本清单只列现行版本；作废版本见《作废号登记》。".into()],
        signoff: ["编制", "审核", "批准"].map(str::to_owned).to_vec(),
        header: Header {
            number: Some("REG-2026-001".into()), form: "表单编号：REL-R-01".into(), ..Header::default()
        },
        check: None,
        date: NaiveDate::from_ymd_opt(2026, 5, 1).unwrap(),
    }
}

/// 修订对照 of two sections, upright.
fn comparison() -> Listing {
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    Listing {
        title: "修订对照".into(),
        lines: vec![
            ("文件编号".into(), "REL-APP-2026-007".into()),
            ("产品及版本".into(), "星图网络安全审计系统 V4.2.0".into()),
            ("旧版本".into(), "V1.0（2026-04-03）".into()),
            ("新版本".into(), "V1.1（2026-04-09）".into()),
        ],
        landscape: false,
        columns: vec![Column::new("字段", 35.0), Column::new("原内容", 65.0), Column::new("新内容", 65.0)],
        sections: vec![
            Section {
                heading: Some("一、基本信息".into()),
                rows: vec![row(["计划发布时间", "2026年04月15日 10时00分", "2026年04月16日 22时00分"])],
            },
            Section { heading: Some("四、发布策略".into()), rows: Vec::new() },
            Section {
                heading: Some("变更列表".into()),
                rows: vec![
                    row(["第 3 行", "", "-5 秒；@所有人；+86 138"]),
                    row(["第 4 行（移动）", "第 2 行", "第 4 行"]),
                ],
            },
        ],
        notes: vec!["变更说明：发布窗口顺延一天。".into()],
        signoff: vec!["申请人".into(), "产品管理部".into()],
        header: Header {
            number: Some("REL-APP-2026-007".into()),
            revision: Some("V1.1".into()),
            classification: Some("机密".into()),
            ..Header::default()
        },
        check: Some(Check {
            code: "77A0-19BC-04E1".into(),
            anchor: None,
            payload: "REL-APP-2026-007/V1.1/77A019BC04E1".into(),
        }),
        date: NaiveDate::from_ymd_opt(2026, 4, 9).unwrap(),
    }
}

fn save(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn text_of(pdf: &Path) -> String {
    let output = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(pdf).arg("-").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The cells of a workbook's sheet, row by row, without empty ones at the end.
fn sheet(xlsx: &[u8]) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx)).unwrap();
    let formulas = book.worksheet_formula(&book.sheet_names()[0].clone()).unwrap();
    assert!(formulas.used_cells().next().is_none(), "no text becomes a formula");
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

/// Rows of a CSV file, read by the letter of RFC 4180.
fn records(csv: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(csv).unwrap().strip_prefix('\u{feff}').expect("a byte order mark");
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(ch) = chars.next() {
        match (quoted, ch) {
            (true, '"') if chars.peek() == Some(&'"') => cell.extend(chars.next()),
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\r') => {
                assert_eq!(chars.next(), Some('\n'), "rows end in CRLF");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (false, '\n') => panic!("a bare line feed outside quotes"),
            (_, ch) => cell.push(ch),
        }
    }
    assert!(!quoted && cell.is_empty() && row.is_empty(), "the last row ends too");
    rows
}

/// The cells of a listing as text, row by row.
fn cells(listing: &Listing) -> Vec<Vec<String>> {
    listing.sections.iter().flat_map(|section| section.rows.clone()).collect()
}

#[test]
fn a_register_of_300_rows_is_an_archive_with_repeated_heads_and_every_cell() {
    let listing = register(300);
    let pdf = listing.to_pdf(&environment(), &settings()).unwrap();
    assert!(pdf.warnings.is_empty());
    let options = ValidationOptions::default().profile(ValidationProfile::PdfA2u);
    let report = validate_pdf_bytes(&pdf.bytes, &options).unwrap();
    assert!(report.failures.is_empty() && report.is_compliant, "{report}");
    assert!(pdf.bytes == listing.to_pdf(&environment(), &settings()).unwrap().bytes, "the same bytes again");

    let text = text_of(&save("register.pdf", &pdf.bytes));
    let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert!(pages.len() > 10, "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains("星图科技有限公司") && page.contains("文件编号：REG-2026-001"), "{page}");
        assert!(page.contains(&format!("第 {} 页 / 共 {} 页", index + 1, pages.len())), "{page}");
        assert!(page.contains("责任人"), "the head stands on every page");
        assert_eq!(page.contains("受控文件清单（续表）"), index > 0, "{page}");
    }
    let packed = |text: &str| text.chars().filter(|ch| !ch.is_whitespace()).collect::<String>();
    let all = packed(&text);
    for row in cells(&listing) {
        // Number and name stand beside one another on the page, in this order.
        assert!(all.contains(&packed(&row[1])) && all.contains(&packed(&row[7])), "{row:?}");
    }
    let last = pages.last().unwrap();
    assert!(last.contains("批准") && last.contains("REL-APP-2026-300"), "who signs is not alone on a page: {last}");
}

#[test]
fn workbook_and_rows_for_programs_carry_the_cells_of_the_paper() {
    for (name, listing) in [("register", register(40)), ("comparison", comparison())] {
        let csv = listing.to_csv();
        save(&format!("{name}.csv"), &csv);
        let mut rows = records(&csv);
        let head = rows.remove(0);
        let sectioned = listing.sections.iter().any(|section| section.heading.is_some());
        let first = usize::from(sectioned);
        let labels: Vec<&str> = listing.columns.iter().map(|column| column.label.as_str()).collect();
        assert_eq!(head[first..], labels);
        let typed = |cell: &String| cell.strip_prefix('\'').unwrap_or(cell).to_owned();
        let typed: Vec<Vec<String>> = rows.iter().map(|row| row[first..].iter().map(typed).collect()).collect();
        assert_eq!(typed, cells(&listing), "{name}");
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell} would be calculated");
        }

        let xlsx = listing.to_xlsx(&settings()).unwrap().bytes;
        save(&format!("{name}.xlsx"), &xlsx);
        assert!(xlsx == listing.to_xlsx(&settings()).unwrap().bytes, "the same bytes again");
        let sheet: Vec<Vec<String>> = sheet(&xlsx).into_iter().map(without_empty).collect();
        let mut place = 0;
        for row in cells(&listing) {
            let row = without_empty(row);
            let found = sheet[place..].iter().position(|sheet| *sheet == row);
            place += found.unwrap_or_else(|| panic!("{name}: {row:?} stands in the sheet, in its order")) + 1;
        }
        let pdf = save(&format!("{name}.pdf"), &listing.to_pdf(&environment(), &settings()).unwrap().bytes);
        let text: String = text_of(&pdf).chars().filter(|ch| !ch.is_whitespace()).collect();
        for cell in cells(&listing).iter().flatten() {
            let cell: String = cell.chars().filter(|ch| !ch.is_whitespace()).collect();
            assert!(text.contains(&cell), "{name}: {cell} on paper");
        }
    }
}

/// Merged cells leave empty ones behind.
fn without_empty(row: Vec<String>) -> Vec<String> {
    row.into_iter().filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn workbooks_print_as_paper_does() {
    let xlsx = register(40).to_xlsx(&settings()).unwrap().bytes;
    let part = |name: &str| {
        let mut archive = zip::ZipArchive::new(Cursor::new(&xlsx)).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
        text
    };
    let (sheet, book) = (part("xl/worksheets/sheet1.xml"), part("xl/workbook.xml"));
    assert!(sheet.contains("paperSize=\"9\"") && sheet.contains("orientation=\"landscape\""));
    assert!(sheet.contains("customHeight=\"1\"") && sheet.contains("<cols>"), "heights and widths are written");
    assert!(book.contains("_xlnm.Print_Titles") && book.contains("_xlnm.Print_Area"), "{book}");
    assert!(part("docProps/core.xml").contains("2026-05-01T00:00:00Z"), "the day of the listing");
}

#[test]
fn what_a_workbook_cannot_hold_is_named() {
    let mut listing = register(3);
    listing.sections[0].rows[1][7] = "长".repeat(40_000);
    listing.sections[0].rows[2][2] = "甲\u{1}乙".into();
    let error = listing.to_xlsx(&settings()).unwrap_err();
    let told: Vec<String> = error.issues.iter().map(|issue| format!("{} {}", issue.path, issue.message)).collect();
    assert_eq!(
        told,
        [
            "sections[0].rows[1] 第 2 行的“备注”有 40000 个字符，Excel 的一个单元格最多 32767 个",
            "sections[0].rows[2] 第 3 行的“文件名称”里有 Excel 不能保存的控制字符 U+0001",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever people typed, the file reads back, and nothing in it is calculated.
    #[test]
    fn rows_for_programs_read_back(rows in proptest::collection::vec(proptest::collection::vec("[=+\\-@ '\",\r\n\ta-c一＝]{0,6}", 2), 0..8)) {
        let columns = vec![Column::new("甲", 80.0), Column::new("乙", 85.0)];
        let listing = Listing { columns, sections: vec![Section { heading: None, rows: rows.clone() }], ..comparison() };
        let read = records(&listing.to_csv());
        for (row, wanted) in read[1..].iter().zip(&rows) {
            for (cell, wanted) in row.iter().zip(wanted) {
                prop_assert_eq!(cell.strip_prefix('\'').filter(|_| !wanted.starts_with('\'')).unwrap_or(cell), wanted);
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '＝']), "{cell:?}");
            }
        }
        prop_assert_eq!(read.len(), rows.len() + 1);
    }
}
