//! Signed copies: files from outside, kept byte for byte and filed page by page.
//!
//! ```text
//! bytes ─ ScanReading::read ─→ what stands on the pages ─ file ─→ scan.add ─┬─→ pages of revisions
//!                                                                           └─→ 手工归位 ─ hand ─→ scan.file
//! ```

mod file;
mod hand;
mod show;

use serde_json::{Value, json};

use crate::control::{FiledPage, ScanPlace};
use crate::storage::{RevisionRecord, ScanId, ScanPage, ScanRecord, SignoffId, Storage, Transaction};
use crate::{Code, Error, Result};

/// Digits of a scan's hash that people name it by, at least.
const LEAST_DIGITS: usize = 8;

/// Says that a scanned page of the revision shows a signature.
pub(super) fn attach(
    tx: &mut Transaction<'_>,
    record: &RevisionRecord,
    signoff: SignoffId,
    place: ScanPlace,
) -> Result<()> {
    let scan = ScanId::from_number(place.scan);
    let pages = tx.scan_pages_of(record.id)?;
    if !pages.iter().any(|page| page.scan == scan && page.page == place.page) {
        let name = format!("{} {}", record.number, record.revision);
        return Err(Error::new(Code::NotFound, format!("扫描件 {} 第 {} 页不属于 `{name}`", place.scan, place.page))
            .hint("请先把这一页归到这个版本"));
    }
    tx.attach_scan(signoff, scan, place.page)
}

/// What the audit log tells of the place of a page, and what the check of the log compares it with.
pub(super) fn told(storage: &Storage, page: &ScanPage) -> Result<Value> {
    let filed = filed(storage, page)?;
    Ok(json!({
        "page": filed.page,
        "how": filed.how,
        "number": filed.number,
        "revision": filed.revision,
        "paper_page": filed.paper_page,
        "note": filed.note,
    }))
}

/// A stored page as people are told of it.
fn filed(storage: &Storage, page: &ScanPage) -> Result<FiledPage> {
    let revision = page.revision.map(|id| storage.revision(id)).transpose()?;
    Ok(FiledPage {
        page: page.page,
        how: page.how,
        document: revision.as_ref().map(|own| own.document),
        number: revision.as_ref().map(|own| own.number.clone()),
        revision: revision.map(|own| own.revision),
        paper_page: page.paper_page,
        note: page.note.clone(),
    })
}

/// A scan by its hash, or by how that begins.
fn scan_named(storage: &Storage, name: &str) -> Result<ScanRecord> {
    let digits = name.trim().to_ascii_lowercase();
    if digits.len() < LEAST_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::new(Code::BadRequest, format!("`{}` 不是扫描件的 SHA-256", name.trim()))
            .hint(format!("写前 {LEAST_DIGITS} 位以上即可；可用 `dossier scan list` 查看等待归位的扫描件")));
    }
    let mut found = storage.scans_beginning(&digits)?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Error::new(Code::NotFound, format!("没有 SHA-256 以 `{digits}` 开头的扫描件"))
            .hint("可用 `dossier scan list` 查看等待归位的扫描件")),
        _ => {
            Err(Error::new(Code::BadRequest, format!("SHA-256 以 `{digits}` 开头的扫描件不止一份")).hint("请多写几位"))
        }
    }
}

/// One page of a scan.
fn page_of(storage: &Storage, scan: &ScanRecord, page: usize) -> Result<ScanPage> {
    storage.pages_of(scan.id)?.into_iter().find(|own| own.page == page).ok_or_else(|| {
        Error::new(Code::NotFound, format!("扫描件“{}”没有第 {page} 页", scan.name))
            .hint(format!("它有 {} 页，从 1 数起", scan.pages))
    })
}
