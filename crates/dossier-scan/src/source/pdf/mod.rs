//! PDF: what scanners write, and what was printed into a file.
//!
//! ```text
//! structure ─→ open ─→ vet ─→ rehearsal ─→ the picture that covers the page, or the page painted
//! ```
//!
//! The library that reads and paints PDF asks nobody how large, deep or long things may be. So everything is looked
//! at before: what holds the file together, then every object of a page, then every stroke that it would paint. What
//! remains is done by a thread of its own with room for deep nesting, which is waited for only so long.

mod measure;
mod painting;
mod rehearsal;
mod structure;
mod vet;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use hayro::hayro_syntax::{LoadPdfError, Pdf as Library};

use super::{Pixels, guarded};
use crate::{Limits, ScanError, TooLarge};

/// Bytes of stack, of which only what is used is real: objects may lie 500 deep in one another.
const STACK: usize = 64 << 20;

/// An open PDF. Dropping it lets its thread end.
pub(crate) struct Pdf {
    requests: Sender<Request>,
    answers: Receiver<Result<Pixels, ScanError>>,
    pages: usize,
    patience: Duration,
    given_up: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy)]
enum Request {
    Page(usize),
    Drawn(usize),
}

impl Pdf {
    pub fn open(bytes: &[u8], limits: &Limits) -> Result<Self, ScanError> {
        structure::check(bytes, limits)?;
        let (requests, received) = channel();
        let (answer, answers) = channel();
        let (opened, pages) = channel();
        let given_up = Arc::new(AtomicBool::new(false));
        let work = Work { bytes: bytes.to_vec(), limits: limits.clone(), given_up: Arc::clone(&given_up) };
        let spawned = thread::Builder::new()
            .name("scan".into())
            .stack_size(STACK)
            .spawn(move || work.run(&opened, &received, &answer));
        spawned.map_err(|_| ScanError::TooSlow { page: None })?;
        let patience = Duration::from_secs(limits.seconds);
        let pages = pages.recv_timeout(patience).map_err(|error| gone(error, None))??;
        if pages > limits.pages {
            given_up.store(true, Ordering::Relaxed);
            return Err(ScanError::TooLarge { page: None, what: TooLarge::Pages { most: limits.pages } });
        }
        Ok(Self { requests, answers, pages, patience, given_up })
    }

    pub fn pages(&self) -> usize {
        self.pages
    }

    pub fn page(&mut self, page: usize) -> Result<Pixels, ScanError> {
        self.ask(Request::Page(page), page)
    }

    pub fn drawn(&mut self, page: usize) -> Result<Pixels, ScanError> {
        self.ask(Request::Drawn(page), page)
    }

    fn ask(&mut self, request: Request, page: usize) -> Result<Pixels, ScanError> {
        self.requests.send(request).map_err(|_| ScanError::Damaged { page: None })?;
        self.answers.recv_timeout(self.patience).map_err(|error| gone(error, Some(page)))?
    }
}

impl Drop for Pdf {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

fn gone(error: RecvTimeoutError, page: Option<usize>) -> ScanError {
    match error {
        RecvTimeoutError::Timeout => ScanError::TooSlow { page },
        RecvTimeoutError::Disconnected => ScanError::Damaged { page: None },
    }
}

/// What the thread has.
struct Work {
    bytes: Vec<u8>,
    limits: Limits,
    given_up: Arc<AtomicBool>,
}

impl Work {
    fn run(
        self,
        opened: &Sender<Result<usize, ScanError>>,
        requests: &Receiver<Request>,
        answers: &Sender<Result<Pixels, ScanError>>,
    ) {
        let Self { bytes, limits, given_up } = self;
        let open = || {
            Library::new(bytes).map_err(|error| match error {
                LoadPdfError::Decryption(_) => ScanError::Encrypted,
                LoadPdfError::Invalid => ScanError::Damaged { page: None },
            })
        };
        let pdf = match guarded(1, open) {
            Ok(pdf) if pdf.pages().is_empty() => return drop(opened.send(Err(ScanError::Damaged { page: None }))),
            Ok(pdf) => pdf,
            Err(ScanError::Encrypted) => return drop(opened.send(Err(ScanError::Encrypted))),
            Err(_) => return drop(opened.send(Err(ScanError::Damaged { page: None }))),
        };
        // Nobody listens any more where a send fails, and the thread ends.
        if opened.send(Ok(pdf.pages().len())).is_err() {
            return;
        }
        while let Ok(request) = requests.recv() {
            let (Request::Page(number) | Request::Drawn(number)) = request;
            let answer = guarded(number, || {
                let page = pdf.pages().get(number - 1).ok_or(ScanError::NoSuchPage { page: number })?;
                match request {
                    Request::Page(_) => painting::page(page, number, &limits, &given_up),
                    Request::Drawn(_) => painting::drawn(page, number, &limits, &given_up),
                }
            });
            if answers.send(answer).is_err() {
                return;
            }
        }
    }
}
