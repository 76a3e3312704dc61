//! Editing as a window does it: every change is stored, every change can be undone, also tomorrow.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::{Map, Value};

use super::{Loaded, Workspace, act, kept_template, load, provisional_number, stored_settings, values, write};
use crate::carried::with_facts;
use crate::document::{Delta, Direction, Values};
use crate::form::{
    self, DocumentHead, Edit, Edited, Form, Letterhead, Opened, Path, Situation, State, Typed, Undone, label_of,
};
use crate::settings::Logo;
use crate::storage::{DocumentId, Status, Step, Storage, Transaction};
use crate::template::Template;
use crate::{Code, Error, Result};

/// Changes of one place within this many seconds are one step of undo.
const ONE_STEP: i64 = 3;

/// What a step of undo is called, and where it shows.
pub(super) struct Mark {
    pub label: String,
    pub focus: String,
    /// Whether it may become one step with the one before, if that was at the same place a moment ago.
    pub joins: bool,
}

impl Workspace {
    /// A document with its form and all that is known of it: what a window needs to draw it.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn open_document(&self, id: DocumentId) -> Result<Opened> {
        let loaded = load(&self.storage, id)?;
        let settings = stored_settings(&self.storage)?;
        let form = Form::of(&loaded.template);
        let template = &loaded.template;
        let letterhead = Letterhead {
            organisation: settings.organisation.name.clone(),
            logo: settings.organisation.logo.as_ref().map(Logo::to_data_url),
            form_number: settings.documents.form_numbers.get(&template.id).unwrap_or(&template.form_number).clone(),
            form_version: template.version.clone(),
            classification: settings.documents.classification.clone(),
        };
        let read_only = (loaded.record.status != Status::Draft)
            .then(|| format!("这份文档已是“{}”，内容不再改动", loaded.record.status.label()));
        let head = DocumentHead {
            id,
            release: loaded.record.release,
            template: template.id.clone(),
            status: loaded.record.status,
            read_only,
        };
        let unfit = self.storage.unfit(id)?;
        let state = self.state(&loaded, &form, &unfit)?;
        Ok(Opened { head, form, letterhead, content: loaded.record.content, unfit, state })
    }

    /// Changes a draft place by place, as one step of undo.
    ///
    /// # Errors
    /// A place that there is not or that is fixed; the document is no draft. Then nothing changes.
    pub fn edit(&mut self, id: DocumentId, edits: &[Edit]) -> Result<Edited> {
        self.edit_as(id, edits, "document.edit", Map::new())
    }

    /// Like [`edit`](Self::edit), under another name in the audit log and with more to tell there.
    ///
    /// # Errors
    /// As [`edit`](Self::edit).
    pub fn edit_as(
        &mut self,
        id: DocumentId,
        edits: &[Edit],
        action: &str,
        details: Map<String, Value>,
    ) -> Result<Edited> {
        let act = act(&self.environment, action);
        self.storage.transact(act, |tx| {
            for (key, value) in details {
                tx.detail(&key, value);
            }
            change(tx, id, |template, typed, facts| {
                let mark = mark_of(template, edits);
                let base = |table: &str| base_rows(template, facts, table);
                Ok((form::apply(template, base, typed, edits)?, mark))
            })?;
            Ok(())
        })?;
        let loaded = load(&self.storage, id)?;
        let touched = touched(&loaded.record.content, edits);
        self.edited(&loaded, touched)
    }

    /// Takes the last step back.
    ///
    /// # Errors
    /// The document is no draft, or damaged.
    pub fn undo(&mut self, id: DocumentId) -> Result<Undone> {
        self.step(id, Direction::Back)
    }

    /// Takes the step forth again that was taken back last.
    ///
    /// # Errors
    /// The document is no draft, or damaged.
    pub fn redo(&mut self, id: DocumentId) -> Result<Undone> {
        self.step(id, Direction::Forth)
    }

    fn step(&mut self, id: DocumentId, direction: Direction) -> Result<Undone> {
        let action = if direction == Direction::Back { "document.undo" } else { "document.redo" };
        let act = act(&self.environment, action);
        let (gone, _) = self.storage.transact(act, |tx| {
            let cursor = tx.step_cursor(id)?;
            let number = if direction == Direction::Back { cursor } else { cursor + 1 };
            let Some(step) = tx.step(id, number)? else { return Ok(None) };
            let delta: Delta = serde_json::from_value(step.delta).map_err(|_| out_of_step(id))?;
            let (record, template) = draft(tx, id)?;
            let (mut content, mut unfit) = (record.content.clone(), tx.unfit(id)?);
            delta.apply(direction, &mut content, &mut unfit).ok_or_else(|| out_of_step(id))?;
            let content = super::accept(&template, &content, Map::new())?.into_content();
            tx.subject(id);
            write(tx, id, &template, record.release, &record.content, &content)?;
            tx.set_unfit(id, &unfit)?;
            tx.set_step_cursor(id, if direction == Direction::Back { cursor - 1 } else { number })?;
            Ok(Some((delta.touched().map(str::to_owned).collect::<Vec<_>>(), step.focus)))
        })?;
        let loaded = load(&self.storage, id)?;
        let (touched, focus) = gone.map_or((Vec::new(), None), |(touched, focus)| (touched, Some(focus)));
        let values = touched.into_iter().map(|field| {
            let value = loaded.record.content.get(&field).cloned().unwrap_or(Value::Null);
            (field, value)
        });
        Ok(Undone { edited: self.edited(&loaded, values.collect())?, focus })
    }

    fn edited(&self, loaded: &Loaded, values: Map<String, Value>) -> Result<Edited> {
        let unfit = self.storage.unfit(loaded.record.id)?;
        let state = self.state(loaded, &Form::of(&loaded.template), &unfit)?;
        Ok(Edited { values, unfit, state })
    }

    fn state(&self, loaded: &Loaded, form: &Form, unfit: &BTreeMap<String, String>) -> Result<State> {
        let document = loaded.document()?;
        let facts = values(&loaded.facts);
        let found = self.findings(loaded)?;
        let (undo, redo) = self.storage.step_labels(loaded.record.id)?;
        let carried = loaded.carried.iter().filter(|id| loaded.template.table(id).is_some());
        let carried_rows = carried.map(|id| (id.clone(), rows_of(loaded.content.get(id)))).collect();
        let situation = Situation {
            sequence: self.storage.sequence()?,
            saved_at: self.environment.local_second(&loaded.record.updated_at),
            status: loaded.record.status,
            number: provisional_number(&loaded.record),
            unfit,
            issues: found.issues,
            warnings: found.warnings,
            carried_rows,
            undo,
            redo,
        };
        let values = Values::new(&document, &loaded.template, &facts);
        Ok(form::state(&loaded.template, form, &values, situation))
    }
}

/// Changes what was typed into a draft, records the step, and returns the places that changed.
pub(super) fn change(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    body: impl FnOnce(&Template, Typed, &Map<String, Value>) -> Result<(Typed, Mark)>,
) -> Result<Vec<String>> {
    let (record, template) = draft(tx, id)?;
    let facts = match record.release {
        Some(release) => values(&tx.release(release)?.facts),
        None => Map::new(),
    };
    let old = Typed { content: record.content, unfit: tx.unfit(id)? };
    let (new, mark) = body(&template, old.clone(), &facts)?;
    let new = Typed { content: super::accept(&template, &new.content, Map::new())?.into_content(), ..new };
    let changed = super::difference::difference(&old.content, &new.content).keys().cloned().collect();
    tx.subject(id);
    record_step(tx, id, &old, &new, mark)?;
    write(tx, id, &template, record.release, &old.content, &new.content)?;
    if old.unfit != new.unfit {
        let texts = serde_json::to_value(&new.unfit).expect("texts are JSON");
        tx.detail("unfit", texts);
        tx.set_unfit(id, &new.unfit)?;
    }
    Ok(changed)
}

fn record_step(tx: &mut Transaction<'_>, id: DocumentId, old: &Typed, new: &Typed, mark: Mark) -> Result<()> {
    let mut delta = Delta::between((&old.content, &old.unfit), (&new.content, &new.unfit));
    if delta.is_empty() {
        return Ok(());
    }
    let (at, mut joined) = (tx.moment(), false);
    let last = tx.step(id, tx.step_cursor(id)?)?;
    if mark.joins
        && let Some(last) = last.filter(|last| last.focus == mark.focus && is_moments_ago(&last.at, &at))
        && tx.step(id, tx.step_cursor(id)? + 1)?.is_none()
    {
        let before: Delta = serde_json::from_value(last.delta).map_err(|_| out_of_step(id))?;
        let (mut content, mut unfit) = (old.content.clone(), old.unfit.clone());
        if before.apply(Direction::Back, &mut content, &mut unfit).is_some() {
            delta = Delta::between((&content, &unfit), (&new.content, &new.unfit));
            joined = true;
        }
    }
    let delta = serde_json::to_value(&delta).expect("a delta is JSON");
    tx.record_step(id, &Step { at, label: mark.label, focus: mark.focus, delta }, joined)
}

fn is_moments_ago(before: &str, now: &str) -> bool {
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    let passed = moment(now).zip(moment(before)).map(|(now, before)| (now - before).num_seconds());
    passed.is_some_and(|passed| (0..=ONE_STEP).contains(&passed))
}

/// A draft and its template.
fn draft(storage: &Storage, id: DocumentId) -> Result<(crate::storage::DocumentRecord, Template)> {
    let record = storage.document(id)?;
    if record.status != Status::Draft {
        let label = record.status.label();
        return Err(Error::new(Code::BadRequest, format!("文档 `{id}` 已是“{label}”，不能再改"))
            .hint("只有草稿可以填写；需要改动时请建立新版本"));
    }
    let template = kept_template(storage, &record)?;
    Ok((record, template))
}

fn mark_of(template: &Template, edits: &[Edit]) -> Mark {
    let label = match edits {
        [] => String::new(),
        [edit] => edit.label(template),
        [first, rest @ ..] => format!("{}等 {} 处", first.label(template), rest.len() + 1),
    };
    let focus = edits.last().map(Edit::focus).unwrap_or_default();
    let joins = matches!(edits, [Edit::Set { .. }]);
    Mark { label, focus, joins }
}

/// The rows that a table shows while nobody has typed into it: those of the release, else its presets.
fn base_rows(template: &Template, facts: &Map<String, Value>, table: &str) -> Vec<Map<String, Value>> {
    let (content, _) = with_facts(template, &Map::new(), facts);
    match content.get(table) {
        Some(rows) => rows_of(Some(rows)),
        None => template.table(table).map_or_else(Vec::new, |(_, table)| table.presets.clone()),
    }
}

fn rows_of(value: Option<&Value>) -> Vec<Map<String, Value>> {
    let rows = value.and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| row.as_object().cloned()).collect()
}

/// What stands now where something was changed. A table that many rows of changed is told as a whole.
fn touched(content: &Map<String, Value>, edits: &[Edit]) -> Map<String, Value> {
    let mut values = Map::new();
    for edit in edits {
        match edit {
            Edit::Set { path, .. } => {
                let value = match Path::parse(path) {
                    Some(Path::Cell { table, row, column }) => {
                        content.get(&table).and_then(|rows| rows.get(row)?.get(&column)).cloned()
                    }
                    _ => content.get(path).cloned(),
                };
                values.insert(path.clone(), value.unwrap_or(Value::Null));
            }
            Edit::Rows { table, insert, .. } if insert.iter().any(|row| !row.is_empty()) => {
                values.insert(table.clone(), content.get(table).cloned().unwrap_or(Value::Null));
            }
            // What was taken out, moved or put in empty stands there as the window has it.
            Edit::Rows { .. } | Edit::MoveRow { .. } => {}
        }
    }
    values
}

fn out_of_step(id: DocumentId) -> Error {
    Error::new(Code::BadRequest, format!("文档 `{id}` 的这一步不能再撤销或重做"))
        .hint("内容已在别处改过；可以在历史里查看以前的值")
}

/// A step of undo for a change of many places at once.
pub(super) fn mark(template: &Template, label: &str, changed: Option<&str>) -> Mark {
    let place = changed.and_then(Path::parse).map(|path| label_of(template, &path));
    let label = place.filter(|_| label.is_empty()).unwrap_or_else(|| label.to_owned());
    Mark { label, focus: changed.unwrap_or_default().to_owned(), joins: false }
}
