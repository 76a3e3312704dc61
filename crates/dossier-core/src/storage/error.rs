//! What SQLite says, told to people.

use rusqlite::{ErrorCode, ffi};

use crate::{Code, Error};

/// The way out of a damaged database.
const DAMAGE_HINT: &str =
    "请不要删除或覆盖该文件；用 `dossier backup list` 查看备份，用 `dossier backup restore` 恢复，损坏的文件会保留";

/// On a full disk SQLite cannot make room for what processes share, and calls that a failure of the disk.
const NO_ROOM_TO_SHARE: [i32; 2] = [ffi::SQLITE_IOERR_SHMSIZE, ffi::SQLITE_IOERR_SHMMAP];

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let no_room = error.sqlite_error().is_some_and(|error| NO_ROOM_TO_SHARE.contains(&error.extended_code));
        match error.sqlite_error_code() {
            Some(ErrorCode::SystemIoFailure) if no_room => {
                Self::new(Code::Io, "磁盘空间不足").hint("请清理磁盘后重试；已经存下的数据都在")
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::new(Code::Busy, "另一个窗口或程序正在写入数据，等待后仍未结束")
                    .hint("请稍后重试；若一直如此，请关闭其他正在使用同一数据文件夹的程序")
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(format!("数据库已损坏（{error}）")),
            Some(ErrorCode::DiskFull) => Self::new(Code::Io, "磁盘空间不足，数据没有保存").hint("请清理磁盘后重试"),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::new(Code::Io, "数据文件夹或数据库文件不能写入")
                    .hint("请检查数据文件夹的访问权限，或用 `--data` 换一个数据文件夹")
            }
            Some(ErrorCode::SystemIoFailure) => {
                Self::new(Code::Io, format!("读写数据库时磁盘出错（{error}）")).hint("请检查磁盘，并尽快备份数据")
            }
            _ => Self::new(Code::Io, format!("数据库操作失败：{error}")),
        }
    }
}

/// Names the database where what SQLite says of the disk does not.
pub(super) fn placed(error: Error, path: Option<&str>) -> Error {
    match path {
        // Whatever else goes wrong with files names them already.
        Some(path) if error.code == Code::Io && !path.is_empty() && !error.message.contains('`') => {
            Error { message: format!("{}：`{path}`", error.message), ..error }
        }
        _ => error,
    }
}

/// The database is there but cannot be trusted.
pub(super) fn damaged(message: impl Into<String>) -> Error {
    Error::new(Code::DamagedDatabase, message).hint(DAMAGE_HINT)
}
