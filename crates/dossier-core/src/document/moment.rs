//! Dates, times and lengths of time as people write them.

use chrono::NaiveDate;

/// A calendar day or moment that was recognised, whether or not it exists.
pub(crate) struct Moment {
    pub date: Option<(i32, u32, u32)>,
    pub clock: Option<(u32, u32)>,
}

impl Moment {
    /// The canonical day, or what is wrong with it.
    pub fn day(&self) -> Result<Option<String>, String> {
        let Some((year, month, day)) = self.date else { return Ok(None) };
        if !(1900..2200).contains(&year) {
            return Err(format!("的年份要在 1900 到 2199 之间，现在是 {year}"));
        }
        match NaiveDate::from_ymd_opt(year, month, day) {
            Some(_) => Ok(Some(format!("{year:04}-{month:02}-{day:02}"))),
            None => Err(format!("写的 {year} 年 {month} 月 {day} 日不存在")),
        }
    }

    /// The canonical time of day, or what is wrong with it.
    pub fn time(&self) -> Result<Option<String>, String> {
        let Some((hour, minute)) = self.clock else { return Ok(None) };
        if hour > 23 || minute > 59 {
            return Err(format!("写的 {hour:02}:{minute:02} 不存在"));
        }
        Ok(Some(format!("{hour:02}:{minute:02}")))
    }
}

/// Reads `2026-4-5`, `2026/04/05`, `2026.04.05`, `2026年4月5日`, each with or without `10:00`, `T10:00:00`, `10时00分`.
pub(crate) fn read_moment(text: &str) -> Option<Moment> {
    let text = narrow(text);
    let mut scan = Scan { rest: text.trim() };
    let date = scan_date(&mut scan)?;
    if scan.rest.trim().is_empty() {
        return Some(Moment { date: Some(date), clock: None });
    }
    if !scan.eat('T') && !scan.eat('t') {
        scan.spaces();
    }
    let clock = scan_clock(&mut scan)?;
    scan.rest.is_empty().then_some(Moment { date: Some(date), clock: Some(clock) })
}

/// Reads `10:06`, `9:05:00`, `10时06分`.
pub(crate) fn read_clock(text: &str) -> Option<Moment> {
    let text = narrow(text);
    let mut scan = Scan { rest: text.trim() };
    let clock = scan_clock(&mut scan)?;
    scan.rest.is_empty().then_some(Moment { date: None, clock: Some(clock) })
}

fn scan_date(scan: &mut Scan) -> Option<(i32, u32, u32)> {
    let year = scan.digits(4, 4)?;
    scan.spaces();
    let separator = scan.any(&['-', '/', '.', '年'])?;
    scan.spaces();
    let month = scan.digits(1, 2)?;
    scan.spaces();
    if !scan.eat(if separator == '年' { '月' } else { separator }) {
        return None;
    }
    scan.spaces();
    let day = scan.digits(1, 2)?;
    if separator == '年' {
        scan.spaces();
        scan.any(&['日', '号'])?;
    }
    Some((i32::try_from(year).ok()?, month, day))
}

fn scan_clock(scan: &mut Scan) -> Option<(u32, u32)> {
    let hour = scan.digits(1, 2)?;
    scan.spaces();
    match scan.any(&[':', '时', '点'])? {
        ':' => {
            let minute = scan.digits(2, 2)?;
            if scan.eat(':') {
                // Seconds are dropped where nothing is lost: spreadsheets write 10:00:00.
                (scan.digits(2, 2)? == 0).then_some(())?;
                if scan.eat('.') {
                    scan.rest = scan.rest.trim_start_matches('0');
                }
            }
            Some((hour, minute))
        }
        _ => {
            scan.spaces();
            let minute = scan.digits(1, 2)?;
            scan.spaces();
            scan.any(&['分'])?;
            if !scan.rest.is_empty() {
                scan.spaces();
                (scan.digits(1, 2)? == 0).then_some(())?;
                scan.any(&['秒'])?;
            }
            Some((hour, minute))
        }
    }
}

/// Longest length of time, in minutes: ten years.
const LONGEST: u64 = 10 * 366 * 24 * 60;

/// Whole minutes of `2 小时`, `1 小时 45 分钟`, `1.5 小时`, `90 分钟`, `90`.
pub(crate) fn read_minutes(text: &str) -> Option<u64> {
    let text: String = narrow(text).to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(minutes) = scaled(&text) {
        return whole(minutes.0, minutes.1, 1);
    }
    let mut rest = text.as_str();
    let mut total = 0_u64;
    let mut larger = u64::MAX;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')?;
        let (digits, decimals) = scaled(&rest[..end])?;
        rest = &rest[end..];
        let (unit, length) =
            UNITS.iter().find_map(|(name, unit)| rest.starts_with(name).then_some((*unit, name.len())))?;
        // Each unit once, the larger first.
        if unit >= larger {
            return None;
        }
        larger = unit;
        rest = &rest[length..];
        total = total.checked_add(whole(digits, decimals, unit)?)?;
    }
    (larger != u64::MAX && total <= LONGEST).then_some(total)
}

/// Longer names first: 小时 before 时.
const UNITS: [(&str, u64); 14] = [
    ("天", 1440),
    ("日", 1440),
    ("个小时", 60),
    ("小时", 60),
    ("时", 60),
    ("hours", 60),
    ("hour", 60),
    ("h", 60),
    ("分钟", 1),
    ("分", 1),
    ("minutes", 1),
    ("min", 1),
    ("m", 1),
    ("′", 1),
];

/// Digits without their point, and how many stood behind it.
fn scaled(text: &str) -> Option<(u64, u32)> {
    let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
    let integer: String = ungrouped(integer)?;
    if fraction.len() > 6 || !fraction.chars().all(|c| c.is_ascii_digit()) || text.ends_with('.') {
        return None;
    }
    let digits = format!("{integer}{fraction}").parse().ok()?;
    Some((digits, u32::try_from(fraction.len()).ok()?))
}

fn whole(digits: u64, decimals: u32, unit: u64) -> Option<u64> {
    let scale = 10_u64.pow(decimals);
    let minutes = digits.checked_mul(unit)?;
    (minutes % scale == 0).then(|| minutes / scale).filter(|minutes| *minutes <= LONGEST)
}

/// Digits without the commas between groups of three; `None` where commas stand elsewhere.
pub(crate) fn ungrouped(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let grouped = text.contains(',');
    let is_digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let fits = is_digits(first) && (!grouped || first.len() <= 3);
    (fits && groups.all(|group| group.len() == 3 && is_digits(group))).then(|| text.replace(',', ""))
}

/// Full-width digits, letters and signs as their half-width twins: people type both.
pub(crate) fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' | '\u{a0}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{2212}' => '-',
            _ => c,
        })
        .collect()
}

struct Scan<'a> {
    rest: &'a str,
}

impl Scan<'_> {
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if !(least..=most).contains(&count) {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits.parse().ok()
    }

    fn any(&mut self, allowed: &[char]) -> Option<char> {
        let next = self.rest.chars().next().filter(|next| allowed.contains(next))?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.any(&[wanted]).is_some()
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
