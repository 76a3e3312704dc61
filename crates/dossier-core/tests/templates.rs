//! Templates: what ships is sound, and what is not sound is told line by line.

use std::path::Path;

use dossier_core::template::Template;
use expect_test::expect_file;

/// Every template of a folder, with the name of the file for messages.
fn templates_in(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path().join("template.toml")).collect();
    files.retain(|file| file.is_file());
    files.sort();
    files.into_iter().map(|file| (file.display().to_string(), std::fs::read_to_string(&file).unwrap())).collect()
}

fn problems(text: &str, file: &str) -> String {
    match Template::parse(text, file) {
        Ok(_) => "没有问题\n".to_owned(),
        Err(error) => {
            let issues = error.issues.iter().map(|issue| format!("{} {} {}\n", issue.path, issue.code, issue.message));
            format!("{}\n{}", error.message, issues.collect::<String>())
        }
    }
}

#[test]
fn templates_that_ship_are_sound() {
    for (file, text) in templates_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates")) {
        assert_eq!(problems(&text, &file), "没有问题\n");
    }
}

/// `tests/templates/<name>.toml` is read, and what is told about it is compared with `<name>.txt`.
#[track_caller]
fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates");
    let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
    expect_file![folder.join(format!("{name}.txt"))].assert_eq(&problems(&text, &format!("{name}.toml")));
}

#[test]
fn a_torn_file_tells_where_it_is_torn() {
    check("torn");
}

#[test]
fn problems_of_the_head_are_told_at_once() {
    check("head");
}

#[test]
fn problems_of_fields_are_told_at_once() {
    check("fields");
}

#[test]
fn references_lead_somewhere() {
    check("references");
}

#[test]
fn problems_of_the_layout_are_told_at_once() {
    check("layout");
}

#[test]
fn problems_of_rules_are_told_at_once() {
    check("rules");
}

#[test]
fn a_template_may_use_the_whole_language() {
    check("sound");
}
