//! 校验码: what every page of a submitted revision says of itself, for people and for scanners.

use std::fmt;
use std::str::FromStr;

use crate::{Code, Error};

/// Digits of a revision's hash that its pages carry.
const DIGITS: usize = 12;

/// The first twelve digits of a revision's hash: `3F7A-0C91-B2D4`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PrintCode {
    /// Lower case.
    digits: String,
}

/// What the square code of one page says: `REL-APP-2026-007/V1.0/3F7A0C91B2D4/3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCode {
    pub number: String,
    pub revision: String,
    pub code: PrintCode,
    /// From 1.
    pub page: usize,
}

impl PrintCode {
    /// Of a revision's hash.
    pub fn of_hash(hash: &str) -> Self {
        Self { digits: hash.chars().take(DIGITS).collect::<String>().to_ascii_lowercase() }
    }

    /// Lower-case hexadecimal, as the hash of the revision begins.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// What the square codes of a revision's pages say before the number of the page.
    pub fn payload(&self, number: &str, revision: &str) -> String {
        format!("{number}/{revision}/{}", self.digits.to_ascii_uppercase())
    }
}

impl fmt::Display for PrintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let upper = self.digits.to_ascii_uppercase();
        write!(f, "{}-{}-{}", &upper[..4], &upper[4..8], &upper[8..])
    }
}

impl FromStr for PrintCode {
    type Err = Error;

    /// As people type it from paper: in either case, with or without hyphens or spaces, O for 0 and I or L for 1.
    fn from_str(text: &str) -> Result<Self, Error> {
        let digits: String = text
            .trim()
            .trim_start_matches("校验码")
            .chars()
            .filter(|character| !matches!(character, '-' | ' ' | '：' | ':' | '－' | '—'))
            .map(|character| match character.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            })
            .collect();
        if digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self { digits });
        }
        Err(Error::new(Code::BadRequest, format!("“{}”不是校验码", text.trim()))
            .hint("校验码在每页右下角，是三组四位的数字和 A 到 F，如 `3F7A-0C91-B2D4`"))
    }
}

impl PageCode {
    /// Reads the text of a square code; none where it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(4, '/');
        let page = parts.next()?.parse().ok().filter(|page| *page > 0)?;
        let digits = parts.next().filter(|digits| digits.len() == DIGITS)?;
        let code = digits.parse().ok()?;
        let revision = parts.next().filter(|revision| revision.starts_with('V'))?.to_owned();
        let number = parts.next().filter(|number| !number.is_empty())?.to_owned();
        Some(Self { number, revision, code, page })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "3f7a0c91b2d4aa07be";

    #[test]
    fn a_code_is_read_as_it_is_typed_from_paper() {
        let code = PrintCode::of_hash(HASH);
        assert_eq!(code.to_string(), "3F7A-0C91-B2D4");
        for typed in ["3F7A-0C91-B2D4", "3f7a0c91b2d4", " 3F7A OC9l B2D4 ", "校验码：3F7A-0C91-B2D4"] {
            assert_eq!(typed.parse::<PrintCode>().unwrap(), code, "{typed}");
        }
        for typed in ["3F7A-0C91", "3F7A-0C91-B2DG", ""] {
            assert!(typed.parse::<PrintCode>().is_err(), "{typed}");
        }
    }

    #[test]
    fn the_code_of_a_page_says_what_page_it_is() {
        let payload = PrintCode::of_hash(HASH).payload("REL-APP-2026-007", "V1.0");
        let page = PageCode::parse(&format!("{payload}/3")).unwrap();
        assert_eq!((page.number.as_str(), page.revision.as_str(), page.page), ("REL-APP-2026-007", "V1.0", 3));
        assert_eq!(page.code, PrintCode::of_hash(HASH));
        for other in ["", "http://a/b/c/d", "REL-APP-2026-007/V1.0/3F7A0C91B2D4/0", "REL/V1.0/3F7A0C91B2D/1"] {
            assert_eq!(PageCode::parse(other), None, "{other}");
        }
    }
}
