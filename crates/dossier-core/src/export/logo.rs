//! The organisation's logo on paper.

use dossier_layout::ImageId;
use dossier_layout::content::Logo;
use dossier_pdf::Picture;

use crate::settings::Settings;
use crate::{Code, Error, Result};

/// The logo of the settings, if there is one.
///
/// # Errors
/// It cannot be read.
pub(crate) fn picture(settings: &Settings) -> Result<Option<Picture>> {
    let picture = settings.organisation.logo.as_ref().map(|logo| Picture::new(logo.bytes())).transpose();
    picture.map_err(|error| {
        Error::new(Code::InvalidContent, format!("单位标志无法使用：{error}")).hint("请在设置中换一个 PNG 或 JPEG 图片")
    })
}

/// The logo as the only picture of a content.
pub(crate) fn shape(picture: &Picture) -> Logo {
    Logo { image: ImageId(0), aspect: f64::from(picture.width()) / f64::from(picture.height().max(1)) }
}
