//! A page gone through without painting: what would be painted, and how much work that would be.
//!
//! The interpreter of the PDF library calls the same things here that it would call to paint. A page that asks for
//! more than any page needs is left at the very call that asks for it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_syntax::object::Stream;
use hayro::hayro_interpret::hayro_syntax::object::dict::keys;
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::pattern::Pattern;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, TransformExt, interpret_page,
};
use hayro::kurbo::{Affine, BezPath, Rect, Shape};

use super::vet;
use crate::{Limits, ScanError, TooLarge};

/// Pixels of work that a page may ask for, where a path costs what it covers and a little more. Four seconds.
const MOST_WORK: f64 = 1.5e9;
/// How often a tile may lie over itself.
const MOST_COPIES: f64 = 20.0;
/// How deep patterns, masks and drawn letters may lie in one another.
const DEEPEST: usize = 8;

/// What a page is made of.
pub(super) struct Rehearsal {
    /// Pictures in the order in which they are painted.
    pub pictures: Vec<Picture>,
    /// Whether anything but pictures shows.
    pub more: bool,
}

/// A picture on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture {
    /// From its pixels to points of the page, y downwards.
    pub transform: Affine,
    pub width: f64,
    pub height: f64,
    /// Whether all of its pixels show as they are: it is no stencil and nothing hides parts of it.
    pub plain: bool,
}

/// Goes through a page that was vetted. `scale` is how many pixels a point would have.
pub(super) fn rehearse<'a>(
    page: &'a Page<'a>,
    scale: f64,
    number: usize,
    limits: &Limits,
    given_up: &AtomicBool,
) -> Result<Rehearsal, ScanError> {
    let (width, height) = page.render_dimensions();
    let paper = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let cache = InterpreterCache::new();
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, paper, &cache, page.xref(), InterpreterSettings::default());
    let mut meter = Meter {
        scale,
        paper,
        number,
        limits,
        given_up,
        depth: 0,
        work: 0.0,
        pixels: 0,
        seen: Rehearsal { pictures: Vec::new(), more: false },
    };
    let through = catch_unwind(AssertUnwindSafe(|| interpret_page(page, &mut context, &mut meter)));
    match through {
        Ok(()) => Ok(meter.seen),
        Err(reason) => match reason.downcast::<Left>() {
            Ok(left) => Err(left.0),
            Err(_) => Err(ScanError::damaged(number)),
        },
    }
}

/// Thrown to leave the interpreter, which has no other way out.
struct Left(ScanError);

struct Meter<'l> {
    scale: f64,
    paper: Rect,
    number: usize,
    limits: &'l Limits,
    given_up: &'l AtomicBool,
    depth: usize,
    work: f64,
    /// Of all pictures, which the painter keeps until the page is done.
    pixels: usize,
    seen: Rehearsal,
}

impl Meter<'_> {
    fn leave(&self, error: ScanError) -> ! {
        // Without the report that a panic makes: nothing is wrong with the program.
        resume_unwind(Box::new(Left(error)))
    }

    fn leave_too_much(&self) -> ! {
        self.leave(ScanError::TooLarge { page: Some(self.number), what: TooLarge::Drawing })
    }

    fn add(&mut self, work: f64) {
        self.work += work;
        if self.work.is_nan() || self.work > MOST_WORK || self.given_up.load(Ordering::Relaxed) {
            self.leave_too_much();
        }
    }

    /// Pixels of what shows of a box.
    fn area(&self, bounds: Rect) -> f64 {
        let shown = bounds.intersect(self.paper);
        if shown.is_zero_area() { 0.0 } else { shown.area() * self.scale * self.scale }
    }

    fn page_area(&self) -> f64 {
        self.area(self.paper)
    }

    fn deeper(&mut self, into: impl FnOnce(&mut Self)) {
        if self.depth == DEEPEST {
            self.leave_too_much();
        }
        self.depth += 1;
        into(self);
        self.depth -= 1;
    }

    fn soft_mask<'a>(&mut self, mask: Option<&SoftMask<'a>>) {
        if let Some(mask) = mask {
            self.add(4.0 * self.page_area());
            self.deeper(|meter| mask.interpret(meter));
        }
    }

    fn paint<'a>(&mut self, paint: &Paint<'a>, area: f64, is_stroke: bool) {
        let Paint::Pattern(pattern) = paint else { return };
        match &**pattern {
            Pattern::Shading(_) => self.add(8.0 * area + 10_000.0),
            Pattern::Tiling(tile) => {
                let copies = |side: f64, step: f32| (side / f64::from(step).abs()).ceil() + 1.0;
                let across = copies(tile.bbox.width(), tile.x_step);
                let down = copies(tile.bbox.height(), tile.y_step);
                if across.is_nan() || down.is_nan() || across.max(down) > MOST_COPIES {
                    self.leave_too_much();
                }
                let before = self.work;
                self.add(area + 1000.0);
                self.deeper(|meter| {
                    tile.interpret(meter, tile.matrix, is_stroke);
                });
                self.add((self.work - before) * (across * down - 1.0));
            }
        }
    }
}

impl<'a> Device<'a> for Meter<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        let mut bounds = path.bounding_box();
        let is_stroke = match draw_mode {
            DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) => {
                let reach = f64::from(stroke.line_width).abs();
                bounds = bounds.inflate(reach, reach);
                // Every dash is a path of its own.
                if !stroke.dash_array.is_empty() {
                    let pattern: f32 = stroke.dash_array.iter().sum();
                    let dashes = path.perimeter(1.0) / f64::from(pattern).abs().max(1e-3);
                    self.add(100.0 * dashes);
                }
                true
            }
            DrawMode::Fill(_) | DrawMode::Invisible => false,
        };
        let area = self.area(props.transform.transform_rect_bbox(bounds));
        self.add(area + 200.0 + 30.0 * path.elements().len() as f64);
        self.paint(&props.paint, area, is_stroke);
        self.soft_mask(props.soft_mask.as_ref());
        self.seen.more |= !matches!(draw_mode, DrawMode::Invisible);
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.add(500.0 + 30.0 * clip_path.path.elements().len() as f64);
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        // Every picture comes in a group of its own, which costs nothing unless it does something.
        let idle = opacity == 1.0 && mask.is_none() && blend_mode == BlendMode::Normal;
        self.add(if idle { 1000.0 } else { 3.0 * self.page_area() });
        self.soft_mask(mask.as_ref());
    }

    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        for glyph in glyph_run.glyphs() {
            self.add(1000.0);
            if let Glyph::Type3(drawn) = &**glyph {
                let (transform, paint) = (props.transform, &props.paint);
                self.deeper(|meter| drawn.interpret(meter, transform, glyph.transform(), paint));
            }
        }
        self.soft_mask(props.soft_mask.as_ref());
        self.seen.more |= !matches!(draw_mode, DrawMode::Invisible);
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (stream, is_raster): (&Stream, bool) = match &image {
            Image::Stencil(stencil) => (stencil.stream(), false),
            Image::Raster(raster) => (raster.stream(), true),
        };
        // One inside of the page's own content was not vetted with the objects of the page.
        if let Err(error) = vet::picture(stream, self.number, self.limits) {
            self.leave(error);
        }
        let dict = stream.dict();
        let side = |short, long| dict.get::<u32>(short).or_else(|| dict.get::<u32>(long)).unwrap_or(0);
        let (width, height) = (side(keys::W, keys::WIDTH), side(keys::H, keys::HEIGHT));
        self.pixels = self.pixels.saturating_add(width as usize * height as usize);
        if self.pixels > self.limits.pixels {
            self.leave(ScanError::pixels(self.number, self.limits.pixels));
        }
        let (width, height) = (f64::from(width), f64::from(height));
        let area = self.area(props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height)));
        self.add(area + 4.0 * width * height);
        self.soft_mask(props.soft_mask.as_ref());
        let hidden = [keys::SMASK, keys::MASK, keys::SMASK_IN_DATA].iter().any(|key| dict.contains_key(key));
        self.seen.pictures.push(Picture { transform: props.transform, width, height, plain: is_raster && !hidden });
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
