//! Files made from documents.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use dossier_core::compose::Front;
use dossier_core::control::PaperCopy;
use dossier_core::dossiers::ExportRequest;
use dossier_core::export::{Exported, Format, Options};
use dossier_core::settings::Settings;
use dossier_core::storage::DocumentId;
use dossier_core::{Code, Environment, Error, Result, files, workspace};
use serde_json::{Map, json};

use super::{World, input};
use crate::args;
use crate::output;

pub fn export(world: &World, args: args::Export) -> Result<ExitCode> {
    let documents = args.documents.iter().map(|id| id.parse()).collect::<Result<Vec<DocumentId>>>()?;
    if let Some(folder) = &args.to_folder {
        return export_to_folder(world, &args, documents, folder);
    }
    let (Some(to), [document]) = (&args.to, documents.as_slice()) else {
        return Err(Error::new(Code::BadRequest, "`--to` 只能导出一份文档").hint("几份文档请用 `--to-folder 文件夹`"));
    };
    // What cannot be written is refused before anything is opened.
    let format = Format::of(to)?;
    let exported = world.workspace()?.export(*document, format, options(&args.paper))?;
    finish(world, to, &exported)
}

/// The paper of a frozen revision, recorded as printed.
pub fn print(world: &World, args: args::Print) -> Result<ExitCode> {
    if Format::of(&args.to)? != Format::Pdf {
        return Err(Error::new(Code::UnsupportedFormat, "打印只写 PDF").hint("文件名请以 .pdf 结尾"));
    }
    let copy = match (args.copy, args.uncontrolled) {
        (Some(copy), _) => PaperCopy::Controlled { copy },
        (None, true) => PaperCopy::Uncontrolled,
        (None, false) => PaperCopy::Record,
    };
    let options = Options { binding_line: args.binding, duplex: args.duplex, ..Options::default() };
    let id = args.document.id.parse()?;
    let printed = world.workspace()?.print(id, args.revision.as_deref(), copy, options)?;
    finish(world, &args.to, &printed)
}

fn export_to_folder(world: &World, args: &args::Export, documents: Vec<DocumentId>, folder: &Path) -> Result<ExitCode> {
    let formats = args.format.iter().map(|name| Format::of(&Path::new("x").with_extension(name)));
    let request = ExportRequest {
        documents,
        formats: formats.collect::<Result<_>>()?,
        blank: args.paper.blank,
        for_signing: args.paper.for_signing,
    };
    let result = world.workspace()?.export_to_folder(&request, folder, &mut |_| ControlFlow::Continue(()))?;
    if world.json {
        output::json(&result);
        return Ok(ExitCode::SUCCESS);
    }
    for file in &result.files {
        output::line(format!("已写入 {}", file.path));
    }
    if !result.warnings.is_empty() {
        output::aside(format!("请留意\n{}", output::issues(&result.warnings).trim_end()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Needs no data folder: neither opens a database nor reads templates that are not asked for.
pub fn render(world: &World, args: args::Render) -> Result<ExitCode> {
    let format = Format::of(&args.to)?;
    let content = match &args.from {
        Some(path) => input::content(path)?,
        None => Map::new(),
    };
    let settings = match &args.settings {
        Some(path) => Settings::from_json(&input::json(path)?)?,
        None => Settings::default(),
    };
    let environment = Environment::system();
    let exported =
        workspace::render(&environment, &args.template.id, content, &settings, format, options(&args.paper))?;
    finish(world, &args.to, &exported)
}

fn options(paper: &args::Paper) -> Options {
    Options {
        blank: paper.blank,
        for_signing: paper.for_signing,
        front: match (paper.front, paper.no_front) {
            (true, _) => Front::Always,
            (_, true) => Front::Never,
            _ => Front::Auto,
        },
        binding_line: paper.binding,
        duplex: paper.duplex,
    }
}

pub(super) fn finish(world: &World, to: &Path, exported: &Exported) -> Result<ExitCode> {
    files::write(to, &exported.bytes)?;
    let path = files::display(to);
    if world.json {
        output::json(&json!({ "path": path, "bytes": exported.bytes.len(), "warnings": exported.warnings }));
    } else {
        output::line(format!("已写入 {path}"));
        if !exported.warnings.is_empty() {
            output::aside(format!("请留意\n{}", output::issues(&exported.warnings).trim_end()));
        }
    }
    Ok(ExitCode::SUCCESS)
}
