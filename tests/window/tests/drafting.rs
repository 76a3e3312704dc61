//! A product manager in a hurry: from an empty start to PDF and Excel, through the real window.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::path::Path;
use std::process::Command;

use kit::{World, begin, opened, saved};
use serde_json::json;

/// Typed into fields that take any text: it must stay text on the screen, in the PDF and in the sheet.
const HOSTILE: &str = r#"<img src=x onerror="document.title='owned'">"#;

fn text_of(pdf: &Path) -> String {
    let output = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(pdf).arg("-").output();
    let output = output.expect("run `cargo xtask setup` first: pdftotext is missing");
    squeezed(&String::from_utf8(output.stdout).expect("UTF-8"))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|ch| !ch.is_whitespace()).collect()
}

#[test]
fn an_application_is_filled_previewed_and_handed_over() {
    let world = World::new();
    let window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-application");

    window.type_text("[data-path='contact']", HOSTILE);
    window.press("Tab");
    window.type_text("[data-path='target_users']", "金融行业试点客户 12 家");
    window.press("Tab");
    window.click("[data-path='planned_at']");
    window.keys("202603201000");
    window.press("Tab");
    window.type_text("[data-path='user_scale']", "86400");
    window.press("Tab");
    saved(&window);
    let content = world.content(&id);
    assert_eq!(content["contact"], HOSTILE);
    assert_eq!(content["planned_at"], "2026-03-20 10:00");
    assert_eq!(content["user_scale"], 86_400);
    assert_ne!(window.execute("return document.title", json!([])), "owned", "text that people type never runs");
    assert!(window.execute("return document.querySelectorAll('img[src=x]').length", json!([])) == 0);

    window.click("[data-tab='preview']");
    window.wait_for("[data-pane='preview'] canvas");

    window.press("Control+e");
    window.wait_for("[data-action='export-now']");
    window.click("[data-export-format='xlsx']");
    window.click("[data-action='export-now']");
    window.wait_text("[data-strip]", "已导出");

    let paper = text_of(&world.exported("pdf"));
    let mut book = calamine::open_workbook_auto(world.exported("xlsx")).expect("a workbook");
    let mut sheet = String::new();
    for name in calamine::Reader::sheet_names(&book) {
        let range = calamine::Reader::worksheet_range(&mut book, &name).expect("a sheet");
        range.used_cells().for_each(|(_, _, cell)| sheet.push_str(&cell.to_string()));
    }
    let sheet = squeezed(&sheet);
    for typed in [HOSTILE, "衡川网络安全审计系统", "V4.2.0", "金融行业试点客户 12 家", "2026年03月20日", "86,400"]
    {
        assert!(paper.contains(&squeezed(typed)), "the PDF holds `{typed}`");
    }
    for typed in [HOSTILE, "衡川网络安全审计系统", "V4.2.0", "金融行业试点客户 12 家"] {
        assert!(sheet.contains(&squeezed(typed)), "the sheet holds `{typed}`");
    }
}

/// Rows as a spreadsheet puts them on the clipboard, one with a line break within a cell.
fn block(rows: usize) -> String {
    let row = |n: usize| format!("{n}\t系统{n:04}\tV1.{n}.0\t\"第一行{n}\n第二行\"\t低");
    (1..=rows).map(row).collect::<Vec<_>>().join("\r\n") + "\r\n"
}

#[test]
fn a_plan_takes_two_hundred_rows_from_the_clipboard_and_more_from_a_workbook() {
    let world = World::new();
    let workbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/import/csv-all-quoted.csv");
    let window = world.setup().pick(&workbook).start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-plan-table");
    window.wait_for("[data-path='systems[0].order']");
    window.click("[data-path='systems[0].order']");
    window.paste(&block(200));
    saved(&window);
    let rows = world.content(&id)["systems"].as_array().expect("rows").clone();
    assert_eq!(rows.len(), 200);
    assert_eq!(
        rows[199],
        json!({ "order": 200, "system": "系统0200", "version": "V1.200.0", "change": "第一行200\n第二行", "risk": "低" })
    );

    window.press("Control+z");
    saved(&window);
    assert_eq!(world.content(&id).get("systems"), None, "the whole block is one step");
    window.press("Control+y");
    saved(&window);

    window.click("[data-action='import']");
    window.wait_for("[data-action='apply-import']");
    assert_eq!(
        world.content(&id)["systems"].as_array().map(Vec::len),
        Some(200),
        "nothing is written before it is confirmed"
    );
    window.click("[data-action='apply-import']");
    window.wait_gone("[data-action='apply-import']");
    saved(&window);
    let after = world.content(&id)["systems"].as_array().map(Vec::len).expect("rows");
    assert!(after > 200, "{after} rows");
}

#[test]
fn a_workbook_that_falls_on_the_plan_is_looked_at_before_anything_is_written() {
    let world = World::new();
    let workbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/import/csv-all-quoted.csv");
    let window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-plan-table");
    window.click("[data-path='systems[0].system']");
    window.drop_file(&workbook, (600, 400));
    window.wait_for("[data-action='apply-import']");
    window.wait_text("[data-pane='import']", "csv-all-quoted.csv");
    assert_eq!(world.content(&id).get("systems"), None, "nothing is written before it is confirmed");
    window.click("[data-action='apply-import']");
    window.wait_gone("[data-action='apply-import']");
    saved(&window);
    assert!(world.content(&id)["systems"].as_array().is_some_and(|rows| !rows.is_empty()));
}

#[test]
fn a_plan_table_has_its_record_of_versions_below_the_rows() {
    let world = World::new();
    let window = world.setup().start(world.data.path());
    begin(&window);
    let id = opened(&window, "release-plan-table");
    window.wait_for("[data-path='systems[0].system']");
    window.click("[data-section-link='frame']");
    window.type_text("[data-path='revisions[0].change']", "首次编制");
    window.press("Tab");
    window.click("[data-path='effective_date']");
    window.keys("20260320");
    window.press("Tab");
    saved(&window);
    let content = world.content(&id);
    assert_eq!(content["revisions"][0]["change"], "首次编制");
    assert_eq!(content["effective_date"], "2026-03-20");
}
