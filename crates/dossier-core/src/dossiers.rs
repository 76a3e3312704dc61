//! Dossiers: releases as the home lists them, and what the home says of the program.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Issue;
use crate::export::Format;
use crate::settings::Settings;
use crate::storage::{DocumentId, ReleaseId, Status};

/// What the home asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DossierQuery {
    pub text: String,
    #[cfg_attr(test, ts(type = "\"all\" | Status"))]
    pub scope: Scope,
    pub product: Option<String>,
    pub year: Option<i32>,
    pub release_type: Option<String>,
    #[cfg_attr(test, ts(type = "Status | null"))]
    pub state: Option<Status>,
    #[cfg_attr(test, ts(type = "\"stage\" | \"none\""))]
    pub group: Group,
    pub offset: usize,
    pub limit: usize,
}

/// Which list of the home: all dossiers, or those with a document of a status. On the wire `all` or the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    #[default]
    All,
    With(Status),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    #[default]
    Stage,
    None,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DossierPage {
    pub rows: Vec<DossierRow>,
    /// How many fit.
    pub total: usize,
    /// How many fit in each stage, in the order of the list; empty unless grouped.
    #[cfg_attr(test, ts(type = "{ stage: Stage; count: number }[]"))]
    pub groups: Vec<GroupCount>,
    /// How many there are, whatever is asked.
    #[cfg_attr(test, ts(inline))]
    pub counts: DossierCounts,
    pub products: Vec<String>,
    pub years: Vec<i32>,
    pub release_types: Vec<String>,
    pub documents: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GroupCount {
    pub stage: Stage,
    pub count: usize,
}

/// Dossiers with a document of each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DossierCounts {
    pub all: usize,
    pub draft: usize,
    pub in_review: usize,
    pub approved: usize,
    pub controlled: usize,
    pub obsolete: usize,
}

/// 待发布; 已发布，待总结; 已归档与作废
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Upcoming,
    Released,
    Closed,
}

/// A dossier as a row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DossierRow {
    #[cfg_attr(test, ts(type = "number"))]
    pub release: ReleaseId,
    pub product: String,
    pub version: String,
    pub release_type: String,
    pub owner: String,
    /// 2026-03-20 15:00, or null
    pub planned_at: Option<String>,
    pub stage: Stage,
    pub documents: Vec<DossierDocument>,
    /// Local: 2026-03-11 12:31
    pub updated_at: String,
    pub updated_by: String,
}

/// A dossier by itself says what its row says.
pub type Dossier = DossierRow;

/// What a row says of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DossierDocument {
    pub template: String,
    /// 申请表
    pub short: String,
    pub title: String,
    /// Null: 未建.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub id: Option<DocumentId>,
    #[cfg_attr(test, ts(type = "Status | null"))]
    pub status: Option<Status>,
    /// 缺 n
    pub missing: usize,
    /// Rows of a plan table; null for other forms.
    pub rows: Option<usize>,
    /// Of a document in review: 审批中 3/5.
    pub steps_signed: Option<usize>,
    pub steps_all: Option<usize>,
    /// The revision that is 受控: `V1.1`.
    pub in_force: Option<String>,
    /// The revision that it stands for; of a draft the one that it is to become, once there was one before.
    pub revision: Option<String>,
}

/// A release to be begun.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewRelease {
    pub product: String,
    pub version: String,
    pub release_type: String,
    /// Template ids.
    pub documents: Vec<String>,
    /// An earlier release whose texts are taken over.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub from: Option<ReleaseId>,
}

/// A form that documents can be begun from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TemplateInfo {
    pub id: String,
    pub short: String,
    pub title: String,
}

/// What the window needs before it shows anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Start {
    pub version: String,
    pub data_folder: String,
    /// Nothing has been set and nothing written yet.
    pub first_start: bool,
    #[cfg_attr(test, ts(type = "Settings"))]
    pub settings: Settings,
    /// What the window remembers; free form.
    #[cfg_attr(test, ts(type = "{ [key: string]: Json }"))]
    pub preferences: Map<String, Value>,
    pub templates: Vec<TemplateInfo>,
    pub release_types: Vec<String>,
    /// Today, local: 2026-03-11
    pub today: String,
}

/// What fields are completed with. Initials are those of the pinyin: 周敏 → zm.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Completions {
    pub people: Vec<PersonName>,
    pub departments: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PersonName {
    pub name: String,
    pub department: String,
    pub initials: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Name {
    pub name: String,
    pub initials: String,
}

/// 关于
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct About {
    pub version: String,
    pub data_folder: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub data_bytes: u64,
    pub releases: usize,
    pub documents: usize,
    #[cfg_attr(test, ts(type = "{ name: string; version: string; licence: string; text: string }[]"))]
    pub licences: Vec<Licence>,
}

/// Somebody else's work that is part of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    pub name: String,
    pub version: String,
    pub licence: String,
    pub text: String,
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        match name.as_str() {
            "all" => Ok(Self::All),
            name => name.parse().map(Self::With).map_err(serde::de::Error::custom),
        }
    }
}

impl Stage {
    /// In the order of the list.
    pub const ALL: [Self; 3] = [Self::Upcoming, Self::Released, Self::Closed];

    /// As programs know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upcoming => "upcoming",
            Self::Released => "released",
            Self::Closed => "closed",
        }
    }

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Upcoming => "待发布",
            Self::Released => "已发布，待总结",
            Self::Closed => "已归档与作废",
        }
    }
}

impl std::str::FromStr for Stage {
    type Err = crate::Error;

    /// By either name.
    fn from_str(text: &str) -> crate::Result<Self> {
        Self::ALL.into_iter().find(|stage| text == stage.name() || text == stage.label()).ok_or_else(|| {
            let known: Vec<String> = Self::ALL.iter().map(|s| format!("`{}`（{}）", s.name(), s.label())).collect();
            crate::Error::new(crate::Code::BadRequest, format!("没有阶段 `{text}`"))
                .hint(format!("可用的阶段：{}", known.join("、")))
        })
    }
}

/// Documents to be exported into a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    #[cfg_attr(test, ts(type = "string[]"))]
    pub documents: Vec<DocumentId>,
    #[cfg_attr(test, ts(type = "(\"pdf\" | \"xlsx\" | \"json\")[]"))]
    pub formats: Vec<Format>,
    pub blank: bool,
    pub for_signing: bool,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExportResult {
    pub folder: String,
    #[cfg_attr(test, ts(type = "{ name: string; path: string }[]"))]
    pub files: Vec<ExportedFile>,
    #[cfg_attr(test, ts(type = "Issue[]"))]
    pub warnings: Vec<Issue>,
    pub cancelled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportedFile {
    pub name: String,
    pub path: String,
}

/// How far long work has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Progress {
    pub done: usize,
    pub total: usize,
    pub what: String,
}

/// A file that a person picked; the window knows it by its token alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PickedFile {
    pub token: String,
    pub name: String,
}
