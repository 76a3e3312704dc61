//! What is frozen when a document is submitted: everything that prints. Its hash is what pages carry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::policy::Chain;
use crate::storage::{canonical, sha256};
use crate::template::Template;
use crate::{Code, Error, Result};

/// Of the form in which revisions are frozen.
const SCHEMA: u32 = 1;
/// Digits of the hash of a single part that the audit log keeps.
const PART_DIGITS: usize = 16;

/// A frozen revision. What is added here prints or decides who signs; nothing else belongs here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frozen {
    pub schema: u32,
    pub number: String,
    pub revision: String,
    pub template: FrozenTemplate,
    pub policy: FrozenPolicy,
    /// Hash of the settings as they printed.
    pub settings: String,
    /// Year of its copyright.
    pub year: i32,
    /// Local date of the submission.
    pub submitted_on: String,
    /// Whether cover and front matter belong to it.
    pub front: bool,
    /// Its own values, those of its release, and 版本记录.
    pub content: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrozenTemplate {
    pub id: String,
    pub version: String,
    pub sha256: String,
}

/// Who has to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrozenPolicy {
    pub id: String,
    pub name: String,
    pub version: String,
    /// None for documents that nobody has to approve.
    pub approval: Option<Chain>,
    /// Signed on the approved revision.
    pub afterwards: Vec<Chain>,
}

impl Frozen {
    pub const fn schema() -> u32 {
        SCHEMA
    }

    /// As it is stored and hashed.
    pub fn to_text(&self) -> String {
        canonical(&serde_json::to_value(self).expect("a frozen revision is JSON"))
    }

    /// Reads what was frozen.
    ///
    /// # Errors
    /// It cannot be read: the database is damaged, or a newer version wrote it.
    pub fn read(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        if value.get("schema").and_then(Value::as_u64).is_some_and(|schema| schema > u64::from(SCHEMA)) {
            return Err(Error::new(Code::NewerDatabase, "这个版本由更新版本的程序提交").hint("请安装最新版本的程序"));
        }
        serde_json::from_value(value).map_err(|_| {
            Error::new(Code::DamagedDatabase, "保存的版本内容读不出来")
                .hint("请用备份核对，或用 `dossier audit verify` 查看")
        })
    }

    /// All chains, approval first.
    pub fn chains(&self) -> impl Iterator<Item = &Chain> {
        self.policy.approval.iter().chain(&self.policy.afterwards)
    }
}

/// A short hash of every part of a frozen text, by its place: what tells later which one was changed.
pub(crate) fn fingerprints(frozen: &Value) -> Map<String, Value> {
    let mut prints = Map::new();
    for (key, value) in frozen.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("content", Value::Object(content)) => {
                for (field, value) in content {
                    prints.insert(format!("content.{field}"), fingerprint(value).into());
                }
            }
            _ => {
                prints.insert(key.clone(), fingerprint(value).into());
            }
        }
    }
    prints
}

fn fingerprint(value: &Value) -> String {
    let mut hash = sha256(canonical(value));
    hash.truncate(PART_DIGITS);
    hash
}

/// The first part of a stored text that is not what the audit log remembers, as people call it, in the order of the form.
pub(crate) fn first_difference(
    stored: &Value,
    remembered: &Map<String, Value>,
    template: Option<&Template>,
) -> Option<String> {
    let found = fingerprints(stored);
    let places: BTreeMap<&String, ()> = found.keys().chain(remembered.keys()).map(|place| (place, ())).collect();
    let mut different: Vec<&String> =
        places.into_keys().filter(|place| found.get(*place) != remembered.get(*place)).collect();
    let rank = |place: &str| {
        let field = place.strip_prefix("content.")?;
        template?.fields.iter().position(|known| known.id == field)
    };
    different.sort_by_key(|place| rank(place).unwrap_or(usize::MAX));
    different.first().map(|place| name_of(place, template))
}

fn name_of(place: &str, template: Option<&Template>) -> String {
    if let Some(field) = place.strip_prefix("content.") {
        let label = template.and_then(|template| template.field(field)).map(|field| field.label.clone());
        return label.unwrap_or_else(|| field.to_owned());
    }
    match place {
        "number" => "文件编号",
        "revision" => "版本",
        "template" => "表单",
        "policy" => "审批环节",
        "settings" => "单位等设置",
        "submitted_on" => "提交日期",
        "front" => "封面与版本记录",
        "year" => "年份",
        other => other,
    }
    .to_owned()
}
