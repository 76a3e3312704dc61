//! How the backups stand, and what people should know of it.

use std::path::Path;

use chrono::{DateTime, TimeDelta};

use super::second::on_one_disk;
use super::state::{Second, State};
use super::times::{local, told, wire};
use super::wire::{BackupStatus, SecondFolder};
use super::{Backups, size};
use crate::{Result, files};

/// People are reminded of a second folder that was not there for so long.
const REMINDED: TimeDelta = TimeDelta::days(7);

impl Backups<'_> {
    /// How the backups stand.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn status(&self) -> Result<BackupStatus> {
        let state = State::read(&self.folder());
        let names = self.names();
        let folder = self.second_folder()?;
        let second = (!folder.is_empty()).then(|| self.describe(&folder, state.second.as_ref()));
        let mut notices: Vec<String> = self.reminder(&folder, state.second.as_ref()).into_iter().collect();
        if let [first, others @ ..] = state.faults() {
            let more = if others.is_empty() { String::new() } else { format!("，另有 {} 处", others.len()) };
            notices.push(format!(
                "备份时发现数据里有一处和当初存下的不一样：{first}{more}。把数据文件夹另存一份，请管理员看看"
            ));
        }
        Ok(BackupStatus {
            folder: files::display(&self.folder()),
            last: self.last(&state).map(|(name, _)| wire(name.at)),
            changed_since: self.has_changed()?,
            copies: names.len(),
            bytes: names.iter().map(|(_, path)| size(path)).sum(),
            second,
            notices,
            today: self.now().format("%Y-%m-%d").to_string(),
        })
    }

    fn describe(&self, folder: &str, known: Option<&Second>) -> SecondFolder {
        let known = known.filter(|known| known.folder == folder);
        SecondFolder {
            folder: folder.to_owned(),
            reached: known.and_then(|known| local(known.reached.as_deref()?, self.environment)).map(wire),
            same_disk: on_one_disk(&self.data, Path::new(folder)),
            trouble: known.and_then(|known| known.trouble.clone()),
        }
    }

    /// After a week without the second folder.
    fn reminder(&self, folder: &str, known: Option<&Second>) -> Option<String> {
        let known = known.filter(|known| known.folder == folder)?;
        let last = known.reached.as_ref().unwrap_or(&known.since);
        let away = self.environment.now() - DateTime::parse_from_rfc3339(last).ok()?;
        if away < REMINDED {
            return None;
        }
        let days = away.num_days();
        let since = match &known.reached {
            Some(reached) => {
                let last = told(local(reached, self.environment)?, self.now().date());
                format!("已有 {days} 天没有备份到“{folder}”，最近一次是 {last}")
            }
            None => format!("“{folder}”设为第二个备份文件夹已有 {days} 天，还没有备份进去过"),
        };
        Some(match &known.trouble {
            Some(trouble) => format!("{since}：{trouble}"),
            None => format!("{since}。把它所在的盘接上，或在设置里换一个文件夹"),
        })
    }
}
