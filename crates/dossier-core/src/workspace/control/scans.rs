//! Signed copies: files from outside, filed page by page.

use crate::control::ScanPlace;
use crate::storage::{RevisionRecord, ScanId, SignoffId, Transaction};
use crate::{Code, Error, Result};

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
