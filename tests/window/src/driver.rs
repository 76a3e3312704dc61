//! WebKitWebDriver and the session in which it drives the program.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::{Value, json};

use crate::machine::{self, Display};
use crate::{Setup, http, wait};

/// The driver answers at once.
const READY: Duration = Duration::from_secs(10);
/// A driver whose program dies early never answers.
const SESSION: Duration = Duration::from_secs(20);
/// A page may be busy, but not for ever.
const ANSWER: Duration = Duration::from_secs(60);
/// Machines stumble; a program that does not start stumbles every time.
const ATTEMPTS: usize = 3;

pub struct Driver {
    process: Child,
    port: u16,
    session: String,
}

/// What the driver refuses, in its own words.
#[derive(Debug)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Driver {
    pub fn start(display: &Display, data: &Path, setup: &Setup) -> Self {
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            match Self::try_start(display, data, setup) {
                Ok(driver) => return driver,
                Err(error) => last = error.to_string(),
            }
        }
        panic!("the window does not start: {last}");
    }

    fn try_start(display: &Display, data: &Path, setup: &Setup) -> io::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new("WebKitWebDriver");
        command.arg("--host=127.0.0.1").arg(format!("--port={port}"));
        machine::environment(&mut command, display, setup);
        // Its own group: program, page and helpers end together.
        let process = command.stdin(Stdio::null()).process_group(0).spawn()?;
        let mut driver = Self { process, port, session: String::new() };
        let status = || http::ask(port, "GET", "/status", None, READY).is_ok();
        if !wait(READY, status) {
            return Err(io::Error::other("WebKitWebDriver does not answer"));
        }
        let options = json!({ "binary": machine::program(), "args": ["--data", data] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let (_, answer) = http::ask(port, "POST", "/session", Some(&wanted), SESSION)?;
        let session = answer["value"]["sessionId"].as_str();
        driver.session = session.ok_or_else(|| io::Error::other(answer.to_string()))?.to_owned();
        Ok(driver)
    }

    pub fn get(&self, path: &str) -> Result<Value, Refused> {
        self.ask("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value, Refused> {
        self.ask("POST", path, Some(body))
    }

    /// That there was nothing to delete is no error.
    pub fn delete(&self, path: &str) {
        let _ = self.ask("DELETE", path, None);
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Refused> {
        let path = format!("/session/{}/{path}", self.session);
        let (status, answer) =
            http::ask(self.port, method, &path, body, ANSWER).map_err(|error| Refused(error.to_string()))?;
        if status == 200 {
            return Ok(answer["value"].clone());
        }
        let value = &answer["value"];
        Err(Refused(format!(
            "{}: {}",
            value["error"].as_str().unwrap_or_default(),
            value["message"].as_str().unwrap_or_default()
        )))
    }

    /// The program's own process, which the driver started.
    pub fn program_id(&self) -> Option<u32> {
        machine::program_in_group(self.process.id())
    }

    /// No handler runs: as when the power fails or a person ends the task.
    pub fn kill_program(self) {
        if let Some(id) = self.program_id().and_then(pid) {
            let _ = kill_process(id, Signal::KILL);
        }
    }

    /// As with the mouse: the program closes what it has to close.
    pub fn close_window(self, display: &Display, patience: Duration) {
        let id = self.program_id();
        display.ask_to_close();
        let ended = wait(patience, || id.is_none_or(|id| !machine::runs(id)));
        assert!(ended, "the program goes on after its window was closed");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        end_group(self.process.id());
        let _ = self.process.wait();
    }
}

/// Ends a group of processes, by the system call: a shell's `kill` with a negative number has ended whole machines.
pub fn end_group(id: u32) {
    if let Some(group) = pid(id) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
