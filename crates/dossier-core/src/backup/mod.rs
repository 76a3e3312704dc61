//! Backups: when copies are made, which are kept and where, what a copy holds, and how it comes back.
//!
//! How a copy is made and how it takes the place of the database is `storage::backup`. Everything here works beside an
//! open data folder, on connections of its own, and also where the database cannot be opened at all.

mod current;
mod diagnosis;
mod keep;
mod look;
mod offers;
mod restore;
mod second;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod times;
pub mod wire;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use rusqlite::{Connection, OpenFlags};

pub use crate::storage::backup::{Copy, CopyName, Why};
pub use offers::{Listed, Source};

use crate::storage::backup::{self as copies, Folder, Head};
use crate::storage::{BACKUPS, FILE_NAME};
use crate::{Code, Environment, Error, Result, files};
use keep::Recent;
use state::State;
use wire::BackupMade;

/// Copies of an activity are so far apart.
const APART: TimeDelta = TimeDelta::minutes(30);
/// How long a copy waits for a writer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The backups of a data folder.
#[derive(Debug)]
pub struct Backups<'e> {
    data: PathBuf,
    environment: &'e Environment,
}

/// What was done when a copy was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    New(Copy),
    /// Nothing was written since this one.
    Unchanged(Copy),
    /// Nothing was ever written.
    Nothing,
}

impl<'e> Backups<'e> {
    pub fn of(data: &Path, environment: &'e Environment) -> Self {
        Self { data: data.to_path_buf(), environment }
    }

    /// The folder of copies.
    pub fn folder(&self) -> PathBuf {
        self.data.join(BACKUPS)
    }

    /// Makes a copy, unless there is one since which nothing was written. Those that are no longer needed go.
    ///
    /// # Errors
    /// The disk is full or cannot be written, the database is damaged. Then nothing is left behind.
    pub fn make(&self, why: Why) -> Result<Made> {
        let live = self.live()?;
        let head = copies::head(&live)?;
        if head.seq == 0 {
            return Ok(Made::Nothing);
        }
        let folder = Folder::enter(&self.folder())?;
        let mut state = State::read(folder.path());
        // One that was damaged since is none.
        if let Some((name, path)) = self.last(&state)
            && state.head_of(&name, &path) == Some(head.seq_and_hash())
            && let Ok(holds) = copies::inspect_copy(&path)
        {
            return Ok(Made::Unchanged(Copy { name, path, holds }));
        }
        let copy = folder.make(&live, why, self.environment.now())?;
        state.note(&copy);
        thin(&folder, self.now(), Recent::HERE);
        // The copy is there; what is not remembered of it is worked out anew.
        let _ = state.write(&folder);
        Ok(Made::New(copy))
    }

    /// Whether something was written, and the last copy is half an hour old. Costs next to nothing.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_due(&self) -> Result<bool> {
        let now = self.now();
        // Copies from the future say nothing of when the last one was made: the clock was wrong then, or is now.
        let last = self.names().into_iter().map(|(name, _)| name.at).filter(|at| *at <= now).max();
        if last.is_some_and(|last| now - last < APART) {
            return Ok(false);
        }
        self.has_changed()
    }

    /// Whether something was written since the newest copy.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_changed(&self) -> Result<bool> {
        let head = copies::head(&self.live()?)?;
        let state = State::read(&self.folder());
        let known = self.last(&state).and_then(|(name, path)| state.head_of(&name, &path));
        Ok(head.seq > 0 && known != Some(head.seq_and_hash()))
    }

    /// What a window does from time to time: makes a copy where one is due, and brings it to the second folder as soon
    /// as that is there. Tells what was made.
    ///
    /// # Errors
    /// As [`Backups::make`]. What stands in the way of the second folder is told by [`Backups::status`].
    pub fn tend(&self) -> Result<Option<Copy>> {
        let made = if self.is_due()? { Some(self.make(Why::Activity)?) } else { None };
        let new = match made {
            Some(Made::New(copy)) => Some(copy),
            _ => None,
        };
        self.bring_to_second(new.is_some())?;
        Ok(new)
    }

    /// Makes a copy because somebody asks for it, and brings it to the second folder where that is there.
    ///
    /// # Errors
    /// As [`Backups::make`].
    pub fn make_now(&self) -> Result<BackupMade> {
        let made = self.make(Why::Asked)?;
        self.bring_to_second(true)?;
        let second = State::read(&self.folder()).second;
        let second = second.and_then(|second| match second.trouble {
            None if second.reached.as_ref() != Some(&second.tried) => Some(format!("“{}”没有连上", second.folder)),
            trouble => trouble,
        });
        let unchanged = matches!(made, Made::Unchanged(_));
        let copy = match made {
            Made::New(copy) | Made::Unchanged(copy) => {
                Some(self.describe_copy(&Source::Here(copy.name), &copy.path, &copy.holds))
            }
            Made::Nothing => None,
        };
        Ok(BackupMade { copy, unchanged, second })
    }

    /// A connection of its own to the database, beside those that are open.
    fn live(&self) -> Result<Connection> {
        let path = self.data.join(FILE_NAME);
        if !path.exists() {
            return Err(Error::new(Code::NotFound, format!("`{}` 里还没有数据", files::display(&self.data)))
                .hint("请检查数据文件夹；还没有用过的不需要备份"));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> Result<Connection> {
            let connection = Connection::open_with_flags(&path, flags)?;
            connection.busy_timeout(PATIENCE)?;
            // What stands in the way shows at the first look.
            copies::head(&connection)?;
            Ok(connection)
        };
        open().map_err(|error| Error {
            message: format!("无法打开 `{}`：{}", files::display(&path), error.message),
            ..error
        })
    }

    /// The copies beside the data, newest first.
    fn names(&self) -> Vec<(CopyName, PathBuf)> {
        names_in(&self.folder())
    }

    /// The copy that was made last. Not always the one with the latest name: a clock may have been wrong once.
    fn last(&self, state: &State) -> Option<(CopyName, PathBuf)> {
        let mut names = self.names();
        let made = state.last_file().and_then(|file| names.iter().position(|(name, _)| name.file() == file));
        (!names.is_empty()).then(|| names.swap_remove(made.unwrap_or(0)))
    }

    fn now(&self) -> NaiveDateTime {
        self.environment.now().naive_local()
    }
}

/// The copies of a folder, newest first; none where it cannot be read.
fn names_in(folder: &Path) -> Vec<(CopyName, PathBuf)> {
    let paths = files::list(folder).unwrap_or_default();
    let mut names: Vec<_> = paths.into_iter().filter_map(|path| Some((name_of(&path)?, path))).collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse((name.at, name.file())));
    names
}

fn name_of(path: &Path) -> Option<CopyName> {
    CopyName::parse(path.file_name()?.to_str()?)
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |about| about.len())
}

/// Removes what is no longer needed. What cannot be removed stays until the next time.
fn thin(folder: &Folder, now: NaiveDateTime, recent: Recent) {
    let all: Vec<_> = names_in(folder.path()).into_iter().map(|(name, path)| (name, size(&path))).collect();
    for name in keep::surplus(&all, now, recent) {
        let _ = folder.remove(&name);
    }
}

impl Head {
    fn seq_and_hash(&self) -> (i64, String) {
        (self.seq, self.hash.clone())
    }
}
