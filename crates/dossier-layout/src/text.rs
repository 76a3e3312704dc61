//! Sets texts in lines: where a line may break, and where each mark stands on it.

use std::sync::Arc;

use unicode_linebreak::{BreakOpportunity, linebreaks};

use crate::content::{Ink, Inline, Span};
use crate::frames::{Color, Glyph, Item, TextRun};
use crate::style::{ASCENT, LINE, SMALL, Type};
use crate::{Abs, FaceId, Fonts, Point, Role, marks};

/// Side of a tick box; how far it hangs below the baseline; its distance to the option. In em.
const BOX: f64 = 0.84;
const BOX_DROP: f64 = 0.10;
const BOX_GAP: f64 = 0.25;
/// Between two options, in em.
const OPTION_GAP: f64 = 1.0;
/// A rule to write on stands this far below the baseline, in em.
const RULE_DROP: f64 = 0.12;
/// A line is stretched by at most this much at each place, in em; one that needs more stays ragged.
const MOST_STRETCH: f64 = 0.4;

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub typ: Type,
    /// What is set in 宋体 unless a span says 黑体 (false), or all in 黑体 (true).
    pub sans: bool,
    pub bold: bool,
    /// Space after each character, in em.
    pub tracking: f64,
    pub justify: bool,
    /// The first line starts further in.
    pub indent: Abs,
    /// Several lines are made about equally long.
    pub balance: bool,
}

impl Setting {
    pub const fn new(typ: Type) -> Self {
        Self { typ, sans: false, bold: false, tracking: 0.0, justify: false, indent: Abs::ZERO, balance: false }
    }

    pub const fn sans(typ: Type) -> Self {
        Self { sans: true, ..Self::new(typ) }
    }

    pub const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    fn role(&self, span: &Span) -> Role {
        match (self.sans || span.sans, self.bold || span.bold) {
            (true, true) => Role::SansBold,
            (true, false) => Role::Sans,
            (false, true) => Role::SerifBold,
            (false, false) => Role::Serif,
        }
    }
}

/// A line of text, set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    /// Without the space at its end.
    pub width: Abs,
    marks: Vec<Mark>,
}

#[derive(Debug, Clone)]
struct Mark {
    x: Abs,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Glyph { face: FaceId, id: u16, ch: char, size: Abs },
    Box { ticked: bool, em: Abs },
    Blank { width: Abs, text: &'static str, em: Abs },
    Ink { ink: Arc<Ink>, width: Abs, em: Abs },
    Space,
    Newline,
}

struct Unit {
    what: What,
    width: Abs,
    /// Whether a line may end after this.
    breaks: bool,
    /// Vanishes at the end of a line.
    space: bool,
    /// A justified line may be stretched beside it.
    wide: bool,
}

/// Sets a text in lines of at most `width`. There is always one line, if only an empty one.
pub(crate) fn set_text(fonts: &Fonts, inlines: &[Inline], setting: &Setting, width: Abs) -> Vec<Line> {
    let mut run = Run { fonts, setting, width, units: Vec::new(), together: Vec::new(), parts: Vec::new() };
    run.push_all(inlines);
    run.find_breaks();
    if setting.balance {
        return run.balanced();
    }
    run.fill(width)
}

/// The width of a text on one line.
pub(crate) fn natural_width(fonts: &Fonts, inlines: &[Inline], setting: &Setting) -> Abs {
    let lines = set_text(fonts, inlines, setting, Abs::pt(1e6));
    lines.iter().map(|line| line.width).fold(Abs::ZERO, Abs::max)
}

struct Run<'a> {
    fonts: &'a Fonts,
    setting: &'a Setting,
    width: Abs,
    units: Vec<Unit>,
    /// Ranges of units that stay on one line where they fit.
    together: Vec<(usize, usize)>,
    /// Ranges of units that break only after separators where the parts fit.
    parts: Vec<(usize, usize)>,
}

impl Run<'_> {
    fn push_all(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            self.push(inline);
        }
    }

    fn push(&mut self, inline: &Inline) {
        let em = self.setting.typ.size;
        match inline {
            Inline::Text(span) => self.push_span(span),
            Inline::Box { ticked } => {
                let what = What::Box { ticked: *ticked, em };
                self.units.push(Unit { what, width: em * (BOX + BOX_GAP), breaks: false, space: false, wide: false });
            }
            Inline::Blank { width, text } => {
                let width = width.min(self.width);
                let what = What::Blank { width, text, em };
                self.units.push(Unit { what, width, breaks: false, space: false, wide: false });
            }
            Inline::Ink(ink) => {
                let width = ink.width().min(self.width);
                let what = What::Ink { ink: Arc::clone(ink), width, em };
                self.units.push(Unit { what, width, breaks: false, space: false, wide: false });
            }
            Inline::Gap => self.push_space(em * OPTION_GAP),
            Inline::Break => self.push_newline(),
            Inline::Together(inner) => {
                let start = self.units.len();
                self.push_all(inner);
                self.together.push((start, self.units.len()));
            }
        }
    }

    fn push_space(&mut self, width: Abs) {
        self.units.push(Unit { what: What::Space, width, breaks: false, space: true, wide: false });
    }

    fn push_newline(&mut self) {
        let what = What::Newline;
        self.units.push(Unit { what, width: Abs::ZERO, breaks: false, space: true, wide: false });
    }

    fn push_span(&mut self, span: &Span) {
        let role = self.setting.role(span);
        let size = if span.small { SMALL.min(self.setting.typ.size) } else { self.setting.typ.size };
        let tracking = size * self.setting.tracking;
        let start = self.units.len();
        for ch in span.text.chars() {
            match ch {
                '\n' => self.push_newline(),
                '\r' => {}
                _ => {
                    let measured = self.fonts.measure(role, ch);
                    self.units.push(Unit {
                        what: What::Glyph { face: measured.face, id: measured.glyph, ch, size },
                        width: size * measured.advance + tracking,
                        breaks: false,
                        space: ch.is_whitespace(),
                        wide: is_wide(ch),
                    });
                }
            }
        }
        self.squeeze(start, size);
        if span.parts {
            self.parts.push((start, self.units.len()));
        }
    }

    /// Of two full-width signs side by side, `》（`, the first gives up its empty half.
    fn squeeze(&mut self, start: usize, size: Abs) {
        for index in start..self.units.len().saturating_sub(1) {
            let (Some(ch), Some(next)) = (self.ch(index), self.ch(index + 1)) else { continue };
            if is_closing(ch) && (is_closing(next) || is_opening(next)) || is_opening(ch) && is_opening(next) {
                self.units[index].width -= size * 0.5;
            }
        }
    }

    fn ch(&self, index: usize) -> Option<char> {
        match self.units.get(index)?.what {
            What::Glyph { ch, .. } => Some(ch),
            What::Space => Some(' '),
            _ => None,
        }
    }

    fn width_of(&self, start: usize, end: usize) -> Abs {
        self.units[start..end].iter().map(|unit| unit.width).sum()
    }

    fn find_breaks(&mut self) {
        self.find_unicode_breaks();
        self.keep_numbers_with_units();
        self.keep_tokens();
        for (start, end) in std::mem::take(&mut self.parts) {
            self.keep_parts(start, end);
        }
        for (start, end) in std::mem::take(&mut self.together) {
            if self.width_of(start, end).fits(self.width) {
                self.bind(start, end);
            }
        }
        // A box stays with its option, and what follows a blank (年, %, a bracket) with the blank.
        for index in 0..self.units.len() {
            let next_is_space = self.units.get(index + 1).is_some_and(|unit| unit.space);
            match self.units[index].what {
                What::Box { .. } => self.units[index].breaks = false,
                What::Blank { .. } if !next_is_space => self.units[index].breaks = false,
                _ => {}
            }
        }
    }

    /// Breaks by UAX #14.
    fn find_unicode_breaks(&mut self) {
        let mut text = String::with_capacity(self.units.len() * 3);
        // Byte offset after each unit, as breaks are reported.
        let mut ends = Vec::with_capacity(self.units.len());
        for index in 0..self.units.len() {
            text.push(match self.units[index].what {
                What::Glyph { ch, .. } => self.class_of(index, ch),
                What::Box { .. } | What::Blank { .. } | What::Ink { .. } => '一',
                What::Space => ' ',
                What::Newline => '\n',
            });
            ends.push(text.len());
        }
        let mut index = 0;
        for (offset, opportunity) in linebreaks(&text) {
            while index < ends.len() && ends[index] < offset {
                index += 1;
            }
            if index < ends.len() && ends[index] == offset && opportunity == BreakOpportunity::Allowed {
                self.units[index].breaks = true;
            }
        }
    }

    /// The character by which a line breaks: Chinese quotation marks are brackets, whatever UAX #14 takes them for.
    fn class_of(&self, index: usize, ch: char) -> char {
        match ch {
            '“' => '「',
            '”' => '」',
            '‘' => '『',
            '’' => {
                let in_word = index > 0
                    && self.ch(index - 1).is_some_and(|ch| ch.is_ascii_alphanumeric())
                    && self.ch(index + 1).is_some_and(|ch| ch.is_ascii_alphanumeric());
                if in_word { ch } else { '』' }
            }
            _ => ch,
        }
    }

    fn bind(&mut self, start: usize, end: usize) {
        for unit in &mut self.units[start..end.saturating_sub(1).max(start)] {
            unit.breaks = false;
        }
    }

    /// Number and unit, and the parts of a date, stay on one line.
    fn keep_numbers_with_units(&mut self) {
        for index in 0..self.units.len() {
            let Some(ch) = self.ch(index) else { continue };
            if matches!(ch, '年' | '月' | '时') && self.ch(index + 1).is_some_and(|next| next.is_ascii_digit()) {
                self.units[index].breaks = false;
            }
            if !ch.is_ascii_digit() && ch != '~' {
                continue;
            }
            let unit_start = if self.ch(index + 1) == Some(' ') { index + 2 } else { index + 1 };
            if let Some(length) = self.unit_at(unit_start) {
                self.bind(index, unit_start + length);
            }
        }
    }

    /// How many characters of a unit of measure start here.
    fn unit_at(&self, start: usize) -> Option<usize> {
        const UNITS: [&str; 34] = [
            "分钟", "小时", "毫秒", "个月", "季度", "分", "秒", "天", "日", "周", "月", "年", "时", "台", "人", "个",
            "元", "户", "项", "条", "次", "批", "份", "页", "级", "档", "类", "万", "%", "GB", "MB", "KB", "TB", "QPS",
        ];
        let starts = |unit: &str| unit.chars().enumerate().all(|(at, ch)| self.ch(start + at) == Some(ch));
        UNITS.iter().find(|unit| starts(unit)).map(|unit| unit.chars().count())
    }

    /// A word of Latin letters, digits and signs (`V4.2.0_ddl.sql`) stays whole where it fits on a line; where it
    /// does not, it breaks after its own separators.
    fn keep_tokens(&mut self) {
        let mut index = 0;
        while index < self.units.len() {
            let start = index;
            while self.ch(index).is_some_and(|ch| ch.is_ascii_graphic()) {
                index += 1;
            }
            if index == start {
                index += 1;
                continue;
            }
            if self.width_of(start, index).fits(self.width) {
                self.bind(start, index);
            } else {
                for at in start..index - 1 {
                    let next = self.ch(at + 1).expect("inside the token");
                    let is_separator = self.ch(at).is_some_and(|ch| "_./-=:,;&?".contains(ch));
                    // The extension of a file's name is no line of its own.
                    let is_extension = self.ch(at) == Some('.') && index - at <= 5;
                    self.units[at].breaks = is_separator && next.is_ascii_alphanumeric() && !is_extension;
                }
            }
        }
    }

    /// Parts of a list (A / B, A、B) stay whole where they fit on a line.
    fn keep_parts(&mut self, start: usize, end: usize) {
        let mut from = start;
        for index in start..end {
            let separator = matches!(self.ch(index), Some('、' | '/' | '，' | '；' | ';'));
            // The space after a separator goes with it.
            let last = index + 1 == end || self.ch(index + 1) != Some(' ');
            let after_space = self.ch(index) == Some(' ')
                && index > start
                && matches!(self.ch(index - 1), Some('、' | '/' | '，' | '；' | ';'));
            if (separator && last) || after_space || index + 1 == end {
                if self.width_of(from, index + 1).fits(self.width) {
                    self.bind(from, index + 1);
                }
                from = index + 1;
            }
        }
    }

    /// Lines of about equal length: as narrow as they can be without becoming more.
    fn balanced(&self) -> Vec<Line> {
        let lines = self.fill(self.width);
        let newlines = self.units.iter().any(|unit| matches!(unit.what, What::Newline));
        if lines.len() < 2 || newlines {
            return lines;
        }
        let em = self.setting.typ.size;
        let mut width = self.width_of(0, self.units.len()) / lines.len() as f64;
        while width < self.width {
            let narrower = self.fill(width);
            if narrower.len() == lines.len() && narrower.iter().all(|line| line.width.fits(width)) {
                return narrower;
            }
            width += em * 0.5;
        }
        lines
    }

    fn fill(&self, width: Abs) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut start = 0;
        loop {
            let indent = if lines.is_empty() { self.setting.indent } else { Abs::ZERO };
            let (end, next) = self.line_end(start, width - indent);
            let justify = self.setting.justify && next < self.units.len() && next == self.skip_spaces(end);
            lines.push(self.line(start, end, indent, justify.then_some(width)));
            if next >= self.units.len() {
                return lines;
            }
            start = next;
        }
    }

    /// Where the line that starts at `start` ends, and where the next one starts.
    fn line_end(&self, start: usize, width: Abs) -> (usize, usize) {
        let mut x = Abs::ZERO;
        let mut last_break = None;
        for (index, unit) in self.units.iter().enumerate().skip(start) {
            if matches!(unit.what, What::Newline) {
                return (index, index + 1);
            }
            // The empty half of a closing sign may hang over the end of the line.
            let hangs = matches!(unit.what, What::Glyph { ch, .. } if is_closing(ch));
            let ink = if hangs { unit.width.min(self.setting.typ.size * 0.5) } else { unit.width };
            if !unit.space && !(x + ink).fits(width) {
                let end = last_break.unwrap_or(if index > start { index } else { index + 1 });
                return (end, self.skip_spaces(end));
            }
            x += unit.width;
            if unit.breaks {
                last_break = Some(index + 1);
            }
        }
        (self.units.len(), self.units.len())
    }

    fn skip_spaces(&self, mut index: usize) -> usize {
        while self.units.get(index).is_some_and(|unit| unit.space && !matches!(unit.what, What::Newline)) {
            index += 1;
        }
        index
    }

    fn line(&self, start: usize, end: usize, indent: Abs, justify: Option<Abs>) -> Line {
        let mut end = end;
        while end > start && self.units[end - 1].space {
            end -= 1;
        }
        let units = &self.units[start..end];
        let natural: Abs = indent + units.iter().map(|unit| unit.width).sum();
        let stretch = justify.map_or(Abs::ZERO, |width| self.stretch(units, width - natural));
        let mut line = Line { width: Abs::ZERO, marks: Vec::with_capacity(units.len()) };
        let mut x = indent;
        for (index, unit) in units.iter().enumerate() {
            line.marks.push(Mark { x, what: unit.what.clone() });
            x += unit.width;
            if index + 1 < units.len() && stretches(unit, &units[index + 1]) {
                x += stretch;
            }
        }
        if let (Some(_), true) = (units.last(), self.setting.tracking > 0.0) {
            x -= self.setting.typ.size * self.setting.tracking;
        }
        line.width = x;
        line
    }

    fn stretch(&self, units: &[Unit], room: Abs) -> Abs {
        let places = units.windows(2).filter(|pair| stretches(&pair[0], &pair[1])).count();
        let each = if places == 0 { Abs::ZERO } else { room / places as f64 };
        if each > self.setting.typ.size * MOST_STRETCH { Abs::ZERO } else { each.max(Abs::ZERO) }
    }
}

fn stretches(unit: &Unit, next: &Unit) -> bool {
    unit.space || unit.wide && next.wide || (unit.wide != next.wide && !next.space)
}

/// Full-width signs whose right half is empty.
fn is_closing(ch: char) -> bool {
    matches!(ch, '，' | '。' | '、' | '；' | '：' | '）' | '》' | '」' | '』' | '】')
}

/// Full-width signs whose left half is empty.
fn is_opening(ch: char) -> bool {
    matches!(ch, '（' | '《' | '「' | '『' | '【')
}

/// Chinese characters and full-width signs: what a justified line is stretched between.
fn is_wide(ch: char) -> bool {
    matches!(ch, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}' | '—' | '…' | '“' | '”')
}

impl Line {
    /// Draws the line with its left end at `x` and its baseline at `baseline`.
    pub fn draw(&self, fonts: &Fonts, x: Abs, baseline: Abs, items: &mut Vec<Item>) {
        let mut run: Option<TextRun> = None;
        for mark in &self.marks {
            match &mark.what {
                &What::Glyph { face, id, ch, size } => {
                    let at = x + mark.x;
                    let same = run.as_ref().is_some_and(|run| run.face == face && run.size == size);
                    if !same {
                        items.extend(run.take().map(Item::Text));
                    }
                    let run = run.get_or_insert_with(|| TextRun {
                        origin: Point::new(at, baseline),
                        face,
                        size,
                        stretch: 1.0,
                        color: Color::BLACK,
                        visible: true,
                        glyphs: Vec::with_capacity(self.marks.len()),
                    });
                    run.glyphs.push(Glyph { id, ch, x: at - run.origin.x });
                }
                &What::Box { ticked, em } => {
                    items.extend(run.take().map(Item::Text));
                    draw_box(fonts, Point::new(x + mark.x, baseline), em, ticked, items);
                }
                &What::Blank { width, text, em } => {
                    items.extend(run.take().map(Item::Text));
                    draw_blank(fonts, Point::new(x + mark.x, baseline), em, width, text, items);
                }
                What::Ink { ink, width, em } => {
                    items.extend(run.take().map(Item::Text));
                    marks::draw_ink(fonts, ink, Point::new(x + mark.x, baseline), *em, *width, items);
                }
                What::Space | What::Newline => {}
            }
        }
        items.extend(run.map(Item::Text));
    }
}

/// A box to tick, drawn; behind it the character that extraction reads.
fn draw_box(fonts: &Fonts, at: Point, em: Abs, ticked: bool, items: &mut Vec<Item>) {
    let square = fonts.measure(Role::Serif, '□');
    items.push(Item::Text(TextRun {
        // As wide as box and distance, so that extraction finds no space between box and option.
        origin: at,
        face: square.face,
        size: em,
        stretch: (BOX + BOX_GAP) / square.advance,
        color: Color::BLACK,
        visible: false,
        glyphs: vec![Glyph { id: square.glyph, ch: if ticked { '☑' } else { '□' }, x: Abs::ZERO }],
    }));
    let side = em * BOX;
    let pen = Abs::pt(0.6);
    let (left, bottom) = (at.x + pen / 2.0, at.y + em * BOX_DROP - pen / 2.0);
    let (right, top) = (at.x + side - pen / 2.0, at.y + em * BOX_DROP - side + pen / 2.0);
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    items.push(Item::Stroke {
        points: corners.map(|(x, y)| Point::new(x, y)).to_vec(),
        width: pen,
        color: Color::BLACK,
        round: false,
        dash: None,
    });
    if ticked {
        let corner = Point::new(at.x, at.y + em * BOX_DROP - side);
        let points = [(0.14, 0.42), (0.36, 0.68), (0.80, 0.02)]
            .map(|(x, y)| Point::new(corner.x + em * x, corner.y + em * y))
            .to_vec();
        let width = Abs::pt(1.25) * (em.to_pt() / 9.0);
        items.push(Item::Stroke { points, width, color: Color::BLACK, round: true, dash: None });
    }
}

/// Characters that are read out and not seen, stretched behind something drawn. Each face has a run of its own.
pub(crate) fn draw_hidden(fonts: &Fonts, at: Point, em: Abs, width: Abs, text: &str, items: &mut Vec<Item>) {
    let natural: f64 = text.chars().map(|ch| fonts.measure(Role::Serif, ch).advance).sum();
    if natural <= 0.0 {
        return;
    }
    let stretch = width.to_pt() / (natural * em.to_pt());
    let (mut start, mut x) = (Abs::ZERO, Abs::ZERO);
    let mut run: Option<TextRun> = None;
    for ch in text.chars() {
        let measured = fonts.measure(Role::Serif, ch);
        if run.as_ref().is_some_and(|run| run.face != measured.face) {
            items.extend(run.take().map(Item::Text));
            start = x;
        }
        let run = run.get_or_insert_with(|| TextRun {
            origin: Point::new(at.x + start, at.y),
            face: measured.face,
            size: em,
            stretch,
            color: Color::BLACK,
            visible: false,
            glyphs: Vec::new(),
        });
        run.glyphs.push(Glyph { id: measured.glyph, ch, x: x - start });
        x += em * (measured.advance * stretch);
    }
    items.extend(run.map(Item::Text));
}

/// A rule to write on, drawn; behind it the characters that extraction reads.
fn draw_blank(fonts: &Fonts, at: Point, em: Abs, width: Abs, text: &str, items: &mut Vec<Item>) {
    draw_hidden(fonts, at, em, width, text, items);
    let y = at.y + em * RULE_DROP;
    items.push(Item::Stroke {
        points: vec![Point::new(at.x, y), Point::new(at.x + width, y)],
        width: LINE,
        color: Color::BLACK,
        round: false,
        dash: None,
    });
}

/// Lines one below the other: the first is 1 em tall, each further one adds a pitch.
pub(crate) fn lines_height(count: usize, typ: Type) -> Abs {
    typ.pitch * count.saturating_sub(1) as f64 + typ.size
}

/// The baseline of a line whose top is at `top`.
pub(crate) fn baseline(top: Abs, typ: Type) -> Abs {
    top + typ.size * ASCENT
}
