//! Signed copies: filed by their codes, or by hand.

use dossier_core::control::{FiledPage, FiledScan, FilingByHand, ScanReading};
use dossier_core::dossiers::PickedFile;
use dossier_core::storage::FilingPlace;
use dossier_core::{Result, files};
use tauri::WebviewWindow;
use tauri::ipc::{Channel, Response};

use super::out::put_and_view;
use super::{Shared, aside};
use crate::ask;
use crate::program::Program;

/// Digits of a scan's hash in the name under which it is looked at.
const DIGITS: usize = 12;
/// Pixels of a page on the screen, at most.
const MOST_PX: usize = 2400;

#[tauri::command]
pub async fn pick_scan(program: Shared<'_>, window: WebviewWindow) -> Result<Option<PickedFile>> {
    aside(program, move |program| Ok(ask::for_scan(&window).map(|path| program.pick(path)))).await
}

#[tauri::command]
pub async fn file_scan(program: Shared<'_>, file: String, progress: Channel<usize>) -> Result<FiledScan> {
    aside(program, move |program| file_picked(program, &file, &progress)).await
}

#[tauri::command]
pub async fn waiting_scans(program: Shared<'_>) -> Result<Vec<FiledScan>> {
    aside(program, |program| program.reading(|workspace| workspace.waiting_scans())).await
}

#[tauri::command]
pub async fn filing_places(program: Shared<'_>) -> Result<Vec<FilingPlace>> {
    aside(program, |program| program.reading(|workspace| workspace.filing_places())).await
}

#[tauri::command]
pub async fn scan_picture(program: Shared<'_>, scan: String, page: usize, longest: usize) -> Result<Response> {
    let draw = move |program: &Program| {
        // A connection of its own: a page of a large file takes its time, and previews go on.
        let workspace = program.another()?;
        workspace.scan_picture(&scan, page, longest.min(MOST_PX))
    };
    Ok(Response::new(aside(program, draw).await?))
}

#[tauri::command]
pub async fn file_by_hand(program: Shared<'_>, filing: FilingByHand) -> Result<FiledPage> {
    aside(program, move |program| program.with(|workspace| workspace.file_by_hand(&filing))).await
}

#[tauri::command]
pub async fn set_page_aside(program: Shared<'_>, scan: String, page: usize) -> Result<FiledPage> {
    aside(program, move |program| program.with(|workspace| workspace.set_page_aside(&scan, page))).await
}

#[tauri::command]
pub async fn open_scan(program: Shared<'_>, scan: String) -> Result<String> {
    aside(program, move |program| view(program, &scan)).await
}

/// Reads first and holds nothing meanwhile, so that edits go on; then files.
fn file_picked(program: &Program, token: &str, progress: &Channel<usize>) -> Result<FiledScan> {
    let path = program.picked(token)?;
    let bytes = files::read(&path, files::SCAN_LIMIT)?;
    if let Some(known) = program.reading(|workspace| workspace.filed_before(&bytes))? {
        return Ok(known);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let reading = ScanReading::read(bytes, &name, &mut |page| {
        // A page that went away is no reason to stop.
        let _ = progress.send(page);
    })?;
    program.with(|workspace| workspace.file_scan(&reading, None))
}

/// The file as it came, in the program that the system has for it. Its name here says what it holds: one that came as
/// something else would be run.
fn view(program: &Program, scan: &str) -> Result<String> {
    let (record, bytes) = program.reading(|workspace| workspace.scan_file(scan))?;
    let ending = match record.kind.as_str() {
        "jpeg" => "jpg",
        "tiff" => "tif",
        // Appendices may be of other kinds.
        known @ ("png" | "xlsx" | "docx" | "csv" | "txt" | "ofd") => known,
        _ => "pdf",
    };
    put_and_view(program, &format!("扫描件 {}.{ending}", &record.sha256[..DIGITS]), &bytes)
}
