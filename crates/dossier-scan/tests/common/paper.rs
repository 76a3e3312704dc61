//! Four documents as they are printed for signing: text, tables, handwriting, and a code on every page.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use dossier_layout::{Abs, Color, FontData, Fonts, Frames, Glyph, Item, Page, Point, Rect, Role, TextRun};
use dossier_pdf::{Created, Meta};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use super::Dice;

const TEXT: &str = "本次发布遵循公司发布管理制度由产品部牵头研发测试运维共同参与发布窗口为周四二十二时至次日两时升级前已完成\
全量备份与回滚演练灰度用户占百分之五观察期四十八小时内未出现阻断性缺陷核心接口平均响应时间下降至一百二十毫秒";

/// One page to come: its texts stand on it as they are.
pub struct Sheet {
    pub code: String,
    landscape: bool,
    /// Printed on the back, with the margins changed.
    even: bool,
    seed: u64,
    /// Another code somewhere on the page: what it says.
    pub other: Option<String>,
}

/// Four documents in one stack; one of them is printed landscape, one has a long number and so a larger code.
pub fn stack() -> Vec<Sheet> {
    let documents = [
        ("REL-APP-2026-007/V1.0/3F7A0C91B2D4", 4, false),
        ("REL-SUM-2026-012/V2.1/90AB54EE01C7", 3, false),
        ("REL-PLAN-TABLE-2026-0031/V10.12/C0FFEE123456", 2, true),
        ("REL-APP-2025-118/V1.1/0D15EA5E7700", 3, false),
    ];
    let mut sheets = Vec::new();
    for (number, pages, landscape) in documents {
        for page in 1..=pages {
            let seed = sheets.len() as u64 + 1;
            let code = format!("{number}/{page}");
            sheets.push(Sheet { code, landscape, even: page % 2 == 0, seed, other: None });
        }
    }
    sheets
}

pub fn code_of(text: &str) -> QrCode {
    let segments = QrSegment::make_segments(text);
    QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, Version::new(2), Version::new(6), None, false)
        .unwrap()
}

/// The sheets as a PDF as the program writes it.
pub fn printed(sheets: &[Sheet]) -> Vec<u8> {
    let frames = Frames { pages: sheets.iter().map(page).collect(), outline: Vec::new() };
    let meta = Meta {
        title: "发布审批".into(),
        author: "产品部".into(),
        subject: "REL-APP-2026-007".into(),
        language: "zh-CN".into(),
        created: Created { year: 2026, month: 3, day: 9, hour: 8, minute: 5, second: 0 },
        producer: "Dossier".into(),
    };
    dossier_pdf::write(&frames, fonts(), &[], &meta).unwrap()
}

fn page(sheet: &Sheet) -> Page {
    let mut dice = Dice::new(sheet.seed);
    let (width, height) = if sheet.landscape { (297.0, 210.0) } else { (210.0, 297.0) };
    let (left, right) = match (sheet.landscape, sheet.even) {
        (true, _) => (15.0, 15.0),
        (false, false) => (25.0, 20.0),
        (false, true) => (20.0, 25.0),
    };
    let (text_width, bottom) = (width - left - right, height - 22.0);
    let mut items = Vec::new();
    let mut y = 26.0;
    items.extend(line(&words(&mut dice, 12), Role::SansBold, 18.0, (left + 40.0, y)));
    y += 8.0;
    while y < bottom - 62.0 {
        if dice.chance(40) {
            y += table(&mut dice, &mut items, (left, y, text_width)) + 7.0;
        } else {
            items.extend(line(&words(&mut dice, (text_width / 3.8) as usize), Role::Serif, 10.5, (left, y)));
            y += 6.2;
        }
    }
    // Where people sign, with their handwriting running over the lines.
    let signed = table(&mut dice, &mut items, (left, y, text_width));
    for _ in 0..3 {
        let at = (left + dice.between(5.0, text_width - 45.0), y + dice.between(3.0, signed));
        items.push(handwriting(&mut dice, at));
    }
    let at = (left + dice.between(20.0, 60.0), y + signed + 9.0);
    items.push(handwriting(&mut dice, at));
    let baseline = bottom + 13.0;
    items.extend(line("表单编号：REL-APP 表单版本：1.0", Role::Sans, 7.5, (left, baseline)));
    items.extend(line("第 3 页 / 共 4 页", Role::Sans, 7.5, (width / 2.0 - 10.0, baseline)));
    items.extend(line("校验码：3F7A-0C91-B2D4", Role::Sans, 7.5, (width - right - 50.0, baseline)));
    items.extend(code(&sheet.code, width - right - 14.0, height - 5.0 - 14.0));
    if let Some(other) = &sheet.other {
        let (x, y) = (left + 70.0, 90.0);
        items.push(Item::Fill { rect: rect(x - 5.0, y - 5.0, 24.0, 24.0), color: Color(255, 255, 255) });
        items.extend(code(other, x, y));
    }
    Page { width: Abs::mm(width), height: Abs::mm(height), items }
}

/// 14 × 14 mm, module by module.
fn code(text: &str, x: f64, y: f64) -> Vec<Item> {
    let code = code_of(text);
    let module = 14.0 / f64::from(code.size());
    let mut items = Vec::new();
    for row in 0..code.size() {
        let mut column = 0;
        while column < code.size() {
            let start = column;
            while code.get_module(column, row) {
                column += 1;
            }
            if column > start {
                let at = |count: i32| module * f64::from(count);
                let rect = rect(x + at(start), y + at(row), at(column - start), module);
                items.push(Item::Fill { rect, color: Color::BLACK });
            }
            column += 1;
        }
    }
    items
}

fn table(dice: &mut Dice, items: &mut Vec<Item>, (x, y, width): (f64, f64, f64)) -> f64 {
    let (rows, columns) = (2 + dice.below(4), 2 + dice.below(4));
    let (row_height, column_width) = (7.8, width / columns as f64);
    let height = row_height * rows as f64;
    for row in 0..rows {
        let top = y + row_height * row as f64;
        if row == 0 {
            items.push(Item::Fill { rect: rect(x, top, width, row_height), color: Color(0xE3, 0xE3, 0xE3) });
        }
        for column in 0..columns {
            let at = (x + column_width * column as f64 + 1.5, top + 5.2);
            let count = 2 + dice.below(((column_width - 4.0) / 3.4) as usize);
            items.extend(line(&words(dice, count), Role::Serif, 9.0, at));
        }
    }
    let mut rule = |from: (f64, f64), to: (f64, f64), width: f64| {
        items.push(stroke(vec![from, to], width, Color::BLACK));
    };
    for row in 0..=rows {
        let at = y + row_height * row as f64;
        rule((x, at), (x + width, at), if row % rows == 0 { 1.0 } else { 0.5 });
    }
    for column in 0..=columns {
        let at = x + column_width * column as f64;
        rule((at, y), (at, y + height), if column % columns == 0 { 1.0 } else { 0.5 });
    }
    height
}

/// A name as it is written: loops that lean forward.
fn handwriting(dice: &mut Dice, (x, y): (f64, f64)) -> Item {
    let (size, speed) = (dice.between(2.0, 4.5), dice.between(0.5, 1.0));
    let (first, second) = (dice.between(0.6, 1.6), dice.between(2.0, 3.5));
    let points = (0..140).map(|step| {
        let angle = f64::from(step) * 0.22;
        let along = size * (0.5 * (angle * first).sin() + 0.25 * (angle * second).cos());
        (x + speed * angle + along, y + size * 0.8 * (angle * 1.3 + first).sin() - 0.1 * angle)
    });
    stroke(points.collect(), 1.3, dice.pick(&[Color(20, 20, 90), Color::BLACK, Color(30, 30, 30)]))
}

fn words(dice: &mut Dice, count: usize) -> String {
    let all: Vec<char> = TEXT.chars().collect();
    let start = dice.below(all.len());
    all.iter().cycle().skip(start).take(count).collect()
}

fn stroke(points: Vec<(f64, f64)>, width: f64, color: Color) -> Item {
    let points = points.into_iter().map(|(x, y)| Point::new(Abs::mm(x), Abs::mm(y))).collect();
    Item::Stroke { points, width: Abs::pt(width), color, round: true, dash: None }
}

fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
    Rect { x: Abs::mm(x), y: Abs::mm(y), width: Abs::mm(width), height: Abs::mm(height) }
}

fn line(text: &str, role: Role, size: f64, (x, y): (f64, f64)) -> Vec<Item> {
    let mut runs: Vec<TextRun> = Vec::new();
    let mut pen = Abs::mm(x);
    for ch in text.chars() {
        let measured = fonts().measure(role, ch);
        if runs.last().is_none_or(|run| run.face != measured.face) {
            runs.push(TextRun {
                origin: Point::new(pen, Abs::mm(y)),
                face: measured.face,
                size: Abs::pt(size),
                stretch: 1.0,
                color: Color::BLACK,
                visible: true,
                glyphs: Vec::new(),
            });
        }
        let run = runs.last_mut().unwrap();
        run.glyphs.push(Glyph { id: measured.glyph, ch, x: pen - run.origin.x });
        pen += Abs::pt(measured.advance * size);
    }
    runs.into_iter().map(Item::Text).collect()
}

fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| {
        let names = ["NotoSansSC_400Regular", "NotoSansSC_700Bold", "NotoSerifSC_400Regular", "NotoSerifSC_700Bold"];
        Fonts::new(names.map(|name| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/fonts").join(format!("{name}.ttf"));
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            FontData { bytes: Arc::new(bytes), index: 0 }
        }))
        .unwrap()
    })
}
