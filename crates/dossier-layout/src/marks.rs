//! What control puts on paper: the square code in the footer, stamps, and signatures drawn at the machine.

use qrcode::{Color as Module, EcLevel, QrCode, Version};

use crate::content::{Check, Ink, Inline, Stamp, StampKind};
use crate::frames::{Color, Item};
use crate::style::{SMALL, Type};
use crate::text::{Line, Setting, baseline, draw_hidden, set_text};
use crate::{Abs, Fonts, Point, Rect};

/// Side of the square code.
const CODE: Abs = Abs::mm(14.0);
/// From the code to the text beside it: its quiet zone and a little more.
const CODE_GAP: Abs = Abs::mm(3.5);
/// Distance of the two lines beside it.
const CODE_PITCH: Abs = Abs::pt(10.9);

/// Width and height of a stamp.
pub(crate) const STAMP_SIZE: (Abs, Abs) = (Abs::mm(34.0), Abs::mm(13.0));

const INK: Color = Color(0x1A, 0x2A, 0x5E);
const INK_WIDTH: Abs = Abs::mm(0.45);

/// 校验码 and the square code of a page, flush with the right margin; `at` is its right end and the footer's middle.
pub(crate) fn check(fonts: &Fonts, check: &Check, page: usize, at: Point, items: &mut Vec<Item>) {
    let typ = Type { size: SMALL, pitch: CODE_PITCH };
    let mut lines = vec![format!("校验码：{}", check.code)];
    lines.extend(check.anchor.as_ref().map(|anchor| format!("审计锚：{anchor}")));
    let height = CODE_PITCH * (lines.len() - 1) as f64 + SMALL;
    let mut y = at.y - height / 2.0;
    for line in lines {
        let line = set_text(fonts, &[Inline::text(line)], &Setting::sans(typ), Abs::pt(1e6)).swap_remove(0);
        line.draw(fonts, at.x - CODE - CODE_GAP - line.width, baseline(y, typ), items);
        y += CODE_PITCH;
    }
    let corner = Point::new(at.x - CODE, at.y - CODE / 2.0);
    draw_square_code(&format!("{}/{page}", check.payload), corner, CODE, items);
}

/// The square code of a text, row by row from the top; `true` is dark. None where the text is too long for any code.
pub fn square_code(text: &str) -> Option<Vec<Vec<bool>>> {
    // A smaller code would be read no better and look like another kind of mark.
    let code = QrCode::with_version(text, Version::Normal(2), EcLevel::M)
        .or_else(|_| QrCode::with_error_correction_level(text, EcLevel::M))
        .ok()?;
    let dark: Vec<bool> = code.to_colors().iter().map(|module| *module == Module::Dark).collect();
    Some(dark.chunks(code.width()).map(<[bool]>::to_vec).collect())
}

/// The code as rectangles, as long as the rows of dark modules are. What is too long for any code is left out: no
/// number of a document is.
fn draw_square_code(text: &str, at: Point, side: Abs, items: &mut Vec<Item>) {
    let Some(code) = square_code(text) else { return };
    let module = side / code.len() as f64;
    for (row, modules) in code.iter().enumerate() {
        let mut column = 0;
        while column < modules.len() {
            let length = modules[column..].iter().take_while(|dark| **dark).count();
            if length > 0 {
                let corner = Point::new(at.x + module * column as f64, at.y + module * row as f64);
                let rect = Rect { x: corner.x, y: corner.y, width: module * length as f64, height: module };
                items.push(Item::Fill { rect, color: Color::BLACK });
            }
            column += length.max(1);
        }
    }
}

/// A stamp with its upper left corner at a point: two frames, its words, and what stands below them.
pub(crate) fn stamp(fonts: &Fonts, stamp: &Stamp, at: Point) -> Vec<Item> {
    let (words, color) = match stamp.kind {
        StampKind::Controlled => ("受控文件", Color(0x1D, 0x4E, 0x9E)),
        StampKind::Obsolete => ("作废", Color(0xB3, 0x26, 0x1E)),
        StampKind::Uncontrolled => ("非受控，仅供参考", Color(0x80, 0x80, 0x80)),
    };
    let mut items = Vec::new();
    let outer = Abs::pt(1.5);
    for (inset, width) in [(outer / 2.0, outer), (outer + Abs::mm(0.7), Abs::pt(0.5))] {
        items.push(border(at, inset, width, color));
    }
    let mut lines = vec![fitting(fonts, words, Setting::sans(stamp_type(11.0)).bold())];
    if !stamp.lines.is_empty() {
        lines.push(fitting(fonts, &stamp.lines.join("　"), Setting::sans(stamp_type(7.0))));
    }
    let gap = Abs::mm(1.2);
    let height = lines.iter().map(|(typ, _)| typ.size).sum::<Abs>() + gap * (lines.len() - 1) as f64;
    let mut y = at.y + (STAMP_SIZE.1 - height) / 2.0;
    let start = items.len();
    for (typ, line) in lines {
        line.draw(fonts, at.x + (STAMP_SIZE.0 - line.width) / 2.0, baseline(y, typ), &mut items);
        y += typ.size + gap;
    }
    for item in &mut items[start..] {
        if let Item::Text(run) = item {
            run.color = color;
        }
    }
    items
}

/// A line within the frames of a stamp; what is too wide for them gets smaller letters.
fn fitting(fonts: &Fonts, text: &str, setting: Setting) -> (Type, Line) {
    let room = STAMP_SIZE.0 - Abs::mm(4.0);
    let set = |setting: &Setting| set_text(fonts, &[Inline::text(text)], setting, Abs::pt(1e6)).swap_remove(0);
    let line = set(&setting);
    if line.width.fits(room) {
        return (setting.typ, line);
    }
    let typ = stamp_type(setting.typ.size.to_pt() * (room / line.width.to_pt()).to_pt());
    (typ, set(&Setting { typ, ..setting }))
}

const fn stamp_type(size: f64) -> Type {
    Type { size: Abs::pt(size), pitch: Abs::pt(size) }
}

fn border(at: Point, inset: Abs, width: Abs, color: Color) -> Item {
    let (left, top) = (at.x + inset, at.y + inset);
    let (right, bottom) = (at.x + STAMP_SIZE.0 - inset, at.y + STAMP_SIZE.1 - inset);
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    let points = corners.map(|(x, y)| Point::new(x, y)).to_vec();
    Item::Stroke { points, width, color, round: false, dash: None }
}

/// A signature in the middle of its line; behind it the name that extraction reads.
pub(crate) fn draw_ink(fonts: &Fonts, ink: &Ink, at: Point, em: Abs, width: Abs, items: &mut Vec<Item>) {
    draw_hidden(fonts, at, em, width, &ink.name, items);
    let height = width / ink.aspect.max(0.01);
    let top = at.y - em * 0.38 - height / 2.0;
    for stroke in &ink.strokes {
        let place = |&(x, y): &(f64, f64)| Point::new(at.x + width * x, top + height * y);
        let mut points: Vec<Point> = stroke.iter().map(place).collect();
        // A dot is a stroke of no length.
        if let [only] = points[..] {
            points.push(Point::new(only.x + Abs::pt(0.01), only.y));
        }
        if points.len() > 1 {
            items.push(Item::Stroke { points, width: INK_WIDTH, color: INK, round: true, dash: None });
        }
    }
}
