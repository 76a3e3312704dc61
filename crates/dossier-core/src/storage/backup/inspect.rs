//! Opening a copy to see that it is whole, and what it holds.
//!
//! Copies are read without leaving anything beside them, and without asking whether the disk can be written.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::super::error::damaged;
use super::super::hash::sha256_of_file;
use super::super::migrations::MIGRATIONS;
use super::super::open::{APPLICATION, version};
use super::super::{AuditFault, Storage, sha256};
use super::name::CopyName;
use super::sums;
use crate::{Code, Error, Issue, Result, files};

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Number of its last migration.
    pub version: usize,
    pub releases: usize,
    pub documents: usize,
    /// Frozen revisions; none in a copy from before there were any.
    pub revisions: Option<usize>,
    /// The last entry of its audit log.
    pub head: Head,
    /// What in it is not as it was once written. The structure is whole all the same, and everything else can be used.
    pub faults: Vec<Issue>,
}

/// The last entry of an audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// 0 where nothing was ever written.
    pub seq: i64,
    /// Empty where nothing was ever written.
    pub hash: String,
    /// Local time with its offset.
    pub at: String,
}

/// How long a look at the database waits for a writer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of a copy is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every page and every hash.
    Everything,
    /// Its bytes are those that were looked at before: whose it is, what it holds, and its audit log.
    Known,
}

/// Tables whose rows carry the SHA-256 of one of their columns: what a row is called, then text and hash. What a copy
/// does not have yet is left out.
const HASHED: [(&str, &str, &str, &str, &str); 7] = [
    ("documents", "printf('文档 D%04d 的内容', id)", "id", "content", "content_sha256"),
    ("releases", "printf('发布 R%04d 的共享内容', id)", "id", "facts", "facts_sha256"),
    ("templates", "printf('模板 %s（%s）', id, version)", "id", "text", "sha256"),
    ("revisions", "printf('%s %s 的定稿', number, revision)", "id", "frozen", "sha256"),
    ("kept_texts", "printf('定稿所附的设置 %s', substr(sha256, 1, 12))", "sha256", "text", "sha256"),
    ("papers", "printf('保存的纸面文件 %s', substr(sha256, 1, 12))", "sha256", "bytes", "sha256"),
    ("scans", "printf('签署件 %s', name)", "id", "bytes", "sha256"),
];

/// Opens a copy for reading only.
///
/// # Errors
/// The file is missing or cannot be read.
pub fn open(path: &Path) -> Result<Connection> {
    // A clearer word than SQLite's on what is missing or not readable.
    files::open(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    // Where somebody copied a database with what was not yet merged into it, both belong together. Else the file is
    // read as it stands: SQLite makes nothing beside it and waits for nobody.
    let alone = !super::beside(path, "-wal").metadata().is_ok_and(|about| about.len() > 0);
    let connection = Connection::open_with_flags(uri(path, alone)?, flags).map_err(|error| broken(path, &error))?;
    // What stands in the file is data, whatever its schema says.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Opens what stands where the database belongs, damaged or not, with what was written last and is not merged into the
/// file yet; neither reading nor closing changes anything in it.
///
/// # Errors
/// The file is missing or cannot be opened.
pub fn untouched(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Else SQLite refuses a file that was cut short from its first page on.
    connection.pragma_update(None, "writable_schema", true)?;
    Ok(connection)
}

/// Opens a copy, checks it and tells what it holds.
///
/// # Errors
/// The file cannot be read, is no database of this program, is from a newer version, or is damaged.
pub fn inspect(path: &Path, depth: Depth) -> Result<Held> {
    let storage = Storage { connection: open(path)?, dossiers: Default::default() };
    storage.holds(depth).map_err(|error| match error.code {
        Code::NewerDatabase => Error { message: format!("`{}` {}", files::display(path), error.message), ..error },
        Code::DamagedDatabase => {
            Error::new(Code::CorruptFile, format!("备份 `{}` 不能用：{}", files::display(path), error.message))
                .hint("请换一份备份；这个文件没有被改动")
        }
        _ => error,
    })
}

/// As [`inspect`], and compares the file with the hash that was noted when it was made: where both are the same, it need
/// not be read page by page again.
///
/// # Errors
/// As [`inspect`]; the file is not what it was.
pub fn inspect_copy(path: &Path) -> Result<Held> {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    // What was not right when it was copied is found and named again.
    let suspect = CopyName::parse(&file).is_some_and(|name| name.suspect);
    let known = path.parent().and_then(|folder| sums::of(folder, &file));
    let Some(known) = known.filter(|_| !suspect) else { return inspect(path, Depth::Everything) };
    if sha256_of_file(path)? != known {
        let message = format!("备份 `{}` 不能用：文件和当初核对时已不一样", files::display(path));
        return Err(Error::new(Code::CorruptFile, message).hint("请换一份备份，并检查它所在的磁盘；这个文件没有被改动"));
    }
    inspect(path, Depth::Known)
}

impl Storage {
    fn holds(&self, depth: Depth) -> Result<Held> {
        let connection = &self.connection;
        let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if application != APPLICATION {
            return Err(damaged("它不是本程序的数据库"));
        }
        let version = version(connection)?;
        if version > MIGRATIONS.len() {
            return Err(
                Error::new(Code::NewerDatabase, "来自更新版本的程序，这一版读不了").hint("请安装最新版本的程序")
            );
        }
        let mut faults = Vec::new();
        if depth == Depth::Everything {
            let word: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if word != "ok" {
                return Err(damaged(format!("数据库已损坏（{word}）")));
            }
            for hashed in &HASHED {
                self.check_hashes(hashed, &mut faults)?;
            }
        }
        faults.extend(self.verify_audit()?.first().map(broken_chain));
        Ok(Held {
            version,
            releases: self.count("releases")?.unwrap_or(0),
            documents: self.count("documents")?.unwrap_or(0),
            revisions: self.count("revisions")?,
            head: head(connection)?,
            faults,
        })
    }

    fn check_hashes(
        &self,
        (table, name, path, text, hash): &(&str, &str, &str, &str, &str),
        faults: &mut Vec<Issue>,
    ) -> Result<()> {
        if !self.has_table(table)? {
            return Ok(());
        }
        let mut statement = self.connection.prepare(&format!("SELECT {name}, {path}, {text}, {hash} FROM {table}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let told: String = row.get(3)?;
            // Text or bytes, whatever the column holds.
            let bytes = row.get_ref(2)?;
            if bytes.as_bytes_or_null().ok().flatten().is_none_or(|bytes| sha256(bytes) != told) {
                let place = format!("{table}[{}]", shown(row.get_ref(1)?));
                faults.push(Issue::at(place, "hash", format!("{}与其校验值不符", row.get::<_, String>(0)?)));
            }
        }
        Ok(())
    }

    fn count(&self, table: &str) -> Result<Option<usize>> {
        if !self.has_table(table)? {
            return Ok(None);
        }
        let count: i64 = self.connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        Ok(Some(usize::try_from(count).unwrap_or(0)))
    }

    fn has_table(&self, table: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
        Ok(self.connection.query_row(sql, [table], |row| row.get(0))?)
    }
}

/// The last entry of the audit log.
///
/// # Errors
/// The database cannot be read.
pub fn head(connection: &Connection) -> Result<Head> {
    let sql = "SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| Ok(Head { seq: row.get(0)?, hash: row.get(1)?, at: row.get(2)? });
    Ok(connection.query_row(sql, [], read).optional()?.unwrap_or_else(Head::none))
}

impl Head {
    pub const fn none() -> Self {
        Self { seq: 0, hash: String::new(), at: String::new() }
    }
}

fn broken_chain(fault: &AuditFault) -> Issue {
    let (AuditFault::Gap { seq } | AuditFault::Chain { seq } | AuditFault::Content { seq }) = *fault;
    Issue::at(format!("audit[{seq}]"), "audit", format!("审计记录从第 {seq} 条起对不上"))
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    }
}

fn broken(path: &Path, error: &rusqlite::Error) -> Error {
    Error::new(Code::CorruptFile, format!("备份 `{}` 打不开（{error}）", files::display(path)))
        .hint("请换一份备份；这个文件没有被改动")
}

/// The path as SQLite takes it with options: everything but letters, digits and slashes is escaped.
fn uri(path: &Path, immutable: bool) -> Result<String> {
    let path = std::path::absolute(path).map_err(|error| files::problem("读取", path, &error))?;
    let text = path
        .to_str()
        .ok_or_else(|| Error::new(Code::Io, format!("备份的路径不是有效文本：`{}`", files::display(&path))))?;
    let mut uri = String::from("file:");
    if cfg!(windows) && !text.starts_with('\\') {
        uri.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b':' => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str(if immutable { "?mode=ro&immutable=1" } else { "?mode=ro" });
    Ok(uri)
}
