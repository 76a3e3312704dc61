//! What the program says: results on the standard output, everything else beside it.

use std::fmt::Write as _;
use std::io::{self, Write};

use dossier_core::{Error, Issue};
use serde::Serialize;

/// Prints a line of the result. That nobody reads on (`dossier list | head -1`) is no error.
pub fn line(text: impl AsRef<str>) {
    raw(&format!("{}\n", text.as_ref()));
}

/// Prints a result for programs.
pub fn json(value: &impl Serialize) {
    line(serde_json::to_string_pretty(value).expect("results are JSON"));
}

/// Prints as it is.
pub fn raw(text: &str) {
    let mut output = io::stdout().lock();
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    if let Err(problem) = written
        && problem.kind() != io::ErrorKind::BrokenPipe
    {
        aside(format!("错误：无法输出结果：{problem}"));
        std::process::exit(2);
    }
}

/// Tells something beside the result.
pub fn aside(text: impl AsRef<str>) {
    if !text.as_ref().is_empty() {
        // Where even this cannot be written, there is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
    }
}

/// Tells what went wrong: to programs on the standard output, to people beside it.
pub fn error(error: &Error, for_programs: bool) {
    if for_programs {
        json(error);
        return;
    }
    aside(format!("错误：{}", error.message));
    aside(issues(&error.issues).trim_end());
    if let Some(hint) = &error.hint {
        aside(format!("提示：{hint}"));
    }
}

/// One line an issue, each with its place.
pub fn issues(issues: &[Issue]) -> String {
    let mut text = String::new();
    for issue in issues {
        match issue.path.as_str() {
            "" => writeln!(text, "  {}", issue.message),
            path => writeln!(text, "  {path}：{}", issue.message),
        }
        .expect("writing to a string");
    }
    text
}
