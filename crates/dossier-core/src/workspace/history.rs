//! The history of a document, read from the audit log and told to people.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use serde_json::Value;

use super::difference::moved;
use super::{Workspace, load};
use crate::Result;
use crate::document::display;
use crate::form::{HistoryEntry, Path, label_of};
use crate::storage::{AuditEntry, DocumentId};
use crate::template::Template;

/// Changes of one place by one person within this many minutes are told once.
const TOLD_ONCE: i64 = 10;
/// More changes of one table at once are told together.
const TOLD_SINGLY: usize = 3;

const BEGUN: &str = "新建草稿";

/// One change of one place, before it is told.
struct Change {
    at: DateTime<FixedOffset>,
    actor: String,
    what: String,
    path: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Workspace {
    /// Who changed which field of a document from what to what, newest first.
    ///
    /// # Errors
    /// There is no such document, or it is damaged.
    pub fn history(&self, id: DocumentId) -> Result<Vec<HistoryEntry>> {
        let loaded = load(&self.storage, id)?;
        let mut changes: Vec<Change> = Vec::new();
        for entry in self.storage.audit(Some(&id.to_string()))? {
            for change in changes_of(&loaded.template, &entry) {
                let told = changes.iter_mut().rev().take(20).find(|told| {
                    change.path.is_some()
                        && told.path == change.path
                        && told.actor == change.actor
                        && (change.at - told.at).num_minutes() < TOLD_ONCE
                });
                match told {
                    Some(told) => {
                        told.after = change.after;
                        told.at = change.at;
                    }
                    None => changes.push(change),
                }
            }
        }
        // A stack of scans may hold pages of several documents; its one entry in the log is about none of them alone.
        for (scan, pages) in self.storage.scans_of_document(id)? {
            if let Ok(at) = DateTime::parse_from_rfc3339(&scan.received_at) {
                let at = at.with_timezone(self.environment.now().offset());
                let what = format!("扫描件归档：{}，{pages} 页", scan.name);
                changes.push(Change { at, actor: scan.received_by, what, path: None, before: None, after: None });
            }
        }
        // Documents that were begun with their release are told in its history, not in their own.
        if !changes.iter().any(|change| change.path.is_none() && change.what.starts_with(BEGUN))
            && let Ok(at) = DateTime::parse_from_rfc3339(&loaded.record.created_at)
        {
            let at = at.with_timezone(self.environment.now().offset());
            let begun = Change { at, actor: String::new(), what: BEGUN.into(), path: None, before: None, after: None };
            changes.insert(0, begun);
        }
        changes.retain(|change| change.path.is_none() || change.before != change.after);
        changes.sort_by_key(|change| change.at);
        let today = self.environment.now().date_naive();
        Ok(changes.into_iter().rev().map(|change| told(&loaded.template, change, today)).collect())
    }
}

fn changes_of(template: &Template, entry: &AuditEntry) -> Vec<Change> {
    let Ok(at) = DateTime::parse_from_rfc3339(&entry.at) else { return Vec::new() };
    let change = |what: String, path: Option<String>, before: Option<Value>, after: Option<Value>| Change {
        at,
        actor: entry.actor.clone(),
        what,
        path,
        before,
        after,
    };
    let mut found = Vec::new();
    if let Some(event) = event(entry) {
        found.push(change(event, None, None, None));
    }
    // What a draft was begun with is told by its beginning.
    if entry.action == "document.new" {
        return found;
    }
    let part = |key: &str| entry.detail.get(key).and_then(Value::as_object).into_iter().flatten();
    let mut places: Vec<Change> = Vec::new();
    for (path, pair) in part("changes").chain(part("unfit")) {
        let side = |index: usize| pair.get(index).filter(|value| !value.is_null()).cloned();
        if let Some((table, from, to)) = moved(path) {
            let row = |row: usize| Path::Row { table: table.to_owned(), row };
            let what = format!("{}移到第 {} 行", label_of(template, &row(from)), to + 1);
            // Without a path: moving it back is told as well.
            places.push(change(what, None, None, None));
            continue;
        }
        match places.iter_mut().find(|change| change.path.as_ref() == Some(path)) {
            // A text that cannot be read has taken the place of a value, or a value its place.
            Some(change) => {
                change.before = change.before.take().or(side(0));
                change.after = change.after.take().or(side(1));
            }
            None => {
                let place = Path::parse(path).map_or_else(|| path.clone(), |place| label_of(template, &place));
                places.push(change(place, Some(path.clone()), side(0), side(1)));
            }
        }
    }
    found.extend(by_table(template, places, &change));
    found
}

/// Many changes in one table are told as one.
fn by_table(
    template: &Template,
    places: Vec<Change>,
    change: &dyn Fn(String, Option<String>, Option<Value>, Option<Value>) -> Change,
) -> Vec<Change> {
    let row_of = |told: &Change| match Path::parse(told.path.as_deref()?)? {
        Path::Cell { table, row, .. } | Path::Row { table, row } => Some((table, row)),
        Path::Field(_) => None,
    };
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (table, row) in places.iter().filter_map(row_of) {
        rows.entry(table).or_default().push(row);
    }
    rows.retain(|_, rows| rows.len() > TOLD_SINGLY);
    let is_single = |told: &Change| row_of(told).is_none_or(|(table, _)| !rows.contains_key(&table));
    let mut found: Vec<Change> = places.into_iter().filter(is_single).collect();
    for (table, mut rows) in rows {
        rows.sort_unstable();
        rows.dedup();
        let what = match rows.as_slice() {
            [row] => label_of(template, &Path::Row { table, row: *row }),
            rows => format!("{} {} 行", label_of(template, &Path::Field(table)), rows.len()),
        };
        found.push(change(what, None, None, None));
    }
    found
}

/// What is told of an entry beside the places that it changed.
fn event(entry: &AuditEntry) -> Option<String> {
    let text = |key: &str| entry.detail.get(key).and_then(Value::as_str);
    match entry.action.as_str() {
        "document.new" => Some(match text("from") {
            Some(from) => format!("{BEGUN}，以 {from} 为模板"),
            None => BEGUN.into(),
        }),
        "document.import" => Some(format!("导入 {}", text("file").unwrap_or("文件"))),
        "document.submit" => Some(format!("提交审批 {} {}", text("number")?, text("revision")?)),
        "document.sign" => {
            let signature = entry.detail.get("signature")?;
            let part = |key: &str| signature.get(key).and_then(Value::as_str).unwrap_or_default();
            Some(format!("{}{} 签字：{} {}", part("role"), part("verb"), part("name"), part("signed_on")))
        }
        "document.correct" => Some(format!("更正签字记录：{}", text("correction")?)),
        "document.withdraw" => Some(format!("撤回 {}：{}", text("revision")?, text("reason")?)),
        "exchange.send" => Some(format!("移交给{}", text("to")?)),
        "exchange.take_back" => Some(format!("收回移交给{}的草稿", text("to")?)),
        "exchange.choose" => Some(format!("选定{}的另一版本", text("from")?)),
        "document.receive" => Some(format!("收到{}的移交包：{}", text("from")?, text("what")?)),
        "document.restore" => Some(format!("从归档包恢复 {}", text("number")?)),
        "document.control" => Some(format!("{} 受控（现行），自 {} 起", text("revision")?, text("effective_on")?)),
        "document.void" => Some(format!("{} 作废：{}", text("revision")?, text("reason")?)),
        "document.revise" => Some(format!("新建 {}：{}", text("draft")?, text("change")?)),
        "document.discard" => Some("放弃草稿".into()),
        "document.print" => Some(format!("打印 {}", text("revision")?)),
        "copy.issue" => Some(format!("分发 {} 给{}", text("revision")?, text("department")?)),
        "copy.receive" => Some(format!("{}签收", text("by")?)),
        "copy.return" => Some(format!("副本{}", text("note")?)),
        "scan.file" => {
            let place = entry.detail.get("place")?;
            let page = place.get("page").and_then(Value::as_u64)?;
            let revision = place.get("revision").and_then(Value::as_str)?;
            Some(format!("手工归位：{} 第 {page} 页归到 {revision}", text("name")?))
        }
        "document.undo" => Some("撤销".into()),
        "document.redo" => Some("重做".into()),
        _ => None,
    }
}

fn told(template: &Template, change: Change, today: NaiveDate) -> HistoryEntry {
    let date = change.at.date_naive();
    let day = if date == today {
        "今天".to_owned()
    } else if today.checked_sub_days(Days::new(1)) == Some(date) {
        "昨天".to_owned()
    } else {
        date.format("%Y-%m-%d").to_string()
    };
    let shown = |value: Option<Value>| value.map(|value| shown(template, change.path.as_deref(), &value));
    HistoryEntry {
        at: change.at.format("%Y-%m-%d %H:%M").to_string(),
        day,
        actor: change.actor,
        what: change.what,
        before: shown(change.before),
        after: shown(change.after),
        path: change.path,
    }
}

/// A value as it prints; a whole row by its cells.
fn shown(template: &Template, path: Option<&str>, value: &Value) -> String {
    let kind = match path.and_then(Path::parse) {
        Some(Path::Field(id)) => template.field(&id).map(|field| &field.kind),
        Some(Path::Cell { table, row, column }) => {
            template.table(&table).and_then(|(_, table)| Some(table.kind_at(row, table.column(&column)?)))
        }
        _ => None,
    };
    match (kind, value) {
        (_, Value::Array(rows)) if rows.iter().any(Value::is_object) => format!("{} 行", rows.len()),
        (_, Value::Object(cells)) => {
            let cells: Vec<String> = cells.values().map(plain).filter(|text| !text.is_empty()).collect();
            cells.join("，")
        }
        (Some(kind), value) => display(kind, value),
        (None, value) => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("、"),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
