//! The audit log of one document, told to people.

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::Environment;
use crate::document::display;
use crate::form::{HistoryEntry, Path, place_label};
use crate::storage::AuditEntry;
use crate::template::{Kind, Template};

/// Changes of one place by one person within so many minutes are told once.
const TOLD_ONCE: i64 = 10;
/// More changes in one table at once are told together.
const FEW: usize = 3;

/// One change, with its moment.
struct Told {
    at: DateTime<FixedOffset>,
    action: String,
    entry: HistoryEntry,
}

/// What happened to a document, newest first.
pub(super) fn history(log: &[AuditEntry], template: &Template, environment: &Environment) -> Vec<HistoryEntry> {
    let mut told: Vec<Told> = Vec::new();
    for entry in log {
        let Ok(at) = DateTime::parse_from_rfc3339(&entry.at) else { continue };
        for (what, path, before, after) in changes(entry, template) {
            let line = HistoryEntry {
                at: at.format("%Y-%m-%d %H:%M").to_string(),
                day: day(at, environment.now()),
                actor: entry.actor.clone(),
                what,
                path,
                before,
                after,
            };
            let next = Told { at, action: entry.action.clone(), entry: line };
            match told.last_mut().filter(|last| goes_on(last, &next)) {
                Some(last) => {
                    let before = last.entry.before.take();
                    *last = Told { entry: HistoryEntry { before, ..next.entry }, ..next };
                }
                None => told.push(next),
            }
        }
    }
    told.into_iter().rev().map(|told| told.entry).collect()
}

fn goes_on(last: &Told, next: &Told) -> bool {
    last.entry.path.is_some()
        && last.entry.path == next.entry.path
        && last.entry.actor == next.entry.actor
        && last.action == next.action
        && last.entry.what == next.entry.what
        && (next.at - last.at).num_minutes() < TOLD_ONCE
}

fn day(at: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> String {
    match (now.date_naive() - at.date_naive()).num_days() {
        0 => "今天".to_owned(),
        1 => "昨天".to_owned(),
        _ => at.format("%Y-%m-%d").to_string(),
    }
}

type Change = (String, Option<String>, Option<String>, Option<String>);

fn changes(entry: &AuditEntry, template: &Template) -> Vec<Change> {
    let alone = |what: String| vec![(what, None, None, None)];
    let prefix = match entry.action.as_str() {
        "document.new" => return alone("新建草稿".to_owned()),
        "document.undo" => "撤销：",
        "document.redo" => "重做：",
        "document.import" => {
            let file = entry.detail.get("file").and_then(Value::as_str).unwrap_or("工作簿");
            let rows = entry.detail.get("rows").and_then(Value::as_u64);
            return alone(match rows {
                Some(rows) => format!("导入 {file}，{rows} 行"),
                None => format!("导入 {file}"),
            });
        }
        _ => "",
    };
    let mut found: Vec<Change> = Vec::new();
    let mut rows_of: Vec<(&str, Vec<Change>)> = Vec::new();
    let empty = Map::new();
    let part = |key: &str| entry.detail.get(key).and_then(Value::as_object).unwrap_or(&empty).iter();
    for (path, sides) in part("changes").chain(part("unfit")) {
        let (old, new) = (sides.get(0).unwrap_or(&Value::Null), sides.get(1).unwrap_or(&Value::Null));
        if let Some((table, from, to)) = super::difference::moved(path) {
            let label = template.field(table).map_or(table, |field| &field.label);
            let what = format!("{prefix}{label}，第 {} 行移到第 {} 行", from + 1, to + 1);
            found.push((what, Some(format!("{table}[{to}]")), None, None));
            continue;
        }
        let what = format!("{prefix}{}", place_label(path, template));
        let [before, after] = [old, new].map(|value| printed(template, path, value));
        let change = (what, Some(path.clone()), before, after);
        match Path::parse(path).filter(|place| place.row().is_some()) {
            Some(place) => match rows_of.iter_mut().find(|(table, _)| *table == place.field()) {
                Some((_, changes)) => changes.push(change),
                None => rows_of.push((place.field(), vec![change])),
            },
            None => match found.iter_mut().find(|other| other.1.as_ref() == Some(path)) {
                // A value that could not be read took the place of one that could, or the other way round.
                Some(other) => {
                    other.2 = other.2.take().or(change.2);
                    other.3 = other.3.take().or(change.3);
                }
                None => found.push(change),
            },
        }
    }
    for (table, changes) in rows_of {
        if changes.len() <= FEW {
            found.extend(changes);
            continue;
        }
        let label = template.field(table).map_or(table, |field| &field.label);
        let mut rows: Vec<usize> =
            changes.iter().filter_map(|(_, path, ..)| Path::parse(path.as_deref()?)?.row()).collect();
        rows.sort_unstable();
        rows.dedup();
        let what = match rows.as_slice() {
            [row] => format!("{prefix}{label}，第 {} 行", row + 1),
            rows => format!("{prefix}{label}，{} 行", rows.len()),
        };
        let path = rows.first().map(|row| format!("{table}[{row}]"));
        found.push((what, path, None, None));
    }
    if found.is_empty() && !prefix.is_empty() {
        let step = entry.detail.get("step").and_then(Value::as_str).unwrap_or_default();
        return alone(format!("{prefix}{step}"));
    }
    found
}

/// A value as people read it; `None`: there is nothing.
fn printed(template: &Template, path: &str, value: &Value) -> Option<String> {
    let place = Path::parse(path)?;
    let text = match (template.field(place.field()), value) {
        (_, Value::Null) => return None,
        (Some(field), Value::Object(row)) => {
            let columns = field.table().map(|table| table.columns.as_slice()).unwrap_or_default();
            let cells = columns.iter().filter_map(|column| Some(display(&column.kind, row.get(&column.id)?)));
            cells.collect::<Vec<_>>().join("，")
        }
        (Some(field), value) => match (&field.kind, place) {
            (Kind::Table(_), Path::Field(_)) => format!("{} 行", value.as_array().map_or(0, Vec::len)),
            (Kind::Table(table), Path::Cell { row, column, .. }) => {
                let kind = table.column(column).map(|column| table.kind_at(row, column));
                display(kind.unwrap_or(&Kind::Text), value)
            }
            (kind, _) => display(kind, value),
        },
        (None, value) => display(&Kind::Text, value),
    };
    Some(text).filter(|text| !text.is_empty())
}
