//! Signed paper that comes back as a scan: what stands on its pages, before anybody asks where they belong.

use std::ops::ControlFlow;

use dossier_scan::{Limits, Page, ScanError, TooLarge};

use super::PageCode;
use crate::storage::sha256;
use crate::{Code, Error, Result};

/// A file of scans that was looked through. Where its pages belong, the data folder says.
#[derive(Debug)]
pub struct ScanReading {
    /// Name of the file as it came.
    pub name: String,
    /// `pdf`, `jpeg`, `png` or `tiff`.
    pub kind: &'static str,
    pub sha256: String,
    pub bytes: Vec<u8>,
    pub pages: Vec<ScannedPage>,
}

/// One page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedPage {
    /// From 1.
    pub number: usize,
    /// Degrees clockwise that bring it upright.
    pub turned: u16,
    /// The codes of ours on it; more than one means that a person has to decide.
    pub codes: Vec<PageCode>,
    /// Why it could not be looked at, while others of the file could.
    pub trouble: Option<String>,
}

impl ScanReading {
    /// Looks at every page of a file and tells `each` its number before the next one. Takes about a tenth of a second
    /// a page, so nothing is held meanwhile.
    ///
    /// # Errors
    /// The file as a whole cannot be read: it is no scan, damaged or cut off, protected by a password, or too large.
    pub fn read(bytes: Vec<u8>, name: &str, each: &mut dyn FnMut(usize)) -> Result<Self> {
        let told = |error: ScanError| of_file(name, &error);
        let kind = match dossier_scan::kind(&bytes).map_err(told)? {
            dossier_scan::Kind::Pdf => "pdf",
            dossier_scan::Kind::Jpeg => "jpeg",
            dossier_scan::Kind::Png => "png",
            dossier_scan::Kind::Tiff => "tiff",
        };
        let mut pages = Vec::new();
        let is_ours = |text: &str| PageCode::parse(text).is_some();
        let keep = &mut |page: Page| {
            each(page.number);
            pages.push(ScannedPage::from(page));
            ControlFlow::Continue(())
        };
        dossier_scan::read(&bytes, &Limits::default(), &is_ours, keep).map_err(told)?;
        Ok(Self { name: name.to_owned(), kind, sha256: sha256(&bytes), bytes, pages })
    }
}

impl From<Page> for ScannedPage {
    fn from(page: Page) -> Self {
        Self {
            number: page.number,
            turned: page.codes.first().map_or(0, |code| code.turned.degrees()),
            codes: page.codes.iter().filter_map(|code| PageCode::parse(&code.text)).collect(),
            trouble: page.trouble.map(|trouble| reason(&trouble).1),
        }
    }
}

/// What keeps a file from being read, or one of its pages.
pub(crate) fn of_file(name: &str, error: &ScanError) -> Error {
    let (code, what, hint) = reason(error);
    let page = match error {
        ScanError::Damaged { page }
        | ScanError::Unsupported { page }
        | ScanError::TooLarge { page, .. }
        | ScanError::TooSlow { page } => *page,
        ScanError::NoSuchPage { page } => Some(*page),
        _ => None,
    };
    let page = page.map(|page| format!("第 {page} 页")).unwrap_or_default();
    Error::new(code, format!("`{name}` {page}不能归档：{what}")).hint(hint)
}

/// What is wrong, and the way out.
fn reason(error: &ScanError) -> (Code, String, &'static str) {
    let smaller = "请以 300 dpi 重新扫描，或分成几个文件";
    let again = "请重新扫描，或重新复制这个文件";
    match error {
        ScanError::Empty => (Code::EmptyFile, "文件是空的".into(), again),
        ScanError::NotAScan => {
            (Code::UnsupportedFormat, "不是 PDF、JPEG、PNG 或 TIFF".into(), "请把纸扫描成其中一种格式")
        }
        ScanError::Encrypted => (Code::PasswordProtected, "PDF 有密码".into(), "请去掉密码另存，再归档"),
        ScanError::Damaged { page: None } => (Code::CorruptFile, "文件已损坏，或没有复制完整".into(), again),
        ScanError::Damaged { page: Some(_) } => (Code::CorruptFile, "这一页已损坏".into(), again),
        ScanError::TooLarge { what, .. } => (Code::TooLarge, too_large(*what), smaller),
        ScanError::TooSlow { .. } => (Code::TooLarge, "内容太复杂，画不出来".into(), smaller),
        ScanError::NoSuchPage { .. } => (Code::NotFound, "没有这一页".into(), "请核对页码"),
        _ => (Code::UnsupportedFormat, "图像的编码不受支持".into(), "请另存为 PDF 或 JPEG 再归档"),
    }
}

fn too_large(what: TooLarge) -> String {
    match what {
        TooLarge::Bytes { most } => format!("文件超过 {} MB", most >> 20),
        TooLarge::Pages { most } => format!("超过 {most} 页"),
        TooLarge::Pixels { most } => format!("一页超过 {} 万像素", most / 10_000),
        _ => "内容展开后过大".into(),
    }
}
