//! `dossier`: everything that the window does to documents, from a terminal.
//!
//! Results go to the standard output and nothing else does. Exit status: 0 done, 1 the content has problems, 2 the
//! call or a file cannot be used.

mod args;
mod commands;
mod output;

use std::process::ExitCode;

use args::Typed;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // Also where the rest cannot be understood, a program gets an answer that it can read.
    let asked_for_json = arguments.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--json");
    let (result, json) = match args::parse(arguments) {
        Typed::Show(text) => {
            output::raw(&text.to_string());
            return ExitCode::SUCCESS;
        }
        Typed::Wrong(error) => (Err(error), asked_for_json),
        Typed::Run(cli) => {
            let json = cli.json;
            (commands::run(cli), json)
        }
    };
    match result {
        Ok(status) => status,
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(error.code.exit_status())
        }
    }
}
