//! Documents into a folder, each under a name that people can file it by.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use super::{Loaded, Workspace, load, values};
use crate::control::PaperCopy;
use crate::dossiers::{ExportRequest, ExportResult, ExportedFile, Progress};
use crate::export::{Format, Options};
use crate::storage::{CopyId, DocumentId, RevisionRecord};
use crate::{Issue, Result, files};

/// Longest name of a file, in bytes: file systems take 255, and synchronised folders add to it.
const LONGEST_NAME: usize = 200;

impl Workspace {
    /// The name under which a document is exported: `REL-SUM-2026-001_产品_V4.1.2_总结报告.pdf`. A draft without an
    /// official number leaves the number out: a provisional one on a file would be taken for it.
    ///
    /// # Errors
    /// There is no such document, or it is damaged.
    pub fn export_name(&self, id: DocumentId, format: Format, blank: bool) -> Result<String> {
        Ok(name_of(&load(&self.storage, id)?, format, blank))
    }

    /// How the file of a revision's paper is called: `REL-APP-2026-001_V1.0_申请表_分发号01.pdf`.
    ///
    /// # Errors
    /// There is no such revision or copy.
    pub fn revision_name(&self, id: DocumentId, revision: Option<&str>, copy: PaperCopy) -> Result<String> {
        let thawed = self.thawed(id, revision)?;
        let which = match copy {
            PaperCopy::Record => String::new(),
            PaperCopy::Controlled { copy } => {
                format!("_分发号{:02}", self.storage.copy(CopyId::from_number(copy))?.copy_number)
            }
            PaperCopy::Uncontrolled => "_非受控".to_owned(),
        };
        let RevisionRecord { number, revision, .. } = &thawed.record;
        Ok(plain(&format!("{number}_{revision}_{}{which}.pdf", thawed.template.short)))
    }

    /// How the file of 修订对照 is called: `REL-APP-2026-001_V1.0-V1.1_修订对照.pdf`.
    ///
    /// # Errors
    /// As [`compare`](Self::compare).
    pub fn comparison_name(&self, id: DocumentId, from: Option<&str>, to: Option<&str>) -> Result<String> {
        let compared = self.compare(id, from, to)?;
        Ok(plain(&format!("{}_{}-{}_修订对照.pdf", compared.number, compared.from, compared.to)))
    }

    /// Exports documents into a folder, each in each format. Every file is written whole or not at all, and none takes
    /// the place of another: a name that is taken gets （2）. `progress` is told before each file and once at the end;
    /// it may stop the work, and what is finished then stays.
    ///
    /// A document that does not fit its format is told in the warnings, and the others are exported all the same.
    ///
    /// # Errors
    /// The folder cannot be written; nothing at all could be exported.
    pub fn export_to_folder(
        &self,
        request: &ExportRequest,
        folder: &Path,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<ExportResult> {
        files::create_folder(folder)?;
        let options = Options { blank: request.blank, for_signing: request.for_signing, ..Options::default() };
        let mut result =
            ExportResult { folder: files::display(folder), files: Vec::new(), warnings: Vec::new(), cancelled: false };
        let mut taken: HashSet<String> = files::list(folder)?.iter().filter_map(|path| folded(path)).collect();
        let mut first_problem = None;
        let total = request.documents.len() * request.formats.len();
        let jobs = request.documents.iter().flat_map(|id| request.formats.iter().map(move |format| (*id, *format)));
        for (done, (id, format)) in jobs.enumerate() {
            let name = self.export_name(id, format, request.blank)?;
            if progress(&Progress { done, total, what: name.clone() }).is_break() {
                result.cancelled = true;
                return Ok(result);
            }
            let exported = match self.export(id, format, options) {
                Ok(exported) => exported,
                Err(error) => {
                    let message = format!("“{name}”没有导出：{}。", error.message);
                    result.warnings.push(Issue::at(id.to_string(), "not_exported", message));
                    first_problem.get_or_insert(error);
                    continue;
                }
            };
            let name = free_name(&name, &mut taken);
            let path = folder.join(&name);
            files::write(&path, &exported.bytes)?;
            for warning in exported.warnings {
                let message = format!("{name}：{}", warning.message);
                result.warnings.push(Issue { path: format!("{id}.{}", warning.path), message, ..warning });
            }
            result.files.push(ExportedFile { name, path: files::display(&path) });
        }
        match first_problem {
            Some(error) if result.files.is_empty() => Err(error),
            _ => {
                // Nothing is left that could be stopped.
                let _ = progress(&Progress { done: total, total, what: String::new() });
                Ok(result)
            }
        }
    }
}

fn name_of(loaded: &Loaded, format: Format, blank: bool) -> String {
    let template = &loaded.template;
    let facts = values(&loaded.facts);
    let text =
        |value: Option<&serde_json::Value>| value.and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let shared = |key: &str| {
        let field = template.fields.iter().find(|field| field.carries.as_deref() == Some(key));
        let own = field.and_then(|field| loaded.content.get(&field.id));
        text(own.or_else(|| facts.get(key)))
    };
    let parts = match blank {
        true => [template.form_number.clone(), String::new(), String::new(), format!("{}_空白表", template.title)],
        false => [
            text(loaded.content.get("doc_number")),
            shared("release.product_name"),
            shared("release.version"),
            template.short.clone(),
        ],
    };
    let ending = format!(".{}", format.extension());
    // The product gives way where the name gets too long.
    let parts = parts.map(|part| plain(&part));
    let others: usize = parts.iter().map(|part| part.len() + 1).sum::<usize>() - parts[1].len() + ending.len();
    let [number, product, version, form] = parts;
    let product = shortened(&product, LONGEST_NAME.saturating_sub(others)).to_owned();
    let filled: Vec<String> = [number, product, version, form].into_iter().filter(|part| !part.is_empty()).collect();
    let stem = filled.join("_");
    format!("{}{ending}", shortened(&stem, LONGEST_NAME - ending.len()))
}

/// Without what Windows refuses in the name of a file.
fn plain(part: &str) -> String {
    let plain: String = part
        .chars()
        .map(|character| match character {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '-',
            character if character.is_control() => ' ',
            character => character,
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").trim_matches('.').to_owned()
}

/// At most so many bytes, and no half character.
fn shortened(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].trim_end_matches([' ', '.', '_'])
}

/// The name, or with （2） where it is taken.
fn free_name(name: &str, taken: &mut HashSet<String>) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut free = name.to_owned();
    for number in 2.. {
        if taken.insert(free.to_lowercase()) {
            break;
        }
        let mark = format!("（{number}）");
        let stem = shortened(stem, LONGEST_NAME - mark.len() - ending.len() - 1);
        free = format!("{stem}{mark}.{ending}");
    }
    free
}

/// Names that differ in case alone are one and the same on most systems.
fn folded(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_nothing_that_windows_refuses() {
        assert_eq!(plain("网关：A/B *测试*?"), "网关：A-B -测试--");
        assert_eq!(plain("..a\n b. "), "a b");
        assert_eq!(shortened("产品产品", 7), "产品");
        let mut taken = HashSet::from(["a.pdf".to_owned()]);
        assert_eq!(free_name("A.pdf", &mut taken), "A（2）.pdf");
        assert_eq!(free_name("A.pdf", &mut taken), "A（3）.pdf");
        assert_eq!(free_name("b.pdf", &mut taken), "b.pdf");
        let long = format!("{}.pdf", "长".repeat(65));
        taken.insert(long.clone());
        assert!(free_name(&long, &mut taken).len() <= LONGEST_NAME);
    }
}
