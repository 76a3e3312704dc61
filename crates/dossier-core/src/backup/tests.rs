use std::fs;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use serde_json::json;

use super::offers::Source;
use super::*;
use crate::environment::Resources;
use crate::settings::Settings;
use crate::storage::{Act, DocumentId, NewDocument, Series, Storage};
use crate::{Code, Environment};

/// A data folder, and a second folder that may be there or not.
struct World {
    root: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { root: tempfile::tempdir().unwrap() };
        fs::create_dir(world.root.path().join("data")).unwrap();
        world
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn stick(&self) -> PathBuf {
        self.root.path().join("stick")
    }

    fn storage(&self, at: &str) -> Storage {
        Storage::open(&self.data(), time(at)).unwrap()
    }

    /// A draft of a form in a release.
    fn add(&self, at: &str, form: &str, release: &str) -> DocumentId {
        let act = Act { at: time(at), actor: "张三", action: "document.new" };
        let made = self.storage(at).transact(act, |tx| {
            let template = tx.keep_template("memo", "1.0", "id = \"memo\"")?;
            let release = Some(tx.release_or_new(release)?);
            let new = NewDocument { template: &template, template_id: "memo", release, year: 2026 };
            let id = tx.insert_document(new)?;
            tx.set_content(id, &format!("{form} · 别的"), json!({ "text": form }).as_object().unwrap())?;
            Ok(id)
        });
        made.unwrap().0
    }

    fn change(&self, at: &str, id: DocumentId, action: &str) {
        let act = Act { at: time(at), actor: "张三", action };
        let mut storage = self.storage(at);
        let title = storage.document(id).unwrap().title;
        storage.transact(act, |tx| tx.set_content(id, &title, json!({ "text": at }).as_object().unwrap())).unwrap();
    }

    fn name_stick(&self, at: &str) {
        let mut settings = Settings::default();
        settings.backup.second_folder = self.stick().to_str().unwrap().into();
        let act = Act { at: time(at), actor: "张三", action: "settings.set" };
        self.storage(at).transact(act, |tx| tx.put_settings(&settings.to_json())).unwrap();
    }

    /// What the program does at a moment.
    fn at<T>(&self, at: &str, body: impl FnOnce(&Backups<'_>) -> T) -> T {
        let resources = Resources { templates: "t".into(), fonts: "f".into() };
        let environment = Environment::fixed(time(at), resources).with_user("张三");
        body(&Backups::of(&self.data(), &environment))
    }

    fn files(&self, folder: &Path) -> Vec<String> {
        names_in(folder).iter().map(|(name, _)| name.file()).collect()
    }

    fn copies(&self) -> Vec<String> {
        self.files(&self.data().join(BACKUPS))
    }

    fn on_stick(&self) -> Vec<String> {
        let places = files::list(&self.stick()).unwrap();
        places.iter().flat_map(|place| self.files(place)).collect()
    }

    /// Moves the database's last write to a moment, and damages it.
    fn damage(&self, from: usize, bytes: usize, at: &str) {
        let path = self.data().join(FILE_NAME);
        let mut content = fs::read(&path).unwrap();
        let end = (from + bytes).min(content.len());
        content[from..end].fill(0xA5);
        fs::write(&path, content).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(time(at).into()).unwrap();
    }
}

/// 03-11 12:00, in 2026
fn time(at: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_str(&format!("2026-{at}:00 +08:00"), "%Y-%m-%d %H:%M:%S %:z").unwrap()
}

#[test]
fn a_copy_is_made_when_something_was_written_and_half_an_hour_went_by() {
    let world = World::new();
    assert!(world.at("03-11 09:00", |b| b.is_due()).is_err(), "there is no data yet");
    drop(world.storage("03-11 09:00"));
    assert!(!world.at("03-11 09:00", |b| b.is_due()).unwrap(), "nothing was ever written");
    assert_eq!(world.at("03-11 09:00", |b| b.make(Why::Asked)).unwrap(), Made::Nothing);
    let id = world.add("03-11 09:05", "申请表", "甲 V1.0.0");
    assert!(world.at("03-11 09:05", |b| b.tend()).unwrap().is_some());
    assert!(world.at("03-11 11:00", |b| b.tend()).unwrap().is_none(), "nothing was written since");
    world.change("03-11 09:20", id, "document.edit");
    assert!(world.at("03-11 09:34", |b| b.tend()).unwrap().is_none(), "the last one is 29 minutes old");
    assert!(world.at("03-11 09:35", |b| b.tend()).unwrap().is_some());
    world.change("03-11 09:36", id, "document.edit");
    assert!(world.at("03-11 08:00", |b| b.tend()).unwrap().is_some(), "a clock that was put back holds nothing up");
    assert!(world.at("03-11 08:20", |b| b.tend()).unwrap().is_none(), "and the copy that was made last is known");
    assert_eq!(world.copies().len(), 3);
}

/// Kept are the newest by their names; the name of one that was removed is free again.
#[test]
fn a_copy_of_a_busy_moment_is_not_taken_for_an_old_one() {
    let world = World::new();
    let now = "03-11 09:00";
    let id = world.add(now, "申请表", "甲 V1.0.0");
    for number in 0..Recent::HERE.copies + 3 {
        let content = json!({ "text": number });
        let act = Act { at: time(now), actor: "张三", action: "document.set" };
        world.storage(now).transact(act, |tx| tx.set_content(id, "申请表", content.as_object().unwrap())).unwrap();
        let Made::New(copy) = world.at(now, |b| b.make(Why::Asked)).unwrap() else { panic!("something was written") };
        assert_eq!(world.copies()[0], copy.name.file(), "copy {number} is the newest, and stays");
    }
    assert_eq!(world.copies().len(), Recent::HERE.copies);
}

#[test]
fn before_something_great_a_copy_is_made_only_where_something_was_written_since_the_last() {
    let world = World::new();
    let id = world.add("03-11 09:00", "申请表", "甲 V1.0.0");
    let Made::New(first) = world.at("03-11 09:01", |b| b.make(Why::Import)).unwrap() else {
        panic!("it was the first")
    };
    let again = world.at("03-11 09:02", |b| b.make(Why::Import)).unwrap();
    assert!(matches!(again, Made::Unchanged(copy) if copy.path == first.path));
    // What it remembers may be lost; then it looks.
    fs::remove_file(world.data().join(BACKUPS).join("state.json")).unwrap();
    assert!(matches!(world.at("03-11 09:02", |b| b.make(Why::Import)).unwrap(), Made::Unchanged(_)));
    // A copy that has become unreadable is none.
    fs::write(&first.path, b"torn").unwrap();
    assert!(matches!(world.at("03-11 09:03", |b| b.make(Why::Import)).unwrap(), Made::New(_)));
    world.change("03-11 09:04", id, "document.edit");
    assert!(matches!(world.at("03-11 09:05", |b| b.make(Why::Import)).unwrap(), Made::New(_)));
}

#[test]
fn a_stick_gets_the_last_copy_of_each_day_when_it_is_there() {
    let world = World::new();
    let id = world.add("03-01 09:00", "申请表", "甲 V1.0.0");
    world.name_stick("03-01 09:00");
    world.at("03-01 09:30", |b| b.tend()).unwrap();
    assert!(!world.stick().exists(), "a folder that is not there is not made");
    fs::create_dir(world.stick()).unwrap();
    world.at("03-01 09:35", |b| b.tend()).unwrap();
    assert_eq!(world.on_stick().len(), 0, "it was looked for a moment ago");
    world.at("03-01 09:40", |b| b.tend()).unwrap();
    assert_eq!(world.on_stick(), ["dossier-20260301-093000.db"]);
    for at in ["03-01 12:00", "03-01 17:00", "03-02 09:00"] {
        world.change(at, id, "document.edit");
        world.at(at, |b| b.tend()).unwrap();
    }
    assert_eq!(world.on_stick(), ["dossier-20260302-090000.db", "dossier-20260301-170000.db"]);
    let status = world.at("03-02 09:00", |b| b.status()).unwrap();
    let second = status.second.unwrap();
    assert_eq!((second.reached.as_deref(), second.trouble), (Some("2026-03-02 09:00"), None));
    assert!(second.same_disk, "both are on one disk here");
    assert_eq!(status.notices, [] as [&str; 0]);
    // A copy there that was damaged is brought anew.
    let place = files::list(&world.stick()).unwrap().remove(0);
    fs::write(place.join("dossier-20260302-090000.db"), "torn").unwrap();
    world.at("03-02 09:20", |b| b.tend()).unwrap();
    copies::inspect_copy(&place.join("dossier-20260302-090000.db")).unwrap();
}

#[test]
fn nobody_thins_the_copies_of_others_on_a_share() {
    let world = World::new();
    fs::create_dir(world.stick()).unwrap();
    world.add("03-01 09:00", "申请表", "甲 V1.0.0");
    world.name_stick("03-01 09:00");
    world.at("03-01 09:30", |b| b.tend()).unwrap();
    // A colleague began with the same data.
    let colleague = tempfile::tempdir().unwrap();
    fs::copy(world.data().join(FILE_NAME), colleague.path().join(FILE_NAME)).unwrap();
    let resources = Resources { templates: "t".into(), fonts: "f".into() };
    let environment = Environment::fixed(time("03-01 10:00"), resources).with_user("张三");
    Backups::of(colleague.path(), &environment).tend().unwrap();
    assert_eq!(files::list(&world.stick()).unwrap().len(), 2, "a place for each");
    assert_eq!(world.on_stick().len(), 2);
}

#[test]
fn people_are_reminded_of_a_stick_after_a_week() {
    let world = World::new();
    let id = world.add("03-01 09:00", "申请表", "甲 V1.0.0");
    world.name_stick("03-01 09:00");
    world.at("03-01 09:30", |b| b.tend()).unwrap();
    let notices = |at: &str| world.at(at, |b| b.status()).unwrap().notices;
    assert_eq!(notices("03-08 09:29"), [] as [&str; 0]);
    let stick = world.stick().to_str().unwrap().to_owned();
    let never =
        format!("“{stick}”设为第二个备份文件夹已有 7 天，还没有备份进去过。把它所在的盘接上，或在设置里换一个文件夹");
    assert_eq!(notices("03-08 09:30"), [never]);
    fs::create_dir(world.stick()).unwrap();
    world.at("03-08 12:00", |b| b.tend()).unwrap();
    assert_eq!(notices("03-08 12:00"), [] as [&str; 0]);
    fs::remove_dir_all(world.stick()).unwrap();
    world.change("03-20 09:00", id, "document.edit");
    world.at("03-20 09:00", |b| b.tend()).unwrap();
    let away =
        format!("已有 11 天没有备份到“{stick}”，最近一次是 03-08 12:00。把它所在的盘接上，或在设置里换一个文件夹");
    assert_eq!(notices("03-20 09:00"), [away]);
    // Named no more, it is forgotten.
    let act = Act { at: time("03-20 09:10"), actor: "张三", action: "settings.set" };
    world.storage("03-20 09:10").transact(act, |tx| tx.put_settings(&Settings::default().to_json())).unwrap();
    assert_eq!(notices("03-20 09:10"), [] as [&str; 0]);
}

#[test]
fn a_stick_that_takes_nothing_holds_nothing_up_and_is_told() {
    let world = World::new();
    world.add("03-01 09:00", "申请表", "甲 V1.0.0");
    world.name_stick("03-01 09:00");
    fs::create_dir(world.stick()).unwrap();
    // A file stands where the copies belong.
    let place = world.at("03-01 09:30", |b| b.place());
    fs::write(world.stick().join(place), "x").unwrap();
    assert!(world.at("03-01 09:30", |b| b.tend()).unwrap().is_some(), "the copy beside the data is made all the same");
    let second = world.at("03-01 09:30", |b| b.status()).unwrap().second.unwrap();
    assert!(second.trouble.as_ref().is_some_and(|trouble| trouble.contains("那里是一个文件")), "{second:?}");
}

#[test]
fn what_is_wrong_in_the_data_is_told_when_it_is_copied() {
    let world = World::new();
    world.add("03-01 09:00", "申请表", "甲 V1.0.0");
    let raw = Connection::open(world.data().join(FILE_NAME)).unwrap();
    raw.execute("UPDATE documents SET content = '{}'", []).unwrap();
    world.at("03-01 09:30", |b| b.tend()).unwrap();
    let notices = world.at("03-01 09:30", |b| b.status()).unwrap().notices;
    assert!(notices[0].contains("文档 D0001 的内容与其校验值不符"), "{notices:?}");
}

#[test]
fn where_the_database_is_damaged_good_copies_are_offered_with_what_they_hold() {
    let world = World::new();
    let id = world.add("03-09 09:00", "申请表", "甲 V1.0.0");
    for at in ["03-09 09:00", "03-09 17:30", "03-10 12:00", "03-10 18:00", "03-11 11:30", "03-11 12:00", "03-11 12:10"]
    {
        world.change(at, id, "document.edit");
        world.at(at, |b| b.make(Why::Activity)).unwrap();
    }
    world.add("03-11 12:27", "总结报告", "甲 V1.0.0");
    world.damage(4096, 200, "03-11 12:27");
    // The newest copy was hit as well.
    fs::write(world.data().join("backups/dossier-20260311-121000.db"), "torn").unwrap();
    assert_eq!(Storage::open(&world.data(), time("03-11 12:30")).unwrap_err().code, Code::DamagedDatabase);
    let offers = world.at("03-11 12:30", |b| b.offers(4));
    let told: Vec<String> =
        offers.copies.iter().map(|copy| format!("{} {} {}", copy.at, copy.holds, copy.kind)).collect();
    assert_eq!(
        told,
        [
            "2026-03-11 12:00 1 个卷宗，1 份文档，审计记录完整 ",
            "2026-03-11 11:30 1 个卷宗，1 份文档，审计记录完整 ",
            "2026-03-10 18:00 1 个卷宗，1 份文档，审计记录完整 每日备份",
            "2026-03-09 17:30 1 个卷宗，1 份文档，审计记录完整 每日备份",
        ]
    );
    assert_eq!(offers.recommended.as_deref(), Some("here/dossier-20260311-120000.db"));
    assert_eq!(offers.distance, "距损坏 27 分钟");
    assert_eq!(offers.last_write.as_deref(), Some("2026-03-11 12:27"));
    assert_eq!(offers.unusable.len(), 1);
    assert!(!offers.more && world.at("03-11 12:30", |b| b.offers(2)).more);
    let source = Source::parse(offers.recommended.as_deref().unwrap()).unwrap();
    let restored = world.at("03-11 12:30", |b| b.restore(&source)).unwrap();
    assert_eq!(restored.kept.as_deref(), Some("dossier-损坏-20260311-123000.db"));
    let storage = world.storage("03-11 12:31");
    let entry = storage.audit(None).unwrap().pop().unwrap();
    assert_eq!(entry.detail["file"], "dossier-20260311-120000.db");
    assert_eq!((&entry.detail["before"], &entry.detail["restored"]["seq"]), (&json!(null), &json!(7)));
    assert_eq!(storage.verify_audit().unwrap(), []);
}

#[test]
fn a_look_tells_which_documents_would_lose_something() {
    let world = World::new();
    let id = world.add("03-11 10:00", "产品发布申请表", "衡川网络安全审计系统 V4.2.0");
    world.add("03-11 10:01", "发布计划", "衡川网络安全审计系统 V4.2.0");
    let Made::New(copy) = world.at("03-11 12:00", |b| b.make(Why::Activity)).unwrap() else {
        panic!("it was the first")
    };
    let source = Source::Here(copy.name);
    let look = || world.at("03-11 12:30", |b| b.look(&source)).unwrap();
    let found = look();
    assert_eq!(found.lost, "没有什么会失去：这份备份之后没有改动");
    world.change("03-11 12:27", id, "document.edit");
    let found = look();
    assert_eq!(found.lost, "12:00 到 12:27 之间的改动。改过 1 份文档");
    let documents: Vec<_> = found.documents.iter().map(|d| (d.release.as_str(), d.form.as_str(), d.whole)).collect();
    assert_eq!(documents, [("衡川网络安全审计系统 V4.2.0", "产品发布申请表", false)]);
    assert_eq!(found.untouched, "12:00 以前的一切。这之后没有提交过版本，没有给过编号，没有登记签字");
    assert_eq!(found.kept, "恢复前先备份一份，随时可以换回来");
    assert!(!found.guess && !found.serious);
    let recent: Vec<_> = found.recent.iter().map(|d| (d.form.as_str(), d.at.as_str())).collect();
    assert_eq!(recent, [("发布计划", "2026-03-11 10:01"), ("产品发布申请表", "2026-03-11 10:00")]);
    world.change("03-11 12:28", id, "document.submit");
    let found = look();
    assert!(found.serious);
    assert_eq!(
        found.untouched,
        "12:00 以前的一切。但这之后有提交审批 1 次：恢复后要照纸重新登记，给过的编号作废，不再使用"
    );
}

#[test]
fn a_look_beside_a_damaged_database_says_that_it_guesses() {
    let world = World::new();
    // More than fits on a few pages, so that a part of it can be read.
    let ids: Vec<_> = (0..60).map(|_| world.add("03-11 10:00", "申请表", "甲 V1.0.0")).collect();
    let Made::New(copy) = world.at("03-11 12:00", |b| b.make(Why::Activity)).unwrap() else {
        panic!("it was the first")
    };
    world.change("03-11 12:20", ids[0], "document.edit");
    let path = world.data().join(FILE_NAME);
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    // A page in the middle of the documents.
    let page: usize = {
        let sql = "SELECT pageno FROM dbstat WHERE name = 'documents' AND pagetype = 'leaf' ORDER BY path";
        let pages: Result<Vec<i64>, _> =
            connection.prepare(sql).and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect());
        pages.map_or(0, |pages| pages[pages.len() / 2] as usize)
    };
    drop(connection);
    let before = |page: usize| (page.max(2) - 1) * 4096;
    if page > 0 {
        world.damage(before(page), 300, "03-11 12:27");
    } else {
        // This SQLite cannot say which page that is: the file is cut short instead.
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 3 * 4096]).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(time("03-11 12:27").into()).unwrap();
    }
    let bytes = fs::read(&path).unwrap();
    let found = world.at("03-11 12:30", |b| b.look(&Source::Here(copy.name.clone()))).unwrap();
    assert_eq!(found.lost, "12:00 到 12:27 之间的改动。从能读出的部分看，改过 1 份文档");
    assert!(found.guess);
    assert_eq!(found.kept, "改名保留在数据文件夹，可以交给管理员");
    assert_eq!(fs::read(&path).unwrap(), bytes, "looking changes nothing");

    fs::write(&path, vec![0x5A; 8192]).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time("03-11 12:27").into()).unwrap();
    let found = world.at("03-11 12:30", |b| b.look(&Source::Here(copy.name))).unwrap();
    assert_eq!(found.lost, "12:00 之后的改动。损坏的文件读不出来，看不出改过什么，它最后一次写入是 12:27");
    assert!(found.untouched.ends_with("看不出来"), "{}", found.untouched);
}

#[test]
fn a_copy_of_other_data_is_told_before_it_takes_the_place() {
    let (world, other) = (World::new(), World::new());
    world.add("03-11 10:00", "申请表", "甲 V1.0.0");
    other.add("03-11 10:05", "申请表", "乙 V1.0.0");
    let Made::New(copy) = other.at("03-11 12:00", |b| b.make(Why::Activity)).unwrap() else {
        panic!("it was the first")
    };
    let found = world.at("03-11 12:30", |b| b.look(&Source::File(copy.path))).unwrap();
    assert_eq!(found.lost, "这份备份不是从现在的数据来的：现在的 1 份文档都不在里面");
}

#[test]
fn a_restore_can_be_taken_back() {
    let world = World::new();
    let id = world.add("03-11 10:00", "申请表", "甲 V1.0.0");
    let Made::New(copy) = world.at("03-11 12:00", |b| b.make(Why::Activity)).unwrap() else {
        panic!("it was the first")
    };
    world.change("03-11 12:10", id, "document.edit");
    let restored = world.at("03-11 12:30", |b| b.restore(&Source::Here(copy.name))).unwrap();
    assert_eq!(restored.kept.as_deref(), Some("dossier-restore-20260311-123000.db"));
    assert_eq!(world.storage("03-11 12:31").document(id).unwrap().content["text"], "申请表");
    let entry = world.storage("03-11 12:31").audit(None).unwrap().pop().unwrap();
    assert_eq!((&entry.detail["before"]["seq"], &entry.detail["restored"]["seq"]), (&json!(2), &json!(1)));
    // Both have gone on from the same entry; only the restore itself would be lost.
    let back = world.at("03-11 12:32", |b| b.find(Path::new("dossier-restore-20260311-123000.db"))).unwrap();
    let found = world.at("03-11 12:32", |b| b.look(&back)).unwrap();
    assert_eq!(found.documents.len(), 1, "it is another content than now");
    world.at("03-11 12:33", |b| b.restore(&back)).unwrap();
    assert_eq!(world.storage("03-11 12:34").document(id).unwrap().content["text"], "03-11 12:10");
}

#[test]
fn numbers_that_stand_on_paper_are_never_given_again() {
    let world = World::new();
    let id = world.add("03-11 10:00", "申请表", "甲 V1.0.0");
    let series = Series { pattern: "REL-APP-{year}-{seq:03}", template: "memo", year: 2026 };
    let give = |at: &str, storage: &mut Storage| {
        let act = Act { at: time(at), actor: "张三", action: "document.submit" };
        let number = |seq| format!("REL-APP-2026-{seq:03}");
        storage.transact(act, |tx| tx.give_number(series, number, Some(id))).unwrap().0
    };
    give("03-11 10:10", &mut world.storage("03-11 10:10"));
    let Made::New(copy) = world.at("03-11 12:00", |b| b.make(Why::Activity)).unwrap() else {
        panic!("it was the first")
    };
    give("03-11 12:10", &mut world.storage("03-11 12:10"));
    give("03-11 12:20", &mut world.storage("03-11 12:20"));
    let restored = world.at("03-11 12:30", |b| b.restore(&Source::Here(copy.name.clone()))).unwrap();
    assert_eq!(restored.voided, ["REL-APP-2026-002", "REL-APP-2026-003"]);
    let mut storage = world.storage("03-11 12:31");
    let void = |storage: &Storage| -> Vec<String> {
        storage
            .numbers(None)
            .unwrap()
            .into_iter()
            .filter(|number| number.void.is_some())
            .map(|number| number.number)
            .collect()
    };
    assert_eq!(void(&storage), ["REL-APP-2026-002", "REL-APP-2026-003"]);
    assert_eq!(storage.number_gaps().unwrap(), []);
    assert_eq!(give("03-11 12:32", &mut storage), "REL-APP-2026-004");
    drop(storage);
    // Also where the database is damaged, as far as it can be read.
    world.damage(100, 0, "03-11 12:33");
    let path = world.data().join(FILE_NAME);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 4096]).unwrap();
    let restored = world.at("03-11 12:40", |b| b.restore(&Source::Here(copy.name))).unwrap();
    assert_eq!(restored.kept.as_deref(), Some("dossier-损坏-20260311-124000.db"));
    assert_eq!(restored.voided, ["REL-APP-2026-002", "REL-APP-2026-003", "REL-APP-2026-004"]);
}

#[test]
fn the_page_cannot_name_a_file_that_is_no_copy() {
    for id in ["here/../dossier.db", "here/dossier.db", "/etc/passwd", "elsewhere/dossier-20260311-120000.db", ""] {
        assert!(Source::parse(id).is_err(), "{id}");
    }
    let world = World::new();
    let gone = Source::parse("here/dossier-20260311-120000.db").unwrap();
    assert_eq!(world.at("03-11 12:00", |b| b.verify(&gone)).unwrap_err().code, Code::NotFound);
}
