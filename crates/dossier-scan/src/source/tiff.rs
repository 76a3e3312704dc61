//! TIFF, as older scanners and fax servers write it: many pages, often black and white.

use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits as Bounds};

use super::{check_size, guarded, luma};
use crate::gray::Gray;
use crate::{Limits, ScanError, TooLarge};

pub(crate) struct Tiff<'a> {
    decoder: Decoder<Cursor<&'a [u8]>>,
    bytes: &'a [u8],
    limits: &'a Limits,
    /// The page that the decoder stands on, counted from 1.
    at: usize,
}

impl<'a> Tiff<'a> {
    pub fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, ScanError> {
        let mut bounds = Bounds::default();
        bounds.decoding_buffer_size = limits.pixels.saturating_mul(4);
        bounds.intermediate_buffer_size = limits.bytes;
        let open = || Decoder::new(Cursor::new(bytes)).map_err(|_| ScanError::Damaged { page: None });
        let decoder = guarded(1, open).map_err(|_| ScanError::Damaged { page: None })?.with_limits(bounds);
        Ok(Self { decoder, bytes, limits, at: 1 })
    }

    /// Goes to a page if there is one. Pages are a chain; one that is broken ends the file.
    pub fn has(&mut self, page: usize) -> Result<bool, ScanError> {
        if page < self.at {
            *self = Self::open(self.bytes, self.limits)?;
        }
        while self.at < page {
            if !self.decoder.more_images() {
                return Ok(false);
            }
            if self.at > self.limits.pages {
                return Err(ScanError::TooLarge { page: None, what: TooLarge::Pages { most: self.limits.pages } });
            }
            let decoder = &mut self.decoder;
            guarded(page, || decoder.next_image().map_err(|_| ScanError::damaged(page)))
                .map_err(|_| ScanError::Damaged { page: None })?;
            self.at += 1;
        }
        Ok(true)
    }

    /// The page that [`Tiff::has`] went to.
    pub fn page(&mut self, page: usize) -> Result<Gray, ScanError> {
        let damaged = |_| ScanError::damaged(page);
        let unsupported = || ScanError::Unsupported { page: Some(page) };
        let (width, height) = self.decoder.dimensions().map_err(damaged)?;
        let (width, height) = (width as usize, height as usize);
        check_size(width, height, page, self.limits)?;
        let color = self.decoder.colortype().map_err(damaged)?;
        let samples = match self.decoder.read_image().map_err(damaged)? {
            DecodingResult::U8(bytes) => bytes,
            DecodingResult::U16(shorts) => shorts.into_iter().map(|short| (short >> 8) as u8).collect(),
            _ => return Err(unsupported()),
        };
        let pixels = match color {
            ColorType::Gray(1) => unpacked(&samples, width),
            ColorType::Gray(8 | 16) => samples,
            ColorType::RGB(8 | 16) | ColorType::YCbCr(8) => brightness::<3>(&samples, luma),
            ColorType::RGBA(8 | 16) => brightness::<4>(&samples, |[red, green, blue, _]| luma([red, green, blue])),
            ColorType::CMYK(8 | 16) => brightness::<4>(&samples, |[cyan, magenta, yellow, black]| {
                let light = |ink: u8| (u16::from(255 - ink) * u16::from(255 - black) / 255) as u8;
                luma([light(cyan), light(magenta), light(yellow)])
            }),
            _ => return Err(unsupported()),
        };
        Gray::new(width, height, pixels).ok_or(ScanError::damaged(page))
    }
}

fn brightness<const SAMPLES: usize>(samples: &[u8], of: impl Fn([u8; SAMPLES]) -> u8) -> Vec<u8> {
    samples.as_chunks::<SAMPLES>().0.iter().map(|&pixel| of(pixel)).collect()
}

/// Eight pixels a byte, every row from a byte of its own.
fn unpacked(packed: &[u8], width: usize) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(packed.len() * 8);
    for row in packed.chunks_exact(width.div_ceil(8)) {
        pixels.extend((0..width).map(|x| if row[x / 8] >> (7 - x % 8) & 1 == 1 { 255 } else { 0 }));
    }
    pixels
}
