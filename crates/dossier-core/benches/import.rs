//! Reading a plan of 5,000 rows × 14 columns: at most 100 ms. Prints the median of 15 runs.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::time::Instant;

use dossier_core::import::{ColumnSpec, Request, read_table};
use rust_xlsxwriter::Workbook;

const ROWS: u32 = 5_000;

fn main() {
    let columns = ColumnSpec::plan();
    let bytes = workbook(&columns);
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            let plan = read_table(&bytes, "plan.xlsx", &Request { columns: &columns, sheet: None }).expect("a plan");
            assert_eq!(plan.rows.len(), ROWS as usize);
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("reading {ROWS} plan rows × {} columns: median {:.1} ms", columns.len(), times[times.len() / 2]);
}

/// Texts of ordinary length, nearly all different.
fn workbook(columns: &[ColumnSpec]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, spec) in (0..).zip(columns) {
        sheet.write_string(0, column, &spec.head).expect("written");
    }
    for row in 1..=ROWS {
        sheet.write_number(row, 0, row).expect("written");
        for (column, spec) in (0..).zip(columns).skip(1) {
            let text = format!("{}：第 {row} 行的内容，支持国密 SM2 证书登录；优化会话续期", spec.head);
            sheet.write_string(row, column, text).expect("written");
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}
