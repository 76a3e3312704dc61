//! Where this checkout lies, and the programs that are run from it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// The working copy that `cargo xtask` was called in.
pub struct Checkout {
    pub root: PathBuf,
    /// The build folder, wherever the developer's settings put it.
    pub target: PathBuf,
}

impl Checkout {
    pub fn here() -> Self {
        // Asked at run time: a build folder may be shared by several working copies.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().expect("xtask lies in the workspace").to_path_buf();
        // This program lies in <target>/<profile>/: true for every way of naming the build folder.
        let target = std::env::current_exe()
            .ok()
            .and_then(|program| Some(program.parent()?.parent()?.to_path_buf()))
            .unwrap_or_else(|| root.join("target"));
        Self { root, target }
    }

    /// A folder for what these commands make and nobody keeps.
    pub fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// A command that runs in the root of the checkout and never waits for the keyboard.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// The cargo that started us, as if a person had typed the call.
    pub fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        // `cargo run` tells us about the xtask package; build scripts that watch these would be run again and again.
        for (key, _) in std::env::vars_os() {
            let key = key.to_string_lossy();
            if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|own| key.starts_with(own)) {
                command.env_remove(&*key);
            }
        }
        command
    }

    /// A path as people read it: from the root of the checkout.
    pub fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// The file that the shell would run for `name`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
    std::env::split_paths(&std::env::var_os("PATH")?)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// Runs a command whose output the person sees as it comes.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(ended_badly(command, status)) }
}

/// Runs a command that is of no interest unless it fails; returns what it printed.
pub fn run_quietly(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(ended_badly(command, output.status))
}

/// Runs a command whose output the person sees as it comes, and hands over each line of it as well.
pub fn run_watching(command: &mut Command, mut line: impl FnMut(&str)) -> Result<(), Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped"));
    let mut bytes = Vec::new();
    // Bytes, not text: a test may print what is no UTF-8, and that must not end the run.
    while lines.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
        // A reader that went away is no reason to stop.
        let _ = std::io::stdout().write_all(&bytes);
        line(String::from_utf8_lossy(&bytes).trim_end());
        bytes.clear();
    }
    let status = child.wait().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(ended_badly(command, status)) }
}

/// Whether a command runs and ends well, with nothing shown.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// A command as a person would type it.
pub fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure::unusable(format!("无法运行 `{}`：{error}", typed(command)))
}

fn ended_badly(command: &Command, status: std::process::ExitStatus) -> Failure {
    Failure::failed(format!("`{}` 失败（{status}）", typed(command)))
}
