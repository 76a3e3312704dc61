//! Writing a package: a BagIt bag in a zip file, from the first byte to the last without going back, so that a year of
//! dossiers takes no more memory than the largest file in it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::names;
use crate::storage::{Hasher, sha256};
use crate::{Code, Error, Result};

/// Everything that is archived lies below this.
pub(crate) const PAYLOAD: &str = "data/";
pub(crate) const DECLARATION: &str = "bagit.txt";
pub(crate) const INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// What `bagit.txt` says in every bag.
pub(crate) const DECLARED: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// Files that are compressed already.
const PACKED: [&str; 8] = ["pdf", "xlsx", "docx", "png", "jpg", "jpeg", "zip", "ofd"];

/// A package that is being written.
pub(crate) struct Bag {
    zip: ZipWriter<BufWriter<File>>,
    root: String,
    payload: Vec<Packed>,
    tags: Vec<Packed>,
    /// As systems compare them that do not tell upper from lower case.
    taken: HashSet<String>,
}

/// A file that lies in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packed {
    /// Within the bag: `data/index.json`.
    pub path: String,
    pub size: u64,
    pub sha256: String,
}

impl Bag {
    /// Begins a bag in an empty file. Unpacked, all of it lies in the folder `root`.
    pub fn begin(file: File, root: &str) -> Self {
        let zip = ZipWriter::new(BufWriter::with_capacity(1 << 20, file)).set_auto_large_file();
        Self { zip, root: root.to_owned(), payload: Vec::new(), tags: Vec::new(), taken: HashSet::new() }
    }

    /// Packs a file.
    ///
    /// # Errors
    /// The disk is full or cannot be written.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<Packed> {
        self.stream(path, bytes.len() as u64, |into| into.write_all(bytes).map_err(|error| unwritable(&error)))
    }

    /// Packs a file that is written piece by piece and will have about so many bytes.
    ///
    /// # Errors
    /// What `write` returns; the disk is full or cannot be written.
    pub fn stream(
        &mut self,
        path: &str,
        about: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<Packed> {
        let path = self.free(path);
        let method = match path.rsplit_once('.') {
            Some((_, ending)) if PACKED.contains(&ending) => CompressionMethod::Stored,
            _ => CompressionMethod::Deflated,
        };
        // The same files give the same package, whenever it is made.
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(about > u64::from(u32::MAX) / 2);
        let name = format!("{}/{path}", self.root);
        debug_assert_eq!(names::fault(&name), None, "{name}");
        self.zip.start_file(name, options).map_err(|error| unwritable(&error.into()))?;
        let mut counted = Counted { inner: &mut self.zip, hasher: Hasher::default(), size: 0 };
        write(&mut counted)?;
        let packed = Packed { path, size: counted.size, sha256: counted.hasher.finish() };
        let list = if packed.path.starts_with(PAYLOAD) { &mut self.payload } else { &mut self.tags };
        list.push(packed.clone());
        Ok(packed)
    }

    /// Number of files and of bytes that are archived, so far.
    pub fn payload(&self) -> (usize, u64) {
        (self.payload.len(), self.payload.iter().map(|file| file.size).sum())
    }

    /// The manifest of what is archived. Its hash stands for all of it.
    pub fn manifest(&self) -> String {
        lines(&self.payload)
    }

    /// Writes the manifests and the end of the zip file, and gives the file back.
    ///
    /// # Errors
    /// The disk is full or cannot be written.
    pub fn finish(mut self) -> Result<File> {
        let manifest = self.manifest();
        self.add(MANIFEST, manifest.as_bytes())?;
        self.add(DECLARATION, DECLARED.as_bytes())?;
        let tags = lines(&self.tags);
        self.add(TAG_MANIFEST, tags.as_bytes())?;
        let written = self.zip.finish().map_err(|error| unwritable(&error.into()))?;
        written.into_inner().map_err(|error| unwritable(error.error()))
    }

    /// The path, or with （2） where it is taken.
    fn free(&mut self, path: &str) -> String {
        let mut free = path.to_owned();
        let (stem, ending) = path.rsplit_once('.').unwrap_or((path, ""));
        for number in 2.. {
            if self.taken.insert(names::folded(&free)) {
                break;
            }
            free = format!("{stem}（{number}）.{ending}");
        }
        free
    }
}

/// A manifest: a hash and a path a line, as `sha256sum` writes and reads them.
fn lines(files: &[Packed]) -> String {
    let mut sorted: Vec<&Packed> = files.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut text = String::new();
    for file in sorted {
        writeln!(text, "{}  {}", file.sha256, file.path).expect("writing to a string");
    }
    text
}

/// What people copy from the signed 移交清单: the first digits of the manifest's hash.
pub(crate) fn code_of(manifest_sha256: &str) -> String {
    in_groups(&manifest_sha256[..24])
}

/// Hexadecimal digits as people read them to each other: four at a time.
pub(crate) fn in_groups(digits: &str) -> String {
    let upper = digits.to_ascii_uppercase();
    let groups: Vec<&str> = (0..upper.len()).step_by(4).map(|at| &upper[at..upper.len().min(at + 4)]).collect();
    groups.join("-")
}

/// The hash that stands for everything archived.
pub(crate) fn digest_of(manifest: &str) -> String {
    sha256(manifest)
}

struct Counted<'a> {
    inner: &'a mut ZipWriter<BufWriter<File>>,
    hasher: Hasher,
    size: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

pub(crate) fn unwritable(error: &io::Error) -> Error {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => {
            Error::new(Code::Io, "归档包没有写成：磁盘空间不足").hint("请清理磁盘后重试，或换一个磁盘")
        }
        _ => Error::new(Code::Io, format!("归档包没有写成：{error}")).hint("请检查磁盘后重试，或换一个位置"),
    }
}
