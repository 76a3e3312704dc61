//! Installed fonts for the characters that the bundled ones lack, such as 𠮷 and ☑.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dossier_layout::FontData;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};

use super::map_font;
use crate::files;

/// Folders of fonts nest a few levels deep; links that lead back to themselves must end.
const DEEPEST: usize = 8;
/// Larger files are no fonts, or none that should be embedded.
const LARGEST: u64 = 200 << 20;

/// Finds a font for each character and remembers it: a window that redraws must not open every font again.
pub(super) struct Fallback {
    folders: Vec<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The first font in order that has the character; none where no font has it.
    places: BTreeMap<char, Option<Place>>,
    fonts: BTreeMap<Place, FontData>,
}

/// Orders the fonts: upright regular ones first, then by path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    unusual: bool,
    path: PathBuf,
    index: u32,
}

impl Fallback {
    pub(super) fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, known: Mutex::default() }
    }

    /// Each character is given by the first font in order that has it, whatever was asked before: the same
    /// characters and the same installed files give the same fonts.
    pub(super) fn fonts_for(&self, characters: &[char]) -> Vec<FontData> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted: BTreeSet<char> = characters.iter().copied().collect();
        let unknown: BTreeSet<char> = wanted.iter().copied().filter(|ch| !known.places.contains_key(ch)).collect();
        if !unknown.is_empty() {
            self.search(&unknown, &mut known);
        }
        let places: BTreeSet<&Place> = wanted.iter().filter_map(|ch| known.places[ch].as_ref()).collect();
        places.into_iter().map(|place| known.fonts[place].clone()).collect()
    }

    fn search(&self, characters: &BTreeSet<char>, known: &mut Known) {
        let mut best: BTreeMap<char, Place> = BTreeMap::new();
        let mut paths = Vec::new();
        for folder in &self.folders {
            collect(folder, DEEPEST, &mut paths);
        }
        for path in paths {
            for (place, data) in faces(&path) {
                let bytes = (*data.bytes).as_ref();
                let Ok(font) = FontRef::from_index(bytes, place.index) else { continue };
                for &ch in characters {
                    let better = best.get(&ch).is_none_or(|found| place < *found);
                    if better && has(&font, ch) {
                        best.insert(ch, place.clone());
                        known.fonts.entry(place.clone()).or_insert_with(|| data.clone());
                    }
                }
            }
        }
        for &ch in characters {
            known.places.insert(ch, best.remove(&ch));
        }
        let used: BTreeSet<Place> = known.places.values().flatten().cloned().collect();
        known.fonts.retain(|place, _| used.contains(place));
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fallback").field("folders", &self.folders).finish_non_exhaustive()
    }
}

/// Where this platform keeps installed fonts.
pub(super) fn platform_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if cfg!(windows) {
        let windows = std::env::var_os("SystemRoot").map_or_else(|| PathBuf::from(r"C:\Windows"), PathBuf::from);
        folders.push(windows.join("Fonts"));
        folders.extend(dirs::data_local_dir().map(|folder| folder.join(r"Microsoft\Windows\Fonts")));
    } else if cfg!(target_os = "macos") {
        folders.extend(["/System/Library/Fonts", "/Library/Fonts"].map(PathBuf::from));
    } else {
        folders.extend(["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from));
        folders.extend(dirs::home_dir().map(|home| home.join(".fonts")));
    }
    folders.extend(dirs::font_dir());
    folders
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    // A folder that cannot be read holds no fonts for us.
    for path in files::list(folder).unwrap_or_default() {
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, found);
            }
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        let usable = path.metadata().is_ok_and(|about| about.is_file() && about.len() <= LARGEST);
        if usable && matches!(extension.as_deref(), Some("ttf" | "ttc" | "otf" | "otc")) {
            found.push(path);
        }
    }
}

/// The faces of a file that may be embedded in a PDF as TrueType.
fn faces(path: &Path) -> Vec<(Place, FontData)> {
    let Ok(first) = map_font(path, 0) else { return Vec::new() };
    let count = match skrifa::raw::FileRef::new((*first.bytes).as_ref()) {
        Ok(skrifa::raw::FileRef::Collection(collection)) => collection.len(),
        Ok(skrifa::raw::FileRef::Font(_)) => 1,
        Err(_) => 0,
    };
    let mut faces = Vec::new();
    for index in 0..count {
        let Ok(font) = FontRef::from_index((*first.bytes).as_ref(), index) else { continue };
        let Some(regular) = embeddable(&font) else { continue };
        let place = Place { unusual: !regular, path: path.to_path_buf(), index };
        faces.push((place, FontData { bytes: first.bytes.clone(), index }));
    }
    faces
}

/// Whether the face may be embedded in part, and then whether it is upright and of regular weight.
fn embeddable(font: &FontRef<'_>) -> Option<bool> {
    font.glyf().ok()?;
    font.loca(None).ok()?;
    // Without its own word on the matter a font is no font for documents that are kept for decades.
    let os2 = font.os2().ok()?;
    let rights = os2.fs_type();
    let restricted = rights & 0x000F == 0x0002;
    let whole_only = rights & 0x0100 != 0;
    let bitmap_only = rights & 0x0200 != 0;
    if restricted || whole_only || bitmap_only {
        return None;
    }
    let attributes = font.attributes();
    Some(attributes.weight.value() == 400.0 && attributes.style == skrifa::attribute::Style::Normal)
}

/// Whether the face draws the character: fonts of coloured pictures map characters to empty outlines.
fn has(font: &FontRef<'_>, ch: char) -> bool {
    let Some(glyph) = font.charmap().map(ch).filter(|glyph| glyph.to_u32() != 0 && glyph.to_u32() <= 0xFFFF) else {
        return false;
    };
    if ch.is_whitespace() {
        return true;
    }
    let mut ink = Ink(false);
    let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
    font.outline_glyphs().get(glyph).is_some_and(|outline| outline.draw(settings, &mut ink).is_ok()) && ink.0
}

/// Notices whether anything is drawn.
struct Ink(bool);

impl OutlinePen for Ink {
    fn move_to(&mut self, _: f32, _: f32) {}
    fn line_to(&mut self, _: f32, _: f32) {
        self.0 = true;
    }
    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {
        self.0 = true;
    }
    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
        self.0 = true;
    }
    fn close(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/fonts")
    }

    #[test]
    fn only_fonts_that_have_the_character_are_returned() {
        if !bundled().join(super::super::resources::FONTS[0]).exists() {
            return; // fonts are fetched at build
        }
        let fallback = Fallback::new(vec![bundled()]);
        assert!(fallback.fonts_for(&['\u{10FFFD}']).is_empty());
        let found = fallback.fonts_for(&['卷', '宗', '\u{10FFFD}']);
        assert_eq!(found.len(), 1, "one font has both characters");
        let place = fallback.known.lock().unwrap().places[&'卷'].clone().unwrap();
        assert!(place.path.ends_with("NotoSansSC_400Regular.ttf"), "regular before bold, then by path: {place:?}");
    }

    #[test]
    fn a_folder_that_is_missing_or_holds_rubbish_gives_nothing() {
        let folder = tempfile::tempdir().unwrap();
        files::write(&folder.path().join("a.ttf"), b"not a font").unwrap();
        files::write(&folder.path().join("b.ttc"), b"ttcf\0\x01\0\0\xff\xff\xff\xff").unwrap();
        let fallback = Fallback::new(vec![folder.path().into(), folder.path().join("missing")]);
        assert!(fallback.fonts_for(&['a']).is_empty());
    }
}
