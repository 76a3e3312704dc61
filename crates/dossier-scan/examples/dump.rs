#[path = "../tests/common/mod.rs"]
mod common;
use common::scanner::*;
use common::*;
use std::ops::ControlFlow;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let case: usize = args[1].parse().unwrap();
    let sheets = paper::stack();
    let page = case % sheets.len();
    let way = if args.len() > 2 { Scan::clean(args[2].parse().unwrap()) } else { Scan::any(case as u64) };
    let printed = paper::printed(&sheets);
    std::fs::write("/tmp/printed.pdf", &printed).unwrap();
    let picture = scan(&Printer::new(printed).sheet(page), &way);
    std::fs::write("/tmp/case.png", files::png(&picture)).unwrap();
    println!("{way:?}\n{} {}x{}", sheets[page].code, picture.width, picture.height);
    let t = std::time::Instant::now();
    let r = dossier_scan::read(&files::jpeg(&picture, 70), &Default::default(), &|_| true, &mut |p| { println!("{p:?}"); ControlFlow::Continue(()) });
    println!("{r:?} {:?}", t.elapsed());
}
