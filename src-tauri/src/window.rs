//! The window itself: made once, on one page, and never led anywhere else.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tauri::http::{Response, StatusCode, header};
use tauri::webview::WebviewWindowBuilder;
use tauri::{App, AppHandle, DragDropEvent, Emitter, Manager, Url, Window, WindowEvent};

use crate::commands;
use crate::instance::Door;
use crate::program::Program;

/// As in `tauri.conf.json`.
const LABEL: &str = "main";
/// What the page hears when it is about to go; its answer is the command `leave`.
const CLOSING: &str = "closing";
/// How long the page may take to store what is still being typed.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether a copy of the data is due.
const TENDED: Duration = Duration::from_secs(60);
/// Serves the bundled fonts, so that the form on the screen has the letters of the paper on every machine.
const FONTS: &str = "paper";
/// What the page hears when a file falls on the window.
const FILE_DROPPED: &str = "file-dropped";

/// Runs before anything of the page does.
const FREEZE: &str = include_str!("freeze.js");

/// Shows the window until it is closed.
pub fn run(program: Arc<Program>, door: Option<Door>) -> ExitCode {
    if cfg!(target_os = "linux") && !has_display() {
        eprintln!("没有图形界面：`DISPLAY` 和 `WAYLAND_DISPLAY` 都没有设置。在终端里可以用 `dossier`");
        return ExitCode::from(2);
    }
    // Opening the data takes about as long as making a web view; both at once halve the wait.
    let warmed = Arc::clone(&program);
    std::thread::spawn(move || warmed.warm());
    let tended = Arc::clone(&program);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(TENDED);
            tended.tend();
        }
    });
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .manage(program)
        .register_asynchronous_uri_scheme_protocol(FONTS, |context, request, responder| {
            let program = Arc::clone(&context.app_handle().state::<Arc<Program>>());
            std::thread::spawn(move || responder.respond(font(&program, request.uri().path())));
        })
        .invoke_handler(commands::handler())
        .setup(move |app| Ok(set_up(app, door)?))
        .on_window_event(|window, event| {
            if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
                let program = window.state::<Arc<Program>>();
                for path in paths.iter().filter(|path| path.is_file()) {
                    // A page that does not listen yet has no place for a file either.
                    let _ = window.emit_to(LABEL, FILE_DROPPED, program.pick(path.clone()));
                }
            }
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                close(window);
            }
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|_, _| {});
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("无法打开窗口：{error}");
            ExitCode::from(2)
        }
    }
}

fn set_up(app: &App, door: Option<Door>) -> tauri::Result<()> {
    let window = app.config().app.windows.first().expect("tauri.conf.json describes the window");
    let builder = WebviewWindowBuilder::from_config(app.handle(), window)?;
    // Text that people type may hold addresses: none of them is ever followed.
    let window = builder.on_navigation(is_our_page).initialization_script(FREEZE).build()?;
    #[cfg(target_os = "linux")]
    crate::drawing::suit(&window)?;
    #[cfg(not(target_os = "linux"))]
    drop(window);
    if let Some(door) = door {
        let handle = app.handle().clone();
        door.answer(move || raise(&handle));
    }
    Ok(())
}

/// Lets the page store what is still being typed; a page that does not answer is not waited for.
fn close(window: &Window) {
    let (window, asked) = (window.clone(), window.emit_to(LABEL, CLOSING, ()));
    std::thread::spawn(move || {
        if asked.is_ok() {
            std::thread::sleep(PATIENCE);
        }
        let _ = window.destroy();
    });
}

fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    // A window manager that refuses has its reasons; the window is there all the same.
    let _ = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
}

/// One of the bundled fonts by its file name; anything else is not there.
fn font(program: &Program, path: &str) -> Response<Vec<u8>> {
    let bytes = program.font(path.trim_start_matches('/'));
    let answer = Response::builder().header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    let answer = match bytes {
        Some(bytes) => answer.header(header::CONTENT_TYPE, "font/ttf").body(bytes),
        None => answer.status(StatusCode::NOT_FOUND).body(Vec::new()),
    };
    answer.expect("a status and two plain headers make an answer")
}

fn is_our_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        // The page on Windows, and in `tauri dev`.
        "http" => url.host_str() == Some("tauri.localhost") || cfg!(dev) && url.host_str() == Some("localhost"),
        _ => url.as_str() == "about:blank",
    }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Opens a file in the program that the system has for it; not in tests, where nobody would close it.
///
/// # Errors
/// There is no such program.
pub fn open_outside(path: &Path) -> Result<(), tauri_plugin_opener::Error> {
    if crate::ask::under_test() {
        return Ok(());
    }
    tauri_plugin_opener::open_path(path, None::<&str>)
}

/// Shows a file in its folder; not in tests.
///
/// # Errors
/// There is no program that shows folders.
pub fn reveal(path: &Path) -> Result<(), tauri_plugin_opener::Error> {
    if crate::ask::under_test() {
        return Ok(());
    }
    tauri_plugin_opener::reveal_item_in_dir(path)
}
