//! JPEG: pictures of cameras and scanners, alone or inside of a PDF.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{check_size, luma};
use crate::gray::Gray;
use crate::{Limits, ScanError, Turn};

/// Passes of a progressive picture; encoders make about ten. Each one of a hostile file would cost a pass over all
/// pixels.
const MOST_SCANS: usize = 40;

/// A file, turned as its camera says that it was held.
pub(crate) fn read(bytes: &[u8], page: usize, limits: &Limits) -> Result<Gray, ScanError> {
    // Decoders make grey of what is missing at the end. A record of which half is missing must be told of.
    if !is_whole(bytes) {
        return Err(ScanError::damaged(page));
    }
    let (gray, exif) = decode(bytes, page, limits)?;
    Ok(match exif {
        Some(exif) => as_held(gray, orientation(&exif)),
        None => gray,
    })
}

/// The pixels as they are stored, and what the camera noted.
pub(crate) fn decode(bytes: &[u8], page: usize, limits: &Limits) -> Result<(Gray, Option<Vec<u8>>), ScanError> {
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MOST_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let damaged = |_| ScanError::damaged(page);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder.dimensions().ok_or(ScanError::damaged(page))?;
    check_size(width, height, page, limits)?;
    let exif = decoder.exif().cloned();
    // Colour is only unpacked where brightness is not stored by itself.
    let out = match decoder.input_colorspace() {
        Some(ColorSpace::YCbCr | ColorSpace::Luma | ColorSpace::LumaA) => ColorSpace::Luma,
        Some(ColorSpace::RGB | ColorSpace::CMYK | ColorSpace::YCCK) => ColorSpace::RGB,
        _ => return Err(ScanError::Unsupported { page: Some(page) }),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(out));
    let pixels = decoder.decode().map_err(damaged)?;
    let pixels = match out {
        ColorSpace::Luma => pixels,
        _ => pixels.as_chunks::<3>().0.iter().map(|&color| luma(color)).collect(),
    };
    Ok((Gray::new(width, height, pixels).ok_or(ScanError::damaged(page))?, exif))
}

/// Whether the picture's own end mark follows its beginning; a preview among the notes has an end mark of its own.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(start) = start_of_scan(bytes) else { return false };
    bytes[start..].windows(2).rev().any(|window| window == b"\xFF\xD9")
}

/// Walks over the segments before the first pass of pixels.
fn start_of_scan(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        match bytes.get(at..at + 2)? {
            [0xFF, 0xFF] => at += 1,
            [0xFF, 0xDA] => return Some(at),
            [0xFF, _] => at += 2 + usize::from(u16::from_be_bytes(*bytes.get(at + 2..)?.first_chunk()?)),
            _ => return None,
        }
    }
}

/// The number under which Exif says how the camera was held; 1 is upright.
fn orientation(exif: &[u8]) -> u16 {
    let read = || -> Option<u16> {
        let little = match exif.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let short = |at: usize| -> Option<u16> {
            let two = *exif.get(at..)?.first_chunk()?;
            Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
        };
        let long = |at: usize| -> Option<usize> {
            let four = *exif.get(at..)?.first_chunk()?;
            Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) } as usize)
        };
        let directory = long(4)?;
        let entries = usize::from(short(directory)?);
        (0..entries).find_map(|entry| {
            let at = directory + 2 + 12 * entry;
            if short(at)? == 0x0112 { short(at + 8) } else { None }
        })
    };
    read().unwrap_or(1)
}

fn as_held(gray: Gray, orientation: u16) -> Gray {
    let turn = match orientation {
        3 | 4 => Turn::Around,
        5 | 8 => Turn::Left,
        6 | 7 => Turn::Right,
        _ => Turn::None,
    };
    let gray = if turn == Turn::None { gray } else { gray.turned(turn) };
    if matches!(orientation, 2 | 4 | 5 | 7) { gray.mirrored() } else { gray }
}
