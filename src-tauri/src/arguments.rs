//! What the program was called with.

use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "\
用法：dossier-window [--data 文件夹]

  --data 文件夹    数据文件夹；不指定时使用系统的默认位置
  --version        版本
  --help           本说明";

/// What somebody wants who starts the program.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// The window on a data folder, or on the platform's own.
    Start {
        data: Option<PathBuf>,
    },
    Tell(String),
    Wrong(String),
}

pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Asked {
    let mut data = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--help" | "-h") => return Asked::Tell(USAGE.into()),
            Some("--version" | "-V") => return Asked::Tell(format!("dossier-window {}", env!("CARGO_PKG_VERSION"))),
            Some("--data") => match arguments.next().filter(|folder| !folder.is_empty()) {
                Some(folder) => data = Some(folder.into()),
                None => return Asked::Wrong(format!("`--data` 后面要写文件夹\n\n{USAGE}")),
            },
            Some(text) if text.starts_with("--data=") => data = Some(text["--data=".len()..].into()),
            // macOS numbers the process it starts.
            Some(text) if text.starts_with("-psn_") => {}
            _ => return Asked::Wrong(format!("不认识 `{}`\n\n{USAGE}", argument.to_string_lossy())),
        }
    }
    Asked::Start { data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &[&str], asked: &Asked) {
        assert_eq!(&read(typed.iter().map(OsString::from)), asked);
    }

    #[test]
    fn the_data_folder_is_named_as_in_the_terminal_program() {
        check(&[], &Asked::Start { data: None });
        check(&["--data", "卷宗"], &Asked::Start { data: Some("卷宗".into()) });
        check(&["--data=a b"], &Asked::Start { data: Some("a b".into()) });
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        for typed in [&["--date", "x"][..], &["--data"], &["file.xlsx"]] {
            let Asked::Wrong(text) = read(typed.iter().map(OsString::from)) else { panic!("{typed:?} was understood") };
            assert!(text.contains(typed[0]), "{text}");
        }
    }
}
