//! Filing by the codes on the pages.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::control::{FiledScan, PageCode, PrintCode, ScanReading, ScannedPage, SignedStep};
use crate::storage::{DocumentId, Filing, RevisionId, RevisionRecord, ScanId, ScanPage, Storage, Transaction, sha256};
use crate::{Code, Error, Result};

use super::super::super::{Workspace, act};
use super::super::{sign, thaw};
use super::told;

impl Workspace {
    /// What became of a file that is here already, byte for byte; none where it is new. Asked before a file is read:
    /// reading takes its time.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn filed_before(&self, bytes: &[u8]) -> Result<Option<FiledScan>> {
        match self.storage.scan_by_hash(&sha256(bytes))? {
            Some(scan) => Ok(Some(FiledScan { known: true, ..self.filed_scan(&scan, |_| true)? })),
            None => Ok(None),
        }
    }

    /// Keeps a scan byte for byte and files each page to the document and revision that its code names, where the
    /// code's digits are those of the stored revision. What has no code, or one that fits nothing here, waits to be
    /// filed by hand. A file that is here already is not stored again.
    ///
    /// With a `step` the pages show its signature.
    ///
    /// # Errors
    /// The step is not signed yet, or the pages are of more than one document; then nothing is stored.
    pub fn file_scan(&mut self, reading: &ScanReading, step: Option<&SignedStep>) -> Result<FiledScan> {
        let act = act(&self.environment, "scan.add");
        let ((scan, known), _) = self.storage.transact(act, |tx| {
            // Another program may have filed it while this one was reading.
            if let Some(scan) = tx.scan_by_hash(&reading.sha256)? {
                return Ok((scan, true));
            }
            let scan = add(tx, reading)?;
            if let Some(step) = step {
                show_step(tx, scan, step)?;
            }
            Ok((tx.scan(scan)?, false))
        })?;
        if let (true, Some(step)) = (known, step) {
            self.show_signature(&scan.sha256, step)?;
        }
        Ok(FiledScan { known, ..self.filed_scan(&scan, |_| true)? })
    }

    /// Says that the pages of a scan show the signature of a step.
    ///
    /// # Errors
    /// The step is not signed yet; the pages are of no document, or of more than one.
    pub fn show_signature(&mut self, scan: &str, step: &SignedStep) -> Result<()> {
        self.storage.transact(act(&self.environment, "scan.attach"), |tx| {
            let scan = super::scan_named(tx, scan)?;
            tx.detail("sha256", scan.sha256.as_str());
            show_step(tx, scan.id, step)
        })?;
        Ok(())
    }
}

fn add(tx: &mut Transaction<'_>, reading: &ScanReading) -> Result<ScanId> {
    let scan = tx.insert_scan(&reading.name, reading.kind, reading.pages.len(), &reading.bytes)?;
    let mut log = Vec::new();
    let mut documents: BTreeSet<DocumentId> = BTreeSet::new();
    for page in &reading.pages {
        let (record, note) = sort(tx, page)?;
        let filed = ScanPage {
            scan,
            page: page.number,
            revision: record.as_ref().map(|record| record.id),
            paper_page: record.as_ref().and(page.codes.first()).map(|code| code.page),
            turned: page.turned,
            how: if record.is_some() { Filing::Code } else { Filing::Unread },
            note,
        };
        tx.file_page(&filed)?;
        log.push(told(tx, &filed)?);
        documents.extend(record.map(|record| record.document));
    }
    // A stack of several documents is about none of them alone.
    if let (1, Some(only)) = (documents.len(), documents.first()) {
        tx.subject(only);
    }
    tx.detail("sha256", reading.sha256.as_str());
    tx.detail("name", reading.name.as_str());
    tx.detail("size", reading.bytes.len());
    tx.detail("pages", Value::Array(log));
    Ok(scan)
}

/// The revision that a page belongs to, else why a person has to say it.
fn sort(storage: &Storage, page: &ScannedPage) -> Result<(Option<RevisionRecord>, String)> {
    let code = match (&page.trouble, &page.codes[..]) {
        (Some(trouble), _) => return Ok((None, trouble.clone())),
        (None, []) => return Ok((None, "没有读到二维码".into())),
        (None, [code]) => code,
        (None, several) => {
            let names: Vec<String> = several.iter().map(named).collect();
            return Ok((None, format!("这一页上有 {} 个二维码：{}", names.len(), names.join("、"))));
        }
    };
    let waits = |why: String| Ok((None, format!("二维码是 {}，{why}", named(code))));
    let Some(record) = storage.revision_named(&code.number, &code.revision)? else {
        return waits("这里没有这个版本".into());
    };
    let stored = PrintCode::of_hash(&record.sha256);
    if code.code != stored {
        return waits(format!("校验码 {} 不是这里的 {stored}", code.code));
    }
    if code.page > record.pages {
        return waits(format!("这个版本只有 {} 页", record.pages));
    }
    Ok((Some(record), String::new()))
}

fn named(code: &PageCode) -> String {
    format!("{} {} 第 {} 页", code.number, code.revision, code.page)
}

fn show_step(tx: &mut Transaction<'_>, scan: ScanId, step: &SignedStep) -> Result<()> {
    let pages = tx.pages_of(scan)?;
    let revisions: BTreeSet<RevisionId> = pages.iter().filter_map(|page| page.revision).collect();
    let Some(revision) = revisions.first().filter(|_| revisions.len() == 1) else {
        let what = match revisions.len() {
            0 => "没有一页归到了版本".to_owned(),
            count => format!("归到了 {count} 个版本"),
        };
        return Err(Error::new(Code::BadRequest, format!("这份扫描件{what}，不能作为一步签字的凭据"))
            .hint("请先不写步骤归档，再对每份文档说明是哪一步"));
    };
    let thawed = thaw(tx, tx.revision(*revision)?)?;
    let chain = sign::named_chain(&thawed, step.chain.as_deref())?;
    let name = format!("{} {}", thawed.record.number, thawed.record.revision);
    let of_step = thawed.signoffs.iter().find(|own| own.signoff.chain == chain.id && own.signoff.step == step.step);
    let Some(signoff) = of_step.map(|own| own.id) else {
        let what = format!("`{name}` 第 {} 步还没有登记签字，扫描件没有归到这一步", step.step + 1);
        return Err(Error::new(Code::IllegalSignature, what).hint("请先登记签字；或不写步骤，先把扫描件归档"));
    };
    tx.subject(thawed.record.document);
    tx.detail("chain", chain.id.as_str());
    tx.detail("step", step.step + 1);
    for page in pages.iter().filter(|page| page.revision.is_some()) {
        tx.attach_scan(signoff, scan, page.page)?;
    }
    Ok(())
}
