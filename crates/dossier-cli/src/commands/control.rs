//! Documents under control.

use std::process::ExitCode;

use dossier_core::control::{
    Approval, ChainView, ChangeKind, CopyLine, RevisionView, Signing, StepState, Submission, VerdictKind,
};
use dossier_core::storage::{CopyId, How, Opinion};
use dossier_core::{Code, Error, Result};
use serde_json::{Value, json};

use super::{World, input};
use crate::args::{self, AuditAction, CopyAction, NumberAction};
use crate::output;

pub fn submit(world: &World, args: args::Submit) -> Result<ExitCode> {
    let submission = Submission { chain: args.chain, change: args.change };
    let submitted = world.workspace()?.submit(args.document.id.parse()?, &submission)?;
    if world.json {
        output::json(&submitted);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!(
        "已提交 {} {}，共 {} 页，校验码 {}",
        submitted.number, submitted.revision, submitted.pages, submitted.code
    ));
    if let Some(afterwards) = submitted.afterwards {
        output::line(format!("事后还要做：{afterwards}"));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn approval(world: &World, args: args::Document) -> Result<ExitCode> {
    let approval = world.workspace()?.approval(args.id.parse()?)?;
    if world.json {
        output::json(&approval)
    } else {
        tell(&approval)
    }
    Ok(ExitCode::SUCCESS)
}

pub fn sign(world: &World, args: args::Sign) -> Result<ExitCode> {
    let id = args.document.id.parse()?;
    let mut workspace = world.workspace()?;
    let opinion = match args.opinion.as_str() {
        "agree" | "同意" => Opinion::Agree,
        "refuse" | "不同意" => Opinion::Refuse,
        "supplement" | "需补充说明" => Opinion::Supplement,
        other => {
            return Err(Error::new(Code::BadRequest, format!("没有意见 `{other}`"))
                .hint("可用的意见：`agree`（同意）、`refuse`（不同意）、`supplement`（需补充说明）"));
        }
    };
    let signing = Signing {
        step: match args.step {
            Some(step) => step.saturating_sub(1),
            None => next_step(&workspace.approval(id)?, args.chain.as_deref())?,
        },
        chain: args.chain,
        name: args.name,
        signed_on: args.date.unwrap_or_else(|| workspace.environment().now().format("%Y-%m-%d").to_string()),
        opinion,
        supplement: args.supplement,
        how: if args.machine { How::Machine } else { How::Ink },
        ink: args.ink.as_deref().map(input::json).transpose()?,
        reason: args.reason,
        scan: None,
    };
    let signed = workspace.sign(id, &signing)?;
    if world.json {
        output::json(&signed);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("第 {} 步已登记，文档现在是“{}”", signing.step + 1, signed.state.label()));
    if let Some(draft) = signed.draft {
        output::line(format!("修改后以 {draft} 重新提交"));
    }
    for notice in signed.notices {
        output::aside(format!("请留意：{}", notice.message));
    }
    Ok(ExitCode::SUCCESS)
}

fn next_step(approval: &Approval, chain: Option<&str>) -> Result<usize> {
    let chains = approval.revisions.first().into_iter().flat_map(|revision| &revision.chains);
    let mut chains = chains.filter(|own| chain.is_none_or(|chain| own.id == chain));
    let next = chains.next().and_then(|chain| chain.steps.iter().find(|step| step.state == StepState::Next));
    next.map(|step| step.index).ok_or_else(|| {
        Error::new(Code::IllegalSignature, "现在没有等着签的环节").hint("可用 `dossier approval` 查看审批情况")
    })
}

pub fn correct(world: &World, args: args::Correct) -> Result<ExitCode> {
    let id = args.document.id.parse()?;
    let step = args.step.saturating_sub(1);
    world.workspace()?.correct_signature(id, args.chain.as_deref(), step, &args.text)?;
    done(world, format!("第 {} 步的更正已记录", args.step), json!({ "id": id, "step": args.step }))
}

pub fn withdraw(world: &World, args: args::WithReason) -> Result<ExitCode> {
    let draft = world.workspace()?.withdraw(args.document.id.parse()?, &args.reason)?;
    done(world, format!("已撤回；修改后以 {draft} 重新提交"), json!({ "draft": draft }))
}

pub fn bring_into_force(world: &World, args: args::Control) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    let revision = workspace.bring_into_force(args.document.id.parse()?, args.date.as_deref())?;
    let due = workspace.copies_to_take_back()?;
    done(world, format!("{revision} 已受控（现行）"), json!({ "revision": revision, "copies_to_take_back": due.len() }))
}

pub fn void(world: &World, args: args::Void) -> Result<ExitCode> {
    let id = args.document.id.parse()?;
    world.workspace()?.void(id, args.revision.as_deref(), &args.reason)?;
    done(world, format!("{id} 已作废"), json!({ "id": id }))
}

pub fn revise(world: &World, args: args::Revise) -> Result<ExitCode> {
    let draft = world.workspace()?.revise(args.document.id.parse()?, args.major, &args.change)?;
    done(world, format!("{draft} 的草稿已建立"), json!({ "draft": draft }))
}

pub fn discard(world: &World, args: args::Document) -> Result<ExitCode> {
    let id = args.id.parse()?;
    world.workspace()?.discard_draft(id)?;
    done(world, format!("{id} 的草稿已放弃，有效的版本不变"), json!({ "id": id }))
}

pub fn compare(world: &World, args: args::Compare) -> Result<ExitCode> {
    let id = args.document.id.parse()?;
    let compared = world.workspace()?.compare(id, args.from.as_deref(), args.with.as_deref())?;
    if world.json {
        output::json(&compared);
        return Ok(ExitCode::SUCCESS);
    }
    let title = format!("{} {}：{} → {}", compared.number, compared.title, compared.from, compared.to);
    output::line(format!("{title}，{} 处不同", compared.changes.len()));
    for change in compared.changes {
        let shown = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.replace('\n', " ") };
        output::line(match change.kind {
            ChangeKind::Added => format!("  增加 {}：{}", change.place, shown(&change.after)),
            ChangeKind::Removed => format!("  删去 {}：{}", change.place, shown(&change.before)),
            ChangeKind::Moved => format!("  移动 {} → {}", shown(&change.before), shown(&change.after)),
            ChangeKind::Changed => format!("  {}：{} → {}", change.place, shown(&change.before), shown(&change.after)),
        });
    }
    Ok(ExitCode::SUCCESS)
}

pub fn verify_print(world: &World, args: args::VerifyPrint) -> Result<ExitCode> {
    let verdict = world.workspace()?.verify_print(&args.code, args.anchor.as_deref())?;
    if world.json {
        output::json(&verdict);
    } else {
        output::line(&verdict.message);
        verdict.notes.iter().for_each(output::line);
    }
    Ok(match verdict.kind {
        VerdictKind::Same => ExitCode::SUCCESS,
        VerdictKind::Altered | VerdictKind::Unknown => ExitCode::from(Code::InvalidContent.exit_status()),
    })
}

pub fn copy(world: &World, action: CopyAction) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    match action {
        CopyAction::Issue { document, department, holder } => {
            let copy = workspace.issue_copy(document.id.parse()?, &department, &holder)?;
            let text = format!("已分发：分发号 {:02}（序号 {}），{department}", copy.copy_number, copy.id);
            done(world, text, json!(copy))
        }
        CopyAction::Receive { copy, by, date } => {
            workspace.receive_copy(CopyId::from_number(copy.id), &by, date.as_deref())?;
            done(world, "签收已登记".into(), json!({ "id": copy.id }))
        }
        CopyAction::Return { copy, note, date } => {
            workspace.return_copy(CopyId::from_number(copy.id), &note, date.as_deref())?;
            done(world, "回收已登记".into(), json!({ "id": copy.id }))
        }
        CopyAction::List(document) => {
            let revisions = workspace.approval(document.id.parse()?)?.revisions;
            if world.json {
                let all: Vec<Value> =
                    revisions.iter().map(|own| json!({ "revision": own.revision, "copies": own.copies })).collect();
                output::json(&all);
                return Ok(ExitCode::SUCCESS);
            }
            for revision in revisions {
                revision.copies.iter().for_each(|copy| output::line(copy_line(&revision.revision, copy)));
            }
            Ok(ExitCode::SUCCESS)
        }
        CopyAction::Due => {
            let due = workspace.copies_to_take_back()?;
            if world.json {
                let all =
                    due.iter().map(|(of, copy)| json!({ "number": of.number, "revision": of.revision, "copy": copy }));
                output::json(&all.collect::<Vec<_>>());
                return Ok(ExitCode::SUCCESS);
            }
            for (of, copy) in due {
                output::line(format!("{} {}", of.number, copy_line(&of.revision, &copy)));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn copy_line(revision: &str, copy: &CopyLine) -> String {
    let mut line = format!(
        "{revision} 分发号 {:02}（序号 {}）{} {}，{} 分发",
        copy.copy_number, copy.id, copy.department, copy.holder, copy.issued_on
    );
    if let (Some(on), Some(by)) = (&copy.received_on, &copy.received_by) {
        line += &format!("，{on} 由{by}签收");
    }
    if let Some(on) = &copy.returned_on {
        line += &format!("，{on} {}", copy.returned_note.as_deref().unwrap_or_default());
    } else if copy.to_take_back {
        line += "，要收回";
    }
    line
}

pub fn number(world: &World, action: NumberAction) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    match action {
        NumberAction::Next(template) => {
            let next = workspace.next_number(&template.id)?;
            done(world, next.clone(), json!({ "next": next }))
        }
        NumberAction::Void { template, reason } => {
            let number = workspace.void_next_number(&template.id, &reason)?;
            done(world, format!("{number} 已作废，不再使用"), json!({ "number": number }))
        }
        NumberAction::Start { template, last_used } => {
            let next = workspace.start_numbers_after(&template.id, &last_used)?;
            done(world, format!("下一个编号是 {next}"), json!({ "next": next }))
        }
        NumberAction::List { year } => {
            let numbers = workspace.numbers(year)?;
            if world.json {
                let all = numbers.iter().map(|own| {
                    let void = own.void.as_ref().map(|(at, by, why)| json!({ "at": at, "by": by, "reason": why }));
                    json!({ "number": own.number, "template": own.template_id, "document": own.document, "void": void })
                });
                output::json(&all.collect::<Vec<_>>());
                return Ok(ExitCode::SUCCESS);
            }
            for own in numbers {
                let document = own.document.map(|id| id.to_string()).unwrap_or_default();
                let is_open = own.document.is_none();
                let void = own.void.map(|(_, by, why)| format!("作废：{why}（{by}）"));
                let void = void.unwrap_or_else(|| if is_open { "借号，还没有用".into() } else { String::new() });
                output::line(format!("{}  {document}  {void}", own.number).trim_end());
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

pub fn audit(world: &World, action: AuditAction) -> Result<ExitCode> {
    let workspace = world.workspace()?;
    match action {
        AuditAction::Verify { anchor } => {
            let report = workspace.verify_audit(anchor.as_deref())?;
            let is_whole = report.faults.is_empty();
            if world.json {
                output::json(&report);
            } else {
                output::line(format!(
                    "审计记录 {} 条，版本 {} 个，签字 {} 个，扫描件 {} 份；审计锚 {}",
                    report.entries, report.revisions, report.signatures, report.scans, report.head
                ));
                if is_whole {
                    output::line("全部与记录时一致");
                } else {
                    output::line(format!("有 {} 处与记录时不同", report.faults.len()));
                    output::raw(&output::issues(&report.faults));
                }
            }
            Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(Code::InvalidContent.exit_status()) })
        }
        AuditAction::List { subject } => {
            let entries = workspace.storage().audit(subject.as_deref())?;
            if world.json {
                output::json(&entries);
                return Ok(ExitCode::SUCCESS);
            }
            for entry in entries {
                let at = workspace.environment().local_second(&entry.at);
                output::line(
                    format!("{:>6}  {at}  {}  {}  {}", entry.seq, entry.actor, entry.action, entry.subject).trim_end(),
                );
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn done(world: &World, text: String, value: Value) -> Result<ExitCode> {
    if world.json {
        output::json(&value)
    } else {
        output::line(text)
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(approval: &Approval) {
    output::line(format!("{} {} {}", approval.document, approval.title, approval.number));
    if let Some(draft) = &approval.draft {
        output::line(format!("{draft} 草稿"));
        if approval.offers.len() > 1 {
            output::line("可走的审批流程：");
            approval.offers.iter().for_each(|chain| output::line(format!("  {}  {}", chain.id, chain.name)));
        }
    }
    approval.revisions.iter().for_each(tell_revision);
}

fn tell_revision(revision: &RevisionView) {
    let mut line = format!(
        "{} {}，{} 由{}提交，校验码 {}，审计锚 {}",
        revision.revision,
        revision.state.label(),
        revision.submitted_at,
        revision.submitted_by,
        revision.code,
        revision.anchor
    );
    if !revision.reason.is_empty() {
        line += &format!("；{}", revision.reason);
    }
    output::line(line);
    revision.chains.iter().for_each(tell_chain);
}

fn tell_chain(chain: &ChainView) {
    output::line(format!("  {}（{}/{}）", chain.name, chain.signed, chain.steps.len()));
    for step in &chain.steps {
        let what = match (&step.signature, step.state) {
            (Some(signature), _) => {
                let more = if signature.supplement.is_empty() {
                    String::new()
                } else {
                    format!("：{}", signature.supplement)
                };
                format!("{} {} {}{more}", signature.name, signature.signed_on, signature.opinion_label)
            }
            (None, StepState::Next) => "等待签字".to_owned(),
            (None, StepState::Waiting) => "未到".to_owned(),
            (None, _) => "不再签".to_owned(),
        };
        output::line(format!("    {}. {}{}  {what}", step.index + 1, step.role, step.verb));
    }
}
