//! A package from outside, opened for reading. Nothing of it is ever unpacked to the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use memchr::memmem;
use zip::ZipArchive;

use super::papers::PDF_A;
use super::{entries, limits};
use crate::storage::Hasher;
use crate::{Code, Error, Result, files};

/// A file is read in pieces of this size.
const PIECE: usize = 256 << 10;

/// An open package.
pub(crate) struct Package {
    archive: ZipArchive<BufReader<File>>,
    /// Of the files by their paths within the bag: place in the directory, and size.
    files: BTreeMap<String, (usize, u64)>,
}

/// What reading a file from its first to its last byte tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passed {
    pub sha256: String,
    /// Whether it says of itself that it is PDF/A-2u.
    pub pdf_a: bool,
}

impl Package {
    /// Opens a package.
    ///
    /// # Errors
    /// It cannot be read, or is none: see `entries`.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = files::open(path)?;
        let entries = entries::read(&mut file)?;
        let archive = ZipArchive::new(BufReader::new(file)).map_err(|_| entries::torn())?;
        if archive.len() != entries.len() {
            return Err(entries::torn());
        }
        let mut root: Option<String> = None;
        let mut files = BTreeMap::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let Some(entry) = entry else { continue };
            let same = archive.name_for_index(index).and_then(Result::ok).is_some_and(|name| name == entry.name);
            if !same {
                return Err(entries::torn());
            }
            let Some((folder, path)) = entry.name.split_once('/') else {
                return Err(not_a_bag(format!("`{}` 不在包的文件夹里", entry.name)));
            };
            if root.as_ref().is_some_and(|root| root != folder) {
                return Err(not_a_bag("里面不只一个文件夹"));
            }
            root.get_or_insert_with(|| folder.to_owned());
            files.insert(path.to_owned(), (index, entry.size));
        }
        Ok(Self { archive, files })
    }

    /// Paths of all files within the bag, with their sizes.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files.iter().map(|(path, (_, size))| (path.as_str(), *size))
    }

    /// How large a file is; none where there is none of this path.
    pub fn size(&self, path: &str) -> Option<u64> {
        self.files.get(path).map(|(_, size)| *size)
    }

    /// Reads a file whole.
    ///
    /// # Errors
    /// There is none, it is larger than `most`, or it cannot be unpacked.
    pub fn read(&mut self, path: &str, most: u64) -> Result<Vec<u8>> {
        let size = self.size(path).ok_or_else(|| missing(path))?;
        if size > most {
            return Err(Error::new(Code::TooLarge, format!("`{path}` 超过 {} MB", most >> 20))
                .hint("归档包里不会有这样大的文件，请向移交方核实来源"));
        }
        let mut bytes = Vec::with_capacity(size as usize);
        self.each_piece(path, |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }

    /// Reads a file whose hash was found before: who changes the package meanwhile gets nowhere.
    ///
    /// # Errors
    /// As [`read`](Self::read); it is not what it was.
    pub fn read_known(&mut self, path: &str, most: u64, sha256: &str) -> Result<Vec<u8>> {
        let bytes = self.read(path, most)?;
        if crate::storage::sha256(&bytes) != sha256 {
            return Err(unreadable(path));
        }
        Ok(bytes)
    }

    /// Reads a file from its first to its last byte; none where it cannot be unpacked.
    ///
    /// # Errors
    /// There is none of this path.
    pub fn pass(&mut self, path: &str) -> Result<Option<Passed>> {
        if self.size(path).is_none() {
            return Err(missing(path));
        }
        let mut hasher = Hasher::default();
        let is_pdf = path.ends_with(".pdf");
        let (mut pdf_a, mut before) = (false, Vec::new());
        let read = self.each_piece(path, |piece| {
            hasher.update(piece);
            if is_pdf && !pdf_a {
                // What is looked for may lie across two pieces.
                before.extend_from_slice(&piece[..piece.len().min(PDF_A.len())]);
                pdf_a = memmem::find(piece, PDF_A).is_some() || memmem::find(&before, PDF_A).is_some();
                before = piece[piece.len().saturating_sub(PDF_A.len())..].to_vec();
            }
            Ok(())
        });
        Ok(read.is_ok().then(|| Passed { sha256: hasher.finish(), pdf_a }))
    }

    /// Reads the lines of a text, one at a time.
    ///
    /// # Errors
    /// There is none, a line is too long or no UTF-8; what `each` returns.
    pub fn each_line(&mut self, path: &str, mut each: impl FnMut(&str) -> Result<()>) -> Result<()> {
        let mut line = Vec::new();
        self.each_piece(path, |piece| {
            let mut rest = piece;
            while let Some(end) = memchr::memchr(b'\n', rest) {
                line.extend_from_slice(&rest[..end]);
                each(std::str::from_utf8(&line).map_err(|_| unreadable(path))?)?;
                line.clear();
                rest = &rest[end + 1..];
            }
            line.extend_from_slice(rest);
            if line.len() > limits::ENTRY_BYTES { Err(unreadable(path)) } else { Ok(()) }
        })?;
        if line.is_empty() { Ok(()) } else { each(std::str::from_utf8(&line).map_err(|_| unreadable(path))?) }
    }

    fn each_piece(&mut self, path: &str, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let (index, size) = *self.files.get(path).ok_or_else(|| missing(path))?;
        let mut entry = self.archive.by_index(index).map_err(|_| unreadable(path))?;
        let mut piece = vec![0; PIECE.min(size as usize + 1)];
        let mut left = size;
        loop {
            let count = entry.read(&mut piece).map_err(|_| unreadable(path))?;
            if count == 0 {
                return if left == 0 { Ok(()) } else { Err(unreadable(path)) };
            }
            // More than it says of itself: whatever comes, it is not what was packed.
            left = left.checked_sub(count as u64).ok_or_else(|| unreadable(path))?;
            each(&piece[..count])?;
        }
    }
}

pub(super) fn not_a_bag(why: impl std::fmt::Display) -> Error {
    Error::new(Code::CorruptFile, format!("这不是归档包：{why}")).hint("请选择“归档”得到的 zip 文件，不要改动它")
}

fn missing(path: &str) -> Error {
    not_a_bag(format!("里面没有 `{path}`"))
}

pub(super) fn unreadable(path: &str) -> Error {
    Error::new(Code::CorruptFile, format!("归档包里的 `{path}` 读不出来：文件损坏")).hint("请向移交方重新要一份")
}
