//! Copies that people can choose from: each was opened and checked before it is offered.

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveDateTime};

use super::state::State;
use super::times::{distance, of_file, wire};
use super::wire::{BackupCopy, BackupOffers, BackupPlace};
use super::{Backups, name_of, names_in, size};
use crate::storage::FILE_NAME;
use crate::storage::backup::{CopyName, Held, Why, beside, inspect_copy};
use crate::{Code, Error, Result, files};

/// Which copy is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// One beside the data, by its name.
    Here(CopyName),
    /// One in the second folder, by its name.
    Second(CopyName),
    /// A file that somebody pointed at.
    File(PathBuf),
}

/// A copy that lies somewhere, not opened yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub source: Source,
    pub name: CopyName,
    pub path: PathBuf,
    pub bytes: u64,
}

impl Backups<'_> {
    /// All copies, newest first; what lies in both folders, once.
    pub fn list(&self) -> Vec<Listed> {
        let here = self.names().into_iter().map(|(name, path)| Listed::of(Source::Here(name.clone()), name, path));
        let mut all: Vec<Listed> = here.collect();
        let second = State::read(&self.folder()).second.map(|second| names_in(&second.place)).unwrap_or_default();
        for (name, path) in second {
            if !all.iter().any(|known| known.name == name) {
                all.push(Listed::of(Source::Second(name.clone()), name, path));
            }
        }
        all.sort_by_key(|listed| std::cmp::Reverse((listed.name.at, listed.name.file())));
        all
    }

    /// At most so many copies that were opened and checked just now, newest first: the last two, and the last one of
    /// each day before. Works where the database cannot be opened.
    pub fn offers(&self, most: usize) -> BackupOffers {
        let all = self.list();
        let mut copies: Vec<BackupCopy> = Vec::new();
        let mut unusable = Vec::new();
        let mut last_day: Option<NaiveDate> = None;
        for listed in &all {
            let day = listed.name.at.date();
            let stands_for_itself = copies.len() < 2 || last_day.is_none_or(|last| day < last) || most >= all.len();
            if copies.len() == most || !stands_for_itself {
                continue;
            }
            match inspect_copy(&listed.path) {
                Ok(holds) => {
                    copies.push(self.describe_copy(&listed.source, &listed.path, &holds));
                    last_day = Some(day);
                }
                Err(error) => unusable.push(error.message),
            }
        }
        let recommended = copies.iter().find(|copy| copy.issues.is_empty()).or(copies.first());
        let last_write = self.last_write();
        let between = recommended.and_then(|copy| {
            let at = all.iter().find(|listed| listed.source.id() == copy.id)?.name.at;
            Some(distance(at, last_write.filter(|last| *last >= at)?))
        });
        BackupOffers {
            recommended: recommended.map(|copy| copy.id.clone()),
            distance: between.map(|between| format!("距损坏 {between}")).unwrap_or_default(),
            more: all.len() > copies.len() + unusable.len(),
            copies,
            unusable,
            last_write: last_write.map(wire),
            today: self.now().format("%Y-%m-%d").to_string(),
        }
    }

    /// Opens a copy, checks it and tells what it holds.
    ///
    /// # Errors
    /// There is no such copy, or it is damaged.
    pub fn verify(&self, source: &Source) -> Result<BackupCopy> {
        let path = self.path(source)?;
        Ok(self.describe_copy(source, &path, &inspect_copy(&path)?))
    }

    /// What somebody typed: a file, or the name of a copy.
    ///
    /// # Errors
    /// There is no such file or copy.
    pub fn find(&self, typed: &Path) -> Result<Source> {
        let named = typed.to_str().and_then(CopyName::parse);
        let known = named.and_then(|name| self.list().into_iter().find(|listed| listed.name == name));
        match known {
            // A file of that name at hand is what was meant.
            Some(listed) if !typed.exists() => Ok(listed.source),
            _ if typed.is_file() => Ok(Source::File(typed.to_path_buf())),
            _ => Err(Error::new(Code::NotFound, format!("没有备份 `{}`", files::display(typed)))
                .hint("可用 `dossier backup list` 查看有哪些备份，或写出文件的完整路径")),
        }
    }

    pub(super) fn path(&self, source: &Source) -> Result<PathBuf> {
        Ok(match source {
            Source::Here(name) => self.folder().join(name.file()),
            Source::Second(name) => {
                let second = State::read(&self.folder()).second;
                let gone = || Error::new(Code::NotFound, "第二个备份文件夹没有连上").hint("接上盘后再试一次");
                second.ok_or_else(gone)?.place.join(name.file())
            }
            Source::File(path) => path.clone(),
        })
    }

    pub(super) fn describe_copy(&self, source: &Source, path: &Path, holds: &Held) -> BackupCopy {
        let at = self.time_of(path, holds);
        let revisions = holds.revisions.filter(|revisions| *revisions > 0);
        let count = match revisions {
            Some(revisions) => format!("{revisions} 个版本"),
            None => format!("{} 份文档", holds.documents),
        };
        let log = match holds.faults.first() {
            None => "审计记录完整".to_owned(),
            Some(first) => first.message.clone(),
        };
        BackupCopy {
            id: source.id(),
            file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            at: at.map(wire).unwrap_or_default(),
            place: source.place(),
            kind: at.map(|at| self.kind(name_of(path).map(|name| name.why), at)).unwrap_or_default(),
            bytes: size(path),
            releases: holds.releases,
            documents: holds.documents,
            revisions: holds.revisions,
            entries: holds.head.seq,
            holds: format!("{} 个卷宗，{count}，{log}", holds.releases),
            issues: holds.faults.clone(),
        }
    }

    /// When a copy was made; of a file without such a name, when something was last written in it.
    pub(super) fn time_of(&self, path: &Path, holds: &Held) -> Option<NaiveDateTime> {
        let named = name_of(path).map(|name| name.at);
        named.or_else(|| super::times::local(&holds.head.at, self.environment))
    }

    fn kind(&self, why: Option<Why>, at: NaiveDateTime) -> String {
        let days = (self.now().date() - at.date()).num_days();
        match why.map_or("", Why::label) {
            "" if why.is_none() || days <= 0 => "",
            "" if days <= 7 => "每日备份",
            "" if days <= 31 => "每周备份",
            "" => "每月备份",
            label => label,
        }
        .to_owned()
    }

    /// When the data was last written, as the disk tells.
    pub(super) fn last_write(&self) -> Option<NaiveDateTime> {
        let database = self.data.join(FILE_NAME);
        let log = beside(&database, "-wal");
        // Whoever opens the database makes an empty log.
        let log = (size(&log) > 0).then(|| files::modified(&log)).flatten();
        let written = files::modified(&database).max(log)?;
        of_file(written, self.environment)
    }
}

impl Listed {
    fn of(source: Source, name: CopyName, path: PathBuf) -> Self {
        let bytes = size(&path);
        Self { source, name, path, bytes }
    }
}

impl Source {
    /// By which the window names it; it never learns where a copy lies, and cannot name one that is not listed.
    pub fn id(&self) -> String {
        match self {
            Self::Here(name) => format!("here/{}", name.file()),
            Self::Second(name) => format!("second/{}", name.file()),
            Self::File(path) => files::display(path),
        }
    }

    /// Reads such a name.
    ///
    /// # Errors
    /// It names no copy.
    pub fn parse(id: &str) -> Result<Self> {
        let none = || Error::new(Code::NotFound, format!("没有备份 `{id}`")).hint("重新打开备份的列表，再选一次");
        let (place, file) = id.split_once('/').ok_or_else(none)?;
        let name = CopyName::parse(file).ok_or_else(none)?;
        match place {
            "here" => Ok(Self::Here(name)),
            "second" => Ok(Self::Second(name)),
            _ => Err(none()),
        }
    }

    pub const fn place(&self) -> BackupPlace {
        match self {
            Self::Here(_) => BackupPlace::Here,
            Self::Second(_) => BackupPlace::Second,
            Self::File(_) => BackupPlace::Elsewhere,
        }
    }
}
