//! A disk that forgets: what a program did to its files, and what would be there if the power had failed in between.
//!
//! What was synced is there. Of what was not, any part may be: of a file some of its writes, the last one perhaps torn; of
//! names, those that were given and taken first. Syncing a file keeps the name under which it was made, syncing a folder
//! keeps all that was done to its names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One thing that a program did.
#[derive(Debug, Clone)]
pub enum Deed {
    Create(PathBuf),
    Write(PathBuf, u64, Vec<u8>),
    Cut(PathBuf, u64),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    Link(PathBuf, PathBuf),
    Remove(PathBuf),
    /// What it printed: from here on, people rely on it.
    Said(String),
}

/// Reads what the shim wrote down.
pub fn read_log(log: &Path) -> Vec<Deed> {
    let bytes = fs::read(log).unwrap();
    let mut rest = &bytes[..];
    let mut deeds = Vec::new();
    while !rest.is_empty() {
        let kind = take(&mut rest, 1)[0];
        let length = u32::from_le_bytes(take(&mut rest, 4).try_into().unwrap()) as usize;
        let path = PathBuf::from(String::from_utf8(take(&mut rest, length).to_vec()).unwrap());
        let offset = u64::from_le_bytes(take(&mut rest, 8).try_into().unwrap());
        let length = u64::from_le_bytes(take(&mut rest, 8).try_into().unwrap()) as usize;
        let carries = matches!(kind, b'w' | b'r' | b'l' | b'a');
        let bytes = take(&mut rest, if carries { length } else { 0 }).to_vec();
        let text = || String::from_utf8(bytes.clone()).unwrap();
        deeds.push(match kind {
            b'c' => Deed::Create(path),
            b'w' => Deed::Write(path, offset, bytes),
            b't' => Deed::Cut(path, offset),
            b's' => Deed::Sync(path),
            b'r' => Deed::Rename(path, text().into()),
            b'l' => Deed::Link(path, text().into()),
            b'u' => Deed::Remove(path),
            b'a' => Deed::Said(text()),
            other => panic!("the log holds `{}`", char::from(other)),
        });
    }
    deeds
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> &'b [u8] {
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}

#[derive(Debug, Clone, Default)]
pub struct Disk {
    files: Vec<File>,
    /// Names as the program sees them, and as the disk has them.
    names: BTreeMap<PathBuf, usize>,
    kept_names: BTreeMap<PathBuf, usize>,
    /// What was done to names and not synced.
    waiting: Vec<Naming>,
}

#[derive(Debug, Clone, Default)]
struct File {
    kept: Vec<u8>,
    waiting: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Cut(u64),
}

#[derive(Debug, Clone)]
enum Naming {
    Give(PathBuf, usize),
    Take(PathBuf),
    Move(PathBuf, PathBuf, usize),
}

impl Disk {
    /// The files of a folder as they are now, all of them synced.
    pub fn of(folder: &Path) -> Self {
        let mut disk = Self::default();
        disk.add(folder);
        disk
    }

    fn add(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.add(&path);
            } else if !path.to_str().unwrap().ends_with("-shm") {
                self.names.insert(path.clone(), self.files.len());
                self.kept_names.insert(path.clone(), self.files.len());
                self.files.push(File { kept: fs::read(&path).unwrap(), waiting: Vec::new() });
            }
        }
    }

    pub fn see(&mut self, deed: &Deed) {
        match deed {
            Deed::Create(path) => {
                self.named(path);
            }
            Deed::Write(path, at, bytes) => {
                let file = self.named(path);
                self.files[file].waiting.push(Change::Write(*at, bytes.clone()));
            }
            Deed::Cut(path, length) => {
                let file = self.named(path);
                self.files[file].waiting.push(Change::Cut(*length));
            }
            Deed::Sync(path) => self.sync(path),
            Deed::Rename(from, to) => {
                let Some(file) = self.names.remove(from) else { return };
                self.names.insert(to.clone(), file);
                self.waiting.push(Naming::Move(from.clone(), to.clone(), file));
            }
            Deed::Link(from, to) => {
                let file = self.named(from);
                self.names.insert(to.clone(), file);
                self.waiting.push(Naming::Give(to.clone(), file));
            }
            Deed::Remove(path) => {
                if self.names.remove(path).is_some() {
                    self.waiting.push(Naming::Take(path.clone()));
                }
            }
            Deed::Said(_) => {}
        }
    }

    fn named(&mut self, path: &Path) -> usize {
        if let Some(file) = self.names.get(path) {
            return *file;
        }
        let file = self.files.len();
        self.files.push(File::default());
        self.names.insert(path.to_path_buf(), file);
        self.waiting.push(Naming::Give(path.to_path_buf(), file));
        file
    }

    fn sync(&mut self, path: &Path) {
        let synced = self.names.get(path).copied();
        let mut keeps: Vec<bool> = self.waiting.iter().map(|naming| naming.is_kept_by(path, synced)).collect();
        // A name that was taken before it was given again is taken.
        for later in (0..keeps.len()).rev().filter(|later| keeps[*later]).collect::<Vec<_>>() {
            let names = self.waiting[later].names();
            for (earlier, keep) in self.waiting[..later].iter().zip(&mut keeps) {
                *keep |= earlier.names().iter().any(|name| names.contains(name));
            }
        }
        let mut keeps = keeps.into_iter();
        let (kept, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|_| keeps.next().unwrap_or_default());
        self.waiting = waiting;
        for naming in &kept {
            name(&mut self.kept_names, naming);
        }
        if let Some(file) = synced {
            let File { kept, waiting } = &mut self.files[file];
            waiting.drain(..).for_each(|change| apply(kept, &change, None));
        }
    }

    /// What is there after a power cut, written into an empty folder in place of `root`.
    pub fn after_a_cut(&self, chance: &mut Chance, root: &Path, into: &Path) {
        let mut names = self.kept_names.clone();
        let lasting = chance.below(self.waiting.len() as u64 + 1) as usize;
        self.waiting[..lasting].iter().for_each(|naming| name(&mut names, naming));
        fs::create_dir_all(into).unwrap();
        for (path, file) in names {
            let path = into.join(path.strip_prefix(root).unwrap());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, self.files[file].after_a_cut(chance)).unwrap();
        }
    }
}

impl Naming {
    fn names(&self) -> Vec<&Path> {
        match self {
            Self::Give(name, _) | Self::Take(name) => vec![name],
            Self::Move(from, to, _) => vec![from, to],
        }
    }

    fn is_kept_by(&self, path: &Path, synced: Option<usize>) -> bool {
        let of_file = matches!(self, Self::Give(_, file) if synced == Some(*file));
        of_file || self.names().iter().any(|name| name.parent() == Some(path))
    }
}

impl File {
    fn after_a_cut(&self, chance: &mut Chance) -> Vec<u8> {
        let mut content = self.kept.clone();
        // Most disks write roughly in order; some write whatever lies nearest.
        let in_order = chance.below(2) == 0;
        let lasting = chance.below(self.waiting.len() as u64 + 1) as usize;
        for (index, change) in self.waiting.iter().enumerate() {
            let lasts = if in_order { index < lasting } else { chance.below(2) == 0 };
            if lasts {
                let torn = (chance.below(4) == 0).then(|| chance.below(9) * 512);
                apply(&mut content, change, torn);
            }
        }
        content
    }
}

fn name(names: &mut BTreeMap<PathBuf, usize>, naming: &Naming) {
    match naming {
        Naming::Give(path, file) => {
            names.insert(path.clone(), *file);
        }
        Naming::Take(path) => {
            names.remove(path);
        }
        Naming::Move(from, to, file) => {
            names.remove(from);
            names.insert(to.clone(), *file);
        }
    }
}

/// `torn`: only so many bytes of a write arrive.
fn apply(content: &mut Vec<u8>, change: &Change, torn: Option<u64>) {
    match change {
        Change::Cut(length) => content.resize(*length as usize, 0),
        Change::Write(at, bytes) => {
            let arrived = torn.map_or(bytes.len(), |torn| bytes.len().min(torn as usize));
            if arrived == 0 {
                return;
            }
            let (begin, end) = (*at as usize, *at as usize + arrived);
            if content.len() < end {
                content.resize(end, 0);
            }
            content[begin..end].copy_from_slice(&bytes[..arrived]);
        }
    }
}

/// Chance that comes out the same each time.
#[derive(Debug)]
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
