//! What people are told of backups: the types of the door to the window, and of `--json`.

use serde::Serialize;

use crate::Issue;

/// A copy, once it has been opened and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupCopy {
    /// By which the program knows it: `here/dossier-20260311-120000.db`.
    pub id: String,
    pub file: String,
    /// Local: 2026-03-11 12:00
    pub at: String,
    pub place: BackupPlace,
    /// 每日备份, 导入前备份; empty for one of today.
    pub kind: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub bytes: u64,
    pub releases: usize,
    pub documents: usize,
    /// Frozen revisions, once there are any.
    pub revisions: Option<usize>,
    /// Number of the last entry of its audit log.
    pub entries: i64,
    /// 86 个卷宗，214 份文档，审计记录完整
    pub holds: String,
    /// What in it is not as it was once written.
    #[cfg_attr(test, ts(type = "Issue[]"))]
    pub issues: Vec<Issue>,
}

/// Where a copy lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BackupPlace {
    /// In the data folder.
    Here,
    /// In the second folder.
    Second,
    /// Where somebody pointed.
    Elsewhere,
}

/// Copies that can take the place of the data, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupOffers {
    pub copies: Vec<BackupCopy>,
    /// Which of them is recommended, by its id.
    pub recommended: Option<String>,
    /// 距损坏 27 分钟; empty where there is nothing to say.
    pub distance: String,
    /// Whether there are more than these.
    pub more: bool,
    /// Copies that were opened and cannot be used, and why.
    pub unusable: Vec<String>,
    /// When the data was written last, local: 2026-03-11 12:27
    pub last_write: Option<String>,
    /// Today, local: 2026-03-11
    pub today: String,
}

/// What would be if a copy took the place of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupLook {
    pub copy: BackupCopy,
    /// 会失去
    pub lost: String,
    /// The documents it is about, the first hundred.
    pub documents: Vec<LostDocument>,
    /// How many more documents there are.
    pub more: usize,
    /// 不受影响
    pub untouched: String,
    /// What becomes of the data of now.
    pub kept: String,
    /// What was worked on last before the copy was made: people know it again by that.
    pub recent: Vec<RecentDocument>,
    /// Whether all this is told from a part of the data, because the rest cannot be read.
    pub guess: bool,
    /// Whether something would be lost that stands on paper: numbers, signatures.
    pub serious: bool,
}

/// A document in a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecentDocument {
    pub release: String,
    pub form: String,
    /// When it was changed last, local: 2026-03-11 11:58
    pub at: String,
}

/// A document of which something would be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LostDocument {
    /// 衡川网络安全审计系统 V4.2.0; empty where it belongs to none.
    pub release: String,
    /// 产品发布申请表
    pub form: String,
    /// Whether it would be gone altogether.
    pub whole: bool,
}

/// How the backups of a data folder stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupStatus {
    pub folder: String,
    /// When the last copy was made, local: 2026-03-11 12:00
    pub last: Option<String>,
    /// Whether something was written since.
    pub changed_since: bool,
    pub copies: usize,
    #[cfg_attr(test, ts(type = "number"))]
    pub bytes: u64,
    pub second: Option<SecondFolder>,
    /// What people should know, each with what to do.
    pub notices: Vec<String>,
    /// Today, local: 2026-03-11
    pub today: String,
}

/// How the second folder stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SecondFolder {
    pub folder: String,
    /// When it was there last, local: 2026-03-11 12:00
    pub reached: Option<String>,
    /// Whether it is on the disk of the data, and would be lost with it.
    pub same_disk: bool,
    /// Why nothing could be written there last time.
    pub trouble: Option<String>,
}

/// What was done when a copy was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupMade {
    /// None where nothing was ever written.
    pub copy: Option<BackupCopy>,
    /// Whether there was such a copy already, since nothing was written after it.
    pub unchanged: bool,
    /// What of the second folder has to be told.
    pub second: Option<String>,
}

/// A restore that has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BackupRestored {
    pub file: String,
    /// Local: 2026-03-11 12:00
    pub at: String,
    /// Name of the file in which the data of before is kept; none where there was none.
    pub kept: Option<String>,
    /// Where it lies.
    pub folder: String,
    /// Official numbers that were given after the copy was made: void now, never given again.
    pub voided: Vec<String>,
    /// Number of the entry in the audit log.
    pub entry: i64,
}
