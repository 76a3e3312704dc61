//! How much room a text takes in a cell of a spreadsheet.
//!
//! Excel writes no row heights for us and other programs do not compute them on opening, so they are computed here. The
//! fonts that will draw the sheet are not known: a character counts what the widest of the usual ones gives it, so that
//! a row is sometimes a little too tall but never cuts its text.

/// What a spreadsheet keeps free left and right of a cell's text, together.
const PADDING: f64 = 4.5;
/// Least distance of lines, in em: what the tallest of the usual Chinese fonts asks for.
const PITCH: f64 = 1.45;

/// Lines that a text takes at a type size (pt) in a cell of a width (pt).
pub(super) fn lines(text: &str, size: f64, width: f64) -> usize {
    let room = ((width - PADDING) / size).max(1.0);
    text.split('\n').map(|line| wrapped(line, room)).sum()
}

/// Height of `lines` lines of a type size whose pitch on paper is `pitch`, without padding.
pub(super) fn height(lines: usize, size: f64, pitch: f64) -> f64 {
    let pitch = pitch.max(size * PITCH);
    // The first and the last line keep what their font asks for above and below.
    lines as f64 * pitch
}

/// Lines that one paragraph takes when `room` em fit on a line.
fn wrapped(text: &str, room: f64) -> usize {
    // Most cells hold one short line; nothing is wider than 1 em a character.
    if (text.len() as f64) <= room {
        return 1;
    }
    let mut lines = 1;
    let mut x = 0.0;
    // Width of what may not be parted from the next character: a word, or a character before its closing mark.
    let mut word = 0.0;
    let mut last = 0.0;
    for ch in text.chars() {
        let wide = em(ch);
        if ch == ' ' {
            // Spaces hang over the end of a line.
            x += wide;
            word = 0.0;
            last = 0.0;
            continue;
        }
        let joined = if ch.is_ascii() {
            word
        } else if closes(ch) {
            last
        } else {
            0.0
        };
        let opens = opens(ch) && x + wide + 1.0 > room;
        if x + wide > room || opens {
            lines += 1;
            // A word longer than the line breaks anywhere.
            x = if joined + wide <= room { joined } else { 0.0 };
            word = if joined + wide <= room { word } else { 0.0 };
        }
        x += wide;
        word = if ch.is_ascii() { word + wide } else { 0.0 };
        last = wide;
    }
    lines
}

fn closes(ch: char) -> bool {
    "，。、；：？！）》」』】〕”’…—％℃·".contains(ch)
}

fn opens(ch: char) -> bool {
    "（《「『【〔“‘".contains(ch)
}

/// Width of a character: a Chinese one is 1 em, a Latin one half of that in 宋体 and a little more in the fonts that
/// stand in for it; there columns are wider too, because they count digits.
fn em(ch: char) -> f64 {
    match ch {
        '\u{0}'..='\u{1f}' => 0.0,
        'i' | 'j' | 'l' | 'I' | '!' | '\'' | '|' | '.' | ',' | ':' | ';' | ' ' => 0.5,
        'M' | 'W' | 'm' | '@' | '%' => 0.75,
        'w' | 'G' | 'O' | 'Q' | 'H' | 'N' | 'D' | 'U' => 0.65,
        'A'..='Z' | '&' => 0.6,
        '!'..='~' => 0.53,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        '\u{a0}'..='\u{24f}' => 0.7,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, room: f64, expected: usize) {
        assert_eq!(wrapped(text, room), expected, "{text} in {room} em");
    }

    #[test]
    fn chinese_wraps_at_every_character() {
        check("一二三四五六七八", 8.0, 1);
        check("一二三四五六七八", 4.0, 2);
        check("一二三四五六七八", 3.0, 3);
    }

    #[test]
    fn closing_marks_take_the_character_before_along() {
        check("一二三四，五六七", 4.0, 3);
    }

    #[test]
    fn words_stay_whole_and_long_ones_break() {
        check("abcdef abcdef", 4.5, 2);
        check(&"a".repeat(400), 10.0, 23);
    }

    #[test]
    fn line_breaks_count() {
        assert_eq!(lines("一\n二\n", 9.0, 100.0), 3);
    }
}
