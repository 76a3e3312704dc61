//! What the window holds on to: the open data folder, files that were picked, files that were written.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dossier_core::backup::wire::{BackupMade, BackupRestored};
use dossier_core::backup::{Backups, Source};
use dossier_core::dossiers::{DossierQuery, PickedFile};
use dossier_core::{Code, Environment, Error, Result, Workspace};

/// The running program, shared by all commands.
#[derive(Debug)]
pub struct Program {
    folder: PathBuf,
    /// Why nothing can be opened, where that was known before the window stood.
    refused: Option<Error>,
    workspace: Mutex<Option<Workspace>>,
    /// A second connection, which only reads: a preview of a long plan must not keep an edit waiting.
    reader: Mutex<Option<Workspace>>,
    picked: Mutex<HashMap<String, PathBuf>>,
    tokens: AtomicU64,
    written: Mutex<BTreeSet<PathBuf>>,
    /// Set while an export shall stop.
    pub cancelled: AtomicBool,
    /// One export at a time: two would write progress into each other.
    pub exporting: Mutex<()>,
    /// Why the last copy that was due could not be made.
    trouble: Mutex<Option<Error>>,
    /// One copy at a time, and none while another takes the place of the data.
    copying: Mutex<()>,
}

impl Program {
    /// A program on a data folder, or on the platform's own. Nothing is opened yet.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let (folder, refused) = match folder.map_or_else(Environment::default_data_folder, Ok) {
            // The same folder from wherever the program is started; where there is none yet, its name will do.
            Ok(folder) => (std::path::absolute(&folder).unwrap_or(folder), None),
            Err(error) => (PathBuf::new(), Some(error)),
        };
        Self {
            folder,
            refused,
            workspace: Mutex::default(),
            reader: Mutex::default(),
            picked: Mutex::default(),
            tokens: AtomicU64::default(),
            written: Mutex::default(),
            cancelled: AtomicBool::default(),
            exporting: Mutex::default(),
            trouble: Mutex::default(),
            copying: Mutex::default(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens the data folder while the window is still being made.
    pub fn warm(&self) {
        // What is wrong is said to whoever asks.
        let _ = self.with(|workspace| workspace.library().map(drop));
        let _ = self.reading(|workspace| workspace.dossiers(&DossierQuery::default()).map(drop));
    }

    /// The bytes of a bundled font, by its file name.
    pub fn font(&self, name: &str) -> Option<Vec<u8>> {
        Environment::system().font_file(name)
    }

    /// Does something with the open data folder; one at a time.
    ///
    /// # Errors
    /// The folder cannot be opened; then the next call tries again. Or what `body` says.
    pub fn with<T>(&self, body: impl FnOnce(&mut Workspace) -> Result<T>) -> Result<T> {
        body(self.opened(&mut lock(&self.workspace))?)
    }

    /// Reads beside the edits that go on meanwhile: sees everything that was stored when it begins.
    ///
    /// # Errors
    /// As [`Program::with`].
    pub fn reading<T>(&self, body: impl FnOnce(&Workspace) -> Result<T>) -> Result<T> {
        body(self.opened(&mut lock(&self.reader))?)
    }

    /// A connection of its own, for work that takes long.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn another(&self) -> Result<Workspace> {
        self.open()
    }

    /// Does something with the backups; the data folder need not be open, nor be such that it can be opened.
    ///
    /// # Errors
    /// There is no data folder; what `body` says.
    pub fn backups<T>(&self, body: impl FnOnce(&Backups<'_>) -> Result<T>) -> Result<T> {
        if let Some(error) = &self.refused {
            return Err(error.clone());
        }
        body(&Backups::of(&self.folder, &Environment::system()))
    }

    /// Which copy the page means: one by its name, or a file that somebody picked by its token.
    ///
    /// # Errors
    /// There is none.
    pub fn source(&self, id: &str) -> Result<Source> {
        let picked = lock(&self.picked).get(id).cloned();
        picked.map_or_else(|| Source::parse(id), |path| Ok(Source::File(path)))
    }

    /// Makes a copy because somebody asks for it.
    ///
    /// # Errors
    /// No copy could be made.
    pub fn back_up_now(&self) -> Result<BackupMade> {
        let _alone = lock(&self.copying);
        let made = self.backups(|backups| backups.make_now())?;
        *lock(&self.trouble) = None;
        Ok(made)
    }

    /// Makes a copy where one is due, beside everything else that goes on. What stands in the way is kept until it does
    /// no more.
    pub fn tend(&self) {
        let _alone = lock(&self.copying);
        // Where nothing is open, nothing is written; and a folder that cannot be opened is left as it is.
        if lock(&self.workspace).is_some() {
            *lock(&self.trouble) = self.backups(|backups| backups.tend()).err();
        }
    }

    /// What people should know of the last copy that was due.
    pub fn trouble(&self) -> Option<String> {
        let trouble = lock(&self.trouble).clone()?;
        let told = [Some(trouble.message), trouble.hint].into_iter().flatten().collect::<Vec<_>>().join("。");
        Some(format!("最近一次自动备份没有做成：{told}"))
    }

    /// Puts a copy in the place of the data. Everything that has them open lets go first, and opens them anew afterwards.
    ///
    /// # Errors
    /// An export runs; another window or program has the data open; the copy is damaged; the disk is full. Then
    /// everything is as it was.
    pub fn restore(&self, source: &Source) -> Result<BackupRestored> {
        let _alone = lock(&self.copying);
        let _no_export = self
            .exporting
            .try_lock()
            .map_err(|_| Error::new(Code::Busy, "正在导出，没有恢复").hint("等导出完成，或先取消，再恢复一次"))?;
        let (mut workspace, mut reader) = (lock(&self.workspace), lock(&self.reader));
        (*workspace, *reader) = (None, None);
        self.backups(|backups| backups.restore(source))
    }

    /// Keeps where a file lies that somebody picked or dropped, and gives it a token: the page never learns the place.
    pub fn pick(&self, path: PathBuf) -> PickedFile {
        let token = format!("file-{}", self.tokens.fetch_add(1, Ordering::Relaxed) + 1);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        lock(&self.picked).insert(token.clone(), path);
        PickedFile { token, name }
    }

    /// Where the file of a token lies.
    ///
    /// # Errors
    /// No file was picked under it since the program was started.
    pub fn picked(&self, token: &str) -> Result<PathBuf> {
        lock(&self.picked)
            .get(token)
            .cloned()
            .ok_or_else(|| Error::new(Code::NotFound, "选过的文件已经不在手边").hint("重新选择该文件即可"))
    }

    /// Notes a file that this program wrote.
    pub fn wrote(&self, path: PathBuf) {
        lock(&self.written).insert(path);
    }

    /// The path, if this program wrote it: nothing else is opened for the page.
    ///
    /// # Errors
    /// It did not, or the file is gone.
    pub fn written(&self, path: &str) -> Result<PathBuf> {
        let path = PathBuf::from(path);
        if !lock(&self.written).contains(&path) {
            return Err(Error::new(Code::BadRequest, format!("`{}` 不是本次导出的文件", path.display()))
                .hint("在文件夹中打开它"));
        }
        if !path.exists() {
            return Err(
                Error::new(Code::NotFound, format!("`{}` 已被移走或删除", path.display())).hint("重新导出一次即可")
            );
        }
        Ok(path)
    }

    fn opened<'a>(&self, slot: &'a mut Option<Workspace>) -> Result<&'a mut Workspace> {
        if slot.is_none() {
            *slot = Some(self.open()?);
        }
        Ok(slot.as_mut().expect("it was opened above"))
    }

    fn open(&self) -> Result<Workspace> {
        match &self.refused {
            Some(error) => Err(error.clone()),
            None => Workspace::open(&self.folder, Environment::system()),
        }
    }
}

/// A command that panicked left nothing half done: what it stored was one transaction, all or nothing.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_this_program_wrote_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::new(Some(folder.path().join("data")));
        let path = folder.path().join("a.pdf");
        std::fs::write(&path, "x").unwrap();
        let asked = path.to_str().unwrap();
        assert_eq!(program.written(asked).unwrap_err().code, Code::BadRequest);
        program.wrote(path.clone());
        assert_eq!(program.written(asked).unwrap(), path);
        let round = folder.path().join("data/../a.pdf");
        assert!(program.written(round.to_str().unwrap()).is_err(), "another way to the same file was not written");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(program.written(asked).unwrap_err().code, Code::NotFound);
    }

    #[test]
    fn a_picked_file_is_known_by_its_token_alone() {
        let program = Program::new(Some("data".into()));
        let picked = program.pick("/home/somebody/计划.xlsx".into());
        assert_eq!(picked.name, "计划.xlsx");
        assert_eq!(program.picked(&picked.token).unwrap(), Path::new("/home/somebody/计划.xlsx"));
        assert!(program.picked("/etc/passwd").is_err());
    }

    #[test]
    fn a_copy_takes_the_place_of_open_data_and_both_connections_see_it() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::new(Some(folder.path().into()));
        let name = |name: &str| {
            let changes = serde_json::json!({ "user": { "name": name } });
            program.with(|workspace| workspace.change_settings(&changes)).unwrap();
        };
        let named = || program.reading(|workspace| Ok(workspace.settings()?.user.name)).unwrap();
        name("周敏");
        let copy = program.back_up_now().unwrap().copy.unwrap();
        name("韩朔");
        assert_eq!(named(), "韩朔");
        let exporting = lock(&program.exporting);
        assert_eq!(program.restore(&program.source(&copy.id).unwrap()).unwrap_err().code, Code::Busy);
        drop(exporting);
        program.restore(&program.source(&copy.id).unwrap()).unwrap();
        assert_eq!(named(), "周敏");
        assert_eq!(program.with(|workspace| Ok(workspace.settings()?.user.name)).unwrap(), "周敏");
        assert!(program.source("/etc/passwd").is_err(), "the page cannot name a file");
    }

    #[test]
    fn what_keeps_a_copy_from_being_made_is_told_until_it_does_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::new(Some(folder.path().into()));
        program.tend();
        assert_eq!(program.trouble(), None, "nothing is open yet");
        let changes = serde_json::json!({ "user": { "name": "周敏" } });
        program.with(|workspace| workspace.change_settings(&changes)).unwrap();
        std::fs::write(folder.path().join("backups"), "in the way").unwrap();
        program.tend();
        assert!(program.trouble().is_some_and(|trouble| trouble.contains("那里是一个文件")), "{:?}", program.trouble());
        std::fs::remove_file(folder.path().join("backups")).unwrap();
        program.tend();
        assert_eq!(program.trouble(), None);
        assert!(folder.path().join("backups").is_dir());
    }

    #[test]
    fn a_damaged_database_is_told_and_left_as_it_was_and_a_repaired_one_opens() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("dossier.db");
        std::fs::write(&database, vec![7; 4096]).unwrap();
        let program = Program::new(Some(folder.path().into()));
        let error = program.with(|_| Ok(())).unwrap_err();
        assert_eq!(error.code, Code::DamagedDatabase);
        assert_eq!(std::fs::read(&database).unwrap(), vec![7; 4096]);
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["dossier.db"], "nothing was written beside it");
        std::fs::remove_file(&database).unwrap();
        program.with(|_| Ok(())).unwrap();
    }
}
