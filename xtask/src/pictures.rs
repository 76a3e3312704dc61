//! `cargo xtask pictures`: the README's pictures, drawn from what the program really makes.

use std::fs;
use std::path::Path;

use crate::checkout::{Checkout, run, run_quietly};
use crate::checks;
use crate::failure::{AtPath, Failure};
use crate::page;
use crate::samples::{self, Exported};
use crate::setup::{self, Purpose};
use crate::steps::step;

/// Pages shown of each document: enough to see its head and its body.
const PAGES: usize = 4;
/// Half a screen wide on a README, and a picture stays under 100 KB.
const DOTS_PER_INCH: &str = "60";

/// Exports the samples afresh and draws their first pages into `docs/pictures/<id>-<page>.png`.
pub fn pictures(checkout: &Checkout) -> Result<(), Failure> {
    setup::ensure(checkout, Purpose::Test)?;
    // Before the build, which takes minutes the first time.
    let samples = samples::find(checkout)?;
    let dossier = samples::build_dossier(checkout)?;
    let exported = samples::export(checkout, &dossier, samples)?;
    let folder = checkout.root.join("docs/pictures");
    fs::create_dir_all(&folder).at("创建", &folder)?;
    step("绘制图片", || exported.iter().try_for_each(|document| draw(checkout, document, &folder)))?;
    step("绘制审批各阶段的图片", || stages(checkout, &dossier, &folder))?;
    screens(checkout, &folder.join("window"))
}

/// Has the window walked through every screen, and keeps what it showed for README and manual.
fn screens(checkout: &Checkout, folder: &Path) -> Result<(), Failure> {
    step("构建界面和窗口", || {
        page::build(checkout)?;
        checks::build(checkout)
    })?;
    step("拍下每个画面", || {
        // The later ones take some of the same screens with more in them.
        let walks = [
            ("screens", "at_1280"),
            ("backups", "a_damaged_database"),
            ("archiving", "a_year"),
            ("exchanging", "goes_to"),
        ];
        for (test, name) in walks {
            let walk = ["test", "--workspace", "--test", test, name];
            run(checkout.cargo(walk).env("DOSSIER_PICTURES", folder))?;
        }
        Ok(())
    })
}

/// Who signs the sample's application.
const SIGNERS: [&str; 5] = ["方文川", "丁立", "王小天", "赵昇", "周明"];

/// The sample's application at each stage of its life: to be signed, half signed, in force, void.
fn stages(checkout: &Checkout, dossier: &Path, folder: &Path) -> Result<(), Failure> {
    let work = checkout.target.join("stages");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).at("创建", &work)?;
    let data = work.join("data");
    let dossier = |arguments: &[&str]| run_quietly(checkout.command(dossier).arg("--data").arg(&data).args(arguments));
    let picture = |name: &str, page: &str, print: &[&str]| -> Result<(), Failure> {
        let pdf = work.join(name).with_extension("pdf");
        dossier(&[&["print", "D0001", "--to", &pdf.to_string_lossy()], print].concat())?;
        let mut pdftoppm = checkout.command("pdftoppm");
        pdftoppm.args(["-png", "-singlefile", "-r", DOTS_PER_INCH, "-f", page, "-l", page]);
        run_quietly(pdftoppm.arg(&pdf).arg(folder.join(name)))?;
        println!("  {}", checkout.shown(&folder.join(name).with_extension("png")));
        Ok(())
    };
    let sign = |name: &str| dossier(&["sign", "D0001", "--name", name]);
    dossier(&["release", "sample"])?;
    dossier(&["submit", "D0001"])?;
    picture("stage-1-submitted", "3", &[])?;
    for name in &SIGNERS[..2] {
        sign(name)?;
    }
    picture("stage-2-signed", "3", &[])?;
    for name in &SIGNERS[2..] {
        sign(name)?;
    }
    dossier(&["control", "D0001"])?;
    dossier(&["copy", "issue", "D0001", "--department", "运维部"])?;
    picture("stage-3-controlled", "1", &["--copy", "1"])?;
    dossier(&["revise", "D0001", "--change", "发布推迟一周"])?;
    dossier(&["submit", "D0001"])?;
    dossier(&["print", "D0001", "--to", &work.join("next.pdf").to_string_lossy()])?;
    for name in SIGNERS {
        sign(name)?;
    }
    dossier(&["control", "D0001"])?;
    picture("stage-4-void", "1", &["--revision", "V1.0"])
}

fn draw(checkout: &Checkout, document: &Exported, folder: &Path) -> Result<(), Failure> {
    let facts = run_quietly(checkout.command("pdfinfo").arg(&document.to_sign))?;
    let pages = facts.lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok()).unwrap_or(1);
    for page in 1..=PAGES {
        // Named by id: a file name in Chinese makes a link in the README unreadable.
        let stem = folder.join(format!("{}-{page}", document.sample.id));
        let picture = stem.with_extension("png");
        if page > pages {
            // From when the document was longer.
            let _ = fs::remove_file(&picture);
            continue;
        }
        let number = page.to_string();
        let mut pdftoppm = checkout.command("pdftoppm");
        pdftoppm.args(["-png", "-singlefile", "-r", DOTS_PER_INCH, "-f", &number, "-l", &number]);
        run_quietly(pdftoppm.arg(&document.to_sign).arg(&stem))?;
        println!("  {}", checkout.shown(&picture));
    }
    Ok(())
}
