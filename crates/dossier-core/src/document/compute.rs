//! Values that fill themselves.

use std::borrow::Cow;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::Value;

use super::number::Number;
use super::read::read;
use super::values::{RowValues, Values};
use crate::template::{Compute, Kind};

/// The value of a field that computes itself; `None` while what it needs is missing.
///
/// Inside a table, ids are columns of the same row first.
pub(super) fn compute(compute: &Compute, kind: &Kind, values: &Values, row: Option<&RowValues>) -> Option<Value> {
    let get = |id: &str| row.map_or_else(|| values.get(id), |row| row.get(id)).map(Cow::into_owned);
    let number = |id: &str| get(id).as_ref().and_then(Number::of);
    let text = |id: &str| get(id).and_then(|value| value.as_str().map(str::to_owned));
    let result = match compute {
        Compute::Rows { table } => count(values, table, |_| true)?,
        Compute::Count { table, column, values: wanted } => {
            count(values, table, |row| row.get(column).is_some_and(|value| matches(&value, wanted)))?
        }
        Compute::SumColumn { table, column } => {
            let rows = (0..values.row_count(table)).map(|index| values.row(table, index));
            Number::sum(rows.filter_map(|row| Number::of(row.get(column)?.as_ref())))?.to_string()
        }
        Compute::Sum { fields } => Number::sum(fields.iter().filter_map(|id| number(id)))?.to_string(),
        Compute::Difference { from, less } => number(from)?.less(number(less)?)?.not_negative()?.to_string(),
        Compute::Balance { budget, spent } => {
            let left = number(budget)?.less(number(spent)?)?;
            if left.not_negative().is_some() { "节余" } else { "超支" }.to_owned()
        }
        Compute::Minutes { start, end } => minutes(&text(start)?, &text(end)?)?.to_string(),
        Compute::Late { planned, actual } => {
            if is_late(&text(planned)?, &text(actual)?)? { "延迟" } else { "按时" }.to_owned()
        }
        Compute::Earlier { date, days } => {
            let day = NaiveDate::parse_from_str(text(date)?.get(..10)?, "%Y-%m-%d").ok()?;
            day.checked_sub_days(Days::new(u64::from(*days)))?.format("%Y-%m-%d").to_string()
        }
    };
    read(kind, &Value::String(result)).ok().flatten()
}

/// Whether a value, or one of many, is among the wanted ones.
pub(super) fn matches(value: &Value, wanted: &[String]) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| matches(item, wanted)),
        Value::String(text) => wanted.contains(text),
        other => wanted.contains(&other.to_string()),
    }
}

/// Rows that hold something and fit; `None` while no row holds anything.
fn count(values: &Values, table: &str, fits: impl Fn(&RowValues) -> bool) -> Option<String> {
    let rows = (0..values.row_count(table)).map(|index| values.row(table, index));
    let filled: Vec<RowValues> = rows.filter(|row| !row.is_empty()).collect();
    if filled.is_empty() {
        return None;
    }
    Some(filled.iter().filter(|row| fits(row)).count().to_string())
}

fn minutes(start: &str, end: &str) -> Option<i64> {
    let clock = |text| NaiveTime::parse_from_str(text, "%H:%M").ok();
    if let (Some(start), Some(end)) = (clock(start), clock(end)) {
        // An end before the start lies on the next day.
        return Some((end - start).num_minutes().rem_euclid(24 * 60));
    }
    let moment = |text| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok();
    Some((moment(end)? - moment(start)?).num_minutes()).filter(|minutes| *minutes >= 0)
}

/// Compares to the day where one of the two is only a day.
fn is_late(planned: &str, actual: &str) -> Option<bool> {
    let is_moment = |text: &str| {
        text.get(..10).is_some_and(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok()) && text.is_ascii()
    };
    let precision = planned.len().min(actual.len());
    (is_moment(planned) && is_moment(actual)).then(|| actual[..precision] > planned[..precision])
}
