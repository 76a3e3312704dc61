//! Numbered migrations: they only add, and a shipped one is never edited.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::BACKUPS;
use super::backup::{Folder, Why};
use super::open::{APPLICATION, version};
use crate::{Error, Result};

/// In order; the number of a migration is its place, counted from 1.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_store.sql"),
    include_str!("migrations/0002_editing.sql"),
    include_str!("migrations/0003_dossiers.sql"),
    include_str!("migrations/0004_control.sql"),
    include_str!("migrations/0005_exchange.sql"),
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
        let copied =
            Folder::enter(&folder.join(BACKUPS)).and_then(|copies| copies.make(connection, Why::Migration(found), now));
        copied.map_err(|error| Error {
            message: format!("升级数据库前无法备份：{}", error.message), ..error
        })?;
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
