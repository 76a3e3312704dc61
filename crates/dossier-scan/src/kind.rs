use crate::ScanError;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Pdf,
    Jpeg,
    Png,
    Tiff,
}

impl Kind {
    /// The ending of such a file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Tiff => "tif",
        }
    }
}

/// Some programs put a few bytes of their own before the header of a PDF, and readers have to look past them.
const BEFORE_HEADER: usize = 1024;

/// Tells by the first bytes what a file is; its name may say anything.
///
/// # Errors
/// [`ScanError::Empty`] and [`ScanError::NotAScan`].
pub fn kind(bytes: &[u8]) -> Result<Kind, ScanError> {
    let starts = |with: &[u8]| bytes.starts_with(with);
    if bytes.is_empty() {
        Err(ScanError::Empty)
    } else if starts(b"\xFF\xD8\xFF") {
        Ok(Kind::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1A\n") {
        Ok(Kind::Png)
    } else if starts(b"II*\0") || starts(b"MM\0*") {
        Ok(Kind::Tiff)
    } else if starts(b"MZ") || starts(b"PK") || starts(b"\x7FELF") {
        // A program or an archive may well hold a PDF near its start; it is none.
        Err(ScanError::NotAScan)
    } else if bytes[..bytes.len().min(BEFORE_HEADER)].windows(5).any(|window| window == b"%PDF-") {
        Ok(Kind::Pdf)
    } else {
        Err(ScanError::NotAScan)
    }
}
