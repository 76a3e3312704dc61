//! Fills the texts of a layout: values as typed, boxes ticked, blanks where nothing is known yet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use dossier_layout::Abs;
use dossier_layout::content::{Ink, Inline, Span};
use serde_json::Value;

use crate::document::{Applies, RowValues, Values, display};
use crate::template::{ChoiceOption, Clause, Condition, Field, Kind, Part, Template, Text};

/// Rule of a blank in the page header.
pub(super) const HEADER_BLANK: Abs = Abs::mm(8.0);
/// Rule of a blank part of a number.
const NUMBER_BLANK: Abs = Abs::mm(10.0);
/// What extraction reads in a blank: the source documents' own.
const BLANK_TEXT: &str = "____";
/// Distance of the ruled lines for a long answer is a pitch of text; so many lines are ruled.
const RULED_LINES: usize = 2;
/// Rule of a line for a long answer, mm: a clause's width less the sign that ends it.
const LONG_BLANK: f64 = 150.0;

/// Fills texts from the values of a document or of one row.
#[derive(Clone, Copy)]
pub(super) struct Filler<'a> {
    pub template: &'a Template,
    pub values: &'a Values<'a>,
    /// Signatures that were drawn, by their places.
    pub ink: &'a BTreeMap<String, Arc<Ink>>,
    /// Everything prints empty.
    pub blank: bool,
}

/// What a text is filled from, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The row of a table field whose columns come before the document's fields.
    pub row: Option<&'a RowValues<'a>>,
    /// Printed for `{#}`.
    pub number: usize,
    /// Width of the cell, mm: narrow cells have shorter blanks.
    pub width: f64,
    pub setting: Where,
    /// Within the text of an option, blanks always print.
    pub in_option: bool,
}

impl Context<'_> {
    /// A text filled from the document's own fields.
    pub fn document(width: f64, setting: Where) -> Self {
        Self { row: None, number: 0, width, setting, in_option: false }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    Label,
    Cell,
    /// Running text: blanks are ruled.
    Running,
    /// A line under the title: literal text in 黑体.
    Line,
}

impl<'a> Filler<'a> {
    pub fn running(&self, text: &Text) -> Vec<Inline> {
        self.fill(text, &Context::document(165.0, Where::Running))
    }

    pub fn line(&self, text: &Text) -> Vec<Inline> {
        self.fill(text, &Context::document(80.0, Where::Line))
    }

    /// The text with its values, for headings and bookmarks.
    pub fn plain(&self, text: &Text) -> String {
        text.parts
            .iter()
            .map(|part| match part {
                Part::Literal { text, .. } => Cow::Borrowed(text.as_str()),
                Part::Field { id, .. } if !self.blank => Cow::Owned(self.values.text(id).unwrap_or_default()),
                Part::Field { .. } | Part::RowNumber => Cow::Borrowed(""),
            })
            .collect()
    }

    pub fn fill(&self, text: &Text, context: &Context) -> Vec<Inline> {
        let mut inlines = Vec::new();
        let alone = matches!(text.parts[..], [Part::Field { .. }]);
        for (index, part) in text.parts.iter().enumerate() {
            match part {
                Part::Literal { text: literal, bold } => {
                    let literal = self.without_empty_brackets(text, index, literal, context);
                    let literal = self.trimmed_beside_blanks(text, index, literal, context);
                    let sans = matches!(context.setting, Where::Line | Where::Label);
                    push_literal(&mut inlines, literal, *bold, sans);
                }
                Part::RowNumber => inlines.push(Inline::text(context.number.to_string())),
                Part::Field { id, only_name, blank, bold } => {
                    let Some(field) = self.field(id, context) else { continue };
                    let bracketed = self.is_in_void_brackets(text, index, context);
                    if bracketed || !context.in_option && !self.concerns(field, context) {
                        continue;
                    }
                    let place = InPlace { alone, only_name: *only_name, blank: *blank, bold: *bold };
                    self.value(field, &place, context, &mut inlines);
                }
            }
        }
        inlines
    }

    /// Whether the field concerns the document, or the row, at all.
    fn concerns(&self, field: &Field, context: &Context) -> bool {
        let Some(condition) = &field.when else { return true };
        if self.blank {
            return self.concerns_blank(condition, context);
        }
        let applies = match context.row {
            Some(row) if self.column(row, &field.id).is_some() => row.applies(condition),
            _ => self.values.applies(condition),
        };
        applies != Applies::No
    }

    /// On blank paper all prints but what the row's own printed values rule out. A row without any is still open.
    fn concerns_blank(&self, condition: &Condition, context: &Context) -> bool {
        let Some(row) = context.row else { return true };
        let columns = self.template.table(row.table()).map_or(&[][..], |(_, table)| &table.columns);
        if columns.iter().all(|column| row.fixed(&column.id).is_none()) {
            return true;
        }
        condition.any.iter().any(|clause| match clause {
            Clause::Filled { field } => self.column(row, field).is_none() || row.fixed(field).is_some(),
            Clause::OneOf { .. } | Clause::MoreThan { .. } => true,
        })
    }

    /// `1（V4.2.1）`, but `0` alone: brackets around an empty field that need not be filled go with it.
    fn is_in_void_brackets(&self, text: &Text, index: usize, context: &Context) -> bool {
        let before = index.checked_sub(1).and_then(|before| text.parts.get(before));
        let opens = matches!(before, Some(Part::Literal { text, .. }) if text.ends_with('（'));
        let closes = matches!(text.parts.get(index + 1), Some(Part::Literal { text, .. }) if text.starts_with('）'));
        let Some(Part::Field { id, .. }) = text.parts.get(index) else { return false };
        let is_void = || {
            let field = self.field(id, context);
            field.is_some_and(|field| !field.required && self.get(id, context).is_none() && !self.blank)
        };
        opens && closes && is_void()
    }

    fn without_empty_brackets<'t>(&self, text: &Text, index: usize, literal: &'t str, context: &Context) -> &'t str {
        let mut literal = literal;
        if self.is_in_void_brackets(text, index + 1, context) {
            literal = literal.trim_end_matches('（');
        }
        if index > 0 && self.is_in_void_brackets(text, index - 1, context) {
            literal = literal.strip_prefix('）').unwrap_or(literal);
        }
        literal
    }

    fn column(&self, row: &RowValues, id: &str) -> Option<&'a Field> {
        self.template.column(row.table(), id)
    }

    /// The spaces typed around a value (`研发部 12 人`) do not print around a blank.
    fn trimmed_beside_blanks<'t>(&self, text: &Text, index: usize, literal: &'t str, context: &Context) -> &'t str {
        let is_ruled = |part: Option<&Part>, ahead: bool| match part {
            Some(Part::Field { id, .. }) => {
                let field = self.field(id, context);
                // Behind a blank with a unit the text goes on behind the unit.
                field.is_some_and(|field| !matches!(field.kind, Kind::Choice { .. }) && (ahead || field.unit.is_none()))
                    && self.get(id, context).is_none()
            }
            _ => false,
        };
        let mut literal = literal;
        if literal == " " {
            return literal;
        }
        if is_ruled(text.parts.get(index + 1), true) {
            literal = literal.trim_end_matches(' ');
        }
        if index > 0 && is_ruled(text.parts.get(index - 1), false) {
            literal = literal.trim_start_matches(' ');
        }
        literal
    }

    fn field(&self, id: &str, context: &Context) -> Option<&'a Field> {
        let column = context.row.and_then(|row| self.column(row, id));
        column.or_else(|| self.template.field(id))
    }

    fn get(&self, id: &str, context: &Context) -> Option<Value> {
        if let Some(row) = context.row.filter(|row| self.column(row, id).is_some()) {
            // The names of fixed rows print on blank paper too.
            return if self.blank { row.fixed(id).cloned() } else { row.get(id).map(Cow::into_owned) };
        }
        if self.blank {
            // What stands there unless somebody writes something else is printed on blank paper too.
            return self.template.field(id).filter(|field| !field.frame).and_then(|field| field.default.clone());
        }
        self.values.get(id).map(Cow::into_owned)
    }

    fn value(&self, field: &Field, place: &InPlace, context: &Context, out: &mut Vec<Inline>) {
        let kind = context.row.map_or(&field.kind, |row| row.kind(&field.id).unwrap_or(&field.kind));
        let value = self.get(&field.id, context);
        if let Kind::Choice { options, .. } = kind {
            if place.only_name {
                match value {
                    Some(value) => out.push(text(&display(kind, &value), place, context)),
                    None => self.blank_of(field, kind, place, context, out),
                }
            } else {
                self.options(options, value.as_ref(), place, context, out);
            }
            return;
        }
        let Some(value) = value else { return self.blank_of(field, kind, place, context, out) };
        if let Some(ink) = self.ink_of(field, context) {
            out.push(Inline::Ink(ink));
            return;
        }
        let printed = display(kind, &value);
        match kind {
            Kind::Date | Kind::DateOrWords | Kind::DateTime => push_date(&printed, place, context, out),
            Kind::Integer | Kind::Decimal => {
                let printed = field.unit.as_ref().map_or(printed.clone(), |unit| format!("{printed} {unit}"));
                out.push(Inline::Together(vec![text(&printed, place, context)]));
            }
            Kind::Person { .. } | Kind::Department { .. } => {
                let span = Span { text: printed, bold: place.bold, parts: true, ..Span::default() };
                out.push(Inline::Text(span));
            }
            _ => out.extend(lines(&printed, place, context)),
        }
    }

    /// The signature that was drawn in this place.
    fn ink_of(&self, field: &Field, context: &Context) -> Option<Arc<Ink>> {
        if self.blank || self.ink.is_empty() || field.kind != Kind::Signature {
            return None;
        }
        let place = match context.row.filter(|row| self.column(row, &field.id).is_some()) {
            Some(row) => format!("{}[{}].{}", row.table(), row.index(), field.id),
            None => field.id.clone(),
        };
        self.ink.get(&place).map(Arc::clone)
    }

    /// All options with their boxes.
    fn options(
        &self,
        options: &[ChoiceOption],
        value: Option<&Value>,
        place: &InPlace,
        context: &Context,
        out: &mut Vec<Inline>,
    ) {
        for (index, option) in options.iter().enumerate() {
            if index > 0 {
                out.push(Inline::Gap);
            }
            let ticked = match value {
                Some(Value::String(name)) => *name == option.name,
                Some(Value::Array(names)) => names.iter().any(|name| name == &option.name),
                _ => false,
            };
            let mut inner = vec![Inline::Box { ticked }];
            let setting = if context.setting == Where::Running { Where::Running } else { Where::Cell };
            let inner_context = Context { setting, in_option: true, ..*context };
            for part in self.fill(&option.text, &inner_context) {
                inner.push(bold_if(part, place.bold));
            }
            out.push(Inline::Together(inner));
        }
    }

    /// What stands where a value is missing: the source documents' own blank.
    fn blank_of(&self, field: &Field, kind: &Kind, place: &InPlace, context: &Context, out: &mut Vec<Inline>) {
        let ruled = !place.alone || context.setting == Where::Running;
        let width = place.blank.or(field.blank);
        if width == Some(0.0) {
            return;
        }
        // The cells of a table are narrow.
        let scale = if context.row.is_some() && !context.in_option { 0.6 } else { 1.0 };
        let rule = |default: f64| blank(Abs::mm(width.unwrap_or(default * scale)));
        match kind {
            Kind::Date | Kind::DateOrWords => out.push(date_blanks(context.width)),
            Kind::DateTime => {
                out.push(date_blanks(context.width));
                let narrow = context.width < 40.0 && context.setting == Where::Cell;
                out.push(if narrow { Inline::Break } else { Inline::text(" ") });
                out.push(time_blanks(context.width));
            }
            Kind::Time => {
                let rule = blank(Abs::mm(4.0));
                out.push(Inline::Together(vec![rule.clone(), Inline::text(":"), rule]));
            }
            Kind::Rating => out.push(Inline::text("☆☆☆☆☆")),
            Kind::Version if place.alone && context.row.is_none() => out.push(Inline::text("V")),
            Kind::Number { pattern } => out.extend(number_blanks(pattern, NUMBER_BLANK, false)),
            Kind::Duration { minutes: true } if place.alone => {
                out.push(Inline::Together(vec![rule(14.0), Inline::text("分钟")]));
            }
            Kind::Integer | Kind::Decimal if field.unit.is_some() => {
                let unit = Inline::text(field.unit.clone().unwrap_or_default());
                out.push(Inline::Together(vec![rule(14.0), unit]));
            }
            Kind::LongText if context.setting == Where::Running => {
                for _ in 0..RULED_LINES {
                    if !out.is_empty() {
                        out.push(Inline::Break);
                    }
                    out.push(blank(Abs::mm(width.unwrap_or(LONG_BLANK))));
                }
            }
            Kind::Integer if ruled => out.push(rule(9.0)),
            Kind::Integer => {}
            Kind::Decimal if ruled => out.push(rule(16.0)),
            Kind::Version if ruled => out.push(Inline::Together(vec![Inline::text("V"), rule(14.0)])),
            Kind::Choice { .. } if ruled && place.only_name => out.push(rule(24.0)),
            Kind::Signature | Kind::Table(_) | Kind::Choice { .. } => {}
            _ if ruled => out.push(rule(24.0)),
            _ => {}
        }
    }
}

/// How a field stands in its text.
pub(super) struct InPlace {
    alone: bool,
    only_name: bool,
    blank: Option<f64>,
    bold: bool,
}

fn text(printed: &str, place: &InPlace, context: &Context) -> Inline {
    // Hashes are long and read letter by letter: they are set small.
    let small = place.alone && context.setting == Where::Cell && is_hash(printed);
    Inline::Text(Span { text: printed.to_owned(), bold: place.bold, small, ..Span::default() })
}

/// A text line by line: a hash among them is set small.
fn lines<'t>(printed: &'t str, place: &'t InPlace, context: &'t Context) -> impl Iterator<Item = Inline> + 't {
    let line = move |(index, line)| {
        let newline = (index > 0).then_some(Inline::Break);
        newline.into_iter().chain([text(line, place, context)])
    };
    printed.split('\n').enumerate().flat_map(line)
}

fn is_hash(text: &str) -> bool {
    text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn bold_if(inline: Inline, bold: bool) -> Inline {
    match inline {
        Inline::Text(span) => Inline::Text(Span { bold: bold || span.bold, ..span }),
        other => other,
    }
}

fn push_literal(out: &mut Vec<Inline>, literal: &str, bold: bool, sans: bool) {
    for (index, line) in literal.split('\n').enumerate() {
        if index > 0 {
            out.push(Inline::Break);
        }
        if !line.is_empty() {
            out.push(Inline::Text(Span { text: line.to_owned(), bold, sans, ..Span::default() }));
        }
    }
}

/// A date stays on one line; its time may go on to the next.
fn push_date(printed: &str, place: &InPlace, context: &Context, out: &mut Vec<Inline>) {
    for (index, part) in printed.split(' ').enumerate() {
        if index > 0 {
            out.push(text(" ", place, context));
        }
        out.push(Inline::Together(vec![text(part, place, context)]));
    }
}

/// A ruled blank.
pub(super) fn blank(width: Abs) -> Inline {
    Inline::Blank { width, text: BLANK_TEXT }
}

/// Widths of the blanks for the year and for the other parts of a date, by the width of the cell.
fn date_widths(cell: f64) -> (f64, f64) {
    match cell {
        width if width < 29.5 => (7.4, 4.8),
        width if width < 33.5 => (8.4, 5.4),
        width if width < 36.0 => (9.0, 6.0),
        _ => (11.0, 7.5),
    }
}

pub(crate) fn date_blanks(cell: f64) -> Inline {
    let (year, other) = date_widths(cell);
    parts_of([(year, "年"), (other, "月"), (other, "日")])
}

fn time_blanks(cell: f64) -> Inline {
    let (_, other) = date_widths(cell);
    parts_of([(other, "时"), (other, "分")])
}

fn parts_of<const N: usize>(parts: [(f64, &str); N]) -> Inline {
    let inline = |(width, unit): (f64, &str)| [blank(Abs::mm(width)), Inline::text(unit)];
    Inline::Together(parts.into_iter().flat_map(inline).collect())
}

/// `REL-APP-{year}-{seq:03}` as `REL-APP-____-____`.
pub(super) fn number_blanks(pattern: &str, width: Abs, sans: bool) -> Vec<Inline> {
    let mut inlines = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
        let literal = Span { text: rest[..start].to_owned(), sans, ..Span::default() };
        inlines.extend([Inline::Text(literal), blank(width)]);
        rest = &rest[end..];
    }
    inlines.push(Inline::Text(Span { text: rest.to_owned(), sans, ..Span::default() }));
    vec![Inline::Together(inlines)]
}
