//! Pictures as they stand in the file.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use png::{ColorType, Decoder, Encoder, Limits, Transformations};
use printpdf::{DictItem, ExternalStream, ExternalXObject};

use crate::PdfError;

/// A logo or another picture, checked and made ready. Cheap to clone; make it once and write many documents with it.
///
/// JPEG goes into the file as it is, and so does PNG without transparency. Transparency is laid on white, the colour
/// of paper: printers treat pages with transparency as one large bitmap. Colours are taken for sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture(Arc<Ready>);

#[derive(Debug, PartialEq, Eq)]
struct Ready {
    width: u32,
    height: u32,
    bits: u8,
    colors: Colors,
    packed: Packed,
    content: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
enum Colors {
    Gray,
    Rgb,
    /// Three bytes a colour.
    Palette(Vec<u8>),
}

#[derive(Debug, PartialEq, Eq)]
enum Packed {
    Jpeg,
    /// Rows with PNG filters.
    Png,
}

/// More pixels than this are not a logo, and decoding them would stop the machine.
const MOST_PIXELS: u64 = 64_000_000;

impl Picture {
    /// Reads a PNG or JPEG file.
    ///
    /// # Errors
    /// Another or a broken file, JPEG in CMYK, or more than 64 million pixels.
    pub fn new(file: &[u8]) -> Result<Self, PdfError> {
        let ready = if file.starts_with(b"\x89PNG\r\n\x1a\n") {
            png_ready(file)
        } else if file.starts_with(&[0xFF, 0xD8]) {
            jpeg_ready(file)
        } else {
            Err("只支持 PNG 和 JPEG 格式".into())
        };
        ready.map(|ready| Self(Arc::new(ready))).map_err(|reason| PdfError::Picture { reason })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.0.height
    }

    pub(crate) fn to_xobject(&self) -> ExternalXObject {
        let Ready { width, height, bits, colors, packed, content } = &*self.0;
        let name = |name: &str| DictItem::Name(name.into());
        let whole = |value: u32| DictItem::Int(i64::from(value));
        let mut dict = BTreeMap::from([
            ("Type", name("XObject")),
            ("Subtype", name("Image")),
            ("Width", whole(*width)),
            ("Height", whole(*height)),
            ("BitsPerComponent", whole(u32::from(*bits))),
        ]);
        let (space, samples) = match colors {
            Colors::Gray => (name("DeviceGray"), 1),
            Colors::Rgb => (name("DeviceRGB"), 3),
            Colors::Palette(colors) => {
                let last = whole((colors.len() / 3) as u32 - 1);
                let table = DictItem::String { data: colors.clone(), literal: false };
                (DictItem::Array(vec![name("Indexed"), name("DeviceRGB"), last, table]), 1)
            }
        };
        dict.insert("ColorSpace", space);
        match packed {
            Packed::Jpeg => {
                dict.insert("Filter", name("DCTDecode"));
            }
            Packed::Png => {
                dict.insert("Filter", name("FlateDecode"));
                let parameters = [
                    ("Predictor", whole(15)),
                    ("Colors", whole(samples)),
                    ("BitsPerComponent", whole(u32::from(*bits))),
                    ("Columns", whole(*width)),
                ];
                let map = parameters.into_iter().map(|(key, value)| (key.into(), value)).collect();
                dict.insert("DecodeParms", DictItem::Dict { map });
            }
        }
        let dict = dict.into_iter().map(|(key, value)| (key.into(), value)).collect();
        let stream = ExternalStream { dict, content: content.clone(), compress: false };
        ExternalXObject { stream, width: None, height: None, dpi: None }
    }
}

fn check_size(width: u32, height: u32) -> Result<(), String> {
    match u64::from(width) * u64::from(height) {
        0 => Err("图片没有内容".into()),
        pixels if pixels > MOST_PIXELS => Err(format!("图片过大（{width}×{height} 像素）")),
        _ => Ok(()),
    }
}

fn png_ready(file: &[u8]) -> Result<Ready, String> {
    let broken = |error: png::DecodingError| format!("PNG 文件损坏（{error}）");
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: 256 << 20 });
    decoder.set_transformations(Transformations::IDENTITY);
    let info = decoder.read_header_info().map_err(broken)?;
    check_size(info.width, info.height)?;
    let interlaced = info.interlaced;
    let mut reader = decoder.read_info().map_err(broken)?;
    let info = reader.info();
    let transparent = info.trns.is_some() || matches!(info.color_type, ColorType::GrayscaleAlpha | ColorType::Rgba);
    if transparent || interlaced {
        return png_ready(&flattened(file).map_err(broken)?);
    }
    // Decoded although the rows are taken as they are: a broken picture must be known now, not on paper.
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("图片过大")?];
    reader.next_frame(&mut pixels).map_err(broken)?;
    let info = reader.info();
    let colors = match (info.color_type, &info.palette) {
        (ColorType::Grayscale, _) => Colors::Gray,
        (ColorType::Indexed, Some(palette)) if palette.len() >= 3 => {
            Colors::Palette(palette[..palette.len().min(768) / 3 * 3].to_vec())
        }
        (ColorType::Indexed, _) => return Err("PNG 文件损坏（没有调色板）".into()),
        _ => Colors::Rgb,
    };
    Ok(Ready {
        width: info.width,
        height: info.height,
        bits: info.bit_depth as u8,
        colors,
        packed: Packed::Png,
        content: chunks(file).filter(|(kind, _)| kind == b"IDAT").flat_map(|(_, data)| data).copied().collect(),
    })
}

/// The chunks of a PNG file that was found readable.
fn chunks(file: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = &file[8..];
    std::iter::from_fn(move || {
        let (head, tail) = rest.split_at_checked(8)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let (data, tail) = tail.split_at_checked(length)?;
        rest = tail.get(4..)?;
        Some((&head[4..], data))
    })
}

/// The picture on white, as a PNG without transparency or interlacing.
fn flattened(file: &[u8]) -> Result<Vec<u8>, png::DecodingError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: 256 << 20 });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(png::DecodingError::LimitsExceeded)?];
    let frame = reader.next_frame(&mut pixels)?;
    pixels.truncate(frame.buffer_size());
    let on_white = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    let (color, pixels) = match frame.color_type {
        ColorType::GrayscaleAlpha => {
            (ColorType::Grayscale, pixels.chunks_exact(2).map(|p| on_white(p[0], p[1])).collect())
        }
        ColorType::Rgba => {
            (ColorType::Rgb, pixels.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|i| on_white(p[i], p[3]))).collect())
        }
        other => (other, pixels),
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, frame.width, frame.height);
    encoder.set_color(color);
    encoder.set_depth(frame.bit_depth);
    let mut writer = encoder.write_header().expect("the size was checked");
    writer.write_image_data(&pixels).expect("as many pixels as the size says");
    writer.finish().expect("writing to memory does not fail");
    Ok(file)
}

fn jpeg_ready(file: &[u8]) -> Result<Ready, String> {
    let frame = jpeg_frame(file).ok_or("JPEG 文件损坏")?;
    let (kind, &[bits, h0, h1, w0, w1, samples, ..]) = frame else { return Err("JPEG 文件损坏".into()) };
    let (width, height) = (u16::from_be_bytes([w0, w1]).into(), u16::from_be_bytes([h0, h1]).into());
    check_size(width, height)?;
    let colors = match (kind, bits, samples) {
        // Baseline, extended, progressive: what PDF knows.
        (0xC0..=0xC2, 8, 1) => Colors::Gray,
        (0xC0..=0xC2, 8, 3) => Colors::Rgb,
        (0xC0..=0xC2, 8, 4) => return Err("JPEG 使用 CMYK 颜色，请另存为 RGB 图片".into()),
        _ => return Err("不支持的 JPEG 编码方式，请另存为普通 JPEG 或 PNG".into()),
    };
    Ok(Ready { width, height, bits, colors, packed: Packed::Jpeg, content: file.to_vec() })
}

/// The frame header: its marker and contents.
fn jpeg_frame(file: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = file.get(2..)?;
    loop {
        let &[0xFF, marker, ..] = rest else { return None };
        rest = &rest[1..];
        match marker {
            // Any number of these may fill up before a marker.
            0xFF => continue,
            // Scan or end before any frame.
            0xD9 | 0xDA => return None,
            0x01 | 0xD0..=0xD8 => rest = &rest[1..],
            _ => {
                let length = usize::from(u16::from_be_bytes([*rest.get(1)?, *rest.get(2)?]));
                let body = rest.get(3..length + 1)?;
                // All frames but the three markers among them that are tables.
                if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
                    return Some((marker, body));
                }
                rest = rest.get(length + 1..)?;
            }
        }
    }
}
