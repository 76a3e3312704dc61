//! Between machines: one writer a draft, nothing typed is ever overwritten unseen, revisions merge as a set, no number
//! twice, and nothing that comes from outside is believed.

mod exchange {
    mod drafts;
    mod hostile;
    pub mod kit;
    mod numbers;
    mod revisions;
    mod simulation;
}
