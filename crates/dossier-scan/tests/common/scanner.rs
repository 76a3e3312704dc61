//! What happens to paper on its way through a scanner.

use std::cell::OnceCell;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use super::Dice;

/// A picture of three bytes a pixel, or of one.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// Bytes a pixel: 1 or 3.
    pub colors: usize,
    pub pixels: Vec<u8>,
}

/// Paper that is put into the scanner: 400 dpi in colour, and what else is asked for.
pub struct Sheet {
    color: Picture,
    grey: OnceCell<Picture>,
    /// In 200 dpi.
    coarse_color: OnceCell<Picture>,
    coarse_grey: OnceCell<Picture>,
}

impl Sheet {
    fn new(color: Picture) -> Self {
        Self { color, grey: OnceCell::new(), coarse_color: OnceCell::new(), coarse_grey: OnceCell::new() }
    }

    /// The sheet and its pixels a millimetre.
    fn for_scan(&self, scan: &Scan) -> (&Picture, f32) {
        let grey = || self.grey.get_or_init(|| in_greys(&self.color));
        let (picture, dpi) = match (scan.dpi > 200.0, scan.color) {
            (true, true) => (&self.color, 400.0),
            (true, false) => (grey(), 400.0),
            (false, true) => (self.coarse_color.get_or_init(|| halved(&self.color)), 200.0),
            (false, false) => (self.coarse_grey.get_or_init(|| halved(grey())), 200.0),
        };
        (picture, dpi / 25.4)
    }

    /// With spots of ink over the code at the bottom right, each of them 2 to 5 mm wide.
    pub fn spotted(&self, spots: usize, dice: &mut Dice) -> Self {
        let mut color = self.color.clone();
        let mm = |length: f64| (length * 400.0 / 25.4) as usize;
        let (right, bottom) = (color.width - mm(20.0), color.height - mm(5.0));
        for _ in 0..spots {
            let half = mm(dice.between(1.0, 2.5));
            let (x, y) = (right - mm(dice.between(0.0, 14.0)), bottom - mm(dice.between(0.0, 14.0)));
            for y in y - half..(y + half).min(color.height) {
                color.pixels[(y * color.width + x - half) * 3..(y * color.width + x + half) * 3].fill(20);
            }
        }
        Self::new(color)
    }

    /// As if everything below a part of its height, on the right side, had been painted over.
    pub fn painted_over(&self, below: f32, paint: u8) -> Self {
        let mut color = self.color.clone();
        let line = color.width * 3;
        let first = (color.height as f32 * below) as usize;
        color.pixels.chunks_exact_mut(line).skip(first).for_each(|row| row[line / 2..].fill(paint));
        Self::new(color)
    }
}

/// How a sheet is scanned.
#[derive(Debug, Clone)]
pub struct Scan {
    pub dpi: f32,
    pub color: bool,
    /// Quarter turns clockwise.
    pub quarters: usize,
    /// Degrees by which the sheet lies askew.
    pub askew: f32,
    /// Gaussian, in pixels.
    pub blur: f32,
    /// Shades of the ink and of the paper, and by how much of it the light falls off to one side.
    pub ink: f32,
    pub white: f32,
    pub shadow: f32,
    /// Standard deviation in shades, and specks in a million pixels.
    pub noise: f32,
    pub specks: usize,
    /// By how much of its size each corner of the sheet is off.
    pub warp: [(f32, f32); 4],
    /// Behind the sheet.
    pub bed: u8,
    /// Of noise and specks.
    pub seed: u64,
}

impl Scan {
    /// As it should be.
    pub fn clean(dpi: f32) -> Self {
        Self {
            dpi,
            color: false,
            quarters: 0,
            askew: 0.0,
            blur: 0.0,
            ink: 15.0,
            white: 250.0,
            shadow: 0.0,
            noise: 0.0,
            specks: 0,
            warp: [(0.0, 0.0); 4],
            bed: 255,
            seed: 1,
        }
    }

    /// Any way within what the program promises to read.
    pub fn any(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let dpi = match dice.below(100) {
            0..45 => 150.0,
            45..70 => 200.0,
            70..98 => 300.0,
            _ => 600.0,
        };
        // Up to a pixel at 150 dpi, and as much of the paper at more.
        let blur = dice.between(0.0, 1.0) as f32 * f32::sqrt(dpi / 150.0);
        let off = |dice: &mut Dice| (dice.between(-0.006, 0.006) as f32, dice.between(-0.006, 0.006) as f32);
        Self {
            dpi,
            color: dice.chance(30),
            quarters: dice.below(4),
            askew: dice.between(-5.0, 5.0) as f32,
            blur,
            ink: dice.between(0.0, 80.0) as f32,
            white: dice.between(185.0, 255.0) as f32,
            shadow: dice.between(0.0, 0.2) as f32,
            noise: dice.between(0.0, 12.0) as f32,
            specks: dice.below(300),
            warp: std::array::from_fn(|_| off(&mut dice)),
            bed: dice.pick(&[255, 235, 128, 20]),
            seed,
        }
    }
}

/// The pages of a PDF as paper.
pub struct Printer {
    pdf: Pdf,
}

impl Printer {
    pub fn new(pdf: Vec<u8>) -> Self {
        Self { pdf: Pdf::new(pdf).unwrap_or_else(|_| panic!("the PDF opens")) }
    }

    pub fn sheet(&self, page: usize) -> Sheet {
        let scale = 400.0 / 72.0;
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let (cache, interpreter) = (RenderCache::new(), InterpreterSettings::default());
        let pixmap =
            hayro::render(&self.pdf.pages()[page], &cache, &interpreter, &RenderSettings::default(), &settings);
        let pixels = pixmap.data_as_u8_slice().as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]);
        let (width, height) = (usize::from(pixmap.width()), usize::from(pixmap.height()));
        Sheet::new(Picture { width, height, colors: 3, pixels: pixels.collect() })
    }
}

/// Scans a sheet; the picture is large enough for all of it.
pub fn scan(sheet: &Sheet, scan: &Scan) -> Picture {
    let (sheet, sheet_per_mm) = sheet.for_scan(scan);
    let colors = sheet.colors;
    // From pixels of the sheet to those of the scan, both around their middles.
    let scale = scan.dpi / 25.4 / sheet_per_mm;
    let (sin, cos) = (scan.askew + 90.0 * scan.quarters as f32).to_radians().sin_cos();
    let (half_width, half_height) = (sheet.width as f32 / 2.0, sheet.height as f32 / 2.0);
    let width = (2.0 * scale * (half_width * cos.abs() + half_height * sin.abs())).ceil() as usize;
    let height = (2.0 * scale * (half_width * sin.abs() + half_height * cos.abs())).ceil() as usize;
    // Where on the sheet a pixel of the scan lies, and how much light falls there.
    let place = |x: usize, y: usize| {
        let (dx, dy) = (x as f32 + 0.5 - width as f32 / 2.0, y as f32 + 0.5 - height as f32 / 2.0);
        let (u, v) = ((cos * dx + sin * dy) / scale, (cos * dy - sin * dx) / scale);
        let (u, v) = warped(scan, u / half_width, v / half_height);
        let light = 1.0 - scan.shadow * (0.5 + 0.5 * u);
        Place { x: half_width * (1.0 + u) - 0.5, y: half_height * (1.0 + v) - 0.5, light }
    };
    let mut rows = vec![f32::from(scan.bed); width * height * colors];
    let line = width * colors;
    // In tiles: a sheet on its side is gone through column by column, and its lines shall stay at hand.
    for (band, lines) in rows.chunks_mut(line * BAND).enumerate() {
        for part in 0..width.div_ceil(STRAIGHT) {
            for (y, row) in lines.chunks_exact_mut(line).enumerate() {
                let [from, to] = [part, part + 1].map(|part| place(part * STRAIGHT, band * BAND + y));
                let start = part * STRAIGHT * colors;
                let pixels = &mut row[start..(start + STRAIGHT * colors).min(line)];
                match colors {
                    1 => look::<1>(sheet, scan, from, to, pixels),
                    _ => look::<3>(sheet, scan, from, to, pixels),
                }
            }
        }
    }
    if scan.blur >= 0.1 {
        blur(&mut rows, line, colors, scan.blur);
    }
    let mut dice = Dice::new(scan.seed ^ 0xABCD);
    let mut pixels = noisy(rows, scan.noise, &mut dice);
    for _ in 0..scan.specks * width * height / 1_000_000 {
        let at = dice.below(width * height) * colors;
        let value = if dice.chance(50) { 0 } else { 255 };
        pixels[at..at + colors].fill(value);
    }
    Picture { width, height, colors, pixels }
}

/// Pixels of a scan over which the way across the sheet is straight, however it is warped.
const STRAIGHT: usize = 16;
/// Lines of a scan that are made together.
const BAND: usize = 32;

/// A place on the sheet, in its pixels.
#[derive(Clone, Copy)]
struct Place {
    x: f32,
    y: f32,
    light: f32,
}

/// Fills some pixels beside each other from a straight way across the sheet.
fn look<const COLORS: usize>(sheet: &Picture, scan: &Scan, from: Place, to: Place, pixels: &mut [f32]) {
    let step = |from: f32, to: f32| (to - from) / STRAIGHT as f32;
    let (across, down, brighter) = (step(from.x, to.x), step(from.y, to.y), step(from.light, to.light));
    let line = sheet.width * COLORS;
    for (index, pixel) in pixels.as_chunks_mut::<COLORS>().0.iter_mut().enumerate() {
        let along = |from: f32, step: f32| from + step * index as f32;
        let (x, y) = (along(from.x, across), along(from.y, down));
        let (left, top) = (x as usize, y as usize);
        if x < 0.0 || y < 0.0 || left + 1 >= sheet.width || top + 1 >= sheet.height {
            continue;
        }
        // In parts of 256.
        let (right, below) = (((x - left as f32) * 256.0) as i32, ((y - top as f32) * 256.0) as i32);
        let upper = &sheet.pixels[top * line + left * COLORS..][..2 * COLORS];
        let lower = &sheet.pixels[(top + 1) * line + left * COLORS..][..2 * COLORS];
        let light = along(from.light, brighter);
        // Most of a sheet is plain paper.
        if upper.iter().chain(lower).all(|&shade| shade == 255) {
            pixel.fill(scan.white * light);
            continue;
        }
        for (color, value) in pixel.iter_mut().enumerate() {
            let mix = |row: &[u8]| i32::from(row[color]) * (256 - right) + i32::from(row[COLORS + color]) * right;
            let shade = (mix(upper) * (256 - below) + mix(lower) * below) as f32 * (1.0 / (255.0 * 65536.0));
            *value = (scan.ink + (scan.white - scan.ink) * shade) * light;
        }
    }
}

/// Moves a place on the sheet, from -1 to 1 each way, as its corners are moved.
fn warped(scan: &Scan, u: f32, v: f32) -> (f32, f32) {
    let (right, down) = ((u + 1.0) / 2.0, (v + 1.0) / 2.0);
    let [a, b, c, d] = scan.warp;
    let mix = |a: f32, b: f32, c: f32, d: f32| {
        (a * (1.0 - right) + b * right) * (1.0 - down) + (c * (1.0 - right) + d * right) * down
    };
    (u + 2.0 * mix(a.0, b.0, c.0, d.0), v + 2.0 * mix(a.1, b.1, c.1, d.1))
}

fn in_greys(sheet: &Picture) -> Picture {
    let grey = |&[r, g, b]: &[u8; 3]| ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1000) as u8;
    Picture { colors: 1, pixels: sheet.pixels.as_chunks::<3>().0.iter().map(grey).collect(), ..*sheet }
}

/// Two pictures side by side, as two sheets are copied onto one of twice the size.
pub fn side_by_side(left: &Picture, right: &Picture) -> Picture {
    assert_eq!((left.height, left.colors), (right.height, right.colors));
    let rows = |picture: &Picture| picture.width * picture.colors;
    let lines = left.pixels.chunks_exact(rows(left)).zip(right.pixels.chunks_exact(rows(right)));
    let pixels = lines.flat_map(|(left, right)| left.iter().chain(right).copied()).collect();
    Picture { width: left.width + right.width, pixels, ..*left }
}

fn halved(picture: &Picture) -> Picture {
    let (width, height, colors) = (picture.width / 2, picture.height / 2, picture.colors);
    let mut pixels = Vec::with_capacity(width * height * colors);
    for y in 0..height {
        let row = |y: usize| &picture.pixels[y * picture.width * colors..];
        let (upper, lower) = (row(2 * y), row(2 * y + 1));
        for value in (0..width).flat_map(|x| (0..colors).map(move |color| 2 * x * colors + color)) {
            let four = [upper[value], upper[value + colors], lower[value], lower[value + colors]];
            pixels.push((four.into_iter().map(u32::from).sum::<u32>() / 4) as u8);
        }
    }
    Picture { width, height, colors, pixels }
}

/// Adds noise to shades and rounds them.
fn noisy(rows: Vec<f32>, noise: f32, dice: &mut Dice) -> Vec<u8> {
    if noise == 0.0 {
        return rows.into_iter().map(|value| (value + 0.5) as u8).collect();
    }
    // The sum of eight even chances is nearly normal, with a deviation of about 209.
    let off = |dice: &mut Dice| dice.word().to_le_bytes().into_iter().map(f32::from).sum::<f32>() - 1020.0;
    let offs: Vec<f32> = (0..1 << 16).map(|_| off(dice) * noise * (1.0 / 209.0) + 0.5).collect();
    let mut pixels = Vec::with_capacity(rows.len());
    for four in rows.chunks(4) {
        let mut word = dice.word();
        for value in four {
            pixels.push((value + offs[(word & 0xFFFF) as usize]) as u8);
            word >>= 16;
        }
    }
    pixels
}

/// Along the lines, then across them.
fn blur(rows: &mut [f32], line: usize, colors: usize, sigma: f32) {
    let reach = (2.5 * sigma).ceil() as usize;
    let mut weights: Vec<f32> = (0..=reach).map(|off| (-((off * off) as f32) / (2.0 * sigma * sigma)).exp()).collect();
    let total = weights[0] + 2.0 * weights[1..].iter().sum::<f32>();
    weights.iter_mut().for_each(|weight| *weight /= total);
    let mut padded = vec![0.0; line + 2 * reach * colors];
    for row in rows.chunks_exact_mut(line) {
        for off in 0..reach {
            padded[off * colors..(off + 1) * colors].copy_from_slice(&row[..colors]);
            let end = padded.len() - off * colors;
            padded[end - colors..end].copy_from_slice(&row[line - colors..]);
        }
        padded[reach * colors..][..line].copy_from_slice(row);
        add_up(row, &weights, |off| &padded[off * colors..][..line]);
    }
    let height = rows.len() / line;
    let mut last: std::collections::VecDeque<Vec<f32>> =
        (0..=2 * reach).map(|at| rows[at.saturating_sub(reach).min(height - 1) * line..][..line].to_vec()).collect();
    for y in 0..height {
        add_up(&mut rows[y * line..][..line], &weights, |off| &last[off]);
        let mut next = last.pop_front().expect("one at least");
        next.copy_from_slice(&rows[(y + reach + 1).min(height - 1) * line..][..line]);
        last.push_back(next);
    }
}

/// The sum of a line's neighbours, the line itself standing in their middle, by their distance's weight.
fn add_up<'a>(into: &mut [f32], weights: &[f32], lines: impl Fn(usize) -> &'a [f32]) {
    let reach = weights.len() - 1;
    into.fill(0.0);
    for off in 0..=2 * reach {
        let weight = weights[off.abs_diff(reach)];
        for (sum, value) in into.iter_mut().zip(lines(off)) {
            *sum += weight * value;
        }
    }
}
