//! Where a step of approval stands on the paper.

use serde_json::Value;

use super::{Chain, Step};
use crate::form::Path;
use crate::template::{FixedRow, Kind, TableField, Template};

/// Columns of a sign-off table that name a step. What stands there is the chain's to say.
const ROLE: &str = "department";
const VERB: &str = "verb";

/// The places of one step on the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seat {
    pub name: Path,
    pub date: Path,
    /// None where the paper asks for no opinion.
    pub opinion: Option<Path>,
    pub supplement: Option<Path>,
    pub opinions: Opinions,
}

/// How the paper words an opinion; none where it offers no such box.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Opinions {
    pub agree: Option<String>,
    pub refuse: Option<String>,
    pub supplement: Option<String>,
}

/// The seats of a chain's steps, in their order; none for a step that the form has no place for.
pub(crate) fn seats(chain: &Chain, template: &Template) -> Vec<Option<Seat>> {
    let seat = |(index, step): (usize, &Step)| match (&step.row, &step.field) {
        (Some(table), _) => row_seat(template, table, row_of(chain, index)),
        (None, Some(field)) => field_seat(template, field),
        (None, None) => None,
    };
    chain.steps.iter().enumerate().map(seat).collect()
}

/// The row of a step within its table: the steps of a table take its rows in their order.
fn row_of(chain: &Chain, index: usize) -> usize {
    chain.steps[..index].iter().filter(|step| step.row == chain.steps[index].row).count()
}

fn row_seat(template: &Template, table: &str, row: usize) -> Option<Seat> {
    let (_, columns) = template.table(table)?;
    let path = |column: &str| Path::Cell { table: table.to_owned(), row, column: column.to_owned() };
    let of_kind = |fits: fn(&Kind) -> bool| columns.columns.iter().find(|column| fits(&column.kind));
    let name = of_kind(|kind| matches!(kind, Kind::Signature))?;
    let date = of_kind(|kind| matches!(kind, Kind::Date))?;
    let opinion = of_kind(|kind| matches!(kind, Kind::Choice { .. }));
    let supplement = columns.column("supplement");
    Some(Seat {
        name: path(&name.id),
        date: path(&date.id),
        opinion: opinion.map(|column| path(&column.id)),
        supplement: supplement.map(|column| path(&column.id)),
        opinions: opinion.map(|column| opinions(&column.kind)).unwrap_or_default(),
    })
}

/// The first option agrees, one that begins with 需补充 asks for more, any other refuses.
fn opinions(kind: &Kind) -> Opinions {
    let Kind::Choice { options, .. } = kind else { return Opinions::default() };
    let mut found = Opinions::default();
    for (index, option) in options.iter().enumerate() {
        let place = match index {
            0 => &mut found.agree,
            _ if option.name.starts_with("需补充") => &mut found.supplement,
            _ => &mut found.refuse,
        };
        *place = Some(option.name.clone());
    }
    found
}

fn field_seat(template: &Template, field: &str) -> Option<Seat> {
    let name = template.field(field)?;
    let date = template.field(&format!("{field}_date"))?;
    Some(Seat {
        name: Path::Field(name.id.clone()),
        date: Path::Field(date.id.clone()),
        opinion: None,
        supplement: None,
        opinions: Opinions::default(),
    })
}

/// The form with the rows of its sign-off tables as the chain has them. Tables that name no departments stay.
pub(crate) fn adapt(template: &mut Template, chain: &Chain) {
    let mut tables: Vec<&String> = chain.steps.iter().filter_map(|step| step.row.as_ref()).collect();
    tables.dedup();
    for table in tables {
        let field = template.fields.iter_mut().find(|field| field.id == *table);
        let Some(Kind::Table(rows)) = field.map(|field| &mut field.kind) else { continue };
        if rows.column(ROLE).is_some() && rows.column(VERB).is_some() {
            rows.fixed = chain.steps.iter().filter(|step| step.row.as_ref() == Some(table)).map(fixed_row).collect();
            shorten(rows);
        }
    }
}

fn fixed_row(step: &Step) -> FixedRow {
    let values = [(ROLE, &step.role), (VERB, &step.verb)];
    FixedRow {
        values: values.into_iter().map(|(id, text)| (id.to_owned(), Value::from(text.as_str()))).collect(),
        ..FixedRow::default()
    }
}

fn shorten(table: &mut TableField) {
    table.blank_rows = table.blank_rows.min(table.fixed.len());
}
