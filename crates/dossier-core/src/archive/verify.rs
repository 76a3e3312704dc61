//! Whether a package is what was packed. Works on any machine: nothing but the package is read.
//!
//! ```text
//! zip directory ─→ tag manifest ─→ manifest ─→ every file ─┬─→ index ─→ every revision's record
//!                                                          └─→ audit log: chain, head, submissions
//! ```
//!
//! A broken disk changes bytes, and leaves the manifest that tells of it. Whoever changes a file on purpose has to change
//! its hash in the manifest, in the manifest of manifests, in the index and in the log; what he forgets contradicts the
//! rest, and what stands on signed paper (the anchor) he cannot change at all.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::Value;

use super::bag::{DECLARATION, INFO, MANIFEST, PAYLOAD, TAG_MANIFEST, code_of, digest_of};
use super::handover::{HANDOVER, INFO_HEAD, INFO_OXUM, README, info_value};
use super::index::{AUDIT, Form, INDEX, Index, KIND, PDF_A_NAME, Record, RevisionPart, Role, UNLISTED};
use super::package::{Package, Passed, not_a_bag, unreadable};
use super::wire::{PackageReport, PackageVerdict};
use super::{entries, limits, names};
use crate::control::PrintCode;
use crate::dossiers::Progress;
use crate::exchange::{self, DraftPart};
use crate::storage::{AuditEntry, AuditHead, sha256};
use crate::{Code, Error, Issue, Result};

/// What only a person does: a package with one of these was altered, not damaged.
const DELIBERATE: [&str; 14] = [
    "anchor_differs",
    "audit_anchor_differs",
    "chain_broken",
    "entry_altered",
    "entry_missing",
    "file_added",
    "file_renamed",
    "head_differs",
    "index_differs",
    "manifest_differs",
    "oxum_differs",
    "record_differs",
    "revision_differs",
    "tag_manifest_missing",
];
/// Fewest digits of the digest that are taken for an anchor.
const LEAST_DIGITS: usize = 16;
/// Digits of an entry's hash in an anchor of the audit log.
const AUDIT_DIGITS: usize = 12;

/// A package and what was found in it, for whoever reads on in it.
pub(crate) struct Opened {
    pub package: Package,
    pub report: PackageReport,
    pub index: Option<Index>,
}

/// Checks a package.
///
/// # Errors
/// The file cannot be read, is no package, or one that nobody should open; the anchor is none; `progress` stops it.
pub fn verify(
    path: &Path,
    anchor: Option<&str>,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<PackageReport> {
    Ok(open_verified(path, anchor, progress)?.report)
}

/// Whether a file says of itself that it is a 移交包. Nothing of it was checked; none where it is no package at all.
pub fn is_handover(path: &Path) -> Option<bool> {
    let mut package = Package::open(path).ok()?;
    let bytes = package.read(INDEX, limits::INDEX_BYTES).ok()?;
    Some(serde_json::from_slice::<Index>(&bytes).ok()?.handover.is_some())
}

/// Opens a package and checks it.
///
/// # Errors
/// As [`verify`].
pub(crate) fn open_verified(
    path: &Path,
    anchor: Option<&str>,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Opened> {
    let anchor = anchor.map(Anchor::read).transpose()?;
    let mut check = Check::open(path)?;
    let tags = check.tags()?;
    check.payload(progress)?;
    let index = check.index()?;
    let is_handover = index.as_ref().is_some_and(|index| index.handover.is_some());
    // Between machines nobody signs a list, and each keeps its log to itself: what comes in is told in the own one.
    if !is_handover {
        if let Some(tags) = &tags {
            check.listed_tags(tags, &[HANDOVER, README]);
        }
        check.audit(anchor.as_ref(), index.as_ref())?;
    }
    let fits = anchor.map(|anchor| check.anchored(&anchor));
    Ok(check.finish(index, fits))
}

/// What was copied from signed paper.
enum Anchor {
    /// The beginning of the manifest's hash: 移交校验码.
    Digest(String),
    /// An entry of the audit log: 128-9C41D2E07A55.
    Audit { seq: i64, digits: String },
}

impl Anchor {
    fn read(text: &str) -> Result<Self> {
        let text: String = text.chars().filter(|ch| !ch.is_whitespace()).collect::<String>().to_ascii_lowercase();
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some((seq, digits)) = text.split_once('-')
            && digits.len() == AUDIT_DIGITS
            && is_hex(digits)
            && let Ok(seq) = seq.parse()
        {
            return Ok(Self::Audit { seq, digits: digits.to_owned() });
        }
        let digits = text.replace('-', "");
        if (LEAST_DIGITS..=64).contains(&digits.len()) && is_hex(&digits) {
            return Ok(Self::Digest(digits));
        }
        Err(Error::new(Code::BadRequest, format!("“{text}”不是移交校验码"))
            .hint("移交校验码印在移交清单上，是六组四位的数字和 A 到 F；也可以用纸上的审计锚，形如 `128-9C41D2E07A55`"))
    }
}

/// A check on its way.
struct Check {
    package: Package,
    issues: Vec<Issue>,
    more: usize,
    manifest: String,
    /// Path and hash, as the manifest says.
    listed: BTreeMap<String, String>,
    /// Files that are what the manifest says.
    intact: BTreeMap<String, Passed>,
    info: String,
    bytes: u64,
    head: Option<AuditHead>,
    /// Whether the entry that an anchor of the log names was found.
    audit_anchor: Option<bool>,
}

impl Check {
    fn open(path: &Path) -> Result<Self> {
        let mut package = Package::open(path)?;
        let declared = package.read(DECLARATION, limits::TAG_BYTES)?;
        let declared = String::from_utf8_lossy(&declared);
        let value = |name| info_value(&declared, name).unwrap_or_default();
        if !matches!(value("BagIt-Version"), "1.0" | "0.97") || value("Tag-File-Character-Encoding") != "UTF-8" {
            return Err(not_a_bag(format!("`{DECLARATION}` 说它不是 BagIt 1.0 的包")));
        }
        let manifest = text(&mut package, MANIFEST, limits::MANIFEST_BYTES)?;
        let listed = parse(MANIFEST, &manifest)?;
        if let Some(path) = listed.keys().find(|path| !path.starts_with(PAYLOAD)) {
            return Err(entries::refused(format!("`{MANIFEST}` 里的 `{path}` 不在 {PAYLOAD} 里")));
        }
        let info = match package.size(INFO) {
            Some(_) => text(&mut package, INFO, limits::TAG_BYTES)?,
            None => String::new(),
        };
        Ok(Self {
            package,
            issues: Vec::new(),
            more: 0,
            manifest,
            listed,
            intact: BTreeMap::new(),
            info,
            bytes: 0,
            head: None,
            audit_anchor: None,
        })
    }

    fn tell(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        if self.issues.len() < limits::ISSUES {
            self.issues.push(Issue::at(path, code, message));
        } else {
            self.more += 1;
        }
    }

    /// Everything outside the payload against the manifest of manifests; returns what that names, none where there is
    /// no such manifest.
    fn tags(&mut self) -> Result<Option<BTreeMap<String, String>>> {
        if self.package.size(TAG_MANIFEST).is_none() {
            let message = format!("缺 `{TAG_MANIFEST}`：没有它就查不出清单是否改过。");
            self.tell(TAG_MANIFEST, "tag_manifest_missing", message);
            return Ok(None);
        }
        let tags = text(&mut self.package, TAG_MANIFEST, limits::MANIFEST_BYTES)?;
        let tags = parse(TAG_MANIFEST, &tags)?;
        self.listed_tags(&tags, &[DECLARATION, INFO, MANIFEST]);
        for (path, hash) in &tags {
            if path.starts_with(PAYLOAD) || path == TAG_MANIFEST {
                return Err(entries::refused(format!("`{TAG_MANIFEST}` 里不该有 `{path}`")));
            }
            if self.package.size(path).is_none() {
                self.tell(path, "file_missing", "清单里有，包里没有。");
                continue;
            }
            let found = self.package.pass(path)?;
            if found.is_none_or(|found| found.sha256 != *hash) {
                match path.as_str() {
                    MANIFEST => {
                        let message = format!("与 `{TAG_MANIFEST}` 里的校验值不符：清单本身改过。");
                        self.tell(path, "manifest_differs", message);
                    }
                    _ => self.tell(path, "file_changed", "内容与清单里的校验值不符。"),
                }
            }
        }
        let loose = |path: &&str| !path.starts_with(PAYLOAD) && *path != TAG_MANIFEST && !tags.contains_key(*path);
        let added: Vec<String> = self.package.files().map(|(path, _)| path).filter(loose).map(str::to_owned).collect();
        for path in added {
            self.tell(path, "file_added", "打包以后添加的：不在清单里。");
        }
        Ok(Some(tags))
    }

    /// Files that the manifest of manifests has to name.
    fn listed_tags(&mut self, tags: &BTreeMap<String, String>, needed: &[&str]) {
        for needed in needed {
            if !tags.contains_key(*needed) {
                self.tell(*needed, "manifest_differs", format!("`{TAG_MANIFEST}` 里没有 `{needed}`。"));
            }
        }
    }

    /// Every file against the manifest.
    fn payload(&mut self, progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>) -> Result<()> {
        let files: Vec<(String, u64)> = self
            .package
            .files()
            .filter(|(path, _)| path.starts_with(PAYLOAD))
            .map(|(path, size)| (path.to_owned(), size))
            .collect();
        let total = files.len();
        self.bytes = files.iter().map(|(_, size)| size).sum();
        // By hash: a file that is gone may be there under another name.
        let mut gone: BTreeMap<String, String> = BTreeMap::new();
        for (path, hash) in &self.listed {
            if self.package.size(path).is_none() {
                gone.insert(hash.clone(), path.clone());
            }
        }
        let mut renamed = BTreeSet::new();
        for (done, (path, _)) in files.into_iter().enumerate() {
            if progress(&Progress { done, total, what: path.clone() }).is_break() {
                return Err(stopped());
            }
            let found = self.package.pass(&path)?;
            match (self.listed.get(&path), found) {
                (Some(hash), Some(found)) if found.sha256 == *hash => {
                    self.intact.insert(path, found);
                }
                (Some(_), Some(_)) => self.tell(path, "file_changed", "内容与清单里的校验值不符。"),
                (Some(_), None) => self.tell(path, "file_changed", "读不出来，内容已损坏。"),
                (None, found) => match found.and_then(|found| gone.get(&found.sha256).cloned()) {
                    Some(old) => {
                        self.tell(&path, "file_renamed", format!("改过名：原来是 `{old}`。"));
                        renamed.insert(old);
                    }
                    None => self.tell(path, "file_added", "打包以后添加的：不在清单里。"),
                },
            }
        }
        for path in gone.into_values().filter(|path| !renamed.contains(path)) {
            self.tell(path, "file_missing", "清单里有，包里没有。");
        }
        if let Some(oxum) = info_value(&self.info, INFO_OXUM)
            && oxum != format!("{}.{total}", self.bytes)
            && self.issues.is_empty()
        {
            let message = format!("{INFO_OXUM} 说的是 {oxum}，包里是 {}.{total}。", self.bytes);
            self.tell(INFO, "oxum_differs", message);
        }
        // Nothing is left that could be stopped.
        let _ = progress(&Progress { done: total, total, what: String::new() });
        Ok(())
    }

    /// The index against the files, and each revision against its record.
    fn index(&mut self) -> Result<Option<Index>> {
        let Some(passed) = self.intact.get(INDEX).cloned() else {
            if !self.listed.contains_key(INDEX) {
                self.tell(INDEX, "index_differs", "清单里没有索引。");
            }
            return Ok(None);
        };
        let bytes = self.package.read_known(INDEX, limits::INDEX_BYTES, &passed.sha256)?;
        Form::of(&bytes).map_or(Ok(()), |form| form.known())?;
        let index: Index = match serde_json::from_slice::<Index>(&bytes) {
            Ok(index) if index.kind == KIND && index.handover.is_none() => index,
            Ok(index) if index.kind == exchange::KIND && index.handover.is_some() => index,
            _ => {
                self.tell(INDEX, "index_differs", "索引读不出来：不是本程序写的样子。");
                return Ok(None);
            }
        };
        drop(bytes);
        let mut named: BTreeSet<&str> = match index.handover {
            Some(_) => [INDEX].into(),
            None => UNLISTED.into(),
        };
        for file in index.files() {
            if !named.insert(&file.path) {
                self.tell(&file.path, "index_differs", "索引里出现了两次。");
            }
            match self.listed.get(&file.path) {
                None => self.tell(&file.path, "index_differs", "索引里有，清单里没有。"),
                Some(hash) if *hash != file.sha256 => {
                    self.tell(&file.path, "index_differs", "索引里的校验值与清单里的不同。");
                }
                Some(_) => {}
            }
            let is_paper = match file.role {
                Role::Paper | Role::Printed => true,
                Role::Volume => file.format == PDF_A_NAME,
                _ => false,
            };
            if is_paper && self.intact.get(&file.path).is_some_and(|passed| !passed.pdf_a) {
                self.tell(&file.path, "not_pdf_a", "没有 PDF/A-2u 标记。");
            }
        }
        let loose: Vec<String> = self.listed.keys().filter(|path| !named.contains(path.as_str())).cloned().collect();
        for path in loose {
            self.tell(path, "index_differs", "清单里有，索引里没有。");
        }
        for revision in index.revisions() {
            if let Some(what) = self.contradiction(revision)? {
                self.tell(revision.name(), "record_differs", what);
            }
        }
        for file in index.handover.iter().flat_map(|handover| &handover.drafts) {
            let Some(passed) = self.intact.get(&file.path).cloned() else { continue };
            let bytes = self.package.read_known(&file.path, limits::RECORD_BYTES, &passed.sha256)?;
            let is_sound = serde_json::from_slice::<DraftPart>(&bytes)
                .is_ok_and(|draft| exchange::digest(&draft.content, &draft.unfit) == draft.digest);
            if !is_sound {
                self.tell(&file.path, "record_differs", "草稿读不出来，或与它的校验值不符。");
            }
        }
        Ok(Some(index))
    }

    /// Where a revision's record says something else than the index; what was damaged has been told already.
    fn contradiction(&mut self, revision: &RevisionPart) -> Result<Option<String>> {
        let Some(file) = revision.file(Role::Record) else {
            return Ok(Some("索引里没有它的控制记录。".into()));
        };
        let Some(passed) = self.intact.get(&file.path).cloned() else { return Ok(None) };
        let bytes = self.package.read_known(&file.path, limits::RECORD_BYTES, &passed.sha256)?;
        let Ok(record) = serde_json::from_slice::<Record>(&bytes) else {
            return Ok(Some(format!("控制记录 `{}` 读不出来。", file.path)));
        };
        let hash = sha256(&record.frozen);
        let frozen: Value = serde_json::from_str(&record.frozen).unwrap_or_default();
        let says = |key: &str| frozen.get(key).and_then(Value::as_str).unwrap_or_default();
        Ok(if hash != revision.sha256 || hash != record.sha256 {
            Some("冻结的内容与提交时的校验值不符。".into())
        } else if says("number") != revision.number || says("revision") != revision.revision {
            Some("冻结的内容是另一份文件的。".into())
        } else if record.state != revision.state || record.number.number != revision.number {
            Some("控制记录与索引不同。".into())
        } else if PrintCode::of_hash(&hash).to_string() != revision.code {
            Some("校验码与内容不符。".into())
        } else {
            None
        })
    }

    /// The chain of the log, its head, and what it tells of submissions.
    fn audit(&mut self, anchor: Option<&Anchor>, index: Option<&Index>) -> Result<()> {
        if !self.intact.contains_key(AUDIT) {
            if !self.listed.contains_key(AUDIT) {
                self.tell(AUDIT, "entry_missing", "包里没有审计记录。");
            }
            return Ok(());
        }
        let mut head = AuditHead::start();
        let mut faults: Vec<(&'static str, String)> = Vec::new();
        let mut submitted: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut found = None;
        let read = self.package.each_line(AUDIT, |line| {
            let mut tell = |code, message| {
                if faults.len() < limits::ISSUES {
                    faults.push((code, message));
                }
            };
            let Ok(entry) = serde_json::from_str::<AuditEntry>(line) else {
                tell("entry_altered", format!("第 {} 条读不出来。", head.seq + 1));
                return Ok(());
            };
            let seq = entry.seq;
            if seq != head.seq + 1 {
                tell("entry_missing", format!("第 {seq} 条之前缺了记录。"));
            }
            if entry.prev != head.hash {
                tell("chain_broken", format!("第 {seq} 条接不上前一条：前面的记录被换过、删过或改过次序。"));
            }
            if !entry.is_intact() {
                tell("entry_altered", format!("第 {seq} 条的内容与它的校验值不符。"));
            }
            if let Some(Anchor::Audit { seq: wanted, digits }) = anchor
                && *wanted == seq
            {
                found = Some(entry.hash.starts_with(digits.as_str()));
            }
            collect(&entry, &mut submitted);
            head = AuditHead { seq, hash: entry.hash };
            Ok(())
        });
        if read.is_err() {
            faults.push(("entry_altered", "审计记录读不出来。".into()));
        }
        for (code, message) in faults {
            self.tell(AUDIT, code, message);
        }
        if info_value(&self.info, INFO_HEAD) != Some(&format!("{} {}", head.seq, head.hash)) {
            let message =
                format!("审计记录的链头是 {}，`{INFO}` 里记的不是它：末尾的记录被删过或加过。", head.anchor());
            self.tell(AUDIT, "head_differs", message);
        }
        for revision in index.into_iter().flat_map(Index::revisions) {
            match submitted.get(&(revision.number.clone(), revision.revision.clone())) {
                None => self.tell(revision.name(), "revision_differs", "审计记录里没有提交过。"),
                Some(hash) if *hash != revision.sha256 => {
                    self.tell(revision.name(), "revision_differs", "内容与审计记录里提交时的校验值不同。");
                }
                Some(_) => {}
            }
        }
        self.head = Some(head);
        self.audit_anchor = found;
        Ok(())
    }

    /// Whether the package is the one that the signed paper tells of.
    fn anchored(&mut self, anchor: &Anchor) -> bool {
        match anchor {
            Anchor::Digest(digits) => {
                let fits = digest_of(&self.manifest).starts_with(digits.as_str());
                if !fits {
                    let message =
                        "移交校验码与签过字的移交清单上的不同：这不是当时移交的包，或移交以后连清单一起改过。";
                    self.tell(MANIFEST, "anchor_differs", message);
                }
                fits
            }
            Anchor::Audit { seq, .. } => {
                let fits = self.audit_anchor == Some(true);
                if !fits {
                    let message = format!("纸上的审计锚指向第 {seq} 条，包里的审计记录没有这一条，或不是这一条。");
                    self.tell(AUDIT, "audit_anchor_differs", message);
                }
                fits
            }
        }
    }

    fn finish(mut self, index: Option<Index>, anchor: Option<bool>) -> Opened {
        let deliberate = self.issues.iter().any(|issue| DELIBERATE.contains(&issue.code));
        let verdict = match (self.issues.is_empty(), deliberate) {
            (true, _) => PackageVerdict::Sound,
            (false, false) => PackageVerdict::Damaged,
            (false, true) => PackageVerdict::Altered,
        };
        let problems = self.issues.len() + self.more;
        if self.more > 0 {
            let message = format!("另有 {} 处。", self.more);
            self.issues.push(Issue::at("", "more", message));
        }
        let message = match (verdict, anchor) {
            (PackageVerdict::Sound, Some(_)) => "完好：与移交时一致".to_owned(),
            (PackageVerdict::Sound, None) if index.as_ref().is_some_and(|index| index.handover.is_some()) => {
                "完好：移交包的内容和清单相符；可与发出方核对移交校验码".to_owned()
            }
            (PackageVerdict::Sound, None) => {
                "完好：内容、清单和审计记录相符；要确认没有连清单一起改过，请用移交校验码再核对一次".to_owned()
            }
            (PackageVerdict::Damaged, _) => {
                format!("已损坏：有 {problems} 处与清单不符，清单本身没有改过；请向移交方重新要一份")
            }
            (PackageVerdict::Altered, _) => format!("被改动过：有 {problems} 处互相矛盾，不能作为凭据"),
        };
        let digest = digest_of(&self.manifest);
        let report = PackageReport {
            is_handover: index.as_ref().is_some_and(|index| index.handover.is_some()),
            verdict,
            message,
            documents: index.as_ref().map_or(0, |index| {
                index.documents.len() + index.handover.as_ref().map_or(0, |handover| handover.drafts.len())
            }),
            revisions: index.as_ref().map_or(0, |index| index.revisions().count()),
            files: self.listed.len(),
            bytes: self.bytes,
            code: code_of(&digest),
            digest,
            audit_head: self.head.as_ref().map(AuditHead::anchor),
            anchor,
            issues: self.issues,
        };
        Opened { package: self.package, report, index }
    }
}

/// What an entry tells of submitted revisions: number and revision, and the hash of what was frozen.
fn collect(entry: &AuditEntry, submitted: &mut BTreeMap<(String, String), String>) {
    let mut note = |of: &Value| {
        let text = |key: &str| of.get(key).and_then(Value::as_str).map(str::to_owned);
        if let (Some(number), Some(revision), Some(hash)) = (text("number"), text("revision"), text("sha256")) {
            submitted.insert((number, revision), hash);
        }
    };
    match entry.action.as_str() {
        "document.submit" => note(&entry.detail),
        "document.restore" => {
            entry.detail.get("revisions").and_then(Value::as_array).into_iter().flatten().for_each(note);
        }
        _ => {}
    }
}

fn text(package: &mut Package, path: &str, most: u64) -> Result<String> {
    String::from_utf8(package.read(path, most)?).map_err(|_| unreadable(path))
}

/// Paths and hashes of a manifest.
fn parse(name: &str, manifest: &str) -> Result<BTreeMap<String, String>> {
    let mut listed = BTreeMap::new();
    let mut folded = BTreeSet::new();
    for (index, line) in manifest.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |what: &str| entries::refused(format!("`{name}` 第 {} 行{what}", index + 1));
        let (hash, path) = line.split_once([' ', '\t']).ok_or_else(|| wrong("不是校验值和文件名"))?;
        let path = path.trim_start_matches([' ', '\t', '*']).trim_end_matches('\r');
        let path = path.strip_prefix("./").unwrap_or(path);
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong("不是校验值和文件名"));
        }
        if let Some(fault) = names::fault(path) {
            return Err(wrong(&format!("的文件名{fault}")));
        }
        if !folded.insert(names::folded(path)) {
            return Err(wrong("的文件名出现过"));
        }
        listed.insert(path.to_owned(), hash.to_ascii_lowercase());
        if listed.len() as u64 > limits::FILES {
            return Err(wrong("以后还有太多文件"));
        }
    }
    Ok(listed)
}

fn stopped() -> Error {
    Error::new(Code::BadRequest, "已停止，没有核对完")
}
