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
        "pdf" => active_in_pdf(bytes),
        "xlsx" | "docx" => memmem::find(bytes, b"vbaProject.bin").map(|_| "宏"),
        _ => None,
    }
}

/// Looks for all marks in a piece of the file before the next one: a scan of many megabytes comes from memory once.
fn active_in_pdf(bytes: &[u8]) -> Option<&'static str> {
    const PIECE: usize = 64 << 10;
    let finders = ACTIVE.map(|(mark, _)| memmem::Finder::new(mark));
    let longest = ACTIVE.iter().map(|(mark, _)| mark.len()).max().unwrap_or_default();
    let mut found = finders.len();
    for start in (0..bytes.len()).step_by(PIECE) {
        // A mark may lie across two pieces.
        let piece = &bytes[start..bytes.len().min(start + PIECE + longest)];
        if let Some(earlier) = finders[..found].iter().position(|finder| finder.find(piece).is_some()) {
            found = earlier;
        }
    }
    ACTIVE.get(found).map(|(_, name)| *name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_found_wherever_it_stands() {
        let with = |marks: &[(usize, &[u8])]| {
            let mut bytes = vec![b' '; 200_000];
            for (at, mark) in marks {
                bytes[*at..at + mark.len()].copy_from_slice(mark);
            }
            active("pdf", &bytes)
        };
        assert_eq!(with(&[]), None);
        for at in [0, 65_530, 65_536, 131_071, 199_980] {
            assert_eq!(with(&[(at, b"/JavaScript")]), Some("脚本"), "at {at}");
        }
        assert_eq!(with(&[(10, b"/Encrypt"), (150_000, b"/Launch")]), Some("启动其他程序的动作"), "the worst is told");
    }
}
