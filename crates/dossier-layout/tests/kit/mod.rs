//! What the tests of the layout share.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use dossier_layout::content::{
    Block, Cell, CellBody, Content, Furniture, Group, Inline, Row, RowKind, Table, TablePart,
};
use dossier_layout::{Abs, FontData, Fonts, Frames, Item, lay_out};

/// The four faces of the house style.
pub fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/fonts");
        let names = ["NotoSansSC_400Regular", "NotoSansSC_700Bold", "NotoSerifSC_400Regular", "NotoSerifSC_700Bold"];
        let read = |name: &str| FontData {
            bytes: Arc::new(std::fs::read(folder.join(format!("{name}.ttf"))).expect("run `cargo xtask setup` first")),
            index: 0,
        };
        Fonts::new(names.map(read)).expect("the faces of the house")
    })
}

pub fn text(text: &str) -> Vec<Inline> {
    vec![Inline::text(text)]
}

pub fn label(width: f64, content: &str) -> Cell {
    Cell { width: Abs::mm(width), label: true, body: CellBody::Text(text(content)), ..Cell::default() }
}

pub fn value(width: f64, content: &str) -> Cell {
    Cell { width: Abs::mm(width), body: CellBody::Text(text(content)), ..Cell::default() }
}

pub fn row(cells: Vec<Cell>) -> Row {
    Row { cells, ..Row::default() }
}

/// A list with a head and the given rows.
pub fn list(head: &[(f64, &str)], rows: Vec<Row>) -> Group {
    let head = Row {
        kind: RowKind::Head,
        cells: head.iter().map(|(width, name)| label(*width, name)).collect(),
        ..Row::default()
    };
    let mut parts = vec![TablePart::Row(head.clone())];
    parts.extend(rows.into_iter().map(TablePart::Row));
    Group { parts, repeat: vec![head], list: true, ..Group::default() }
}

pub fn table(caption: &str, group: Group) -> Block {
    Block::Table(Table { caption: Some(caption.into()), parts: vec![TablePart::Group(group)] })
}

pub fn document(body: Vec<Block>) -> Content {
    let furniture =
        Furniture {
            organisation: "星图科技有限公司".into(), title: "总结报告".into(), ..Furniture::default()
        };
    Content { style: dossier_layout::content::Style::Report, body, furniture, ..Content::default() }
}

/// The texts of each page in reading order, hidden ones too.
pub fn texts(frames: &Frames) -> Vec<Vec<String>> {
    let run = |item: &Item| match item {
        Item::Text(run) => Some(run.glyphs.iter().map(|glyph| glyph.ch).collect()),
        _ => None,
    };
    frames.pages.iter().map(|page| page.items.iter().filter_map(run).collect()).collect()
}

pub fn laid_out(body: Vec<Block>) -> Frames {
    lay_out(&document(body), fonts())
}
