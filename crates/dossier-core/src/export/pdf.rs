//! Document → paper → frames → PDF.

use std::borrow::Cow;

use dossier_layout::content::Logo;
use dossier_layout::{ImageId, lay_out};
use dossier_pdf::{Created, Meta, PdfError, Picture};
use serde_json::Value;

use super::{Exported, Job, glyphs};
use crate::compose::{Letterhead, Paper, Wanted, compose};
use crate::document::{Document, Values};
use crate::{Code, Error, Result};

/// Makes the PDF, and names every character that no font has.
///
/// # Errors
/// The program's fonts are missing; the logo cannot be read.
pub(super) fn render(job: &Job<'_>) -> Result<Exported> {
    let picture = job.settings.organisation.logo.as_ref().map(|logo| Picture::new(logo.bytes())).transpose();
    let picture = picture.map_err(|error| {
        Error::new(Code::InvalidContent, format!("单位标志无法使用：{error}")).hint("请在设置中换一个 PNG 或 JPEG 图片")
    })?;
    let fonts = job.environment.fonts()?;
    let missing = glyphs::missing(job, &fonts);
    let fonts = glyphs::with_installed(fonts, &missing, job.environment);
    let paper = paper(job, picture.as_ref());
    let frames = lay_out(&paper.content, &fonts);
    let pictures: Vec<Picture> = picture.into_iter().collect();
    let bytes = dossier_pdf::write(&frames, &fonts, &pictures, &meta(job)).map_err(unwritable)?;
    Ok(Exported { bytes, warnings: glyphs::issues(&missing, &fonts) })
}

/// The paper of a job, as PDF and sheet draw it.
pub(super) fn paper(job: &Job<'_>, picture: Option<&Picture>) -> Paper {
    let document =
        if job.options.blank { Cow::Owned(Document::blank(job.template)) } else { Cow::Borrowed(job.document) };
    let values = Values::new(&document, job.template, job.facts);
    let settings = job.settings;
    let logo = picture.map(|picture| Logo {
        image: ImageId(0),
        aspect: f64::from(picture.width()) / f64::from(picture.height().max(1)),
    });
    let letterhead = Letterhead {
        organisation: settings.organisation.name.clone(),
        logo,
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
    compose(job.template, &values, &letterhead, wanted)
}

fn meta(job: &Job<'_>) -> Meta {
    let typed = |id: &str| typed(job, id);
    let title = match typed("doc_number") {
        Some(number) => format!("{} {number}", job.template.title),
        None => job.template.title.clone(),
    };
    Meta {
        title,
        author: job.settings.organisation.name.clone(),
        subject: [typed("product_name"), typed("version")].into_iter().flatten().collect::<Vec<_>>().join(" "),
        language: "zh-CN".into(),
        created: created(typed("doc_date"), job.year),
        producer: concat!("Dossier ", env!("CARGO_PKG_VERSION")).into(),
    }
}

/// A text of the document, as typed; none for blank paper.
pub(super) fn typed<'a>(job: &'a Job<'_>, id: &str) -> Option<&'a str> {
    job.document.value(id).and_then(Value::as_str).filter(|_| !job.options.blank)
}

/// The date that stands on the document: the same document gives the same file, whenever it is exported.
pub(super) fn created(date: Option<&str>, year: i32) -> Created {
    let mut parts = date.unwrap_or_default().splitn(3, '-').map(str::parse::<u16>);
    let mut next = |default: u16| parts.next().and_then(Result::ok).unwrap_or(default);
    let (year, month, day) = (next(u16::try_from(year).unwrap_or(2000)), next(1), next(1));
    Created { year, month: month as u8, day: day as u8, hour: 0, minute: 0, second: 0 }
}

fn unwritable(error: PdfError) -> Error {
    Error::new(Code::Installation, format!("PDF 没有生成：{error}"))
        .hint("请重新安装本程序；如果仍然如此，请把这份文档的内容交给维护人员")
}
