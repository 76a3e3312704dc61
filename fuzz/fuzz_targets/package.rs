//! Any bytes, taken for an archive package: a verdict or an error, never a panic, and nothing is unpacked.
#![no_main]

#[path = "../../crates/dossier-core/tests/packages/mod.rs"]
#[allow(dead_code, reason = "the other target needs the rest")]
mod packages;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    packages::any_bytes(dossier_fuzz::scratch(), bytes);
});
