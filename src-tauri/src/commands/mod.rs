//! What the page may ask for: one command for each method of `Backend`, three to eight lines each.
//!
//! Each runs beside the threads that move the window and answer other calls, so that a long export keeps nobody
//! waiting.

mod archive;
mod backup;
mod control;
mod document;
mod dossiers;
mod exchange;
mod import;
mod leave;
mod out;
mod scans;
mod settings;

use std::sync::Arc;

use dossier_core::{Code, Error, Result};
use tauri::ipc::Invoke;
use tauri::{State, Wry};

use crate::program::Program;

/// The program, as commands get it.
type Shared<'a> = State<'a, Arc<Program>>;

/// Answers the page. The list is that of `command_names.rs`.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        settings::start,
        dossiers::dossiers,
        dossiers::dossier,
        dossiers::new_release,
        dossiers::add_document,
        dossiers::remove_release,
        dossiers::load_sample,
        document::open,
        document::edit,
        document::undo,
        document::redo,
        document::history,
        document::completions,
        document::preview,
        import::pick_workbook,
        import::plan_import,
        import::apply_import,
        control::approval,
        control::open_revision,
        control::submit,
        control::withdraw,
        control::sign,
        control::check_signing,
        control::correct_signature,
        control::bring_into_force,
        control::void_revision,
        control::revise,
        control::discard_draft,
        control::compare,
        control::revision_paper,
        control::print_revision,
        control::export_revision,
        control::print_comparison,
        control::issue_copy,
        control::receive_copy,
        control::return_copy,
        control::copies_to_take_back,
        control::policies,
        control::number_rules,
        control::next_number,
        control::void_next_number,
        control::start_numbers_after,
        control::verify_print,
        control::verify_audit,
        control::register,
        control::export_register,
        archive::check_archive,
        archive::make_archive,
        archive::attach_appendix,
        archive::pick_package,
        archive::verify_package,
        archive::restore_package,
        exchange::exchange_brief,
        exchange::exchange_status,
        exchange::send_package,
        exchange::lend_numbers,
        exchange::take_back,
        exchange::conflicts,
        exchange::choose,
        exchange::is_handover,
        exchange::look_into_package,
        exchange::receive_package,
        scans::pick_scan,
        scans::file_scan,
        scans::waiting_scans,
        scans::filing_places,
        scans::scan_picture,
        scans::file_by_hand,
        scans::set_page_aside,
        scans::open_scan,
        out::export_files,
        out::cancel_export,
        out::print,
        out::open_file,
        out::reveal_file,
        settings::save_settings,
        settings::save_preferences,
        settings::pick_logo,
        settings::pick_folder,
        settings::about,
        backup::backup_status,
        backup::backup_now,
        backup::backup_offers,
        backup::backup_look,
        backup::backup_restore,
        backup::pick_backup,
        backup::pick_backup_folder,
        backup::save_diagnosis,
        leave::leave,
    ]
}

/// Does the work on a thread that may wait; a fault in it is told like everything else.
async fn aside<T: Send + 'static>(
    program: Shared<'_>,
    work: impl FnOnce(&Program) -> Result<T> + Send + 'static,
) -> Result<T> {
    let program = Arc::clone(&program);
    let done = tauri::async_runtime::spawn_blocking(move || work(&program)).await;
    done.unwrap_or_else(|_| {
        Err(Error::new(Code::Internal, "刚才的操作没有完成，程序自己出了差错")
            .hint("已经保存的内容都在；再试一次，仍不行时关闭窗口后重新打开"))
    })
}
