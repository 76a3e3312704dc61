//! What makes the file an archive: metadata, colours, outline, identifier.

use dossier_layout::{Frames, OutlineEntry};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use sha2::{Digest, Sha256};

use crate::deflate::Deflate;
use crate::{Created, Meta, PdfError, draw};

/// Completes what printpdf built and writes it out.
pub fn finish(
    mut document: Document,
    frames: &Frames,
    meta: &Meta,
    deflate: &mut Deflate,
) -> Result<Vec<u8>, PdfError> {
    let pages: Vec<ObjectId> = document.page_iter().collect();
    compress_pages(&mut document, &pages, deflate);
    let bookmarks = bookmarks(&pages, frames)?;
    Ok(close(document, bookmarks, meta, true, deflate))
}

/// Gives a document with its pages everything else, and writes it out. `archive` says whether it calls itself PDF/A-2u.
pub fn close(
    mut document: Document,
    bookmarks: Vec<Bookmark>,
    meta: &Meta,
    archive: bool,
    deflate: &mut Deflate,
) -> Vec<u8> {
    let meta = Meta {
        title: printable(&meta.title),
        author: printable(&meta.author),
        subject: printable(&meta.subject),
        language: printable(&meta.language),
        producer: printable(&meta.producer),
        created: meta.created,
    };
    let profile = deflate.stream(dictionary! { "N" => 3 }, include_bytes!("../../../assets/icc/sRGB.icc"));
    let profile = document.add_object(profile);
    let mut xmp =
        Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, xmp(&meta, archive).into_bytes());
    // Left as it is, so that programs that know no PDF find it.
    xmp.allows_compression = false;
    let xmp = document.add_object(xmp);
    let outline = hang_bookmarks(&mut document, bookmarks);

    let catalog = document.catalog_mut().expect("a document with pages has a catalog");
    if !meta.language.is_empty() {
        catalog.set("Lang", text(&meta.language));
    }
    catalog.set("Metadata", xmp);
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    let intent = dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => Object::string_literal("sRGB IEC61966-2.1"),
        "Info" => Object::string_literal("sRGB IEC61966-2.1"),
        "DestOutputProfile" => profile,
    };
    catalog.set("OutputIntents", vec![intent.into()]);
    if let Some(outline) = outline {
        catalog.set("Outlines", outline);
        catalog.set("PageMode", "UseOutlines");
    }

    let info =
        document.trailer.get(b"Info").and_then(Object::as_reference).expect("the trailer names an info dictionary");
    document.set_object(info, information(&meta));
    document.version = "1.7".into();
    with_identifier(document)
}

fn compress_pages(document: &mut Document, pages: &[ObjectId], deflate: &mut Deflate) {
    for &page in pages {
        let content = document.get_dictionary(page).and_then(|page| page.get(b"Contents"));
        let content = content.and_then(Object::as_reference).expect("printpdf writes one content stream a page");
        if let Some(Object::Stream(stream)) = document.objects.get_mut(&content) {
            *stream = deflate.stream(std::mem::take(&mut stream.dict), &stream.content);
        }
    }
}

/// Characters that neither XML nor a single line of text can hold become spaces.
fn printable(text: &str) -> String {
    let blank = |ch: char| ch.is_control() || matches!(ch, '\u{FFFE}' | '\u{FFFF}' | '\u{FEFF}');
    text.chars().map(|ch| if blank(ch) { ' ' } else { ch }).collect::<String>().trim().into()
}

/// A text outside of the pages.
pub fn text(text: &str) -> Object {
    if text.is_ascii() {
        return Object::string_literal(text);
    }
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    Object::String(units.flat_map(u16::to_be_bytes).collect(), StringFormat::Hexadecimal)
}

fn information(meta: &Meta) -> Dictionary {
    let Created { year, month, day, hour, minute, second } = meta.created;
    let date = format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    let mut info = Dictionary::new();
    let entries =
        [("Title", &meta.title), ("Author", &meta.author), ("Subject", &meta.subject), ("Producer", &meta.producer)];
    for (key, value) in entries {
        if !value.is_empty() {
            info.set(key, text(value));
        }
    }
    info.set("CreationDate", Object::string_literal(date.as_str()));
    info.set("ModDate", Object::string_literal(date));
    info
}

fn xmp(meta: &Meta, archive: bool) -> String {
    let Created { year, month, day, hour, minute, second } = meta.created;
    let date = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    let mut xmp = String::from(XMP_HEAD);
    if archive {
        xmp.push_str(XMP_ARCHIVE);
    }
    let mut entry = |value: &str, before: &str, after: &str| {
        if !value.is_empty() {
            xmp.push_str(before);
            for ch in value.chars() {
                match ch {
                    '&' => xmp.push_str("&amp;"),
                    '<' => xmp.push_str("&lt;"),
                    '>' => xmp.push_str("&gt;"),
                    _ => xmp.push(ch),
                }
            }
            xmp.push_str(after);
        }
    };
    let in_words = ["<rdf:Alt><rdf:li xml:lang=\"x-default\">", "</rdf:li></rdf:Alt>"];
    entry(&meta.title, &format!("<dc:title>{}", in_words[0]), &format!("{}</dc:title>\n", in_words[1]));
    entry(&meta.author, "<dc:creator><rdf:Seq><rdf:li>", "</rdf:li></rdf:Seq></dc:creator>\n");
    entry(&meta.subject, &format!("<dc:description>{}", in_words[0]), &format!("{}</dc:description>\n", in_words[1]));
    entry(&meta.language, "<dc:language><rdf:Bag><rdf:li>", "</rdf:li></rdf:Bag></dc:language>\n");
    entry(&meta.producer, "<pdf:Producer>", "</pdf:Producer>\n");
    entry(&date, "<xmp:CreateDate>", "</xmp:CreateDate>\n");
    entry(&date, "<xmp:ModifyDate>", "</xmp:ModifyDate>\n");
    entry(&date, "<xmp:MetadataDate>", "</xmp:MetadataDate>\n");
    xmp.push_str(XMP_TAIL);
    xmp
}

const XMP_HEAD: &str = "\
<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">
<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">
<rdf:Description rdf:about=\"\"
 xmlns:dc=\"http://purl.org/dc/elements/1.1/\"
 xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"
 xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"
 xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">
";

const XMP_ARCHIVE: &str = "\
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
";

const XMP_TAIL: &str = "\
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end=\"r\"?>
";

/// A bookmark on its way into a document.
pub struct Bookmark {
    /// 1 for a chapter.
    pub level: u8,
    pub title: Object,
    /// Page and place on it.
    pub dest: Vec<Object>,
}

/// The headings of pages as bookmarks.
fn bookmarks(pages: &[ObjectId], frames: &Frames) -> Result<Vec<Bookmark>, PdfError> {
    let bookmark = |entry: &OutlineEntry| {
        let (Some(page), Some(&page_id)) = (frames.pages.get(entry.page), pages.get(entry.page)) else {
            return Err(PdfError::UnknownPage { title: entry.title.clone(), page: entry.page });
        };
        let top = draw::number(page.height - entry.y);
        let dest = vec![page_id.into(), "XYZ".into(), 0.into(), top.into(), Object::Null];
        Ok(Bookmark { level: entry.level, title: text(&printable(&entry.title)), dest })
    };
    frames.outline.iter().map(bookmark).collect()
}

/// Bookmarks nested by level, all open. A section without a chapter before it stands at the top.
fn hang_bookmarks(document: &mut Document, bookmarks: Vec<Bookmark>) -> Option<ObjectId> {
    if bookmarks.is_empty() {
        return None;
    }
    let root = document.new_object_id();
    let ids: Vec<ObjectId> = bookmarks.iter().map(|_| document.new_object_id()).collect();
    let places = Places::nest(&bookmarks);
    for (entry, (&id, place)) in bookmarks.into_iter().zip(ids.iter().zip(&places.entries)) {
        let mut bookmark = dictionary! {
            "Title" => entry.title,
            "Parent" => place.parent.map_or(root, |parent| ids[parent]),
            "Dest" => entry.dest,
        };
        for (key, other) in [("Prev", place.before), ("Next", place.after)] {
            if let Some(other) = other {
                bookmark.set(key, ids[other]);
            }
        }
        hang(&mut bookmark, &place.children, &ids);
        document.set_object(id, bookmark);
    }
    let mut head = dictionary! { "Type" => "Outlines" };
    hang(&mut head, &places.root, &ids);
    document.set_object(root, head);
    Some(root)
}

fn hang(parent: &mut Dictionary, children: &Children, ids: &[ObjectId]) {
    if let Some((first, last)) = children.ends {
        parent.set("First", ids[first]);
        parent.set("Last", ids[last]);
        parent.set("Count", children.below);
    }
}

/// Where each bookmark hangs, by index.
#[derive(Default)]
struct Places {
    root: Children,
    entries: Vec<Place>,
}

#[derive(Default)]
struct Place {
    parent: Option<usize>,
    before: Option<usize>,
    after: Option<usize>,
    children: Children,
}

#[derive(Default, Clone)]
struct Children {
    /// First and last.
    ends: Option<(usize, usize)>,
    /// Bookmarks below, on all levels.
    below: i64,
}

impl Places {
    fn nest(outline: &[Bookmark]) -> Self {
        let mut places = Self::default();
        for (index, entry) in outline.iter().enumerate() {
            let mut parent = index.checked_sub(1);
            while let Some(above) = parent
                && outline[above].level >= entry.level
            {
                parent = places.entries[above].parent;
            }
            let siblings = places.children(parent);
            let before = siblings.ends.map(|(_, last)| last);
            siblings.ends = Some((siblings.ends.map_or(index, |(first, _)| first), index));
            if let Some(before) = before {
                places.entries[before].after = Some(index);
            }
            places.entries.push(Place { parent, before, ..Place::default() });
            let mut above = parent;
            places.root.below += 1;
            while let Some(ancestor) = above {
                places.entries[ancestor].children.below += 1;
                above = places.entries[ancestor].parent;
            }
        }
        places
    }

    fn children(&mut self, parent: Option<usize>) -> &mut Children {
        match parent {
            Some(parent) => &mut self.entries[parent].children,
            None => &mut self.root,
        }
    }
}

/// Writes the file under an identifier made from all its other bytes: no two documents share one, and none changes.
fn with_identifier(mut document: Document) -> Vec<u8> {
    const BLANK: [u8; 16] = [0; 16];
    let blank = Object::String(BLANK.to_vec(), StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![blank.clone(), blank]);
    let streams: usize =
        document.objects.values().map(|object| object.as_stream().map_or(0, |s| s.content.len())).sum();
    let mut bytes = Vec::with_capacity(streams + document.objects.len() * 200 + 4096);
    document.save_to(&mut bytes).expect("writing to memory does not fail");

    let digest = Sha256::digest(&bytes);
    let identifier: String = digest[..BLANK.len()].iter().map(|byte| format!("{byte:02X}")).collect();
    let zeros = "0".repeat(BLANK.len() * 2);
    let trailer = bytes.windows(8).rposition(|word| word == b"trailer\n").expect("lopdf writes a trailer");
    let places: Vec<usize> = bytes[trailer..]
        .windows(zeros.len() + 2)
        .enumerate()
        .filter(|(_, word)| word[0] == b'<' && word[1..=zeros.len()] == *zeros.as_bytes())
        .map(|(at, _)| trailer + at + 1)
        .collect();
    for at in places {
        bytes[at..at + zeros.len()].copy_from_slice(identifier.as_bytes());
    }
    bytes
}
