//! Whatever people type, paste, move and take back: nothing breaks, and all of it can be undone and done again.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, TimeDelta};
use dossier_core::document::{Draft, validate};
use dossier_core::environment::Resources;
use dossier_core::form::{Edit, Field, FieldKind, Form};
use dossier_core::storage::DocumentId;
use dossier_core::template::Library;
use dossier_core::{Environment, Workspace};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A workspace some seconds after the start: what is typed later is a step of its own.
fn open(folder: &Path, seconds: i64) -> Workspace {
    let start: DateTime<FixedOffset> = "2026-03-11T12:31:07+08:00".parse().unwrap();
    let resources = Resources::within(&root()).unwrap();
    Workspace::open(folder, Environment::fixed(start + TimeDelta::seconds(seconds), resources)).unwrap()
}

/// What people type: fitting, nearly fitting and hopeless.
fn typed() -> impl Strategy<Value = Value> {
    let texts = [
        "2026-03-20 10:00",
        "2026年02月31日",
        "2026年03月__日",
        "立即执行",
        "３",
        "86,400",
        "abc",
        "V4.2.0",
        "V4.2.0\n换行",
        "高",
        "灰度发布",
        "部分外部用户（20%）",
        "部分外部用户（很多%）",
        "1 小时 40 分钟",
        "★★★★☆",
        "周敏、韩朔",
        "<img src=x>",
        " ",
        "\u{202e}反",
    ];
    prop_oneof![
        6 => proptest::sample::select(texts.to_vec()).prop_map(|text| json!(text)),
        2 => Just(Value::Null),
        1 => Just(json!(["功能升级", "安全补丁"])),
        1 => Just(json!(["周敏"])),
    ]
}

#[derive(Debug, Clone)]
enum Act {
    Set { field: usize, row: usize, column: usize, value: Value },
    Rows { table: usize, at: usize, remove: usize, cells: Vec<Vec<(usize, Value)>> },
    Move { table: usize, from: usize, to: usize },
}

fn act() -> impl Strategy<Value = Act> {
    let any = || 0..1000_usize;
    let cells = vec(vec((any(), typed()), 0..3), 0..4);
    prop_oneof![
        6 => (any(), 0..9_usize, any(), typed())
            .prop_map(|(field, row, column, value)| Act::Set { field, row, column, value }),
        3 => (any(), 0..9_usize, 0..4_usize, cells)
            .prop_map(|(table, at, remove, cells)| Act::Rows { table, at, remove, cells }),
        2 => (any(), 0..9_usize, 0..9_usize).prop_map(|(table, from, to)| Act::Move { table, from, to }),
    ]
}

/// The edit of a form that an act stands for.
fn edit(form: &Form, act: &Act) -> Edit {
    let fields: Vec<&Field> = form.fields.values().collect();
    let tables: Vec<(&str, &[Field])> =
        fields.iter().filter_map(|field| Some((field.id.as_str(), columns(field)?))).collect();
    match act {
        Act::Set { field, row, column, value } => {
            let field = fields[field % fields.len()];
            let path = match columns(field) {
                Some(columns) => format!("{}[{row}].{}", field.id, columns[column % columns.len()].id),
                None => field.id.clone(),
            };
            Edit::Set { path, value: value.clone() }
        }
        Act::Rows { table, at, remove, cells } => {
            let (id, columns) = tables[table % tables.len()];
            let row = |cells: &Vec<(usize, Value)>| {
                cells.iter().map(|(at, value)| (columns[at % columns.len()].id.clone(), value.clone())).collect()
            };
            let insert: Vec<Map<String, Value>> = cells.iter().map(row).collect();
            Edit::Rows { table: id.to_owned(), at: *at, remove: *remove, insert }
        }
        Act::Move { table, from, to } => {
            Edit::MoveRow { table: tables[table % tables.len()].0.to_owned(), from: *from, to: *to }
        }
    }
}

fn columns(field: &Field) -> Option<&[Field]> {
    match &field.kind {
        FieldKind::Table { table } => Some(&table.columns),
        _ => None,
    }
}

/// What stands in a document: its values, and the texts that are none.
fn stands(workspace: &Workspace, id: DocumentId) -> Value {
    let opened = workspace.open_document(id).unwrap();
    json!([opened.content, opened.unfit])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_edits_are_undone_and_done_again(
        template in proptest::sample::select(vec!["release-application", "release-plan", "release-plan-table", "release-summary"]),
        is_sample in any::<bool>(),
        acts in vec(act(), 1..16),
    ) {
        let library = Library::open(&[root().join("templates")]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = open(folder.path(), 0);
        let content = is_sample.then(|| library.sample(template).unwrap());
        let id = workspace.new_document(template, content, Some("网关 V2.0.0")).unwrap();
        let form = workspace.open_document(id).unwrap().form;
        let mut states = vec![stands(&workspace, id)];
        drop(workspace);
        for (act, moment) in acts.iter().zip(1..) {
            let mut workspace = open(folder.path(), moment * 10);
            let before = states.last().unwrap().clone();
            let edit = edit(&form, act);
            let Ok(edited) = workspace.edit(id, std::slice::from_ref(&edit)) else {
                // What is refused leaves no trace.
                prop_assert_eq!(stands(&workspace, id), before);
                continue;
            };
            let opened = workspace.open_document(id).unwrap();
            let draft = Draft { template: template.to_owned(), content: opened.content.clone() };
            let document = validate(&draft, library.get(template).unwrap());
            prop_assert!(document.is_ok(), "{:?} left {:?}", edit, document);
            prop_assert_eq!(&document.unwrap().into_content(), &opened.content, "stored as it is read");
            prop_assert_eq!(&edited.state, &opened.state);
            prop_assert_eq!(edited.state.sections.len(), form.sections.len());
            let shown = told(&before, &edited.values);
            prop_assert_eq!(&shown, &Value::Object(opened.content), "{:?}: the window knows what stands there", edit);
            let now = stands(&workspace, id);
            if now != before {
                states.push(now);
            }
        }
        // Back to the start and forth to the end, each step in a program of its own.
        for state in states.iter().rev().skip(1) {
            let undone = open(folder.path(), 9_000).undo(id).unwrap();
            prop_assert!(undone.focus.is_some());
            prop_assert_eq!(&stands(&open(folder.path(), 9_000), id), state);
        }
        prop_assert_eq!(open(folder.path(), 9_000).undo(id).unwrap().focus, None);
        for state in states.iter().skip(1) {
            open(folder.path(), 9_000).redo(id).unwrap();
            prop_assert_eq!(&stands(&open(folder.path(), 9_000), id), state);
        }
        let workspace = open(folder.path(), 9_000);
        prop_assert_eq!(workspace.storage().verify_audit().unwrap(), []);
        prop_assert!(!workspace.history(id).unwrap().is_empty());
    }
}

/// The content before with what was told of a change.
fn told(before: &Value, values: &Map<String, Value>) -> Value {
    let mut content = before[0].as_object().unwrap().clone();
    for (path, value) in values {
        let Some((table, rest)) = path.split_once('[') else {
            match value {
                Value::Null => drop(content.remove(path)),
                value => drop(content.insert(path.clone(), value.clone())),
            }
            continue;
        };
        let (row, column) = rest.split_once("].").unwrap();
        if value.is_null() && !content.contains_key(table) {
            continue;
        }
        let rows = content.entry(table).or_insert_with(|| json!([])).as_array_mut().unwrap();
        let row: usize = row.parse().unwrap();
        if rows.len() <= row && !value.is_null() {
            rows.resize_with(row + 1, || json!({}));
        }
        let Some(cells) = rows.get_mut(row).and_then(Value::as_object_mut) else { continue };
        match value {
            Value::Null => drop(cells.remove(column)),
            value => drop(cells.insert(column.to_owned(), value.clone())),
        }
    }
    Value::Object(content)
}
