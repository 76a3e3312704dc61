//! A whole workbook can be asked for its cells: hidden sheets, addresses, merged ranges and defined names.

use std::fs;
use std::path::Path;

use dossier_core::import::{Address, ColumnKind, Range, Value, open};

#[test]
fn cells_are_found_by_sheet_address_and_name_in_every_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/import");
    for name in ["defined-names.xlsx", "defined-names.ods", "defined-names.xls"] {
        let workbook = open(&fs::read(folder.join(name)).expect("the fixture is there"), name).expect("a workbook");
        let hidden = workbook.sheet("参数 A's 表").unwrap_or_else(|| panic!("{name} has the hidden sheet"));
        assert!(!hidden.visible, "{name}");
        assert_eq!(hidden.at("B3").map(|cell| &cell.value), Some(&Value::Text("隐藏的值".into())), "{name}");
        let decimals = hidden.at("$B$4").and_then(|cell| cell.text(&ColumnKind::Text));
        assert_eq!(decimals.as_deref(), Some("2.50"), "{name}");
        assert_eq!(hidden.merges, [Range::parse("B3:D3").expect("a range")], "{name}");
        assert_eq!(hidden.at("C3"), None, "{name}: what lies under a merged cell is nothing");

        let number = workbook.named_cell("文档编号").and_then(|cell| cell.text(&ColumnKind::Text));
        assert_eq!(number.as_deref(), Some("隐藏的值"), "{name}");
        let (sheet, range) = workbook.named("PLAN_ROWS").unwrap_or_else(|| panic!("{name} has the name"));
        assert_eq!((sheet.name.as_str(), range), ("4月 计划", Range::parse("A2:N4").expect("a range")), "{name}");
        assert_eq!(
            sheet.cell(Address::new(2, 2)).and_then(|cell| cell.text(&ColumnKind::Version)).as_deref(),
            Some("1.10")
        );
        assert!(workbook.named("常数").is_none(), "{name}: a constant is no place");
    }
}
