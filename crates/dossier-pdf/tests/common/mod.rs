#![allow(dead_code, reason = "no test file needs everything")]
//! Pages to write in tests: texts set character by character, as layout does.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use dossier_layout::{Abs, Color, FontData, Fonts, Frames, Glyph, Item, Page, Point, Rect, Role, TextRun};
use dossier_pdf::{Created, Meta};
use page_validation::{ValidationOptions, ValidationProfile, validate_pdf_bytes};

pub const A4: (f64, f64) = (595.276, 841.89);

pub fn font_data(name: &str) -> FontData {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/fonts").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    FontData { bytes: Arc::new(bytes), index: 0 }
}

pub fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| {
        let names = ["NotoSansSC_400Regular", "NotoSansSC_700Bold", "NotoSerifSC_400Regular", "NotoSerifSC_700Bold"];
        Fonts::new(names.map(|name| font_data(&format!("{name}.ttf")))).unwrap()
    })
}

pub fn meta() -> Meta {
    Meta {
        title: "产品发布总结报告 <V2.0 & 附件>".into(),
        author: "研发部 · 张三".into(),
        subject: "REL-SUM-2026-001".into(),
        language: "zh-CN".into(),
        created: Created { year: 2026, month: 3, day: 9, hour: 8, minute: 5, second: 0 },
        producer: "Dossier 0.1".into(),
    }
}

/// The text as runs, one for each face it needs, its baseline starting at `x`, `y` points.
pub fn line(fonts: &Fonts, text: &str, role: Role, size: f64, (x, y): (f64, f64)) -> Vec<Item> {
    spaced_line(fonts, text, role, size, (x, y), 0.0)
}

/// As `line`, with more room after each character.
pub fn spaced_line(fonts: &Fonts, text: &str, role: Role, size: f64, (x, y): (f64, f64), room: f64) -> Vec<Item> {
    let mut runs: Vec<TextRun> = Vec::new();
    let mut pen = x;
    for ch in text.chars() {
        let measured = fonts.measure(role, ch);
        if runs.last().is_none_or(|run| run.face != measured.face) {
            runs.push(TextRun {
                origin: Point::new(Abs::pt(pen), Abs::pt(y)),
                face: measured.face,
                size: Abs::pt(size),
                stretch: 1.0,
                color: Color::BLACK,
                visible: true,
                glyphs: Vec::new(),
            });
        }
        let run = runs.last_mut().unwrap();
        run.glyphs.push(Glyph { id: measured.glyph, ch, x: Abs::pt(pen) - run.origin.x });
        pen += measured.advance * size + room;
    }
    runs.into_iter().map(Item::Text).collect()
}

pub fn page(items: Vec<Item>) -> Page {
    Page { width: Abs::pt(A4.0), height: Abs::pt(A4.1), items }
}

pub fn one_page(items: Vec<Item>) -> Frames {
    Frames { pages: vec![page(items)], outline: Vec::new() }
}

pub fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
    Rect { x: Abs::pt(x), y: Abs::pt(y), width: Abs::pt(width), height: Abs::pt(height) }
}

/// Where a test leaves a file to look at.
pub fn out(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    folder.join(name)
}

pub fn save(name: &str, pdf: &[u8]) -> PathBuf {
    let path = out(name);
    std::fs::File::create(&path).unwrap().write_all(pdf).unwrap();
    path
}

/// What the file says when it is read out.
pub fn text_of(name: &str, pdf: &[u8]) -> String {
    let path = save(name, pdf);
    let output = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&path).arg("-").output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The pixels of a page, in grey or colour as PNG has them: width, height, RGB bytes.
pub fn pixels_of(name: &str, pdf: &[u8], page: usize, dpi: u32) -> (usize, usize, Vec<u8>) {
    let path = save(name, pdf);
    let root = path.with_extension("");
    let number = page.to_string();
    let status = Command::new("pdftoppm")
        .args(["-png", "-singlefile", "-r", &dpi.to_string(), "-f", &number, "-l", &number])
        .arg(&path)
        .arg(&root)
        .status()
        .unwrap();
    assert!(status.success());
    let file = std::fs::File::open(root.with_extension("png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(frame.color_type, png::ColorType::Rgb);
    (frame.width as usize, frame.height as usize, pixels)
}

/// Refuses what is no PDF/A-2u.
#[track_caller]
pub fn check_archive(pdf: &[u8]) {
    let options = ValidationOptions::default().profile(ValidationProfile::PdfA2u);
    let report = validate_pdf_bytes(pdf, &options).unwrap();
    assert!(report.failures.is_empty() && report.is_compliant, "{report}");
}
