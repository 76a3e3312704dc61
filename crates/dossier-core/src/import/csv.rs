//! Tables as text: any of the encodings and delimiters that Excel, WPS and databases write.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::cells::{Address, SheetBuilder, Value, Workbook, WorkbookKind};
use super::limits::{self, Budget, too_large};
use super::xml::damaged;
use crate::{Code, Error, Result};

/// Reads the text as one sheet of text cells named `sheet`.
pub(super) fn read(bytes: &[u8], sheet: &str, budget: &Budget) -> Result<Workbook> {
    let text = decode(bytes)?;
    let text = text.trim_start_matches('\u{feff}');
    let (text, delimiter) = match declared_delimiter(text) {
        Some((delimiter, rest)) => (rest, delimiter),
        None => (text, likely_delimiter(text)),
    };
    let mut sheet = SheetBuilder::new(sheet.to_owned(), true, budget);
    let mut records = Records::new(text, delimiter);
    let mut row = 0u32;
    'rows: while let Some(fields) = records.next()? {
        for (column, field) in (0u32..).zip(&fields) {
            let value = unguarded(field);
            if value.trim().is_empty() {
                continue;
            }
            budget.text(value.len() + 16)?;
            if !sheet.push(Address::new(row, column), Value::Text(value.into()), false)? {
                break 'rows;
            }
        }
        row += 1;
        if row >= limits::ROWS {
            // Empty lines may go on for megabytes; only what stands between them matters.
            let is_content = |c: char| c != delimiter && c != '"' && !c.is_whitespace();
            if records.rest.contains(is_content) {
                sheet.beyond(Address::new(row, 0));
            }
            break;
        }
    }
    Ok(Workbook {
        kind: WorkbookKind::Csv,
        sheets: vec![sheet.finish()],
        names: Vec::new(),
        recalculates_on_open: false,
    })
}

/// `="1.10"` is how exporters keep Excel from turning text into a number; every other formula is text.
fn unguarded(field: &str) -> &str {
    field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inside| !inside.contains('"'))
        .unwrap_or(field)
}

/// The text behind the bytes, when it can be nothing else.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let encoding = guess_encoding(bytes);
    let (mut text, _, has_errors) = encoding.decode(bytes);
    if text.contains('\0') {
        return Err(not_text());
    }
    if has_errors {
        let lost = |text: &str| text.matches('\u{fffd}').count();
        if encoding == GB18030 {
            let other = String::from_utf8_lossy(bytes);
            if lost(&other) < lost(&text) {
                text = other;
            }
        }
        // A few unreadable characters mean a damaged file; many of them, another encoding or no text at all.
        let few = 2 + text.len() / 500;
        return Err(if lost(&text) <= few {
            damaged("文字里有读不出来的字符，文件可能没有下载完")
        } else {
            not_text()
        });
    }
    Ok(text)
}

fn not_text() -> Error {
    Error::new(Code::NotAWorkbook, "不是表格：内容既不是工作簿，也不是 UTF-8、UTF-16 或 GB18030 编码的文字")
        .hint("请在 Excel 或 WPS 里打开原文件，另存为 .xlsx 文件后再导入")
}

fn guess_encoding(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    // In UTF-16 every comma, digit and line break brings a zero byte, always on the same side.
    let start = &bytes[..bytes.len().min(64 << 10)];
    let zeros = |side: usize| start.iter().skip(side).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = (start.len() / 100).max(1);
    if odd >= enough && even * 10 <= odd {
        return UTF_16LE;
    }
    if even >= enough && odd * 10 <= even {
        return UTF_16BE;
    }
    // A last character that was cut off is still UTF-8: the file is damaged, not of another encoding.
    let is_utf8 = std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
    if is_utf8 { UTF_8 } else { GB18030 }
}

/// A first line `sep=;`, as Excel understands it.
fn declared_delimiter(text: &str) -> Option<(char, &str)> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim_end_matches('\r').trim_matches('"');
    let declared = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &line[4..])?;
    let mut chars = declared.chars();
    let delimiter = chars.next()?;
    (chars.next().is_none() && delimiter.is_ascii() && delimiter != '"').then_some((delimiter, rest))
}

/// The delimiter that cuts most rows into the same, largest number of fields.
fn likely_delimiter(text: &str) -> char {
    // The beginning says enough; a single line may be as long as the file.
    let end = (0..=text.len().min(256 << 10)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let text = &text[..end];
    let mut best = (0, ',');
    for delimiter in [',', '\t', ';', '|'] {
        let mut counts: Vec<usize> = Vec::new();
        let mut records = Records::new(text, delimiter);
        for _ in 0..200 {
            match records.next() {
                Ok(Some(fields)) if fields.len() > 1 => counts.push(fields.len()),
                Ok(Some(_)) => {}
                _ => break,
            }
        }
        counts.sort_unstable();
        let usual = counts.chunk_by(|one, next| one == next).max_by_key(|run| run.len() * (run[0] - 1));
        let score = usual.map_or(0, |run| run.len() * (run[0] - 1));
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// Cuts text into records of fields (RFC 4180, forgiving about quotes inside a field).
struct Records<'t> {
    rest: &'t str,
    delimiter: char,
    line: u32,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, delimiter: char) -> Self {
        Self { rest: text, delimiter, line: 1 }
    }

    /// `None` at the end; a file's last line break starts no record.
    fn next(&mut self) -> Result<Option<Vec<Cow<'t, str>>>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        let mut blanks = 0usize;
        loop {
            let field = self.field()?;
            // Rows may trail thousands of delimiters; what matters is whether anything stands between them.
            if field.is_empty() {
                blanks += 1;
            } else {
                if fields.len() + blanks > limits::COLUMNS as usize * 10 {
                    return Err(too_large(format!("太大：第 {} 行超过 {} 列", self.line, limits::COLUMNS)));
                }
                fields.resize(fields.len() + blanks, Cow::Borrowed(""));
                blanks = 0;
                fields.push(field);
            }
            let mut chars = self.rest.chars();
            match chars.next() {
                Some(found) if found == self.delimiter => self.rest = chars.as_str(),
                Some('\r') => {
                    self.rest = self.rest.strip_prefix("\r\n").unwrap_or(&self.rest[1..]);
                    break;
                }
                Some(_) => {
                    self.rest = &self.rest[1..];
                    break;
                }
                None => break,
            }
        }
        self.line = self.line.saturating_add(1);
        fields.resize(fields.len() + blanks.min(limits::COLUMNS as usize), Cow::Borrowed(""));
        Ok(Some(fields))
    }

    /// Reads one field and stops before the delimiter or line break after it.
    fn field(&mut self) -> Result<Cow<'t, str>> {
        let ends = |c: char| c == self.delimiter || c == '\n' || c == '\r';
        let Some(mut inside) = self.rest.strip_prefix('"') else {
            let end = self.rest.find(ends).unwrap_or(self.rest.len());
            let (field, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(Cow::Borrowed(field));
        };
        let mut field = String::new();
        loop {
            let Some(quote) = inside.find('"') else {
                return Err(damaged(&format!("第 {} 条记录的引号没有配对", self.line)));
            };
            if field.len() + quote > limits::XML_EVENT_BYTES {
                return Err(damaged(&format!("第 {} 条记录的引号没有配对", self.line)));
            }
            field.push_str(&inside[..quote]);
            inside = &inside[quote + 1..];
            match inside.strip_prefix('"') {
                Some(after) => {
                    field.push('"');
                    inside = after;
                }
                None => break,
            }
        }
        // `"重要"更新`: what follows the closing quote belongs to the field.
        let end = inside.find(ends).unwrap_or(inside.len());
        field.push_str(&inside[..end]);
        self.rest = &inside[end..];
        Ok(Cow::Owned(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let mut records = Records::new(text, likely_delimiter(text));
        let mut found = Vec::new();
        while let Some(fields) = records.next().expect("a table") {
            found.push(fields.into_iter().map(Cow::into_owned).collect::<Vec<_>>());
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn fields_keep_what_their_quotes_hold() {
        check("a,b\r\n\"1\n2\",\"x\"\"y\"\r\n", &[&["a", "b"], &["1\n2", "x\"y"]]);
        check("a;b;c\n1,5;2,5;\"x;y\"\n", &[&["a", "b", "c"], &["1,5", "2,5", "x;y"]]);
        check("a\tb\tc\r1\t2\t3, 4", &[&["a", "b", "c"], &["1", "2", "3, 4"]]);
        check("a,b\n\"重要\"更新,5\" 屏\n", &[&["a", "b"], &["重要更新", "5\" 屏"]]);
        check("a,,b\n,,\n", &[&["a", "", "b"], &["", "", ""]]);
    }

    #[test]
    fn the_encoding_is_found_without_a_mark() {
        for encoding in [UTF_8, GB18030] {
            let bytes = encoding.encode("系统名称,𠮷田昇,Nguyễn\n").0;
            assert_eq!(decode(&bytes).expect("text"), "系统名称,𠮷田昇,Nguyễn\n");
        }
        let units: Vec<u16> = "系统名称,1\n网关,2\n".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(decode(&little).expect("text"), "系统名称,1\n网关,2\n");
        assert_eq!(decode(&big).expect("text"), "系统名称,1\n网关,2\n");
    }

    #[test]
    fn sep_lines_name_the_delimiter() {
        assert_eq!(declared_delimiter("sep=;\r\na;b"), Some((';', "a;b")));
        assert_eq!(declared_delimiter("\"sep=\t\"\na\tb"), Some(('\t', "a\tb")));
        assert_eq!(declared_delimiter("a,b\n"), None);
    }
}
