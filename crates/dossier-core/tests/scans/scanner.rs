//! What a scanner makes of printed paper: grey pages of 150 dpi, turned and askew, in one file.

use std::io::Cursor;

use dossier_scan::{Limits, ScanError, Turn, thumbnail};
use tiff::encoder::{TiffEncoder, colortype::Gray8};

/// The longer side of A4 in 150 dpi.
const LONGEST_PX: usize = 1754;

/// A page in greys.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

/// The pages of a PDF on paper.
pub fn printed_pages(pdf: &[u8]) -> Vec<Picture> {
    let mut pages = Vec::new();
    loop {
        match thumbnail(pdf, pages.len() + 1, LONGEST_PX, Turn::None, &Limits::default()) {
            Ok(png) => pages.push(Picture::of_png(&png)),
            Err(ScanError::NoSuchPage { .. }) => return pages,
            Err(error) => panic!("{error}"),
        }
    }
}

/// A stack as one file.
pub fn tiff(pages: &[Picture]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    for page in pages {
        encoder.write_image::<Gray8>(page.width as u32, page.height as u32, &page.pixels).unwrap();
    }
    bytes.into_inner()
}

impl Picture {
    pub fn white(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![255; width * height] }
    }

    pub fn of_png(bytes: &[u8]) -> Self {
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        Self { width: frame.width as usize, height: frame.height as usize, pixels }
    }

    /// Nobody reads the code under it.
    pub fn painted_over(&self) -> Self {
        let (below, beside) = (self.height * 9 / 10, self.width / 2);
        let mut page = self.clone();
        page.pixels.chunks_exact_mut(self.width).skip(below).for_each(|row| row[beside..].fill(255));
        page
    }

    /// By quarters of a turn, clockwise.
    pub fn turned(&self, quarters: usize) -> Self {
        (0..quarters).fold(self.clone(), |page, _| {
            let at = |x: usize, y: usize| page.pixels[(page.height - 1 - x) * page.width + y];
            let pixels = (0..page.width).flat_map(|y| (0..page.height).map(move |x| (x, y)));
            Self { width: page.height, height: page.width, pixels: pixels.map(|(x, y)| at(x, y)).collect() }
        })
    }

    /// By some degrees, on a white lid.
    pub fn askew(&self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (middle_x, middle_y) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let at = |x: usize, y: usize| f32::from(self.pixels[y * self.width + x]);
        let pixels = (0..self.width * self.height).map(|index| {
            let (dx, dy) = ((index % self.width) as f32 - middle_x, (index / self.width) as f32 - middle_y);
            let (u, v) = (middle_x + cos * dx + sin * dy, middle_y + cos * dy - sin * dx);
            if u < 0.0 || v < 0.0 || u as usize + 1 >= self.width || v as usize + 1 >= self.height {
                return 255;
            }
            let (x, y) = (u as usize, v as usize);
            let (along, down) = (u - x as f32, v - y as f32);
            let upper = at(x, y) + (at(x + 1, y) - at(x, y)) * along;
            let lower = at(x, y + 1) + (at(x + 1, y + 1) - at(x, y + 1)) * along;
            (upper + (lower - upper) * down) as u8
        });
        Self { pixels: pixels.collect(), ..*self }
    }
}
