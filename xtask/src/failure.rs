//! Why a command stopped, in words for the person in front of it.

use std::fmt;

/// A command that stopped: what happened, and the way out if there is one.
#[derive(Debug)]
pub struct Failure {
    /// 1 a step failed, 2 the call or the machine cannot be used.
    pub exit: u8,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A step did its work and the result is bad, or it could not be done.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { exit: 1, message: message.into(), hint: None }
    }

    /// The call is wrong or the machine lacks something.
    pub fn unusable(message: impl Into<String>) -> Self {
        Self { exit: 2, message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the step in which it happened.
    pub fn within(mut self, step: &str) -> Self {
        self.message = format!("步骤「{step}」未通过：{}", self.message);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Names the path of a file operation that failed: the system's own words do not.
pub trait AtPath<T> {
    fn at(self, verb: &str, path: &std::path::Path) -> Result<T, Failure>;
}

impl<T> AtPath<T> for std::io::Result<T> {
    fn at(self, verb: &str, path: &std::path::Path) -> Result<T, Failure> {
        self.map_err(|error| Failure::failed(format!("无法{verb} `{}`：{error}", path.display())))
    }
}
