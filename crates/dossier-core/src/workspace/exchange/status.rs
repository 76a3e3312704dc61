//! What is between this machine and others.

use crate::Result;
use crate::exchange::{ExchangeStatus, LeaseLine, OutLine, QuarantineLine, WaitingLine};
use crate::storage::LeasedState;
use crate::template::number_of;

use super::super::{Workspace, act};
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
        let mut out = Vec::new();
        for record in storage.handovers()? {
            out.push(OutLine {
                document: record.document,
                title: title(record.document)?,
                to: record.recipient,
                submit: record.submit,
                at: local(&record.at),
            });
        }
        let mut waiting = Vec::new();
        for second in storage.second_versions(None)? {
            waiting.push(WaitingLine {
                document: second.document,
                title: title(second.document)?,
                from: second.sender,
                at: local(&second.received_at),
            });
        }
        let quarantine = storage.quarantine()?.into_iter().map(|record| QuarantineLine {
            number: record.number,
            revision: record.revision,
            why: record.why,
            from: record.sender,
            at: local(&record.received_at),
        });
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
            out,
            waiting,
            quarantine: quarantine.collect(),
            leases,
        })
    }
}
