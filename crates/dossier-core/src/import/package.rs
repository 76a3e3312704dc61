//! The zip around a workbook, read through a counter.

use std::io::{self, BufReader, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::limits::{self, Budget, too_large, unpacks_too_large};
use super::xml::{self, Limit, Xml, damaged};
use crate::{Code, Error, Result};

/// The parts of a compressed workbook.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    budget: &'a Budget,
}

pub(super) type Part<'p> = Xml<'p, BufReader<Counted<'p>>>;

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8], budget: &'a Budget) -> Result<Self> {
        // Counted by hand before the archive is opened: its directory costs several hundred bytes for each entry,
        // and a 50 MB file has room for a million of them.
        let entries = memchr::memmem::find_iter(bytes, b"PK\x01\x02").count();
        if entries > limits::ZIP_ENTRIES {
            return Err(too_large(format!("太大：压缩包里的部件超过 {} 个", limits::ZIP_ENTRIES)));
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match error {
            ZipError::InvalidArchive(_) | ZipError::Io(_) => damaged("压缩包没有结尾，文件可能没有下载完"),
            other => refusal(&other, "压缩包"),
        })?;
        // What the parts say of themselves is believed when it is too much; when it is little, it is counted later.
        let mut declared = 0u64;
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|error| refusal(&error, "压缩包"))?;
            declared = declared.saturating_add(entry.size());
        }
        if declared > limits::UNPACKED_BYTES {
            return Err(unpacks_too_large());
        }
        Ok(Self { archive, budget })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The parts' names as stored, at most the first few thousand.
    pub(super) fn names(&self) -> Vec<String> {
        self.archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect()
    }

    /// Opens a part as XML; `None` when there is none of this name.
    pub(super) fn xml(&mut self, name: &str) -> Result<Option<Part<'_>>> {
        let Some(index) = self.find(name) else { return Ok(None) };
        let part = name.trim_start_matches('/');
        let entry = self.archive.by_index(index).map_err(|error| refusal(&error, part))?;
        let counted = Counted { inner: Box::new(entry), budget: self.budget };
        Ok(Some(Xml::new(BufReader::with_capacity(64 << 10, counted), part, self.budget)))
    }

    /// Reads a small part whole; `None` when there is none of this name.
    pub(super) fn bytes(&mut self, name: &str, at_most: usize) -> Result<Option<Vec<u8>>> {
        let Some(index) = self.find(name) else { return Ok(None) };
        let entry = self.archive.by_index(index).map_err(|error| refusal(&error, name))?;
        let mut counted = Counted { inner: Box::new(entry), budget: self.budget }.take(at_most as u64);
        let mut bytes = Vec::new();
        counted.read_to_end(&mut bytes).map_err(|error| xml::from_io(&error, name))?;
        Ok(Some(bytes))
    }

    /// Some programs write other cases or a leading slash; the exact name is found first.
    fn find(&self, name: &str) -> Option<usize> {
        let name = name.trim_start_matches('/');
        self.archive.index_for_name(name).or_else(|| {
            (0..self.archive.len()).find(|&index| {
                let stored = self.archive.name_for_index(index).and_then(Result::ok);
                stored
                    .is_some_and(|stored| stored.trim_start_matches('/').replace('\\', "/").eq_ignore_ascii_case(name))
            })
        })
    }
}

fn refusal(error: &ZipError, part: &str) -> Error {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => password(),
        ZipError::CompressionMethodNotSupported(method) => {
            Error::new(Code::UnsupportedFormat, format!("{part} 用了不支持的压缩方式（{method}）"))
                .hint("请在 Excel 或 WPS 里打开，另存为新的 .xlsx 文件后再导入")
        }
        _ => damaged(&format!("{part} 读不出来")),
    }
}

pub(super) fn password() -> Error {
    Error::new(Code::PasswordProtected, "有打开密码，内容是加密的")
        .hint("请在 Excel 或 WPS 里输入密码打开，去掉密码后另存，再导入")
}

/// Counts what really comes out of a part against what the whole file may give.
pub(super) struct Counted<'p> {
    inner: Box<dyn Read + 'p>,
    budget: &'p Budget,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        if !self.budget.unpack(count) {
            return Err(io::Error::other(Limit::Unpacked));
        }
        Ok(count)
    }
}
