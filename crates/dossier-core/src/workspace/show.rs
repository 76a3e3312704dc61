//! A document as it is shown to people and programs.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Loaded;
use crate::storage::{DocumentId, Status};
use crate::template::Template;

/// A document with its content.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    pub id: DocumentId,
    #[serde(serialize_with = "template_id")]
    pub template: Template,
    pub template_version: String,
    pub title: String,
    pub status: Status,
    pub year: i32,
    pub release: Option<String>,
    /// UTC
    pub created_at: String,
    /// UTC
    pub updated_at: String,
    /// In the order of the template.
    pub content: Map<String, Value>,
    /// Fields whose value comes from the release.
    pub carried: Vec<String>,
}

impl Shown {
    pub(super) fn of(loaded: Loaded) -> Self {
        let record = loaded.record;
        Self {
            id: record.id,
            template_version: loaded.template.version.clone(),
            title: record.title,
            status: record.status,
            year: record.year,
            release: loaded.release,
            created_at: record.created_at,
            updated_at: record.updated_at,
            content: loaded.content,
            carried: loaded.carried,
            template: loaded.template,
        }
    }

    /// For people: a line a value, under the labels of the form.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for field in &self.template.fields {
            let Some(value) = self.content.get(&field.id) else { continue };
            let mark = if self.carried.contains(&field.id) { "（来自发布）" } else { "" };
            match value {
                Value::Array(rows) if rows.iter().any(Value::is_object) => {
                    lines.push(format!("{}{mark}：{} 行", field.label, rows.len()));
                    lines.extend(rows.iter().zip(1..).map(|(row, number)| format!("  {number}. {}", plain(row))));
                }
                value => lines.push(format!("{}{mark}：{}", field.label, plain(value))),
            }
        }
        lines
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace('\n', "\n    "),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("、"),
        Value::Object(map) => map.values().map(plain).collect::<Vec<_>>().join(" | "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn template_id<S: serde::Serializer>(template: &Template, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&template.id)
}
