//! The list of dossiers, and what begins and ends one.

use dossier_core::Result;
use dossier_core::dossiers::{Dossier, DossierPage, DossierQuery, NewRelease};
use dossier_core::storage::{DocumentId, ReleaseId};

use super::{Shared, aside};

#[tauri::command]
pub async fn dossiers(program: Shared<'_>, query: DossierQuery) -> Result<DossierPage> {
    aside(program, move |program| program.reading(|workspace| workspace.dossiers(&query))).await
}

#[tauri::command]
pub async fn dossier(program: Shared<'_>, release: ReleaseId) -> Result<Dossier> {
    aside(program, move |program| program.reading(|workspace| workspace.dossier(release))).await
}

#[tauri::command]
pub async fn new_release(program: Shared<'_>, request: NewRelease) -> Result<ReleaseId> {
    aside(program, move |program| program.with(|workspace| workspace.new_release(&request))).await
}

#[tauri::command]
pub async fn add_document(program: Shared<'_>, release: ReleaseId, template: String) -> Result<DocumentId> {
    aside(program, move |program| program.with(|workspace| workspace.add_document(release, &template))).await
}

#[tauri::command]
pub async fn remove_release(program: Shared<'_>, release: ReleaseId) -> Result<()> {
    aside(program, move |program| program.with(|workspace| workspace.remove_release(release))).await
}

#[tauri::command]
pub async fn load_sample(program: Shared<'_>) -> Result<ReleaseId> {
    aside(program, |program| program.with(|workspace| workspace.load_sample())).await
}
