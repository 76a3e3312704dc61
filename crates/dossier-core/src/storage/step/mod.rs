//! Steps of undo, and the texts that are no values.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;
use serde_json::Value;

use super::error::damaged;
use super::{DocumentId, Storage, Transaction};
use crate::Result;

/// So many steps of a document can be undone.
const MOST_STEPS: i64 = 1000;

/// One step of undo.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// UTC
    pub at: String,
    /// What people call it.
    pub label: String,
    /// Where it shows.
    pub focus: String,
    /// What stood before and after, as [`Delta`](crate::document::Delta).
    pub delta: Value,
}

impl Storage {
    /// What was typed into a document and is no value, by path.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unfit(&self, id: DocumentId) -> Result<BTreeMap<String, String>> {
        let mut statement = self.connection.prepare_cached(include_str!("unfit_of.sql"))?;
        let rows = statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many steps of a document are done.
    pub(crate) fn step_cursor(&self, id: DocumentId) -> Result<i64> {
        let mut statement = self.connection.prepare_cached(include_str!("cursor.sql"))?;
        Ok(statement.query_row([id.0], |row| row.get(0))?)
    }

    /// A step by its number.
    pub(crate) fn step(&self, id: DocumentId, number: i64) -> Result<Option<Step>> {
        let mut statement = self.connection.prepare_cached(include_str!("at.sql"))?;
        let found = statement
            .query_row((id.0, number), |row| Ok((row.get(1)?, row.get(2)?, row.get(3)?, row.get::<_, String>(4)?)));
        let Some((at, label, focus, delta)) = found.optional()? else { return Ok(None) };
        let delta = serde_json::from_str(&delta)
            .map_err(|_| damaged(format!("文档 `{id}` 的第 {number} 步撤销记录读不出来")))?;
        Ok(Some(Step { at, label, focus, delta }))
    }

    /// What would be undone and redone now.
    pub(crate) fn step_labels(&self, id: DocumentId) -> Result<(Option<String>, Option<String>)> {
        let cursor = self.step_cursor(id)?;
        let mut statement = self.connection.prepare_cached(include_str!("labels.sql"))?;
        let rows = statement.query_map((id.0, cursor), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let (mut undo, mut redo) = (None, None);
        for row in rows {
            let (number, label) = row?;
            *(if number == cursor { &mut undo } else { &mut redo }) = Some(label);
        }
        Ok((undo, redo))
    }
}

impl Transaction<'_> {
    /// Keeps these texts of a document and no others.
    pub(crate) fn set_unfit(&mut self, id: DocumentId, unfit: &BTreeMap<String, String>) -> Result<()> {
        if self.unfit(id)? == *unfit {
            return Ok(());
        }
        self.connection.prepare_cached(include_str!("clear_unfit.sql"))?.execute([id.0])?;
        for (path, text) in unfit {
            let row = (id.0, path, text);
            self.connection.prepare_cached(include_str!("insert_unfit.sql"))?.execute(row)?;
        }
        self.changes.documents.insert(id);
        Ok(())
    }

    /// Writes a step behind those that are done, or in place of the last of them; what was undone is forgotten.
    pub(crate) fn record_step(&mut self, id: DocumentId, step: &Step, replaces_last: bool) -> Result<()> {
        let cursor = self.step_cursor(id)?;
        let number = if replaces_last { cursor } else { cursor + 1 };
        self.connection.prepare_cached(include_str!("forget_after.sql"))?.execute((id.0, cursor))?;
        let row = (id.0, number, &step.at, &step.label, &step.focus, step.delta.to_string());
        self.connection.prepare_cached(include_str!("put.sql"))?.execute(row)?;
        self.connection.prepare_cached(include_str!("forget_oldest.sql"))?.execute((id.0, number - MOST_STEPS))?;
        self.set_step_cursor(id, number)
    }

    /// Takes the last of the steps that are done away, and what was undone with it.
    pub(crate) fn drop_last_step(&mut self, id: DocumentId) -> Result<()> {
        let cursor = self.step_cursor(id)? - 1;
        self.connection.prepare_cached(include_str!("forget_after.sql"))?.execute((id.0, cursor))?;
        self.set_step_cursor(id, cursor)
    }

    pub(crate) fn set_step_cursor(&mut self, id: DocumentId, number: i64) -> Result<()> {
        self.connection.prepare_cached(include_str!("set_cursor.sql"))?.execute((id.0, number))?;
        self.changes.documents.insert(id);
        Ok(())
    }

    /// The moment of the transaction, as steps and documents carry it.
    pub(crate) fn moment(&self) -> String {
        self.now()
    }
}
