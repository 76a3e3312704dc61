//! From a template and its values to the content of the paper: what PDF and sheet are both drawn from.

use dossier_layout::Content;

use crate::template::Text;

/// The composed paper of one document.
#[derive(Debug, Clone)]
pub struct Paper {
    pub content: Content,
    /// What stands in each tagged cell and text of the content: tag `n` is `sources[n - 1]`.
    pub sources: Vec<Source>,
}

/// Where the text of a tagged cell comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The template's text that was filled.
    pub text: Text,
    pub place: Place,
}

/// Which values a text was filled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The document's own fields.
    Document,
    /// One row of a table field, counted from 0; blank rows count on.
    Row { table: String, row: usize },
    /// Head of a column of a table field; `column` is the index among the laid-out cells, tiers joined.
    Head { table: String, column: usize },
    /// Sum row of a table field.
    Total { table: String },
}

impl Paper {
    /// What stands in a tagged cell.
    pub fn source(&self, tag: u32) -> Option<&Source> {
        self.sources.get((tag as usize).checked_sub(1)?)
    }
}
