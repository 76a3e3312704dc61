//! Numbers that are lent: a block that one installation alone may give, and what it tells of them later.

use std::path::Path;

use serde_json::json;

use crate::archive::bag::Bag;
use crate::exchange::{Handover, LeasePart, LeasedPart, Purpose, Received, Sent};
use crate::settings::GivenBy;
use crate::storage::{Installation, LeaseRecord, LeasedState, Series, Storage, Transaction};
use crate::template::{check_number_pattern, number_of};
use crate::{Code, Error, Issue, Result, files};

use super::super::archive::make::root_of;
use super::super::archive::merge::MOST_NUMBERS;
use super::super::control::numbers::given_by;
use super::super::control::submit::series;
use super::super::{Workspace, act, with_patterns};
use super::receive_draft::wrong;
use super::send::{Parcel, lease_part, write};
use super::{CODE_DIGITS, UID_DIGITS, name_of_person};

/// Numbers of one block.
const MOST_LENT: u32 = 200;
/// What 作废号登记 says of numbers that came back.
const UNUSED: &str = "借出未用";

impl Workspace {
    /// Lends the next numbers of a form to one installation, in a package of their own. It is told by its code, which
    /// `exchange status` shows there; who has sent something before may be told by name.
    ///
    /// # Errors
    /// No such form; the numbers are given elsewhere; nobody knows whom it is for; the disk is full. Then none is lent.
    pub fn lend_numbers(
        &mut self,
        template: &str,
        count: u32,
        to: &str,
        code: Option<&str>,
        path: &Path,
    ) -> Result<Sent> {
        let template = with_patterns(self.library()?.get(template)?.clone(), &self.storage)?;
        if !(1..=MOST_LENT).contains(&count) {
            return Err(Error::new(
                Code::BadRequest,
                format!("一次可以借出 1 到 {MOST_LENT} 个编号，不能是 {count} 个"),
            ));
        }
        let root = root_of(path)?;
        let (file, begun) = files::begin(path)?;
        let environment = &self.environment;
        let (made, _) = self.storage.transact(act(environment, "number.lend"), |tx| {
            if given_by(tx)? == GivenBy::Controller {
                return Err(Error::new(Code::IllegalMove, "没有借出：编号由文控统一给出，这里不能再借给别人")
                    .hint("请文控在给出编号的那台电脑上借出"));
            }
            let own = tx.installation_or_new()?;
            let (partner, name) = recipient(tx, to, code)?;
            if own.uid.starts_with(&partner) {
                return Err(Error::new(Code::BadRequest, "没有借出：这是这台电脑自己的代码"));
            }
            let series = series(environment, &template);
            let first = tx.last_number(series)? + 1;
            if first + count - 1 > MOST_NUMBERS {
                return Err(Error::new(Code::IllegalMove, "没有借出：这一系列的编号不够了"));
            }
            let lease = LeaseRecord {
                uid: tx.fresh_uid()?,
                is_out: true,
                partner,
                partner_name: name.clone(),
                template_id: template.id.clone(),
                series: series.pattern.to_owned(),
                year: series.year,
                first,
                count,
                at: String::new(),
            };
            tx.enter_lease(&lease, |seq| number_of(series.pattern, series.year, seq))?;
            let ends = [first, first + count - 1].map(|seq| number_of(series.pattern, series.year, seq));
            tx.subject(&ends[0]);
            tx.detail("last", ends[1].as_str());
            tx.detail("to", name.as_str());
            tx.detail("lease", lease.uid.as_str());
            let handover = Handover {
                uid: tx.fresh_uid()?,
                purpose: Purpose::Lease,
                from: own.uid,
                from_name: own.name,
                to: name,
                drafts: Vec::new(),
                states: Vec::new(),
                leases: vec![lease_part(&lease)],
                leased: Vec::new(),
            };
            let parcel = Parcel { handover, drafts: Vec::new(), documents: Vec::new() };
            let (file, mut sent) = write(tx, environment, Bag::begin(file, &root), parcel, files::display(path))?;
            sent.numbers = (first..first + count).map(|seq| number_of(series.pattern, series.year, seq)).collect();
            Ok((file, sent))
        })?;
        let (file, sent) = made;
        if let Err(error) = begun.finish(file) {
            // Nobody ever got them.
            self.storage.transact(act(&self.environment, "number.settle"), |tx| {
                for number in &sent.numbers {
                    tx.mark_leased(number, LeasedState::Returned)?;
                    tx.void_number(number, &format!("{UNUSED}：移交包没有写成"))?;
                }
                Ok(())
            })?;
            return Err(error);
        }
        Ok(sent)
    }

    /// Takes in what a package says of numbers.
    pub(super) fn receive_numbers(
        &mut self,
        handover: &Handover,
        sender: &Installation,
        received: &mut Received,
    ) -> Result<()> {
        for part in &handover.leases {
            match self.borrow(part, sender, handover.purpose) {
                Ok(numbers) => received.borrowed.extend(numbers),
                Err(error) if matches!(error.code, Code::IllegalMove | Code::CorruptFile) => {
                    received.issues.push(Issue::at("leases", "not_borrowed", format!("{}。", error.message)));
                }
                Err(error) => return Err(error),
            }
        }
        let (settled, _) = self.storage.transact(act(&self.environment, "number.settle"), |tx| {
            let mut settled = Vec::new();
            for part in &handover.leased {
                if settle(tx, part, sender)? {
                    settled.push(part.number.clone());
                }
            }
            tx.detail("from", sender.name.as_str());
            tx.detail("numbers", settled.clone());
            Ok(settled)
        })?;
        received.settled = settled;
        Ok(())
    }

    /// Enters a block that is for this installation, once. Returns its numbers.
    fn borrow(&mut self, part: &LeasePart, sender: &Installation, purpose: Purpose) -> Result<Vec<String>> {
        let is_digits = |text: &str, least: usize| {
            (least..=UID_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let is_sound = is_digits(&part.uid, UID_DIGITS)
            && is_digits(&part.to, CODE_DIGITS)
            && (1..=MOST_LENT).contains(&part.count)
            && (1..=MOST_NUMBERS).contains(&part.first)
            && part.first + part.count - 1 <= MOST_NUMBERS
            && (part.year == 0 || (1900..=9999).contains(&part.year))
            && check_number_pattern(&part.series).is_ok()
            && part.template_id.chars().count() <= 100;
        if !is_sound {
            return Err(wrong("借号写得不对"));
        }
        if self.storage.leases()?.iter().any(|known| known.uid == part.uid) {
            return Ok(Vec::new());
        }
        let own = self.storage.installation()?;
        if !own.is_some_and(|own| own.uid.starts_with(&part.to)) {
            // Beside other things it may be for somebody else of the same name.
            if purpose != Purpose::Lease {
                return Ok(Vec::new());
            }
            return Err(Error::new(Code::IllegalMove, "借号没有收下：不是借给这台电脑的"));
        }
        let environment = &self.environment;
        let (numbers, _) = self.storage.transact(act(environment, "number.borrow"), |tx| {
            if given_by(tx)? == GivenBy::Here {
                return Err(Error::new(
                    Code::IllegalMove,
                    "借号没有收下：设置里编号由这里给出；请先在设置的“审批与编号”里改为文控给出，再接收一次",
                ));
            }
            let series = Series { pattern: &part.series, template: &part.template_id, year: part.year };
            let before = tx.last_number(series)?;
            let lease = LeaseRecord {
                uid: part.uid.clone(),
                is_out: false,
                partner: sender.uid.clone(),
                partner_name: sender.name.clone(),
                template_id: part.template_id.clone(),
                series: part.series.clone(),
                year: part.year,
                first: part.first,
                count: part.count,
                at: String::new(),
            };
            let number = |seq: u32| number_of(&part.series, part.year, seq);
            tx.enter_lease(&lease, number)?;
            tx.subject(number(part.first));
            tx.detail("last", number(part.first + part.count - 1));
            tx.detail("from", sender.name.as_str());
            tx.detail("lease", part.uid.as_str());
            let given = json!({ "series": part.series, "year": part.year, "seq": part.first, "after": before });
            tx.detail("given", given);
            Ok((part.first..part.first + part.count).map(number).collect())
        })?;
        Ok(numbers)
    }
}

/// Takes in what became of a number that was lent from here to the sender. Tells whether that was not known.
fn settle(tx: &mut Transaction<'_>, part: &LeasedPart, sender: &Installation) -> Result<bool> {
    let Some((lease, own)) = tx.lease_of_number(&part.number)? else { return Ok(false) };
    let is_theirs = lease.is_out && lease.uid == part.lease && sender.uid.starts_with(&lease.partner);
    if !is_theirs || own.state != LeasedState::Free || part.state == LeasedState::Free {
        return Ok(false);
    }
    if part.state != LeasedState::Used {
        // It stands on a document that came before: that says more than a list.
        if tx.holder_of_number(&part.number)?.flatten().is_some() {
            return Ok(false);
        }
        let told = part.void.as_ref().map(|(_, _, reason)| reason.trim()).filter(|reason| !reason.is_empty());
        let reason = match (part.state, told) {
            (LeasedState::Void, Some(reason)) => reason.chars().take(200).collect(),
            _ => format!("{UNUSED}（{}交还）", sender.name),
        };
        tx.void_number(&part.number, &reason)?;
    }
    tx.mark_leased(&part.number, part.state)?;
    Ok(true)
}

/// Whom a block is for: how the uid begins, and the name.
fn recipient(storage: &Storage, to: &str, code: Option<&str>) -> Result<(String, String)> {
    let name = name_of_person(to)
        .ok_or_else(|| Error::new(Code::BadRequest, "没有说明借给谁").hint("请写明姓名，如“韩朔”"))?;
    if let Some(code) = code {
        let digits: String = code.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
        if digits.len() < CODE_DIGITS || digits.len() > UID_DIGITS {
            return Err(Error::new(Code::BadRequest, format!("“{code}”不是电脑的代码"))
                .hint("代码写在那台电脑的“移交”页上，形如 7F3A-90C1-22DE"));
        }
        return Ok((digits, name));
    }
    let known: Vec<Installation> = storage.partners()?.into_iter().filter(|partner| partner.name == name).collect();
    match known.as_slice() {
        [only] => Ok((only.uid.clone(), name)),
        [] => Err(Error::new(Code::NotFound, format!("不知道“{name}”的电脑是哪一台：从那里还没有收到过移交包"))
            .hint("请写明那台电脑的代码，代码写在它的“移交”页上")),
        _ => Err(Error::new(Code::BadRequest, format!("有几台电脑都叫“{name}”")).hint("请写明是哪一台的代码")),
    }
}
