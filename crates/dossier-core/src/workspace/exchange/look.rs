//! Looking into a package before anything is written: who sends what, and what receiving it would do.

use std::ops::ControlFlow;
use std::path::Path;

use crate::archive::bag::INFO;
use crate::archive::handover::info_value;
use crate::archive::index::Index;
use crate::archive::limits;
use crate::archive::package::Package;
use crate::dossiers::Progress;
use crate::exchange::{BlockLook, DraftPart, LeasePart, PackageLook, PartLook, Purpose, ReceivedAs, Relation};
use crate::template::number_of;
use crate::{Code, Error, Result};

use super::super::Workspace;
use super::super::archive::merge::{self, Foreseen};
use super::code_of;
use super::receive::{Accepted, revisions_of};
use super::receive_draft::{self, Before, usable, wrong};

impl Workspace {
    /// What is in a 移交包, and what receiving it would do. Changes nothing; `progress` may stop it.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub fn look_into(
        &self,
        path: &Path,
        anchor: Option<&str>,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<PackageLook> {
        let Accepted { mut package, report, index, handover, sender, drafts, again } =
            self.accept_package(path, anchor, progress)?;
        let mut parts = Vec::new();
        for part in &index.documents {
            // What becomes of its draft says more.
            let brings_draft = drafts.iter().any(|draft| draft.uid == part.uid);
            let told = merge::foresee(&self.storage, &mut package, part);
            match told {
                Ok(foreseen) if brings_draft && foreseen.outcome != ReceivedAs::Quarantined => {}
                Ok(foreseen) => parts.push(document(&index, &part.number, part.release.as_deref(), foreseen)),
                Err(error) => parts.push(refused(&part.number, error)?),
            }
        }
        for draft in &drafts {
            let is_refused =
                parts.iter().any(|told| draft.number.as_ref().is_some_and(|own| told.what.starts_with(own)));
            if is_refused {
                continue;
            }
            parts.push(match self.draft(&mut package, &index, draft, &handover.uid, handover.purpose) {
                Ok(told) => told,
                Err(error) => refused(draft.number.as_deref().unwrap_or("草稿"), error)?,
            });
        }
        let own = self.storage.installation()?;
        let is_for_here = |part: &LeasePart| own.as_ref().is_some_and(|own| own.uid.starts_with(&part.to));
        let blocks = handover.leases.iter().map(|part| {
            let number = |seq| number_of(&part.series, part.year, seq);
            BlockLook {
                first: number(part.first),
                last: number(part.first.saturating_add(part.count).saturating_sub(1)),
                count: part.count,
                is_for_here: is_for_here(part),
            }
        });
        let info = package.read(INFO, limits::TAG_BYTES).unwrap_or_default();
        let on = info_value(&String::from_utf8_lossy(&info), "Bagging-Date").unwrap_or_default().trim().to_owned();
        Ok(PackageLook {
            purpose: handover.purpose.name().to_owned(),
            label: handover.purpose.label().to_owned(),
            from: sender.name,
            from_code: code_of(&handover.from),
            to: handover.to.chars().filter(|ch| !ch.is_control()).take(super::LONGEST_NAME).collect(),
            on: if on.chars().count() <= 10 { on } else { String::new() },
            code: report.code,
            anchor: report.anchor,
            again,
            parts,
            blocks: blocks.collect(),
            settled: handover.leased.len(),
        })
    }

    fn draft(
        &self,
        package: &mut Package,
        index: &Index,
        draft: &DraftPart,
        uid: &str,
        purpose: Purpose,
    ) -> Result<PartLook> {
        let (template, _, _) = usable(package, index, draft)?;
        let revisions = revisions_of(index, &draft.uid);
        let before = receive_draft::before(&self.storage, draft, uid, &revisions)?;
        let id = self.storage.document_by_uid(&draft.uid)?;
        match id {
            Some(known) if self.storage.document(known)?.template != draft.template.sha256 => {
                return Err(wrong("表单不是这份文档的那一份"));
            }
            None if draft.number.is_some() && revisions.is_empty() => return Err(wrong("缺这份文件以前的版本")),
            _ => {}
        }
        let (outcome, message) = match before {
            Before::Nothing => (ReceivedAs::New, "这里还没有，收下后成为新的草稿。"),
            Before::Known(Relation::Follows) => (ReceivedAs::Applied, "接着这里的内容改的，收下后写入，可以撤销。"),
            Before::Known(Relation::Same) => (ReceivedAs::Same, "与这里的内容相同，不改动。"),
            Before::Known(Relation::Older) => (ReceivedAs::Older, "这里已经有它或更新的内容，不改动。"),
            Before::Known(Relation::Apart) => (ReceivedAs::Beside, "两边都改过，收下后放在旁边，由您逐项选定。"),
        };
        let is_due = purpose == Purpose::Submit && !matches!(outcome, ReceivedAs::Beside | ReceivedAs::Older);
        let message =
            if is_due { format!("{message}随后在这里提交审批，给出编号。") } else { message.to_owned() };
        let what = match (&draft.number, &draft.revision) {
            (Some(number), Some(revision)) => format!("{number} {revision} 草稿"),
            _ => "草稿".to_owned(),
        };
        let release = draft.release.as_ref().map(|own| own.name.clone()).unwrap_or_default();
        Ok(PartLook { id, title: template.title, release, what, outcome, message })
    }
}

fn document(index: &Index, number: &str, release: Option<&str>, foreseen: Foreseen) -> PartLook {
    let Foreseen { id, title, outcome, adds, why } = foreseen;
    let message = match outcome {
        ReceivedAs::New => format!("这里还没有，收下 {adds} 个版本。"),
        ReceivedAs::Merged if adds > 0 => format!("收下 {adds} 个新版本，这里已有的不动。"),
        ReceivedAs::Merged => "审批情况比这里新，收下后更新。".to_owned(),
        ReceivedAs::Quarantined => format!("与这里的矛盾，收下后隔离并报警，这里的不改动：{why}"),
        _ => "已在这里，缺的签署件和分发记录会补上。".to_owned(),
    };
    let part = index.documents.iter().find(|part| part.number == number);
    let revision = part.and_then(|part| part.revisions.last()).map(|own| own.revision.clone()).unwrap_or_default();
    let release = release.and_then(|uid| index.releases.iter().find(|own| own.uid == uid));
    PartLook {
        id,
        title,
        release: release.map(|own| own.name.clone()).unwrap_or_default(),
        what: format!("{number} {revision}"),
        outcome,
        message,
    }
}

/// What cannot be used is told in its place; what keeps from looking at all goes on as it is.
fn refused(what: &str, error: Error) -> Result<PartLook> {
    if matches!(error.code, Code::Io | Code::Busy | Code::DamagedDatabase | Code::NewerDatabase | Code::Internal) {
        return Err(error);
    }
    Ok(PartLook {
        id: None,
        title: what.to_owned(),
        release: String::new(),
        what: what.to_owned(),
        outcome: ReceivedAs::Refused,
        message: format!("不能收下：{}。", error.message),
    })
}
