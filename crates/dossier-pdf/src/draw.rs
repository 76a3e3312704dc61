//! Pages as printpdf operations.

use std::collections::BTreeSet;

use dossier_layout::{Abs, Color, Dash, FaceId, ImageId, Item, Page, PathStep, Point, Rect, TextRun};
use printpdf::{
    DictItem, FontId, Greyscale, Line, LineCapStyle, LineDashPattern, LineJoinStyle, LinePoint, Op, PaintMode,
    PdfFontHandle, Polygon, PolygonRing, Pt, Rgb, TextRenderingMode, WindingOrder, XObjectId, XObjectTransform,
};

use crate::PdfError;
use crate::faces::Faces;

/// The operations that draw a page. Notes each character with `faces` and each picture in `pictures`.
pub fn page(page: &Page, faces: &mut Faces<'_>, pictures: &mut BTreeSet<usize>) -> Result<Vec<Op>, PdfError> {
    let mut sheet = Sheet::new(page);
    for item in &page.items {
        match item {
            Item::Text(run) => sheet.text(run, faces)?,
            Item::Fill { rect, color } => sheet.fill(*rect, *color),
            Item::Stroke { points, width, color, round, dash } => sheet.stroke(points, *width, *color, *round, *dash),
            Item::Path { steps, color } => sheet.path(steps, *color),
            Item::Image { rect, image } => {
                pictures.insert(image.0);
                sheet.image(*rect, *image);
            }
        }
    }
    sheet.end_text();
    Ok(sheet.ops)
}

/// The name of a face in the resources of every page.
pub fn face_name(face: FaceId) -> String {
    format!("F{}", face.0)
}

/// The name of a picture in the resources of every page.
pub fn picture_name(image: ImageId) -> String {
    format!("I{}", image.0)
}

/// A length in points as it stands in the file.
pub fn number(length: Abs) -> f32 {
    from_grid(to_grid(length))
}

/// Places stand on a grid of 1/1000 point: finer than any printer, short in the file, and what is rounded alike meets.
fn to_grid(length: Abs) -> i64 {
    (length.to_pt() * 1000.0).round() as i64
}

/// The shortest form of this `f32` has three decimals at most: sheets are far smaller than its 24 bits.
fn from_grid(thousandths: i64) -> f32 {
    (thousandths as f64 / 1000.0) as f32
}

/// A string in a content stream may hold 32,767 bytes in an archive.
const LONGEST_STRING: usize = 32_000;

/// The state of the pen, so that only changes are written.
struct Sheet {
    ops: Vec<Op>,
    height: Abs,
    /// Where the current text line starts, while a text section is open.
    line: Option<(i64, i64)>,
    font: Option<(FaceId, i64)>,
    visible: bool,
    stretch: f64,
    fill: Color,
    stroke: Color,
    width: i64,
    round: bool,
    dash: Option<Dash>,
}

impl Sheet {
    /// A pen as every page starts with it.
    fn new(page: &Page) -> Self {
        Self {
            ops: Vec::with_capacity(page.items.len() * 3),
            height: page.height,
            line: None,
            font: None,
            visible: true,
            stretch: 1.0,
            fill: Color::BLACK,
            stroke: Color::BLACK,
            width: 1000,
            round: false,
            dash: None,
        }
    }

    fn text(&mut self, run: &TextRun, faces: &mut Faces<'_>) -> Result<(), PdfError> {
        let Some(first) = run.glyphs.first() else { return Ok(()) };
        let (x, y) = self.place(Point::new(run.origin.x + first.x, run.origin.y));
        let (line_x, line_y) = self.line.unwrap_or_else(|| {
            self.ops.push(Op::StartTextSection);
            (0, 0)
        });
        self.line = Some((x, y));
        let font = (run.face, to_grid(run.size));
        if self.font != Some(font) {
            self.font = Some(font);
            let size = Pt(number(run.size));
            self.ops.push(Op::SetFont { font: PdfFontHandle::External(FontId(face_name(run.face))), size });
        }
        if self.visible != run.visible {
            self.visible = run.visible;
            let mode = if run.visible { TextRenderingMode::Fill } else { TextRenderingMode::Invisible };
            self.ops.push(Op::SetTextRenderingMode { mode });
        }
        if self.stretch != run.stretch {
            self.stretch = run.stretch;
            self.ops.push(Op::SetHorizontalScaling { percent: (run.stretch * 1e5).round() as f32 / 1e3 });
        }
        if run.visible {
            self.fill_color(run.color);
        }
        self.ops.push(Op::SetTextCursor { pos: point((x - line_x, y - line_y)) });

        // Thousandths of the size as stretched, the unit of widths and adjustments.
        let thousandth = from_grid(font.1).max(f32::MIN_POSITIVE) as f64 / 1000.0 * run.stretch;
        let mut pieces = Vec::new();
        let mut string = Vec::with_capacity(run.glyphs.len() * 2);
        let mut pen = 0.0;
        for glyph in &run.glyphs {
            let wanted = (glyph.x - first.x).to_pt() / thousandth;
            // In tenths of a thousandth. As an integer it is a number whatever the frames hold.
            let back = ((pen - wanted) * 10.0).round() as i64;
            if back != 0 || string.len() > LONGEST_STRING {
                pieces.push(literal(std::mem::take(&mut string)));
            }
            if back != 0 {
                let back = back as f64 / 10.0;
                pieces.push(DictItem::Real(back as f32));
                pen -= back;
            }
            let (cid, advance) = faces.show(run.face, glyph.id, glyph.ch)?;
            string.extend(cid.to_be_bytes());
            pen += advance;
        }
        // printpdf's own operator for glyphs writes each as a string of its own, in hex: twice the length. As an
        // operator unknown to it, a run is one string.
        self.ops.push(if pieces.is_empty() {
            Op::Unknown { key: "Tj".into(), value: vec![literal(string)] }
        } else {
            pieces.push(literal(string));
            Op::Unknown { key: "TJ".into(), value: vec![DictItem::Array(pieces)] }
        });
        Ok(())
    }

    fn end_text(&mut self) {
        if self.line.take().is_some() {
            self.ops.push(Op::EndTextSection);
        }
    }

    fn fill(&mut self, rect: Rect, color: Color) {
        self.end_text();
        self.fill_color(color);
        let (x, y, width, height) = self.edges(rect);
        let mut rectangle =
            printpdf::Rect::from_xywh(Pt(from_grid(x)), Pt(from_grid(y)), Pt(from_grid(width)), Pt(from_grid(height)));
        rectangle.mode = Some(PaintMode::Fill);
        self.ops.push(Op::DrawRectangle { rectangle });
    }

    fn stroke(&mut self, points: &[Point], width: Abs, color: Color, round: bool, dash: Option<Dash>) {
        if points.len() < 2 {
            return;
        }
        self.end_text();
        if self.stroke != color {
            self.stroke = color;
            self.ops.push(Op::SetOutlineColor { col: ink(color) });
        }
        if self.width != to_grid(width) {
            self.width = to_grid(width);
            self.ops.push(Op::SetOutlineThickness { pt: Pt(number(width)) });
        }
        if self.round != round {
            self.round = round;
            let (cap, join) = if round {
                (LineCapStyle::Round, LineJoinStyle::Round)
            } else {
                (LineCapStyle::Butt, LineJoinStyle::Miter)
            };
            self.ops.push(Op::SetLineCapStyle { cap });
            self.ops.push(Op::SetLineJoinStyle { join });
        }
        if self.dash != dash {
            self.dash = dash;
            let pattern = dash.iter().flat_map(|dash| [number(dash.ink), number(dash.gap)]).collect();
            self.ops.push(Op::SetLineDashPattern { dash: LineDashPattern { offset: 0.0, pattern } });
        }
        // A line that returns to its start is a box: its last corner is joined like the others.
        let is_closed = points.len() > 3 && points.first() == points.last();
        let points = &points[..points.len() - usize::from(is_closed)];
        let points = points.iter().map(|&at| on_line(self.place(at))).collect();
        self.ops.push(Op::DrawLine { line: Line { points, is_closed } });
    }

    fn path(&mut self, steps: &[PathStep], color: Color) {
        let mut rings = Vec::new();
        let mut points = Vec::new();
        for step in steps {
            match *step {
                PathStep::Move(to) => {
                    rings.push(PolygonRing { points: std::mem::take(&mut points) });
                    points.push(on_line(self.place(to)));
                }
                PathStep::Line(to) => points.push(on_line(self.place(to))),
                PathStep::Cubic(first, second, to) => {
                    points.push(LinePoint { bezier: true, ..on_line(self.place(first)) });
                    points.push(LinePoint { bezier: true, ..on_line(self.place(second)) });
                    points.push(on_line(self.place(to)));
                }
                // Filling closes every outline.
                PathStep::Close => {}
            }
        }
        rings.push(PolygonRing { points });
        rings.retain(|ring| ring.points.len() > 1);
        if rings.is_empty() {
            return;
        }
        self.end_text();
        self.fill_color(color);
        let polygon = Polygon { rings, mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
        self.ops.push(Op::DrawPolygon { polygon });
    }

    fn image(&mut self, rect: Rect, image: ImageId) {
        self.end_text();
        let (x, y, width, height) = self.edges(rect);
        let transform = XObjectTransform {
            translate_x: Some(Pt(from_grid(x))),
            translate_y: Some(Pt(from_grid(y))),
            scale_x: Some(from_grid(width)),
            scale_y: Some(from_grid(height)),
            no_auto_scale: true,
            ..XObjectTransform::default()
        };
        self.ops.push(Op::UseXobject { id: XObjectId(picture_name(image)), transform });
    }

    fn fill_color(&mut self, color: Color) {
        if self.fill != color {
            self.fill = color;
            self.ops.push(Op::SetFillColor { col: ink(color) });
        }
    }

    /// PDF measures from the bottom left corner.
    fn place(&self, at: Point) -> (i64, i64) {
        (to_grid(at.x), to_grid(self.height - at.y))
    }

    /// Lower left corner and size. Edges are rounded, not sizes: fields that touch on the page touch in the file.
    fn edges(&self, rect: Rect) -> (i64, i64, i64, i64) {
        let (left, top) = self.place(Point::new(rect.x, rect.y));
        let (right, bottom) = self.place(Point::new(rect.x + rect.width, rect.y + rect.height));
        (left, bottom, right - left, top - bottom)
    }
}

fn point((x, y): (i64, i64)) -> printpdf::Point {
    printpdf::Point { x: Pt(from_grid(x)), y: Pt(from_grid(y)) }
}

fn on_line(at: (i64, i64)) -> LinePoint {
    LinePoint { p: point(at), bezier: false }
}

fn literal(data: Vec<u8>) -> DictItem {
    DictItem::String { data, literal: true }
}

/// Greys are written as grey, so that printers set black text with black alone.
fn ink(Color(r, g, b): Color) -> printpdf::Color {
    let part = |value: u8| (f32::from(value) / 255.0 * 1000.0).round() / 1000.0;
    if r == g && g == b {
        printpdf::Color::Greyscale(Greyscale::new(part(r), None))
    } else {
        printpdf::Color::Rgb(Rgb::new(part(r), part(g), part(b), None))
    }
}
