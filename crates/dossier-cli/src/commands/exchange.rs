//! Between machines: drafts handed over and back, submitted documents, borrowed numbers.

use std::path::PathBuf;
use std::process::ExitCode;

use dossier_core::Result;
use dossier_core::exchange::{Choice, Conflict, ExchangeStatus, Received, ReceivedAs, SendRequest, Sent};
use serde_json::{Value, json};

use super::World;
use super::archive::{has_problems, tell_progress};
use crate::args::{self, ExchangeAction};
use crate::output;

pub fn run(world: &World, action: ExchangeAction) -> Result<ExitCode> {
    match action {
        ExchangeAction::Send(wanted) => send(world, wanted),
        ExchangeAction::Receive { package, anchor } => {
            let received = world.workspace()?.receive(&package, anchor.as_deref(), &mut tell_progress)?;
            if world.json {
                output::json(&received);
            } else {
                tell_received(&received);
            }
            Ok(if is_clean(&received) { ExitCode::SUCCESS } else { has_problems() })
        }
        ExchangeAction::TakeBack(document) => {
            let from = world.workspace()?.take_back(document.id.parse()?)?;
            if world.json {
                output::json(&json!({ "document": document.id, "from": from }));
            } else {
                output::line(format!("已收回 {}；{from}之后交回的内容会放在旁边，由你选定", document.id));
            }
            Ok(ExitCode::SUCCESS)
        }
        ExchangeAction::Status => {
            let status = world.workspace()?.exchange_status()?;
            if world.json {
                output::json(&status);
            } else {
                tell_status(&status);
            }
            Ok(ExitCode::SUCCESS)
        }
        ExchangeAction::Conflicts { document } => {
            let id = document.map(|id| id.parse()).transpose()?;
            let conflicts = world.workspace()?.conflicts(id)?;
            if world.json {
                output::json(&conflicts);
            } else {
                conflicts.iter().for_each(tell_conflict);
            }
            Ok(ExitCode::SUCCESS)
        }
        ExchangeAction::Choose(wanted) => choose(world, wanted),
        ExchangeAction::Lease(wanted) => lease(world, wanted),
    }
}

fn send(world: &World, wanted: args::Send) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    let documents = wanted.documents.iter().map(|id| id.parse()).collect::<Result<_>>()?;
    let file = wanted.file.unwrap_or_else(|| PathBuf::from(workspace.package_name(&wanted.to)));
    let request = SendRequest {
        documents,
        to: wanted.to,
        submit: wanted.submit,
        chain: wanted.chain,
        change: wanted.change,
        return_numbers: wanted.return_numbers,
    };
    let sent = workspace.send(&request, &file)?;
    tell_sent(world, &sent);
    Ok(ExitCode::SUCCESS)
}

fn lease(world: &World, wanted: args::Lease) -> Result<ExitCode> {
    let mut workspace = world.workspace()?;
    let file = wanted.file.unwrap_or_else(|| PathBuf::from(workspace.package_name(&wanted.to)));
    let code = wanted.code.as_deref();
    let sent = workspace.lend_numbers(&wanted.template.id, wanted.count, &wanted.to, code, &file)?;
    tell_sent(world, &sent);
    Ok(ExitCode::SUCCESS)
}

fn tell_sent(world: &World, sent: &Sent) {
    if world.json {
        output::json(sent);
        return;
    }
    output::line(format!("{}，给{}：{}", sent.label, sent.to, sent.path));
    for id in &sent.drafts {
        output::line(format!("{id} 在这里已只读，交回或收回以后才能改"));
    }
    for id in sent.documents.iter().filter(|id| !sent.drafts.contains(id)) {
        output::line(format!("{id} 连同各版本一起交出"));
    }
    if let (Some(first), Some(last)) = (sent.numbers.first(), sent.numbers.last()) {
        output::line(format!("编号 {} 个：{first} 至 {last}", sent.numbers.len()));
    }
    output::line(format!("移交校验码：{}", sent.code));
}

fn is_clean(received: &Received) -> bool {
    received.issues.is_empty()
        && received.documents.iter().all(|told| {
            let is_told = matches!(told.outcome, ReceivedAs::Quarantined | ReceivedAs::Refused);
            !is_told && told.issues.is_empty()
        })
}

fn tell_received(received: &Received) {
    let again = if received.again { "（以前收到过）" } else { "" };
    output::line(format!("{}发来的移交包：{}{again}", received.from, received.label));
    for told in &received.documents {
        let id = told.id.map(|id| format!("{id} ")).unwrap_or_default();
        output::line(format!("{id}{}：{}", told.title, told.message));
        if told.outcome == ReceivedAs::Beside {
            output::line(format!(
                "用 `dossier exchange conflicts {of}` 查看，`dossier exchange choose {of}` 选定",
                of = id.trim_end()
            ));
        }
        output::raw(&output::issues(&told.issues));
    }
    if let (Some(first), Some(last)) = (received.borrowed.first(), received.borrowed.last()) {
        output::line(format!("借入编号 {} 个：{first} 至 {last}", received.borrowed.len()));
    }
    if !received.settled.is_empty() {
        output::line(format!("借出的编号有了下落：{}", received.settled.join("、")));
    }
    output::raw(&output::issues(&received.issues));
}

fn tell_status(status: &ExchangeStatus) {
    output::line(format!("这台电脑：{}，代码 {}；收到过 {} 个移交包", status.name, status.code, status.packages));
    for out in &status.out {
        let what = if out.submit { "交去提交" } else { "移交" };
        output::line(format!("{what}  {} {}  给{}，{}", out.document, out.title, out.to, out.at));
    }
    for waiting in &status.waiting {
        output::line(format!("待选定  {} {}  来自{}，{}", waiting.document, waiting.title, waiting.from, waiting.at));
    }
    for alarm in &status.quarantine {
        output::line(format!(
            "隔离  {} {}  来自{}，{}：{}",
            alarm.number, alarm.revision, alarm.from, alarm.at, alarm.why
        ));
    }
    for lease in &status.leases {
        let what = if lease.out { "借出  给" } else { "借入  自" };
        output::line(format!(
            "{what}{}  {} 至 {}：未用 {}，已用 {}，作废 {}；{}",
            lease.partner, lease.first, lease.last, lease.free, lease.used, lease.void, lease.at
        ));
    }
}

fn tell_conflict(conflict: &Conflict) {
    output::line(format!("{} {}：{}的另一版本，{}", conflict.document, conflict.title, conflict.from, conflict.at));
    for field in &conflict.fields {
        output::line(format!("  {}（{}）", field.label, field.field));
        for place in &field.places {
            output::line(format!("    {}：这里“{}”，对方“{}”", place.label, shown(&place.here), shown(&place.there)));
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "空".to_owned(),
        Value::String(text) => text.replace('\n', " "),
        other => other.to_string(),
    }
}

fn choose(world: &World, wanted: args::Choose) -> Result<ExitCode> {
    let rest = match (wanted.take_all, wanted.keep_all) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let choice = Choice { take: wanted.take, keep: wanted.keep, rest };
    let chosen = world.workspace()?.choose(wanted.document.parse()?, &choice)?;
    if world.json {
        output::json(&chosen);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!(
        "{} 已选定：取 {} 项，留 {} 项；可以撤销",
        chosen.document,
        chosen.taken.len(),
        chosen.kept.len()
    ));
    if chosen.waiting > 0 {
        output::line(format!("还有 {} 个另一版本待选定", chosen.waiting));
    }
    Ok(ExitCode::SUCCESS)
}
