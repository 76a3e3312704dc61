//! Workbooks: what was exported comes back, whatever people did to it in between.

use std::path::{Path, PathBuf};
use std::process::Command;

use dossier_core::compose::{Letterhead, Wanted, compose};
use dossier_core::document::{Document, Draft, Values, validate};
use dossier_core::sheet::{self, Meta, ReadBack};
use dossier_core::template::Template;
use serde_json::{Map, Value};

const FORMS: [&str; 4] = ["release-application", "release-plan-table", "release-plan", "release-summary"];

fn folder(form: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates").join(form)
}

fn template(form: &str) -> Template {
    let text = std::fs::read_to_string(folder(form).join("template.toml")).unwrap();
    Template::parse(&text, form).unwrap_or_else(|error| panic!("{form}: {error:?}"))
}

fn sample(template: &Template) -> Document {
    let text = std::fs::read_to_string(folder(&template.id).join("sample.json")).unwrap();
    let content = serde_json::from_str(&text).unwrap();
    document(template, content)
}

fn document(template: &Template, content: Map<String, Value>) -> Document {
    let draft = Draft { template: template.id.clone(), content };
    validate(&draft, template).unwrap_or_else(|issues| panic!("{issues:?}"))
}

fn meta() -> Meta {
    let created = chrono::NaiveDate::from_ymd_opt(2026, 3, 20).unwrap().and_hms_opt(8, 0, 0).unwrap();
    Meta { author: "陈晓明".into(), organisation: "星图科技有限公司".into(), created }
}

fn export(template: &Template, document: &Document, wanted: Wanted) -> Vec<u8> {
    let facts = Map::new();
    let letterhead = Letterhead {
        organisation: "星图科技有限公司".into(),
        control_state: "非受控".into(),
        classification: "内部".into(),
        ..Letterhead::default()
    };
    let paper = compose(template, &Values::new(document, template, &facts), &letterhead, wanted);
    sheet::write(&paper, template, document.content(), &meta()).unwrap_or_else(|error| panic!("{error:?}"))
}

fn read(template: &Template, bytes: &[u8]) -> ReadBack {
    let back = sheet::read(bytes, "exported.xlsx", template).unwrap_or_else(|error| panic!("{error:?}"));
    back.expect("an exported workbook is one of ours")
}

#[track_caller]
fn check_same(template: &Template, document: &Document, bytes: &[u8]) {
    let back = read(template, bytes);
    assert_eq!(back.warnings, [], "{}: nothing was changed", template.id);
    for (id, value) in document.content() {
        assert_eq!(back.content.get(id), Some(value), "{}: {id}", template.id);
    }
    assert_eq!(&back.content, document.content(), "{}: nothing is added", template.id);
}

#[test]
fn every_form_comes_back_as_it_was() {
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        check_same(&template, &document, &export(&template, &document, Wanted::default()));
        let blank = Document::blank(&template);
        check_same(&template, &blank, &export(&template, &blank, Wanted::default()));
        let wanted = Wanted { blank: true, ..Wanted::default() };
        check_same(&template, &document, &export(&template, &document, wanted));
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        let (one, two) =
            (export(&template, &document, Wanted::default()), export(&template, &document, Wanted::default()));
        assert!(one == two, "{form} differs when it is exported twice");
    }
}

/// Saves a workbook through LibreOffice. `None`: it is not installed.
fn resaved(bytes: &[u8], name: &str, to: &str) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sheet-{name}-{to}"));
    std::fs::create_dir_all(folder.join("out")).unwrap();
    std::fs::write(folder.join("form.xlsx"), bytes).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let done = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", to, "--outdir"])
        .arg(folder.join("out"))
        .arg(folder.join("form.xlsx"))
        .output()
        .ok()?;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(std::fs::read(folder.join("out").join(format!("form.{to}"))).unwrap())
}

#[test]
#[ignore = "starts LibreOffice once for each form"]
fn every_form_survives_libreoffice() {
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        let Some(bytes) = resaved(&export(&template, &document, Wanted::default()), form, "xlsx") else { return };
        check_same(&template, &document, &bytes);
    }
}

#[test]
#[ignore = "writes the samples for people to look at"]
fn samples_to_look_at() {
    let out = PathBuf::from(std::env::var("SHEET_OUT").expect("SHEET_OUT names a folder"));
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        std::fs::write(out.join(format!("{form}.xlsx")), export(&template, &document, Wanted::default())).unwrap();
        let wanted = Wanted { blank: true, ..Wanted::default() };
        std::fs::write(out.join(format!("{form}-blank.xlsx")), export(&template, &document, wanted)).unwrap();
    }
}
