//! 附录: files that belong to a submitted document and are no paper of it.

use std::path::Path;

use serde_json::{Value, json};

use crate::storage::{DocumentId, Filing, RevisionRecord, ScanPage};
use crate::{Code, Error, Result, files};

use super::super::control::revision_of;
use super::super::{Workspace, act};
use super::{APPENDIX, name_of};

/// Bytes of one file.
const LIMIT: u64 = 100 << 20;
/// The report has so many appendices.
const APPENDICES: std::ops::RangeInclusive<u8> = 1..=4;
/// Kinds of files by their endings, and how they begin.
const KINDS: [(&str, &str, &[u8]); 11] = [
    ("pdf", "pdf", b"%PDF-"),
    ("png", "png", b"\x89PNG\r\n\x1a\n"),
    ("jpg", "jpeg", b"\xFF\xD8\xFF"),
    ("jpeg", "jpeg", b"\xFF\xD8\xFF"),
    ("tif", "tiff", b""),
    ("tiff", "tiff", b""),
    ("xlsx", "xlsx", b"PK\x03\x04"),
    ("docx", "docx", b"PK\x03\x04"),
    ("csv", "csv", b""),
    ("txt", "txt", b""),
    ("ofd", "ofd", b"PK\x03\x04"),
];

impl Workspace {
    /// Keeps a file, byte for byte, as an appendix of the document's latest revision. The same file is kept once.
    /// Returns what the revision is called.
    ///
    /// # Errors
    /// The document was never submitted; there is no such appendix; the file is of no kind that is archived, is too
    /// large, or belongs to another revision already.
    pub fn attach(&mut self, id: DocumentId, appendix: u8, file: &Path) -> Result<String> {
        if !APPENDICES.contains(&appendix) {
            return Err(Error::new(Code::BadRequest, format!("没有附录 {appendix}"))
                .hint("1 申请表复印件，2 关键节点记录及截图，3 问题跟踪表，4 会议纪要"));
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = files::read(file, LIMIT)?;
        let kind = kind_of(&name, &bytes)?;
        let (revision, _) = self.storage.transact(act(&self.environment, "scan.add"), |tx| {
            let record = revision_of(tx, id, None)?;
            let hash = crate::storage::sha256(&bytes);
            let scan = match tx.scan_by_hash(&hash)? {
                Some(known) => {
                    let elsewhere = tx.pages_of(known.id)?.into_iter().find_map(|page| page.revision);
                    if let Some(other) = elsewhere {
                        let other = name_of(&tx.revision(other)?);
                        return Err(Error::new(Code::BadRequest, format!("“{name}”没有加入：它已经属于 `{other}`"))
                            .hint("同一个文件只归到一处"));
                    }
                    known.id
                }
                None => tx.insert_scan(&name, kind, 1, &bytes)?,
            };
            let page = ScanPage {
                scan,
                page: 1,
                revision: Some(record.id),
                paper_page: None,
                turned: 0,
                how: Filing::Hand,
                note: format!("{APPENDIX}{appendix}"),
            };
            tx.file_page(&page)?;
            tx.subject(id);
            tx.detail("sha256", hash);
            tx.detail("name", name.as_str());
            tx.detail("size", bytes.len());
            tx.detail("pages", vec![place_of(&record, &page)]);
            Ok(name_of(&record))
        })?;
        Ok(revision)
    }
}

/// What the audit log tells of the place of a page.
pub(super) fn place_of(record: &RevisionRecord, page: &ScanPage) -> Value {
    json!({
        "page": page.page,
        "how": page.how,
        "number": record.number,
        "revision": record.revision,
        "paper_page": page.paper_page,
        "note": page.note,
    })
}

fn kind_of(name: &str, bytes: &[u8]) -> Result<&'static str> {
    let ending = name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
    let Some((_, kind, beginning)) = KINDS.iter().find(|(known, ..)| *known == ending) else {
        let known: Vec<&str> = KINDS.iter().map(|(ending, ..)| *ending).collect();
        return Err(Error::new(Code::UnsupportedFormat, format!("“{name}”不能作为附录：归档不收这种文件"))
            .hint(format!("可用的：{}；其他文件请先另存为 PDF", known.join("、"))));
    };
    if !bytes.starts_with(beginning) {
        return Err(
            Error::new(Code::CorruptFile, format!("“{name}”的内容不是 {ending} 文件")).hint("请核对文件是否选对")
        );
    }
    Ok(kind)
}
