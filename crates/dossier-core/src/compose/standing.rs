//! What of a layout stands on a paper, and what its values leave out.

use crate::document::{Applies, Values};
use crate::template::{Condition, Entry, GridRow, OnBlank, Template, Text};

/// Decides for the entries and rows of a layout.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    pub template: &'a Template,
    pub values: &'a Values<'a>,
    /// The empty form, to be filled by hand.
    pub blank: bool,
}

impl Standing<'_> {
    /// Whether an entry of the layout stands on this paper.
    pub fn entry(&self, entry: &Entry) -> bool {
        let state = self.state(entry.when.as_ref(), std::iter::empty());
        self.stands(state, entry.on_blank)
    }

    /// Whether a row of a grid does.
    pub fn row(&self, row: &GridRow) -> bool {
        let fields = row.cells.iter().flat_map(|cell| &cell.stack).flat_map(Text::fields);
        let state = self.state(row.when.as_ref(), fields);
        self.stands(state, row.on_blank)
    }

    /// Whether something applies: by its own condition, else by those of its fields. `None`: nothing decides.
    fn state<'f>(&self, when: Option<&Condition>, fields: impl Iterator<Item = &'f str>) -> Option<Applies> {
        if let Some(condition) = when {
            return Some(self.values.applies(condition));
        }
        let mut state = None;
        for id in fields {
            let condition = self.template.field(id).and_then(|field| field.when.as_ref());
            // A field without a condition always applies, and its row with it.
            let applies = self.values.applies(condition?);
            state = match (state, applies) {
                (Some(Applies::Yes), _) | (_, Applies::Yes) => Some(Applies::Yes),
                (Some(Applies::Undecided), _) | (_, Applies::Undecided) => Some(Applies::Undecided),
                _ => Some(Applies::No),
            };
        }
        state
    }

    fn stands(&self, state: Option<Applies>, on_blank: OnBlank) -> bool {
        let as_blank = self.blank || state == Some(Applies::Undecided);
        match on_blank {
            OnBlank::Only => as_blank,
            OnBlank::Omit => !as_blank && state != Some(Applies::No),
            OnBlank::Print => self.blank || state != Some(Applies::No),
        }
    }
}
