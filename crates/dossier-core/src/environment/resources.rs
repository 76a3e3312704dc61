//! Where the program's own templates and fonts are.

use std::path::{Path, PathBuf};

use crate::{Code, Error, Result, files};

/// Names the folder that holds `templates/` and the fonts, for installations that keep them elsewhere.
const VARIABLE: &str = "DOSSIER_RESOURCES";

/// In the order of the roles: sans 400, sans 700, serif 400, serif 700.
pub(super) const FONTS: [&str; 4] =
    ["NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf", "NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf"];

/// The folders that are installed with the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// One folder a controlled document.
    pub templates: PathBuf,
    /// The four bundled fonts.
    pub fonts: PathBuf,
}

impl Resources {
    /// The resources within a folder that holds `templates/` and `assets/fonts/` or `fonts/`.
    pub fn within(folder: &Path) -> Option<Self> {
        let templates = folder.join("templates");
        let fonts = ["assets/fonts", "fonts"].iter().map(|name| folder.join(name)).find(|fonts| fonts.is_dir())?;
        templates.is_dir().then_some(Self { templates, fonts })
    }

    /// Looks beside the program, where installers put things, and above it, where a developer's tree has them.
    pub(super) fn find() -> Result<Self> {
        if let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
            let folder = PathBuf::from(folder);
            return Self::within(&folder).ok_or_else(|| {
                let folder = files::display(&folder);
                Error::new(Code::Installation, format!("`{VARIABLE}` 指定的文件夹 `{folder}` 中没有模板和字体"))
                    .hint("该文件夹中应有 `templates` 和 `fonts`（或 `assets/fonts`）两个文件夹")
            });
        }
        // A link in a folder of the search path leads to the program's real place.
        let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        let folder = program.as_deref().and_then(Path::parent);
        folder.and_then(Self::near).ok_or_else(|| {
            let place = folder.map_or_else(|| "程序".into(), |folder| format!("`{}` ", files::display(folder)));
            Error::new(Code::Installation, format!("在{place}附近找不到程序自带的模板和字体"))
                .hint(format!("请重新安装本程序，或用环境变量 `{VARIABLE}` 指定其所在的文件夹"))
        })
    }

    /// Searches from the folder of the executable.
    fn near(folder: &Path) -> Option<Self> {
        let installed = ["resources", "../share/dossier", "../lib/dossier", "../Resources"];
        installed
            .iter()
            .find_map(|place| Self::within(&folder.join(place)))
            .or_else(|| folder.ancestors().find_map(Self::within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        root
    }

    #[test]
    fn a_developers_tree_is_found_from_the_build_folder() {
        let root = tree(&["templates", "assets/fonts", "target/release/deps"]);
        let found = Resources::near(&root.path().join("target/release/deps")).unwrap();
        assert_eq!(found.fonts, root.path().join("assets/fonts"));
    }

    #[test]
    fn an_installation_is_found_from_the_folder_of_programs() {
        let root = tree(&["bin", "share/dossier/templates", "share/dossier/fonts"]);
        let found = Resources::near(&root.path().join("bin")).unwrap();
        assert_eq!(found.templates, root.path().join("bin/../share/dossier/templates"));
    }

    #[test]
    fn templates_without_fonts_are_not_enough() {
        let root = tree(&["templates", "bin"]);
        assert_eq!(Resources::near(&root.path().join("bin")), None);
    }
}
