//! What copies are called: `dossier-20260311-120000.db`. The name says when and why a copy was made, so that a folder of
//! copies can be read without opening any of them.

use chrono::NaiveDateTime;

/// Why a copy was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// Something was written, and half an hour went by.
    Activity,
    /// Somebody asked for it.
    Asked,
    /// Other people's tables were about to be read in.
    Import,
    /// Another copy was about to take the place of the database.
    Restore,
    /// A newer program was about to change the database, which was at this version.
    Migration(usize),
}

/// The name of a copy, read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CopyName {
    /// Local time to the second.
    pub at: NaiveDateTime,
    pub why: Why,
    /// Whether something in the database was not as it was once written when it was copied. The copy itself is whole.
    pub suspect: bool,
}

const TIME: &str = "%Y%m%d-%H%M%S";
const SUSPECT: &str = "-suspect";

impl CopyName {
    /// Reads a file name; none where it is no copy's.
    pub fn parse(file: &str) -> Option<Self> {
        let rest = file.strip_prefix("dossier-")?.strip_suffix(".db")?;
        let (rest, suspect) = rest.strip_suffix(SUSPECT).map_or((rest, false), |rest| (rest, true));
        let (word, time) = match rest.split('-').collect::<Vec<_>>()[..] {
            [_, _] => ("", rest),
            [word, _, _] => (word, &rest[word.len() + 1..]),
            _ => return None,
        };
        let why = match word {
            "" => Why::Activity,
            "asked" => Why::Asked,
            "import" => Why::Import,
            "restore" => Why::Restore,
            word => Why::Migration(word.strip_prefix('v')?.parse().ok()?),
        };
        let at = NaiveDateTime::parse_from_str(time, TIME).ok()?;
        // Only what is written exactly so: other people's files are not ours to remove.
        Some(Self { at, why, suspect }).filter(|name| name.file() == file)
    }

    /// The file name.
    pub fn file(&self) -> String {
        let word = match self.why {
            Why::Activity => String::new(),
            Why::Asked => "asked-".into(),
            Why::Import => "import-".into(),
            Why::Restore => "restore-".into(),
            Why::Migration(version) => format!("v{version}-"),
        };
        format!("dossier-{word}{}{}.db", self.at.format(TIME), if self.suspect { SUSPECT } else { "" })
    }
}

impl Why {
    /// As people call it; empty for the usual reason.
    pub fn label(self) -> &'static str {
        match self {
            Self::Activity => "",
            Self::Asked => "手动备份",
            Self::Import => "导入前备份",
            Self::Restore => "恢复前备份",
            Self::Migration(_) => "升级前备份",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_when_and_why_and_comes_back() {
        for (file, why, suspect) in [
            ("dossier-20260311-120000.db", Why::Activity, false),
            ("dossier-asked-20260311-120000.db", Why::Asked, false),
            ("dossier-import-20260311-120000.db", Why::Import, false),
            ("dossier-restore-20260311-120000-suspect.db", Why::Restore, true),
            ("dossier-v3-20260311-120000.db", Why::Migration(3), false),
        ] {
            let name = CopyName::parse(file).unwrap();
            assert_eq!((name.why, name.suspect, name.at.to_string().as_str()), (why, suspect, "2026-03-11 12:00:00"));
            assert_eq!(name.file(), file);
        }
    }

    #[test]
    fn other_files_are_not_taken_for_copies() {
        for file in [
            "dossier.db",
            "dossier-20260311-120000.db.tmp",
            "dossier-20260311.db",
            "dossier-20261311-120000.db",
            "dossier-v-20260311-120000.db",
            "dossier-mine-20260311-120000.db",
            "dossier-v03-20260311-120000.db",
            "dossier-损坏-20260311-120000.db",
            "dossier-2026-3-11-120000.db",
        ] {
            assert_eq!(CopyName::parse(file), None, "{file}");
        }
    }
}
