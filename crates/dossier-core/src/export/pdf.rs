//! Document → paper → frames → PDF.

use chrono::{Datelike, NaiveDate};
use dossier_layout::{Fonts, Frames, lay_out};
use dossier_pdf::{Created, Meta, PdfError, Picture};

use super::{Exported, Job, glyphs, logo, paper};
use crate::settings::Settings;
use crate::{Code, Error, Result};

/// Makes the PDF, and names every character that no font has.
///
/// # Errors
/// The program's fonts are missing; the logo cannot be read.
pub(super) fn render(job: &Job<'_>) -> Result<Exported> {
    let picture = logo::picture(job.settings)?;
    let fonts = job.environment.fonts()?;
    let missing = glyphs::missing(job, &fonts);
    let fonts = glyphs::with_installed(fonts, &missing, job.environment);
    let paper = paper::paper(job, picture.as_ref());
    let frames = lay_out(&paper.content, &fonts);
    let pictures: Vec<Picture> = picture.into_iter().collect();
    let bytes = write(&frames, &fonts, &pictures, &meta(job))?;
    Ok(Exported { bytes, pages: frames.pages.len(), warnings: glyphs::issues(&missing, &fonts) })
}

/// Writes pages.
///
/// # Errors
/// A fault of the program: its fonts or its layout.
pub(crate) fn write(frames: &Frames, fonts: &Fonts, pictures: &[Picture], meta: &Meta) -> Result<Vec<u8>> {
    dossier_pdf::write(frames, fonts, pictures, meta).map_err(unwritable)
}

fn meta(job: &Job<'_>) -> Meta {
    let typed = |id: &str| paper::typed(job, id);
    let title = match typed("doc_number") {
        Some(number) => format!("{} {number}", job.template.title),
        None => job.template.title.clone(),
    };
    let subject = [typed("product_name"), typed("version")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    meta_of(title, job.settings, subject, paper::date(job))
}

/// What a file of this organisation says about itself. `date` belongs to its content, not to the day it is written.
pub(crate) fn meta_of(title: String, settings: &Settings, subject: String, date: NaiveDate) -> Meta {
    Meta {
        title,
        author: settings.organisation.name.clone(),
        subject,
        language: "zh-CN".into(),
        created: created(date),
        producer: concat!("Dossier ", env!("CARGO_PKG_VERSION")).into(),
    }
}

fn created(date: NaiveDate) -> Created {
    let year = u16::try_from(date.year()).unwrap_or(2000);
    Created { year, month: date.month() as u8, day: date.day() as u8, hour: 0, minute: 0, second: 0 }
}

fn unwritable(error: PdfError) -> Error {
    Error::new(Code::Installation, format!("PDF 没有生成：{error}"))
        .hint("请重新安装本程序；如果仍然如此，请把这份文档的内容交给维护人员")
}
