//! How cells look: type, shading, lines and number formats, each combination made once.

use std::collections::HashMap;

use dossier_layout::content::Align;
use dossier_layout::style;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// 黑体: labels, heads, headings.
pub(super) const SANS: &str = "SimHei";
/// 宋体: values and running text.
pub(super) const SERIF: &str = "SimSun";

/// Everything that two cells must share to share a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Look {
    pub type_: Face,
    pub fill: Fill,
    pub align: Side,
    pub upright: Upright,
    /// Set off the line beside it.
    pub is_indented: bool,
    /// Left, top, right, bottom.
    pub lines: [Line; 4],
    pub number: NumberForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Face {
    /// Tenths of a point.
    pub size: u16,
    pub bold: bool,
    pub sans: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Fill {
    None,
    Label,
    Bar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Left,
    Center,
    Right,
}

impl From<Align> for Side {
    fn from(align: Align) -> Self {
        match align {
            Align::Left => Self::Left,
            Align::Center => Self::Center,
            Align::Right => Self::Right,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Upright {
    Top,
    Middle,
    Bottom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Line {
    None,
    Thin,
    /// The frame of a table.
    Frame,
}

impl Line {
    fn border(self) -> FormatBorder {
        match self {
            Self::None => FormatBorder::None,
            Self::Thin => FormatBorder::Thin,
            Self::Frame => FormatBorder::Medium,
        }
    }
}

/// How a number shows; [`NumberForm::Custom`] is an index into [`Formats::codes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NumberForm {
    General,
    /// What people type stays text: `1.10` and `007` too.
    Text,
    Custom(u16),
}

/// Formats made so far.
#[derive(Default)]
pub(super) struct Formats {
    codes: Vec<String>,
    made: HashMap<Look, Format>,
}

impl Formats {
    /// The form for a number format code.
    pub fn number(&mut self, code: &str) -> NumberForm {
        let index = self.codes.iter().position(|known| known == code).unwrap_or_else(|| {
            self.codes.push(code.to_owned());
            self.codes.len() - 1
        });
        NumberForm::Custom(u16::try_from(index).expect("a template has fewer than 65,536 number formats"))
    }

    /// The format of a look.
    pub fn get(&mut self, look: Look) -> &Format {
        let codes = &self.codes;
        self.made.entry(look).or_insert_with(|| make(look, codes))
    }
}

/// The format of a run of text within a cell.
pub(super) fn run(face: Face) -> Format {
    let format = Format::new()
        .set_font_name(if face.sans { SANS } else { SERIF })
        .set_font_size(f64::from(face.size) / 10.0)
        .set_font_charset(CHINESE);
    if face.bold { format.set_bold() } else { format }
}

/// Character set GB 2312: programs without the named font look for a Chinese one.
const CHINESE: u8 = 134;

fn make(look: Look, codes: &[String]) -> Format {
    let [left, top, right, bottom] = look.lines.map(Line::border);
    let mut format = run(look.type_)
        .set_align(match look.align {
            Side::Left => FormatAlign::Left,
            Side::Center => FormatAlign::Center,
            Side::Right => FormatAlign::Right,
        })
        .set_align(match look.upright {
            Upright::Top => FormatAlign::Top,
            Upright::Middle => FormatAlign::VerticalCenter,
            Upright::Bottom => FormatAlign::Bottom,
        })
        .set_text_wrap()
        .set_border_left(left)
        .set_border_top(top)
        .set_border_right(right)
        .set_border_bottom(bottom);
    let shade = match look.fill {
        Fill::None => None,
        Fill::Label => Some(style::LABEL_FILL),
        Fill::Bar => Some(style::BAR_FILL),
    };
    if let Some(dossier_layout::Color(red, green, blue)) = shade {
        let rgb = u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue);
        format = format.set_background_color(Color::RGB(rgb));
    }
    if look.is_indented {
        format = format.set_indent(1);
    }
    match look.number {
        NumberForm::General => format,
        NumberForm::Text => format.set_num_format("@"),
        NumberForm::Custom(index) => format.set_num_format(&codes[usize::from(index)]),
    }
}
