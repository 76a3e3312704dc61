//! Places within a document: `planned_at`, `plan[3].version`.

use std::fmt;

use crate::template::{Field, Kind, Template};

/// A place in the content of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path<'a> {
    /// A field, a table field as a whole among them.
    Field(&'a str),
    /// A row of a table field, counted from 0.
    Row { table: &'a str, row: usize },
    /// A cell of a table field.
    Cell { table: &'a str, row: usize, column: &'a str },
}

impl<'a> Path<'a> {
    /// Reads a path; `None` where it is not written like one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let is_id = |id: &str| !id.is_empty() && !id.contains(['[', ']', '.']);
        let Some((table, rest)) = text.split_once('[') else { return is_id(text).then_some(Self::Field(text)) };
        let (row, rest) = rest.split_once(']')?;
        if !is_id(table) || row.is_empty() || !row.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let row = row.parse().ok()?;
        if rest.is_empty() {
            return Some(Self::Row { table, row });
        }
        let column = rest.strip_prefix('.').filter(|column| is_id(column))?;
        Some(Self::Cell { table, row, column })
    }

    /// The field or table that it lies in.
    pub fn field(&self) -> &'a str {
        match self {
            Self::Field(field) | Self::Row { table: field, .. } | Self::Cell { table: field, .. } => field,
        }
    }

    /// The row of a table.
    pub fn row(&self) -> Option<usize> {
        match self {
            Self::Field(_) => None,
            Self::Row { row, .. } | Self::Cell { row, .. } => Some(*row),
        }
    }

    /// The column of a table.
    pub fn column(&self) -> Option<&'a str> {
        match self {
            Self::Cell { column, .. } => Some(column),
            _ => None,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => f.write_str(field),
            Self::Row { table, row } => write!(f, "{table}[{row}]"),
            Self::Cell { table, row, column } => write!(f, "{table}[{row}].{column}"),
        }
    }
}

/// The field or column at a place, what stands there, and the words that a message begins with.
pub(super) fn resolve<'t>(template: &'t Template, place: Path) -> Option<(&'t Field, &'t Kind, String)> {
    let field = template.field(place.field())?;
    match (place, field.table()) {
        (Path::Field(_), _) => Some((field, &field.kind, field.label.clone())),
        (Path::Cell { row, column, .. }, Some(table)) => {
            let column = table.column(column)?;
            let label = format!("{}第 {} 行的{}", field.label, row + 1, column.label);
            Some((column, table.kind_at(row, column), label))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        for path in ["risk", "plan[0]", "plan[12].version"] {
            assert_eq!(Path::parse(path).unwrap().to_string(), path);
        }
        for wrong in ["", "plan[", "plan[]", "plan[-1]", "plan[1]version", "plan[1].", "a.b", "plan[1].x.y", "[1].x"] {
            assert_eq!(Path::parse(wrong), None, "{wrong}");
        }
    }
}
