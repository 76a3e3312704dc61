//! Places in a document: `planned_at` is a field, `plan[3].version` a cell, `plan[3]` a row.

use std::fmt;

use crate::template::Template;

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    Field(String),
    Row { table: String, row: usize },
    Cell { table: String, row: usize, column: String },
}

impl Path {
    /// Reads a path; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((table, rest)) = text.split_once('[') else {
            return (!text.is_empty() && !text.contains(['.', ']'])).then(|| Self::Field(text.to_owned()));
        };
        let (row, rest) = rest.split_once(']')?;
        let (table, row) = (table.to_owned(), row.parse().ok()?);
        if rest.is_empty() {
            return Some(Self::Row { table, row });
        }
        Some(Self::Cell { table, row, column: rest.strip_prefix('.')?.to_owned() })
    }

    /// The field, or the table that the place lies in.
    pub fn field(&self) -> &str {
        match self {
            Self::Field(id) => id,
            Self::Row { table, .. } | Self::Cell { table, .. } => table,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(id) => f.write_str(id),
            Self::Row { table, row } => write!(f, "{table}[{row}]"),
            Self::Cell { table, row, column } => write!(f, "{table}[{row}].{column}"),
        }
    }
}

/// A place as people call it: 计划发布时间; 变更列表 第 4 行 名称.
pub fn label_of(template: &Template, path: &Path) -> String {
    let field = |id: &str| template.field(id).map_or_else(|| id.to_owned(), |field| field.label.clone());
    match path {
        Path::Field(id) => field(id),
        Path::Row { table, row } => format!("{} 第 {} 行", field(table), row + 1),
        Path::Cell { table, row, column } => {
            let label = template.column(table, column).map_or(column.as_str(), |column| &column.label);
            format!("{} 第 {} 行 {label}", field(table), row + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_back_as_they_are_written() {
        for text in ["planned_at", "plan[3]", "plan[12].version"] {
            assert_eq!(Path::parse(text).expect("a path").to_string(), text);
        }
        for text in ["", "plan[x].a", "plan[3", "plan[3]version", "a.b"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
