//! The file is an archive: PDF/A-2u, the same bytes every time, bookmarks that lead to the heading.

mod common;

use std::process::Command;

use common::{check_archive, fonts, line, meta, one_page, page, rect, save};
use dossier_layout::{Abs, Color, Dash, FaceId, Frames, ImageId, Item, OutlineEntry, PathStep, Point, Role};
use dossier_pdf::{Meta, PdfError, Picture, write};
use lopdf::{Document, Object};

/// Something of everything a page can show.
fn everything() -> (Frames, Vec<Picture>) {
    let at = |x: f64, y: f64| Point::new(Abs::pt(x), Abs::pt(y));
    let red = Color(192, 0, 0);
    let mut items = vec![Item::Fill { rect: rect(72.0, 60.0, 450.0, 40.0), color: Color(0xDD, 0xE8, 0xF5) }];
    for (role, y) in [(Role::SansBold, 85.0), (Role::Sans, 130.0), (Role::Serif, 150.0), (Role::SerifBold, 170.0)] {
        items.extend(line(fonts(), "产品发布总结报告 — Release V2.0（第①版）", role, 14.0, (80.0, y)));
    }
    let Some(Item::Text(colored)) = items.last_mut() else { unreachable!() };
    colored.color = red;
    let mut hidden = line(fonts(), "看不见的字", Role::Serif, 10.5, (300.0, 600.0));
    hidden.iter_mut().for_each(|item| {
        if let Item::Text(run) = item {
            run.visible = false;
        }
    });
    items.extend(hidden);
    let stroke = |points, width, color, round, dash| Item::Stroke { points, width: Abs::pt(width), color, round, dash };
    let dash = Some(Dash { ink: Abs::pt(4.0), gap: Abs::pt(2.0) });
    items.push(stroke(vec![at(72.0, 200.0), at(522.0, 200.0)], 0.5, Color::BLACK, false, None));
    items.push(stroke(vec![at(72.0, 210.0), at(522.0, 210.0)], 1.0, red, false, dash));
    let square = [(80.0, 230.0), (100.0, 230.0), (100.0, 250.0), (80.0, 250.0), (80.0, 230.0)];
    items.push(stroke(square.map(|(x, y)| at(x, y)).to_vec(), 3.0, Color::BLACK, false, None));
    items.push(stroke(vec![at(84.0, 240.0), at(89.0, 246.0), at(97.0, 233.0)], 2.0, red, true, None));
    let ring = |x: f64, y: f64, r: f64| {
        let k = r * 0.5523;
        [
            PathStep::Move(at(x + r, y)),
            PathStep::Cubic(at(x + r, y + k), at(x + k, y + r), at(x, y + r)),
            PathStep::Cubic(at(x - k, y + r), at(x - r, y + k), at(x - r, y)),
            PathStep::Cubic(at(x - r, y - k), at(x - k, y - r), at(x, y - r)),
            PathStep::Cubic(at(x + k, y - r), at(x + r, y - k), at(x + r, y)),
            PathStep::Close,
        ]
    };
    let triangle = [at(240.0, 260.0), at(280.0, 260.0), at(260.0, 225.0)];
    let mut steps = ring(180.0, 245.0, 20.0).to_vec();
    steps.extend([
        PathStep::Move(triangle[0]),
        PathStep::Line(triangle[1]),
        PathStep::Line(triangle[2]),
        PathStep::Close,
    ]);
    items.push(Item::Path { steps, color: Color(0x33, 0x66, 0x99) });
    let pictures = vec![
        Picture::new(include_bytes!("pictures/alpha.png")).unwrap(),
        Picture::new(include_bytes!("pictures/photo.jpg")).unwrap(),
        Picture::new(include_bytes!("pictures/palette.png")).unwrap(),
        Picture::new(include_bytes!("pictures/gray16.png")).unwrap(),
    ];
    for (index, x) in [80.0, 200.0, 320.0, 440.0].into_iter().enumerate() {
        items.push(Item::Image { rect: rect(x, 300.0, 90.0, 60.0), image: ImageId(index) });
    }
    items.extend(line(fonts(), "图片之后的文字", Role::Serif, 10.5, (80.0, 400.0)));
    (one_page(items), pictures)
}

fn outlined() -> Frames {
    let entry = |level, title: &str, page, y| OutlineEntry { level, title: title.into(), page, y: Abs::pt(y) };
    let body = |text: &str| page(line(fonts(), text, Role::SansBold, 16.0, (72.0, 100.0)));
    Frames {
        pages: vec![body("第一页"), body("第二页"), body("第三页")],
        outline: vec![
            entry(1, "一、发布基本信息", 0, 84.0),
            entry(2, "1.1 版本", 0, 300.0),
            entry(2, "1.2 范围", 1, 84.0),
            entry(1, "二、结论", 2, 500.25),
        ],
    }
}

#[test]
fn a_page_with_everything_conforms_to_pdf_a_2u() {
    let (frames, pictures) = everything();
    let pdf = write(&frames, fonts(), &pictures, &meta()).unwrap();
    save("everything.pdf", &pdf);
    check_archive(&pdf);
}

#[test]
fn documents_of_every_kind_conform_to_pdf_a_2u() {
    check_archive(&write(&outlined(), fonts(), &[], &meta()).unwrap());
    check_archive(&write(&one_page(Vec::new()), fonts(), &[], &meta()).unwrap());
    let sparse = Meta { author: String::new(), subject: String::new(), producer: " \n".into(), ..meta() };
    check_archive(&write(&outlined(), fonts(), &[], &sparse).unwrap());
    let plain = Meta { title: "Release (draft) \\ 1\t2".into(), author: "Łukasz 𠮷".into(), ..meta() };
    check_archive(&write(&outlined(), fonts(), &[], &plain).unwrap());
}

#[test]
fn the_same_pages_give_the_same_bytes_in_every_thread_and_time_zone() {
    let (frames, pictures) = everything();
    let pdf = write(&frames, fonts(), &pictures, &meta()).unwrap();
    if std::env::var_os("DOSSIER_PDF_CHILD").is_some() {
        println!("child wrote {:?}", common::save(&format!("child-{}.pdf", std::process::id()), &pdf));
        return;
    }
    let again: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..2).map(|_| scope.spawn(|| write(&frames, fonts(), &pictures, &meta()).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(again.iter().all(|other| *other == pdf), "two threads at once write the same file");

    for zone in ["Asia/Shanghai", "America/New_York"] {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_same_pages_give_the_same_bytes_in_every_thread_and_time_zone", "--nocapture"])
            .envs([("TZ", zone), ("DOSSIER_PDF_CHILD", "1")])
            .output()
            .unwrap();
        let said = String::from_utf8(child.stdout).unwrap();
        let path = said.split("child wrote \"").nth(1).and_then(|rest| rest.split('"').next()).expect(&said);
        assert!(std::fs::read(path).unwrap() == pdf, "another process in {zone} writes the same file");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn the_identifier_follows_the_content() {
    let identifier = |meta: &Meta| {
        let document = Document::load_mem(&write(&outlined(), fonts(), &[], meta).unwrap()).unwrap();
        let ids = document.trailer.get(b"ID").unwrap().as_array().unwrap().clone();
        assert_eq!(ids[0], ids[1], "a file that was never changed");
        ids[0].as_str().unwrap().to_vec()
    };
    let own = identifier(&meta());
    assert_eq!(own.len(), 16);
    assert_ne!(own, [0; 16]);
    assert_eq!(own, identifier(&meta()));
    assert_ne!(own, identifier(&Meta { subject: "REL-SUM-2026-002".into(), ..meta() }));
}

#[test]
fn the_file_says_what_it_is() {
    let pdf = write(&outlined(), fonts(), &[], &meta()).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7\n"));
    let document = Document::load_mem(&pdf).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"zh-CN");
    let preferences = catalog.get(b"ViewerPreferences").unwrap().as_dict().unwrap();
    assert!(preferences.get(b"DisplayDocTitle").unwrap().as_bool().unwrap());
    let xmp = document.get_object(catalog.get(b"Metadata").unwrap().as_reference().unwrap()).unwrap();
    let xmp = String::from_utf8(xmp.as_stream().unwrap().content.clone()).unwrap();
    for part in
        ["产品发布总结报告 &lt;V2.0 &amp; 附件&gt;", "研发部 · 张三", "REL-SUM-2026-001", "2026-03-09T08:05:00Z"]
    {
        assert!(xmp.contains(part), "{part} in {xmp}");
    }
    let said = Command::new("pdfinfo").env("TZ", "UTC").arg(save("info.pdf", &pdf)).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    for part in
        ["产品发布总结报告 <V2.0 & 附件>", "研发部 · 张三", "595.276 x 841.89 pts (A4)", "Mon Mar  9 08:05:00 2026"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn bookmarks_nest_and_lead_to_their_headings() {
    let document = Document::load_mem(&write(&outlined(), fonts(), &[], &meta()).unwrap()).unwrap();
    let pages: Vec<_> = document.page_iter().collect();
    let mut listed = Vec::new();
    let root = document.catalog().unwrap().get(b"Outlines").unwrap().as_reference().unwrap();
    list_bookmarks(&document, root, 0, &pages, &mut listed);
    let expected = [
        "0 一、发布基本信息 page 0 y 757.89",
        "1 1.1 版本 page 0 y 541.89",
        "1 1.2 范围 page 1 y 757.89",
        "0 二、结论 page 2 y 341.64",
    ];
    assert_eq!(listed, expected);
    let counts = |id: lopdf::ObjectId| document.get_dictionary(id).unwrap().get(b"Count").unwrap().as_i64().unwrap();
    assert_eq!(counts(root), 4, "all bookmarks are open");
}

fn list_bookmarks(
    document: &Document,
    parent: lopdf::ObjectId,
    depth: usize,
    pages: &[lopdf::ObjectId],
    listed: &mut Vec<String>,
) {
    let link = |id: lopdf::ObjectId, key: &[u8]| {
        document.get_dictionary(id).unwrap().get(key).ok().map(|other| other.as_reference().unwrap())
    };
    let mut before = None;
    let mut next = link(parent, b"First");
    while let Some(id) = next {
        assert_eq!(link(id, b"Parent"), Some(parent));
        assert_eq!(link(id, b"Prev"), before);
        let bookmark = document.get_dictionary(id).unwrap();
        let dest = bookmark.get(b"Dest").unwrap().as_array().unwrap();
        let page = pages.iter().position(|page| Object::Reference(*page) == dest[0]).unwrap();
        assert_eq!(dest[1], Object::Name(b"XYZ".to_vec()));
        let title = lopdf::decode_text_string(bookmark.get(b"Title").unwrap()).unwrap();
        listed.push(format!("{depth} {title} page {page} y {}", dest[3].as_float().unwrap()));
        list_bookmarks(document, id, depth + 1, pages, listed);
        (before, next) = (Some(id), link(id, b"Next"));
    }
    assert_eq!(link(parent, b"Last"), before);
}

#[test]
fn what_cannot_be_written_is_refused_by_name() {
    let refused = |frames: &Frames| write(frames, fonts(), &[], &meta()).unwrap_err();
    assert_eq!(refused(&Frames::default()), PdfError::NoPages);
    let image = Item::Image { rect: rect(0.0, 0.0, 9.0, 9.0), image: ImageId(2) };
    assert_eq!(refused(&one_page(vec![image])), PdfError::UnknownPicture(ImageId(2)));
    let mut text = line(fonts(), "字", Role::Serif, 9.0, (9.0, 9.0));
    let Item::Text(run) = &mut text[0] else { unreachable!() };
    run.face = FaceId(9);
    assert_eq!(refused(&one_page(text)), PdfError::UnknownFace(FaceId(9)));
    let mut lost = outlined();
    lost.outline[1].page = 7;
    let error = refused(&lost);
    assert_eq!(error, PdfError::UnknownPage { title: "1.1 版本".into(), page: 7 });
    assert_eq!(error.to_string(), "书签 `1.1 版本` 指向不存在的第 8 页");
    for (file, reason) in [
        (&b"GIF89a"[..], "图片无法使用：只支持 PNG 和 JPEG 格式"),
        (include_bytes!("pictures/cmyk.jpg"), "图片无法使用：JPEG 使用 CMYK 颜色，请另存为 RGB 图片"),
        (&include_bytes!("pictures/photo.jpg")[..40], "图片无法使用：JPEG 文件损坏"),
    ] {
        assert_eq!(Picture::new(file).unwrap_err().to_string(), reason);
    }
    let png = include_bytes!("pictures/palette.png");
    assert!(Picture::new(&png[..png.len() / 2]).is_err(), "half a picture is refused before it reaches paper");
}
