//! 修订对照: what one revision says otherwise than the one before, told field by field and row by row.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::document::display;
use crate::form::{Path, label_of};
use crate::storage::canonical;
use crate::template::{Kind, TableField, Template};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Changed {
    /// 一 基本信息 › 计划发布时间; 变更列表 第 4 行 名称
    pub place: String,
    /// Place in the newer revision, in the older one where it is gone there.
    pub path: String,
    pub kind: ChangeKind,
    /// As printed; empty where there was nothing.
    pub before: String,
    pub after: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Changed,
    /// A row that was put in.
    Added,
    /// A row that was taken out.
    Removed,
    /// A row that stands elsewhere, otherwise the same.
    Moved,
}

/// Beyond so many rows on either side that do not match, rows are compared one by one as they stand.
const ALIGNED: usize = 2000;

/// Everything that differs between two contents, down the form. `skip` names fields that differ by their nature.
pub(crate) fn changes(
    template: &Template,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    skip: &[&str],
) -> Vec<Changed> {
    let mut found = Vec::new();
    for field in template.fields.iter().filter(|field| !skip.contains(&field.id.as_str())) {
        let (old, new) = (before.get(&field.id), after.get(&field.id));
        if old == new {
            continue;
        }
        if let Kind::Table(table) = &field.kind {
            Rows { template, id: &field.id, table, old: rows_of(old), new: rows_of(new) }.changes(&mut found);
            continue;
        }
        let shown = |value: Option<&Value>| value.map(|value| display(&field.kind, value)).unwrap_or_default();
        found.push(Changed {
            place: label_of(template, &Path::Field(field.id.clone())),
            path: field.id.clone(),
            kind: ChangeKind::Changed,
            before: shown(old),
            after: shown(new),
        });
    }
    found
}

fn rows_of(value: Option<&Value>) -> Vec<&Map<String, Value>> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect()
}

/// The rows of one table before and after.
struct Rows<'a> {
    template: &'a Template,
    id: &'a str,
    table: &'a TableField,
    old: Vec<&'a Map<String, Value>>,
    new: Vec<&'a Map<String, Value>>,
}

impl Rows<'_> {
    fn changes(&self, found: &mut Vec<Changed>) {
        if !self.table.fixed.is_empty() {
            let empty = Map::new();
            for row in 0..self.old.len().max(self.new.len()) {
                let at =
                    |rows: &[&Map<String, Value>]| rows.get(row).map_or_else(|| empty.clone(), |row| (*row).clone());
                self.cells(row, &at(&self.old), &at(&self.new), found);
            }
            return;
        }
        let mut told: Vec<(usize, usize, Vec<Changed>)> = Vec::new();
        let matched = self.matched();
        let mut lone_old: Vec<usize> =
            (0..self.old.len()).filter(|row| !matched.iter().any(|(old, _)| old == row)).collect();
        let mut lone_new: Vec<usize> =
            (0..self.new.len()).filter(|row| !matched.iter().any(|(_, new)| new == row)).collect();
        // The same row elsewhere was moved.
        lone_new.retain(|new| {
            let same = lone_old.iter().position(|old| self.old[*old] == self.new[*new]);
            let Some(at) = same else { return true };
            let old = lone_old.remove(at);
            told.push((*new, 0, vec![self.moved(old, *new)]));
            false
        });
        // What stands in the same gap between rows that stayed is the same row with other cells.
        let gap =
            |row: usize, side: fn(&(usize, usize)) -> usize| matched.iter().filter(|pair| side(pair) < row).count();
        lone_new.retain(|new| {
            let here = gap(*new, |pair| pair.1);
            let Some(at) = lone_old.iter().position(|old| gap(*old, |pair| pair.0) == here) else { return true };
            let old = lone_old.remove(at);
            let mut cells = Vec::new();
            self.cells_from(old, *new, &mut cells);
            told.push((*new, 0, cells));
            false
        });
        told.extend(lone_new.into_iter().map(|new| (new, 0, vec![self.one_sided(new, ChangeKind::Added)])));
        told.extend(lone_old.into_iter().map(|old| (old, 1, vec![self.one_sided(old, ChangeKind::Removed)])));
        told.sort_by_key(|(row, side, _)| (*row, *side));
        found.extend(told.into_iter().flat_map(|(_, _, changes)| changes));
    }

    /// Pairs of equal rows in the same order on both sides, as many as there are.
    fn matched(&self) -> Vec<(usize, usize)> {
        let text = |rows: &[&Map<String, Value>]| -> Vec<String> {
            rows.iter().map(|row| canonical(&Value::Object((*row).clone()))).collect()
        };
        let (old, new) = (text(&self.old), text(&self.new));
        let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
        let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
        let mut pairs: Vec<(usize, usize)> = (0..head).map(|row| (row, row)).collect();
        if a.len() <= ALIGNED && b.len() <= ALIGNED {
            pairs.extend(common(a, b).into_iter().map(|(old, new)| (old + head, new + head)));
        } else {
            let same = a.iter().zip(b).enumerate().filter(|(_, (old, new))| old == new);
            pairs.extend(same.map(|(row, _)| (row + head, row + head)));
        }
        pairs.extend((0..tail).rev().map(|row| (old.len() - 1 - row, new.len() - 1 - row)));
        pairs
    }

    fn cells_from(&self, old: usize, new: usize, found: &mut Vec<Changed>) {
        self.cells(new, self.old[old], self.new[new], found);
    }

    fn cells(&self, row: usize, old: &Map<String, Value>, new: &Map<String, Value>, found: &mut Vec<Changed>) {
        for column in &self.table.columns {
            let (before, after) = (old.get(&column.id), new.get(&column.id));
            if before == after {
                continue;
            }
            let kind = self.table.kind_at(row, column);
            let shown = |value: Option<&Value>| value.map(|value| display(kind, value)).unwrap_or_default();
            let path = Path::Cell { table: self.id.to_owned(), row, column: column.id.clone() };
            found.push(Changed {
                place: label_of(self.template, &path),
                path: path.to_string(),
                kind: ChangeKind::Changed,
                before: shown(before),
                after: shown(after),
            });
        }
    }

    fn one_sided(&self, row: usize, kind: ChangeKind) -> Changed {
        let rows = if kind == ChangeKind::Added { &self.new } else { &self.old };
        let text = self.row_text(row, rows[row]);
        let (before, after) = if kind == ChangeKind::Added { (String::new(), text) } else { (text, String::new()) };
        let path = Path::Row { table: self.id.to_owned(), row };
        Changed { place: label_of(self.template, &path), path: path.to_string(), kind, before, after }
    }

    fn moved(&self, old: usize, new: usize) -> Changed {
        let path = Path::Row { table: self.id.to_owned(), row: new };
        let text = self.row_text(new, self.new[new]);
        let at = |row: usize| format!("第 {} 行：{text}", row + 1);
        Changed {
            place: label_of(self.template, &path),
            path: path.to_string(),
            kind: ChangeKind::Moved,
            before: at(old),
            after: at(new),
        }
    }

    /// A whole row by its filled cells.
    fn row_text(&self, row: usize, values: &Map<String, Value>) -> String {
        let cells = self.table.columns.iter().filter_map(|column| {
            let value = values.get(&column.id)?;
            Some(display(self.table.kind_at(row, column), value)).filter(|text| !text.is_empty())
        });
        cells.collect::<Vec<_>>().join("，")
    }
}

/// The longest list of equal items in the same order.
fn common(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    let mut lengths = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i][j] =
                if a[i] == b[j] { lengths[i + 1][j + 1] + 1 } else { lengths[i + 1][j].max(lengths[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FORM: &str = r#"
id = "memo"
version = "1.0"
form_number = "M-1"
title = "备忘"
number = "M-{year}-{seq}"
category = "备忘"
style = "report"

[fields.subject]
label = "主题"
type = "text"

[fields.list]
label = "清单"
type = "table"
columns = [{ id = "n", label = "名称", type = "text" }, { id = "c", label = "数量", type = "integer" }]

[[layout]]
paragraph = "{subject}"
[[layout]]
table = "list"
widths = [100, 65]
"#;

    #[track_caller]
    fn told(before: Value, after: Value) -> Vec<String> {
        let template = Template::parse(FORM, "memo").unwrap();
        let map = |value: Value| value.as_object().unwrap().clone();
        changes(&template, &map(before), &map(after), &[])
            .into_iter()
            .map(|change| format!("{:?} {} [{}] → [{}]", change.kind, change.place, change.before, change.after))
            .collect()
    }

    fn rows(names: &[(&str, i64)]) -> Value {
        json!({ "list": names.iter().map(|(n, c)| json!({ "n": n, "c": c })).collect::<Vec<_>>() })
    }

    #[test]
    fn fields_tell_what_stood_there_and_what_stands_there_now() {
        assert_eq!(told(json!({ "subject": "甲" }), json!({ "subject": "乙" })), ["Changed 主题 [甲] → [乙]"]);
        assert_eq!(told(json!({}), json!({ "subject": "乙" })), ["Changed 主题 [] → [乙]"]);
    }

    #[test]
    fn rows_are_added_removed_moved_or_changed_in_single_cells() {
        let old = rows(&[("甲", 1), ("乙", 2), ("丙", 3), ("丁", 4)]);
        assert_eq!(
            told(old.clone(), rows(&[("甲", 1), ("新", 9), ("乙", 2), ("丙", 3), ("丁", 4)])),
            ["Added 清单 第 2 行 [] → [新，9]"]
        );
        assert_eq!(told(old.clone(), rows(&[("甲", 1), ("丙", 3), ("丁", 4)])), ["Removed 清单 第 2 行 [乙，2] → []"]);
        assert_eq!(
            told(old.clone(), rows(&[("乙", 2), ("丙", 3), ("丁", 4), ("甲", 1)])),
            ["Moved 清单 第 4 行 [第 1 行：甲，1] → [第 4 行：甲，1]"]
        );
        assert_eq!(
            told(old.clone(), rows(&[("甲", 1), ("乙", 5), ("丙", 3), ("丁", 4)])),
            ["Changed 清单 第 2 行 数量 [2] → [5]"]
        );
        assert_eq!(
            told(old, rows(&[("甲", 7), ("丙", 3), ("丁", 4), ("戊", 5)])),
            [
                "Changed 清单 第 1 行 数量 [1] → [7]",
                "Removed 清单 第 2 行 [乙，2] → []",
                "Added 清单 第 4 行 [] → [戊，5]",
            ]
        );
    }
}
