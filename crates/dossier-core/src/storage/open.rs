//! Opening: what is not ours, newer, or damaged is told and left exactly as it was.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::backup::{self, CopyName};
use super::error::damaged;
use super::migrations::{MIGRATIONS, migrate};
use super::{BACKUPS, FILE_NAME, Storage};
use crate::{Code, Error, Result, files};

/// `DOSR` in the header of the file: a database of this program.
pub(super) const APPLICATION: i64 = 0x444F_5352;

/// A writer waits this long for another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// No database is shorter than one page of SQLite's smallest size.
const SMALLEST: u64 = 512;

/// Up to here the whole structure is checked on opening, which takes some 10 ms; beyond, when somebody asks.
const CHECKED_ON_OPENING: u64 = 16 << 20;

impl Storage {
    /// Opens the database of a data folder, or makes both.
    ///
    /// # Errors
    /// The folder cannot be used, the file is damaged, foreign, or from a newer version. It is never replaced.
    pub fn open(folder: &Path, now: DateTime<FixedOffset>) -> Result<Self> {
        files::create_folder(folder)?;
        loop {
            backup::finish(folder)?;
            let stood = place(folder);
            let opened = Self::open_what_stands(folder, now)?;
            // A copy may have taken the place of the file between the name and the lock: what is written into the old
            // one now would be lost.
            if stood.is_none() || stood == place(folder) {
                return Ok(opened);
            }
        }
    }

    fn open_what_stands(folder: &Path, now: DateTime<FixedOffset>) -> Result<Self> {
        let path = folder.join(FILE_NAME);
        let size = path.metadata().map(|about| about.len()).ok();
        if path.is_dir() {
            return Err(foreign(&path, "那里是一个文件夹"));
        }
        // SQLite itself leaves an empty file behind when it is stopped at the very start. But where there is more
        // around it, the file was not always empty, and a new database would cover up the loss.
        if size == Some(0) && has_traces(folder)? {
            return Err(at(&path, damaged("文件是空的，但旁边有它的数据")));
        }
        // The same where the file itself is gone.
        if size.is_none() && has_copies(folder)? {
            return Err(at(&path, damaged("数据库文件不见了，但它的备份还在")));
        }
        // SQLite takes a few bytes for nothing and writes over them.
        if size.is_some_and(|size| (1..SMALLEST).contains(&size)) {
            return Err(at(&path, damaged("数据库已损坏（文件被截断，或本来就不是数据库）")));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(|error| at(&path, error.into()))?;
        let storage = Self { connection, dossiers: Default::default() };
        // Closing what cannot be opened must not merge anything into it.
        storage.merge_on_closing(false).map_err(|error| at(&path, error))?;
        storage.prepare(folder, &path, size.unwrap_or(0), now).map_err(|error| at(&path, error))?;
        storage.merge_on_closing(true)?;
        Ok(storage)
    }

    pub(super) fn merge_on_closing(&self, merge: bool) -> Result<()> {
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !merge)?;
        Ok(())
    }

    /// A database that is gone when it is closed.
    ///
    /// # Errors
    /// None but want of memory.
    pub fn in_memory(now: DateTime<FixedOffset>) -> Result<Self> {
        let connection = Connection::open_in_memory()?;
        configure(&connection)?;
        migrate(&connection, MIGRATIONS, None, now)?;
        Ok(Self { connection, dossiers: Default::default() })
    }

    /// Checks the structure of the whole file. What bits flipped within texts, the hashes beside them tell.
    ///
    /// # Errors
    /// The database is damaged.
    pub fn check_structure(&self) -> Result<()> {
        let word: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if word == "ok" { Ok(()) } else { Err(damaged(format!("数据库已损坏（{word}）"))) }
    }

    fn prepare(&self, folder: &Path, path: &Path, size: u64, now: DateTime<FixedOffset>) -> Result<()> {
        let connection = &self.connection;
        connection.busy_timeout(PATIENCE)?;
        // Nothing is written before it is known whose file this is.
        if self.is_ours(path)? && size <= CHECKED_ON_OPENING {
            self.check_structure()?;
        }
        configure(connection)?;
        migrate(connection, MIGRATIONS, Some(folder), now)
    }

    /// Whether there is a database of this program already; none at all is fine, too.
    ///
    /// # Errors
    /// It is another program's, or a newer version's.
    pub(super) fn is_ours(&self, path: &Path) -> Result<bool> {
        // One look at all three: between two, another process may have made the database.
        let connection = &self.connection;
        let look = connection.unchecked_transaction()?;
        let application: i64 = look.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let objects: i64 = look.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let found = version(&look)?;
        look.finish()?;
        let known = MIGRATIONS.len();
        let fresh = application == 0 && objects == 0 && found == 0;
        if !fresh {
            if application != APPLICATION {
                return Err(foreign(path, "它是另一个程序的数据库"));
            }
            if found > known {
                return Err(Error::new(
                    Code::NewerDatabase,
                    format!("数据库由更新版本的程序写入（版本 {found}，本程序只认识到 {known}）"),
                )
                .hint("请安装最新版本的程序后再打开；数据没有被改动"));
            }
        }
        Ok(!fresh)
    }
}

/// Number of the last migration that a database has seen.
pub(super) fn version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    usize::try_from(version).map_err(|_| damaged(format!("数据库已损坏（版本 {version}）")))
}

pub(super) fn configure(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", synchronous())?;
    Ok(())
}

/// NORMAL loses acknowledged saves when the power fails. The test of power cuts has to see that it would notice: it alone
/// can ask for it.
fn synchronous() -> &'static str {
    let says = |variable: &str, value: &str| std::env::var_os(variable).is_some_and(|found| found == value);
    if says("DOSSIER_TEST", "1") && says("DOSSIER_TEST_SYNCHRONOUS", "NORMAL") { "NORMAL" } else { "FULL" }
}

/// Two processes that make the same database at once meet here, where SQLite does not always wait by itself.
fn write_ahead(connection: &Connection) -> Result<()> {
    let pause = Duration::from_millis(20);
    let mut left = PATIENCE;
    loop {
        let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && !left.is_zero() => {
                std::thread::sleep(pause);
                left = left.saturating_sub(pause);
            }
            other => return Ok(other.map(drop)?),
        }
    }
}

/// Whether there was once more than an empty file.
fn has_traces(folder: &Path) -> Result<bool> {
    let log = folder.join(format!("{FILE_NAME}-wal"));
    let backups = files::list(&folder.join(BACKUPS))?;
    Ok(log.metadata().is_ok_and(|about| about.len() > 0)
        || backups.iter().any(|path| !file_name(path).starts_with('.')))
}

fn has_copies(folder: &Path) -> Result<bool> {
    Ok(files::list(&folder.join(BACKUPS))?.iter().any(|path| CopyName::parse(&file_name(path)).is_some()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Which file stands where the database belongs. Where the system does not tell, it does not let an open file be
/// replaced either.
#[cfg(unix)]
fn place(folder: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    folder.join(FILE_NAME).metadata().ok().map(|about| (about.dev(), about.ino()))
}

#[cfg(not(unix))]
fn place(_folder: &Path) -> Option<(u64, u64)> {
    None
}

fn foreign(path: &Path, why: &str) -> Error {
    Error::new(Code::DamagedDatabase, format!("`{}` 不是本程序的数据库：{why}", files::display(path)))
        .hint("请换一个数据文件夹，或把该文件移到别处；它没有被改动")
}

/// Names the file where the message does not yet.
fn at(path: &Path, error: Error) -> Error {
    let name = files::display(path);
    if error.message.contains(&name) {
        return error;
    }
    Error { message: format!("无法打开 `{name}`：{}", error.message), ..error }
}
