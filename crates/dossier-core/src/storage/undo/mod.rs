//! Steps of undo: kept in the database, so that they survive whatever ends the program.

use chrono::{DateTime, FixedOffset};
use rusqlite::{CachedStatement, OptionalExtension};
use serde_json::Value;

use super::error::damaged;
use super::{DocumentId, Storage, Transaction};
use crate::Result;

/// So many steps of a document are kept.
pub const MOST_STEPS: usize = 1000;

/// A step that can be undone, or redone.
#[derive(Debug, Clone, PartialEq)]
pub struct UndoStep {
    id: i64,
    pub at: DateTime<FixedOffset>,
    /// For people: 计划发布时间.
    pub label: String,
    /// Where the change was.
    pub focus: Option<String>,
    /// The place that was typed into, while more typing there still belongs to this step.
    pub typing: Option<String>,
    /// What leads from the content before to the content after, and back.
    pub patch: Value,
}

/// A step to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewStep<'a> {
    pub label: &'a str,
    pub focus: Option<&'a str>,
    pub typing: Option<&'a str>,
    pub patch: &'a Value,
}

impl Storage {
    /// What would be undone, and what redone, for people.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn undo_labels(&self, id: DocumentId) -> Result<(Option<String>, Option<String>)> {
        let mut statement = self.connection.prepare_cached(include_str!("labels.sql"))?;
        Ok(statement.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// The step that would be undone.
    ///
    /// # Errors
    /// The database cannot be read, or the step is damaged.
    pub fn step_to_undo(&self, id: DocumentId) -> Result<Option<UndoStep>> {
        read_step(self.connection.prepare_cached(include_str!("last.sql"))?, id)
    }

    /// The step that would be redone.
    ///
    /// # Errors
    /// The database cannot be read, or the step is damaged.
    pub fn step_to_redo(&self, id: DocumentId) -> Result<Option<UndoStep>> {
        read_step(self.connection.prepare_cached(include_str!("next.sql"))?, id)
    }
}

impl Transaction<'_> {
    /// Adds a step. What was undone before is forgotten: it led elsewhere.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn push_step(&mut self, id: DocumentId, step: &NewStep<'_>) -> Result<()> {
        self.forget_undone(id)?;
        let patch = step.patch.to_string();
        let row = (id.0, self.now(), step.label, step.focus, step.typing, patch);
        self.connection.prepare_cached(include_str!("push.sql"))?.execute(row)?;
        self.connection.prepare_cached(include_str!("forget_old.sql"))?.execute((id.0, MOST_STEPS as i64))?;
        Ok(())
    }

    /// Lets a step lead further; one that leads nowhere any more goes.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn extend_step(&mut self, id: DocumentId, step: &UndoStep, patch: Option<&Value>) -> Result<()> {
        self.forget_undone(id)?;
        match patch {
            Some(patch) => {
                let row = (step.id, self.now(), patch.to_string());
                self.connection.prepare_cached(include_str!("extend.sql"))?.execute(row)?;
            }
            None => drop(self.connection.prepare_cached(include_str!("remove.sql"))?.execute([step.id])?),
        }
        Ok(())
    }

    /// Marks a step as undone or as done again. What is typed next is a step of its own.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn mark_step(&mut self, id: DocumentId, step: &UndoStep, undone: bool) -> Result<()> {
        self.connection.prepare_cached(include_str!("mark.sql"))?.execute((step.id, undone))?;
        self.connection.prepare_cached(include_str!("close.sql"))?.execute([id.0])?;
        Ok(())
    }

    fn forget_undone(&mut self, id: DocumentId) -> Result<()> {
        self.connection.prepare_cached(include_str!("forget_undone.sql"))?.execute([id.0])?;
        Ok(())
    }
}

fn read_step(mut statement: CachedStatement<'_>, document: DocumentId) -> Result<Option<UndoStep>> {
    let found = statement.query_row([document.0], |row| {
        let (at, patch): (String, String) = (row.get(1)?, row.get(5)?);
        let step = UndoStep {
            id: row.get(0)?,
            at: DateTime::default(),
            label: row.get(2)?,
            focus: row.get(3)?,
            typing: row.get(4)?,
            patch: Value::Null,
        };
        Ok((step, at, patch))
    });
    let Some((step, at, patch)) = found.optional()? else { return Ok(None) };
    let unreadable = || damaged(format!("文档 `{document}` 的一步撤销记录不能读取"));
    let at = DateTime::parse_from_rfc3339(&at).map_err(|_| unreadable())?;
    let patch = serde_json::from_str(&patch).map_err(|_| unreadable())?;
    Ok(Some(UndoStep { at, patch, ..step }))
}
