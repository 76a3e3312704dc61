//! A copy comes back.

use serde_json::{Map, Value, json};

use super::Backups;
use super::offers::Source;
use super::state::State;
use super::times::wire;
use super::wire::BackupRestored;
use crate::storage::backup::{Folder, Head, inspect_copy, replace};
use crate::{Result, files};

impl Backups<'_> {
    /// Puts a copy in the place of the data. What was there is kept: copied where it was whole, moved aside where it was
    /// damaged. The audit log tells of it. Nobody else may have the data folder open.
    ///
    /// # Errors
    /// There is no such copy or it is damaged; the data folder is open elsewhere; the disk is full. Then everything is
    /// as it was.
    pub fn restore(&self, source: &Source) -> Result<BackupRestored> {
        let path = self.path(source)?;
        let holds = inspect_copy(&path)?;
        let at = self.time_of(&path, &holds).map(wire).unwrap_or_default();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (actor, now) = (self.environment.user(), self.environment.now());
        let replaced = replace(&self.data, &path, actor, now, |before, restored| {
            Map::from_iter([
                ("file".into(), Value::from(file.as_str())),
                ("copied_at".into(), at.as_str().into()),
                ("before".into(), before.map_or(Value::Null, of_head)),
                ("restored".into(), of_head(restored)),
            ])
        })?;
        let kept = match (&replaced.copied, &replaced.moved) {
            (Some(copy), _) => Some(&copy.path),
            (None, moved) => moved.as_ref(),
        };
        // The copy that was made last is not the one that the data came from now.
        if let Some(copy) = &replaced.copied {
            // It has happened; what is not remembered is worked out anew.
            let _ = Folder::enter(&self.folder()).and_then(|folder| {
                let mut state = State::read(folder.path());
                state.note(copy);
                state.write(&folder)
            });
        }
        Ok(BackupRestored {
            file,
            at,
            kept: kept.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())),
            folder: files::display(kept.and_then(|path| path.parent()).unwrap_or(&self.data)),
            voided: replaced.voided,
            entry: replaced.entry,
        })
    }
}

fn of_head(head: &Head) -> Value {
    json!({ "seq": head.seq, "hash": head.hash })
}
