//! Writing a package: a BagIt bag in a zip file, from the first byte to the last without going back, so that a year of
//! dossiers takes no more memory than the largest file in it.
//!
//! What is packed goes through memory once, and three things happen to it at the same time: it is read and written here,
//! hashed by a second thread, and sent to the disk by a third one.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::names;
use crate::files::Flowing;
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

/// Files from this size on are hashed by a thread of their own.
const LARGE: u64 = 1 << 20;
/// What is hashed there comes in pieces of this size, and so many of them wait.
const PIECE: usize = 1 << 20;
const WAITING: usize = 4;

/// Where a package is written to.
type Target = BufWriter<Flowing>;

/// A package that is being written.
pub(crate) struct Bag {
    zip: ZipWriter<Target>,
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
        let zip = ZipWriter::new(BufWriter::with_capacity(1 << 20, Flowing::new(file))).set_auto_large_file();
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
        let hashing = if about < LARGE { Hashing::Here(Hasher::default()) } else { Hashing::beside() };
        let mut counted = Counted { inner: &mut self.zip, hashing, size: 0 };
        write(&mut counted)?;
        let packed = Packed { path, size: counted.size, sha256: counted.hashing.finish() };
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
        let flowing = written.into_inner().map_err(|error| unwritable(error.error()))?;
        flowing.settle().map_err(|error| unwritable(&error))
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
    inner: &'a mut ZipWriter<Target>,
    hashing: Hashing,
    size: u64,
}

/// How a file is hashed that is being packed.
enum Hashing {
    Here(Hasher),
    Beside(Beside),
}

/// A thread that hashes what it is sent.
struct Beside {
    thread: JoinHandle<Hasher>,
    pieces: SyncSender<Vec<u8>>,
    /// Pieces that were hashed, to be filled again.
    hashed: Receiver<Vec<u8>>,
    /// What waits to be sent.
    piece: Vec<u8>,
}

impl Hashing {
    fn beside() -> Self {
        let (pieces, coming) = sync_channel::<Vec<u8>>(WAITING);
        let (give_back, hashed) = channel();
        let hash = move || {
            let mut hasher = Hasher::default();
            for piece in coming {
                hasher.update(&piece);
                // At the end nobody wants it any more.
                let _ = give_back.send(piece);
            }
            hasher
        };
        match std::thread::Builder::new().name("hash".into()).spawn(hash) {
            Ok(thread) => Self::Beside(Beside { thread, pieces, hashed, piece: Vec::with_capacity(PIECE) }),
            // Slower, and just as right.
            Err(_) => Self::Here(Hasher::default()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Here(hasher) => hasher.update(bytes),
            Self::Beside(beside) => beside.update(bytes),
        }
    }

    fn finish(self) -> String {
        match self {
            Self::Here(hasher) => hasher.finish(),
            Self::Beside(beside) => beside.finish(),
        }
    }
}

impl Beside {
    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE {
                let mut empty = self.hashed.try_recv().unwrap_or_else(|_| Vec::with_capacity(PIECE));
                empty.clear();
                let full = std::mem::replace(&mut self.piece, empty);
                self.pieces.send(full).expect("the thread hashes until nothing more comes");
            }
        }
    }

    fn finish(self) -> String {
        let Self { thread, pieces, piece, .. } = self;
        pieces.send(piece).expect("the thread hashes until nothing more comes");
        drop(pieces);
        thread.join().expect("hashing does not fail").finish()
    }
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hashing.update(&bytes[..count]);
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

#[cfg(test)]
mod tests {
    use super::super::package::Package;
    use super::*;

    #[test]
    fn large_files_are_packed_and_hashed_as_they_come() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let bytes: Vec<u8> = (0..(9 << 20) + 7_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let mut bag = Bag::begin(File::create(&path).unwrap(), "包");
        let write = |into: &mut dyn Write| {
            bytes.chunks(700_001).try_for_each(|piece| into.write_all(piece)).map_err(|error| unwritable(&error))
        };
        let packed = bag.stream("data/a.pdf", bytes.len() as u64, write).unwrap();
        assert_eq!((packed.size, &*packed.sha256), (bytes.len() as u64, &*sha256(&bytes)));
        drop(bag.finish().unwrap());
        assert!(Package::open(&path).unwrap().read("data/a.pdf", packed.size).unwrap() == bytes);
    }
}
