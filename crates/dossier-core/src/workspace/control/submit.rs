//! 提交审批: a draft becomes a frozen revision with its official number.

use serde_json::{Map, Value, json};

use crate::carried::with_facts;
use crate::compose::{Front, has_front_matter};
use crate::control::{Frozen, FrozenPolicy, FrozenTemplate, PaperCopy, PrintCode, Submission, Submitted, fingerprints};
use crate::document::{Values, is_empty};
use crate::form::{self, Path, label_of};
use crate::policy::{Chain, Policies, Policy, seats};
use crate::settings::GivenBy;
use crate::storage::{DocumentId, NewRevision, RevisionState, Series, Standing, Status, Storage, Transaction};
use crate::template::{Template, parts_of_number};
use crate::{Code, Environment, Error, Issue, Result};

use super::super::{Loaded, Workspace, act, findings, load, not_a_draft, stored_settings, values, write};
use super::thaw::approver;
use super::{numbers, paper, sum_up_progress, thaw};

/// What every first revision is called.
const FIRST: &str = "V1.0";
/// 修改 of a first revision in 版本记录.
const FIRST_CHANGE: &str = "首次提交";

impl Workspace {
    /// Freezes a draft as a revision and sends it on its way through approval. It gets its official number, unless it
    /// has one from an earlier revision, and its pages carry a code from now on.
    ///
    /// # Errors
    /// The document is no draft; something has to be put right first, all told at once; there are several chains and
    /// none is named. Then nothing has happened, and no number was given.
    pub fn submit(&mut self, id: DocumentId, submission: &Submission) -> Result<Submitted> {
        self.policies()?;
        let policies = self.policies.get().expect("they were read just now");
        let environment = &self.environment;
        let (submitted, _) = self
            .storage
            .transact(act(environment, "document.submit"), |tx| submit(tx, environment, policies, id, submission))?;
        Ok(submitted)
    }
}

fn submit(
    tx: &mut Transaction<'_>,
    environment: &Environment,
    policies: &Policies,
    id: DocumentId,
    submission: &Submission,
) -> Result<Submitted> {
    let loaded = load(tx, id)?;
    if loaded.record.status != Status::Draft {
        return Err(not_a_draft(id, loaded.record.status));
    }
    super::super::exchange::refuse_handed_over(tx, id)?;
    let settings = stored_settings(tx)?;
    let policy = policies.get(&settings.documents.policy);
    let document = loaded.document()?;
    let facts = values(&loaded.facts);
    let known = Values::new(&document, &loaded.template, &facts);
    let chain = choose(policy.approvals(&loaded.template, &known), submission.chain.as_deref(), &loaded.template)?;
    let revision = loaded.record.revision.clone().unwrap_or_else(|| FIRST.to_owned());
    let change = submission.change.as_deref().unwrap_or(&loaded.record.change_note).trim().to_owned();
    let earlier = tx.revisions_of(id)?;
    let afterwards: Vec<Chain> = policy.afterwards(&loaded.template, &known).into_iter().cloned().collect();
    let series = series(environment, &loaded.template);

    let mut issues = form::unfit_issues(&loaded.template, &tx.unfit(id)?);
    issues.extend(findings(environment, &loaded)?.issues);
    issues.extend(signed_already(&loaded, chain.into_iter().chain(&afterwards)));
    issues.extend(typed_otherwise(tx, &loaded, settings.numbering.given_by, series, &revision)?);
    if !earlier.is_empty() && change.is_empty() {
        issues.push(Issue::at("change", "required", format!("{revision} 改了什么还没写：从第二版起变更说明必填。")));
    }
    if !issues.is_empty() {
        let message = format!("还不能提交：有 {} 处要先改正", issues.len());
        return Err(Error::new(Code::InvalidContent, message).hint("逐处改正后再提交；编号还没有给出").issues(issues));
    }

    let number = match &loaded.record.number {
        Some(number) => number.clone(),
        None => numbers::give(tx, settings.numbering.given_by, series, Some(id))?,
    };
    let standing =
        Standing { status: Status::Draft, number: Some(&number), revision: Some(&revision), change_note: &change };
    tx.set_standing(id, standing)?;
    // The draft itself says what it is called, and its release with it: the report names its application.
    let mut own = loaded.record.content.clone();
    own.insert("doc_number".into(), json!(number));
    own.insert("doc_revision".into(), json!(revision));
    write(tx, id, &loaded.template, loaded.record.release, &loaded.record.content, &own)?;

    let loaded = load(tx, id)?;
    let kept = tx.keep_text(&crate::storage::canonical(&Value::Object(settings.printing())))?;
    let today = tx.today();
    let mut content = with_facts(&loaded.template, &own, &values(&loaded.facts)).0;
    let front = match settings.documents.front_matter.get(&loaded.template.id) {
        Some(front) => *front,
        None => !earlier.is_empty() || has_front_matter(&loaded.template, &content),
    };
    let told = if change.is_empty() { FIRST_CHANGE } else { &change };
    content.insert("revisions".into(), record_of_revisions(tx, &content, &earlier, (&revision, &today, told))?);
    let frozen = Frozen {
        schema: Frozen::schema(),
        number: number.clone(),
        revision: revision.clone(),
        template: FrozenTemplate {
            id: loaded.template.id.clone(),
            version: loaded.template.version.clone(),
            sha256: loaded.record.template.clone(),
        },
        policy: FrozenPolicy {
            id: policy.id.clone(),
            name: policy.name.clone(),
            version: policy.version.clone(),
            approval: chain.cloned(),
            afterwards,
        },
        settings: kept,
        year: loaded.record.year,
        submitted_on: today,
        front,
        content,
    };
    let text = frozen.to_text();
    let anchor = tx.audit_head()?.anchor();
    let ordinal = earlier.last().map_or(1, |last| last.ordinal + 1);
    let new = NewRevision {
        document: id,
        ordinal,
        number: &number,
        revision: &revision,
        frozen: &text,
        change_note: told,
        anchor: &anchor,
    };
    let revision_id = tx.insert_revision(new)?;
    let record = tx.revision(revision_id)?;
    let code = PrintCode::of_hash(&record.sha256);
    tx.subject(id);
    tx.detail("number", number.as_str());
    tx.detail("revision", revision.as_str());
    tx.detail("sha256", record.sha256.as_str());
    tx.detail("code", code.to_string());
    tx.detail("parts", fingerprints(&serde_json::from_str(&text).unwrap_or_default()));
    tx.detail("change", told);
    if let Some(chain) = chain {
        tx.detail("chain", chain.id.as_str());
    }
    let standing =
        Standing { status: Status::InReview, number: Some(&number), revision: Some(&revision), change_note: "" };
    tx.set_standing(id, standing)?;
    // Who nobody has to approve is approved by being submitted.
    if chain.is_none() {
        let with = crate::storage::Move { anchor: &anchor, ..Default::default() };
        tx.move_revision(&record, RevisionState::Approved, with)?;
        tx.set_standing(id, Standing { status: Status::Approved, ..standing })?;
    }
    let thawed = thaw(tx, tx.revision(revision_id)?)?;
    let paper = paper::render(environment, &thawed, PaperCopy::Record, Default::default(), None)?;
    tx.set_pages(revision_id, paper.pages)?;
    tx.keep_paper(revision_id, &paper.kind, &paper.exported.bytes)?;
    sum_up_progress(tx, id)?;
    Ok(Submitted {
        number,
        revision,
        code: code.to_string(),
        pages: paper.pages,
        afterwards: chain.and_then(|chain| chain.afterwards.clone()),
    })
}

/// The chain that is named; where there is only one, that.
fn choose<'a>(offered: Vec<&'a Chain>, named: Option<&str>, template: &Template) -> Result<Option<&'a Chain>> {
    let names =
        || offered.iter().map(|chain| format!("`{}`（{}）", chain.id, chain.name)).collect::<Vec<_>>().join("、");
    match (offered.as_slice(), named) {
        (offered, Some(named)) => {
            offered.iter().find(|chain| chain.id == named).map(|chain| Some(*chain)).ok_or_else(|| {
                Error::new(Code::BadRequest, format!("{}不能走审批流程 `{named}`", template.short))
                    .hint(format!("可用的：{}", names()))
            })
        }
        ([], None) => Ok(None),
        ([only], None) => Ok(Some(only)),
        (_, None) => Err(Error::new(Code::ReasonNeeded, format!("{}有几种审批流程可走，还没有选定", template.short))
            .hint(format!("请选一种：{}", names()))),
    }
}

/// Where the next number comes from.
pub(in crate::workspace) fn series<'a>(environment: &Environment, template: &'a Template) -> Series<'a> {
    use chrono::Datelike;
    let year = if template.number.contains("{year}") { environment.now().year() } else { 0 };
    Series { pattern: &template.number, template: &template.id, year }
}

/// Signatures are recorded on a frozen revision, never typed into a draft.
fn signed_already<'a>(loaded: &Loaded, chains: impl Iterator<Item = &'a Chain>) -> Vec<Issue> {
    let mut issues = Vec::new();
    for chain in chains {
        for seat in seats(chain, &loaded.template).into_iter().flatten() {
            let places = [Some(&seat.name), Some(&seat.date), seat.opinion.as_ref()];
            for place in places.into_iter().flatten().filter(|place| is_typed(&loaded.content, place)) {
                let label = label_of(&loaded.template, place);
                let message = format!("{label}在提交以后登记，草稿里请留空。");
                issues.push(Issue::at(place.to_string(), "signed_in_draft", message));
            }
        }
    }
    issues
}

fn is_typed(content: &Map<String, Value>, place: &Path) -> bool {
    let value = match place {
        Path::Field(id) => content.get(id),
        Path::Cell { table, row, column } => content.get(table).and_then(|rows| rows.get(row)?.get(column)),
        Path::Row { .. } => None,
    };
    value.is_some_and(|value| !is_empty(value))
}

/// What was typed for number and revision has to be what they are going to be.
fn typed_otherwise(
    storage: &Storage,
    loaded: &Loaded,
    given_by: GivenBy,
    series: Series<'_>,
    revision: &str,
) -> Result<Vec<Issue>> {
    let typed = |id: &str| loaded.record.content.get(id).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut issues = Vec::new();
    if let Some(number) = typed("doc_number") {
        let expected = match &loaded.record.number {
            Some(number) => number.clone(),
            None => match numbers::upcoming(storage, given_by, series)? {
                Some(number) => number,
                // There is none to be given: that is told when one is asked for.
                None => return Ok(Vec::new()),
            },
        };
        if number != expected {
            let label = label_of(&loaded.template, &Path::Field("doc_number".into()));
            let why = match parts_of_number(series.pattern, number) {
                Some(_) if loaded.record.number.is_none() => "编号在提交时按次序给出，不跳号",
                _ => "编号给出后不再改变",
            };
            issues.push(Issue::at(
                "doc_number",
                "number_out_of_order",
                format!("{label}填的是 {number}，应是 {expected}：{why}，请清空这一栏。"),
            ));
        }
    }
    if let Some(typed) = typed("doc_revision").filter(|typed| *typed != revision) {
        let label = label_of(&loaded.template, &Path::Field("doc_revision".into()));
        let message = format!("{label}填的是 {typed}，这次提交的是 {revision}，请清空这一栏。");
        issues.push(Issue::at("doc_revision", "revision_out_of_order", message));
    }
    Ok(issues)
}

/// 版本记录 fills itself: what was typed about times before this program, every earlier revision, and this one.
fn record_of_revisions(
    storage: &Storage,
    content: &Map<String, Value>,
    earlier: &[crate::storage::RevisionRecord],
    (revision, today, change): (&str, &str, &str),
) -> Result<Value> {
    let mut rows: Vec<Value> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    let mut add = |rows: &mut Vec<Value>, row: Value| {
        let version = row.get("version").and_then(Value::as_str).unwrap_or_default().to_owned();
        if version.is_empty() || !known.contains(&version) {
            known.push(version);
            rows.push(row);
        }
    };
    for row in content.get("revisions").and_then(Value::as_array).into_iter().flatten() {
        add(&mut rows, row.clone());
    }
    for record in earlier {
        let frozen = Frozen::read(&record.frozen)?;
        let mut row = Map::new();
        row.insert("version".into(), json!(record.revision));
        row.insert("date".into(), json!(frozen.submitted_on));
        row.insert("change".into(), json!(record.change_note));
        if let Some(approver) = approver(&frozen, record, &storage.signoffs_of(record.id)?) {
            row.insert("approver".into(), json!(approver));
        }
        if record.state == RevisionState::Returned {
            row.insert("note".into(), json!("未批准，退回"));
        }
        add(&mut rows, Value::Object(row));
    }
    add(&mut rows, json!({ "version": revision, "date": today, "change": change }));
    Ok(Value::Array(rows))
}

/// Chains that are offered for a draft, for the window.
pub(super) fn offers(policy: &Policy, loaded: &Loaded) -> Result<Vec<crate::control::ChainOffer>> {
    let document = loaded.document()?;
    let facts = values(&loaded.facts);
    let known = Values::new(&document, &loaded.template, &facts);
    let offer = |chain: &Chain| crate::control::ChainOffer {
        id: chain.id.clone(),
        name: chain.name.clone(),
        clause: chain.clause.clone(),
        afterwards: chain.afterwards.clone(),
        steps: chain.steps.iter().map(|step| format!("{}{}", step.role, step.verb)).collect(),
    };
    Ok(policy.approvals(&loaded.template, &known).into_iter().map(offer).collect())
}

/// Whether front matter prints, as options say it.
pub(super) const fn front_of(frozen: &Frozen) -> Front {
    if frozen.front { Front::Always } else { Front::Never }
}
