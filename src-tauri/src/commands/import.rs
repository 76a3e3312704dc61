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

#[tauri::command]
pub async fn plan_import(program: Shared<'_>, document: String, request: ImportRequest) -> Result<ImportPreview> {
    let document: DocumentId = document.parse()?;
    let plan = move |program: &Program| {
        let (bytes, name) = workbook(program, &request.file)?;
        program.reading(|workspace| workspace.plan_import(document, bytes, &name, &request))
    };
    aside(program, plan).await
}

#[tauri::command]
pub async fn apply_import(
    program: Shared<'_>,
    document: String,
    request: ImportRequest,
    rows: Vec<ImportedRow>,
) -> Result<Edited> {
    let document: DocumentId = document.parse()?;
    let apply = move |program: &Program| {
        let (bytes, name) = workbook(program, &request.file)?;
        program.with(|workspace| workspace.apply_import(document, bytes, &name, &request, rows))
    };
    aside(program, apply).await
}

fn workbook(program: &Program, token: &str) -> Result<(Vec<u8>, String)> {
    let path = program.picked(token)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((files::read(&path, files::WORKBOOK_LIMIT)?, name))
}
