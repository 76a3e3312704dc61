//! What has to be there before anything is archived: 附录 1–4, signatures and signed copies, 4.4.2 of 产品发布管理规范, and
//! the four properties of electronic records (四性检测).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::archive::{ArchiveCheck, ArchiveRequest, CheckLine, Outcome, Property, papers};
use crate::dossiers::Progress;
use crate::export::Exported;
use crate::storage::{How, ReleaseId, RevisionState, ScanId, Status, Storage};
use crate::{Code, Error, Issue, Result};

use super::super::Workspace;
use super::super::control::{self, Thawed, thaw};
use super::pack::{is_appendix, scans_of};
use super::{APPENDIX, LeftOut, Selection, name_of, was_approved};

/// 产品发布管理规范 4.4.2, as written there.
const UPDATES: [(&str, &str); 4] = [
    ("4.4.2.1", "产品部更新产品手册、帮助文档等用户侧文档"),
    ("4.4.2.2", "研发部更新技术文档（如接口文档、架构文档）"),
    ("4.4.2.3", "运维部归档发布过程中的部署记录、配置文件、备份文件等"),
    ("4.4.2.4", "所有发布相关文档统一存入公司知识库，确保可追溯"),
];

/// 附录 of the report that somebody has to hand in; the first one is the application itself.
pub(super) const APPENDICES: [(u8, &str); 3] =
    [(2, "发布过程关键节点记录及截图"), (3, "《发布后问题跟踪表》（汇总版）"), (4, "发布总结会议纪要")];

impl Workspace {
    /// Says of each line whether what is to be archived passes it, the files themselves among them. `progress` is told
    /// before each revision and once at the end.
    ///
    /// # Errors
    /// The scope names nothing that was submitted; an exception or confirmation is of no line; `progress` stops it.
    pub fn check_archive(
        &self,
        request: &ArchiveRequest,
        progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<ArchiveCheck> {
        let storage = &self.storage;
        let selection = Selection::of(storage, request)?;
        let mut check = self.completeness(&selection, request, &BTreeSet::new(), &mut |_| Ok(()))?;
        let (mut done, total) = (0, check.revisions);
        for document in &selection.documents {
            for record in storage.revisions_of(document.id)? {
                if progress(&Progress { done, total, what: name_of(&record) }).is_break() {
                    return Err(stopped());
                }
                done += 1;
                // What is damaged has a line already.
                let Ok(thawed) = thaw(storage, record) else { continue };
                let name = name_of(&thawed.record);
                let (_, paper) = control::record_paper(storage, &self.environment, &thawed)?;
                check.lines.extend(look_at_paper(&name, &paper));
                for id in scans_of(storage, thawed.record.id)?.into_keys() {
                    let scan = storage.scan(id)?;
                    let active = papers::active(&scan.kind, &storage.scan_bytes(id)?);
                    check.lines.extend(look_at_scan(&name, &scan.name, &scan.kind, active));
                }
            }
        }
        // Nothing is left that could be stopped.
        let _ = progress(&Progress { done: total, total, what: String::new() });
        Ok(settled(check))
    }

    /// Everything that can be said before the files are made. Scans that are packed right after it are not read for it:
    /// packing hashes them anyway, and a year of them takes minutes. `each` is told before each document, and may stop.
    pub(super) fn completeness(
        &self,
        selection: &Selection,
        request: &ArchiveRequest,
        packed_next: &BTreeSet<ScanId>,
        each: &mut dyn FnMut(Progress) -> Result<()>,
    ) -> Result<ArchiveCheck> {
        let storage = &self.storage;
        let mut lines = Vec::new();
        for (name, release) in &selection.releases {
            of_release(storage, name, *release, &mut lines)?;
        }
        lines.extend(selection.left_out.iter().map(not_archived));
        let mut revisions = 0;
        for (done, document) in selection.documents.iter().enumerate() {
            each(Progress { done, total: selection.documents.len(), what: document.number.clone() })?;
            for record in storage.revisions_of(document.id)? {
                revisions += 1;
                let name = name_of(&record);
                match thaw(storage, record) {
                    Ok(thawed) => of_revision(storage, &thawed, &mut lines)?,
                    Err(error) => {
                        lines.push(CheckLine::fault(Property::Authentic, format!("内容/{name}"), &name, error.message));
                    }
                }
            }
        }
        if !selection.releases.is_empty() {
            updates(request, &selection.scope, &mut lines);
        }
        if !storage.waiting_pages()?.is_empty() {
            let message = "有扫描页还没有归位，可能属于要归档的文件。";
            lines.push(CheckLine::warning("待归位", "扫描件", message));
        }
        self.log(selection, packed_next, &mut lines)?;
        excuse(&mut lines, request)?;
        Ok(settled(ArchiveCheck {
            scope: selection.scope.clone(),
            releases: selection.releases.len(),
            documents: selection.documents.len(),
            revisions,
            blocking: 0,
            warnings: 0,
            lines,
        }))
    }

    /// 真实性: the log and everything that it tells of.
    fn log(&self, selection: &Selection, packed_next: &BTreeSet<ScanId>, lines: &mut Vec<CheckLine>) -> Result<()> {
        let report = self.verify_audit_but(None, packed_next)?;
        for fault in &report.faults {
            let line = distrusted(fault);
            // What is wrong with a release that stays out does not hold up the others.
            lines.push(match selection.left_out.iter().find(|release| release.has(&fault.path)) {
                Some(release) => CheckLine { outcome: Outcome::Excused, reason: Some(release.reason.clone()), ..line },
                None => line,
            });
        }
        if report.faults.is_empty() {
            let message = format!(
                "审计记录 {} 条首尾相接，链头 {}；{} 个版本、{} 个签字、{} 份扫描件与记录相符。",
                report.entries, report.head, report.revisions, report.signatures, report.scans
            );
            lines.push(CheckLine::passed(Property::Authentic, "审计", "审计记录", message));
        }
        Ok(())
    }
}

/// Somebody has stopped it.
pub(super) fn stopped() -> Error {
    Error::new(Code::BadRequest, "已停止，没有检查完")
}

/// A release that the scope has and the package has not.
fn not_archived(release: &LeftOut) -> CheckLine {
    let message = format!("这次不归档：{}。", release.numbers.join("、"));
    CheckLine {
        outcome: Outcome::Excused,
        reason: Some(release.reason.clone()),
        ..CheckLine::blocking(format!("不归档/{}", release.id), &release.name, message)
    }
}

/// What contradicts the log is not archived.
pub(super) fn distrusted(fault: &Issue) -> CheckLine {
    CheckLine::fault(Property::Authentic, format!("审计/{}", fault.path), &fault.path, fault.message.clone())
}

/// 齐全 of a release: its documents, and the appendices of its report.
fn of_release(storage: &Storage, name: &str, release: ReleaseId, lines: &mut Vec<CheckLine>) -> Result<()> {
    let mut appendices: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut approved = BTreeMap::new();
    for document in storage.documents_of(release)? {
        let revisions = storage.revisions_of(document.id)?;
        if document.status == Status::Draft {
            let what = if revisions.is_empty() { "还是草稿" } else { "有新版本的草稿" };
            let message = format!("{}：{what}，草稿不归档。", document.title);
            lines.push(CheckLine::warning(format!("草稿/{}", document.id), name, message));
        }
        for record in revisions {
            for (scan, pages) in scans_of(storage, record.id)? {
                if let Some(page) = pages.iter().find(|page| is_appendix(&page.note)) {
                    appendices.entry(page.note.clone()).or_default().push(storage.scan(scan)?.name);
                }
            }
            if was_approved(&record) {
                approved.insert(document.template_id.clone(), name_of(&record));
            }
        }
    }
    let of_kind = |kind: &str| approved.iter().find(|(template, _)| template.ends_with(kind)).map(|(_, name)| name);
    for (kind, id, label) in
        [("-summary", "报告", "《产品发布总结报告》"), ("-application", "附录1", "附录 1《产品发布申请表》")]
    {
        let id = format!("{id}/{release}");
        lines.push(match of_kind(kind) {
            Some(found) => CheckLine::passed(Property::Complete, id, name, format!("{label}：{found}。")),
            None => CheckLine::blocking(id, name, format!("缺{label}：没有批准过的版本。")),
        });
    }
    for (number, label) in APPENDICES {
        let id = format!("附录{number}/{release}");
        lines.push(match appendices.get(&format!("{APPENDIX}{number}")) {
            Some(files) => CheckLine::passed(
                Property::Complete,
                id,
                name,
                format!("附录 {number} {label}：{}。", files.join("、")),
            ),
            None => CheckLine::blocking(id, name, format!("缺附录 {number} {label}。")),
        });
    }
    Ok(())
}

/// 签字 and 签署件 of a revision.
fn of_revision(storage: &Storage, thawed: &Thawed, lines: &mut Vec<CheckLine>) -> Result<()> {
    let record = &thawed.record;
    let name = name_of(record);
    if record.state == RevisionState::InReview {
        lines.push(CheckLine::blocking(format!("审批/{name}"), &name, "审批还没有结束。"));
    }
    if !was_approved(record) {
        return Ok(());
    }
    for chain in thawed.frozen.chains() {
        let signed =
            |step: usize| thawed.signoffs.iter().any(|own| own.signoff.chain == chain.id && own.signoff.step == step);
        let open: Vec<String> = chain
            .steps
            .iter()
            .enumerate()
            .filter(|(step, _)| !signed(*step))
            .map(|(_, step)| format!("{}{}", step.role, step.verb))
            .collect();
        let id = format!("审批/{name}/{}", chain.id);
        lines.push(match open.is_empty() {
            true => CheckLine::passed(
                Property::Complete,
                id,
                &name,
                format!("{}签字齐全。", chain.name.trim_end_matches("签字")),
            ),
            false => CheckLine::blocking(id, &name, format!("{}还没有签：{}。", chain.name, open.join("、"))),
        });
    }
    let in_ink = thawed.signoffs.iter().filter(|own| own.signoff.how == How::Ink).count();
    let mut shown: Vec<usize> = Vec::new();
    let mut scanned = 0;
    for page in storage.scan_pages_of(record.id)?.iter().filter(|page| !is_appendix(&page.note)) {
        scanned += 1;
        shown.extend(page.paper_page);
    }
    let id = format!("签署件/{name}");
    let missing: Vec<String> =
        (1..=record.pages).filter(|page| !shown.contains(page)).map(|page| page.to_string()).collect();
    lines.push(match (in_ink, scanned) {
        (0, _) => CheckLine::passed(Property::Complete, id, &name, "没有纸面签字，不需要签署件。"),
        (_, 0) => CheckLine::blocking(id, &name, format!("有 {in_ink} 个纸面签字，没有签署件（扫描件）。")),
        _ if !missing.is_empty() => CheckLine::warning(id, &name, format!("签署件缺第 {} 页。", missing.join("、"))),
        _ => CheckLine::passed(Property::Complete, id, &name, format!("签署件 {scanned} 页，各页齐全。")),
    });
    lines.push(CheckLine::passed(Property::Whole, format!("内容/{name}"), &name, "内容与提交时的校验值一致。"));
    Ok(())
}

/// Who updates which document is done outside this program: somebody has to confirm it.
fn updates(request: &ArchiveRequest, scope: &str, lines: &mut Vec<CheckLine>) {
    for (id, text) in UPDATES {
        let by = request.confirmed.iter().find(|(item, _)| id == item || id.ends_with(&format!(".{item}")));
        lines.push(match by.map(|(_, who)| who.trim()).filter(|who| !who.is_empty()) {
            Some(who) => CheckLine {
                reason: Some(who.to_owned()),
                ..CheckLine::passed(Property::Complete, id, scope, format!("{text}：已由{who}确认。"))
            },
            None => CheckLine::blocking(id, scope, format!("还没有人确认：{text}。")),
        });
    }
}

/// Takes over why lines that do not pass are archived all the same.
fn excuse(lines: &mut [CheckLine], request: &ArchiveRequest) -> Result<()> {
    for (wanted, reason) in &request.exceptions {
        let (wanted, reason) = (wanted.trim(), reason.trim());
        if reason.is_empty() {
            return Err(Error::new(Code::ReasonNeeded, format!("例外“{wanted}”没有写理由"))
                .hint("写成 `项目=理由`，理由会印在移交清单上"));
        }
        let fits = |line: &CheckLine| {
            line.outcome == Outcome::Blocking
                && (line.id == wanted || line.id.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/')))
        };
        let mut found = false;
        for line in lines.iter_mut().filter(|line| fits(line)) {
            if !line.excusable {
                return Err(Error::new(Code::BadRequest, format!("“{}”不能作为例外：{}", line.id, line.message))
                    .hint("记录不可信的文件不能归档，请先用 `dossier audit verify` 查明"));
            }
            line.outcome = Outcome::Excused;
            line.reason = Some(reason.to_owned());
            found = true;
        }
        let settled = lines.iter().any(|line| line.outcome == Outcome::Excused && line.id == wanted);
        if !found && !settled {
            let open: Vec<&str> =
                lines.iter().filter(|line| line.outcome == Outcome::Blocking).map(|line| line.id.as_str()).collect();
            return Err(Error::new(Code::BadRequest, format!("没有不通过的项目叫“{wanted}”"))
                .hint(format!("不通过的项目：{}", if open.is_empty() { "无".into() } else { open.join("、") })));
        }
    }
    for (item, _) in &request.confirmed {
        if !UPDATES.iter().any(|(id, _)| id == item || id.ends_with(&format!(".{item}"))) {
            return Err(Error::new(Code::BadRequest, format!("没有 4.4.2 的第 {item} 项")).hint("可用的：1、2、3、4"));
        }
    }
    Ok(())
}

/// 可用性 of a paper.
pub(super) fn look_at_paper(about: &str, paper: &Exported) -> Vec<CheckLine> {
    let id = format!("PDF/{about}");
    let mut lines = vec![match papers::is_pdf_a(&paper.bytes) {
        true => CheckLine::passed(Property::Usable, id, about, "PDF/A-2u，字体内嵌，可长期阅读。"),
        false => CheckLine::fault(Property::Usable, id, about, "纸面文件不是 PDF/A-2u。".into()),
    }];
    for warning in &paper.warnings {
        lines.push(CheckLine::warning(format!("字形/{about}"), about, format!("{}。", warning.message)));
    }
    lines
}

/// 可用性 and 安全性 of a file from outside, in which something was found that is more than paper.
pub(super) fn look_at_scan(about: &str, name: &str, kind: &str, active: Option<&str>) -> Vec<CheckLine> {
    let id = format!("文件/{about}/{name}");
    let lasting = match papers::lasts(kind) {
        true => CheckLine::passed(Property::Usable, &id, about, format!("“{name}”是可长期阅读的格式（{kind}）。")),
        false => CheckLine::warning(&id, about, format!("“{name}”的格式（{kind}）以后可能打不开，宜转为 PDF。")),
    };
    let safe = match active {
        None => CheckLine::passed(Property::Safe, &id, about, format!("“{name}”不含脚本、宏、内嵌文件和密码。")),
        Some(what) => CheckLine {
            property: Property::Safe,
            ..CheckLine::warning(&id, about, format!("“{name}”里有{what}，打开时请留意。"))
        },
    };
    vec![lasting, safe]
}

/// Counts, and puts the lines in the order in which people read them.
pub(super) fn settled(mut check: ArchiveCheck) -> ArchiveCheck {
    check.lines.sort_by_key(|line| Property::ALL.iter().position(|property| *property == line.property));
    check.blocking = check.of(Outcome::Blocking).count();
    check.warnings = check.of(Outcome::Warning).count();
    check
}
