//! Documents of a data folder.

use std::process::ExitCode;

use dossier_core::import::ImportPlan;
use dossier_core::storage::Filter;
use dossier_core::workspace::{Findings, ImportOptions};
use dossier_core::{Code, Error, Result, files};
use serde_json::json;

use super::{World, input};
use crate::args;
use crate::output;

pub fn new(world: &World, args: args::New) -> Result<ExitCode> {
    let content = args.from.as_deref().map(input::content).transpose()?;
    let id = world.workspace()?.new_document(&args.template.id, content, args.release.as_deref())?;
    if world.json {
        output::json(&json!({ "id": id }))
    } else {
        output::line(id.to_string())
    }
    Ok(ExitCode::SUCCESS)
}

pub fn list(world: &World, args: args::List) -> Result<ExitCode> {
    let status = args.status.as_deref().map(str::parse).transpose()?;
    let filter = Filter { template: args.template, status, year: args.year, query: args.query, limit: args.limit };
    let workspace = world.workspace()?;
    let documents = workspace.list(&filter)?;
    if world.json {
        output::json(&documents);
        return Ok(ExitCode::SUCCESS);
    }
    for document in documents {
        let changed = workspace.environment().local_time(&document.updated_at);
        let release = document.release.map(|name| format!("（{name}）")).unwrap_or_default();
        output::line(format!("{}  {}  {changed}  {}{release}", document.id, document.status.label(), document.title));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn show(world: &World, args: args::Document) -> Result<ExitCode> {
    let shown = world.workspace()?.show(args.id.parse()?)?;
    if world.json {
        output::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("{}  {}  {}", shown.id, shown.status.label(), shown.title));
    if let Some(release) = &shown.release {
        output::line(format!("发布：{release}"));
    }
    for line in shown.lines() {
        output::line(line);
    }
    Ok(ExitCode::SUCCESS)
}

pub fn fill(world: &World, args: args::Fill) -> Result<ExitCode> {
    let content = input::content(&args.from)?;
    let id = args.document.id.parse()?;
    let changed = world.workspace()?.fill(id, content)?;
    if world.json {
        output::json(&json!({ "id": id, "changed": changed }));
    } else if changed.is_empty() {
        output::line(format!("{id} 没有改动"));
    } else {
        output::line(format!("{id} 已保存，改动 {} 个字段", changed.len()));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn check(world: &World, args: args::Document) -> Result<ExitCode> {
    let id = args.id.parse()?;
    let findings = world.workspace()?.check(id)?;
    let Findings { issues, warnings } = &findings;
    let message = format!("{id} 有 {} 处问题", issues.len());
    if world.json {
        let mut answer = json!({ "issues": issues, "warnings": warnings });
        if !issues.is_empty() {
            let error = Error::new(Code::InvalidContent, message).issues(issues.clone());
            answer = serde_json::to_value(error).expect("errors are JSON");
            answer["warnings"] = json!(warnings);
        }
        output::json(&answer);
    } else {
        if issues.is_empty() {
            output::line(format!("{id} 没有问题"));
        } else {
            output::line(message);
            output::raw(&output::issues(issues));
        }
        if !warnings.is_empty() {
            output::line("请留意");
            output::raw(&output::issues(warnings));
        }
    }
    Ok(if issues.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(Code::InvalidContent.exit_status()) })
}

pub fn import(world: &World, args: args::Import) -> Result<ExitCode> {
    let id = args.document.id.parse()?;
    let bytes = files::read(&args.file, files::WORKBOOK_LIMIT)?;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options =
        ImportOptions { table: args.table, sheet: args.sheet, mode: args.mode.parse()?, dry_run: args.dry_run };
    let report = world.workspace()?.import(id, &bytes, &name, &options)?;
    if world.json {
        output::json(&report);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(content) = &report.content {
        output::line(format!("这是本程序导出的工作簿，读到 {} 个字段", content.len()));
        output::line(output::issues(&report.issues).trim_end());
        output::line(if args.dry_run { "尚未写入".to_owned() } else { format!("{id} 的内容已更新") });
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(plan) = &report.plan {
        tell(plan);
        if args.dry_run {
            output::line(format!("共 {} 行，尚未写入", plan.rows.len()));
        } else {
            output::line(format!("{id} 的“{}”已导入 {} 行", report.label, plan.rows.len()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Which columns were found, and what somebody should look at.
fn tell(plan: &ImportPlan) {
    output::line(format!("工作表“{}”，表头在第 {} 行", plan.sheet, plan.head_row));
    for (head, column) in &plan.mapping {
        output::line(format!("  {column} 列 → {head}"));
    }
    for head in &plan.missing_columns {
        output::line(format!("  没有找到 {head}"));
    }
    for warning in &plan.warnings {
        output::line(format!("  {}：{}", warning.cell, warning.message));
    }
}
