//! 合订本: pages as they were, bookmarks that lead to them, an archive where all parts are, and nothing that runs.

mod common;

use common::{check_archive, fonts, line, meta, page, save, text_of};
use dossier_layout::{Abs, Frames, OutlineEntry, Role};
use dossier_pdf::{File, Leaves, Part, PdfError, Picture, Volume, bind, write};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

/// Pages with a line each, and a heading that leads to the last one.
fn paper(lines: &[&str]) -> Vec<u8> {
    let body = |text: &&str| page(line(fonts(), text, Role::SansBold, 16.0, (72.0, 100.0)));
    let last = lines.len() - 1;
    let entry = |level, title: &str, page| OutlineEntry { level, title: title.into(), page, y: Abs::pt(84.0) };
    let outline = vec![entry(1, "一、开头", 0), entry(2, "1.1 末页", last), entry(1, "二、结尾", last)];
    write(&Frames { pages: lines.iter().map(body).collect(), outline }, fonts(), &[], &meta()).unwrap()
}

/// A file of another program: what its pages have is said above them, and it does something when it is opened.
fn foreign() -> Document {
    let mut document = Document::with_version("1.4");
    let root = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" });
    let content =
        document.add_object(Stream::new(Dictionary::new(), b"BT /F1 12 Tf 20 50 Td (from outside) Tj ET".to_vec()));
    let script = dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => root, "Contents" => content, "AA" => dictionary! { "O" => script.clone() },
    });
    document.set_object(
        root,
        dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1,
            "MediaBox" => vec![0.into(), 0.into(), 300.into(), 200.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } }, "Rotate" => 90,
        },
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root, "OpenAction" => script });
    document.trailer.set("Root", catalog);
    document
}

fn bytes_of(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn part(title: &str, files: Vec<(Option<&str>, Leaves)>) -> Part {
    let file = |(title, leaves): (Option<&str>, Leaves)| File { title: title.map(str::to_owned), leaves };
    Part { title: title.into(), files: files.into_iter().map(file).collect() }
}

fn pdf(name: &str, bytes: &[u8]) -> Leaves {
    Leaves::of_pdf(name, bytes).unwrap()
}

fn volume() -> Volume {
    let picture = Picture::new(include_bytes!("pictures/photo.jpg")).unwrap();
    let picture = Leaves::of_picture("现场.jpg", &picture, fonts(), &meta()).unwrap();
    let parts = vec![
        part("目录", vec![(None, pdf("目录", &paper(&["目录页"])))]),
        part("总结报告", vec![(None, pdf("报告", &paper(&["报告第一页", "报告第二页", "报告第三页"])))]),
        part("附录 2", vec![(Some("现场.jpg"), picture), (Some("截图.pdf"), pdf("截图.pdf", &paper(&["截图"])))]),
    ];
    bind(parts, &meta()).unwrap()
}

/// Level, title and page number of all bookmarks.
fn bookmarks(pdf: &[u8]) -> Vec<(usize, String, u32)> {
    let document = Document::load_mem(pdf).unwrap();
    let pages = document.get_pages();
    let mut found = Vec::new();
    let root = document.catalog().unwrap().get(b"Outlines").unwrap().as_reference().unwrap();
    let mut waiting = vec![(1, document.get_dictionary(root).unwrap().get(b"First").unwrap().as_reference().unwrap())];
    while let Some((level, id)) = waiting.pop() {
        let entry = document.get_dictionary(id).unwrap();
        let title = entry.get(b"Title").unwrap().as_str().unwrap();
        let units: Vec<u16> = title[2..].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        let to = entry.get(b"Dest").unwrap().as_array().unwrap()[0].as_reference().unwrap();
        let number = pages.iter().find(|(_, page)| **page == to).map(|(number, _)| *number).unwrap();
        found.push((level, String::from_utf16(&units).unwrap(), number));
        waiting.extend(entry.get(b"Next").and_then(Object::as_reference).ok().map(|id| (level, id)));
        waiting.extend(entry.get(b"First").and_then(Object::as_reference).ok().map(|id| (level + 1, id)));
    }
    found
}

#[test]
fn papers_are_bound_in_their_order_and_bookmarks_lead_to_them() {
    let Volume { bytes, pages, archive } = volume();
    assert_eq!((pages, archive), (6, true));
    let text = text_of("volume.pdf", &bytes);
    let lines: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(lines, ["目录页", "报告第一页", "报告第二页", "报告第三页", "截图"], "as they were, in their order");
    let own = bookmarks(&bytes);
    let wanted = [
        (1, "目录", 1),
        (2, "一、开头", 1),
        (3, "1.1 末页", 1),
        (2, "二、结尾", 1),
        (1, "总结报告", 2),
        (2, "一、开头", 2),
        (3, "1.1 末页", 4),
        (2, "二、结尾", 4),
        (1, "附录 2", 5),
        (2, "现场.jpg", 5),
        (2, "截图.pdf", 6),
        (3, "一、开头", 6),
        (4, "1.1 末页", 6),
        (3, "二、结尾", 6),
    ];
    let own: Vec<_> = own.iter().map(|(level, title, page)| (*level, title.as_str(), *page)).collect();
    assert_eq!(own, wanted);
    assert!(volume().bytes == bytes, "the same parts give the same bytes");
}

#[test]
fn archives_bound_together_are_an_archive_with_one_profile_and_one_metadata_stream() {
    let bytes = volume().bytes;
    check_archive(&bytes);
    let document = Document::load_mem(&bytes).unwrap();
    let of_type = |name: &[u8]| {
        let is = |object: &&Object| match object {
            Object::Stream(stream) => stream.dict.get(b"Type").and_then(Object::as_name).is_ok_and(|own| own == name),
            object => object
                .as_dict()
                .is_ok_and(|dict| dict.get(b"Type").and_then(Object::as_name).is_ok_and(|own| own == name)),
        };
        document.objects.values().filter(is).count()
    };
    assert_eq!(of_type(b"Metadata"), 1);
    assert_eq!([of_type(b"Catalog"), of_type(b"Pages"), of_type(b"Page")], [1, 1, 6]);
    assert_eq!(document.catalog().unwrap().get(b"OutputIntents").unwrap().as_array().unwrap().len(), 1);
    let profiles = document.objects.values().filter(|object| {
        object.as_stream().is_ok_and(|stream| stream.dict.get(b"N").and_then(Object::as_i64).is_ok_and(|n| n == 3))
    });
    assert_eq!(profiles.count(), 1, "the profiles of the parts stay behind");
}

#[test]
fn a_foreign_file_is_bound_as_it_is_without_what_it_does_and_the_volume_claims_nothing() {
    let bytes = bytes_of(foreign());
    let parts = vec![
        part("总结报告", vec![(None, pdf("报告", &paper(&["报告"])))]),
        part("附录 2", vec![(Some("外来.pdf"), pdf("外来.pdf", &bytes))]),
    ];
    let Volume { bytes, pages, archive } = bind(parts, &meta()).unwrap();
    assert_eq!((pages, archive), (2, false));
    save("volume-foreign.pdf", &bytes);
    let has = |word: &str| bytes.windows(word.len()).any(|own| own == word.as_bytes());
    assert!(!has("pdfaid:part>2") && !has("JavaScript") && !has("app.alert"));
    let document = Document::load_mem(&bytes).unwrap();
    let page = document.get_dictionary(document.get_pages()[&2]).unwrap();
    assert_eq!(page.get(b"Rotate").and_then(Object::as_i64).unwrap(), 90, "what was said above the page is said by it");
    assert!(page.has(b"MediaBox") && page.has(b"Resources"));
    let text = text_of("volume-foreign.pdf", &bytes);
    assert!(text.contains("from") && text.contains("outside"), "{text}");
}

#[test]
fn what_cannot_be_bound_is_named() {
    let mut locked = foreign();
    locked.trailer.set("Encrypt", dictionary! { "Filter" => "Standard", "V" => 2, "R" => 3 });
    let whole = bytes_of(foreign());
    let mut pageless = foreign();
    let root = pageless.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
    pageless.set_object(root, dictionary! { "Type" => "Pages", "Kids" => Vec::<Object>::new(), "Count" => 0 });
    let told = |bytes: &[u8]| Leaves::of_pdf("会议纪要.pdf", bytes).unwrap_err();
    let locked = told(&bytes_of(locked));
    assert!(matches!(locked, PdfError::Encrypted { .. }), "{locked}");
    assert_eq!(locked.to_string(), "“会议纪要.pdf”有密码或加密，不能合订");
    for broken in [&whole[..whole.len() / 2], b"%PDF-1.7\n", b"", &bytes_of(pageless)] {
        let error = told(broken);
        assert!(matches!(error, PdfError::Broken { .. }), "{error}");
        assert!(error.to_string().starts_with("“会议纪要.pdf”已损坏"), "{error}");
    }
    assert_eq!(bind(Vec::new(), &meta()), Err(PdfError::NoPages));
}
