//! `cargo xtask …`: what a developer repeats, one word each, on a machine with only Rust and Node.
//!
//! `setup` makes the machine ready and every other command begins with its part of it. Exit 0 done, 1 a step failed,
//! 2 the call or the machine cannot be used (and what to do about it was said).
#![allow(clippy::disallowed_methods, reason = "steps and benches are timed; nothing of this reaches paper")]

mod bagit;
mod bench;
mod bundle;
mod checkout;
mod checks;
mod failure;
mod fonts;
mod licences;
mod page;
mod pictures;
mod samples;
mod setup;
mod steps;
mod window;

#[cfg(test)]
mod house;

use std::process::ExitCode;

use crate::checkout::Checkout;
use crate::failure::Failure;
use crate::setup::Purpose;

const USAGE: &str = "\
用法：cargo xtask <命令>

  setup            准备本机：安装缺少的软件包，下载并核对字体
  run              构建并打开窗口，样例卷宗导出到 out/；没有屏幕时由程序操作窗口
  test             格式、静态检查和全部测试（CI 运行的就是它）
  bench [名称…]    性能基准，并与同类工具对比
  bundle           打出安装包（.deb、.rpm），放到 out/
  licences         重新收集所用开源组件的许可证（assets/licences.json）
  pictures         用真实输出更新 docs/pictures/ 里的图片";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit)
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(Failure::unusable(USAGE));
    };
    let checkout = Checkout::here();
    match command.as_str() {
        "bench" => bench::bench(&checkout, rest),
        "help" | "-h" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        _ if !rest.is_empty() => Err(Failure::unusable(format!("`{command}` 不接受参数 `{}`\n\n{USAGE}", rest[0]))),
        "setup" => setup::setup(&checkout),
        "run" => run(&checkout),
        "test" => checks::test(&checkout),
        "bundle" => bundle::bundle(&checkout),
        "licences" => licences::write(&checkout),
        "pictures" => pictures::pictures(&checkout),
        other => Err(Failure::unusable(format!("没有命令 `{other}`\n\n{USAGE}"))),
    }
}

/// Builds the product and starts it, with the sample dossier beside it as files.
fn run(checkout: &Checkout) -> Result<(), Failure> {
    setup::ensure(checkout, Purpose::Run)?;
    // Before the build, which takes minutes the first time.
    let samples = samples::find(checkout)?;
    let dossier = samples::build_dossier(checkout)?;
    let exported = samples::export(checkout, &dossier, samples)?;
    samples::announce(checkout, &exported);
    let window = window::build(checkout)?;
    window::show(checkout, &window)
}
