//! The one way in which copies are made: written beside, synced, opened and checked, and only then named.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta};
use rusqlite::{Connection, ErrorCode};

use super::super::hash::sha256_of_file;
use super::inspect::{Depth, Held, inspect};
use super::name::{CopyName, Why};
use super::sums;
use crate::{Code, Error, Result, files};

/// How long one waits for another process that makes a copy of its own.
const PATIENCE: Duration = Duration::from_secs(30);
/// So far the names of copies may be ahead of the clock.
const AHEAD: TimeDelta = TimeDelta::minutes(15);
/// What a copy is called until it has been checked.
const UNFINISHED: &str = ".tmp";
/// Who holds this file may make and remove copies.
const HOLD: &str = ".lock";

/// A folder of copies, held by this process alone.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _held: files::Held,
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    pub name: CopyName,
    pub path: PathBuf,
    pub holds: Held,
}

impl Folder {
    /// Makes the folder where there is none, takes hold of it, and removes what killed processes left half written.
    ///
    /// # Errors
    /// The folder cannot be made or written; another process holds it.
    pub fn enter(path: &Path) -> Result<Self> {
        files::create_folder(path)?;
        let held = files::hold(&path.join(HOLD), PATIENCE)?;
        let folder = Self { path: path.to_path_buf(), _held: held };
        sweep(path)?;
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A whole copy of the database as it is now, whoever writes meanwhile.
    ///
    /// # Errors
    /// The disk is full, the database is damaged, the copy is not what it should be. Then nothing is left behind.
    pub fn make(&self, connection: &Connection, why: Why, now: DateTime<FixedOffset>) -> Result<Copy> {
        let name = CopyName { at: self.after_others(now.naive_local()), why, suspect: false };
        self.receive(name, |unfinished| write_from(connection, unfinished))
    }

    /// A finished copy from another folder, under the same name.
    ///
    /// # Errors
    /// As [`Folder::make`].
    pub fn fetch(&self, copy: &Path, name: &CopyName) -> Result<Copy> {
        self.receive(name.clone(), |unfinished| files::copy(copy, unfinished))
    }

    /// Removes a copy.
    ///
    /// # Errors
    /// The file is there and cannot be removed.
    pub fn remove(&self, name: &CopyName) -> Result<()> {
        files::remove(&self.path.join(name.file()))
    }

    /// Has a file written under a name that is no copy's, and gives it its own once it has been opened and checked.
    fn receive(&self, name: CopyName, write: impl FnOnce(&Path) -> Result<()>) -> Result<Copy> {
        let unfinished = Unfinished(self.path.join(format!("{}{UNFINISHED}", name.file())));
        write(&unfinished.0)?;
        let holds = inspect(&unfinished.0, Depth::Everything)?;
        let name = self.free(CopyName { suspect: !holds.faults.is_empty(), ..name });
        let path = self.path.join(name.file());
        // The hash first: one of a file that never came is harmless, a copy without its hash is checked less well.
        sums::note(&self.path, &name.file(), &sha256_of_file(&unfinished.0)?)?;
        files::rename(&unfinished.0, &path)?;
        Ok(Copy { name, path, holds })
    }

    /// Copies that are made faster than one a second keep their order: it tells which ones are no longer needed. Names
    /// that are further ahead come from a clock that was wrong, and are left behind.
    fn after_others(&self, now: NaiveDateTime) -> NaiveDateTime {
        let paths = files::list(&self.path).unwrap_or_default();
        let names = paths.iter().filter_map(|path| CopyName::parse(path.file_name()?.to_str()?));
        let last = names.map(|name| name.at).filter(|at| (TimeDelta::zero()..AHEAD).contains(&(*at - now))).max();
        last.map_or(now, later)
    }

    /// A finished copy is never written over: the second one of a second is called a second later.
    fn free(&self, mut name: CopyName) -> CopyName {
        while self.path.join(name.file()).exists() {
            name.at = later(name.at);
        }
        name
    }
}

/// Writes what a database holds now into a new file that is safely on the disk.
pub(super) fn write_from(connection: &Connection, path: &Path) -> Result<()> {
    // Made here first: SQLite says less of what stands in the way.
    files::create(path)?;
    let name = path
        .to_str()
        .ok_or_else(|| Error::new(Code::Io, format!("文件夹的路径不是有效文本：`{}`", files::display(path))))?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(|error| told(path, error))?;
    files::sync(path)
}

fn later(at: NaiveDateTime) -> NaiveDateTime {
    at.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(NaiveDateTime::MIN)
}

/// SQLite names neither the file nor the disk.
fn told(path: &Path, error: rusqlite::Error) -> Error {
    use std::io::ErrorKind as Kind;
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Kind::StorageFull,
        Some(ErrorCode::ReadOnly) => Kind::ReadOnlyFilesystem,
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Kind::PermissionDenied,
        _ => return error.into(),
    };
    files::problem("写入备份", path, &kind.into())
}

/// Removes what killed processes left in a folder. Nobody else may be writing there.
pub(super) fn sweep(folder: &Path) -> Result<()> {
    for left in files::list(folder)?.iter().filter(|left| is_unfinished(left)) {
        files::remove(left)?;
    }
    Ok(())
}

fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // SQLite may keep a journal beside what it writes.
    name.strip_suffix(UNFINISHED)
        .or_else(|| name.strip_suffix(&format!("{UNFINISHED}-journal")))
        .is_some_and(|name| CopyName::parse(name).is_some() || name.starts_with(".dossier-"))
}

/// Goes away unless it was renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Whatever is left of it is no backup.
        let _ = files::remove(&self.0);
        let _ = files::remove(&super::beside(&self.0, "-journal"));
    }
}
