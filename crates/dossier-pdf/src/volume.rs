//! 合订本: several papers bound into one file, with bookmarks to each of them.
//!
//! Only what the pages themselves need comes along: what a foreign file does when it is opened, its attached files and
//! its forms stay behind. The pages are as they were.

use std::collections::BTreeMap;

use dossier_layout::{Abs, Fonts, Frames, ImageId, Item, Page, Rect};
use lopdf::xref::XrefType;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, dictionary};

use crate::archive::{self, Bookmark};
use crate::deflate::Deflate;
use crate::{Meta, PdfError, Picture, write};

/// Pages of one file.
const MOST_PAGES: usize = 5_000;
/// Bytes that one stream of objects may unpack to while a file is read.
const MOST_UNPACKED: usize = 256 << 20;
/// How deep arrays and dictionaries may lie in one another, and pages below the root of their tree.
const DEEPEST: usize = 64;
/// Bookmarks of one file.
const MOST_BOOKMARKS: usize = 2_000;
/// Bytes of metadata that are looked into.
const MOST_METADATA: usize = 1 << 20;
/// What a page has from the nodes above it where it does not say so itself.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What of a page leads out of it: upwards, into a structure that stays behind, or to something that runs.
const LEFT_BEHIND: [&[u8]; 7] = [b"Parent", b"StructParents", b"B", b"AA", b"Metadata", b"PieceInfo", b"PressSteps"];

/// The pages of one file, ready to be bound.
#[derive(Debug)]
pub struct Leaves {
    name: String,
    document: Document,
    pages: Vec<ObjectId>,
    archive: bool,
}

/// What is bound under one bookmark.
#[derive(Debug)]
pub struct Part {
    pub title: String,
    pub files: Vec<File>,
}

/// A file within a part.
#[derive(Debug)]
pub struct File {
    /// Of a bookmark of its own below that of the part; none where the part is this one file.
    pub title: Option<String>,
    pub leaves: Leaves,
}

/// A bound volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// Whether it is PDF/A-2u: all of its parts say of themselves that they are.
    pub archive: bool,
}

impl Leaves {
    /// The pages of a PDF file; `name` is what an error calls it.
    ///
    /// # Errors
    /// It is encrypted, damaged, or has no page or far too many.
    pub fn of_pdf(name: &str, file: &[u8]) -> Result<Self, PdfError> {
        let broken = |reason: String| PdfError::Broken { name: name.to_owned(), reason };
        let options = LoadOptions { max_decompressed_size: Some(MOST_UNPACKED), ..LoadOptions::default() };
        let document = match Document::load_mem_with_options(file, options) {
            Ok(document) if document.trailer.has(b"Encrypt") || document.was_encrypted() => {
                return Err(PdfError::Encrypted { name: name.to_owned() });
            }
            Ok(document) => document,
            // The password that is missing is the reason, whatever it shows itself as.
            Err(_) if encrypted(file) => return Err(PdfError::Encrypted { name: name.to_owned() }),
            Err(error) => return Err(broken(error.to_string())),
        };
        let pages: Vec<ObjectId> = document.page_iter().take(MOST_PAGES + 1).collect();
        match pages.len() {
            0 => return Err(broken("没有页面".into())),
            count if count > MOST_PAGES => return Err(broken(format!("超过 {MOST_PAGES} 页"))),
            _ => {}
        }
        if pages.iter().any(|page| !document.get_dictionary(*page).is_ok_and(|page| is_whole(&document, page))) {
            return Err(broken("有的页面读不出来".into()));
        }
        let archive = is_archive(&document);
        Ok(Self { name: name.to_owned(), document, pages, archive })
    }

    /// One page with a picture on it, as large as it fits but never coarser than 72 pixels an inch.
    ///
    /// # Errors
    /// As [`write`].
    pub fn of_picture(name: &str, picture: &Picture, fonts: &Fonts, meta: &Meta) -> Result<Self, PdfError> {
        const SHORT: f64 = 595.276;
        const LONG: f64 = 841.89;
        const MARGIN: f64 = 42.52;
        let (wide, high) = (f64::from(picture.width()), f64::from(picture.height()));
        let (width, height) = if wide > high { (LONG, SHORT) } else { (SHORT, LONG) };
        let scale = ((width - 2.0 * MARGIN) / wide).min((height - 2.0 * MARGIN) / high).min(1.0);
        let (w, h) = (wide * scale, high * scale);
        let rect = Rect { x: Abs::pt((width - w) / 2.0), y: Abs::pt(MARGIN), width: Abs::pt(w), height: Abs::pt(h) };
        let items = vec![Item::Image { rect, image: ImageId(0) }];
        let page = Page { width: Abs::pt(width), height: Abs::pt(height), items };
        let frames = Frames { pages: vec![page], outline: Vec::new() };
        Self::of_pdf(name, &write(&frames, fonts, std::slice::from_ref(picture), meta)?)
    }

    /// Number of pages.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Whether the file says of itself that it is PDF/A-2u, in the colours that a volume has.
    pub fn is_archive(&self) -> bool {
        self.archive
    }
}

/// Binds parts into one file, in their order. The same parts give the same bytes.
///
/// # Errors
/// There is no page; a file is damaged in a way that shows only when its pages are followed.
pub fn bind(parts: Vec<Part>, meta: &Meta) -> Result<Volume, PdfError> {
    let archive = parts.iter().flat_map(|part| &part.files).all(|file| file.leaves.archive);
    let mut target = Document::with_version("1.7");
    // As all papers have it; what completes the file looks for its trailer.
    target.reference_table.cross_reference_type = XrefType::CrossReferenceTable;
    let root = target.new_object_id();
    let mut pages: Vec<ObjectId> = Vec::new();
    let mut bookmarks = Vec::new();
    for part in parts {
        let mut is_first = true;
        for file in part.files {
            let marks = own_bookmarks(&file.leaves);
            let (bound, new_of) = copy(&mut target, root, file.leaves)?;
            let first = bound[0];
            let top = |title: &str, level| Bookmark { level, title: archive::text(title), dest: whole_page(first) };
            if std::mem::take(&mut is_first) {
                bookmarks.push(top(&part.title, 1));
            }
            let below = match &file.title {
                Some(title) => {
                    bookmarks.push(top(title, 2));
                    2
                }
                None => 1,
            };
            bookmarks.extend(marks.into_iter().filter_map(|mark| mark.moved(below, &new_of)));
            pages.extend(bound);
        }
    }
    if pages.is_empty() {
        return Err(PdfError::NoPages);
    }
    let count = pages.len();
    let kids: Vec<Object> = pages.into_iter().map(Object::from).collect();
    target.set_object(root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count as i64 });
    let catalog = target.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    let info = target.new_object_id();
    target.trailer.set("Root", catalog);
    target.trailer.set("Info", info);
    let bytes = archive::close(target, bookmarks, meta, archive, &mut Deflate::new());
    Ok(Volume { bytes, pages: count, archive })
}

/// Whether the trailer of a file that cannot be read names an encryption.
fn encrypted(file: &[u8]) -> bool {
    const WORD: &[u8] = b"/Encrypt";
    file.windows(WORD.len()).any(|word| word == WORD)
}

/// Whether what a page draws is there.
fn is_whole(document: &Document, page: &Dictionary) -> bool {
    let there = |object: &Object| match object {
        Object::Reference(id) => matches!(document.objects.get(id), Some(Object::Stream(_) | Object::Array(_))),
        other => matches!(other, Object::Array(_) | Object::Null),
    };
    page.get(b"Contents").map_or(true, there)
}

/// Whether a document says of itself that it is PDF/A-2u or more, in RGB.
fn is_archive(document: &Document) -> bool {
    let Ok(catalog) = document.catalog() else { return false };
    let stream = |holder: &Dictionary, key: &[u8]| {
        let (_, object) = document.dereference(holder.get(key).ok()?).ok()?;
        object.as_stream().ok().cloned()
    };
    let Some(xmp) = stream(catalog, b"Metadata") else { return false };
    if xmp.content.len() > MOST_METADATA || xmp.dict.has(b"Filter") {
        return false;
    }
    let xmp = String::from_utf8_lossy(&xmp.content);
    if said(&xmp, "pdfaid:part") != Some("2") || !matches!(said(&xmp, "pdfaid:conformance"), Some("U" | "A")) {
        return false;
    }
    // Colours without a space of their own are those of the file's profile; the volume has one for RGB.
    let intents = catalog.get(b"OutputIntents").and_then(|intents| document.dereference(intents));
    let Ok((_, Object::Array(intents))) = intents else { return true };
    intents.iter().all(|intent| {
        let intent = document.dereference(intent).and_then(|(_, intent)| intent.as_dict());
        let profile = intent.ok().and_then(|intent| stream(intent, b"DestOutputProfile"));
        profile.is_none_or(|profile| profile.dict.get(b"N").and_then(Object::as_i64).is_ok_and(|colors| colors == 3))
    })
}

/// The value of a property in XMP, written as an element or as an attribute.
fn said<'x>(xmp: &'x str, property: &str) -> Option<&'x str> {
    let (_, after) = xmp.split_once(property)?;
    let value = after.trim_start().trim_start_matches(['>', '=']).trim_start().trim_start_matches(['"', '\'']);
    value.split(['<', '"', '\'']).next().map(str::trim)
}

/// A bookmark of a file that is to be bound.
struct Mark {
    /// 1 for the uppermost.
    level: u8,
    title: Object,
    page: ObjectId,
    /// Where on the page.
    place: Vec<Object>,
}

impl Mark {
    /// The bookmark in the volume, so many levels further below.
    fn moved(self, below: u8, new_of: &BTreeMap<ObjectId, ObjectId>) -> Option<Bookmark> {
        let mut dest = vec![Object::Reference(*new_of.get(&self.page)?)];
        dest.extend(self.place);
        Some(Bookmark { level: self.level.saturating_add(below), title: self.title, dest })
    }
}

fn whole_page(page: ObjectId) -> Vec<Object> {
    vec![page.into(), "XYZ".into(), 0.into(), Object::Null, Object::Null]
}

/// The bookmarks of a file that lead to its pages; other kinds of them are left out.
fn own_bookmarks(leaves: &Leaves) -> Vec<Mark> {
    let document = &leaves.document;
    let reference = |holder: &Dictionary, key: &[u8]| holder.get(key).and_then(Object::as_reference).ok();
    let root = document.catalog().ok().and_then(|catalog| reference(catalog, b"Outlines"));
    let first = root.and_then(|root| reference(document.get_dictionary(root).ok()?, b"First"));
    let mut marks = Vec::new();
    // What comes next at each level.
    let mut path: Vec<ObjectId> = first.into_iter().collect();
    for _ in 0..MOST_BOOKMARKS {
        let Some(id) = path.pop() else { break };
        let Ok(entry) = document.get_dictionary(id) else { continue };
        let level = path.len() as u8 + 1;
        let dest = entry.get(b"Dest").and_then(|dest| document.dereference(dest)).map(|(_, dest)| dest);
        let title = entry.get(b"Title").and_then(|title| document.dereference(title)).map(|(_, title)| title);
        if let (Ok(Object::Array(dest)), Ok(title @ Object::String(..))) = (dest, title)
            && let Some(Object::Reference(page)) = dest.first()
            && dest[1..]
                .iter()
                .all(|part| !matches!(part, Object::Reference(_) | Object::Array(_) | Object::Dictionary(_)))
        {
            marks.push(Mark { level, title: title.clone(), page: *page, place: dest[1..].to_vec() });
        }
        path.extend(reference(entry, b"Next"));
        // A sibling that is not there leaves the level to its children all the same.
        if path.len() < usize::from(level) {
            path.push((0, 0));
        }
        if path.len() < DEEPEST {
            path.extend(reference(entry, b"First"));
        }
    }
    marks
}

/// Brings the pages of a file, and all that they draw, into the volume. Returns the new pages, and of each old page the
/// new one.
fn copy(
    target: &mut Document,
    root: ObjectId,
    leaves: Leaves,
) -> Result<(Vec<ObjectId>, BTreeMap<ObjectId, ObjectId>), PdfError> {
    let Leaves { name, document: mut source, pages, .. } = leaves;
    let broken = || PdfError::Broken { name: name.clone(), reason: "页面里的内容互相缠绕".into() };
    let mut new_of = BTreeMap::new();
    let new_pages: Vec<ObjectId> = pages
        .iter()
        .map(|old| {
            let new = target.new_object_id();
            new_of.entry(*old).or_insert(new);
            new
        })
        .collect();
    let pages_of = new_of.clone();
    let mut waiting = Vec::new();
    for (old, new) in pages.iter().zip(&new_pages) {
        let mut page = source.get_dictionary(*old).cloned().unwrap_or_default();
        for key in INHERITED.into_iter().filter(|key| !page.has(key)).collect::<Vec<_>>() {
            if let Some(value) = inherited(&source, *old, key) {
                page.set(key, value);
            }
        }
        for key in LEFT_BEHIND {
            page.remove(key);
        }
        let mut page = Object::Dictionary(page);
        redirect(&mut page, target, &source, &mut new_of, &mut waiting, 0).ok_or_else(broken)?;
        if let Object::Dictionary(page) = &mut page {
            page.set("Parent", root);
        }
        target.set_object(*new, page);
    }
    while let Some((old, new)) = waiting.pop() {
        // Each is taken once: a scan of a hundred megabytes is not copied.
        let mut object = source.objects.remove(&old).unwrap_or(Object::Null);
        redirect(&mut object, target, &source, &mut new_of, &mut waiting, 0).ok_or_else(broken)?;
        target.set_object(new, object);
    }
    Ok((new_pages, pages_of))
}

fn inherited(source: &Document, page: ObjectId, key: &[u8]) -> Option<Object> {
    let mut at = page;
    for _ in 0..DEEPEST {
        let node = source.get_dictionary(at).ok()?;
        if let Ok(value) = node.get(key) {
            return Some(value.clone());
        }
        at = node.get(b"Parent").and_then(Object::as_reference).ok()?;
    }
    None
}

/// Lets everything within an object point to its new place, and notes what has to come along; none where it lies too
/// deep. What leads to the tree of pages, or to nothing, leads to nothing.
fn redirect(
    object: &mut Object,
    target: &mut Document,
    source: &Document,
    new_of: &mut BTreeMap<ObjectId, ObjectId>,
    waiting: &mut Vec<(ObjectId, ObjectId)>,
    depth: usize,
) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    match object {
        Object::Reference(old) => {
            let known = new_of.get(old).copied();
            let new = known.or_else(|| {
                let found = source.objects.get(old)?;
                let is_node = found.as_dict().is_ok_and(|dict| {
                    dict.get(b"Type").and_then(Object::as_name).is_ok_and(|name| matches!(name, b"Page" | b"Pages"))
                });
                if is_node {
                    return None;
                }
                let new = target.new_object_id();
                new_of.insert(*old, new);
                waiting.push((*old, new));
                Some(new)
            });
            *object = new.map_or(Object::Null, Object::Reference);
        }
        Object::Array(items) => {
            for item in items {
                redirect(item, target, source, new_of, waiting, depth + 1)?;
            }
        }
        Object::Dictionary(dict) => entries(dict, target, source, new_of, waiting, depth)?,
        Object::Stream(stream) => entries(&mut stream.dict, target, source, new_of, waiting, depth)?,
        _ => {}
    }
    Some(())
}

fn entries(
    dict: &mut Dictionary,
    target: &mut Document,
    source: &Document,
    new_of: &mut BTreeMap<ObjectId, ObjectId>,
    waiting: &mut Vec<(ObjectId, ObjectId)>,
    depth: usize,
) -> Option<()> {
    for (_, value) in dict.iter_mut() {
        redirect(value, target, source, new_of, waiting, depth + 1)?;
    }
    Some(())
}
