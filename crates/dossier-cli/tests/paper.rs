//! What leaves the program as paper: it can be read back, archived and trusted.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::{dossier, root, text_of};
use serde_json::{Map, Value, json};

const TEMPLATES: [&str; 4] = ["release-application", "release-plan", "release-plan-table", "release-summary"];

fn sample(template: &str) -> PathBuf {
    root().join("templates").join(template).join("sample.json")
}

fn content(template: &str) -> Map<String, Value> {
    let text = std::fs::read_to_string(sample(template)).expect("the sample");
    serde_json::from_str(&text).expect("JSON")
}

/// Renders content and returns the path of the file.
fn rendered(folder: &Path, template: &str, content: &Value, name: &str, more: &[&str]) -> PathBuf {
    let from = folder.join(format!("{name}.json"));
    std::fs::write(&from, serde_json::to_vec(content).expect("JSON")).expect("written");
    let to = folder.join(name);
    let mut arguments = vec!["render", template, "--from", from.to_str().unwrap(), "--to", to.to_str().unwrap()];
    arguments.extend(more);
    dossier(&arguments);
    to
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|ch| !ch.is_whitespace()).collect()
}

#[test]
fn every_kind_of_paper_is_pdf_a_2u() {
    let folder = tempfile::tempdir().unwrap();
    for template in TEMPLATES {
        let content = Value::Object(content(template));
        for (name, more) in [
            ("draft", &["--front", "--binding", "--duplex"][..]),
            ("sign", &["--for-signing"]),
            ("blank", &["--blank"]),
        ] {
            let pdf = rendered(folder.path(), template, &content, &format!("{template}-{name}.pdf"), more);
            kit::assert_pdf_a(&std::fs::read(pdf).unwrap(), &format!("{template} {name}"));
        }
    }
}

#[test]
fn every_value_typed_comes_back_from_the_paper() {
    let folder = tempfile::tempdir().unwrap();
    for template in TEMPLATES {
        let content = content(template);
        let pdf = rendered(folder.path(), template, &Value::Object(content.clone()), &format!("{template}.pdf"), &[]);
        let text = squeezed(&text_of(&pdf));
        let mut missing = Vec::new();
        for (field, value) in &content {
            look_for(value, field, &text, &mut missing);
        }
        assert!(missing.is_empty(), "{template}: {missing:?}");
    }
}

/// Texts as typed. Dates, numbers and options are printed in the form's own way, and tested there.
fn look_for(value: &Value, place: &str, text: &str, missing: &mut Vec<String>) {
    match value {
        Value::String(typed) if !typed.starts_with("20") => {
            let lines = typed.lines().map(squeezed);
            missing.extend(lines.filter(|line| !text.contains(line.as_str())).map(|line| format!("{place}: {line}")));
        }
        Value::Array(items) => items.iter().for_each(|item| look_for(item, place, text, missing)),
        Value::Object(row) => row.iter().for_each(|(column, value)| {
            // An option that is not of the row's own is an empty box.
            look_for(value, &format!("{place}.{column}"), text, missing);
        }),
        _ => {}
    }
}

#[test]
fn rare_characters_come_back_as_typed_and_are_named_where_no_font_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let typed =
        "a·b・c…—①℃㎡“引号”，（全角）ＡＢＣ𠮷🚀\u{10FFFD}https://example.com/very/long/path?query=value&more=1#end";
    let content = json!({ "product_name": "甲·乙", "purpose": typed });
    let from = folder.path().join("content.json");
    std::fs::write(&from, content.to_string()).unwrap();
    let to = folder.path().join("rare.pdf");
    let output =
        dossier(&["--json", "render", "release-plan", "--from", from.to_str().unwrap(), "--to", to.to_str().unwrap()]);
    assert!(squeezed(&text_of(&to)).contains(&squeezed(typed)), "{}", text_of(&to));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let warnings = report["warnings"].as_array().expect("warnings").clone();
    let named = |ch: char| {
        warnings.iter().any(|warning| {
            warning["path"] == "purpose" && warning["message"].as_str().is_some_and(|message| message.contains(ch))
        })
    };
    assert!(named('\u{10FFFD}'), "no font has a private character of the last plane: {warnings:?}");
}

#[test]
fn the_same_document_gives_the_same_bytes_in_every_process_and_time_zone() {
    let folder = tempfile::tempdir().unwrap();
    for template in TEMPLATES {
        for extension in ["pdf", "xlsx"] {
            let export = |zone: &str| {
                let to = folder.path().join(format!("{template}-{}.{extension}", zone.replace('/', "-")));
                let status = kit::program()
                    .args(["render", template, "--from"])
                    .arg(sample(template))
                    .arg("--to")
                    .arg(&to)
                    .env("TZ", zone)
                    .output()
                    .unwrap()
                    .status;
                assert!(status.success());
                std::fs::read(to).unwrap()
            };
            assert!(export("Asia/Shanghai") == export("America/Los_Angeles"), "{template}.{extension}");
        }
    }
}

#[test]
fn drafts_say_so_and_the_sheet_to_sign_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut content = content("release-application");
    content.remove("doc_revision");
    let content = Value::Object(content);
    let draft = rendered(folder.path(), "release-application", &content, "draft.pdf", &[]);
    let sheet = rendered(folder.path(), "release-application", &content, "sheet.pdf", &["--for-signing"]);
    assert!(text_of(&draft).contains("版本：草稿"));
    assert!(!text_of(&sheet).contains("草稿"));
    // The watermark is grey where the clean sheet is white.
    let grey = |pdf: &Path| {
        let image = pdf.with_extension("");
        let status = Command::new("pdftoppm")
            .args(["-r", "20", "-gray", "-f", "1", "-l", "1", "-singlefile"])
            .arg(pdf)
            .arg(&image)
            .status();
        assert!(status.expect("pdftoppm").success());
        let pixels = std::fs::read(image.with_extension("pgm")).unwrap();
        pixels.iter().filter(|&&pixel| (0xD8..0xF0).contains(&pixel)).count()
    };
    assert!(grey(&draft) > grey(&sheet) + 200, "{} {}", grey(&draft), grey(&sheet));
}

#[test]
fn a_workbook_gives_back_what_was_exported() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    for template in TEMPLATES {
        let from = sample(template);
        let id =
            String::from_utf8(dossier(&["--data", data, "new", template, "--from", from.to_str().unwrap()]).stdout)
                .unwrap();
        let workbook = folder.path().join(format!("{template}.xlsx"));
        dossier(&["--data", data, "export", id.trim(), "--to", workbook.to_str().unwrap()]);
        let empty = String::from_utf8(dossier(&["--data", data, "new", template]).stdout).unwrap();
        dossier(&["--data", data, "import", empty.trim(), workbook.to_str().unwrap()]);
        let exported = |id: &str| {
            let json = folder.path().join("content.json");
            dossier(&["--data", data, "export", id.trim(), "--to", json.to_str().unwrap()]);
            serde_json::from_slice::<Value>(&std::fs::read(json).unwrap()).unwrap()
        };
        assert_eq!(exported(&id), exported(&empty), "{template}");
    }
}

#[test]
fn five_hundred_rows_stand_on_the_paper_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Value> = (1..=500)
        .map(|number| json!({ "order": number, "system": format!("系统{number:03}"), "version": format!("V1.{number}.0"), "change": "变".repeat(number % 300) }))
        .collect();
    let pdf = rendered(folder.path(), "release-plan-table", &json!({ "systems": rows }), "rows.pdf", &[]);
    let text = squeezed(&text_of(&pdf));
    let mut from = 0;
    for number in 1..=500 {
        let name = format!("系统{number:03}");
        from += text[from..].find(&name).unwrap_or_else(|| panic!("{name} is missing")) + name.len();
    }
}

/// What would run, or fetch something, if it were ever taken for more than a text.
const HOSTILE: &str = r#"<img src=x onerror="alert(1)">=cmd|'/c calc'!A1"#;

#[test]
fn text_that_looks_like_markup_or_a_formula_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    for template in TEMPLATES {
        let (content, count) = hostile(template);
        let pdf = rendered(folder.path(), template, &content, &format!("{template}.pdf"), &["--front"]);
        let found = squeezed(&text_of(&pdf)).matches(&squeezed(HOSTILE)).count();
        assert!(found >= count, "{template}: {found} of {count} texts are on the paper as typed");

        let xlsx = rendered(folder.path(), template, &content, &format!("{template}.xlsx"), &[]);
        let sheets = sheets_of(&xlsx);
        assert!(sheets.contains("<sheetData"), "the sheets were read");
        assert!(!sheets.contains("<f>") && !sheets.contains("<hyperlink"), "{template}: no cell computes or links");
    }
}

/// The XML of all sheets of a workbook.
fn sheets_of(xlsx: &Path) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(xlsx).expect("the workbook")).expect("a zip");
    let mut xml = String::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        if name.starts_with("xl/worksheets/") && name.ends_with(".xml") {
            part.read_to_string(&mut xml).expect("UTF-8");
        }
    }
    xml
}

/// The sample with the hostile text in every field and column that takes any text, and how many those are.
fn hostile(template: &str) -> (Value, usize) {
    let shown = dossier(&["template", "show", template, "--json"]).stdout;
    let form: Value = serde_json::from_slice(&shown).expect("JSON");
    let takes_text = |field: &Value| matches!(field["type"].as_str(), Some("text" | "long_text" | "person"));
    let (mut content, mut count) = (content(template), 0);
    for field in form["fields"].as_array().expect("fields") {
        let Some(value) = content.get_mut(field["id"].as_str().expect("an id")) else { continue };
        if takes_text(field) && value.is_string() {
            *value = json!(HOSTILE);
            count += 1;
        }
        let (Some(columns), Some(rows)) = (field["columns"].as_array(), value.as_array_mut()) else { continue };
        let fixed = field["fixed_rows"].as_array().map_or(0, Vec::len);
        for row in rows.iter_mut().skip(fixed).filter_map(Value::as_object_mut) {
            for column in columns.iter().filter(|column| takes_text(column)) {
                if let Some(cell) = row.get_mut(column["id"].as_str().expect("an id")) {
                    *cell = json!(HOSTILE);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 5, "{template} has texts to try it with");
    (Value::Object(content), count)
}
