//! Releases of a data folder, and the program itself.

use std::process::ExitCode;

use dossier_core::Result;
use dossier_core::dossiers::{DossierQuery, DossierRow, Group, NewRelease, Stage};
use dossier_core::storage::ReleaseId;
use serde_json::json;

use super::World;
use crate::args::{self, ReleaseAction};
use crate::output;

/// The core gives pages of this size.
const PAGE: usize = 1000;

pub fn run(world: &World, action: ReleaseAction) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    match action {
        ReleaseAction::List(args) => list(world, &workspace, args)?,
        ReleaseAction::New(args) => {
            let documents = match args.documents {
                Some(documents) => documents,
                None => workspace.library()?.ids().map(str::to_owned).collect(),
            };
            let from = args.from.as_deref().map(str::parse).transpose()?;
            let request = NewRelease {
                product: args.product,
                version: args.version,
                release_type: args.release_type,
                documents,
                from,
            };
            let id = workspace.new_release(&request)?;
            begun(world, id);
        }
        ReleaseAction::Show(args) => {
            let dossier = workspace.dossier(args.release.parse()?)?;
            if world.json { output::json(&dossier) } else { show(&dossier) }
        }
        ReleaseAction::Add { release, template } => {
            let id = workspace.add_document(release.release.parse()?, &template.id)?;
            if world.json { output::json(&json!({ "id": id })) } else { output::line(id.to_string()) }
        }
        ReleaseAction::Remove(args) => {
            let id = args.release.parse()?;
            workspace.remove_release(id)?;
            if world.json { output::json(&json!({ "removed": id })) } else { output::line(format!("{id} 已删除")) }
        }
        ReleaseAction::Sample => {
            let id = workspace.load_sample()?;
            begun(world, id);
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub fn about(world: &World) -> Result<ExitCode> {
    let about = world.workspace()?.about()?;
    if world.json {
        output::json(&about);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("发布卷宗 {}", about.version));
    output::line(format!("数据文件夹：{}（{} KB）", about.data_folder, about.data_bytes.div_ceil(1024)));
    output::line(format!("发布 {} 个，文档 {} 份", about.releases, about.documents));
    for licence in about.licences {
        output::line(format!("{} {}：{}", licence.name, licence.version, licence.licence));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(world: &World, workspace: &dossier_core::Workspace, args: args::ReleaseList) -> Result<()> {
    let stage: Option<Stage> = args.stage.as_deref().map(str::parse).transpose()?;
    let mut query = DossierQuery {
        text: args.query.unwrap_or_default(),
        product: args.product,
        year: args.year,
        group: Group::Stage,
        limit: PAGE,
        ..DossierQuery::default()
    };
    let mut rows = Vec::new();
    loop {
        let page = workspace.dossiers(&query)?;
        query.offset += PAGE;
        rows.extend(page.rows);
        if query.offset >= page.total {
            break;
        }
    }
    rows.retain(|row| stage.is_none_or(|stage| row.stage == stage));
    if world.json {
        output::json(&rows);
    } else {
        rows.iter().for_each(|row| output::line(line(row)));
    }
    Ok(())
}

fn line(row: &DossierRow) -> String {
    let planned = row.planned_at.as_deref().unwrap_or("时间未定");
    let (id, stage) = (row.release, row.stage.label());
    format!("{id}  {stage}  {planned}  {} {}  {}", row.product, row.version, row.owner)
}

fn show(dossier: &DossierRow) {
    output::line(line(dossier));
    for document in &dossier.documents {
        match (document.id, document.status) {
            (Some(id), Some(status)) => {
                let missing = if document.missing > 0 { format!("  缺 {}", document.missing) } else { String::new() };
                let rows = document.rows.map(|rows| format!("  {rows} 行")).unwrap_or_default();
                output::line(format!("  {id}  {}  {}{missing}{rows}", document.short, status.label()));
            }
            _ => output::line(format!("  {}  未建", document.short)),
        }
    }
}

fn begun(world: &World, id: ReleaseId) {
    if world.json { output::json(&json!({ "release": id })) } else { output::line(id.to_string()) }
}
