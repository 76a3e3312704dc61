//! Two versions of a draft, and a person who chooses field by field. What was chosen is one edit, which can be undone.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::exchange::{self, Choice, Chosen, Conflict, ConflictField, ConflictPlace, DraftPart};
use crate::form::{Path, Typed, label_of};
use crate::storage::{DocumentId, SecondVersion, SecondVersionEnd, Status};
use crate::template::Template;
use crate::{Code, Error, Issue, Result};

use super::super::difference::difference;
use super::super::editing::{self, Mark};
use super::super::{Workspace, act, kept_template};

impl Workspace {
    /// Second versions that wait for a choice, place by place: of one document, or of all.
    ///
    /// # Errors
    /// What is stored is damaged.
    pub fn conflicts(&self, document: Option<DocumentId>) -> Result<Vec<Conflict>> {
        let mut conflicts = Vec::new();
        for second in self.storage.second_versions(document)? {
            let record = self.storage.document(second.document)?;
            let template = kept_template(&self.storage, &record)?;
            let is_numbered = record.number.is_some();
            let own = Typed { content: record.content, unfit: self.storage.unfit(second.document)? };
            let other = other_of(&second)?;
            conflicts.push(Conflict {
                document: second.document,
                title: record.title,
                from: second.sender,
                at: self.environment.local_time(&second.received_at),
                fields: fields(&template, is_numbered, &own, &other),
            });
        }
        Ok(conflicts)
    }

    /// Chooses between a document and the second version that has waited longest. Every field in which they differ has
    /// to be decided; what is taken is written as one edit.
    ///
    /// # Errors
    /// There is no second version; a field is none of those that differ, or none is decided, all told at once; the
    /// document is no draft, or is handed over. Then nothing changes.
    pub fn choose(&mut self, id: DocumentId, choice: &Choice) -> Result<Chosen> {
        let (chosen, _) = self.storage.transact(act(&self.environment, "exchange.choose"), |tx| {
            let record = tx.document(id)?;
            let Some(second) = tx.second_versions(Some(id))?.into_iter().next() else {
                return Err(Error::new(Code::NotFound, format!("文档 `{id}` 没有另一版本，不用选定"))
                    .hint("可用 `dossier exchange conflicts` 查看"));
            };
            let template = kept_template(tx, &record)?;
            let is_numbered = record.number.is_some();
            let own = Typed { content: record.content.clone(), unfit: tx.unfit(id)? };
            let other = other_of(&second)?;
            let open = fields(&template, is_numbered, &own, &other);
            let (taken, kept) = decide(&open, choice)?;
            tx.subject(id);
            tx.detail("from", second.sender.as_str());
            tx.detail("package", second.package.as_str());
            tx.detail("taken", taken.clone());
            tx.detail("kept", kept.clone());
            if !taken.is_empty() {
                let typed = taking(&own, &other, &taken);
                let label = format!("选定{}的内容", second.sender);
                let focus = taken.first().cloned().unwrap_or_default();
                editing::change(tx, id, |_, _, _| Ok((typed, Mark { label, focus, joins: false })))?;
            }
            tx.end_second_version(&second, SecondVersionEnd::Chosen)?;
            let mut seen = tx.exchanged_states(id)?;
            seen.extend(other.seen.iter().cloned());
            seen.insert(second.package.clone());
            let digest = if record.status == Status::Draft {
                let now = exchange::digest(&tx.document(id)?.content, &tx.unfit(id)?);
                // Something else than what came was decided here: nobody else has that, so nothing follows it unseen.
                (now == other.digest).then_some(now)
            } else {
                tx.exchanged_digest(id)?
            };
            tx.set_exchanged(id, digest.as_deref(), &seen)?;
            let waiting = tx.second_versions(Some(id))?.len();
            Ok(Chosen { document: id, taken, kept, waiting })
        })?;
        Ok(chosen)
    }
}

fn other_of(second: &SecondVersion) -> Result<DraftPart> {
    serde_json::from_str(&second.draft).map_err(|_| {
        Error::new(Code::DamagedDatabase, format!("文档 `{}` 的另一版本读不出来", second.document)).hint("请用备份核对")
    })
}

/// What a document says of itself once it has a number: that is given, and nothing that people choose.
const GIVEN: [&str; 2] = ["doc_number", "doc_revision"];

/// The fields in which two versions differ, in the order of the form.
fn fields(template: &Template, is_numbered: bool, own: &Typed, other: &DraftPart) -> Vec<ConflictField> {
    let texts = |unfit: &BTreeMap<String, String>| -> Map<String, Value> {
        unfit.iter().map(|(path, text)| (path.clone(), json!(text))).collect()
    };
    let mut found: BTreeMap<String, Vec<ConflictPlace>> = BTreeMap::new();
    let values = difference(&own.content, &other.content).into_iter();
    for (path, pair) in values.chain(difference(&texts(&own.unfit), &texts(&other.unfit))) {
        let place = Path::parse(&path);
        let field = place.as_ref().map_or_else(|| first_part(&path), |place| place.field().to_owned());
        if is_numbered && GIVEN.contains(&field.as_str()) {
            continue;
        }
        let label = place.map_or_else(|| path.clone(), |place| label_of(template, &place));
        let side = |index: usize| pair.get(index).cloned().unwrap_or_default();
        found.entry(field).or_default().push(ConflictPlace { path, label, here: side(0), there: side(1) });
    }
    let rank = |field: &str| template.fields.iter().position(|known| known.id == field).unwrap_or(usize::MAX);
    let mut fields: Vec<ConflictField> = found
        .into_iter()
        .map(|(field, places)| ConflictField { label: label_of(template, &Path::Field(field.clone())), field, places })
        .collect();
    fields.sort_by_key(|own| rank(&own.field));
    fields
}

/// `plan[3]→[7]`: the table that a row was moved in.
fn first_part(path: &str) -> String {
    path.split(['[', '.']).next().unwrap_or(path).to_owned()
}

/// Which fields are taken, and which kept.
fn decide(open: &[ConflictField], choice: &Choice) -> Result<(Vec<String>, Vec<String>)> {
    let mut issues = Vec::new();
    let mut named: BTreeMap<&str, bool> = BTreeMap::new();
    for (names, take) in [(&choice.take, true), (&choice.keep, false)] {
        for name in names {
            let name = name.trim();
            let Some(field) = open.iter().find(|own| own.field == name || own.label == name) else {
                issues.push(Issue::at(name, "unknown_field", format!("“{name}”不是两个版本不同的地方。")));
                continue;
            };
            if named.insert(&field.field, take).is_some_and(|before| before != take) {
                issues.push(Issue::at(name, "contradiction", format!("“{}”又要取又要留。", field.label)));
            }
        }
    }
    let (mut taken, mut kept) = (Vec::new(), Vec::new());
    for field in open {
        match named.get(field.field.as_str()).copied().or(choice.rest) {
            Some(true) => taken.push(field.field.clone()),
            Some(false) => kept.push(field.field.clone()),
            None => issues.push(Issue::at(&field.field, "undecided", format!("“{}”还没有选定。", field.label))),
        }
    }
    if issues.is_empty() {
        return Ok((taken, kept));
    }
    Err(Error::new(Code::InvalidContent, format!("没有选定：有 {} 处要说明", issues.len()))
        .hint("每一处写 `--take 字段`（取对方的）或 `--keep 字段`（留这里的），其余的可用 `--take-all` 或 `--keep-all`")
        .issues(issues))
}

/// What is typed here, with these fields of the other one in their places.
fn taking(own: &Typed, other: &DraftPart, taken: &[String]) -> Typed {
    let mut typed = own.clone();
    for field in taken {
        match other.content.get(field) {
            Some(value) => drop(typed.content.insert(field.clone(), value.clone())),
            None => drop(typed.content.shift_remove(field)),
        }
        let is_of =
            |path: &String| Path::parse(path).map_or_else(|| first_part(path), |at| at.field().to_owned()) == *field;
        typed.unfit.retain(|path, _| !is_of(path));
        let texts = other.unfit.iter().filter(|(path, _)| is_of(path));
        typed.unfit.extend(texts.map(|(path, text)| (path.clone(), text.clone())));
    }
    typed
}
