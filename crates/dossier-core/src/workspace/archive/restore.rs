//! Dossiers come back from a package. Whatever stands here stays as it is.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use super::super::Workspace;
use super::merge::{Source, TakenIn};
use crate::archive::{Opened, PackageVerdict, Restored, open_verified};
use crate::dossiers::Progress;
use crate::{Code, Error, Issue, Result};

impl Workspace {
    /// Brings the dossiers of a package back, each document whole or not at all. What is here already stays as it is, and
    /// gets what the package adds to it; what contradicts it is told, left out and kept in quarantine. `progress` is told
    /// before each document and once at the end; it may stop the work, and what is finished then stays: another run goes
    /// on.
    ///
    /// # Errors
    /// The package is damaged, was altered, or is none; the anchor does not fit. Then nothing is changed.
    pub fn restore_package(
        &mut self,
        path: &Path,
        anchor: Option<&str>,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Restored> {
        let mut unheard = |_: &Progress| ControlFlow::Continue(());
        let Opened { mut package, report, index } = open_verified(path, anchor, &mut unheard)?;
        let Some(index) = index.filter(|_| report.verdict == PackageVerdict::Sound) else {
            return Err(Error::new(Code::InvalidContent, format!("没有恢复：归档包{}", report.message))
                .hint("可用 `dossier verify` 查看；恢复只用完好的归档包")
                .issues(report.issues));
        };
        if index.handover.is_some() {
            return Err(Error::new(Code::UnsupportedFormat, "没有恢复：这是移交包，不是归档包")
                .hint("请用 `dossier exchange receive` 接收"));
        }
        let mut restored = Restored { documents: 0, revisions: 0, known: 0, issues: Vec::new(), cancelled: false };
        let mut fresh = HashSet::new();
        let source = Source { index: &index, digest: &report.digest, sender: "归档包", package: "" };
        let total = index.documents.len();
        for (done, part) in index.documents.iter().enumerate() {
            if progress(&Progress { done, total, what: part.number.clone() }).is_break() {
                restored.cancelled = true;
                return Ok(restored);
            }
            match self.take_in(&mut package, &source, part, &mut fresh, false, &mut restored.issues)? {
                TakenIn::Known(_) => restored.known += 1,
                TakenIn::Clashed { why, .. } => restored.issues.push(Issue::at(&part.number, "taken", why)),
                TakenIn::New { revisions, .. } | TakenIn::Merged { revisions, .. } => {
                    restored.documents += 1;
                    restored.revisions += revisions;
                }
            }
        }
        // Nothing is left that could be stopped.
        let _ = progress(&Progress { done: total, total, what: String::new() });
        Ok(restored)
    }
}
