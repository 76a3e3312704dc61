//! Pages as text, for people and for tests that keep what the paper looked like.

use std::fmt::Write;

use crate::{Abs, Frames, Item, Page};

/// Writes pages one item a line, lengths in mm with two decimals: a change of layout shows as a change of lines.
pub fn dump(frames: &Frames) -> String {
    let mut out = String::new();
    for (index, page) in frames.pages.iter().enumerate() {
        let _ = writeln!(out, "page {} {}x{}", index + 1, mm(page.width), mm(page.height));
        dump_page(page, &mut out);
    }
    for entry in &frames.outline {
        let _ = writeln!(out, "outline {} {:?} page {} y {}", entry.level, entry.title, entry.page + 1, mm(entry.y));
    }
    out
}

fn dump_page(page: &Page, out: &mut String) {
    for item in &page.items {
        let _ = match item {
            Item::Text(run) => {
                let text: String = run.glyphs.iter().map(|glyph| glyph.ch).collect();
                let last = run.glyphs.last().map_or(Abs::ZERO, |glyph| glyph.x);
                let hidden = if run.visible { "" } else { " hidden" };
                writeln!(
                    out,
                    "  text {} {} +{} face {} {}pt{hidden} {text:?}",
                    mm(run.origin.x),
                    mm(run.origin.y),
                    mm(last),
                    run.face.0,
                    run.size.to_pt(),
                )
            }
            Item::Fill { rect, color } => writeln!(
                out,
                "  fill {} {} {}x{} #{:02X}{:02X}{:02X}",
                mm(rect.x),
                mm(rect.y),
                mm(rect.width),
                mm(rect.height),
                color.0,
                color.1,
                color.2
            ),
            Item::Stroke { points, width, .. } => {
                let places: Vec<String> = points.iter().map(|at| format!("{},{}", mm(at.x), mm(at.y))).collect();
                writeln!(out, "  line {}pt {}", width.to_pt(), places.join(" "))
            }
            Item::Path { steps, .. } => writeln!(out, "  path {} steps", steps.len()),
            Item::Image { rect, image } => {
                writeln!(
                    out,
                    "  image {} {} {} {}x{}",
                    image.0,
                    mm(rect.x),
                    mm(rect.y),
                    mm(rect.width),
                    mm(rect.height)
                )
            }
        };
    }
}

fn mm(length: Abs) -> String {
    // No `-0.00`: the sign of nothing depends on the order of sums.
    let text = format!("{:.2}", length.to_mm());
    if text == "-0.00" { "0.00".into() } else { text }
}
