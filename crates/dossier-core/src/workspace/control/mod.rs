//! Documents under control: submitted, signed, in force, obsolete; and what their paper says afterwards.

mod approval;
mod copies;
mod life;
pub(in crate::workspace) mod numbers;
mod paper;
mod registers;
mod scans;
mod sign;
pub(in crate::workspace) mod submit;
mod thaw;
mod verify;

pub use verify::AuditReport;

pub(super) use thaw::{Thawed, thaw};
pub(super) use verify::scan_altered;

use serde_json::Value;

use crate::control::PaperCopy;
use crate::document::Values;
use crate::export::{Exported, Format, Options};
use crate::storage::{DocumentId, DocumentRecord, RevisionRecord, RevisionState, Status, Storage, Transaction};
use crate::{Code, Environment, Error, Result};

use super::{Loaded, Workspace, dossiers, values};

/// The revision that a document shows while it is no draft: the one in force, else the latest.
pub(super) fn shown_revision(storage: &Storage, record: &DocumentRecord) -> Result<Option<RevisionRecord>> {
    let revisions = storage.revisions_of(record.id)?;
    let named = revisions.iter().rfind(|own| Some(&own.revision) == record.revision.as_ref());
    Ok(named.or(revisions.last()).cloned())
}

impl Workspace {
    /// A revision by name, else the latest, with everything that its paper needs.
    pub(super) fn thawed(&self, id: DocumentId, revision: Option<&str>) -> Result<Thawed> {
        thaw(&self.storage, revision_of(&self.storage, id, revision)?)
    }
}

/// The rows in which a draft will be signed, by the policy that holds now.
pub(super) fn foresee(workspace: &Workspace, loaded: &mut Loaded) -> Result<()> {
    let policy = match workspace.storage.setting_group("documents")? {
        Some(documents) => documents.get("policy").and_then(Value::as_str).unwrap_or_default().to_owned(),
        None => String::new(),
    };
    // The form itself has the rows of the usual policy.
    if policy.is_empty() || policy == crate::policy::DEFAULT {
        return Ok(());
    }
    let document = loaded.document()?;
    let facts = values(&loaded.facts);
    let known = Values::new(&document, &loaded.template, &facts);
    let policy = workspace.policies()?.get(&policy);
    let chain = policy.approvals(&loaded.template, &known).first().map(|chain| (*chain).clone());
    if let Some(chain) = chain {
        crate::policy::adapt(&mut loaded.template, &chain);
    }
    Ok(())
}

/// A submitted document as a file: the paper as it was given out, or the same in another format.
pub(super) fn exported(
    storage: &Storage,
    environment: &Environment,
    thawed: &Thawed,
    format: Format,
    options: Options,
) -> Result<Exported> {
    match format {
        Format::Pdf => Ok(paper::given_out(storage, environment, thawed, PaperCopy::Record, options)?.exported),
        _ => paper::export(environment, thawed, format, PaperCopy::Record, options, None),
    }
}

/// The paper that a revision is kept as, and what else than the revision decides how it looks.
pub(super) fn record_paper(
    storage: &Storage,
    environment: &Environment,
    thawed: &Thawed,
) -> Result<(String, Exported)> {
    let paper = paper::given_out(storage, environment, thawed, PaperCopy::Record, Options::default())?;
    Ok((paper.kind, paper.exported))
}

/// Leaves for the list what it tells of a document's approval.
pub(super) fn sum_up_progress(tx: &mut Transaction<'_>, id: DocumentId) -> Result<()> {
    let record = tx.document(id)?;
    let revisions = tx.revisions_of(id)?;
    let in_force = revisions.iter().find(|revision| revision.state == RevisionState::Controlled);
    let steps = match revisions.last().filter(|_| record.status == Status::InReview) {
        Some(latest) => {
            let frozen = crate::control::Frozen::read(&latest.frozen)?;
            let chain = frozen.policy.approval.as_ref();
            let signed = tx.signoffs_of(latest.id)?;
            let of_chain = signed.iter().filter(|own| chain.is_some_and(|chain| chain.id == own.signoff.chain));
            chain.map(|chain| (of_chain.count(), chain.steps.len()))
        }
        None => None,
    };
    tx.set_progress(id, steps, in_force.map(|revision| revision.revision.as_str()))?;
    if let Some(release) = record.release {
        dossiers::sum_up_release(tx, release)?;
    }
    Ok(())
}

/// The revision of a document that is asked for by name, else the latest.
pub(super) fn revision_of(storage: &Storage, id: DocumentId, name: Option<&str>) -> Result<RevisionRecord> {
    let revisions = storage.revisions_of(id)?;
    let found = match name {
        Some(name) => revisions.into_iter().find(|revision| revision.revision.eq_ignore_ascii_case(name)),
        None => revisions.into_iter().next_back(),
    };
    found.ok_or_else(|| {
        let what = name.map_or("已提交的版本".to_owned(), |name| format!("版本 `{name}`"));
        Error::new(Code::NotFound, format!("文档 `{id}` 没有{what}")).hint("可用 `dossier approval` 查看文档的各个版本")
    })
}

/// `V1.0` and what follows it: `V1.1`, or `V2.0` for a major one.
pub(super) fn next_revision(last: &str, major: bool) -> String {
    let mut parts = last.trim_start_matches(['V', 'v']).split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (whole, part) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if major { format!("V{}.0", whole + 1) } else { format!("V{whole}.{}", part + 1) }
}

#[cfg(test)]
mod tests {
    use super::next_revision;

    #[test]
    fn revisions_count_on() {
        let next = |last, major| next_revision(last, major);
        assert_eq!(next("V1.0", false), "V1.1");
        assert_eq!(next("V1.9", false), "V1.10");
        assert_eq!(next("V1.10", true), "V2.0");
    }
}
