//! Signatures on a frozen revision, and what they lead to.

use chrono::NaiveDate;

use crate::control::{Round, Signed, Signing, may_sign};
use crate::policy::Chain;
use crate::storage::{
    DocumentId, Move, Opinion, RevisionRecord, RevisionState, Signoff, SignoffRecord, Standing, Status, Storage,
    Transaction,
};
use crate::{Code, Error, Result};

use super::super::{Workspace, act};
use super::thaw::read_ink;
use super::{Thawed, life, revision_of, sum_up_progress, thaw};

/// Fields that name who wrote a document, beside who submitted it.
const AUTHORS: [&str; 2] = ["doc_author", "applicant"];

impl Workspace {
    /// Records a signature on the revision that is in review, or after approval, as it happened. The last one that
    /// agrees approves the revision; one that does not sends the document back as a new draft.
    ///
    /// # Errors
    /// Out of order, before its time, without what is missing, or without the reason that it needs. Then nothing is
    /// recorded.
    pub fn sign(&mut self, id: DocumentId, signing: &Signing) -> Result<Signed> {
        let environment = &self.environment;
        let (signed, _) = self.storage.transact(act(environment, "document.sign"), |tx| sign(tx, id, signing))?;
        Ok(signed)
    }

    /// What there is to say about a signature before it is recorded.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn check_signing(&self, id: DocumentId, signing: &Signing) -> Result<Vec<crate::control::Notice>> {
        let thawed = thaw(&self.storage, revision_of(&self.storage, id, None)?)?;
        let today = self.environment.now().date_naive();
        let wanted = prepare(&thawed, signing)?;
        let chain = chain_of(&thawed, signing)?;
        may_be_signed(&thawed, chain)?;
        judge(&self.storage, &thawed, chain, &wanted, today)
    }

    /// Explains what was recorded wrongly. The record itself stays.
    ///
    /// # Errors
    /// The step is not signed; nothing is said.
    pub fn correct_signature(&mut self, id: DocumentId, chain: Option<&str>, step: usize, text: &str) -> Result<()> {
        if text.trim().is_empty() {
            return Err(Error::new(Code::InvalidContent, "更正说明还没写"));
        }
        let act = act(&self.environment, "document.correct");
        self.storage.transact(act, |tx| {
            let thawed = thaw(tx, revision_of(tx, id, None)?)?;
            let chain = named_chain(&thawed, chain)?;
            let of_step = |own: &&SignoffRecord| own.signoff.chain == chain.id && own.signoff.step == step;
            let Some(record) = thawed.signoffs.iter().find(of_step) else {
                return Err(Error::new(Code::NotFound, format!("第 {} 步还没有签，没有可更正的", step + 1)));
            };
            tx.correct_signoff(record.id, text.trim())?;
            tx.subject(id);
            tx.detail("revision", thawed.record.revision.as_str());
            tx.detail("chain", chain.id.as_str());
            tx.detail("step", step + 1);
            tx.detail("correction", text.trim());
            Ok(())
        })?;
        Ok(())
    }
}

fn sign(tx: &mut Transaction<'_>, id: DocumentId, signing: &Signing) -> Result<Signed> {
    let thawed = thaw(tx, revision_of(tx, id, None)?)?;
    let chain = chain_of(&thawed, signing)?.clone();
    may_be_signed(&thawed, &chain)?;
    let today = tx.today().parse().unwrap_or_default();
    let wanted = prepare(&thawed, signing)?;
    let notices = judge(tx, &thawed, &chain, &wanted, today)?;
    let anchor = tx.audit_head()?.anchor();
    let signoff = tx.insert_signoff(thawed.record.id, &wanted)?;
    if let Some(place) = signing.scan {
        super::scans::attach(tx, &thawed.record, signoff, place)?;
    }
    tx.set_anchor(thawed.record.id, &anchor)?;
    tx.subject(id);
    tx.detail("number", thawed.record.number.as_str());
    tx.detail("revision", thawed.record.revision.as_str());
    tx.detail("signature", serde_json::to_value(&wanted).expect("a signature is JSON"));
    if !notices.is_empty() {
        tx.detail("notices", notices.iter().map(|notice| notice.message.clone()).collect::<Vec<_>>());
    }
    let (state, draft) = lead_on(tx, &thawed, &chain, &wanted, &anchor)?;
    sum_up_progress(tx, id)?;
    Ok(Signed { notices, state, draft })
}

/// What a signature leads to: approval by the last one, a new draft by one that does not agree.
fn lead_on(
    tx: &mut Transaction<'_>,
    thawed: &Thawed,
    chain: &Chain,
    wanted: &Signoff,
    anchor: &str,
) -> Result<(RevisionState, Option<String>)> {
    let record = &thawed.record;
    if chain.after_approval {
        return Ok((record.state, None));
    }
    if wanted.opinion != Opinion::Agree {
        let why = match wanted.opinion {
            Opinion::Supplement => format!("第 {} 步需补充说明：{}", wanted.step + 1, wanted.supplement),
            _ => format!("第 {} 步不同意（{}）", wanted.step + 1, wanted.name),
        };
        let draft = life::send_back(tx, record, &why, anchor)?;
        return Ok((RevisionState::Returned, Some(draft)));
    }
    if tx.signoffs_of(record.id)?.iter().filter(|own| own.signoff.chain == chain.id).count() < chain.steps.len() {
        return Ok((record.state, None));
    }
    tx.move_revision(record, RevisionState::Approved, Move { anchor, ..Move::default() })?;
    let standing = Standing {
        status: Status::Approved,
        number: Some(&record.number),
        revision: Some(&record.revision),
        change_note: "",
    };
    tx.set_standing(record.document, standing)?;
    tx.detail("state", RevisionState::Approved.name());
    Ok((RevisionState::Approved, None))
}

fn chain_of<'a>(thawed: &'a Thawed, signing: &Signing) -> Result<&'a Chain> {
    named_chain(thawed, signing.chain.as_deref())
}

pub(super) fn named_chain<'a>(thawed: &'a Thawed, name: Option<&str>) -> Result<&'a Chain> {
    let found = thawed.frozen.chains().find(|chain| name.is_none_or(|name| chain.id == name));
    found.ok_or_else(|| match name {
        Some(name) => Error::new(Code::NotFound, format!("这个版本没有审批流程 `{name}`")),
        None => Error::new(Code::IllegalSignature, "这份文档不需要审批签字"),
    })
}

/// Whether the revision stands where this chain is signed.
fn may_be_signed(thawed: &Thawed, chain: &Chain) -> Result<()> {
    let state = thawed.record.state;
    let fits = match chain.after_approval {
        false => state == RevisionState::InReview,
        true => matches!(state, RevisionState::Approved | RevisionState::Controlled),
    };
    if fits {
        return Ok(());
    }
    let hint = match (chain.after_approval, state) {
        (true, RevisionState::InReview) => "批准之后才签这一项",
        (_, RevisionState::Returned) => "修改后提交新的版本，再从第 1 步签起",
        _ => "签字只登记在审批中的版本上",
    };
    let name = format!("{} {}", thawed.record.number, thawed.record.revision);
    Err(Error::new(Code::IllegalSignature, format!("`{name}` 现在是“{}”，“{}”没有登记签字", state.label(), chain.name))
        .hint(hint))
}

fn prepare(thawed: &Thawed, signing: &Signing) -> Result<Signoff> {
    let chain = chain_of(thawed, signing)?;
    let step = chain.steps.get(signing.step);
    if let Some(ink) = &signing.ink
        && read_ink(ink).is_none()
    {
        return Err(Error::new(Code::InvalidContent, "手写的签名读不出来，没有登记").hint("请重新签写，或只输入姓名"));
    }
    Ok(Signoff {
        chain: chain.id.clone(),
        step: signing.step,
        role: step.map(|step| step.role.clone()).unwrap_or_default(),
        verb: step.map(|step| step.verb.clone()).unwrap_or_default(),
        opinion: signing.opinion,
        supplement: signing.supplement.trim().to_owned(),
        name: signing.name.trim().to_owned(),
        signed_on: signing.signed_on.trim().to_owned(),
        how: signing.how,
        ink: signing.ink.clone(),
        reason: signing.reason.trim().to_owned(),
    })
}

fn judge(
    storage: &Storage,
    thawed: &Thawed,
    chain: &Chain,
    wanted: &Signoff,
    today: NaiveDate,
) -> Result<Vec<crate::control::Notice>> {
    let signed: Vec<Signoff> = of_chain(&thawed.signoffs, chain);
    let authors = authors(thawed);
    may_sign(&round(storage, thawed, chain, &signed, &authors, today)?, wanted)
}

pub(super) fn of_chain(signoffs: &[SignoffRecord], chain: &Chain) -> Vec<Signoff> {
    signoffs.iter().filter(|own| own.signoff.chain == chain.id).map(|own| own.signoff.clone()).collect()
}

pub(super) fn round<'a>(
    storage: &Storage,
    thawed: &Thawed,
    chain: &'a Chain,
    signed: &'a [Signoff],
    authors: &'a [String],
    today: NaiveDate,
) -> Result<Round<'a>> {
    Ok(Round {
        chain,
        signed,
        submitted_on: thawed.frozen.submitted_on.parse().unwrap_or_default(),
        printed_on: printed_on(storage, &thawed.record)?,
        today,
        authors,
    })
}

/// First printing of a revision.
pub(super) fn printed_on(storage: &Storage, record: &RevisionRecord) -> Result<Option<NaiveDate>> {
    Ok(storage.prints_of(record.id)?.first().and_then(|print| print.printed_on.parse().ok()))
}

pub(super) fn authors(thawed: &Thawed) -> Vec<String> {
    let written = AUTHORS.iter().filter_map(|field| thawed.frozen.content.get(*field)?.as_str());
    written.map(str::to_owned).chain([thawed.record.submitted_by.clone()]).collect()
}
