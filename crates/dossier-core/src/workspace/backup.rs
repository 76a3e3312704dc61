//! Copies before something great.

use super::Workspace;
use crate::backup::{Backups, Made, Why};
use crate::{Error, Result};

impl Workspace {
    /// The backups of this data folder; none in memory.
    pub fn backups(&self) -> Option<Backups<'_>> {
        self.folder.as_deref().map(|folder| Backups::of(folder, &self.environment))
    }

    /// Copies the data before something that is hard to take back. Costs next to nothing where nothing was written since
    /// the last copy.
    ///
    /// # Errors
    /// No copy could be made. Then nothing else should be done either.
    pub fn back_up(&self, why: Why) -> Result<Made> {
        let Some(backups) = self.backups() else { return Ok(Made::Nothing) };
        backups.make(why).map_err(|error| {
            let what = why.label().trim_end_matches("备份");
            Error { message: format!("{what}的备份没有做成，因此没有继续：{}", error.message), ..error }
        })
    }
}
