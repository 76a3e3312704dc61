//! Times as people tell them.

use std::time::SystemTime;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

use crate::Environment;

const WIRE: &str = "%Y-%m-%d %H:%M";

/// 2026-03-11 12:00, as the window gets it.
pub(super) fn wire(at: NaiveDateTime) -> String {
    at.format(WIRE).to_string()
}

/// 12:00 where it is today, 昨天 18:00, 03-08 17:30, 2025-12-31 17:30.
pub(super) fn told(at: NaiveDateTime, today: NaiveDate) -> String {
    let time = at.format("%H:%M");
    match (today - at.date()).num_days() {
        0 => time.to_string(),
        1 => format!("昨天 {time}"),
        _ if at.year() == today.year() => at.format("%m-%d %H:%M").to_string(),
        _ => wire(at),
    }
}

/// 27 分钟, 3 小时, 2 天
pub(super) fn distance(from: NaiveDateTime, to: NaiveDateTime) -> String {
    let minutes = (to - from).num_minutes().max(0);
    match minutes {
        0 => "不到 1 分钟".into(),
        1..120 => format!("{minutes} 分钟"),
        120..2880 => format!("{} 小时", minutes / 60),
        _ => format!("{} 天", minutes / 1440),
    }
}

/// Local time of a stored moment with its offset; none where it is no moment.
pub(super) fn local(stored: &str, environment: &Environment) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(&environment.local_second(stored), "%Y-%m-%d %H:%M:%S").ok()
}

/// Local time of what a disk says.
pub(super) fn of_file(at: SystemTime, environment: &Environment) -> Option<NaiveDateTime> {
    local(&DateTime::<Utc>::from(at).to_rfc3339(), environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, WIRE).unwrap();
        let today = at("2026-03-11 00:00").date();
        for (time, expected) in [
            ("2026-03-11 12:00", "12:00"),
            ("2026-03-10 18:00", "昨天 18:00"),
            ("2026-03-08 17:30", "03-08 17:30"),
            ("2025-12-31 17:30", "2025-12-31 17:30"),
        ] {
            assert_eq!(told(at(time), today), expected);
        }
        let from = at("2026-03-11 12:00");
        for (to, expected) in
            [("2026-03-11 12:27", "27 分钟"), ("2026-03-11 17:00", "5 小时"), ("2026-03-20 12:00", "9 天")]
        {
            assert_eq!(distance(from, at(to)), expected);
        }
    }
}
