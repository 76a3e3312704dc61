//! Files that are not what they say, broken, or made to do harm: each is refused with its reason, quickly.

mod common;

use std::fmt::Write;
use std::ops::ControlFlow;

use common::files::{self, Embedded, Objects};
use common::paper;
use common::scanner::{Picture, Printer, Scan, scan};
use dossier_scan::{Kind, Limits, Page, ScanError, TooLarge, Turn, kind, read, thumbnail};

fn look(bytes: &[u8]) -> Result<Vec<Page>, ScanError> {
    let mut pages = Vec::new();
    let result = read(bytes, &Limits::default(), &|_| true, &mut |page| {
        pages.push(page);
        ControlFlow::Continue(())
    });
    result.map(|_| pages)
}

/// What kept the first page from being read, whether that ended the file or not.
#[track_caller]
fn refusal(bytes: &[u8]) -> ScanError {
    match look(bytes).as_deref() {
        Err(error) => error.clone(),
        Ok([Page { trouble: Some(trouble), .. }, ..]) => trouble.clone(),
        Ok(pages) => panic!("read: {pages:?}"),
    }
}

fn sheet() -> Picture {
    let printed = paper::printed(&paper::stack()[..1]);
    scan(&Printer::new(printed).sheet(0), &Scan::clean(150.0))
}

fn pdf_of(content: &[u8], resources: &str, media_box: &str, mut objects: Objects) -> Vec<u8> {
    let content = objects.stream("", content);
    let page = objects.add(format!(
        "<< /Type /Page /Parent 1 0 R /MediaBox [{media_box}] /Contents {content} 0 R /Resources << {resources} >> >>"
    ));
    objects.finish(&[format!("{page} 0 R")])
}

const A4: &str = "0 0 595 842";

#[test]
fn a_file_is_what_it_holds_and_not_what_it_is_called() {
    assert_eq!(kind(b""), Err(ScanError::Empty));
    assert_eq!(kind(b"MZ\x90\0\x03\0\0\0\x04 %PDF-1.7"), Err(ScanError::NotAScan), "a program");
    assert_eq!(kind(b"PK\x03\x04 %PDF-1.7"), Err(ScanError::NotAScan), "an archive");
    assert_eq!(kind(&[0; 4096]), Err(ScanError::NotAScan));
    assert_eq!(kind(b"\xEF\xBB\xBF%PDF-1.4"), Ok(Kind::Pdf));
    let picture = sheet();
    assert_eq!(kind(&files::jpeg(&picture, 50)), Ok(Kind::Jpeg));
    assert_eq!(kind(&files::png(&picture)), Ok(Kind::Png));
    assert_eq!(look(b""), Err(ScanError::Empty));
}

#[test]
fn what_is_cut_off_is_never_taken_for_whole() {
    let picture = sheet();
    let whole = [
        files::jpeg(&picture, 60),
        files::png(&picture),
        files::scanned_pdf(&[files::embedded_jpeg(&picture, 60)], 150.0),
        files::scanned_pdf(&[files::embedded_flate(&picture)], 150.0),
        files::tiff(&picture),
        paper::printed(&paper::stack()[..2]),
    ];
    for bytes in whole {
        assert!(look(&bytes).unwrap().iter().all(|page| page.codes.len() == 1));
        for percent in [0, 1, 2, 5, 10, 30, 50, 70, 90, 99] {
            let cut = &bytes[..(bytes.len() * percent / 100).max(12)];
            let error = refusal(cut);
            assert!(matches!(error, ScanError::Damaged { .. }), "{percent}% of {:?}: {error}", kind(&bytes));
        }
        assert!(look(&bytes[..bytes.len() - 10]).is_err(), "the last bytes of {:?}", kind(&bytes));
    }
}

#[test]
fn flipped_bits_end_in_a_result() {
    let picture = sheet();
    let sheets = [
        files::jpeg(&picture, 60),
        files::png(&picture),
        files::scanned_pdf(&[files::embedded_jpeg(&picture, 60)], 150.0),
        files::tiff(&picture),
        paper::printed(&paper::stack()[..1]),
    ];
    let mut dice = common::Dice::new(4);
    for bytes in sheets {
        for _ in 0..6 {
            let mut broken = bytes.clone();
            for _ in 0..40 {
                // Half of them at the beginning, where a file says what it is.
                let end = if dice.chance(50) { 1000 } else { broken.len() };
                let at = 8 + dice.below(end.min(broken.len()) - 8);
                broken[at] ^= 1 << dice.below(8);
            }
            if let Ok(pages) = look(&broken) {
                let right = &paper::stack()[0].code;
                assert!(pages.iter().flat_map(|page| &page.codes).all(|code| code.text == *right));
            }
        }
    }
}

#[test]
fn absurd_sizes_are_refused_before_memory_is_asked_for() {
    // 60,000 × 60,000 in a few bytes.
    let png = bomb_png(60_000, 60_000);
    let too_many = |error| matches!(error, ScanError::TooLarge { what: TooLarge::Pixels { .. }, .. });
    assert!(too_many(refusal(&png)), "{:?}", refusal(&png));
    let mut jpeg = files::jpeg(&sheet(), 60);
    let size = jpeg.windows(2).position(|mark| mark == b"\xFF\xC0").unwrap() + 5;
    jpeg[size..size + 4].copy_from_slice(&[0xFF, 0xF0, 0xFF, 0xF0]);
    assert!(too_many(refusal(&jpeg)));
    let huge = |dictionary: &str, data: &[u8]| {
        let (dictionary, data) = (dictionary.to_owned(), data.to_vec());
        files::scanned_pdf(&[Embedded { width: 60_000, height: 60_000, dictionary, data }], 7200.0)
    };
    let pixels = "/ColorSpace /DeviceGray /BitsPerComponent 8";
    for pdf in [
        huge(&format!("{pixels} /Filter /FlateDecode"), &files::deflated(&[0; 1000])),
        huge(&format!("{pixels} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 60000 >>"), &[0; 100]),
        huge("/ImageMask true /BitsPerComponent 1", &[0; 100]),
    ] {
        assert!(too_many(refusal(&pdf)), "{:?}", refusal(&pdf));
    }
    // A small picture whose data says that it is a large one.
    let jbig2 = [&b"\0\0\0\0\x30\0\x01\0\0\0\x13"[..], &[0, 0, 0xFF, 0xF0, 0, 0, 0xFF, 0xF0], &[0; 11]].concat();
    let lies = Embedded {
        width: 100,
        height: 100,
        dictionary: "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode".into(),
        data: jbig2,
    };
    assert!(too_many(refusal(&files::scanned_pdf(&[lies], 10.0))));
    // A page of a hundred kilometres, and one that is no number.
    for media_box in ["0 0 283464567 283464567", "0 0 1e38 1e38", "-1e30 -1e30 1e30 1e30"] {
        let pdf = pdf_of(b"0 0 9 9 re f", "", media_box, Objects::default());
        let ended = look(&pdf);
        assert!(
            ended.as_ref().is_ok_and(|pages| pages[0].trouble.is_some()) || ended.is_err(),
            "{media_box}: {ended:?}"
        );
    }
}

fn bomb_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[0; 64]).unwrap();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn what_unpacks_to_more_than_a_page_is_refused() {
    let zeros = vec![b' '; 150 << 20];
    let once = files::deflated(&zeros);
    drop(zeros);
    let twice = files::deflated(&once);
    let unpacked = |error| matches!(error, ScanError::TooLarge { what: TooLarge::Unpacked { .. }, .. });
    // The content of a page, a form drawn on it, and one that is wrapped twice.
    let content = |dictionary: &str, data: &[u8]| {
        let mut objects = Objects::default();
        let content = objects.stream(dictionary, data);
        let page = format!("<< /Type /Page /Parent 1 0 R /MediaBox [{A4}] /Contents {content} 0 R >>");
        let page = objects.add(page);
        objects.finish(&[format!("{page} 0 R")])
    };
    assert!(unpacked(refusal(&content("/Filter /FlateDecode", &once))));
    assert!(unpacked(refusal(&content("/Filter [/FlateDecode /FlateDecode]", &twice))));
    let mut objects = Objects::default();
    let form = objects.stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /FlateDecode", &once);
    let pdf = pdf_of(b"/F Do", &format!("/XObject << /F {form} 0 R >>"), A4, objects);
    assert!(unpacked(refusal(&pdf)));
    // Packed objects are unpacked before a page is known.
    let mut objects = Objects::default();
    objects.stream("/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode", &once);
    let pdf = pdf_of(b"", "", A4, objects);
    assert!(unpacked(refusal(&pdf)));
}

#[test]
fn a_protected_pdf_is_told_as_one() {
    let mut objects = Objects::default();
    let crypt = objects.add(
        "<< /Filter /Standard /V 1 /R 2 /P -44 /O (0123456789012345678901234567890a) \
         /U (0123456789012345678901234567890b) >>",
    );
    let page = objects.add(format!("<< /Type /Page /Parent 1 0 R /MediaBox [{A4}] >>"));
    let pdf = objects.finish_with(&[format!("{page} 0 R")], &format!("/Encrypt {crypt} 0 R /ID [(a) (b)]"));
    assert_eq!(refusal(&pdf), ScanError::Encrypted);
}

#[test]
fn deep_and_endless_pdfs_come_to_an_end() {
    let deep = |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
    // Arrays and dictionaries in one another, among the objects and in the content of a page.
    for (open, close) in [("[", "]"), ("<< /A ", " >>")] {
        let nested = deep(open, close, 200_000);
        let mut objects = Objects::default();
        let number = objects.add(nested.clone());
        let pdf = pdf_of(nested.as_bytes(), &format!("/XObject {number} 0 R /Font {nested}"), A4, objects);
        let _ = look(&pdf);
    }
    // Groups saved 200,000 deep.
    let _ = look(&pdf_of("q ".repeat(200_000).as_bytes(), "", A4, Objects::default()));
    // A page tree that contains itself.
    let mut objects = Objects::default();
    objects.add("<< /Type /Pages /Count 1 /Kids [3 0 R 1 0 R] >>");
    let _ = look(&objects.finish(&["3 0 R".into()]));
    // Forms that draw ten others, and those ten others, ten deep; and one that draws itself.
    let mut objects = Objects::default();
    let mut inner = objects.stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842]", b"0 0 595 842 re f");
    for _ in 0..10 {
        let dictionary =
            format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F {inner} 0 R >> >>");
        inner = objects.stream(&dictionary, "/F Do ".repeat(10).as_bytes());
    }
    let pdf = pdf_of(b"/F Do", &format!("/XObject << /F {inner} 0 R >>"), A4, objects);
    assert_eq!(refusal(&pdf), ScanError::TooLarge { page: Some(1), what: TooLarge::Drawing });
    let mut objects = Objects::default();
    let own = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 3 0 R >> >>";
    let form = objects.stream(own, b"/F Do /F Do /F Do");
    let pdf = pdf_of(b"/F Do", &format!("/XObject << /F {form} 0 R >>"), A4, objects);
    let _ = look(&pdf);
    // A tile that lies over itself a million times.
    let mut objects = Objects::default();
    let tile = "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 500 500] /XStep 0.5 \
                /YStep 0.5 /Resources << >>";
    let tile = objects.stream(tile, b"0 0 1 1 re f");
    let content = b"/Pattern cs /P scn 0 0 595 842 re f";
    let pdf = pdf_of(content, &format!("/Pattern << /P {tile} 0 R >>"), A4, objects);
    assert_eq!(refusal(&pdf), ScanError::TooLarge { page: Some(1), what: TooLarge::Drawing });
    // A page of a hundred thousand full rectangles.
    let pdf = pdf_of("0 0 595 842 re f ".repeat(100_000).as_bytes(), "", A4, Objects::default());
    assert_eq!(refusal(&pdf), ScanError::TooLarge { page: Some(1), what: TooLarge::Drawing });
}

#[test]
fn more_pages_than_allowed_are_refused() {
    let mut objects = Objects::default();
    let kids: Vec<String> = (0..501)
        .map(|_| format!("{} 0 R", objects.add("<< /Type /Page /Parent 1 0 R /MediaBox [0 0 9 9] >>")))
        .collect();
    assert_eq!(
        refusal_of_file(&objects.finish(&kids)),
        ScanError::TooLarge { page: None, what: TooLarge::Pages { most: 500 } }
    );
    let limits = Limits { bytes: 10, ..Limits::default() };
    let refused = read(b"%PDF-1.7 and more", &limits, &|_| true, &mut |_| ControlFlow::Continue(()));
    assert_eq!(refused, Err(ScanError::TooLarge { page: None, what: TooLarge::Bytes { most: 10 } }));
}

#[track_caller]
fn refusal_of_file(bytes: &[u8]) -> ScanError {
    look(bytes).expect_err("the file is refused")
}

#[test]
fn a_page_full_of_squares_is_looked_at_in_bounded_time() {
    // What the squares in the corners of a code look like, three thousand times.
    let (width, height) = (1240, 1754);
    let mut pixels = vec![255; width * height];
    for (y, row) in pixels.chunks_exact_mut(width).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let (x, y) = (x % 27, y % 27);
            let ring = usize::max(x.abs_diff(13), y.abs_diff(13));
            *pixel = if ring <= 4 || (8..=10).contains(&ring) { 0 } else { 255 };
        }
    }
    let pages = look(&files::png(&Picture { width, height, colors: 1, pixels })).unwrap();
    assert_eq!(pages[0].codes, []);
}

#[test]
fn a_broken_page_keeps_nobody_from_the_others() {
    let picture = sheet();
    let broken = Embedded { data: vec![0; 100], ..files::embedded_jpeg(&picture, 60) };
    let pages = [files::embedded_jpeg(&picture, 60), broken, files::embedded_jpeg(&picture, 60)];
    let mut bytes = String::new();
    for page in look(&files::scanned_pdf(&pages, 150.0)).unwrap() {
        write!(bytes, "{}:{}:{:?} ", page.number, page.codes.len(), page.trouble).unwrap();
    }
    assert_eq!(bytes, "1:1:None 2:0:Some(Damaged { page: Some(2) }) 3:1:None ");
}

#[test]
fn thumbnails_are_small_and_upright() {
    let limits = Limits::default();
    let picture = sheet();
    let size = |png: &[u8]| {
        let reader = png::Decoder::new(std::io::Cursor::new(png.to_vec())).read_info().unwrap();
        (reader.info().width, reader.info().height)
    };
    let jpeg = files::jpeg(&picture, 60);
    assert_eq!(size(&thumbnail(&jpeg, 1, 400, Turn::None, &limits).unwrap()), (282, 400));
    assert_eq!(size(&thumbnail(&jpeg, 1, 400, Turn::Left, &limits).unwrap()), (400, 282));
    let printed = paper::printed(&paper::stack()[..2]);
    assert_eq!(size(&thumbnail(&printed, 2, 300, Turn::None, &limits).unwrap()), (212, 300));
    assert_eq!(thumbnail(&printed, 3, 300, Turn::None, &limits), Err(ScanError::NoSuchPage { page: 3 }));
    assert_eq!(thumbnail(b"no", 1, 300, Turn::None, &limits), Err(ScanError::NotAScan));
}
