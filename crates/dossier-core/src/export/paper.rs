//! What PDF and sheet have in common: the paper of a document, and the date that stands on it.

use std::borrow::Cow;

use chrono::NaiveDate;
use dossier_pdf::Picture;
use serde_json::Value;

use super::{Job, logo};
use crate::compose::{Letterhead, Paper, Wanted, compose};
use crate::document::{Document, Values};

/// The paper of a job, as PDF and sheet draw it.
pub(super) fn paper(job: &Job<'_>, picture: Option<&Picture>) -> Paper {
    let document =
        if job.options.blank { Cow::Owned(Document::blank(job.template)) } else { Cow::Borrowed(job.document) };
    let values = Values::new(&document, job.template, job.facts);
    let settings = job.settings;
    let letterhead = Letterhead {
        organisation: settings.organisation.name.clone(),
        logo: picture.map(logo::shape),
        year: settings.copyright_year(job.year),
        classification: settings.documents.classification.clone(),
        control_state: settings.documents.control_state.clone(),
        form_number: settings.documents.form_numbers.get(&job.template.id).cloned(),
        provisional_number: job.provisional_number.clone(),
    };
    let options = job.options;
    let wanted = Wanted {
        blank: options.blank,
        draft: !options.for_signing,
        front: options.front,
        binding_line: options.binding_line,
        duplex: options.duplex,
    };
    compose(job.template, &values, &letterhead, &job.marks, wanted)
}

/// A text of the document, as typed; none for blank paper.
pub(super) fn typed<'a>(job: &'a Job<'_>, id: &str) -> Option<&'a str> {
    job.document.value(id).and_then(Value::as_str).filter(|_| !job.options.blank)
}

/// The date that stands on the document: the same document gives the same file, whenever it is exported.
pub(super) fn date(job: &Job<'_>) -> NaiveDate {
    let typed = typed(job, "doc_date").and_then(|date| date.parse().ok());
    typed.or_else(|| NaiveDate::from_ymd_opt(job.year, 1, 1)).unwrap_or_default()
}
