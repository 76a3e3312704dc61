//! The one door to the file system.
//!
//! Reading has limits, writing is whole or not at all, and every error names the file, what was tried and the way out.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use memmap2::Mmap;

use crate::{Code, Error, Result};

/// Content and settings that people hand over as JSON.
pub const JSON_LIMIT: u64 = 64 << 20;
/// Workbooks, packed.
pub const WORKBOOK_LIMIT: u64 = 50 << 20;
/// Scans of signed paper.
pub const SCAN_LIMIT: u64 = 100 << 20;
/// Templates and other text that belongs to the program.
pub const TEXT_LIMIT: u64 = 4 << 20;

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// The file is missing, no file, not readable, or longer.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|error| problem("读取", path, &error))?;
    read_from(file, limit).map_err(|error| match error {
        ReadError::Io(error) => problem("读取", path, &error),
        ReadError::TooLarge => too_large(&display(path), limit),
    })
}

/// Reads everything from the standard input, up to `limit` bytes.
///
/// # Errors
/// The input cannot be read, or is longer.
pub fn read_standard_input(limit: u64) -> Result<Vec<u8>> {
    read_from(io::stdin().lock(), limit).map_err(|error| match error {
        ReadError::Io(error) => Error::new(Code::Io, format!("无法读取标准输入：{error}")),
        ReadError::TooLarge => too_large("标准输入", limit),
    })
}

/// Reads a whole UTF-8 text; a byte order mark is dropped.
///
/// # Errors
/// As [`read`], or the file is no UTF-8 text.
pub fn read_text(path: &Path, limit: u64) -> Result<String> {
    text(read(path, limit)?, &display(path))
}

/// UTF-8 text without its byte order mark; `name` stands in the message.
///
/// # Errors
/// The bytes are no UTF-8 text.
pub fn text(mut bytes: Vec<u8>, name: &str) -> Result<String> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        Error::new(Code::CorruptFile, format!("`{name}` 第 {} 行不是 UTF-8 文本", line + 1))
            .hint("请用 UTF-8 编码另存该文件后重试")
    })
}

/// Writes a file whole or not at all: what stood there before stays until the new bytes are safely on the disk.
///
/// A link is followed: the file that it names is replaced. Devices and pipes are written to directly.
///
/// # Errors
/// The folder is missing or not writable, the disk is full, the file is protected or open elsewhere.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |error: &io::Error| problem("写入", path, error);
    let target = if path.is_symlink() { fs::canonicalize(path).map_err(|e| fail(&e))? } else { path.to_path_buf() };
    let old = match fs::metadata(&target) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(fail(&error)),
    };
    if let Some(old) = &old {
        if old.is_dir() {
            return Err(fail(&io::ErrorKind::IsADirectory.into()));
        }
        if !old.is_file() {
            let mut device = OpenOptions::new().write(true).open(&target).map_err(|e| fail(&e))?;
            return device.write_all(bytes).and_then(|()| device.flush()).map_err(|e| fail(&e));
        }
        if old.permissions().readonly() {
            return Err(Error::new(Code::Io, format!("无法写入 `{}`：文件是只读的", display(path)))
                .hint("请取消该文件的只读属性，或换一个文件名"));
        }
    }
    let (mut file, guard) = Temporary::beside(&target).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::new(Code::NotFound, format!("无法写入 `{}`：文件夹不存在", display(path)))
            .hint("请先建立该文件夹，或换一个位置"),
        _ => fail(&error),
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| fail(&e))?;
    if let Some(old) = old {
        // Not worth failing for: some shares know no permissions.
        let _ = file.set_permissions(old.permissions());
    }
    drop(file);
    guard.persist(&target).map_err(|e| fail(&e))?;
    sync_folder_of(&target);
    Ok(())
}

/// Begins a file that is written piece by piece: under a name beside its own, until [`Begun::finish`] gives it its own.
/// What stood there before stays until then; a file that is given up leaves nothing.
///
/// # Errors
/// The folder is missing or not writable, a folder has that name.
pub fn begin(path: &Path) -> Result<(File, Begun)> {
    if path.is_dir() {
        return Err(problem("写入", path, &io::ErrorKind::IsADirectory.into()));
    }
    let (file, guard) = Temporary::beside(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::new(Code::NotFound, format!("无法写入 `{}`：文件夹不存在", display(path)))
            .hint("请先建立该文件夹，或换一个位置"),
        _ => problem("写入", path, &error),
    })?;
    Ok((file, Begun { guard, target: path.to_path_buf() }))
}

/// A file on its way to its name.
pub struct Begun {
    guard: Temporary,
    target: PathBuf,
}

impl Begun {
    /// Where it lies until then.
    pub fn path(&self) -> &Path {
        &self.guard.path
    }

    /// Gives the written file its name, once its bytes are on the disk.
    ///
    /// # Errors
    /// The disk does not take them; the file of that name is protected or open elsewhere.
    pub fn finish(self, file: File) -> Result<()> {
        let Self { guard, target } = self;
        let fail = |error: &io::Error| problem("写入", &target, error);
        file.sync_all().map_err(|error| fail(&error))?;
        drop(file);
        guard.persist(&target).map_err(|error| fail(&error))?;
        sync_folder_of(&target);
        Ok(())
    }
}

/// A file of many megabytes that is being written: what was written goes to the disk while the rest is made. Systems
/// that keep it in memory until somebody waits for it would have people wait for all of it at the end.
pub struct Flowing {
    file: File,
    /// Bytes since the disk was told last.
    fresh: u64,
    pump: Option<Pump>,
}

/// The thread that waits for the disk.
struct Pump {
    tell: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

/// So much is written before the disk is told.
const FLOW: u64 = 8 << 20;

impl Flowing {
    pub fn new(file: File) -> Self {
        Self { file, fresh: 0, pump: None }
    }

    /// Gives the file back. Its last bytes may still be on their way.
    ///
    /// # Errors
    /// The disk did not take what came before: whoever asks it again is not told of that any more.
    pub fn settle(mut self) -> io::Result<File> {
        self.wait()?;
        self.file.try_clone()
    }

    fn wait(&mut self) -> io::Result<()> {
        let Some(Pump { tell, thread }) = self.pump.take() else { return Ok(()) };
        drop(tell);
        thread.join().expect("waiting does not fail")
    }

    fn tell(&mut self) -> io::Result<()> {
        self.fresh = 0;
        if self.pump.is_none() {
            // Without it everything takes longer, and is as right.
            self.pump = Pump::start(&self.file).ok();
        }
        match self.pump.as_ref().map(|pump| pump.tell.try_send(())) {
            // It has stopped at an error.
            Some(Err(TrySendError::Disconnected(()))) => self.wait(),
            _ => Ok(()),
        }
    }
}

impl Pump {
    fn start(file: &File) -> io::Result<Self> {
        let file = file.try_clone()?;
        // While the disk is busy one more word waits: told twice is told once.
        let (tell, told) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("flow".into())
            .spawn(move || told.into_iter().try_for_each(|()| file.sync_data()))?;
        Ok(Self { tell, thread })
    }
}

impl Write for Flowing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.fresh += count as u64;
        if self.fresh >= FLOW {
            self.tell()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Flowing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for Flowing {
    /// A file that is given up can be removed only when nobody has it open any more.
    fn drop(&mut self) {
        let _ = self.wait();
    }
}

/// Makes a folder with all that lead to it.
///
/// # Errors
/// A file of that name is in the way, or the place is not writable.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| {
        if path.exists() && !path.is_dir() {
            return Error::new(Code::Io, format!("无法使用文件夹 `{}`：那里是一个文件", display(path)))
                .hint("请换一个文件夹");
        }
        problem("建立文件夹", path, &error)
    })
}

/// The entries of a folder, sorted by name; none where the folder is missing.
///
/// # Errors
/// The folder cannot be read.
pub fn list(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(problem("读取文件夹", path, &error)),
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| problem("读取文件夹", path, &error))?;
    paths.sort();
    Ok(paths)
}

/// Removes a file that this program made; that it is gone already is no error.
///
/// # Errors
/// The file is there and cannot be removed.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(problem("删除", path, &error)),
        _ => Ok(()),
    }
}

/// Makes an empty file of a name that is free.
///
/// # Errors
/// The name is taken, the folder is missing or not writable, the disk is full.
pub fn create(path: &Path) -> Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| problem("写入", path, &error))
}

/// Opens a file to be read piece by piece.
///
/// # Errors
/// The file is missing or not readable.
pub fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| problem("读取", path, &error))
}

/// Copies a file that nobody writes to under a name that is free, and waits until the bytes are on the disk. What a
/// failed copy leaves is removed.
///
/// # Errors
/// The file cannot be read, the name is taken, the place is not writable, the disk is full.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = open(from)?;
    let mut target = create(to)?;
    let copied = io::copy(&mut source, &mut target).and_then(|_| target.sync_all());
    copied.map_err(|error| {
        drop(target);
        let _ = fs::remove_file(to);
        problem("写入", to, &error)
    })
}

/// Gives a file a second name where the disk can, else the second name alone. A second name that stands there stays.
///
/// # Errors
/// The file is missing, the place is not writable.
pub fn name_also(file: &Path, second: &Path) -> Result<()> {
    if !second.exists() && fs::hard_link(file, second).is_err() {
        fs::rename(file, second).map_err(|error| problem("写入", second, &error))?;
    }
    sync_folder_of(second);
    Ok(())
}

/// Holds a file that stands for a folder, so that one process at a time works there. It ends with the process.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "closing it lets go")] File);

/// Takes hold of a folder by a file in it; waits for another process up to `patience`.
///
/// # Errors
/// Another process holds it all the time; the file cannot be made.
pub fn hold(path: &Path, patience: Duration) -> Result<Held> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| problem("写入", path, &error))?;
    let pause = Duration::from_millis(20);
    let mut left = patience;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if left.is_zero() => {
                let folder = path.parent().unwrap_or(path);
                return Err(Error::new(Code::Busy, format!("另一个窗口或程序正在使用 `{}`", display(folder)))
                    .hint("等它完成后再试；若一直如此，请关闭其他正在使用同一数据文件夹的程序"));
            }
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(pause);
                left = left.saturating_sub(pause);
            }
            // Some shares know no locks; they are slow enough that two programs seldom meet there.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(Held(file)),
        }
    }
}

/// When a file was last written; none where it is missing or the disk does not say.
pub fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// Gives a finished file its final name in one step.
///
/// # Errors
/// The place is not writable.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| problem("写入", to, &error))?;
    sync_folder_of(to);
    Ok(())
}

/// Waits until the bytes of a finished file are on the disk.
///
/// # Errors
/// The disk does not take them.
pub fn sync(path: &Path) -> Result<()> {
    // Windows flushes only handles that may write.
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| problem("写入", path, &error))
}

/// A file of the program's own, mapped into memory page by page as it is used: a font of 15 MB costs what is read of it.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map(path: &Path) -> Result<Mmap> {
    let file = File::open(path).map_err(|error| problem("读取", path, &error))?;
    map_file(&file).map_err(|error| problem("读取", path, &error))
}

#[expect(
    unsafe_code,
    reason = "mapping is sound while nobody cuts the file short; fonts are replaced by installers, never written in place"
)]
fn map_file(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is private and read-only, see the reason above.
    unsafe { Mmap::map(file) }
}

/// Tells an input or output error: what was tried, where, why, and what to do.
pub fn problem(verb: &str, path: &Path, error: &io::Error) -> Error {
    use io::ErrorKind as Kind;
    let (code, why, hint) = match error.kind() {
        Kind::NotFound => (Code::NotFound, "找不到该文件或文件夹", "请检查路径和文件名"),
        Kind::PermissionDenied => (Code::Io, "没有权限", "请检查该位置的访问权限，或换一个位置"),
        Kind::ReadOnlyFilesystem => (Code::Io, "磁盘是只读的", "请换一个可以写入的位置"),
        Kind::StorageFull | Kind::QuotaExceeded => (Code::Io, "磁盘空间不足", "请清理磁盘后重试，或换一个磁盘"),
        Kind::IsADirectory => (Code::Io, "那里是一个文件夹", "请给出文件名"),
        Kind::NotADirectory => (Code::Io, "路径中有一段不是文件夹", "请检查路径"),
        Kind::InvalidFilename => (Code::Io, "文件名无效或过长", "请换一个文件名"),
        _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => {
            (Code::Io, "文件正在另一个程序中打开", "请在那个程序中关闭该文件后重试")
        }
        _ => {
            return Error::new(Code::Io, format!("无法{verb} `{}`：{error}", display(path)))
                .hint("请检查磁盘和路径后重试");
        }
    };
    Error::new(code, format!("无法{verb} `{}`：{why}", display(path))).hint(hint)
}

/// The path as people write it.
pub fn display(path: &Path) -> String {
    path.display().to_string()
}

enum ReadError {
    Io(io::Error),
    TooLarge,
}

/// Counts what is read instead of trusting what the file says of its length.
fn read_from(source: impl Read, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge) } else { Ok(bytes) }
}

fn too_large(name: &str, limit: u64) -> Error {
    Error::new(Code::TooLarge, format!("`{name}` 超过 {} MB", limit >> 20)).hint("请确认文件是否选对，或拆分后重试")
}

/// A name beside the target that is removed again unless it becomes the target.
struct Temporary {
    path: PathBuf,
    kept: bool,
}

impl Temporary {
    fn beside(target: &Path) -> io::Result<(File, Self)> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if target.file_name().is_none() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        loop {
            // Short and of its own, whatever the length of the target's name.
            let name = format!(".dossier-{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let path = folder.join(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Self { path, kept: false })),
                // Left behind by a process that was killed and had the same number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn persist(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a rename last through a power cut. Where folders cannot be synced (Windows), the system does it by itself.
fn sync_folder_of(path: &Path) {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        list(folder).unwrap().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_written_file_replaces_the_old_one_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("表.json");
        write(&path, b"old and longer").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(read(&path, 100).unwrap(), b"new");
        assert_eq!(entries(folder.path()), ["表.json"], "no temporary file stays behind");
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pdf");
        write(&path, b"old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = write(&path, b"new").unwrap_err();
        assert_eq!(error.code, Code::Io);
        assert!(error.message.contains("只读"), "{}", error.message);
        assert_eq!(read(&path, 100).unwrap(), b"old");
        assert_eq!(entries(folder.path()), ["a.pdf"]);
    }

    #[test]
    fn a_missing_folder_and_a_folder_of_that_name_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let missing = write(&folder.path().join("no/such/a.pdf"), b"x").unwrap_err();
        assert!(missing.message.contains("文件夹不存在"), "{}", missing.message);
        let taken = write(folder.path(), b"x").unwrap_err();
        assert!(taken.message.contains("那里是一个文件夹"), "{}", taken.message);
        assert_eq!(read(folder.path(), 10).unwrap_err().code, Code::Io);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_keeps_being_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        write(&real, b"old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(read(&real, 10).unwrap(), b"new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let full = folder.path().join("full.pdf");
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        let error = write(&full, b"x").unwrap_err();
        assert!(error.message.contains("磁盘空间不足"), "{}", error.message);
    }

    #[test]
    fn what_is_too_long_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write(&path, &[b' '; 11]).unwrap();
        assert_eq!(read(&path, 10).unwrap_err().code, Code::TooLarge);
        assert_eq!(read(&path, 11).unwrap().len(), 11);
    }

    #[test]
    fn text_that_is_not_utf_8_is_named_with_its_line() {
        let error = text(b"{\n\xB2\xFA".to_vec(), "a.json").unwrap_err();
        assert_eq!(error.message, "`a.json` 第 2 行不是 UTF-8 文本");
        assert_eq!(text(b"\xEF\xBB\xBF{}".to_vec(), "a").unwrap(), "{}");
    }
}
