#[path = "../tests/common/mod.rs"]
mod common;
use common::scanner::*;
use common::*;
use std::ops::ControlFlow;
fn cpu() -> f64 { std::fs::read_to_string("/proc/thread-self/schedstat").unwrap().split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6 }
fn main() {
    let sheets = paper::stack();
    let printer = Printer::new(paper::printed(&sheets));
    let sheet = printer.sheet(0).painted_over(0.9, 255);
    for dpi in [150.0, 300.0, 600.0] {
        for noise in [0.0, 8.0] {
        let picture = scan(&sheet, &Scan { noise, askew: 1.0, ..Scan::clean(dpi) });
        let jpeg = files::jpeg(&picture, 70);
        let c = cpu();
        let mut n = 0;
        let _ = dossier_scan::read(&jpeg, &Default::default(), &|_| true, &mut |p| { n += p.codes.len(); ControlFlow::Continue(()) });
        println!("{dpi} {noise}: {:.0} ms ({n})", cpu() - c);
        }
    }
    let (width, height) = (1240, 1754);
    let mut pixels = vec![255; width * height];
    for (y, row) in pixels.chunks_exact_mut(width).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let (x, y) = (x % 27, y % 27);
            let ring = usize::max(x.abs_diff(13), y.abs_diff(13));
            *pixel = if ring <= 4 || (8..=10).contains(&ring) { 0 } else { 255 };
        }
    }
    let c = cpu();
    let _ = dossier_scan::read(&files::png(&Picture { width, height, colors: 1, pixels }), &Default::default(), &|_| true, &mut |_| ControlFlow::Continue(()));
    println!("squares {:.0}", cpu() - c);
}
