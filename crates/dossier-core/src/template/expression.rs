//! The two small expressions of the language: conditions (`when`) and computed values (`compute`).

use std::fmt;

use super::text::is_id;
use super::{Clause, Compute, Condition};

impl Condition {
    /// Reads `field = a|b or other filled`.
    ///
    /// # Errors
    ///
    /// What is wrong, in Chinese without its full stop.
    pub fn parse(source: &str) -> Result<Self, String> {
        let any = source.split(" or ").map(Clause::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { any })
    }

    /// The ids of the fields that decide.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.any.iter().map(|clause| match clause {
            Clause::OneOf { field, .. } | Clause::Filled { field } | Clause::MoreThan { field, .. } => field.as_str(),
        })
    }
}

impl Clause {
    fn parse(source: &str) -> Result<Self, String> {
        let source = source.trim();
        let id = |text: &str| {
            let text = text.trim();
            if is_id(text) {
                Ok(text.to_owned())
            } else {
                Err(format!("条件“{source}”要写成 field = 值、field = 值|值、field > 0 或 field filled，用 or 相连"))
            }
        };
        if let Some((field, values)) = source.split_once('=') {
            let field = id(field)?;
            let values: Vec<String> = values.split('|').map(|value| value.trim().to_owned()).collect();
            if values.iter().any(String::is_empty) {
                return Err(format!("条件“{source}”的等号后面少一个值"));
            }
            return Ok(Self::OneOf { field, values });
        }
        if let Some((field, limit)) = source.split_once('>') {
            let limit = limit.trim().parse().map_err(|_| format!("条件“{source}”的大于号后面要是整数"))?;
            return Ok(Self::MoreThan { field: id(field)?, limit });
        }
        Ok(Self::Filled { field: id(source.strip_suffix(" filled").unwrap_or("?"))? })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, clause) in self.any.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            match clause {
                Clause::OneOf { field, values } => write!(f, "{field} = {}", values.join("|"))?,
                Clause::Filled { field } => write!(f, "{field} filled")?,
                Clause::MoreThan { field, limit } => write!(f, "{field} > {limit}")?,
            }
        }
        Ok(())
    }
}

const FORMS: &str = "rows(表格)、count(表格.列 = 值|值)、sum(表格.列)、sum(a, b)、minutes(start, end)、difference(a, b)、\
                     late(planned, actual)、balance(budget, spent)、earlier(date, 天数)";

impl Compute {
    /// Reads `name(arguments)`.
    ///
    /// # Errors
    ///
    /// What is wrong, in Chinese without its full stop.
    pub fn parse(source: &str) -> Result<Self, String> {
        read_compute(source.trim()).ok_or_else(|| format!("“{source}”不是可用的计算，可用的有 {FORMS}"))
    }

    /// The ids that it reads. With a table they are columns of that table.
    pub fn reads(&self) -> (Option<&str>, Vec<&str>) {
        match self {
            Self::Rows { table } => (Some(table), Vec::new()),
            Self::Count { table, column, .. } | Self::SumColumn { table, column } => (Some(table), vec![column]),
            Self::Sum { fields } => (None, fields.iter().map(String::as_str).collect()),
            Self::Minutes { start, end } => (None, vec![start, end]),
            Self::Difference { from, less } => (None, vec![from, less]),
            Self::Late { planned, actual } => (None, vec![planned, actual]),
            Self::Balance { budget, spent } => (None, vec![budget, spent]),
            Self::Earlier { date, .. } => (None, vec![date]),
        }
    }
}

fn read_compute(source: &str) -> Option<Compute> {
    let (name, arguments) = source.strip_suffix(')')?.split_once('(')?;
    let arguments = arguments.trim();
    let id = |text: &str| Some(text.trim()).filter(|text| is_id(text)).map(str::to_owned);
    let column = |text: &str| {
        let (table, column) = text.split_once('.')?;
        Some((id(table)?, id(column)?))
    };
    let ids: Option<Vec<String>> = arguments.split(',').map(id).collect();
    let pair = || match ids.as_deref() {
        Some([first, second]) => Some((first.clone(), second.clone())),
        _ => None,
    };
    Some(match name.trim() {
        "rows" => Compute::Rows { table: id(arguments)? },
        "count" => {
            let (place, values) = arguments.split_once('=')?;
            let (table, column) = column(place)?;
            let values: Vec<String> = values.split('|').map(|value| value.trim().to_owned()).collect();
            if values.iter().any(String::is_empty) {
                return None;
            }
            Compute::Count { table, column, values }
        }
        "sum" => match column(arguments) {
            Some((table, column)) => Compute::SumColumn { table, column },
            None => Compute::Sum { fields: ids? },
        },
        "minutes" => pair().map(|(start, end)| Compute::Minutes { start, end })?,
        "difference" => pair().map(|(from, less)| Compute::Difference { from, less })?,
        "late" => pair().map(|(planned, actual)| Compute::Late { planned, actual })?,
        "balance" => pair().map(|(budget, spent)| Compute::Balance { budget, spent })?,
        "earlier" => {
            let (date, days) = arguments.split_once(',')?;
            Compute::Earlier { date: id(date)?, days: days.trim().parse().ok().filter(|days| *days <= 3660)? }
        }
        _ => return None,
    })
}

impl fmt::Display for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { table } => write!(f, "rows({table})"),
            Self::Count { table, column, values } => write!(f, "count({table}.{column} = {})", values.join("|")),
            Self::SumColumn { table, column } => write!(f, "sum({table}.{column})"),
            Self::Sum { fields } => write!(f, "sum({})", fields.join(", ")),
            Self::Minutes { start, end } => write!(f, "minutes({start}, {end})"),
            Self::Difference { from, less } => write!(f, "difference({from}, {less})"),
            Self::Late { planned, actual } => write!(f, "late({planned}, {actual})"),
            Self::Balance { budget, spent } => write!(f, "balance({budget}, {spent})"),
            Self::Earlier { date, days } => write!(f, "earlier({date}, {days})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_print_as_they_are_written() {
        for source in ["strategy = 灰度发布", "a = 是|否 or b filled", "systems filled", "open > 0"] {
            assert_eq!(Condition::parse(source).unwrap().to_string(), source);
        }
        for source in [
            "rows(systems)",
            "count(changes.kind = 功能升级|缺陷修复)",
            "sum(issues.found)",
            "sum(a, b, c)",
            "minutes(start, end)",
            "difference(a, b)",
            "late(planned, actual)",
            "balance(budget, spent)",
            "earlier(planned_at, 7)",
        ] {
            assert_eq!(Compute::parse(source).unwrap().to_string(), source);
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for source in ["", "a", "a = ", "A = x", "a filled and b filled", "a > many"] {
            assert!(Condition::parse(source).is_err(), "{source:?} is no condition");
        }
        for source in ["rows", "rows()", "sum(a.b.c)", "count(t.c)", "late(a)", "earlier(a, b)", "now()"] {
            assert!(Compute::parse(source).is_err(), "{source:?} computes nothing");
        }
    }
}
