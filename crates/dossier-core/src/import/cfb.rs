//! The compound file around old Excel, Word and encrypted documents: a small FAT disk inside a file.

use super::xml::damaged;
use crate::Result;

pub(super) const SIGNATURE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const FREE: u32 = 0xFFFF_FFFF;
const MINI_SECTOR: usize = 64;
const ENTRY: usize = 128;

/// The streams of a compound file.
pub(super) struct CompoundFile<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    mini_cutoff: usize,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    size: usize,
}

impl<'a> CompoundFile<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        let broken = || damaged("文件头读不出来");
        if bytes.len() < 512 || bytes[..8] != SIGNATURE {
            return Err(broken());
        }
        let shift = u16_at(bytes, 30);
        if !matches!(shift, 9 | 12) {
            return Err(broken());
        }
        let mut file = Self {
            bytes,
            sector: 1 << shift,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            mini_cutoff: u32_at(bytes, 56) as usize,
            entries: Vec::new(),
        };
        file.read_fat()?;
        let directory = file.chain(u32_at(bytes, 48), usize::MAX)?;
        file.entries = directory.chunks_exact(ENTRY).map(Entry::of).collect();
        let root = file.entries.first().filter(|root| root.kind == 5).ok_or_else(|| damaged("目录读不出来"))?;
        let (start, size) = (root.start, root.size);
        let mini_fat = file.chain(u32_at(bytes, 60), usize::MAX)?;
        file.mini_fat = mini_fat.chunks_exact(4).map(|word| u32_at(word, 0)).collect();
        if size > 0 {
            file.mini_stream = file.chain(start, size)?;
        }
        Ok(file)
    }

    /// The names at the root: what kind of document it is. Embedded documents lie deeper and do not count.
    pub(super) fn names(&self) -> Vec<&str> {
        self.root_entries().map(|entry| entry.name.as_str()).collect()
    }

    /// The content of a stream at the root.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(entry) = self.root_entries().find(|entry| entry.kind == 2 && entry.name.eq_ignore_ascii_case(name))
        else {
            return Ok(None);
        };
        let bytes = if entry.size < self.mini_cutoff {
            self.mini_chain(entry.start, entry.size)?
        } else {
            self.chain(entry.start, entry.size)?
        };
        Ok(Some(bytes))
    }

    /// Walks the tree of the root's children; every entry at most once, whatever the links say.
    fn root_entries(&self) -> impl Iterator<Item = &Entry> {
        let mut seen = vec![false; self.entries.len()];
        let mut found = Vec::new();
        let mut open = vec![self.entries.first().map_or(FREE, |root| root.child)];
        while let Some(id) = open.pop() {
            let Some(entry) = self.entries.get(id as usize) else { continue };
            if std::mem::replace(&mut seen[id as usize], true) {
                continue;
            }
            found.push(entry);
            open.extend([entry.left, entry.right]);
        }
        found.into_iter()
    }

    fn read_fat(&mut self) -> Result<()> {
        let per_sector = self.sector / 4;
        let most = self.bytes.len() / self.sector + 1;
        let mut sectors: Vec<u32> = (0..109).map(|index| u32_at(self.bytes, 76 + index * 4)).collect();
        let mut next = u32_at(self.bytes, 68);
        let mut steps = 0;
        while next < END_OF_CHAIN - 3 {
            let sector = self.sector_at(next)?;
            if sector.len() < self.sector || steps > most {
                return Err(damaged("扇区表读不出来"));
            }
            sectors.extend((0..per_sector - 1).map(|index| u32_at(sector, index * 4)));
            next = u32_at(sector, (per_sector - 1) * 4);
            steps += 1;
        }
        sectors.retain(|&sector| sector < END_OF_CHAIN - 3);
        if sectors.len() > most {
            return Err(damaged("扇区表读不出来"));
        }
        for sector in sectors {
            let sector = self.sector_at(sector)?;
            self.fat.extend(sector.chunks_exact(4).map(|word| u32_at(word, 0)));
        }
        Ok(())
    }

    /// One sector; the last of a file may be shorter.
    fn sector_at(&self, number: u32) -> Result<&'a [u8]> {
        let start = (number as usize + 1).saturating_mul(self.sector);
        if start >= self.bytes.len() {
            return Err(damaged("文件只有前一半"));
        }
        Ok(&self.bytes[start..(start + self.sector).min(self.bytes.len())])
    }

    fn chain(&self, start: u32, size: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut next = start;
        while next < END_OF_CHAIN - 3 && bytes.len() < size {
            bytes.extend_from_slice(self.sector_at(next)?);
            // A chain longer than the file runs in a circle.
            if bytes.len() > self.bytes.len() {
                return Err(damaged("扇区链成了环"));
            }
            next = *self.fat.get(next as usize).ok_or_else(|| damaged("扇区链断了"))?;
        }
        if size != usize::MAX {
            if bytes.len() < size {
                return Err(damaged("文件只有前一半"));
            }
            bytes.truncate(size);
        }
        Ok(bytes)
    }

    fn mini_chain(&self, start: u32, size: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut next = start;
        while next < END_OF_CHAIN - 3 && bytes.len() < size {
            let at = (next as usize).saturating_mul(MINI_SECTOR);
            let sector = self.mini_stream.get(at..at + MINI_SECTOR).ok_or_else(|| damaged("文件只有前一半"))?;
            bytes.extend_from_slice(sector);
            next = *self.mini_fat.get(next as usize).ok_or_else(|| damaged("扇区链断了"))?;
        }
        if bytes.len() < size {
            return Err(damaged("文件只有前一半"));
        }
        bytes.truncate(size);
        Ok(bytes)
    }
}

impl Entry {
    fn of(bytes: &[u8]) -> Self {
        let length = (usize::from(u16_at(bytes, 64)) / 2).saturating_sub(1).min(31);
        let units: Vec<u16> = (0..length).map(|index| u16_at(bytes, index * 2)).collect();
        Self {
            name: String::from_utf16_lossy(&units),
            kind: bytes[66],
            left: u32_at(bytes, 68),
            right: u32_at(bytes, 72),
            child: u32_at(bytes, 76),
            start: u32_at(bytes, 116),
            size: u32_at(bytes, 120) as usize,
        }
    }
}

/// Little-endian numbers; 0 past the end, so that no record can be too short to look at.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |found| u16::from_le_bytes([found[0], found[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |found| u32::from_le_bytes([found[0], found[1], found[2], found[3]]))
}

pub(super) fn f64_at(bytes: &[u8], at: usize) -> f64 {
    let mut word = [0; 8];
    if let Some(found) = bytes.get(at..at + 8) {
        word.copy_from_slice(found);
    }
    f64::from_le_bytes(word)
}
