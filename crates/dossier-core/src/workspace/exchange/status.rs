//! What is between this machine and others.

use crate::Result;
use crate::archive::index::Record;
use crate::control::{Changed, Frozen, changes};
use crate::exchange::{ExchangeBrief, ExchangeStatus, LeaseLine, OutLine, QuarantineLine, WaitingLine};
use crate::storage::{DocumentId, HandoverRecord, LeasedState, QuarantineRecord, RevisionRecord, Storage};
use crate::template::number_of;

use super::super::{Workspace, act, parse_template};
use super::code_of;

impl Workspace {
    /// Drafts that are out, second versions, alarms, and numbers that were lent or borrowed. Who asks for the first time
    /// gets a code, by which others know this installation.
    ///
    /// # Errors
    /// The database cannot be read, or written when the code is made.
    pub fn exchange_status(&mut self) -> Result<ExchangeStatus> {
        let own = match self.storage.installation()? {
            Some(own) => own,
            None => self.storage.transact(act(&self.environment, "exchange.begin"), |tx| tx.installation_or_new())?.0,
        };
        let storage = &self.storage;
        let local = |at: &str| self.environment.local_time(at);
        let title = |id| Ok::<_, crate::Error>(storage.document(id)?.title);
        let mut waiting = Vec::new();
        for second in storage.second_versions(None)? {
            waiting.push(WaitingLine {
                document: second.document,
                title: title(second.document)?,
                from: second.sender,
                at: local(&second.received_at),
            });
        }
        let mut quarantine = Vec::new();
        for record in storage.quarantine()? {
            let (document, own) = same_number(storage, &record)?;
            quarantine.push(QuarantineLine {
                document,
                title: document.map(title).transpose()?.unwrap_or_default(),
                changes: own.map(|own| differences(storage, &own, &record)).unwrap_or_default(),
                number: record.number,
                revision: record.revision,
                why: record.why,
                from: record.sender,
                at: local(&record.received_at),
            });
        }
        let mut leases = Vec::new();
        for lease in storage.leases()? {
            let numbers = storage.numbers_of_lease(&lease.uid)?;
            let count = |wanted: &[LeasedState]| numbers.iter().filter(|own| wanted.contains(&own.state)).count();
            let number = |seq| number_of(&lease.series, lease.year, seq);
            leases.push(LeaseLine {
                out: lease.is_out,
                partner: lease.partner_name.clone(),
                first: number(lease.first),
                last: number(lease.first + lease.count - 1),
                free: count(&[LeasedState::Free]),
                used: count(&[LeasedState::Used]),
                void: count(&[LeasedState::Void, LeasedState::Returned]),
                at: local(&lease.at),
            });
        }
        Ok(ExchangeStatus {
            code: code_of(&own.uid),
            name: own.name,
            packages: storage.count_packages()?,
            out: self.drafts_out()?,
            waiting,
            quarantine,
            leases,
        })
    }

    /// What of it waits for a person. Who asks makes nothing, not even a code.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn exchange_brief(&self) -> Result<ExchangeBrief> {
        Ok(ExchangeBrief {
            out: self.drafts_out()?,
            waiting: self.storage.second_versions(None)?.len(),
            alarms: self.storage.quarantine()?.len(),
        })
    }

    fn drafts_out(&self) -> Result<Vec<OutLine>> {
        let line = |record: HandoverRecord| {
            Ok::<_, crate::Error>(OutLine {
                document: record.document,
                title: self.storage.document(record.document)?.title,
                to: record.recipient,
                submit: record.submit,
                at: self.environment.local_time(&record.at),
            })
        };
        self.storage.handovers()?.into_iter().map(line).collect()
    }
}

/// What has the number of a quarantined revision here, and the same revision of it.
fn same_number(storage: &Storage, record: &QuarantineRecord) -> Result<(Option<DocumentId>, Option<RevisionRecord>)> {
    let own = storage.revision_named(&record.number, &record.revision)?;
    let holder = match &own {
        Some(own) => Some(own.document),
        None => storage.holder_of_number(&record.number)?.flatten(),
    };
    Ok((holder, own))
}

/// What a quarantined revision says otherwise; nothing where one of the two cannot be read.
fn differences(storage: &Storage, own: &RevisionRecord, other: &QuarantineRecord) -> Vec<Changed> {
    let read = || {
        let other: Record = serde_json::from_str(&other.record).ok()?;
        let (here, there) = (Frozen::read(&own.frozen).ok()?, Frozen::read(&other.frozen).ok()?);
        let template = parse_template(storage, &here.template.sha256, &own.number).ok()?;
        Some(changes(&template, &here.content, &there.content, &["doc_number", "doc_revision", "revisions"]))
    };
    read().unwrap_or_default()
}
