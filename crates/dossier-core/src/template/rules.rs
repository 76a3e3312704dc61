//! `[[rules]]`: what must hold between values.

use std::collections::BTreeSet;
use std::sync::Mutex;

use toml::Spanned;
use toml::de::DeValue;

use super::fields::Book;
use super::reader::{At, Keys};
use super::{Check, Kind, Rule};

pub(super) fn read(keys: &Keys, book: &Book) -> Vec<Rule> {
    let nodes = keys.array("rules").unwrap_or_default();
    nodes.iter().filter_map(|node| read_rule(node, book)).collect()
}

#[derive(Clone, Copy)]
enum Name {
    Equal,
    Different,
    SumEquals,
    Ascending,
    Unique,
    Numbered,
    Limits,
    Requires,
    NewerVersion,
    VersionParts,
}

const NAMES: &[(&str, Name)] = &[
    ("equal", Name::Equal),
    ("different", Name::Different),
    ("sum_equals", Name::SumEquals),
    ("ascending", Name::Ascending),
    ("unique", Name::Unique),
    ("numbered", Name::Numbered),
    ("limits", Name::Limits),
    ("requires", Name::Requires),
    ("newer_version", Name::NewerVersion),
    ("version_parts", Name::VersionParts),
];

fn read_rule(node: &Spanned<DeValue>, book: &Book) -> Option<Rule> {
    let problems = book.problems;
    let keys = Keys::of(node, "[[rules]]", problems)?;
    if !keys.has("rule") {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        problems.add(keys.at, "missing_key", format!("[[rules]] 缺少 rule：{}", names.join("、")));
    }
    let name = keys.word("rule", NAMES)?;
    let table = keys.string("table");
    if let Some(table) = &table {
        let field = book.known(None, &table.value, table.at);
        if field.is_some_and(|(_, field)| field.table().is_none()) {
            problems.add(table.at, "not_a_table", format!("{} 不是表格", table.value));
        }
    }
    let fields = Fields { keys: &keys, book, scope: table.as_ref().map(|table| table.value.as_str()) };
    let check = read_check(name, &fields);
    let when = keys.condition("when").map(|when| {
        book.check_condition(&when.value, fields.scope, when.at);
        when.value
    });
    let code = keys.string("code");
    if let Some(code) = code.as_ref().filter(|code| !super::text::is_id(&code.value)) {
        problems.add(code.at, "bad_id", format!("code 只含小写字母、数字和下划线，现在是“{}”", code.value));
    }
    let rule = Rule {
        code: code.map_or(default_code(name), |code| lasting(&code.value)),
        check: check?,
        table: table.as_ref().map(|table| table.value.clone()),
        when,
        warning: keys.boolean("warning").unwrap_or(false),
        message: keys.string("message").map(|message| message.value),
        clause: keys.string("clause").map(|clause| clause.value),
    };
    keys.finish();
    Some(rule)
}

struct Fields<'k, 'a, 'i, 'b> {
    keys: &'k Keys<'a, 'i>,
    book: &'b Book<'b>,
    scope: Option<&'k str>,
}

impl Fields<'_, '_, '_, '_> {
    fn one(&self, key: &'static str) -> Option<String> {
        let field = self.keys.needed_string(key)?;
        self.book.known(self.scope, &field.value, field.at)?;
        Some(field.value)
    }

    fn version(&self, key: &'static str) -> Option<String> {
        let id = self.one(key)?;
        let is_version = self.book.find(self.scope, &id).is_some_and(|(_, field)| matches!(field.kind, Kind::Version));
        if !is_version {
            self.wrong_kind(key, &format!("{id} 的类型要是 version"));
        }
        Some(id)
    }

    fn wrong_kind(&self, key: &str, message: &str) {
        self.book.problems.add(self.keys.at_key(key), "wrong_kind", message);
    }

    fn list(&self, key: &'static str, least: usize) -> Option<Vec<String>> {
        let list: Vec<At<String>> = self.keys.strings(key).unwrap_or_default();
        if list.len() < least {
            let message = format!("{} 的 {key} 至少要有 {least} 个字段", self.keys.name);
            self.book.problems.add(self.keys.at_key(key), "missing_key", message);
            return None;
        }
        let known = list.iter().filter(|id| self.book.known(self.scope, &id.value, id.at).is_some()).count();
        (known == list.len()).then(|| list.into_iter().map(|id| id.value).collect())
    }

    /// A column of the rule's table.
    fn column(&self, key: &'static str) -> Option<String> {
        if self.scope.is_none() {
            let message = format!("{} 要写明 table", self.keys.name);
            self.book.problems.add(self.keys.at, "missing_key", message);
            self.keys.string(key);
            return None;
        }
        let id = self.one(key)?;
        let (scope, _) = self.book.find(self.scope, &id)?;
        if scope.is_none() {
            self.book.unknown(self.scope, &id, self.keys.at_key(key));
            return None;
        }
        Some(id)
    }
}

fn read_check(name: Name, fields: &Fields) -> Option<Check> {
    let keys = fields.keys;
    Some(match name {
        Name::Equal => Check::Equal { fields: fields.list("fields", 2)? },
        Name::Different => Check::Different { fields: fields.list("fields", 2)? },
        Name::SumEquals => {
            let (field, of) = (fields.one("field"), fields.list("of", 1));
            Check::SumEquals { field: field?, of: of? }
        }
        Name::Ascending => {
            let equal = keys.boolean("equal").unwrap_or(false);
            match keys.has("column") {
                true => Check::Ascending { fields: vec![fields.column("column")?], equal },
                false => Check::Ascending { fields: fields.list("fields", 1)?, equal },
            }
        }
        Name::Unique => Check::Unique { column: fields.column("column")? },
        Name::Numbered => Check::Numbered { column: fields.column("column")? },
        Name::Limits => {
            let (at_least, at_most, last) = (keys.number("at_least"), keys.number("at_most"), keys.number("last"));
            if at_least.is_none() && at_most.is_none() && last.is_none() {
                let message = "[[rules]] limits 要写明 at_least、at_most 或 last";
                fields.book.problems.add(keys.at, "missing_key", message);
            }
            Check::Limits { field: fields.one("field")?, at_least, at_most, last }
        }
        Name::Requires => Check::Requires { fields: fields.list("fields", 1)? },
        Name::NewerVersion => {
            let (field, than) = (fields.version("field"), fields.version("than"));
            Check::NewerVersion { field: field?, than: than? }
        }
        Name::VersionParts => {
            let (field, parts) = (fields.version("field"), keys.count("parts"));
            if parts.is_none() && !keys.has("parts") {
                fields.book.problems.add(keys.at, "missing_key", "[[rules]] version_parts 缺少 parts");
            }
            Check::VersionParts { field: field?, parts: parts? }
        }
    })
}

fn default_code(name: Name) -> &'static str {
    match name {
        Name::Equal => "not_equal",
        Name::Different => "not_different",
        Name::SumEquals => "total_mismatch",
        Name::Ascending => "not_ascending",
        Name::Unique => "not_unique",
        Name::Numbered => "not_numbered",
        Name::Limits => "out_of_limits",
        Name::Requires => "required",
        Name::NewerVersion => "version_not_newer",
        Name::VersionParts => "version_parts",
    }
}

/// Codes of issues last as long as the program. A template's own code is kept once, however often it is read.
fn lasting(code: &str) -> &'static str {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut codes = CODES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = codes.get(code) {
        return known;
    }
    let code: &'static str = Box::leak(code.to_owned().into_boxed_str());
    codes.insert(code);
    code
}
