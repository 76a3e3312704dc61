//! Other people's tables into a table of a draft: read → map → plan → commit → report.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Loaded, Workspace, act, load, merge};
use crate::document;
use crate::import::{ColumnKind, ColumnSpec, ImportPlan, Request, Warning, Workbook, find_table, open};
use crate::sheet::{self, ReadBack};
use crate::storage::DocumentId;
use crate::template::{Field, Kind, Part, TableField, Template, What};
use crate::{Code, Error, Issue, Result};

/// What is imported, and into what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Id of a table field; otherwise the one whose heads are found.
    pub table: Option<String>,
    /// Name of a sheet; otherwise the one that fits best.
    pub sheet: Option<String>,
    /// Only tells what would be imported.
    pub dry_run: bool,
}

/// What was imported, or would be. Serialises as the plan, with the table beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    /// The table that was found. None in a workbook of our own that shows no table by itself.
    #[serde(flatten)]
    pub plan: Option<ImportPlan>,
    /// Id of the table field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Its label.
    #[serde(skip)]
    pub label: String,
    /// The whole content, where the workbook is one of our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Map<String, Value>>,
    /// What of a workbook of our own could not be taken over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
    /// Whether the content is stored now.
    pub imported: bool,
}

impl Workspace {
    /// Reads a workbook into a draft, all in one transaction: one that was exported from the same form gives its whole
    /// content; of any other the plan table that it holds takes the place of the draft's.
    ///
    /// # Errors
    /// The file cannot be used, or holds no such table; the document is no draft. Then nothing changes.
    pub fn import(
        &mut self,
        id: DocumentId,
        bytes: &[u8],
        file_name: &str,
        options: &ImportOptions,
    ) -> Result<ImportReport> {
        let loaded = load(&self.storage, id)?;
        let tables = tables(&loaded.template, options)?;
        let workbook = open(bytes, file_name)?;
        let find = || find(&loaded.template, &tables, &workbook, file_name, options);
        // Ours are packed; anything else is read as other people's.
        let may_be_own = options.table.is_none() && options.sheet.is_none() && bytes.starts_with(b"PK");
        if may_be_own && let Some(own) = sheet::read_open(&workbook, &loaded.template)? {
            // The table is shown as that of any other workbook, where there is one.
            return self.import_own(id, file_name, &loaded, own, find().ok(), options);
        }
        let (field, table, mut plan) = find()?;
        let rows = rows(&mut plan, table);
        if !options.dry_run {
            let act = act(&self.environment, "document.import");
            self.storage.transact(act, |tx| {
                tx.detail("file", file_name);
                tx.detail("sheet", plan.sheet.as_str());
                tx.detail("table", field.id.as_str());
                tx.detail("rows", plan.rows.len());
                let changes = Map::from_iter([(field.id.clone(), Value::Array(rows))]);
                merge(tx, id, &format!("导入 {file_name}"), changes)
            })?;
        }
        Ok(ImportReport {
            plan: Some(plan),
            table: Some(field.id.clone()),
            label: field.label.clone(),
            content: None,
            issues: Vec::new(),
            imported: !options.dry_run,
        })
    }

    fn import_own(
        &mut self,
        id: DocumentId,
        file_name: &str,
        loaded: &Loaded,
        own: ReadBack,
        found: Option<Found<'_>>,
        options: &ImportOptions,
    ) -> Result<ImportReport> {
        if !options.dry_run {
            let mut changes = own.content.clone();
            // What the release tells stays the release's; what is no more in the workbook goes.
            for carried in &loaded.carried {
                if changes.get(carried) == loaded.content.get(carried) {
                    changes.remove(carried);
                }
            }
            for gone in loaded.record.content.keys().filter(|key| !own.content.contains_key(*key)) {
                changes.insert(gone.clone(), Value::Null);
            }
            let act = act(&self.environment, "document.import");
            self.storage.transact(act, |tx| {
                tx.detail("file", file_name);
                merge(tx, id, &format!("导入 {file_name}"), changes)
            })?;
        }
        let (table, label, plan) = match found {
            Some((field, table, mut plan)) => {
                rows(&mut plan, table);
                (Some(field.id.clone()), field.label.clone(), Some(plan))
            }
            None => (None, String::new(), None),
        };
        let (content, issues) = (Some(own.content), own.warnings);
        Ok(ImportReport { plan, table, label, content, issues, imported: !options.dry_run })
    }
}

/// A table field, and what of it a workbook holds.
type Found<'t> = (&'t Field, &'t TableField, ImportPlan);

/// The table fields that rows may go into: the one that was asked for, or all.
fn tables<'t>(template: &'t Template, options: &ImportOptions) -> Result<Vec<(&'t Field, &'t TableField)>> {
    let is_wanted = |field: &Field| options.table.as_ref().is_none_or(|wanted| *wanted == field.id);
    let fields = template.fields.iter().filter(|field| is_wanted(field));
    let tables: Vec<_> = fields.filter_map(|field| Some((field, field.table()?))).collect();
    if tables.is_empty() { Err(no_table(template, options)) } else { Ok(tables) }
}

/// Of these tables the one of which most columns are found.
fn find<'t>(
    template: &Template,
    tables: &[(&'t Field, &'t TableField)],
    workbook: &Workbook,
    file_name: &str,
    options: &ImportOptions,
) -> Result<Found<'t>> {
    let mut best: Option<Found<'t>> = None;
    let mut first_error = None;
    for &(field, table) in tables {
        let columns = columns(template, field, table);
        let request = Request { columns: &columns, sheet: options.sheet.as_deref() };
        match find_table(workbook, file_name, &request) {
            Ok(plan) if best.as_ref().is_none_or(|(_, _, best)| plan.mapping.len() > best.mapping.len()) => {
                best = Some((field, table, plan));
            }
            Ok(_) => {}
            Err(error) => {
                // A file that cannot be read at all is as bad for every other table.
                if !matches!(error.code, Code::NoPlanTable | Code::NoRows) {
                    return Err(error);
                }
                first_error.get_or_insert(error);
            }
        }
    }
    best.ok_or_else(|| first_error.expect("every table was found or not"))
}

fn no_table(template: &Template, options: &ImportOptions) -> Error {
    let known: Vec<String> = template
        .fields
        .iter()
        .filter(|field| matches!(field.kind, Kind::Table(_)))
        .map(|field| format!("`{}`（{}）", field.id, field.label))
        .collect();
    let title = &template.title;
    match &options.table {
        Some(wanted) if !known.is_empty() => {
            Error::new(Code::BadRequest, format!("《{title}》没有表格字段 `{wanted}`"))
                .hint(format!("可用的有：{}", known.join("、")))
        }
        _ => Error::new(Code::BadRequest, format!("《{title}》没有可以导入的表格")),
    }
}

/// The columns of a table as they are headed on the paper.
fn columns(template: &Template, field: &Field, table: &TableField) -> Vec<ColumnSpec> {
    table
        .columns
        .iter()
        .map(|column| {
            let head = head(template, &field.id, &column.id).unwrap_or(&column.label).to_owned();
            let synonyms = if head == column.label { Vec::new() } else { vec![column.label.clone()] };
            ColumnSpec { head, synonyms, kind: kind(&column.kind) }
        })
        .collect()
}

/// What stands over the cells that hold this column alone.
fn head<'t>(template: &'t Template, table: &str, column: &str) -> Option<&'t str> {
    template.layout.iter().find_map(|entry| match &entry.what {
        What::Table(layout) if layout.field == table => {
            layout.tiers.iter().flatten().chain(&layout.lead).find_map(|cell| {
                let holds = matches!(cell.cell.parts.as_slice(), [Part::Field { id, .. }] if id == column);
                (holds && !cell.head.trim().is_empty()).then_some(cell.head.as_str())
            })
        }
        _ => None,
    })
}

fn kind(kind: &Kind) -> ColumnKind {
    match kind {
        Kind::Version => ColumnKind::Version,
        Kind::Integer | Kind::Rating => ColumnKind::Integer,
        Kind::Decimal => ColumnKind::Decimal,
        Kind::Date => ColumnKind::Date,
        Kind::DateTime => ColumnKind::DateTime,
        Kind::Choice { options, many: false } => {
            ColumnKind::Choice(options.iter().map(|option| option.name.clone()).collect())
        }
        _ => ColumnKind::Text,
    }
}

/// The rows as they are stored. What does not fit its column is left out, and a warning names the cell.
fn rows(plan: &mut ImportPlan, table: &TableField) -> Vec<Value> {
    let mut rows = Vec::with_capacity(plan.rows.len());
    for imported in &mut plan.rows {
        let mut row = Map::new();
        for ((column, head), slot) in table.columns.iter().zip(&plan.columns).zip(&mut imported.values) {
            let Some(text) = slot.as_deref() else { continue };
            match document::parse_text(&column.kind, text) {
                Ok(Some(value)) => {
                    row.insert(column.id.clone(), value);
                }
                Ok(None) => {}
                Err(unfit) => {
                    let letters = plan.mapping.iter().find(|(name, _)| name == head).map_or("", |(_, letters)| letters);
                    plan.warnings.push(Warning {
                        code: "not_stored",
                        cell: format!("{}!{letters}{}", plan.sheet, imported.row),
                        message: format!("“{head}”{}，这一格留空（原文“{text}”）", unfit.message),
                    });
                    *slot = None;
                }
            }
        }
        rows.push(Value::Object(row));
    }
    rows
}
