//! The faces that layout measures with and that the PDF embeds.
//!
//! Characters are measured one by one: Chinese and Latin forms need no shaping.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::{Abs, PathStep, Point};

/// The character that stands in for one that no face has: the printers' geta mark.
pub const GETA: char = '〓';

/// What a text is set in. 黑体 is the sans, 宋体 the serif.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    Sans,
    SansBold,
    #[default]
    Serif,
    SerifBold,
}

/// Index of a face in [`Fonts`]: the four roles first, then the faces to fall back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub usize);

/// The bytes of a TrueType file (memory or a mapped file) and the index of the face within it.
#[derive(Clone)]
pub struct FontData {
    pub bytes: Arc<dyn AsRef<[u8]> + Send + Sync>,
    /// 0 but in a collection (.ttc).
    pub index: u32,
}

/// A font file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontsError {
    pub face: FaceId,
    pub reason: String,
}

impl fmt::Display for FontsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "face {}: {}", self.face.0, self.reason)
    }
}

impl std::error::Error for FontsError {}

/// One character as measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub face: FaceId,
    pub glyph: u16,
    /// Advance at 1 em.
    pub advance: f64,
    /// No face has the character; the glyph is [`GETA`].
    pub missing: bool,
}

/// The four faces of the house style and the faces to fall back to, with their measures.
#[derive(Clone)]
pub struct Fonts {
    faces: Vec<Arc<Face>>,
}

impl Fonts {
    /// The faces for the four roles in the order sans 400, sans 700, serif 400, serif 700.
    ///
    /// # Errors
    /// A file that is no TrueType font, or lacks [`GETA`].
    pub fn new(roles: [FontData; 4]) -> Result<Self, FontsError> {
        let mut faces = Vec::with_capacity(4);
        for (index, data) in roles.into_iter().enumerate() {
            let id = FaceId(index);
            let face = Face::new(data).map_err(|reason| FontsError { face: id, reason })?;
            if face.lookup(GETA).is_none() {
                return Err(FontsError { face: id, reason: format!("lacks {GETA}") });
            }
            faces.push(Arc::new(face));
        }
        Ok(Self { faces })
    }

    /// The same faces with further ones to fall back to, asked in this order. Files that are no usable font are skipped.
    #[must_use]
    pub fn with_fallback(&self, fallback: impl IntoIterator<Item = FontData>) -> Self {
        let mut faces = self.faces.clone();
        faces.extend(fallback.into_iter().filter_map(|data| Face::new(data).ok()).map(Arc::new));
        Self { faces }
    }

    /// Measures one character in a role: in the role's own face, else in the other face of the same weight, else in
    /// one to fall back to, else as [`GETA`].
    pub fn measure(&self, role: Role, ch: char) -> Measured {
        let [own, other] = match role {
            Role::Sans => [0, 2],
            Role::SansBold => [1, 3],
            Role::Serif => [2, 0],
            Role::SerifBold => [3, 1],
        };
        for index in [own, other].into_iter().chain(4..self.faces.len()) {
            if let Some((glyph, advance)) = self.faces[index].lookup(ch) {
                return Measured { face: FaceId(index), glyph, advance, missing: false };
            }
        }
        let (glyph, advance) = self.faces[own].lookup(GETA).expect("checked by Fonts::new");
        Measured { face: FaceId(own), glyph, advance, missing: true }
    }

    /// Whether any face has the character.
    pub fn covers(&self, ch: char) -> bool {
        self.faces.iter().any(|face| face.lookup(ch).is_some())
    }

    /// The font file of a face, for embedding.
    pub fn data(&self, face: FaceId) -> &FontData {
        &self.faces[face.0].data
    }

    /// How many faces there are; ids run from 0.
    pub fn len(&self) -> usize {
        self.faces.len()
    }

    /// Never: there are always the four roles.
    pub fn is_empty(&self) -> bool {
        self.faces.is_empty()
    }

    /// The outline of a glyph at `size`, its origin at the page's (0, 0) and y downwards.
    pub(crate) fn outline(&self, measured: Measured, size: Abs) -> Vec<PathStep> {
        let mut pen = Outline::default();
        let face = &self.faces[measured.face.0];
        let font = face.font();
        if let Some(glyph) = font.outline_glyphs().get(GlyphId::from(measured.glyph)) {
            let settings = DrawSettings::unhinted(Size::new(size.to_pt() as f32), LocationRef::default());
            // A glyph that cannot be drawn leaves a gap in a watermark: not worth refusing the document.
            let _ = glyph.draw(settings, &mut pen);
        }
        pen.steps
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fonts").field("faces", &self.faces.len()).finish()
    }
}

struct Face {
    data: FontData,
    /// Font units per em.
    units: f64,
    /// One word a character of the basic plane: 1 bit "looked up", 15 bits advance in font units, 16 bits glyph.
    known: Box<[AtomicU32]>,
}

impl Face {
    fn new(data: FontData) -> Result<Self, String> {
        let font = FontRef::from_index((*data.bytes).as_ref(), data.index).map_err(|error| error.to_string())?;
        let units = f64::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        if units <= 0.0 {
            return Err("has no units per em".into());
        }
        let known = (0..=0xFFFF).map(|_| AtomicU32::new(0)).collect();
        Ok(Self { data, units, known })
    }

    fn font(&self) -> FontRef<'_> {
        FontRef::from_index((*self.data.bytes).as_ref(), self.data.index).expect("parsed by Face::new")
    }

    fn lookup(&self, ch: char) -> Option<(u16, f64)> {
        let Some(slot) = self.known.get(ch as usize) else {
            return self.unpack(self.read(ch));
        };
        let mut word = slot.load(Ordering::Relaxed);
        if word == 0 {
            word = self.read(ch);
            slot.store(word, Ordering::Relaxed);
        }
        self.unpack(word)
    }

    fn read(&self, ch: char) -> u32 {
        let font = self.font();
        let glyph = font.charmap().map(ch).and_then(|id| u16::try_from(id.to_u32()).ok()).unwrap_or(0);
        let advance = font
            .glyph_metrics(Size::unscaled(), LocationRef::default())
            .advance_width(GlyphId::from(glyph))
            .map_or(0, |advance| advance as u32)
            .min(0x7FFF);
        1 << 31 | advance << 16 | u32::from(glyph)
    }

    fn unpack(&self, word: u32) -> Option<(u16, f64)> {
        let glyph = (word & 0xFFFF) as u16;
        (glyph != 0).then(|| (glyph, f64::from(word >> 16 & 0x7FFF) / self.units))
    }
}

#[derive(Default)]
struct Outline {
    steps: Vec<PathStep>,
    at: (f32, f32),
}

impl Outline {
    fn point(x: f32, y: f32) -> Point {
        Point::new(Abs::pt(f64::from(x)), Abs::pt(f64::from(-y)))
    }
}

impl OutlinePen for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = (x, y);
        self.steps.push(PathStep::Move(Self::point(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.at = (x, y);
        self.steps.push(PathStep::Line(Self::point(x, y)));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (x0, y0) = self.at;
        let third = |from: f32, to: f32| from + (to - from) * 2.0 / 3.0;
        self.steps.push(PathStep::Cubic(
            Self::point(third(x0, cx), third(y0, cy)),
            Self::point(third(x, cx), third(y, cy)),
            Self::point(x, y),
        ));
        self.at = (x, y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.at = (x, y);
        self.steps.push(PathStep::Cubic(Self::point(cx0, cy0), Self::point(cx1, cy1), Self::point(x, y)));
    }

    fn close(&mut self) {
        self.steps.push(PathStep::Close);
    }
}
