//! Editing as a window does it: every change is stored, every change can be undone, also tomorrow.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::{Map, Value};

use super::{Loaded, Workspace, act, findings, kept_template, not_a_draft, stored_settings, values, write};
use crate::carried::with_facts;
use crate::document::{Delta, Direction, Values};
use crate::form::{
    self, DocumentHead, Edit, Edited, Form, Letterhead, Opened, Path, Situation, State, Typed, Undone, label_of,
};
use crate::settings::Logo;
use crate::storage::{DocumentId, ReleaseId, RevisionState, Status, Step, Storage, Transaction};
use crate::template::Template;
use crate::{Code, Error, Result};

/// Changes of one place within this many seconds are one step of undo.
const ONE_STEP: i64 = 3;

/// The action under which workbooks are read.
const IMPORT: &str = "document.import";

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
        let unfit = self.storage.unfit(id)?;
        self.opened(self.loaded(id)?, unfit)
    }

    /// A revision with the form of its day, its signatures in their places: to be read, whatever the document is now.
    ///
    /// # Errors
    /// There is no such revision, or it is damaged.
    pub fn open_revision(&self, id: DocumentId, revision: Option<&str>) -> Result<Opened> {
        let loaded = super::frozen(&self.storage, self.storage.document(id)?, self.thawed(id, revision)?)?;
        self.opened(loaded, BTreeMap::new())
    }

    fn opened(&self, loaded: Loaded, unfit: BTreeMap<String, String>) -> Result<Opened> {
        let settings = match &loaded.thawed {
            Some(thawed) => thawed.settings.clone(),
            None => stored_settings(&self.storage)?,
        };
        let form = Form::of(&loaded.template);
        let template = &loaded.template;
        let letterhead = Letterhead {
            organisation: settings.organisation.name.clone(),
            logo: settings.organisation.logo.as_ref().map(Logo::to_data_url),
            form_number: settings.documents.form_numbers.get(&template.id).unwrap_or(&template.form_number).clone(),
            form_version: template.version.clone(),
            classification: settings.documents.classification.clone(),
        };
        let own = loaded.read_only();
        let out = if own.is_none() { self.storage.handed_over(loaded.record.id)? } else { None };
        let second = self.storage.second_versions(Some(loaded.record.id))?.into_iter().next();
        let head = DocumentHead {
            id: loaded.record.id,
            release: loaded.record.release,
            template: template.id.clone(),
            status: loaded.record.status,
            read_only: own.or_else(|| out.as_ref().map(super::exchange::told)),
            handed_over: out.map(|out| out.recipient),
            second_from: second.map(|second| second.sender),
        };
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
        let ((before, after), _) = self.storage.transact(act, |tx| {
            for (key, value) in details {
                tx.detail(&key, value);
            }
            change(tx, id, |template, typed, facts| {
                let mut mark = mark_of(template, edits);
                if action == IMPORT {
                    mark.label = format!("导入 {}", mark.label);
                }
                let base = |table: &str| base_rows(template, facts, table);
                Ok((form::apply(template, base, typed, edits)?, mark))
            })
        })?;
        let loaded = self.loaded(id)?;
        self.edited(&loaded, touched(&before, &after, edits))
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
            let old = Typed { content: record.content, unfit: tx.unfit(id)? };
            store(tx, id, &template, record.release, (&old, &Typed { content, unfit }))?;
            tx.set_step_cursor(id, if direction == Direction::Back { cursor - 1 } else { number })?;
            Ok(Some((delta.touched().map(str::to_owned).collect::<Vec<_>>(), step.focus)))
        })?;
        let loaded = self.loaded(id)?;
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
        let found = findings(&self.environment, loaded)?;
        let (undo, redo) = self.storage.step_labels(loaded.record.id)?;
        let carried = loaded.carried.iter().filter(|id| loaded.template.table(id).is_some());
        let carried_rows = carried.map(|id| (id.clone(), rows_of(loaded.content.get(id)))).collect();
        let situation = Situation {
            sequence: self.storage.sequence()?,
            saved_at: self.environment.local_second(&loaded.record.updated_at),
            status: loaded.record.status,
            number: loaded.number(),
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

/// Changes what was typed into a draft, records the step, and returns its content before and after.
pub(super) fn change(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    body: impl FnOnce(&Template, Typed, &Map<String, Value>) -> Result<(Typed, Mark)>,
) -> Result<(Map<String, Value>, Map<String, Value>)> {
    let (record, template) = draft(tx, id)?;
    let facts = match record.release {
        Some(release) => values(&tx.release(release)?.facts),
        None => Map::new(),
    };
    let old = Typed { content: record.content, unfit: tx.unfit(id)? };
    let (new, mark) = body(&template, old.clone(), &facts)?;
    let new = Typed { content: super::accept(&template, &new.content, Map::new())?.into_content(), ..new };
    tx.subject(id);
    record_step(tx, id, &old, &new, mark)?;
    store(tx, id, &template, record.release, (&old, &new))?;
    Ok((old.content, new.content))
}

/// Stores what was typed, values and texts that are none, and tells the audit log of both.
fn store(
    tx: &mut Transaction<'_>,
    id: DocumentId,
    template: &Template,
    release: Option<ReleaseId>,
    (old, new): (&Typed, &Typed),
) -> Result<()> {
    if old.unfit != new.unfit {
        let texts =
            |typed: &Typed| typed.unfit.iter().map(|(path, text)| (path.clone(), text.as_str().into())).collect();
        // Paths have dots in them: they are compared as they are.
        tx.detail("unfit", super::difference::difference(&texts(old), &texts(new)));
        tx.set_unfit(id, &new.unfit)?;
        tx.touch(id)?;
        if let Some(release) = release {
            super::dossiers::sum_up_release(tx, release)?;
        }
    }
    write(tx, id, template, release, &old.content, &new.content)
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
            // Typed and taken back at once: there is nothing to undo.
            if delta.is_empty() {
                return tx.drop_last_step(id);
            }
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
        return Err(not_a_draft(id, record.status));
    }
    super::exchange::refuse_handed_over(storage, id)?;
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
pub(super) fn base_rows(template: &Template, facts: &Map<String, Value>, table: &str) -> Vec<Map<String, Value>> {
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

/// So many cells of a table are told one by one; of more the whole table is told.
const FEW_CELLS: usize = 60;

/// What stands now where something was typed or has changed with it: the blanks of an option, rows that were taken over.
/// A table that many cells of changed is told as a whole.
fn touched(before: &Map<String, Value>, after: &Map<String, Value>, edits: &[Edit]) -> Map<String, Value> {
    let mut values = Map::new();
    let added = after.keys().filter(|id| !before.contains_key(*id));
    for id in before.keys().chain(added) {
        let (old, new) = (before.get(id), after.get(id));
        if old == new {
            continue;
        }
        let cells = match (old.and_then(Value::as_array), new.and_then(Value::as_array)) {
            (Some(old), Some(new)) if old.len() == new.len() => changed_cells(id, old, new),
            _ => None,
        };
        match cells {
            Some(cells) => values.extend(cells),
            None => drop(values.insert(id.clone(), new.cloned().unwrap_or(Value::Null))),
        }
    }
    // What was typed may have been brought into its form without changing what is stored.
    for edit in edits {
        let Edit::Set { path, .. } = edit else { continue };
        let value = match Path::parse(path) {
            Some(Path::Cell { table, .. }) if values.contains_key(&table) => continue,
            Some(Path::Cell { table, row, column }) => {
                after.get(&table).and_then(|rows| rows.get(row)?.get(&column)).cloned()
            }
            _ => after.get(path).cloned(),
        };
        values.insert(path.clone(), value.unwrap_or(Value::Null));
    }
    values
}

/// The cells in which two tables of the same length differ; `None` where they are many, or no rows.
fn changed_cells(table: &str, old: &[Value], new: &[Value]) -> Option<Map<String, Value>> {
    let mut cells = Map::new();
    for (row, (old, new)) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
        let (old, new) = (old.as_object()?, new.as_object()?);
        let added = new.keys().filter(|column| !old.contains_key(*column));
        for column in old.keys().chain(added).filter(|column| old.get(*column) != new.get(*column)) {
            if cells.len() == FEW_CELLS {
                return None;
            }
            cells.insert(format!("{table}[{row}].{column}"), new.get(column).cloned().unwrap_or(Value::Null));
        }
    }
    Some(cells)
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

impl Loaded {
    /// Why the document cannot be changed; none for a draft.
    fn read_only(&self) -> Option<String> {
        let (revision, status) = match &self.thawed {
            // Of a revision that was sent back nothing is left to be signed; the draft is another one.
            Some(thawed) if thawed.record.state == RevisionState::Returned => {
                return Some(format!("{} 已退回，内容不再改动", thawed.record.revision));
            }
            Some(thawed) => (thawed.record.revision.as_str(), thawed.record.state.status()),
            None if self.record.status == Status::Draft => return None,
            None => (self.record.revision.as_deref().unwrap_or_default(), self.record.status),
        };
        Some(match status {
            Status::InReview => format!("已提交 {revision}，内容不再改动"),
            Status::Obsolete => format!("{revision} 已作废，内容不再改动"),
            status => format!("{revision} 已是“{}”，内容不再改动", status.label()),
        })
    }
}
