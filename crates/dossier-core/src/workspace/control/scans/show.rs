//! Scans to be looked at: what waits, what a document has, a page as a picture, the file as it came.

use std::collections::BTreeMap;

use dossier_scan::{Limits, Turn, thumbnail};

use crate::control::{FiledScan, of_file};
use crate::storage::{DocumentId, Filing, FilingPlace, RevisionId, ScanPage, ScanRecord};
use crate::{Code, Error, Result};

use super::super::super::Workspace;
use super::{filed, page_of, scan_named};

/// Revisions that are offered for filing by hand; older ones are named at the terminal.
const MOST_PLACES: usize = 1000;

impl Workspace {
    /// The scans with pages that wait to be filed by hand, and those pages.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn waiting_scans(&self) -> Result<Vec<FiledScan>> {
        self.by_scan(self.storage.waiting_pages()?)
    }

    /// The scans of a document, by its number or as `D0001`, each with the pages that belong to it.
    ///
    /// # Errors
    /// There is no such document.
    pub fn scans_of(&self, document: &str) -> Result<Vec<FiledScan>> {
        let revisions = match document.trim().parse::<DocumentId>() {
            Ok(id) => self.storage.revisions_of(self.storage.document(id)?.id)?,
            Err(_) => self.storage.revisions_numbered(document.trim())?,
        };
        if revisions.is_empty() {
            return Err(Error::new(Code::NotFound, format!("没有提交过编号为 `{}` 的文档", document.trim()))
                .hint("可用 `dossier number list` 查看已给出的编号"));
        }
        let ids: Vec<RevisionId> = revisions.iter().map(|own| own.id).collect();
        let pages = ids.into_iter().map(|id| self.storage.scan_pages_of(id)).collect::<Result<Vec<_>>>()?;
        self.by_scan(pages.concat())
    }

    /// Where a page can be filed by hand, newest revisions first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn filing_places(&self) -> Result<Vec<FilingPlace>> {
        self.storage.filing_places(MOST_PLACES)
    }

    /// A scan by its hash or how that begins, with its bytes as they came.
    ///
    /// # Errors
    /// There is none; its bytes are not what came.
    pub fn scan_file(&self, scan: &str) -> Result<(ScanRecord, Vec<u8>)> {
        let record = scan_named(&self.storage, scan)?;
        let bytes = self.storage.scan_bytes(record.id)?;
        Ok((record, bytes))
    }

    /// A page of a scan as a small picture (PNG, in greys), its longer side of `longest_px` pixels. A page that no code
    /// tells how to turn is turned as most of its neighbours.
    ///
    /// # Errors
    /// There is no such scan or page; the page cannot be drawn.
    pub fn scan_picture(&self, scan: &str, page: usize, longest_px: usize) -> Result<Vec<u8>> {
        let (record, bytes) = self.scan_file(scan)?;
        let page = page_of(&self.storage, &record, page)?;
        let turn = match page.how {
            Filing::Code => turn(page.turned),
            _ => turn(usual_turn(&self.storage.pages_of(record.id)?)),
        };
        let drawn = thumbnail(&bytes, page.page, longest_px, turn, &Limits::default());
        drawn.map_err(|error| of_file(&record.name, &error))
    }

    /// A scan with those of its pages that are asked for.
    pub(super) fn filed_scan(&self, scan: &ScanRecord, wanted: impl Fn(&ScanPage) -> bool) -> Result<FiledScan> {
        let pages = self.storage.pages_of(scan.id)?;
        let pages = pages.iter().filter(|page| wanted(page)).map(|page| filed(&self.storage, page));
        Ok(FiledScan {
            scan: scan.id.number(),
            name: scan.name.clone(),
            sha256: scan.sha256.clone(),
            known: true,
            pages: pages.collect::<Result<_>>()?,
        })
    }

    fn by_scan(&self, pages: Vec<ScanPage>) -> Result<Vec<FiledScan>> {
        let mut scans: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for page in pages {
            scans.entry(page.scan).or_default().push(page.page);
        }
        let scans = scans.into_iter();
        scans.map(|(id, pages)| self.filed_scan(&self.storage.scan(id)?, |page| pages.contains(&page.page))).collect()
    }
}

/// How most pages that were read lay in the scanner.
fn usual_turn(pages: &[ScanPage]) -> u16 {
    let read = || pages.iter().filter(|page| page.how == Filing::Code);
    let count = |turned: u16| read().filter(|page| page.turned == turned).count();
    [0, 90, 180, 270].into_iter().rev().max_by_key(|turned| count(*turned)).unwrap_or(0)
}

fn turn(degrees: u16) -> Turn {
    match degrees {
        90 => Turn::Right,
        180 => Turn::Around,
        270 => Turn::Left,
        _ => Turn::None,
    }
}
