//! Scans of signed paper.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dossier_core::control::{FiledPage, FiledScan, FilingByHand, ScanReading, SignedStep};
use dossier_core::storage::Filing;
use dossier_core::{Result, Workspace, files};
use serde_json::{Value, json};

use super::World;
use crate::args::{ScanAction, ScanPage};
use crate::output;

/// Digits of a scan's hash that people are told.
const DIGITS: usize = 12;
/// Pixels of the longer side of a page as a picture: A4 in about 150 dpi.
const PICTURE_PX: usize = 1754;

pub fn run(world: &World, action: ScanAction) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    match action {
        ScanAction::Add { files, step, chain } => {
            let step = step.map(|step| SignedStep { chain, step: step.saturating_sub(1) });
            return Ok(add(world, &mut workspace, &files, step.as_ref()));
        }
        ScanAction::List { document } => {
            let scans = match &document {
                Some(document) => workspace.scans_of(document)?,
                None => workspace.waiting_scans()?,
            };
            if world.json {
                output::json(&scans);
            } else {
                scans.iter().for_each(list);
            }
        }
        ScanAction::File { page: ScanPage { scan, page }, number, revision, paper_page } => {
            let filed = workspace.file_by_hand(&FilingByHand { sha256: scan, page, number, revision, paper_page })?;
            tell_page(world, &filed);
        }
        ScanAction::Aside(ScanPage { scan, page }) => tell_page(world, &workspace.set_page_aside(&scan, page)?),
        ScanAction::Export { scan, to, page } => {
            let bytes = match page {
                Some(page) => workspace.scan_picture(&scan, page, PICTURE_PX)?,
                None => workspace.scan_file(&scan)?.1,
            };
            files::write(&to, &bytes)?;
            if world.json {
                output::json(&json!({ "to": files::display(&to), "bytes": bytes.len() }));
            } else {
                output::line(format!("已写入 {}", files::display(&to)));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Files one after the other; one that cannot be read keeps nobody from the others.
fn add(world: &World, workspace: &mut Workspace, paths: &[PathBuf], step: Option<&SignedStep>) -> ExitCode {
    let mut status = ExitCode::SUCCESS;
    let mut told: Vec<Value> = Vec::new();
    for path in paths {
        match add_one(workspace, path, step) {
            Ok(filed) if world.json => told.push(json!(filed)),
            Ok(filed) => tell(&filed),
            Err(error) => {
                status = ExitCode::from(error.code.exit_status());
                if world.json {
                    told.push(json!({ "file": files::display(path), "error": error }));
                } else {
                    output::error(&error, false);
                }
            }
        }
    }
    if world.json {
        output::json(&told);
    }
    status
}

fn add_one(workspace: &mut Workspace, path: &Path, step: Option<&SignedStep>) -> Result<FiledScan> {
    let bytes = files::read(path, files::SCAN_LIMIT)?;
    if let Some(known) = workspace.filed_before(&bytes)? {
        if let Some(step) = step {
            workspace.show_signature(&known.sha256, step)?;
        }
        return Ok(known);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let reading = ScanReading::read(bytes, &name, &mut |_| {})?;
    workspace.file_scan(&reading, step)
}

fn tell(scan: &FiledScan) {
    let count = |how: Filing| scan.pages.iter().filter(|page| page.how == how).count();
    let short = &scan.sha256[..DIGITS];
    if scan.known {
        output::line(format!("{}：这份扫描件已在（{short}），没有再存", scan.name));
    } else {
        let (by_code, waiting) = (count(Filing::Code), count(Filing::Unread));
        let waiting = if waiting > 0 { format!("，{waiting} 页等待手工归位") } else { String::new() };
        output::line(format!("{}：{} 页，{by_code} 页按二维码归档{waiting}（{short}）", scan.name, scan.pages.len()));
    }
    tell_pages(scan);
    if count(Filing::Unread) > 0 {
        output::aside(format!("提示：看过纸以后用 `dossier scan file {short} 页 编号 版本` 归位"));
    }
}

fn list(scan: &FiledScan) {
    output::line(format!("{}（{}）", scan.name, &scan.sha256[..DIGITS]));
    tell_pages(scan);
}

/// Pages that found their place by revision, then the others one by one.
fn tell_pages(scan: &FiledScan) {
    let mut filed: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    for page in &scan.pages {
        if let (Some(number), Some(revision)) = (&page.number, &page.revision) {
            let by_hand = page.how == Filing::Hand;
            filed.entry((format!("{number} {revision}"), by_hand)).or_default().push(page.page.to_string());
        }
    }
    for ((name, by_hand), pages) in filed {
        let how = if by_hand { "（手工归位）" } else { "" };
        output::line(format!("  {name}{how}：第 {} 页", pages.join("、")));
    }
    for page in &scan.pages {
        match page.how {
            Filing::Unread => output::line(format!("  第 {} 页等待手工归位：{}", page.page, page.note)),
            Filing::Ignored => output::line(format!("  第 {} 页不归位", page.page)),
            Filing::Code | Filing::Hand => {}
        }
    }
}

fn tell_page(world: &World, page: &FiledPage) {
    if world.json {
        return output::json(page);
    }
    output::line(match (&page.number, &page.revision) {
        (Some(number), Some(revision)) => format!("第 {} 页已归到 {number} {revision}（手工归位）", page.page),
        _ => format!("第 {} 页不归位", page.page),
    });
}
