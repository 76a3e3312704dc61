//! Any bytes, taken for a text table (and for whatever else they are): a plan or an error, never a panic.
#![no_main]

use dossier_fuzz::import::{ColumnSpec, Request, read_table};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let columns = ColumnSpec::plan();
    for name in ["plan.csv", "plan.xls"] {
        if let Err(error) = read_table(bytes, name, &Request { columns: &columns, sheet: None }) {
            assert!(error.hint.is_some());
        }
    }
});
