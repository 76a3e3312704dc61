//! Making a package: checked first, written beside its name, and named when it is whole.

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
use crate::archive::{ArchiveCheck, ArchiveMade, ArchiveRequest, CheckLine, names};
use crate::dossiers::Progress;
use crate::settings::Settings;
use crate::storage::{Storage, canonical};
use crate::{Code, Error, Result, files};

use super::super::control::thaw;
use super::super::{Workspace, act};
use super::check::settled;
use super::pack::{self, Laid, Owner};
use super::volume;
use super::{Selection, name_of, scans};

/// Where texts lie that revisions share.
pub(in crate::workspace) const SHARED: &str = "data/公用";
/// Longest name of the folder that a package unpacks to, in bytes.
const LONGEST_ROOT: usize = 60;
/// Longest name of a volume, in bytes.
const VOLUME_BYTES: usize = 120;

/// What a finished package tells of itself.
struct Written {
    file: File,
    check: ArchiveCheck,
    digest: String,
    head: String,
    files: usize,
    bytes: u64,
}

impl Workspace {
    /// Archives what a scope names, in one zip file. `progress` is told before each revision and once at the end; it may
    /// stop the work, and nothing is left then. What stood under the name stays until the package is whole.
    ///
    /// # Errors
    /// A line of the check does not pass and is not excused, all told at once; the disk is full or cannot be written.
    /// Then nothing is left behind.
    pub fn archive(
        &mut self,
        request: &ArchiveRequest,
        to: &Path,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Option<ArchiveMade>> {
        let root = root_of(to)?;
        let (file, begun) = files::begin(to)?;
        let written = self.storage.at_one_moment(|storage| {
            let selection = Selection::of(storage, request)?;
            let check = self.completeness(&selection, request, &scans(storage, &selection.documents)?)?;
            check.pass()?;
            self.write_package(Bag::begin(file, &root), &selection, check, progress)
        })?;
        let Some(written) = written else { return Ok(None) };
        let Written { file, check, digest, head, files, bytes } = written;
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
        Ok(Some(ArchiveMade {
            path: files::display(to),
            documents: check.documents,
            revisions: check.revisions,
            files,
            bytes,
            digest,
            code,
            audit_head: head,
            check,
        }))
    }

    /// Writes everything; none where `progress` stops it.
    fn write_package(
        &self,
        mut bag: Bag,
        selection: &Selection,
        mut check: ArchiveCheck,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Option<Written>> {
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
                if progress(&Progress { done, total, what: name_of(&record) }).is_break() {
                    return Ok(None);
                }
                let thawed = thaw(storage, record)?;
                keep_shared(storage, &mut shared, &thawed.frozen.template.sha256, &thawed.frozen.settings)?;
                let owner = Owner { uid: &uid, release };
                let Laid { part: revision, line, checks } =
                    pack::pack(storage, &self.environment, &mut bag, &thawed, &owner)?;
                part.revisions.push(revision);
                lines.push(line);
                check.lines.extend(checks);
                done += 1;
            }
            documents.push(part);
        }
        let mut volumes = Vec::new();
        for (name, release) in &releases {
            if progress(&Progress { done, total, what: format!("合订本 {name}") }).is_break() {
                return Ok(None);
            }
            volumes.extend(self.write_volume(&mut bag, selection, name, release, &mut check)?);
        }
        let check = settled(check);
        check.pass()?;
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
        // Nothing is left that could be stopped.
        let _ = progress(&Progress { done: total, total, what: String::new() });
        Ok(Some(Written { file, digest, head: head.anchor(), files, bytes, check }))
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
