//! How the page comes onto the screen on Linux: by the graphics card where there is one, else by drawing only what
//! changed.
//!
//! Without a card WebKit still puts the whole window together in OpenGL, which the processor then computes: a letter
//! typed into a long form is seen after some 170 ms, and the page takes 140 MiB more. Many office machines are virtual
//! ones or reached from afar; on those the plain way shows the letter in a frame. The software that would compute the
//! OpenGL is not loaded into the program there either, which takes an eighth of every start. The page's own process does
//! not start without it, although it draws nothing with it.

use std::ffi::OsString;
use std::path::Path;

use khronos_egl::{DynamicInstance, EGL1_0};
use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Where the kernel lists cards; those that compute pictures are called `renderD128` and so on.
const CARDS: &str = "/dev/dri";
const CARD: &str = "renderD";
/// WebKit's own word for people who know better.
const FORCED: &str = "WEBKIT_FORCE_COMPOSITING_MODE";

/// What keeps WebKit and the window's toolkit from loading OpenGL. Either alone would be refused by the other.
const WITHOUT_OPENGL: [(&str, &str); 2] = [("WEBKIT_DISABLE_DMABUF_RENDERER", "1"), ("GDK_GL", "disable")];

/// Where the system looks for software that draws OpenGL; what it finds at the first question holds for the process.
const SOFTWARE: &str = "__EGL_VENDOR_LIBRARY_FILENAMES";
const NONE: &str = "/dev/null";

/// Has this process find no software that draws OpenGL, where nothing is drawn with it. The processes that it starts
/// find it as ever.
pub fn leave_opengl_out() {
    if !plainly() || std::env::var_os(SOFTWARE).is_some() {
        return;
    }
    #[expect(
        unsafe_code,
        reason = "the variable may not reach the page's process, and WebKit asks only when that runs"
    )]
    // SAFETY: no other thread runs yet that could read the environment meanwhile, and the library is the system's own.
    unsafe {
        std::env::set_var(SOFTWARE, NONE);
        // Where there is no such library, nothing is drawn with it either. The answer is that there is none.
        let _ = DynamicInstance::<EGL1_0>::load().map(|egl| egl.query_string(None, khronos_egl::EXTENSIONS));
        std::env::remove_var(SOFTWARE);
    }
}

/// What the processes of the web view have to hear of before the first of them starts.
pub fn variables() -> impl Iterator<Item = (&'static str, OsString)> {
    let told = if plainly() { WITHOUT_OPENGL.as_slice() } else { &[] };
    told.iter().map(|(name, value)| (*name, (*value).into()))
}

/// Has a window drawn in the way that suits the machine. Called before the page shows anything.
///
/// # Errors
/// The window is gone.
pub fn suit(window: &WebviewWindow) -> tauri::Result<()> {
    if !plainly() {
        return Ok(());
    }
    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

fn plainly() -> bool {
    !has_card(Path::new(CARDS)) && std::env::var_os(FORCED).is_none()
}

fn has_card(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with(CARD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_alone_is_no_card_that_computes_pictures() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_card(&folder.path().join("dri")), "a container has no such folder");
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_card(folder.path()));
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_card(folder.path()));
    }
}
