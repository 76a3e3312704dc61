//! The bundled fonts among the installed ones, for this program alone, on Linux.
//!
//! A font that is served to a page is read whole, checked and copied before its first letter shows: two faces of 10 MB
//! at every start, and seen as letters that change a moment later. What fontconfig knows is mapped from its file, and
//! dialogs of the system have Chinese letters too where nobody installed any. Where this does not work, the page is
//! served its fonts as on other systems.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use dossier_core::{Environment, Result, files};

/// Names another configuration to fontconfig, also in the processes of the web view.
const VARIABLE: &str = "FONTCONFIG_FILE";
const OF_THE_SYSTEM: &str = "/etc/fonts/fonts.conf";

/// What has fontconfig know the bundled fonts.
pub fn variable() -> Option<(&'static str, OsString)> {
    // Who has set another configuration means it.
    if std::env::var_os(VARIABLE).is_some() || !Path::new(OF_THE_SYSTEM).exists() {
        return None;
    }
    Some((VARIABLE, described()?.into_os_string()))
}

/// The configuration of the system and our folder of fonts, as a file; none where it cannot be written.
fn described() -> Option<PathBuf> {
    let environment = Environment::system();
    let fonts = environment.resources().ok()?.fonts.canonicalize().ok()?;
    let file = dirs::cache_dir()?.join("Dossier").join("fonts.conf");
    write(&file, &configuration(fonts.to_str()?)).ok()?;
    Some(file)
}

fn configuration(folder: &str) -> String {
    let folder = folder.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n\
         <include>{OF_THE_SYSTEM}</include>\n<dir>{folder}</dir>\n</fontconfig>\n"
    )
}

/// Writes what does not stand there yet.
fn write(file: &Path, text: &str) -> Result<()> {
    if std::fs::read(file).is_ok_and(|found| found == text.as_bytes()) {
        return Ok(());
    }
    files::create_folder(file.parent().expect("a file in a folder"))?;
    files::write(file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_any_name_stands_in_the_configuration() {
        let text = configuration("/opt/R&D <x>/字体");
        assert!(text.contains("<dir>/opt/R&amp;D &lt;x>/字体</dir>"), "{text}");
        assert!(text.contains("<include>/etc/fonts/fonts.conf</include>"));
    }

    #[test]
    fn what_is_written_replaces_what_stood_there_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/fonts.conf");
        for text in ["one", "two", "two"] {
            write(&file, text).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }
}
