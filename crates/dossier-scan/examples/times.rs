#[path = "../tests/common/mod.rs"]
mod common;
use common::scanner::*;
use common::*;
use std::ops::ControlFlow;
fn cpu() -> f64 { std::fs::read_to_string("/proc/self/schedstat").unwrap().split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6 }
fn main() {
    let sheets = paper::stack();
    let c = cpu();
    let printed = paper::printed(&sheets);
    println!("print {:.0}", cpu() - c); let c = cpu();
    let printer = Printer::new(printed);
    let sheet = printer.sheet(0);
    println!("sheet {:.0}", cpu() - c);
    for dpi in [150.0, 200.0, 300.0, 600.0] {
        for color in [false, true] {
        let way = Scan { dpi, color, noise: 8.0, askew: 2.0, blur: f32::sqrt(dpi/150.0)*0.7, ..Scan::any(3) };
        let c = cpu();
        let picture = scan(&sheet, &way);
        let a = cpu() - c; let c = cpu();
        let jpeg = files::jpeg(&picture, 70);
        let b = cpu() - c; let c = cpu();
        let mut n = 0;
        let _ = dossier_scan::read(&jpeg, &Default::default(), &|_| true, &mut |p| { n += p.codes.len(); ControlFlow::Continue(()) });
        println!("{dpi} {color}: scan {a:.0} jpeg {b:.0} read {:.0} ({n})", cpu() - c);
        }
    }
}
