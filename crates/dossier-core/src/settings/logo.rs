//! The organisation's logo: a picture that can be printed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Serialize, Serializer};

use crate::{Code, Error, Result};

/// More is no logo, but slows every document down.
const LARGEST_FILE: usize = 2 << 20;
const LARGEST_SIDE: u32 = 4096;

/// A PNG or JPEG file whose size is known.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    bytes: Vec<u8>,
    format: LogoFormat,
    width: u32,
    height: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoFormat {
    Png,
    Jpeg,
}

impl Logo {
    /// Takes the bytes of a picture.
    ///
    /// # Errors
    /// It is neither PNG nor JPEG, incomplete, or too large.
    pub fn new(bytes: Vec<u8>) -> Result<Self> {
        let bad = |what: &str| {
            Error::new(Code::UnsupportedFormat, format!("标志图片不能使用：{what}"))
                .hint("请换一张 PNG 或 JPEG 图片，不超过 2 MB，每边不超过 4096 像素")
        };
        if bytes.len() > LARGEST_FILE {
            return Err(bad("文件超过 2 MB"));
        }
        let (format, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            (LogoFormat::Png, png_size(&bytes))
        } else if bytes.starts_with(b"\xFF\xD8\xFF") {
            (LogoFormat::Jpeg, jpeg_size(&bytes))
        } else {
            return Err(bad("不是 PNG 或 JPEG"));
        };
        match size {
            None | Some((0, _) | (_, 0)) => Err(bad("文件不完整")),
            Some((width, height)) if width.max(height) > LARGEST_SIDE => {
                Err(bad(&format!("{width} × {height} 像素，太大")))
            }
            Some((width, height)) => Ok(Self { bytes, format, width, height }),
        }
    }

    /// From a `data:` URL, as settings are written.
    ///
    /// # Errors
    /// As [`Self::new`], or the URL is none.
    pub fn from_data_url(url: &str) -> Result<Self> {
        let bad = || {
            Error::new(
                Code::UnsupportedFormat,
                "标志图片应写作 `data:image/png;base64,…` 或 `data:image/jpeg;base64,…`",
            )
        };
        let (_, data) = url
            .strip_prefix("data:image/")
            .and_then(|rest| rest.split_once(";base64,"))
            .filter(|(kind, _)| matches!(*kind, "png" | "jpeg" | "jpg"))
            .ok_or_else(bad)?;
        Self::new(BASE64.decode(data).map_err(|_| bad())?)
    }

    pub fn to_data_url(&self) -> String {
        let kind = match self.format {
            LogoFormat::Png => "png",
            LogoFormat::Jpeg => "jpeg",
        };
        format!("data:image/{kind};base64,{}", BASE64.encode(&self.bytes))
    }

    /// The file as it was given.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn format(&self) -> LogoFormat {
        self.format
    }

    /// Pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels.
    pub fn height(&self) -> u32 {
        self.height
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({:?}, {} × {}, {} bytes)", self.format, self.width, self.height, self.bytes.len())
    }
}

impl Serialize for Logo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_data_url())
    }
}

fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.get(12..24)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| head.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    bytes.windows(4).any(|window| window == b"IEND").then_some(())?;
    Some((number(0)?, number(4)?))
}

/// Walks the segments to the start of the frame, which holds the size.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let word = |at: usize| bytes.get(at..at + 2).map(|b| u32::from(u16::from_be_bytes([b[0], b[1]])));
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        match *bytes.get(at + 1)? {
            // Fill bytes and markers without a segment.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return Some((word(at + 7)?, word(at + 5)?)),
            0xD9 | 0xDA => return None,
            _ => at += 2 + word(at + 2)?.max(2) as usize,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One pixel.
    pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01\x48\xaf\xa4\x71\0\0\0\0IEND\xaeB`\x82";

    #[test]
    fn a_picture_tells_its_size() {
        let logo = Logo::new(PNG.to_vec()).unwrap();
        assert_eq!((logo.format(), logo.width(), logo.height()), (LogoFormat::Png, 1, 1));
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04xx\xFF\xC0\0\x11\x08\0\x20\0\x40\x03".to_vec();
        let logo = Logo::new(jpeg).unwrap();
        assert_eq!((logo.format(), logo.width(), logo.height()), (LogoFormat::Jpeg, 64, 32));
        assert_eq!(Logo::from_data_url(&logo.to_data_url()).unwrap(), logo);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in [&b"GIF89a"[..], &PNG[..20], &PNG[..40], b"\xFF\xD8\xFF", b"\xFF\xD8\xFF\xE0\0\0\0\0", b""] {
            assert_eq!(Logo::new(bytes.to_vec()).unwrap_err().code, Code::UnsupportedFormat, "{bytes:?}");
        }
        assert!(Logo::from_data_url("logo.png").is_err());
    }
}
