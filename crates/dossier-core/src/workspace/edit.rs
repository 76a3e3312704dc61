//! Documents in the window: opening, editing, undoing.

use serde_json::{Map, Value};

use super::patch::{self, Direction, Typed, patch, same_ends};
use super::{Loaded, Workspace, accept, act, kept_template, load, provisional_number, values, write};
use crate::document::Values;
use crate::form::{
    self, DocumentHead, Edit, Edited, Form, HistoryEntry, Known, Letterhead, Opened, Path, State, Stored, Undone,
};
use crate::settings::Logo;
use crate::storage::{DocumentId, DocumentRecord, NewStep, Status, Transaction, UndoStep};
use crate::template::Template;
use crate::workspace::facts;
use crate::{Code, Error, Result, export};

/// Typing that goes on at one place within so many seconds is one step of undo.
const TYPING_SECONDS: i64 = 3;
/// So many cells of a table are told one by one; more are told as the whole table.
const FEW_CELLS: usize = 60;

impl Workspace {
    /// A document with everything that the window shows of it.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn open_document(&self, id: DocumentId) -> Result<Opened> {
        let loaded = load(&self.storage, id)?;
        let form = Form::of(&loaded.template);
        let state = self.state_of(&loaded, &form)?;
        let settings = self.settings()?;
        let template = &loaded.template;
        let form_number = settings.documents.form_numbers.get(&template.id).unwrap_or(&template.form_number);
        Ok(Opened {
            head: DocumentHead {
                id,
                release: loaded.record.release,
                template: template.id.clone(),
                status: loaded.record.status,
                read_only: read_only(loaded.record.status),
            },
            letterhead: Letterhead {
                organisation: settings.organisation.name.clone(),
                logo: settings.organisation.logo.as_ref().map(Logo::to_data_url),
                form_number: form_number.clone(),
                form_version: template.version.clone(),
                classification: settings.documents.classification.clone(),
            },
            form,
            content: loaded.document()?.into_content(),
            unfit: self.storage.unfit(id)?,
            state,
        })
    }

    /// Changes a draft: several edits are one step of undo.
    ///
    /// # Errors
    /// An edit names no place of the form, or one that is printed; the document is no draft any more. Then nothing
    /// changes. What cannot be read as its field's kind is no error: it is kept as typed.
    pub fn edit(&mut self, id: DocumentId, edits: &[Edit]) -> Result<Edited> {
        self.edit_as(id, edits, "document.edit", Map::new())
    }

    /// Like [`Self::edit`], told in the audit log as another action with more to say.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub fn edit_as(
        &mut self,
        id: DocumentId,
        edits: &[Edit],
        action: &str,
        details: Map<String, Value>,
    ) -> Result<Edited> {
        let act = act(&self.environment, action);
        let ((before, after, touched), _) = self.storage.transact(act, |tx| {
            let draft = Draft::of(tx, id)?;
            let facts = release_facts(tx, &draft.record)?;
            let applied = form::apply(&draft.template, &facts, &draft.typed.content, &draft.typed.unfit, edits)?;
            let content = accept(&draft.template, &Map::new(), applied.content)?.into_content();
            let after = Typed { content, unfit: applied.unfit };
            details.into_iter().for_each(|(key, value)| tx.detail(&key, value));
            let label = if action == IMPORT { format!("导入{}", applied.label) } else { applied.label };
            let step = Step { label: &label, focus: applied.focus.as_deref(), typing: applied.typing.as_deref() };
            draft.change(tx, &after, &step)?;
            Ok((draft.typed, after, applied.touched))
        })?;
        self.edited(id, &before, &after, &touched)
    }

    /// Undoes the last step that is not undone yet.
    ///
    /// # Errors
    /// The document is no draft any more, or damaged.
    pub fn undo(&mut self, id: DocumentId) -> Result<Undone> {
        self.step(id, "document.undo", Direction::Back)
    }

    /// Does again what was undone last.
    ///
    /// # Errors
    /// The document is no draft any more, or damaged.
    pub fn redo(&mut self, id: DocumentId) -> Result<Undone> {
        self.step(id, "document.redo", Direction::Forth)
    }

    fn step(&mut self, id: DocumentId, action: &str, direction: Direction) -> Result<Undone> {
        let act = act(&self.environment, action);
        let ((before, after, focus), _) = self.storage.transact(act, |tx| {
            let draft = Draft::of(tx, id)?;
            let step = match direction {
                Direction::Back => tx.step_to_undo(id)?,
                Direction::Forth => tx.step_to_redo(id)?,
            };
            let Some(step) = step else { return Ok((draft.typed.clone(), draft.typed, None)) };
            let after = patch::apply(&draft.typed, &step.patch, direction).ok_or_else(|| {
                Error::new(Code::DamagedDatabase, format!("文档 `{id}` 的撤销记录和它的内容对不上，没有撤销"))
                    .hint("内容没有变；可以继续填写")
            })?;
            // What was valid then is valid now: the template is that of the document.
            let content = accept(&draft.template, &Map::new(), after.content)?.into_content();
            let after = Typed { content, unfit: after.unfit };
            tx.detail("step", step.label.as_str());
            draft.store(tx, &after)?;
            tx.mark_step(id, &step, direction == Direction::Back)?;
            Ok((draft.typed, after, step.focus.or(Some(String::new()))))
        })?;
        let edited = self.edited(id, &before, &after, &[])?;
        Ok(Undone { edited, focus: focus.filter(|focus| !focus.is_empty()) })
    }

    /// Who changed what, newest first: every change of a document with the values before and after as printed.
    ///
    /// # Errors
    /// There is no such document.
    pub fn history(&self, id: DocumentId) -> Result<Vec<HistoryEntry>> {
        let record = self.storage.document(id)?;
        let template = kept_template(&self.storage, &record)?;
        let log = self.storage.audit(Some(&id.to_string()))?;
        Ok(super::history::history(&log, &template, &self.environment))
    }

    fn edited(&self, id: DocumentId, before: &Typed, after: &Typed, touched: &[String]) -> Result<Edited> {
        let loaded = load(&self.storage, id)?;
        let form = Form::of(&loaded.template);
        let state = self.state_of(&loaded, &form)?;
        let values = changed_values(&before.content, &after.content, touched);
        Ok(Edited { values, unfit: after.unfit.clone(), state })
    }

    fn state_of(&self, loaded: &Loaded, form: &Form) -> Result<State> {
        let document = loaded.document()?;
        let facts = values(&loaded.facts);
        let id = loaded.record.id;
        let resolved = Values::new(&document, &loaded.template, &facts);
        let (undo, redo) = self.storage.undo_labels(id)?;
        let saved_at = self.environment.local_moment(&loaded.record.updated_at);
        let known = Known {
            form,
            template: &loaded.template,
            document: &document,
            facts: &facts,
            unfit: &self.storage.unfit(id)?,
            issues: &export::glyphs::unprintable(&self.environment, &loaded.template, &resolved)?,
            warnings: &facts::deviations(&loaded.template, &loaded.record.content, &loaded.facts),
        };
        let stored = Stored {
            sequence: self.storage.last_audit()?,
            saved_at: saved_at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default(),
            status: loaded.record.status,
            provisional_number: provisional_number(&loaded.record),
            undo,
            redo,
        };
        Ok(form::state(&known, stored))
    }
}

/// The action under which workbooks are read.
const IMPORT: &str = "document.import";

/// A draft within a transaction, as it is before it is changed.
pub(super) struct Draft {
    pub record: DocumentRecord,
    pub template: Template,
    pub typed: Typed,
}

/// What people read of a step, and where it leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub label: &'a str,
    pub focus: Option<&'a str>,
    /// The one place that was typed into.
    pub typing: Option<&'a str>,
}

impl Draft {
    /// The draft of an id; also names it as what the transaction is about.
    pub(super) fn of(tx: &mut Transaction<'_>, id: DocumentId) -> Result<Self> {
        let record = tx.document(id)?;
        if record.status != Status::Draft {
            let label = record.status.label();
            return Err(Error::new(Code::BadRequest, format!("文档 `{id}` 已是“{label}”，不能再改"))
                .hint("只有草稿可以填写；需要改动时请建立新版本"));
        }
        let template = kept_template(tx, &record)?;
        let typed = Typed { content: record.content.clone(), unfit: tx.unfit(id)? };
        tx.subject(id);
        Ok(Self { record, template, typed })
    }

    /// Stores what has become of the draft, and how to get back.
    pub(super) fn change(&self, tx: &mut Transaction<'_>, after: &Typed, step: &Step<'_>) -> Result<()> {
        let id = self.record.id;
        let Some(patch) = patch(&self.typed, after) else { return Ok(()) };
        match self.goes_on(tx, step)? {
            Some((last, start)) => tx.extend_step(id, &last, patch::patch(&start, after).as_ref())?,
            None => {
                let Step { label, focus, typing } = *step;
                tx.push_step(id, &NewStep { label, focus, typing, patch: &patch })?;
            }
        }
        self.store(tx, after)
    }

    /// The last step and what it began with, where typing at one place just goes on.
    fn goes_on(&self, tx: &Transaction<'_>, step: &Step<'_>) -> Result<Option<(UndoStep, Typed)>> {
        let (Some(place), Some(last)) = (step.typing, tx.step_to_undo(self.record.id)?) else { return Ok(None) };
        let passed = tx.at() - last.at;
        if last.typing.as_deref() != Some(place) || !(0..=TYPING_SECONDS).contains(&passed.num_seconds()) {
            return Ok(None);
        }
        let start = patch::apply(&self.typed, &last.patch, Direction::Back);
        Ok(start.map(|start| (last, start)))
    }

    fn store(&self, tx: &mut Transaction<'_>, after: &Typed) -> Result<()> {
        let DocumentRecord { id, release, .. } = self.record;
        let unfit = super::difference::difference(&as_values(&self.typed), &as_values(after));
        if tx.set_unfit(id, &after.unfit)? {
            tx.detail("unfit", unfit);
            tx.touch(id)?;
            if let Some(release) = release {
                super::dossiers::sum_up_release(tx, release)?;
            }
        }
        write(tx, id, &self.template, release, &self.typed.content, &after.content)
    }
}

/// What cannot be read, as values by their whole path.
fn as_values(typed: &Typed) -> Map<String, Value> {
    typed.unfit.iter().map(|(path, text)| (path.clone(), Value::String(text.clone()))).collect()
}

/// Replaces fields of a draft as a whole: what could not be read there is replaced with them.
pub(super) fn replace(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    changes: Map<String, Value>,
    label: &str,
) -> Result<Vec<String>> {
    let draft = Draft::of(tx, id)?;
    let mut unfit = draft.typed.unfit.clone();
    unfit.retain(|path, _| Path::parse(path).is_none_or(|place| !changes.contains_key(place.field())));
    let content = accept(&draft.template, &draft.typed.content, changes)?.into_content();
    let difference = super::difference::difference(&draft.typed.content, &content);
    let changed: Vec<String> = difference.keys().cloned().collect();
    let after = Typed { content, unfit };
    let first = changed.first().map(|path| form::place_label(path, &draft.template)).unwrap_or_default();
    let what =
        if changed.len() > 1 { format!("{label}{first}等 {} 处", changed.len()) } else { format!("{label}{first}") };
    let focus = changed.first().map(String::as_str);
    draft.change(tx, &after, &Step { label: &what, focus, typing: None })?;
    Ok(changed)
}

fn release_facts(tx: &Transaction<'_>, record: &DocumentRecord) -> Result<Map<String, Value>> {
    Ok(match record.release {
        Some(release) => values(&tx.release(release)?.facts),
        None => Map::new(),
    })
}

fn read_only(status: Status) -> Option<String> {
    (status != Status::Draft).then(|| format!("已是“{}”，内容不再改动。需要改动时请建立新版本。", status.label()))
}

/// What stands where something changed or was typed: cell by cell where few did, else whole tables.
fn changed_values(old: &Map<String, Value>, new: &Map<String, Value>, touched: &[String]) -> Map<String, Value> {
    let mut found = Map::new();
    let added = new.keys().filter(|key| !old.contains_key(*key));
    for key in old.keys().chain(added) {
        let (before, after) = (old.get(key), new.get(key));
        if before == after {
            continue;
        }
        match (before, after) {
            (Some(Value::Array(before)), Some(Value::Array(after)))
                if before.len() == after.len() && before.iter().chain(after).all(Value::is_object) =>
            {
                match changed_cells(key, before, after) {
                    Some(cells) => found.extend(cells),
                    None => drop(found.insert(key.clone(), Value::Array(after.clone()))),
                }
            }
            (_, after) => drop(found.insert(key.clone(), after.cloned().unwrap_or(Value::Null))),
        }
    }
    // What was typed may have been brought into another form without changing what is stored.
    for path in touched {
        let Some(place) = Path::parse(path).filter(|place| !found.contains_key(place.field())) else { continue };
        let value = match place {
            Path::Field(field) => new.get(field),
            Path::Row { table, row } => new.get(table).and_then(|rows| rows.get(row)),
            Path::Cell { table, row, column } => new.get(table).and_then(|rows| rows.get(row)?.get(column)),
        };
        let is_table = matches!(place, Path::Field(_))
            && value.is_some_and(|value| value.as_array().is_some_and(|rows| rows.iter().any(Value::is_object)));
        // A table that was only looked through is not told again.
        if !is_table {
            found.insert(path.clone(), value.cloned().unwrap_or(Value::Null));
        }
    }
    found
}

fn changed_cells(table: &str, old: &[Value], new: &[Value]) -> Option<Map<String, Value>> {
    let (head, tail) = same_ends(old, new);
    let mut cells = Map::new();
    for row in head..old.len() - tail {
        let (Some(before), Some(after)) = (old[row].as_object(), new[row].as_object()) else { continue };
        let added = after.keys().filter(|column| !before.contains_key(*column));
        for column in before.keys().chain(added).filter(|column| before.get(*column) != after.get(*column)) {
            if cells.len() == FEW_CELLS {
                return None;
            }
            let value = after.get(column).cloned().unwrap_or(Value::Null);
            cells.insert(format!("{table}[{row}].{column}"), value);
        }
    }
    Some(cells)
}
