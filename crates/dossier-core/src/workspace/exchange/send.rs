//! Sending: one zip file, whole or not at all. A draft that is in it is read-only here from then on.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use crate::archive::bag::{self, Bag, INFO, Packed};
use crate::archive::handover::{INFO_OXUM, INFO_SCHEMA, README, info_lines};
use crate::archive::index::{self, DocumentPart, FilePart, INDEX, Index, ReleasePart, Role};
use crate::archive::names;
use crate::exchange::{
    DraftPart, Handover, KIND, LeasePart, LeasedPart, Purpose, SCHEMA, SendRequest, Sent, StatePart, SubmissionPart,
};
use crate::storage::{DocumentId, HandoverEnd, Installation, LeaseRecord, LeasedState, Status, Storage, Transaction};
use crate::{Code, Environment, Error, Result, files};

use super::super::archive::make::{SHARED, keep_shared, root_of};
use super::super::archive::pack::{Owner, pack_lean};
use super::super::control::thaw;
use super::super::{Workspace, act, stored_settings};
use super::{code_of, draft_here, name_of_person, refuse_handed_over, release_part};

/// Documents of one package.
pub(super) const MOST_DOCUMENTS: usize = 1_000;
/// What 作废号登记 says of borrowed numbers that went back.
const RETURNED: &str = "借入未用，已交还";

/// Everything of a package but its bytes.
pub(super) struct Parcel {
    pub handover: Handover,
    pub drafts: Vec<DraftPart>,
    pub documents: Vec<DocumentId>,
}

impl Workspace {
    /// Name of a package: `移交包_韩朔_2026-03-04.zip`.
    pub fn package_name(&self, to: &str) -> String {
        let today = self.environment.now().date_naive();
        format!("{}.zip", names::safe(&format!("移交包_{to}_{today}"), 120))
    }

    /// Sends documents in one zip file. Drafts are handed over: they are read-only here until they come back or are taken
    /// back. Documents that were submitted are told of, with all of their revisions. What stood under the name stays until
    /// the package is whole.
    ///
    /// # Errors
    /// Nothing is to be sent; a draft is out already; something is damaged; the disk is full. Then nothing is handed over.
    pub fn send(&mut self, request: &SendRequest, to: &Path) -> Result<Sent> {
        let recipient = name_of_person(&request.to)
            .ok_or_else(|| Error::new(Code::BadRequest, "没有说明移交给谁").hint("请写明姓名，如“韩朔”"))?;
        let mut documents = request.documents.clone();
        documents.sort_unstable();
        documents.dedup();
        if documents.is_empty() && !request.return_numbers {
            return Err(Error::new(Code::BadRequest, "没有说明移交哪些文档").hint("请写出文档编号，如 `D0001`"));
        }
        if documents.len() > MOST_DOCUMENTS {
            return Err(
                Error::new(Code::TooLarge, format!("一个移交包最多放 {MOST_DOCUMENTS} 份文档")).hint("请分几次移交")
            );
        }
        let root = root_of(to)?;
        let (file, begun) = files::begin(to)?;
        let environment = &self.environment;
        let (made, _) = self.storage.transact(act(environment, "exchange.send"), |tx| {
            let own = tx.installation_or_new()?;
            let uid = tx.fresh_uid()?;
            let parcel = gather(tx, &own, &uid, &recipient, &documents, request)?;
            write(tx, environment, Bag::begin(file, &root), parcel, path_of(to))
        })?;
        let (file, sent) = made;
        if let Err(error) = begun.finish(file) {
            self.call_back(&sent)?;
            return Err(error);
        }
        Ok(sent)
    }

    /// Nobody ever got the package: what was in it is not out.
    pub(super) fn call_back(&mut self, sent: &Sent) -> Result<()> {
        self.storage.transact(act(&self.environment, "exchange.take_back"), |tx| {
            tx.detail("to", sent.to.as_str());
            tx.detail("package", sent.uid.as_str());
            for id in &sent.drafts {
                tx.end_handover(*id, HandoverEnd::TakenBack)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Takes a draft back that is out. What comes back afterwards all the same stands beside it until somebody chooses.
    ///
    /// # Errors
    /// It is not out.
    pub fn take_back(&mut self, id: DocumentId) -> Result<String> {
        let (recipient, _) = self.storage.transact(act(&self.environment, "exchange.take_back"), |tx| {
            tx.document(id)?;
            let Some(out) = tx.handed_over(id)? else {
                return Err(
                    Error::new(Code::IllegalMove, format!("文档 `{id}` 没有移交出去，不用收回")).hint("它在这里就能改")
                );
            };
            tx.subject(id);
            tx.detail("to", out.recipient.as_str());
            tx.detail("package", out.package);
            tx.end_handover(id, HandoverEnd::TakenBack)?;
            Ok(out.recipient)
        })?;
        Ok(recipient)
    }
}

fn path_of(to: &Path) -> String {
    files::display(to)
}

/// Marks what leaves, and tells the log.
fn gather(
    tx: &mut Transaction<'_>,
    own: &Installation,
    uid: &str,
    recipient: &str,
    documents: &[DocumentId],
    request: &SendRequest,
) -> Result<Parcel> {
    let (mut drafts, mut whole, mut states, mut out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for id in documents {
        let document = tx.document(*id)?;
        let document_uid = tx.document_uid(*id)?;
        if document.status == Status::Draft {
            refuse_handed_over(tx, *id)?;
            let submission = SubmissionPart { chain: request.chain.clone(), change: request.change.clone() };
            let part = draft_here(tx, *id, request.submit.then_some(submission))?;
            tx.hand_over(*id, uid, recipient, request.submit, &part.digest)?;
            let mut seen = part.seen.clone();
            seen.insert(uid.to_owned());
            tx.set_exchanged(*id, Some(&part.digest), &seen)?;
            drafts.push(part);
            out.push(id.to_string());
        }
        if tx.latest_revision(*id)?.is_some() {
            whole.push(*id);
            let digest = tx.exchanged_digest(*id)?;
            states.push(StatePart { document: document_uid, digest, seen: tx.exchanged_states(*id)? });
        }
    }
    if request.submit && drafts.is_empty() {
        return Err(
            Error::new(Code::IllegalMove, "没有可以提交的草稿：这些文档都提交过了").hint("已提交的文档直接交回")
        );
    }
    if request.return_numbers {
        give_numbers_back(tx)?;
    }
    let leases = open_leases(tx, recipient)?;
    let leased = settled_numbers(tx)?;
    if whole.is_empty() && drafts.is_empty() && leased.is_empty() {
        return Err(Error::new(Code::NotFound, "没有可以交还的编号").hint("借来的编号都已用掉、作废或交还"));
    }
    let purpose = match (request.submit, drafts.is_empty()) {
        (true, _) => Purpose::Submit,
        (false, false) => Purpose::Draft,
        (false, true) => Purpose::Release,
    };
    if let [only] = documents {
        tx.subject(*only);
    }
    tx.detail("to", recipient);
    tx.detail("package", uid);
    tx.detail("purpose", purpose.name());
    tx.detail("drafts", out);
    tx.detail("documents", whole.iter().map(ToString::to_string).collect::<Vec<_>>());
    let handover = Handover {
        uid: uid.to_owned(),
        purpose,
        from: own.uid.clone(),
        from_name: own.name.clone(),
        to: recipient.to_owned(),
        drafts: Vec::new(),
        states,
        leases,
        leased,
    };
    Ok(Parcel { handover, drafts, documents: whole })
}

/// Borrowed numbers that nobody has used go back, and are never given here again.
fn give_numbers_back(tx: &mut Transaction<'_>) -> Result<()> {
    let mut returned = Vec::new();
    for lease in tx.leases()?.into_iter().filter(|lease| !lease.is_out) {
        for own in tx.numbers_of_lease(&lease.uid)? {
            if own.state == LeasedState::Free {
                tx.mark_leased(&own.number, LeasedState::Returned)?;
                tx.void_number(&own.number, RETURNED)?;
                returned.push(own.number);
            }
        }
    }
    tx.detail("returned_numbers", returned);
    Ok(())
}

/// Blocks that this person was given and that may not have arrived: each is taken once, by its own uid.
fn open_leases(storage: &Storage, recipient: &str) -> Result<Vec<LeasePart>> {
    let mut parts = Vec::new();
    for lease in storage.leases()?.into_iter().filter(|lease| lease.is_out && lease.partner_name == recipient) {
        if storage.numbers_of_lease(&lease.uid)?.iter().any(|own| own.state == LeasedState::Free) {
            parts.push(lease_part(&lease));
        }
    }
    Ok(parts)
}

pub(super) fn lease_part(lease: &LeaseRecord) -> LeasePart {
    LeasePart {
        uid: lease.uid.clone(),
        to: lease.partner.clone(),
        template_id: lease.template_id.clone(),
        series: lease.series.clone(),
        year: lease.year,
        first: lease.first,
        count: lease.count,
    }
}

/// What became of borrowed numbers, told again with every package: who has lent them takes it once.
fn settled_numbers(storage: &Storage) -> Result<Vec<LeasedPart>> {
    let mut parts = Vec::new();
    for lease in storage.leases()?.into_iter().filter(|lease| !lease.is_out) {
        for own in storage.numbers_of_lease(&lease.uid)? {
            if own.state == LeasedState::Free {
                continue;
            }
            let void = storage.given_number(&own.number)?.and_then(|given| given.void);
            parts.push(LeasedPart { lease: lease.uid.clone(), number: own.number, state: own.state, void });
        }
    }
    Ok(parts)
}

/// Writes the package.
pub(super) fn write(
    storage: &Storage,
    environment: &Environment,
    mut bag: Bag,
    parcel: Parcel,
    path: String,
) -> Result<(File, Sent)> {
    let Parcel { mut handover, drafts, documents } = parcel;
    let mut releases: BTreeMap<String, ReleasePart> = BTreeMap::new();
    let mut shared: BTreeMap<String, (Role, String)> = BTreeMap::new();
    let mut parts = Vec::new();
    for id in &documents {
        let uid = storage.document_uid(*id)?;
        let release = storage.document(*id)?.release.map(|release| release_part(storage, release)).transpose()?;
        let owner = Owner { uid: &uid, release: release.as_ref() };
        let mut revisions = Vec::new();
        let mut number = String::new();
        for record in storage.revisions_of(*id)? {
            number.clone_from(&record.number);
            let thawed = thaw(storage, record)?;
            keep_shared(storage, &mut shared, &thawed.frozen.template.sha256, &thawed.frozen.settings)?;
            revisions.push(pack_lean(storage, &mut bag, &thawed, &owner)?);
        }
        parts.push(DocumentPart { uid, number, release: release.as_ref().map(|own| own.uid.clone()), revisions });
        releases.extend(release.map(|own| (own.uid.clone(), own)));
    }
    let mut sent = Sent {
        path,
        uid: handover.uid.clone(),
        to: handover.to.clone(),
        purpose: handover.purpose.name().to_owned(),
        label: handover.purpose.label().to_owned(),
        drafts: Vec::new(),
        documents,
        numbers: handover
            .leased
            .iter()
            .filter(|own| own.state == LeasedState::Returned)
            .map(|own| own.number.clone())
            .collect(),
        digest: String::new(),
        code: String::new(),
    };
    for draft in &drafts {
        let template = format!("{SHARED}/表单-{}.toml", draft.template.sha256);
        shared.insert(template, (Role::Template, storage.template(&draft.template.sha256)?.text));
        let packed: Packed = bag.add(&format!("data/草稿/{}.json", draft.uid), &index::pretty(draft))?;
        handover.drafts.push(FilePart::of(Role::Draft, packed));
        releases.extend(draft.release.clone().map(|own| (own.uid.clone(), own)));
        sent.drafts.extend(storage.document_by_uid(&draft.uid)?);
    }
    let mut files = Vec::new();
    for (path, (role, text)) in shared {
        files.push(FilePart::of(role, bag.add(&path, text.as_bytes())?));
    }
    let told = format!(
        "{}：{}份草稿，{}份已提交的文档，给{}",
        handover.purpose.label(),
        drafts.len(),
        parts.len(),
        handover.to
    );
    let from = format!("{}（{}）", handover.from_name, code_of(&handover.from));
    let index = Index {
        schema: SCHEMA,
        kind: KIND.into(),
        releases: releases.into_values().collect(),
        documents: parts,
        shared: files,
        volumes: Vec::new(),
        handover: Some(handover),
    };
    bag.add(INDEX, &index::pretty(&index))?;
    let (count, bytes) = bag.payload();
    sent.digest = bag::digest_of(&bag.manifest());
    sent.code = bag::code_of(&sent.digest);
    bag.add(README, readme(&told, &sent.code).as_bytes())?;
    let organisation = stored_settings(storage)?.organisation.name;
    let day = environment.now().date_naive();
    let info = [
        ("Source-Organization", organisation),
        ("Contact-Name", from),
        ("External-Description", format!("移交包，{told}")),
        ("Bagging-Date", day.to_string()),
        ("Bag-Software-Agent", concat!("Dossier ", env!("CARGO_PKG_VERSION")).to_owned()),
        (INFO_OXUM, format!("{bytes}.{count}")),
        (INFO_SCHEMA, SCHEMA.to_string()),
    ];
    bag.add(INFO, info_lines(&info).as_bytes())?;
    Ok((bag.finish()?, sent))
}

/// What people read who open the package with something else. Lines end as Notepad needs them.
fn readme(told: &str, code: &str) -> String {
    let text = format!(
        "\u{feff}移交包
======

{told}。移交校验码：{code}

请不要解压或改动它，直接用发布卷宗接收：
    dossier exchange receive 移交包.zip --anchor 移交校验码
只想核对时：
    dossier verify 移交包.zip

移交校验码可以在电话里与发出的人核对。没有本程序时：
    sha256sum -c manifest-sha256.txt
"
    );
    text.replace('\n', "\r\n")
}
