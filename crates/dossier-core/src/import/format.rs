//! Number formats: what a workbook shows for a number.
//!
//! Only what decides which text is stored: whether a number is a date, how many decimals a person saw (`1.10`), leading
//! zeros (`007`), percent signs and fixed words (`"V"0.00`). Thousands separators and colours are not stored.

use std::sync::Arc;

use chrono::{Duration, NaiveDate, NaiveDateTime};

use super::cells::{Moment, Number, Shows, Value};

/// A number format, understood once and shared by its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFormat {
    /// As the workbook has it: `0.00`, `yyyy"年"m"月"d"日"`.
    pub code: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    General,
    /// Positive, negative, zero; fewer when the code has fewer.
    Sections(Vec<Vec<Token>>),
    Moment(Shows),
    /// `[h]:mm`: hours may pass 24.
    Elapsed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(String),
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Percent,
    General,
    DatePart(char),
    Elapsed,
    /// Something that cannot be rendered here: fractions, exponents, scaling.
    Other,
}

impl NumberFormat {
    pub fn new(code: &str) -> Self {
        let sections = split_sections(code);
        let kind = match sections.first() {
            None => Kind::General,
            Some(first) if first.contains(&Token::Elapsed) => Kind::Elapsed,
            Some(first) => match shows(first) {
                Some(shows) => Kind::Moment(shows),
                None if *first == [Token::General] || first.is_empty() => Kind::General,
                None => Kind::Sections(sections),
            },
        };
        Self { code: code.to_owned(), kind }
    }

    pub fn general() -> Self {
        Self { code: "General".to_owned(), kind: Kind::General }
    }

    /// A format that the file names only by its number. 27–36 and 50–58 are dates in Chinese Excel.
    pub fn builtin(id: u32) -> Self {
        Self::new(match id {
            1 => "0",
            2 => "0.00",
            3 => "#,##0",
            4 => "#,##0.00",
            9 => "0%",
            10 => "0.00%",
            11 => "0.00E+00",
            12 => "# ?/?",
            13 => "# ??/??",
            14 => "yyyy/m/d",
            15 => "d-mmm-yy",
            16 => "d-mmm",
            17 => "mmm-yy",
            18 => "h:mm AM/PM",
            19 => "h:mm:ss AM/PM",
            20 => "h:mm",
            21 => "h:mm:ss",
            22 => "yyyy/m/d h:mm",
            27..=31 | 36 | 50..=54 | 57 | 58 => "yyyy年m月d日",
            32 | 34 | 55 => "h时mm分",
            33 | 35 | 56 => "h时mm分ss秒",
            37 | 38 => "#,##0",
            39 | 40 => "#,##0.00",
            45 => "mm:ss",
            46 => "[h]:mm:ss",
            47 => "mm:ss.0",
            49 => "@",
            _ => "General",
        })
    }

    /// Nothing was said about how the number looks: `3.2` may have been typed as `3.20`.
    pub fn is_general(&self) -> bool {
        self.kind == Kind::General
    }

    /// The text that a person sees in the cell, without thousands separators.
    pub fn show(&self, value: f64) -> String {
        match &self.kind {
            Kind::Sections(sections) => show_in(sections, value).unwrap_or_else(|| plain(value)),
            Kind::Elapsed => elapsed(value),
            Kind::General | Kind::Moment(_) => plain(value),
        }
    }

    /// The value of a cell that holds `value` under this format: a date or time if it is formatted as one.
    pub(super) fn value(self: &Arc<Self>, value: f64, is_1904: bool) -> Value {
        if let Kind::Moment(shows) = self.kind
            && let Some(at) = moment(value, is_1904)
        {
            return Value::Moment(Moment { at, shows });
        }
        Value::Number(Number { value, format: Arc::clone(self) })
    }

    /// The format behind a number that is only known together with the text it shows, as in OpenDocument.
    pub(super) fn behind(value: f64, shown: &str) -> Option<Self> {
        let bytes = shown.as_bytes();
        let first = shown.find(|c: char| c.is_ascii_digit())?;
        let last = shown.rfind(|c: char| c.is_ascii_digit())?;
        let (before, digits, after) = (&shown[..first], &shown[first..=last], &shown[last + 1..]);
        if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',') || bytes.len() > 60 {
            return None;
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = whole.bytes().filter(u8::is_ascii_digit).count();
        let before = before.strip_prefix('-').unwrap_or(before);
        let quoted = |text: &str| match text {
            "" => String::new(),
            text => format!("\"{}\"", text.replace('"', "")),
        };
        let percent = if after.starts_with('%') { "%" } else { "" };
        let mut code = quoted(before);
        code.push_str(&"0".repeat(whole));
        if fraction.contains('.') {
            // `2.1.0` is the number 210 with points between its digits.
            fraction.split('.').for_each(|part| code.extend(["\\.", &"0".repeat(part.len())]));
        } else if !fraction.is_empty() {
            code.push('.');
            code.push_str(&"0".repeat(fraction.len()));
        }
        code.push_str(percent);
        code.push_str(&quoted(&after[percent.len()..]));
        let format = Self::new(&code);
        (format.show(value) == shown.replace(',', "")).then_some(format)
    }
}

/// The instant of a serial day number, to the second.
pub(super) fn moment(serial: f64, is_1904: bool) -> Option<NaiveDateTime> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let mut days = serial.floor() as i64;
    let mut seconds = ((serial - serial.floor()) * 86_400.0).round() as i64;
    if seconds >= 86_400 {
        days += 1;
        seconds = 0;
    }
    let epoch = if is_1904 {
        NaiveDate::from_ymd_opt(1904, 1, 1)
    } else if days < 60 {
        // Excel believes that 1900 was a leap year; before that day its numbers are one less than the calendar's.
        NaiveDate::from_ymd_opt(1899, 12, 31)
    } else {
        NaiveDate::from_ymd_opt(1899, 12, 30)
    }?;
    epoch.and_hms_opt(0, 0, 0)?.checked_add_signed(Duration::days(days) + Duration::seconds(seconds))
}

fn elapsed(days: f64) -> String {
    if !days.is_finite() || days.abs() > 1e7 {
        return plain(days);
    }
    let minutes = (days.abs() * 1440.0).round() as i64;
    let sign = if days < 0.0 { "-" } else { "" };
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

/// A number without a format: as precise as Excel keeps it (15 digits), no exponent, no `.0`.
pub(super) fn plain(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = Digits::of(value);
    let sign = if value < 0.0 { "-" } else { "" };
    if !(-20..=21).contains(&digits.point) {
        return format!("{value:E}");
    }
    let (whole, fraction) = digits.parts(15 + 20);
    let fraction = fraction.trim_end_matches('0');
    match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

/// The 15 significant digits that Excel keeps of a number, so that rounding happens where a person would round.
struct Digits {
    /// Values 0–9, most significant first.
    digits: Vec<u8>,
    /// Where the decimal point stands: 0 is before the first digit.
    point: i32,
}

impl Digits {
    fn of(value: f64) -> Self {
        let text = format!("{:.14e}", value.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        Self {
            digits: mantissa.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect(),
            point: exponent.parse::<i32>().unwrap_or(0) + 1,
        }
    }

    /// Moves the decimal point: percent signs multiply by 100.
    fn shift(mut self, places: i32) -> Self {
        self.point += places;
        self
    }

    /// The digits before and after the point, rounded half up to `decimals`.
    fn parts(&self, decimals: usize) -> (String, String) {
        let keep = self.point + decimals as i32;
        let mut kept: Vec<u8> = Vec::new();
        for position in self.point.min(0)..keep {
            let digit = usize::try_from(position).ok().and_then(|index| self.digits.get(index));
            kept.push(digit.copied().unwrap_or(0));
        }
        let next = usize::try_from(keep).ok().and_then(|index| self.digits.get(index));
        if next.is_some_and(|&digit| digit >= 5) {
            let mut carry = true;
            for digit in kept.iter_mut().rev() {
                *digit += 1;
                carry = *digit == 10;
                if !carry {
                    break;
                }
                *digit = 0;
            }
            if carry {
                kept.insert(0, 1);
            }
        }
        let text: String = kept.iter().map(|digit| char::from(b'0' + digit)).collect();
        let split = text.len().saturating_sub(decimals);
        let whole = text[..split].trim_start_matches('0');
        let fraction = format!("{:0>decimals$}", &text[split..]);
        (if whole.is_empty() { "0".to_owned() } else { whole.to_owned() }, fraction)
    }
}

fn show_in(sections: &[Vec<Token>], value: f64) -> Option<String> {
    if !value.is_finite() || !(-20..=21).contains(&Digits::of(value).point) && value != 0.0 {
        return None;
    }
    let (section, is_signed) = match sections {
        [_, negative, ..] if value < 0.0 => (negative, false),
        [_, _, zero, ..] if value == 0.0 => (zero, false),
        [first, ..] => (first, true),
        [] => return None,
    };
    let percents = section.iter().filter(|token| **token == Token::Percent).count().min(3);
    let point = section.iter().position(|token| *token == Token::Point);
    let wholes = section[..point.unwrap_or(section.len())].iter().filter(|token| is_digit(token)).count();
    let decimals = section[point.unwrap_or(section.len())..].iter().filter(|token| is_digit(token)).count();
    let (whole, fraction) = Digits::of(value).shift(2 * percents as i32).parts(decimals);
    let whole = if whole == "0" { "" } else { &*whole };
    let is_zero = whole.is_empty() && fraction.bytes().all(|byte| byte == b'0');

    let mut shown = String::new();
    if is_signed && value < 0.0 && !is_zero {
        shown.push('-');
    }
    let mut has_digit = false;
    let (mut seen_whole, mut seen_decimal, mut after_point) = (0, 0, false);
    for token in section {
        match token {
            Token::Literal(text) => shown.push_str(text),
            Token::Percent => shown.push('%'),
            Token::Point => {
                shown.push('.');
                after_point = true;
            }
            Token::Digit(kind) if after_point => {
                let rest = &fraction[seen_decimal..];
                seen_decimal += 1;
                if *kind == '0' || rest.bytes().any(|byte| byte != b'0') {
                    shown.push_str(&rest[..1]);
                    has_digit = true;
                }
            }
            Token::Digit(kind) => {
                // The first place takes all the digits that have no place of their own.
                let places_left = wholes - seen_whole;
                let from = if seen_whole == 0 { 0 } else { whole.len().saturating_sub(places_left) };
                let until = (whole.len() + 1).saturating_sub(places_left);
                seen_whole += 1;
                if until > from {
                    shown.push_str(&whole[from..until]);
                    has_digit = true;
                } else if *kind == '0' {
                    shown.push('0');
                    has_digit = true;
                }
            }
            Token::General => {
                shown.push_str(&plain(value.abs()));
                has_digit = true;
            }
            Token::DatePart(_) | Token::Elapsed | Token::Other => return None,
        }
    }
    // `_-* "-"??_-` shows a lone dash for zero: the number says more.
    has_digit.then(|| shown.trim().to_owned())
}

fn shows(section: &[Token]) -> Option<Shows> {
    let has = |letter: char| section.contains(&Token::DatePart(letter));
    let is_time = has('h') || has('s');
    let is_date = has('y') || has('d') || (has('m') && !is_time);
    match (is_date, is_time) {
        (true, true) => Some(Shows::Both),
        (true, false) => Some(Shows::Date),
        (false, true) => Some(Shows::Time),
        (false, false) => None,
    }
}

/// Understands a format code. The fourth section (for text) is left out: text is kept as it is.
fn split_sections(code: &str) -> Vec<Vec<Token>> {
    // `G/通用格式` is what localised programs write for `General`.
    let chars: Vec<char> = code.replace("G/通用格式", "General").chars().take(1000).collect();
    let mut sections = vec![Vec::new()];
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let (tokens, length) = match rest[0] {
            ';' => {
                if sections.len() == 3 {
                    break;
                }
                sections.push(Vec::new());
                at += 1;
                continue;
            }
            '"' => {
                let text: String = rest[1..].iter().take_while(|&&next| next != '"').collect();
                let length = text.chars().count() + 2;
                (Some(Token::Literal(text)), length)
            }
            '\\' | '!' => (rest.get(1).map(|next| Token::Literal(next.to_string())), 2),
            // A blank as wide as the next character, or that character repeated to fill the cell.
            '_' | '*' => (None, 2),
            '[' => {
                let inside: String = rest[1..].iter().take_while(|&&next| next != ']').collect();
                (bracketed(&inside), inside.chars().count() + 2)
            }
            digit @ ('0' | '#' | '?') => (Some(Token::Digit(digit)), 1),
            '.' => {
                let has_point = sections.last().is_some_and(|section| section.contains(&Token::Point));
                let literal = has_point || !rest.get(1).is_some_and(|next| matches!(next, '0' | '#' | '?'));
                (Some(if literal { Token::Literal(".".to_owned()) } else { Token::Point }), 1)
            }
            ',' => {
                let scales = sections.last().and_then(|section| section.last()).is_some_and(is_digit)
                    && !rest.get(1).is_some_and(|next| matches!(next, '0' | '#' | '?'));
                (scales.then_some(Token::Other), 1)
            }
            '%' => (Some(Token::Percent), 1),
            '@' => (Some(Token::General), 1),
            '/' => {
                let is_fraction = sections.last().and_then(|section| section.last()).is_some_and(is_digit);
                (Some(if is_fraction { Token::Other } else { Token::Literal("/".to_owned()) }), 1)
            }
            'E' | 'e' if matches!(rest.get(1), Some('+' | '-')) => (Some(Token::Other), 2),
            _ if starts(rest, "general") => (Some(Token::General), 7),
            _ if starts(rest, "am/pm") || starts(rest, "上午/下午") => (Some(Token::DatePart('h')), 5),
            'y' | 'Y' | 'e' | 'E' | 'g' | 'G' | 'b' | 'B' => (Some(Token::DatePart('y')), 1),
            'm' | 'M' => (Some(Token::DatePart('m')), 1),
            // `aaaa` is the weekday.
            'd' | 'D' | 'a' | 'A' => (Some(Token::DatePart('d')), 1),
            'h' | 'H' => (Some(Token::DatePart('h')), 1),
            's' | 'S' => (Some(Token::DatePart('s')), 1),
            other => (Some(Token::Literal(other.to_string())), 1),
        };
        sections.last_mut().expect("there is always a last section").extend(tokens);
        at += length;
    }
    sections
}

fn is_digit(token: &Token) -> bool {
    matches!(token, Token::Digit(_))
}

fn starts(rest: &[char], word: &str) -> bool {
    let mut rest = rest.iter();
    word.chars().all(|expected| rest.next().is_some_and(|found| found.to_ascii_lowercase() == expected))
}

/// `[h]` counts hours past 24, `[$￥-804]` is a currency sign; colours, conditions and locales show nothing.
fn bracketed(inside: &str) -> Option<Token> {
    if !inside.is_empty() && inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's')) {
        return Some(Token::Elapsed);
    }
    let sign = inside.strip_prefix('$')?.split('-').next()?;
    (!sign.is_empty()).then(|| Token::Literal(sign.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, value: f64, shown: &str) {
        assert_eq!(NumberFormat::new(code).show(value), shown, "{value} as {code}");
    }

    #[test]
    fn a_number_is_read_as_a_person_sees_it() {
        check("General", 3.2, "3.2");
        check("General", 3.0, "3");
        check("General", 0.1 + 0.2, "0.3");
        check("General", 20_251_105.01, "20251105.01");
        check("General", 123_456_789_012_345.0, "123456789012345");
        check("General", -0.05, "-0.05");
        check("General", 1e20, "100000000000000000000");
        check("0.00", 1.1, "1.10");
        check("0.00", 1.005, "1.01");
        check("0.0", 9.96, "10.0");
        check("0.0", 0.04, "0.0");
        check("000", 7.0, "007");
        check("#,##0", 5000.0, "5000");
        check("#,##0.00", -1234.5, "-1234.50");
        check("0%", 0.05, "5%");
        check("0.0%", 0.055, "5.5%");
        check("\"V\"0.00", 1.1, "V1.10");
        check("\"V\"General", 1.1, "V1.1");
        check("0\\.0\\.0", 210.0, "2.1.0");
        check("0\\.0\\.0", 1234.0, "12.3.4");
        check("[$￥-804]#,##0.00", 12.5, "￥12.50");
        check("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", -2.5, "-2.50");
        check("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", 0.0, "0");
        check("0.##", 1.5, "1.5");
        check("# ?/?", 0.5, "0.5");
        check("0.00E+00", 1500.0, "1500");
        check("0,", 1500.0, "1500");
        check("[h]:mm", 1.5, "36:00");
        check("0.00_);[Red]\\(0.00\\)", -3.0, "(3.00)");
    }

    #[test]
    fn dates_are_told_by_their_format() {
        for (code, expected) in [
            ("yyyy/m/d", Some(Shows::Date)),
            ("yyyy\"年\"m\"月\"d\"日\"", Some(Shows::Date)),
            ("yyyy年m月d日 h:mm", Some(Shows::Both)),
            ("[$-804]yyyy\"年\"m\"月\"d\"日\" dddd", Some(Shows::Date)),
            ("上午/下午h\"时\"mm\"分\"", Some(Shows::Time)),
            ("mm:ss", Some(Shows::Time)),
            ("m/d", Some(Shows::Date)),
            ("0.00\"m\"", None),
            ("[Red]0.00", None),
            ("General", None),
        ] {
            let format = Arc::new(NumberFormat::new(code));
            let shows = match format.value(46_127.5, false) {
                Value::Moment(moment) => Some(moment.shows),
                _ => None,
            };
            assert_eq!(shows, expected, "{code}");
        }
    }

    #[test]
    fn both_date_systems_give_the_same_day() {
        let day = |serial, is_1904| moment(serial, is_1904).map(|at| at.format("%F %T").to_string());
        assert_eq!(day(46_127.416_666_666_664, false).as_deref(), Some("2026-04-15 10:00:00"));
        assert_eq!(day(44_665.0, true).as_deref(), Some("2026-04-15 00:00:00"));
        assert_eq!(day(1.0, false).as_deref(), Some("1900-01-01 00:00:00"));
        assert_eq!(day(61.0, false).as_deref(), Some("1900-03-01 00:00:00"));
        assert_eq!(day(-1.0, false), None);
        assert_eq!(day(f64::NAN, false), None);
    }

    #[test]
    fn a_format_is_found_behind_the_text_a_cell_shows() {
        let behind = |value, shown| NumberFormat::behind(value, shown).map(|format| format.code);
        assert_eq!(behind(1.1, "1.10").as_deref(), Some("0.00"));
        assert_eq!(behind(0.05, "5%").as_deref(), Some("0%"));
        assert_eq!(behind(1.1, "V1.10").as_deref(), Some("\"V\"0.00"));
        assert_eq!(behind(5000.0, "5,000").as_deref(), Some("0000"));
        assert_eq!(behind(210.0, "2.1.0").as_deref(), Some("0\\.0\\.0"));
        assert_eq!(behind(1.1, "2.20"), None);
    }
}
