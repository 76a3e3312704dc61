//! Pages out of files.

pub(crate) mod jpeg;
pub(crate) mod pdf;
pub(crate) mod png;
pub(crate) mod tiff;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::gray::Gray;
use crate::{Kind, Limits, ScanError, TooLarge, kind};

/// A page as pixels.
pub(crate) struct Pixels {
    pub gray: Gray,
    /// Whether this is only the picture that covers a page of a PDF, and more shows when the page is drawn.
    pub can_be_drawn: bool,
}

impl From<Gray> for Pixels {
    fn from(gray: Gray) -> Self {
        Self { gray, can_be_drawn: false }
    }
}

/// An open file.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    inside: Inside<'a>,
}

enum Inside<'a> {
    Jpeg,
    Png,
    Tiff(Box<tiff::Tiff<'a>>),
    Pdf(pdf::Pdf),
}

impl<'a> Source<'a> {
    pub fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, ScanError> {
        if bytes.len() > limits.bytes {
            return Err(ScanError::TooLarge { page: None, what: TooLarge::Bytes { most: limits.bytes } });
        }
        let inside = match kind(bytes)? {
            Kind::Jpeg => Inside::Jpeg,
            Kind::Png => Inside::Png,
            Kind::Tiff => Inside::Tiff(Box::new(tiff::Tiff::open(bytes, limits)?)),
            Kind::Pdf => Inside::Pdf(pdf::Pdf::open(bytes, limits)?),
        };
        Ok(Self { bytes, limits, inside })
    }

    /// Whether there is such a page, counted from 1.
    pub fn has(&mut self, page: usize) -> Result<bool, ScanError> {
        let has = match &mut self.inside {
            Inside::Jpeg | Inside::Png => page <= 1,
            Inside::Tiff(tiff) => tiff.has(page)?,
            Inside::Pdf(pdf) => page <= pdf.pages(),
        };
        if has && page > self.limits.pages {
            return Err(ScanError::TooLarge { page: None, what: TooLarge::Pages { most: self.limits.pages } });
        }
        Ok(has)
    }

    /// The page, or the picture that covers it.
    pub fn page(&mut self, page: usize) -> Result<Pixels, ScanError> {
        let (bytes, limits) = (self.bytes, self.limits);
        match &mut self.inside {
            Inside::Pdf(pdf) => pdf.page(page),
            Inside::Jpeg => guarded(page, || jpeg::read(bytes, page, limits)).map(Pixels::from).map_err(of_file),
            Inside::Png => guarded(page, || png::read(bytes, page, limits)).map(Pixels::from).map_err(of_file),
            Inside::Tiff(tiff) => guarded(page, || tiff.page(page)).map(Pixels::from),
        }
    }

    /// The page with everything on it.
    pub fn drawn(&mut self, page: usize) -> Result<Pixels, ScanError> {
        match &mut self.inside {
            Inside::Pdf(pdf) => pdf.drawn(page),
            _ => self.page(page),
        }
    }

    /// The page with everything on it or, if that is too much to draw, the picture that covers it.
    pub fn whole(&mut self, page: usize) -> Result<Pixels, ScanError> {
        let pixels = self.page(page)?;
        if !pixels.can_be_drawn {
            return Ok(pixels);
        }
        self.drawn(page).or(Ok(pixels))
    }
}

/// A file of one page that is in trouble is no file that others of its pages could be read from.
fn of_file(error: ScanError) -> ScanError {
    match error {
        ScanError::Damaged { .. } => ScanError::Damaged { page: None },
        ScanError::Unsupported { .. } => ScanError::Unsupported { page: None },
        ScanError::TooLarge { what, .. } => ScanError::TooLarge { page: None, what },
        other => other,
    }
}

/// Runs what reads a page. Decoders of others are given whatever a file holds; one that panics over it has found the
/// page damaged.
pub(crate) fn guarded<T>(page: usize, work: impl FnOnce() -> Result<T, ScanError>) -> Result<T, ScanError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ScanError::damaged(page)))
}

/// Refuses a page by its size before any memory is asked for.
pub(crate) fn check_size(width: usize, height: usize, page: usize, limits: &Limits) -> Result<(), ScanError> {
    if width == 0 || height == 0 {
        return Err(ScanError::damaged(page));
    }
    match width.checked_mul(height) {
        Some(pixels) if pixels <= limits.pixels => Ok(()),
        _ => Err(ScanError::pixels(page, limits.pixels)),
    }
}

/// How bright a colour is (Rec. 601), of 255.
pub(crate) fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) + 500) / 1000) as u8
}
