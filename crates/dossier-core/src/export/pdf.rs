//! Document → paper → frames → PDF.

use chrono::{Datelike, NaiveDate};
use dossier_layout::lay_out;
use dossier_pdf::{Created, Meta, PdfError, Picture};

use super::{Exported, Job, glyphs, paper};
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
    let paper = paper::paper(job, picture.as_ref());
    let frames = lay_out(&paper.content, &fonts);
    let pictures: Vec<Picture> = picture.into_iter().collect();
    let bytes = dossier_pdf::write(&frames, &fonts, &pictures, &meta(job)).map_err(unwritable)?;
    Ok(Exported { bytes, pages: frames.pages.len(), warnings: glyphs::issues(&missing, &fonts) })
}

fn meta(job: &Job<'_>) -> Meta {
    let typed = |id: &str| paper::typed(job, id);
    let title = match typed("doc_number") {
        Some(number) => format!("{} {number}", job.template.title),
        None => job.template.title.clone(),
    };
    Meta {
        title,
        author: job.settings.organisation.name.clone(),
        subject: [typed("product_name"), typed("version")].into_iter().flatten().collect::<Vec<_>>().join(" "),
        language: "zh-CN".into(),
        created: created(paper::date(job)),
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
