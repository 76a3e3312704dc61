//! The window: the only room that knows Tauri. Commands unpack, call the core and convert back; nothing is decided
//! here.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod ask;
mod commands;
#[cfg(target_os = "linux")]
mod drawing;
#[cfg(target_os = "linux")]
mod fonts;
mod instance;
mod papers;
mod program;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use arguments::Asked;
use instance::Instance;
use program::Program;

fn main() -> ExitCode {
    let folder = match arguments::read(std::env::args_os().skip(1)) {
        Asked::Start { data } => data,
        Asked::Tell(text) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Asked::Wrong(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    #[cfg(target_os = "linux")]
    {
        tell_the_web_view();
        drawing::leave_opengl_out();
    }
    let program = Arc::new(Program::new(folder));
    match instance::begin(program.folder()) {
        Instance::Raised => ExitCode::SUCCESS,
        Instance::First(door) => window::run(program, Some(door)),
        Instance::Unguarded => window::run(program, None),
    }
}

/// Tells the processes of the web view, which are started later, what they hear of in no other way.
#[cfg(target_os = "linux")]
fn tell_the_web_view() {
    for (name, value) in drawing::variables().chain(fonts::variable()) {
        #[expect(unsafe_code, reason = "the web view offers no way to say what its processes are to find around them")]
        // SAFETY: no other thread runs yet that could read the environment meanwhile.
        unsafe {
            std::env::set_var(name, value);
        }
    }
}
