//! One window for a data folder: a second start raises the first one and ends.
//!
//! Both meet at a local socket whose name comes from the data folder. It needs no session bus and leaves nothing
//! behind: the name goes with the process, also where that was killed.

use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use dossier_core::files;
use dossier_core::storage::sha256;
use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{GenericNamespaced, Listener, ListenerOptions, Name};

/// What the first window answers.
const WELCOME: [u8; 2] = *b"ok";
/// A window that does not answer within this time hangs, and people would wait for nothing.
const PATIENCE: Duration = Duration::from_secs(3);
/// Two starts at the same moment: the one that loses the name asks again.
const ATTEMPTS: usize = 5;

/// What becomes of this start.
pub enum Instance {
    /// There was a window on this data folder, and now it is in front.
    Raised,
    /// There is none yet; later starts knock here.
    First(Door),
    /// Nobody can be asked. A second window is safe, only less handy: the database knows how to be shared.
    Unguarded,
}

/// Where later starts knock.
pub struct Door(Listener);

/// Raises the window that is open on the folder, or takes the folder's name.
pub fn begin(folder: &Path) -> Instance {
    let name = name(folder);
    for _ in 0..ATTEMPTS {
        match knock(&name) {
            Ok(()) => return Instance::Raised,
            Err(error) if error.kind() == ErrorKind::TimedOut => return Instance::Unguarded,
            Err(_) => {}
        }
        // Where names are files, one that nobody answers was left behind.
        let options = ns_name(&name).map(|name| ListenerOptions::new().name(name).try_overwrite(true));
        match options.and_then(ListenerOptions::create_sync) {
            Ok(listener) => return Instance::First(Door(listener)),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(_) => return Instance::Unguarded,
        }
    }
    Instance::Unguarded
}

impl Door {
    /// Calls `raise` whenever somebody starts the program again.
    pub fn answer(self, raise: impl Fn() + Send + 'static) {
        std::thread::spawn(move || {
            for caller in self.0.incoming() {
                let Ok(mut caller) = caller else { continue };
                raise();
                // Whoever went away meanwhile needs no answer.
                let _ = caller.write_all(&WELCOME);
            }
        });
    }
}

fn knock(name: &str) -> io::Result<()> {
    let mut door = LocalSocketStream::connect(ns_name(name)?)?;
    let (answer, answered) = mpsc::channel();
    // A thread, since not every system has sockets that give up by themselves; it ends with this process.
    std::thread::spawn(move || {
        let mut words = [0; WELCOME.len()];
        let _ = answer.send(door.read_exact(&mut words).map(|()| words == WELCOME));
    });
    match answered.recv_timeout(PATIENCE) {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(ErrorKind::InvalidData.into()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ErrorKind::TimedOut.into()),
    }
}

fn ns_name(name: &str) -> io::Result<Name<'_>> {
    name.to_ns_name::<GenericNamespaced>()
}

/// The folder's own, and the person's: another person's window is not for us to raise.
fn name(folder: &Path) -> String {
    // What stands in the way of the folder is told when it is opened. Until it exists its name may be a detour.
    let _ = files::create_folder(folder);
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let person = ["USER", "USERNAME", "LOGNAME"].iter().find_map(std::env::var_os).unwrap_or_default();
    let both = [person.as_encoded_bytes(), b"\0", folder.as_os_str().as_encoded_bytes()].concat();
    format!("dossier-{}.window", &sha256(both)[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_start_raises_the_first_window_and_a_third_folder_is_another_world() {
        let folder = tempfile::tempdir().unwrap();
        let Instance::First(door) = begin(folder.path()) else { panic!("nobody was there before") };
        let (raised, raises) = mpsc::channel();
        door.answer(move || raised.send(()).unwrap());
        let round = folder.path().join("..").join(folder.path().file_name().unwrap());
        assert!(matches!(begin(&round), Instance::Raised), "the same folder on another way");
        raises.recv_timeout(PATIENCE).unwrap();
        let other = tempfile::tempdir().unwrap();
        assert!(matches!(begin(other.path()), Instance::First(_)));
    }

    #[test]
    fn of_many_starts_at_once_one_becomes_the_window() {
        let folder = tempfile::tempdir().unwrap();
        let begun: Vec<Instance> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| match begin(folder.path()) {
                        Instance::First(door) => {
                            door.answer(|| ());
                            Instance::Unguarded
                        }
                        other => other,
                    })
                })
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        let first = begun.iter().filter(|begun| matches!(begun, Instance::Unguarded)).count();
        assert_eq!(first, 1, "one window, the others raised it");
    }

    #[test]
    fn a_window_that_hangs_keeps_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let Instance::First(_silent) = begin(folder.path()) else { panic!("nobody was there before") };
        assert!(matches!(begin(folder.path()), Instance::Unguarded));
    }
}
