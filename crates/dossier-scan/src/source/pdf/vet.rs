//! Everything a page is made of, looked at before any of it is unpacked for good.

use std::collections::HashSet;

use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::{Dict, MaybeRef, Name, ObjRef, Object, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::xref::XRef;

use super::measure::{Filter, Refused, unpacked};
use crate::source::check_size;
use crate::{Limits, ScanError, TooLarge};

/// Objects that a page may consist of; large ones have some thousand.
const MOST_OBJECTS: usize = 50_000;
/// How deep they may lie in one another.
const DEEPEST: usize = 60;
/// Points along the side of a page: the most that PDF allows for, five metres.
const LONGEST_SIDE: f32 = 14_400.0;
/// Samples of a picture in JPEG 2000, all its colours together: each takes four bytes while it is unpacked.
const MOST_WAVELETS: usize = 64_000_000;

/// Refuses a page that would take too much to unpack.
pub(super) fn page(page: &Page, number: usize, limits: &Limits) -> Result<(), ScanError> {
    let (width, height) = page.render_dimensions();
    if width.is_nan() || height.is_nan() || width.max(height) > LONGEST_SIDE {
        return Err(ScanError::pixels(number, limits.pixels));
    }
    let mut vetted = Vetted { xref: page.xref(), number, limits, seen: HashSet::new(), objects: 0, unpacked: 0 };
    let resources = page.resources();
    let inherited = [
        &resources.ext_g_states,
        &resources.fonts,
        &resources.color_spaces,
        &resources.x_objects,
        &resources.patterns,
        &resources.shadings,
    ];
    for dict in inherited {
        vetted.entries(dict, 0)?;
    }
    vetted.entries(page.raw(), 0)
}

/// Refuses a picture that would take too much to unpack; returns how many bytes it unpacks to before its own format.
pub(super) fn picture(stream: &Stream, number: usize, limits: &Limits) -> Result<usize, ScanError> {
    let dict = stream.dict();
    let side = |short, long| dict.get::<u32>(short).or_else(|| dict.get::<u32>(long)).map(|side| side as usize);
    let (width, height) = (side(keys::W, keys::WIDTH), side(keys::H, keys::HEIGHT));
    if let (Some(width), Some(height)) = (width, height) {
        check_size(width, height, number, limits)?;
    }
    let raw = stream.raw_data();
    let filters = Filter::all_of(stream);
    let (data, size) = unpacked(&raw, &filters, limits.unpacked).map_err(|refused| told(refused, number, limits))?;
    let own = filters.iter().position(|filter| filter.makes_picture());
    if let Some(at) = own {
        if at + 1 != filters.len() {
            return Err(ScanError::damaged(number));
        }
        let check = |size: Option<(usize, usize)>| {
            let (width, height) = size.ok_or(ScanError::damaged(number))?;
            check_size(width, height, number, limits)
        };
        match filters[at] {
            Filter::Fax => check(height.map(|height| (fax_columns(dict), height)))?,
            Filter::Jbig2 => jbig2_sizes(&data).into_iter().try_for_each(|size| check(Some(size)))?,
            Filter::Jpeg2000 => {
                let (width, height, colors) = jpeg_2000_size(&data).ok_or(ScanError::damaged(number))?;
                check(Some((width, height)))?;
                if width * height * colors > MOST_WAVELETS {
                    return Err(ScanError::pixels(number, MOST_WAVELETS / colors.max(1)));
                }
            }
            // JPEG is cut to the size that the dictionary tells, which was checked.
            _ => {}
        }
    }
    Ok(size)
}

fn told(refused: Refused, number: usize, limits: &Limits) -> ScanError {
    match refused {
        Refused::TooMuch => {
            ScanError::TooLarge { page: Some(number), what: TooLarge::Unpacked { most: limits.unpacked } }
        }
        Refused::Broken => ScanError::damaged(number),
    }
}

struct Vetted<'l> {
    xref: &'l XRef,
    number: usize,
    limits: &'l Limits,
    seen: HashSet<ObjRef>,
    objects: usize,
    unpacked: usize,
}

impl Vetted<'_> {
    fn entries(&mut self, dict: &Dict, depth: usize) -> Result<(), ScanError> {
        for (key, value) in dict.entries() {
            // Ways back up to the document and its other pages, and what is not drawn.
            if !matches!(&*key, b"Parent" | b"P" | b"Metadata" | b"PieceInfo" | b"B" | b"A" | b"Dest" | b"Popup") {
                self.value(value, depth)?;
            }
        }
        Ok(())
    }

    fn value(&mut self, value: MaybeRef<Object>, depth: usize) -> Result<(), ScanError> {
        match value {
            MaybeRef::Ref(reference) => {
                if self.seen.insert(reference)
                    && let Some(object) = self.xref.get::<Object>(reference.into())
                {
                    self.object(&object, depth)?;
                }
                Ok(())
            }
            MaybeRef::NotRef(object) => self.object(&object, depth),
        }
    }

    fn object(&mut self, object: &Object, depth: usize) -> Result<(), ScanError> {
        // Numbers make up the long arrays, and need no look.
        if matches!(object, Object::Number(_)) {
            return Ok(());
        }
        self.objects += 1;
        if self.objects > MOST_OBJECTS || depth > DEEPEST {
            return Err(ScanError::TooLarge { page: Some(self.number), what: TooLarge::Drawing });
        }
        match object {
            Object::Stream(stream) => {
                self.stream(stream)?;
                self.entries(stream.dict(), depth + 1)
            }
            Object::Dict(dict) => {
                let kind = dict.get::<Name>(keys::TYPE);
                match kind.as_deref() {
                    Some(b"Page" | b"Pages" | b"Catalog" | b"StructElem") => Ok(()),
                    _ => self.entries(dict, depth + 1),
                }
            }
            Object::Array(array) => array.raw_iter().try_for_each(|value| self.value(value, depth + 1)),
            _ => Ok(()),
        }
    }

    fn stream(&mut self, stream: &Stream) -> Result<(), ScanError> {
        self.unpacked += picture(stream, self.number, self.limits)?;
        if self.unpacked > self.limits.unpacked {
            return Err(told(Refused::TooMuch, self.number, self.limits));
        }
        Ok(())
    }
}

/// How wide the rows of a fax are; 1728 where it does not say.
fn fax_columns(dict: &Dict) -> usize {
    let of = |dict: &Dict| dict.get::<u32>(keys::COLUMNS);
    let parameters = dict.get::<Object>(keys::DP).or_else(|| dict.get::<Object>(keys::DECODE_PARMS));
    let columns = match parameters {
        Some(Object::Dict(dict)) => of(&dict),
        Some(Object::Array(array)) => array.iter::<Object>().filter_map(Object::into_dict).find_map(|dict| of(&dict)),
        _ => None,
    };
    columns.unwrap_or(1728) as usize
}

/// Sizes of the page and of all its regions, as JBIG2 declares them.
fn jbig2_sizes(data: &[u8]) -> Vec<(usize, usize)> {
    let mut sizes = Vec::new();
    let mut at = 0;
    while let Some((kind, start, length)) = jbig2_segment(data, at) {
        // Regions of text, halftone, plain and refined ones, and the page itself begin with width and height.
        if matches!(kind, 4..=7 | 20..=23 | 36..=43 | 48)
            && let Some([width, height]) = data.get(start..start + 8).map(two_longs)
        {
            // The height of a page that comes in stripes is not known; it is no more than 65,535.
            let height = if kind == 48 && height == usize::try_from(u32::MAX).unwrap_or(0) { 1 } else { height };
            sizes.push((width, height));
        }
        at = start + length;
        if sizes.len() > 1000 {
            // No page has so many regions; an impossible size refuses it.
            sizes.push((usize::MAX, usize::MAX));
            break;
        }
    }
    sizes
}

/// Kind of the segment whose header begins there, where its data begins, and how long that is.
fn jbig2_segment(data: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let number = u32::from_be_bytes(*data.get(at..)?.first_chunk()?);
    let flags = *data.get(at + 4)?;
    let count = *data.get(at + 5)?;
    let (referred, after_count) = if count >> 5 == 7 {
        let long = u32::from_be_bytes(*data.get(at + 5..)?.first_chunk()?) as usize & 0x1FFF_FFFF;
        (long, at + 9 + (long + 1).div_ceil(8))
    } else {
        (usize::from(count >> 5), at + 6)
    };
    let size = match number {
        0..=256 => 1,
        257..=65_536 => 2,
        _ => 4,
    };
    let after =
        after_count.checked_add(referred.checked_mul(size)?)?.checked_add(if flags & 0x40 == 0 { 1 } else { 4 })?;
    let length = u32::from_be_bytes(*data.get(after..)?.first_chunk()?) as usize;
    Some((flags & 0x3F, after + 4, length))
}

fn two_longs(bytes: &[u8]) -> [usize; 2] {
    let long = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize;
    [long(0), long(4)]
}

/// Width, height and number of colours of a JPEG 2000 picture.
fn jpeg_2000_size(data: &[u8]) -> Option<(usize, usize, usize)> {
    // The code stream begins with its own mark and that of the size, also inside of a file format.
    let start = memchr::memmem::find(data, b"\xFF\x4F\xFF\x51")? + 4;
    let [width, height] = two_longs(data.get(start + 4..start + 12)?);
    let [left, top] = two_longs(data.get(start + 12..start + 20)?);
    let colors = u16::from_be_bytes(*data.get(start + 36..)?.first_chunk()?);
    Some((width.checked_sub(left)?, height.checked_sub(top)?, usize::from(colors)))
}
