//! Machines that do what people do to drafts, submissions and numbers, while packages are lost, doubled and reordered.
//!
//! What was ever typed is remembered beside the machines: `known` holds, of each document on each machine, every text that
//! is part of what stands there or was seen and gone on from. A package carries that of its sender. Whatever takes the
//! place of a text without its sender having seen it is a silent overwrite.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use dossier_core::control::Submission;
use dossier_core::exchange::{Choice, ReceivedAs, SendRequest};
use dossier_core::storage::{DocumentId, LeasedState, Status};
use dossier_core::{Code, Error};
use serde_json::{Value, json};

use super::kit::{MEMO, Machine, fresh_path};

/// Who gives the numbers.
const CONTROLLER: usize = 0;
/// Of a hundred packages that arrive, so many are lost, and so many come again.
const LOST: u64 = 15;
const DOUBLED: u64 = 25;
/// Documents that a machine begins.
const MOST_OWN: usize = 4;

type Texts = BTreeSet<String>;

struct Letter {
    to: usize,
    path: PathBuf,
    /// By uid of the document: what was typed into it before it left.
    known: BTreeMap<String, Texts>,
}

struct World {
    machines: Vec<Machine>,
    codes: Vec<String>,
    begun: Vec<usize>,
    known: BTreeMap<(usize, String), Texts>,
    mail: Vec<Letter>,
    dice: u64,
    typed: usize,
    delivered: usize,
    lost: usize,
    outcomes: BTreeMap<String, usize>,
    /// Documents whose submission has arrived at the controller.
    arrived: BTreeSet<String>,
}

impl World {
    fn new(machines: usize, seed: u64) -> Self {
        let mut all = vec![Machine::new("文控")];
        all.extend((1..machines).map(|index| Machine::author(&format!("作者{index}"))));
        let codes = all.iter_mut().map(Machine::code).collect();
        Self {
            begun: vec![0; machines],
            machines: all,
            codes,
            known: BTreeMap::new(),
            mail: Vec::new(),
            dice: seed,
            typed: 0,
            delivered: 0,
            lost: 0,
            outcomes: BTreeMap::new(),
            arrived: BTreeSet::new(),
        }
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) as usize % sides
    }

    fn chance(&mut self, of_hundred: u64) -> bool {
        (self.roll(100) as u64) < of_hundred
    }

    fn documents(&self, machine: usize) -> Vec<DocumentId> {
        let lines = self.machines[machine].workspace.list(&Default::default()).unwrap();
        let mut ids: Vec<DocumentId> = lines.into_iter().map(|line| line.id).collect();
        ids.sort_unstable();
        ids
    }

    fn one_document(&mut self, machine: usize) -> Option<DocumentId> {
        let ids = self.documents(machine);
        if ids.is_empty() { None } else { Some(ids[self.roll(ids.len())]) }
    }

    /// One of the documents that something can be done with.
    fn one_of(&mut self, machine: usize, fits: impl Fn(&Machine, DocumentId) -> bool) -> Option<DocumentId> {
        let mut ids = self.documents(machine);
        ids.retain(|id| fits(&self.machines[machine], *id));
        if ids.is_empty() { None } else { Some(ids[self.roll(ids.len())]) }
    }

    fn status(&self, machine: usize, id: DocumentId) -> Status {
        self.machines[machine].workspace.storage().document(id).unwrap().status
    }

    fn fresh_text(&mut self, machine: usize) -> String {
        self.typed += 1;
        format!("机{machine}文{}", self.typed)
    }

    /// The texts that stand in a document.
    fn texts(&self, machine: usize, id: DocumentId) -> Texts {
        let content = self.machines[machine].content(id);
        let texts = [content.get("notes"), content.get("planned_note"), content.get("systems")];
        let mut found = Texts::new();
        for value in texts.into_iter().flatten() {
            match value {
                Value::String(text) => drop(found.insert(text.clone())),
                Value::Array(rows) => {
                    found.extend(rows.iter().filter_map(|row| row.get("name")?.as_str()).map(str::to_owned));
                }
                _ => {}
            }
        }
        found
    }

    fn of(&mut self, machine: usize, uid: &str) -> &mut Texts {
        self.known.entry((machine, uid.to_owned())).or_default()
    }

    /// What a draft, and everything that waits beside it, holds.
    fn kept(&self, machine: usize, id: DocumentId) -> Texts {
        let mut kept = self.texts(machine, id);
        for second in self.machines[machine].workspace.storage().second_versions(Some(id)).unwrap() {
            kept.extend(texts_of(&second.draft));
        }
        kept
    }

    /// Does one random thing; what is refused because things stand as they do is fine.
    fn act(&mut self) {
        let machine = self.roll(self.machines.len());
        match self.roll(22) {
            0 => self.begin(machine),
            1..=4 => self.edit(machine),
            5 | 6 => self.hand_over(machine),
            7 => self.take_back(machine),
            8 => self.submit_to_controller(machine),
            9 => self.submit_here(machine),
            10 | 11 => self.give_back(machine),
            12 => self.lend_or_void(machine),
            13 => self.choose(machine),
            14 => self.control(),
            _ => self.deliver(),
        }
    }

    fn begin(&mut self, machine: usize) {
        if self.begun[machine] == MOST_OWN {
            return;
        }
        self.begun[machine] += 1;
        let text = self.fresh_text(machine);
        let release = format!("发布 {machine}-{}", self.begun[machine]);
        let id = self.machines[machine].begin(&release, &text);
        let uid = self.machines[machine].uid(id);
        self.of(machine, &uid).insert(text);
    }

    fn edit(&mut self, machine: usize) {
        let Some(id) = self.one_document(machine) else { return };
        let text = self.fresh_text(machine);
        let change = match self.roll(2) {
            0 => json!({ "notes": text }),
            _ => json!({ "systems": [{ "name": text }] }),
        };
        let before = self.texts(machine, id);
        match self.machines[machine].fill(id, change) {
            Ok(()) => {
                let uid = self.machines[machine].uid(id);
                let known = self.of(machine, &uid);
                known.extend(before);
                known.insert(text);
            }
            Err(error) => allowed(&error),
        }
    }

    fn post(&mut self, from: usize, to: usize, request: &SendRequest) {
        let path = fresh_path();
        match self.machines[from].workspace.send(request, &path) {
            Ok(sent) => {
                let mut known = BTreeMap::new();
                for id in sent.drafts.iter().chain(&sent.documents) {
                    let uid = self.machines[from].uid(*id);
                    let texts = self.texts(from, *id);
                    let all = self.of(from, &uid);
                    all.extend(texts);
                    known.insert(uid, all.clone());
                }
                self.mail.push(Letter { to, path, known });
            }
            Err(error) => allowed(&error),
        }
    }

    fn request(&self, to: usize, documents: Vec<DocumentId>) -> SendRequest {
        SendRequest { documents, to: self.machines[to].name.clone(), ..SendRequest::default() }
    }

    fn hand_over(&mut self, from: usize) {
        let Some(id) = self.one_of(from, is_open) else { return };
        // Mostly to somebody who has had it, so that drafts come back.
        let uid = self.machines[from].uid(id);
        let known: Vec<usize> =
            (0..self.machines.len()).filter(|to| *to != from && self.machines[*to].find(&uid).is_some()).collect();
        let to = match known.len() {
            0 => self.roll(self.machines.len()),
            _ if self.chance(20) => self.roll(self.machines.len()),
            all => known[self.roll(all)],
        };
        if to != from {
            let request = self.request(to, vec![id]);
            self.post(from, to, &request);
        }
    }

    fn take_back(&mut self, machine: usize) {
        let is_out = |machine: &Machine, id| machine.workspace.storage().handed_over(id).unwrap().is_some();
        let Some(id) = self.one_of(machine, is_out) else { return };
        if let Err(error) = self.machines[machine].workspace.take_back(id) {
            allowed(&error);
        }
    }

    fn submit_to_controller(&mut self, from: usize) {
        let Some(id) = self.one_of(from, is_open) else { return };
        if from != CONTROLLER {
            let request =
                SendRequest { submit: true, change: Some("改过".into()), ..self.request(CONTROLLER, vec![id]) };
            self.post(from, CONTROLLER, &request);
        }
    }

    /// The controller submits what is there; others what nobody else ever had, from the numbers that they were lent.
    fn submit_here(&mut self, machine: usize) {
        let Some(id) = self.one_of(machine, is_open) else { return };
        let storage = self.machines[machine].workspace.storage();
        let is_own = storage.exchanged_states(id).unwrap().is_empty();
        if machine == CONTROLLER || is_own {
            let submission = Submission { change: Some("改过".into()), ..Submission::default() };
            if let Err(error) = self.machines[machine].workspace.submit(id, &submission) {
                allowed(&error);
            }
        }
    }

    /// What was submitted is told of, and free numbers go back now and then.
    fn give_back(&mut self, from: usize) {
        let Some(id) = self.one_of(from, |machine, id| !is_draft(machine, id)) else { return };
        let to = if from == CONTROLLER { 1 + self.roll(self.machines.len() - 1) } else { CONTROLLER };
        let return_numbers = from != CONTROLLER && self.chance(10);
        let request = SendRequest { return_numbers, ..self.request(to, vec![id]) };
        self.post(from, to, &request);
    }

    fn lend_or_void(&mut self, machine: usize) {
        if machine == CONTROLLER {
            let to = 1 + self.roll(self.machines.len() - 1);
            let count = 1 + self.roll(3) as u32;
            let (name, code) = (self.machines[to].name.clone(), self.codes[to].clone());
            let path = fresh_path();
            self.machines[CONTROLLER].workspace.lend_numbers(MEMO, count, &name, Some(&code), &path).unwrap();
            self.mail.push(Letter { to, path, known: BTreeMap::new() });
        } else if self.chance(30)
            && let Err(error) = self.machines[machine].workspace.void_next_number(MEMO, "写坏了")
        {
            allowed(&error);
        }
    }

    fn choose(&mut self, machine: usize) {
        let waiting = self.machines[machine].workspace.storage().second_versions(None).unwrap();
        if waiting.is_empty() {
            return;
        }
        let second = waiting[self.roll(waiting.len())].clone();
        let first = waiting.iter().find(|own| own.document == second.document).unwrap().clone();
        let take = self.roll(2) == 0;
        self.choose_one(machine, second.document, &texts_of(&first.draft), take);
    }

    fn choose_one(&mut self, machine: usize, id: DocumentId, theirs: &Texts, take: bool) {
        let before = self.texts(machine, id);
        let choice = Choice { rest: Some(take), ..Choice::default() };
        match self.machines[machine].workspace.choose(id, &choice) {
            Ok(_) => {
                // A person has seen both.
                let uid = self.machines[machine].uid(id);
                let known = self.of(machine, &uid);
                known.extend(theirs.iter().cloned());
                known.extend(before);
            }
            Err(error) => allowed(&error),
        }
    }

    fn control(&mut self) {
        let Some(id) = self.one_of(CONTROLLER, |machine, id| !is_draft(machine, id)) else { return };
        let choice = self.roll(5);
        let workspace = &mut self.machines[CONTROLLER].workspace;
        let done = match choice {
            0 | 1 => workspace.bring_into_force(id, None).map(drop),
            2 | 3 => workspace.revise(id, false, "再改").map(drop),
            _ => workspace.void(id, None, "不用了"),
        };
        if let Err(error) = done {
            allowed(&error);
        }
    }

    /// A random one of the packages arrives: late, early, twice, or never.
    fn deliver(&mut self) {
        if self.mail.is_empty() {
            return;
        }
        let place = self.roll(self.mail.len());
        if self.chance(LOST) {
            self.mail.swap_remove(place);
            self.lost += 1;
            return;
        }
        let letter = self.mail.swap_remove(place);
        self.hand_in(&letter);
        if self.chance(DOUBLED) {
            self.mail.push(letter);
        }
    }

    fn hand_in(&mut self, letter: &Letter) {
        self.delivered += 1;
        let to = letter.to;
        let mut before = BTreeMap::new();
        for uid in letter.known.keys() {
            if let Some(id) = self.machines[to].find(uid) {
                before.insert(uid.clone(), (id, self.kept(to, id), self.texts(to, id), self.status(to, id)));
            }
        }
        let received = self.machines[to].receive(&letter.path);
        assert_eq!(received.issues, [], "{received:?}");
        for told in &received.documents {
            assert!(
                !matches!(told.outcome, ReceivedAs::Quarantined | ReceivedAs::Refused),
                "nothing contradicts anything here: {told:?}"
            );
            *self.outcomes.entry(format!("{:?}", told.outcome)).or_default() += 1;
            let id = told.id.unwrap();
            let uid = self.machines[to].uid(id);
            let theirs = &letter.known[&uid];
            let now = self.texts(to, id);
            if let Some((_, kept, texts, status)) = before.get(&uid) {
                let kept_now = self.kept(to, id);
                for text in kept.iter().filter(|text| !kept_now.contains(*text)) {
                    // What is gone was known to whoever sent what stands there now, or was submitted as a revision.
                    assert!(
                        theirs.contains(text) || *status != Status::Draft,
                        "{text} of {uid} was overwritten on machine {to} by somebody who had not seen it: {told:?}"
                    );
                }
                if matches!(told.outcome, ReceivedAs::Beside | ReceivedAs::Older | ReceivedAs::Same)
                    && *status == Status::Draft
                    && told.submitted.is_none()
                {
                    assert_eq!(*texts, now, "{told:?} changes nothing of the draft");
                }
            }
            // What waits beside is not known here before somebody has chosen.
            let is_in =
                matches!(told.outcome, ReceivedAs::New | ReceivedAs::Applied | ReceivedAs::Same | ReceivedAs::Merged);
            if is_in && now.iter().all(|text| theirs.contains(text)) {
                let theirs = theirs.clone();
                self.of(to, &uid).extend(theirs);
            }
            if received.purpose == "submit" && to == CONTROLLER {
                self.arrived.insert(uid);
            }
        }
    }

    /// Everybody sends everything to the controller, who gives everything back to everybody, and nothing is lost.
    fn settle(&mut self) {
        // Whatever is still on its way never arrives.
        self.lost += self.mail.len();
        self.mail.clear();
        for machine in 0..self.machines.len() {
            for out in self.machines[machine].workspace.storage().handovers().unwrap() {
                self.machines[machine].workspace.take_back(out.document).unwrap();
            }
            self.choose_all(machine, false);
        }
        for machine in 1..self.machines.len() {
            for id in self.documents(machine) {
                let submit = self.status(machine, id) == Status::Draft;
                let change = submit.then(|| "改过".to_owned());
                let request = SendRequest { submit, change, ..self.request(CONTROLLER, vec![id]) };
                self.post(machine, CONTROLLER, &request);
                let letter = self.mail.pop().expect("it was sent just now");
                self.hand_in(&letter);
                self.hand_in(&letter);
            }
            self.choose_all(CONTROLLER, true);
        }
        for id in self.documents(CONTROLLER) {
            if self.status(CONTROLLER, id) == Status::Draft {
                let submission = Submission { change: Some("改过".into()), ..Submission::default() };
                self.machines[CONTROLLER].workspace.submit(id, &submission).unwrap();
            }
        }
        let all = self.documents(CONTROLLER);
        for machine in 1..self.machines.len() {
            let request = self.request(machine, all.clone());
            self.post(CONTROLLER, machine, &request);
            let letter = self.mail.pop().expect("it was sent just now");
            self.hand_in(&letter);
            self.choose_all(machine, false);
            // Blocks that were lost on their way have come with that; what is free goes back.
            let request = SendRequest { return_numbers: true, ..self.request(CONTROLLER, Vec::new()) };
            self.post(machine, CONTROLLER, &request);
            if let Some(letter) = self.mail.pop() {
                self.hand_in(&letter);
            }
        }
    }

    fn choose_all(&mut self, machine: usize, take: bool) {
        for second in self.machines[machine].workspace.storage().second_versions(None).unwrap() {
            let is_draft = self.status(machine, second.document) == Status::Draft;
            self.choose_one(machine, second.document, &texts_of(&second.draft), take && is_draft);
        }
        assert_eq!(self.machines[machine].workspace.storage().second_versions(None).unwrap(), []);
    }

    fn check(&self) {
        // No number twice, and none without a word.
        let mut numbers: BTreeMap<String, String> = BTreeMap::new();
        let mut revisions: BTreeMap<(String, String), String> = BTreeMap::new();
        for (place, machine) in self.machines.iter().enumerate() {
            for id in self.documents(place) {
                for (number, revision, _, hash) in machine.revisions(id) {
                    let uid = numbers.entry(number.clone()).or_insert_with(|| machine.uid(id));
                    assert_eq!(*uid, machine.uid(id), "{number} stands on two documents");
                    let known = revisions.entry((number.clone(), revision.clone())).or_insert_with(|| hash.clone());
                    assert_eq!(*known, hash, "{number} {revision} is two things");
                }
            }
            assert_eq!(machine.faults(), [""; 0], "the log of machine {place}");
            assert_eq!(machine.workspace.storage().quarantine().unwrap(), []);
        }
        let controller = &self.machines[CONTROLLER];
        let given = controller.workspace.numbers(None).unwrap();
        for (place, number) in given.iter().enumerate() {
            assert_eq!(number.seq as usize, place + 1, "no number is missing");
            let is_told = number.document.is_some() || number.void.is_some();
            assert!(is_told, "{} is on a document or void", number.number);
        }
        for lease in controller.workspace.storage().leases().unwrap() {
            let open = controller.workspace.storage().numbers_of_lease(&lease.uid).unwrap();
            let is_closed = |state| matches!(state, LeasedState::Used | LeasedState::Void | LeasedState::Returned);
            assert!(open.iter().all(|own| is_closed(own.state)), "{lease:?}");
        }
        // No submission is lost, and everybody has the same.
        for uid in &self.arrived {
            let id = controller.find(uid).unwrap();
            assert!(!controller.revisions(id).is_empty(), "{uid} was sent to be submitted");
        }
        let all = |machine: &Machine| -> BTreeMap<String, _> {
            let lines = machine.workspace.list(&Default::default()).unwrap();
            lines.into_iter().map(|line| (machine.uid(line.id), machine.revisions(line.id))).collect()
        };
        let there = all(controller);
        assert!(there.values().all(|revisions| !revisions.is_empty()));
        for machine in &self.machines[1..] {
            assert!(all(machine) == there, "{} has everything that the controller has", machine.name);
        }
    }
}

fn is_draft(machine: &Machine, id: DocumentId) -> bool {
    machine.workspace.storage().document(id).unwrap().status == Status::Draft
}

/// A draft that can be written on here.
fn is_open(machine: &Machine, id: DocumentId) -> bool {
    is_draft(machine, id) && machine.workspace.storage().handed_over(id).unwrap().is_none()
}

fn texts_of(draft: &str) -> Texts {
    let draft: Value = serde_json::from_str(draft).unwrap();
    let content = &draft["content"];
    let notes = content["notes"].as_str().map(str::to_owned);
    let rows = content["systems"].as_array().cloned().unwrap_or_default();
    let names = rows.iter().filter_map(|row| row["name"].as_str().map(str::to_owned));
    notes.into_iter().chain(names).collect()
}

/// What people are told when things stand otherwise than they thought.
#[track_caller]
fn allowed(error: &Error) {
    let is_told = matches!(error.code, Code::IllegalMove | Code::BadRequest | Code::NotFound | Code::ReasonNeeded);
    assert!(is_told, "{error:?}");
}

/// `DOSSIER_SIMULATION=20x200` for the long run: machines, and what each of them does.
#[test]
fn no_number_twice_no_submission_lost_no_silent_overwrite() {
    let wanted = std::env::var("DOSSIER_SIMULATION").unwrap_or_else(|_| "6x150".into());
    let (machines, steps) = wanted.split_once('x').expect("20x200");
    let (machines, steps): (usize, usize) = (machines.parse().unwrap(), steps.parse().unwrap());
    let seeds = if machines > 10 { 1..2 } else { 1..5 };
    let mut seen = BTreeSet::new();
    for seed in seeds {
        let mut world = World::new(machines, seed);
        for _ in 0..machines * steps {
            world.act();
        }
        let submitted = world.arrived.len();
        let before = (world.delivered, world.lost, world.outcomes.clone());
        world.settle();
        world.check();
        let (delivered, lost, outcomes) = before;
        println!(
            "{machines}x{steps}, seed {seed}: {delivered} arrived, {lost} lost, {submitted} submitted, {outcomes:?}"
        );
        seen.extend(outcomes.into_keys());
    }
    for wanted in ["New", "Applied", "Same", "Older", "Beside", "Merged"] {
        assert!(seen.contains(wanted), "{wanted} happens on the way: {seen:?}");
    }
}
