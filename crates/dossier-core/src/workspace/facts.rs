//! What the documents of a release share: typed once, it stands in all of them.

use serde_json::{Map, Value};

use crate::Issue;
use crate::storage::{DocumentId, Fact, Facts};
use crate::template::{Kind, Template};

/// The facts after a document has gone from `old` to `new`. What is typed becomes the fact where there is none yet,
/// where this document had set it, or where this is the application, which the whole release follows.
pub(super) fn after_typing(
    template: &Template,
    document: DocumentId,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    mut facts: Facts,
) -> Facts {
    let leads = template.id.ends_with("-application");
    for field in &template.fields {
        let Some(key) = &field.carries else { continue };
        let (before, after) = (old.get(&field.id), new.get(&field.id));
        if before == after {
            continue;
        }
        let ours = facts.get(key).is_none_or(|fact| fact.document.is_none_or(|holder| holder == document));
        match after {
            Some(value) if ours || leads => {
                facts.insert(key.clone(), Fact { value: value.clone(), document: Some(document) });
            }
            None if ours => {
                facts.remove(key);
            }
            _ => {}
        }
    }
    facts
}

/// Where a document says something else than its release. Lists may well differ: a plan has more systems than its
/// application.
pub(super) fn deviations(template: &Template, own: &Map<String, Value>, facts: &Facts) -> Vec<Issue> {
    let mut warnings = Vec::new();
    for field in &template.fields {
        let Some(fact) = field.carries.as_ref().and_then(|key| facts.get(key)) else { continue };
        let Some(value) = own.get(&field.id) else { continue };
        if *value != fact.value && !matches!(field.kind, Kind::Table(_)) {
            let shared = match &fact.value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let place = fact.document.map_or("新建发布时写的".to_owned(), |document| format!("{document} 中"));
            let message = format!("“{}”与本次发布的其他文档不一致，{place}是“{shared}”", field.label);
            warnings.push(Issue::at(&field.id, "differs_from_release", message));
        }
    }
    warnings
}
