//! Initials of the pinyin: 周敏 → zm. People type them instead of names.

use pinyin::{ToPinyin, ToPinyinMulti};

/// Words with more readings than this are found by their most usual one.
const MOST_READINGS: usize = 8;

/// The initials of a word in its most usual reading; letters and digits stand for themselves, everything else is left
/// out: 网关 V4.2.0 → wgv420.
pub fn initials(text: &str) -> String {
    text.chars().filter_map(|character| initial(character, || character.to_pinyin()?.plain().chars().next())).collect()
}

/// The initials in every reading: 重庆 is cq, and zq to those who read it so.
pub fn all_initials(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for character in text.chars() {
        let mut letters: Vec<char> = match character.to_pinyin_multi() {
            Some(readings) => readings.into_iter().filter_map(|reading| reading.plain().chars().next()).collect(),
            None => initial(character, || None).into_iter().collect(),
        };
        letters.sort_unstable();
        letters.dedup();
        if letters.len() > 1 && found.len() * letters.len() > MOST_READINGS {
            letters = character.to_pinyin().and_then(|reading| reading.plain().chars().next()).into_iter().collect();
        }
        if let [letter] = letters.as_slice() {
            found.iter_mut().for_each(|word| word.push(*letter));
        } else if !letters.is_empty() {
            found = letters.iter().flat_map(|letter| found.iter().map(move |word| format!("{word}{letter}"))).collect();
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

fn initial(character: char, read: impl FnOnce() -> Option<char>) -> Option<char> {
    if character.is_ascii_alphanumeric() { Some(character.to_ascii_lowercase()) } else { read() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_the_first_letters_of_their_sounds() {
        assert_eq!(initials("周敏"), "zm");
        assert_eq!(initials("衡川网络安全审计系统 V4.2.0"), "hcwlaqsjxtv420");
        assert_eq!(initials("——"), "");
        let found = all_initials("重庆");
        assert!(["cq", "zq"].iter().all(|word| found.iter().any(|one| one == word)), "{found:?}");
        assert!(all_initials(&"重".repeat(40)).len() <= MOST_READINGS);
    }
}
