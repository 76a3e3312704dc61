//! Between machines: handed over and taken back, looked into and received, chosen between, numbers lent.

use std::path::PathBuf;

use dossier_core::dossiers::Progress;
use dossier_core::exchange::{
    Choice, Chosen, Conflict, ExchangeBrief, ExchangeStatus, PackageLook, Received, SendRequest, Sent,
};
use dossier_core::storage::DocumentId;
use dossier_core::{Result, Workspace, archive, files};
use tauri::WebviewWindow;
use tauri::ipc::Channel;

use super::out::{alone, remember, start_folder, tell};
use super::{Shared, aside};
use crate::ask;
use crate::program::Program;

#[tauri::command]
pub async fn exchange_brief(program: Shared<'_>) -> Result<ExchangeBrief> {
    aside(program, |program| program.reading(Workspace::exchange_brief)).await
}

#[tauri::command]
pub async fn exchange_status(program: Shared<'_>) -> Result<ExchangeStatus> {
    aside(program, |program| program.with(Workspace::exchange_status)).await
}

#[tauri::command]
pub async fn send_package(program: Shared<'_>, window: WebviewWindow, request: SendRequest) -> Result<Option<Sent>> {
    let to = request.to.clone();
    aside(program, move |program| write(program, &window, &to, |workspace, path| workspace.send(&request, &path))).await
}

#[tauri::command]
pub async fn lend_numbers(
    program: Shared<'_>,
    window: WebviewWindow,
    template: String,
    count: u32,
    to: String,
    code: Option<String>,
) -> Result<Option<Sent>> {
    aside(program, move |program| {
        write(program, &window, &to, |workspace, path| {
            workspace.lend_numbers(&template, count, &to, code.as_deref(), &path)
        })
    })
    .await
}

#[tauri::command]
pub async fn take_back(program: Shared<'_>, document: String) -> Result<String> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.take_back(document))).await
}

#[tauri::command]
pub async fn conflicts(program: Shared<'_>, document: String) -> Result<Vec<Conflict>> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.reading(|workspace| workspace.conflicts(Some(document)))).await
}

#[tauri::command]
pub async fn choose(program: Shared<'_>, document: String, choice: Choice) -> Result<Chosen> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.choose(document, &choice))).await
}

/// Whether a picked file says that it is a 移交包; none where it is no package. Decides which screen looks closer.
#[tauri::command]
pub async fn is_handover(program: Shared<'_>, file: String) -> Result<Option<bool>> {
    aside(program, move |program| Ok(archive::is_handover(&program.picked(&file)?))).await
}

#[tauri::command]
pub async fn look_into_package(
    program: Shared<'_>,
    file: String,
    anchor: Option<String>,
    progress: Channel<Progress>,
) -> Result<PackageLook> {
    aside(program, move |program| {
        let path = program.picked(&file)?;
        let _alone = alone(program)?;
        program.another()?.look_into(&path, anchor.as_deref(), &mut |at| tell(program, &progress, at))
    })
    .await
}

#[tauri::command]
pub async fn receive_package(
    program: Shared<'_>,
    file: String,
    anchor: Option<String>,
    progress: Channel<Progress>,
) -> Result<Received> {
    aside(program, move |program| {
        let path = program.picked(&file)?;
        let _alone = alone(program)?;
        program.another()?.receive(&path, anchor.as_deref(), &mut |at| tell(program, &progress, at))
    })
    .await
}

/// Asks where to, then writes a package. None: the person changed their mind, and nothing was handed over.
fn write(
    program: &Program,
    window: &WebviewWindow,
    to: &str,
    make: impl FnOnce(&mut Workspace, PathBuf) -> Result<Sent>,
) -> Result<Option<Sent>> {
    let _alone = alone(program)?;
    // A connection of its own: edits go on meanwhile.
    let mut workspace = program.another()?;
    let start = start_folder(&workspace)?;
    let Some(path) = ask::for_new_file(window, &start, &workspace.package_name(to)) else { return Ok(None) };
    let folder = files::display(path.parent().unwrap_or(&path));
    let sent = make(&mut workspace, path)?;
    program.wrote(PathBuf::from(&sent.path));
    remember(program, &start, &folder);
    Ok(Some(sent))
}
