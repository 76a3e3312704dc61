//! A draft that comes in: new here, applied as one step that can be undone, or kept beside what is here.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::archive::index::{Index, Role};
use crate::archive::package::Package;
use crate::carried::fact;
use crate::document::LONGEST_TEXT;
use crate::exchange::{self, Coming, DraftPart, Purpose, ReceivedAs, ReceivedDocument, Relation, Standing as Here};
use crate::form::{Path, Typed};
use crate::storage::{
    DocumentId, Fact, HandoverEnd, NewDocument, ReleaseId, SecondVersionEnd, Standing, Status, Storage, Transaction,
    sha256,
};
use crate::template::Template;
use crate::{Code, Error, Result};

use super::super::archive::merge::{Release, SHARED_BYTES, Source, release_here};
use super::super::control::sum_up_progress;
use super::super::editing::{self, Mark};
use super::super::{Workspace, accept, act, dossiers, write};
use super::carrying;

/// Texts of a draft that are no values.
const MOST_UNFIT: usize = 10_000;
/// Packages that a draft may have been in.
pub(super) const MOST_SEEN: usize = 10_000;

/// How a draft stands to what was here before anything of its package was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// There was no such document.
    Nothing,
    Known(Relation),
}

/// Tells how a draft stands to what is here.
pub(super) fn before(
    storage: &Storage,
    draft: &DraftPart,
    package: &str,
    revisions: &HashSet<(String, String)>,
) -> Result<Before> {
    let Some(id) = storage.document_by_uid(&draft.uid)? else { return Ok(Before::Nothing) };
    let document = storage.document(id)?;
    let exchanged = storage.exchanged_digest(id)?;
    let seen = storage.exchanged_states(id)?;
    let own = storage.revisions_of(id)?;
    let knows_not = own.iter().any(|own| !revisions.contains(&(own.revision.clone(), own.sha256.clone())));
    let is_draft = document.status == Status::Draft;
    let current = exchange::digest(&document.content, &storage.unfit(id)?);
    let digest = if is_draft { Some(current.clone()) } else { exchanged.clone() };
    let here = Here {
        digest: digest.as_deref(),
        is_edited: is_draft && exchanged != Some(current),
        seen: &seen,
        is_ahead: knows_not || (!is_draft && draft.number.is_none()),
    };
    let coming = Coming { package, digest: &draft.digest, seen: &draft.seen };
    Ok(Before::Known(Relation::of(here, coming)))
}

/// Reads and checks a draft as far as that can be done without a document.
///
/// # Errors
/// It is none that this program writes.
pub(super) fn read(package: &mut Package, path: &str, sha256: &str) -> Result<DraftPart> {
    let bytes = package.read_known(path, crate::archive::limits::RECORD_BYTES, sha256)?;
    let draft: DraftPart = serde_json::from_slice(&bytes).map_err(|_| wrong("草稿读不出来"))?;
    let hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if draft.schema > exchange::SCHEMA {
        return Err(Error::new(Code::NewerDatabase, "这份草稿由更新版本的程序移交").hint("请安装最新版本的程序"));
    }
    if !hex(&draft.uid, super::UID_DIGITS) || !(1900..=9999).contains(&draft.year) {
        return Err(wrong("草稿的标识或年份不对"));
    }
    if draft.digest != exchange::digest(&draft.content, &draft.unfit) {
        return Err(wrong("草稿与它的校验值不符"));
    }
    if draft.unfit.len() > MOST_UNFIT || draft.seen.len() > MOST_SEEN || draft.seen.iter().any(|own| own.len() > 64) {
        return Err(wrong("草稿里的条目太多"));
    }
    let is_revision = |text: &str| {
        let parts = text.strip_prefix('V').and_then(|text| text.split_once('.'));
        parts.is_some_and(|(whole, part)| [whole, part].iter().all(|part| part.parse::<u16>().is_ok()))
    };
    if draft.number.is_some() != draft.revision.is_some() || !draft.revision.as_deref().is_none_or(is_revision) {
        return Err(wrong("草稿的编号和版本互相矛盾"));
    }
    Ok(draft)
}

impl Workspace {
    /// Takes a draft in.
    pub(super) fn receive_draft(
        &mut self,
        package: &mut Package,
        source: &Source<'_>,
        draft: &DraftPart,
        before: Before,
        fresh: &mut HashSet<ReleaseId>,
    ) -> Result<ReceivedDocument> {
        let known = self.storage.document_by_uid(&draft.uid)?;
        let (template, text, content) = usable(package, source.index, draft)?;
        let release =
            release_here(&self.storage, source.index, draft.release.as_ref().map(|own| own.uid.as_str()), fresh)?;
        let act = act(&self.environment, "document.receive");
        let purpose = source.index.handover.as_ref().map_or(Purpose::Draft, |handover| handover.purpose);
        let ((id, outcome, made), _) = self.storage.transact(act, |tx| {
            tx.detail("from", source.sender);
            tx.detail("package", source.package);
            tx.detail("digest", draft.digest.as_str());
            let (id, outcome, made) = match (known, before) {
                (None, _) => {
                    let (id, made) = begin(tx, source, draft, &content, &template, &text, release)?;
                    (id, ReceivedAs::New, made)
                }
                (Some(id), Before::Nothing) => {
                    // Its revisions came just now, with this package.
                    follow(tx, source, draft, &template, id)?;
                    (id, ReceivedAs::New, None)
                }
                (Some(id), Before::Known(relation)) => (id, meet(tx, source, draft, &template, id, relation)?, None),
            };
            tx.subject(id);
            tx.detail("what", purpose.label());
            tx.detail("outcome", serde_json::to_value(outcome).expect("an outcome is JSON"));
            Ok((id, outcome, made))
        })?;
        fresh.extend(made);
        let title = self.storage.document(id)?.title;
        let message = match outcome {
            ReceivedAs::New => format!("新收到的草稿，编号 {id}。"),
            ReceivedAs::Applied => format!("{} 的修改已写入，可以撤销。", source.sender),
            ReceivedAs::Same => "与这里的内容相同，没有改动。".to_owned(),
            ReceivedAs::Older => "这里已经有它或更新的内容，没有改动。".to_owned(),
            _ => format!("两边都改过：{} 的内容作为另一版本放在旁边，请逐项选定。", source.sender),
        };
        Ok(ReceivedDocument { id: Some(id), title, outcome, message, submitted: None, issues: Vec::new() })
    }
}

/// The form of a draft, its text, and its content, as far as all of it could have been typed.
///
/// # Errors
/// It could not.
pub(super) fn usable(
    package: &mut Package,
    index: &Index,
    draft: &DraftPart,
) -> Result<(Template, String, Map<String, Value>)> {
    let text = template_text(package, index, draft)?;
    let template = Template::parse(&text, &format!("{}/template.toml", draft.template.id))
        .map_err(|error| Error { message: format!("移交包里的表单不能用：{}", error.message), ..error })?;
    if template.id != draft.template.id || sha256(&text) != draft.template.sha256 {
        return Err(wrong("表单不是草稿的那一份"));
    }
    let content = checked_content(&template, draft)?;
    Ok((template, text, content))
}

/// A draft of a document that is not here.
fn begin(
    tx: &mut Transaction<'_>,
    source: &Source<'_>,
    draft: &DraftPart,
    content: &Map<String, Value>,
    template: &Template,
    text: &str,
    release: Release,
) -> Result<(DocumentId, Option<ReleaseId>)> {
    if draft.number.is_some() {
        return Err(wrong("缺这份文件以前的版本"));
    }
    let (release, made) = match release {
        Release::None => (None, None),
        Release::Own(id) | Release::Fresh(id) => (Some(id), None),
        Release::New(new) => {
            let id = tx.restore_release(&new.uid, &new.name)?;
            (Some(id), Some(id))
        }
    };
    let hash = tx.keep_template(&template.id, &template.version, text)?;
    let new = NewDocument { template: &hash, template_id: &template.id, release, year: draft.year };
    let id = tx.insert_document(new)?;
    tx.set_document_uid(id, &draft.uid)?;
    if let Some(release) = release {
        take_facts(tx, release, template, draft)?;
    }
    write(tx, id, template, release, &Map::new(), content)?;
    tx.set_unfit(id, &draft.unfit)?;
    if let Some(release) = release {
        dossiers::sum_up_release(tx, release)?;
    }
    took_in(tx, source, draft, id)?;
    Ok((id, made))
}

/// What the release tells the document comes along, as far as nobody here has typed it.
fn take_facts(tx: &mut Transaction<'_>, release: ReleaseId, template: &Template, draft: &DraftPart) -> Result<()> {
    let mut facts = tx.release(release)?.facts;
    // Those alone that the form can show.
    let shows = |key: &str| carrying(template, key).any(|field| fact(field, &draft.facts).is_some());
    for (key, value) in draft.facts.iter().filter(|(key, _)| shows(key)) {
        if facts.get(key).is_none_or(|fact| fact.document.is_none()) {
            facts.insert(key.clone(), Fact { value: value.clone(), document: None });
        }
    }
    tx.set_facts(release, &facts)?;
    Ok(())
}

fn meet(
    tx: &mut Transaction<'_>,
    source: &Source<'_>,
    draft: &DraftPart,
    template: &Template,
    id: DocumentId,
    relation: Relation,
) -> Result<ReceivedAs> {
    if tx.document(id)?.template != draft.template.sha256 {
        return Err(wrong("表单不是这份文档的那一份"));
    }
    match relation {
        Relation::Older => Ok(ReceivedAs::Older),
        Relation::Same => {
            end_handover(tx, draft, id)?;
            let mut seen = tx.exchanged_states(id)?;
            seen.extend(draft.seen.iter().cloned());
            seen.insert(source.package.to_owned());
            tx.set_exchanged(id, Some(&draft.digest), &seen)?;
            overtake(tx, draft, id)?;
            Ok(ReceivedAs::Same)
        }
        Relation::Follows => {
            follow(tx, source, draft, template, id)?;
            Ok(ReceivedAs::Applied)
        }
        Relation::Apart => {
            end_handover(tx, draft, id)?;
            overtake(tx, draft, id)?;
            let text = serde_json::to_string(draft).expect("a draft is JSON");
            tx.keep_second_version(id, source.package, source.sender, &draft.digest, &text)?;
            Ok(ReceivedAs::Beside)
        }
    }
}

/// The draft goes on from what is here.
fn follow(
    tx: &mut Transaction<'_>,
    source: &Source<'_>,
    draft: &DraftPart,
    template: &Template,
    id: DocumentId,
) -> Result<()> {
    tx.end_handover(id, HandoverEnd::Back)?;
    let document = tx.document(id)?;
    if let (Some(number), Some(revision)) = (&draft.number, &draft.revision) {
        if document.number.as_ref() != Some(number) || tx.revision_named(number, revision)?.is_some() {
            return Err(wrong("草稿的编号和版本与这里的不符"));
        }
        let standing = Standing {
            status: Status::Draft,
            number: Some(number),
            revision: Some(revision),
            change_note: &draft.change_note,
        };
        tx.set_standing(id, standing)?;
    } else if document.status != Status::Draft {
        return Err(wrong("这份文档在这里已经提交"));
    }
    if let Some(release) = document.release {
        take_facts(tx, release, template, draft)?;
    }
    let label = format!("收到{}的修改", source.sender);
    editing::change(tx, id, |_, _, _| {
        let typed = Typed { content: draft.content.clone(), unfit: draft.unfit.clone() };
        Ok((typed, Mark { label, focus: String::new(), joins: false }))
    })?;
    sum_up_progress(tx, id)?;
    took_in(tx, source, draft, id)
}

/// Remembers what stands here now, and where it comes from.
fn took_in(tx: &mut Transaction<'_>, source: &Source<'_>, draft: &DraftPart, id: DocumentId) -> Result<()> {
    let document = tx.document(id)?;
    let digest = exchange::digest(&document.content, &tx.unfit(id)?);
    let mut seen = draft.seen.clone();
    seen.insert(source.package.to_owned());
    tx.set_exchanged(id, Some(&digest), &seen)?;
    overtake(tx, draft, id)
}

/// States that waited for a choice, and are part of what comes now.
fn overtake(tx: &mut Transaction<'_>, draft: &DraftPart, id: DocumentId) -> Result<()> {
    for second in tx.second_versions(Some(id))? {
        if draft.seen.contains(&second.package) {
            tx.end_second_version(&second, SecondVersionEnd::Overtaken)?;
        }
    }
    Ok(())
}

/// Whoever this was handed to has had it, and gives it back.
fn end_handover(tx: &mut Transaction<'_>, draft: &DraftPart, id: DocumentId) -> Result<()> {
    match tx.handed_over(id)? {
        Some(out) if draft.seen.contains(&out.package) => tx.end_handover(id, HandoverEnd::Back),
        _ => Ok(()),
    }
}

fn template_text(package: &mut Package, index: &Index, draft: &DraftPart) -> Result<String> {
    let hash = &draft.template.sha256;
    let file = index.shared.iter().find(|file| file.role == Role::Template && file.sha256 == *hash);
    let file = file.ok_or_else(|| wrong("缺草稿的表单"))?;
    let bytes = package.read_known(&file.path, SHARED_BYTES, &file.sha256)?;
    String::from_utf8(bytes).map_err(|_| wrong("表单读不出来"))
}

/// Nothing is taken in that could not have been typed.
fn checked_content(template: &Template, draft: &DraftPart) -> Result<Map<String, Value>> {
    let content = accept(template, &draft.content, Default::default())?.into_content();
    let is_place = |path: &str| {
        Path::parse(path).is_some_and(|place| template.fields.iter().any(|field| field.id == place.field()))
    };
    let is_text = |text: &str| text.chars().count() <= LONGEST_TEXT;
    if !draft.unfit.iter().all(|(path, text)| is_place(path) && is_text(text)) {
        return Err(wrong("草稿里有表单没有的位置"));
    }
    Ok(content)
}

pub(super) fn wrong(what: &str) -> Error {
    Error::new(Code::CorruptFile, format!("移交包不能用：{what}")).hint("请向发出的人核实来源，或重新要一份")
}

/// Whether a draft stands here as it came, and nobody has touched it since.
pub(super) fn is_as_received(storage: &Storage, id: DocumentId, draft: &DraftPart) -> Result<bool> {
    let document = storage.document(id)?;
    let current = exchange::digest(&document.content, &storage.unfit(id)?);
    Ok(document.status == Status::Draft
        && current == draft.digest
        && storage.exchanged_digest(id)?.as_ref() == Some(&draft.digest)
        && storage.handed_over(id)?.is_none())
}
