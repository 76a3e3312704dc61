//! What a file says of itself: whether archives accept it, and whether something runs when it is opened.

use memchr::memmem;

/// So do PDF/A files say which part of the standard they follow; the second one, with text that can be read out (u).
pub(crate) const PDF_A: &[u8] = b"<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>U</pdfaid:conformance>";

/// Forms that are still read in decades.
const LASTING: [&str; 11] = ["pdf", "jpeg", "jpg", "png", "tiff", "tif", "csv", "txt", "xlsx", "docx", "ofd"];

/// What makes a PDF more than paper, and how people call it.
const ACTIVE: [Mark; 7] = [
    (b"/JavaScript", "脚本"),
    (b"/Launch", "启动其他程序的动作"),
    (b"/EmbeddedFile", "内嵌的文件"),
    (b"/RichMedia", "多媒体"),
    (b"/XFA", "动态表单"),
    (b"/SubmitForm", "向外发送的动作"),
    (b"/Encrypt", "密码或加密"),
];

/// What makes an office document more than paper.
const MACROS: [Mark; 1] = [(b"vbaProject.bin", "宏")];

/// Bytes that stand in a file, and how people call what they are for.
type Mark = (&'static [u8], &'static str);

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
    let mut look = ActiveLook::at(kind);
    look.piece(bytes);
    look.found()
}

/// Looks for what is more than paper in a file that comes piece by piece.
pub(crate) struct ActiveLook {
    marks: &'static [Mark],
    /// How all of them begin.
    first: u8,
    /// Place of the worst mark that was found.
    found: usize,
    /// The end of what came, as long as a mark may have begun in it.
    before: Vec<u8>,
}

impl ActiveLook {
    /// Of a file of this kind.
    pub fn at(kind: &str) -> Self {
        let marks: &'static [Mark] = match kind {
            "pdf" => &ACTIVE,
            "xlsx" | "docx" => &MACROS,
            _ => &[],
        };
        let first = marks.first().map_or(0, |(mark, _)| mark[0]);
        debug_assert!(marks.iter().all(|(mark, _)| mark[0] == first));
        Self { marks, first, found: marks.len(), before: Vec::new() }
    }

    pub fn piece(&mut self, bytes: &[u8]) {
        let Some(reach) = self.marks.iter().map(|(mark, _)| mark.len() - 1).max() else { return };
        // A mark may lie across two pieces.
        let mut seam = std::mem::take(&mut self.before);
        if !seam.is_empty() {
            seam.extend_from_slice(&bytes[..bytes.len().min(reach)]);
            self.look_in(&seam);
        }
        self.look_in(bytes);
        let end = if bytes.len() < reach && !seam.is_empty() { &seam } else { bytes };
        self.before = end[end.len().saturating_sub(reach)..].to_vec();
    }

    /// The worst of all.
    pub fn found(&self) -> Option<&'static str> {
        self.marks.get(self.found).map(|(_, name)| *name)
    }

    /// One pass for all marks, from one first byte to the next: a scan of many megabytes comes from memory once.
    fn look_in(&mut self, bytes: &[u8]) {
        for at in memchr::memchr_iter(self.first, bytes) {
            let rest = &bytes[at + 1..];
            // Their second bytes tell most of them apart from what there is by chance.
            let fits = |(mark, _): &Mark| rest.first() == mark.get(1) && rest.starts_with(&mark[1..]);
            if let Some(worse) = self.marks[..self.found].iter().position(fits) {
                self.found = worse;
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_found_wherever_it_stands() {
        let with = |marks: &[(usize, &[u8])]| {
            let mut bytes = vec![b' '; 20_000];
            for (at, mark) in marks {
                bytes[*at..at + mark.len()].copy_from_slice(mark);
            }
            let whole = active("pdf", &bytes);
            for size in [1, 3, 11, 4096] {
                let mut look = ActiveLook::at("pdf");
                bytes.chunks(size).for_each(|piece| look.piece(piece));
                assert_eq!(look.found(), whole, "in pieces of {size}");
            }
            whole
        };
        assert_eq!(with(&[]), None);
        for at in [0, 4090, 4096, 8191, 19_980] {
            assert_eq!(with(&[(at, b"/JavaScript")]), Some("脚本"), "at {at}");
        }
        assert_eq!(active("docx", b"PK word/vbaProject.bin"), Some("宏"));
        assert_eq!(active("png", b"/JavaScript"), None);
        assert_eq!(with(&[(10, b"/Encrypt"), (15_000, b"/Launch")]), Some("启动其他程序的动作"), "the worst is told");
    }
}
