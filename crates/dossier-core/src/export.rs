//! From a document to a file: PDF, XLSX or JSON.

pub(crate) mod glyphs;
pub(crate) mod logo;
mod paper;
pub(crate) mod pdf;

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::carried::with_facts;
use crate::compose::Front;
use crate::document::Document;
use crate::settings::Settings;
use crate::sheet;
use crate::template::Template;
use crate::{Code, Environment, Error, Issue, Result, files};

/// What a document can be exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Pdf,
    Xlsx,
    /// The content, as `fill` takes it.
    Json,
}

/// Which paper is wanted. What is not asked for here, the settings decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The empty form, to be filled by hand.
    pub blank: bool,
    /// Without the watermark of a draft: what is signed becomes the record.
    pub for_signing: bool,
    /// Cover, copyright page, 文档信息, 版本记录 and 目录.
    pub front: Front,
    pub binding_line: bool,
    pub duplex: bool,
}

/// Everything that goes into a file. The same job gives the same bytes.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    pub template: &'a Template,
    pub document: &'a Document,
    /// What the document takes from its release, by the keys that fields carry.
    pub facts: &'a Map<String, Value>,
    pub settings: &'a Settings,
    pub environment: &'a Environment,
    pub options: Options,
    /// Year of the document: of its copyright, and of its number while it has none.
    pub year: i32,
    /// Stands for the official number while there is none.
    pub provisional_number: Option<String>,
    /// What a frozen revision carries beside its content.
    pub marks: crate::compose::Marks,
}

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    pub bytes: Vec<u8>,
    /// Pages of a PDF; 0 of anything else.
    pub pages: usize,
    /// What does not look as it was typed, such as characters that no font has, each with its field.
    pub warnings: Vec<Issue>,
}

impl Format {
    /// How names of such files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    /// The format that the name of a file asks for.
    ///
    /// # Errors
    /// It asks for none that there is.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("pdf") => Ok(Self::Pdf),
            Some("xlsx") => Ok(Self::Xlsx),
            Some("json") => Ok(Self::Json),
            _ => Err(Error::new(Code::UnsupportedFormat, format!("不能导出为 `{}`", files::display(path)))
                .hint("文件名请以 .pdf、.xlsx 或 .json 结尾")),
        }
    }
}

/// Makes the file.
///
/// # Errors
/// Something does not fit the format, or the program's fonts are missing.
pub fn export(job: &Job<'_>, format: Format) -> Result<Exported> {
    match format {
        Format::Pdf => pdf::render(job),
        Format::Xlsx => render_xlsx(job),
        Format::Json => Ok(Exported { bytes: content_json(job), pages: 0, warnings: Vec::new() }),
    }
}

/// What was typed and what the release tells; nothing for blank paper.
fn content(job: &Job<'_>) -> Map<String, Value> {
    match job.options.blank {
        true => Map::new(),
        false => with_facts(job.template, job.document.content(), job.facts).0,
    }
}

fn content_json(job: &Job<'_>) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(&content(job)).expect("content is JSON");
    bytes.push(b'\n');
    bytes
}

/// The same paper as a workbook.
fn render_xlsx(job: &Job<'_>) -> Result<Exported> {
    let paper = paper::paper(job, None);
    let content = content(job);
    let meta = sheet::Meta {
        author: paper::typed(job, "doc_author").unwrap_or_default().to_owned(),
        organisation: job.settings.organisation.name.clone(),
        created: paper::date(job).into(),
    };
    Ok(Exported { bytes: sheet::write(&paper, job.template, &content, &meta)?, pages: 0, warnings: Vec::new() })
}
