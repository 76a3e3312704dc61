//! 台账: the lists that a document controller keeps, and what a window is told of them.

use serde::{Deserialize, Serialize};

use crate::listing::Listing;
use crate::storage::DocumentId;
use crate::{Code, Error, Result};

/// A register. Its rows come from the database alone, so that its counts are those of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// 受控文件清单: what was in force on a day.
    Controlled,
    /// 作废号登记: numbers that were given up, each with its reason.
    VoidNumbers,
    /// 分发回收记录
    Copies,
    /// 发布台账
    Releases,
    /// 到期清单: what has been kept as long as it has to be.
    Due,
}

/// How a register is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RegisterFormat {
    Pdf,
    Xlsx,
    Csv,
}

/// What of a register is asked for; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct RegisterQuery {
    /// The day whose state is told, `2026-03-11`; today where it is none. Only 受控文件清单 looks
    /// back, and only 到期清单 ahead.
    #[cfg_attr(test, ts(optional = nullable))]
    pub on: Option<String>,
    #[cfg_attr(test, ts(optional = nullable))]
    pub year: Option<i32>,
}

/// A register as the window shows it: the same cells as on paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RegisterView {
    pub register: Register,
    pub title: String,
    /// Label and value of what stands above the rows.
    pub lines: Vec<(String, String)>,
    pub columns: Vec<RegisterColumn>,
    pub rows: Vec<RegisterRow>,
    pub notes: Vec<String>,
    /// That can be asked for, newest first.
    pub years: Vec<i32>,
}

/// A column with its share of the width.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RegisterColumn {
    pub label: String,
    /// Beside those of the other columns.
    pub width: f64,
}

/// A row, and the document that it tells of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RegisterRow {
    pub cells: Vec<String>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub document: Option<DocumentId>,
}

impl Register {
    pub const ALL: [Self; 5] = [Self::Controlled, Self::VoidNumbers, Self::Copies, Self::Releases, Self::Due];

    /// As commands name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Controlled => "controlled",
            Self::VoidNumbers => "void-numbers",
            Self::Copies => "copies",
            Self::Releases => "releases",
            Self::Due => "due",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Controlled => "受控文件清单",
            Self::VoidNumbers => "作废号登记",
            Self::Copies => "分发回收记录",
            Self::Releases => "发布台账",
            Self::Due => "到期清单",
        }
    }

    /// Whether it tells of any day that is asked for.
    pub const fn has_day(self) -> bool {
        matches!(self, Self::Controlled | Self::Due)
    }

    /// The register of this name or title.
    ///
    /// # Errors
    /// There is none.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|own| own.name() == name || own.title() == name).ok_or_else(|| {
            let all: Vec<String> = Self::ALL.iter().map(|own| format!("`{}`（{}）", own.name(), own.title())).collect();
            Error::new(Code::BadRequest, format!("没有台账 `{name}`")).hint(format!("可用的台账：{}", all.join("、")))
        })
    }
}

impl RegisterFormat {
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Xlsx, Self::Csv];

    /// How names of such files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

impl RegisterView {
    /// The cells of a listing, each row with its document.
    pub(crate) fn new(
        register: Register,
        listing: Listing,
        documents: Vec<Option<DocumentId>>,
        years: Vec<i32>,
    ) -> Self {
        let columns = listing.columns.into_iter();
        let rows = listing.sections.into_iter().flat_map(|section| section.rows);
        Self {
            register,
            title: listing.title,
            lines: listing.lines,
            columns: columns.map(|column| RegisterColumn { label: column.label, width: column.width }).collect(),
            rows: rows.zip(documents).map(|(cells, document)| RegisterRow { cells, document }).collect(),
            notes: listing.notes,
            years,
        }
    }
}
