//! Releases: begun, added to, removed, and the one that shows how it all looks.

use chrono::Datelike;
use serde_json::{Map, Value, json};

use super::{Workspace, accept, act, dossiers, kept_template, values, write};
use crate::document;
use crate::dossiers::NewRelease;
use crate::storage::{DocumentId, Fact, Facts, NewDocument, ReleaseId, Status, Storage, Transaction};
use crate::template::{Field, Kind, Template, What};
use crate::{Code, Error, Issue, Result};

const PRODUCT: &str = "release.product_name";
const VERSION: &str = "release.version";
const CURRENT_VERSION: &str = "release.current_version";
const RELEASE_TYPE: &str = "release.release_type";

/// Kept of an earlier release whatever its kind: who the documents belong to.
const KEPT_OF_THE_FRAME: [&str; 3] = ["doc_department", "doc_category", "classification"];

impl Workspace {
    /// Begins a release with its documents. What it is called stands in all of them; with an earlier release, its
    /// texts, lists and tables are taken over, but nothing that concerned that one alone.
    ///
    /// # Errors
    /// Product, version or type cannot be used, all told at once; the version exists already. Then nothing is stored.
    pub fn new_release(&mut self, request: &NewRelease) -> Result<ReleaseId> {
        let named = self.read_name(request)?;
        let mut forms = Vec::new();
        for id in &request.documents {
            let template = self.library()?.get(id)?.clone();
            if !forms.iter().any(|form: &Template| form.id == template.id) {
                forms.push(template);
            }
        }
        // The application first: the whole release follows what is typed there.
        forms.sort_by_key(|form| (!leads(form), form.order));
        let year = self.environment.now().year();
        let (id, _) = self.storage.transact(act(&self.environment, "release.new"), |tx| {
            let name = format!("{} {}", request.product.trim(), text(&named, VERSION));
            if let Some(known) = of_version(tx, &named)? {
                return Err(exists_already(&tx.release(known)?.name));
            }
            if tx.release_named(&name)?.is_some() {
                return Err(exists_already(&name));
            }
            let id = tx.release_or_new(&name)?;
            tx.subject(id);
            tx.detail("name", name.as_str());
            let earlier = request.from.map(|from| Earlier::read(tx, from)).transpose()?;
            let mut told = named.clone();
            if let Some(earlier) = &earlier {
                tx.detail("from", earlier.id.to_string());
                if let Some(version) = earlier.facts.get(VERSION) {
                    told.insert(CURRENT_VERSION.into(), version.value.clone());
                }
            }
            let held = told.iter().map(|(key, value)| (key.clone(), Fact { value: value.clone(), document: None }));
            tx.set_facts(id, &held.collect())?;
            let mut begun = Vec::new();
            for (index, template) in forms.iter().enumerate() {
                let mut content = earlier.as_ref().map(|earlier| earlier.content_for(template)).unwrap_or_default();
                if index == 0 {
                    content.extend(carriers(template, &told));
                }
                begun.push(begin(tx, template, id, year, content)?.to_string());
            }
            tx.detail("documents", begun);
            dossiers::sum_up_release(tx, id)?;
            Ok(id)
        })?;
        Ok(id)
    }

    /// Begins a document of a release. It shows at once what the release tells.
    ///
    /// # Errors
    /// No such release or template; the release has such a document already.
    pub fn add_document(&mut self, release: ReleaseId, template_id: &str) -> Result<DocumentId> {
        let template = self.library()?.get(template_id)?.clone();
        let year = self.environment.now().year();
        let (id, _) = self.storage.transact(act(&self.environment, "document.new"), |tx| {
            let record = tx.release(release)?;
            if let Some(known) = tx.lines_of(release)?.into_iter().find(|line| line.template == template.id) {
                let message = format!("“{}”已经有一份{}（{}）", record.name, template.short, known.id);
                return Err(Error::new(Code::BadRequest, message).hint("打开那一份接着填就可以"));
            }
            let id = begin(tx, &template, release, year, Map::new())?;
            tx.subject(id);
            tx.detail("template", template.id.as_str());
            tx.detail("release", record.name);
            dossiers::sum_up_release(tx, release)?;
            Ok(id)
        })?;
        Ok(id)
    }

    /// Deletes a release whose documents are all drafts. The audit log keeps what they held, and their numbers are
    /// never given again.
    ///
    /// # Errors
    /// No such release; one of its documents is no draft any more.
    pub fn remove_release(&mut self, release: ReleaseId) -> Result<()> {
        self.storage.transact(act(&self.environment, "release.remove"), |tx| {
            let record = tx.release(release)?;
            let documents = tx.documents_of(release)?;
            // A number stands in the register for good, and its document with it.
            if let Some(kept) =
                documents.iter().find(|document| document.status != Status::Draft || document.number.is_some())
            {
                let standing = kept.number.as_deref().unwrap_or(kept.status.label());
                let message = format!("“{}”没有删除：{} 已提交过（{standing}）", record.name, kept.title);
                return Err(
                    Error::new(Code::BadRequest, message).hint("只有文档全是草稿的卷宗可以删除；其他的可以作废")
                );
            }
            for document in &documents {
                super::exchange::refuse_handed_over(tx, document.id)?;
            }
            let gone = documents.iter().map(
                |document| json!({ "id": document.id, "template": document.template_id, "content": document.content }),
            );
            tx.subject(release);
            tx.detail("name", record.name);
            tx.detail("facts", Value::Object(values(&record.facts)));
            tx.detail("documents", gone.collect::<Vec<_>>());
            for document in documents {
                tx.delete_document(document.id)?;
            }
            tx.delete_release(release)
        })?;
        Ok(())
    }

    /// Loads the samples of all forms as one release, marked as an example; called again, as another one.
    ///
    /// # Errors
    /// The program's samples are missing.
    pub fn load_sample(&mut self) -> Result<ReleaseId> {
        let library = self.library()?;
        let mut samples = Vec::new();
        for template in library.iter() {
            let template = template?;
            // A form may come without one.
            match library.sample(&template.id) {
                Ok(content) => samples.push((template.clone(), content)),
                Err(error) if error.code == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        samples.sort_by_key(|(template, _)| (!leads(template), template.order));
        let Some((product, version)) = samples.iter().find_map(|(template, content)| name_in(template, content)) else {
            return Err(Error::new(Code::Installation, "程序里没有可以载入的示例").hint("请重新安装本程序"));
        };
        let year = self.environment.now().year();
        let (id, _) = self.storage.transact(act(&self.environment, "release.sample"), |tx| {
            let mut marked = format!("{product}（示例）");
            let mut number = 1;
            while tx.release_of_version(&marked, &version)?.is_some()
                || tx.release_named(&format!("{marked} {version}"))?.is_some()
            {
                number += 1;
                marked = format!("{product}（示例 {number}）");
            }
            let id = tx.release_or_new(&format!("{marked} {version}"))?;
            tx.subject(id);
            for (template, content) in samples {
                let mut content = content;
                content.extend(carriers(&template, &Map::from_iter([(PRODUCT.to_owned(), json!(marked))])));
                // What the release tells already is not typed again, so that it follows the application.
                let facts = values(&tx.release(id)?.facts);
                content.retain(|field, value| {
                    let key = template.field(field).and_then(|field| field.carries.as_ref());
                    key.and_then(|key| facts.get(key)) != Some(&*value)
                });
                leave_to_control(&template, &mut content);
                begin(tx, &template, id, year, content)?;
            }
            dossiers::sum_up_release(tx, id)?;
            Ok(id)
        })?;
        Ok(id)
    }

    /// The kinds of releases that the application offers.
    pub(super) fn release_types(&self) -> Result<Vec<String>> {
        let options = self.field_of(RELEASE_TYPE)?.and_then(|field| match &field.kind {
            Kind::Choice { options, .. } => Some(options.iter().map(|option| option.name.clone()).collect()),
            _ => None,
        });
        Ok(options.unwrap_or_default())
    }

    /// The field in which the leading form asks for a fact.
    pub(super) fn field_of(&self, key: &str) -> Result<Option<&Field>> {
        let mut forms = self.library()?.iter().collect::<Result<Vec<_>>>()?;
        forms.sort_by_key(|form| !leads(form));
        Ok(forms.into_iter().flat_map(|form| &form.fields).find(|field| field.carries.as_deref() == Some(key)))
    }

    /// Product, version and type as the application would take them.
    fn read_name(&self, request: &NewRelease) -> Result<Map<String, Value>> {
        let asked = [
            (PRODUCT, "product", "产品名称", &request.product),
            (VERSION, "version", "发布版本", &request.version),
            (RELEASE_TYPE, "release_type", "发布类型", &request.release_type),
        ];
        let mut named = Map::new();
        let mut issues = Vec::new();
        for (key, path, label, typed) in asked {
            let field = self.field_of(key)?;
            let label = field.map_or(label, |field| field.label.as_str());
            let kind = field.map_or(&Kind::Text, |field| &field.kind);
            match document::parse_text(kind, typed) {
                Ok(Some(Value::String(version))) if key == VERSION && version.starts_with('v') => {
                    named.insert(key.to_owned(), format!("V{}", &version[1..]).into());
                }
                Ok(Some(value)) => {
                    named.insert(key.to_owned(), value);
                }
                Ok(None) if key == RELEASE_TYPE => {}
                Ok(None) => issues.push(Issue::at(path, "required", format!("{label}还没填。"))),
                Err(unfit) => issues.push(Issue::at(path, unfit.code, format!("{label}{}。", unfit.message))),
            }
        }
        match issues.as_slice() {
            [] => Ok(named),
            [first, ..] => {
                let message = format!("没有新建：{}", first.message.trim_end_matches('。'));
                Err(Error::new(Code::InvalidContent, message).issues(issues))
            }
        }
    }
}

/// An earlier release, to be taken over from.
struct Earlier {
    id: ReleaseId,
    facts: Facts,
    documents: Vec<(Template, Map<String, Value>)>,
}

impl Earlier {
    fn read(storage: &Storage, id: ReleaseId) -> Result<Self> {
        let facts = storage.release(id)?.facts;
        let documents = storage
            .documents_of(id)?
            .into_iter()
            .map(|record| Ok((kept_template(storage, &record)?, record.content)))
            .collect::<Result<_>>()?;
        Ok(Self { id, facts, documents })
    }

    /// What a new document takes over from the one of the same form, as far as the form still asks for it.
    fn content_for(&self, template: &Template) -> Map<String, Value> {
        let Some((_, old)) = self.documents.iter().find(|(form, _)| form.id == template.id) else {
            return Map::new();
        };
        let kept = template.fields.iter().filter(|field| !concerns_one_release(template, field)).filter_map(|field| {
            let value = match &field.kind {
                Kind::Table(table) => {
                    let rows = old.get(&field.id)?.as_array()?.iter().map(|row| {
                        let columns = table.columns.iter().filter(|column| !concerns_one_release(template, column));
                        let cells = columns.filter_map(|column| {
                            let value = document::read(&column.kind, row.get(&column.id)?).ok().flatten()?;
                            Some((column.id.clone(), value))
                        });
                        Value::Object(cells.collect())
                    });
                    let is_filled = |row: &Value| row.as_object().is_some_and(|row| !row.is_empty());
                    // Fixed rows keep their places, also where nothing is left in them.
                    let rows: Vec<Value> = rows.filter(|row| !table.fixed.is_empty() || is_filled(row)).collect();
                    rows.iter().any(is_filled).then_some(Value::Array(rows))?
                }
                kind => document::read(kind, old.get(&field.id)?).ok().flatten()?,
            };
            Some((field.id.clone(), value))
        });
        kept.collect()
    }
}

/// Whether what stands in a field or column concerns one release alone: times, numbers, versions, signatures, ratings
/// and results. Such things are never taken over from an earlier one.
pub(super) fn concerns_one_release(template: &Template, field: &Field) -> bool {
    if field.fresh {
        return true;
    }
    if field.frame {
        return !KEPT_OF_THE_FRAME.contains(&field.id.as_str());
    }
    match &field.kind {
        Kind::Date | Kind::DateOrWords | Kind::DateTime | Kind::Time | Kind::Version => true,
        Kind::Rating | Kind::Signature | Kind::Number { .. } => true,
        Kind::Table(_) => is_signed(template, field),
        _ => false,
    }
}

/// Takes out what a draft does not say itself: numbers and revisions are given when documents are submitted, and
/// signatures come after that.
fn leave_to_control(template: &Template, content: &mut Map<String, Value>) {
    for field in ["doc_number", "doc_revision", "revisions"] {
        content.shift_remove(field);
    }
    for field in &template.fields {
        let given = matches!(field.kind, Kind::Signature | Kind::Number { .. });
        if given || (matches!(field.kind, Kind::Table(_)) && is_signed(template, field)) {
            content.shift_remove(&field.id);
            content.shift_remove(&format!("{}_date", field.id));
        }
    }
}

/// Whether a table is a sign-off.
fn is_signed(template: &Template, table: &Field) -> bool {
    template.layout.iter().any(|entry| match &entry.what {
        What::Table(layout) => layout.signoff && layout.field == table.id,
        _ => false,
    })
}

/// The form that the whole release follows.
fn leads(template: &Template) -> bool {
    template.id.ends_with("-application")
}

/// Begins a document within a transaction.
fn begin(
    tx: &mut Transaction<'_>,
    template: &Template,
    release: ReleaseId,
    year: i32,
    content: Map<String, Value>,
) -> Result<DocumentId> {
    let content = accept(template, &Map::new(), content)?.into_content();
    let hash = tx.keep_template(&template.id, &template.version, &template.source)?;
    let new = NewDocument { template: &hash, template_id: &template.id, release: Some(release), year };
    let id = tx.insert_document(new)?;
    write(tx, id, template, Some(release), &Map::new(), &content)?;
    Ok(id)
}

/// The fields of a form that carry these facts, filled with them as far as they can hold them.
fn carriers(template: &Template, told: &Map<String, Value>) -> Map<String, Value> {
    let filled = template.fields.iter().filter_map(|field| {
        let value = document::read(&field.kind, told.get(field.carries.as_ref()?)?).ok().flatten()?;
        Some((field.id.clone(), value))
    });
    filled.collect()
}

/// Product and version as they stand in the content of a document.
fn name_in(template: &Template, content: &Map<String, Value>) -> Option<(String, String)> {
    let value = |key: &str| {
        let field = template.fields.iter().find(|field| field.carries.as_deref() == Some(key))?;
        content.get(&field.id)?.as_str().map(str::to_owned)
    };
    Some((value(PRODUCT)?, value(VERSION)?))
}

/// What a release is called by its own facts: 网关 V4.2.0.
pub(super) fn own_name(facts: &Facts) -> Option<String> {
    let value = |key: &str| facts.get(key)?.value.as_str();
    Some(format!("{} {}", value(PRODUCT)?, value(VERSION)?))
}

/// A release that is called by its facts follows them; one that people named keeps its name.
pub(super) fn rename(
    tx: &mut Transaction<'_>,
    id: ReleaseId,
    name: &str,
    old: Option<&str>,
    facts: &Facts,
) -> Result<()> {
    let Some(new) = own_name(facts).filter(|new| old == Some(name) && new != name) else { return Ok(()) };
    // While another one has that name, the old one stays: two would be one.
    if tx.release_named(&new)?.is_none() {
        tx.rename_release(id, &new)?;
    }
    Ok(())
}

fn of_version(storage: &Storage, named: &Map<String, Value>) -> Result<Option<ReleaseId>> {
    storage.release_of_version(text(named, PRODUCT), text(named, VERSION))
}

fn text<'m>(map: &'m Map<String, Value>, key: &str) -> &'m str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn exists_already(name: &str) -> Error {
    Error::new(Code::BadRequest, format!("“{name}”已经有了卷宗，没有另建")).hint("打开已有的那一份，或者改一改版本号")
}
