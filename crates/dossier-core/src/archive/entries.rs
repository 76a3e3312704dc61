//! The directory of a zip file that nobody trusts yet, read before anything else reads it.
//!
//! Libraries keep several hundred bytes for each entry, take the last of two entries of one name, and believe what an
//! entry says of its size. All of that is asked here, while nothing is kept but names and sizes.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use super::limits;
use super::names;
use crate::{Code, Error, Result};

const END: &[u8; 4] = b"PK\x05\x06";
const END_SIZE: u64 = 22;
const LOCATOR: &[u8; 4] = b"PK\x06\x07";
const LOCATOR_SIZE: u64 = 20;
const LARGE_END: &[u8; 4] = b"PK\x06\x06";
const LARGE_END_SIZE: usize = 56;
const ENTRY: &[u8; 4] = b"PK\x01\x02";
const ENTRY_SIZE: usize = 46;
/// Before the bytes of each file, with its name once more.
const LOCAL: &[u8; 4] = b"PK\x03\x04";
const LOCAL_SIZE: u64 = 30;
const LONGEST_COMMENT: u64 = 65_535;
/// In place of a number that did not fit.
const LARGE: u32 = u32::MAX;
/// The extra field that holds what did not fit.
const LARGE_FIELD: u16 = 1;

const ENCRYPTED: u16 = 1;
const UTF_8: u16 = 1 << 11;
const UNIX: u8 = 3;

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// With the folder of the bag.
    pub name: String,
    /// Unpacked, as it says of itself.
    pub size: u64,
}

/// Where the directory lies.
struct Directory {
    entries: u64,
    start: u64,
    size: u64,
}

/// Reads the directory; folders are left out, their place in the numbering is kept.
///
/// # Errors
/// The file is no zip file, or one that no package is: names that lead out of it, links, two files of one name, more
/// than the limits.
pub(super) fn read(file: &mut File) -> Result<Vec<Option<Entry>>> {
    let length = file.seek(SeekFrom::End(0)).map_err(|_| torn())?;
    let directory = find(file, length)?;
    if directory.entries > limits::FILES {
        return Err(too_large(format!("里面的文件超过 {} 个", limits::FILES)));
    }
    if directory.size > limits::DIRECTORY_BYTES {
        return Err(too_large(format!("目录超过 {} MB", limits::DIRECTORY_BYTES >> 20)));
    }
    file.seek(SeekFrom::Start(directory.start)).map_err(|_| torn())?;
    let mut source = BufReader::with_capacity(64 << 10, (&mut *file).take(directory.size));
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    let mut all = 0u64;
    for _ in 0..directory.entries {
        let found = one(&mut source)?;
        if !seen.insert(names::folded(&found.name)) {
            return Err(refused(format!("有两个文件都叫 `{}`", shown(&found.name))));
        }
        all = all.saturating_add(found.size);
        entries.push(found);
    }
    if source.read(&mut [0]).map_err(|_| torn())? > 0 {
        return Err(torn());
    }
    if all > length.saturating_mul(limits::ALL_RATIO).saturating_add(limits::ALL_FREE_BYTES) {
        return Err(too_large(format!("解压后有 {} MB，是它自身的几十倍以上", all >> 20)));
    }
    let mut places: Vec<_> = entries.iter().map(|found| (found.start, found.end)).collect();
    places.sort_unstable();
    let overlap = places.windows(2).any(|pair| pair[0].1 > pair[1].0);
    if overlap || places.last().is_some_and(|last| last.1 > directory.start) {
        return Err(refused("里面的文件互相重叠"));
    }
    for found in &entries {
        named_alike(file, found)?;
    }
    let entry = |Found { name, size, .. }| (!name.ends_with('/')).then_some(Entry { name, size });
    Ok(entries.into_iter().map(entry).collect())
}

/// Programs that unpack from front to back go by the name before the bytes, the others by that in the directory.
fn named_alike(file: &mut File, found: &Found) -> Result<()> {
    let mut head = vec![0; LOCAL_SIZE as usize + found.name.len()];
    read_at(file, found.start, &mut head)?;
    let (head, name) = head.split_at(LOCAL_SIZE as usize);
    if !head.starts_with(LOCAL) {
        return Err(torn());
    }
    if usize::from(u16_at(head, 26)) != name.len() || name != found.name.as_bytes() {
        return Err(refused(format!("`{}` 在文件前面写的是另一个名字", shown(&found.name))));
    }
    Ok(())
}

/// The end of the file says where the directory lies.
fn find(file: &mut File, length: u64) -> Result<Directory> {
    let tail_size = length.min(END_SIZE + LONGEST_COMMENT + LOCATOR_SIZE);
    let tail_start = length - tail_size;
    let mut tail = vec![0; tail_size as usize];
    read_at(file, tail_start, &mut tail)?;
    let fits = |at: &usize| {
        let end = &tail[*at..];
        end.starts_with(END) && at + END_SIZE as usize + usize::from(u16_at(end, 20)) == tail.len()
    };
    let last = tail.len().checked_sub(END_SIZE as usize).ok_or_else(not_zip)?;
    let at = (0..=last).rev().find(fits).ok_or_else(not_zip)?;
    let end = &tail[at..];
    let several = u16_at(end, 4) != 0 || u16_at(end, 6) != 0;
    let mut directory =
        Directory { entries: u16_at(end, 10).into(), size: u32_at(end, 12).into(), start: u32_at(end, 16).into() };
    let mut end_of_directory = tail_start + at as u64;
    if let Some(locator) = at.checked_sub(LOCATOR_SIZE as usize).map(|at| &tail[at..])
        && locator.starts_with(LOCATOR)
    {
        let place = u64_at(locator, 8);
        let mut large = [0; LARGE_END_SIZE];
        if place.checked_add(LARGE_END_SIZE as u64).is_none_or(|end| end > end_of_directory) {
            return Err(torn());
        }
        read_at(file, place, &mut large)?;
        if !large.starts_with(LARGE_END) {
            return Err(torn());
        }
        directory = Directory { entries: u64_at(&large, 32), size: u64_at(&large, 40), start: u64_at(&large, 48) };
        end_of_directory = place;
    }
    if several {
        return Err(refused("是分卷的压缩文件"));
    }
    match directory.start.checked_add(directory.size) {
        Some(end) if end == end_of_directory => Ok(directory),
        Some(end) if end < end_of_directory => Err(refused("前面或后面接了别的数据")),
        _ => Err(torn()),
    }
}

/// An entry as far as it is asked about.
struct Found {
    name: String,
    size: u64,
    start: u64,
    end: u64,
}

fn one(source: &mut impl Read) -> Result<Found> {
    let mut head = [0; ENTRY_SIZE];
    source.read_exact(&mut head).map_err(|_| torn())?;
    if !head.starts_with(ENTRY) {
        return Err(torn());
    }
    let (flags, method) = (u16_at(&head, 8), u16_at(&head, 10));
    let (name_size, extra_size, comment_size) = (u16_at(&head, 28), u16_at(&head, 30), u16_at(&head, 32));
    let mut name = vec![0; name_size.into()];
    let mut extra = vec![0; extra_size.into()];
    source.read_exact(&mut name).and_then(|()| source.read_exact(&mut extra)).map_err(|_| torn())?;
    if comment_size > 0 || extra.len() > limits::EXTRA_BYTES {
        return Err(refused("目录里夹带了别的数据"));
    }
    let is_plain = flags & UTF_8 != 0 || name.is_ascii();
    let name = String::from_utf8(name).ok().filter(|_| is_plain).ok_or_else(|| refused("文件名不是 UTF-8 的"))?;
    if let Some(fault) = names::fault(&name) {
        return Err(refused(format!("文件名 `{}` {fault}", shown(&name))));
    }
    if flags & ENCRYPTED != 0 {
        return Err(refused(format!("`{name}` 是加密的")));
    }
    let mode = (u32_at(&head, 38) >> 16) & 0o170_000;
    if head[5] == UNIX && !matches!(mode, 0 | 0o100_000 | 0o040_000) {
        return Err(refused(format!("`{name}` 是链接，不是文件")));
    }
    let (packed, size, start) = sizes(&head, &extra)?;
    if !(method == 8 || method == 0 && packed == size) {
        return Err(refused(format!("`{name}` 用了不支持的压缩方式")));
    }
    if name.ends_with('/') && size > 0 {
        return Err(refused(format!("`{name}` 既是文件夹又是文件")));
    }
    if size > limits::FILE_BYTES {
        return Err(too_large(format!("`{name}` 解压后超过 {} MB", limits::FILE_BYTES >> 20)));
    }
    if size > limits::FREE_BYTES && size / limits::FILE_RATIO > packed {
        return Err(too_large(format!("`{name}` 解压后是它自身的 {} 倍以上", limits::FILE_RATIO)));
    }
    let end = start.saturating_add(LOCAL_SIZE + u64::from(name_size)).saturating_add(packed);
    Ok(Found { name, size, start, end })
}

/// Packed size, size and place. What did not fit stands in an extra field, in this order: size, packed size, place.
fn sizes(head: &[u8], extra: &[u8]) -> Result<(u64, u64, u64)> {
    let (packed, size, start) = (u32_at(head, 20), u32_at(head, 24), u32_at(head, 42));
    let mut large = large_field(extra)?;
    let mut whole = |short: u32| -> Result<u64> {
        if short != LARGE {
            return Ok(u64::from(short));
        }
        let (number, rest) = large.split_at_checked(8).ok_or_else(torn)?;
        large = rest;
        Ok(u64_at(number, 0))
    };
    let size = whole(size)?;
    let packed = whole(packed)?;
    let start = whole(start)?;
    Ok((packed, size, start))
}

fn large_field(mut extra: &[u8]) -> Result<&[u8]> {
    while extra.len() >= 4 {
        let (id, size) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let (field, rest) = extra[4..].split_at_checked(size).ok_or_else(torn)?;
        if id == LARGE_FIELD {
            return Ok(field);
        }
        extra = rest;
    }
    Ok(&[])
}

fn read_at(file: &mut File, place: u64, into: &mut [u8]) -> Result<()> {
    file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(into)).map_err(|_| torn())
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// A name from outside as it may stand in a message.
fn shown(name: &str) -> String {
    const MOST: usize = 80;
    let mut shown: String = name.chars().take(MOST).map(|ch| if ch.is_control() { '\u{FFFD}' } else { ch }).collect();
    if name.chars().count() > MOST {
        shown.push('…');
    }
    shown
}

fn not_zip() -> Error {
    Error::new(Code::CorruptFile, "这不是归档包：它不是 zip 文件，或没有复制完整").hint("请向移交方重新要一份")
}

pub(super) fn torn() -> Error {
    Error::new(Code::CorruptFile, "这个归档包的目录读不出来：文件损坏或没有复制完整").hint("请向移交方重新要一份")
}

pub(super) fn refused(what: impl std::fmt::Display) -> Error {
    Error::new(Code::CorruptFile, format!("这个归档包不能打开：{what}"))
        .hint("归档包里不会有这样的内容，请不要解压它，并向移交方核实来源")
}

fn too_large(what: impl std::fmt::Display) -> Error {
    Error::new(Code::TooLarge, format!("这个归档包不能打开：{what}"))
        .hint("归档包里不会有这样的内容，请不要解压它，并向移交方核实来源")
}
