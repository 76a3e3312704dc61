use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Map, json};

use super::*;
use crate::storage::{Act, BACKUPS, DocumentId, FILE_NAME, Filter, NewDocument, Storage};
use crate::{Code, Error};

fn now() -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339("2026-04-15T10:00:00+08:00").unwrap()
}

/// A data folder with a document for each text.
fn data_folder(texts: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = Storage::open(folder.path(), now()).unwrap();
    for text in texts {
        add(&mut storage, text);
    }
    folder
}

fn add(storage: &mut Storage, text: &str) -> DocumentId {
    let act = Act { at: now(), actor: "张三", action: "document.new" };
    let made = storage.transact(act, |tx| {
        let template = tx.keep_template("memo", "1.0", "id = \"memo\"")?;
        let new = NewDocument { template: &template, template_id: "memo", release: None, year: 2026 };
        let id = tx.insert_document(new)?;
        tx.set_content(id, text, json!({ "subject": text }).as_object().unwrap())?;
        Ok(id)
    });
    made.unwrap().0
}

fn titles(storage: &Storage) -> Vec<String> {
    let mut titles: Vec<String> =
        storage.list(&Filter::default()).unwrap().into_iter().map(|line| line.title).collect();
    titles.sort();
    titles
}

fn make(data: &Path) -> crate::Result<Copy> {
    let storage = Storage::open(data, now())?;
    Folder::enter(&data.join(BACKUPS))?.make(&storage.connection, Why::Activity, now())
}

fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with("-shm") && !name.ends_with("-wal")).collect();
    names.sort();
    names
}

fn restore(data: &Path, copy: &Path) -> crate::Result<Replaced> {
    replace(data, copy, "张三", now(), |_, restored| Map::from_iter([("head".into(), restored.hash.as_str().into())]))
}

/// What stands there can be opened, and its log tells of nothing but what is there.
#[track_caller]
fn opened(data: &Path) -> Vec<String> {
    let storage = Storage::open(data, now()).unwrap();
    storage.check_structure().unwrap();
    assert_eq!(storage.verify_audit().unwrap(), []);
    titles(&storage)
}

fn damage(data: &Path) -> Vec<u8> {
    let path = data.join(FILE_NAME);
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..4200].fill(0xA5);
    fs::write(&path, &bytes).unwrap();
    bytes
}

#[test]
fn a_copy_holds_everything_and_says_so() {
    let data = data_folder(&["甲", "乙"]);
    let copy = make(data.path()).unwrap();
    assert_eq!(copy.name.file(), "dossier-20260415-100000.db");
    assert_eq!((copy.holds.documents, copy.holds.head.seq), (2, 2));
    assert_eq!(copy.holds.head.at, "2026-04-15T10:00:00+08:00");
    assert_eq!(copy.holds.faults, []);
    assert_eq!(inspect_copy(&copy.path).unwrap(), copy.holds);
    let again = make(data.path()).unwrap();
    assert_eq!(again.name.file(), "dossier-20260415-100001.db", "a finished copy is never written over");
    let folder = data.path().join(BACKUPS);
    let expected = [".lock", "SHA256SUMS", "dossier-20260415-100000.db", "dossier-20260415-100001.db"];
    assert_eq!(entries(&folder), expected, "nothing else is left");
}

#[test]
fn a_copy_is_made_while_others_write() {
    let data = data_folder(&["甲"]);
    let writer = Storage::open(data.path(), now()).unwrap();
    writer.connection.execute_batch("BEGIN IMMEDIATE; UPDATE documents SET title = '还没有存下'").unwrap();
    let copy = make(data.path()).unwrap();
    let title: String =
        open(&copy.path).unwrap().query_row("SELECT title FROM documents", [], |row| row.get(0)).unwrap();
    assert_eq!(title, "甲");
    writer.connection.execute_batch("COMMIT").unwrap();
}

#[test]
fn a_damaged_database_makes_no_copy_and_leaves_nothing() {
    let data = data_folder(&["甲"]);
    // Larger than what is checked on opening would be; here the check is passed by.
    let connection = Connection::open(data.path().join(FILE_NAME)).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let root: i64 = connection
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'documents'", [], |row| row.get(0))
        .unwrap();
    drop(connection);
    let path = data.path().join(FILE_NAME);
    let mut bytes = fs::read(&path).unwrap();
    let at = (root as usize - 1) * 4096;
    bytes[at..at + 64].fill(0xA5);
    fs::write(&path, bytes).unwrap();
    let folder = Folder::enter(&data.path().join(BACKUPS)).unwrap();
    let error = folder.make(&Connection::open(&path).unwrap(), Why::Asked, now()).unwrap_err();
    assert_eq!(error.code, Code::DamagedDatabase, "{error}");
    assert_eq!(entries(folder.path()), [".lock"]);
}

#[test]
fn what_is_wrong_within_a_whole_database_is_copied_and_told() {
    let data = data_folder(&["网络安全审计", "乙"]);
    let connection = Connection::open(data.path().join(FILE_NAME)).unwrap();
    connection.execute("UPDATE documents SET content = replace(content, '安全', '健康')", []).unwrap();
    connection
        .execute_batch("DROP TRIGGER audit_refuses_update; UPDATE audit SET actor = '李四' WHERE seq = 2")
        .unwrap();
    let copy = make(data.path()).unwrap();
    assert_eq!(copy.name.file(), "dossier-20260415-100000-suspect.db");
    let told: Vec<&str> = copy.holds.faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(told, ["文档 D0001 的内容与其校验值不符", "审计记录从第 2 条起对不上"]);
    assert_eq!(inspect_copy(&copy.path).unwrap().faults, copy.holds.faults, "they are told again");
}

#[test]
fn a_single_flipped_bit_anywhere_in_a_copy_is_found() {
    let data = data_folder(&["甲"]);
    let copy = make(data.path()).unwrap();
    let whole = fs::read(&copy.path).unwrap();
    for at in (0..whole.len()).step_by(1009) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&copy.path, &flipped).unwrap();
        assert_eq!(inspect_copy(&copy.path).unwrap_err().code, Code::CorruptFile, "byte {at}");
    }
    fs::write(&copy.path, &whole[..whole.len() - 4096]).unwrap();
    assert!(inspect_copy(&copy.path).is_err());
}

#[test]
fn strange_files_are_not_taken_for_copies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a?b#%20.db");
    for (bytes, code) in [
        (b"no database".repeat(100), Code::CorruptFile),
        (Vec::new(), Code::CorruptFile),
        (vec![0; 4096], Code::CorruptFile),
    ] {
        fs::write(&path, &bytes).unwrap();
        assert_eq!(inspect_copy(&path).unwrap_err().code, code, "{} bytes", bytes.len());
        assert_eq!(entries(folder.path()), ["a?b#%20.db"], "nothing is made beside it");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    assert_eq!(inspect_copy(&folder.path().join("none.db")).unwrap_err().code, Code::NotFound);
    let newer = data_folder(&["甲"]);
    let copy = make(newer.path()).unwrap().path;
    Connection::open(&copy).unwrap().pragma_update(None, "user_version", 99).unwrap();
    fs::copy(&copy, &path).unwrap();
    assert_eq!(inspect_copy(&path).unwrap_err().code, Code::NewerDatabase);
}

#[test]
fn what_killed_processes_left_is_cleared_away_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["dossier-20260415-100000.db.tmp", "dossier-v2-20260415-100000.db.tmp-journal", ".dossier-7-1.tmp", "我的.tmp"]
    {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    Folder::enter(folder.path()).unwrap();
    assert_eq!(entries(folder.path()), [".lock", "我的.tmp"]);
}

#[test]
fn a_damaged_database_is_kept_and_the_copy_stands_in_its_place() {
    let data = data_folder(&["甲"]);
    let copy = make(data.path()).unwrap();
    add(&mut Storage::open(data.path(), now()).unwrap(), "乙");
    let damaged = damage(data.path());
    assert_eq!(Storage::open(data.path(), now()).unwrap_err().code, Code::DamagedDatabase);
    let replaced = restore(data.path(), &copy.path).unwrap();
    assert_eq!(opened(data.path()), ["甲"]);
    let moved = data.path().join("dossier-损坏-20260415-100000.db");
    assert_eq!(replaced.moved.as_deref(), Some(moved.as_path()));
    assert_eq!(fs::read(moved).unwrap(), damaged, "to the last byte");
    assert_eq!(entries(data.path()), ["backups", "dossier-损坏-20260415-100000.db", "dossier.db"]);
    let storage = Storage::open(data.path(), now()).unwrap();
    let entry = storage.audit(None).unwrap().pop().unwrap();
    assert_eq!((entry.seq, entry.action.as_str(), entry.actor.as_str()), (2, "backup.restore", "张三"));
    assert_eq!(entry.prev, copy.holds.head.hash, "the chain goes on from the copy");
    assert_eq!(entry.detail["head"], copy.holds.head.hash.as_str());
}

#[test]
fn a_whole_database_is_copied_before_it_gives_way() {
    let data = data_folder(&["甲"]);
    let copy = make(data.path()).unwrap();
    add(&mut Storage::open(data.path(), now()).unwrap(), "乙");
    let replaced = restore(data.path(), &copy.path).unwrap();
    assert_eq!(opened(data.path()), ["甲"]);
    let before = replaced.copied.unwrap();
    assert_eq!((before.name.why, before.holds.documents), (Why::Restore, 2));
    assert_eq!(Some(&before.holds.head), replaced.before.as_ref());
    // And back again.
    restore(data.path(), &before.path).unwrap();
    assert_eq!(opened(data.path()), ["乙", "甲"]);
}

#[test]
fn an_older_copy_is_brought_up_to_date() {
    let data = tempfile::tempdir().unwrap();
    let old = data.path().join("old.db");
    let connection = Connection::open(&old).unwrap();
    crate::storage::migrations::migrate(&connection, &crate::storage::migrations::MIGRATIONS[..1], None, now())
        .unwrap();
    drop(connection);
    restore(data.path(), &old).unwrap();
    assert_eq!(opened(data.path()), [] as [&str; 0]);
    assert_eq!(inspect(&old, Depth::Everything).unwrap().version, 1, "the copy itself is left as it was");
}

#[test]
fn nothing_is_replaced_while_somebody_else_has_it_open() {
    let data = data_folder(&["甲"]);
    let copy = make(data.path()).unwrap();
    let mut other = Storage::open(data.path(), now()).unwrap();
    let error = restore(data.path(), &copy.path).unwrap_err();
    assert_eq!(error.code, Code::Busy, "{error}");
    add(&mut other, "乙");
    drop(other);
    assert_eq!(opened(data.path()), ["乙", "甲"]);
}

#[test]
fn a_copy_that_is_damaged_or_newer_changes_nothing() {
    let data = data_folder(&["甲"]);
    let copy = make(data.path()).unwrap().path;
    let before = fs::read(data.path().join(FILE_NAME)).unwrap();
    let whole = fs::read(&copy).unwrap();
    fs::write(&copy, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(restore(data.path(), &copy).unwrap_err().code, Code::CorruptFile);
    fs::write(&copy, &whole).unwrap();
    Connection::open(&copy).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let other = data.path().join("other.db");
    fs::rename(&copy, &other).unwrap();
    assert_eq!(restore(data.path(), &other).unwrap_err().code, Code::NewerDatabase);
    assert_eq!(fs::read(data.path().join(FILE_NAME)).unwrap(), before);
}

#[test]
fn a_database_that_is_gone_is_told_where_there_are_copies_of_it() {
    let data = data_folder(&["甲"]);
    let copy = make(data.path()).unwrap().path;
    fs::remove_file(data.path().join(FILE_NAME)).unwrap();
    let error: Error = Storage::open(data.path(), now()).unwrap_err();
    assert_eq!(error.code, Code::DamagedDatabase);
    assert!(error.message.contains("不见了"), "{}", error.message);
    restore(data.path(), &copy).unwrap();
    assert_eq!(opened(data.path()), ["甲"]);
}

/// Stops a restore at each of its steps, as a power cut does, and opens the folder again.
#[test]
fn a_restore_that_is_stopped_anywhere_leaves_the_old_or_the_new() {
    // What each step leaves, from the finished file on; `true`: it has happened.
    type Step = fn(&Path);
    let wal = |data: &Path| beside(&data.join(FILE_NAME), "-wal");
    let steps: [(&str, bool, Step); 5] = [
        ("the new file is written", false, |_| ()),
        ("the note is written", true, |data| {
            fs::write(data.join("dossier.db.restore"), r#"{"kept":"dossier-损坏-1.db"}"#).unwrap()
        }),
        ("the log is moved", true, |data| {
            fs::rename(data.join("dossier.db-wal"), data.join("dossier-损坏-1.db-wal")).unwrap();
        }),
        ("the old file has its new name", true, |data| {
            fs::hard_link(data.join(FILE_NAME), data.join("dossier-损坏-1.db")).unwrap();
        }),
        ("the new file has its name", true, |data| {
            fs::rename(data.join("dossier.db.new"), data.join(FILE_NAME)).unwrap()
        }),
    ];
    for stop in 0..steps.len() {
        let data = data_folder(&["旧"]);
        let other = data_folder(&["新"]);
        let copy = make(other.path()).unwrap().path;
        fs::copy(copy, data.path().join("dossier.db.new")).unwrap();
        fs::write(wal(data.path()), b"").unwrap();
        steps[..=stop].iter().for_each(|(_, _, step)| step(data.path()));
        let (name, happened, _) = steps[stop];
        assert_eq!(opened(data.path()), [if happened { "新" } else { "旧" }], "stopped after: {name}");
        assert_eq!(data.path().join("dossier-损坏-1.db").exists(), happened, "{name}: the old one is kept");
        assert!(!data.path().join("dossier.db.restore").exists());
        assert_eq!(opened(data.path()), [if happened { "新" } else { "旧" }], "and again");
    }
}
