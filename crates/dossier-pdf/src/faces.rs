//! The faces that are used, and their subsets.
//!
//! The code of a character in the file (its CID) stands for a pair of glyph and character, not for a glyph. Where one
//! glyph serves several characters, as `·` and `・`, or stands in for one that is missing, each reads back as typed.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use dossier_layout::{FaceId, Fonts};
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::{GlyphMetrics, Metrics};
use skrifa::string::StringId;
use skrifa::{FontRef, GlyphId, MetadataProvider, Tag};
use subsetter::GlyphRemapper;

use crate::PdfError;
use crate::deflate::Deflate;
use crate::draw;

/// The faces of a document, with what it shows of each.
pub struct Faces<'a> {
    fonts: &'a Fonts,
    used: Vec<Option<Face<'a>>>,
}

impl<'a> Faces<'a> {
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { fonts, used: (0..fonts.len()).map(|_| None).collect() }
    }

    /// The code of a character in its face and its advance in 1/1000 of the size.
    pub fn show(&mut self, id: FaceId, glyph: u16, ch: char) -> Result<(u16, f64), PdfError> {
        let slot = self.used.get_mut(id.0).ok_or(PdfError::UnknownFace(id))?;
        let face = match slot {
            Some(face) => face,
            None => slot.insert(Face::open(self.fonts, id)?),
        };
        if glyph == 0 {
            return Err(PdfError::NoGlyph { face: id, ch });
        }
        if let Some(&code) = face.codes.get(&(glyph, ch)) {
            return Ok((code, face.shown[usize::from(code) - 1].advance));
        }
        let code = u16::try_from(face.shown.len() + 1)
            .map_err(|_| PdfError::Font { face: id, reason: "使用的字符超过 65535 个".into() })?;
        let advance = face.advance(glyph);
        face.codes.insert((glyph, ch), code);
        face.shown.push(Shown { glyph, ch, advance });
        Ok((code, advance))
    }

    /// Adds the subsets to the document, under the names that the pages use.
    pub fn embed(self, document: &mut Document, deflate: &mut Deflate) -> Result<(), PdfError> {
        let mut resources = Dictionary::new();
        for (index, face) in self.used.iter().enumerate() {
            if let Some(face) = face {
                let font = face.embed(document, deflate)?;
                resources.set(draw::face_name(FaceId(index)), font);
            }
        }
        // printpdf gives every page one shared dictionary of fonts, empty here because it was given none.
        let shared = shared_fonts(document).expect("printpdf writes a font dictionary");
        document.set_object(shared, resources);
        Ok(())
    }
}

fn shared_fonts(document: &Document) -> Option<ObjectId> {
    let page = document.get_dictionary(document.page_iter().next()?).ok()?;
    let resources = document.get_dictionary(page.get(b"Resources").ok()?.as_reference().ok()?).ok()?;
    resources.get(b"Font").ok()?.as_reference().ok()
}

struct Face<'a> {
    id: FaceId,
    /// The whole file and the index within it.
    file: (&'a [u8], u32),
    font: FontRef<'a>,
    metrics: Metrics,
    glyphs: GlyphMetrics<'a>,
    codes: HashMap<(u16, char), u16>,
    /// By code, from code 1: code 0 is the empty glyph.
    shown: Vec<Shown>,
}

struct Shown {
    glyph: u16,
    ch: char,
    /// In 1/1000 of the size.
    advance: f64,
}

impl<'a> Face<'a> {
    fn open(fonts: &'a Fonts, id: FaceId) -> Result<Self, PdfError> {
        let data = fonts.data(id);
        let bytes: &[u8] = (*data.bytes).as_ref();
        let refuse = |reason: String| PdfError::Font { face: id, reason };
        let font =
            FontRef::from_index(bytes, data.index).map_err(|error| refuse(format!("字体文件损坏（{error}）")))?;
        if font.table_data(Tag::new(b"glyf")).is_none() {
            return Err(refuse("不是 TrueType 轮廓（glyf）的字体，请改用 TrueType 字体".into()));
        }
        Ok(Self {
            id,
            file: (bytes, data.index),
            metrics: font.metrics(Size::unscaled(), LocationRef::default()),
            glyphs: font.glyph_metrics(Size::unscaled(), LocationRef::default()),
            font,
            codes: HashMap::new(),
            shown: Vec::new(),
        })
    }

    fn advance(&self, glyph: u16) -> f64 {
        let units = self.glyphs.advance_width(GlyphId::from(glyph)).unwrap_or(0.0);
        // To the same digits as in the file: both must move the pen alike.
        (self.scale(units) * 1000.0).round() / 1000.0
    }

    /// Font units in 1/1000 of the size.
    fn scale(&self, units: f32) -> f64 {
        f64::from(units) * 1000.0 / f64::from(self.metrics.units_per_em.max(1))
    }

    fn embed(&self, document: &mut Document, deflate: &mut Deflate) -> Result<Object, PdfError> {
        // In ascending order, so that a mapped font file is read in one direction.
        let glyphs: BTreeSet<u16> = self.shown.iter().map(|shown| shown.glyph).collect();
        let mut remapper = GlyphRemapper::new();
        for &glyph in &glyphs {
            remapper.remap(glyph);
        }
        let (bytes, index) = self.file;
        let subset = subsetter::subset(bytes, index, &remapper)
            .map_err(|error| PdfError::Font { face: self.id, reason: format!("无法提取子集（{error}）") })?;
        let file = dictionary! { "Length1" => subset.len() as i64 };
        let file = document.add_object(deflate.stream(file, &subset));

        let name = Object::Name(self.subset_name().into_bytes());
        let whole = |units: f32| Object::Integer(self.scale(units).round() as i64);
        let bounds = self.metrics.bounds.unwrap_or_default();
        let descriptor = document.add_object(dictionary! {
            "Type" => "FontDescriptor",
            "FontName" => name.clone(),
            // Symbolic: the characters are not those of a Latin standard set.
            "Flags" => 4,
            "FontBBox" => vec![whole(bounds.x_min), whole(bounds.y_min), whole(bounds.x_max), whole(bounds.y_max)],
            "ItalicAngle" => Object::Integer(self.metrics.italic_angle.round() as i64),
            "Ascent" => whole(self.metrics.ascent),
            "Descent" => whole(self.metrics.descent),
            "CapHeight" => whole(self.metrics.cap_height.unwrap_or(self.metrics.ascent)),
            // Required, unknown in TrueType, and used only by viewers that replace the font.
            "StemV" => 80,
            "FontFile2" => file,
        });
        let mut map = vec![0, 0];
        for shown in &self.shown {
            let glyph = remapper.get(shown.glyph).expect("every glyph shown was remapped");
            map.extend(glyph.to_be_bytes());
        }
        let map = document.add_object(deflate.stream(Dictionary::new(), &map));
        let descendant = document.add_object(dictionary! {
            "Type" => "Font",
            "Subtype" => "CIDFontType2",
            "BaseFont" => name.clone(),
            "CIDSystemInfo" => dictionary! {
                "Registry" => Object::string_literal("Adobe"),
                "Ordering" => Object::string_literal("Identity"),
                "Supplement" => 0,
            },
            "FontDescriptor" => descriptor,
            "DW" => 1000,
            "W" => self.widths(),
            "CIDToGIDMap" => map,
        });
        let unicode = document.add_object(deflate.stream(Dictionary::new(), self.unicode().as_bytes()));
        let font = document.add_object(dictionary! {
            "Type" => "Font",
            "Subtype" => "Type0",
            "BaseFont" => name,
            "Encoding" => "Identity-H",
            "DescendantFonts" => vec![descendant.into()],
            "ToUnicode" => unicode,
        });
        Ok(font.into())
    }

    /// The name of the face under a tag of six capitals that depends on what is shown of it.
    fn subset_name(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let shown = self.shown.iter().flat_map(|shown| [u32::from(shown.glyph), shown.ch as u32]);
        for word in [self.id.0 as u32].into_iter().chain(shown) {
            hash = (hash ^ u64::from(word)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash ^= hash >> 32;
        let mut name: String = (0..6).map(|place| char::from(b'A' + (hash / 26_u64.pow(place) % 26) as u8)).collect();
        name.push('+');
        let tagged = name.len();
        if let Some(own) = self.font.localized_strings(StringId::POSTSCRIPT_NAME).next() {
            // A name in a PDF has 127 bytes at most in an archive; PostScript names have 63.
            name.extend(own.chars().filter(|ch| ch.is_ascii_alphanumeric() || *ch == '-').take(63));
        }
        if name.len() == tagged {
            let _ = write!(name, "Face{}", self.id.0);
        }
        name
    }

    /// Those that are not the full size wide, as `first [width …]`.
    fn widths(&self) -> Vec<Object> {
        let mut widths = Vec::new();
        let mut next = 0;
        for (code, shown) in (1..).zip(&self.shown) {
            if shown.advance == 1000.0 {
                continue;
            }
            let width = if shown.advance.fract() == 0.0 {
                Object::Integer(shown.advance as i64)
            } else {
                Object::Real(shown.advance as f32)
            };
            match widths.last_mut() {
                Some(Object::Array(group)) if code == next => group.push(width),
                _ => widths.extend([Object::Integer(code), Object::Array(vec![width])]),
            }
            next = code + 1;
        }
        widths
    }

    /// The character behind each code.
    fn unicode(&self) -> String {
        let mut map = String::with_capacity(UNICODE_HEAD.len() + self.shown.len() * 14 + 200);
        map.push_str(UNICODE_HEAD);
        // No more than 100 lines to a section.
        for (section, shown) in self.shown.chunks(100).enumerate() {
            let _ = writeln!(map, "{} beginbfchar", shown.len());
            for (code, shown) in (section * 100 + 1..).zip(shown) {
                let _ = write!(map, "<{code:04X}> <");
                for unit in readable(shown.ch).encode_utf16(&mut [0; 2]) {
                    let _ = write!(map, "{unit:04X}");
                }
                map.push_str(">\n");
            }
            map.push_str("endbfchar\n");
        }
        map.push_str(UNICODE_TAIL);
        map
    }
}

/// An archive must not map to these three.
fn readable(ch: char) -> char {
    match ch {
        '\0' | '\u{FEFF}' | '\u{FFFE}' => char::REPLACEMENT_CHARACTER,
        _ => ch,
    }
}

const UNICODE_HEAD: &str = "\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
";

const UNICODE_TAIL: &str = "\
endcmap
CMapName currentdict /CMap defineresource pop
end
end
";
