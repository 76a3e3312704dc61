//! How a draft that comes in stands to the document that is here.

use std::collections::BTreeSet;

/// What is here of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing<'a> {
    /// Of the draft; of a document that is none, of the draft that it was when it was exchanged last.
    pub digest: Option<&'a str>,
    /// Whether somebody has worked on it here since it was exchanged last.
    pub is_edited: bool,
    /// Packages whose state is part of it.
    pub seen: &'a BTreeSet<String>,
    /// Whether it has revisions that the package does not know, or is beyond being a draft and the package does not
    /// bring the draft of a next revision.
    pub is_ahead: bool,
}

/// What a package brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coming<'a> {
    pub package: &'a str,
    pub digest: &'a str,
    pub seen: &'a BTreeSet<String>,
}

/// What becomes of a draft that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It was here before, or something that came after it was.
    Older,
    /// The same was typed here.
    Same,
    /// It goes on from what is here: nothing that was typed here is lost.
    Follows,
    /// Both went on from something earlier: a person chooses.
    Apart,
}

impl Relation {
    pub fn of(here: Standing<'_>, coming: Coming<'_>) -> Self {
        if here.seen.contains(coming.package) {
            return Self::Older;
        }
        if here.digest == Some(coming.digest) {
            return Self::Same;
        }
        let knows_all = here.seen.is_subset(coming.seen);
        if knows_all && !here.is_edited && !here.is_ahead { Self::Follows } else { Self::Apart }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `typed here | edited | seen here | ahead ← package: digest | seen`
    #[track_caller]
    fn check(here: (&str, bool, &[&str], bool), coming: (&str, &str, &[&str]), expected: Relation) {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let (seen, theirs) = (set(here.2), set(coming.2));
        let standing = Standing { digest: Some(here.0), is_edited: here.1, seen: &seen, is_ahead: here.3 };
        let coming = Coming { package: coming.0, digest: coming.1, seen: &theirs };
        assert_eq!(Relation::of(standing, coming), expected);
    }

    #[test]
    fn each_way_in_which_a_draft_can_come() {
        use Relation::{Apart, Follows, Older, Same};
        // Handed over in P1, comes back changed in P2.
        check(("a", false, &["P1"], false), ("P2", "b", &["P1"]), Follows);
        // Twice.
        check(("b", false, &["P1", "P2"], false), ("P2", "b", &["P1"]), Older);
        // Comes back as it was.
        check(("a", false, &["P1"], false), ("P2", "a", &["P1"]), Same);
        // Taken back and changed here meanwhile; changed here in the same way.
        check(("c", true, &["P1"], false), ("P2", "b", &["P1"]), Apart);
        check(("b", true, &["P1"], false), ("P2", "b", &["P1"]), Same);
        // Taken back, handed to somebody else in P3, who gave it back in P4: P2 knows nothing of that.
        check(("d", false, &["P1", "P3", "P4"], false), ("P2", "b", &["P1"]), Apart);
        // An older package that was overtaken by a newer one of the same line.
        check(("c", false, &["P1", "P2", "P3"], false), ("P1", "a", &[]), Older);
        // What was chosen here is not chosen again: the other one does not know of it.
        check(("m", true, &["P1", "P2"], false), ("P5", "e", &["P1", "P2"]), Apart);
        // Submitted here since.
        check(("a", false, &["P1"], true), ("P2", "b", &["P1"]), Apart);
        // A document that was never exchanged, such as one that came from an archive.
        check(("a", true, &[], false), ("P1", "b", &[]), Apart);
        check(("a", true, &[], false), ("P1", "a", &[]), Same);
    }
}
