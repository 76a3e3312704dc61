//! The paper of a frozen revision: the same bytes whenever it is given out.

use dossier_layout::content::{Stamp, StampKind, Watermark};
use serde_json::Map;

use crate::control::PaperCopy;
use crate::export::{self, Exported, Format, Job, Options};
use crate::storage::{CopyId, CopyRecord, DocumentId, RevisionState, Storage, sha256};
use crate::{Code, Environment, Error, Result};

use super::super::{Workspace, act};
use super::submit::front_of;
use super::{Thawed, revision_of, thaw};

/// A paper before it is given out.
pub(super) struct Paper {
    /// What else than the revision decides how it looks.
    pub kind: String,
    pub exported: Exported,
    pub pages: usize,
}

impl Workspace {
    /// The paper of a revision, recorded as printed: no signature in ink is older than its first printing. The same
    /// paper has the same bytes for good, whatever has changed on this machine since.
    ///
    /// # Errors
    /// The document was never submitted; there is no such revision or copy.
    pub fn print(
        &mut self,
        id: DocumentId,
        revision: Option<&str>,
        copy: PaperCopy,
        options: Options,
    ) -> Result<Exported> {
        let environment = &self.environment;
        let (exported, _) = self.storage.transact(act(environment, "document.print"), |tx| {
            let thawed = thaw(tx, revision_of(tx, id, revision)?)?;
            let paper = given_out(tx, environment, &thawed, copy, options)?;
            tx.keep_paper(thawed.record.id, &paper.kind, &paper.exported.bytes)?;
            let hash = sha256(&paper.exported.bytes);
            tx.record_print(thawed.record.id, &paper.kind, &hash)?;
            tx.subject(id);
            tx.detail("number", thawed.record.number.as_str());
            tx.detail("revision", thawed.record.revision.as_str());
            tx.detail("paper", paper.kind.as_str());
            tx.detail("sha256", hash);
            Ok(paper.exported)
        })?;
        Ok(exported)
    }

    /// The paper of a revision, to be looked at.
    ///
    /// # Errors
    /// As [`print`](Self::print).
    pub fn paper(&self, id: DocumentId, revision: Option<&str>, copy: PaperCopy, options: Options) -> Result<Exported> {
        let thawed = thaw(&self.storage, revision_of(&self.storage, id, revision)?)?;
        Ok(given_out(&self.storage, &self.environment, &thawed, copy, options)?.exported)
    }
}

/// The paper as it was given out before, else as it is now.
pub(super) fn given_out(
    storage: &Storage,
    environment: &Environment,
    thawed: &Thawed,
    copy: PaperCopy,
    options: Options,
) -> Result<Paper> {
    let held = match copy {
        PaperCopy::Controlled { copy } => Some(held_copy(storage, thawed, CopyId::from_number(copy))?),
        PaperCopy::Record | PaperCopy::Uncontrolled => None,
    };
    let kind = kind_of(thawed, held.as_ref(), copy, options);
    if let Some(bytes) = storage.paper(thawed.record.id, &kind)? {
        return Ok(Paper {
            kind,
            exported: Exported { bytes, pages: thawed.record.pages, warnings: Vec::new() },
            pages: thawed.record.pages,
        });
    }
    render(environment, thawed, copy, options, held.as_ref())
}

fn held_copy(storage: &Storage, thawed: &Thawed, id: CopyId) -> Result<CopyRecord> {
    let copy = storage.copy(id)?;
    if copy.revision == thawed.record.id {
        return Ok(copy);
    }
    let name = format!("{} {}", thawed.record.number, thawed.record.revision);
    Err(Error::new(Code::NotFound, format!("分发记录 {} 不是 `{name}` 的", id.number())))
}

/// Everything beside the revision that decides how a paper looks, as a key.
fn kind_of(thawed: &Thawed, held: Option<&CopyRecord>, copy: PaperCopy, options: Options) -> String {
    let which = match (copy, held) {
        (PaperCopy::Uncontrolled, _) => "uncontrolled".to_owned(),
        (_, Some(held)) => format!("copy-{}", held.copy_number),
        _ => "record".to_owned(),
    };
    let sides = match (options.duplex, options.binding_line) {
        (false, false) => "",
        (true, false) => "/duplex",
        (false, true) => "/binding",
        (true, true) => "/duplex-binding",
    };
    format!("{which}/{}/{}{sides}", thawed.record.state.name(), thawed.record.anchor)
}

/// Draws the paper of a revision.
///
/// # Errors
/// The program's fonts are missing; the content is damaged.
pub(super) fn render(
    environment: &Environment,
    thawed: &Thawed,
    copy: PaperCopy,
    options: Options,
    held: Option<&CopyRecord>,
) -> Result<Paper> {
    let kind = kind_of(thawed, held, copy, options);
    let exported = export(environment, thawed, Format::Pdf, copy, options, held)?;
    Ok(Paper { kind, pages: exported.pages, exported })
}

/// A revision in any format.
pub(super) fn export(
    environment: &Environment,
    thawed: &Thawed,
    format: Format,
    copy: PaperCopy,
    options: Options,
    held: Option<&CopyRecord>,
) -> Result<Exported> {
    let document = thawed.document()?;
    let mut marks = thawed.marks();
    let record = &thawed.record;
    match (record.state, copy) {
        (RevisionState::Obsolete, _) => {
            let on = record.obsolete_on.clone().unwrap_or_default();
            let successor = record.successor.as_ref().map(|next| format!("替代：{} {next}", record.number));
            let lines = [Some(format!("作废日期：{on}")), successor].into_iter().flatten().collect();
            marks.watermark = Some(Watermark { text: "作废".into(), lines, on_cover: true });
            marks.stamp = Some(Stamp { kind: StampKind::Obsolete, lines: vec![on] });
        }
        (_, PaperCopy::Uncontrolled) => {
            marks.stamp = Some(Stamp { kind: StampKind::Uncontrolled, lines: Vec::new() });
            marks.control_state = Some("非受控".into());
        }
        (RevisionState::Controlled, _) => {
            let on = record.effective_on.clone().unwrap_or_default();
            let number = held.map_or("原件".to_owned(), |held| format!("{:02}", held.copy_number));
            marks.stamp = Some(Stamp { kind: StampKind::Controlled, lines: vec![format!("分发号：{number}"), on] });
        }
        // The sheet that is signed becomes the record: nothing is stamped on it.
        _ => {}
    }
    let job = Job {
        template: &thawed.template,
        document: &document,
        facts: &Map::new(),
        settings: &thawed.settings,
        environment,
        options: Options { blank: false, for_signing: true, front: front_of(&thawed.frozen), ..options },
        year: thawed.frozen.year,
        provisional_number: None,
        marks,
    };
    export::export(&job, format)
}
