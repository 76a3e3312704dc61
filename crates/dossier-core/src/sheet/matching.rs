//! Takes a composed text apart: `研发部 12 人、测试部 6 人` by the words between its fields, boxes by their ticks.

use std::collections::HashSet;

use super::names::PartRecord;
use crate::template::{Field, Kind, Part};

/// A piece of a composed text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'t> {
    Literal(&'t str),
    Value(&'t Field),
    /// The box before an option. `group`: the tokens of all options, where this is the first; else 0.
    Box {
        field: &'t Field,
        option: usize,
        group: usize,
    },
    RowNumber,
}

/// What stands in the places of a text, one for each token that is not literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Text(String),
    Ticked(bool),
    /// The choice does not concern this row, and none of its options stands there.
    Absent,
}

/// The pieces of a text. `lookup` gives the field of an id and what it holds here.
pub(super) fn tokens<'t>(
    parts: &'t [PartRecord],
    lookup: &impl Fn(&str) -> Option<(&'t Field, &'t Kind)>,
) -> Vec<Token<'t>> {
    let mut tokens = Vec::new();
    for part in parts {
        match part {
            PartRecord::Literal(text) => tokens.push(Token::Literal(text)),
            PartRecord::RowNumber => tokens.push(Token::RowNumber),
            PartRecord::Field(id) => place(id, false, lookup, &mut tokens),
            PartRecord::NameOf(id) => place(id, true, lookup, &mut tokens),
        }
    }
    tokens
}

fn place<'t>(
    id: &str,
    only_name: bool,
    lookup: &impl Fn(&str) -> Option<(&'t Field, &'t Kind)>,
    tokens: &mut Vec<Token<'t>>,
) {
    let Some((field, kind)) = lookup(id) else { return };
    let Kind::Choice { options, .. } = kind else { return tokens.push(Token::Value(field)) };
    if only_name {
        return tokens.push(Token::Value(field));
    }
    let first = tokens.len();
    for (index, option) in options.iter().enumerate() {
        tokens.push(Token::Box { field, option: index, group: 0 });
        for part in &option.text.parts {
            match part {
                Part::Literal { text, .. } => tokens.push(Token::Literal(text)),
                Part::Field { id, only_name, .. } => place(id, *only_name, lookup, tokens),
                Part::RowNumber => tokens.push(Token::RowNumber),
            }
        }
    }
    let count = tokens.len() - first;
    if let Some(Token::Box { group, .. }) = tokens.get_mut(first) {
        *group = count;
    }
}

/// Takes a text apart. `hints` are what is likely to stand in each place, in the order of the places.
///
/// The reading in which all places but one are as expected comes first: people change one thing at a time, and their
/// words may look like those between the places.
pub(super) fn take_apart(tokens: &[Token], text: &str, hints: &[Option<String>]) -> Option<Vec<Found>> {
    let places = tokens.iter().filter(|token| !matches!(token, Token::Literal(_))).count();
    let mut frees: Vec<Free> = vec![Free::None];
    frees.extend((0..places).map(Free::Only));
    frees.push(Free::All);
    frees.into_iter().find_map(|free| {
        let mut matcher = Matcher { tokens, text, hints, free, dead: HashSet::new(), found: Vec::new() };
        matcher.from(0, 0, 0).then_some(matcher.found)
    })
}

/// Which places may hold something else than expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Free {
    None,
    Only(usize),
    All,
}

struct Matcher<'m> {
    tokens: &'m [Token<'m>],
    text: &'m str,
    hints: &'m [Option<String>],
    free: Free,
    /// Token and position from which nothing fits.
    dead: HashSet<(usize, usize)>,
    found: Vec<Found>,
}

impl Matcher<'_> {
    /// Whether the tokens from one on fit the text from a position on. `place` counts the places before.
    fn from(&mut self, token: usize, place: usize, at: usize) -> bool {
        if self.dead.contains(&(token, at)) {
            return false;
        }
        let fits = self.fits(token, place, at);
        if !fits {
            self.dead.insert((token, at));
        }
        fits
    }

    fn fits(&mut self, token: usize, place: usize, at: usize) -> bool {
        let Some(current) = self.tokens.get(token) else { return self.text[at..].trim().is_empty() };
        match current {
            Token::Literal(literal) => {
                after_literal(self.text, at, literal).is_some_and(|after| self.from(token + 1, place, after))
            }
            Token::Box { group, .. } => self.ticked(token, place, at) || self.without(token, *group, place, at),
            Token::Value(_) | Token::RowNumber => self.value(token, place, at),
        }
    }

    fn ticked(&mut self, token: usize, place: usize, at: usize) -> bool {
        let at = skip_space(self.text, at);
        let Some(ch) = self.text[at..].chars().next() else { return false };
        let Some(ticked) = box_of(ch) else { return false };
        self.found.push(Found::Ticked(ticked));
        let fits = self.from(token + 1, place + 1, at + ch.len_utf8());
        if !fits {
            self.found.pop();
        }
        fits
    }

    /// Goes on behind a choice that does not print.
    fn without(&mut self, token: usize, group: usize, place: usize, at: usize) -> bool {
        if group == 0 {
            return false;
        }
        let places = self.tokens[token..token + group].iter().filter(|token| !matches!(token, Token::Literal(_)));
        let places = places.count();
        let before = self.found.len();
        self.found.resize(before + places, Found::Absent);
        let fits = self.from(token + group, place + places, at);
        if !fits {
            self.found.truncate(before);
        }
        fits
    }

    fn value(&mut self, token: usize, place: usize, at: usize) -> bool {
        let hint = self.hints.get(place).cloned().flatten();
        if let Some(hint) = &hint {
            let start = if hint.is_empty() { at } else { skip_space(self.text, at) };
            if self.text[start..].starts_with(hint.as_str()) && self.take(token, place, start, start + hint.len()) {
                return true;
            }
        }
        let is_free = hint.is_none() || self.free == Free::All || self.free == Free::Only(place);
        if !is_free {
            return false;
        }
        // As short as possible, but up to the end where nothing follows.
        if token + 1 == self.tokens.len() {
            return self.take(token, place, at, self.text.len());
        }
        let rest = &self.text[at..];
        let ends: Vec<usize> = rest.char_indices().map(|(index, _)| at + index).chain([self.text.len()]).collect();
        ends.into_iter().any(|end| self.may_end(token, end) && self.take(token, place, at, end))
    }

    fn take(&mut self, token: usize, place: usize, start: usize, end: usize) -> bool {
        self.found.push(Found::Text(self.text[start..end].trim().to_owned()));
        let fits = self.from(token + 1, place + 1, end);
        if !fits {
            self.found.pop();
        }
        fits
    }

    /// Whether what follows a value may begin here: saves trying every length of every value.
    fn may_end(&self, token: usize, end: usize) -> bool {
        match self.tokens.get(token + 1) {
            Some(Token::Literal(literal)) if literal.trim().is_empty() => {
                let rest = &self.text[end..];
                rest.is_empty() || rest.starts_with(char::is_whitespace)
            }
            Some(Token::Literal(literal)) => after_literal(self.text, end, literal).is_some(),
            Some(Token::Box { .. }) => {
                let next = self.text[skip_space(self.text, end)..].chars().next();
                next.is_none_or(|ch| box_of(ch).is_some())
            }
            _ => true,
        }
    }
}

/// The position after a literal text; spaces count nothing, and Latin punctuation as much as Chinese.
fn after_literal(text: &str, at: usize, literal: &str) -> Option<usize> {
    let mut at = at;
    for expected in literal.chars().filter(|ch| !ch.is_whitespace()) {
        at = skip_space(text, at);
        let ch = text[at..].chars().next()?;
        if folded(ch) != folded(expected) {
            return None;
        }
        at += ch.len_utf8();
    }
    Some(at)
}

fn skip_space(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + (rest.len() - rest.trim_start().len())
}

fn folded(ch: char) -> char {
    match ch {
        '，' => ',',
        '：' => ':',
        '；' => ';',
        '（' => '(',
        '）' => ')',
        '！'..='～' => char::from_u32(u32::from(ch) - 0xfee0).unwrap_or(ch),
        _ => ch,
    }
}

/// Whether a character is a box, and a ticked one.
fn box_of(ch: char) -> Option<bool> {
    match ch {
        '□' | '☐' | '▢' | '◻' | '○' => Some(false),
        '☑' | '☒' | '✓' | '✔' | '√' | '■' | '●' | '🗹' | '×' => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    const TEMPLATE: &str = r#"
id = "t"
version = "1.0"
form_number = "T"
title = "T"
number = "T-{seq}"
category = "T"
style = "report"
[fields.a]
label = "甲"
type = "integer"
[fields.b]
label = "乙"
type = "text"
[fields.c]
label = "丙"
type = "choice"
options = ["是", "否，因为{d}"]
[fields.d]
label = "丁"
type = "text"
[[layout]]
paragraph = "{a} {b} {c}"
"#;

    #[track_caller]
    fn check(parts: &[PartRecord], before: &str, after: &str, expected: Option<&[&str]>) {
        let template = Template::parse(TEMPLATE, "t").unwrap();
        let lookup = |id: &str| template.field(id).map(|field| (field, &field.kind));
        let tokens = tokens(parts, &lookup);
        let old = take_apart(&tokens, before, &[]).expect("what was printed can be taken apart");
        let hints: Vec<Option<String>> = old
            .iter()
            .map(|found| match found {
                Found::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect();
        let new = take_apart(&tokens, after, &hints).map(|found| {
            let show = |found: Found| match found {
                Found::Text(text) => text,
                Found::Ticked(ticked) => if ticked { "☑" } else { "□" }.to_owned(),
                Found::Absent => "-".to_owned(),
            };
            found.into_iter().map(show).collect::<Vec<_>>()
        });
        assert_eq!(
            new.as_deref(),
            expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).as_deref()
        );
    }

    fn literal(text: &str) -> PartRecord {
        PartRecord::Literal(text.to_owned())
    }

    fn field(id: &str) -> PartRecord {
        PartRecord::Field(id.to_owned())
    }

    #[test]
    fn words_between_the_places_take_a_text_apart() {
        let parts = [literal("研发部 "), field("a"), literal(" 人、测试 "), field("b"), literal("；")];
        check(&parts, "研发部 12 人、测试 无；", "研发部13人、测试 无；", Some(&["13", "无"]));
        check(&parts, "研发部____人、测试____；", "研发部 5 人、测试____；", Some(&["5", "____"]));
    }

    #[test]
    fn one_change_beside_a_value_that_looks_like_the_words_between() {
        let parts = [field("b"), literal("、"), field("d"), literal("。")];
        check(&parts, "一、二、三。", "一、二、四。", Some(&["一", "二、四"]));
    }

    #[test]
    fn boxes_are_read_by_their_ticks() {
        let parts = [field("c"), literal("；")];
        check(&parts, "☑是　□否，因为____；", "□是 ☑否,因为太晚；", Some(&["□", "☑", "太晚"]));
        check(&parts, "☑是　□否，因为____；", "√是 □否，因为____；", Some(&["☑", "□", "____"]));
    }

    #[test]
    fn a_choice_that_does_not_concern_the_row_is_absent() {
        let parts = [field("b"), literal(" "), field("c")];
        check(&parts, "备份 ", "备份数据库 再检查", Some(&["备份数据库 再检查", "-", "-", "-"]));
    }

    #[test]
    fn other_words_are_not_guessed_at() {
        check(&[literal("共 "), field("a"), literal(" 台")], "共 3 台", "三台", None);
    }
}
