//! 台账

use std::path::Path;
use std::process::ExitCode;

use dossier_core::control::{Register, RegisterFormat, RegisterQuery};
use dossier_core::{Code, Error, Result};

use super::{World, paper};
use crate::args;
use crate::output;

pub fn run(world: &World, args: args::Register) -> Result<ExitCode> {
    let register = Register::named(&args.name)?;
    let query = RegisterQuery { on: args.on, year: args.year };
    // What cannot be written is refused before anything is opened.
    if let Some(to) = &args.to {
        let format = format_of(to)?;
        let file = world.workspace()?.register_file(register, &query, format)?;
        return paper::finish(world, to, &file);
    }
    let view = world.workspace()?.register(register, &query)?;
    if world.json {
        output::json(&view);
        return Ok(ExitCode::SUCCESS);
    }
    let lines: Vec<String> = view.lines.iter().map(|(label, value)| format!("{label}：{value}")).collect();
    output::line(format!("{}　{}", view.title, lines.join("　")));
    let labels: Vec<&str> = view.columns.iter().map(|column| column.label.as_str()).collect();
    output::line(labels.join("\t"));
    for row in view.rows {
        output::line(row.cells.iter().map(|cell| cell.replace('\n', "；")).collect::<Vec<_>>().join("\t"));
    }
    view.notes.iter().for_each(output::line);
    Ok(ExitCode::SUCCESS)
}

fn format_of(to: &Path) -> Result<RegisterFormat> {
    let extension = to.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    RegisterFormat::ALL.into_iter().find(|format| format.extension() == extension).ok_or_else(|| {
        Error::new(Code::UnsupportedFormat, format!("台账不能写成“{}”", to.display()))
            .hint("文件名请以 .pdf、.xlsx 或 .csv 结尾")
    })
}
