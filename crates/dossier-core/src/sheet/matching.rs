//! Takes a composed text apart: `研发部 12 人、测试部 6 人` by the words between its fields, boxes by their ticks.

use std::collections::HashSet;

use super::names::PartRecord;
use crate::template::{Field, Kind, Part};

/// A piece of a composed text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'t> {
    Literal(&'t str),
    Value(&'t Field),
    /// The box before an option.
    Box {
        field: &'t Field,
        option: usize,
    },
    RowNumber,
}

/// What stands in the places of a text, one for each token that is not literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Text(String),
    Ticked(bool),
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
    for (index, option) in options.iter().enumerate() {
        tokens.push(Token::Box { field, option: index });
        for part in &option.text.parts {
            match part {
                Part::Literal { text, .. } => tokens.push(Token::Literal(text)),
                Part::Field { id, only_name, .. } => place(id, *only_name, lookup, tokens),
                Part::RowNumber => tokens.push(Token::RowNumber),
            }
        }
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
            Token::Box { .. } => {
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
            Token::Value(_) | Token::RowNumber => self.value(token, place, at),
        }
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
                self.text[skip_space(self.text, end)..].chars().next().is_some_and(|ch| box_of(ch).is_some())
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
