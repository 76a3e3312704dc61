//! Every template that ships is sound, and its sample is a document that could be signed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dossier_core::document::{Document, Draft, advise, check, validate};
use dossier_core::template::Template;
use serde_json::{Map, Value};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let entries = fs::read_dir(&root).expect("the repository holds `templates`");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.join("template.toml").is_file()).collect();
    folders.sort();
    folders
}

#[track_caller]
fn template(folder: &Path) -> Template {
    let path = folder.join("template.toml");
    let text = fs::read_to_string(&path).unwrap();
    Template::parse(&text, &path.display().to_string()).unwrap_or_else(|error| panic!("{error:#?}"))
}

fn sample_content(folder: &Path) -> Map<String, Value> {
    serde_json::from_str(&fs::read_to_string(folder.join("sample.json")).unwrap()).unwrap()
}

#[track_caller]
fn sample(folder: &Path, template: &Template) -> Document {
    let draft = Draft { template: template.id.clone(), content: sample_content(folder) };
    validate(&draft, template).unwrap_or_else(|issues| panic!("{}: {issues:#?}", template.id))
}

/// `false` and `0` are values; a list of nothing is not.
fn is_written(value: &Value) -> bool {
    !matches!(value, Value::Null) && value != "" && *value != Value::Array(Vec::new())
}

#[test]
fn the_four_documents_ship() {
    let ids: Vec<String> = folders().iter().map(|folder| template(folder).id).collect();
    for id in ["release-application", "release-plan", "release-plan-table", "release-summary"] {
        assert!(ids.iter().any(|known| known == id), "{id} is one of the controlled documents");
    }
}

#[test]
fn every_sample_is_written_in_the_form_that_is_stored() {
    for folder in folders() {
        let template = template(&folder);
        let mut written = sample_content(&folder);
        written.retain(|_, value| is_written(value));
        assert_eq!(&written, sample(&folder, &template).content(), "{}", template.id);
    }
}

#[test]
fn every_sample_is_complete_and_agrees_with_itself() {
    for folder in folders() {
        let template = template(&folder);
        let document = sample(&folder, &template);
        assert_eq!(check(&document, &template, &Map::new()), [], "{}", template.id);
        assert_eq!(advise(&document, &template, &Map::new()), [], "{}: nothing to warn of", template.id);
    }
}

#[test]
fn an_empty_form_asks_for_what_the_release_needs() {
    for folder in folders() {
        let template = template(&folder);
        let issues = check(&Document::blank(&template), &template, &Map::new());
        assert!(!issues.is_empty(), "{} asks for something", template.id);
    }
}

/// What is typed once for the release has one kind of value, and in the samples one value, wherever it is shared.
#[test]
fn the_samples_are_one_release() {
    let mut shared: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for folder in folders() {
        let template = template(&folder);
        let document = sample(&folder, &template);
        for field in &template.fields {
            // The plan table is the plan of a batch: more systems than those of one release.
            if let (Some(key), Some(value)) = (&field.carries, document.value(&field.id))
                && key != "release.systems"
            {
                shared.entry(key.clone()).or_default().push((template.id.clone(), value.clone()));
            }
        }
    }
    for key in ["release.product_name", "release.planned_at", "release.strategy", "release.application_number"] {
        assert!(shared.get(key).is_some_and(|values| values.len() > 1), "{key} is shared");
    }
    for (key, values) in shared {
        assert!(values.iter().all(|(_, value)| *value == values[0].1), "{key}: {values:#?}");
    }
}
