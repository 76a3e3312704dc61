//! The folders in which templates live.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::Template;
use super::nearest::suggestion;
use crate::error::{Code, Error, Issue, Result};

/// The templates of some folders. Each is read when it is first asked for: one form must not wait for the others.
#[derive(Debug)]
pub struct Library {
    shelf: BTreeMap<String, Shelved>,
}

#[derive(Debug)]
struct Shelved {
    folder: PathBuf,
    template: OnceLock<Result<Template>>,
}

impl Library {
    /// Looks for `<folder>/*/template.toml`. A template in a later folder takes the place of an earlier one of its id.
    ///
    /// # Errors
    ///
    /// [`Code::Installation`] if there is no template at all, [`Code::Io`] if a folder cannot be listed.
    pub fn open(folders: &[PathBuf]) -> Result<Self> {
        let mut shelf = BTreeMap::new();
        for folder in folders.iter().filter(|folder| folder.exists()) {
            let entries = std::fs::read_dir(folder).map_err(|error| cannot_read(folder, &error))?;
            for entry in entries {
                let folder = entry.map_err(|error| cannot_read(folder, &error))?.path();
                let Some(id) = folder.file_name().and_then(|name| name.to_str()) else { continue };
                if folder.join("template.toml").is_file() {
                    shelf.insert(id.to_owned(), Shelved { folder: folder.clone(), template: OnceLock::new() });
                }
            }
        }
        if shelf.is_empty() {
            let looked: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
            let message = format!("找不到任何模板，查过 {}", looked.join("、"));
            return Err(Error::new(Code::Installation, message).hint("请重新安装程序"));
        }
        Ok(Self { shelf })
    }

    /// The ids of all templates, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.shelf.keys().map(String::as_str)
    }

    /// The template of an id.
    ///
    /// # Errors
    ///
    /// [`Code::NotFound`] with the ids that there are; [`Code::InvalidTemplate`] with its problems.
    pub fn get(&self, id: &str) -> Result<&Template> {
        self.shelved(id)?.template()
    }

    /// All templates, in the order of lists; those that cannot be read come last.
    pub fn iter(&self) -> impl Iterator<Item = Result<&Template>> {
        let mut all: Vec<_> = self.shelf.values().map(Shelved::template).collect();
        all.sort_by_key(|template| template.as_ref().map_or(u64::MAX, |template| template.order as u64));
        all.into_iter()
    }

    /// The complete example that comes with a template.
    ///
    /// # Errors
    ///
    /// [`Code::NotFound`] if there is none, [`Code::InvalidContent`] if it is not a JSON object.
    pub fn sample(&self, id: &str) -> Result<Map<String, Value>> {
        let file = self.shelved(id)?.folder.join("sample.json");
        if !file.exists() {
            let message = format!("模板 {id} 没有样例：缺少 `{}`", file.display());
            return Err(Error::new(Code::NotFound, message));
        }
        let text = std::fs::read_to_string(&file).map_err(|error| cannot_read(&file, &error))?;
        serde_json::from_str(&text).map_err(|error| {
            let issue = Issue::at(
                format!("sample.json:{}", error.line()),
                "not_json",
                format!("第 {} 行第 {} 列不合 JSON 的写法。", error.line(), error.column()),
            );
            Error::new(Code::InvalidContent, format!("模板 {id} 的样例读不出来")).issues(vec![issue])
        })
    }

    fn shelved(&self, id: &str) -> Result<&Shelved> {
        self.shelf.get(id).ok_or_else(|| {
            let near = suggestion(id, self.ids());
            let all: Vec<&str> = self.ids().collect();
            Error::new(Code::NotFound, format!("没有模板 `{id}`{near}")).hint(format!("现有模板：{}", all.join("、")))
        })
    }
}

impl Shelved {
    fn template(&self) -> Result<&Template> {
        let read = || {
            let file = self.folder.join("template.toml");
            let text = std::fs::read_to_string(&file).map_err(|error| cannot_read(&file, &error))?;
            Template::parse(&text, &file.display().to_string())
        };
        self.template.get_or_init(read).as_ref().map_err(Clone::clone)
    }
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Error {
    Error::new(Code::Io, format!("读不出 `{}`：{error}", path.display())).hint("检查这个路径是否还在、是否允许读取")
}
