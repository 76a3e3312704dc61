//! Compressed streams.

use flate2::{Compress, Compression, FlushCompress, Status};
use lopdf::{Dictionary, Object, Stream};

/// A compressor that is used again for every stream, because its tables take longer to set up than a stream to pack.
pub struct Deflate {
    state: Compress,
}

impl Deflate {
    pub fn new() -> Self {
        Self { state: Compress::new(LEVEL, true) }
    }

    /// A compressed stream with the entries of `dict`.
    pub fn stream(&mut self, mut dict: Dictionary, content: &[u8]) -> Stream {
        dict.set("Filter", Object::Name(b"FlateDecode".to_vec()));
        let mut stream = Stream::new(dict, self.pack(content));
        stream.allows_compression = false;
        stream
    }

    fn pack(&mut self, content: &[u8]) -> Vec<u8> {
        self.state.reset();
        let mut packed = Vec::with_capacity(content.len() / 2 + 64);
        loop {
            let done = self.state.total_in() as usize;
            let status = self.state.compress_vec(&content[done..], &mut packed, FlushCompress::Finish);
            match status.expect("deflate of bytes in memory does not fail") {
                Status::StreamEnd => return packed,
                Status::Ok | Status::BufError => packed.reserve(content.len() / 4 + 64),
            }
        }
    }
}

/// Outlines hardly repeat: on a report of five pages level 6 saves 2 % over level 2 and takes a quarter longer, and
/// level 1 costs 14 % because it packs without codes of its own.
const LEVEL: Compression = Compression::new(2);
