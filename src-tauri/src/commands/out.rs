//! Out of the program: exported files, paper for the printer.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, TryLockError};
use std::time::SystemTime;

use dossier_core::dossiers::{ExportRequest, ExportResult, ExportedFile, Progress};
use dossier_core::export::{Exported, Format, Options};
use dossier_core::storage::DocumentId;
use dossier_core::{Code, Error, Result, Workspace, files};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri::WebviewWindow;
use tauri::ipc::Channel;

use super::{Shared, aside};
use crate::program::Program;
use crate::{ask, papers, window};

#[tauri::command]
pub async fn export_files(
    program: Shared<'_>,
    window: WebviewWindow,
    request: ExportRequest,
    progress: Channel<Progress>,
) -> Result<Option<ExportResult>> {
    aside(program, move |program| export(program, &window, &request, &progress)).await
}

#[tauri::command]
pub async fn cancel_export(program: Shared<'_>) -> Result<()> {
    program.cancelled.store(true, Ordering::Relaxed);
    Ok(())
}

/// What is printed of a document.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct PrintOptions {
    blank: bool,
    for_signing: bool,
}

#[tauri::command]
pub async fn print(program: Shared<'_>, document: String, options: PrintOptions) -> Result<String> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| put_and_open(program, document, options)).await
}

#[tauri::command]
pub async fn open_file(program: Shared<'_>, path: String) -> Result<()> {
    aside(program, move |program| {
        let path = program.written(&path)?;
        window::open_outside(&path).map_err(|error| no_program(&path, &error))
    })
    .await
}

#[tauri::command]
pub async fn reveal_file(program: Shared<'_>, path: String) -> Result<()> {
    aside(program, move |program| {
        let path = program.written(&path)?;
        window::reveal(&path).map_err(|error| no_program(&path, &error))
    })
    .await
}

/// One file goes where the dialog says, several into a folder. Where it was is where the next one begins.
fn export(
    program: &Program,
    window: &WebviewWindow,
    request: &ExportRequest,
    progress: &Channel<Progress>,
) -> Result<Option<ExportResult>> {
    let _alone = alone(program)?;
    // A connection of its own: edits go on, and a preview does not wait for forty files.
    let workspace = program.another()?;
    let start = start_folder(&workspace)?;
    let result = if let ([document], [format]) = (&request.documents[..], &request.formats[..]) {
        let name = workspace.export_name(*document, *format, request.blank)?;
        let Some(path) = ask::for_new_file(window, &start, &name) else { return Ok(None) };
        to_file(&workspace, request, &path)?
    } else {
        let Some(folder) = ask::for_folder(window, "导出到文件夹", &start) else { return Ok(None) };
        workspace.export_to_folder(request, &folder, &mut |at| tell(program, progress, at))?
    };
    result.files.iter().for_each(|file| program.wrote(PathBuf::from(&file.path)));
    remember(program, &start, &result.folder);
    Ok(Some(result))
}

/// Only one long work at a time: two would write progress into each other. What was to stop before is forgotten.
pub(super) fn alone(program: &Program) -> Result<MutexGuard<'_, ()>> {
    let alone = match program.exporting.try_lock() {
        Ok(alone) => alone,
        Err(TryLockError::Poisoned(alone)) => alone.into_inner(),
        Err(TryLockError::WouldBlock) => {
            return Err(Error::new(Code::Busy, "上一次导出还没有完成").hint("等它完成，或先取消"));
        }
    };
    program.cancelled.store(false, Ordering::Relaxed);
    Ok(alone)
}

/// Tells the page how far the work is, and hears whether it shall stop.
pub(super) fn tell<At: Clone + Serialize>(program: &Program, progress: &Channel<At>, at: &At) -> ControlFlow<()> {
    // A page that went away is no reason to stop.
    let _ = progress.send(at.clone());
    if program.cancelled.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// The one document of the request, under the name that was chosen.
fn to_file(workspace: &Workspace, request: &ExportRequest, path: &Path) -> Result<ExportResult> {
    let options = Options { blank: request.blank, for_signing: request.for_signing, ..Options::default() };
    let exported = workspace.export(request.documents[0], request.formats[0], options)?;
    one_file(path, exported)
}

/// Writes a single file, and says what was written.
pub(super) fn one_file(path: &Path, exported: Exported) -> Result<ExportResult> {
    files::write(path, &exported.bytes)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = files::display(path.parent().unwrap_or(path));
    let files = vec![ExportedFile { name, path: files::display(path) }];
    Ok(ExportResult { folder, files, warnings: exported.warnings, cancelled: false })
}

/// Where the dialog begins: the folder of the settings, else the system's folder of documents.
pub(super) fn start_folder(workspace: &Workspace) -> Result<PathBuf> {
    let set = workspace.settings()?.export_folder;
    let set = Some(PathBuf::from(set)).filter(|folder| folder.is_dir());
    Ok(set.or_else(dirs::document_dir).unwrap_or_default())
}

/// The export is done, so what goes wrong here is not worth a word.
pub(super) fn remember(program: &Program, start: &Path, folder: &str) {
    if Path::new(folder) != start {
        let _ = program.with(|workspace| workspace.change_settings(&json!({ "export_folder": folder })));
    }
}

fn put_and_open(program: &Program, document: DocumentId, options: PrintOptions) -> Result<String> {
    let (name, paper) = program.reading(|workspace| {
        let wanted = Options { blank: options.blank, for_signing: options.for_signing, ..Options::default() };
        let name = workspace.export_name(document, Format::Pdf, options.blank)?;
        Ok((name, workspace.export(document, Format::Pdf, wanted)?.bytes))
    })?;
    put_and_view(program, &name, &paper)
}

/// Leaves a PDF where the system's viewer opens it, and has it opened. Returns where it lies.
pub(super) fn put_and_view(program: &Program, name: &str, paper: &[u8]) -> Result<String> {
    let now = program.reading(|workspace| Ok(SystemTime::from(workspace.environment().now())))?;
    let path = papers::put(program.folder(), name, paper, now)?;
    program.wrote(path.clone());
    window::open_outside(&path).map_err(|error| no_program(&path, &error))?;
    Ok(files::display(&path))
}

fn no_program(path: &Path, error: &tauri_plugin_opener::Error) -> Error {
    Error::new(Code::Io, format!("`{}` 没有打开：{error}", path.display()))
        .hint("文件已经写好，可以在文件夹中找到它，用别的程序打开")
}
