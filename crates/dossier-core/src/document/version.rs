//! Version numbers: `V4.1.2`, `1.10`, `3.2.1-rc.2`.

use std::cmp::Ordering;

/// Numbers of a version, and what follows a hyphen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version<'a> {
    pub numbers: Vec<u64>,
    pre_release: &'a str,
}

impl<'a> Version<'a> {
    pub fn read(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix(['V', 'v']).unwrap_or(text);
        let (text, build) = text.split_once('+').unwrap_or((text, "0"));
        let (numbers, pre_release) = text.split_once('-').unwrap_or((text, ""));
        let is_tail = |tail: &str| tail.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if !is_tail(pre_release) || !is_tail(build) || build.is_empty() || text.ends_with('-') {
            return None;
        }
        let numbers: Option<Vec<u64>> = numbers
            .split('.')
            .map(|part| part.parse().ok().filter(|_| part.chars().all(|c| c.is_ascii_digit())))
            .collect();
        numbers.filter(|numbers| numbers.len() <= 8).map(|numbers| Self { numbers, pre_release })
    }

    /// 4.1 is as high as 4.1.0; 4.1.0-rc.2 is lower than 4.1.0 and higher than 4.1.0-rc.1.
    pub fn compare(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let padded =
            |version: &Self| (0..length).map(|at| version.numbers.get(at).copied().unwrap_or(0)).collect::<Vec<_>>();
        padded(self).cmp(&padded(other)).then_with(|| match (self.pre_release, other.pre_release) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => compare_pre_releases(a, b),
        })
    }
}

pub(crate) fn is_version(text: &str) -> bool {
    Version::read(text).is_some()
}

fn compare_pre_releases(a: &str, b: &str) -> Ordering {
    let mut pairs = (a.split('.'), b.split('.'));
    loop {
        let ordering = match (pairs.0.next(), pairs.1.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let order = ["V1.9", "1.10", "4.1.1", "V4.1.2-rc.1", "4.1.2-rc.2", "4.1.2-rc.10", "V4.1.2", "20251105.01"];
        for pair in order.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|text| Version::read(text).unwrap());
            assert_eq!(a.compare(&b), Ordering::Less, "{pair:?}");
        }
        let [a, b] = ["V4.1", "4.1.0"].map(|text| Version::read(text).unwrap());
        assert_eq!(a.compare(&b), Ordering::Equal);
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", "V", "见附件", "V4.1.", "4..1", "4.1 2", "V4.1-", "+1", "V4.1.2（含补丁）"] {
            assert!(!is_version(text), "{text:?}");
        }
    }
}
