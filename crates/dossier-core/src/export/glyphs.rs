//! Characters that the bundled fonts lack, each with the field it was typed into.

use dossier_layout::Fonts;
use serde_json::Value;

use super::Job;
use crate::document::Values;
use crate::template::{Field, Kind, Template};
use crate::{Environment, Issue, Result};

/// A character that the bundled fonts lack, and where it stands first in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    ch: char,
    path: String,
    /// As people find it: label, and row of a table.
    place: String,
}

/// The characters of a job that the bundled fonts lack, in the order of the fields.
pub(super) fn missing(job: &Job<'_>, fonts: &Fonts) -> Vec<Missing> {
    let mut scan = Scan { fonts, found: Vec::new() };
    scan.text(&job.settings.organisation.name, "settings.organisation.name", "设置中的单位名称");
    if !job.options.blank {
        scan.values(job.template, &Values::new(job.document, job.template, job.facts));
    }
    scan.found
}

/// The characters of texts that the bundled fonts lack; with each text comes its path, and its place as people find it.
pub(crate) fn missing_in<'t>(texts: impl Iterator<Item = (&'t str, &'t str, &'t str)>, fonts: &Fonts) -> Vec<Missing> {
    let mut scan = Scan { fonts, found: Vec::new() };
    texts.for_each(|(text, path, place)| scan.text(text, path, place));
    scan.found
}

/// The characters of a document's values that neither the bundled nor the installed fonts have.
///
/// # Errors
/// The program's fonts are missing.
pub(crate) fn unprintable(environment: &Environment, template: &Template, values: &Values<'_>) -> Result<Vec<Issue>> {
    let fonts = environment.fonts()?;
    let mut scan = Scan { fonts: &fonts, found: Vec::new() };
    scan.values(template, values);
    let missing = scan.found;
    Ok(issues(&missing, &with_installed(fonts, &missing, environment)))
}

/// The fonts with those installed ones that have what is missing: asked only when something is.
pub(crate) fn with_installed(fonts: Fonts, missing: &[Missing], environment: &Environment) -> Fonts {
    if missing.is_empty() {
        return fonts;
    }
    let wanted: Vec<char> = missing.iter().map(|missing| missing.ch).collect();
    fonts.with_fallback(environment.fallback_fonts(&wanted))
}

/// What to tell of those that no font has, installed ones included.
pub(crate) fn issues(missing: &[Missing], fonts: &Fonts) -> Vec<Issue> {
    missing
        .iter()
        .filter(|missing| !fonts.covers(missing.ch))
        .map(|missing| {
            let Missing { ch, path, place } = missing;
            let code = u32::from(*ch);
            let message =
                format!("{place}里的“{ch}”（U+{code:04X}）没有字体能显示，纸上印作〓，复制和查找仍是原字；请换一种写法，或在系统中安装含有它的字体");
            Issue::at(path, "missing_glyph", message)
        })
        .collect()
}

struct Scan<'a> {
    fonts: &'a Fonts,
    found: Vec<Missing>,
}

impl Scan<'_> {
    fn values(&mut self, template: &Template, values: &Values<'_>) {
        for field in &template.fields {
            match &field.kind {
                Kind::Table(table) => {
                    for index in 0..values.row_count(&field.id) {
                        let row = values.row(&field.id, index);
                        for column in &table.columns {
                            if let Some(value) = row.get(&column.id) {
                                let path = format!("{}[{index}].{}", field.id, column.id);
                                let place = format!("{}第 {} 行的{}", quoted(field), index + 1, quoted(column));
                                self.value(&value, &path, &place);
                            }
                        }
                    }
                }
                _ => {
                    if let Some(value) = values.get(&field.id) {
                        self.value(&value, &field.id, &quoted(field));
                    }
                }
            }
        }
    }

    fn value(&mut self, value: &Value, path: &str, place: &str) {
        match value {
            Value::String(text) => self.text(text, path, place),
            Value::Array(items) => items.iter().for_each(|item| self.value(item, path, place)),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, path: &str, place: &str) {
        for ch in text.chars().filter(|ch| !ch.is_control() && !self.fonts.covers(*ch)) {
            let missing = Missing { ch, path: path.to_owned(), place: place.to_owned() };
            if !self.found.contains(&missing) {
                self.found.push(missing);
            }
        }
    }
}

fn quoted(field: &Field) -> String {
    format!("“{}”", field.label)
}
