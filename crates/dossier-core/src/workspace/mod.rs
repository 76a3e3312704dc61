//! The use cases: what the terminal program and the window do with documents.

mod archive;
mod backup;
mod confirm;
mod control;
mod difference;
mod dossiers;
mod editing;
mod exchange;
mod export;
mod facts;
mod history;
mod import;
mod program;
mod releases;
mod show;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::Datelike;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::carried::with_facts;
use crate::compose::{Front, Marks};
use crate::document::{self, Document, Draft, Values};
use crate::export::{self as paper, Exported, Format, Job, Options};
use crate::form;
use crate::policy::Policies;
use crate::settings::Settings;
use crate::storage::{
    Act, DocumentId, DocumentRecord, DocumentSummary, Facts, Filter, NewDocument, ReleaseId, Status, Storage,
    Transaction,
};
use crate::template::{Kind, Library, Template};
use crate::{Code, Environment, Error, Issue, Result};

use control::{Thawed, thaw};

pub use control::AuditReport;
pub use import::{ImportOptions, ImportReport};
pub use show::Shown;

/// An open data folder in its world.
#[derive(Debug)]
pub struct Workspace {
    storage: Storage,
    environment: Environment,
    library: OnceLock<Library>,
    policies: OnceLock<Policies>,
    /// None in memory.
    folder: Option<PathBuf>,
}

/// What a check of a document finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// What has to be put right before the document can be submitted.
    pub issues: Vec<Issue>,
    /// What somebody should look at.
    pub warnings: Vec<Issue>,
}

/// A stored document with its template, its release and what it takes from it.
struct Loaded {
    record: DocumentRecord,
    template: Template,
    release: Option<String>,
    facts: Facts,
    /// Its own values and those of its release.
    content: Map<String, Value>,
    /// Fields whose value comes from the release.
    carried: Vec<String>,
    /// What it is since it was submitted: its content and template are those of the revision.
    thawed: Option<Thawed>,
}

impl Workspace {
    /// Opens a data folder, or makes it.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub fn open(folder: &Path, environment: Environment) -> Result<Self> {
        let storage = Storage::open(folder, environment.now())?;
        let folder = Some(folder.to_path_buf());
        let mut workspace = Self { storage, environment, library: OnceLock::new(), policies: OnceLock::new(), folder };
        workspace.sum_up_all()?;
        Ok(workspace)
    }

    /// A workspace that is gone when it is dropped.
    ///
    /// # Errors
    /// None but want of memory.
    pub fn in_memory(environment: Environment) -> Result<Self> {
        let storage = Storage::in_memory(environment.now())?;
        Ok(Self { storage, environment, library: OnceLock::new(), policies: OnceLock::new(), folder: None })
    }

    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Reading beyond the use cases: audit log, list of changes.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The templates that new documents can be made from.
    ///
    /// # Errors
    /// The program's folder of templates is missing.
    pub fn library(&self) -> Result<&Library> {
        if let Some(library) = self.library.get() {
            return Ok(library);
        }
        let library = library(&self.environment)?;
        Ok(self.library.get_or_init(|| library))
    }

    /// Who signs what, by the organisations' rules.
    ///
    /// # Errors
    /// The program's policies are missing.
    pub(crate) fn policies(&self) -> Result<&Policies> {
        if let Some(policies) = self.policies.get() {
            return Ok(policies);
        }
        let policies = Policies::open(&self.environment.resources()?.templates)?;
        Ok(self.policies.get_or_init(|| policies))
    }

    /// Begins a document and returns its id. With a release's name it belongs to that release, which is made where
    /// there is none of that name.
    ///
    /// # Errors
    /// No such template; the content holds unknown or mistyped fields, all listed. Then nothing is stored.
    pub fn new_document(
        &mut self,
        template_id: &str,
        content: Option<Map<String, Value>>,
        release: Option<&str>,
    ) -> Result<DocumentId> {
        let template = self.library()?.get(template_id)?.clone();
        let content = accept(&template, &Map::new(), content.unwrap_or_default())?.into_content();
        let year = self.environment.now().year();
        let act = act(&self.environment, "document.new");
        let (id, _) = self.storage.transact(act, |tx| {
            let hash = tx.keep_template(&template.id, &template.version, &template.source)?;
            let release = release.map(|name| tx.release_or_new(name)).transpose()?;
            let new = NewDocument { template: &hash, template_id: &template.id, release, year };
            let id = tx.insert_document(new)?;
            tx.subject(id);
            tx.detail("template", template.id.as_str());
            tx.detail("template_version", template.version.as_str());
            tx.detail("template_sha256", hash.as_str());
            if let Some(release) = release {
                let name = tx.release(release)?.name;
                tx.detail("release", name);
            }
            write(tx, id, &template, release, &Map::new(), &content)?;
            if let Some(release) = release {
                dossiers::sum_up_release(tx, release)?;
            }
            Ok(id)
        })?;
        Ok(id)
    }

    /// The documents that fit, last changed first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn list(&self, filter: &Filter) -> Result<Vec<DocumentSummary>> {
        self.storage.list(filter)
    }

    /// A document with its content, and which of it comes from its release.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn show(&self, id: DocumentId) -> Result<Shown> {
        Ok(Shown::of(self.loaded(id)?))
    }

    /// Merges content into a draft and returns the places that changed. `null` empties a field, a list replaces the
    /// rows of a table.
    ///
    /// # Errors
    /// Unknown or mistyped fields, all listed; the document is no draft any more. Then nothing changes.
    pub fn fill(&mut self, id: DocumentId, changes: Map<String, Value>) -> Result<Vec<String>> {
        let act = act(&self.environment, "document.fill");
        Ok(self.storage.transact(act, |tx| merge(tx, id, "", changes))?.0)
    }

    /// Every problem of a document with its place.
    ///
    /// # Errors
    /// There is no such document, or it is damaged.
    pub fn check(&self, id: DocumentId) -> Result<Findings> {
        let loaded = self.loaded(id)?;
        let mut found = findings(&self.environment, &loaded)?;
        let unfit = self.storage.unfit(id)?;
        found.issues.splice(0..0, form::unfit_issues(&loaded.template, &unfit));
        Ok(found)
    }

    /// The document as a file.
    ///
    /// # Errors
    /// There is no such document; it does not fit the format.
    pub fn export(&self, id: DocumentId, format: Format, options: Options) -> Result<Exported> {
        let loaded = self.loaded(id)?;
        if let Some(thawed) = loaded.thawed.as_ref().filter(|_| !options.blank) {
            return control::exported(&self.storage, &self.environment, thawed, format, options);
        }
        let settings = self.settings()?;
        let job = Job {
            template: &loaded.template,
            document: &loaded.document()?,
            facts: &values(&loaded.facts),
            settings: &settings,
            environment: &self.environment,
            options: as_set(options, &loaded.template, &settings),
            year: loaded.record.year,
            provisional_number: Some(loaded.number()),
            marks: Marks::default(),
        };
        paper::export(&job, format)
    }

    /// A document as it stands; the sign-off rows of a draft are those of the policy that holds now.
    fn loaded(&self, id: DocumentId) -> Result<Loaded> {
        let mut loaded = load(&self.storage, id)?;
        if loaded.thawed.is_none() {
            control::foresee(self, &mut loaded)?;
        }
        Ok(loaded)
    }

    /// The settings of the data folder.
    ///
    /// # Errors
    /// They are damaged.
    pub fn settings(&self) -> Result<Settings> {
        stored_settings(&self.storage)
    }

    /// Stores the settings as they are.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_settings(&mut self, settings: &Settings) -> Result<()> {
        let act = act(&self.environment, "settings.set");
        self.storage.transact(act, |tx| write_settings(tx, settings))?;
        Ok(())
    }

    /// Changes what `changes` mentions and returns the settings as they are then.
    ///
    /// # Errors
    /// Unknown or mistyped settings, all listed; then nothing changes.
    pub fn change_settings(&mut self, changes: &Value) -> Result<Settings> {
        let act = act(&self.environment, "settings.set");
        let (settings, _) = self.storage.transact(act, |tx| {
            let settings = stored_settings(tx)?.merged(changes)?;
            write_settings(tx, &settings)?;
            Ok(settings)
        })?;
        Ok(settings)
    }
}

/// A file from content that is stored nowhere.
///
/// # Errors
/// No such template; unknown or mistyped fields, all listed; the content does not fit the format.
pub fn render(
    environment: &Environment,
    template_id: &str,
    content: Map<String, Value>,
    settings: &Settings,
    format: Format,
    options: Options,
) -> Result<Exported> {
    let library = library(environment)?;
    let template = library.get(template_id)?;
    let document = accept(template, &Map::new(), content)?;
    let options = as_set(options, template, settings);
    let year = environment.now().year();
    let facts = &Map::new();
    let job = Job {
        template,
        document: &document,
        facts,
        settings,
        environment,
        options,
        year,
        provisional_number: None,
        marks: Marks::default(),
    };
    paper::export(&job, format)
}

/// The templates of the program.
///
/// # Errors
/// Its folder of templates is missing.
pub fn library(environment: &Environment) -> Result<Library> {
    Library::open(std::slice::from_ref(&environment.resources()?.templates))
}

/// What is asked for, and what the settings always ask for.
fn as_set(options: Options, template: &Template, settings: &Settings) -> Options {
    let front = match settings.documents.front_matter.get(&template.id) {
        Some(true) => Front::Always,
        Some(false) => Front::Never,
        None => Front::Auto,
    };
    Options {
        front: if options.front == Front::Auto { front } else { options.front },
        binding_line: options.binding_line || settings.print.binding_line,
        duplex: options.duplex || settings.print.duplex,
        ..options
    }
}

fn act<'a>(environment: &'a Environment, action: &'a str) -> Act<'a> {
    Act { at: environment.now(), actor: environment.user(), action }
}

fn load(storage: &Storage, id: DocumentId) -> Result<Loaded> {
    let record = storage.document(id)?;
    if record.status != Status::Draft
        && let Some(revision) = control::shown_revision(storage, &record)?
    {
        return frozen(storage, record, thaw(storage, revision)?);
    }
    let template = with_patterns(kept_template(storage, &record)?, storage)?;
    let (release, facts) = match record.release {
        Some(release) => {
            let release = storage.release(release)?;
            (Some(release.name), release.facts)
        }
        None => (None, Facts::new()),
    };
    let (content, carried) = with_facts(&template, &record.content, &values(&facts));
    Ok(Loaded { record, template, release, facts, content, carried, thawed: None })
}

/// What a document is since it was submitted.
fn frozen(storage: &Storage, record: DocumentRecord, thawed: Thawed) -> Result<Loaded> {
    let release = record.release.map(|release| storage.release(release)).transpose()?;
    Ok(Loaded {
        record: DocumentRecord { content: thawed.content.clone(), ..record },
        template: thawed.template.clone(),
        release: release.map(|release| release.name),
        facts: Facts::new(),
        content: thawed.content.clone(),
        carried: Vec::new(),
        thawed: Some(thawed),
    })
}

/// The template with the number patterns that the organisation has set in place of its own.
fn with_patterns(mut template: Template, storage: &Storage) -> Result<Template> {
    let documents = storage.setting_group("documents")?;
    let Some(patterns) = documents.as_ref().and_then(|documents| documents.get("number_patterns")?.as_object()) else {
        return Ok(template);
    };
    let own = |pattern: &str| patterns.get(pattern).and_then(Value::as_str).map(str::to_owned);
    for field in &mut template.fields {
        if let Kind::Number { pattern } = &mut field.kind
            && let Some(set) = own(pattern)
        {
            *pattern = set;
        }
    }
    if let Some(set) = own(&template.number) {
        template.number = set;
    }
    Ok(template)
}

fn not_a_draft(id: DocumentId, status: Status) -> Error {
    Error::new(Code::BadRequest, format!("文档 `{id}` 已是“{}”，不能再改", status.label()))
        .hint("只有草稿可以填写；需要改动时请建立新版本")
}

/// What values and fonts say of a document; texts that are no values are told apart.
fn findings(environment: &Environment, loaded: &Loaded) -> Result<Findings> {
    let document = loaded.document()?;
    let facts = values(&loaded.facts);
    let mut issues = document::check(&document, &loaded.template, &facts);
    let values = Values::new(&document, &loaded.template, &facts);
    issues.extend(paper::glyphs::unprintable(environment, &loaded.template, &values)?);
    let mut warnings = document::advise(&document, &loaded.template, &facts);
    warnings.extend(facts::deviations(&loaded.template, &loaded.record.content, &loaded.facts));
    Ok(Findings { issues, warnings })
}

/// The template as it was when the document was begun.
fn kept_template(storage: &Storage, record: &DocumentRecord) -> Result<Template> {
    parse_template(storage, &record.template, &record.id.to_string())
}

/// A kept template by its hash; `of` names what was written with it.
fn parse_template(storage: &Storage, hash: &str, of: &str) -> Result<Template> {
    let kept = storage.template(hash)?;
    Template::parse(&kept.text, &format!("{}/template.toml", kept.id)).map_err(|error| {
        let message = format!("文档 `{of}` 的模板 `{}`（{}）不能再读取", kept.id, kept.version);
        Error { message, ..error }
    })
}

/// Merges content into a draft within a transaction and returns the places that changed. `step` names the step of undo.
fn merge(tx: &mut Transaction<'_>, id: DocumentId, step: &str, changes: Map<String, Value>) -> Result<Vec<String>> {
    let (before, after) = editing::change(tx, id, |template, typed, _| {
        let first = changes.keys().next().cloned();
        let mut unfit = typed.unfit;
        // What is filled anew takes the place of the texts that could not be read.
        unfit.retain(|path, _| form::Path::parse(path).is_none_or(|path| !changes.contains_key(path.field())));
        let content = accept(template, &typed.content, changes)?.into_content();
        Ok((form::Typed { content, unfit }, editing::mark(template, step, first.as_deref())))
    })?;
    Ok(difference::difference(&before, &after).keys().cloned().collect())
}

/// Stores content that has been accepted, and everything that follows from it.
fn write(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    template: &Template,
    release: Option<ReleaseId>,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) -> Result<()> {
    let changes = difference::difference(old, new);
    let changes_nothing = changes.is_empty();
    if !changes_nothing {
        tx.detail("changes", changes);
    }
    let Some(release) = release else { return put(tx, id, template, new, &Facts::new(), None) };
    let before = tx.release(release)?;
    let old_name = releases::own_name(&before.facts);
    let facts = facts::after_typing(template, id, old, new, before.facts);
    let shared = tx.set_facts(release, &facts)?;
    put(tx, id, template, new, &facts, Some(&before.name))?;
    if shared {
        // The other drafts show other values now: they are found by them, and may be named after them.
        let is_draft = |other: &DocumentRecord| other.id != id && other.status == Status::Draft;
        for other in tx.documents_of(release)?.into_iter().filter(is_draft) {
            let template = kept_template(tx, &other)?;
            let (content, _) = with_facts(&template, &other.content, &values(&facts));
            tx.set_title(other.id, &title(&template, &content))?;
            tx.index_document(other.id, &dossiers::words(&template, &content, Some(&before.name)))?;
            dossiers::sum_up(tx, other.id, &template, &other.content, &facts)?;
        }
        releases::rename(tx, release, &before.name, old_name.as_deref(), &facts)?;
    }
    if shared || !changes_nothing {
        dossiers::sum_up_release(tx, release)?;
    }
    Ok(())
}

fn put(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    template: &Template,
    own: &Map<String, Value>,
    facts: &Facts,
    release: Option<&str>,
) -> Result<()> {
    let (content, _) = with_facts(template, own, &values(facts));
    if tx.set_content(id, &title(template, &content), own)? {
        tx.index_document(id, &dossiers::words(template, &content, release))?;
    }
    dossiers::sum_up(tx, id, template, own, facts)
}

/// What the list calls a document: the form, then product and version where they are known.
fn title(template: &Template, content: &Map<String, Value>) -> String {
    let known = |key: &str| {
        let field = template.fields.iter().find(|field| field.carries.as_deref() == Some(key))?;
        content.get(&field.id)?.as_str()
    };
    let about: Vec<&str> = ["release.product_name", "release.version"].into_iter().filter_map(known).collect();
    if about.is_empty() { template.title.clone() } else { format!("{} · {}", template.title, about.join(" ")) }
}

/// Content with changes merged into it; unknown and mistyped fields are refused, all listed.
fn accept(template: &Template, old: &Map<String, Value>, changes: Map<String, Value>) -> Result<Document> {
    let mut content = old.clone();
    document::merge(&mut content, changes, template);
    document::validate(&Draft { template: template.id.clone(), content }, template).map_err(|issues| {
        Error::new(Code::InvalidContent, format!("内容有 {} 处不能接受", issues.len()))
            .hint(format!("请逐处改正后重试；可用 `dossier template show {}` 查看有哪些字段", template.id))
            .issues(issues)
    })
}

/// The facts alone, without where they come from.
fn values(facts: &Facts) -> Map<String, Value> {
    facts.iter().map(|(key, fact)| (key.clone(), fact.value.clone())).collect()
}

impl Loaded {
    fn document(&self) -> Result<Document> {
        accept(&self.template, &self.record.content, Map::new())
    }

    /// Official, else the provisional one of a draft: 草-2026-012（临时号）.
    fn number(&self) -> String {
        let record = &self.record;
        record.number.clone().unwrap_or_else(|| {
            let id = record.id.to_string();
            format!("草-{}-{}（临时号）", record.year, id.trim_start_matches('D'))
        })
    }
}

fn stored_settings(storage: &Storage) -> Result<Settings> {
    Settings::from_json(&Value::Object(storage.setting_groups()?)).map_err(|error| Error {
        code: Code::DamagedDatabase,
        message: format!("保存的设置已损坏：{}", error.message),
        ..error
    })
}

fn write_settings(tx: &mut Transaction<'_>, settings: &Settings) -> Result<()> {
    let old = stored_settings(tx)?.to_json();
    let new = settings.to_json();
    tx.detail("changes", difference::difference(&old, &new));
    tx.put_settings(&new)
}
