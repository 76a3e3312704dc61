//! Sums that come out to the last digit: 0.1 + 0.2 is 0.3 on paper.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

/// A decimal number, exact.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    digits: i128,
    decimals: u32,
}

impl Number {
    /// A canonical value that is a number.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            _ => None,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
        let unsigned = integer.strip_prefix('-').unwrap_or(integer);
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if unsigned.is_empty() || !plain(unsigned) || !plain(fraction) || unsigned.len() + fraction.len() > 30 {
            return None;
        }
        let digits: i128 = format!("{integer}{fraction}").parse().ok()?;
        Some(Self { digits, decimals: u32::try_from(fraction.len()).ok()? })
    }

    /// Every number that stands in a text: `20%、50%、100%`.
    pub fn all_in(text: &str) -> Vec<Self> {
        let text = super::moment::narrow(text);
        let parts = text.split(|c: char| !c.is_ascii_digit() && c != '.');
        parts.map(|part| part.trim_matches('.')).filter(|part| !part.is_empty()).filter_map(Self::parse).collect()
    }

    /// `None` of nothing.
    pub fn sum(numbers: impl Iterator<Item = Self>) -> Option<Self> {
        let mut total: Option<Self> = None;
        for number in numbers {
            total = Some(match total {
                Some(total) => total.plus(number)?,
                None => number,
            });
        }
        total
    }

    fn plus(self, other: Self) -> Option<Self> {
        let decimals = self.decimals.max(other.decimals);
        Some(Self { digits: self.scaled(decimals)?.checked_add(other.scaled(decimals)?)?, decimals })
    }

    pub fn less(self, other: Self) -> Option<Self> {
        self.plus(Self { digits: other.digits.checked_neg()?, ..other })
    }

    pub fn not_negative(self) -> Option<Self> {
        (self.digits >= 0).then_some(self)
    }

    pub fn compare(self, other: Self) -> Ordering {
        let decimals = self.decimals.max(other.decimals);
        self.scaled(decimals).cmp(&other.scaled(decimals))
    }

    fn scaled(self, decimals: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(decimals - self.decimals)?)
    }
}

impl fmt::Display for Number {
    /// Decimals that say nothing are left out: 1.50 + 1.50 is 3.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.decimals as usize + 1;
        let digits = format!("{:0width$}", self.digits.unsigned_abs());
        let (integer, fraction) = digits.split_at(digits.len() - self.decimals as usize);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{}{integer}{point}{fraction}", if self.digits < 0 { "-" } else { "" })
    }
}
