//! Settings from JSON: every problem is collected, none ends the reading.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    CopyrightYear, DocumentDefaults, GivenBy, Logo, Organisation, Person, PrintDefaults, Retention, Settings, User,
};
use crate::template::check_number_pattern;
use crate::{Code, Error, Issue, Result};

#[derive(Default)]
pub(super) struct Reader {
    issues: Vec<Issue>,
}

impl Reader {
    pub(super) fn finish<T>(self, value: T) -> Result<T> {
        if self.issues.is_empty() {
            return Ok(value);
        }
        Err(Error::new(Code::InvalidContent, format!("设置有 {} 处问题", self.issues.len())).issues(self.issues))
    }

    fn refuse(&mut self, path: &str, code: &'static str, message: impl Into<String>) {
        self.issues.push(Issue::at(path, code, message));
    }

    /// The members of an object, once names that nobody knows are told.
    fn object<'a>(&mut self, path: &str, value: &'a Value, known: &[&str]) -> Option<&'a Map<String, Value>> {
        let Some(map) = value.as_object() else {
            self.refuse(path, "not_an_object", "应是一个 JSON 对象");
            return None;
        };
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let message = format!("没有设置项 `{key}`，可用的有：{}", known.join("、"));
            self.refuse(&join(path, key), "unknown_field", message);
        }
        Some(map)
    }

    fn text(&mut self, path: &str, value: &Value) -> String {
        match value.as_str() {
            Some(text) if text.contains(['\n', '\r']) => self.refuse(path, "not_a_text", "应是一行文本"),
            Some(text) => return text.trim().to_owned(),
            None => self.refuse(path, "not_a_text", "应是文本"),
        }
        String::new()
    }

    fn boolean(&mut self, path: &str, value: &Value) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.refuse(path, "not_a_boolean", "应是 true 或 false");
            false
        })
    }

    fn list<T>(&mut self, path: &str, value: &Value, mut read: impl FnMut(&mut Self, &str, &Value) -> T) -> Vec<T> {
        let Some(items) = value.as_array() else {
            self.refuse(path, "not_a_list", "应是列表");
            return Vec::new();
        };
        items.iter().enumerate().map(|(index, item)| read(self, &format!("{path}[{index}]"), item)).collect()
    }

    fn by_template<T>(
        &mut self,
        path: &str,
        value: &Value,
        read: impl Fn(&mut Self, &str, &Value) -> T,
    ) -> BTreeMap<String, T> {
        let Some(map) = value.as_object() else {
            self.refuse(path, "not_an_object", "应是一个 JSON 对象，以模板为键");
            return BTreeMap::new();
        };
        map.iter().map(|(key, value)| (key.clone(), read(self, &join(path, key), value))).collect()
    }
}

pub(super) fn settings(reader: &mut Reader, value: &Value) -> Settings {
    let mut settings = Settings::default();
    let known =
        ["organisation", "user", "departments", "people", "documents", "print", "export_folder", "backup", "numbering"];
    let Some(map) = reader.object("", value, &known) else { return settings };
    if let Some(value) = map.get("organisation") {
        settings.organisation = organisation(reader, value);
    }
    if let Some(value) = map.get("user") {
        settings.user = user(reader, value);
    }
    if let Some(value) = map.get("departments") {
        settings.departments = reader.list("departments", value, Reader::text);
        settings.departments.retain(|name| !name.is_empty());
    }
    if let Some(value) = map.get("people") {
        settings.people = reader.list("people", value, person);
    }
    if let Some(value) = map.get("documents") {
        settings.documents = documents(reader, value);
    }
    if let Some(value) = map.get("print") {
        settings.print = print(reader, value);
    }
    if let Some(value) = map.get("export_folder") {
        settings.export_folder = folder(reader, "export_folder", "导出文件夹", value);
    }
    if let Some(value) = map.get("backup")
        && let Some(map) = reader.object("backup", value, &["second_folder"])
        && let Some(value) = map.get("second_folder")
    {
        settings.backup.second_folder = folder(reader, "backup.second_folder", "第二个备份文件夹", value);
    }
    if let Some(value) = map.get("numbering")
        && let Some(map) = reader.object("numbering", value, &["given_by"])
        && let Some(value) = map.get("given_by")
    {
        settings.numbering.given_by = match value.as_str() {
            Some("here") => GivenBy::Here,
            Some("controller") => GivenBy::Controller,
            _ => {
                reader.refuse(
                    "numbering.given_by",
                    "unknown_option",
                    "应是 `here`（这里给出）或 `controller`（文控给出）",
                );
                GivenBy::default()
            }
        };
    }
    settings
}

fn folder(reader: &mut Reader, path: &str, label: &str, value: &Value) -> String {
    let folder = reader.text(path, value);
    // Where a relative one leads depends on how the program was started.
    if !folder.is_empty() && !is_whole(&folder) {
        reader.refuse(path, "not_a_folder", format!("{label}要写完整的路径，现在是“{folder}”"));
    }
    folder
}

fn organisation(reader: &mut Reader, value: &Value) -> Organisation {
    let mut organisation = Organisation::default();
    let Some(map) = reader.object("organisation", value, &["name", "logo", "copyright_year"]) else {
        return organisation;
    };
    if let Some(value) = map.get("name") {
        organisation.name = reader.text("organisation.name", value);
    }
    if let Some(value) = map.get("copyright_year") {
        let year = copyright_year(value);
        if year.is_none() {
            let message = "应是 `\"document\"`（文档的年份）、年份如 `2026`，或 `\"2020-\"`（自该年起）";
            reader.refuse("organisation.copyright_year", "not_a_year", message);
        }
        organisation.copyright_year = year.unwrap_or_default();
    }
    match map.get("logo") {
        None | Some(Value::Null) => {}
        Some(Value::String(url)) => match Logo::from_data_url(url) {
            Ok(logo) => organisation.logo = Some(logo),
            Err(error) => reader.refuse("organisation.logo", "not_a_logo", error.message),
        },
        Some(_) => reader.refuse("organisation.logo", "not_a_logo", "应是 `data:image/png;base64,…` 形式的文本"),
    }
    organisation
}

fn user(reader: &mut Reader, value: &Value) -> User {
    let mut user = User::default();
    let Some(map) = reader.object("user", value, &["name", "department"]) else { return user };
    for (key, slot) in [("name", &mut user.name), ("department", &mut user.department)] {
        if let Some(value) = map.get(key) {
            *slot = reader.text(&join("user", key), value);
        }
    }
    user
}

/// Whether a path begins at a root, of whichever system: settings move from one to another.
fn is_whole(path: &str) -> bool {
    path.starts_with(['/', '\\']) || (path.get(1..3) == Some(":\\") || path.get(1..3) == Some(":/"))
}

fn copyright_year(value: &Value) -> Option<CopyrightYear> {
    let year = |number: i64| i32::try_from(number).ok().filter(|year| (1900..=9999).contains(year));
    match value {
        Value::String(text) if text == "document" => Some(CopyrightYear::Document),
        Value::String(text) => text.strip_suffix('-')?.parse().ok().and_then(year).map(CopyrightYear::Since),
        value => value.as_i64().and_then(year).map(CopyrightYear::Fixed),
    }
}

fn person(reader: &mut Reader, path: &str, value: &Value) -> Person {
    let mut person = Person::default();
    let Some(map) = reader.object(path, value, &["name", "department", "phone"]) else { return person };
    for (key, slot) in
        [("name", &mut person.name), ("department", &mut person.department), ("phone", &mut person.phone)]
    {
        if let Some(value) = map.get(key) {
            *slot = reader.text(&join(path, key), value);
        }
    }
    if person.name.is_empty() && map.get("name").is_none_or(Value::is_string) {
        reader.refuse(&join(path, "name"), "required", "姓名没有填");
    }
    person
}

fn documents(reader: &mut Reader, value: &Value) -> DocumentDefaults {
    let mut documents = DocumentDefaults::default();
    let known =
        ["classification", "control_state", "form_numbers", "front_matter", "policy", "number_patterns", "retention"];
    let Some(map) = reader.object("documents", value, &known) else { return documents };
    if let Some(value) = map.get("classification") {
        documents.classification = reader.text("documents.classification", value);
    }
    if let Some(value) = map.get("control_state") {
        documents.control_state = reader.text("documents.control_state", value);
    }
    if let Some(value) = map.get("form_numbers") {
        documents.form_numbers = reader.by_template("documents.form_numbers", value, Reader::text);
    }
    if let Some(value) = map.get("front_matter") {
        documents.front_matter = reader.by_template("documents.front_matter", value, Reader::boolean);
    }
    if let Some(value) = map.get("policy") {
        documents.policy = reader.text("documents.policy", value);
    }
    if let Some(value) = map.get("number_patterns") {
        documents.number_patterns = reader.by_template("documents.number_patterns", value, Reader::text);
        for (key, pattern) in &documents.number_patterns {
            if let Err(why) = check_number_pattern(pattern) {
                reader.refuse(&join("documents.number_patterns", key), "not_a_pattern", why);
            }
        }
    }
    if let Some(value) = map.get("retention") {
        documents.retention = reader.by_template("documents.retention", value, retention);
    }
    documents
}

fn retention(reader: &mut Reader, path: &str, value: &Value) -> Retention {
    Retention::read(value).unwrap_or_else(|| {
        reader.refuse(path, "not_a_period", "保管期限应是 `\"permanent\"`（永久），或 1 到 100 的年数，如 `30`");
        Retention::default()
    })
}

fn print(reader: &mut Reader, value: &Value) -> PrintDefaults {
    let mut print = PrintDefaults::default();
    let Some(map) = reader.object("print", value, &["duplex", "binding_line"]) else { return print };
    if let Some(value) = map.get("duplex") {
        print.duplex = reader.boolean("print.duplex", value);
    }
    if let Some(value) = map.get("binding_line") {
        print.binding_line = reader.boolean("print.binding_line", value);
    }
    print
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
