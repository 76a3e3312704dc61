//! Between machines: drafts handed over and back, submitted documents told of, numbers lent; the rules are `core::exchange`.

mod choose;
mod lease;
mod look;
mod receive;
mod receive_draft;
mod send;
mod status;

use serde_json::Map;

use crate::control::FrozenTemplate;
use crate::exchange::{self, DraftPart, SCHEMA, SubmissionPart};
use crate::storage::{DocumentId, HandoverRecord, ReleaseId, Storage};
use crate::template::{Field, Template};
use crate::{Code, Error, Result};

use super::{kept_template, values};
use crate::archive::bag::in_groups;
use crate::archive::index::ReleasePart;

/// Longest name of a person or installation, in characters.
const LONGEST_NAME: usize = 60;
/// Hexadecimal digits of uids.
const UID_DIGITS: usize = 32;
/// Those of them that a code has: 7F3A-90C1-22DE.
const CODE_DIGITS: usize = 12;

/// Why a document is read-only that somebody else writes on.
pub(super) fn told(out: &HandoverRecord) -> String {
    format!("已移交给{}，收回后才能改", out.recipient)
}

/// Only one person writes on a draft.
///
/// # Errors
/// It is somebody else.
pub(super) fn refuse_handed_over(storage: &Storage, id: DocumentId) -> Result<()> {
    match storage.handed_over(id)? {
        None => Ok(()),
        Some(out) => {
            let message = format!("文档 `{id}` 已移交给{}，在这里不能改", out.recipient);
            Err(Error::new(Code::IllegalMove, message)
                .hint(format!("等移交包回来，或用 `dossier exchange take-back {id}` 收回")))
        }
    }
}

/// A draft as it stands here, ready to leave.
pub(super) fn draft_here(storage: &Storage, id: DocumentId, submission: Option<SubmissionPart>) -> Result<DraftPart> {
    let document = storage.document(id)?;
    let template = kept_template(storage, &document)?;
    let unfit = storage.unfit(id)?;
    let (release, facts) = match document.release {
        Some(release) => {
            let record = storage.release(release)?;
            let mut facts = values(&record.facts);
            facts.retain(|key, _| carrying(&template, key).next().is_some());
            (Some(release_part(storage, release)?), facts)
        }
        None => (None, Map::new()),
    };
    Ok(DraftPart {
        schema: SCHEMA,
        uid: storage.document_uid(id)?,
        template: FrozenTemplate {
            id: template.id.clone(),
            version: template.version.clone(),
            sha256: document.template.clone(),
        },
        year: document.year,
        release,
        facts,
        number: document.number,
        revision: document.revision,
        change_note: document.change_note,
        digest: exchange::digest(&document.content, &unfit),
        content: document.content,
        unfit,
        seen: storage.exchanged_states(id)?,
        submission,
    })
}

fn release_part(storage: &Storage, release: ReleaseId) -> Result<ReleasePart> {
    Ok(ReleasePart { name: storage.release(release)?.name, uid: storage.release_uid(release)? })
}

/// The fields of a form that a fact of the release fills.
fn carrying<'t>(template: &'t Template, key: &'t str) -> impl Iterator<Item = &'t Field> {
    template.fields.iter().filter(move |field| field.carries.as_deref() == Some(key))
}

/// How people tell installations apart: 7F3A-90C1-22DE.
fn code_of(uid: &str) -> String {
    in_groups(&uid.chars().take(CODE_DIGITS).collect::<String>())
}

/// What people call a person or installation, as far as it is one line of a name.
fn name_of_person(name: &str) -> Option<String> {
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    is_name.then(|| name.to_owned())
}
