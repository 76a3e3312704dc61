//! Writes finished pages as PDF/A-2u: [`Frames`] in, bytes out. The only crate that knows printpdf and lopdf.
//!
//! The pipeline:
//!
//! ```text
//! Frames ─ draw ─→ printpdf ops ─ to_lopdf_document ─→ lopdf document ─ faces, archive ─→ bytes
//! ```
//!
//! printpdf builds the document, its pages, pictures and content streams. What it has no conforming form for is
//! finished in lopdf: subset fonts whose text reads back exactly, XMP, the output intent, the nested outline, the
//! identifier and compression.
//!
//! Writing is a pure function: the same input gives the same bytes in every process and time zone. It reads no clock
//! and no file.

mod archive;
mod deflate;
mod draw;
mod faces;
mod picture;
mod volume;

use std::collections::BTreeSet;
use std::fmt;

use dossier_layout::{FaceId, Fonts, Frames, ImageId};
use printpdf::{PdfDocument, PdfPage, PdfSaveOptions, Pt, Rect, XObject, XObjectId};

use crate::deflate::Deflate;
use crate::faces::Faces;
pub use crate::picture::Picture;
pub use crate::volume::{File, Leaves, Part, Volume, bind};

/// What the document says about itself; an empty text is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    pub title: String,
    pub author: String,
    pub subject: String,
    /// BCP 47, such as `zh-CN`.
    pub language: String,
    pub created: Created,
    /// The program and its version.
    pub producer: String,
}

/// A moment in UTC, to the second. The caller gives it: nothing here reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

/// Why there is no PDF. The text is for the person at the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PdfError {
    /// The frames hold no page.
    NoPages,
    /// A text asks for a face that the fonts do not have.
    UnknownFace(FaceId),
    /// A font file cannot be embedded.
    Font { face: FaceId, reason: String },
    /// A text shows the empty glyph of its face, which an archive may not.
    NoGlyph { face: FaceId, ch: char },
    /// A frame asks for a picture that was not given.
    UnknownPicture(ImageId),
    /// A file is no usable picture.
    Picture { reason: String },
    /// A bookmark leads to a page that does not exist.
    UnknownPage { title: String, page: usize },
    /// A file that is to be bound cannot be read without a password.
    Encrypted { name: String },
    /// A file that is to be bound is damaged.
    Broken { name: String, reason: String },
}

impl fmt::Display for PdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPages => write!(f, "文档没有页面，无法生成 PDF"),
            Self::UnknownFace(face) => write!(f, "版面使用了不存在的字体（第 {} 个）", face.0 + 1),
            Self::Font { face, reason } => write!(f, "第 {} 个字体无法嵌入 PDF：{reason}", face.0 + 1),
            Self::NoGlyph { face, ch } => {
                write!(f, "第 {} 个字体中没有字符 `{}`（U+{:04X}）", face.0 + 1, ch.escape_debug(), *ch as u32)
            }
            Self::UnknownPicture(image) => write!(f, "版面使用了不存在的图片（第 {} 张）", image.0 + 1),
            Self::Picture { reason } => write!(f, "图片无法使用：{reason}"),
            Self::Encrypted { name } => write!(f, "“{name}”有密码或加密，不能合订"),
            Self::Broken { name, reason } => write!(f, "“{name}”已损坏或不是完整的文件（{reason}），不能合订"),
            Self::UnknownPage { title, page } => write!(f, "书签 `{title}` 指向不存在的第 {} 页", page + 1),
        }
    }
}

impl std::error::Error for PdfError {}

/// Writes the pages as a PDF/A-2u file. The same input gives the same bytes.
///
/// `pictures` are those that were given with the content, in the same order. Each character becomes text that reads
/// back as [`dossier_layout::Glyph::ch`], whatever its glyph looks like.
///
/// # Errors
/// No page at all; faces, pictures or pages that do not exist; fonts without TrueType outlines or that are broken.
pub fn write(frames: &Frames, fonts: &Fonts, pictures: &[Picture], meta: &Meta) -> Result<Vec<u8>, PdfError> {
    if frames.pages.is_empty() {
        return Err(PdfError::NoPages);
    }

    let mut faces = Faces::new(fonts);
    let mut shown = BTreeSet::new();
    let mut pdf = PdfDocument::new(&meta.title);
    for page in &frames.pages {
        let sheet = Rect::from_wh(Pt(draw::number(page.width)), Pt(draw::number(page.height)));
        pdf.pages.push(PdfPage {
            media_box: sheet.clone(),
            trim_box: sheet.clone(),
            crop_box: sheet,
            ops: draw::page(page, &mut faces, &mut shown)?,
        });
    }
    for image in shown.into_iter().map(ImageId) {
        let picture = pictures.get(image.0).ok_or(PdfError::UnknownPicture(image))?;
        let id = XObjectId(draw::picture_name(image));
        pdf.resources.xobjects.map.insert(id, XObject::External(picture.to_xobject()));
    }

    // `secure` would drop the operators that printpdf has no name for, and with them the text: see `draw`.
    let options = PdfSaveOptions { optimize: false, subset_fonts: false, secure: false, image_optimization: None };
    let mut document = pdf.to_lopdf_document(&options, &mut Vec::new());
    drop(pdf);

    let mut deflate = Deflate::new();
    faces.embed(&mut document, &mut deflate)?;
    archive::finish(document, frames, meta, &mut deflate)
}
