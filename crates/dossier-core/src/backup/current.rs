//! What is in a database, whole or damaged, as far as it can be read: to be compared with a copy.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, Row};

use crate::Result;
use crate::storage::FILE_NAME;
use crate::storage::backup::{open, untouched};

/// What could be read.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// By what tells documents of all machines apart.
    pub documents: BTreeMap<String, Document>,
    /// The audit log by number.
    pub log: BTreeMap<i64, Entry>,
    /// Whether all of it could be read.
    pub whole: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub release: String,
    pub form: String,
    /// What changes whenever the document does.
    stamp: [String; 3],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub hash: String,
    pub action: String,
    pub at: String,
}

impl Document {
    /// UTC
    pub fn changed(&self) -> &str {
        &self.stamp[1]
    }
}

impl Content {
    /// Of a finished copy.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn of_copy(path: &Path) -> Result<Self> {
        Ok(Self::read(&open(path)?))
    }

    /// Of the database of a data folder, which is left as it is; nothing where there is none or nothing can be read.
    pub fn of_data(data: &Path) -> Self {
        let path = data.join(FILE_NAME);
        if !path.exists() {
            return Self::default();
        }
        let live = untouched(&path).map(|connection| Self::read(&connection)).unwrap_or_default();
        if live.whole || !live.says_nothing() {
            return live;
        }
        // Where the disk is read-only, the file as it stands has to do.
        open(&path).map(|connection| Self::read(&connection)).unwrap_or_default()
    }

    /// Whether nothing could be read.
    pub fn says_nothing(&self) -> bool {
        self.documents.is_empty() && self.log.is_empty()
    }

    fn read(connection: &Connection) -> Self {
        let (releases, first) = rows(connection, "SELECT id, name FROM releases ORDER BY id", |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        });
        let releases: BTreeMap<i64, String> = releases.into_iter().collect();
        let sql = "SELECT uid, title, release_id, content_sha256, updated_at, status FROM documents ORDER BY id";
        let (documents, second) = rows(connection, sql, |row| {
            let title: String = row.get(1)?;
            // 产品发布申请表 · 衡川网络安全审计系统 V4.2.0
            let form = title.split(" · ").next().unwrap_or_default().to_owned();
            let release = row.get::<_, Option<i64>>(2)?.and_then(|id| releases.get(&id).cloned()).unwrap_or_default();
            Ok((row.get(0)?, Document { release, form, stamp: [row.get(3)?, row.get(4)?, row.get(5)?] }))
        });
        let (log, third) = rows(connection, "SELECT seq, hash, action, at FROM audit ORDER BY seq", |row| {
            Ok((row.get(0)?, Entry { hash: row.get(1)?, action: row.get(2)?, at: row.get(3)? }))
        });
        let log: BTreeMap<i64, Entry> = log.into_iter().collect();
        let gapless = log.last_key_value().is_none_or(|(last, _)| *last == log.len() as i64);
        let documents = documents.into_iter().collect();
        Self { documents, log, whole: first && second && third && gapless }
    }

    /// Local time of the last entry of the log.
    pub fn last_at(&self) -> Option<&str> {
        self.log.last_key_value().map(|(_, entry)| entry.at.as_str())
    }
}

/// The rows of a query from its beginning up to where the file is damaged, and from its end back to there; and whether
/// nothing was missed.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> (Vec<T>, bool) {
    let mut found = Vec::new();
    let forward = walk(connection, sql, &mut found, &mut read);
    if !forward {
        walk(connection, &format!("{sql} DESC"), &mut found, &mut read);
    }
    (found, forward)
}

fn walk<T>(
    connection: &Connection,
    sql: &str,
    found: &mut Vec<T>,
    read: &mut impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> bool {
    let Ok(mut statement) = connection.prepare(sql) else { return false };
    let Ok(mut rows) = statement.query([]) else { return false };
    loop {
        match rows.next() {
            Ok(Some(row)) => match read(row) {
                Ok(value) => found.push(value),
                // A torn value in a row that can be reached: the others are read on.
                Err(_) => continue,
            },
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}
