//! 分发: who holds which controlled copy, and what has to come back.

use crate::control::CopyLine;
use crate::storage::{CopyId, CopyRecord, DocumentId, RevisionState};
use crate::{Code, Error, Result};

use super::super::{Workspace, act};
use super::revision_of;

impl Workspace {
    /// Gives out a controlled copy of the revision in force under the next 分发号. It is printed with
    /// [`print`](Self::print).
    ///
    /// # Errors
    /// No revision is in force; nobody is named.
    pub fn issue_copy(&mut self, id: DocumentId, department: &str, holder: &str) -> Result<CopyLine> {
        let department = department.trim();
        if department.is_empty() {
            return Err(Error::new(Code::InvalidContent, "没有分发：还没写分发给哪个部门"));
        }
        let (copy, _) = self.storage.transact(act(&self.environment, "copy.issue"), |tx| {
            let in_force = tx.revisions_of(id)?.into_iter().find(|own| own.state == RevisionState::Controlled);
            let Some(record) = in_force else {
                return Err(Error::new(Code::IllegalMove, format!("文档 `{id}` 没有受控的版本，不能分发"))
                    .hint("批准并生效以后才有受控副本；需要参考时可以打印非受控副本"));
            };
            let today = tx.today();
            let copy = tx.insert_copy(&record, department, holder.trim(), &today)?;
            let copy = tx.copy(copy)?;
            tx.subject(id);
            tx.detail("number", record.number);
            tx.detail("revision", record.revision);
            tx.detail("copy", copy.copy_number);
            tx.detail("department", department);
            Ok(copy)
        })?;
        Ok(line(&copy, false))
    }

    /// 签收
    ///
    /// # Errors
    /// There is no such copy, or it was signed for.
    pub fn receive_copy(&mut self, copy: CopyId, by: &str, on: Option<&str>) -> Result<()> {
        self.of_copy(copy, "copy.receive", |tx, record| {
            if let Some(by) = &record.received_by {
                return Err(Error::new(Code::IllegalMove, format!("{:02} 号副本已由{by}签收", record.copy_number)));
            }
            let on = day(on, &record.issued_on, tx.today(), "签收", "分发")?;
            let by = if by.trim().is_empty() { &record.holder } else { by.trim() };
            if by.is_empty() {
                return Err(Error::new(Code::InvalidContent, "没有登记签收：签收人还没填"));
            }
            tx.detail("by", by);
            tx.detail("on", on.as_str());
            tx.receive_copy(copy, &on, by)
        })
    }

    /// 回收, with what became of it: 收回, 销毁, 遗失…
    ///
    /// # Errors
    /// There is no such copy, or it has come back.
    pub fn return_copy(&mut self, copy: CopyId, note: &str, on: Option<&str>) -> Result<()> {
        self.of_copy(copy, "copy.return", |tx, record| {
            if let Some(on) = &record.returned_on {
                return Err(Error::new(Code::IllegalMove, format!("{:02} 号副本已于 {on} 收回", record.copy_number)));
            }
            let since = record.received_on.as_deref().unwrap_or(&record.issued_on);
            let on = day(on, since, tx.today(), "回收", "分发或签收")?;
            let note = if note.trim().is_empty() { "收回" } else { note.trim() };
            tx.detail("note", note);
            tx.detail("on", on.as_str());
            tx.return_copy(copy, &on, note)
        })
    }

    /// Copies of revisions that hold no longer and have not come back.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn copies_to_take_back(&self) -> Result<Vec<(crate::storage::RevisionRecord, CopyLine)>> {
        let mut found = Vec::new();
        for copy in self.storage.copies()?.into_iter().filter(|copy| copy.returned_on.is_none()) {
            let revision = self.storage.revision(copy.revision)?;
            if revision.state == RevisionState::Obsolete {
                found.push((revision, line(&copy, true)));
            }
        }
        Ok(found)
    }

    fn of_copy(
        &mut self,
        id: CopyId,
        action: &str,
        body: impl FnOnce(&mut crate::storage::Transaction<'_>, &CopyRecord) -> Result<()>,
    ) -> Result<()> {
        self.storage.transact(act(&self.environment, action), |tx| {
            let copy = tx.copy(id)?;
            let revision = tx.revision(copy.revision)?;
            tx.subject(revision.document);
            tx.detail("number", revision.number);
            tx.detail("revision", revision.revision);
            tx.detail("copy", copy.copy_number);
            body(tx, &copy)
        })?;
        Ok(())
    }

    /// A revision of a document by name, else the latest: for lists and views.
    ///
    /// # Errors
    /// There is none.
    pub fn revision(&self, id: DocumentId, name: Option<&str>) -> Result<crate::storage::RevisionRecord> {
        revision_of(&self.storage, id, name)
    }
}

pub(super) fn line(copy: &CopyRecord, obsolete: bool) -> CopyLine {
    CopyLine {
        id: copy.id.number(),
        copy_number: copy.copy_number,
        department: copy.department.clone(),
        holder: copy.holder.clone(),
        issued_on: copy.issued_on.clone(),
        issued_by: copy.issued_by.clone(),
        received_on: copy.received_on.clone(),
        received_by: copy.received_by.clone(),
        returned_on: copy.returned_on.clone(),
        returned_note: copy.returned_note.clone(),
        to_take_back: obsolete && copy.returned_on.is_none(),
    }
}

/// A day no earlier than another and not to come; today where none is said.
fn day(on: Option<&str>, since: &str, today: String, what: &str, before: &str) -> Result<String> {
    let Some(on) = on.map(str::trim).filter(|on| !on.is_empty()) else { return Ok(today) };
    let wrong = |message: String| Err(Error::new(Code::InvalidContent, message).hint("请核对日期"));
    if chrono::NaiveDate::parse_from_str(on, "%Y-%m-%d").is_err() {
        return wrong(format!("{what}日期“{on}”要写成 2026-03-11 的样子"));
    }
    if on < since {
        return wrong(format!("{what}日期 {on} 早于{before}的 {since}"));
    }
    if on > today.as_str() {
        return wrong(format!("{what}日期 {on} 还没有到，今天是 {today}"));
    }
    Ok(on.to_owned())
}
