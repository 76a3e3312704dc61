//! XML from strangers: no DTD, no entities of its own, bounded depth and bounded pieces.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};

use super::limits::{self, Budget, too_large, unpacks_too_large};
use crate::{Code, Error, Result};

/// A pull reader over one part of a workbook.
pub(super) struct Xml<'b, R> {
    budget: &'b Budget,
    reader: Reader<Metered<R>>,
    buffer: Vec<u8>,
    depth: usize,
    part: String,
}

/// One step through the document. Empty elements come as `Open` and `Close`.
pub(super) enum Node<'a> {
    Open(Tag<'a>),
    Close(Closed<'a>),
    Text(Cow<'a, str>),
    End,
}

/// The name of an element, with and without its prefix.
#[derive(Clone, Copy)]
pub(super) struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    /// As written: `table:table-cell`.
    pub(super) fn full(self) -> &'a str {
        self.0
    }

    /// Without the prefix, which a program may choose freely.
    pub(super) fn local(self) -> &'a str {
        self.0.rsplit_once(':').map_or(self.0, |(_, local)| local)
    }
}

pub(super) struct Closed<'a>(BytesEnd<'a>);

impl Closed<'_> {
    pub(super) fn name(&self) -> Name<'_> {
        Name(self.0.name().0)
    }
}

pub(super) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    pub(super) fn name(&self) -> Name<'_> {
        Name(self.0.name().0)
    }

    /// The attribute of this exact name (`office:value-type`).
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.find(|key| key == name)
    }

    /// The attribute of this name under any prefix (`id` also finds `r:id`).
    pub(super) fn local_attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.find(|key| match key.rsplit_once(':') {
            Some((prefix, local)) => local == name && prefix != "xmlns",
            None => key == name,
        })
    }

    /// Gives every attribute to `each`, by its name as written.
    pub(super) fn attributes(&self, mut each: impl FnMut(&str, &str)) {
        for attribute in self.0.attributes().with_checks(false).flatten() {
            each(attribute.key.as_ref(), &attribute.value);
        }
    }

    fn find(&self, is_it: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
        let found = self.0.attributes().with_checks(false).flatten().find(|found| is_it(found.key.as_ref()))?;
        Some(match quick_xml::escape::unescape(&found.value) {
            Ok(plain) => Cow::Owned(plain.into_owned()),
            Err(_) => found.value,
        })
    }
}

impl<'b, R: BufRead> Xml<'b, R> {
    /// `part` names the piece of the workbook in messages.
    pub(super) fn new(source: R, part: &str, budget: &'b Budget) -> Self {
        let mut reader = Reader::from_reader(Metered { inner: source, piece: 0 });
        reader.config_mut().expand_empty_elements = true;
        Self { budget, reader, buffer: Vec::new(), depth: 0, part: part.to_owned() }
    }

    /// The next step. Comments and declarations come as an empty text, which means nothing to anyone.
    pub(super) fn next(&mut self) -> Result<Node<'_>> {
        self.budget.node()?;
        self.buffer.clear();
        self.reader.get_mut().piece = 0;
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(refusal(&error, &self.part)),
        };
        Ok(match event {
            Event::Start(tag) | Event::Empty(tag) => {
                self.depth += 1;
                if self.depth > limits::XML_DEPTH {
                    return Err(damaged(&format!("{} 里的元素嵌套超过 {} 层", self.part, limits::XML_DEPTH)));
                }
                Node::Open(Tag(tag))
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                Node::Close(Closed(tag))
            }
            Event::Text(text) => Node::Text(text.xml10_content()),
            Event::CData(text) => Node::Text(text.xml10_content()),
            Event::GeneralRef(reference) => match resolve(&reference) {
                Some(character) => Node::Text(Cow::Owned(character.to_string())),
                None => return Err(damaged(&format!("{} 里有未知的实体 &{};", self.part, &*reference))),
            },
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Node::Text(Cow::Borrowed("")),
            Event::DocType(_) => return Err(with_doctype(&self.part)),
            Event::Eof if self.depth > 0 => return Err(damaged(&format!("{} 只有前一半", self.part))),
            Event::Eof => Node::End,
        })
    }

    /// Reads the text inside the element just opened, up to its end; elements inside are passed over.
    pub(super) fn text_inside(&mut self) -> Result<String> {
        let mut text = String::new();
        let mut depth = 0;
        loop {
            match self.next()? {
                Node::Open(_) => depth += 1,
                Node::Close(_) if depth == 0 => return Ok(text),
                Node::Close(_) => depth -= 1,
                Node::Text(piece) if depth == 0 => append(&mut text, &piece)?,
                Node::Text(_) => {}
                Node::End => return Ok(text),
            }
        }
    }

    /// Passes over everything inside the element just opened.
    pub(super) fn skip(&mut self) -> Result<()> {
        let mut depth = 0;
        loop {
            match self.next()? {
                Node::Open(_) => depth += 1,
                Node::Close(_) if depth == 0 => return Ok(()),
                Node::Close(_) => depth -= 1,
                Node::Text(_) => {}
                Node::End => return Ok(()),
            }
        }
    }
}

/// Adds to the text of one cell, which may come in any number of pieces but not be of any length.
pub(super) fn append(text: &mut String, piece: &str) -> Result<()> {
    if text.len() + piece.len() > limits::XML_EVENT_BYTES {
        return Err(too_large(format!("太大：有一个单元格的文字超过 {} MB", limits::XML_EVENT_BYTES >> 20)));
    }
    text.push_str(piece);
    Ok(())
}

fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

fn refusal(error: &quick_xml::Error, part: &str) -> Error {
    match error {
        quick_xml::Error::Io(error) => from_io(error, part),
        _ => damaged(&format!("{part} 不是完好的 XML")),
    }
}
/// Tells a limit that was reached from a broken file.
pub(super) fn from_io(error: &io::Error, part: &str) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Limit>()) {
        Some(Limit::Unpacked) => unpacks_too_large(),
        Some(Limit::Piece) => too_large(format!("太大：{part} 里有一段文字超过 {} MB", limits::XML_EVENT_BYTES >> 20)),
        None => damaged(&format!("{part} 解压不出来")),
    }
}

pub(super) fn damaged(what: &str) -> Error {
    Error::new(Code::CorruptFile, format!("内容不完整或已损坏：{what}"))
        .hint("请在 Excel 或 WPS 里打开原文件，另存为新的 .xlsx 文件后再导入；打不开时请向提供者重新索取")
}

fn with_doctype(part: &str) -> Error {
    Error::new(Code::CorruptFile, format!("{part} 里有文档类型声明（DTD），正常的工作簿没有它"))
        .hint("这个文件可能被人动过手脚，请不要使用，向提供者重新索取")
}

/// A limit that was reached below the XML reader.
#[derive(Debug)]
pub(super) enum Limit {
    Unpacked,
    Piece,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("limit reached")
    }
}

impl std::error::Error for Limit {}

/// Stops a single tag or text from filling the memory: the reader collects it whole before it hands it over.
struct Metered<R> {
    inner: R,
    piece: usize,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.inner.read(into)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece > limits::XML_EVENT_BYTES {
            return Err(io::Error::other(Limit::Piece));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.piece += bytes;
        self.inner.consume(bytes);
    }
}
