//! Whether what is stored is what was printed and written: by a code from paper, and for the whole data folder.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::control::{PrintCode, Verdict, VerdictKind, fingerprints, first_difference};
use crate::storage::{
    AuditEntry, AuditFault, RevisionRecord, RevisionState, ScanId, ScanRecord, Signoff, Storage, canonical, sha256,
};
use crate::template::Template;
use crate::{Code, Error, Issue, Result};

use super::super::{Workspace, parse_template};
use super::scans;

/// What a check of the whole record finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AuditReport {
    /// Entries of the log.
    pub entries: i64,
    /// Its head, as paper carries it: 128-9C41D2E07A55
    pub head: String,
    pub revisions: usize,
    pub signatures: usize,
    pub scans: usize,
    /// Everything that is not what was written, each with its place: `audit[12]`, `REL-APP-2026-007 V1.0`.
    pub faults: Vec<Issue>,
}

impl Workspace {
    /// Says whether the revision with this 校验码 still is what was printed, and names the first field that is not.
    ///
    /// # Errors
    /// The text is no code; the database cannot be read.
    pub fn verify_print(&self, code: &str, anchor: Option<&str>) -> Result<Verdict> {
        let code: PrintCode = code.parse()?;
        let storage = &self.storage;
        let mut notes = Vec::new();
        if let Some(anchor) = anchor
            && let Some(fault) = anchor_fault(storage, anchor)?
        {
            notes.push(fault.message);
        }
        let mut verdict = match storage.revisions_by_code(code.digits())?.into_iter().next() {
            Some(record) => self.of_found(&record)?,
            None => self.of_missing(&code)?,
        };
        // The pages carry the hash: a stored revision that fits it and its log is the one that was printed.
        if !notes.is_empty() {
            verdict.kind = VerdictKind::Altered;
            verdict.message = format!("审计记录与纸上的审计锚不符：{}", verdict.message);
        }
        notes.append(&mut verdict.notes);
        verdict.notes = notes;
        Ok(verdict)
    }

    fn of_found(&self, record: &RevisionRecord) -> Result<Verdict> {
        let name = format!("{} {}", record.number, record.revision);
        let mut verdict = self.verdict_on(record)?;
        let remembered = remembered(&self.storage, record)?;
        let is_remembered = remembered.as_ref().is_some_and(|(hash, _)| *hash == record.sha256);
        if record.is_intact() && is_remembered {
            verdict.kind = VerdictKind::Same;
            verdict.message = format!("{name} 与打印时一致");
        } else {
            verdict.field = remembered.and_then(|(_, parts)| self.field_that_differs(record, &parts));
            verdict.message = altered(&name, verdict.field.as_deref());
        }
        if record.state != RevisionState::Controlled {
            let in_force = self.storage.revisions_of(record.document)?;
            let in_force = in_force.iter().find(|other| other.state == RevisionState::Controlled);
            verdict.notes.push(match in_force {
                Some(other) => format!("这个版本现在是“{}”，现行的是 {}", record.state.label(), other.revision),
                None => format!("这个版本现在是“{}”", record.state.label()),
            });
        }
        Ok(verdict)
    }

    /// No stored revision has this code: either nothing was printed with it, or what was stored has been changed since.
    fn of_missing(&self, code: &PrintCode) -> Result<Verdict> {
        let wanted = code.to_string();
        let mut verdict = Verdict {
            kind: VerdictKind::Unknown,
            message: format!("这里没有提交过校验码为 {wanted} 的版本"),
            document: None,
            title: None,
            number: None,
            revision: None,
            state: None,
            field: None,
            notes: vec!["请先核对输入；也可能它是在另一台电脑上提交的".into()],
        };
        for entry in self.storage.audit(None)?.into_iter().filter(|entry| entry.action == "document.submit") {
            if entry.detail.get("code").and_then(Value::as_str) != Some(&wanted) {
                continue;
            }
            let text = |key: &str| entry.detail.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (number, revision) = (text("number"), text("revision"));
            let name = format!("{number} {revision}");
            let Some(record) = self.storage.revision_named(&number, &revision)? else {
                verdict.kind = VerdictKind::Altered;
                verdict.message = format!("{name} 提交过，但存储的版本不见了");
                verdict.notes.clear();
                return Ok(verdict);
            };
            let mut verdict = self.verdict_on(&record)?;
            let parts = entry.detail.get("parts").and_then(Value::as_object).cloned().unwrap_or_default();
            verdict.field = self.field_that_differs(&record, &parts);
            verdict.message = altered(&name, verdict.field.as_deref());
            return Ok(verdict);
        }
        Ok(verdict)
    }

    fn verdict_on(&self, record: &RevisionRecord) -> Result<Verdict> {
        let title = self.storage.document(record.document).map(|document| document.title).ok();
        Ok(Verdict {
            kind: VerdictKind::Altered,
            message: String::new(),
            document: Some(record.document),
            title,
            number: Some(record.number.clone()),
            revision: Some(record.revision.clone()),
            state: Some(record.state),
            field: None,
            notes: Vec::new(),
        })
    }

    fn field_that_differs(&self, record: &RevisionRecord, parts: &Map<String, Value>) -> Option<String> {
        let stored: Value = serde_json::from_str(&record.frozen).unwrap_or_default();
        first_difference(&stored, parts, template_of(&self.storage, &stored).as_ref())
    }

    /// Checks everything that is recorded: the chain of the log, every revision, signature, number, paper and scan
    /// against it, and an anchor from paper if one is given.
    ///
    /// # Errors
    /// The anchor is none; the database cannot be read.
    pub fn verify_audit(&self, anchor: Option<&str>) -> Result<AuditReport> {
        self.verify_audit_but(anchor, &BTreeSet::new())
    }

    /// As [`verify_audit`](Self::verify_audit), without the bytes of scans that somebody else is about to read and hash.
    pub(in crate::workspace) fn verify_audit_but(
        &self,
        anchor: Option<&str>,
        read_elsewhere: &BTreeSet<ScanId>,
    ) -> Result<AuditReport> {
        let storage = &self.storage;
        let head = storage.audit_head()?;
        let mut report = AuditReport {
            entries: head.seq,
            head: head.anchor(),
            revisions: 0,
            signatures: 0,
            scans: 0,
            faults: chain_faults(&storage.verify_audit()?),
        };
        if let Some(anchor) = anchor {
            report.faults.extend(anchor_fault(storage, anchor)?);
        }
        let log = Told::read(storage)?;
        storage.each_revision(|record| {
            report.revisions += 1;
            report.signatures += log.check_revision(storage, &record, &mut report.faults)?;
            Ok(())
        })?;
        log.check_missing(storage, &mut report.faults)?;
        for scan in storage.scans()? {
            report.scans += 1;
            let told = log.scans.contains(&scan.sha256);
            let differs = || !read_elsewhere.contains(&scan.id) && storage.scan_bytes(scan.id).is_err();
            if !told || differs() {
                report.faults.push(scan_altered(&scan));
            }
            log.check_pages(storage, &scan, &mut report.faults)?;
        }
        for (series, year, missing) in storage.number_gaps()? {
            let missing =
                missing.saturating_sub(log.given_elsewhere(&series, year, &storage.numbers_of_series(&series, year)?));
            if missing == 0 {
                continue;
            }
            let message = format!("编号 {series} 在 {year} 年缺 {missing} 个，也不在作废号登记里。");
            report.faults.push(Issue::at(series, "number_missing", message));
        }
        Ok(report)
    }
}

/// Of a scan that is not what it was when it came.
pub(in crate::workspace) fn scan_altered(scan: &ScanRecord) -> Issue {
    let message = format!("扫描件“{}”与收到时的校验值不符。", scan.name);
    Issue::at(format!("scan {}", scan.id.number()), "scan_altered", message)
}

fn altered(name: &str, field: Option<&str>) -> String {
    match field {
        Some(field) => format!("{name} 存储的内容与打印时不同：第一处是“{field}”"),
        None => format!("{name} 存储的内容与打印时不同"),
    }
}

/// What the log says was submitted: hash of the whole and of its parts.
fn remembered(storage: &Storage, record: &RevisionRecord) -> Result<Option<(String, Map<String, Value>)>> {
    let entries = storage.audit(Some(&record.document.to_string()))?;
    Ok(entries.iter().find_map(|entry| submitted(entry, &record.number, &record.revision)))
}

/// The revisions that an entry tells to have come back from a package, each told of as in its submission.
fn restored(entry: &AuditEntry) -> impl Iterator<Item = &Value> {
    let is_restore = entry.action == "document.restore";
    entry.detail.get("revisions").and_then(Value::as_array).filter(|_| is_restore).into_iter().flatten()
}

fn submitted(entry: &AuditEntry, number: &str, revision: &str) -> Option<(String, Map<String, Value>)> {
    let here = (entry.action == "document.submit").then_some(&entry.detail);
    here.into_iter().chain(restored(entry)).find_map(|told| {
        let text = |key: &str| told.get(key).and_then(Value::as_str);
        if text("number") != Some(number) || text("revision") != Some(revision) {
            return None;
        }
        let parts = told.get("parts").and_then(Value::as_object).cloned().unwrap_or_default();
        Some((text("sha256")?.to_owned(), parts))
    })
}

fn template_of(storage: &Storage, frozen: &Value) -> Option<Template> {
    let hash = frozen.get("template")?.get("sha256")?.as_str()?;
    parse_template(storage, hash, "").ok()
}

fn chain_faults(faults: &[AuditFault]) -> Vec<Issue> {
    let told = faults.iter().map(|fault| {
        let (code, message) = match fault {
            AuditFault::Gap { seq } => ("entry_missing", format!("第 {seq} 条之前缺了记录。")),
            AuditFault::Chain { seq } => {
                ("chain_broken", format!("第 {seq} 条接不上前一条：前面的记录被换过、删过或改过次序。"))
            }
            AuditFault::Content { seq } => ("entry_altered", format!("第 {seq} 条的内容与它的校验值不符。")),
        };
        Issue::at(format!("audit[{}]", fault.seq()), code, message)
    });
    told.collect()
}

/// Whether the log still holds the entry that paper carries; what is wrong if it does not.
fn anchor_fault(storage: &Storage, anchor: &str) -> Result<Option<Issue>> {
    let no_anchor = || {
        Error::new(Code::BadRequest, format!("“{}”不是审计锚", anchor.trim()))
            .hint("审计锚印在校验码下面，形如 `128-9C41D2E07A55`")
    };
    let (seq, digits) = anchor.trim().split_once('-').ok_or_else(no_anchor)?;
    let seq: i64 = seq.trim().parse().map_err(|_| no_anchor())?;
    let digits = digits.replace(['-', ' '], "").to_ascii_lowercase();
    if digits.len() < 8 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(no_anchor());
    }
    let message = match storage.audit_hash(seq)? {
        Some(hash) if hash.starts_with(&digits) => return Ok(None),
        Some(_) => format!("第 {seq} 条审计记录不是纸上那一条：整个记录可能被重写过。"),
        None => format!("纸上的审计锚指向第 {seq} 条，现在的审计记录没有这么长：后面的记录被删去了。"),
    };
    Ok(Some(Issue::at(format!("audit[{seq}]"), "anchor_differs", message)))
}

/// Number and revision: what stands on pages.
type Name = (String, String);

/// What the log tells of a submission.
struct Submission {
    /// The entry that tells it.
    seq: i64,
    document: String,
    sha256: String,
    /// What the hashes of its parts are: [`told_as`].
    parts: String,
}

/// What the log tells of revisions, signatures and scans: of each a hash, because the log of many years is larger than
/// memory. Only where something differs is the entry read once more, to say what.
#[derive(Default)]
struct Told {
    submissions: BTreeMap<Name, Submission>,
    /// As they were recorded: [`told_as`].
    signatures: BTreeMap<Name, Vec<String>>,
    scans: BTreeSet<String>,
    /// Running numbers that were given on other machines, by their series and year.
    elsewhere: BTreeMap<(String, i32), BTreeSet<u32>>,
    /// Where each page of a scan was filed last ([`told_as`]), by the scan's hash and the page.
    pages: BTreeMap<(String, u64), String>,
}

/// A hash that stands for what the log tells of something.
fn told_as(value: &Value) -> String {
    sha256(canonical(value))
}

impl Told {
    fn read(storage: &Storage) -> Result<Self> {
        let mut told = Self::default();
        storage.each_entry(|entry| {
            let text = |key: &str| entry.detail.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            match entry.action.as_str() {
                "document.submit" => told.submitted(&entry, &entry.detail),
                "document.sign" => {
                    let signature = told_as(entry.detail.get("signature").unwrap_or(&Value::Null));
                    told.signatures.entry((text("number"), text("revision"))).or_default().push(signature);
                }
                "scan.add" => {
                    told.scans.insert(text("sha256"));
                    let pages = entry.detail.get("pages").and_then(Value::as_array).into_iter().flatten();
                    pages.for_each(|place| told.place(text("sha256"), place));
                }
                "scan.file" | "scan.aside" => {
                    entry.detail.get("place").into_iter().for_each(|place| told.place(text("sha256"), place));
                }
                "document.restore" => told.come_back(&entry),
                "number.borrow" => told.given(&entry),
                _ => {}
            }
            Ok(())
        })?;
        Ok(told)
    }

    /// An entry tells of a submission.
    fn submitted(&mut self, entry: &AuditEntry, told: &Value) {
        let text = |key: &str| told.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let parts = told_as(told.get("parts").unwrap_or(&Value::Null));
        let submission = Submission { seq: entry.seq, document: entry.subject.clone(), sha256: text("sha256"), parts };
        self.submissions.insert((text("number"), text("revision")), submission);
    }

    /// What came back from a package was submitted and signed elsewhere.
    fn come_back(&mut self, entry: &AuditEntry) {
        for told in restored(entry) {
            self.submitted(entry, told);
            let text = |key: &str| told.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let signatures = told.get("signatures").and_then(Value::as_array).into_iter().flatten().map(told_as);
            self.signatures.entry((text("number"), text("revision"))).or_default().extend(signatures);
        }
        let scans = entry.detail.get("scans").and_then(Value::as_array).into_iter().flatten();
        for scan in scans {
            let Some(hash) = scan.get("sha256").and_then(Value::as_str) else { continue };
            self.scans.insert(hash.to_owned());
            let pages = scan.get("pages").and_then(Value::as_array).into_iter().flatten();
            pages.for_each(|place| self.place(hash.to_owned(), place));
        }
        self.given(entry);
    }

    /// Numbers before one that was given or lent elsewhere were given there, too.
    fn given(&mut self, entry: &AuditEntry) {
        let given = entry.detail.get("given");
        let number = |key: &str| given.and_then(|given| given.get(key)?.as_i64()).unwrap_or_default();
        let series = given.and_then(|given| given.get("series")?.as_str()).unwrap_or_default().to_owned();
        let between = (number("after") + 1..number("seq")).filter_map(|seq| u32::try_from(seq).ok());
        let year = i32::try_from(number("year")).unwrap_or_default();
        self.elsewhere.entry((series, year)).or_default().extend(between);
    }

    /// How many of the numbers that are missing here were given on the machine that a document came from.
    fn given_elsewhere(&self, series: &str, year: i32, here: &[u32]) -> u32 {
        let Some(elsewhere) = self.elsewhere.get(&(series.to_owned(), year)) else { return 0 };
        elsewhere.iter().filter(|seq| here.binary_search(seq).is_err()).count() as u32
    }

    fn place(&mut self, scan: String, place: &Value) {
        let page = place.get("page").and_then(Value::as_u64).unwrap_or_default();
        self.pages.insert((scan, page), told_as(place));
    }

    /// Compares where the pages of a scan are filed with the log.
    fn check_pages(&self, storage: &Storage, scan: &ScanRecord, faults: &mut Vec<Issue>) -> Result<()> {
        let mut told: BTreeMap<u64, &str> = BTreeMap::new();
        for ((_, page), place) in self.pages.range((scan.sha256.clone(), 0)..=(scan.sha256.clone(), u64::MAX)) {
            told.insert(*page, place);
        }
        // An entry that tells of no pages says nothing that could be compared.
        if told.is_empty() {
            return Ok(());
        }
        let mut altered = |page: u64| {
            let message = format!("扫描件“{}”第 {page} 页归到的地方与记录时不同。", scan.name);
            faults.push(Issue::at(format!("scan {} p{page}", scan.id.number()), "scan_page_altered", message));
        };
        for page in storage.pages_of(scan.id)? {
            let number = page.page as u64;
            if told.remove(&number) != Some(&*told_as(&scans::told(storage, &page)?)) {
                altered(number);
            }
        }
        told.into_keys().for_each(altered);
        Ok(())
    }

    /// Compares a stored revision with the log; returns how many signatures it has.
    fn check_revision(&self, storage: &Storage, record: &RevisionRecord, faults: &mut Vec<Issue>) -> Result<usize> {
        let key = (record.number.clone(), record.revision.clone());
        let name = format!("{} {}", record.number, record.revision);
        let stored: Value = serde_json::from_str(&record.frozen).unwrap_or_default();
        match self.submissions.get(&key) {
            None => {
                let message = format!("{name} 在审计记录里没有提交过。");
                faults.push(Issue::at(&name, "revision_unknown", message));
            }
            Some(Submission { seq, sha256, parts, .. })
                if *sha256 != record.sha256
                    || !record.is_intact()
                    || *parts != told_as(&fingerprints(&stored).into()) =>
            {
                let entry = storage.audit_entry(*seq)?;
                let parts = entry.and_then(|entry| submitted(&entry, &record.number, &record.revision));
                let parts = parts.map(|(_, parts)| parts).unwrap_or_default();
                let field = first_difference(&stored, &parts, template_of(storage, &stored).as_ref());
                faults.push(Issue::at(&name, "revision_altered", format!("{}。", altered(&name, field.as_deref()))));
            }
            Some(Submission { document, .. }) if *document != record.document.to_string() => {
                let message = format!("{name} 提交时属于文档 {document}，现在挂在 {} 下。", record.document);
                faults.push(Issue::at(&name, "revision_altered", message));
            }
            Some(_) => {}
        }
        let stored: Vec<Signoff> = storage.signoffs_of(record.id)?.into_iter().map(|own| own.signoff).collect();
        let told = self.signatures.get(&key).map(Vec::as_slice).unwrap_or_default();
        for (index, signoff) in stored.iter().enumerate() {
            let value = told_as(&serde_json::to_value(signoff).unwrap_or_default());
            if told.get(index) != Some(&value) {
                let message = format!("{name} 第 {} 步的签字与登记时不同。", signoff.step + 1);
                faults.push(Issue::at(&name, "signature_altered", message));
            }
        }
        if told.len() > stored.len() {
            let message = format!("{name} 登记过 {} 个签字，现在只有 {} 个。", told.len(), stored.len());
            faults.push(Issue::at(&name, "signature_missing", message));
        }
        Ok(stored.len())
    }

    /// What the log tells of and is not there any more.
    fn check_missing(&self, storage: &Storage, faults: &mut Vec<Issue>) -> Result<()> {
        for (number, revision) in self.submissions.keys() {
            if storage.revision_named(number, revision)?.is_none() {
                let name = format!("{number} {revision}");
                faults.push(Issue::at(&name, "revision_missing", format!("{name} 提交过，存储的版本不见了。")));
            }
        }
        Ok(())
    }
}
