//! The list of dossiers, and what every write leaves for it so that it never opens documents.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::releases::concerns_one_release;
use super::{Workspace, accept, act, kept_template, values};
use crate::carried::with_facts;
use crate::document;
use crate::dossiers::{
    Dossier, DossierCounts, DossierDocument, DossierPage, DossierQuery, DossierRow, Group, GroupCount, Scope, Stage,
    TemplateInfo,
};
use crate::initials::all_initials;
use crate::storage::{
    DocumentId, DocumentLine, DossierFilter, DossierLine, DossierRecord, Facts, ReleaseId, Status, Summary, Transaction,
};
use crate::template::{Field, Kind, Style, Template};
use crate::{Code, Error, Issue, Result};

/// A page holds no more, whatever is asked.
const LONGEST_PAGE: usize = 1000;

impl Workspace {
    /// A page of the list: those that fit, by stage, last changed first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn dossiers(&self, query: &DossierQuery) -> Result<DossierPage> {
        let now = self.now_as_typed();
        let scope = match query.scope {
            Scope::All => None,
            Scope::With(status) => Some(status),
        };
        let grouped = query.group == Group::Stage;
        let fitting = self.storage.fitting_dossiers(&DossierFilter {
            text: &query.text,
            product: query.product.as_deref(),
            year: query.year,
            release_type: query.release_type.as_deref(),
            statuses: scope.into_iter().chain(query.state).collect(),
            by_stage: grouped,
            now: &now,
        })?;
        let groups = Stage::ALL.into_iter().filter(|_| grouped).map(|stage| {
            let count = fitting.iter().filter(|(_, at)| *at == stage as usize).count();
            GroupCount { stage, count }
        });
        let forms = self.template_infos()?;
        let page = fitting.iter().skip(query.offset).take(query.limit.min(LONGEST_PAGE));
        let rows = page.filter_map(|(release, _)| self.row(*release, &now, &forms).transpose());
        let counts = self.storage.dossier_counts()?;
        let facets = self.storage.dossier_facets()?;
        let [draft, in_review, approved, controlled, obsolete] = counts.by_status;
        Ok(DossierPage {
            rows: rows.collect::<Result<_>>()?,
            total: fitting.len(),
            groups: groups.collect(),
            counts: DossierCounts { all: counts.all, draft, in_review, approved, controlled, obsolete },
            products: facets.products,
            years: facets.years,
            release_types: self.in_order_of_the_form(facets.release_types)?,
            documents: counts.documents,
        })
    }

    /// One dossier.
    ///
    /// # Errors
    /// There is no such release.
    pub fn dossier(&self, release: ReleaseId) -> Result<Dossier> {
        let forms = self.template_infos()?;
        self.row(release, &self.now_as_typed(), &forms)?.ok_or_else(|| {
            Error::new(Code::NotFound, format!("没有发布 `{release}`")).hint("它可能已在另一个窗口中删除")
        })
    }

    fn row(&self, release: ReleaseId, now: &str, forms: &[TemplateInfo]) -> Result<Option<DossierRow>> {
        let Some(line) = self.storage.dossier_line(release, now)? else { return Ok(None) };
        let documents = self.storage.lines_of(release)?;
        let of_form = |form: &TemplateInfo| {
            let begun: Vec<_> =
                documents.iter().filter(|line| line.template == form.id).map(|line| document(line, form)).collect();
            if begun.is_empty() { vec![not_begun(form)] } else { begun }
        };
        let mut all: Vec<DossierDocument> = forms.iter().flat_map(of_form).collect();
        // Of forms that the program no longer has.
        for line in documents.iter().filter(|line| forms.iter().all(|form| form.id != line.template)) {
            let title = line.title.split(" · ").next().unwrap_or_default().to_owned();
            let form = TemplateInfo { id: line.template.clone(), short: title.clone(), title };
            all.push(document(line, &form));
        }
        Ok(Some(self.finish_row(line, all)))
    }

    fn finish_row(&self, line: DossierLine, documents: Vec<DossierDocument>) -> DossierRow {
        DossierRow {
            release: line.release,
            product: line.product,
            version: line.version,
            release_type: line.release_type,
            owner: line.owner,
            planned_at: line.planned_at,
            stage: Stage::ALL[line.stage.min(2)],
            documents,
            updated_at: self.environment.local_time(&line.updated_at),
            updated_by: line.updated_by,
        }
    }

    /// The present as people type it, to be compared with what they typed.
    fn now_as_typed(&self) -> String {
        self.environment.now().format("%Y-%m-%d %H:%M").to_string()
    }

    pub(super) fn template_infos(&self) -> Result<Vec<TemplateInfo>> {
        let templates = self.library()?.iter().map(|template| {
            let template = template?;
            Ok(TemplateInfo { id: template.id.clone(), short: template.short.clone(), title: template.title.clone() })
        });
        templates.collect()
    }

    /// Known types as the form offers them, others after them.
    fn in_order_of_the_form(&self, mut found: Vec<String>) -> Result<Vec<String>> {
        let known = self.release_types()?;
        found.sort_by_key(|name| known.iter().position(|one| one == name).unwrap_or(known.len()));
        Ok(found)
    }

    /// Works out what the list needs for everything that was written by an earlier version of the program.
    pub(super) fn sum_up_all(&mut self) -> Result<()> {
        let documents = self.storage.documents_to_sum_up()?;
        let releases = self.storage.releases_to_sum_up()?;
        if documents.is_empty() && releases.is_empty() {
            return Ok(());
        }
        self.storage.transact(act(&self.environment, "store.sum_up"), |tx| {
            tx.detail("documents", documents.len());
            tx.detail("releases", releases.len());
            for id in documents {
                let record = tx.document(id)?;
                let template = kept_template(tx, &record)?;
                let release = record.release.map(|release| tx.release(release)).transpose()?;
                let (name, facts) = release.map_or((None, Facts::new()), |found| (Some(found.name), found.facts));
                let (content, _) = with_facts(&template, &record.content, &values(&facts));
                tx.index_document(id, &words(&template, &content, name.as_deref()))?;
                sum_up(tx, id, &template, &record.content, &facts)?;
            }
            releases.into_iter().try_for_each(|release| sum_up_release(tx, release))
        })?;
        Ok(())
    }
}

fn document(line: &DocumentLine, form: &TemplateInfo) -> DossierDocument {
    DossierDocument {
        id: Some(line.id),
        status: Some(line.status),
        missing: line.missing,
        rows: line.rows,
        steps_signed: line.steps.map(|(signed, _)| signed),
        steps_all: line.steps.map(|(_, all)| all),
        in_force: line.in_force.clone(),
        revision: line.revision.clone(),
        ..not_begun(form)
    }
}

fn not_begun(form: &TemplateInfo) -> DossierDocument {
    DossierDocument {
        template: form.id.clone(),
        short: form.short.clone(),
        title: form.title.clone(),
        id: None,
        status: None,
        missing: 0,
        rows: None,
        steps_signed: None,
        steps_all: None,
        in_force: None,
        revision: None,
    }
}

/// Leaves for the list what it tells of a document.
pub(super) fn sum_up(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    template: &Template,
    own: &Map<String, Value>,
    facts: &Facts,
) -> Result<()> {
    let facts = values(facts);
    let document = accept(template, own, Map::new())?;
    // What stands there and cannot be read is wrong, but not missing.
    let unfit = tx.unfit(id)?;
    let is_missing = |issue: &Issue| issue.code == "required" && !unfit.contains_key(&issue.path);
    let typed_for_it = |field: &Field| field.carries.is_none() && concerns_one_release(template, field);
    tx.sum_up(
        id,
        Summary {
            missing: document::check(&document, template, &facts).into_iter().filter(is_missing).count(),
            rows: main_table(template).map(|table| rows_of(&with_facts(template, own, &facts).0, &table.id)),
            begun: template.fields.iter().any(|field| own.contains_key(&field.id) && typed_for_it(field)),
        },
    )
}

/// The table that a plan table is.
fn main_table(template: &Template) -> Option<&Field> {
    if template.style != Style::Table {
        return None;
    }
    template.fields.iter().find(|field| !field.frame && field.table().is_some())
}

fn rows_of(content: &Map<String, Value>, table: &str) -> usize {
    let is_filled = |row: &&Value| row.as_object().is_some_and(|row| !row.is_empty());
    content.get(table).and_then(Value::as_array).map_or(0, |rows| rows.iter().filter(is_filled).count())
}

/// Leaves for the list what it tells of a release, as changed just now.
pub(super) fn sum_up_release(tx: &mut Transaction<'_>, id: ReleaseId) -> Result<()> {
    let release = tx.release(id)?;
    let documents = tx.lines_of(id)?;
    let text = |key: &str| match release.facts.get(key).map(|fact| &fact.value) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、"),
        _ => String::new(),
    };
    let planned_at = Some(text("release.planned_at")).filter(|at| !at.is_empty());
    let created_in = || release.created_at.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
    let product = text("release.product_name");
    let (version, owner) = (text("release.version"), text("release.owner"));
    let statuses: Vec<Status> = documents.iter().map(|line| line.status).collect();
    let is_summary = |line: &&DocumentLine| line.template.ends_with("-summary");
    let mut summaries = documents.iter().filter(is_summary);
    let is_over = |status: &Status| matches!(status, Status::Controlled | Status::Obsolete);
    let summarised = summaries.clone().any(|line| matches!(line.status, Status::Approved | Status::Controlled));
    let mut words = vec![release.name, product.clone(), version.clone(), text("release.release_type"), owner.clone()];
    add_name(&mut words, &product, &version);
    words.extend(all_initials(&owner));
    tx.put_dossier(
        id,
        &DossierRecord {
            year: planned_at.as_ref().and_then(|at| at.get(..4)?.parse().ok()).unwrap_or_else(created_in),
            summary_begun: summaries.any(|line| line.begun || line.status != Status::Draft),
            closed: summarised || (!statuses.is_empty() && statuses.iter().all(is_over)),
            product,
            version,
            release_type: text("release.release_type"),
            owner,
            planned_at,
            statuses,
            words: words.join("\n"),
        },
    )
}

/// What a document is found by.
pub(super) fn words(template: &Template, content: &Map<String, Value>, release: Option<&str>) -> String {
    let mut words = vec![template.title.clone(), release.unwrap_or_default().to_owned()];
    let shared = |key: &str| {
        let field = template.fields.iter().find(|field| field.carries.as_deref() == Some(key))?;
        content.get(&field.id)?.as_str()
    };
    let (product, version) = (shared("release.product_name"), shared("release.version"));
    add_name(&mut words, product.unwrap_or_default(), version.unwrap_or_default());
    // A plan of a thousand rows says 中 and V4.2.0 a thousand times, and is found by them once.
    let (mut texts, mut names) = (BTreeSet::new(), BTreeSet::new());
    for field in &template.fields {
        let Some(value) = content.get(&field.id) else { continue };
        collect_texts(value, &mut texts);
        collect_names(field, value, &mut names);
    }
    words.extend(texts.into_iter().map(Cow::into_owned));
    words.extend(names.into_iter().flat_map(all_initials));
    words.join("\n")
}

/// `hcwlaqsjxtv420`: a product by its initials, its version by the digits alone, and both in one go.
fn add_name(words: &mut Vec<String>, product: &str, version: &str) {
    let version = all_initials(version).pop().unwrap_or_default();
    let mut products = all_initials(product);
    if products.is_empty() {
        products.push(String::new());
    }
    words.extend(products.into_iter().map(|product| product + &version));
}

/// People and departments, each once: they are found by their initials too.
fn collect_names<'v>(field: &Field, value: &'v Value, names: &mut BTreeSet<&'v str>) {
    match (&field.kind, value) {
        (Kind::Table(table), Value::Array(rows)) => {
            for column in table.columns.iter().filter(|column| is_name(&column.kind)) {
                rows.iter().filter_map(|row| row.get(&column.id)).for_each(|cell| collect_names(column, cell, names));
            }
        }
        (kind, Value::Array(all)) if is_name(kind) => names.extend(all.iter().filter_map(Value::as_str)),
        (kind, Value::String(name)) if is_name(kind) => {
            names.insert(name);
        }
        _ => {}
    }
}

fn is_name(kind: &Kind) -> bool {
    matches!(kind, Kind::Person { .. } | Kind::Department { .. } | Kind::Signature)
}

fn collect_texts<'v>(value: &'v Value, texts: &mut BTreeSet<Cow<'v, str>>) {
    match value {
        Value::String(text) => drop(texts.insert(Cow::Borrowed(text))),
        Value::Number(number) => drop(texts.insert(Cow::Owned(number.to_string()))),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(map) => map.values().for_each(|value| collect_texts(value, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}
