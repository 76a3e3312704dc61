//! What a window needs around it: a display, a clipboard, fonts, and an environment that is the same everywhere.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask};

use crate::Setup;

/// Room for the largest window that is tested, 4K.
const SCREEN: &str = "3840x2160x24";

/// A display that nobody sees, with a clipboard of its own.
pub struct Display {
    server: Child,
    name: String,
    /// Holds what was copied, as the program would in which it was.
    copied: Mutex<Option<Child>>,
    /// What the program believes to be a person's folders.
    home: tempfile::TempDir,
}

impl Display {
    pub fn open() -> Self {
        // The server itself finds a free number and says which.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("Xvfb starts; `cargo xtask setup` installs it");
        let mut number = String::new();
        let told = BufReader::new(server.stdout.take().expect("stdout is piped")).read_line(&mut number);
        told.expect("Xvfb tells its number");
        assert!(!number.trim().is_empty(), "Xvfb found no free display");
        let home = tempfile::tempdir().expect("a folder for the program's settings");
        Self { server, name: format!(":{}", number.trim()), copied: Mutex::default(), home }
    }

    /// As programs find it: `:7`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn copy(&self, text: &str) {
        let mut holder = self.xclip(&["-in", "-quiet"]).stdin(Stdio::piped()).spawn().expect("xclip starts");
        let mut given = holder.stdin.take().expect("stdin is piped");
        given.write_all(text.as_bytes()).expect("xclip takes the text");
        drop(given);
        let mut copied = self.copied.lock().expect("no other copy is under way");
        if let Some(mut old) = copied.replace(holder) {
            end(&mut old);
        }
        let held = crate::wait(Duration::from_secs(5), || self.clipboard() == text);
        assert!(held, "the clipboard does not take the text");
    }

    /// Asks every window to close, as a window manager does when somebody presses the cross.
    pub fn ask_to_close(&self) {
        close_all(&self.name).expect("the display takes messages");
    }

    pub fn clipboard(&self) -> String {
        let out = self.xclip(&["-out"]).stdin(Stdio::null()).output().expect("xclip starts");
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    fn xclip(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("xclip");
        command.args(["-selection", "clipboard"]).args(arguments).env("DISPLAY", &self.name);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

fn close_all(display: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (connection, screen) = x11rb::connect(Some(display))?;
    let atom = |name: &[u8]| -> Result<u32, Box<dyn std::error::Error>> {
        Ok(connection.intern_atom(false, name)?.reply()?.atom)
    };
    let (protocols, delete) = (atom(b"WM_PROTOCOLS")?, atom(b"WM_DELETE_WINDOW")?);
    let mut windows = vec![connection.setup().roots[screen].root];
    while let Some(window) = windows.pop() {
        windows.extend(connection.query_tree(window)?.reply()?.children);
        let known = connection.get_property(false, window, protocols, AtomEnum::ATOM, 0, 32)?.reply()?;
        if known.value32().is_some_and(|mut atoms| atoms.any(|atom| atom == delete)) {
            let message = ClientMessageEvent::new(32, window, protocols, [delete, CURRENT_TIME, 0, 0, 0]);
            connection.send_event(false, window, EventMask::NO_EVENT, message)?;
        }
    }
    connection.flush()?;
    Ok(())
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(holder) = self.copied.get_mut().ok().and_then(Option::as_mut) {
            end(holder);
        }
        end(&mut self.server);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Makes the world of the program the same on every machine.
pub fn environment(command: &mut Command, display: &Display, setup: &Setup) {
    let home = display.home.path();
    for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
        command.env(name, home.join(folder));
    }
    command
        .env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11")
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        .env("NO_AT_BRIDGE", "1")
        .env("GSETTINGS_BACKEND", "memory")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("DOSSIER_TEST", "1")
        .env("LANG", "C.UTF-8")
        .env("LANGUAGE", "zh_CN")
        .env("TZ", "Asia/Shanghai")
        .env("GTK_THEME", if setup.dark { "Adwaita:dark" } else { "Adwaita" })
        .env("FONTCONFIG_FILE", fonts(home))
        .envs(setup.variables.iter().map(|(name, value)| (name, value)));
    if let Some(scale) = setup.scale {
        // Whole steps are the system's, what is between them the font's.
        command.env("GDK_SCALE", scale.floor().to_string()).env("GDK_DPI_SCALE", (scale / scale.floor()).to_string());
    }
}

/// The fonts of the source tree beside those of the machine, which may have no Chinese ones.
fn fonts(home: &Path) -> PathBuf {
    let file = home.join("fonts.conf");
    let ours = root().join("assets/fonts");
    let cache = scratch().join("fontconfig");
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n\
         <include ignore_missing=\"yes\">/etc/fonts/fonts.conf</include>\n<dir>{}</dir>\n<cachedir>{}</cachedir>\n\
         </fontconfig>\n",
        ours.display(),
        cache.display()
    );
    fs::write(&file, text).expect("the font configuration is written");
    file
}

/// Starts the program on a display where it may already run, and waits until it ends.
pub fn start_beside(display: &Display, data: &Path) -> ExitStatus {
    let mut command = Command::new(program());
    environment(&mut command, display, &Setup::default());
    command.arg("--data").arg(data).stdin(Stdio::null()).env_remove("TAURI_WEBVIEW_AUTOMATION");
    command.status().expect("the program starts")
}

/// Starts the program as a person does, with nobody driving it, and ends it again; how long it takes until the last pixel
/// of what it shows first beside the side bar.
pub fn first_picture(display: &Display, data: &Path) -> Duration {
    let mut command = Command::new(program());
    environment(&mut command, display, &Setup::default());
    command.arg("--data").arg(data).stdin(Stdio::null()).env_remove("TAURI_WEBVIEW_AUTOMATION").process_group(0);
    let mut started = None;
    let seen =
        crate::eyes::first_picture(&display.name, || started = Some(command.spawn().expect("the program starts")));
    if let Some(mut program) = started {
        crate::driver::end_group(program.id());
        let _ = program.wait();
    }
    seen.expect("the display lets itself be looked at, and a window comes")
}

/// The program that is tested: `DOSSIER_WINDOW`, else the one in the build folder of these tests.
pub fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("DOSSIER_WINDOW") {
        return program.into();
    }
    let tests = std::env::current_exe().expect("a running program has a file");
    let folders = tests.ancestors().skip(1).take(2);
    let program = folders.map(|folder| folder.join("dossier-window")).find(|program| program.is_file());
    program.expect("the window is built: `cargo build -p dossier-window`, or `cargo xtask test`")
}

/// For pictures of failures and what is worth keeping between runs.
pub fn scratch() -> PathBuf {
    let tests = std::env::current_exe().expect("a running program has a file");
    let profile = ["debug", "release"];
    let target = tests.ancestors().find(|folder| profile.iter().any(|name| folder.join(name).is_dir()));
    target.map_or_else(std::env::temp_dir, Path::to_path_buf).join("window-tests")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the tests lie in tests/window")
}

/// The program among the processes of a group.
pub fn program_in_group(group: u32) -> Option<u32> {
    let program = fs::canonicalize(program()).ok()?;
    processes().find(|process| process.group == group && process.is(&program)).map(|process| process.id)
}

/// Whether a process is alive; one that ended and was not asked about does not count.
pub fn runs(id: u32) -> bool {
    processes().any(|process| process.id == id && process.state != "Z")
}

/// A process and all that it started, with the memory that each has to itself (PSS, in bytes).
pub fn tree(id: u32) -> Vec<(String, u64)> {
    let all: Vec<Process> = processes().collect();
    let mut ids = vec![id];
    let mut index = 0;
    while let Some(&parent) = ids.get(index) {
        ids.extend(all.iter().filter(|process| process.parent == parent).map(|process| process.id));
        index += 1;
    }
    all.iter()
        .filter(|process| ids.contains(&process.id))
        .map(|process| (process.name.clone(), process.memory()))
        .collect()
}

struct Process {
    id: u32,
    name: String,
    state: String,
    parent: u32,
    group: u32,
}

impl Process {
    fn read(id: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name stands in brackets and may hold anything.
        let (head, rest) = stat.rsplit_once(')')?;
        let name = head.split_once('(')?.1.to_owned();
        let mut rest = rest.split_whitespace();
        let state = rest.next()?.to_owned();
        Some(Self { id, name, state, parent: rest.next()?.parse().ok()?, group: rest.next()?.parse().ok()? })
    }

    fn is(&self, program: &Path) -> bool {
        fs::read_link(format!("/proc/{}/exe", self.id)).is_ok_and(|file| file == program)
    }

    fn memory(&self) -> u64 {
        let maps = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id)).unwrap_or_default();
        let line = maps.lines().find_map(|line| line.strip_prefix("Pss:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() << 10
    }
}

fn processes() -> impl Iterator<Item = Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| Process::read(entry.file_name().to_str()?.parse().ok()?))
}
