//! What goes wrong, told to people and to programs.
//!
//! On the wire an error is `{code, message, hint, issues: [{path, code, message}]}`. Programs decide by `code`,
//! people read `message` (one line, no full stop at the end, literals quoted) and then `hint`: the way out.

use std::fmt;

use serde::Serialize;

/// The outcome of everything that can go wrong in the core.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be done, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "BackendError"))]
pub struct Error {
    #[cfg_attr(test, ts(type = "string"))]
    pub code: Code,
    /// In Chinese: what is wrong, and where.
    pub message: String,
    /// In Chinese: what to do now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Every single problem with its place, where there are several.
    pub issues: Vec<Issue>,
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, issues: Vec::new() }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn issues(mut self, issues: Vec<Issue>) -> Self {
        self.issues = issues;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// One problem with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Issue {
    /// Field and row (`milestones[3].actual`), file and line (`template.toml:12`) or cell (`Sheet1!C5`).
    pub path: String,
    /// What kind of problem, for programs: `required`, `not_a_date`, `unknown_field` …
    pub code: &'static str,
    /// In Chinese, with the label as printed.
    pub message: String,
}

impl Issue {
    pub fn at(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, message: message.into() }
    }
}

/// Kinds of errors that callers act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The content has problems; all of them are in `issues`.
    InvalidContent,
    /// The template has problems; all of them are in `issues`.
    InvalidTemplate,
    /// The call itself cannot be understood.
    BadRequest,
    /// No such template, document or file.
    NotFound,
    /// A file or folder cannot be read or written.
    Io,
    /// Another process holds the database.
    Busy,
    /// The database was written by a newer version of the program.
    NewerDatabase,
    /// The database is damaged.
    DamagedDatabase,
    /// Fonts or templates that belong to the program are missing.
    Installation,
    /// A fault of the program itself; what was being done has not happened.
    Internal,
    /// A document or revision cannot go there from where it stands.
    IllegalMove,
    /// A signature out of its order, before its time, or on a step that is signed.
    IllegalSignature,
    /// It can be done once somebody says why.
    ReasonNeeded,

    // Workbooks from outside that cannot be used.
    CorruptFile,
    NotAWorkbook,
    EmptyFile,
    PasswordProtected,
    TooLarge,
    NoPlanTable,
    NoRows,
    HtmlNotExcel,
    UnsupportedFormat,
}

impl Code {
    /// Exit status of the terminal program: 1 the content has problems, 2 the call or a file cannot be used.
    pub const fn exit_status(self) -> u8 {
        match self {
            Self::InvalidContent => 1,
            _ => 2,
        }
    }
}
