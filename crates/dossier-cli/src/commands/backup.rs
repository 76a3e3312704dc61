//! Backups. Nothing here needs a database that can be opened, but for making a copy of it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dossier_core::backup::wire::{BackupCopy, BackupLook, BackupMade, BackupPlace};
use dossier_core::backup::{Backups, Listed};
use dossier_core::{Code, Environment, Error, Issue, Result, files};
use serde_json::json;

use super::World;
use crate::args::BackupAction;
use crate::output;

pub fn run(world: &World, action: BackupAction) -> Result<ExitCode> {
    let folder = world.folder()?;
    let environment = Environment::system();
    let backups = Backups::of(&folder, &environment);
    match action {
        BackupAction::Now => now(world, &backups),
        BackupAction::List => list(world, &backups),
        BackupAction::Verify { file: Some(file) } => verify(world, &backups, &file),
        BackupAction::Verify { file: None } => verify_all(world, &backups),
        BackupAction::Look { file } => look(world, &backups, &file),
        BackupAction::Restore { file } => restore(world, &backups, &file),
        BackupAction::Folder { folder, none } => second_folder(world, &backups, folder, none),
    }
}

fn now(world: &World, backups: &Backups<'_>) -> Result<ExitCode> {
    let made = backups.make_now()?;
    if world.json {
        output::json(&made);
        return Ok(ExitCode::SUCCESS);
    }
    match &made {
        BackupMade { copy: None, .. } => output::line("还没有数据，不用备份"),
        BackupMade { copy: Some(copy), unchanged: true, .. } => {
            output::line(format!("没有新的改动，{} 的备份就是最新的：{}", copy.at, copy.file));
        }
        BackupMade { copy: Some(copy), .. } => {
            output::line(format!("已备份：{}", files::display(&backups.folder().join(&copy.file))));
            output::line(format!("已打开核对：{}", copy.holds));
        }
    }
    if let Some(second) = &made.second {
        output::aside(format!("第二个备份文件夹：{second}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(world: &World, backups: &Backups<'_>) -> Result<ExitCode> {
    let all = backups.list();
    if world.json {
        let row = |listed: &Listed| {
            json!({
                "file": listed.name.file(),
                "path": files::display(&listed.path),
                "at": listed.name.at.format("%Y-%m-%d %H:%M:%S").to_string(),
                "kind": listed.name.why.label(),
                "place": listed.source.place(),
                "bytes": listed.bytes,
                "suspect": listed.name.suspect,
            })
        };
        output::json(&all.iter().map(row).collect::<Vec<_>>());
        return Ok(ExitCode::SUCCESS);
    }
    if all.is_empty() {
        output::line(format!("`{}` 里还没有备份", files::display(&backups.folder())));
    }
    for listed in &all {
        let mut about = vec![megabytes(listed.bytes)];
        about.extend(Some(listed.name.why.label().to_owned()).filter(|label| !label.is_empty()));
        about.extend(listed.name.suspect.then(|| "备份时数据里已有不符".to_owned()));
        about.extend((listed.source.place() == BackupPlace::Second).then(|| "在第二个备份文件夹".to_owned()));
        let at = listed.name.at.format("%Y-%m-%d %H:%M");
        output::line(format!("{at}  {}  {}", listed.name.file(), about.join("，")));
    }
    // Where the database cannot be opened, there are the copies all the same.
    for notice in backups.status().map(|status| status.notices).unwrap_or_default() {
        output::aside(format!("提醒：{notice}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(world: &World, backups: &Backups<'_>, file: &Path) -> Result<ExitCode> {
    let copy = backups.verify(&backups.find(file)?)?;
    let sound = copy.issues.is_empty();
    if world.json {
        output::json(&copy);
    } else {
        tell(&copy);
        output::raw(&output::issues(&copy.issues));
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(Code::InvalidContent.exit_status()) })
}

fn verify_all(world: &World, backups: &Backups<'_>) -> Result<ExitCode> {
    let mut copies = Vec::new();
    let mut issues = Vec::new();
    for listed in backups.list() {
        match backups.verify(&listed.source) {
            Ok(copy) => {
                let faults = copy.issues.iter().map(|issue| Issue { path: listed.name.file(), ..issue.clone() });
                issues.extend(faults);
                copies.push(copy);
            }
            Err(error) => issues.push(Issue::at(listed.name.file(), "unusable", error.message)),
        }
    }
    let unusable = issues.iter().filter(|issue| issue.code == "unusable").count();
    let message = format!("{} 份备份可以恢复，{unusable} 份不能用", copies.len());
    if world.json {
        let mut answer = json!({ "copies": copies, "issues": issues });
        if !issues.is_empty() {
            let error = Error::new(Code::InvalidContent, message).issues(issues.clone());
            answer = serde_json::to_value(error).expect("errors are JSON");
            answer["copies"] = json!(copies);
        }
        output::json(&answer);
    } else {
        copies.iter().for_each(tell);
        output::raw(&output::issues(&issues));
        output::line(message);
    }
    Ok(if issues.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(Code::InvalidContent.exit_status()) })
}

fn look(world: &World, backups: &Backups<'_>, file: &Path) -> Result<ExitCode> {
    let look = backups.look(&backups.find(file)?)?;
    if world.json {
        output::json(&look);
        return Ok(ExitCode::SUCCESS);
    }
    tell(&look.copy);
    output::raw(&output::issues(&look.copy.issues));
    let BackupLook { lost, documents, more, untouched, kept, .. } = &look;
    output::line(format!("会失去：{lost}"));
    for document in documents {
        let name: Vec<&str> =
            [document.release.as_str(), document.form.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
        output::line(format!("  {}{}", name.join("，"), if document.whole { "（整份）" } else { "" }));
    }
    if *more > 0 {
        output::line(format!("  另有 {more} 份"));
    }
    for (label, text) in [("不受影响", untouched), ("现在的数据", kept)] {
        if !text.is_empty() {
            output::line(format!("{label}：{text}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn restore(world: &World, backups: &Backups<'_>, file: &Path) -> Result<ExitCode> {
    let restored = backups.restore(&backups.find(file)?)?;
    if world.json {
        output::json(&restored);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("已恢复到 {}：{}", restored.at, restored.file));
    if let Some(kept) = &restored.kept {
        output::line(format!("原来的数据保留在 {}", files::display(&Path::new(&restored.folder).join(kept))));
    }
    if !restored.voided.is_empty() {
        output::line(format!("备份之后给过的编号已作废，不再使用：{}", restored.voided.join("、")));
    }
    Ok(ExitCode::SUCCESS)
}

fn second_folder(world: &World, backups: &Backups<'_>, folder: Option<PathBuf>, none: bool) -> Result<ExitCode> {
    if none || folder.is_some() {
        let folder = match folder {
            Some(folder) => {
                // Whoever mistypes a folder would be reminded of it a week later.
                if !folder.is_dir() {
                    let message = format!("没有文件夹 `{}`", files::display(&folder));
                    return Err(Error::new(Code::NotFound, message).hint("先接上移动盘或共享文件夹，再设一次"));
                }
                let whole = std::path::absolute(&folder).map_err(|error| files::problem("读取", &folder, &error))?;
                files::display(&whole)
            }
            None => String::new(),
        };
        world.workspace()?.change_settings(&json!({ "backup": { "second_folder": folder } }))?;
        // The folder is named whatever becomes of the first copy.
        if let Err(error) = backups.make_now() {
            output::aside(format!("还没有备份进去：{}", error.message));
        }
    }
    let status = backups.status()?;
    if world.json {
        output::json(&status);
        return Ok(ExitCode::SUCCESS);
    }
    match &status.second {
        None => output::line("没有设第二个备份文件夹"),
        Some(second) => {
            output::line(format!("第二个备份文件夹：{}", second.folder));
            match &second.reached {
                Some(reached) => output::line(format!("最近一次备份到那里：{reached}")),
                None => output::line("还没有备份进去过"),
            }
            if let Some(trouble) = &second.trouble {
                output::line(format!("没有写进去：{trouble}"));
            }
            if second.same_disk {
                output::line("它和数据在同一块盘上，盘坏了会一起失去");
            }
        }
    }
    status.notices.iter().for_each(|notice| output::aside(format!("提醒：{notice}")));
    Ok(ExitCode::SUCCESS)
}

fn tell(copy: &BackupCopy) {
    output::line(format!("{}  {}  {}", copy.at, copy.file, copy.holds));
}

fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
