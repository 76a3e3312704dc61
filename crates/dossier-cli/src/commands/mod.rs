//! One module a group of commands. Each asks the core and prints the answer.

mod archive;
mod backup;
mod control;
mod document;
mod editing;
mod exchange;
mod input;
mod paper;
mod register;
mod release;
mod scan;
mod settings;
mod template;

use std::process::ExitCode;

use dossier_core::{Environment, Result, Workspace};

use crate::args::{Action, Cli};

/// Runs what was typed.
pub fn run(cli: Cli) -> Result<ExitCode> {
    let world = World { data: cli.data, json: cli.json };
    match cli.command {
        Action::Template(action) => template::run(&world, action),
        Action::New(new) => document::new(&world, new),
        Action::List(list) => document::list(&world, list),
        Action::Show(document) => document::show(&world, document),
        Action::Fill(fill) => document::fill(&world, fill),
        Action::Edit(edit) => editing::edit(&world, edit),
        Action::Undo(document) => editing::undo(&world, document),
        Action::Redo(document) => editing::redo(&world, document),
        Action::History(document) => editing::history(&world, document),
        Action::Form(document) => editing::form(&world, document),
        Action::Check(document) => document::check(&world, document),
        Action::Import(import) => document::import(&world, import),
        Action::Export(export) => paper::export(&world, export),
        Action::Render(render) => paper::render(&world, render),
        Action::Release(action) => release::run(&world, action),
        Action::Submit(submit) => control::submit(&world, submit),
        Action::Approval(document) => control::approval(&world, document),
        Action::Sign(sign) => control::sign(&world, sign),
        Action::Correct(correct) => control::correct(&world, correct),
        Action::Withdraw(withdraw) => control::withdraw(&world, withdraw),
        Action::Control(control) => control::bring_into_force(&world, control),
        Action::Void(void) => control::void(&world, void),
        Action::Revise(revise) => control::revise(&world, revise),
        Action::Discard(document) => control::discard(&world, document),
        Action::Print(print) => paper::print(&world, print),
        Action::Compare(compare) => control::compare(&world, compare),
        Action::VerifyPrint(verify) => control::verify_print(&world, verify),
        Action::Copy(action) => control::copy(&world, action),
        Action::Scan(action) => scan::run(&world, action),
        Action::Number(action) => control::number(&world, action),
        Action::Register(register) => register::run(&world, register),
        Action::Audit(action) => control::audit(&world, action),
        Action::About => release::about(&world),
        Action::Settings(action) => settings::run(&world, action),
        Action::Backup(action) => backup::run(&world, action),
        Action::Attach(attach) => archive::attach(&world, attach),
        Action::Volume(volume) => archive::volume(&world, volume),
        Action::Archive(wanted) => archive::archive(&world, wanted),
        Action::Verify(verify) => archive::verify(&world, verify),
        Action::Restore(restore) => archive::restore(&world, restore),
        Action::Exchange(action) => exchange::run(&world, action),
    }
}

/// What every command knows.
struct World {
    data: Option<std::path::PathBuf>,
    json: bool,
}

impl World {
    fn workspace(&self) -> Result<Workspace> {
        Workspace::open(&self.folder()?, Environment::system())
    }

    fn folder(&self) -> Result<std::path::PathBuf> {
        match &self.data {
            Some(folder) => Ok(folder.clone()),
            None => Environment::default_data_folder(),
        }
    }
}
