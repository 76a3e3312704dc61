//! Numbered migrations: they only add, and a shipped one is never edited.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::BACKUPS;
use super::open::{APPLICATION, version};
use crate::{Code, Error, Result, files};

/// In order; the number of a migration is its place, counted from 1.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_store.sql"),
    include_str!("migrations/0002_editing.sql"),
    include_str!("migrations/0003_dossiers.sql"),
    include_str!("migrations/0004_control.sql"),
];

/// Brings a database up to the last migration, each in a transaction of its own. A database that exists already is
/// copied to `backups` first; `folder` is none for a database in memory.
pub(super) fn migrate(
    connection: &Connection,
    migrations: &[&str],
    folder: Option<&Path>,
    now: DateTime<FixedOffset>,
) -> Result<()> {
    let found = version(connection)?;
    if found > 0
        && found < migrations.len()
        && let Some(folder) = folder
    {
        back_up(connection, folder, found, now)?;
    }
    for (index, sql) in migrations.iter().enumerate().skip(found) {
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        // Another process may have been quicker while this one waited.
        if version(connection)? > index {
            continue;
        }
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", (index + 1) as i64)?;
        transaction.commit()?;
    }
    Ok(())
}

/// A whole copy of the database as it is now, whoever writes meanwhile.
fn back_up(connection: &Connection, folder: &Path, version: usize, now: DateTime<FixedOffset>) -> Result<()> {
    let backups = folder.join(BACKUPS);
    files::create_folder(&backups)?;
    let name = format!("dossier-v{version}-{}", now.format("%Y%m%d-%H%M%S"));
    let target = backups.join(format!("{name}.db"));
    let unfinished = backups.join(format!("{name}-{}.tmp", std::process::id()));
    files::remove(&unfinished)?;
    let copy = || -> Result<()> {
        let name = unfinished.to_str().ok_or_else(|| {
            Error::new(Code::Io, format!("数据文件夹的路径不是有效文本：`{}`", files::display(folder)))
        })?;
        connection.execute("VACUUM INTO ?1", [name])?;
        files::sync(&unfinished)?;
        files::rename(&unfinished, &target)
    };
    copy().map_err(|error| {
        // Whatever is left of it is no backup.
        let _ = files::remove(&unfinished);
        Error { message: format!("升级数据库前无法备份：{}", error.message), ..error }
    })
}
