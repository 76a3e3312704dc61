use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use super::*;
use crate::{Code, Error};

fn now() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-04-15T10:00:00+08:00").unwrap()
}

fn act(action: &str) -> Act<'_> {
    Act { at: now(), actor: "张三", action }
}

fn content(text: &str) -> Map<String, Value> {
    json!({ "subject": text }).as_object().unwrap().clone()
}

/// A draft with this text, findable by it.
#[track_caller]
fn add(storage: &mut Storage, text: &str) -> DocumentId {
    let made = storage.transact(act("document.new"), |tx| {
        let template = tx.keep_template("memo", "1.0", "id = \"memo\"")?;
        let id =
            tx.insert_document(NewDocument { template: &template, template_id: "memo", release: None, year: 2026 })?;
        tx.set_content(id, "备忘", &content(text))?;
        tx.index_document(id, text)?;
        tx.subject(id);
        Ok(id)
    });
    made.unwrap().0
}

#[track_caller]
fn found(storage: &Storage, query: &str) -> Vec<String> {
    let filter = Filter { query: Some(query.into()), ..Filter::default() };
    storage.list(&filter).unwrap().iter().map(|line| line.id.to_string()).collect()
}

/// A closed data folder with one document in it.
fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = Storage::open(folder.path(), now()).unwrap();
    add(&mut storage, "网络安全审计系统");
    folder
}

#[track_caller]
fn refused(folder: &Path) -> Error {
    let path = folder.join(FILE_NAME);
    let before = fs::read(&path).unwrap();
    let error = Storage::open(folder, now()).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), before, "the file is left as it was");
    assert!(error.message.contains(FILE_NAME), "the message names the file: {}", error.message);
    assert!(error.hint.is_some());
    error
}

#[test]
fn a_document_comes_back_as_it_was_stored() {
    let folder = data_folder();
    let storage = Storage::open(folder.path(), now()).unwrap();
    let document = storage.document("d1".parse().unwrap()).unwrap();
    assert_eq!(document.id.to_string(), "D0001");
    assert_eq!(document.content, content("网络安全审计系统"));
    assert_eq!(document.created_at, "2026-04-15T02:00:00Z");
    assert_eq!(storage.template(&document.template).unwrap().text, "id = \"memo\"");
}

#[test]
fn the_schema_is_the_golden_one() {
    let storage = Storage::in_memory(now()).unwrap();
    let mut statement = storage
        .connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '%_search_%' ORDER BY name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let schema: String = rows.map(|sql| format!("{};\n\n", sql.unwrap())).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ref/schema.sql");
    if std::env::var_os("UPDATE_REF").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &schema).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(schema, golden, "a shipped migration is never edited; after a new one, run with UPDATE_REF=1");
}

#[test]
fn every_save_reaches_the_disk_before_it_is_acknowledged() {
    let folder = data_folder();
    let storage = Storage::open(folder.path(), now()).unwrap();
    let pragma = |name| storage.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    let mode: String = storage.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    assert_eq!(pragma("synchronous"), 2, "2 is FULL");
    assert_eq!(pragma("foreign_keys"), 1);
}

#[test]
fn a_transaction_that_fails_leaves_neither_data_nor_entry() {
    let mut storage = Storage::in_memory(now()).unwrap();
    add(&mut storage, "甲乙");
    let failed = storage.transact(act("document.new"), |tx| {
        let template = tx.keep_template("memo", "2.0", "other")?;
        tx.insert_document(NewDocument { template: &template, template_id: "memo", release: None, year: 2026 })?;
        Err::<(), _>(Error::new(Code::InvalidContent, "no"))
    });
    assert_eq!(failed.unwrap_err().code, Code::InvalidContent);
    assert_eq!(storage.list(&Filter::default()).unwrap().len(), 1);
    assert_eq!(storage.audit(None).unwrap().len(), 1);
    assert_eq!(add(&mut storage, "丙").to_string(), "D0002");
}

#[test]
fn a_transaction_that_changes_nothing_leaves_no_entry() {
    let mut storage = Storage::in_memory(now()).unwrap();
    let id = add(&mut storage, "甲乙");
    let ((), changes) =
        storage.transact(act("document.fill"), |tx| tx.set_content(id, "备忘", &content("甲乙")).map(drop)).unwrap();
    assert_eq!(changes, Changes::default());
    assert_eq!(storage.audit(None).unwrap().len(), 1);
}

#[test]
fn the_audit_log_refuses_to_be_rewritten() {
    let mut storage = Storage::in_memory(now()).unwrap();
    add(&mut storage, "甲");
    add(&mut storage, "乙");
    for attempt in [
        "UPDATE audit SET actor = '李四'",
        "DELETE FROM audit WHERE seq = 2",
        "INSERT OR REPLACE INTO audit SELECT seq, at, '李四', action, subject, detail, prev, hash FROM audit WHERE seq = 2",
        "INSERT INTO audit SELECT 9, at, actor, action, subject, detail, prev, 'h' || substr(hash, 2) FROM audit WHERE seq = 2",
    ] {
        let error = storage.connection.execute(attempt, []).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{attempt}: {error}");
    }
    let log = storage.audit(None).unwrap();
    assert_eq!(log.len(), 2);
    assert_eq!(log[1].prev, log[0].hash);
    assert_eq!((log[1].subject.as_str(), log[1].at.as_str()), ("D0002", "2026-04-15T10:00:00+08:00"));
    assert_eq!(storage.verify_audit().unwrap(), []);
}

#[test]
fn a_broken_chain_is_found_where_it_is_broken() {
    let mut storage = Storage::in_memory(now()).unwrap();
    for text in ["甲", "乙", "丙"] {
        add(&mut storage, text);
    }
    storage.connection.execute_batch("DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete;").unwrap();
    storage.connection.execute("UPDATE audit SET actor = '李四' WHERE seq = 2", []).unwrap();
    assert_eq!(storage.verify_audit().unwrap(), [AuditFault::Content { seq: 2 }]);
    storage.connection.execute("DELETE FROM audit WHERE seq = 2", []).unwrap();
    assert_eq!(storage.verify_audit().unwrap(), [AuditFault::Gap { seq: 3 }, AuditFault::Chain { seq: 3 }]);
}

#[test]
fn words_of_two_characters_are_found() {
    let mut storage = Storage::in_memory(now()).unwrap();
    add(&mut storage, "网络安全审计系统 Ｖ4.1.2 灰度发布");
    add(&mut storage, "安全网关 全量发布");
    assert_eq!(found(&storage, "审计"), ["D0001"]);
    assert_eq!(found(&storage, "发布"), ["D0002", "D0001"], "newest first");
    assert_eq!(found(&storage, "安全审计"), ["D0001"]);
    assert_eq!(found(&storage, "审计 灰度"), ["D0001"], "all words, in any order");
    assert_eq!(found(&storage, "统灰"), [] as [&str; 0], "not across a space");
    assert_eq!(found(&storage, "v4.1"), ["D0001"]);
    assert_eq!(found(&storage, "关"), ["D0002"], "a single character, even the last of its word");
    assert_eq!(found(&storage, "\"*' OR"), [] as [&str; 0], "what looks like a query language is text");
    assert_eq!(found(&storage, " ").len(), 2, "nothing asked, everything listed");
}

#[test]
fn search_forgets_what_a_document_no_longer_says() {
    let mut storage = Storage::in_memory(now()).unwrap();
    let id = add(&mut storage, "灰度发布");
    storage
        .transact(act("document.fill"), |tx| {
            tx.set_content(id, "备忘", &content("蓝绿发布"))?;
            tx.index_document(id, "蓝绿发布")
        })
        .unwrap();
    assert_eq!(found(&storage, "灰度"), [] as [&str; 0]);
    assert_eq!(found(&storage, "蓝绿"), ["D0001"]);
}

#[test]
fn content_that_was_changed_behind_our_back_is_told() {
    let folder = data_folder();
    let raw = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    raw.execute("UPDATE documents SET content = replace(content, '安全', '健康')", []).unwrap();
    let storage = Storage::open(folder.path(), now()).unwrap();
    let error = storage.document("D0001".parse().unwrap()).unwrap_err();
    assert_eq!(error.code, Code::DamagedDatabase);
    assert!(error.message.contains("D0001"), "{}", error.message);
}

#[test]
fn a_template_that_was_changed_behind_our_back_is_told() {
    let folder = data_folder();
    let raw = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    raw.execute("UPDATE templates SET text = 'id = \"other\"'", []).unwrap();
    let storage = Storage::open(folder.path(), now()).unwrap();
    let template = storage.document("D0001".parse().unwrap()).unwrap().template;
    assert_eq!(storage.template(&template).unwrap_err().code, Code::DamagedDatabase);
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let folder = data_folder();
    Connection::open(folder.path().join(FILE_NAME)).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(refused(folder.path()).code, Code::NewerDatabase);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Connection::open(folder.path().join(FILE_NAME)).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let error = refused(folder.path());
    assert_eq!(error.code, Code::DamagedDatabase);
    assert!(error.message.contains("另一个程序"), "{}", error.message);
}

#[test]
fn rubbish_in_place_of_the_database_is_told_and_left_alone() {
    for rubbish in [b"x".to_vec(), b"not a database".repeat(100), vec![0; 8192], b"SQLite format 3\0".to_vec()] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), &rubbish).unwrap();
        assert_eq!(refused(folder.path()).code, Code::DamagedDatabase, "{} bytes", rubbish.len());
    }
}

#[test]
fn a_truncated_database_is_told_and_left_alone() {
    let folder = data_folder();
    let path = folder.path().join(FILE_NAME);
    let whole = fs::read(&path).unwrap();
    for keep in [whole.len() / 2, 4096, 5000, 100] {
        fs::write(&path, &whole[..keep]).unwrap();
        assert_eq!(refused(folder.path()).code, Code::DamagedDatabase, "{keep} bytes of {}", whole.len());
    }
}

#[test]
fn flipped_bytes_are_told() {
    let folder = data_folder();
    let path = folder.path().join(FILE_NAME);
    let whole = fs::read(&path).unwrap();
    let mut torn = whole.clone();
    torn[4096..4196].fill(0xA5);
    fs::write(&path, &torn).unwrap();
    assert_eq!(refused(folder.path()).code, Code::DamagedDatabase);

    // A flip within the text itself, which no check of the structure sees.
    let mut flipped = whole;
    let text = "网络安全审计".as_bytes();
    let at = flipped.windows(text.len()).position(|window| window == text).unwrap();
    flipped[at + 2] ^= 1;
    fs::write(&path, &flipped).unwrap();
    let storage = Storage::open(folder.path(), now());
    let error = storage.and_then(|storage| storage.document("D0001".parse()?)).unwrap_err();
    assert_eq!(error.code, Code::DamagedDatabase);
}

#[test]
fn an_empty_file_becomes_a_database_only_where_nothing_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE_NAME), b"").unwrap();
    Storage::open(folder.path(), now()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE_NAME), b"").unwrap();
    fs::write(folder.path().join("dossier.db-wal"), b"pages that were not yet moved").unwrap();
    assert_eq!(refused(folder.path()).code, Code::DamagedDatabase);
    assert!(folder.path().join("dossier.db-wal").metadata().unwrap().len() > 0, "the log is left as it was");

    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(BACKUPS)).unwrap();
    fs::write(folder.path().join(BACKUPS).join("old.db"), b"x").unwrap();
    fs::write(folder.path().join(FILE_NAME), b"").unwrap();
    assert_eq!(refused(folder.path()).code, Code::DamagedDatabase);
}

#[test]
fn an_older_database_is_copied_before_it_is_changed() {
    let folder = data_folder();
    let storage = Storage::open(folder.path(), now()).unwrap();
    let before = migrations::MIGRATIONS.len();
    let next = [migrations::MIGRATIONS, &["ALTER TABLE documents ADD COLUMN later TEXT"]].concat();
    migrations::migrate(&storage.connection, &next, Some(folder.path()), now()).unwrap();
    assert_eq!(open::version(&storage.connection).unwrap(), next.len());
    let copy = folder.path().join(BACKUPS).join(format!("dossier-v{before}-20260415-100000.db"));
    let copy = Connection::open(copy).unwrap();
    assert_eq!(open::version(&copy).unwrap(), before);
    let documents: i64 = copy.query_row("SELECT count(*) FROM documents", [], |row| row.get(0)).unwrap();
    assert_eq!(documents, 1);
    assert_eq!(storage.document("D0001".parse().unwrap()).unwrap().content, content("网络安全审计系统"));
}

#[test]
fn a_migration_that_fails_leaves_the_database_at_the_one_before() {
    let storage = Storage::in_memory(now()).unwrap();
    let broken = [migrations::MIGRATIONS, &["CREATE TABLE half (x); CREATE TABLE half (x);"]].concat();
    migrations::migrate(&storage.connection, &broken, None, now()).unwrap_err();
    assert_eq!(open::version(&storage.connection).unwrap(), migrations::MIGRATIONS.len());
    assert!(storage.connection.prepare("SELECT * FROM half").is_err());
}

#[test]
fn a_second_writer_waits_and_is_told_when_it_takes_too_long() {
    let folder = data_folder();
    let mut other = Storage::open(folder.path(), now()).unwrap();
    other.set_patience(Duration::from_millis(50)).unwrap();
    let first = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    first.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = other.transact(act("document.new"), |tx| tx.keep_template("a", "1", "a")).unwrap_err();
    assert_eq!(error.code, Code::Busy);
    first.execute_batch("ROLLBACK").unwrap();
    other.transact(act("document.new"), |tx| tx.keep_template("a", "1", "a")).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), b"").unwrap();
    let error = Storage::open(&folder.path().join("file"), now()).unwrap_err();
    assert_eq!(error.code, Code::Io);
    assert!(error.message.contains("那里是一个文件"), "{}", error.message);
    if cfg!(target_os = "linux") {
        assert!(Storage::open(Path::new("/proc/dossier"), now()).is_err());
    }
}
