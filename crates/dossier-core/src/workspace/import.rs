//! Other people's tables into a table of a draft: read → map → plan → commit → report.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Workspace, act, change, load};
use crate::document;
use crate::import::{ColumnKind, ColumnSpec, ImportPlan, Request, Warning, read_table};
use crate::storage::DocumentId;
use crate::template::{Field, Kind, Part, TableField, Template, What};
use crate::{Code, Error, Result};

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    #[serde(flatten)]
    pub plan: ImportPlan,
    /// Id of the table field.
    pub table: String,
    /// Its label.
    #[serde(skip)]
    pub label: String,
    /// Whether the rows are stored now.
    pub imported: bool,
}

impl Workspace {
    /// Reads a table out of a workbook and puts its rows in the place of those of a draft, all in one transaction.
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
        let template = load(&self.storage, id)?.template;
        let (field, table, mut plan) = find(&template, bytes, file_name, options)?;
        let rows = rows(&mut plan, table);
        if !options.dry_run {
            let act = act(&self.environment, "document.import");
            self.storage.transact(act, |tx| {
                tx.detail("file", file_name);
                tx.detail("sheet", plan.sheet.as_str());
                tx.detail("table", field.id.as_str());
                tx.detail("rows", plan.rows.len());
                let changes = Map::from_iter([(field.id.clone(), Value::Array(rows))]);
                change(tx, id, changes)
            })?;
        }
        let (table, label) = (field.id.clone(), field.label.clone());
        Ok(ImportReport { plan, table, label, imported: !options.dry_run })
    }
}

/// The table that was asked for, or the one of which most columns are found.
fn find<'t>(
    template: &'t Template,
    bytes: &[u8],
    file_name: &str,
    options: &ImportOptions,
) -> Result<(&'t Field, &'t TableField, ImportPlan)> {
    let tables: Vec<(&Field, &TableField)> = template
        .fields
        .iter()
        .filter_map(|field| match &field.kind {
            Kind::Table(table) if options.table.as_ref().is_none_or(|wanted| *wanted == field.id) => {
                Some((field, table))
            }
            _ => None,
        })
        .collect();
    if tables.is_empty() {
        return Err(no_table(template, options));
    }
    let mut best: Option<(&Field, &TableField, ImportPlan)> = None;
    let mut first_error = None;
    for (field, table) in tables {
        let columns = columns(template, field, table);
        match read_table(bytes, file_name, &Request { columns: &columns, sheet: options.sheet.as_deref() }) {
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
