//! An import that a person confirms: what was found, row by row, before anything is written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is to be imported, and what the person says about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Token of a picked file.
    pub file: String,
    pub table: Option<String>,
    pub sheet: Option<String>,
    /// Row of the heads, from 1.
    pub head_row: Option<u32>,
    /// Column id → letters of the file's column (null: leave empty), where the person says otherwise.
    #[cfg_attr(test, ts(type = "{ [column: string]: string | null }"))]
    pub mapping: BTreeMap<String, Option<String>>,
    pub mode: ImportMode,
}

/// What becomes of the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// They stay, and the new ones come after them.
    Append,
    /// Those of the same name are updated, others appended.
    Update,
    #[default]
    Replace,
}

/// What would be imported.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportPreview {
    pub file: String,
    pub sheets: Vec<String>,
    pub sheet: String,
    pub head_row: u32,
    pub table: String,
    pub columns: Vec<ImportColumn>,
    /// Columns of the file that go nowhere.
    #[cfg_attr(test, ts(type = "{ letters: string; head: string }[]"))]
    pub unused: Vec<UnusedColumn>,
    pub rows: Vec<ImportedRow>,
    pub warnings: Vec<ImportWarning>,
    /// The whole content, where the workbook is one of our own; then it replaces the document's.
    pub own: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportColumn {
    /// Column id of the table field.
    pub id: String,
    pub label: String,
    /// Null: the file has none.
    pub letters: Option<String>,
    pub head: Option<String>,
    /// 同名, 近义, 相近 …
    pub how: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnusedColumn {
    pub letters: String,
    pub head: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportedRow {
    /// Row in the sheet, from 1.
    pub row: u32,
    /// By column id; what cannot be read as its column's kind is the text as it stands in the file.
    #[cfg_attr(test, ts(type = "Row"))]
    pub values: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportWarning {
    pub code: String,
    /// C5, B6:B7, or empty.
    pub cell: String,
    pub message: String,
    /// Index into `rows` and column id, where it is about one cell.
    pub row: Option<usize>,
    pub column: Option<String>,
}

impl std::str::FromStr for ImportMode {
    type Err = crate::Error;

    fn from_str(text: &str) -> crate::Result<Self> {
        match text {
            "append" | "追加" => Ok(Self::Append),
            "update" | "更新" => Ok(Self::Update),
            "replace" | "替换" => Ok(Self::Replace),
            other => Err(crate::Error::new(crate::Code::BadRequest, format!("没有导入方式 `{other}`"))
                .hint("可用的方式：`append`（追加）、`update`（同名的更新，其余追加）、`replace`（替换）")),
        }
    }
}
