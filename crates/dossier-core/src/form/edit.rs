//! Changes to what was typed, one place at a time.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::place::{Path, label_of};
use crate::document::{MOST_ROWS, Unfit, is_empty, read_field};
use crate::template::{Field, Kind, TableField, Template};
use crate::{Code, Error, Result};

/// One change. Several go in one call and are one step of undo.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Edit {
    /// A string as typed, a list of names for choices and people; null empties.
    Set {
        path: String,
        #[cfg_attr(test, ts(type = "Json"))]
        value: Value,
    },
    /// Takes out `remove` rows at `at` and puts `insert` there; cells hold text as typed or names.
    Rows {
        table: String,
        at: usize,
        remove: usize,
        #[cfg_attr(test, ts(type = "Row[]"))]
        insert: Vec<Map<String, Value>>,
    },
    MoveRow {
        table: String,
        from: usize,
        to: usize,
    },
}

/// What people typed into a document: values, and texts that are none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Typed {
    pub content: Map<String, Value>,
    /// By path; what stands here has no value.
    pub unfit: BTreeMap<String, String>,
}

/// Applies changes. `base` holds the rows that a table shows while nobody has typed into it.
///
/// What cannot be read as its field's kind becomes unfit text: nothing typed is ever refused for what it says.
///
/// # Errors
/// A place that there is not, a fixed cell, more rows than a table takes.
pub fn apply(
    template: &Template,
    base: impl Fn(&str) -> Vec<Map<String, Value>>,
    mut typed: Typed,
    edits: &[Edit],
) -> Result<Typed> {
    for edit in edits {
        let mut editor = Editor { template, base: &base, typed };
        match edit {
            Edit::Set { path, value } => editor.set(path, value)?,
            Edit::Rows { table, at, remove, insert } => editor.splice(table, *at, *remove, insert)?,
            Edit::MoveRow { table, from, to } => editor.move_row(table, *from, *to)?,
        }
        typed = editor.typed;
    }
    trim(&mut typed.content);
    Ok(typed)
}

impl Edit {
    /// What people call this change.
    pub fn label(&self, template: &Template) -> String {
        match self {
            Self::Set { path, .. } => Path::parse(path).map_or_else(String::new, |path| label_of(template, &path)),
            Self::Rows { table, at, remove, insert } => {
                let table = label_of(template, &Path::Field(table.clone()));
                match (*remove, insert.len()) {
                    (0, added) => format!("{table} 插入 {added} 行"),
                    (removed, 0) => format!("{table} 删除 {removed} 行"),
                    (_, changed) => format!("{table} 第 {} 行起 {changed} 行", at + 1),
                }
            }
            Self::MoveRow { table, from, .. } => {
                format!("{} 移动", label_of(template, &Path::Row { table: table.clone(), row: *from }))
            }
        }
    }

    /// Where it shows.
    pub fn focus(&self) -> String {
        match self {
            Self::Set { path, .. } => path.clone(),
            Self::Rows { table, at, .. } => format!("{table}[{at}]"),
            Self::MoveRow { table, to, .. } => format!("{table}[{to}]"),
        }
    }
}

/// Empty rows at the end are nothing. A table without any is one that people emptied: what it started with stays away.
fn trim(content: &mut Map<String, Value>) {
    for value in content.values_mut() {
        let Value::Array(rows) = value else { continue };
        while rows.last().is_some_and(|row| row.as_object().is_some_and(Map::is_empty)) {
            rows.pop();
        }
    }
}

type Row = Map<String, Value>;

struct Editor<'a, Base> {
    template: &'a Template,
    base: &'a Base,
    typed: Typed,
}

impl<'a, Base: Fn(&str) -> Vec<Row>> Editor<'a, Base> {
    fn set(&mut self, path: &str, value: &Value) -> Result<()> {
        match Path::parse(path) {
            Some(Path::Field(id)) => {
                let field = self.template.field(&id).ok_or_else(|| no_place(path))?;
                if let Kind::Table(_) = field.kind {
                    return self.clear_table(&id, value);
                }
                self.typed.unfit.remove(path);
                self.typed.content.shift_remove(&id);
                match read_field(field, &field.kind, value) {
                    Ok(None) => {}
                    Ok(Some(reading)) => {
                        self.typed.content.insert(id, reading.value);
                        for (blank, text) in reading.blanks {
                            self.set(&blank, &Value::String(text))?;
                        }
                    }
                    Err(unfit) => self.keep_unfit(path.to_owned(), value, unfit)?,
                }
                Ok(())
            }
            Some(Path::Cell { table, row, column }) => self.set_cell(&table, row, &column, value),
            _ => Err(no_place(path)),
        }
    }

    /// A table as a whole can only be emptied: back to the rows it starts with.
    fn clear_table(&mut self, table: &str, value: &Value) -> Result<()> {
        if !value.is_null() {
            return Err(Error::new(Code::BadRequest, format!("表格 `{table}` 要按行更改")));
        }
        self.typed.content.shift_remove(table);
        self.typed.unfit.retain(|path, _| Path::parse(path).is_none_or(|path| path.field() != table));
        Ok(())
    }

    fn set_cell(&mut self, table: &str, row: usize, column: &str, value: &Value) -> Result<()> {
        let path = format!("{table}[{row}].{column}");
        let (_, spec) = self.template.table(table).ok_or_else(|| no_place(&path))?;
        let field = spec.column(column).ok_or_else(|| no_place(&path))?;
        let is_fixed = spec.fixed_row(row).is_some_and(|fixed| fixed.values.contains_key(column));
        if is_fixed || row >= MOST_ROWS || (row >= spec.fixed.len() && !spec.free) {
            let place = label_of(self.template, &Path::Cell { table: table.into(), row, column: column.into() });
            return Err(Error::new(Code::BadRequest, format!("{place}不能填写")).hint("这一格是表单上固定的"));
        }
        self.typed.unfit.remove(&path);
        let reading = read_field(field, spec.kind_at(row, field), value);
        let rows = self.own(table);
        if rows.len() <= row {
            rows.resize_with(row + 1, || Value::Object(Row::new()));
        }
        let cells = rows[row].as_object_mut().expect("accepted content holds rows");
        cells.shift_remove(column);
        match reading {
            Ok(None) => {}
            Ok(Some(reading)) => {
                cells.insert(column.to_owned(), reading.value);
                for (blank, text) in reading.blanks {
                    self.set_cell(table, row, &blank, &Value::String(text))?;
                }
            }
            Err(unfit) => self.keep_unfit(path, value, unfit)?,
        }
        Ok(())
    }

    fn splice(&mut self, table: &str, at: usize, remove: usize, insert: &[Row]) -> Result<()> {
        let (field, spec) = self.template.table(table).ok_or_else(|| no_place(table))?;
        // Fixed rows keep their places: what is put over them changes their cells.
        let fixed = spec.fixed.len();
        if at < fixed && remove != insert.len() {
            return Err(fixed_rows(field, spec));
        }
        let rows = self.own(table);
        if rows.len() < fixed {
            rows.resize_with(fixed, || Value::Object(Row::new()));
        }
        // Empty rows at the end are not stored, but people see them.
        let held = rows.len().max(at);
        let remove = remove.min(held - at);
        if held.saturating_sub(remove) + insert.len() > MOST_ROWS {
            let message = format!("{}最多 {MOST_ROWS} 行", field.label);
            return Err(Error::new(Code::BadRequest, message).hint("请分成几份文档，或先删去不用的行"));
        }
        if at + insert.len() > fixed && !spec.free {
            return Err(fixed_rows(field, spec));
        }
        if rows.len() < at + remove {
            rows.resize_with(at + remove, || Value::Object(Row::new()));
        }
        rows.splice(at..at + remove, insert.iter().map(|_| Value::Object(Row::new())));
        self.shift_unfit(table, |row| match row {
            row if row < at => Some(row),
            row if row < at + remove => None,
            row => Some(row - remove + insert.len()),
        });
        for (offset, row) in insert.iter().enumerate() {
            let pinned = spec.fixed_row(at + offset);
            for (column, value) in row.iter().filter(|(_, value)| !is_empty(value)) {
                if pinned.is_some_and(|fixed| fixed.values.contains_key(column)) {
                    continue;
                }
                self.set_cell(table, at + offset, column, value)?;
            }
        }
        Ok(())
    }

    fn move_row(&mut self, table: &str, from: usize, to: usize) -> Result<()> {
        let (field, spec) = self.template.table(table).ok_or_else(|| no_place(table))?;
        if from < spec.fixed.len() || to < spec.fixed.len() {
            return Err(fixed_rows(field, spec));
        }
        if from.max(to) >= MOST_ROWS {
            return Err(no_place(&format!("{table}[{}]", from.max(to))));
        }
        let rows = self.own(table);
        if rows.len() <= from.max(to) {
            rows.resize_with(from.max(to) + 1, || Value::Object(Row::new()));
        }
        let row = rows.remove(from);
        rows.insert(to, row);
        self.shift_unfit(table, |row| {
            Some(match row {
                row if row == from => to,
                row if from < row && row <= to => row - 1,
                row if to <= row && row < from => row + 1,
                row => row,
            })
        });
        Ok(())
    }

    /// The document's own rows of a table, taken over from those that it shows where there are none.
    fn own(&mut self, table: &str) -> &mut Vec<Value> {
        let base = self.base;
        let taken = || Value::Array(base(table).into_iter().map(Value::Object).collect());
        match self.typed.content.entry(table).or_insert_with(taken) {
            Value::Array(rows) => rows,
            _ => unreachable!("accepted content holds a list of rows"),
        }
    }

    fn keep_unfit(&mut self, path: String, value: &Value, unfit: Unfit) -> Result<()> {
        let names =
            |items: &[Value]| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|names| names.join("、"));
        let text = match value {
            Value::String(text) => Some(text.clone()),
            Value::Array(items) => names(items),
            _ => None,
        };
        let Some(text) = text else {
            let place = Path::parse(&path).map_or(path.clone(), |path| label_of(self.template, &path));
            return Err(Error::new(Code::InvalidContent, format!("{place}{}", unfit.message)));
        };
        self.typed.unfit.insert(path, text);
        Ok(())
    }

    fn shift_unfit(&mut self, table: &str, shift: impl Fn(usize) -> Option<usize>) {
        let old = std::mem::take(&mut self.typed.unfit);
        let shifted = old.into_iter().filter_map(|(path, text)| match Path::parse(&path) {
            Some(Path::Cell { table: of, row, column }) if of == table => {
                Some((Path::Cell { table: of, row: shift(row)?, column }.to_string(), text))
            }
            _ => Some((path, text)),
        });
        self.typed.unfit = shifted.collect();
    }
}

fn no_place(path: &str) -> Error {
    Error::new(Code::BadRequest, format!("表单上没有 `{path}` 这个位置"))
}

fn fixed_rows(field: &Field, table: &TableField) -> Error {
    let hint = if table.free {
        "只能在固定的行下面加行、删行和移动"
    } else {
        "这张表不能加行、删行和移动"
    };
    Error::new(Code::BadRequest, format!("{}的前 {} 行是表单上固定的", field.label, table.fixed.len())).hint(hint)
}
