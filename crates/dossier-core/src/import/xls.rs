//! The binary workbooks of Excel 5 to 2003 (BIFF5 and BIFF8).
//!
//! Read here rather than by calamine, which builds the full rectangle of every sheet before it gives anything out, and
//! forgets number formats and hidden rows on the way.

use std::collections::HashMap;
use std::sync::Arc;

use encoding_rs::Encoding;

use super::cells::{Address, DefinedName, Range, Sheet, SheetBuilder, Value, Workbook, WorkbookKind};
use super::cfb::{f64_at, u16_at, u32_at};
use super::format::NumberFormat;
use super::limits::{self, Budget, too_large};
use super::package::password;
use super::xml::damaged;
use crate::{Code, Error, Result};

mod id {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const EXTERNSHEET: u16 = 0x0017;
    pub(super) const NAME: u16 = 0x0018;
    pub(super) const DATEMODE: u16 = 0x0022;
    pub(super) const FILEPASS: u16 = 0x002F;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const CODEPAGE: u16 = 0x0042;
    pub(super) const COLINFO: u16 = 0x007D;
    pub(super) const BOUNDSHEET: u16 = 0x0085;
    pub(super) const MULRK: u16 = 0x00BD;
    pub(super) const RSTRING: u16 = 0x00D6;
    pub(super) const XF: u16 = 0x00E0;
    pub(super) const MERGEDCELLS: u16 = 0x00E5;
    pub(super) const SST: u16 = 0x00FC;
    pub(super) const LABELSST: u16 = 0x00FD;
    pub(super) const SUPBOOK: u16 = 0x01AE;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const BOOLERR: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const BOF: u16 = 0x0809;
}

/// Reads the `Workbook` (or `Book`) stream.
pub(super) fn read(stream: &[u8], budget: &Budget) -> Result<Workbook> {
    let globals = Globals::read(stream, budget)?;
    let mut sheets = Vec::new();
    for tab in &globals.tabs {
        if tab.is_worksheet {
            sheets.push(read_sheet(stream, tab, &globals, budget)?);
        }
    }
    let names = globals.names.iter().filter_map(|name| globals.place(name)).collect();
    Ok(Workbook { kind: WorkbookKind::Xls, sheets, names, recalculates_on_open: false })
}

/// One record with the records that continue it.
struct Record<'a> {
    id: u16,
    data: &'a [u8],
    continued: Vec<&'a [u8]>,
}

/// Steps through records; `None` at the end of the stream.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn next(&mut self) -> Result<Option<Record<'a>>> {
        if self.at + 4 > self.stream.len() {
            return Ok(None);
        }
        let (id, data) = self.one()?;
        let mut continued = Vec::new();
        while self.at + 4 <= self.stream.len() && u16_at(self.stream, self.at) == id::CONTINUE {
            continued.push(self.one()?.1);
        }
        Ok(Some(Record { id, data, continued }))
    }

    fn one(&mut self) -> Result<(u16, &'a [u8])> {
        let (id, length) = (u16_at(self.stream, self.at), usize::from(u16_at(self.stream, self.at + 2)));
        let start = self.at + 4;
        let data = self.stream.get(start..start + length).ok_or_else(|| damaged("工作簿只有前一半"))?;
        self.at = start + length;
        Ok((id, data))
    }
}

struct Tab {
    name: String,
    at: usize,
    is_visible: bool,
    is_worksheet: bool,
}

struct StoredName {
    name: String,
    link: usize,
    range: Range,
}

struct Globals {
    is_biff8: bool,
    encoding: &'static Encoding,
    is_1904: bool,
    tabs: Vec<Tab>,
    strings: Vec<Arc<str>>,
    formats: Vec<Arc<NumberFormat>>,
    general: Arc<NumberFormat>,
    names: Vec<StoredName>,
    /// Which of the linked workbooks is this one.
    own_book: Option<usize>,
    /// Workbook and first sheet of each link.
    links: Vec<(usize, usize)>,
}

impl Globals {
    fn read(stream: &[u8], budget: &Budget) -> Result<Self> {
        let mut records = Records { stream, at: 0 };
        let first = records.next()?.ok_or_else(|| damaged("工作簿是空的"))?;
        let version = u16_at(first.data, 0);
        if first.id != id::BOF || !matches!(version, 0x0500 | 0x0600) {
            return Err(Error::new(Code::UnsupportedFormat, "是 Excel 4 或更早的格式，已不再支持")
                .hint("请在 Excel 或 WPS 里打开，另存为 .xlsx 文件后再导入"));
        }
        let mut globals = Self {
            is_biff8: version == 0x0600,
            encoding: encoding_rs::GBK,
            is_1904: false,
            tabs: Vec::new(),
            strings: Vec::new(),
            formats: Vec::new(),
            general: Arc::new(NumberFormat::general()),
            names: Vec::new(),
            own_book: None,
            links: Vec::new(),
        };
        let mut codes: HashMap<u16, String> = HashMap::new();
        let mut styles: Vec<u16> = Vec::new();
        let mut books = 0;
        let mut is_complete = false;
        while let Some(record) = records.next()? {
            let data = record.data;
            match record.id {
                id::EOF => {
                    is_complete = true;
                    break;
                }
                id::FILEPASS => return Err(password()),
                id::CODEPAGE => globals.encoding = encoding(u16_at(data, 0)),
                id::DATEMODE => globals.is_1904 = u16_at(data, 0) == 1,
                id::BOUNDSHEET => globals.add_tab(data)?,
                id::SST => globals.strings = read_strings(&record, budget)?,
                id::FORMAT if codes.len() < limits::DEFINITIONS => {
                    let code = if globals.is_biff8 {
                        Pieces::new(data.get(2..).unwrap_or_default(), &record.continued).string()?
                    } else {
                        let length = usize::from(data.get(2).copied().unwrap_or(0));
                        globals.decode(data.get(3..3 + length).unwrap_or_default())
                    };
                    codes.insert(u16_at(data, 0), code);
                }
                id::XF if styles.len() < limits::DEFINITIONS => styles.push(u16_at(data, 2)),
                id::SUPBOOK => {
                    if data.len() == 4 && u16_at(data, 2) == 0x0401 {
                        globals.own_book = Some(books);
                    }
                    books += 1;
                }
                id::EXTERNSHEET if globals.is_biff8 => {
                    let count = usize::from(u16_at(data, 0));
                    let links = data.get(2..).unwrap_or_default().chunks_exact(6).take(count);
                    globals.links =
                        links.map(|link| (usize::from(u16_at(link, 0)), usize::from(u16_at(link, 2)))).collect();
                }
                id::NAME if globals.is_biff8 && globals.names.len() < limits::DEFINITIONS => {
                    globals.names.extend(stored_name(data, &record.continued));
                }
                _ => {}
            }
        }
        if !is_complete {
            return Err(damaged("工作簿只有前一半"));
        }
        let mut known: HashMap<u16, Arc<NumberFormat>> = HashMap::new();
        for style in styles {
            let format = known.entry(style).or_insert_with(|| {
                let code = codes.get(&style);
                Arc::new(code.map_or_else(|| NumberFormat::builtin(u32::from(style)), |code| NumberFormat::new(code)))
            });
            globals.formats.push(Arc::clone(format));
        }
        Ok(globals)
    }

    fn add_tab(&mut self, data: &[u8]) -> Result<()> {
        if self.tabs.len() >= limits::SHEETS {
            return Err(too_large(format!("太大：工作表超过 {} 张", limits::SHEETS)));
        }
        let length = usize::from(data.get(6).copied().unwrap_or(0));
        let name = if self.is_biff8 {
            let is_wide = data.get(7).is_some_and(|flags| flags & 1 == 1);
            characters(data.get(8..).unwrap_or_default(), length, is_wide)
        } else {
            self.decode(data.get(7..7 + length).unwrap_or_default())
        };
        let (visibility, kind) = (data.get(4).copied().unwrap_or(0), data.get(5).copied().unwrap_or(0));
        self.tabs.push(Tab {
            name,
            at: u32_at(data, 0) as usize,
            is_visible: visibility & 3 == 0,
            is_worksheet: kind == 0,
        });
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> String {
        self.encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    fn format(&self, style: u16) -> &Arc<NumberFormat> {
        self.formats.get(usize::from(style)).unwrap_or(&self.general)
    }

    fn place(&self, name: &StoredName) -> Option<DefinedName> {
        let &(book, sheet) = self.links.get(name.link)?;
        let sheet = (Some(book) == self.own_book).then(|| self.tabs.get(sheet)).flatten()?;
        Some(DefinedName { name: name.name.clone(), sheet: sheet.name.clone(), range: name.range })
    }
}

fn encoding(codepage: u16) -> &'static Encoding {
    match codepage {
        936 | 10008 | 54936 => encoding_rs::GB18030,
        950 | 10002 => encoding_rs::BIG5,
        932 | 10001 => encoding_rs::SHIFT_JIS,
        949 | 10003 => encoding_rs::EUC_KR,
        1200 => encoding_rs::UTF_16LE,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1258 => encoding_rs::WINDOWS_1258,
        10000 => encoding_rs::MACINTOSH,
        65001 => encoding_rs::UTF_8,
        _ => encoding_rs::WINDOWS_1252,
    }
}

/// A defined name that stands for one area or one cell.
fn stored_name(data: &[u8], continued: &[&[u8]]) -> Option<StoredName> {
    let length = usize::from(*data.get(3)?);
    let is_wide = data.get(14)? & 1 == 1;
    let name_bytes = if is_wide { length * 2 } else { length };
    let name = characters(data.get(15..)?, length, is_wide);
    let formula = data.get(15 + name_bytes..)?;
    if !continued.is_empty() {
        return None;
    }
    let at = |index: usize| u16_at(formula, index);
    let column = |index: usize| u32::from(at(index) & 0x3FFF);
    let range = match *formula.first()? {
        0x3B | 0x5B | 0x7B => {
            Range { first: Address::new(u32::from(at(3)), column(7)), last: Address::new(u32::from(at(5)), column(9)) }
        }
        0x3A | 0x5A | 0x7A => {
            let only = Address::new(u32::from(at(3)), column(5));
            Range { first: only, last: only }
        }
        _ => return None,
    };
    (range.first <= range.last).then_some(StoredName { name, link: usize::from(at(1)), range })
}

/// `length` characters of one or two bytes each, as far as there are any.
fn characters(bytes: &[u8], length: usize, is_wide: bool) -> String {
    if is_wide {
        let units: Vec<u16> = bytes.chunks_exact(2).take(length).map(|unit| u16_at(unit, 0)).collect();
        String::from_utf16_lossy(&units)
    } else {
        bytes.iter().take(length).map(|&byte| char::from(byte)).collect()
    }
}

/// Reads strings that run over from one record into its continuations.
struct Pieces<'a, 'r> {
    piece: &'a [u8],
    rest: std::slice::Iter<'r, &'a [u8]>,
}

impl<'a, 'r> Pieces<'a, 'r> {
    fn new(first: &'a [u8], rest: &'r [&'a [u8]]) -> Self {
        Self { piece: first, rest: rest.iter() }
    }

    /// Makes sure that there is a byte to read.
    fn refill(&mut self) -> Result<()> {
        while self.piece.is_empty() {
            self.piece = self.rest.next().ok_or_else(|| damaged("文字表只有前一半"))?;
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<u8> {
        self.refill()?;
        let byte = self.piece[0];
        self.piece = &self.piece[1..];
        Ok(byte)
    }

    fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut bytes: usize) -> Result<()> {
        while bytes > 0 {
            self.refill()?;
            let here = bytes.min(self.piece.len());
            self.piece = &self.piece[here..];
            bytes -= here;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String> {
        let length = usize::from(self.u16()?);
        let flags = self.byte()?;
        let runs = if flags & 0x08 != 0 { usize::from(self.u16()?) } else { 0 };
        let extra = if flags & 0x04 != 0 { self.u32()? as usize } else { 0 };
        let mut units: Vec<u16> = Vec::with_capacity(length);
        let mut is_wide = flags & 1 == 1;
        while units.len() < length {
            if self.piece.is_empty() {
                // Each continuation says anew whether its characters are wide.
                self.refill()?;
                is_wide = self.byte()? & 1 == 1;
                continue;
            }
            let wanted = length - units.len();
            if is_wide {
                let here = wanted.min(self.piece.len() / 2);
                if here == 0 {
                    return Err(damaged("文字表里有半个字符"));
                }
                units.extend(self.piece.chunks_exact(2).take(here).map(|unit| u16_at(unit, 0)));
                self.piece = &self.piece[here * 2..];
            } else {
                let here = wanted.min(self.piece.len());
                units.extend(self.piece[..here].iter().map(|&byte| u16::from(byte)));
                self.piece = &self.piece[here..];
            }
        }
        self.skip(runs * 4)?;
        self.skip(extra)?;
        Ok(String::from_utf16_lossy(&units))
    }
}

fn read_strings(record: &Record<'_>, budget: &Budget) -> Result<Vec<Arc<str>>> {
    let count = u32_at(record.data, 4);
    let mut pieces = Pieces::new(record.data.get(8..).unwrap_or_default(), &record.continued);
    let mut strings = Vec::new();
    for _ in 0..count {
        let text = pieces.string()?;
        budget.text(text.len() + 32)?;
        strings.push(text.into());
    }
    Ok(strings)
}

fn read_sheet(stream: &[u8], tab: &Tab, globals: &Globals, budget: &Budget) -> Result<Sheet> {
    let mut sheet = SheetBuilder::new(tab.name.clone(), tab.is_visible, budget);
    let mut records = Records { stream, at: tab.at };
    let mut depth = 0;
    // A formula whose text result comes in the next record.
    let mut waiting: Option<Address> = None;
    while let Some(record) = records.next()? {
        let data = record.data;
        match record.id {
            id::BOF => depth += 1,
            id::EOF if depth <= 1 => return Ok(sheet.finish()),
            id::EOF => depth -= 1,
            // Charts inside the sheet bring their own cells.
            _ if depth != 1 => {}
            id::ROW => {
                let row = u32::from(u16_at(data, 0));
                if u16_at(data, 12) & 0x20 != 0 {
                    sheet.hide_rows(row, row);
                }
            }
            id::COLINFO => {
                if u16_at(data, 8) & 1 == 1 {
                    sheet.hide_columns(u32::from(u16_at(data, 0)), u32::from(u16_at(data, 2)));
                }
            }
            id::MERGEDCELLS => {
                for range in data.get(2..).unwrap_or_default().chunks_exact(8) {
                    let at = |index| u32::from(u16_at(range, index));
                    let (first, last) = (Address::new(at(0), at(4)), Address::new(at(2), at(6)));
                    if first.row <= last.row && first.column <= last.column {
                        sheet.merge(Range { first, last });
                    }
                }
            }
            id::STRING => {
                if let Some(at) = waiting.take() {
                    let text = if globals.is_biff8 {
                        Pieces::new(data, &record.continued).string()?
                    } else {
                        globals.decode(data.get(2..).unwrap_or_default())
                    };
                    budget.text(text.len() + 16)?;
                    sheet.push(at, Value::Text(text.into()), true)?;
                }
            }
            id::MULRK => {
                let at = address(data);
                for (offset, pair) in data.get(4..).unwrap_or_default().chunks_exact(6).enumerate() {
                    let at = Address::new(at.row, at.column.saturating_add(offset as u32));
                    let value = globals.format(u16_at(pair, 0)).value(rk(u32_at(pair, 2)), globals.is_1904);
                    sheet.push(at, value, false)?;
                }
            }
            id::FORMULA => {
                let at = address(data);
                match formula_result(data, globals) {
                    FormulaResult::TextFollows => waiting = Some(at),
                    FormulaResult::Value(value) => {
                        sheet.push(at, value, true)?;
                    }
                }
            }
            _ => {
                if let Some(value) = simple_value(&record, globals, budget)? {
                    sheet.push(address(data), value, false)?;
                }
            }
        }
    }
    Err(damaged(&format!("工作表“{}”只有前一半", tab.name)))
}

fn address(data: &[u8]) -> Address {
    Address::new(u32::from(u16_at(data, 0)), u32::from(u16_at(data, 2)))
}

fn simple_value(record: &Record<'_>, globals: &Globals, budget: &Budget) -> Result<Option<Value>> {
    let data = record.data;
    let format = globals.format(u16_at(data, 4));
    let text = match record.id {
        id::NUMBER => return Ok(Some(format.value(f64_at(data, 6), globals.is_1904))),
        id::RK => return Ok(Some(format.value(rk(u32_at(data, 6)), globals.is_1904))),
        id::BOOLERR => {
            let (value, is_error) = (data.get(6).copied().unwrap_or(0), data.get(7).copied().unwrap_or(0) == 1);
            return Ok(Some(if is_error { error_value(value) } else { Value::Bool(value != 0) }));
        }
        id::LABELSST => {
            let found = globals.strings.get(u32_at(data, 6) as usize);
            let found = found.ok_or_else(|| damaged(&format!("{} 指向不存在的共享文字", address(data))))?;
            return Ok((!found.is_empty()).then(|| Value::Text(Arc::clone(found))));
        }
        id::LABEL | id::RSTRING if globals.is_biff8 => {
            Pieces::new(data.get(6..).unwrap_or_default(), &record.continued).string()?
        }
        id::LABEL | id::RSTRING => {
            let length = usize::from(u16_at(data, 6));
            globals.decode(data.get(8..8 + length).unwrap_or_default())
        }
        _ => return Ok(None),
    };
    budget.text(text.len() + 16)?;
    Ok((!text.is_empty()).then(|| Value::Text(text.into())))
}

enum FormulaResult {
    TextFollows,
    Value(Value),
}

fn formula_result(data: &[u8], globals: &Globals) -> FormulaResult {
    if u16_at(data, 12) != 0xFFFF {
        return FormulaResult::Value(globals.format(u16_at(data, 4)).value(f64_at(data, 6), globals.is_1904));
    }
    let value = data.get(8).copied().unwrap_or(0);
    FormulaResult::Value(match data.get(6) {
        Some(0) => return FormulaResult::TextFollows,
        Some(1) => Value::Bool(value != 0),
        Some(2) => error_value(value),
        // An empty text, or never computed: the format does not tell them apart.
        _ => Value::NoResult,
    })
}

fn error_value(code: u8) -> Value {
    Value::Error(
        match code {
            0x00 => "#NULL!",
            0x07 => "#DIV/0!",
            0x0F => "#VALUE!",
            0x17 => "#REF!",
            0x1D => "#NAME?",
            0x24 => "#NUM!",
            _ => "#N/A",
        }
        .into(),
    )
}

/// A number in 30 bits: the upper half of a double or an integer, perhaps hundredths.
fn rk(bits: u32) -> f64 {
    let value =
        if bits & 2 != 0 { f64::from(bits as i32 >> 2) } else { f64::from_bits(u64::from(bits & 0xFFFF_FFFC) << 32) };
    if bits & 1 != 0 { value / 100.0 } else { value }
}
