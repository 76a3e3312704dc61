//! An import with confirmation: planned and shown first, written as the person left it.

use serde_json::{Map, Value};

use super::import::{ImportOptions, Row, edits_for, find_as, read_rows, tables, whole_table};
use super::{Loaded, Workspace, load};
use crate::backup::Why;
use crate::form::{Edit, Edited};
use crate::import::confirm::{ImportColumn, ImportPreview, ImportRequest, ImportWarning, ImportedRow, UnusedColumn};
use crate::import::{Address, Choices, ImportPlan, Warning, Workbook, open};
use crate::sheet::{self, ReadBack};
use crate::storage::DocumentId;
use crate::template::{Field, TableField};
use crate::{Code, Error, Issue, Result};

impl Workspace {
    /// Reads a workbook for a table of a document and tells what would be imported. Nothing is written.
    ///
    /// # Errors
    /// The file cannot be used, or holds no such table; there is no such sheet or column.
    pub fn plan_import(
        &self,
        id: DocumentId,
        bytes: &[u8],
        file_name: &str,
        request: &ImportRequest,
    ) -> Result<ImportPreview> {
        let loaded = load(&self.storage, id)?;
        let read = read(&loaded, bytes, file_name, request)?;
        Ok(read.preview(file_name))
    }

    /// What has to be done to a draft so that these rows stand in it, corrected or not.
    ///
    /// # Errors
    /// As [`Self::plan_import`].
    pub fn import_edits(
        &self,
        id: DocumentId,
        bytes: &[u8],
        file_name: &str,
        request: &ImportRequest,
        rows: Vec<ImportedRow>,
    ) -> Result<Vec<Edit>> {
        let loaded = load(&self.storage, id)?;
        let read = read(&loaded, bytes, file_name, request)?;
        let rows: Vec<Row> = rows.into_iter().map(|row| row.values).collect();
        match (read.own, read.found) {
            (Some(own), found) => Ok(own_edits(&loaded, own, found.map(|found| (found.field, rows)))),
            (None, Some(found)) => {
                let unfit = self.storage.unfit(id)?;
                Ok(edits_for(&loaded, &unfit, found.field, found.table, rows, request.mode))
            }
            (None, None) => unreachable!("a workbook of others holds a table, or was refused"),
        }
    }

    /// Writes the rows as the person left them, as one step of undo.
    ///
    /// # Errors
    /// As [`Self::plan_import`]; the document is no draft. Then nothing changes.
    pub fn apply_import(
        &mut self,
        id: DocumentId,
        bytes: &[u8],
        file_name: &str,
        request: &ImportRequest,
        rows: Vec<ImportedRow>,
    ) -> Result<Edited> {
        let mut details = Map::from_iter([
            ("file".to_owned(), Value::from(file_name)),
            ("rows".to_owned(), rows.len().into()),
            ("mode".to_owned(), serde_json::to_value(request.mode).expect("a mode is JSON")),
        ]);
        if let Some(table) = &request.table {
            details.insert("table".into(), table.as_str().into());
        }
        let edits = self.import_edits(id, bytes, file_name, request, rows)?;
        self.back_up(Why::Import)?;
        self.edit_as(id, &edits, "document.import", details)
    }
}

/// What a workbook holds for a document.
struct Read<'t> {
    sheets: Vec<String>,
    found: Option<FoundTable<'t>>,
    own: Option<ReadBack>,
}

struct FoundTable<'t> {
    field: &'t Field,
    table: &'t TableField,
    plan: ImportPlan,
    rows: Vec<Row>,
}

fn read<'t>(loaded: &'t Loaded, bytes: &[u8], file_name: &str, request: &ImportRequest) -> Result<Read<'t>> {
    let template = &loaded.template;
    let options =
        ImportOptions { table: request.table.clone(), sheet: request.sheet.clone(), ..ImportOptions::default() };
    let tables = tables(template, &options)?;
    let workbook = open(bytes, file_name)?;
    let sheets = visible_sheets(&workbook);
    let places = places(&tables, request)?;
    let choices = |table: &TableField| Choices { head_row: request.head_row, places: places(table) };
    let found = find_as(template, &tables, &workbook, file_name, &options, &choices);
    // Who chooses a sheet, a head or columns means the table, and not the whole form.
    let is_plain = request.sheet.is_none() && request.head_row.is_none() && request.mapping.is_empty();
    let own = match is_plain && bytes.starts_with(b"PK") {
        true => sheet::read_open(&workbook, template)?,
        false => None,
    };
    let found = match found {
        Ok((field, table, mut plan)) => {
            let mut rows = read_rows(&mut plan, table);
            // Signatures below the table look like rows to a stranger; our own workbook says what its rows are.
            if let Some(own) = &own {
                rows = own
                    .content
                    .get(&field.id)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(|row| row.as_object().cloned())
                    .collect();
                plan.rows.resize_with(rows.len(), || crate::import::ImportedRow { row: 0, values: Vec::new() });
            }
            Some(FoundTable { field, table, plan, rows })
        }
        Err(_) if own.is_some() => None,
        Err(error) => return Err(error),
    };
    Ok(Read { sheets, found, own })
}

/// Sheets that a person sees in the file; all where none is visible.
fn visible_sheets(workbook: &Workbook) -> Vec<String> {
    let names = |visible| {
        let sheets = workbook.sheets.iter().filter(move |sheet| sheet.visible == visible);
        sheets.map(|sheet| sheet.name.clone()).collect::<Vec<_>>()
    };
    Some(names(true)).filter(|names| !names.is_empty()).unwrap_or_else(|| names(false))
}

/// The mapping that the person gave, by the index of the column in its table.
fn places(
    tables: &[(&Field, &TableField)],
    request: &ImportRequest,
) -> Result<impl Fn(&TableField) -> Vec<(usize, Option<u32>)>> {
    let mut told = Vec::new();
    for (id, letters) in &request.mapping {
        if tables.iter().all(|(_, table)| table.column(id).is_none()) {
            let message = format!("表格里没有 `{id}` 这一列");
            return Err(Error::new(Code::BadRequest, message).hint("重新选择文件，再核对列的对应关系"));
        }
        let column = match letters {
            Some(letters) => Some(Address::parse(&format!("{letters}1")).map(|at| at.column).ok_or_else(|| {
                Error::new(Code::BadRequest, format!("“{letters}”不是列的字母")).hint("列写作 A、B … AA")
            })?),
            None => None,
        };
        told.push((id.clone(), column));
    }
    Ok(move |table: &TableField| {
        let index = |id: &str| table.columns.iter().position(|column| column.id == id);
        told.iter().filter_map(|(id, column)| Some((index(id)?, *column))).collect()
    })
}

impl Read<'_> {
    fn preview(self, file_name: &str) -> ImportPreview {
        let own = self.own.is_some();
        let mut preview = ImportPreview {
            file: file_name.to_owned(),
            sheets: self.sheets,
            sheet: String::new(),
            head_row: 0,
            table: String::new(),
            columns: Vec::new(),
            unused: Vec::new(),
            rows: Vec::new(),
            warnings: Vec::new(),
            own,
        };
        if let Some(found) = self.found {
            let plan = found.plan;
            preview.columns = columns(found.table, &plan);
            preview.rows = plan
                .rows
                .iter()
                .zip(found.rows)
                .map(|(imported, values)| ImportedRow { row: imported.row, values })
                .collect();
            // Ours says itself what its rows are; what a stranger's eye doubts in it is none of its doubts.
            if !own {
                let addressed = |warning| addressed(warning, &preview.rows, &preview.columns);
                preview.warnings = plan.warnings.iter().map(addressed).collect();
            }
            let unused = plan.unknown_columns.into_iter().filter(|column| column.filled > 0 || column.head.is_some());
            preview.unused = unused
                .map(|column| UnusedColumn { letters: column.column, head: column.head.unwrap_or_default() })
                .collect();
            preview.sheet = plan.sheet;
            preview.head_row = plan.head_row;
            preview.table = found.field.id.clone();
        }
        if let Some(own) = self.own {
            preview.warnings.extend(own.warnings.into_iter().map(about_content));
        }
        preview
    }
}

fn columns(table: &TableField, plan: &ImportPlan) -> Vec<ImportColumn> {
    let all = table.columns.iter().zip(&plan.columns).zip(&plan.matches);
    all.map(|((column, head), found)| ImportColumn {
        id: column.id.clone(),
        label: head.clone(),
        letters: found.as_ref().map(|found| found.letters.clone()),
        head: found.as_ref().map(|found| found.head.clone()),
        how: found.as_ref().map(|found| found.how.to_owned()).unwrap_or_default(),
    })
    .collect()
}

/// A warning with its place in the preview.
fn addressed(warning: &Warning, rows: &[ImportedRow], columns: &[ImportColumn]) -> ImportWarning {
    let cell = warning.cell.rsplit('!').next().unwrap_or_default();
    let first = cell.split(':').next().unwrap_or_default();
    let letters: String = first.chars().take_while(char::is_ascii_alphabetic).collect();
    let number: Option<u32> = first[letters.len()..].parse().ok();
    let row = number.and_then(|number| rows.binary_search_by_key(&number, |row| row.row).ok());
    let column =
        columns.iter().find(|column| column.letters.as_ref() == Some(&letters)).map(|column| column.id.clone());
    ImportWarning {
        code: warning.code.to_owned(),
        cell: cell.to_owned(),
        message: warning.message.clone(),
        column: column.filter(|_| row.is_some()),
        row,
    }
}

fn about_content(issue: Issue) -> ImportWarning {
    ImportWarning { code: issue.code.to_owned(), cell: String::new(), message: issue.message, row: None, column: None }
}

/// A workbook of our own: its whole content takes the place of the draft's, with the rows of its table as the person
/// left them. What the release tells stays the release's; what is no more in the workbook goes.
fn own_edits(loaded: &Loaded, own: ReadBack, corrected: Option<(&Field, Vec<Row>)>) -> Vec<Edit> {
    let mut content = own.content;
    if let Some((field, rows)) = corrected.filter(|(_, rows)| !rows.is_empty()) {
        content.insert(field.id.clone(), Value::Array(rows.into_iter().map(Value::Object).collect()));
    }
    for carried in &loaded.carried {
        if content.get(carried) == loaded.content.get(carried) {
            content.shift_remove(carried);
        }
    }
    let gone = loaded.record.content.keys().filter(|id| !content.contains_key(*id));
    let mut edits: Vec<Edit> = gone.map(|id| Edit::Set { path: id.clone(), value: Value::Null }).collect();
    for (id, value) in content {
        match (loaded.template.table(&id), value) {
            (Some((_, table)), Value::Array(rows)) => {
                let rows = rows.into_iter().filter_map(|row| match row {
                    Value::Object(row) => Some(row),
                    _ => None,
                });
                edits.extend(whole_table(&id, table, rows.collect()));
            }
            (_, value) => edits.push(Edit::Set { path: id, value }),
        }
    }
    edits
}
