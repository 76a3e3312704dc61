//! Editing place by place, as the window does it.

use std::process::ExitCode;

use dossier_core::form::{Edit, Edited, Undone};
use dossier_core::storage::DocumentId;
use dossier_core::{Code, Error, Result};
use serde_json::Value;

use super::World;
use crate::args;
use crate::output;

pub fn edit(world: &World, args: args::Edit) -> Result<ExitCode> {
    let id = args.document.id.parse()?;
    let edits = args.set.iter().map(|typed| read(typed)).collect::<Result<Vec<_>>>()?;
    let edited = world.workspace()?.edit(id, &edits)?;
    tell(world, &edited, &format!("{id} 已更改 {} 处", edits.len()));
    Ok(ExitCode::SUCCESS)
}

/// `planned_at=2026-03-20 10:00`; several names of a choice are read as one text, as on paper.
fn read(typed: &str) -> Result<Edit> {
    let Some((path, text)) = typed.split_once('=') else {
        return Err(Error::new(Code::BadRequest, format!("`{typed}` 没有写明内容"))
            .hint("写成 `字段=内容`，如 `--set version=V4.2.0`"));
    };
    let value = if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) };
    Ok(Edit::Set { path: path.trim().to_owned(), value })
}

pub fn undo(world: &World, args: args::Document) -> Result<ExitCode> {
    let id: DocumentId = args.id.parse()?;
    let undone = world.workspace()?.undo(id)?;
    let done = undone.edited.state.redo.clone().unwrap_or_default();
    step(world, &undone, &format!("{id} 已撤销：{done}"), &format!("{id} 没有可以撤销的改动"))
}

pub fn redo(world: &World, args: args::Document) -> Result<ExitCode> {
    let id: DocumentId = args.id.parse()?;
    let redone = world.workspace()?.redo(id)?;
    let done = redone.edited.state.undo.clone().unwrap_or_default();
    step(world, &redone, &format!("{id} 已重做：{done}"), &format!("{id} 没有可以重做的改动"))
}

fn step(world: &World, undone: &Undone, done: &str, nothing: &str) -> Result<ExitCode> {
    match undone.focus {
        Some(_) => tell(world, &undone.edited, done),
        None if world.json => output::json(undone),
        None => output::line(nothing),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(world: &World, edited: &Edited, done: &str) {
    if world.json {
        output::json(edited);
        return;
    }
    output::line(done);
    for (path, text) in &edited.unfit {
        output::line(format!("  {path}：“{text}”还没有读懂，先照原样留着"));
    }
}

pub fn history(world: &World, args: args::Document) -> Result<ExitCode> {
    let history = world.workspace()?.history(args.id.parse()?)?;
    if world.json {
        output::json(&history);
        return Ok(ExitCode::SUCCESS);
    }
    for entry in history {
        let side = |text: Option<String>| text.unwrap_or_else(|| "空".into());
        let values = entry.path.map(|_| format!("：{} → {}", side(entry.before), side(entry.after)));
        output::line(format!("{}  {}  {}{}", entry.at, entry.actor, entry.what, values.unwrap_or_default()));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn form(world: &World, args: args::Document) -> Result<ExitCode> {
    let opened = world.workspace()?.open_document(args.id.parse()?)?;
    if world.json {
        output::json(&opened);
        return Ok(ExitCode::SUCCESS);
    }
    let required = opened.state.required;
    output::line(format!("{}  必填 {}/{}", opened.form.title, required.filled, required.all));
    for (section, state) in opened.form.sections.iter().zip(&opened.state.sections) {
        let due = match (state.missing, state.wrong, &section.due) {
            (0, 0, Some(due)) => due.clone(),
            (0, 0, None) => "填齐".into(),
            (missing, 0, _) => format!("缺 {missing}"),
            (missing, wrong, _) => format!("缺 {missing}，有 {wrong} 处要改正"),
        };
        output::line(format!("  {} {}  {due}", section.numeral, section.name));
    }
    Ok(ExitCode::SUCCESS)
}
