//! Whether a document is complete and agrees with itself.

use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::{NaiveDate, NaiveTime};
use serde_json::{Map, Value};

use super::number::Number;
use super::validate::Document;
use super::values::{Applies, Origin, RowValues, Values};
use super::version::Version;
use crate::error::Issue;
use crate::template::{Check, Field, Kind, Rule, TableField, Template, parts_of_number};

/// Everything that keeps a document from being submitted: what is missing, and rules that are broken.
///
/// The path is the place in the content (`milestones[3].reason`); the message names it as it is printed, says what to
/// do and quotes the clause that asks for it.
pub fn check(document: &Document, template: &Template, facts: &Map<String, Value>) -> Vec<Issue> {
    let mut checker = Checker { template, values: Values::new(document, template, facts), issues: Vec::new() };
    for field in &template.fields {
        checker.field(field);
    }
    for rule in template.rules.iter().filter(|rule| !rule.warning) {
        checker.rule(rule);
    }
    checker.issues
}

/// What does not keep a document from being submitted, but should be looked at: rules that only warn.
pub fn advise(document: &Document, template: &Template, facts: &Map<String, Value>) -> Vec<Issue> {
    let mut checker = Checker { template, values: Values::new(document, template, facts), issues: Vec::new() };
    for rule in template.rules.iter().filter(|rule| rule.warning) {
        checker.rule(rule);
    }
    checker.issues
}

struct Checker<'a> {
    template: &'a Template,
    values: Values<'a>,
    issues: Vec<Issue>,
}

/// Where something is checked: the document, or one row of a table.
#[derive(Clone, Copy)]
enum Spot<'a> {
    Document(Values<'a>),
    Row(&'a Field, RowValues<'a>),
}

impl<'a> Spot<'a> {
    fn resolve(&self, id: &str) -> Option<(Origin, Value)> {
        let found = match self {
            Self::Document(values) => values.resolve(id),
            Self::Row(_, row) => row.resolve(id),
        };
        found.map(|(origin, value)| (origin, value.into_owned()))
    }

    fn get(&self, id: &str) -> Option<Value> {
        self.resolve(id).map(|(_, value)| value)
    }

    fn text(&self, id: &str) -> Option<String> {
        match self {
            Self::Document(values) => values.text(id),
            Self::Row(_, row) => row.text(id),
        }
    }

    fn applies(&self, rule: &Rule) -> bool {
        let applies = |condition| match self {
            Self::Document(values) => values.applies(condition),
            Self::Row(_, row) => row.applies(condition),
        };
        rule.when.as_ref().is_none_or(|condition| applies(condition) == Applies::Yes)
    }

    /// Whether something is written there. A table is filled as soon as one row is.
    fn is_filled(&self, id: &str) -> bool {
        match self {
            Self::Document(values) if values.row_count(id) > 0 => filled_rows(values, id) > 0,
            _ => self.resolve(id).is_some(),
        }
    }

    /// Every number in a value: a text may hold several.
    fn numbers(&self, id: &str) -> Vec<Number> {
        match self.get(id) {
            Some(Value::String(text)) => Number::parse(&text).map_or_else(|| Number::all_in(&text), |one| vec![one]),
            Some(value) => Number::of(&value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

/// A field or column with the words for its place.
struct Place {
    path: String,
    label: String,
}

fn filled_rows(values: &Values, table: &str) -> usize {
    (0..values.row_count(table)).filter(|index| !values.row(table, *index).is_empty()).count()
}

impl<'a> Checker<'a> {
    fn place(&self, spot: &Spot, id: &str) -> Place {
        let label = |field: Option<&Field>| field.map_or_else(|| id.to_owned(), |field| field.label.clone());
        match spot {
            Spot::Row(table, row) if self.template.column(&table.id, id).is_some() => Place {
                path: format!("{}[{}].{id}", table.id, row.index()),
                label: format!(
                    "{}第 {} 行的{}",
                    table.label,
                    row.index() + 1,
                    label(self.template.column(&table.id, id))
                ),
            },
            _ => Place { path: id.to_owned(), label: label(self.template.field(id)) },
        }
    }

    fn push(&mut self, path: String, code: &'static str, message: String, clause: Option<&str>) {
        let message = message.trim_end_matches('。');
        let clause = clause.map(|clause| format!("（{clause}）")).unwrap_or_default();
        self.issues.push(Issue::at(path, code, format!("{message}{clause}。")));
    }

    // ---- fields by themselves

    fn field(&mut self, field: &'a Field) {
        match &field.kind {
            Kind::Table(table) => self.table(field, table),
            kind => self.single(&Spot::Document(self.values), field, kind, self.values.concerns(field)),
        }
    }

    fn single(&mut self, spot: &Spot<'a>, field: &Field, kind: &Kind, concerns: Applies) {
        let place = self.place(spot, &field.id);
        let clause = field.clause.as_deref();
        let Some((origin, value)) = spot.resolve(&field.id) else {
            // While what decides is empty, only that is asked for.
            if field.required && concerns == Applies::Yes && !self.waits(spot, field) {
                let verb = if matches!(kind, Kind::Choice { .. }) { "没选" } else { "没填" };
                self.push(place.path, "required", format!("{}还{verb}", place.label), clause);
            }
            return;
        };
        let computed = match spot {
            Spot::Document(values) => values.computed(field),
            Spot::Row(_, row) => row.computed(field),
        };
        if let (Origin::Typed | Origin::Carried, Some(computed)) = (origin, computed)
            && !same(&value, &computed)
        {
            let [typed, computed] = [&value, &computed].map(|value| super::display(kind, value));
            let message = format!("{}写的是 {typed}，按其他内容算出的是 {computed}，请核对", place.label);
            self.push(place.path, "typed_differs_from_computed", message, clause);
            return;
        }
        if let (Kind::Number { pattern }, Value::String(number), false) = (kind, &value, field.frame)
            && parts_of_number(pattern, number).is_none()
        {
            let example = crate::template::number_of(pattern, 2026, 1);
            let message = format!("{}要写成 {example} 这样的编号，现在是“{number}”", place.label);
            self.push(place.path, "number_format", message, clause);
        }
    }

    /// Whether a field fills itself as soon as something else is filled that is asked for anyway.
    fn waits(&self, spot: &Spot, field: &Field) -> bool {
        let Some((None, inputs)) = field.compute.as_ref().map(|compute| compute.reads()) else { return false };
        inputs.iter().any(|id| self.find(spot, id).is_some_and(|input| input.required) && spot.resolve(id).is_none())
    }

    /// A column of the spot's table, else a field of the document.
    fn find(&self, spot: &Spot, id: &str) -> Option<&'a Field> {
        let column = match spot {
            Spot::Row(table, _) => self.template.column(&table.id, id),
            Spot::Document(_) => None,
        };
        column.or_else(|| self.template.field(id))
    }

    fn table(&mut self, field: &'a Field, table: &'a TableField) {
        if self.values.concerns(field) == Applies::No {
            return;
        }
        let least = table.min_rows.max(usize::from(field.required));
        let filled = filled_rows(&self.values, &field.id);
        if filled < least {
            let message = format!("{}至少要填 {least} 行，现在有 {filled} 行", field.label);
            self.push(field.id.clone(), "required", message, field.clause.as_deref());
        }
        for index in 0..self.values.row_count(&field.id) {
            let row = self.values.row(&field.id, index);
            // A row that is always there asks for its cells; an empty row that was added asks for nothing.
            if row.is_empty() && table.fixed_row(index).is_none() {
                continue;
            }
            for column in &table.columns {
                let kind = table.kind_at(index, column);
                self.single(&Spot::Row(field, row), column, kind, row.concerns(column));
            }
        }
    }

    // ---- rules

    fn rule(&mut self, rule: &'a Rule) {
        let Some(id) = &rule.table else {
            let spot = Spot::Document(self.values);
            if spot.applies(rule) {
                self.rule_at(rule, &spot);
            }
            return;
        };
        let Some((table, _)) = self.template.table(id) else { return };
        if self.values.concerns(table) == Applies::No {
            return;
        }
        let rows = (0..self.values.row_count(id)).map(|index| self.values.row(id, index));
        let spots = rows.filter(|row| !row.is_empty()).map(|row| Spot::Row(table, row));
        let spots: Vec<Spot<'a>> = spots.filter(|spot| spot.applies(rule)).collect();
        match &rule.check {
            Check::Unique { column } => self.unique(rule, column, &spots),
            Check::Numbered { column } => self.numbered(rule, column, &spots),
            Check::Ascending { fields, equal } if fields.len() == 1 => {
                self.rising_rows(rule, &fields[0], *equal, &spots)
            }
            _ => spots.iter().for_each(|spot| self.rule_at(rule, spot)),
        }
    }

    /// A broken rule: its own words where it has some, with the place before them.
    fn broken(&mut self, rule: &Rule, place: Place, general: String) {
        let message = match &rule.message {
            // In a table the words alone would not say which row.
            Some(message) if rule.table.is_some() => format!("{}：{message}", place.label),
            Some(message) => message.clone(),
            None => general,
        };
        self.push(place.path, rule.code, message, rule.clause.as_deref());
    }

    fn rule_at(&mut self, rule: &Rule, spot: &Spot) {
        let place = |id: &str| self.place(spot, id);
        match &rule.check {
            Check::Equal { fields } | Check::Different { fields } => {
                let wants_equal = matches!(rule.check, Check::Equal { .. });
                let filled: Vec<(&String, Value)> = fields.iter().filter_map(|id| Some((id, spot.get(id)?))).collect();
                for (index, (id, value)) in filled.iter().enumerate().skip(1) {
                    let other = match wants_equal {
                        true => filled[..1].iter().find(|(_, first)| !same(first, value)),
                        false => filled[..index].iter().find(|(_, first)| same(first, value)),
                    };
                    let Some((other, _)) = other else { continue };
                    let (place, other_place) = (self.place(spot, id), self.place(spot, other));
                    let [text, other] = [id, other].map(|id| spot.text(id).unwrap_or_default());
                    let general = match wants_equal {
                        true => format!("{}是 {text}，{}是 {other}，两处要一致", place.label, other_place.label),
                        false => format!("{}和{}都是 {text}，两处不能相同", other_place.label, place.label),
                    };
                    self.broken(rule, place, general);
                }
            }
            Check::SumEquals { field, of } => {
                let Some(total) = Number::sum(spot.numbers(field).into_iter()) else { return };
                let Some(sum) = Number::sum(of.iter().flat_map(|id| spot.numbers(id))) else { return };
                if total.compare(sum) != Ordering::Equal {
                    let parts: Vec<String> = of.iter().map(|id| self.short_label(spot, id)).collect();
                    let place = place(field);
                    let general = format!("{}是 {total}，{}之和是 {sum}，两处要一致", place.label, parts.join("、"));
                    self.broken(rule, place, general);
                }
            }
            Check::Ascending { fields, equal } => {
                let steps: Vec<(&String, Step)> =
                    fields.iter().flat_map(|id| steps_of(spot, id).into_iter().map(move |step| (id, step))).collect();
                let falls = steps.windows(2).find(|pair| !rises(&pair[0].1, &pair[1].1, *equal));
                if let Some([(before, low), (id, high)]) = falls.map(|pair| [&pair[0], &pair[1]]) {
                    let (place, before) = (place(id), place(before));
                    let word = if *equal { "不能小于" } else { "要大于" };
                    let general = match place.path == before.path {
                        true => format!("{}里的数要从小到大，现在 {low} 后面是 {high}", place.label),
                        false => format!("{}（{high}）{word}{}（{low}）", place.label, before.label),
                    };
                    self.broken(rule, place, general);
                }
            }
            Check::Limits { field, at_least, at_most, last } => {
                self.limits(rule, spot, field, *at_least, *at_most, *last)
            }
            Check::Requires { fields } => {
                for id in fields.iter().filter(|id| !spot.is_filled(id)) {
                    let place = self.place(spot, id);
                    let because = rule.when.as_ref().and_then(|condition| {
                        let decider = condition.fields().find(|id| spot.text(id).is_some())?;
                        let shown = format!("{}是“{}”", self.place(spot, decider).label, spot.text(decider)?);
                        Some((shown, matches!(spot, Spot::Row(table, _) if table_has(table, decider))))
                    });
                    let general = match because {
                        // The row was named once.
                        Some((because, true)) => format!("{because}，{}要填写", self.short_label(spot, id)),
                        Some((because, false)) => format!("{because}，{}要填写", place.label),
                        None => format!("{}要填写", place.label),
                    };
                    self.broken(rule, place, general);
                }
            }
            Check::NewerVersion { field, than } => {
                let (Some(new), Some(old)) = (spot.text(field), spot.text(than)) else { return };
                let (Some(newer), Some(older)) = (Version::read(&new), Version::read(&old)) else { return };
                if newer.compare(&older) != Ordering::Greater {
                    let (place, than) = (place(field), self.place(spot, than));
                    let general = format!("{}（{new}）要高于{}（{old}）", place.label, than.label);
                    self.broken(rule, place, general);
                }
            }
            Check::VersionParts { field, parts } => {
                let Some(text) = spot.text(field) else { return };
                if Version::read(&text).is_some_and(|version| version.numbers.len() != *parts) {
                    let example = ["4", "2", "0", "1"].into_iter().cycle().take(*parts).collect::<Vec<_>>().join(".");
                    let place = place(field);
                    let count =
                        ["零", "一", "两", "三", "四"].get(*parts).map_or(parts.to_string(), ToString::to_string);
                    let general = format!("{}要写成 V{example} 这样的{count}段数字，现在是“{text}”", place.label);
                    self.broken(rule, place, general);
                }
            }
            // These compare rows: see `rule`.
            Check::Unique { .. } | Check::Numbered { .. } => {}
        }
    }

    /// The label alone, where the row is already clear.
    fn short_label(&self, spot: &Spot, id: &str) -> String {
        self.find(spot, id).map_or_else(|| id.to_owned(), |field| field.label.clone())
    }

    fn limits(
        &mut self,
        rule: &Rule,
        spot: &Spot,
        field: &str,
        at_least: Option<f64>,
        at_most: Option<f64>,
        last: Option<f64>,
    ) {
        let numbers = spot.numbers(field);
        let limit = |limit: f64| Number::parse(&limit.to_string());
        let below = |number: &&Number| at_least.and_then(limit).is_some_and(|limit| number.compare(limit).is_lt());
        let above = |number: &&Number| at_most.and_then(limit).is_some_and(|limit| number.compare(limit).is_gt());
        let place = self.place(spot, field);
        if let Some(number) = numbers.iter().find(|number| below(number) || above(number)) {
            let range = match (at_least, at_most) {
                (Some(least), Some(most)) => format!("要在 {least} 到 {most} 之间"),
                (Some(least), None) => format!("不能小于 {least}"),
                (None, most) => format!("不能大于 {}", most.unwrap_or_default()),
            };
            let general = format!("{}{range}，现在是 {number}", place.label);
            self.broken(rule, place, general);
        } else if let (Some(number), Some(wanted)) = (numbers.last(), last.and_then(limit))
            && number.compare(wanted) != Ordering::Equal
        {
            let general = format!("{}最后要到 {wanted}，现在是 {number}", place.label);
            self.broken(rule, place, general);
        }
    }

    // ---- rules that compare rows

    fn unique(&mut self, rule: &Rule, column: &str, spots: &[Spot]) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for spot in spots {
            let (Spot::Row(_, row), Some(text)) = (spot, spot.text(column)) else { continue };
            if let Some(first) = seen.get(&text) {
                let place = self.place(spot, column);
                let general = format!("{}“{text}”和第 {} 行重复", place.label, first + 1);
                self.broken(rule, place, general);
            } else {
                seen.insert(text, row.index());
            }
        }
    }

    fn numbered(&mut self, rule: &Rule, column: &str, spots: &[Spot]) {
        let numbered: Vec<(&Spot, Number)> =
            spots.iter().filter_map(|spot| Some((spot, Number::of(&spot.get(column)?)?))).collect();
        let mut seen: Vec<String> = Vec::new();
        for (spot, number) in &numbered {
            let text = number.to_string();
            let in_range = text.parse::<usize>().is_ok_and(|number| (1..=numbered.len()).contains(&number));
            let place = self.place(spot, column);
            if seen.contains(&text) {
                let general = format!("{}和另一行都是 {text}，每个号只能用一次", place.label);
                self.broken(rule, place, general);
            } else if !in_range {
                let general = format!("{}要从 1 排到 {}，中间不空号，现在是 {text}", place.label, numbered.len());
                self.broken(rule, place, general);
            }
            seen.push(text);
        }
    }

    /// One column down the rows; rows without a value are passed over.
    fn rising_rows(&mut self, rule: &Rule, column: &str, equal: bool, spots: &[Spot]) {
        let mut before: Option<(Step, usize)> = None;
        for spot in spots {
            let Spot::Row(_, row) = spot else { continue };
            let Some(step) = steps_of(spot, column).pop() else { continue };
            if let Some((last, index)) = before.take().filter(|(last, _)| !rises(last, &step, equal)) {
                let place = self.place(spot, column);
                let word = if matches!(step, Step::Moment(_)) { "早于" } else { "小于" };
                let word = if equal { word.to_owned() } else { format!("{word}或等于") };
                let general = format!("{}写的是 {step}，不能{word}第 {} 行的 {last}", place.label, index + 1);
                self.broken(rule, place, general);
            }
            before = Some((step, row.index()));
        }
    }
}

fn table_has(table: &Field, column: &str) -> bool {
    table.table().is_some_and(|table| table.column(column).is_some())
}

/// Equal as values: 5 and "5" are, in numbers.
fn same(a: &Value, b: &Value) -> bool {
    a == b || matches!((Number::of(a), Number::of(b)), (Some(a), Some(b)) if a.compare(b) == Ordering::Equal)
}

/// Something that can rise.
enum Step {
    Number(Number),
    /// A day, a moment or a time of day, in its canonical form.
    Moment(String),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Moment(moment) => f.write_str(moment),
        }
    }
}

fn steps_of(spot: &Spot, id: &str) -> Vec<Step> {
    match spot.get(id) {
        Some(Value::String(text)) if is_moment(&text) => vec![Step::Moment(text)],
        _ => spot.numbers(id).into_iter().map(Step::Number).collect(),
    }
}

fn is_moment(text: &str) -> bool {
    let is_day = |day: &str| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok();
    let is_time = |time: &str| NaiveTime::parse_from_str(time, "%H:%M").is_ok();
    match text.split_once(' ') {
        Some((day, time)) => is_day(day) && is_time(time),
        None => is_day(text) || is_time(text),
    }
}

/// Days are compared with moments to the day.
fn rises(low: &Step, high: &Step, equal: bool) -> bool {
    let ordering = match (low, high) {
        (Step::Number(low), Step::Number(high)) => low.compare(*high),
        (Step::Moment(low), Step::Moment(high)) => {
            let precision = low.len().min(high.len());
            let ordering = low[..precision].cmp(&high[..precision]);
            // The same day does not say which came first.
            if ordering.is_eq() && low.len() != high.len() {
                return true;
            }
            ordering
        }
        _ => return true,
    };
    ordering.is_lt() || (equal && ordering.is_eq())
}
