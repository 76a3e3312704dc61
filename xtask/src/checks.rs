//! `cargo xtask test`: what has to hold before a change lands, here and in CI.
//!
//! The rules of the house that no compiler knows (who may depend on whom, who may read the clock) are tests in
//! `house.rs` and lints in `clippy.toml`, so that they run with everything else.

use std::time::Instant;

use crate::checkout::{Checkout, run, run_watching, succeeds};
use crate::failure::Failure;
use crate::page;
use crate::setup::{self, Purpose};
use crate::steps::step;

pub fn test(checkout: &Checkout) -> Result<(), Failure> {
    let start = Instant::now();
    step("准备", || {
        setup::ensure(checkout, Purpose::Test)?;
        toolchain(checkout)
    })?;
    step("格式（cargo fmt）", || {
        run(&mut checkout.cargo(["fmt", "--all", "--check"])).map_err(|failure| failure.hint("运行 `cargo fmt` 即可"))
    })?;
    // Clippy reads the window too, and the window embeds the page.
    step("界面（eslint、vue-tsc、vitest、vite）", || {
        for script in ["lint", "check", "test"] {
            page::check(checkout, script)?;
        }
        page::build(checkout)
    })?;
    step("静态检查（cargo clippy）", || {
        run(&mut checkout.cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    step("构建（cargo test --no-run）", || build(checkout))?;
    let tally = step("测试（cargo test）", || {
        let mut tally = Tally::default();
        // To the end even when one fails: whoever repairs wants to know all of it.
        run_watching(&mut checkout.cargo(["test", "--workspace", "--no-fail-fast"]), |line| tally.add(line))?;
        if tally.passed == 0 {
            return Err(Failure::failed("没有执行任何测试"));
        }
        Ok(tally)
    })?;
    println!("✔ 全部通过（{:.1} 秒）", start.elapsed().as_secs_f64());
    // cargo's last own line is about the documentation of the last crate, often with no test in it: this one counts all.
    println!("tests: {} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.ignored);
    Ok(())
}

/// Builds the tests and nothing beside them: any other selection would compile half of it once more. The window is among
/// them, because it has tests of its own.
pub fn build(checkout: &Checkout) -> Result<(), Failure> {
    run(&mut checkout.cargo(["test", "--workspace", "--no-run"]))
}

/// A minimal toolchain comes without these two.
fn toolchain(checkout: &Checkout) -> Result<(), Failure> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let there = || succeeds(&mut checkout.cargo([subcommand, "--version"]));
        let add = || succeeds(checkout.command("rustup").args(["component", "add", component]));
        let ready = there() || (add() && there());
        if !ready {
            return Err(Failure::unusable(format!("缺少 / missing `cargo {subcommand}`"))
                .hint(format!("请安装后再运行 / install, then run again: rustup component add {component}")));
        }
    }
    Ok(())
}

/// What the test programs report, added up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            if let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<u64>), words.next()) {
                match what {
                    "passed" => self.passed += count,
                    "failed" => self.failed += count,
                    "ignored" => self.ignored += count,
                    _ => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_program_counts() {
        let mut tally = Tally::default();
        for line in [
            "running 14 tests",
            "test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.31s",
            "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 10.02s",
        ] {
            tally.add(line);
        }
        assert_eq!(tally, Tally { passed: 15, failed: 1, ignored: 2 });
    }
}
