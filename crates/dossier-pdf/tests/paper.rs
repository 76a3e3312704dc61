//! What stands on paper and what is read out of the file.

mod common;

use std::sync::Arc;

use common::{A4, check_archive, font_data, fonts, line, meta, one_page, pixels_of, rect, spaced_line, text_of};
use dossier_layout::{Abs, Color, FaceId, FontData, Glyph, ImageId, Item, Point, Role, TextRun};
use dossier_pdf::{PdfError, Picture, write};
use lopdf::{Document, Object};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};

fn written(items: Vec<Item>) -> Vec<u8> {
    write(&one_page(items), fonts(), &[], &meta()).unwrap()
}

/// Sets each line below the other and reads them all back.
#[track_caller]
fn check_text(name: &str, lines: &[&str], role: Role) {
    let items = lines
        .iter()
        .zip(1..)
        .flat_map(|(text, row)| line(fonts(), text, role, 12.0, (72.0, 60.0 + 24.0 * f64::from(row))));
    let pdf = written(items.collect());
    check_archive(&pdf);
    let read = text_of(name, &pdf);
    assert_eq!(read.trim_end_matches('\u{c}').lines().collect::<Vec<_>>(), lines);
}

const LOOKALIKES: [&str; 8] = [
    "间隔号·与片假名中点・，省略号…与数学省略号⋯",
    "破折号——连字符-不换行连字符‑减号−短横–",
    "①②③℃㎡（）()“双引号”‘单引号’\"'",
    "□■√✓★☆§¥￥〓",
    "𠮷野家🚀上线☑☐☒✔",
    "ễ Łukasz Ångström naïve",
    "V1.10 (build 0042) a<b && c>d \\ 100%",
    "⼀一⼆二 戶户 〇零",
];

#[test]
fn text_reads_back_as_typed_where_glyphs_are_shared_or_missing() {
    check_text("lookalikes-serif.pdf", &LOOKALIKES, Role::Serif);
    check_text("lookalikes-bold.pdf", &LOOKALIKES, Role::SansBold);
}

#[test]
fn characters_of_one_glyph_stay_apart_on_one_page() {
    for role in [Role::Sans, Role::Serif] {
        let shared = [['⼀', '一'], ['⼆', '二'], ['…', '⋯'], ['-', '\u{2011}']];
        for [first, second] in shared.map(|pair| pair.map(|ch| fonts().measure(role, ch))) {
            assert_eq!((first.face, first.glyph), (second.face, second.glyph), "the font draws both with one glyph");
        }
        let text: String = shared.iter().flatten().chain(shared.iter().flatten().rev()).collect();
        check_text("shared.pdf", &[&text], role);
    }
}

#[test]
fn a_drawn_tick_box_reads_back_as_ticked() {
    let mut items = line(fonts(), "□ 全量外部用户", Role::Serif, 10.5, (72.0, 100.0));
    let Item::Text(run) = &mut items[0] else { unreachable!() };
    run.glyphs[0].ch = '☑';
    run.visible = false;
    assert_eq!(text_of("ticked.pdf", &written(items)), "☑ 全量外部用户\n\u{c}");
}

#[test]
fn hidden_text_is_read_out_but_paints_nothing() {
    let mut items = line(fonts(), "藏在图后的文字 hidden", Role::SerifBold, 30.0, (72.0, 200.0));
    for item in &mut items {
        let Item::Text(run) = item else { unreachable!() };
        run.visible = false;
    }
    let pdf = written(items);
    assert_eq!(text_of("hidden.pdf", &pdf).lines().next(), Some("藏在图后的文字 hidden"));
    let (_, _, pixels) = pixels_of("hidden.pdf", &pdf, 1, 50);
    assert!(pixels.iter().all(|&value| value == 255));
}

#[test]
fn text_is_visible_again_after_hidden_text() {
    let mut items = line(fonts(), "隐", Role::Serif, 30.0, (72.0, 200.0));
    let Item::Text(run) = &mut items[0] else { unreachable!() };
    run.visible = false;
    items.extend(line(fonts(), "■", Role::Serif, 60.0, (200.0, 200.0)));
    let (width, _, pixels) = pixels_of("visible-again.pdf", &written(items), 1, 72);
    assert_eq!(pixel(&pixels, width, 230, 180), [0, 0, 0]);
}

#[test]
fn every_glyph_lands_at_its_place() {
    let text = "两端对齐的一行，字距各不相同 justified 12.5%。";
    for (name, size, room) in [("loose", 10.5, 1.37), ("tight", 9.0, -0.37), ("natural", 12.0, 0.0)] {
        let together = spaced_line(fonts(), text, Role::Serif, size, (72.0, 100.0), room);
        let apart = together.iter().flat_map(|item| {
            let Item::Text(run) = item else { unreachable!() };
            run.glyphs.iter().map(|glyph| {
                let origin = Point::new(run.origin.x + glyph.x, run.origin.y);
                Item::Text(TextRun { origin, glyphs: vec![Glyph { x: Abs::ZERO, ..*glyph }], ..run.clone() })
            })
        });
        let apart = written(apart.collect());
        let together = written(together);
        let (_, _, wanted) = pixels_of(&format!("apart-{name}.pdf"), &apart, 1, 300);
        let (_, _, got) = pixels_of(&format!("together-{name}.pdf"), &together, 1, 300);
        let off = wanted.iter().zip(&got).filter(|(wanted, got)| wanted.abs_diff(**got) > 64).count();
        assert_eq!(off, 0, "{name}: pixels that differ");
        assert_eq!(text_of(&format!("together-{name}.pdf"), &together).lines().next(), Some(text), "{name}");
    }
}

#[test]
fn embedded_widths_are_those_of_the_font_program() {
    let items =
        [Role::Sans, Role::SansBold, Role::Serif, Role::SerifBold].into_iter().zip(1..).flat_map(|(role, row)| {
            line(fonts(), "宽度 Width iIlW1 —·… ①", role, 12.0, (72.0, 60.0 + 24.0 * f64::from(row)))
        });
    let document = Document::load_mem(&written(items.collect())).unwrap();
    let dictionary = |object: &Object| document.get_dictionary(object.as_reference().unwrap()).unwrap();
    let content = |object: &Object| {
        let stream = document.get_object(object.as_reference().unwrap()).unwrap().as_stream().unwrap();
        stream.decompressed_content().unwrap()
    };
    let mut checked = 0;
    let descendants = document.objects.values().filter_map(|object| object.as_dict().ok());
    for font in
        descendants.filter(|font| font.get(b"Subtype").is_ok_and(|kind| kind.as_name().unwrap() == b"CIDFontType2"))
    {
        let descriptor = dictionary(font.get(b"FontDescriptor").unwrap());
        let program = content(descriptor.get(b"FontFile2").unwrap());
        let program = FontRef::new(&program).unwrap();
        let glyphs = program.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units = f64::from(program.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        let map = content(font.get(b"CIDToGIDMap").unwrap());
        let mut widths = vec![1000.0; map.len() / 2];
        for group in font.get(b"W").unwrap().as_array().unwrap().chunks(2) {
            for (code, width) in (group[0].as_i64().unwrap()..).zip(group[1].as_array().unwrap()) {
                widths[code as usize] = f64::from(width.as_float().unwrap());
            }
        }
        for (gid, width) in map.chunks(2).zip(widths).skip(1) {
            let gid = u16::from_be_bytes([gid[0], gid[1]]);
            let advance = f64::from(glyphs.advance_width(GlyphId::from(gid)).unwrap()) * 1000.0 / units;
            assert!(
                gid != 0 && (advance - width).abs() < 0.01,
                "glyph {gid}: {advance} in the font, {width} beside it"
            );
            checked += 1;
        }
        let name = font.get(b"BaseFont").unwrap().as_name().unwrap();
        assert!(name[..6].iter().all(u8::is_ascii_uppercase) && name[6] == b'+', "a subset is tagged as one");
    }
    assert_eq!(checked, 4 * 15, "fifteen different characters in each face");
}

#[test]
fn boxes_lines_and_pictures_stand_where_they_were_put() {
    let blue = Color(0x33, 0x66, 0x99);
    let stroke = Item::Stroke {
        points: [(100.0, 300.0), (300.0, 300.0)].map(|(x, y)| Point::new(Abs::pt(x), Abs::pt(y))).to_vec(),
        width: Abs::pt(6.0),
        color: Color(255, 0, 0),
        round: false,
        dash: None,
    };
    let pictures = [
        Picture::new(include_bytes!("pictures/palette.png")).unwrap(),
        Picture::new(include_bytes!("pictures/alpha.png")).unwrap(),
        Picture::new(include_bytes!("pictures/photo.jpg")).unwrap(),
    ];
    assert_eq!((pictures[2].width(), pictures[2].height()), (90, 60));
    let image = |index, x| Item::Image { rect: rect(x, 400.0, 90.0, 60.0), image: ImageId(index) };
    let items = vec![
        Item::Fill { rect: rect(100.0, 100.0, 50.0, 20.0), color: blue },
        stroke,
        image(0, 100.0),
        image(1, 200.0),
        image(2, 300.0),
    ];
    let pdf = write(&one_page(items), fonts(), &pictures, &meta()).unwrap();
    let (width, height, pixels) = pixels_of("places.pdf", &pdf, 1, 72);
    assert_eq!((width, height), (A4.0.ceil() as usize, A4.1.ceil() as usize));
    let at = |x, y| pixel(&pixels, width, x, y);
    let white = [255; 3];
    for (x, y, color, what) in [
        (102, 103, [0x33, 0x66, 0x99], "top left of the box"),
        (147, 117, [0x33, 0x66, 0x99], "bottom right of the box"),
        (97, 103, white, "left of the box"),
        (102, 124, white, "under the box"),
        (102, 301, [255, 0, 0], "the line"),
        (96, 301, white, "before the line: its ends are cut square"),
        (115, 415, [0, 128, 0], "the palette picture, upright"),
        (125, 450, [255, 200, 0], "its lower half"),
        (202, 402, white, "the transparent corner"),
        (245, 431, [142, 142, 227], "half transparent on white"),
    ] {
        let got = at(x, y);
        let near = got.iter().zip(color).all(|(got, wanted)| got.abs_diff(wanted) < 8);
        assert!(near, "{what} at {x}, {y}: {got:?}");
    }
    assert!(at(385, 403)[0] > 220 && at(305, 455)[1] > 220, "the photo runs red to the right and green downwards");
}

#[test]
fn faces_of_a_collection_and_beyond_the_four_are_embedded() {
    let files = ["NotoSansSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf"].map(font_data);
    let collection = collection(&files.each_ref().map(|file| (*file.bytes).as_ref()));
    let fonts = fonts().with_fallback([FontData { bytes: Arc::new(collection), index: 1 }]);
    assert_eq!(fonts.len(), 5);
    let mut items = line(&fonts, "来自字体集", Role::SerifBold, 20.0, (72.0, 100.0));
    let plain = written(items.clone());
    let Item::Text(run) = &mut items[0] else { unreachable!() };
    run.face = FaceId(4);
    let pdf = write(&one_page(items), &fonts, &[], &meta()).unwrap();
    assert_eq!(text_of("collection.pdf", &pdf).lines().next(), Some("来自字体集"));
    assert!(
        pixels_of("collection.pdf", &pdf, 1, 100) == pixels_of("no-collection.pdf", &plain, 1, 100),
        "the second face of the collection is the serif bold"
    );
}

#[test]
fn a_font_without_truetype_outlines_is_refused() {
    let mut bytes = (*font_data("NotoSansSC_400Regular.ttf").bytes).as_ref().to_vec();
    let tag = bytes.windows(4).position(|tag| tag == b"glyf").unwrap();
    bytes[tag + 3] = b'g';
    let fonts = fonts().with_fallback([FontData { bytes: Arc::new(bytes), index: 0 }]);
    let mut items = line(&fonts, "字", Role::Sans, 20.0, (72.0, 100.0));
    let Item::Text(run) = &mut items[0] else { unreachable!() };
    run.face = FaceId(4);
    let error = write(&one_page(items), &fonts, &[], &meta()).unwrap_err();
    assert!(matches!(error, PdfError::Font { face: FaceId(4), .. }), "{error:?}");
    assert!(error.to_string().starts_with("第 5 个字体无法嵌入 PDF：不是 TrueType"), "{error}");
}

fn pixel(pixels: &[u8], width: usize, x: usize, y: usize) -> [u8; 3] {
    pixels[(y * width + x) * 3..][..3].try_into().unwrap()
}

/// A TrueType collection of whole files.
fn collection(files: &[&[u8]]) -> Vec<u8> {
    let word = |bytes: &[u8]| u32::from_be_bytes(bytes[..4].try_into().unwrap());
    let mut collection = b"ttcf\0\x01\0\0".to_vec();
    collection.extend((files.len() as u32).to_be_bytes());
    let mut start = 12 + 4 * files.len();
    for file in files {
        collection.extend((start as u32).to_be_bytes());
        start += file.len().next_multiple_of(4);
    }
    for file in files {
        let start = collection.len();
        collection.extend_from_slice(file);
        collection.resize(start + file.len().next_multiple_of(4), 0);
        let tables = usize::from(u16::from_be_bytes([file[4], file[5]]));
        for offset in (0..tables).map(|table| start + 12 + table * 16 + 8) {
            let moved = word(&collection[offset..]) + start as u32;
            collection[offset..offset + 4].copy_from_slice(&moved.to_be_bytes());
        }
    }
    collection
}
