use std::fmt;

/// Why a scan, or a page of it, could not be read.
///
/// The variants are what a program decides by and tells people in their own language; the text is for logs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScanError {
    /// The file holds nothing.
    Empty,
    /// Neither PDF nor JPEG, PNG or TIFF, whatever its name says.
    NotAScan,
    /// A PDF that asks for a password, or forbids what its owner did not allow.
    Encrypted,
    /// Cut off or broken; `page` is `None` where that concerns the whole file.
    Damaged { page: Option<usize> },
    /// Made in a way that is not supported, such as 12 bits a colour in a JPEG.
    Unsupported { page: Option<usize> },
    /// More than a limit allows.
    TooLarge { page: Option<usize>, what: TooLarge },
    /// A page that takes longer to draw than anybody waits.
    TooSlow { page: Option<usize> },
    /// The file has fewer pages.
    NoSuchPage { page: usize },
}

/// Which limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TooLarge {
    /// Bytes of the file.
    Bytes { most: usize },
    /// Pages of the file.
    Pages { most: usize },
    /// Pixels of a page.
    Pixels { most: usize },
    /// Bytes that a part of the file unpacks to.
    Unpacked { most: usize },
    /// Things drawn on a page.
    Drawing,
}

impl ScanError {
    /// Whether no further page of the file can be read either.
    pub(crate) fn is_of_file(&self) -> bool {
        match self {
            Self::Empty | Self::NotAScan | Self::Encrypted | Self::TooSlow { .. } | Self::NoSuchPage { .. } => true,
            Self::Damaged { page } | Self::Unsupported { page } | Self::TooLarge { page, .. } => page.is_none(),
        }
    }

    pub(crate) fn pixels(page: usize, most: usize) -> Self {
        Self::TooLarge { page: Some(page), what: TooLarge::Pixels { most } }
    }

    pub(crate) fn damaged(page: usize) -> Self {
        Self::Damaged { page: Some(page) }
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, page) = match self {
            Self::Empty => ("the file is empty".into(), None),
            Self::NotAScan => ("neither PDF nor JPEG, PNG or TIFF".into(), None),
            Self::Encrypted => ("the PDF is protected by a password".into(), None),
            Self::Damaged { page } => ("damaged or cut off".into(), *page),
            Self::Unsupported { page } => ("made in a way that is not supported".into(), *page),
            Self::TooLarge { page, what } => (what.to_string(), *page),
            Self::TooSlow { page } => ("takes too long to draw".into(), *page),
            Self::NoSuchPage { page } => ("there is no such page".into(), Some(*page)),
        };
        match page {
            Some(page) => write!(f, "page {page}: {what}"),
            None => f.write_str(&what),
        }
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes { most } => write!(f, "larger than {most} bytes"),
            Self::Pages { most } => write!(f, "more than {most} pages"),
            Self::Pixels { most } => write!(f, "more than {most} pixels"),
            Self::Unpacked { most } => write!(f, "a part unpacks to more than {most} bytes"),
            Self::Drawing => f.write_str("draws more than a page can hold"),
        }
    }
}

impl std::error::Error for ScanError {}
