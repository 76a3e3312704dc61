//! Workbooks from outside: picked, looked at, taken over.

use dossier_core::dossiers::PickedFile;
use dossier_core::form::Edited;
use dossier_core::storage::DocumentId;
use dossier_core::{Result, files};
use tauri::WebviewWindow;

use super::{Shared, aside};
use crate::ask;
use crate::program::Program;

#[tauri::command]
pub async fn pick_workbook(program: Shared<'_>, window: WebviewWindow) -> Result<Option<PickedFile>> {
    aside(program, move |program| Ok(ask::for_workbook(&window).map(|path| program.pick(path)))).await
}

