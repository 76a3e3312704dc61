//! Templates: what there is to fill, told so that a program can fill a form that it has never seen.

use std::path::Path;
use std::process::ExitCode;

use dossier_core::template::{Library, Template, describe, describe_text};
use dossier_core::{Code, Environment, Result, files, workspace};
use serde_json::{Value, json};

use super::World;
use crate::args::TemplateAction;
use crate::output;

pub fn run(world: &World, action: TemplateAction) -> Result<ExitCode> {
    match action {
        TemplateAction::List => list(world, &library()?)?,
        TemplateAction::Show(name) => {
            let library = library()?;
            let template = library.get(&name.id)?;
            if world.json { output::json(&describe(template)) } else { output::raw(&describe_text(template)) }
        }
        TemplateAction::Check { path } => return check(world, &path),
        TemplateAction::Sample(name) => output::json(&library()?.sample(&name.id)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn library() -> Result<Library> {
    workspace::library(&Environment::system())
}

fn list(world: &World, library: &Library) -> Result<()> {
    let templates = library.iter().collect::<Result<Vec<_>>>()?;
    if world.json {
        let lines: Vec<Value> = templates.iter().map(|template| head(template)).collect();
        output::json(&lines);
        return Ok(());
    }
    for template in templates {
        output::line(format!("{}  {}  {}  {}", template.id, template.form_number, template.version, template.title));
    }
    Ok(())
}

fn check(world: &World, path: &Path) -> Result<ExitCode> {
    let file = if path.is_dir() { path.join("template.toml") } else { path.to_path_buf() };
    let text = files::read_text(&file, files::TEXT_LIMIT)?;
    match Template::parse(&text, &files::display(&file)) {
        // Here the template is the content, and its problems are the answer.
        Err(error) if error.code == Code::InvalidTemplate => {
            output::error(&error, world.json);
            return Ok(ExitCode::from(Code::InvalidContent.exit_status()));
        }
        Err(error) => return Err(error),
        Ok(template) if world.json => {
            output::json(&json!({ "id": template.id, "version": template.version, "issues": [] }));
        }
        Ok(_) => output::line(format!("{} 没有错误", files::display(&file))),
    }
    Ok(ExitCode::SUCCESS)
}

fn head(template: &Template) -> Value {
    json!({
        "id": template.id,
        "version": template.version,
        "title": template.title,
        "form_number": template.form_number,
        "number": template.number,
        "category": template.category,
    })
}
