//! Archive packages: checked and made, verified, brought back.

use std::ops::ControlFlow;
use std::path::PathBuf;

use dossier_core::archive::{self, ArchiveLook, ArchiveMade, ArchiveRequest, PackageReport, Packing, Restored, Scope};
use dossier_core::dossiers::{PickedFile, Progress};
use dossier_core::storage::DocumentId;
use dossier_core::{Result, files};
use tauri::WebviewWindow;
use tauri::ipc::Channel;

use super::out::{alone, remember, start_folder, tell};
use super::{Shared, aside};
use crate::ask;
use crate::program::Program;

#[tauri::command]
pub async fn check_archive(program: Shared<'_>, scope: Scope, progress: Channel<Progress>) -> Result<ArchiveLook> {
    aside(program, move |program| {
        // Every paper is drawn for it: nothing else shall wait so long.
        let workspace = program.another()?;
        let request = ArchiveRequest { scope, ..ArchiveRequest::default() };
        // Nobody stops it: who asks for another one hears no more of this one.
        let check = workspace.check_archive(&request, &mut |at| {
            let _ = progress.send(at.clone());
            ControlFlow::Continue(())
        })?;
        let places = workspace.archive_places(&check)?;
        Ok(ArchiveLook { check, places })
    })
    .await
}

#[tauri::command]
pub async fn make_archive(
    program: Shared<'_>,
    window: WebviewWindow,
    request: ArchiveRequest,
    progress: Channel<Packing>,
) -> Result<Option<ArchiveMade>> {
    aside(program, move |program| make(program, &window, &request, &progress)).await
}

#[tauri::command]
pub async fn attach_appendix(
    program: Shared<'_>,
    window: WebviewWindow,
    document: String,
    appendix: u8,
) -> Result<Option<String>> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| {
        let Some(path) = ask::for_appendix(&window) else { return Ok(None) };
        program.with(|workspace| workspace.attach(document, appendix, &path)).map(Some)
    })
    .await
}

#[tauri::command]
pub async fn pick_package(program: Shared<'_>, window: WebviewWindow) -> Result<Option<PickedFile>> {
    aside(program, move |program| Ok(ask::for_package(&window).map(|path| program.pick(path)))).await
}

#[tauri::command]
pub async fn verify_package(
    program: Shared<'_>,
    file: String,
    anchor: Option<String>,
    progress: Channel<Progress>,
) -> Result<PackageReport> {
    aside(program, move |program| {
        let path = program.picked(&file)?;
        let _alone = alone(program)?;
        archive::verify(&path, anchor.as_deref(), &mut |at| tell(program, &progress, at))
    })
    .await
}

#[tauri::command]
pub async fn restore_package(
    program: Shared<'_>,
    file: String,
    anchor: Option<String>,
    progress: Channel<Progress>,
) -> Result<Restored> {
    aside(program, move |program| {
        let path = program.picked(&file)?;
        let _alone = alone(program)?;
        let mut workspace = program.another()?;
        workspace.restore_package(&path, anchor.as_deref(), &mut |at| tell(program, &progress, at))
    })
    .await
}

/// Asks where to, then packs. None: the person changed their mind, before or meanwhile.
fn make(
    program: &Program,
    window: &WebviewWindow,
    request: &ArchiveRequest,
    progress: &Channel<Packing>,
) -> Result<Option<ArchiveMade>> {
    let _alone = alone(program)?;
    // A connection of its own: edits go on meanwhile.
    let mut workspace = program.another()?;
    let start = start_folder(&workspace)?;
    let name = workspace.archive_name(&request.scope);
    let Some(path) = ask::for_new_file(window, &start, &name) else { return Ok(None) };
    let Some(made) = workspace.archive(request, &path, &mut |at| tell(program, progress, at))? else {
        return Ok(None);
    };
    program.wrote(PathBuf::from(&made.path));
    remember(program, &start, &files::display(path.parent().unwrap_or(&path)));
    Ok(Some(made))
}
