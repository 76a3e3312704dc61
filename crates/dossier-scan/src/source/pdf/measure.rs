//! How much a stream unpacks to, found out before anything unpacks it for good.
//!
//! The PDF library unpacks without a bound, and one megabyte can hold a gigabyte. Unpacking twice costs a few
//! milliseconds a page.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::{Array, Name, Stream};
use weezl::decode::Decoder as Lzw;
use weezl::{BitOrder, LzwStatus};

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    Flate,
    Lzw,
    RunLength,
    Ascii85,
    AsciiHex,
    /// What makes a picture stands last.
    Fax,
    Jbig2,
    Jpeg,
    Jpeg2000,
}

impl Filter {
    pub fn of_name(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"FlateDecode" | b"Fl" => Self::Flate,
            b"LZWDecode" | b"LZW" => Self::Lzw,
            b"RunLengthDecode" | b"RL" => Self::RunLength,
            b"ASCII85Decode" | b"A85" => Self::Ascii85,
            b"ASCIIHexDecode" | b"AHx" => Self::AsciiHex,
            b"CCITTFaxDecode" | b"CCF" => Self::Fax,
            b"JBIG2Decode" => Self::Jbig2,
            b"DCTDecode" | b"DCT" => Self::Jpeg,
            b"JPXDecode" => Self::Jpeg2000,
            _ => return None,
        })
    }

    /// Of a stream, in the order in which they are undone; as the library does it, unknown ones are passed over.
    pub fn all_of(stream: &Stream) -> Vec<Self> {
        let dict = stream.dict();
        let name = dict.get::<Name>(keys::F).or_else(|| dict.get::<Name>(keys::FILTER));
        if let Some(filter) = name.and_then(|name| Self::of_name(&name)) {
            return vec![filter];
        }
        let names = dict.get::<Array>(keys::F).or_else(|| dict.get::<Array>(keys::FILTER));
        let names = names.iter().flat_map(|names| names.iter::<Name>());
        names.filter_map(|name| Self::of_name(&name)).collect()
    }

    pub fn makes_picture(self) -> bool {
        matches!(self, Self::Fax | Self::Jbig2 | Self::Jpeg | Self::Jpeg2000)
    }
}

/// Why a stream must not be given to anybody who unpacks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It unpacks to more bytes than allowed.
    TooMuch,
    /// It is broken in a way that hides how much it unpacks to.
    Broken,
}

/// A broken stream is mended by guessing, which is allowed where even the densest one stays small.
const MENDED: usize = 64 << 10;

/// What is left before the first filter that makes a picture, and how many bytes that and all before it took. Unpacks
/// no more than `most` bytes at any step.
pub(super) fn unpacked<'a>(data: &'a [u8], filters: &[Filter], most: usize) -> Result<(Cow<'a, [u8]>, usize), Refused> {
    let mut current = Cow::Borrowed(data);
    let mut total = 0;
    for filter in filters {
        let unpacked = match filter {
            Filter::Flate => inflated(&current, most)?,
            Filter::Lzw => without_lzw(&current, most)?,
            Filter::RunLength => without_runs(&current, most)?,
            Filter::Ascii85 => from_base_85(&current),
            Filter::AsciiHex => from_hex(&current),
            Filter::Fax | Filter::Jbig2 | Filter::Jpeg | Filter::Jpeg2000 => break,
        };
        total += unpacked.len();
        if total > most {
            return Err(Refused::TooMuch);
        }
        current = Cow::Owned(unpacked);
    }
    Ok((current, total))
}

fn inflated(data: &[u8], most: usize) -> Result<Vec<u8>, Refused> {
    // In the order in which the PDF library tries them.
    match read_at_most(ZlibDecoder::new(data), most)? {
        Some(bytes) => return Ok(bytes),
        None if data.len() <= MENDED => return Ok(Vec::new()),
        None => {}
    }
    read_at_most(DeflateDecoder::new(data), most)?.ok_or(Refused::Broken)
}

/// `None` where the stream is broken before it becomes too long.
fn read_at_most(reader: impl Read, most: usize) -> Result<Option<Vec<u8>>, Refused> {
    let mut bytes = Vec::new();
    let read = reader.take(most as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > most {
        return Err(Refused::TooMuch);
    }
    Ok(read.is_ok().then_some(bytes))
}

fn without_lzw(data: &[u8], most: usize) -> Result<Vec<u8>, Refused> {
    // When the codes grow by a bit differs by one code, which does not change how much comes out by more than a word.
    let mut decoder = Lzw::with_tiff_size_switch(BitOrder::Msb, 8);
    let (mut bytes, mut at, mut buffer) = (Vec::new(), 0, vec![0; 64 << 10]);
    loop {
        let step = decoder.decode_bytes(&data[at..], &mut buffer);
        at += step.consumed_in;
        bytes.extend_from_slice(&buffer[..step.consumed_out]);
        if bytes.len() > most {
            return Err(Refused::TooMuch);
        }
        match step.status {
            Ok(LzwStatus::Ok) => {}
            Ok(LzwStatus::Done | LzwStatus::NoProgress) => return Ok(bytes),
            Err(_) if data.len() <= MENDED => return Ok(bytes),
            Err(_) => return Err(Refused::Broken),
        }
    }
}

fn without_runs(data: &[u8], most: usize) -> Result<Vec<u8>, Refused> {
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(&length) = data.get(at).filter(|&&length| length != 128) {
        let count = usize::from(length);
        if count < 128 {
            bytes.extend_from_slice(&data[(at + 1).min(data.len())..(at + 2 + count).min(data.len())]);
            at += count + 2;
        } else {
            let value = data.get(at + 1).copied().unwrap_or(0);
            bytes.resize(bytes.len() + 257 - count, value);
            at += 2;
        }
        if bytes.len() > most {
            return Err(Refused::TooMuch);
        }
    }
    Ok(bytes)
}

fn from_base_85(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() / 5 * 4);
    let mut group: Vec<u8> = Vec::with_capacity(5);
    let flush = |group: &mut Vec<u8>, bytes: &mut Vec<u8>| {
        let count = group.len().saturating_sub(1);
        group.resize(5, 84);
        let value = group.iter().fold(0_u32, |value, &digit| value.wrapping_mul(85).wrapping_add(u32::from(digit)));
        bytes.extend_from_slice(&value.to_be_bytes()[..count]);
        group.clear();
    };
    for &byte in data {
        match byte {
            b'!'..=b'u' => {
                group.push(byte - b'!');
                if group.len() == 5 {
                    flush(&mut group, &mut bytes);
                }
            }
            b'z' => bytes.extend_from_slice(&[0; 4]),
            b'~' => break,
            _ => {}
        }
    }
    if !group.is_empty() {
        flush(&mut group, &mut bytes);
    }
    bytes
}

fn from_hex(data: &[u8]) -> Vec<u8> {
    let digits = data.iter().take_while(|&&byte| byte != b'>').filter_map(|&byte| char::from(byte).to_digit(16));
    let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_filter_gives_back_what_was_packed() {
        let text = b"four words and two";
        let hex: String = text.iter().map(|byte| format!("{byte:02X}")).collect();
        let runs = [&[17][..], text, &[128]].concat();
        // Made with Python's base64.a85encode.
        let base_85: &[u8] = b"AoDg4+EqaEA9/l%DIal3GAd~>";
        let cases: [(&[u8], Filter); 4] = [
            (&deflated(text), Filter::Flate),
            (hex.as_bytes(), Filter::AsciiHex),
            (&runs, Filter::RunLength),
            (base_85, Filter::Ascii85),
        ];
        for (packed, filter) in cases {
            assert_eq!(unpacked(packed, &[filter], 100).unwrap().0, text.as_slice(), "{filter:?}");
        }
    }

    #[test]
    fn a_bomb_is_refused_however_it_is_wrapped() {
        let bomb = deflated(&vec![0; 10 << 20]);
        let twice = deflated(&bomb);
        let hex: String = twice.iter().map(|byte| format!("{byte:02x}")).collect();
        let filters = [Filter::AsciiHex, Filter::Flate, Filter::Flate];
        assert_eq!(unpacked(hex.as_bytes(), &filters, 1 << 20), Err(Refused::TooMuch));
        let runs = [129_u8, 0].repeat(1 << 14);
        assert_eq!(unpacked(&runs, &[Filter::RunLength], 1 << 20), Err(Refused::TooMuch));
        let cut = &bomb[..bomb.len() / 2];
        assert!(unpacked(cut, &[Filter::Flate], 20 << 20).is_ok(), "small enough to be mended");
    }
}
