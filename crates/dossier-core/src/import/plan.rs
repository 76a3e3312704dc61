//! What is asked of a workbook, and what is answered.

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::Result;

/// What is looked for: one column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSpec {
    /// As printed: `发布顺序`.
    pub head: String,
    /// Other words for it, beside the built-in ones.
    pub synonyms: Vec<String>,
    pub kind: ColumnKind,
}

/// How cells of a column become text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// As the cell shows it.
    Text,
    /// As the cell shows it, and a word when it may not be what was typed.
    Version,
    /// Without separators and leading zeros.
    Integer,
    Decimal,
    /// `2026-04-15`.
    Date,
    /// `2026-04-15 10:00`.
    DateTime,
    /// One of these.
    Choice(Vec<String>),
}

impl ColumnSpec {
    pub fn new(head: impl Into<String>, kind: ColumnKind) -> Self {
        Self { head: head.into(), synonyms: Vec::new(), kind }
    }

    /// The 14 columns of 发布计划表.
    pub fn plan() -> Vec<Self> {
        const HEADS: [&str; 14] = [
            "发布顺序",
            "系统名称",
            "版本号",
            "变更内容",
            "风险等级",
            "风险描述",
            "风险控制",
            "发布依赖",
            "配置更新",
            "DDL",
            "DML",
            "发布分支",
            "开发人员",
            "测试人员",
        ];
        let kind = |head| match head {
            "版本号" => ColumnKind::Version,
            _ => ColumnKind::Text,
        };
        HEADS.into_iter().map(|head| Self::new(head, kind(head))).collect()
    }
}

/// Which table is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub columns: &'a [ColumnSpec],
    /// Only this sheet; otherwise the one that fits best.
    pub sheet: Option<&'a str>,
}

/// Where a person says otherwise than the search would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The last row of the head, counted from 1.
    pub head_row: Option<u32>,
    /// Requested columns by their index, each with the column of the sheet, counted from 0; none: left empty.
    pub places: Vec<(usize, Option<u32>)>,
}

/// Where a requested column was found, and on what grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Letters of its column in the sheet.
    pub letters: String,
    /// What stands over it there; empty where nothing does.
    pub head: String,
    /// For people: 同名, 近义, 相近, 去掉换行后相同, 指定.
    pub how: &'static str,
}

/// What would be imported. Serialises as `{sheet, head_row, mapping, rows, warnings}`, rows keyed by the printed heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPlan {
    pub sheet: String,
    /// The last row of the head, counted from 1: the plan begins below it.
    pub head_row: u32,
    /// The heads of all requested columns, in their order.
    pub columns: Vec<String>,
    /// Printed head and the letters of the column it was found in.
    pub mapping: Vec<(String, String)>,
    /// For each requested column, in their order.
    pub matches: Vec<Option<Match>>,
    pub rows: Vec<ImportedRow>,
    /// Columns of the workbook that nothing was asked about.
    pub unknown_columns: Vec<UnknownColumn>,
    /// Printed heads that the workbook does not have.
    pub missing_columns: Vec<String>,
    pub warnings: Vec<Warning>,
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Where it stands in the sheet, counted from 1.
    pub row: u32,
    /// One value for each requested column: the text that would be stored.
    pub values: Vec<Option<String>>,
}

/// A column of the workbook that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// Its letters: `O`.
    pub column: String,
    /// Its head, if it has one.
    pub head: Option<String>,
    /// How many plan rows have something in it.
    pub filled: usize,
}

/// Something a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What kind, for programs: `number_as_version`, `hidden_row` …
    pub code: &'static str,
    /// `Sheet1!C5`.
    pub cell: String,
    /// In Chinese: what is in doubt, and what to do.
    pub message: String,
}

impl Serialize for ImportPlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Pairs<'a>(Vec<(&'a str, Option<&'a str>)>);
        impl Serialize for Pairs<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.len()))?;
                for (key, value) in &self.0 {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
        let mapping = self.mapping.iter().map(|(head, column)| (head.as_str(), Some(column.as_str())));
        let rows = self.rows.iter().map(|row| {
            Pairs(self.columns.iter().map(String::as_str).zip(row.values.iter().map(Option::as_deref)).collect())
        });
        let mut plan = serializer.serialize_struct("ImportPlan", 5)?;
        plan.serialize_field("sheet", &self.sheet)?;
        plan.serialize_field("head_row", &self.head_row)?;
        plan.serialize_field("mapping", &Pairs(mapping.collect()))?;
        plan.serialize_field("rows", &rows.collect::<Vec<_>>())?;
        plan.serialize_field("warnings", &self.warnings)?;
        plan.end()
    }
}
