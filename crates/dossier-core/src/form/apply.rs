//! Edits: what people type, paste and move, taken into content that stays valid.
//!
//! What cannot be read as its field's kind is kept as typed beside the content, by path; it moves with its row.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::opened::Edit;
use super::path::Path;
use super::state::rows_to_start_with;
use crate::document::{self, MOST_ROWS, is_empty};
use crate::template::{Field, Kind, TableField, Template};
use crate::{Code, Error, Result};

/// What edits have led to. The content is still to be validated as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    pub content: Map<String, Value>,
    pub unfit: BTreeMap<String, String>,
    /// Places that were typed into, whether or not they changed.
    pub touched: Vec<String>,
    /// For people: 计划发布时间.
    pub label: String,
    /// Where to look.
    pub focus: Option<String>,
    /// The one place that was typed into, if nothing else was done.
    pub typing: Option<String>,
}

/// Applies edits one after the other.
///
/// # Errors
/// One of them names no place of the form, or one that cannot be typed into; nothing is to be stored then.
pub fn apply(
    template: &Template,
    facts: &Map<String, Value>,
    content: &Map<String, Value>,
    unfit: &BTreeMap<String, String>,
    edits: &[Edit],
) -> Result<Applied> {
    let mut editor = Editor { template, facts, content: content.clone(), unfit: unfit.clone(), touched: Vec::new() };
    for edit in edits {
        match edit {
            Edit::Set { path, value } => editor.set(path, value)?,
            Edit::Rows { table, at, remove, insert } => editor.rows(table, *at, *remove, insert)?,
            Edit::MoveRow { table, from, to } => editor.move_row(table, *from, *to)?,
        }
    }
    let typing = match edits {
        [Edit::Set { path, .. }] => Some(path.clone()),
        _ => None,
    };
    let focus = edits.first().map(|edit| focus(edit, template));
    let label = label(edits, template);
    let Editor { content, unfit, touched, .. } = editor;
    Ok(Applied { content, unfit, touched, label, focus, typing })
}

struct Editor<'a> {
    template: &'a Template,
    facts: &'a Map<String, Value>,
    content: Map<String, Value>,
    unfit: BTreeMap<String, String>,
    touched: Vec<String>,
}

impl<'a> Editor<'a> {
    // ---- values

    fn set(&mut self, path: &str, value: &Value) -> Result<()> {
        let place = Path::parse(path).ok_or_else(|| self.no_place(path))?;
        let field = self.template.field(place.field()).ok_or_else(|| self.no_place(path))?;
        match (place, &field.kind) {
            (Path::Field(_), Kind::Table(table)) => self.whole_table(field, table, value),
            (Path::Field(_), kind) => {
                let read = read(field, kind, &field.label, value)?;
                for (id, text) in self.store(path, None, &field.id, read) {
                    self.blank(&id, None, &text)?;
                }
                Ok(())
            }
            (Path::Cell { row, column, .. }, Kind::Table(table)) => {
                let column = table.column(column).ok_or_else(|| self.no_place(path))?;
                self.cell(field, table, row, column, value)
            }
            _ => Err(self.no_place(path)),
        }
    }

    /// What was typed into the blank of an option, unless its own field says it already.
    fn blank(&mut self, id: &str, row: Option<(&str, usize)>, text: &str) -> Result<()> {
        let (path, filled) = match row {
            None => (id.to_owned(), self.content.get(id).is_some_and(|value| !is_empty(value))),
            Some((table, row)) => {
                let cell = self.content.get(table).and_then(|rows| rows.get(row)?.get(id));
                (format!("{table}[{row}].{id}"), cell.is_some_and(|value| !is_empty(value)))
            }
        };
        if filled { Ok(()) } else { self.set(&path, &Value::String(text.to_owned())) }
    }

    /// Stores what was read at a place, and returns what was typed into the blanks of options.
    fn store(&mut self, path: &str, row: Option<(&str, usize)>, id: &str, read: Read) -> Vec<(String, String)> {
        self.touched.push(path.to_owned());
        self.unfit.remove(path);
        let target = match row {
            None => &mut self.content,
            Some((table, row)) => self
                .content
                .get_mut(table)
                .and_then(|rows| rows.get_mut(row)?.as_object_mut())
                .expect("the row was made before"),
        };
        match read {
            Read::Value(value, blanks) => {
                target.insert(id.to_owned(), value);
                blanks
            }
            Read::Nothing => {
                target.shift_remove(id);
                Vec::new()
            }
            Read::Unfit(text) => {
                target.shift_remove(id);
                self.unfit.insert(path.to_owned(), text);
                Vec::new()
            }
        }
    }

    fn cell(&mut self, field: &Field, table: &TableField, row: usize, column: &Field, value: &Value) -> Result<()> {
        self.cell_untrimmed(field, table, row, column, value)?;
        self.trim(field);
        Ok(())
    }

    fn cell_untrimmed(
        &mut self,
        field: &Field,
        table: &TableField,
        row: usize,
        column: &Field,
        value: &Value,
    ) -> Result<()> {
        let label = format!("{}第 {} 行的{}", field.label, row + 1, column.label);
        if table.fixed_row(row).is_some_and(|fixed| fixed.values.contains_key(&column.id)) {
            return Err(
                Error::new(Code::BadRequest, format!("{label}是表上印好的，不能改")).hint("可以填写同一行里空着的格子")
            );
        }
        if row >= MOST_ROWS || (!table.free && row >= table.fixed.len()) {
            return Err(too_many(field, table));
        }
        let read = read(column, table.kind_at(row, column), &label, value)?;
        let rows = self.own_rows(field, table);
        if rows.len() <= row {
            rows.resize_with(row + 1, || Value::Object(Map::new()));
        }
        let path = format!("{}[{row}].{}", field.id, column.id);
        for (id, text) in self.store(&path, Some((&field.id, row)), &column.id, read) {
            self.blank(&id, Some((&field.id, row)), &text)?;
        }
        Ok(())
    }

    // ---- rows

    fn whole_table(&mut self, field: &Field, table: &TableField, value: &Value) -> Result<()> {
        self.touched.push(field.id.clone());
        self.forget_unfit(&field.id);
        match value {
            Value::Null => drop(self.content.shift_remove(&field.id)),
            Value::Array(rows) if rows.len() <= MOST_ROWS => {
                self.content.insert(field.id.clone(), Value::Array(Vec::new()));
                for (index, row) in rows.iter().enumerate() {
                    let Value::Object(cells) = row else { return Err(not_rows(field)) };
                    self.fill_row(field, table, index, cells)?;
                }
                self.trim(field);
            }
            Value::Array(_) => return Err(too_many(field, table)),
            _ => return Err(not_rows(field)),
        }
        Ok(())
    }

    fn rows(&mut self, table: &str, at: usize, remove: usize, insert: &[Map<String, Value>]) -> Result<()> {
        let (field, table) = self.changeable(table, at)?;
        let held = self.row_span(field, table);
        if at > MOST_ROWS || held.max(at).saturating_sub(remove) + insert.len() > MOST_ROWS {
            return Err(too_many(field, table));
        }
        self.touched.push(field.id.clone());
        let rows = self.own_rows(field, table);
        if rows.len() < at && !insert.is_empty() {
            rows.resize_with(at, || Value::Object(Map::new()));
        }
        let (start, end) = (at.min(rows.len()), at.saturating_add(remove).min(rows.len()));
        rows.splice(start..end, insert.iter().map(|_| Value::Object(Map::new())));
        self.move_unfit(&field.id, |row| match row {
            row if row < at => Some(row),
            row if row < at.saturating_add(remove) => None,
            row => Some(row - remove + insert.len()),
        });
        for (offset, cells) in insert.iter().enumerate() {
            self.fill_row(field, table, at + offset, cells)?;
        }
        self.trim(field);
        Ok(())
    }

    fn move_row(&mut self, table: &str, from: usize, to: usize) -> Result<()> {
        let (field, table) = self.changeable(table, from.min(to))?;
        let last = from.max(to);
        if last >= MOST_ROWS {
            return Err(too_many(field, table));
        }
        self.touched.push(field.id.clone());
        let rows = self.own_rows(field, table);
        if rows.len() <= last {
            rows.resize_with(last + 1, || Value::Object(Map::new()));
        }
        let row = rows.remove(from);
        rows.insert(to, row);
        self.move_unfit(&field.id, |row| {
            Some(match row {
                row if row == from => to,
                row if from < row && row <= to => row - 1,
                row if to <= row && row < from => row + 1,
                row => row,
            })
        });
        self.trim(field);
        Ok(())
    }

    fn fill_row(&mut self, field: &Field, table: &TableField, row: usize, cells: &Map<String, Value>) -> Result<()> {
        for (id, value) in cells {
            let path = format!("{}[{row}].{id}", field.id);
            let column = table.column(id).ok_or_else(|| self.no_place(&path))?;
            if table.fixed_row(row).is_some_and(|fixed| fixed.values.contains_key(id)) && is_empty(value) {
                continue;
            }
            self.cell_untrimmed(field, table, row, column, value)?;
        }
        Ok(())
    }

    /// A table field whose rows can be added to and taken from at a place.
    fn changeable(&self, id: &str, at: usize) -> Result<(&'a Field, &'a TableField)> {
        let (field, table) = self.template.table(id).ok_or_else(|| self.no_place(id))?;
        if !table.free || at < table.fixed.len() {
            let message = format!("{}的前 {} 行是表上印好的，不能插入、删除或移动", field.label, table.fixed.len());
            return Err(Error::new(Code::BadRequest, message).hint("不需要的行可以留空"));
        }
        Ok((field, table))
    }

    /// The rows of a table as the document's own: those that it was shown with are taken over first.
    fn own_rows(&mut self, field: &Field, table: &TableField) -> &mut Vec<Value> {
        if !matches!(self.content.get(&field.id), Some(Value::Array(_))) {
            let rows = rows_to_start_with(field, table, self.facts);
            self.touched.push(field.id.clone());
            self.content.insert(field.id.clone(), rows.into_iter().map(Value::Object).collect());
        }
        match self.content.get_mut(&field.id) {
            Some(Value::Array(rows)) => rows,
            _ => unreachable!("it was made a list"),
        }
    }

    /// How many rows a table has, those among them that hold nothing but what cannot be read.
    fn row_span(&mut self, field: &Field, table: &TableField) -> usize {
        let unfit = self.unfit.keys().filter_map(|path| {
            let place = Path::parse(path)?;
            place.row().filter(|_| place.field() == field.id).map(|row| row + 1)
        });
        let unfit = unfit.max().unwrap_or(0);
        self.own_rows(field, table).len().max(unfit)
    }

    /// Empty rows at the end are nothing. A table that is empty now was emptied: what it was shown with stays away.
    fn trim(&mut self, field: &Field) {
        if let Some(Value::Array(rows)) = self.content.get_mut(&field.id) {
            while rows.last().is_some_and(|row| row.as_object().is_some_and(Map::is_empty)) {
                rows.pop();
            }
        }
    }

    // ---- what cannot be read

    fn forget_unfit(&mut self, table: &str) {
        self.move_unfit(table, |_| None);
    }

    /// Lets what cannot be read follow its row; `None`: the row is gone.
    fn move_unfit(&mut self, table: &str, to: impl Fn(usize) -> Option<usize>) {
        let old = std::mem::take(&mut self.unfit);
        for (path, text) in old {
            match Path::parse(&path) {
                Some(Path::Cell { table: own, row, column }) if own == table => {
                    if let Some(row) = to(row) {
                        self.unfit.insert(Path::Cell { table, row, column }.to_string(), text);
                    }
                }
                _ => drop(self.unfit.insert(path, text)),
            }
        }
    }

    fn no_place(&self, path: &str) -> Error {
        Error::new(Code::BadRequest, format!("《{}》里没有“{path}”这个位置", self.template.title))
            .hint(format!("可用 `dossier template show {}` 查看有哪些字段", self.template.id))
    }
}

/// What was typed, read by its field.
enum Read {
    /// With what stood in the blanks of options.
    Value(Value, Vec<(String, String)>),
    Nothing,
    /// Kept as typed.
    Unfit(String),
}

fn read(field: &Field, kind: &Kind, label: &str, value: &Value) -> Result<Read> {
    match document::read_field(field, kind, value) {
        Ok(Some(reading)) => Ok(Read::Value(reading.value, reading.blanks)),
        Ok(None) => Ok(Read::Nothing),
        Err(unfit) => match typed(value) {
            Some(text) => Ok(Read::Unfit(text)),
            None => Err(Error::new(Code::InvalidContent, format!("{label}{}", unfit.message))),
        },
    }
}

/// What was typed, as a text that can be kept.
fn typed(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join("、"))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn not_rows(field: &Field) -> Error {
    Error::new(Code::BadRequest, format!("{}要是一个列表，每行一个对象", field.label))
}

fn too_many(field: &Field, table: &TableField) -> Error {
    if table.free {
        let message = format!("{}最多 {MOST_ROWS} 行", field.label);
        return Error::new(Code::BadRequest, message).hint("请分成几份文档填写");
    }
    Error::new(Code::BadRequest, format!("{}固定 {} 行，不能加行", field.label, table.fixed.len()))
        .hint("可以填写已有的行")
}

// ---- words

fn focus(edit: &Edit, template: &Template) -> String {
    let first = |table: &str, row: usize| match template.table(table).and_then(|(_, table)| table.columns.first()) {
        Some(column) => format!("{table}[{row}].{}", column.id),
        None => table.to_owned(),
    };
    match edit {
        Edit::Set { path, .. } => path.clone(),
        Edit::Rows { table, at, .. } => first(table, *at),
        Edit::MoveRow { table, to, .. } => first(table, *to),
    }
}

/// What people read of a step: 计划发布时间; 变更列表，插入 3 行; 变更列表，12 格.
fn label(edits: &[Edit], template: &Template) -> String {
    let table_label = |id: &str| template.field(id).map_or_else(|| id.to_owned(), |field| field.label.clone());
    match edits {
        [Edit::Set { path, .. }] => place_label(path, template),
        [Edit::Rows { table, at, remove, insert }] => {
            let what = match (*remove, insert.len()) {
                (0, 1) => format!("插入第 {} 行", at + 1),
                (0, count) => format!("插入 {count} 行"),
                (1, 0) => format!("删除第 {} 行", at + 1),
                (count, 0) => format!("删除 {count} 行"),
                (_, count) => format!("替换 {count} 行"),
            };
            format!("{}，{what}", table_label(table))
        }
        [Edit::MoveRow { table, from, to }] => {
            format!("{}，第 {} 行移到第 {} 行", table_label(table), from + 1, to + 1)
        }
        [] => String::new(),
        [first, rest @ ..] => {
            let field_of = |edit: &Edit| match edit {
                Edit::Set { path, .. } => Path::parse(path).map_or_else(String::new, |place| place.field().to_owned()),
                Edit::Rows { table, .. } | Edit::MoveRow { table, .. } => table.clone(),
            };
            let field = field_of(first);
            if rest.iter().all(|edit| field_of(edit) == field) {
                format!("{}，{} 处", table_label(&field), edits.len())
            } else {
                format!("{}等 {} 处", table_label(&field), edits.len())
            }
        }
    }
}

/// A place as people call it: 计划发布时间; 变更列表，第 4 行 名称.
pub(crate) fn place_label(path: &str, template: &Template) -> String {
    let Some(place) = Path::parse(path) else { return path.to_owned() };
    let Some(field) = template.field(place.field()) else { return path.to_owned() };
    let column = place.column().map(|id| template.column(&field.id, id).map_or(id, |column| &column.label));
    match (place.row(), column) {
        (None, _) => field.label.clone(),
        (Some(row), None) => format!("{}，第 {} 行", field.label, row + 1),
        (Some(row), Some(column)) => format!("{}，第 {} 行 {column}", field.label, row + 1),
    }
}
