//! 手工归位: a person says where a page belongs, and the audit log says who it was.

use crate::control::{FiledPage, FilingByHand};
use crate::storage::{Filing, RevisionRecord, ScanPage, ScanRecord, Storage, Transaction};
use crate::{Code, Error, Result};

use super::super::super::{Workspace, act};
use super::{filed, page_of, scan_named, told};

impl Workspace {
    /// Files a page that no code has filed. What was read on it stays as its note.
    ///
    /// # Errors
    /// There is no such scan, page or revision; the page was filed by its code, or shows a recorded signature.
    pub fn file_by_hand(&mut self, wanted: &FilingByHand) -> Result<FiledPage> {
        let act = act(&self.environment, "scan.file");
        let (page, _) = self.storage.transact(act, |tx| {
            let (scan, page) = movable(tx, &wanted.sha256, wanted.page)?;
            let record = revision_named(tx, &wanted.number, &wanted.revision)?;
            if let Some(paper_page) = wanted.paper_page.filter(|page| *page == 0 || *page > record.pages) {
                let name = format!("{} {}", record.number, record.revision);
                return Err(Error::new(Code::InvalidContent, format!("`{name}` 没有第 {paper_page} 页"))
                    .hint(format!("它有 {} 页，从 1 数起", record.pages)));
            }
            tx.subject(record.document);
            let page = ScanPage { revision: Some(record.id), paper_page: wanted.paper_page, how: Filing::Hand, ..page };
            put(tx, &scan, &page)?;
            filed(tx, &page)
        })?;
        Ok(page)
    }

    /// Says that a page belongs nowhere: an empty back side, a separator sheet. It stays in its scan.
    ///
    /// # Errors
    /// There is no such scan or page; it was filed by its code, or shows a recorded signature.
    pub fn set_page_aside(&mut self, scan: &str, page: usize) -> Result<FiledPage> {
        let (page, _) = self.storage.transact(act(&self.environment, "scan.aside"), |tx| {
            let (scan, page) = movable(tx, scan, page)?;
            let page = ScanPage { revision: None, paper_page: None, how: Filing::Ignored, ..page };
            put(tx, &scan, &page)?;
            filed(tx, &page)
        })?;
        Ok(page)
    }
}

/// A page that a person may file.
fn movable(storage: &Storage, scan: &str, page: usize) -> Result<(ScanRecord, ScanPage)> {
    let scan = scan_named(storage, scan)?;
    let page = page_of(storage, &scan, page)?;
    let name = format!("“{}”第 {} 页", scan.name, page.page);
    if page.how == Filing::Code {
        let FiledPage { number, revision, .. } = filed(storage, &page)?;
        let place = format!("{} {}", number.unwrap_or_default(), revision.unwrap_or_default());
        return Err(Error::new(Code::IllegalMove, format!("{name}已按二维码归到 `{place}`，没有改动"))
            .hint("二维码与存储的版本相符的页不由人归位"));
    }
    if storage.shows_signature(scan.id, page.page)? {
        return Err(
            Error::new(Code::IllegalMove, format!("{name}是一步签字的凭据，没有改动")).hint("登记错了请用“更正”说明")
        );
    }
    Ok((scan, page))
}

fn put(tx: &mut Transaction<'_>, scan: &ScanRecord, page: &ScanPage) -> Result<()> {
    tx.file_page(page)?;
    let told = told(tx, page)?;
    tx.detail("sha256", scan.sha256.as_str());
    tx.detail("name", scan.name.as_str());
    tx.detail("place", told);
    Ok(())
}

/// A revision as people write it.
fn revision_named(storage: &Storage, number: &str, revision: &str) -> Result<RevisionRecord> {
    let (number, revision) = (number.trim(), revision.trim());
    let revisions = storage.revisions_numbered(number)?;
    if let Some(record) = revisions.iter().find(|own| own.revision.eq_ignore_ascii_case(revision)) {
        return Ok(record.clone());
    }
    let names: Vec<&str> = revisions.iter().map(|own| own.revision.as_str()).collect();
    let hint = match names.is_empty() {
        true => "请核对编号：只有提交过的文档才有扫描件可归".to_owned(),
        false => format!("它有的版本：{}", names.join("、")),
    };
    Err(Error::new(Code::NotFound, format!("没有 `{number} {revision}` 这个版本，这一页没有归位")).hint(hint))
}
