//! Receiving: everything is hostile until it was verified; then each document whole or not at all, and twice the same as
//! once.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use crate::archive::index::Index;
use crate::archive::package::Package;
use crate::archive::{Opened, PackageReport, PackageVerdict, open_verified};
use crate::control::Submission;
use crate::dossiers::Progress;
use crate::exchange::{DraftPart, Handover, Purpose, Received, ReceivedAs, ReceivedDocument};
use crate::storage::Installation;
use crate::{Code, Error, Issue, Result};

use super::super::archive::merge::{Source, TakenIn};
use super::super::{Workspace, act};
use super::receive_draft::{self, Before, MOST_SEEN, is_as_received, wrong};
use super::send::MOST_DOCUMENTS;
use super::{UID_DIGITS, name_of_person};

/// Borrowed numbers that a package tells of: as many as a series has.
const MOST_LEASED: usize = 10_000;

/// A sound 移交包, and what everything else is told by.
pub(super) struct Accepted {
    pub package: Package,
    pub report: PackageReport,
    pub index: Index,
    pub handover: Handover,
    pub sender: Installation,
    pub drafts: Vec<DraftPart>,
    /// Whether it came before.
    pub again: bool,
}

impl Workspace {
    /// Takes a 移交包 in. Drafts and submitted documents come each whole or not at all; drafts that were sent to be
    /// submitted are submitted. `progress` is told before each document and once at the end; it may stop the work, and
    /// what is finished then stays: receiving it again goes on.
    ///
    /// # Errors
    /// The package is damaged, was altered, or is none; the anchor does not fit; it was sent from here. Then nothing is
    /// changed.
    pub fn receive(
        &mut self,
        path: &Path,
        anchor: Option<&str>,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Received> {
        let mut unheard = |_: &Progress| ControlFlow::Continue(());
        let Accepted { mut package, report, index, handover, sender, drafts, again } =
            self.accept_package(path, anchor, &mut unheard)?;
        let source = Source { index: &index, digest: &report.digest, sender: &sender.name, package: &handover.uid };
        let mut received = Received {
            uid: handover.uid.clone(),
            purpose: handover.purpose.name().to_owned(),
            label: handover.purpose.label().to_owned(),
            from: sender.name.clone(),
            again,
            documents: Vec::new(),
            borrowed: Vec::new(),
            settled: Vec::new(),
            issues: Vec::new(),
        };
        let stopped = self.receive_documents(&mut package, &source, &drafts, &mut received, progress)?;
        if stopped {
            received.issues.push(Issue::at("", "stopped", "已停止，没有收完；再接收一次会接着收。"));
            return Ok(received);
        }
        self.receive_numbers(&handover, &sender, &mut received)?;
        self.storage.transact(act(&self.environment, "exchange.receive"), |tx| {
            tx.meet_partner(&sender)?;
            tx.receive_package(&handover.uid, &report.digest, handover.purpose.name(), &sender)?;
            tx.detail("from", sender.name.as_str());
            tx.detail("installation", sender.uid.as_str());
            tx.detail("package", handover.uid.as_str());
            tx.detail("digest", report.digest.as_str());
            tx.detail("purpose", handover.purpose.name());
            Ok(())
        })?;
        if handover.purpose == Purpose::Submit {
            self.submit_received(&drafts, &mut received)?;
        }
        Ok(received)
    }

    /// Opens a package and reads of it what everything else is told by. Changes nothing.
    pub(super) fn accept_package(
        &self,
        path: &Path,
        anchor: Option<&str>,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Accepted> {
        let Opened { mut package, report, index } = open_verified(path, anchor, progress)?;
        let Some(index) = index.filter(|_| report.verdict == PackageVerdict::Sound) else {
            return Err(Error::new(Code::InvalidContent, format!("没有接收：移交包{}", report.message))
                .hint("请向发出的人重新要一份")
                .issues(report.issues));
        };
        let Some(handover) = index.handover.clone() else {
            return Err(Error::new(Code::UnsupportedFormat, "没有接收：这是归档包，不是移交包")
                .hint("归档包用“校验与恢复”打开"));
        };
        let sender = self.sender_of(&handover, &report.digest)?;
        let most = |count: usize| count <= MOST_DOCUMENTS;
        if !(most(index.documents.len() + handover.drafts.len())
            && most(handover.states.len())
            && most(handover.leases.len())
            && handover.leased.len() <= MOST_LEASED)
        {
            return Err(wrong("条目太多"));
        }
        let again = self.storage.received_package(&handover.uid)?.is_some();
        let mut drafts = Vec::new();
        for file in &handover.drafts {
            drafts.push(receive_draft::read(&mut package, &file.path, &file.sha256)?);
        }
        if drafts.iter().map(|draft| &draft.uid).collect::<HashSet<_>>().len() < drafts.len() {
            return Err(wrong("同一份草稿有两份"));
        }
        Ok(Accepted { package, report, index, handover, sender, drafts, again })
    }

    /// Who sent a package, as far as a package can say.
    fn sender_of(&self, handover: &Handover, digest: &str) -> Result<Installation> {
        let is_uid = |text: &str| text.len() == UID_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (true, true, Some(name)) =
            (is_uid(&handover.uid), is_uid(&handover.from), name_of_person(&handover.from_name))
        else {
            return Err(wrong("没有说明是谁发出的"));
        };
        if self.storage.installation()?.is_some_and(|own| own.uid == handover.from) {
            return Err(
                Error::new(Code::IllegalMove, "没有接收：这个移交包是从这里发出的").hint("要接着改，先收回草稿")
            );
        }
        if self.storage.received_package(&handover.uid)?.is_some_and(|known| known.digest != digest) {
            return Err(wrong("与以前收到的是同一个，内容却不同"));
        }
        Ok(Installation { uid: handover.from.clone(), name })
    }

    /// Tells whether it was stopped.
    fn receive_documents(
        &mut self,
        package: &mut Package,
        source: &Source<'_>,
        drafts: &[DraftPart],
        received: &mut Received,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<bool> {
        let index = source.index;
        let mut before: HashMap<&str, Before> = HashMap::new();
        for draft in drafts {
            let revisions = revisions_of(index, &draft.uid);
            before.insert(&draft.uid, receive_draft::before(&self.storage, draft, source.package, &revisions)?);
        }
        let total = index.documents.len() + drafts.len();
        let mut done = 0;
        let mut step = |what: &str| {
            let told = Progress { done, total, what: what.to_owned() };
            done += 1;
            progress(&told).is_break()
        };
        let mut fresh = HashSet::new();
        let mut refused: HashSet<&str> = HashSet::new();
        for part in &index.documents {
            if step(&part.number) {
                return Ok(true);
            }
            if index.state_of(&part.uid).is_some_and(|state| state.seen.len() > MOST_SEEN) {
                return Err(wrong("条目太多"));
            }
            let brings_draft = drafts.iter().any(|draft| draft.uid == part.uid);
            let told = match self.take_in(package, source, part, &mut fresh, brings_draft, &mut received.issues) {
                Ok(taken) => self.tell_taken(&part.number, taken)?,
                Err(error) => refusal(&part.number, error)?,
            };
            if matches!(told.outcome, ReceivedAs::Quarantined | ReceivedAs::Refused) {
                refused.insert(&part.uid);
            }
            // What its draft becomes says more.
            if !brings_draft || refused.contains(part.uid.as_str()) {
                received.documents.push(told);
            }
        }
        for draft in drafts {
            if step(draft.number.as_deref().unwrap_or("草稿")) {
                return Ok(true);
            }
            if refused.contains(draft.uid.as_str()) {
                continue;
            }
            let before = before.get(draft.uid.as_str()).copied().unwrap_or(Before::Nothing);
            received.documents.push(match self.receive_draft(package, source, draft, before, &mut fresh) {
                Ok(told) => told,
                Err(error) => refusal(&draft.template.id, error)?,
            });
        }
        // Nothing is left that could be stopped.
        let _ = progress(&Progress { done: total, total, what: String::new() });
        Ok(false)
    }

    fn tell_taken(&self, number: &str, taken: TakenIn) -> Result<ReceivedDocument> {
        let (id, outcome, message) = match taken {
            TakenIn::New { id, revisions } => {
                (Some(id), ReceivedAs::New, format!("{number} 新收到，{revisions} 个版本。"))
            }
            TakenIn::Merged { id, revisions: 0 } => {
                (Some(id), ReceivedAs::Merged, format!("{number} 的审批情况已更新。"))
            }
            TakenIn::Merged { id, revisions } => {
                (Some(id), ReceivedAs::Merged, format!("{number} 收到 {revisions} 个新版本。"))
            }
            TakenIn::Known(id) => (Some(id), ReceivedAs::Same, format!("{number} 已在这里，没有改动。")),
            TakenIn::Clashed { id, why } => {
                (id, ReceivedAs::Quarantined, format!("{number} 与这里的矛盾，已隔离，什么都没有改动：{why}"))
            }
        };
        let title =
            id.map(|id| self.storage.document(id)).transpose()?.map_or_else(|| number.to_owned(), |own| own.title);
        Ok(ReceivedDocument { id, title, outcome, message, submitted: None, issues: Vec::new() })
    }

    /// Submits what was sent for that, and what an earlier receipt did not come to.
    fn submit_received(&mut self, drafts: &[DraftPart], received: &mut Received) -> Result<()> {
        for draft in drafts {
            let Some(id) = self.storage.document_by_uid(&draft.uid)? else { continue };
            let Some(place) = received.documents.iter().position(|told| told.id == Some(id)) else { continue };
            let is_due = match received.documents[place].outcome {
                ReceivedAs::New | ReceivedAs::Applied | ReceivedAs::Same => true,
                // It came before: only where nothing has come since was the submission interrupted.
                ReceivedAs::Older => {
                    let mut states = draft.seen.clone();
                    states.insert(received.uid.clone());
                    self.storage.exchanged_states(id)? == states
                }
                _ => false,
            };
            if !is_due || !is_as_received(&self.storage, id, draft)? {
                continue;
            }
            let wanted = draft.submission.clone().unwrap_or_default();
            let submission = Submission { chain: wanted.chain, change: wanted.change };
            let outcome = self.submit(id, &submission);
            let told = &mut received.documents[place];
            match outcome {
                Ok(submitted) => {
                    told.submitted = Some(format!("{} {}", submitted.number, submitted.revision));
                    told.message = format!("已提交：{} {}。", submitted.number, submitted.revision);
                }
                Err(error) if error.code == Code::Busy || error.code == Code::Io => return Err(error),
                Err(error) => {
                    told.message = format!("收到了，但{}。", error.message);
                    told.issues = error.issues;
                }
            }
        }
        Ok(())
    }
}

/// The revisions that a package brings of a document: name and hash.
pub(super) fn revisions_of(index: &Index, uid: &str) -> HashSet<(String, String)> {
    let part = index.documents.iter().find(|part| part.uid == uid);
    let revisions = part.into_iter().flat_map(|part| &part.revisions);
    revisions.map(|revision| (revision.revision.clone(), revision.sha256.clone())).collect()
}

/// What cannot be used is told and left out; what keeps from working at all goes on as it is.
fn refusal(what: &str, error: Error) -> Result<ReceivedDocument> {
    if matches!(error.code, Code::Io | Code::Busy | Code::DamagedDatabase | Code::NewerDatabase | Code::Internal) {
        return Err(error);
    }
    Ok(ReceivedDocument {
        id: None,
        title: what.to_owned(),
        outcome: ReceivedAs::Refused,
        message: format!("没有收下：{}。", error.message),
        submitted: None,
        issues: error.issues,
    })
}
