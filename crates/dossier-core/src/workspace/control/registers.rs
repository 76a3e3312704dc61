//! 台账, made anew from the database whenever they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

use crate::control::{Frozen, PrintCode, Register, RegisterFormat, RegisterQuery, RegisterView};
use crate::document::display;
use crate::dossiers::DossierDocument;
use crate::export::Exported;
use crate::listing::{Column, Header, Listing, Section};
use crate::settings::Settings;
use crate::storage::{DocumentId, DossierFilter, LeasedState, RevisionId, RevisionRecord, RevisionState, Storage};
use crate::{Code, Error, Result};

use super::super::Workspace;

/// A register and the document that each of its rows tells of.
struct Filled {
    listing: Listing,
    documents: Vec<Option<DocumentId>>,
}

/// A row on its way into a register.
type Line = (Option<DocumentId>, Vec<String>);

impl Workspace {
    /// A register as the window shows it.
    ///
    /// # Errors
    /// The day is none; a revision is damaged.
    pub fn register(&self, register: Register, query: &RegisterQuery) -> Result<RegisterView> {
        let Filled { listing, documents } = self.filled(register, query)?;
        let mut years: BTreeSet<i32> = self.storage.dossier_facets()?.years.into_iter().collect();
        years.extend(self.storage.numbers(None)?.iter().map(|number| number.year));
        Ok(RegisterView::new(register, listing, documents, years.into_iter().rev().collect()))
    }

    /// A register as a file.
    ///
    /// # Errors
    /// As [`register`](Self::register); the program's fonts are missing; a text is too long for a cell of Excel.
    pub fn register_file(&self, register: Register, query: &RegisterQuery, format: RegisterFormat) -> Result<Exported> {
        let listing = self.filled(register, query)?.listing;
        let settings = self.settings()?;
        match format {
            RegisterFormat::Pdf => listing.to_pdf(&self.environment, &settings),
            RegisterFormat::Xlsx => listing.to_xlsx(&settings),
            RegisterFormat::Csv => Ok(Exported { bytes: listing.to_csv(), pages: 0, warnings: Vec::new() }),
        }
    }

    /// Name of the file of a register: `受控文件清单_2026-03-11.xlsx`.
    pub fn register_name(&self, register: Register, query: &RegisterQuery, format: RegisterFormat) -> String {
        let today = self.environment.now().date_naive().to_string();
        let told = match (register, query.year) {
            (register, _) if register.has_day() => query.on.clone().filter(|on| !on.is_empty()).unwrap_or(today),
            (_, Some(year)) => year.to_string(),
            _ => today,
        };
        format!("{}_{told}.{}", register.title(), format.extension())
    }

    fn filled(&self, register: Register, query: &RegisterQuery) -> Result<Filled> {
        let today = self.environment.now().date_naive();
        let on = match query.on.as_deref().map(str::trim).filter(|on| !on.is_empty()) {
            None => today,
            Some(on) => on.parse().map_err(|_| {
                Error::new(Code::BadRequest, format!("截至日期“{on}”要写成 2026-03-11 的样子")).hint("请核对日期")
            })?,
        };
        let (columns, lines, note) = match register {
            Register::Controlled => self.controlled(on, query.year)?,
            Register::VoidNumbers => self.void_numbers(query.year)?,
            Register::Copies => self.handed_out(query.year)?,
            Register::Releases => self.released(query.year)?,
            Register::Due => self.due(on, query.year)?,
        };
        let mut told = Vec::new();
        match register.has_day() {
            true => told.push(("截至日期".to_owned(), on.to_string())),
            false => told.push(("打印日期".to_owned(), today.to_string())),
        }
        told.push(("年度".to_owned(), query.year.map_or_else(|| "全部".to_owned(), |year| format!("{year} 年"))));
        told.push(("共".to_owned(), format!("{} 项", lines.len())));
        let (documents, rows): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
        let numbered = rows.into_iter().enumerate().map(|(index, mut row): (usize, Vec<String>)| {
            row.insert(0, (index + 1).to_string());
            row
        });
        let mut all = vec![Column::new("序号", 11.0).centered()];
        all.extend(columns);
        let listing = Listing {
            title: register.title().into(),
            lines: told,
            landscape: true,
            columns: all,
            sections: vec![Section { heading: None, rows: numbered.collect() }],
            notes: vec![note],
            signoff: ["编制", "审核", "批准"].map(str::to_owned).to_vec(),
            header: Header::default(),
            check: None,
            date: on,
        };
        Ok(Filled { listing, documents })
    }

    /// What was in force at the end of a day.
    fn controlled(&self, on: NaiveDate, year: Option<i32>) -> Result<(Vec<Column>, Vec<Line>, String)> {
        let mut copies: BTreeMap<RevisionId, usize> = BTreeMap::new();
        for copy in self.storage.copies()? {
            let out = copy.returned_on.as_deref().is_none_or(|back| back > on.to_string().as_str());
            if out && copy.issued_on <= on.to_string() {
                *copies.entry(copy.revision).or_default() += 1;
            }
        }
        let mut lines = Vec::new();
        self.storage.each_revision(|record| {
            let frozen = if held(&record, on) { Some(Frozen::read(&record.frozen)?) } else { None };
            if let Some(frozen) = frozen.filter(|frozen| year.is_none_or(|year| frozen.year == year)) {
                lines.push((
                    Some(record.document),
                    vec![
                        record.number.clone(),
                        self.title_of(&frozen)?,
                        text(&frozen, "product_name"),
                        text(&frozen, "version"),
                        record.revision.clone(),
                        record.effective_on.clone().unwrap_or_default(),
                        self.classification(&frozen)?,
                        record.submitted_by.clone(),
                        PrintCode::of_hash(&record.sha256).to_string(),
                        copies.get(&record.id).map_or_else(|| "—".to_owned(), ToString::to_string),
                    ],
                ));
            }
            Ok(())
        })?;
        lines.sort_by(|(_, one), (_, other)| one[0].cmp(&other[0]));
        let columns = vec![
            Column::new("文件编号", 34.0).centered(),
            Column::new("文件名称", 40.0),
            Column::new("产品", 48.0),
            Column::new("产品版本", 22.0).centered(),
            Column::new("版本", 14.0).centered(),
            Column::new("生效日期", 23.0).centered(),
            Column::new("密级", 13.0).centered(),
            Column::new("编制人", 20.0).centered(),
            Column::new("校验码", 32.0).centered(),
            Column::new("分发份数", 21.0).centered(),
        ];
        let note = format!("注：本清单只列 {on} 现行的版本；作废的编号见《作废号登记》，副本见《分发回收记录》。");
        Ok((columns, lines, note))
    }

    fn void_numbers(&self, year: Option<i32>) -> Result<(Vec<Column>, Vec<Line>, String)> {
        let mut lines = Vec::new();
        let (mut given, mut lent_out) = (0, 0);
        for record in self.storage.numbers(year)? {
            given += 1;
            let form = self.library()?.get(&record.template_id).map(|form| form.title.clone()).unwrap_or_default();
            let Some((at, by, reason)) = record.void else {
                if record.document.is_none()
                    && let Some(told) = lent(&self.storage, &record.number)?
                {
                    lent_out += 1;
                    let (day, by) = (self.day_of(&record.given_at), record.given_by);
                    lines.push((None, vec![record.number, form, day, String::new(), by, told]));
                }
                continue;
            };
            let cells = vec![record.number, form, self.day_of(&record.given_at), self.day_of(&at), by, reason];
            lines.push((record.document, cells));
        }
        let columns = vec![
            Column::new("编号", 42.0).centered(),
            Column::new("文件名称", 45.0),
            Column::new("取号日期", 26.0).centered(),
            Column::new("作废日期", 26.0).centered(),
            Column::new("登记人", 24.0).centered(),
            Column::new("作废原因", 93.0),
        ];
        let lent = if lent_out > 0 { format!("，{lent_out} 个在外借中") } else { String::new() };
        let void = lines.len() - lent_out;
        let note = format!("注：共给出 {given} 个编号，其中 {void} 个作废{lent}；编号作废后不再使用。");
        Ok((columns, lines, note))
    }

    fn handed_out(&self, year: Option<i32>) -> Result<(Vec<Column>, Vec<Line>, String)> {
        let (mut lines, mut out) = (Vec::new(), 0);
        let begins = year.map(|year| format!("{year}-"));
        for copy in self.storage.copies()? {
            if begins.as_ref().is_some_and(|begins| !copy.issued_on.starts_with(begins)) {
                continue;
            }
            let revision = self.storage.revision(copy.revision)?;
            let state = match (&copy.returned_on, revision.state) {
                (Some(_), _) => String::new(),
                (None, RevisionState::Obsolete) => "待收回".to_owned(),
                (None, _) => "在用".to_owned(),
            };
            out += usize::from(copy.returned_on.is_none());
            let cells = vec![
                format!("{:02}", copy.copy_number),
                revision.number,
                revision.revision,
                copy.department,
                copy.holder,
                copy.issued_on,
                copy.issued_by,
                copy.received_by.unwrap_or_default(),
                copy.received_on.unwrap_or_default(),
                copy.returned_on.unwrap_or_default(),
                copy.returned_note.unwrap_or(state),
            ];
            lines.push((Some(revision.document), cells));
        }
        let columns = vec![
            Column::new("分发号", 14.0).centered(),
            Column::new("文件编号", 36.0).centered(),
            Column::new("版本", 14.0).centered(),
            Column::new("部门", 30.0),
            Column::new("持有人", 22.0).centered(),
            Column::new("分发日期", 23.0).centered(),
            Column::new("分发人", 20.0).centered(),
            Column::new("签收人", 20.0).centered(),
            Column::new("签收日期", 23.0).centered(),
            Column::new("回收日期", 23.0).centered(),
            Column::new("处理", 33.0),
        ];
        let note = format!("注：共分发 {} 份，未收回 {out} 份。", lines.len());
        Ok((columns, lines, note))
    }

    fn released(&self, year: Option<i32>) -> Result<(Vec<Column>, Vec<Line>, String)> {
        let filter = DossierFilter { year, ..DossierFilter::default() };
        let mut lines = Vec::new();
        for (release, _) in self.storage.fitting_dossiers(&filter)? {
            let row = self.dossier(release)?;
            let facts = self.storage.release(release)?.facts;
            let fact = |key: &str| -> Result<String> {
                let Some(fact) = facts.get(key) else { return Ok(String::new()) };
                Ok(match self.field_of(key)? {
                    Some(field) => display(&field.kind, &fact.value),
                    None => fact.value.as_str().unwrap_or_default().to_owned(),
                })
            };
            let (actual_at, result) = (fact("release.actual_at")?, fact("release.result")?);
            let document = row.documents.iter().find_map(|document| document.id);
            let documents = row.documents.iter().filter_map(|own| self.told(own).transpose());
            let documents = documents.collect::<Result<Vec<_>>>()?.join("\n");
            let planned_at = fact("release.planned_at")?;
            let cells =
                vec![row.product, row.version, row.release_type, row.owner, planned_at, actual_at, result, documents];
            lines.push((document, cells));
        }
        // As they were begun: the list has the newest change first.
        lines.sort_by(|(_, one), (_, other)| (&one[4], &one[0], &one[1]).cmp(&(&other[4], &other[0], &other[1])));
        let columns = vec![
            Column::new("产品", 46.0),
            Column::new("产品版本", 20.0).centered(),
            Column::new("发布类型", 24.0).centered(),
            Column::new("负责人", 19.0).centered(),
            Column::new("计划发布时间", 27.0).centered(),
            Column::new("实际发布时间", 27.0).centered(),
            Column::new("发布结果", 21.0).centered(),
            Column::new("文件（编号 版本 状态）", 72.0),
        ];
        let note = format!("注：共 {} 次发布。", lines.len());
        Ok((columns, lines, note))
    }

    /// What has been kept as long as it has to be, by the period that held when it was submitted. The period begins with
    /// the year after the one in which a revision became void or was sent back, or was approved where it never came into
    /// force; what is in force or under approval has no end yet.
    fn due(&self, on: NaiveDate, year: Option<i32>) -> Result<(Vec<Column>, Vec<Line>, String)> {
        let mut known: BTreeMap<String, Settings> = BTreeMap::new();
        let mut lines = Vec::new();
        let (mut running, mut permanent) = (0, 0);
        self.storage.each_revision(|record| {
            let frozen = Frozen::read(&record.frozen)?;
            if year.is_some_and(|year| frozen.year != year) {
                return Ok(());
            }
            if !known.contains_key(&frozen.settings) {
                let kept = self.storage.kept_text(&frozen.settings)?.unwrap_or_default();
                // Settings that are lost say nothing, and what nothing is said of is kept for good.
                let kept = Settings::from_json(&serde_json::from_str(&kept).unwrap_or_default()).unwrap_or_default();
                known.insert(frozen.settings.clone(), kept);
            }
            let retention = known[&frozen.settings].documents.retention_of(&frozen.template.id);
            let Some((stopped, why)) = self.stopped(&record) else { return Ok(()) };
            let Some(through) = retention.through(stopped) else {
                permanent += 1;
                return Ok(());
            };
            if through >= on {
                running += 1;
                return Ok(());
            }
            lines.push((
                Some(record.document),
                vec![
                    record.number.clone(),
                    self.title_of(&frozen)?,
                    [text(&frozen, "product_name"), text(&frozen, "version")].join(" ").trim().to_owned(),
                    record.revision.clone(),
                    record.state.label().to_owned(),
                    retention.label(),
                    format!("{stopped} {why}"),
                    through.to_string(),
                    self.classification(&frozen)?,
                ],
            ));
            Ok(())
        })?;
        lines.sort_by(|(_, one), (_, other)| (&one[7], &one[0], &one[3]).cmp(&(&other[7], &other[0], &other[3])));
        let columns = vec![
            Column::new("文件编号", 36.0).centered(),
            Column::new("文件名称", 44.0),
            Column::new("产品及版本", 56.0),
            Column::new("版本", 15.0).centered(),
            Column::new("状态", 16.0).centered(),
            Column::new("保管期限", 20.0).centered(),
            Column::new("起算", 34.0).centered(),
            Column::new("保管到", 24.0).centered(),
            Column::new("密级", 14.0).centered(),
        ];
        let note = format!(
            "注：保管期限是提交时设置的，从作废或退回的次年 1 月 1 日起算，批准而未生效的从批准的次年起算，现行的不起算。另有 {running} 个版本未到期，\
             {permanent} 个永久保管。列在这里的文件不会自动删除，是否销毁由鉴定决定。"
        );
        Ok((columns, lines, note))
    }

    /// The day on which a revision stopped being used, and how; none while it is used.
    fn stopped(&self, record: &RevisionRecord) -> Option<(NaiveDate, &'static str)> {
        let moved = || self.day_of(&record.moved_at);
        let (day, why) = match record.state {
            RevisionState::Obsolete => (record.obsolete_on.clone().unwrap_or_else(moved), "作废"),
            RevisionState::Returned => (moved(), "退回"),
            RevisionState::Approved => (moved(), "批准"),
            RevisionState::InReview | RevisionState::Controlled => return None,
        };
        Some((day.parse().ok()?, why))
    }

    /// `申请表 REL-APP-2026-001 V1.0 受控`; none of what was not begun.
    fn told(&self, document: &DossierDocument) -> Result<Option<String>> {
        let (Some(id), Some(status)) = (document.id, document.status) else { return Ok(None) };
        let record = self.storage.document(id)?;
        let parts =
            [Some(document.short.clone()), record.number, document.revision.clone(), Some(status.label().into())];
        Ok(Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" ")))
    }

    /// The title of the form that a revision was submitted with.
    fn title_of(&self, frozen: &Frozen) -> Result<String> {
        match self.library()?.get(&frozen.template.id) {
            Ok(form) => Ok(form.title.clone()),
            Err(_) => Ok(super::super::parse_template(&self.storage, &frozen.template.sha256, &frozen.number)?.title),
        }
    }

    /// 密级 as it printed.
    fn classification(&self, frozen: &Frozen) -> Result<String> {
        let own = text(frozen, "classification");
        if !own.is_empty() {
            return Ok(own);
        }
        let kept = self.storage.kept_text(&frozen.settings)?.unwrap_or_default();
        let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
        Ok(Settings::from_json(&kept).map(|kept| kept.documents.classification).unwrap_or_default())
    }

    /// The local day of a time of the database.
    fn day_of(&self, at: &str) -> String {
        self.environment.local_time(at).chars().take("2026-03-11".len()).collect()
    }
}

/// What is told of a number that stands on no document, because one installation may give it in the name of another.
fn lent(storage: &Storage, number: &str) -> Result<Option<String>> {
    let Some((lease, own)) = storage.lease_of_number(number)? else { return Ok(None) };
    Ok(Some(match (lease.is_out, own.state) {
        (true, LeasedState::Used) => format!("已借出给{}，已用，文件还没有交回", lease.partner_name),
        (true, _) => format!("已借出给{}，还没有交还", lease.partner_name),
        (false, _) => format!("从{}借入，还没有使用", lease.partner_name),
    }))
}

/// Whether a revision was in force at the end of a day.
fn held(record: &RevisionRecord, on: NaiveDate) -> bool {
    let on = on.to_string();
    let begun = record.effective_on.as_deref().is_some_and(|day| day <= on.as_str());
    begun && record.obsolete_on.as_deref().is_none_or(|day| day > on.as_str())
}

fn text(frozen: &Frozen, field: &str) -> String {
    frozen.content.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}
