//! Places what was measured: header and footer, cover, contents, and every line and row at its fixed point.

use crate::content::{Content, Contents, Cover, Furniture, Inline, Logo, Span, Style, Watermark};
use crate::flow::{Flow, Heading, Slab, What, measure};
use crate::fonts::Measured;
use crate::frames::{Color, Dash, Frames, Item, OutlineEntry, Page, PathStep};
use crate::marks::{self, STAMP_SIZE};
use crate::paginate::{Piece, Placed, paginate};
use crate::style::{CELL, LINE, Measures, SMALL, TEXT, TITLE, TITLE_TRACKING, Type, measures};
use crate::table::{frame, rule};
use crate::text::{Line, Setting, baseline, set_text};
use crate::{Abs, Fonts, Point, Rect, Role};

const WATERMARK_SIZE: Abs = Abs::pt(128.0);
const WATERMARK_TRACKING: f64 = 0.45;
/// Of the lines below it.
const WATERMARK_LINE: Abs = Abs::pt(14.0);
/// Black at 9 %.
const WATERMARK_COLOR: Color = Color(0xE8, 0xE8, 0xE8);

/// Middle of the footer, from the lower edge of the sheet.
const FOOTER_MIDDLE: Abs = Abs::mm(12.5);
/// Upper edge of a stamp, from the top of an upright and of a wide sheet.
const STAMP_TOP: Abs = Abs::mm(24.5);
const STAMP_TOP_WIDE: Abs = Abs::mm(25.4);

/// Lays a document out.
///
/// Limits: none; a text of any length breaks into lines, a row of any height over pages.
pub fn lay_out(content: &Content, fonts: &Fonts) -> Frames {
    let measures = measures(content.style);
    let height = measures.text_height();
    let mut front = measure(fonts, content.style, &measures, &content.front);
    let front_pages = paginate(&mut front, height);
    let mut body = measure(fonts, content.style, &measures, &content.body);
    let stamped = content.stamp.is_some() && content.cover.is_none() && front_pages.is_empty();
    if stamped {
        body.make_room(stamp_bottom(content.style) - measures.margins.top, measures.text_width() - STAMP_SIZE.0);
    }
    let body_pages = paginate(&mut body, height);

    let covers = usize::from(content.cover.is_some());
    let before_contents = covers + front_pages.len();
    let entries = headings(&body, &body_pages);
    let wanted = matches!(content.contents, Contents::Beyond(pages) if body_pages.len() > pages) && !entries.is_empty();
    let (contents, contents_pages) = if wanted {
        contents(fonts, &measures, height, &entries, before_contents)
    } else {
        (Flow::default(), Vec::new())
    };

    let before_body = before_contents + contents_pages.len();
    let total = before_body + body_pages.len().max(1);
    let mut placer = Placer { fonts, content, measures, total, frames: Frames::default() };
    if let Some(cover) = &content.cover {
        placer.cover(cover);
    }
    placer.pages(&front, &front_pages);
    placer.pages(&contents, &contents_pages);
    placer.pages(&body, &body_pages);
    if body_pages.is_empty() {
        placer.page(&body, &[]);
    }
    placer.frames.outline = entries
        .into_iter()
        .map(|(heading, page, y)| OutlineEntry {
            level: heading.level,
            title: heading.title.clone(),
            page: page + before_body,
            y: y + measures.margins.top,
        })
        .collect();
    placer.frames
}

/// Nothing under the title starts above this where the first page is stamped.
fn stamp_bottom(style: Style) -> Abs {
    let top = if style == Style::Table { STAMP_TOP_WIDE } else { STAMP_TOP };
    top + STAMP_SIZE.1 + Abs::mm(2.0)
}

/// The headings of a flow with page and place.
fn headings<'a>(flow: &'a Flow, pages: &[Vec<Placed>]) -> Vec<(&'a Heading, usize, Abs)> {
    let mut headings = Vec::new();
    for (page, placed) in pages.iter().enumerate() {
        for placed in placed {
            if let Piece::Slab(index) = placed.what {
                headings.extend(flow.slabs[index].heading.as_ref().map(|heading| (heading, page, placed.y)));
            }
        }
    }
    headings
}

/// Sets 目录. How many pages it takes decides the numbers in it, so it is set twice.
fn contents(
    fonts: &Fonts,
    measures: &Measures,
    height: Abs,
    entries: &[(&Heading, usize, Abs)],
    before: usize,
) -> (Flow, Vec<Vec<Placed>>) {
    let set = |offset: usize| {
        let width = measures.text_width();
        let setting = Setting { tracking: TITLE_TRACKING, ..Setting::sans(TITLE).bold() };
        let title = set_text(fonts, &[Inline::text("目　录")], &setting, width).swap_remove(0);
        let mut slabs = vec![slab(
            TITLE,
            Abs::ZERO,
            Abs::mm(8.0),
            What::Lines { lines: vec![((width - title.width) / 2.0, title)], typ: TITLE },
        )];
        for (heading, page, _) in entries {
            let chapter = heading.level == 1;
            let (x, before) = if chapter { (Abs::ZERO, Abs::mm(4.2)) } else { (TEXT.size * 2.0, Abs::mm(3.0)) };
            let setting = if chapter { Setting::sans(TEXT) } else { Setting::new(TEXT) };
            let number = [Inline::text((offset + page + 1).to_string())];
            let number = set_text(fonts, &number, &Setting::new(TEXT), width).swap_remove(0);
            let mut lines = set_text(fonts, &[Inline::text(&heading.title)], &setting, width * 0.85 - x);
            let text = lines.swap_remove(0);
            slabs.push(slab(TEXT, before, Abs::ZERO, What::Entry { x, text, number, typ: TEXT }));
        }
        let mut flow = Flow { slabs, tables: Vec::new() };
        let pages = paginate(&mut flow, height);
        (flow, pages)
    };
    let (_, pages) = set(before);
    set(before + pages.len())
}

fn slab(typ: Type, before: Abs, after: Abs, what: What) -> Slab {
    Slab { height: typ.size, before, after, keep: false, new_page: false, heading: None, what }
}

struct Placer<'a> {
    fonts: &'a Fonts,
    content: &'a Content,
    measures: Measures,
    total: usize,
    frames: Frames,
}

impl Placer<'_> {
    fn pages(&mut self, flow: &Flow, pages: &[Vec<Placed>]) {
        for page in pages {
            self.page(flow, page);
        }
    }

    fn page(&mut self, flow: &Flow, placed: &[Placed]) {
        let number = self.frames.pages.len() + 1;
        let left = self.left(number);
        let (mut fills, mut items) = (Vec::new(), Vec::new());
        self.header(left, &mut items);
        self.text(flow, placed, left, &mut fills, &mut items);
        self.footer(left, number, &mut items);
        self.binding_line(number, &mut items);
        if let Some(watermark) = &self.content.watermark {
            fills.extend(self.watermark(watermark));
        }
        if let Some(stamp) = self.content.stamp.as_ref().filter(|_| number == 1) {
            let top = if self.content.style == Style::Table { STAMP_TOP_WIDE } else { STAMP_TOP };
            let right = left + self.measures.text_width();
            items.extend(marks::stamp(self.fonts, stamp, Point::new(right - STAMP_SIZE.0, top)));
        }
        fills.extend(items);
        self.frames.pages.push(Page { width: self.measures.width, height: self.measures.height, items: fills });
    }

    /// The left margin: duplex pages swap margins on the even side; landscape pages print one-sided.
    fn left(&self, number: usize) -> Abs {
        let swapped = self.content.sheet.duplex && self.content.style != Style::Table && number.is_multiple_of(2);
        if swapped { self.measures.margins.right } else { self.measures.margins.left }
    }

    fn text(&self, flow: &Flow, placed: &[Placed], left: Abs, fills: &mut Vec<Item>, items: &mut Vec<Item>) {
        let top = self.measures.margins.top;
        let mut frames = Vec::new();
        // The table whose rows are being drawn, and where its frame opened.
        let mut open: Option<(usize, Rect)> = None;
        for (index, placed_piece) in placed.iter().enumerate() {
            let y = top + placed_piece.y;
            let row = match placed_piece.what {
                Piece::Slab(slab) => match &flow.slabs[slab].what {
                    What::Row { table, row, .. } => Some((*table, row)),
                    What::Lines { lines, typ } => {
                        for (x, line) in lines {
                            line.draw(self.fonts, left + *x, baseline(y, *typ), items);
                        }
                        None
                    }
                    What::Entry { x, text, number, typ } => {
                        self.entry(left + *x, left, y, text, number, *typ, items);
                        None
                    }
                },
                Piece::Caption { table } => {
                    if let Some(caption) = &flow.tables[table].caption {
                        caption.draw(self.fonts, left, baseline(y, CELL), items);
                    }
                    None
                }
                Piece::Repeat { table, group, row } => Some((table, &flow.tables[table].groups[group][row])),
            };
            let Some((table, row)) = row else {
                frames.extend(open.take().map(|(_, rect)| frame(rect)));
                continue;
            };
            let continues = open.is_some_and(|(open, _)| open == table);
            if !continues {
                frames.extend(open.take().map(|(_, rect)| frame(rect)));
            }
            let (_, rect) = open.get_or_insert((table, Rect { x: left, y, width: row.width(), height: Abs::ZERO }));
            rect.height = y + row.height - rect.y;
            let last = placed.get(index + 1).is_none_or(|next| table_of(flow, next) != Some(table));
            row.draw(self.fonts, Point::new(left, y), last, fills, items);
        }
        frames.extend(open.map(|(_, rect)| frame(rect)));
        items.extend(frames);
    }

    #[expect(clippy::too_many_arguments, reason = "one line of 目录: text, leader and number with their places")]
    fn entry(&self, x: Abs, left: Abs, y: Abs, text: &Line, number: &Line, typ: Type, items: &mut Vec<Item>) {
        let base = baseline(y, typ);
        text.draw(self.fonts, x, base, items);
        let right = left + self.measures.text_width();
        let number_x = right - number.width;
        let (from, to) = (x + text.width + typ.size * 0.6, right - typ.size * 1.5);
        if to > from {
            items.push(Item::Stroke {
                points: vec![Point::new(to, base - Abs::pt(0.5)), Point::new(from, base - Abs::pt(0.5))],
                width: Abs::pt(1.0),
                color: Color::BLACK,
                round: true,
                dash: Some(Dash { ink: Abs::ZERO, gap: Abs::pt(5.25) }),
            });
        }
        number.draw(self.fonts, number_x, base, items);
    }

    fn set(&self, text: &[Inline], setting: &Setting) -> Line {
        set_text(self.fonts, text, setting, Abs::pt(1e6)).swap_remove(0)
    }

    fn header(&self, left: Abs, items: &mut Vec<Item>) {
        let furniture = &self.content.furniture;
        let (top, width) = (self.measures.header_top, self.measures.text_width());
        let height = Abs::mm(9.5);
        let mut x = left;
        if let Some(logo) = &furniture.logo {
            let size = Abs::mm(7.5);
            x += draw_logo(logo, Point::new(left, top + (height - size) / 2.0), size, items) + Abs::mm(2.0);
        }
        self.organisation(furniture, x, left + width / 3.0, top, height, items);
        let nine = Setting::sans(CELL);
        let small = Setting::sans(Type { size: SMALL, pitch: Abs::pt(10.9) });
        // The title gives way to long numbers on its right.
        let marks: Vec<[Line; 2]> =
            furniture.marks.iter().map(|row| row.each_ref().map(|mark| self.set(mark, &small))).collect();
        let column = |at: usize| marks.iter().map(|row| row[at].width).fold(Abs::ZERO, Abs::max);
        let second = left + width - column(1);
        let first = second - Abs::mm(4.0) - column(0);
        let title = self.set(&[Inline::text(&furniture.title)], &nine);
        let title_x = (left + (width - title.width) / 2.0).min(first - Abs::mm(3.0) - title.width);
        title.draw(self.fonts, title_x, baseline(top + (height - CELL.size) / 2.0, CELL), items);
        let typ = small.typ;
        let mut y = top + (height - typ.pitch - typ.size) / 2.0;
        for row in &marks {
            row[0].draw(self.fonts, first, baseline(y, typ), items);
            row[1].draw(self.fonts, second, baseline(y, typ), items);
            y += typ.pitch;
        }
        let y = top + Abs::mm(10.7);
        items.push(rule(Point::new(left, y), Point::new(left + width, y), Abs::pt(0.75)));
    }

    /// The organisation in one line of 9 pt, or a long name in two of 7.5.
    fn organisation(&self, furniture: &Furniture, x: Abs, right: Abs, top: Abs, height: Abs, items: &mut Vec<Item>) {
        let text = [Inline::text(&furniture.organisation)];
        let one_line = self.set(&text, &Setting::sans(CELL));
        if one_line.width.fits(right - x) {
            one_line.draw(self.fonts, x, baseline(top + (height - CELL.size) / 2.0, CELL), items);
            return;
        }
        let typ = Type { size: SMALL, pitch: Abs::pt(10.9) };
        let setting = Setting { balance: true, ..Setting::sans(typ) };
        let lines = set_text(self.fonts, &text, &setting, right - x);
        let mut y = top + (height - typ.pitch * (lines.len() - 1) as f64 - typ.size) / 2.0;
        for line in &lines {
            line.draw(self.fonts, x, baseline(y, typ), items);
            y += typ.pitch;
        }
    }

    fn footer(&self, left: Abs, number: usize, items: &mut Vec<Item>) {
        let typ = Type { size: SMALL, pitch: SMALL };
        let setting = Setting::sans(typ);
        let base = baseline(self.measures.height - FOOTER_MIDDLE - SMALL / 2.0, typ);
        self.set(&[Inline::text(&self.content.furniture.form)], &setting).draw(self.fonts, left, base, items);
        let pages = self.set(&[Inline::text(format!("第 {number} 页 / 共 {} 页", self.total))], &setting);
        let x = left + (self.measures.text_width() - pages.width) / 2.0;
        pages.draw(self.fonts, x, base, items);
        if let Some(check) = &self.content.furniture.check {
            let right = left + self.measures.text_width();
            marks::check(self.fonts, check, number, Point::new(right, self.measures.height - FOOTER_MIDDLE), items);
        }
    }

    fn binding_line(&self, number: usize, items: &mut Vec<Item>) {
        if !self.content.sheet.binding_line || self.content.style == Style::Table {
            return;
        }
        let swapped = self.left(number) != self.measures.margins.left;
        let x = if swapped { self.measures.width - Abs::mm(12.0) } else { Abs::mm(12.0) };
        let color = Color(0x8C, 0x8C, 0x8C);
        let setting = Setting::sans(Type { size: SMALL, pitch: SMALL });
        let marks = [("装", 90.0), ("订", 148.0), ("线", 206.0)];
        let mut from = Abs::mm(28.0);
        for (text, y) in marks {
            let y = Abs::mm(y);
            let line = self.set(&[Inline::text(text)], &setting);
            let start = items.len();
            line.draw(self.fonts, x - line.width / 2.0, baseline(y - SMALL / 2.0, setting.typ), items);
            for item in &mut items[start..] {
                if let Item::Text(run) = item {
                    run.color = color;
                }
            }
            items.push(dashes(x, from, y - Abs::mm(2.5), color));
            from = y + Abs::mm(2.5);
        }
        items.push(dashes(x, from, Abs::mm(268.0), color));
    }

    fn cover(&mut self, cover: &Cover) {
        let (mut items, left, width) = (Vec::new(), self.measures.margins.left, self.measures.text_width());
        let typ = Type { size: Abs::pt(12.0), pitch: Abs::pt(12.0) };
        let setting = Setting::sans(typ);
        let mut y = Abs::mm(26.0);
        for (label, value) in &cover.marks {
            let label_width = typ.size * 4.0;
            self.spread(label, left, label_width, y, &setting, &mut items);
            let colon = self.set(&[Inline::text("：")], &setting);
            colon.draw(self.fonts, left + label_width, baseline(y, typ), &mut items);
            let x = left + label_width + typ.size * 0.6;
            let end = x + Abs::mm(52.0);
            self.set(value, &setting).draw(self.fonts, x + Abs::mm(1.5), baseline(y, typ), &mut items);
            let line = y + typ.size + Abs::mm(1.0);
            items.push(rule(Point::new(x, line), Point::new(end, line), LINE));
            y += Abs::mm(9.0);
        }
        self.cover_middle(cover, &mut items);
        let mut y = self.measures.height - Abs::mm(297.0 - 222.0);
        for (label, value) in &cover.compiled {
            let label = self.set(&[Inline::text(format!("{label}："))], &setting);
            let rule_length = Abs::mm(58.0);
            let x = left + (width - label.width - rule_length) / 2.0;
            label.draw(self.fonts, x, baseline(y, typ), &mut items);
            let value = self.set(value, &setting);
            let from = x + label.width;
            value.draw(self.fonts, from + (rule_length - value.width) / 2.0, baseline(y, typ), &mut items);
            let line = y + typ.size + Abs::mm(1.0);
            items.push(rule(Point::new(from, line), Point::new(from + rule_length, line), LINE));
            y += Abs::mm(9.0);
        }
        let organisation = Setting { tracking: 0.06, ..Setting::sans(wide_type(16.0)).bold() };
        let y = self.measures.height - Abs::mm(297.0 - 258.0);
        self.center(&cover.organisation, y, &organisation, &mut items);
        let right = left + width;
        if let Some(stamp) = &self.content.stamp {
            items.extend(marks::stamp(self.fonts, stamp, Point::new(right - STAMP_SIZE.0, Abs::mm(28.0))));
        }
        // A loose cover has to find its document too.
        if let Some(check) = &self.content.furniture.check {
            marks::check(self.fonts, check, 1, Point::new(right, self.measures.height - FOOTER_MIDDLE), &mut items);
        }
        if let Some(watermark) = self.content.watermark.as_ref().filter(|watermark| watermark.on_cover) {
            items.splice(0..0, self.watermark(watermark));
        }
        self.frames.pages.push(Page { width: self.measures.width, height: self.measures.height, items });
    }

    fn cover_middle(&self, cover: &Cover, items: &mut Vec<Item>) {
        // Landscape sheets are less high: the middle moves up in proportion.
        let scale = self.measures.height / Abs::mm(297.0).to_pt();
        let at = |mm: f64| scale * Abs::mm(mm).to_pt();
        let (left, width) = (self.measures.margins.left, self.measures.text_width());
        let organisation = Setting { tracking: 0.06, ..Setting::sans(wide_type(16.0)) };
        let name = self.set(&[Inline::text(&cover.organisation)], &organisation);
        let size = Abs::mm(14.0);
        let logo_width = cover.logo.map_or(Abs::ZERO, |logo| size * logo.aspect + Abs::mm(4.0));
        let x = left + (width - logo_width - name.width) / 2.0;
        if let Some(logo) = &cover.logo {
            draw_logo(logo, Point::new(x, at(92.0)), size, items);
        }
        let typ = organisation.typ;
        name.draw(self.fonts, x + logo_width, baseline(at(92.0) + (size - typ.size) / 2.0, typ), items);
        let title = Setting { tracking: 0.12, ..Setting::sans(wide_type(26.0)).bold() };
        let lines = set_text(self.fonts, &[Inline::text(&cover.title)], &title, width);
        let mut y = at(122.0);
        for line in &lines {
            line.draw(self.fonts, left + (width - line.width) / 2.0, baseline(y, title.typ), items);
            y += title.typ.pitch;
        }
        let below = (y - title.typ.pitch + title.typ.size + Abs::mm(4.0)).max(at(140.0));
        let subtitle = Setting::sans(wide_type(16.0));
        let mut y = below;
        for line in &set_text(self.fonts, &[Inline::text(&cover.subtitle)], &subtitle, width) {
            line.draw(self.fonts, left + (width - line.width) / 2.0, baseline(y, subtitle.typ), items);
            y += subtitle.typ.pitch;
        }
    }

    /// A label spread over a width, as labels of a cover are.
    fn spread(&self, label: &str, x: Abs, width: Abs, y: Abs, setting: &Setting, items: &mut Vec<Item>) {
        let count = label.chars().count();
        let natural = setting.typ.size * count as f64;
        let each = if count > 1 { (width - natural) / (count - 1) as f64 } else { Abs::ZERO };
        let spread = Setting { tracking: each.to_pt() / setting.typ.size.to_pt(), ..*setting };
        self.set(&[Inline::text(label)], &spread).draw(self.fonts, x, baseline(y, setting.typ), items);
    }

    fn center(&self, text: &str, y: Abs, setting: &Setting, items: &mut Vec<Item>) {
        let line = self.set(&[Inline::Text(Span { text: text.to_owned(), ..Span::default() })], setting);
        let x = self.measures.margins.left + (self.measures.text_width() - line.width) / 2.0;
        line.draw(self.fonts, x, baseline(y, setting.typ), items);
    }

    /// Outlines, not text: the mark must never mix with what is read out of the page.
    fn watermark(&self, watermark: &Watermark) -> Vec<Item> {
        let center = Point::new(self.measures.width / 2.0, self.measures.height / 2.0);
        let large = Mark { size: WATERMARK_SIZE, tracking: WATERMARK_TRACKING, below: Abs::ZERO };
        let mut items = self.rising(&watermark.text, large, center);
        let mut below = WATERMARK_SIZE / 2.0 + WATERMARK_LINE;
        for line in &watermark.lines {
            items.extend(self.rising(line, Mark { size: WATERMARK_LINE, tracking: 0.05, below }, center));
            below += WATERMARK_LINE * 1.5;
        }
        items
    }

    /// A line of outlines rising by 45° through a point, or so far below it.
    fn rising(&self, text: &str, mark: Mark, center: Point) -> Vec<Item> {
        let Mark { size, tracking, below } = mark;
        let measured: Vec<Measured> = text.chars().map(|ch| self.fonts.measure(Role::SansBold, ch)).collect();
        let advance = |measured: &Measured| size * (measured.advance + tracking);
        let length = measured.iter().map(advance).sum::<Abs>() - size * tracking;
        let turn = std::f64::consts::FRAC_1_SQRT_2;
        let mut x = Abs::ZERO;
        let mut items = Vec::new();
        for measured in measured {
            let offset = Point::new(x - length / 2.0, size * (0.88 - 0.5) + below);
            x += advance(&measured);
            let place = |point: Point| {
                let (x, y) = (point.x + offset.x, point.y + offset.y);
                // y runs downwards: rising text turns against the clock.
                Point::new(center.x + (x + y) * turn, center.y + (y - x) * turn)
            };
            let steps = self.fonts.outline(measured, size);
            let steps = steps
                .into_iter()
                .map(|step| match step {
                    PathStep::Move(point) => PathStep::Move(place(point)),
                    PathStep::Line(point) => PathStep::Line(place(point)),
                    PathStep::Cubic(a, b, c) => PathStep::Cubic(place(a), place(b), place(c)),
                    PathStep::Close => PathStep::Close,
                })
                .collect();
            items.push(Item::Path { steps, color: WATERMARK_COLOR });
        }
        items
    }
}

/// How a line of a watermark is set, and how far below the middle of the sheet.
#[derive(Clone, Copy)]
struct Mark {
    size: Abs,
    /// em
    tracking: f64,
    below: Abs,
}

fn table_of(flow: &Flow, placed: &Placed) -> Option<usize> {
    match placed.what {
        Piece::Slab(slab) => match &flow.slabs[slab].what {
            What::Row { table, .. } => Some(*table),
            What::Lines { .. } | What::Entry { .. } => None,
        },
        Piece::Repeat { table, .. } => Some(table),
        Piece::Caption { .. } => None,
    }
}

fn wide_type(size: f64) -> Type {
    Type { size: Abs::pt(size), pitch: Abs::pt(size * 1.45) }
}

/// Draws a logo of the given height and returns its width.
fn draw_logo(logo: &Logo, at: Point, height: Abs, items: &mut Vec<Item>) -> Abs {
    let width = height * logo.aspect;
    items.push(Item::Image { rect: Rect { x: at.x, y: at.y, width, height }, image: logo.image });
    width
}

fn dashes(x: Abs, from: Abs, to: Abs, color: Color) -> Item {
    let dash = Some(Dash { ink: Abs::pt(2.0), gap: Abs::pt(2.0) });
    let points = vec![Point::new(x, from), Point::new(x, to)];
    Item::Stroke { points, width: Abs::pt(0.4), color, round: false, dash }
}
