//! One document: opening, editing, taking back, looking at its paper.

use dossier_core::Result;
use dossier_core::dossiers::Completions;
use dossier_core::export::{Format, Options};
use dossier_core::form::{Edit, Edited, HistoryEntry, Opened, Undone};
use dossier_core::storage::DocumentId;
use tauri::ipc::Response;

use super::{Shared, aside};

#[tauri::command]
pub async fn open(program: Shared<'_>, document: String) -> Result<Opened> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.open_document(document))).await
}

#[tauri::command]
pub async fn edit(program: Shared<'_>, document: String, edits: Vec<Edit>) -> Result<Edited> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.edit(document, &edits))).await
}

#[tauri::command]
pub async fn undo(program: Shared<'_>, document: String) -> Result<Undone> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.undo(document))).await
}

#[tauri::command]
pub async fn redo(program: Shared<'_>, document: String) -> Result<Undone> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.redo(document))).await
}

#[tauri::command]
pub async fn history(program: Shared<'_>, document: String) -> Result<Vec<HistoryEntry>> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.reading(|workspace| workspace.history(document))).await
}

#[tauri::command]
pub async fn completions(program: Shared<'_>) -> Result<Completions> {
    aside(program, |program| program.reading(|workspace| workspace.completions())).await
}

/// Bytes, not JSON: a long plan is some megabytes.
#[tauri::command]
pub async fn preview(program: Shared<'_>, document: String) -> Result<Response> {
    let document: DocumentId = document.parse()?;
    let render = move |program: &crate::program::Program| {
        program.reading(|workspace| workspace.export(document, Format::Pdf, Options::default()))
    };
    Ok(Response::new(aside(program, render).await?.bytes))
}
