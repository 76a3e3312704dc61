//! Backups: how they stand, which there are, what a restore would mean, and the restore itself. All but the status works
//! where the database cannot be opened.

use std::path::PathBuf;

use dossier_core::backup::Source;
use dossier_core::backup::wire::{BackupCopy, BackupLook, BackupMade, BackupOffers, BackupRestored, BackupStatus};
use dossier_core::{Result, files};
use tauri::WebviewWindow;

use super::{Shared, aside};
use crate::ask;
use crate::program::Program;

#[tauri::command]
pub async fn backup_status(program: Shared<'_>) -> Result<BackupStatus> {
    aside(program, |program| {
        let mut status = program.backups(|backups| backups.status())?;
        status.notices.splice(0..0, program.trouble());
        Ok(status)
    })
    .await
}

#[tauri::command]
pub async fn backup_now(program: Shared<'_>) -> Result<BackupMade> {
    aside(program, Program::back_up_now).await
}

#[tauri::command]
pub async fn backup_offers(program: Shared<'_>, most: usize) -> Result<BackupOffers> {
    aside(program, move |program| program.backups(|backups| Ok(backups.offers(most)))).await
}

#[tauri::command]
pub async fn backup_look(program: Shared<'_>, copy: String) -> Result<BackupLook> {
    aside(program, move |program| {
        let source = program.source(&copy)?;
        let look = program.backups(|backups| backups.look(&source))?;
        Ok(BackupLook { copy: known_as(look.copy, copy), ..look })
    })
    .await
}

#[tauri::command]
pub async fn backup_restore(program: Shared<'_>, copy: String) -> Result<BackupRestored> {
    aside(program, move |program| program.restore(&program.source(&copy)?)).await
}

/// A copy that lies anywhere; it is opened and checked before it is shown.
#[tauri::command]
pub async fn pick_backup(program: Shared<'_>, window: WebviewWindow) -> Result<Option<BackupCopy>> {
    aside(program, move |program| {
        let Some(path) = ask::for_backup(&window, &program.folder().join("backups")) else { return Ok(None) };
        let copy = program.backups(|backups| backups.verify(&Source::File(path.clone())))?;
        Ok(Some(known_as(copy, program.pick(path).token)))
    })
    .await
}

/// The second folder; the page stores it like any other setting.
#[tauri::command]
pub async fn pick_backup_folder(program: Shared<'_>, window: WebviewWindow) -> Result<Option<String>> {
    aside(program, move |program| {
        let known = program.with(|workspace| Ok(PathBuf::from(workspace.settings()?.backup.second_folder)))?;
        let picked = ask::for_folder(&window, "选择第二个备份文件夹", &known);
        Ok(picked.map(|folder| files::display(&folder)))
    })
    .await
}

/// What an administrator wants to know where nothing opens, as a text file; where it lies.
#[tauri::command]
pub async fn save_diagnosis(program: Shared<'_>, window: WebviewWindow) -> Result<Option<String>> {
    aside(program, move |program| {
        let Err(error) = program.with(|_| Ok(())) else { return Ok(None) };
        let text = program.backups(|backups| Ok(backups.diagnosis(&error)))?;
        let start = dirs::document_dir().unwrap_or_default();
        let Some(path) = ask::for_new_file(&window, &start, "发布卷宗技术信息.txt") else { return Ok(None) };
        files::write(&path, text.as_bytes())?;
        program.wrote(path.clone());
        Ok(Some(files::display(&path)))
    })
    .await
}

/// The page knows a picked file by its token, and never learns where it lies.
fn known_as(copy: BackupCopy, id: String) -> BackupCopy {
    BackupCopy { id, ..copy }
}
