//! The frame of a controlled document: cover, copyright page, 文档信息 and 版本记录
//! (产品发布管理规范, the pages before its first chapter).

use dossier_layout::Abs;
use dossier_layout::content::{
    Block, Cell, CellBody, Cover, Group, Inline, Piece, Row, RowKind, Span, Table, TablePart,
};

use serde_json::{Map, Value};

use super::{Composer, Front, Letterhead};
use crate::document::display;
use crate::template::Template;

/// Fields that are printed nowhere but in the front matter.
const FRONT_FIELDS: [&str; 7] =
    ["doc_author", "doc_reviewer", "doc_approver", "first_issued", "effective_date", "revised_date", "revisions"];
/// 版本记录 has at least this many rows.
const REVISION_ROWS: usize = 8;

pub(super) fn wanted(composer: &Composer, front: Front) -> bool {
    match front {
        Front::Always => true,
        Front::Never => false,
        Front::Auto => {
            let typed = |id: &&str| composer.values.get(id).is_some() && !composer.template.is_placed(id);
            !composer.wanted.blank && FRONT_FIELDS.iter().any(typed)
        }
    }
}

/// Whether something was typed that is printed nowhere but in the front matter.
pub(crate) fn has_front_matter(template: &Template, content: &Map<String, Value>) -> bool {
    FRONT_FIELDS.iter().any(|id| content.contains_key(*id) && !template.is_placed(id))
}

pub(super) fn cover(composer: &Composer, letterhead: &Letterhead) -> Cover {
    let mark = |label: &str, value: Vec<Inline>| (label.to_owned(), value);
    let plain = |id: &str| vec![Inline::sans(composer.value_text(id).unwrap_or_default())];
    let product = composer.value_text("product_name").unwrap_or_default();
    let version = composer.value_text("version").unwrap_or_default();
    Cover {
        marks: vec![
            mark("编号", composer.number(letterhead)),
            mark("版本号", composer.revision()),
            mark("受控状态", composer.control_state(letterhead)),
            mark("密级", composer.marked("classification", &letterhead.classification)),
        ],
        logo: letterhead.logo,
        organisation: letterhead.organisation.clone(),
        title: composer.template.title.clone(),
        subtitle: if version.is_empty() { product } else { format!("{product}　{version}") },
        compiled: vec![mark("编制部门", plain("doc_department")), mark("编制日期", plain("doc_date"))],
    }
}

pub(super) fn blocks(composer: &mut Composer, letterhead: &Letterhead) -> Vec<Block> {
    let organisation = if letterhead.organisation.is_empty() { "【组织名称】" } else { &letterhead.organisation };
    let notice = format!(
        "本文件中出现的任何文字叙述、文档格式、插图、照片、方法、过程等内容，除另有特别注明，版权均属{organisation}所有，\
         受到有关产权及版权法保护。任何单位和个人未经{organisation}的书面授权许可，不得复制或引用本文件的任何片断，\
         无论通过电子形式或非电子形式。"
    );
    let copyright = format!("Copyright@{} {organisation} 版权所有", letterhead.year);
    let bold = Inline::Text(Span { text: copyright, bold: true, ..Span::default() });
    let paragraph = |inlines: Vec<Inline>| Block::Paragraph { text: Piece { inlines, tag: 0 }, indent: true };
    vec![
        Block::FrontHeading("版权声明和保密须知".into()),
        paragraph(vec![Inline::text(notice)]),
        paragraph(vec![bold]),
        Block::FrontHeading("文档信息".into()),
        information(composer, letterhead),
        Block::FrontHeading("版本记录".into()),
        revisions(composer),
    ]
}

fn information(composer: &Composer, letterhead: &Letterhead) -> Block {
    let cell = |width: f64, label: &str, value: Vec<Inline>| {
        let mut inlines = vec![Inline::sans(label)];
        inlines.extend(value);
        Cell { width: Abs::mm(width), body: CellBody::Text(inlines), ..Cell::default() }
    };
    let text = |id: &str| vec![Inline::text(composer.value_text(id).unwrap_or_default())];
    let date = |id: &str| {
        let iso = composer.values.get(id).filter(|_| !composer.wanted.blank);
        vec![Inline::text(iso.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default())]
    };
    let row = |cells: Vec<Cell>| TablePart::Row(Row { kind: RowKind::Body, cells, height: Abs::mm(8.9) });
    let third = |label: &str, value| cell(55.0, label, value);
    Block::Table(Table {
        caption: None,
        parts: vec![
            row(vec![
                cell(110.0, "文档编号：", composer.number(letterhead)),
                third("文档分类：", text("doc_category")),
            ]),
            row(vec![
                third("编写：", text("doc_author")),
                third("审核：", text("doc_reviewer")),
                third("批准：", text("doc_approver")),
            ]),
            row(vec![
                third("初次发布日期：", date("first_issued")),
                third("生效日期：", date("effective_date")),
                third("修订日期：", date("revised_date")),
            ]),
        ],
    })
}

fn revisions(composer: &Composer) -> Block {
    const WIDTHS: [f64; 5] = [23.0, 30.0, 55.0, 27.0, 30.0];
    let Some((field, table)) = composer.template.table("revisions") else { return Block::PageBreak };
    let row = |kind: RowKind, cells: Vec<(Vec<Inline>, bool)>| Row {
        kind,
        cells: cells
            .into_iter()
            .zip(WIDTHS)
            .map(|((inlines, label), width)| Cell {
                width: Abs::mm(width),
                body: CellBody::Text(inlines),
                label,
                align: dossier_layout::content::Align::Center,
                ..Cell::default()
            })
            .collect(),
        height: Abs::mm(8.4),
    };
    let bold = |label: &str| {
        (vec![Inline::Text(Span { text: label.to_owned(), bold: true, sans: true, ..Span::default() })], true)
    };
    let head = row(RowKind::Head, table.columns.iter().map(|column| bold(&column.label)).collect());
    let typed = if composer.wanted.blank { 0 } else { composer.values.row_count(&field.id) };
    let mut parts = vec![TablePart::Row(head.clone())];
    for index in 0..typed.max(REVISION_ROWS) {
        let values = composer.values.row(&field.id, index);
        let cell = |column: &crate::template::Field| {
            let value = values.get(&column.id).filter(|_| index < typed);
            // Dates of the record of revisions are written 2026-04-15.
            let printed =
                value.map(|value| value.as_str().map_or_else(|| display(&column.kind, &value), str::to_owned));
            (vec![Inline::text(printed.unwrap_or_default())], false)
        };
        parts.push(TablePart::Row(row(RowKind::Body, table.columns.iter().map(cell).collect())));
    }
    let group = Group { parts, repeat: vec![head], list: true, ..Group::default() };
    Block::Table(Table { caption: Some(field.label.clone()), parts: vec![TablePart::Group(group)] })
}
