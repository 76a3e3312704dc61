//! What the core knows of a document beyond what was typed.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::Form;
use super::place::{Path, label_of};
use crate::compose::Standing;
use crate::document::{Applies, Origin, Values, display};
use crate::error::Issue;
use crate::storage::Status;
use crate::template::{self, Kind, Template};

/// What the window shows around and within the fields; sent after every change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct State {
    /// Grows with every stored change; the preview shows which one it was made of.
    pub sequence: i64,
    /// Local time of the last change: 2026-03-11 12:31:07
    pub saved_at: String,
    pub status: Status,
    /// Official, else the provisional one of a draft.
    pub number: String,
    /// Values that nobody typed here, by path (`late`, `milestones[2].status`).
    pub derived: BTreeMap<String, Derived>,
    /// Typed values whose printed form is another than the stored one (86,400; 1 小时 40 分钟), by path.
    pub texts: BTreeMap<String, String>,
    /// Rows of tables that nobody typed here yet: presets, or those of the release.
    #[cfg_attr(test, ts(type = "{ [table: string]: Row[] }"))]
    pub rows: BTreeMap<String, Vec<Map<String, Value>>>,
    /// Sums as printed, by `table.column`.
    pub totals: BTreeMap<String, String>,
    /// Blocks and grid rows that do not stand on this paper, by id.
    pub hidden: Vec<String>,
    /// Fields and cells that do not concern the document, by path.
    pub idle: Vec<String>,
    /// As many as `Form.sections`.
    pub sections: Vec<SectionState>,
    pub required: Required,
    pub problems: Vec<Problem>,
    /// What would be undone and redone, for people: 计划发布时间; null where there is nothing.
    pub undo: Option<String>,
    pub redo: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Derived {
    /// As printed.
    pub text: String,
    #[cfg_attr(test, ts(type = "Json"))]
    pub value: Value,
    pub origin: DerivedFrom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DerivedFrom {
    Carried,
    Computed,
    Default,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SectionState {
    /// Compulsory fields that are still empty.
    pub missing: usize,
    /// Values that contradict a rule or cannot be read.
    pub wrong: usize,
}

/// How many compulsory fields there are, and how many of them are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Required {
    pub filled: usize,
    pub all: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Problem {
    /// Where: `planned_at`, `plan[3].version`; empty for the document as a whole.
    pub path: String,
    pub kind: ProblemKind,
    pub code: String,
    /// 一 基本信息 › 当前线上版本
    pub place: String,
    /// Label alone: 当前线上版本
    pub label: String,
    pub message: String,
    pub section: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Compulsory and empty.
    Missing,
    /// Must be put right.
    Wrong,
    /// May stay with a reason.
    Warning,
}

/// What the state is told about a document by those who keep it.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    pub sequence: i64,
    pub saved_at: String,
    pub status: Status,
    /// What the document is called as long as it has no official number.
    pub number: String,
    pub unfit: &'a BTreeMap<String, String>,
    /// What [`check`](crate::document::check()) and the fonts say.
    pub issues: Vec<Issue>,
    pub warnings: Vec<Issue>,
    /// Rows that a table takes from its release, by table.
    pub carried_rows: BTreeMap<String, Vec<Map<String, Value>>>,
    pub undo: Option<String>,
    pub redo: Option<String>,
}

/// What is known of a document.
pub fn state(template: &Template, form: &Form, values: &Values<'_>, situation: Situation<'_>) -> State {
    let mut scan =
        Scan { template, values, derived: BTreeMap::new(), texts: BTreeMap::new(), idle: Vec::new(), filled: 0 };
    let mut totals = BTreeMap::new();
    let mut rows = situation.carried_rows;
    for field in &template.fields {
        let Kind::Table(table) = &field.kind else {
            scan.field(field);
            continue;
        };
        if values.concerns(field) == Applies::No {
            scan.idle.push(field.id.clone());
        }
        scan.table(field, table);
        if !table.presets.is_empty() && !values.is_table_typed(&field.id) {
            rows.entry(field.id.clone()).or_insert_with(|| table.presets.clone());
        }
        for column in table.totals.iter().flat_map(|totals| &totals.sum) {
            if let Some(total) = values.total(&field.id, column) {
                totals.insert(format!("{}.{column}", field.id), total);
            }
        }
    }
    let problems = problems(template, form, &situation.issues, &situation.warnings, situation.unfit);
    let mut sections = vec![SectionState::default(); form.sections.len()];
    let mut missing = 0;
    for problem in &problems {
        let mut section = problem.section.and_then(|index| sections.get_mut(index));
        match problem.kind {
            ProblemKind::Missing => {
                missing += 1;
                section.iter_mut().for_each(|section| section.missing += 1);
            }
            ProblemKind::Wrong => section.iter_mut().for_each(|section| section.wrong += 1),
            ProblemKind::Warning => {}
        }
    }
    let required = Required { filled: scan.filled, all: scan.filled + missing };
    let mut derived = scan.derived;
    if values.get("doc_number").is_none() {
        let (text, value) = (situation.number.clone(), Value::Null);
        derived.insert("doc_number".into(), Derived { text, value, origin: DerivedFrom::Default });
    }
    State {
        sequence: situation.sequence,
        saved_at: situation.saved_at,
        status: situation.status,
        number: values.text("doc_number").unwrap_or(situation.number),
        derived,
        texts: scan.texts,
        rows,
        totals,
        hidden: hidden(template, values),
        idle: scan.idle,
        sections,
        required,
        problems,
        undo: situation.undo,
        redo: situation.redo,
    }
}

/// Blocks and rows that the paper leaves out.
fn hidden(template: &Template, values: &Values<'_>) -> Vec<String> {
    let standing = Standing { template, values, blank: false };
    let mut hidden = Vec::new();
    for (index, entry) in template.layout.iter().enumerate() {
        if !standing.entry(entry) {
            hidden.push(format!("b{index}"));
        } else if let template::What::Grid(rows) = &entry.what {
            let gone = rows.iter().enumerate().filter(|(_, row)| !standing.row(row));
            hidden.extend(gone.map(|(row, _)| format!("b{index}.{row}")));
        }
    }
    hidden
}

struct Scan<'a> {
    template: &'a Template,
    values: &'a Values<'a>,
    derived: BTreeMap<String, Derived>,
    texts: BTreeMap<String, String>,
    idle: Vec<String>,
    /// Compulsory fields and cells that hold something.
    filled: usize,
}

impl Scan<'_> {
    fn field(&mut self, field: &template::Field) {
        match self.values.concerns(field) {
            Applies::No => return self.idle.push(field.id.clone()),
            Applies::Undecided => self.idle.push(field.id.clone()),
            Applies::Yes => {}
        }
        if let Some((origin, value)) = self.values.resolve(&field.id) {
            self.filled += usize::from(field.required);
            self.value(field.id.clone(), &field.kind, origin, &value);
        }
    }

    fn table(&mut self, field: &template::Field, table: &template::TableField) {
        if !self.template.table(&field.id).is_some_and(|(field, _)| self.values.concerns(field) != Applies::No) {
            return;
        }
        for index in 0..self.values.row_count(&field.id) {
            let row = self.values.row(&field.id, index);
            let asks = !row.is_empty() || table.fixed_row(index).is_some();
            for column in &table.columns {
                let path = || format!("{}[{index}].{}", field.id, column.id);
                if row.concerns(column) != Applies::Yes {
                    self.idle.push(path());
                }
                let Some((origin, value)) = row.resolve(&column.id) else { continue };
                self.filled += usize::from(column.required && asks && origin != Origin::Fixed);
                self.value_at(path, table.kind_at(index, column), origin, &value);
            }
        }
    }

    fn value(&mut self, path: String, kind: &Kind, origin: Origin, value: &Value) {
        self.value_at(|| path, kind, origin, value);
    }

    fn value_at(&mut self, path: impl FnOnce() -> String, kind: &Kind, origin: Origin, value: &Value) {
        let origin = match origin {
            Origin::Fixed => return,
            Origin::Typed => {
                // Most cells are plain text: nothing is built for them.
                if matches!(kind, Kind::Integer | Kind::Decimal | Kind::Duration { .. }) {
                    let text = display(kind, value);
                    let stored = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    if text != stored {
                        self.texts.insert(path(), text);
                    }
                }
                return;
            }
            Origin::Carried => DerivedFrom::Carried,
            Origin::Computed => DerivedFrom::Computed,
            Origin::Default => DerivedFrom::Default,
        };
        self.derived.insert(path(), Derived { text: display(kind, value), value: value.clone(), origin });
    }
}

fn problems(
    template: &Template,
    form: &Form,
    issues: &[Issue],
    warnings: &[Issue],
    unfit: &BTreeMap<String, String>,
) -> Vec<Problem> {
    let problem = |kind: ProblemKind, path: &str, code: &str, message: String| {
        let at = Path::parse(path);
        let (label, section) = match &at {
            Some(at) => (short_label(template, at), section_of(form, at)),
            None => (String::new(), None),
        };
        let place = match section.and_then(|index| form.sections.get(index)) {
            Some(section) if section.name != label => {
                let within = at.as_ref().map_or_else(String::new, |at| within(template, at));
                format!("{} {} › {within}", section.numeral, section.name).trim_start().to_owned()
            }
            _ => at.as_ref().map_or_else(String::new, |at| label_of(template, at)),
        };
        Problem { path: path.to_owned(), kind, code: code.to_owned(), place, label, message, section }
    };
    let mut found = Vec::new();
    for issue in unfit_issues(template, unfit) {
        found.push(problem(ProblemKind::Wrong, &issue.path, issue.code, issue.message));
    }
    let typed: HashSet<&String> = unfit.keys().collect();
    for issue in issues {
        let kind = if issue.code == "required" { ProblemKind::Missing } else { ProblemKind::Wrong };
        // What is there, though it cannot be read, is not missing.
        if kind == ProblemKind::Wrong || !typed.contains(&issue.path) {
            found.push(problem(kind, &issue.path, issue.code, issue.message.clone()));
        }
    }
    found.extend(
        warnings.iter().map(|issue| problem(ProblemKind::Warning, &issue.path, issue.code, issue.message.clone())),
    );
    // Down the paper: the numbers in the margin then rise with the eye.
    let ranks = form.ranks();
    found.sort_by_cached_key(|problem| {
        let at = Path::parse(&problem.path);
        let rank = at.as_ref().and_then(|at| ranks.get(at.field()).copied()).unwrap_or(usize::MAX);
        let (row, column) = match &at {
            Some(Path::Cell { table, row, column }) => {
                let columns = template.table(table).map(|(_, table)| table.columns.as_slice()).unwrap_or_default();
                (row + 1, columns.iter().position(|own| own.id == *column).unwrap_or(usize::MAX))
            }
            Some(Path::Row { row, .. }) => (row + 1, 0),
            _ => (0, 0),
        };
        (rank, row, column)
    });
    found
}

/// What is wrong with the texts that are no values, each with its place.
pub fn unfit_issues(template: &Template, unfit: &BTreeMap<String, String>) -> Vec<Issue> {
    unfit.iter().map(|(path, text)| Issue::at(path, "unfit", unfit_message(template, path, text))).collect()
}

/// What does not fit is read once more, to say why.
fn unfit_message(template: &Template, path: &str, text: &str) -> String {
    let at = Path::parse(path);
    let label = at.as_ref().map_or_else(|| path.to_owned(), |at| label_of(template, at));
    let reason = at.as_ref().and_then(|at| {
        let (field, kind) = match at {
            Path::Field(id) => template.field(id).map(|field| (field, &field.kind))?,
            Path::Cell { table, row, column } => {
                let (_, table) = template.table(table)?;
                let column = table.column(column)?;
                (column, table.kind_at(*row, column))
            }
            Path::Row { .. } => return None,
        };
        crate::document::read_field(field, kind, &Value::String(text.to_owned())).err()
    });
    match reason {
        Some(unfit) => format!("{label}{}。", unfit.message),
        None => format!("{label}“{text}”没有读懂，请改正。"),
    }
}

fn section_of(form: &Form, path: &Path) -> Option<usize> {
    match path {
        Path::Cell { table, column, .. } => form.section_of(table, Some(column)),
        _ => form.section_of(path.field(), None),
    }
}

fn short_label(template: &Template, path: &Path) -> String {
    match path {
        Path::Cell { table, column, .. } => {
            template.column(table, column).map_or_else(|| column.clone(), |column| column.label.clone())
        }
        path => label_of(template, path),
    }
}

/// Within its section: 第 4 行 缺陷编号.
fn within(template: &Template, path: &Path) -> String {
    match path {
        Path::Cell { row, .. } => format!("第 {} 行 {}", row + 1, short_label(template, path)),
        path => short_label(template, path),
    }
}
