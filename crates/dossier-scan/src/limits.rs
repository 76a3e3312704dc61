/// How much of a file from outside is read before it is refused.
///
/// With the default no file needs more than about 500 MB of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    pub pages: usize,
    /// Pixels of a page. A4 in 600 dpi has 35 million, A3 in 400 dpi 31 million.
    pub pixels: usize,
    /// Bytes that the parts of one page of a PDF may unpack to, all together; what holds the whole PDF together is kept
    /// to a quarter of it. A page of A4 in 600 dpi and colour, stored without loss, takes 105 MB.
    pub unpacked: usize,
    /// Seconds that drawing one page of a PDF may take. It takes a tenth of a second.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 100 << 20, pages: 500, pixels: 60_000_000, unpacked: 128 << 20, seconds: 20 }
    }
}
