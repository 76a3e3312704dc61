//! Official numbers that are given up, or were used before this program.

use crate::control::NumberRule;
use crate::settings::GivenBy;
use crate::storage::{DocumentId, LeasedState, NumberRecord, Series, Storage, Transaction};
use crate::template::{number_of, parts_of_number};
use crate::{Code, Error, Result};

use super::super::{Workspace, act, stored_settings, with_patterns};
use super::submit::series;

/// Nobody has used more numbers on paper than this within a year.
const MOST_USED: u32 = 9999;

/// Who gives the official numbers.
pub(in crate::workspace) fn given_by(storage: &Storage) -> Result<GivenBy> {
    Ok(stored_settings(storage)?.numbering.given_by)
}

/// The number that will be given next; none where there is none to give.
pub(super) fn upcoming(storage: &Storage, given_by: GivenBy, series: Series<'_>) -> Result<Option<String>> {
    match given_by {
        GivenBy::Here => Ok(Some(number_of(series.pattern, series.year, storage.last_number(series)? + 1))),
        GivenBy::Controller => Ok(storage.next_leased(series)?.map(|next| next.number)),
    }
}

/// Gives the next number of a series: of its own, or of those that the controller has lent.
pub(super) fn give(
    tx: &mut Transaction<'_>,
    given_by: GivenBy,
    series: Series<'_>,
    to: Option<DocumentId>,
) -> Result<String> {
    if given_by == GivenBy::Here {
        return tx.give_number(series, |seq| number_of(series.pattern, series.year, seq), to);
    }
    let next = tx.next_leased(series)?.ok_or_else(|| {
        Error::new(Code::IllegalMove, "没有提交：正式编号由文控给出，这里没有借到可用的编号").hint(
            "用 `dossier exchange send 文档 --submit --to 文控` 交给文控提交，或请文控用 `dossier exchange lease` 借一批编号来",
        )
    })?;
    if let Some(document) = to {
        tx.use_leased(&next.number, document)?;
    }
    Ok(next.number)
}

impl Workspace {
    /// Takes the next number of a form and gives it up at once: a spoilt sheet. It stands in 作废号登记.
    ///
    /// # Errors
    /// No such form; no reason is given.
    pub fn void_next_number(&mut self, template: &str, reason: &str) -> Result<String> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::new(Code::ReasonNeeded, "没有作废编号：还没写原因").hint("原因会印在作废号登记里"));
        }
        let template = with_patterns(self.library()?.get(template)?.clone(), &self.storage)?;
        let environment = &self.environment;
        let (number, _) = self.storage.transact(act(environment, "number.void"), |tx| {
            let series = series(environment, &template);
            let number = give(tx, given_by(tx)?, series, None)?;
            tx.void_number(&number, reason)?;
            tx.mark_leased(&number, LeasedState::Void)?;
            tx.subject(&number);
            tx.detail("reason", reason);
            Ok(number)
        })?;
        Ok(number)
    }

    /// Says which numbers of this year were used on paper before this program: the next one follows `last_used`.
    ///
    /// # Errors
    /// The number is none of this form and year; numbers beyond it were given already.
    pub fn start_numbers_after(&mut self, template: &str, last_used: &str) -> Result<String> {
        let template = with_patterns(self.library()?.get(template)?.clone(), &self.storage)?;
        let environment = &self.environment;
        let (next, _) = self.storage.transact(act(environment, "number.start"), |tx| {
            let series = series(environment, &template);
            if given_by(tx)? == GivenBy::Controller {
                return Err(Error::new(Code::IllegalMove, "编号由文控统一给出，这里不登记纸面上用过的编号")
                    .hint("请文控在给出编号的那台电脑上登记"));
            }
            let first = number_of(series.pattern, series.year, 1);
            let seq = match parts_of_number(series.pattern, last_used) {
                Some((year, seq)) if year.is_none_or(|year| year == series.year) && seq <= MOST_USED => seq,
                _ => {
                    return Err(Error::new(Code::BadRequest, format!("“{last_used}”不是今年的{}编号", template.short))
                        .hint(format!("要写成 {first} 的样子")));
                }
            };
            let given = tx.last_number(series)?;
            if given >= seq {
                let given = number_of(series.pattern, series.year, given);
                return Err(Error::new(Code::IllegalMove, format!("{last_used} 不能登记：编号已经给到 {given}"))
                    .hint("编号不会重复使用"));
            }
            for _ in given..seq {
                let number = tx.give_number(series, |seq| number_of(series.pattern, series.year, seq), None)?;
                tx.void_number(&number, "启用本程序以前已在纸面上使用")?;
            }
            tx.subject(last_used);
            tx.detail("from", number_of(series.pattern, series.year, given + 1));
            Ok(number_of(series.pattern, series.year, seq + 1))
        })?;
        Ok(next)
    }

    /// All numbers of a year, or at all.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn numbers(&self, year: Option<i32>) -> Result<Vec<NumberRecord>> {
        self.storage.numbers(year)
    }

    /// What the next document of a form will be called, if nobody is quicker.
    ///
    /// # Errors
    /// No such form.
    pub fn next_number(&self, template: &str) -> Result<String> {
        let template = with_patterns(self.library()?.get(template)?.clone(), &self.storage)?;
        let series: Series<'_> = series(&self.environment, &template);
        Ok(upcoming(&self.storage, given_by(&self.storage)?, series)?.unwrap_or_else(|| "由文控给出".into()))
    }

    /// How the documents of every form are numbered.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn number_rules(&self) -> Result<Vec<NumberRule>> {
        let rules = self.template_infos()?.into_iter().map(|form| {
            let own = self.library()?.get(&form.id)?.number.clone();
            let pattern = with_patterns(self.library()?.get(&form.id)?.clone(), &self.storage)?.number;
            let next = self.next_number(&form.id)?;
            Ok(NumberRule { template: form.id, title: form.title, own, pattern, next })
        });
        rules.collect()
    }
}
