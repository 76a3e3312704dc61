//! Reads the TOML tree key by key and remembers the line of everything that is wrong.

use std::cell::RefCell;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::suggestion;
use super::{Condition, Text};
use crate::error::Issue;

/// All the problems of one file, each at a position of its text.
pub(super) struct Problems {
    file: String,
    /// Where each line begins.
    lines: Vec<usize>,
    found: RefCell<Vec<(usize, Issue)>>,
}

impl Problems {
    pub fn new(file: &str, text: &str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: file.to_owned(), lines, found: RefCell::new(Vec::new()) }
    }

    pub fn add(&self, at: usize, code: &'static str, message: impl Into<String>) {
        let line = self.lines.partition_point(|start| *start <= at);
        let message = format!("{}。", message.into());
        let issue = Issue::at(format!("{}:{line}", self.file), code, message);
        let mut found = self.found.borrow_mut();
        if !found.iter().any(|(_, known)| *known == issue) {
            found.push((line, issue));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// In the order of the file.
    pub fn into_issues(self) -> Vec<Issue> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|(line, _)| *line);
        found.into_iter().map(|(_, issue)| issue).collect()
    }
}

/// Something read, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub value: T,
    pub at: usize,
}

type Node<'i> = Spanned<DeValue<'i>>;

/// The keys of one TOML table. Every key that is asked for is known; [`finish`](Keys::finish) reports the others.
pub(super) struct Keys<'a, 'i> {
    table: &'a DeTable<'i>,
    pub at: usize,
    /// What the table is called in messages: `[fields.version]`.
    pub name: String,
    pub problems: &'a Problems,
    known: RefCell<Vec<&'static str>>,
}

impl<'a, 'i> Keys<'a, 'i> {
    pub fn new(table: &'a DeTable<'i>, at: usize, name: impl Into<String>, problems: &'a Problems) -> Self {
        Self { table, at, name: name.into(), problems, known: RefCell::new(Vec::new()) }
    }

    /// The keys of a node, which must be a table.
    pub fn of(node: &'a Node<'i>, name: impl Into<String>, problems: &'a Problems) -> Option<Self> {
        let name = name.into();
        match node.get_ref() {
            DeValue::Table(table) => Some(Self::new(table, node.span().start, name, problems)),
            other => {
                let message = format!("{name} 要是 {{ … }}，现在是{}", kind_of(other));
                problems.add(node.span().start, "wrong_kind", message);
                None
            }
        }
    }

    pub fn node(&self, key: &'static str) -> Option<&'a Node<'i>> {
        self.known.borrow_mut().push(key);
        self.table.get(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where a key stands, or the table if it is not there.
    pub fn at_key(&self, key: &str) -> usize {
        self.table.get_key_value(key).map_or(self.at, |(key, _)| key.span().start)
    }

    pub fn entries(&self) -> impl Iterator<Item = (At<&'a str>, &'a Node<'i>)> {
        let table = self.table;
        table.iter().map(|(key, node)| (At { value: key.get_ref().as_ref(), at: key.span().start }, node))
    }

    fn wrong(&self, node: &Node, key: &str, wanted: &str) {
        let message = format!("{} 的 {key} 要是{wanted}，现在是{}", self.name, kind_of(node.get_ref()));
        self.problems.add(node.span().start, "wrong_kind", message);
    }

    fn missing(&self, key: &str) {
        self.problems.add(self.at, "missing_key", format!("{} 缺少 {key}", self.name));
    }

    pub fn string(&self, key: &'static str) -> Option<At<String>> {
        let node = self.node(key)?;
        match node.get_ref() {
            DeValue::String(text) => Some(At { value: text.to_string(), at: node.span().start }),
            _ => {
                self.wrong(node, key, "带引号的文字");
                None
            }
        }
    }

    /// A text that must be there and say something.
    pub fn needed_string(&self, key: &'static str) -> Option<At<String>> {
        if !self.has(key) {
            self.known.borrow_mut().push(key);
            self.missing(key);
            return None;
        }
        let text = self.string(key)?;
        if text.value.trim().is_empty() {
            self.problems.add(text.at, "missing_key", format!("{} 的 {key} 是空的", self.name));
            return None;
        }
        Some(text)
    }

    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        let value = node.get_ref().as_bool();
        if value.is_none() {
            self.wrong(node, key, " true 或 false");
        }
        value
    }

    pub fn number(&self, key: &'static str) -> Option<f64> {
        let node = self.node(key)?;
        let value = number(node);
        if value.is_none() {
            self.wrong(node, key, "数字");
        }
        value
    }

    /// A length in mm.
    pub fn length(&self, key: &'static str) -> Option<f64> {
        let length = self.number(key)?;
        if (0.0..=297.0).contains(&length) {
            return Some(length);
        }
        let message = format!("{} 的 {key} 是毫米数，要在 0 到 297 之间，现在是 {length}", self.name);
        self.problems.add(self.at_key(key), "bad_value", message);
        None
    }

    pub fn count(&self, key: &'static str) -> Option<usize> {
        let number = self.number(key)?;
        if number.fract() == 0.0 && (0.0..=1000.0).contains(&number) {
            return Some(number as usize);
        }
        let message = format!("{} 的 {key} 要是 0 到 1000 的整数，现在是 {number}", self.name);
        self.problems.add(self.at_key(key), "bad_value", message);
        None
    }

    pub fn array(&self, key: &'static str) -> Option<&'a [Node<'i>]> {
        let node = self.node(key)?;
        let array = array(node);
        if array.is_none() {
            self.wrong(node, key, "列表 […]");
        }
        array
    }

    pub fn keys(&self, key: &'static str) -> Option<Keys<'a, 'i>> {
        let node = self.node(key)?;
        Keys::of(node, format!("{} 的 {key}", self.name), self.problems)
    }

    pub fn strings(&self, key: &'static str) -> Option<Vec<At<String>>> {
        let nodes = self.array(key)?;
        let strings = nodes.iter().filter_map(|node| match node.get_ref() {
            DeValue::String(text) => Some(At { value: text.to_string(), at: node.span().start }),
            _ => {
                self.wrong(node, key, "带引号的文字的列表");
                None
            }
        });
        Some(strings.collect())
    }

    pub fn texts(&self, key: &'static str) -> Option<Vec<At<Text>>> {
        Some(self.strings(key)?.into_iter().map(|text| read_text(&text, self.problems)).collect())
    }

    pub fn text(&self, key: &'static str) -> Option<At<Text>> {
        self.string(key).map(|text| read_text(&text, self.problems))
    }

    pub fn condition(&self, key: &'static str) -> Option<At<Condition>> {
        let text = self.string(key)?;
        match Condition::parse(&text.value) {
            Ok(value) => Some(At { value, at: text.at }),
            Err(problem) => {
                self.problems.add(text.at, "bad_condition", problem);
                None
            }
        }
    }

    /// One of a few words, each standing for something.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.string(key)?;
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let near = suggestion(&text.value, all.iter().copied());
            let message = format!("{} 的 {key} 只能是 {}，现在是“{}”{near}", self.name, all.join("、"), text.value);
            self.problems.add(text.at, "bad_value", message);
        }
        found.map(|(_, value)| *value)
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self) {
        let known = self.known.borrow();
        for (key, _) in self.table.iter() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let near = suggestion(name, known.iter().copied());
                self.problems.add(key.span().start, "unknown_key", format!("{} 没有 {name} 这一项{near}", self.name));
            }
        }
    }
}

/// A text of the layout. What can be read of it counts even if something is wrong: no field is missed for a slip.
pub(super) fn read_text(text: &At<String>, problems: &Problems) -> At<Text> {
    let (value, found) = Text::read(&text.value);
    for problem in found {
        problems.add(text.at, "bad_text", problem);
    }
    At { value, at: text.at }
}

pub(super) fn array<'a, 'i>(node: &'a Node<'i>) -> Option<&'a [Node<'i>]> {
    node.get_ref().as_array().map(|array| array as &[_])
}

pub(super) fn number(node: &Node) -> Option<f64> {
    match node.get_ref() {
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number as f64)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().ok().filter(|number| number.is_finite()),
        _ => None,
    }
}

/// The same value as JSON: what documents are stored as.
pub(super) fn json(value: &DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::from),
        DeValue::Float(number) => Value::String(number.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| json(item.get_ref())).collect()),
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, node)| (key.get_ref().to_string(), json(node.get_ref())));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn kind_of(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "文字",
        DeValue::Integer(_) => "整数",
        DeValue::Float(_) => "小数",
        DeValue::Boolean(_) => " true 或 false",
        DeValue::Datetime(_) => "日期",
        DeValue::Array(_) => "列表",
        DeValue::Table(_) => "一组键值",
    }
}
