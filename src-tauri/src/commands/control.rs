//! Documents under control: submitting, signing, giving out, checking.

use dossier_core::control::{
    Approval, Comparison, CopyDue, CopyLine, Notice, NumberRule, PaperCopy, PolicyInfo, Register, RegisterFormat,
    RegisterQuery, RegisterView, Signed, Signing, Submission, Submitted, Verdict,
};
use dossier_core::dossiers::ExportResult;
use dossier_core::export::{Exported, Options};
use dossier_core::form::Opened;
use dossier_core::storage::{CopyId, DocumentId};
use dossier_core::workspace::AuditReport;
use dossier_core::{Result, Workspace};
use tauri::WebviewWindow;
use tauri::ipc::Response;

use super::out::{one_file, put_and_view, remember, start_folder};
use super::{Shared, aside};
use crate::ask;
use crate::program::Program;

#[tauri::command]
pub async fn approval(program: Shared<'_>, document: String) -> Result<Approval> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.reading(|workspace| workspace.approval(document))).await
}

#[tauri::command]
pub async fn open_revision(program: Shared<'_>, document: String, revision: Option<String>) -> Result<Opened> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.reading(|workspace| workspace.open_revision(document, revision.as_deref())))
        .await
}

#[tauri::command]
pub async fn submit(program: Shared<'_>, document: String, submission: Submission) -> Result<Submitted> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.submit(document, &submission))).await
}

#[tauri::command]
pub async fn withdraw(program: Shared<'_>, document: String, reason: String) -> Result<String> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.withdraw(document, &reason))).await
}

#[tauri::command]
pub async fn sign(program: Shared<'_>, document: String, signing: Signing) -> Result<Signed> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.sign(document, &signing))).await
}

#[tauri::command]
pub async fn check_signing(program: Shared<'_>, document: String, signing: Signing) -> Result<Vec<Notice>> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.reading(|workspace| workspace.check_signing(document, &signing))).await
}

#[tauri::command]
pub async fn correct_signature(
    program: Shared<'_>,
    document: String,
    chain: Option<String>,
    step: usize,
    text: String,
) -> Result<()> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| {
        program.with(|workspace| workspace.correct_signature(document, chain.as_deref(), step, &text))
    })
    .await
}

#[tauri::command]
pub async fn bring_into_force(program: Shared<'_>, document: String, on: Option<String>) -> Result<String> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.bring_into_force(document, on.as_deref()))).await
}

#[tauri::command]
pub async fn void_revision(
    program: Shared<'_>,
    document: String,
    revision: Option<String>,
    reason: String,
) -> Result<()> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.void(document, revision.as_deref(), &reason)))
        .await
}

#[tauri::command]
pub async fn revise(program: Shared<'_>, document: String, major: bool, change: String) -> Result<String> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.revise(document, major, &change))).await
}

#[tauri::command]
pub async fn discard_draft(program: Shared<'_>, document: String) -> Result<()> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.discard_draft(document))).await
}

#[tauri::command]
pub async fn compare(
    program: Shared<'_>,
    document: String,
    from: Option<String>,
    to: Option<String>,
) -> Result<Comparison> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| {
        program.reading(|workspace| workspace.compare(document, from.as_deref(), to.as_deref()))
    })
    .await
}

// ---- paper

/// Bytes, as those of the preview.
#[tauri::command]
pub async fn revision_paper(
    program: Shared<'_>,
    document: String,
    revision: Option<String>,
    copy: PaperCopy,
) -> Result<Response> {
    let document: DocumentId = document.parse()?;
    let render = move |program: &Program| {
        program.reading(|workspace| workspace.paper(document, revision.as_deref(), copy, options(workspace)?))
    };
    Ok(Response::new(aside(program, render).await?.bytes))
}

#[tauri::command]
pub async fn print_revision(
    program: Shared<'_>,
    document: String,
    revision: Option<String>,
    copy: PaperCopy,
) -> Result<String> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| {
        let (name, exported) = printed(program, document, revision.as_deref(), copy)?;
        put_and_view(program, &name, &exported.bytes)
    })
    .await
}

/// As [`print_revision`], into a file that the person names.
#[tauri::command]
pub async fn export_revision(
    program: Shared<'_>,
    window: WebviewWindow,
    document: String,
    revision: Option<String>,
    copy: PaperCopy,
) -> Result<Option<ExportResult>> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| {
        let (start, name) = program.reading(|workspace| {
            Ok((start_folder(workspace)?, workspace.revision_name(document, revision.as_deref(), copy)?))
        })?;
        // Asked first: nothing is recorded as printed that nobody wanted in the end.
        let Some(path) = ask::for_new_file(&window, &start, &name) else { return Ok(None) };
        let (_, exported) = printed(program, document, revision.as_deref(), copy)?;
        let result = one_file(&path, exported)?;
        program.wrote(path);
        remember(program, &start, &result.folder);
        Ok(Some(result))
    })
    .await
}

#[tauri::command]
pub async fn print_comparison(
    program: Shared<'_>,
    document: String,
    from: Option<String>,
    to: Option<String>,
) -> Result<String> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| {
        let (name, exported) = program.reading(|workspace| {
            let (from, to) = (from.as_deref(), to.as_deref());
            Ok((workspace.comparison_name(document, from, to)?, workspace.comparison_paper(document, from, to)?))
        })?;
        put_and_view(program, &name, &exported.bytes)
    })
    .await
}

/// The paper with the name of its file, recorded as printed.
fn printed(
    program: &Program,
    document: DocumentId,
    revision: Option<&str>,
    copy: PaperCopy,
) -> Result<(String, Exported)> {
    program.with(|workspace| {
        let name = workspace.revision_name(document, revision, copy)?;
        let options = options(workspace)?;
        Ok((name, workspace.print(document, revision, copy, options)?))
    })
}

fn options(workspace: &Workspace) -> Result<Options> {
    let print = workspace.settings()?.print;
    Ok(Options { duplex: print.duplex, binding_line: print.binding_line, ..Options::default() })
}

// ---- copies

#[tauri::command]
pub async fn issue_copy(program: Shared<'_>, document: String, department: String, holder: String) -> Result<CopyLine> {
    let document: DocumentId = document.parse()?;
    aside(program, move |program| program.with(|workspace| workspace.issue_copy(document, &department, &holder))).await
}

#[tauri::command]
pub async fn receive_copy(program: Shared<'_>, copy: i64, by: String, on: Option<String>) -> Result<()> {
    let copy = CopyId::from_number(copy);
    aside(program, move |program| program.with(|workspace| workspace.receive_copy(copy, &by, on.as_deref()))).await
}

#[tauri::command]
pub async fn return_copy(program: Shared<'_>, copy: i64, note: String, on: Option<String>) -> Result<()> {
    let copy = CopyId::from_number(copy);
    aside(program, move |program| program.with(|workspace| workspace.return_copy(copy, &note, on.as_deref()))).await
}

#[tauri::command]
pub async fn copies_to_take_back(program: Shared<'_>) -> Result<Vec<CopyDue>> {
    let due = |workspace: &Workspace| Ok(workspace.copies_to_take_back()?.into_iter().map(CopyDue::from).collect());
    aside(program, move |program| program.reading(due)).await
}

// ---- numbers and rules

#[tauri::command]
pub async fn policies(program: Shared<'_>) -> Result<Vec<PolicyInfo>> {
    aside(program, |program| program.reading(|workspace| workspace.policy_infos())).await
}

#[tauri::command]
pub async fn number_rules(program: Shared<'_>) -> Result<Vec<NumberRule>> {
    aside(program, |program| program.reading(|workspace| workspace.number_rules())).await
}

#[tauri::command]
pub async fn next_number(program: Shared<'_>, template: String) -> Result<String> {
    aside(program, move |program| program.reading(|workspace| workspace.next_number(&template))).await
}

#[tauri::command]
pub async fn void_next_number(program: Shared<'_>, template: String, reason: String) -> Result<String> {
    aside(program, move |program| program.with(|workspace| workspace.void_next_number(&template, &reason))).await
}

#[tauri::command]
pub async fn start_numbers_after(program: Shared<'_>, template: String, last_used: String) -> Result<String> {
    aside(program, move |program| program.with(|workspace| workspace.start_numbers_after(&template, &last_used))).await
}

// ---- checking

#[tauri::command]
pub async fn verify_print(program: Shared<'_>, code: String, anchor: Option<String>) -> Result<Verdict> {
    aside(program, move |program| program.reading(|workspace| workspace.verify_print(&code, anchor.as_deref()))).await
}

#[tauri::command]
pub async fn verify_audit(program: Shared<'_>, anchor: Option<String>) -> Result<AuditReport> {
    // A connection of its own: reading the whole log keeps no list and no preview waiting.
    aside(program, move |program| program.another()?.verify_audit(anchor.as_deref())).await
}

// ---- registers

#[tauri::command]
pub async fn register(program: Shared<'_>, register: Register, query: RegisterQuery) -> Result<RegisterView> {
    aside(program, move |program| program.reading(|workspace| workspace.register(register, &query))).await
}

/// Into a file that the person names.
#[tauri::command]
pub async fn export_register(
    program: Shared<'_>,
    window: WebviewWindow,
    register: Register,
    query: RegisterQuery,
    format: RegisterFormat,
) -> Result<Option<ExportResult>> {
    aside(program, move |program| {
        let (start, name) = program
            .reading(|workspace| Ok((start_folder(workspace)?, workspace.register_name(register, &query, format))))?;
        let Some(path) = ask::for_new_file(&window, &start, &name) else { return Ok(None) };
        let exported = program.reading(|workspace| workspace.register_file(register, &query, format))?;
        let result = one_file(&path, exported)?;
        program.wrote(path);
        remember(program, &start, &result.folder);
        Ok(Some(result))
    })
    .await
}
