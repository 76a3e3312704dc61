//! No bytes make the reader of packages panic, run away, unpack anything or answer without a way out.
//!
//! A few seconds; `DOSSIER_FUZZ_SECONDS=60` goes on with ever other changes for so long.

#![allow(clippy::disallowed_methods, reason = "the long run is given a time")]

mod packages;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dossier_core::archive::PackageVerdict;
use packages::{BETWEEN, any_bytes, any_entries};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A sound package of one revision.
fn small() -> Vec<u8> {
    std::fs::read(root().join("tests/fixtures/packages/small.zip")).expect("the fixture is there")
}

/// The fuzzer's seeds: bags written as text.
fn seeds() -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/corpus/package_entries");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// One change of some bytes.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Number(usize, u32),
    Cut(usize),
    Drop(usize, usize),
    Double(usize, usize),
    Put(usize, &'static [u8]),
}

const WORDS: [&[u8]; 10] = [
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"../",
    b"data/",
    b"null",
    b"[[[[[[[[",
    b"\"schema\": 99",
    BETWEEN,
    b"\xFF\xFF\xFF\xFF",
];

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = any::<usize>;
    let change = prop_oneof![
        8 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        3 => (at(), prop_oneof![Just(u32::MAX), Just(0), any::<u32>()]).prop_map(|(at, number)| Change::Number(at, number)),
        1 => at().prop_map(Change::Cut),
        2 => (at(), 1..400usize).prop_map(|(at, count)| Change::Drop(at, count)),
        2 => (at(), 1..400usize).prop_map(|(at, count)| Change::Double(at, count)),
        3 => (at(), 0..WORDS.len()).prop_map(|(at, word)| Change::Put(at, WORDS[word])),
    ];
    proptest::collection::vec(change, 1..7)
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match *change {
            Change::Set(at, byte) => bytes[at % length] = byte,
            Change::Number(at, number) => {
                let at = at % length;
                let end = (at + 4).min(length);
                bytes[at..end].copy_from_slice(&number.to_le_bytes()[..end - at]);
            }
            Change::Cut(at) => bytes.truncate(at % length),
            Change::Drop(at, count) => drop(bytes.drain(at % length..(at % length + count).min(length))),
            Change::Double(at, count) => {
                let again = bytes[at % length..(at % length + count).min(length)].to_vec();
                bytes.splice(at % length..at % length, again);
            }
            Change::Put(at, word) => drop(bytes.splice(at % length..at % length, word.iter().copied())),
        }
    }
    bytes
}

/// Where changes of a zip file tell most: its directory, at the end.
fn at_the_end(bytes: &[u8], changes: Vec<Change>) -> Vec<Change> {
    let tail = bytes.len().min(2_500);
    let start = bytes.len() - tail;
    let moved = |change| match change {
        Change::Set(at, byte) => Change::Set(start + at % tail, byte),
        Change::Number(at, number) => Change::Number(start + at % tail, number),
        other => other,
    };
    changes.into_iter().map(moved).collect()
}

#[test]
fn seeds_are_what_they_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let verdict = any_bytes(folder.path(), &small()).expect("a package").verdict;
    assert_eq!(verdict, PackageVerdict::Sound, "what is changed below was whole");
    let sound = std::fs::read(root().join("fuzz/corpus/package_entries/sound")).unwrap();
    let report = any_entries(folder.path(), &sound).expect("a package");
    assert_eq!(report.verdict, PackageVerdict::Sound, "{report:?}");
    assert!(seeds().len() >= 5);
}

#[test]
fn any_package() {
    let seconds = std::env::var("DOSSIER_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let end = Instant::now() + Duration::from_secs(seconds);
    let folder = tempfile::tempdir().unwrap();
    let (small, seeds) = (small(), seeds());
    let config = Config { failure_persistence: None, ..Config::with_cases(50) };
    let mut cases = 0u64;
    while Instant::now() < end {
        // Each round begins with other numbers.
        let mut runner = TestRunner::new(config.clone());
        let any = (0..4usize, 0..seeds.len(), changes(), proptest::collection::vec(any::<u8>(), 0..400));
        runner
            .run(&any, |(how, seed, changes, raw)| {
                match how {
                    0 => drop(any_bytes(folder.path(), &raw)),
                    1 => drop(any_bytes(folder.path(), &changed(small.clone(), &changes))),
                    2 => drop(any_bytes(folder.path(), &changed(small.clone(), &at_the_end(&small, changes)))),
                    _ => drop(any_entries(folder.path(), &changed(seeds[seed].clone(), &changes))),
                }
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{error}"));
        cases += u64::from(config.cases);
    }
    println!("{cases} packages in {seconds} s");
}
