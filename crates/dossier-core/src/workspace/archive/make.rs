//! Making a package: checked first, written beside its name, read once more, and named when it is whole.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;

use crate::archive::bag::{self, Bag, INFO};
use crate::archive::handover::{self, HANDOVER, Line, README, Told};
use crate::archive::index::{
    self, AUDIT, CHECKS, DocumentPart, FilePart, INDEX, Index, KIND, PART_SCHEMA, PDF_A_NAME, REGISTER_CSV,
    REGISTER_XLSX, ReleasePart, Role, VOLUMES, VolumePart,
};
use crate::archive::{
    ArchiveCheck, ArchiveMade, ArchiveRequest, CheckLine, PackageVerdict, Packing, PackingStep, names, verify,
};
use crate::dossiers::Progress;
use crate::settings::Settings;
use crate::storage::{Storage, canonical};
use crate::{Code, Error, Result, files};

use super::super::control::thaw;
use super::super::{Workspace, act};
use super::check::{settled, stopped};
use super::pack::{self, Laid, Owner};
use super::volume;
use super::{Selection, name_of, scans};

/// Where texts lie that revisions share.
pub(in crate::workspace) const SHARED: &str = "data/公用";
/// Longest name of the folder that a package unpacks to, in bytes.
const LONGEST_ROOT: usize = 60;
/// Longest name of a volume, in bytes.
const VOLUME_BYTES: usize = 120;
/// Lists that stand at the end of a package.
const LISTS: [&str; 2] = ["受控文件清单", "移交清单"];

/// What a finished package tells of itself.
struct Written {
    file: File,
    check: ArchiveCheck,
    digest: String,
    head: String,
    files: usize,
    bytes: u64,
}

/// Whoever looks on while a package is made.
struct Onlooker<'a> {
    tell: &'a mut dyn FnMut(&Packing) -> ControlFlow<()>,
    /// Where the package will lie.
    to: String,
    bytes: u64,
    stopped: bool,
}

impl Onlooker<'_> {
    /// Tells how far a step is.
    ///
    /// # Errors
    /// Somebody stops the work.
    fn at(&mut self, step: PackingStep, Progress { done, total, what }: Progress) -> Result<()> {
        let packing = Packing { step, done, total, what, bytes: self.bytes, to: self.to.clone() };
        self.stopped |= (self.tell)(&packing).is_break();
        if self.stopped { Err(stopped()) } else { Ok(()) }
    }
}

impl Workspace {
    /// Archives what a scope names, in one zip file. `progress` is told of each step, before each thing in it, and once
    /// at the end; it may stop the work, and nothing is left then. What stood under the name stays until the package is
    /// whole and was read once more.
    ///
    /// # Errors
    /// A line of the check does not pass and is not excused, all told at once; the disk is full, cannot be written, or
    /// does not give back what was written. Then nothing is left behind.
    pub fn archive(
        &mut self,
        request: &ArchiveRequest,
        to: &Path,
        progress: &mut dyn FnMut(&Packing) -> ControlFlow<()>,
    ) -> Result<Option<ArchiveMade>> {
        let mut onlooker = Onlooker { tell: progress, to: files::display(to), bytes: 0, stopped: false };
        match self.make_archive(request, to, &mut onlooker) {
            Err(_) if onlooker.stopped => Ok(None),
            made => made.map(Some),
        }
    }

    fn make_archive(
        &mut self,
        request: &ArchiveRequest,
        to: &Path,
        onlooker: &mut Onlooker<'_>,
    ) -> Result<ArchiveMade> {
        let root = root_of(to)?;
        let (file, begun) = files::begin(to)?;
        let written = self.storage.at_one_moment(|storage| {
            let selection = Selection::of(storage, request)?;
            let packed_next = scans(storage, &selection.documents)?;
            let mut each = |at| onlooker.at(PackingStep::Check, at);
            let check = self.completeness(&selection, request, &packed_next, &mut each)?;
            check.pass()?;
            self.write_package(Bag::begin(file, &root), &selection, check, onlooker)
        })?;
        let Written { file, check, digest, head, files, bytes } = written;
        onlooker.at(PackingStep::Verify, Progress { done: 0, total: files, what: String::new() })?;
        read_back(begun.path(), &digest, onlooker)?;
        let code = bag::code_of(&digest);
        self.storage.transact(act(&self.environment, "archive.make"), |tx| {
            // Kept here too: what was checked, and why something was archived all the same.
            let kept = tx.keep_text(&canonical(&json!({ "digest": digest, "check": check })))?;
            tx.detail("scope", check.scope.as_str());
            tx.detail("documents", check.documents);
            tx.detail("revisions", check.revisions);
            tx.detail("digest", digest.as_str());
            tx.detail("check", kept);
            Ok(())
        })?;
        begun.finish(file)?;
        Ok(ArchiveMade {
            path: files::display(to),
            documents: check.documents,
            revisions: check.revisions,
            files,
            bytes,
            digest,
            code,
            audit_head: head,
            check,
        })
    }

    /// Writes everything.
    fn write_package(
        &self,
        mut bag: Bag,
        selection: &Selection,
        mut check: ArchiveCheck,
        onlooker: &mut Onlooker<'_>,
    ) -> Result<Written> {
        let storage = &self.storage;
        let settings = self.settings()?;
        let now = self.environment.now();
        let head = storage.audit_head()?;
        let releases = releases(storage, selection)?;
        let mut shared = BTreeMap::new();
        let mut documents = Vec::new();
        let mut lines = Vec::new();
        let (mut done, total) = (0, check.revisions);
        for document in &selection.documents {
            let uid = storage.document_uid(document.id)?;
            let release = document.release.as_ref().and_then(|name| releases.get(name));
            let mut part = DocumentPart {
                uid: uid.clone(),
                number: document.number.clone(),
                release: release.map(|release| release.uid.clone()),
                revisions: Vec::new(),
            };
            for record in storage.revisions_of(document.id)? {
                onlooker.at(PackingStep::Files, Progress { done, total, what: name_of(&record) })?;
                let thawed = thaw(storage, record)?;
                keep_shared(storage, &mut shared, &thawed.frozen.template.sha256, &thawed.frozen.settings)?;
                let owner = Owner { uid: &uid, release };
                let Laid { part: revision, line, checks } =
                    pack::pack(storage, &self.environment, &mut bag, &thawed, &owner)?;
                part.revisions.push(revision);
                lines.push(line);
                check.lines.extend(checks);
                onlooker.bytes = bag.payload().1;
                done += 1;
            }
            documents.push(part);
        }
        let mut volumes = Vec::new();
        for (done, (name, release)) in releases.iter().enumerate() {
            onlooker.at(PackingStep::Volumes, Progress { done, total: releases.len(), what: name.clone() })?;
            volumes.extend(self.write_volume(&mut bag, selection, name, release, &mut check)?);
            onlooker.bytes = bag.payload().1;
        }
        let check = settled(check);
        check.pass()?;
        onlooker.at(PackingStep::Lists, Progress { done: 0, total: LISTS.len(), what: LISTS.join("、") })?;
        let shared =
            shared.into_iter().map(|(path, (role, text))| Ok(FilePart::of(role, bag.add(&path, text.as_bytes())?)));
        let schema = Index::schema_with(&volumes);
        let index = Index {
            schema,
            kind: KIND.into(),
            releases: releases.into_values().collect(),
            documents,
            shared: shared.collect::<Result<_>>()?,
            volumes,
            handover: None,
        };
        bag.add(INDEX, &index::pretty(&index))?;
        drop(index);
        write_log(storage, &mut bag)?;
        self.write_lists(&mut bag, &settings, &lines, &check)?;

        let (files, bytes) = bag.payload();
        onlooker.bytes = bytes;
        let digest = bag::digest_of(&bag.manifest());
        let told = Told {
            organisation: &settings.organisation.name,
            at: now,
            schema,
            check: &check,
            files,
            bytes,
            head: &head,
        };
        let list = handover::handover(&lines, &told, &digest);
        bag.add(HANDOVER, &list.to_pdf(&self.environment, &settings)?.bytes)?;
        bag.add(README, handover::readme().as_bytes())?;
        bag.add(INFO, handover::info(&told).as_bytes())?;
        let file = bag.finish()?;
        Ok(Written { file, digest, head: head.anchor(), files, bytes, check })
    }

    /// Binds what is archived of a release. A file that cannot be bound is archived by itself, and told.
    fn write_volume(
        &self,
        bag: &mut Bag,
        selection: &Selection,
        name: &str,
        release: &ReleasePart,
        check: &mut ArchiveCheck,
    ) -> Result<Option<VolumePart>> {
        let of_release = selection.documents.iter().filter(|document| document.release.as_deref() == Some(name));
        let documents: Vec<_> = of_release.map(|document| document.id).collect();
        let id = format!("合订本/{name}");
        let bound = match volume::bind(&self.storage, &self.environment, name, &documents) {
            Ok(Some(bound)) => bound,
            Ok(None) => return Ok(None),
            Err(error) if matches!(error.code, Code::CorruptFile | Code::PasswordProtected) => {
                check.lines.push(CheckLine::warning(id, name, format!("没有合订本：{}。", error.message)));
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        check.lines.extend(bound.notes.into_iter().map(|note| CheckLine::warning(&*id, name, note.message)));
        let packed = bag.add(&format!("{VOLUMES}/{}.pdf", names::safe(name, VOLUME_BYTES)), &bound.bytes)?;
        let mut file = FilePart::of(Role::Volume, packed);
        if bound.archive {
            file.format = PDF_A_NAME.into();
        }
        Ok(Some(VolumePart { release: release.uid.clone(), file }))
    }

    fn write_lists(&self, bag: &mut Bag, settings: &Settings, lines: &[Line], check: &ArchiveCheck) -> Result<()> {
        let now = self.environment.now();
        let register = handover::register(lines, &check.scope, now);
        bag.add(REGISTER_XLSX, &register.to_xlsx(settings)?.bytes)?;
        bag.add(REGISTER_CSV, &register.to_csv())?;
        let told =
            json!({ "schema": PART_SCHEMA, "at": now.to_rfc3339(), "by": self.environment.user(), "check": check });
        bag.add(CHECKS, &index::pretty(&told))?;
        Ok(())
    }
}

/// Reads the written package from its first to its last byte, as whoever receives it will.
///
/// # Errors
/// It is not what was written; somebody stops it.
fn read_back(path: &Path, digest: &str, onlooker: &mut Onlooker<'_>) -> Result<()> {
    let mut tell = |at: &Progress| match onlooker.at(PackingStep::Verify, at.clone()) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let lost = |what: &str| {
        Error::new(Code::Io, format!("归档包没有写成：写完后从头校验，{what}"))
            .hint("磁盘可能有坏处，请换一个位置再归档；归档包没有留下，卷宗没有改动")
    };
    match verify(path, Some(digest), &mut tell) {
        Ok(report) if report.verdict == PackageVerdict::Sound => Ok(()),
        Ok(report) => Err(lost("读出的与写入的不同").issues(report.issues)),
        Err(error) => Err(lost(&error.message)),
    }
}

/// The whole log, an entry a line.
fn write_log(storage: &Storage, bag: &mut Bag) -> Result<()> {
    bag.stream(AUDIT, 0, |into| {
        storage.each_entry(|entry| {
            let mut line = canonical(&serde_json::to_value(&entry).expect("entries are JSON"));
            line.push('\n');
            into.write_all(line.as_bytes()).map_err(|error| bag::unwritable(&error))
        })
    })?;
    Ok(())
}

fn releases(storage: &Storage, selection: &Selection) -> Result<BTreeMap<String, ReleasePart>> {
    let part = |(name, id): (&String, &_)| {
        Ok((name.clone(), ReleasePart { name: name.clone(), uid: storage.release_uid(*id)? }))
    };
    selection.releases.iter().map(part).collect()
}

/// Template and settings of a revision, each once.
pub(in crate::workspace) fn keep_shared(
    storage: &Storage,
    shared: &mut BTreeMap<String, (Role, String)>,
    template: &str,
    settings: &str,
) -> Result<()> {
    let path = format!("{SHARED}/表单-{template}.toml");
    if let Entry::Vacant(place) = shared.entry(path) {
        place.insert((Role::Template, storage.template(template)?.text));
    }
    let path = format!("{SHARED}/设置-{settings}.json");
    if let Entry::Vacant(place) = shared.entry(path) {
        let missing = || Error::new(Code::DamagedDatabase, "提交时的单位设置不见了");
        place.insert((Role::Settings, storage.kept_text(settings)?.ok_or_else(missing)?));
    }
    Ok(())
}

/// The folder that the package unpacks to is called as the package is.
pub(in crate::workspace) fn root_of(to: &Path) -> Result<String> {
    let is_zip = to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    let stem = to.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    match stem {
        Some(stem) if is_zip => Ok(names::safe(&stem, LONGEST_ROOT)),
        _ => Err(Error::new(Code::UnsupportedFormat, format!("不能归档为 `{}`", files::display(to)))
            .hint("文件名请以 .zip 结尾")),
    }
}
