//! Any entries, packed here with manifests that fit where the text begins with `+`: what lies behind the checksums of a
//! zip file and the hashes of a bag is read too (index, records, audit log).
#![no_main]

#[path = "../../crates/dossier-core/tests/packages/mod.rs"]
mod packages;

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    packages::any_entries(dossier_fuzz::scratch(), text);
});
