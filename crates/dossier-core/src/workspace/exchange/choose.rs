//! Two versions of a draft, and a person who chooses field by field. What was chosen is one edit, which can be undone.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::display;
use crate::exchange::{self, Choice, Chosen, Conflict, ConflictField, ConflictPlace, DraftPart};
use crate::form::{Path, Typed, label_of};
use crate::storage::{DocumentId, SecondVersion, SecondVersionEnd, Status};
use crate::template::{Kind, Template};
use crate::{Code, Error, Issue, Result};

use super::super::difference::{difference, moved};
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
                    .hint("可能已经选定，或被后来的移交包取代"));
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
    let values = difference(&own.content, &other.content).into_iter().map(|(path, pair)| (path, pair, false));
    let unread =
        difference(&texts(&own.unfit), &texts(&other.unfit)).into_iter().map(|(path, pair)| (path, pair, true));
    for (path, pair, is_text) in values.chain(unread) {
        let place = Path::parse(&path);
        let field = place.as_ref().map_or_else(|| first_part(&path), |place| place.field().to_owned());
        if is_numbered && GIVEN.contains(&field.as_str()) {
            continue;
        }
        let side = |index: usize| pair.get(index).cloned().unwrap_or_default();
        let (here, there) = (side(0), side(1));
        let place = match (place, moved(&path)) {
            (Some(place), _) => {
                let shown = |value: &Value| if is_text { plain(value) } else { shown(template, &place, value) };
                let (here_shown, there_shown) = (shown(&here), shown(&there));
                ConflictPlace { label: label_of(template, &place), path, here, there, here_shown, there_shown }
            }
            (None, Some((table, from, to))) => {
                let row = |row| label_of(template, &Path::Row { table: table.to_owned(), row });
                let at = |row: usize| format!("在第 {} 行", row + 1);
                ConflictPlace { label: row(from), path, here, there, here_shown: at(from), there_shown: at(to) }
            }
            (None, None) => ConflictPlace {
                label: path.clone(),
                here_shown: plain(&here),
                there_shown: plain(&there),
                path,
                here,
                there,
            },
        };
        found.entry(field).or_default().push(place);
    }
    let rank = |field: &str| template.fields.iter().position(|known| known.id == field).unwrap_or(usize::MAX);
    let mut fields: Vec<ConflictField> = found
        .into_iter()
        .map(|(field, places)| ConflictField {
            label: label_of(template, &Path::Field(field.clone())),
            by_place: is_by_place(&field, &places, own, other),
            field,
            places,
        })
        .collect();
    fields.sort_by_key(|own| rank(&own.field));
    fields
}

/// Whether each place of a table can be taken by itself: both sides have the same rows, and differ in cells alone.
fn is_by_place(field: &str, places: &[ConflictPlace], own: &Typed, other: &DraftPart) -> bool {
    let rows = |content: &Map<String, Value>| content.get(field).and_then(Value::as_array).map(Vec::len);
    let is_unfit = |unfit: &BTreeMap<String, String>| unfit.keys().any(|path| path.split('[').next() == Some(field));
    let is_cell = |place: &ConflictPlace| matches!(Path::parse(&place.path), Some(Path::Cell { .. }));
    places.len() > 1
        && rows(&own.content).is_some()
        && rows(&own.content) == rows(&other.content)
        && places.iter().all(is_cell)
        && !is_unfit(&own.unfit)
        && !is_unfit(&other.unfit)
}

/// What stands at a place, as printed; a row by its filled cells.
fn shown(template: &Template, place: &Path, value: &Value) -> String {
    let table = |id: &str| match template.field(id).map(|field| &field.kind) {
        Some(Kind::Table(table)) => Some(table),
        _ => None,
    };
    match place {
        _ if value.is_null() => String::new(),
        Path::Field(id) => match template.field(id).map(|field| &field.kind) {
            Some(Kind::Table(_)) | None => plain(value),
            Some(kind) => display(kind, value),
        },
        Path::Row { table: id, row } => {
            let (Some(table), Some(cells)) = (table(id), value.as_object()) else { return plain(value) };
            let cells = table.columns.iter().filter_map(|column| {
                let text = display(table.kind_at(*row, column), cells.get(&column.id)?);
                (!text.is_empty()).then_some(text)
            });
            cells.collect::<Vec<_>>().join("，")
        }
        Path::Cell { table: id, row, column } => {
            match table(id).and_then(|own| Some((own, own.columns.iter().find(|known| known.id == *column)?))) {
                Some((table, column)) => display(table.kind_at(*row, column), value),
                None => plain(value),
            }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(rows) => format!("{} 行", rows.len()),
        other => other.to_string(),
    }
}

/// `plan[3]→[7]`: the table that a row was moved in.
fn first_part(path: &str) -> String {
    path.split(['[', '.']).next().unwrap_or(path).to_owned()
}

/// What is taken and what kept: fields, and single places of tables that let choose by place.
fn decide(open: &[ConflictField], choice: &Choice) -> Result<(Vec<String>, Vec<String>)> {
    let mut issues = Vec::new();
    let mut named: BTreeMap<&str, bool> = BTreeMap::new();
    for (names, take) in [(&choice.take, true), (&choice.keep, false)] {
        for name in names {
            let name = name.trim();
            let field = open.iter().find(|own| own.field == name || own.label == name);
            let (key, label) = match field {
                Some(field) => (&field.field, &field.label),
                None => {
                    let mut places = open.iter().filter(|own| own.by_place).flat_map(|own| &own.places);
                    let Some(place) = places.find(|own| own.path == name || own.label == name) else {
                        issues.push(Issue::at(name, "unknown_field", format!("“{name}”不是两个版本不同的地方。")));
                        continue;
                    };
                    (&place.path, &place.label)
                }
            };
            if named.insert(key, take).is_some_and(|before| before != take) {
                issues.push(Issue::at(name, "contradiction", format!("“{label}”又要取又要留。")));
            }
        }
    }
    let (mut taken, mut kept) = (Vec::new(), Vec::new());
    for field in open {
        let of_field = named.get(field.field.as_str()).copied();
        let is_split = field.by_place && field.places.iter().any(|place| named.contains_key(place.path.as_str()));
        let (places, undecided) = if is_split {
            // What was said of the whole field goes for those of its places that nobody named.
            let places = field.places.iter().map(|place| (&place.path, &place.label));
            (places.map(|(path, label)| (path, label, named.get(path.as_str()).copied())).collect::<Vec<_>>(), of_field)
        } else {
            (vec![(&field.field, &field.label, of_field)], None)
        };
        for (name, label, own) in places {
            match own.or(undecided).or(choice.rest) {
                Some(true) => taken.push(name.clone()),
                Some(false) => kept.push(name.clone()),
                None => issues.push(Issue::at(name, "undecided", format!("“{label}”还没有选定。"))),
            }
        }
    }
    if issues.is_empty() {
        return Ok((taken, kept));
    }
    Err(Error::new(Code::InvalidContent, format!("没有选定：有 {} 处要说明", issues.len()))
        .hint("每一处写 `--take 字段`（取对方的）或 `--keep 字段`（留这里的），其余的可用 `--take-all` 或 `--keep-all`")
        .issues(issues))
}

/// What is typed here, with these fields and cells of the other one in their places.
fn taking(own: &Typed, other: &DraftPart, taken: &[String]) -> Typed {
    let mut typed = own.clone();
    for name in taken {
        if let Some(Path::Cell { table, row, column }) = Path::parse(name) {
            take_cell(&mut typed.content, &other.content, &table, row, &column);
            continue;
        }
        match other.content.get(name) {
            Some(value) => drop(typed.content.insert(name.clone(), value.clone())),
            None => drop(typed.content.shift_remove(name)),
        }
        let is_of =
            |path: &String| Path::parse(path).map_or_else(|| first_part(path), |at| at.field().to_owned()) == *name;
        typed.unfit.retain(|path, _| !is_of(path));
        let texts = other.unfit.iter().filter(|(path, _)| is_of(path));
        typed.unfit.extend(texts.map(|(path, text)| (path.clone(), text.clone())));
    }
    typed
}

fn take_cell(own: &mut Map<String, Value>, other: &Map<String, Value>, table: &str, row: usize, column: &str) {
    let theirs = other.get(table).and_then(|rows| rows.get(row)).and_then(|row| row.get(column));
    let Some(cells) = own.get_mut(table).and_then(|rows| rows.get_mut(row)).and_then(Value::as_object_mut) else {
        return;
    };
    match theirs {
        Some(value) => drop(cells.insert(column.to_owned(), value.clone())),
        None => drop(cells.shift_remove(column)),
    }
}
