//! Whatever is typed, it stays in its box and on the page.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use dossier_layout::content::{Block, Cell, CellBody, Inline, Piece, Row, Table, TablePart};
use dossier_layout::{Abs, Item, TextRun};
use kit::{document, fonts, list, row, text, value};
use proptest::prelude::*;

/// Texts as people type and paste them: Chinese, Latin, long tokens, signs, line breaks.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[\u{4E00}-\u{4E80}]{1,30}",
        "[a-z_./=:-]{1,60}",
        "[0-9]{1,6} (台|分钟|GB|元)",
        Just("、".to_owned()),
        Just("（“…—”）".to_owned()),
        Just("\n".to_owned()),
        Just("　 ".to_owned()),
        Just("𠮷🚀㎡℃①".to_owned()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The right end of the ink of a run. Full-width signs that close have an empty right half.
fn right(run: &TextRun) -> Abs {
    let last = run.glyphs.last().expect("a run has glyphs");
    let measured = fonts().measure(dossier_layout::Role::Serif, last.ch);
    let advance = match last.ch {
        '，' | '。' | '、' | '；' | '：' | '）' | '》' => 0.5,
        _ if measured.missing => 1.0,
        _ => measured.advance,
    };
    run.origin.x + last.x + run.size * (advance * run.stretch)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_stay_in_their_cells(texts in proptest::collection::vec((typed(), typed(), typed()), 1..12)) {
        let widths = [25.0, 100.0, 40.0];
        let rows = texts.iter().map(|(a, b, c)| row(vec![value(25.0, a), value(100.0, b), value(40.0, c)])).collect();
        let head = [(25.0, "一"), (100.0, "二"), (40.0, "三")];
        let frames = dossier_layout::lay_out(&document(vec![kit::table("表", list(&head, rows))]), fonts());
        let edges: Vec<Abs> = [25.0, 25.0 + widths[0], 25.0 + widths[0] + widths[1], 190.0].map(Abs::mm).to_vec();
        let bottom = Abs::mm(297.0 - 22.0);
        for item in frames.pages.iter().flat_map(|page| &page.items) {
            match item {
                Item::Text(run) if run.origin.y > Abs::mm(26.0) && run.origin.y < bottom => {
                    let cell = edges.windows(2).find(|edge| edge[0] <= run.origin.x && run.origin.x < edge[1]);
                    let cell = cell.expect("text starts in a cell");
                    prop_assert!(right(run).fits(cell[1]), "{run:?} leaves {cell:?}");
                    prop_assert!((run.origin.y + run.size * 0.12).fits(bottom), "{run:?} leaves the page");
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_character_is_printed_once(content in typed()) {
        let cell = Cell { width: Abs::mm(60.0), body: CellBody::Text(text(&content)), ..Cell::default() };
        let body = vec![
            Block::Table(Table { caption: None, parts: vec![TablePart::Row(Row { cells: vec![cell], ..Row::default() })] }),
            Block::Paragraph { text: Piece { inlines: vec![Inline::text(&content)], tag: 0 }, indent: true },
        ];
        let frames = dossier_layout::lay_out(&document(body), fonts());
        let mut printed: Vec<char> = Vec::new();
        for item in frames.pages.iter().flat_map(|page| &page.items) {
            if let Item::Text(run) = item
                && run.origin.y > Abs::mm(26.0)
                && run.origin.y < Abs::mm(275.0)
            {
                printed.extend(run.glyphs.iter().map(|glyph| glyph.ch).filter(|ch| !ch.is_whitespace()));
            }
        }
        let wanted: Vec<char> = content.chars().filter(|ch| !ch.is_whitespace()).collect();
        prop_assert_eq!(printed, [wanted.clone(), wanted].concat());
    }
}
