//! What holds a PDF together, looked at before the library opens it.
//!
//! Tables of objects, and objects packed together, are unpacked on opening and whenever one of them is needed. Which
//! streams those are cannot be asked of the library before it has unpacked them, so that they are found here by what
//! their dictionaries say, and measured.

use super::measure::{Filter, Refused, unpacked};
use crate::{Limits, ScanError, TooLarge};

/// Bytes before the data of a stream in which its dictionary is looked for.
const DICTIONARY: usize = 8 << 10;
/// Bytes within which nesting is counted, and how deep it may be.
const NESTING: usize = 8 << 10;
const DEEPEST: usize = 200;
/// Bytes at the end of a file in which its end mark stands.
const END: usize = 4 << 10;

/// Refuses what is cut off, protected, or unpacks to too much before a page is even known.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), ScanError> {
    if !contains(&bytes[bytes.len().saturating_sub(END)..], b"%%EOF") {
        // The library would mend it and find some of the pages: a record of which the rest is missing.
        return Err(ScanError::Damaged { page: None });
    }
    if names(bytes, b"/Encrypt") {
        return Err(ScanError::Encrypted);
    }
    if nests_deep(bytes) {
        return Err(ScanError::Damaged { page: None });
    }
    let most = limits.unpacked / 4;
    let mut left = most;
    for data in streams(bytes) {
        let dictionary = &bytes[data.saturating_sub(DICTIONARY)..data];
        let dictionary = &dictionary[after_last(dictionary, b"endstream")..];
        if !holds_structure(dictionary) {
            continue;
        }
        let packed = &bytes[data..];
        let packed = &packed[..find(packed, b"endstream").unwrap_or(packed.len())];
        match unpacked(packed, &filters(dictionary), left) {
            Ok((_, size)) => left -= size.min(left),
            Err(Refused::TooMuch) => return Err(ScanError::TooLarge { page: None, what: TooLarge::Unpacked { most } }),
            Err(Refused::Broken) => return Err(ScanError::Damaged { page: None }),
        }
    }
    Ok(())
}

/// Whether things stand in things more than any program writes, which readers go through again for each of them.
///
/// Every few thousand bytes the count begins anew, since packed data may hold as many beginnings without an end.
fn nests_deep(bytes: &[u8]) -> bool {
    bytes.chunks(NESTING).any(|part| {
        let mut depth = 0_usize;
        let mut last = 0;
        part.iter().any(|&byte| {
            match (last, byte) {
                (_, b'[') | (b'<', b'<') => depth += 1,
                (_, b']') | (b'>', b'>') => depth = depth.saturating_sub(1),
                _ => {}
            }
            // Three signs are not two pairs.
            last = if last == byte { 0 } else { byte };
            depth > DEEPEST
        })
    })
}

/// Where the data of each stream begins.
fn streams(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let found = at + find(&bytes[at..], b"stream")?;
            at = found + b"stream".len();
            if bytes[..found].ends_with(b"end") {
                continue;
            }
            match &bytes[at..] {
                [b'\r', b'\n', ..] => return Some(at + 2),
                [b'\n' | b'\r', ..] => return Some(at + 1),
                _ => {}
            }
        }
    })
}

/// A table of objects or packed objects; a name written with `#` may be anything.
fn holds_structure(dictionary: &[u8]) -> bool {
    let told = [&b"/ObjStm"[..], b"/XRef", b"/First", b"/Size"].iter().any(|name| names(dictionary, name));
    let hidden = |at: usize| dictionary[..at].iter().rev().take(20).any(|&byte| byte == b'/');
    let mut hashes = dictionary.iter().enumerate().rev().take(600).filter(|(_, byte)| **byte == b'#');
    told || hashes.any(|(at, _)| hidden(at))
}

/// The names after `/Filter`, in their order; deflate where none can be made out, since nearly all use it.
fn filters(dictionary: &[u8]) -> Vec<Filter> {
    let Some(start) = find(dictionary, b"/Filter") else { return vec![Filter::Flate] };
    let rest = &dictionary[start + b"/Filter".len()..];
    let names = rest.split(|&byte| byte == b'/').skip(1);
    let names = names.map(|name| {
        let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
        &name[..end]
    });
    let filters: Vec<Filter> = names.map_while(Filter::of_name).collect();
    if filters.is_empty() { vec![Filter::Flate] } else { filters }
}

/// Whether a name stands there, and not only the beginning of a longer one.
fn names(bytes: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], name) {
        at += found + name.len();
        if bytes.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
            return true;
        }
    }
    false
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    find(bytes, text).is_some()
}

fn after_last(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).rposition(|window| window == text).map_or(0, |at| at + text.len())
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, text)
}
