//! What becomes of revisions: called back, in force, replaced, obsolete; and the drafts of the next ones.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::storage::{DocumentId, Move, RevisionRecord, RevisionState, Standing, Status, Transaction};
use crate::{Code, Error, Result};

use super::super::{Workspace, act, load, not_a_draft, write};
use super::{next_revision, revision_of, sum_up_progress};

impl Workspace {
    /// Calls a revision back that is in review. The work goes on as the draft of the next one.
    ///
    /// # Errors
    /// It is not in review; no reason is given.
    pub fn withdraw(&mut self, id: DocumentId, reason: &str) -> Result<String> {
        let reason = said(reason, "撤回")?;
        let (draft, _) = self.storage.transact(act(&self.environment, "document.withdraw"), |tx| {
            let record = revision_of(tx, id, None)?;
            let anchor = tx.audit_head()?.anchor();
            tell(tx, &record);
            tx.detail("reason", reason);
            let draft = send_back(tx, &record, &format!("撤回：{reason}"), &anchor)?;
            sum_up_progress(tx, id)?;
            Ok(draft)
        })?;
        Ok(draft)
    }

    /// 受控(现行): an approved revision is in force from a day on, and takes the place of the one before it.
    ///
    /// # Errors
    /// It is not approved; the day is before its approval or in the future.
    pub fn bring_into_force(&mut self, id: DocumentId, on: Option<&str>) -> Result<String> {
        let (revision, _) = self.storage.transact(act(&self.environment, "document.control"), |tx| {
            let record = revision_of(tx, id, None)?;
            let on = on.map_or_else(|| tx.today(), str::to_owned);
            check_day(tx, &record, &on)?;
            let anchor = tx.audit_head()?.anchor();
            let with = Move { anchor: &anchor, effective_on: Some(&on), ..Move::default() };
            tx.move_revision(&record, RevisionState::Controlled, with)?;
            for earlier in tx.revisions_of(id)? {
                let replaced = earlier.id != record.id
                    && matches!(earlier.state, RevisionState::Controlled | RevisionState::Approved);
                if replaced {
                    let reason = format!("由 {} 替代", record.revision);
                    let with = Move {
                        anchor: &anchor,
                        reason: &reason,
                        obsolete_on: Some(&on),
                        successor: Some(&record.revision),
                        ..Move::default()
                    };
                    tx.move_revision(&earlier, RevisionState::Obsolete, with)?;
                    tx.detail("replaces", earlier.revision.as_str());
                }
            }
            tx.set_standing(id, standing(&record, Status::Controlled))?;
            tell(tx, &record);
            tx.detail("effective_on", on);
            sum_up_progress(tx, id)?;
            Ok(record.revision)
        })?;
        Ok(revision)
    }

    /// 作废: a revision holds no longer. Where the document never came into force, its number is given up as well.
    ///
    /// # Errors
    /// It is obsolete or returned already; no reason is given.
    pub fn void(&mut self, id: DocumentId, revision: Option<&str>, reason: &str) -> Result<()> {
        let reason = said(reason, "作废")?;
        self.storage.transact(act(&self.environment, "document.void"), |tx| {
            let record = revision_of(tx, id, revision)?;
            let today = tx.today();
            let anchor = tx.audit_head()?.anchor();
            let with = Move { anchor: &anchor, reason, obsolete_on: Some(&today), ..Move::default() };
            tx.move_revision(&record, RevisionState::Obsolete, with)?;
            tell(tx, &record);
            tx.detail("reason", reason);
            let document = tx.document(id)?;
            let revisions = tx.revisions_of(id)?;
            let is_last = revisions.last().is_some_and(|last| last.id == record.id);
            if is_last && document.status != Status::Draft {
                let in_force = revisions.iter().rev().find(|other| other.state == RevisionState::Controlled);
                match in_force {
                    // The one before it still holds.
                    Some(other) => tx.set_standing(id, standing(other, Status::Controlled))?,
                    None => {
                        tx.set_standing(id, standing(&record, Status::Obsolete))?;
                        if revisions.iter().all(|other| other.effective_on.is_none()) {
                            tx.void_number(&record.number, reason)?;
                            tx.detail("number_void", record.number.as_str());
                        }
                    }
                }
            }
            sum_up_progress(tx, id)
        })?;
        Ok(())
    }

    /// Begins the draft of the next revision, from the content of the last one.
    ///
    /// # Errors
    /// There is a draft already, or a revision in review; the document was never submitted; what changes is not said.
    pub fn revise(&mut self, id: DocumentId, major: bool, change: &str) -> Result<String> {
        let change = change.trim();
        if change.is_empty() {
            return Err(
                Error::new(Code::InvalidContent, "变更说明还没写：新版本要说明改什么").hint("变更说明会印在版本记录里")
            );
        }
        let (next, _) = self.storage.transact(act(&self.environment, "document.revise"), |tx| {
            let document = tx.document(id)?;
            if document.status == Status::Draft {
                let label = document.revision.as_deref().unwrap_or("第一版");
                return Err(Error::new(Code::IllegalMove, format!("文档 `{id}` 的 {label} 还是草稿"))
                    .hint("接着改这份草稿就可以"));
            }
            let latest = revision_of(tx, id, None)?;
            if latest.state == RevisionState::InReview {
                return Err(Error::new(Code::IllegalMove, format!("`{}` 正在审批，不能另起新版本", latest.revision))
                    .hint("先撤回，或等审批结束"));
            }
            let next = next_revision(&latest.revision, major);
            reopen(tx, &latest, &next, change)?;
            tell(tx, &latest);
            tx.detail("draft", next.as_str());
            tx.detail("change", change);
            sum_up_progress(tx, id)?;
            Ok(next)
        })?;
        Ok(next)
    }

    /// Gives the draft of a next revision up: the document stands again where its last revision stands, with that
    /// revision's content.
    ///
    /// # Errors
    /// There is no draft, or it is the draft of a first revision or of one that was sent back.
    pub fn discard_draft(&mut self, id: DocumentId) -> Result<()> {
        self.storage.transact(act(&self.environment, "document.discard"), |tx| {
            let document = tx.document(id)?;
            if document.status != Status::Draft {
                return Err(not_a_draft(id, document.status));
            }
            super::super::exchange::refuse_handed_over(tx, id)?;
            let standing_ones = [RevisionState::Controlled, RevisionState::Approved];
            let Some(last) = tx.revisions_of(id)?.into_iter().rev().find(|own| standing_ones.contains(&own.state))
            else {
                return Err(Error::new(Code::IllegalMove, "这份草稿没有可以退回的有效版本").hint("不再需要时可以作废"));
            };
            let loaded = load(tx, id)?;
            let frozen = crate::control::Frozen::read(&last.frozen)?;
            let own = frozen.content.into_iter().filter(|(field, _)| field != "revisions").collect();
            write(tx, id, &loaded.template, document.release, &document.content, &own)?;
            tx.set_unfit(id, &Default::default())?;
            tx.set_standing(id, standing(&last, last.state.status()))?;
            tell(tx, &last);
            sum_up_progress(tx, id)
        })?;
        Ok(())
    }
}

/// Sends a revision back and opens the draft of the next one. Returns what that is called.
pub(super) fn send_back(tx: &mut Transaction<'_>, record: &RevisionRecord, why: &str, anchor: &str) -> Result<String> {
    tx.move_revision(record, RevisionState::Returned, Move { anchor, reason: why, ..Move::default() })?;
    let next = next_revision(&record.revision, false);
    reopen(tx, record, &next, "")?;
    tx.detail("state", RevisionState::Returned.name());
    tx.detail("why", why);
    tx.detail("draft", next.as_str());
    Ok(next)
}

/// The content is a draft again, under the name of the next revision.
fn reopen(tx: &mut Transaction<'_>, latest: &RevisionRecord, next: &str, change: &str) -> Result<()> {
    let id = latest.document;
    let standing =
        Standing { status: Status::Draft, number: Some(&latest.number), revision: Some(next), change_note: change };
    tx.set_standing(id, standing)?;
    let loaded = load(tx, id)?;
    let mut own = loaded.record.content.clone();
    own.insert("doc_revision".into(), json!(next));
    // What was said of its approval belongs to the revision before.
    own.retain(|field, _| !matches!(field.as_str(), "doc_approver" | "effective_date"));
    own.retain(|_, value| *value != Value::Null);
    write(tx, id, &loaded.template, loaded.record.release, &loaded.record.content, &own)
}

fn standing(record: &RevisionRecord, status: Status) -> Standing<'_> {
    Standing { status, number: Some(&record.number), revision: Some(&record.revision), change_note: "" }
}

/// What every entry about a revision says.
fn tell(tx: &mut Transaction<'_>, record: &RevisionRecord) {
    tx.subject(record.document);
    tx.detail("number", record.number.as_str());
    tx.detail("revision", record.revision.as_str());
}

fn said<'a>(reason: &'a str, what: &str) -> Result<&'a str> {
    match reason.trim() {
        "" => Err(Error::new(Code::ReasonNeeded, format!("没有{what}：还没写原因")).hint("原因会留在记录里")),
        reason => Ok(reason),
    }
}

/// In force no earlier than the last signature, and not from a day on that is still to come.
fn check_day(tx: &Transaction<'_>, record: &RevisionRecord, on: &str) -> Result<()> {
    let wrong = |message: String| Err(Error::new(Code::IllegalMove, message).hint("请核对生效日期"));
    let Ok(day) = NaiveDate::parse_from_str(on, "%Y-%m-%d") else {
        return wrong(format!("生效日期“{on}”要写成 2026-03-11 的样子"));
    };
    let last = tx.signoffs_of(record.id)?.into_iter().map(|own| own.signoff.signed_on).max();
    if let Some(last) = last.filter(|last| on < last.as_str()) {
        return wrong(format!("生效日期 {on} 早于最后一次签字的 {last}"));
    }
    if day.to_string() > tx.today() {
        return wrong(format!("生效日期 {on} 还没有到，今天是 {}", tx.today()));
    }
    Ok(())
}
