//! What a file really is, by its content; its extension must not say otherwise.

use super::cells::{Workbook, WorkbookKind};
use super::cfb::{self, CompoundFile};
use super::limits::{self, Budget, too_large};
use super::package::{Package, password};
use super::{csv, ods, xls, xlsx};
use crate::{Code, Error, Result};

/// Reads a workbook of any supported kind.
pub(super) fn read(bytes: &[u8], file_name: &str) -> Result<Workbook> {
    if bytes.is_empty() {
        return Err(Error::new(Code::EmptyFile, "是空文件（0 字节）").hint("请确认文件已经保存或下载完整，再导入"));
    }
    if bytes.len() > limits::PACKED_BYTES {
        return Err(too_large(format!(
            "太大：有 {} MB，超过上限 {} MB",
            bytes.len().div_ceil(1 << 20),
            limits::PACKED_BYTES >> 20
        )));
    }
    let named = Named::of(file_name);
    let budget = Budget::new();
    if matches!(bytes.get(..4), Some(b"PK\x03\x04" | b"PK\x05\x06" | b"PK\x07\x08")) {
        return read_zip(bytes, named, &budget);
    }
    if bytes.starts_with(&cfb::SIGNATURE) {
        return read_compound(bytes, named, &budget);
    }
    // A workbook stream without the compound file around it, as some report generators write.
    if bytes.starts_with(&[0x09, 0x08]) && matches!(bytes.get(5), Some(0x05 | 0x06)) {
        named.must_be(WorkbookKind::Xls)?;
        return xls::read(bytes, &budget);
    }
    if bytes.len() > 8 && bytes[0] == 0x09 && matches!(bytes[1], 0x00 | 0x02 | 0x04) && bytes[3] == 0 {
        return Err(Error::new(Code::UnsupportedFormat, "是 Excel 4 或更早的格式，已不再支持").hint(SAVE_AS));
    }
    if let Some(what) = known_stranger(bytes) {
        return Err(not_a_workbook(&format!("是{what}，不是工作簿")));
    }
    read_text(bytes, file_name, named, &budget)
}

const SAVE_AS: &str = "请在 Excel 或 WPS 里打开，另存为 .xlsx 文件后再导入";

fn not_a_workbook(what: &str) -> Error {
    Error::new(Code::NotAWorkbook, what).hint("请选择发布计划的 .xlsx、.xls、.ods 或 .csv 文件")
}

/// What the extension promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Kind(WorkbookKind),
    /// No extension, or one that promises nothing.
    Anything,
}

impl Named {
    fn of(file_name: &str) -> Self {
        let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        match extension.as_deref() {
            Some("xlsx" | "xlsm" | "xltx" | "xltm") => Self::Kind(WorkbookKind::Xlsx),
            Some("xls" | "xlt" | "et" | "ett") => Self::Kind(WorkbookKind::Xls),
            Some("ods" | "ots") => Self::Kind(WorkbookKind::Ods),
            Some("csv" | "tsv" | "tab" | "txt") => Self::Kind(WorkbookKind::Csv),
            _ => Self::Anything,
        }
    }

    /// Refuses a name that promises another kind: opened elsewhere, such a file would be taken for something else.
    fn must_be(self, kind: WorkbookKind) -> Result<()> {
        match self {
            Self::Kind(named) if named != kind => {
                let (is, was) = (extension(kind), extension(named));
                Err(Error::new(Code::UnsupportedFormat, format!("的扩展名是 {was}，内容却是 {is} 格式"))
                    .hint(format!("请把扩展名改为 {is}，或在 Excel、WPS 里打开后另存为 .xlsx 文件，再导入")))
            }
            _ => Ok(()),
        }
    }
}

const fn extension(kind: WorkbookKind) -> &'static str {
    match kind {
        WorkbookKind::Xlsx => ".xlsx",
        WorkbookKind::Xls => ".xls",
        WorkbookKind::Ods => ".ods",
        WorkbookKind::Csv => ".csv",
    }
}

fn read_zip(bytes: &[u8], named: Named, budget: &Budget) -> Result<Workbook> {
    let mut package = Package::open(bytes, budget)?;
    if let Some(mimetype) = package.bytes("mimetype", 200)? {
        let mimetype = String::from_utf8_lossy(&mimetype);
        if mimetype.contains("opendocument.spreadsheet") {
            named.must_be(WorkbookKind::Ods)?;
            return ods::read(&mut package, budget);
        }
        if let Some(kind) = mimetype.split("opendocument.").nth(1) {
            return Err(not_a_workbook(match kind {
                kind if kind.starts_with("text") => "是文字文档（.odt），不是工作簿",
                kind if kind.starts_with("presentation") => "是演示文稿（.odp），不是工作簿",
                _ => "是另一种 OpenDocument 文档，不是工作簿",
            }));
        }
    }
    if package.has("xl/workbook.bin") {
        return Err(Error::new(Code::UnsupportedFormat, "是 Excel 二进制工作簿（.xlsb），不支持").hint(SAVE_AS));
    }
    if package.has("xl/workbook.xml") {
        named.must_be(WorkbookKind::Xlsx)?;
        return xlsx::read(&mut package, budget);
    }
    let names = package.names();
    let holds = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if holds("word/") {
        return Err(not_a_workbook("是 Word 文档，不是工作簿"));
    }
    if holds("ppt/") {
        return Err(not_a_workbook("是 PowerPoint 演示文稿，不是工作簿"));
    }
    if holds("Index/") {
        return Err(Error::new(Code::UnsupportedFormat, "是 Numbers 表格，不支持")
            .hint("请在 Numbers 里导出为 Excel（.xlsx）文件后再导入"));
    }
    if package.has("content.xml") && holds("META-INF/") {
        named.must_be(WorkbookKind::Ods)?;
        return ods::read(&mut package, budget);
    }
    // The main part may have another name; only its package knows.
    if package.has("[Content_Types].xml") {
        named.must_be(WorkbookKind::Xlsx)?;
        return xlsx::read(&mut package, budget);
    }
    Err(not_a_workbook("是压缩包，不是工作簿"))
}

fn read_compound(bytes: &[u8], named: Named, budget: &Budget) -> Result<Workbook> {
    let file = CompoundFile::open(bytes)?;
    let names = file.names();
    let has = |name: &str| names.iter().any(|found| found.eq_ignore_ascii_case(name));
    if has("EncryptedPackage") || has("EncryptionInfo") {
        return Err(password());
    }
    for name in ["Workbook", "Book"] {
        if let Some(stream) = file.stream(name)? {
            named.must_be(WorkbookKind::Xls)?;
            return xls::read(&stream, budget);
        }
    }
    Err(not_a_workbook(if has("WordDocument") {
        "是 Word 文档（.doc），不是工作簿"
    } else if has("PowerPoint Document") {
        "是 PowerPoint 演示文稿（.ppt），不是工作簿"
    } else {
        "是另一种 Office 文档，不是工作簿"
    }))
}

/// Files that people pick by mistake, by their first bytes.
fn known_stranger(bytes: &[u8]) -> Option<&'static str> {
    const STRANGERS: [(&[u8], &str); 13] = [
        (b"%PDF", " PDF 文件"),
        (b"\x89PNG", "图片（PNG）"),
        (b"\xFF\xD8\xFF", "图片（JPEG）"),
        (b"GIF8", "图片（GIF）"),
        (b"BM", "图片（BMP）"),
        (b"{\\rtf", "写字板文档（RTF）"),
        (b"7z\xBC\xAF\x27\x1C", "压缩包（7z）"),
        (b"Rar!", "压缩包（RAR）"),
        (b"\x1F\x8B", "压缩包（gzip）"),
        (b"BZh", "压缩包（bzip2）"),
        (b"MZ", "程序"),
        (b"\x7FELF", "程序"),
        (b"SQLite format 3", "数据库"),
    ];
    let found = STRANGERS.iter().find(|(start, _)| bytes.starts_with(start))?;
    // Two letters prove nothing when text follows.
    let is_short = found.0.len() == 2 && found.0.is_ascii();
    (!is_short || bytes.iter().take(512).any(|byte| *byte == 0)).then_some(found.1)
}

fn read_text(bytes: &[u8], file_name: &str, named: Named, budget: &Budget) -> Result<Workbook> {
    let start = opening(bytes);
    if let Some(error) = markup(&start, named) {
        return Err(error);
    }
    let is_blank =
        bytes.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF | 0xFE | 0xFF));
    if is_blank {
        return Err(Error::new(Code::EmptyFile, "里面没有内容").hint("请确认文件已经保存或下载完整，再导入"));
    }
    if let Named::Kind(kind @ (WorkbookKind::Xlsx | WorkbookKind::Xls | WorkbookKind::Ods)) = named {
        let extension = extension(kind);
        let Ok(text) = csv::decode(bytes) else {
            return Err(not_a_workbook(&format!("的扩展名是 {extension}，内容却不是工作簿，可能已损坏")));
        };
        // Text with control characters is no table that someone renamed.
        let is_garbage = text.chars().take(4096).any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'));
        return Err(if is_garbage {
            not_a_workbook(&format!("的扩展名是 {extension}，内容却不是工作簿，可能已损坏"))
        } else {
            Error::new(Code::NotAWorkbook, format!("的扩展名是 {extension}，内容却是纯文本")).hint(
                "如果是逗号或制表符分隔的表格，请把扩展名改为 .csv；否则请在 Excel 或 WPS 里另存为 .xlsx 文件，再导入",
            )
        });
    }
    if named == Named::Anything {
        return Err(Error::new(Code::UnsupportedFormat, "不是支持的文件类型")
            .hint("请选择 .xlsx、.xls、.ods 或 .csv 文件；纯文本表格请把扩展名改为 .csv"));
    }
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    csv::read(bytes, name.rsplit_once('.').map_or(name, |(stem, _)| stem), budget)
}

/// The first characters in lower case, whatever the encoding.
fn opening(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(4096)];
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => bytes.iter().filter(|&&byte| byte != 0).map(|&byte| char::from(byte)).collect(),
    };
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).to_lowercase()
}

/// Web pages and XML that web systems hand out as Excel files.
fn markup(start: &str, named: Named) -> Option<Error> {
    let is_mail = start.starts_with("mime-version:") || start.starts_with("from: <saved by");
    let is_page = ["<html", "<!doctype html", "<table", "<head", "<body", "<meta", "<style", "<div", "<script", "<!--"]
        .iter()
        .any(|tag| start.starts_with(tag));
    let is_xml = start.starts_with("<?xml") || start.starts_with("<!doctype") || start.starts_with("<workbook");
    if is_page || is_mail || start.contains("<html") && is_xml {
        return Some(
            Error::new(Code::HtmlNotExcel, "其实是网页（HTML），只是用了表格的扩展名")
                .hint("这多半是网页系统“导出 Excel”得到的文件：请用 Excel 或 WPS 打开，另存为 .xlsx 文件后再导入"),
        );
    }
    if !is_xml {
        return None;
    }
    let is_spreadsheet = start.contains("office:spreadsheet") || start.contains("<workbook");
    Some(if is_spreadsheet || named != Named::Anything {
        Error::new(Code::HtmlNotExcel, "其实是 XML，不是工作簿").hint(SAVE_AS)
    } else {
        not_a_workbook("是 XML 文件，不是工作簿")
    })
}
