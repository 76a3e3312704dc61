//! Who may sign now: order, dates and persons. A signature that breaks a rule is never recorded.

use std::cmp::max;

use chrono::NaiveDate;
use serde::Serialize;

use crate::policy::{Chain, Step};
use crate::storage::{How, Opinion, Signoff};
use crate::{Code, Error, Issue, Result};

/// A chain with what has been signed of it so far.
pub(crate) struct Round<'a> {
    pub chain: &'a Chain,
    /// Signatures of this chain.
    pub signed: &'a [Signoff],
    /// Local dates.
    pub submitted_on: NaiveDate,
    /// First printing of the revision.
    pub printed_on: Option<NaiveDate>,
    pub today: NaiveDate,
    /// Who wrote or submitted the document.
    pub authors: &'a [String],
}

/// What somebody should know before signing; it does not keep from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Notice {
    /// `own_document`, `same_person`
    pub code: String,
    pub message: String,
}

impl Round<'_> {
    fn of_step(&self, step: usize) -> Option<&Signoff> {
        self.signed.iter().find(|signoff| signoff.step == step)
    }

    /// The earliest date that a step may carry, and why.
    pub fn not_before(&self, step: usize, how: How) -> (NaiveDate, String) {
        let mut earliest = (self.submitted_on, "提交".to_owned());
        if let (How::Ink, Some(printed)) = (how, self.printed_on) {
            earliest = max(earliest, (printed, "打印".to_owned()));
        }
        if !self.chain.any_order {
            for signoff in self.signed.iter().filter(|signoff| signoff.step < step) {
                if let Some(date) = date_of(&signoff.signed_on).filter(|date| *date > earliest.0) {
                    earliest = (date, format!("第 {} 步", signoff.step + 1));
                }
            }
        }
        earliest
    }

    /// Whether somebody has refused or asked for more: then nobody signs any further.
    pub fn is_stopped(&self) -> bool {
        !self.chain.any_order && self.signed.iter().any(|signoff| signoff.opinion != Opinion::Agree)
    }
}

/// The step that is to be signed next; none where all are, or where somebody has refused.
pub(crate) fn next_step(round: &Round<'_>) -> Option<usize> {
    if round.is_stopped() {
        return None;
    }
    (0..round.chain.steps.len()).find(|step| round.of_step(*step).is_none())
}

/// Whether a signature may be recorded, and what there is to say about it.
///
/// # Errors
/// Out of order, before its time, in the future, on a signed step, without what is missing, or by one person in two
/// steps without a reason: each with its place.
pub(crate) fn may_sign(round: &Round<'_>, wanted: &Signoff) -> Result<Vec<Notice>> {
    let Some(step) = round.chain.steps.get(wanted.step) else {
        return Err(Error::new(Code::IllegalSignature, format!("“{}”没有第 {} 步", round.chain.name, wanted.step + 1)));
    };
    in_order(round, wanted, step)?;
    complete(round, wanted)?;
    dated(round, wanted)?;
    persons(round, wanted, step)
}

fn in_order(round: &Round<'_>, wanted: &Signoff, step: &Step) -> Result<()> {
    let refused = |message: String, hint: &str| Err(Error::new(Code::IllegalSignature, message).hint(hint));
    let name = step_name(wanted.step, step);
    if let Some(signed) = round.of_step(wanted.step) {
        let message = format!("{name}已由{}于 {} 签过，没有再登记", signed.name, signed.signed_on);
        return refused(message, "登记后不能改动；写错了，用更正记录说明");
    }
    if let Some(stopped) = round.signed.iter().find(|signed| signed.opinion != Opinion::Agree)
        && round.is_stopped()
    {
        let message = format!("第 {} 步没有同意，{name}不能再签", stopped.step + 1);
        return refused(message, "修改后提交新的版本，从第 1 步重新审批");
    }
    match next_step(round) {
        Some(next) if next < wanted.step && !round.chain.any_order => {
            let waiting = step_name(next, &round.chain.steps[next]);
            refused(format!("{name}要等{waiting}签完，没有登记"), "审批按次序进行，请先登记前面的环节")
        }
        _ => Ok(()),
    }
}

fn complete(round: &Round<'_>, wanted: &Signoff) -> Result<()> {
    let mut issues = Vec::new();
    if wanted.name.trim().is_empty() {
        issues.push(Issue::at("name", "required", "签字人还没填。"));
    }
    if wanted.opinion == Opinion::Supplement && wanted.supplement.trim().is_empty() {
        issues.push(Issue::at("supplement", "required", "需补充说明时，要写明补充什么。"));
    }
    if date_of(&wanted.signed_on).is_none() {
        issues.push(Issue::at(
            "signed_on",
            "not_a_date",
            format!("日期“{}”要写成 2026-03-11 的样子。", wanted.signed_on),
        ));
    }
    if wanted.how == How::Ink && round.printed_on.is_none() {
        issues.push(Issue::at("how", "not_printed", "这个版本还没有打印过，纸上不会有签字。"));
    }
    match issues.first() {
        None => Ok(()),
        Some(first) => {
            let message = format!("没有登记：{}", first.message.trim_end_matches('。'));
            Err(Error::new(Code::InvalidContent, message).issues(issues))
        }
    }
}

fn dated(round: &Round<'_>, wanted: &Signoff) -> Result<()> {
    let Some(date) = date_of(&wanted.signed_on) else { return Ok(()) };
    let refused = |message: String| {
        let issue = Issue::at("signed_on", "date_out_of_order", format!("{message}。"));
        Err(Error::new(Code::IllegalSignature, message).hint("请照纸上的日期核对").issues(vec![issue]))
    };
    let (earliest, why) = round.not_before(wanted.step, wanted.how);
    let step = wanted.step + 1;
    if date < earliest {
        return refused(format!("第 {step} 步写的是 {date}，早于{why}的 {earliest}"));
    }
    // Later steps of a chain without order bind nobody; of one with order there are none yet.
    if date > round.today {
        return refused(format!("第 {step} 步写的是 {date}，今天才 {}", round.today));
    }
    Ok(())
}

fn persons(round: &Round<'_>, wanted: &Signoff, step: &Step) -> Result<Vec<Notice>> {
    let name = wanted.name.trim();
    let mut notices = Vec::new();
    if round.authors.iter().any(|author| author == name) && !step.author {
        notices.push(Notice {
            code: "own_document".into(),
            message: format!("{name}是这份文档的编写或提交人，正在审批自己的文档"),
        });
    }
    if let Some(other) = round.signed.iter().find(|signed| signed.name == name) {
        let message = format!("{name}已签过第 {} 步，一人签两步要写明理由", other.step + 1);
        if wanted.reason.trim().is_empty() {
            let issue = Issue::at("reason", "same_person", format!("{message}。"));
            return Err(Error::new(Code::ReasonNeeded, message)
                .hint("写明理由后再登记，理由会留在记录里")
                .issues(vec![issue]));
        }
        notices
            .push(Notice { code: "same_person".into(), message: format!("{message}（{}）", wanted.reason.trim()) });
    }
    Ok(notices)
}

fn step_name(index: usize, step: &Step) -> String {
    format!("第 {} 步（{}{}）", index + 1, step.role, step.verb)
}

fn date_of(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(steps: usize) -> Chain {
        let step = |index: usize| Step {
            role: format!("部门{index}"),
            verb: "审核".into(),
            row: Some("approval".into()),
            field: None,
            author: false,
        };
        Chain {
            id: "approval".into(),
            name: "审批".into(),
            template: "t".into(),
            when: None,
            after_approval: false,
            any_order: false,
            afterwards: None,
            clause: None,
            steps: (0..steps).map(step).collect(),
        }
    }

    fn signature(step: usize, date: &str) -> Signoff {
        Signoff {
            chain: "approval".into(),
            step,
            role: String::new(),
            verb: String::new(),
            opinion: Opinion::Agree,
            supplement: String::new(),
            name: format!("签字人{step}"),
            signed_on: date.into(),
            how: How::Ink,
            ink: None,
            reason: String::new(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn round<'a>(chain: &'a Chain, signed: &'a [Signoff]) -> Round<'a> {
        Round {
            chain,
            signed,
            submitted_on: day("2026-03-04"),
            printed_on: Some(day("2026-03-05")),
            today: day("2026-03-20"),
            authors: &[],
        }
    }

    fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
        let Some((first, rest)) = items.split_first() else { return vec![Vec::new()] };
        let insert = |order: Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, *first);
                order
            })
        };
        permutations(rest).into_iter().flat_map(insert).collect()
    }

    /// 产品发布管理规范 4.1.2: strictly one after the other.
    #[test]
    fn of_the_120_orders_of_five_steps_one_is_accepted() {
        let chain = chain(5);
        let orders = permutations(&[0, 1, 2, 3, 4]);
        assert_eq!(orders.len(), 120);
        let accepted: Vec<&Vec<usize>> = orders
            .iter()
            .filter(|order| {
                let mut signed: Vec<Signoff> = Vec::new();
                order.iter().all(|step| {
                    let wanted = signature(*step, "2026-03-06");
                    let accepted = may_sign(&round(&chain, &signed), &wanted).is_ok();
                    signed.push(wanted);
                    accepted
                })
            })
            .collect();
        assert_eq!(accepted, [&vec![0, 1, 2, 3, 4]]);
    }

    #[test]
    fn a_chain_without_order_takes_every_order_and_each_step_once() {
        let chain = Chain { any_order: true, ..chain(3) };
        for order in permutations(&[0, 1, 2]) {
            let mut signed = Vec::new();
            for step in order {
                let wanted = signature(step, "2026-03-06");
                may_sign(&round(&chain, &signed), &wanted).unwrap();
                signed.push(wanted.clone());
                assert!(may_sign(&round(&chain, &signed), &wanted).is_err());
            }
        }
    }

    #[track_caller]
    fn refused(signed: &[Signoff], wanted: &Signoff) -> String {
        may_sign(&round(&chain(5), signed), wanted).unwrap_err().message
    }

    #[test]
    fn dates_follow_printing_the_step_before_and_today() {
        let first = signature(0, "2026-03-06");
        assert_eq!(refused(&[], &signature(0, "2026-03-04")), "第 1 步写的是 2026-03-04，早于打印的 2026-03-05");
        let signed = [first];
        assert_eq!(refused(&signed, &signature(1, "2026-03-05")), "第 2 步写的是 2026-03-05，早于第 1 步的 2026-03-06");
        assert_eq!(refused(&signed, &signature(1, "2026-03-21")), "第 2 步写的是 2026-03-21，今天才 2026-03-20");
        assert!(refused(&signed, &signature(1, "03-21")).starts_with("没有登记：日期“03-21”"));
        assert!(may_sign(&round(&chain(5), &signed), &signature(1, "2026-03-06")).is_ok());
        let five = chain(5);
        let unprinted = Round { printed_on: None, ..round(&five, &[]) };
        assert!(may_sign(&unprinted, &signature(0, "2026-03-06")).is_err(), "there is no sheet that could be signed");
        let machine = Signoff { how: How::Machine, ..signature(0, "2026-03-04") };
        assert!(may_sign(&unprinted, &machine).is_ok());
    }

    #[test]
    fn one_person_in_two_steps_needs_a_reason_and_authors_are_warned() {
        let chain = chain(5);
        let signed = [signature(0, "2026-03-06")];
        let again = Signoff { name: "签字人0".into(), ..signature(1, "2026-03-06") };
        assert_eq!(may_sign(&round(&chain, &signed), &again).unwrap_err().code, Code::ReasonNeeded);
        let with_reason = Signoff { reason: "测试部经理出差，书面授权".into(), ..again };
        assert_eq!(may_sign(&round(&chain, &signed), &with_reason).unwrap()[0].code, "same_person");
        let authors = ["签字人0".to_owned()];
        let own = Round { authors: &authors, ..round(&chain, &[]) };
        assert_eq!(may_sign(&own, &signature(0, "2026-03-06")).unwrap()[0].code, "own_document");
    }

    #[test]
    fn nobody_signs_after_a_refusal() {
        let chain = chain(5);
        for opinion in [Opinion::Refuse, Opinion::Supplement] {
            let signed = [Signoff { opinion, supplement: "补充测试报告".into(), ..signature(0, "2026-03-06") }];
            assert_eq!(next_step(&round(&chain, &signed)), None);
            assert_eq!(refused(&signed, &signature(1, "2026-03-06")), "第 1 步没有同意，第 2 步（部门1审核）不能再签");
        }
        let bare = Signoff { opinion: Opinion::Supplement, ..signature(0, "2026-03-06") };
        assert!(refused(&[], &bare).contains("要写明补充什么"));
    }
}
