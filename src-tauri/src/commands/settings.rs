//! The start, settings, and what the program says of itself.

use std::path::PathBuf;

use dossier_core::dossiers::{About, Start};
use dossier_core::settings::{Logo, Settings};
use dossier_core::{Result, files};
use serde_json::{Map, Value};
use tauri::WebviewWindow;

use super::{Shared, aside};
use crate::ask;

#[tauri::command]
pub async fn start(program: Shared<'_>) -> Result<Start> {
    aside(program, |program| program.with(|workspace| workspace.start_info())).await
}

#[tauri::command]
pub async fn save_settings(program: Shared<'_>, changes: Value) -> Result<Settings> {
    aside(program, move |program| program.with(|workspace| workspace.change_settings(&changes))).await
}

#[tauri::command]
pub async fn save_preferences(program: Shared<'_>, changes: Map<String, Value>) -> Result<()> {
    aside(program, move |program| program.with(|workspace| workspace.save_preferences(&changes))).await
}

#[tauri::command]
pub async fn pick_logo(program: Shared<'_>, window: WebviewWindow) -> Result<Option<String>> {
    let read = move || {
        let Some(path) = ask::for_picture(&window) else { return Ok(None) };
        Ok(Some(Logo::new(files::read(&path, files::TEXT_LIMIT)?)?.to_data_url()))
    };
    aside(program, move |_| read()).await
}

#[tauri::command]
pub async fn pick_folder(program: Shared<'_>, window: WebviewWindow) -> Result<Option<String>> {
    let pick = move |program: &crate::program::Program| {
        let start = program.with(|workspace| Ok(PathBuf::from(workspace.settings()?.export_folder)))?;
        Ok(ask::for_folder(&window, "选择导出文件夹", &start).map(|folder| files::display(&folder)))
    };
    aside(program, pick).await
}

#[tauri::command]
pub async fn about(program: Shared<'_>) -> Result<About> {
    aside(program, |program| program.reading(|workspace| workspace.about())).await
}
