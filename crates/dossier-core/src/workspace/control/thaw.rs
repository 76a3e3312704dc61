//! A frozen revision as it reads and prints today: what was frozen, and the signatures since.

use serde_json::{Map, Value, json};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compose::Marks;
use crate::control::{Frozen, PrintCode};
use crate::document::{Document, Draft, validate};
use crate::form::Path;
use crate::policy::{Seat, adapt, seats};
use crate::settings::Settings;
use crate::storage::{Opinion, RevisionRecord, RevisionState, Signoff, SignoffRecord, Storage};
use crate::template::Template;
use crate::{Code, Error, Result};
use dossier_layout::content::{Check, Ink};

use super::super::parse_template;

/// A revision with everything that its paper needs.
pub(in crate::workspace) struct Thawed {
    pub record: RevisionRecord,
    pub frozen: Frozen,
    /// With the sign-off rows of its own chains.
    pub template: Template,
    /// As they were when it was submitted.
    pub settings: Settings,
    pub signoffs: Vec<SignoffRecord>,
    /// What was frozen, with the signatures in their places.
    pub content: Map<String, Value>,
}

/// Reads a revision and checks that nothing of it was changed.
///
/// # Errors
/// It is not what was frozen.
pub(in crate::workspace) fn thaw(storage: &Storage, record: RevisionRecord) -> Result<Thawed> {
    let name = format!("{} {}", record.number, record.revision);
    let altered = |what: &str| {
        Error::new(Code::DamagedDatabase, format!("`{name}` 的{what}与提交时的校验值不符"))
            .hint("请用 `dossier audit verify` 查明，并用备份核对；打印件上的校验码可以证明原来的内容")
    };
    if !record.is_intact() {
        return Err(altered("内容"));
    }
    let frozen = Frozen::read(&record.frozen)?;
    let mut template = parse_template(storage, &frozen.template.sha256, &name)?;
    for chain in frozen.chains() {
        adapt(&mut template, chain);
    }
    let settings = storage.kept_text(&frozen.settings)?.ok_or_else(|| altered("单位设置"))?;
    let settings = Settings::from_json(&serde_json::from_str(&settings).unwrap_or_default())?;
    let signoffs = storage.signoffs_of(record.id)?;
    let content = with_signatures(&frozen, &template, &record, &signoffs);
    Ok(Thawed { record, frozen, template, settings, signoffs, content })
}

impl Thawed {
    /// As the paper prints it.
    ///
    /// # Errors
    /// The content does not fit its own template: the database is damaged.
    pub fn document(&self) -> Result<Document> {
        let draft = Draft { template: self.template.id.clone(), content: self.content.clone() };
        validate(&draft, &self.template).map_err(|issues| {
            let name = format!("{} {}", self.record.number, self.record.revision);
            Error::new(Code::DamagedDatabase, format!("`{name}` 的内容与它的表单不符")).issues(issues)
        })
    }

    pub fn code(&self) -> PrintCode {
        PrintCode::of_hash(&self.record.sha256)
    }

    /// What every page carries beside the content.
    pub fn marks(&self) -> Marks {
        let record = &self.record;
        Marks {
            check: Some(Check {
                code: self.code().to_string(),
                anchor: Some(record.anchor.clone()),
                payload: self.code().payload(&record.number, &record.revision),
            }),
            number: Some(record.number.clone()),
            revision: Some(record.revision.clone()),
            control_state: Some(match record.state {
                RevisionState::Controlled => self.settings.documents.control_state.clone(),
                RevisionState::Obsolete => "作废（保留）".to_owned(),
                _ => "非受控".to_owned(),
            }),
            ink: self.ink(),
            ..Marks::default()
        }
    }

    /// Signatures that were drawn, by their places.
    fn ink(&self) -> BTreeMap<String, Arc<Ink>> {
        let mut drawn = BTreeMap::new();
        for (signoff, seat) in self.seated() {
            if let Some(ink) = signoff.ink.as_ref().and_then(read_ink) {
                drawn.insert(seat.name.to_string(), Arc::new(Ink { name: signoff.name.clone(), ..ink }));
            }
        }
        drawn
    }

    fn seated(&self) -> impl Iterator<Item = (&Signoff, Seat)> {
        seated(&self.frozen, &self.template, &self.signoffs)
    }
}

/// Strokes as the window draws them; none where they are no strokes.
pub(super) fn read_ink(ink: &Value) -> Option<Ink> {
    let aspect = ink.get("aspect")?.as_f64().filter(|aspect| (0.1..=20.0).contains(aspect))?;
    let mut strokes = Vec::new();
    for stroke in ink.get("strokes")?.as_array()? {
        let points = stroke.as_array()?.iter().map(|point| {
            let place = |index: usize| point.get(index)?.as_f64().filter(|at| (0.0..=1.0).contains(at));
            Some((place(0)?, place(1)?))
        });
        strokes.push(points.collect::<Option<Vec<_>>>()?);
    }
    let points: usize = strokes.iter().map(Vec::len).sum();
    (2..=20_000).contains(&points).then_some(Ink { strokes, aspect, name: String::new() })
}

fn seated<'a>(
    frozen: &'a Frozen,
    template: &Template,
    signoffs: &'a [SignoffRecord],
) -> impl Iterator<Item = (&'a Signoff, Seat)> {
    let mut found = Vec::new();
    for chain in frozen.chains() {
        let seats = seats(chain, template);
        for record in signoffs.iter().filter(|record| record.signoff.chain == chain.id) {
            if let Some(Some(seat)) = seats.get(record.signoff.step) {
                found.push((&record.signoff, seat.clone()));
            }
        }
    }
    found.into_iter()
}

/// The signatures stand where the paper has places for them, and 版本记录 says who approved.
fn with_signatures(
    frozen: &Frozen,
    template: &Template,
    record: &RevisionRecord,
    signoffs: &[SignoffRecord],
) -> Map<String, Value> {
    let mut content = frozen.content.clone();
    for (signoff, seat) in seated(frozen, template, signoffs) {
        put(&mut content, &seat.name, json!(signoff.name));
        put(&mut content, &seat.date, json!(signoff.signed_on));
        let word = match signoff.opinion {
            Opinion::Agree => &seat.opinions.agree,
            Opinion::Refuse => &seat.opinions.refuse,
            Opinion::Supplement => &seat.opinions.supplement,
        };
        if let (Some(place), Some(word)) = (&seat.opinion, word) {
            put(&mut content, place, json!(word));
        }
        if let (Some(place), Opinion::Supplement) = (&seat.supplement, signoff.opinion) {
            put(&mut content, place, json!(signoff.supplement));
        }
    }
    if let Some(approver) = approver(frozen, record, signoffs) {
        content.entry("doc_approver").or_insert_with(|| json!(approver));
        let rows = content.get_mut("revisions").and_then(Value::as_array_mut);
        let own = rows.into_iter().flatten().filter_map(Value::as_object_mut);
        for row in own.filter(|row| row.get("version") == Some(&json!(record.revision))) {
            row.entry("approver").or_insert_with(|| json!(approver));
        }
    }
    if let Some(date) = &record.effective_on {
        content.entry("effective_date").or_insert_with(|| json!(date));
    }
    content
}

/// Who signed the last step, where all have agreed.
pub(super) fn approver(frozen: &Frozen, record: &RevisionRecord, signoffs: &[SignoffRecord]) -> Option<String> {
    if matches!(record.state, RevisionState::InReview | RevisionState::Returned) {
        return None;
    }
    let chain = frozen.policy.approval.as_ref()?;
    let last =
        signoffs.iter().find(|own| own.signoff.chain == chain.id && own.signoff.step + 1 == chain.steps.len())?;
    Some(last.signoff.name.clone())
}

/// Puts a value where a path says; rows that are not there yet are empty until then.
fn put(content: &mut Map<String, Value>, path: &Path, value: Value) {
    match path {
        Path::Field(id) => drop(content.insert(id.clone(), value)),
        Path::Row { .. } => {}
        Path::Cell { table, row, column } => {
            let rows = content.entry(table.clone()).or_insert_with(|| json!([]));
            let Some(rows) = rows.as_array_mut() else { return };
            while rows.len() <= *row {
                rows.push(json!({}));
            }
            if let Some(cells) = rows[*row].as_object_mut() {
                cells.insert(column.clone(), value);
            }
        }
    }
}
