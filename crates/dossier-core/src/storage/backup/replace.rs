//! A copy takes the place of the database: all of it or nothing of it, whenever the power fails.
//!
//! The new file is written and finished beside the old one. Then a note is left of what is to be done; from that moment
//! on the restore has happened, and whoever opens the folder next finishes what was begun. Each step can be done twice.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use super::super::error::{damaged, placed};
use super::super::migrations::{MIGRATIONS, migrate};
use super::super::open::configure;
use super::super::{Act, BACKUPS, FILE_NAME, Storage};
use super::inspect::{Head, head};
use super::make::{Copy, Folder, sweep, write_from};
use super::name::Why;
use super::numbers;
use super::{Depth, beside, inspect, inspect_copy, open, untouched};
use crate::{Code, Error, Result, files};

/// The note of a restore that has happened and may not be finished.
const NOTE: &str = "dossier.db.restore";
/// The finished file that is to become the database.
const NEW: &str = "dossier.db.new";
/// What belongs to a database beside its file.
const COMPANIONS: [&str; 3] = ["-wal", "-journal", "-shm"];
/// How long one waits for other windows and programs to let go of the database.
const PATIENCE: Duration = Duration::from_secs(3);

/// What stands where the database belongs.
#[derive(Debug)]
pub enum Standing {
    /// A whole database of this program, held so that nobody else can open or write it.
    Whole(Box<Connection>),
    /// Something that cannot be opened, and why.
    Damaged(Error),
    Missing,
}

/// What became of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Where a database lies now that could not be opened.
    pub moved: Option<PathBuf>,
    /// The copy that was made of a whole one.
    pub copied: Option<Copy>,
    /// Last entry of the log that was there before, as far as it could be read.
    pub before: Option<Head>,
    /// Last entry of the copy.
    pub restored: Head,
    /// Official numbers that were given after the copy was made, and are void now.
    pub voided: Vec<String>,
    /// Number of the entry that tells of the restore.
    pub entry: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// Where the old file goes; nowhere, where there is a copy of it.
    kept: Option<String>,
}

/// Looks at the database of a data folder and, where it is whole, takes it for this process alone.
///
/// # Errors
/// Another window or program has it open; it is from a newer version.
pub fn standing(data: &Path) -> Result<Standing> {
    let path = data.join(FILE_NAME);
    if !path.exists() {
        return Ok(Standing::Missing);
    }
    match take(&path) {
        Ok(connection) => Ok(Standing::Whole(Box::new(connection))),
        Err(error) if error.code == Code::DamagedDatabase => Ok(Standing::Damaged(error)),
        Err(error) if error.code == Code::Busy => {
            Err(Error::new(Code::Busy, "另一个窗口或程序正开着这个数据文件夹，没有恢复")
                .hint("请关闭其他窗口和正在运行的 `dossier`，再恢复一次；数据没有被改动"))
        }
        Err(error) => Err(placed(error, path.to_str())),
    }
}

fn take(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    let storage = Storage { connection, dossiers: Default::default() };
    storage.merge_on_closing(false)?;
    if !storage.is_ours(path)? {
        return Err(damaged("文件里什么也没有"));
    }
    storage.check_structure()?;
    storage.merge_on_closing(true)?;
    let connection = storage.connection;
    // Everything goes into the one file, which is refused while anybody else has it open; then nobody gets in.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let mode = connection.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0))?;
    if mode != "delete" {
        return Err(Error::new(Code::Busy, "数据库正被使用"));
    }
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
    Ok(connection)
}

/// Puts what a copy holds in the place of the database. The old one is copied where it is whole, and kept under another
/// name where it is not. `describe` gets the heads of both logs and says what the audit log tells of the restore.
///
/// # Errors
/// The copy is damaged, the disk is full, somebody else has the database open. Then everything is as it was.
pub fn replace(
    data: &Path,
    copy: &Path,
    actor: &str,
    now: DateTime<FixedOffset>,
    describe: impl FnOnce(Option<&Head>, &Head) -> serde_json::Map<String, serde_json::Value>,
) -> Result<Replaced> {
    files::create_folder(data)?;
    let folder = Folder::enter(&data.join(BACKUPS))?;
    finish_alone(data)?;
    let new = New(data.join(NEW));
    new.remove();
    let holds = inspect_copy(copy)?;
    let first = numbers::first_entry(&open(copy)?)?;
    let old = standing(data)?;
    sweep(data)?;
    let given = match &old {
        Standing::Missing => numbers::Numbers::new(),
        Standing::Whole(connection) => numbers::given(connection, first.as_deref()),
        Standing::Damaged(_) => untouched(&data.join(FILE_NAME))
            .map(|connection| numbers::given(&connection, first.as_deref()))
            .unwrap_or_default(),
    };
    let (mut copied, mut before, mut kept) = (None, None, None);
    match &old {
        Standing::Missing => {}
        Standing::Damaged(_) => kept = Some(kept_name(data, now)),
        Standing::Whole(connection) => {
            let last = head(connection)?;
            match (last.seq > 0).then(|| folder.make(connection, Why::Restore, now)).transpose() {
                Ok(copy) => copied = copy,
                // Damaged where a quick look does not reach: kept as it is, like any other damaged one.
                Err(error) if matches!(error.code, Code::DamagedDatabase | Code::CorruptFile) => {
                    kept = Some(kept_name(data, now));
                }
                Err(error) => return Err(error),
            }
            before = Some(last);
        }
    }
    let restored = holds.head.clone();
    write_from(&open(copy)?, &new.0)?;
    if inspect(&new.0, Depth::Everything)? != holds {
        return Err(Error::new(Code::CorruptFile, format!("备份 `{}` 读出来前后不一", files::display(copy)))
            .hint("请换一份备份，并检查它所在的磁盘"));
    }
    let details = describe(before.as_ref(), &restored);
    let ready = make_ready(&new.0, actor, now, details, &given);
    let (entry, voided) = ready.map_err(|error| placed(error, new.0.to_str()))?;
    let note = Note { kept: kept.clone() };
    let text = serde_json::to_vec(&note).expect("a note is JSON");
    // From here on it has happened.
    files::write(&data.join(NOTE), &text)?;
    std::mem::forget(new);
    drop(old);
    finish_alone(data)?;
    Ok(Replaced { moved: kept.map(|name| data.join(name)), copied, before, restored, voided, entry })
}

/// Finishes a restore in which the program was stopped. Costs one look where there was none.
///
/// # Errors
/// The folder cannot be written.
pub fn finish(data: &Path) -> Result<()> {
    if !data.join(NOTE).exists() {
        return Ok(());
    }
    let _alone = Folder::enter(&data.join(BACKUPS))?;
    finish_alone(data)
}

/// The same by whoever holds the folder of copies.
fn finish_alone(data: &Path) -> Result<()> {
    let note = data.join(NOTE);
    if !note.exists() {
        return Ok(());
    }
    let (new, database) = (data.join(NEW), data.join(FILE_NAME));
    // Where it is gone already, everything but the note is done; what lies beside the database is the new one's.
    if new.exists() {
        let told: Note = serde_json::from_slice(&files::read(&note, files::TEXT_LIMIT)?)
            .map_err(|_| Error::new(Code::Io, format!("`{}` 读不懂", files::display(&note))))?;
        let kept = told.kept.map(|name| data.join(name));
        for ending in COMPANIONS {
            let companion = beside(&database, ending);
            match &kept {
                Some(kept) if companion.exists() => files::rename(&companion, &beside(kept, ending))?,
                Some(_) => {}
                None => files::remove(&companion)?,
            }
        }
        if let Some(kept) = kept.filter(|_| database.exists()) {
            files::name_also(&database, &kept)?;
        }
        files::rename(&new, &database)?;
    }
    files::remove(&note)
}

/// Brings a copied file up to this program's version, has its audit log tell of the restore, and closes it into one
/// file that is safely on the disk.
fn make_ready(
    path: &Path,
    actor: &str,
    now: DateTime<FixedOffset>,
    details: serde_json::Map<String, serde_json::Value>,
    given: &numbers::Numbers,
) -> Result<(i64, Vec<String>)> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    configure(&connection)?;
    // The copy it came from is still there: nothing has to be copied again before it is changed.
    migrate(&connection, MIGRATIONS, None, now)?;
    let mut storage = Storage { connection, dossiers: Default::default() };
    let act = Act { at: now, actor, action: "backup.restore" };
    let (voided, changes) = storage.transact(act, |tx| {
        for (key, value) in details {
            tx.detail(&key, value);
        }
        let voided = numbers::carry(tx, given)?;
        if !voided.is_empty() {
            tx.detail("voided_numbers", voided.clone());
        }
        // An entry needs something that it is about; the window may say once what has happened.
        tx.remember("backup.restored_at", &now.to_rfc3339().into())?;
        Ok(voided)
    })?;
    storage.connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    storage.connection.close().map_err(|(_, error)| error)?;
    files::sync(path)?;
    inspect(path, Depth::Known)?;
    Ok((changes.audit.unwrap_or_default(), voided))
}

/// `dossier-损坏-20260311-122700.db`, or the next second that is free.
fn kept_name(data: &Path, now: DateTime<FixedOffset>) -> String {
    let name = |seconds| {
        let at = now + chrono::TimeDelta::seconds(seconds);
        format!("dossier-损坏-{}.db", at.format("%Y%m%d-%H%M%S"))
    };
    (0..).map(name).find(|name| !data.join(name).exists()).expect("seconds do not end")
}

/// Goes away unless the restore has happened.
struct New(PathBuf);

impl New {
    fn remove(&self) {
        for ending in ["", "-wal", "-journal", "-shm"] {
            let _ = files::remove(&beside(&self.0, ending));
        }
    }
}

impl Drop for New {
    fn drop(&mut self) {
        self.remove();
    }
}
