//! Other people's tables into a table of a draft: read → map → plan → commit → report.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::{Map, Value};

use super::editing::base_rows;
use super::{Loaded, Workspace, act, load, merge, values};
use crate::backup::Why;
use crate::document;
use crate::form::{Edit, Path};
use crate::import::confirm::ImportMode;
use crate::import::{Choices, ColumnKind, ColumnSpec, ImportPlan, Request, Warning, Workbook, find_table_as, open};
use crate::sheet::{self, ReadBack};
use crate::storage::DocumentId;
use crate::template::{Field, Kind, Part, TableField, Template, What};
use crate::{Code, Error, Issue, Result};

/// One row of a table field, by column id.
pub(super) type Row = Map<String, Value>;

/// What is imported, and into what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Id of a table field; otherwise the one whose heads are found.
    pub table: Option<String>,
    /// Name of a sheet; otherwise the one that fits best.
    pub sheet: Option<String>,
    /// What becomes of the rows that are there.
    pub mode: ImportMode,
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
    /// content; of any other the plan table that it holds is taken over, by default in place of the draft's. What cannot
    /// be read stays beside its cell as it stands in the file.
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
        let rows = read_rows(&mut plan, table);
        if !options.dry_run {
            self.back_up(Why::Import)?;
            let edits = edits_for(&loaded, &self.storage.unfit(id)?, field, table, rows, options.mode);
            let details = Map::from_iter([
                ("file".to_owned(), file_name.into()),
                ("sheet".to_owned(), plan.sheet.as_str().into()),
                ("table".to_owned(), field.id.as_str().into()),
                ("rows".to_owned(), plan.rows.len().into()),
            ]);
            self.edit_as(id, &edits, "document.import", details)?;
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
            self.back_up(Why::Import)?;
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
                read_rows(&mut plan, table);
                (Some(field.id.clone()), field.label.clone(), Some(plan))
            }
            None => (None, String::new(), None),
        };
        let (content, issues) = (Some(own.content), own.warnings);
        Ok(ImportReport { plan, table, label, content, issues, imported: !options.dry_run })
    }
}

/// A table field, and what of it a workbook holds.
pub(super) type Found<'t> = (&'t Field, &'t TableField, ImportPlan);

/// The table fields that rows may go into: the one that was asked for, or all.
pub(super) fn tables<'t>(template: &'t Template, options: &ImportOptions) -> Result<Vec<(&'t Field, &'t TableField)>> {
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
    find_as(template, tables, workbook, file_name, options, &|_| Choices::default())
}

/// As [`find`], where a person says otherwise of the columns of a table.
pub(super) fn find_as<'t>(
    template: &Template,
    tables: &[(&'t Field, &'t TableField)],
    workbook: &Workbook,
    file_name: &str,
    options: &ImportOptions,
    choices: &dyn Fn(&TableField) -> Choices,
) -> Result<Found<'t>> {
    let mut best: Option<Found<'t>> = None;
    let mut first_error = None;
    for &(field, table) in tables {
        let columns = columns(template, field, table);
        let request = Request { columns: &columns, sheet: options.sheet.as_deref() };
        match find_table_as(workbook, file_name, &request, &choices(table)) {
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

/// The rows as they are stored. What does not fit its column stays the text that it is, and a warning names the cell.
pub(super) fn read_rows(plan: &mut ImportPlan, table: &TableField) -> Vec<Row> {
    let mut rows = Vec::with_capacity(plan.rows.len());
    for imported in &plan.rows {
        let mut row = Map::new();
        for ((index, column), slot) in table.columns.iter().enumerate().zip(&imported.values) {
            let Some(text) = slot.as_deref() else { continue };
            match document::parse_text(&column.kind, text) {
                Ok(Some(value)) => {
                    row.insert(column.id.clone(), value);
                }
                Ok(None) => {}
                Err(unfit) => {
                    let letters = plan.matches[index].as_ref().map_or("", |found| found.letters.as_str());
                    plan.warnings.push(Warning {
                        code: "not_stored",
                        cell: format!("{}!{letters}{}", plan.sheet, imported.row),
                        message: format!(
                            "“{}”{}，先照原样留着（“{text}”），请改正",
                            plan.columns[index], unfit.message
                        ),
                    });
                    row.insert(column.id.clone(), text.into());
                }
            }
        }
        rows.push(row);
    }
    rows
}

/// What has to be done to a draft so that these rows stand in its table.
pub(super) fn edits_for(
    loaded: &Loaded,
    unfit: &BTreeMap<String, String>,
    field: &Field,
    table: &TableField,
    rows: Vec<Row>,
    mode: ImportMode,
) -> Vec<Edit> {
    let held = match loaded.record.content.get(&field.id) {
        Some(Value::Array(rows)) => rows.iter().map(|row| row.as_object().cloned().unwrap_or_default()).collect(),
        _ => base_rows(&loaded.template, &values(&loaded.facts), &field.id),
    };
    let named = key_column(table);
    match mode {
        ImportMode::Replace => whole_table(&field.id, table, rows),
        // Rows that are always there have no end to which anything could be appended.
        _ if !table.fixed.is_empty() => {
            let mut edits = Vec::new();
            for (index, row) in in_fixed_rows(table, rows).into_iter().enumerate() {
                edits.extend(cells(&field.id, index, row));
            }
            edits
        }
        ImportMode::Append => vec![append(field, held.len(), unfit, rows)],
        ImportMode::Update => {
            let name = |row: &Row| Some(row.get(named?)?.as_str()?.trim().to_owned()).filter(|name| !name.is_empty());
            let mut places: HashMap<String, usize> = HashMap::new();
            for (index, row) in held.iter().enumerate() {
                if let Some(name) = name(row) {
                    places.entry(name).or_insert(index);
                }
            }
            let mut edits = Vec::new();
            let mut new = Vec::new();
            for row in rows {
                match name(&row).and_then(|name| places.get(&name)) {
                    Some(index) => edits.extend(cells(&field.id, *index, row)),
                    None => new.push(row),
                }
            }
            if !new.is_empty() {
                edits.push(append(field, held.len(), unfit, new));
            }
            edits
        }
    }
}

/// A table with these rows and nothing of what stood there.
pub(super) fn whole_table(id: &str, table: &TableField, rows: Vec<Row>) -> Vec<Edit> {
    let mut fixed = in_fixed_rows(table, rows);
    let others = fixed.split_off(table.fixed.len().min(fixed.len()));
    let rows = |at, remove, insert| Edit::Rows { table: id.to_owned(), at, remove, insert };
    let mut edits = vec![Edit::Set { path: id.to_owned(), value: Value::Null }];
    if !fixed.is_empty() {
        edits.push(rows(0, fixed.len(), fixed));
    }
    if table.free {
        // Also the rows that the table would start with give way.
        edits.push(rows(table.fixed.len(), usize::MAX, others));
    }
    edits
}

/// The column by which people know a row: 系统名称.
fn key_column(table: &TableField) -> Option<&str> {
    table.columns.iter().find(|column| column.kind == Kind::Text).map(|column| column.id.as_str())
}

/// After everything that stands there, also after a row that holds nothing but what cannot be read.
fn append(field: &Field, held: usize, unfit: &BTreeMap<String, String>, rows: Vec<Row>) -> Edit {
    let beyond = unfit.keys().filter_map(|path| match Path::parse(path)? {
        Path::Cell { table, row, .. } if table == field.id => Some(row + 1),
        _ => None,
    });
    let at = beyond.max().unwrap_or(0).max(held);
    Edit::Rows { table: field.id.clone(), at, remove: 0, insert: rows }
}

fn cells(table: &str, row: usize, cells: Row) -> impl Iterator<Item = Edit> {
    cells.into_iter().map(move |(column, value)| Edit::Set { path: format!("{table}[{row}].{column}"), value })
}

/// Rows where the table has its fixed ones: each found by what is printed in it, else by its position; what is printed
/// is left out. Others come after them, where the table takes more.
fn in_fixed_rows(table: &TableField, rows: Vec<Row>) -> Vec<Row> {
    if table.fixed.is_empty() {
        return rows;
    }
    let mut placed: Vec<Option<Row>> = vec![None; table.fixed.len()];
    let mut others = Vec::new();
    let text = |value: &Value| value.as_str().map(|text| text.split_whitespace().collect::<String>());
    for (position, mut row) in rows.into_iter().enumerate() {
        let same = |fixed: &crate::template::FixedRow| {
            let mut told = fixed.values.iter().filter_map(|(id, printed)| Some((text(printed)?, text(row.get(id)?)?)));
            let mut any = false;
            let all = told.all(|(printed, found)| {
                any = true;
                printed == found
            });
            (any, all)
        };
        let found = table.fixed.iter().position(|fixed| same(fixed) == (true, true));
        let says_nothing = table.fixed.iter().all(|fixed| !same(fixed).0);
        match found.or_else(|| Some(position).filter(|at| says_nothing && *at < placed.len())) {
            Some(at) if placed[at].is_none() => {
                row.retain(|id, _| !table.fixed[at].values.contains_key(id));
                placed[at] = Some(row);
            }
            _ => others.push(row),
        }
    }
    let mut all: Vec<Row> = placed.into_iter().map(Option::unwrap_or_default).collect();
    if table.free {
        all.extend(others);
    }
    all
}
