//! Revisions of one document from two machines, merged as a set: what is missing here is added, what went further there
//! moves forward here, and what contradicts what is here changes nothing.

use crate::archive::index::Record;
use crate::storage::{RevisionId, RevisionRecord, RevisionState, SignoffRecord};

/// A revision that is here, with its signatures.
pub(crate) struct Here<'a> {
    pub record: &'a RevisionRecord,
    pub signoffs: &'a [SignoffRecord],
}

/// One thing to do; `coming` is the place among the revisions that come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is not here.
    Add { coming: usize },
    /// It is here: its state moves, and these of its signatures are new. Papers, scans and copies may be.
    Meet { coming: usize, here: RevisionId, moves: bool, signatures: Vec<usize> },
}

/// A revision that contradicts what is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash {
    pub coming: usize,
    /// One sentence.
    pub why: String,
}

/// Whether a state is reached from another one, in one move or several.
fn forward(from: RevisionState, to: RevisionState) -> bool {
    from.may_become(to) || RevisionState::ALL.into_iter().any(|next| from.may_become(next) && forward(next, to))
}

/// What is to be done so that everything that comes in is here.
///
/// # Errors
/// The first revision that contradicts what is here.
pub(crate) fn plan(here: &[Here<'_>], coming: &[Record]) -> Result<Vec<Step>, Clash> {
    let mut steps = Vec::new();
    for (index, record) in coming.iter().enumerate() {
        let clash = |why: &str| Clash { coming: index, why: why.to_owned() };
        let Some(own) = here.iter().find(|own| own.record.revision == record.revision) else {
            if here.iter().any(|own| own.record.ordinal == record.ordinal) {
                return Err(clash("与这里的另一个版本占了同一个次序。"));
            }
            steps.push(Step::Add { coming: index });
            continue;
        };
        if own.record.sha256 != record.sha256 {
            return Err(clash("编号和版本相同，内容不同。"));
        }
        if own.record.ordinal != record.ordinal || own.record.uid != record.uid {
            return Err(clash("编号、版本和内容相同，却不是同一次提交。"));
        }
        let (mine, theirs) = (own.record.state, record.state);
        let moves = forward(mine, theirs);
        if !moves && mine != theirs && !forward(theirs, mine) {
            return Err(clash(&format!("在这里是“{}”，在那里是“{}”。", mine.label(), theirs.label())));
        }
        let mut signatures = Vec::new();
        for (place, part) in record.signatures.iter().enumerate() {
            let wanted = &part.signature;
            let same_step = |own: &&SignoffRecord| own.signoff.chain == wanted.chain && own.signoff.step == wanted.step;
            match own.signoffs.iter().find(same_step) {
                None => signatures.push(place),
                Some(own) if own.signoff == *wanted => {}
                Some(_) => return Err(clash(&format!("第 {} 步的签字不同。", wanted.step + 1))),
            }
        }
        steps.push(Step::Meet { coming: index, here: own.record.id, moves, signatures });
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use RevisionState::{Approved, Controlled, InReview, Obsolete, Returned};

    #[test]
    fn states_move_forward_only() {
        for (from, to) in [(InReview, Controlled), (InReview, Returned), (Approved, Obsolete), (InReview, Obsolete)] {
            assert!(forward(from, to), "{from:?} → {to:?}");
            assert!(!forward(to, from), "{to:?} → {from:?}");
        }
        for (one, other) in [(Returned, Approved), (Returned, Controlled), (Returned, Obsolete)] {
            assert!(!forward(one, other) && !forward(other, one), "{one:?} and {other:?} contradict each other");
        }
    }
}
