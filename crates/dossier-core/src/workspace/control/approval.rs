//! The approval of a document as a window shows it, and 修订对照.

use serde_json::Value;

use crate::control::{
    Approval, ChainView, ChangeKind, Changed, Comparison, CorrectionView, Frozen, NextRevisions, OpinionView,
    RevisionView, ScanLine, ScanPlace, SignatureView, StepState, StepView, changes, next_step,
};
use crate::export::Exported;
use crate::listing::{Column, Header, Listing, Section};
use crate::policy::{Chain, Opinions, PolicyInfo, Seat, seats};
use crate::storage::{DocumentId, How, Opinion, RevisionRecord, RevisionState, SignoffRecord, Status};
use crate::{Code, Error, Result};

use super::super::{Workspace, parse_template};
use super::{Thawed, copies, next_revision, revision_of, sign, submit, thaw};

/// Heads of what stood there and what stands there now.
const COMPARED: [&str; 2] = ["原来", "现在"];

/// Said anew by every revision: no change of content.
const OF_EVERY_REVISION: [&str; 3] = ["doc_number", "doc_revision", "revisions"];

impl Workspace {
    /// Everything about the approval of a document.
    ///
    /// # Errors
    /// There is no such document; a revision is damaged.
    pub fn approval(&self, id: DocumentId) -> Result<Approval> {
        let loaded = self.loaded(id)?;
        let is_draft = loaded.record.status == Status::Draft;
        let offers = match is_draft {
            true => submit::offers(self.policies()?.get(&self.settings()?.documents.policy), &loaded)?,
            false => Vec::new(),
        };
        let records = self.storage.revisions_of(id)?;
        let latest = records.last().filter(|latest| !is_draft && latest.state != RevisionState::InReview);
        let next = latest.map(|latest| NextRevisions {
            minor: next_revision(&latest.revision, false),
            major: next_revision(&latest.revision, true),
        });
        let mut revisions = Vec::new();
        for record in records.into_iter().rev() {
            revisions.push(self.revision_view(&thaw(&self.storage, record)?)?);
        }
        Ok(Approval {
            document: id,
            release: loaded.record.release,
            template: loaded.template.id.clone(),
            title: loaded.template.title.clone(),
            short: loaded.template.short.clone(),
            status: loaded.record.status,
            number: loaded.number(),
            draft: is_draft.then(|| loaded.record.revision.clone().unwrap_or_else(|| "V1.0".into())),
            change_note: loaded.record.change_note.clone(),
            next,
            offers,
            revisions,
        })
    }

    fn revision_view(&self, thawed: &Thawed) -> Result<RevisionView> {
        let record = &thawed.record;
        let chains = thawed.frozen.chains().map(|chain| self.chain_view(thawed, chain)).collect::<Result<_>>()?;
        let obsolete = record.state == RevisionState::Obsolete;
        let copies = self.storage.copies_of(record.id)?.iter().map(|copy| copies::line(copy, obsolete)).collect();
        let code = thawed.code();
        Ok(RevisionView {
            revision: record.revision.clone(),
            state: record.state,
            code: code.to_string(),
            payload: code.payload(&record.number, &record.revision),
            square: square(&code.payload(&record.number, &record.revision)),
            sha256: record.sha256.clone(),
            anchor: record.anchor.clone(),
            pages: record.pages,
            submitted_at: self.environment.local_time(&record.submitted_at),
            submitted_by: record.submitted_by.clone(),
            change_note: record.change_note.clone(),
            reason: record.reason.clone(),
            printed_on: sign::printed_on(&self.storage, record)?.map(|date| date.to_string()),
            effective_on: record.effective_on.clone(),
            obsolete_on: record.obsolete_on.clone(),
            successor: record.successor.clone(),
            chains,
            scans: self.scan_lines(record)?,
            copies,
        })
    }

    fn scan_lines(&self, record: &RevisionRecord) -> Result<Vec<ScanLine>> {
        let lines = self.storage.scan_pages_of(record.id)?.into_iter().map(|page| {
            let scan = self.storage.scan(page.scan)?;
            Ok(ScanLine {
                scan: page.scan.number(),
                name: scan.name,
                page: page.page,
                paper_page: page.paper_page,
                how: page.how,
                sha256: scan.sha256,
                note: page.note,
            })
        });
        lines.collect()
    }

    fn chain_view(&self, thawed: &Thawed, chain: &Chain) -> Result<ChainView> {
        let signed = sign::of_chain(&thawed.signoffs, chain);
        let today = self.environment.now().date_naive();
        let authors = sign::authors(thawed);
        let round = sign::round(&self.storage, thawed, chain, &signed, &authors, today)?;
        let state = thawed.record.state;
        let open = match chain.after_approval {
            false => state == RevisionState::InReview,
            true => matches!(state, RevisionState::Approved | RevisionState::Controlled),
        };
        let next = next_step(&round).filter(|_| open);
        let seats = seats(chain, &thawed.template);
        let mut steps = Vec::new();
        for (index, step) in chain.steps.iter().enumerate() {
            let record = thawed.signoffs.iter().find(|own| own.signoff.chain == chain.id && own.signoff.step == index);
            let seat = seats.get(index).cloned().flatten();
            let (date, why) = round.not_before(index, How::Ink);
            let waits = !round.is_stopped() && (open || state == RevisionState::InReview);
            steps.push(StepView {
                index,
                role: step.role.clone(),
                verb: step.verb.clone(),
                state: match (record, next) {
                    (Some(_), _) => StepState::Signed,
                    (None, Some(next)) if next == index || chain.any_order => StepState::Next,
                    (None, _) if waits => StepState::Waiting,
                    (None, _) => StepState::Closed,
                },
                signature: record.map(|record| self.signature(record, seat.as_ref())).transpose()?,
                opinions: opinions(seat.as_ref().map(|seat| &seat.opinions)),
                not_before: date.to_string(),
                not_before_why: why,
                place: seat.map(|seat| seat.name.to_string()),
            });
        }
        Ok(ChainView {
            id: chain.id.clone(),
            name: chain.name.clone(),
            clause: chain.clause.clone(),
            after_approval: chain.after_approval,
            any_order: chain.any_order,
            afterwards: chain.afterwards.clone(),
            signed: signed.len(),
            open: next.is_some(),
            steps,
        })
    }

    fn signature(&self, record: &SignoffRecord, seat: Option<&Seat>) -> Result<SignatureView> {
        let signoff = &record.signoff;
        let local = |at: &str| self.environment.local_time(at);
        let words = opinions(seat.map(|seat| &seat.opinions));
        let label = words.into_iter().find(|word| word.opinion == signoff.opinion).map(|word| word.label);
        Ok(SignatureView {
            name: signoff.name.clone(),
            signed_on: signoff.signed_on.clone(),
            opinion: signoff.opinion,
            opinion_label: label.unwrap_or_default(),
            supplement: signoff.supplement.clone(),
            how: signoff.how,
            ink: signoff.ink.clone().unwrap_or(Value::Null),
            reason: signoff.reason.clone(),
            recorded_at: local(&record.recorded_at),
            recorded_by: record.recorded_by.clone(),
            corrections: record
                .corrections
                .iter()
                .map(|(text, at, by)| CorrectionView { text: text.clone(), at: local(at), by: by.clone() })
                .collect(),
            scans: self
                .storage
                .scans_of_signoff(record.id)?
                .into_iter()
                .map(|(scan, page)| ScanPlace { scan: scan.number(), page })
                .collect(),
        })
    }

    /// 修订对照: what a revision says otherwise than the one before it, or than another one.
    ///
    /// # Errors
    /// There are no two such revisions; one of them is damaged.
    pub fn compare(&self, id: DocumentId, from: Option<&str>, to: Option<&str>) -> Result<Comparison> {
        let newer = revision_of(&self.storage, id, to)?;
        let older = match from {
            Some(name) => revision_of(&self.storage, id, Some(name))?,
            None => self.storage.revisions_of(id)?.into_iter().rfind(|own| own.ordinal < newer.ordinal).ok_or_else(
                || Error::new(Code::NotFound, format!("{} 是第一版，没有可以对照的版本", newer.revision)),
            )?,
        };
        let [before, after] = [&older, &newer].map(|record| {
            if !record.is_intact() {
                return Err(thaw(&self.storage, record.clone()).err().unwrap_or_else(|| {
                    Error::new(Code::DamagedDatabase, format!("`{} {}` 已损坏", record.number, record.revision))
                }));
            }
            Frozen::read(&record.frozen)
        });
        let (before, after) = (before?, after?);
        let template = parse_template(&self.storage, &after.template.sha256, &newer.number)?;
        Ok(Comparison {
            number: newer.number.clone(),
            title: template.title.clone(),
            from: older.revision,
            to: newer.revision,
            change_note: newer.change_note,
            changes: changes(&template, &before.content, &after.content, &OF_EVERY_REVISION),
        })
    }

    /// 修订对照 as a PDF, so that whoever signs reads only what changed.
    ///
    /// # Errors
    /// As [`compare`](Self::compare); the program's fonts are missing.
    pub fn comparison_paper(&self, id: DocumentId, from: Option<&str>, to: Option<&str>) -> Result<Exported> {
        let thawed = self.thawed(id, to)?;
        let compared = self.compare(id, from, to)?;
        comparison_listing(&compared, &thawed).to_pdf(&self.environment, &thawed.settings)
    }

    /// The policies that settings offer.
    ///
    /// # Errors
    /// The program's policies are missing.
    pub fn policy_infos(&self) -> Result<Vec<PolicyInfo>> {
        Ok(self.policies()?.infos())
    }
}

/// No square code: a scan of it is not a page of the revision.
fn comparison_listing(compared: &Comparison, thawed: &Thawed) -> Listing {
    let row = |(index, change): (usize, &Changed)| {
        let shown = |text: &str, side: &str| match (text, change.kind) {
            ("", ChangeKind::Changed) => "（空）".to_owned(),
            ("", _) => side.to_owned(),
            (text, _) => text.to_owned(),
        };
        let before = shown(&change.before, "（这一行是新加的）");
        let after = shown(&change.after, "（这一行删去了）");
        vec![(index + 1).to_string(), change.place.clone(), before, after]
    };
    let Comparison { number, title, from, to, change_note, changes } = compared;
    let line = |label: &str, value: String| (label.to_owned(), value);
    Listing {
        title: "修订对照".into(),
        lines: vec![
            line("文件名称", title.clone()),
            line("文件编号", number.clone()),
            line("对照的版本", format!("{from} → {to}")),
            line(&format!("{to} 校验码"), thawed.code().to_string()),
            line("变更说明", change_note.clone()),
        ],
        landscape: false,
        columns: vec![
            Column::new("序号", 12.0).centered(),
            Column::new("位置", 45.0),
            Column::new(COMPARED[0], 54.0),
            Column::new(COMPARED[1], 54.0),
        ],
        sections: vec![Section { heading: None, rows: changes.iter().enumerate().map(row).collect() }],
        notes: vec![match changes.len() {
            0 => format!("{to} 的内容与 {from} 相同。"),
            count => format!("共 {count} 处不同；没有列出的内容与 {from} 相同。"),
        }],
        signoff: Vec::new(),
        header: Header { number: Some(number.clone()), revision: Some(to.clone()), ..Header::default() },
        check: None,
        date: thawed.frozen.submitted_on.parse().unwrap_or_default(),
    }
}

/// The square code of the first page, row by row.
fn square(payload: &str) -> Vec<String> {
    let rows = dossier_layout::square_code(&format!("{payload}/1")).unwrap_or_default();
    rows.into_iter().map(|row| row.into_iter().map(|dark| if dark { '1' } else { '0' }).collect()).collect()
}

/// What the paper offers; where it offers nothing, agreeing and refusing.
fn opinions(words: Option<&Opinions>) -> Vec<OpinionView> {
    let view = |opinion: Opinion, label: &str| OpinionView { opinion, label: label.to_owned() };
    match words {
        Some(words) if words.agree.is_some() => {
            let offered = [
                (Opinion::Agree, &words.agree),
                (Opinion::Refuse, &words.refuse),
                (Opinion::Supplement, &words.supplement),
            ];
            offered.into_iter().filter_map(|(opinion, word)| Some(view(opinion, word.as_ref()?))).collect()
        }
        _ => {
            vec![view(Opinion::Agree, "同意"), view(Opinion::Refuse, "不同意"), view(Opinion::Supplement, "需补充说明")]
        }
    }
}
