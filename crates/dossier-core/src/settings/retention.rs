//! 保管期限: how long documents are kept after they have stopped being used.

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// How long a document is kept. Nothing is ever deleted: when the period is over, somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retention {
    /// 永久; written `"permanent"`. What nobody has decided on is kept.
    #[default]
    Permanent,
    /// So many whole years; written `30`.
    Years(u16),
}

/// Longer than a century is 永久.
const MOST_YEARS: u16 = 100;

impl Retention {
    /// Reads `"permanent"` or a number of years from 1 to 100.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) if text == "permanent" => Some(Self::Permanent),
            value => {
                let years = u16::try_from(value.as_u64()?).ok()?;
                (1..=MOST_YEARS).contains(&years).then_some(Self::Years(years))
            }
        }
    }

    /// 永久, 30年
    pub fn label(self) -> String {
        match self {
            Self::Permanent => "永久".to_owned(),
            Self::Years(years) => format!("{years}年"),
        }
    }

    /// The last day of the period. It begins with the year after the one in which the document stopped being used.
    pub fn through(self, stopped: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Permanent => None,
            Self::Years(years) => NaiveDate::from_ymd_opt(stopped.year() + i32::from(years), 12, 31),
        }
    }
}

impl Serialize for Retention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Permanent => serializer.serialize_str("permanent"),
            Self::Years(years) => serializer.serialize_u16(*years),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_period_is_counted_from_the_end_of_the_year() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(Retention::Years(10).through(day("2026-01-01")), Some(day("2036-12-31")));
        assert_eq!(Retention::Years(10).through(day("2026-12-31")), Some(day("2036-12-31")));
        assert_eq!(Retention::Permanent.through(day("2026-12-31")), None);
    }

    #[test]
    fn a_period_is_permanent_or_a_number_of_years() {
        assert_eq!(Retention::read(&json!("permanent")), Some(Retention::Permanent));
        assert_eq!(Retention::read(&json!(30)), Some(Retention::Years(30)));
        for wrong in [json!(0), json!(101), json!(-1), json!(10.5), json!("30"), json!("永久"), json!(null)] {
            assert_eq!(Retention::read(&wrong), None, "{wrong}");
        }
    }
}
