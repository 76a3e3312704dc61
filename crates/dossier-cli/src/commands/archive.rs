//! Archive packages: checked and made, verified without any data, and brought back.

use std::io::{IsTerminal, stderr};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use dossier_core::archive::{
    self, ArchiveCheck, ArchiveRequest, Outcome, PackageReport, PackageVerdict, Packing, PackingStep, Property, Scope,
};
use dossier_core::dossiers::Progress;
use dossier_core::export::Format;
use dossier_core::{Code, Error, Result};
use serde_json::json;

use super::{World, paper};
use crate::args::{Archive, Attach, Restore, Verify, Volume};
use crate::output;

/// The exit status where the content has problems.
pub(super) fn has_problems() -> ExitCode {
    ExitCode::from(Code::InvalidContent.exit_status())
}

pub fn attach(world: &World, attach: Attach) -> Result<ExitCode> {
    let id = attach.document.parse()?;
    let revision = world.workspace()?.attach(id, attach.appendix, &attach.file)?;
    if world.json {
        output::json(&json!({ "revision": revision, "appendix": attach.appendix }));
    } else {
        output::line(format!("已作为附录 {} 加入 {revision}", attach.appendix));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn volume(world: &World, volume: Volume) -> Result<ExitCode> {
    if Format::of(&volume.to)? != Format::Pdf {
        return Err(Error::new(Code::UnsupportedFormat, "合订本只写 PDF").hint("文件名请以 .pdf 结尾"));
    }
    let bound = world.workspace()?.volume(&volume.release)?;
    paper::finish(world, &volume.to, &bound)
}

pub fn archive(world: &World, wanted: Archive) -> Result<ExitCode> {
    let request = ArchiveRequest {
        scope: Scope { year: wanted.year, release: wanted.release, query: wanted.query },
        exceptions: pairs(&wanted.exception, "例外", "附录4=未召开总结会议")?,
        confirmed: pairs(&wanted.confirm, "确认", "1=周敏")?,
        left_out: pairs(&wanted.leave_out, "不归档", "R0007=审批还没有结束")?,
    };
    let mut workspace = world.workspace()?;
    if wanted.check {
        let check = workspace.check_archive(&request, &mut tell_progress)?;
        let passed = check.blocking == 0;
        if world.json {
            output::json(&check);
        } else {
            tell_check(&check);
        }
        return Ok(if passed { ExitCode::SUCCESS } else { has_problems() });
    }
    let to = wanted.to.unwrap_or_else(|| PathBuf::from(workspace.archive_name(&request.scope)));
    let Some(made) = workspace.archive(&request, &to, &mut tell_packing)? else {
        return Err(Error::new(Code::BadRequest, "已停止，没有归档"));
    };
    if world.json {
        output::json(&made);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("已归档：{}", made.path));
    output::line(format!(
        "{} 份文档，{} 个版本，{} 个文件，{} 字节",
        made.documents, made.revisions, made.files, made.bytes
    ));
    output::line(format!("移交校验码：{}", made.code));
    for outcome in [Outcome::Excused, Outcome::Warning] {
        for line in made.check.of(outcome) {
            let reason = line.reason.as_ref().map(|reason| format!("（{reason}）")).unwrap_or_default();
            output::aside(format!("{}：{}{reason}", outcome.label(), line.message));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub fn verify(world: &World, verify: Verify) -> Result<ExitCode> {
    let report = archive::verify(&verify.package, verify.anchor.as_deref(), &mut tell_progress)?;
    if world.json {
        output::json(&report);
    } else {
        tell_report(&report);
    }
    Ok(if report.verdict == PackageVerdict::Sound { ExitCode::SUCCESS } else { has_problems() })
}

pub fn restore(world: &World, restore: Restore) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    let restored = workspace.restore_package(&restore.package, restore.anchor.as_deref(), &mut tell_progress)?;
    let clean = restored.issues.is_empty();
    if world.json {
        output::json(&restored);
    } else {
        output::line(format!("已恢复 {} 份文档，{} 个版本", restored.documents, restored.revisions));
        if restored.known > 0 {
            output::line(format!("{} 份已在这里，没有改动", restored.known));
        }
        output::raw(&output::issues(&restored.issues));
    }
    Ok(if clean { ExitCode::SUCCESS } else { has_problems() })
}

/// `项目=理由`
fn pairs(typed: &[String], what: &str, example: &str) -> Result<Vec<(String, String)>> {
    let pair =
        |text: &String| match text.split_once(['=', '＝']) {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
            _ => Err(Error::new(Code::BadRequest, format!("{what}“{text}”看不懂"))
                .hint(format!("要写成 `{example}` 的样子"))),
        };
    typed.iter().map(pair).collect()
}

fn tell_check(check: &ArchiveCheck) {
    output::line(format!(
        "{}：{} 次发布，{} 份文档，{} 个版本；{} 项不通过，{} 项提醒",
        check.scope, check.releases, check.documents, check.revisions, check.blocking, check.warnings
    ));
    for property in Property::ALL {
        let lines: Vec<_> = check.lines.iter().filter(|line| line.property == property).collect();
        if lines.is_empty() {
            continue;
        }
        output::line(property.label());
        for line in lines {
            let reason = line.reason.as_ref().map(|reason| format!("（{reason}）")).unwrap_or_default();
            output::line(format!("  {}  {}  {}：{}{reason}", line.outcome.label(), line.id, line.about, line.message));
        }
    }
}

fn tell_report(report: &PackageReport) {
    output::line(&report.message);
    output::line(format!(
        "{} 份文档，{} 个版本，{} 个文件，{} 字节",
        report.documents, report.revisions, report.files, report.bytes
    ));
    output::line(format!("移交校验码：{}", report.code));
    if let Some(head) = &report.audit_head {
        output::line(format!("审计锚：{head}"));
    }
    output::raw(&output::issues(&report.issues));
}

/// One line that is written over, where somebody looks on.
pub(super) fn tell_progress(progress: &Progress) -> ControlFlow<()> {
    let Progress { done, total, what } = progress;
    tell_line(&format!("{done}/{total} {what}"), done == total)
}

fn tell_packing(packing: &Packing) -> ControlFlow<()> {
    let Packing { step, done, total, what, .. } = packing;
    tell_line(&format!("{} {done}/{total} {what}", step.label()), *step == PackingStep::Verify && done == total)
}

fn tell_line(line: &str, is_last: bool) -> ControlFlow<()> {
    if stderr().is_terminal() {
        let end = if is_last { '\n' } else { '\r' };
        eprint!("\r\u{1b}[K{line}{end}");
    }
    ControlFlow::Continue(())
}
