//! Pages of a PDF as pixels: the picture that covers a page as it is, or the page painted with all that is on it.

use std::sync::atomic::AtomicBool;

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_syntax::object::dict::keys;
use hayro::hayro_interpret::hayro_syntax::object::{Array, Name, Object, Stream};
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, RasterImage, SoftMask, TransformExt, interpret_page,
};
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use super::measure::Filter;
use super::rehearsal::{Picture, Rehearsal, rehearse};
use super::vet;
use crate::gray::Gray;
use crate::source::{Pixels, jpeg, luma};
use crate::{Limits, ScanError, Turn};

/// Pixels a point: 300 dpi.
const SCALE: f64 = 300.0 / 72.0;
/// Pixels of a painted page, of four bytes each. A3 in 300 dpi has 17 million.
const MOST_PIXELS: f64 = 20e6;
/// The painter counts pixels along a side in sixteen bits.
const LONGEST_SIDE: f64 = 60_000.0;

/// The part of a page that a picture has to cover to be taken for the scanned page.
const COVERING: f64 = 0.5;

/// The picture that covers the page, or the painted page where there is none.
pub(super) fn page<'a>(
    page: &'a Page<'a>,
    number: usize,
    limits: &Limits,
    given_up: &AtomicBool,
) -> Result<Pixels, ScanError> {
    vet::page(page, number, limits)?;
    let rehearsal = rehearse(page, scale_of(page), number, limits, given_up)?;
    if let [picture] = rehearsal.pictures[..]
        && let Some(way) = covering(page, &picture)
        && let Some(gray) = stored(page, number, limits)?
    {
        return Ok(Pixels { gray: way.applied(gray), can_be_drawn: rehearsal.more });
    }
    painted(page, number, &rehearsal)
}

/// The page with everything on it.
pub(super) fn drawn<'a>(
    page: &'a Page<'a>,
    number: usize,
    limits: &Limits,
    given_up: &AtomicBool,
) -> Result<Pixels, ScanError> {
    vet::page(page, number, limits)?;
    let rehearsal = rehearse(page, scale_of(page), number, limits, given_up)?;
    painted(page, number, &rehearsal)
}

fn scale_of(page: &Page) -> f64 {
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width).max(1.0), f64::from(height).max(1.0));
    SCALE.min((MOST_PIXELS / (width * height)).sqrt()).min(LONGEST_SIDE / width.max(height))
}

fn painted<'a>(page: &'a Page<'a>, number: usize, _rehearsed: &Rehearsal) -> Result<Pixels, ScanError> {
    let scale = scale_of(page) as f32;
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let cache = RenderCache::new();
    let pixmap = hayro::render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let (width, height) = (usize::from(pixmap.width()), usize::from(pixmap.height()));
    let pixels = pixmap.data_as_u8_slice().as_chunks::<4>().0.iter();
    let pixels = pixels.map(|&[red, green, blue, _]| luma([red, green, blue])).collect();
    Gray::new(width, height, pixels).map(Pixels::from).ok_or(ScanError::damaged(number))
}

/// How a picture lies on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    turn: Turn,
    mirrored: bool,
}

impl Way {
    fn applied(self, gray: Gray) -> Gray {
        let gray = if self.turn == Turn::None { gray } else { gray.turned(self.turn) };
        if self.mirrored { gray.mirrored() } else { gray }
    }
}

/// How a picture lies that is as good as the page: plain, straight, and with square pixels.
fn covering(page: &Page, picture: &Picture) -> Option<Way> {
    let (width, height) = page.render_dimensions();
    let paper = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let bounds = picture.transform.transform_rect_bbox(Rect::new(0.0, 0.0, picture.width, picture.height));
    let covers = bounds.intersect(paper).area() >= COVERING * paper.area() && bounds.area() <= paper.area() / COVERING;
    let [a, b, c, d, ..] = picture.transform.as_coeffs();
    let small = 0.01 * a.abs().max(b.abs());
    let (straight, along, down) = match (b.abs() <= small && c.abs() <= small, a.abs() <= small && d.abs() <= small) {
        (true, _) => (true, a, d),
        (_, true) => (true, b, c),
        _ => (false, 1.0, 1.0),
    };
    let square = (along.abs() / down.abs() - 1.0).abs() < 0.1;
    if !(picture.plain && covers && straight && square) {
        return None;
    }
    let upright = b.abs() <= small;
    Some(match (upright, along > 0.0, down > 0.0) {
        (true, true, true) => Way { turn: Turn::None, mirrored: false },
        (true, false, false) => Way { turn: Turn::Around, mirrored: false },
        (true, false, true) => Way { turn: Turn::None, mirrored: true },
        (true, true, false) => Way { turn: Turn::Around, mirrored: true },
        (false, true, false) => Way { turn: Turn::Right, mirrored: false },
        (false, false, true) => Way { turn: Turn::Left, mirrored: false },
        (false, true, true) => Way { turn: Turn::Right, mirrored: true },
        (false, false, false) => Way { turn: Turn::Left, mirrored: true },
    })
}

/// The greys of the first picture of the page, as they are stored; `None` where it cannot be read by itself.
fn stored<'a>(page: &'a Page<'a>, number: usize, limits: &Limits) -> Result<Option<Gray>, ScanError> {
    let (width, height) = page.render_dimensions();
    let paper = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let cache = InterpreterCache::new();
    let transform: Affine = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, paper, &cache, page.xref(), InterpreterSettings::default());
    let mut taker = Taker { number, limits, taken: None };
    interpret_page(page, &mut context, &mut taker);
    taker.taken.transpose()
}

/// Takes the first picture and paints nothing.
struct Taker<'l> {
    number: usize,
    limits: &'l Limits,
    taken: Option<Result<Gray, ScanError>>,
}

impl Taker<'_> {
    fn take(&self, raster: &RasterImage) -> Option<Result<Gray, ScanError>> {
        if is_plain_jpeg(raster.stream()) {
            let data = raster.stream().raw_data();
            return Some(jpeg::decode(&data, self.number, self.limits).map(|(gray, _)| gray));
        }
        let mut taken = None;
        raster.with_rgba(
            |image, _| {
                taken = match image {
                    ImageData::Luma(luma) => Gray::new(luma.width as usize, luma.height as usize, luma.data),
                    ImageData::Rgb(rgb) => {
                        let pixels = rgb.data.as_chunks::<3>().0.iter().map(|&color| luma(color)).collect();
                        Gray::new(rgb.width as usize, rgb.height as usize, pixels)
                    }
                };
            },
            None,
        );
        taken.map(Ok)
    }
}

/// A JPEG whose brightness is what shows, without colour being asked.
fn is_plain_jpeg(stream: &Stream) -> bool {
    let dict = stream.dict();
    let usual = match dict.get::<Object>(keys::COLORSPACE) {
        Some(Object::Name(name)) => matches!(&*name, b"DeviceGray" | b"DeviceRGB"),
        Some(Object::Array(array)) => {
            let name = array.iter::<Name>().next();
            matches!(name.as_deref(), Some(b"ICCBased" | b"CalGray" | b"CalRGB"))
        }
        _ => false,
    };
    usual && Filter::all_of(stream)[..] == [Filter::Jpeg] && dict.get::<Array>(keys::DECODE).is_none()
}

impl<'a> Device<'a> for Taker<'_> {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        if let (None, Image::Raster(raster)) = (&self.taken, &image) {
            self.taken = self.take(raster);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
