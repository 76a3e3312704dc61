//! What an organisation says once for all its documents.

mod logo;
mod read;
mod retention;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

pub use logo::{Logo, LogoFormat};
pub use retention::Retention;

use crate::{Code, Error, Issue, Result};
use read::Reader;

/// The settings of a data folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Settings {
    pub organisation: Organisation,
    /// Who works at this machine; names the author of changes.
    pub user: User,
    /// Offered where a department is asked for.
    pub departments: Vec<String>,
    /// Offered where a person is asked for.
    pub people: Vec<Person>,
    pub documents: DocumentDefaults,
    pub print: PrintDefaults,
    /// Where exported files go unless somebody says otherwise. Empty: the system's folder of documents.
    pub export_folder: String,
    pub backup: BackupSettings,
    #[cfg_attr(test, ts(optional, as = "Option<Numbering>"))]
    pub numbering: Numbering,
}

/// Where official numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Numbering {
    pub given_by: GivenBy,
}

/// Who gives official numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum GivenBy {
    /// This data folder, in their order.
    #[default]
    Here,
    /// The document controller's: here only those are given that it has lent.
    Controller,
}

/// Where copies of the data go beside the data folder itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupSettings {
    /// A stick or a share that gets a copy each day. Empty: none.
    pub second_folder: String,
}

/// Who works at this machine. Where no name is set, it is who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct User {
    pub name: String,
    pub department: String,
}

/// Whose documents these are. Where nothing is set, nothing prints.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Organisation {
    pub name: String,
    /// A PNG or JPEG, as a `data:` URL.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub logo: Option<Logo>,
    #[cfg_attr(test, ts(type = "Json"))]
    pub copyright_year: CopyrightYear,
}

/// Which year stands on the copyright page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CopyrightYear {
    /// That of the document; written `"document"`.
    #[default]
    Document,
    /// Always this one; written `2026`.
    Fixed(i32),
    /// From this one to that of the document; written `"2020-"`.
    Since(i32),
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Person {
    pub name: String,
    pub department: String,
    pub phone: String,
}

/// What a document says of itself unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DocumentDefaults {
    /// 密级
    pub classification: String,
    /// 受控状态
    pub control_state: String,
    /// 表单编号 by template, where it differs from the template's own.
    #[cfg_attr(test, ts(type = "{ [template: string]: string }"))]
    pub form_numbers: BTreeMap<String, String>,
    /// Whether cover and front matter print, by template.
    #[cfg_attr(test, ts(type = "{ [template: string]: boolean }"))]
    pub front_matter: BTreeMap<String, bool>,
    /// Who signs what: id of a policy.
    pub policy: String,
    /// Patterns of official numbers, where they differ from a template's own; by the template's pattern.
    #[cfg_attr(test, ts(type = "{ [pattern: string]: string }"))]
    pub number_patterns: BTreeMap<String, String>,
    /// 保管期限 by template, `"permanent"` or a number of years; 永久 where there is none.
    #[cfg_attr(test, ts(type = "{ [template: string]: \"permanent\" | number }"))]
    pub retention: BTreeMap<String, Retention>,
}

/// How documents print unless somebody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PrintDefaults {
    pub duplex: bool,
    /// Draws 装订线.
    pub binding_line: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let departments = ["产品部", "研发部", "测试部", "运维部", "信息安全部", "客户成功部", "产品管理部", "管理层"];
        Self {
            organisation: Organisation::default(),
            user: User::default(),
            departments: departments.map(String::from).to_vec(),
            people: Vec::new(),
            documents: DocumentDefaults::default(),
            print: PrintDefaults::default(),
            export_folder: String::new(),
            backup: BackupSettings::default(),
            numbering: Numbering::default(),
        }
    }
}

impl Default for DocumentDefaults {
    fn default() -> Self {
        Self {
            classification: "内部".into(),
            control_state: "受控".into(),
            form_numbers: BTreeMap::new(),
            front_matter: BTreeMap::new(),
            policy: crate::policy::DEFAULT.into(),
            number_patterns: BTreeMap::new(),
            retention: BTreeMap::new(),
        }
    }
}

impl DocumentDefaults {
    /// 保管期限 of documents of a template.
    pub fn retention_of(&self, template: &str) -> Retention {
        self.retention.get(template).copied().unwrap_or_default()
    }
}

impl Settings {
    /// Values that are usual for 密级.
    pub const CLASSIFICATIONS: [&str; 4] = ["公开", "内部", "机密", "绝密"];
    /// Values that are usual for 受控状态.
    pub const CONTROL_STATES: [&str; 2] = ["受控", "非受控"];

    /// Reads settings; what is left out keeps its default.
    ///
    /// # Errors
    /// Unknown or mistyped entries, all of them.
    pub fn from_json(value: &Value) -> Result<Self> {
        let mut reader = Reader::default();
        let settings = read::settings(&mut reader, value);
        reader.finish(settings)
    }

    /// As JSON, in the form that [`Self::from_json`] takes.
    pub fn to_json(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => unreachable!("settings are a JSON object"),
        }
    }

    /// What of them prints, or decides how it does: who gives numbers does neither.
    pub fn printing(&self) -> Map<String, Value> {
        let mut map = self.to_json();
        map.shift_remove("numbering");
        map
    }

    /// These settings with what `changes` says instead. Objects are merged, lists replaced, `null` restores a default.
    ///
    /// # Errors
    /// Unknown or mistyped entries, all of them; then nothing changes.
    pub fn merged(&self, changes: &Value) -> Result<Self> {
        if !changes.is_object() {
            let issue = Issue::at("", "not_an_object", "设置应是一个 JSON 对象");
            return Err(Error::new(Code::InvalidContent, "设置有 1 处问题").issues(vec![issue]));
        }
        let mut value = Value::Object(self.to_json());
        merge(&mut value, changes);
        Self::from_json(&value)
    }

    /// Which year a document of `year` carries on its copyright page, such as `2020-2026`.
    pub fn copyright_year(&self, year: i32) -> String {
        match self.organisation.copyright_year {
            CopyrightYear::Fixed(year) => year.to_string(),
            CopyrightYear::Since(first) if first < year => format!("{first}-{year}"),
            CopyrightYear::Document | CopyrightYear::Since(_) => year.to_string(),
        }
    }
}

impl Serialize for CopyrightYear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Document => serializer.serialize_str("document"),
            Self::Fixed(year) => serializer.serialize_i32(*year),
            Self::Since(year) => serializer.collect_str(&format_args!("{year}-")),
        }
    }
}

fn merge(value: &mut Value, changes: &Value) {
    match (value, changes) {
        (Value::Object(value), Value::Object(changes)) => {
            for (key, change) in changes {
                match change {
                    Value::Null => {
                        value.shift_remove(key);
                    }
                    change => merge(value.entry(key).or_insert(Value::Null), change),
                }
            }
        }
        (value, changes) => *value = changes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_come_back_as_they_were_written() {
        let mut settings = Settings::default();
        settings.organisation.name = "星河软件有限公司".into();
        settings.organisation.logo = Some(Logo::new(logo::tests::PNG.to_vec()).unwrap());
        settings.organisation.copyright_year = CopyrightYear::Since(2020);
        settings.people.push(Person { name: "张三".into(), department: "产品部".into(), phone: "010-1".into() });
        settings.documents.form_numbers.insert("release-plan".into(), "XH-F-02".into());
        settings.documents.front_matter.insert("release-plan".into(), true);
        settings.documents.retention.insert("release-plan".into(), Retention::Years(30));
        settings.documents.retention.insert("release-summary".into(), Retention::Permanent);
        settings.print.duplex = true;
        settings.user = User { name: "林知远".into(), department: "产品部".into() };
        settings.export_folder = "D:\\发布文档".into();
        settings.backup.second_folder = "/media/lin/移动盘".into();
        settings.numbering.given_by = GivenBy::Controller;
        assert_eq!(Settings::from_json(&Value::Object(settings.to_json())).unwrap(), settings);
        assert_eq!(Settings::from_json(&json!({})).unwrap(), Settings::default());
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let error = Settings::from_json(&json!({
            "organization": {},
            "organisation": { "name": 1, "copyright_year": "soon", "logo": "data:image/gif;base64,AA==" },
            "departments": ["产品部", 3],
            "people": [{ "name": "", "fone": "1" }],
            "print": { "duplex": "yes" },
            "user": { "name": 7, "phone": "1" },
            "export_folder": "发布文档",
            "backup": { "second_folder": "移动盘", "third_folder": "" },
            "documents": { "front_matter": { "release-plan": 1 }, "retention": { "release-plan": 0 } },
            "numbering": { "given_by": "nobody" },
        }))
        .unwrap_err();
        let places: Vec<String> = error.issues.iter().map(|issue| format!("{} {}", issue.path, issue.code)).collect();
        assert_eq!(
            places,
            [
                "organization unknown_field",
                "organisation.name not_a_text",
                "organisation.copyright_year not_a_year",
                "organisation.logo not_a_logo",
                "user.phone unknown_field",
                "user.name not_a_text",
                "departments[1] not_a_text",
                "people[0].fone unknown_field",
                "people[0].name required",
                "documents.front_matter.release-plan not_a_boolean",
                "documents.retention.release-plan not_a_period",
                "print.duplex not_a_boolean",
                "export_folder not_a_folder",
                "backup.third_folder unknown_field",
                "backup.second_folder not_a_folder",
                "numbering.given_by unknown_option",
            ]
        );
    }

    #[test]
    fn a_change_leaves_everything_else_as_it_was() {
        let mut settings = Settings::default();
        settings.organisation.name = "星河".into();
        settings.print.binding_line = true;
        let changed = settings.merged(&json!({ "print": { "duplex": true }, "departments": ["质量部"] })).unwrap();
        assert_eq!(changed.print, PrintDefaults { duplex: true, binding_line: true });
        assert_eq!((changed.organisation.name.as_str(), changed.departments.len()), ("星河", 1));
        let restored = changed.merged(&json!({ "departments": null })).unwrap();
        assert_eq!(restored.departments, Settings::default().departments);
        assert!(settings.merged(&json!([])).is_err());
    }

    #[test]
    fn the_year_of_copyright_follows_its_rule() {
        let mut settings = Settings::default();
        let mut year = |rule| {
            settings.organisation.copyright_year = rule;
            settings.copyright_year(2026)
        };
        assert_eq!(year(CopyrightYear::Document), "2026");
        assert_eq!(year(CopyrightYear::Fixed(2025)), "2025");
        assert_eq!(year(CopyrightYear::Since(2020)), "2020-2026");
        assert_eq!(year(CopyrightYear::Since(2026)), "2026");
    }
}
