//! What a file says of itself: whether archives accept it, and whether something runs when it is opened.

use memchr::memmem;

/// So do PDF/A files say which part of the standard they follow; the second one, with text that can be read out (u).
pub(crate) const PDF_A: &[u8] = b"<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>U</pdfaid:conformance>";

/// Forms that are still read in decades.
const LASTING: [&str; 11] = ["pdf", "jpeg", "jpg", "png", "tiff", "tif", "csv", "txt", "xlsx", "docx", "ofd"];

/// What makes a PDF more than paper, and how people call it.
const ACTIVE: [(&[u8], &str); 7] = [
    (b"/JavaScript", "脚本"),
    (b"/Launch", "启动其他程序的动作"),
    (b"/EmbeddedFile", "内嵌的文件"),
    (b"/RichMedia", "多媒体"),
    (b"/XFA", "动态表单"),
    (b"/SubmitForm", "向外发送的动作"),
    (b"/Encrypt", "密码或加密"),
];

/// Whether a PDF says that it is PDF/A-2u, from its first to its last line.
pub(crate) fn is_pdf_a(bytes: &[u8]) -> bool {
    let end = &bytes[bytes.len().saturating_sub(64)..];
    bytes.starts_with(b"%PDF-1.") && memmem::find(end, b"%%EOF").is_some() && memmem::find(bytes, PDF_A).is_some()
}

/// Whether files of this kind are still read in decades.
pub(crate) fn lasts(kind: &str) -> bool {
    LASTING.contains(&kind)
}

/// What in a file is more than paper.
pub(crate) fn active(kind: &str, bytes: &[u8]) -> Option<&'static str> {
    match kind {
        "pdf" => ACTIVE.iter().find(|(mark, _)| memmem::find(bytes, mark).is_some()).map(|(_, name)| *name),
        "xlsx" | "docx" => memmem::find(bytes, b"vbaProject.bin").map(|_| "宏"),
        _ => None,
    }
}

/// What a format is called in the index.
pub(crate) fn format_name(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "pdf" => "PDF",
        "xlsx" => "XLSX",
        "docx" => "DOCX",
        "json" => "JSON",
        "jsonl" => "JSON Lines",
        "csv" => "CSV",
        "toml" => "TOML",
        "txt" => "TXT",
        "jpg" | "jpeg" => "JPEG",
        "png" => "PNG",
        "tif" | "tiff" => "TIFF",
        _ => "其他",
    }
}
