//! PNG, read row by row: only the greys are kept.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Encoder, Limits as Bounds, Transformations};

use super::{check_size, luma};
use crate::gray::Gray;
use crate::{Limits, ScanError};

/// What the decoder may ask for besides a picture that is stored in passes.
const MOST_BESIDES: usize = 64 << 20;

pub(crate) fn read(bytes: &[u8], page: usize, limits: &Limits) -> Result<Gray, ScanError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Bounds { bytes: MOST_BESIDES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    // Notes and profiles can be bombs too, and nothing is asked of them.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|_| ScanError::damaged(page))?;
    let (width, height) = (header.width as usize, header.height as usize);
    check_size(width, height, page, limits)?;
    let mut reader = decoder.read_info().map_err(|_| ScanError::damaged(page))?;
    let (color, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        return Err(ScanError::Unsupported { page: Some(page) });
    }
    let mut pixels = Vec::with_capacity(width * height);
    if reader.info().interlaced {
        let size = reader.output_buffer_size().ok_or(ScanError::damaged(page))?;
        let mut all = vec![0; size];
        reader.next_frame(&mut all).map_err(|_| ScanError::damaged(page))?;
        append(&mut pixels, &all, color);
    } else {
        while let Some(row) = reader.next_row().map_err(|_| ScanError::damaged(page))? {
            append(&mut pixels, row.data(), color);
        }
        reader.finish().map_err(|_| ScanError::damaged(page))?;
    }
    Gray::new(width, height, pixels).ok_or(ScanError::damaged(page))
}

/// Transparent is laid on white, the colour of paper.
fn append(pixels: &mut Vec<u8>, row: &[u8], color: ColorType) {
    let over_white = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    match color {
        ColorType::GrayscaleAlpha => {
            pixels.extend(row.as_chunks::<2>().0.iter().map(|&[value, alpha]| over_white(value, alpha)));
        }
        ColorType::Rgb => pixels.extend(row.as_chunks::<3>().0.iter().map(|&color| luma(color))),
        ColorType::Rgba => {
            let chunks = row.as_chunks::<4>().0.iter();
            pixels.extend(chunks.map(|&[red, green, blue, alpha]| over_white(luma([red, green, blue]), alpha)));
        }
        ColorType::Grayscale | ColorType::Indexed => pixels.extend_from_slice(row),
    }
}

pub(crate) fn write(gray: &Gray) -> Result<Vec<u8>, ScanError> {
    let mut bytes = Vec::new();
    let failed = |_| ScanError::Unsupported { page: None };
    let mut encoder = Encoder::new(&mut bytes, gray.width() as u32, gray.height() as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(gray.pixels()).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
