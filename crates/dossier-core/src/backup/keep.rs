//! Which copies are kept: many of the last day, then fewer and fewer, and for a while those before something great.

use std::collections::HashSet;
use std::hash::Hash;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use crate::storage::backup::{CopyName, Why};

/// How many of the days, weeks and months that have copies keep their newest one.
const DAYS: usize = 7;
const WEEKS: usize = 4;
const MONTHS: usize = 12;
/// All of these last hours are kept, within [`Recent`].
const RECENT: TimeDelta = TimeDelta::hours(24);
/// Copies from before an upgrade or a restore are kept at least so long.
const BEFORE_GREAT_CHANGES: TimeDelta = TimeDelta::days(31);
/// Copies of a database in which something was wrong: enough to see since when.
const SUSPECT: usize = 3;

/// How much the copies of the last day may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recent {
    pub copies: usize,
    /// In bytes; the newest two are kept whatever their size.
    pub bytes: u64,
}

impl Recent {
    /// Beside the data.
    pub const HERE: Self = Self { copies: 48, bytes: 4 << 30 };
    /// On a stick or share there is one a day.
    pub const SECOND: Self = Self { copies: 0, bytes: 0 };
}

/// The copies that are no longer needed, of all in a folder with their sizes in bytes.
///
/// Days, weeks and months are counted by those that have copies, and not from today: after a long holiday, or with a
/// clock that was wrong once, nothing vanishes that a newer copy does not stand for. The newest copy always stays, and
/// so does the newest one in which nothing was wrong.
pub fn surplus(copies: &[(CopyName, u64)], now: NaiveDateTime, recent: Recent) -> Vec<CopyName> {
    let mut all: Vec<&(CopyName, u64)> = copies.iter().collect();
    all.sort_by_key(|(name, _)| std::cmp::Reverse((name.at, name.file())));
    let mut kept = HashSet::new();
    kept.extend(all.first().map(|(name, _)| name));
    let good = || all.iter().map(|(name, _)| name).filter(|name| !name.suspect);
    kept.extend(newest_of_each(good(), |day| day, DAYS));
    kept.extend(newest_of_each(good(), |day| (day.iso_week().year(), day.iso_week().week()), WEEKS));
    kept.extend(newest_of_each(good(), |day| (day.year(), day.month()), MONTHS));
    kept.extend(all.iter().map(|(name, _)| name).filter(|name| name.suspect).take(SUSPECT));
    let before = |why| matches!(why, Why::Migration(_) | Why::Restore);
    kept.extend(good().filter(|name| before(name.why) && now - name.at <= BEFORE_GREAT_CHANGES));
    let mut bytes = 0;
    let lately = all.iter().filter(|(name, _)| now - name.at < RECENT).take(recent.copies);
    for (index, (name, size)) in lately.enumerate() {
        bytes += size;
        if index < 2 || bytes <= recent.bytes {
            kept.insert(name);
        }
    }
    all.iter().map(|(name, _)| name).filter(|name| !kept.contains(name)).cloned().collect()
}

/// Of copies with the newest first, the first one of each of the first `count` periods.
fn newest_of_each<'c, P: Eq + Hash>(
    newest_first: impl Iterator<Item = &'c CopyName>,
    period: impl Fn(NaiveDate) -> P,
    count: usize,
) -> Vec<&'c CopyName> {
    let mut seen = HashSet::new();
    newest_first.filter(|name| seen.insert(period(name.at.date()))).take(count).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    fn copy(text: &str, why: Why) -> (CopyName, u64) {
        (CopyName { at: at(text), why, suspect: false }, 1000)
    }

    fn usual(text: &str) -> (CopyName, u64) {
        copy(text, Why::Activity)
    }

    /// On weekdays, with a fortnight off each summer.
    fn works(day: NaiveDate) -> bool {
        let holiday = day.month() == 8 && day.day() <= 14;
        day.weekday().num_days_from_monday() < 5 && !holiday
    }

    /// Some years in which somebody works on weekdays from nine to half past five, and copies are thinned each time.
    fn live(from: &str, days: i64, recent: Recent, mut look: impl FnMut(NaiveDateTime, &[(CopyName, u64)])) {
        let mut copies: Vec<(CopyName, u64)> = Vec::new();
        let mut day = at(&format!("{from} 09:00"));
        for _ in 0..days {
            for half_hour in 0..if works(day.date()) { 18 } else { 0 } {
                let now = day + TimeDelta::minutes(30 * half_hour);
                copies.push((CopyName { at: now, why: Why::Activity, suspect: false }, 1000));
                let gone = surplus(&copies, now, recent);
                copies.retain(|(name, _)| !gone.contains(name));
                look(now, &copies);
            }
            day += TimeDelta::days(1);
        }
    }

    #[test]
    fn over_the_years_every_day_week_and_month_keeps_its_last_copy_as_long_as_promised() {
        let mut looked = 0;
        // Around a year whose first days belong to the last week of the one before, and a leap day.
        live("2026-09-01", 3 * 366, Recent::HERE, |now, copies| {
            let names: BTreeSet<NaiveDateTime> = copies.iter().map(|(name, _)| name.at).collect();
            let first = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
            let worked = |day: NaiveDate| works(day) && day >= first;
            // The last copy that ever was on a day: half past five, or on the day itself the newest.
            let last = |day: NaiveDate| if day == now.date() { now } else { day.and_hms_opt(17, 30, 0).unwrap() };
            let back = |count: i64| now.date() - TimeDelta::days(count);
            let days: Vec<NaiveDate> = (0..40).map(back).filter(|day| worked(*day)).collect();
            for day in days.iter().take(7) {
                assert!(names.contains(&last(*day)), "{now}: the day {day}");
            }
            for weeks in 0..4 {
                let monday = now.date().week(chrono::Weekday::Mon).first_day() - TimeDelta::weeks(weeks);
                let newest = (0..7)
                    .rev()
                    .map(|day| monday + TimeDelta::days(day))
                    .find(|day| worked(*day) && *day <= now.date());
                assert!(newest.is_none_or(|day| names.contains(&last(day))), "{now}: the week of {monday}");
            }
            for months in 0..12 {
                let month = now.date() - chrono::Months::new(months);
                let newest = (1..=31).rev().filter_map(|day| month.with_day(day));
                let newest = newest.into_iter().find(|day| worked(*day) && *day <= now.date());
                assert!(newest.is_none_or(|day| names.contains(&last(day))), "{now}: the month of {month}");
            }
            assert!((0..24 * 60).step_by(30).all(|minutes| {
                let then = now - TimeDelta::minutes(minutes);
                let made = worked(then.date()) && (9 * 60..=17 * 60 + 30).contains(&minutes_of(then));
                !made || names.contains(&then)
            }));
            let old = names.iter().filter(|at| now - **at >= RECENT).count();
            assert!(old <= 7 + 5 + 12, "{now}: {old} older copies");
            looked += 1;
        });
        assert!(looked > 10_000);
    }

    fn minutes_of(at: NaiveDateTime) -> i64 {
        (at - at.date().and_hms_opt(0, 0, 0).unwrap()).num_minutes()
    }

    #[test]
    fn on_a_stick_there_is_one_a_day() {
        live("2026-01-01", 400, Recent::SECOND, |now, copies| {
            let days: BTreeSet<NaiveDate> = copies.iter().map(|(name, _)| name.at.date()).collect();
            assert_eq!(days.len(), copies.len(), "{now}");
            assert!(copies.len() <= 23, "{now}");
        });
    }

    #[track_caller]
    fn check(now: &str, copies: &[(CopyName, u64)], gone: &[&str]) {
        let mut found: Vec<String> = surplus(copies, at(now), Recent::HERE)
            .iter()
            .map(|name| name.at.format("%Y-%m-%d %H:%M").to_string())
            .collect();
        found.sort();
        assert_eq!(found, gone);
    }

    #[test]
    fn of_a_past_day_the_last_copy_stays() {
        let copies = ["2026-03-10 09:00", "2026-03-10 17:30", "2026-03-09 17:30", "2026-03-09 12:00"].map(usual);
        check("2026-03-11 12:00", &copies, &["2026-03-09 12:00", "2026-03-10 09:00"]);
    }

    #[test]
    fn a_single_old_copy_stays_for_ever() {
        check("2031-01-01 00:00", &[usual("2026-03-10 09:00")], &[]);
        check("2031-01-01 00:00", &["2026-03-10 09:00", "2026-03-10 10:00"].map(usual), &["2026-03-10 09:00"]);
    }

    #[test]
    fn what_was_copied_before_an_upgrade_or_a_restore_stays_a_month() {
        let copies = [
            copy("2026-03-10 09:00", Why::Migration(3)),
            copy("2026-03-10 10:00", Why::Restore),
            usual("2026-03-10 11:00"),
        ];
        check("2026-04-09 09:00", &copies, &[]);
        check("2026-04-20 09:00", &copies, &["2026-03-10 09:00", "2026-03-10 10:00"]);
    }

    #[test]
    fn a_clock_that_was_wrong_once_costs_no_copy_that_counts() {
        let mut copies: Vec<_> = (1..=9).map(|day| usual(&format!("2026-03-{day:02} 17:30"))).collect();
        // Ten years ahead for an hour: everything is old by then, and still there.
        copies.push(usual("2036-01-01 00:10"));
        let gone = surplus(&copies, at("2036-01-01 00:10"), Recent::HERE);
        let days: Vec<u32> = gone.iter().map(|name| name.at.day()).collect();
        assert_eq!(days, [3, 2], "the oldest two, and that of the first week stands for them: {gone:?}");
    }

    #[test]
    fn copies_of_a_database_with_faults_push_no_good_one_out() {
        let mut copies = vec![usual("2026-03-01 09:00")];
        for day in 2..30 {
            let (name, size) = usual(&format!("2026-03-{day:02} 09:00"));
            copies.push((CopyName { suspect: true, ..name }, size));
        }
        let gone = surplus(&copies, at("2026-03-29 09:00"), Recent::HERE);
        assert_eq!(gone.len(), 25);
        assert!(gone.iter().all(|name| name.suspect), "the good one stays");
    }

    #[test]
    fn the_copies_of_a_day_take_no_more_room_than_they_may() {
        let names = ["2026-03-11 09:00", "2026-03-11 09:30", "2026-03-11 10:00", "2026-03-11 10:30"];
        let big: Vec<_> = names.iter().map(|text| (usual(text).0, 3 << 30)).collect();
        check("2026-03-11 10:30", &big, &["2026-03-11 09:00", "2026-03-11 09:30"]);
        let many: Vec<_> = (0..60).map(|minute| usual(&format!("2026-03-11 10:{minute:02}"))).collect();
        assert_eq!(surplus(&many, at("2026-03-11 11:00"), Recent::HERE).len(), 12);
    }
}
