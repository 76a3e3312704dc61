//! The reference reader of BagIt, a Python program: tests ask it for its opinion of archive packages.

use std::path::PathBuf;

use crate::checkout::{Checkout, find_program, run_quietly, succeeds};

/// Pinned: a new one is tried before it decides.
const PACKAGE: &str = "bagit==1.9.0";

/// Where it lies: in the build folder, nobody's Python is changed.
pub fn folder(checkout: &Checkout) -> PathBuf {
    checkout.scratch().join("python")
}

/// Fetches it unless Python has it already. Without Python or network the tests do without it, and say so.
pub fn fetch(checkout: &Checkout) {
    let Some(python) = find_program("python3") else { return };
    let folder = folder(checkout);
    let has_it = succeeds(checkout.command(&python).args(["-c", "import bagit"]).env("PYTHONPATH", &folder));
    if has_it {
        return;
    }
    let mut install = checkout.command(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
    if run_quietly(install.arg(&folder).arg(PACKAGE)).is_err() {
        println!("  没有装上 Python 的 bagit：归档包的测试不用它对照 / bagit was not installed, tests do without it");
    }
}
