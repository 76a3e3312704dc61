//! Every template that ships is sound, and its sample is a document that could be signed.

use std::fs;
use std::path::{Path, PathBuf};

use dossier_core::template::Template;

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let entries = fs::read_dir(&root).expect("the repository holds `templates`");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.join("template.toml").is_file()).collect();
    folders.sort();
    folders
}

fn template(folder: &Path) -> Template {
    let path = folder.join("template.toml");
    let text = fs::read_to_string(&path).unwrap();
    Template::parse(&text, &path.display().to_string()).unwrap_or_else(|error| panic!("{error:#?}"))
}

#[test]
fn the_four_documents_ship() {
    let ids: Vec<String> = folders().iter().map(|folder| template(folder).id).collect();
    for id in ["release-application", "release-plan", "release-plan-table", "release-summary"] {
        assert!(ids.iter().any(|known| known == id), "{id} is one of the controlled documents");
    }
}
