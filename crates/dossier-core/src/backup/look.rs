//! A look before a restore: what is in a copy, and what would be lost.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::Backups;
use super::current::{Content, Document};
use super::offers::Source;
use super::times::{local, told};
use super::wire::{BackupLook, LostDocument, RecentDocument};
use crate::Result;
use crate::storage::FILE_NAME;
use crate::storage::backup::inspect_copy;

/// So many documents are named.
const NAMED: usize = 100;
/// So many documents of a copy are shown by which people know it again.
const RECENT: usize = 5;

/// What happens to drafts and to the program itself. Everything else in the log stands on paper somewhere.
const OF_DRAFTS: [&str; 9] = [
    "document.new",
    "document.fill",
    "document.edit",
    "document.undo",
    "document.redo",
    "document.import",
    "document.revise",
    "document.discard",
    "settings.set",
];
const OF_DRAFTS_ALL: [&str; 3] = ["release.", "store.", "backup."];

/// What everything else is called, by the beginning of its action.
const ON_PAPER: [(&str, &str); 12] = [
    ("document.submit", "提交审批"),
    ("document.withdraw", "撤回"),
    ("document.sign", "登记签字"),
    ("document.correct", "签字更正"),
    ("document.control", "受控"),
    ("document.void", "作废"),
    ("document.print", "打印"),
    ("number.", "编号登记"),
    ("scan.", "签署件归位"),
    ("copy.", "分发回收"),
    ("document.restore", "从归档包恢复"),
    ("archive.", "归档"),
];

/// What of the data of now is not in a copy.
struct Difference<'c> {
    documents: Vec<(&'c Document, bool)>,
    /// Actions of the log since, each with how often.
    acts: BTreeMap<&'c str, usize>,
    /// Whether the copy is of this data at all.
    related: bool,
    entries: usize,
}

impl Backups<'_> {
    /// What is in a copy, and what of the data of now is not. Says where it could only read a part.
    ///
    /// # Errors
    /// There is no such copy, or it is damaged.
    pub fn look(&self, source: &Source) -> Result<BackupLook> {
        let path = self.path(source)?;
        let holds = inspect_copy(&path)?;
        let copy = Content::of_copy(&path)?;
        let now = Content::of_data(&self.data);
        let exists = self.data.join(FILE_NAME).exists();
        let readable = now.whole || !now.says_nothing();
        let found = Difference::of(&now, &copy);
        let from = self.time_of(&path, &holds);
        let until =
            now.last_at().and_then(|at| local(at, self.environment)).max(self.last_write().filter(|_| !now.whole));
        let words = Words { from, until, today: self.now().date(), guess: !now.whole };
        let documents: Vec<LostDocument> =
            found.documents.iter().take(NAMED).map(|(document, whole)| told_of(document, *whole)).collect();
        Ok(BackupLook {
            lost: if exists {
                words.lost(&found, readable)
            } else {
                "没有什么会失去：数据文件夹里现在没有数据".into()
            },
            more: found.documents.len() - documents.len(),
            documents,
            untouched: words.untouched(&found, exists, readable),
            kept: kept(exists, &now).to_owned(),
            recent: self.recent(&copy),
            guess: exists && !now.whole,
            serious: found.acts.keys().any(|action| !is_of_drafts(action)),
            copy: self.describe_copy(source, &path, &holds),
        })
    }
}

impl Backups<'_> {
    fn recent(&self, copy: &Content) -> Vec<RecentDocument> {
        let mut all: Vec<&Document> = copy.documents.values().collect();
        all.sort_by(|one, other| (other.changed(), &one.form).cmp(&(one.changed(), &other.form)));
        let told = |document: &&Document| RecentDocument {
            release: document.release.clone(),
            form: document.form.clone(),
            at: self.environment.local_time(document.changed()),
        };
        all.iter().take(RECENT).map(told).collect()
    }
}

fn kept(exists: bool, now: &Content) -> &'static str {
    match (exists, now.whole) {
        (false, _) => "",
        (true, true) => "恢复前先备份一份，随时可以换回来",
        (true, false) => "改名保留在数据文件夹，可以交给管理员",
    }
}

impl<'c> Difference<'c> {
    fn of(now: &'c Content, copy: &Content) -> Self {
        // Up to here both logs tell the same: hashes are chained, so one that is the same stands for all before.
        let same = |seq: &i64| match (now.log.get(seq), copy.log.get(seq)) {
            (Some(one), Some(other)) => one.hash == other.hash,
            _ => false,
        };
        let common = copy.log.keys().rev().find(|seq| same(seq)).copied();
        let since = || now.log.range(common.unwrap_or(0) + 1..).map(|(_, entry)| entry);
        let mut acts = BTreeMap::new();
        for entry in since() {
            *acts.entry(entry.action.as_str()).or_insert(0) += 1;
        }
        let differs = |(id, document): (&String, &'c Document)| match copy.documents.get(id) {
            None => Some((document, true)),
            Some(known) if known != document => Some((document, false)),
            Some(_) => None,
        };
        let mut documents: Vec<_> = now.documents.iter().filter_map(differs).collect();
        documents.sort_by(|(one, _), (other, _)| (&one.release, &one.form).cmp(&(&other.release, &other.form)));
        let related = common.is_some() || copy.log.is_empty() || now.log.is_empty();
        Self { documents, acts, related, entries: since().count() }
    }
}

struct Words {
    from: Option<NaiveDateTime>,
    until: Option<NaiveDateTime>,
    today: chrono::NaiveDate,
    guess: bool,
}

impl Words {
    fn lost(&self, found: &Difference<'_>, readable: bool) -> String {
        let from = self.from.map(|from| told(from, self.today)).unwrap_or_default();
        let until = self.until.filter(|until| self.from.is_none_or(|from| *until > from));
        let until = until.map(|until| told(until, self.today));
        if !readable {
            let last = until.map(|until| format!("，它最后一次写入是 {until}")).unwrap_or_default();
            return format!("{from} 之后的改动。损坏的文件读不出来，看不出改过什么{last}");
        }
        if !found.related {
            return format!("这份备份不是从现在的数据来的：现在的 {} 份文档都不在里面", found.documents.len());
        }
        let guess = if self.guess { "从能读出的部分看，" } else { "" };
        if found.entries == 0 && found.documents.is_empty() {
            return match self.guess {
                false => "没有什么会失去：这份备份之后没有改动".into(),
                true => format!("{guess}{from} 之后没有改动"),
            };
        }
        let span = match until {
            Some(until) => format!("{from} 到 {until} 之间的改动"),
            None => format!("{from} 之后的改动"),
        };
        let new = found.documents.iter().filter(|(_, whole)| *whole).count();
        let changed = found.documents.len() - new;
        let count = match (new, changed) {
            (0, 0) => "没有改过文档".to_owned(),
            (0, changed) => format!("改过 {changed} 份文档"),
            (new, 0) => format!("新建了 {new} 份文档"),
            (new, changed) => format!("改过 {changed} 份文档，新建了 {new} 份"),
        };
        format!("{span}。{guess}{count}")
    }

    fn untouched(&self, found: &Difference<'_>, exists: bool, readable: bool) -> String {
        if !exists || !found.related {
            return String::new();
        }
        let from = self.from.map(|from| told(from, self.today)).unwrap_or_default();
        let serious: Vec<String> = formal(&found.acts);
        let after = match (serious.is_empty(), readable) {
            (_, false) => "这之后有没有提交过版本、给过编号、登记过签字，看不出来".to_owned(),
            (true, true) => "这之后没有提交过版本，没有给过编号，没有登记签字".to_owned(),
            (false, true) => {
                format!("但这之后有{}：恢复后要照纸重新登记，给过的编号作废，不再使用", serious.join("、"))
            }
        };
        format!("{from} 以前的一切。{after}")
    }
}

fn told_of(document: &Document, whole: bool) -> LostDocument {
    LostDocument { release: document.release.clone(), form: document.form.clone(), whole }
}

fn is_of_drafts(action: &str) -> bool {
    OF_DRAFTS.contains(&action) || OF_DRAFTS_ALL.iter().any(|prefix| action.starts_with(prefix))
}

/// 提交审批 2 次, 登记签字 3 次
fn formal(acts: &BTreeMap<&str, usize>) -> Vec<String> {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for (action, count) in acts.iter().filter(|(action, _)| !is_of_drafts(action)) {
        *told.entry(label(action)).or_insert(0) += count;
    }
    told.into_iter().map(|(label, count)| format!("{label} {count} 次")).collect()
}

fn label(action: &str) -> &'static str {
    ON_PAPER.iter().find(|(begin, _)| action.starts_with(begin)).map_or("其他登记", |(_, label)| label)
}
