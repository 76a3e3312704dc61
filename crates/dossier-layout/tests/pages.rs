//! What breaks across pages, and what does not.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use dossier_layout::content::{Block, Group, Piece, Row, RowKind, Table, TablePart};
use dossier_layout::{Abs, Item};
use kit::{fonts, label, laid_out, list, row, table, text, texts, value};

fn rows(count: usize) -> Vec<Row> {
    (1..=count).map(|number| row(vec![value(40.0, &format!("第{number}行")), value(125.0, "内容")])).collect()
}

const HEAD: [(f64, &str); 2] = [(40.0, "名称"), (125.0, "说明")];

#[test]
fn a_table_that_goes_on_repeats_its_head_under_its_caption() {
    let frames = laid_out(vec![table("2.1 关键节点完成情况", list(&HEAD, rows(100)))]);
    let pages = texts(&frames);
    assert!(pages.len() >= 3, "a hundred rows take several pages");
    for page in &pages[1..pages.len()] {
        let caption = page.iter().position(|text| text == "2.1 关键节点完成情况（续表）");
        let head = page.iter().position(|text| text == "名称");
        assert!(caption.is_some() && caption < head, "the caption stands above the repeated head: {page:?}");
    }
    assert!(!pages[0].iter().any(|text| text.contains("续表")), "the first page shows no extra caption");
    let all: Vec<&String> =
        pages.iter().flatten().filter(|text| text.starts_with('第') && text.ends_with('行')).collect();
    assert_eq!(all.len(), 100, "no row is lost and none is printed twice");
}

#[test]
fn two_rows_stand_on_either_side_of_a_break() {
    for count in 30..40 {
        let frames = laid_out(vec![table("表", list(&HEAD, rows(count)))]);
        for page in texts(&frames) {
            let rows = page.iter().filter(|text| text.starts_with('第') && text.ends_with('行')).count();
            assert!(rows >= 2, "{count} rows: a page holds {rows}");
        }
    }
}

#[test]
fn sums_are_never_first_on_a_page() {
    for count in 30..40 {
        let mut rows = rows(count);
        rows.push(Row { kind: RowKind::Total, ..row(vec![value(40.0, "合计"), value(125.0, "-")]) });
        for page in texts(&laid_out(vec![table("表", list(&HEAD, rows))])) {
            let at = |wanted: &str| page.iter().position(|text| text.contains(wanted));
            if let Some(total) = at("合计") {
                let row = page.iter().rposition(|text| text.ends_with('行')).expect("a row of values with the sums");
                assert!(row < total, "{count} rows");
            }
        }
    }
}

#[test]
fn a_heading_never_ends_a_page() {
    for filler in 30..50 {
        let mut body: Vec<Block> = (0..filler).map(|_| paragraph("前文")).collect();
        body.push(Block::Heading { level: 1, text: "四、发布后问题跟踪与处理".into() });
        body.push(Block::Heading { level: 2, text: "4.1 发布后问题统计".into() });
        body.push(table("4.1", list(&HEAD, rows(4))));
        for page in texts(&laid_out(body)) {
            if let Some(heading) = page.iter().position(|text| text.starts_with("四、")) {
                let rows = page[heading..].iter().filter(|text| text.ends_with('行')).count();
                assert!(rows >= 2, "{filler}: a heading stays with the head and two rows");
            }
        }
    }
}

#[test]
fn signatures_are_never_alone_on_a_page() {
    for filler in 30..60 {
        let mut body: Vec<Block> = (0..filler).map(|_| paragraph("前文")).collect();
        let sign = row(vec![label(40.0, "签字"), value(125.0, "")]);
        body.push(Block::Whole(vec![
            Block::Heading { level: 1, text: "审批与备案".into() },
            Block::Table(Table { caption: None, parts: vec![TablePart::Row(Row { height: Abs::mm(15.0), ..sign })] }),
        ]));
        for page in texts(&laid_out(body)) {
            if page.iter().any(|text| text == "签字") {
                assert!(page.iter().any(|text| text == "审批与备案"), "{filler}: the block is whole");
                assert!(page.iter().any(|text| text == "前文"), "{filler}: something stands before it");
            }
        }
    }
}

#[test]
fn a_form_that_goes_on_repeats_bar_caption_and_head() {
    let bar = |text: &str| Row { kind: RowKind::Bar, ..row(vec![value(165.0, text)]) };
    let mut inner = list(&HEAD, rows(80));
    let caption = Row { kind: RowKind::Caption, ..row(vec![value(165.0, "变更列表")]) };
    inner.parts.insert(0, TablePart::Row(caption.clone()));
    inner.repeat.insert(0, caption);
    let section = Group {
        title: Some("二、变更说明".into()),
        parts: vec![TablePart::Row(bar("二、变更说明")), TablePart::Group(inner)],
        repeat: vec![bar("二、变更说明（续表）")],
        ..Group::default()
    };
    let frames = laid_out(vec![Block::Table(Table { caption: None, parts: vec![TablePart::Group(section)] })]);
    let second = &texts(&frames)[1];
    let at =
        |wanted: &str| second.iter().position(|text| text == wanted).unwrap_or_else(|| panic!("{wanted}: {second:?}"));
    assert!(at("二、变更说明（续表）") < at("变更列表") && at("变更列表") < at("名称"));
    assert_eq!(frames.outline.len(), 1, "the repeated bar is no second bookmark");
}

#[test]
fn a_row_taller_than_a_page_breaks_between_its_lines() {
    let long: String = (0..6000).map(|at| char::from_u32(0x4E00 + at % 500).unwrap()).collect();
    let frames = laid_out(vec![Block::Table(Table {
        caption: None,
        parts: vec![TablePart::Row(row(vec![label(23.0, "说明"), value(142.0, &long)]))],
    })]);
    let pages = texts(&frames);
    assert!(pages.len() > 1);
    let printed: String =
        pages.iter().flatten().filter(|text| text.chars().count() > 20).flat_map(|text| text.chars()).collect();
    assert!(printed.starts_with(&long[..300]), "from the first character");
    assert_eq!(printed.chars().filter(|ch| ('\u{4E00}'..'\u{4FF4}').contains(ch)).count(), 6000, "to the last");
    for page in &pages {
        assert!(page.iter().any(|text| text == "说明"), "the label stands on every page");
    }
}

#[test]
fn nothing_runs_out_of_its_cell() {
    let token = "x".repeat(400);
    let url = format!("https://example.com/{}?a=b", "path/".repeat(60));
    let frames = laid_out(vec![table("表", list(&HEAD, vec![row(vec![value(40.0, &token), value(125.0, &url)])]))]);
    let right = [25.0 + 40.0, 25.0 + 165.0].map(Abs::mm);
    for item in frames.pages.iter().flat_map(|page| &page.items) {
        if let Item::Text(run) = item {
            let Some(last) = run.glyphs.last() else { continue };
            if run.glyphs.iter().all(|glyph| glyph.ch == 'x') {
                let end = run.origin.x + last.x + run.size * 0.5;
                assert!(end < right[0], "the token breaks within its cell");
            }
            assert!(run.origin.x + last.x < right[1], "nothing leaves the text block");
        }
    }
}

#[test]
fn contents_name_the_pages_that_are_printed() {
    let mut body = Vec::new();
    for chapter in 1..=6 {
        body.push(Block::Heading { level: 1, text: format!("第{chapter}章") });
        body.extend((0..30).map(|_| paragraph("正文")));
    }
    let mut content = kit::document(body);
    content.contents = dossier_layout::content::Contents::Beyond(3);
    let frames = dossier_layout::lay_out(&content, fonts());
    let contents = &texts(&frames)[0];
    for entry in &frames.outline {
        let at = contents.iter().position(|text| *text == entry.title).expect("each chapter is listed");
        assert_eq!(contents[at + 1], (entry.page + 1).to_string());
        assert!(texts(&frames)[entry.page].contains(&entry.title), "and stands where the list says");
    }
}

fn paragraph(content: &str) -> Block {
    Block::Paragraph { text: Piece { inlines: text(content), tag: 0 }, indent: false }
}
