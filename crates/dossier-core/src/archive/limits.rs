//! How much of a package from outside is read before it is refused. A zip file is made small and unpacks large, so that
//! what it says of itself is believed when it is too much, and counted when it is little.

/// Files of one package: about 12,000 revisions with all that belongs to them.
pub(super) const FILES: u64 = 100_000;
/// Bytes of the directory at its end.
pub(super) const DIRECTORY_BYTES: u64 = 40 << 20;
/// Bytes of what else an entry of the directory says of itself; this program and others write a few dozen.
pub(super) const EXTRA_BYTES: usize = 256;
/// Bytes of one unpacked file.
pub(super) const FILE_BYTES: u64 = 2 << 30;
/// Files that unpack to more than this may not unpack to more than so many times their size.
pub(super) const FREE_BYTES: u64 = 4 << 20;
pub(super) const FILE_RATIO: u64 = 200;
/// All files together may not unpack to more than so many times the size of the package, and as much on top.
pub(super) const ALL_RATIO: u64 = 25;
pub(super) const ALL_FREE_BYTES: u64 = 64 << 20;
/// Bytes of a manifest: a hash and a name a line.
pub(super) const MANIFEST_BYTES: u64 = 40 << 20;
/// Bytes of `bagit.txt` and `bag-info.txt`.
pub(crate) const TAG_BYTES: u64 = 1 << 20;
/// Bytes of `index.json`.
pub(super) const INDEX_BYTES: u64 = 48 << 20;
/// Bytes of the record of one revision.
pub(crate) const RECORD_BYTES: u64 = 24 << 20;
/// Bytes of one entry of the audit log.
pub(super) const ENTRY_BYTES: usize = 24 << 20;
/// Problems that are told one by one; more of them tell nothing new.
pub(super) const ISSUES: usize = 200;
