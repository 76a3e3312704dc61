//! Makes a permission for each command; what is not in the list cannot be called from the page.

use tauri_build::{AppManifest, Attributes};

include!("src/command_names.rs");

fn main() {
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS));
    tauri_build::try_build(attributes).expect("configuration, capabilities and icons of the window are in order");
}
