//! The contributors' desk: who stands behind an app's report, and what that has been worth.
//!
//! The gate asks it for each report ([`Reliability`]), and what it answers goes to the journal with
//! the report; the stream tells it what sensors have shown ([`FeedbackSink`]); a partner is told
//! sums ([`ContributionFigures`]), never of a single contributor. Of a contributor no more is held than a
//! pseudonym ([`pseudonyms`]) and how often it was right.
//!
//! Promises: memory is bounded by [`SLOTS`] and the number of partners, whoever is invented. What is
//! learnt is learnt once: a window of ingest time is applied when every worker has handed it in, and
//! a checkpoint says up to which window that was so ([`ContributorDesk::to_bytes`]). Dear: a MAC per
//! report and one lock, for less than a microsecond; while a checkpoint is taken, for as long as the
//! table takes to be read (20 MB when full).

mod figures;
mod pseudonyms;
mod saved;
#[cfg(test)]
mod tests;

pub use figures::{ContributionFigures, Period};
pub use pseudonyms::PseudonymError;

use crate::belief::contributors::WINDOW_S;
use crate::belief::{Contributors, FeedbackSink, Judged, Windows};
use crate::domain::{Backing, BayStatus, Millis, Reliability, Remit, Weighed, Whose};
use crate::metrics::Metrics;
use figures::{MOST_PARTNERS, PartnerFigures};
use pseudonyms::Pseudonyms;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Contributors that are told apart, as a power of two: 20 MB when all are there.
const SLOTS: u32 = 20;

/// Windows are applied so many rows at a time, so that the gate need not wait for all of them.
const ROWS_AT_A_TIME: usize = 4096;

const DAY_S: u32 = 86_400;

/// See the module.
pub struct ContributorDesk {
    pseudonyms: Pseudonyms,
    book: Mutex<Book>,
    windows: Mutex<HandedIn>,
    metrics: Arc<Metrics>,
}

/// The table, and whose each slot is.
struct Book {
    table: Contributors,
    /// By slot: the number of the partner that speaks for it.
    partner_of: Vec<u16>,
    /// By that number. The first is of nobody: of partners beyond all bounds.
    partners: Vec<PartnerFigures>,
    numbers: HashMap<Arc<str>, u16>,
    proven: u32,
}

/// What workers have handed in and is not applied, as others may still add to it.
struct HandedIn {
    waiting: Windows,
    /// By worker: up to which window it has handed in.
    through: Vec<Option<u32>>,
    /// The newest window that was applied.
    applied: Option<u32>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ContributorDesk {
    /// With what [`Self::to_bytes`] said, if anything, and pseudonyms by the keys in the file `keys`,
    /// which is made if it is not there. `workers` hand in.
    ///
    /// # Errors
    /// For a file of keys that cannot be read or written.
    pub fn open(
        keys: &Path,
        saved: Option<&[u8]>,
        workers: usize,
        now: Millis,
        metrics: Arc<Metrics>,
    ) -> Result<Self, PseudonymError> {
        let pseudonyms = Pseudonyms::open(keys, now)?;
        let empty = || (Book::new(Contributors::new(SLOTS)), None);
        let (book, applied) = match saved.map(saved::read) {
            None => empty(),
            Some(Some(found)) => found,
            Some(None) => {
                tracing::warn!(
                    "contributors: the checkpoint's table cannot be read: all start anew"
                );
                empty()
            }
        };
        metrics.contributors_proven.set(i64::from(book.proven));
        Ok(Self {
            pseudonyms,
            book: Mutex::new(book),
            windows: Mutex::new(HandedIn {
                waiting: Windows::default(),
                through: vec![None; workers],
                applied,
            }),
            metrics,
        })
    }

    /// Renews the pseudonyms' key if it is time to. Writes to disk; call it now and then.
    ///
    /// # Errors
    /// When the new key could not be stored: the old one serves on.
    pub fn renew(&self, now: Millis) -> Result<(), PseudonymError> {
        self.pseudonyms.renew(now)
    }

    /// What came of a partner's reports, over the last 1, 7 and 30 days up to `now`.
    #[must_use]
    pub fn figures(&self, partner: &str, now: Millis) -> ContributionFigures {
        let book = lock(&self.book);
        let number = book.numbers.get(partner);
        let figures = number.and_then(|number| book.partners.get(usize::from(*number)));
        figures.map_or_else(ContributionFigures::none, |figures| figures.told(day(now)))
    }

    /// The table as of now, and up to which window of ingest time it has learnt. For a checkpoint:
    /// to be taken when every worker has handed in all that lies before the cut.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // No window is half applied meanwhile.
        let windows = lock(&self.windows);
        saved::write(&lock(&self.book), windows.applied)
    }
}

impl Reliability for ContributorDesk {
    fn backing(&self, remit: &Remit, whose: Whose<'_>, status: BayStatus, now: Millis) -> Backing {
        let names = self.pseudonyms.names(&remit.partner, whose, now);
        let trusted = remit.backing.of_trusted_key();
        let minute = (now.0 / 60_000) as u32;
        let mut book = lock(&self.book);
        let number = book.number(&remit.partner);
        let Book {
            table, partners, ..
        } = &mut *book;
        let names = (names.current, names.former);
        let found = table.find_or_enrol_if(names, trusted, minute, || {
            partners[usize::from(number)].may_enrol(now.0 / 3_600_000)
        });
        let Some(slot) = found else {
            return self.weighed(&mut book, number, now, Weighed::NoRoom, remit.backing, 0);
        };
        book.partner_of[slot as usize] = number;
        // Who vouches for a source that names no contributors vouches for as many as it likes.
        let of_many = trusted && matches!(whose, Whose::Source(_));
        let counted = of_many || book.table.counts(slot, minute);
        let said = status.occupied().filter(|_| counted);
        let weight = said.map_or(0, |said| book.table.weight(slot, said));
        // What does not count is not judged either.
        let judged_as = if said.is_some() { slot } else { 0 };
        let proven = book.table.proven(slot);
        let backing = remit.backing.of_contributor(judged_as, weight, proven);
        let outcome = if counted {
            Weighed::Counted
        } else {
            Weighed::Throttled
        };
        self.weighed(&mut book, number, now, outcome, backing, weight)
    }
}

impl ContributorDesk {
    fn weighed(
        &self,
        book: &mut Book,
        partner: u16,
        now: Millis,
        outcome: Weighed,
        backing: Backing,
        weight: i8,
    ) -> Backing {
        book.partners[usize::from(partner)].report(day(now), outcome, weight);
        self.metrics.app_report(outcome);
        if outcome == Weighed::NoRoom {
            backing.of_contributor(0, 0, false)
        } else {
            backing
        }
    }
}

impl FeedbackSink for ContributorDesk {
    fn hand_in(&self, worker: u32, through: u32, windows: Windows) {
        let mut all = lock(&self.windows);
        let applied = all.applied;
        all.waiting.merge(&windows, applied);
        if let Some(told) = all.through.get_mut(worker as usize) {
            *told = Some(told.map_or(through, |before| before.max(through)));
        }
        // What has been handed in by all: nobody adds to it any more.
        let Some(Some(whole)) = all.through.iter().min().copied() else {
            return;
        };
        let ready = all.waiting.take_through(whole);
        let rows: Vec<_> = ready.rows().collect();
        for some in rows.chunks(ROWS_AT_A_TIME) {
            let mut book = lock(&self.book);
            for (window, slot, judged) in some {
                book.learn(window / (DAY_S / WINDOW_S), *slot, judged);
            }
        }
        all.applied = applied.max(Some(whole));
        let proven = lock(&self.book).proven;
        self.metrics.contributors_proven.set(i64::from(proven));
    }
}

impl Book {
    fn new(table: Contributors) -> Self {
        Self {
            partner_of: vec![0; table.slots()],
            table,
            partners: vec![PartnerFigures::default()],
            numbers: HashMap::new(),
            proven: 0,
        }
    }

    /// The partner's number, given when it is first heard. 0 for those beyond [`MOST_PARTNERS`].
    fn number(&mut self, partner: &Arc<str>) -> u16 {
        if let Some(number) = self.numbers.get(partner) {
            return *number;
        }
        let next = self.partners.len();
        if next > MOST_PARTNERS {
            return 0;
        }
        self.partners.push(PartnerFigures::default());
        self.numbers.insert(partner.clone(), next as u16);
        next as u16
    }

    fn learn(&mut self, day: u32, slot: u32, judged: &Judged) {
        let was = self.table.proven(slot);
        if !self.table.learn(slot, judged) {
            return;
        }
        let number = self.partner_of.get(slot as usize).copied().unwrap_or(0);
        let partner = &mut self.partners[usize::from(number)];
        partner.judged(day, judged);
        let change = i32::from(self.table.proven(slot)) - i32::from(was);
        partner.proven = partner.proven.saturating_add_signed(change);
        self.proven = self.proven.saturating_add_signed(change);
    }
}

/// Days since 1970, UTC.
const fn day(at: Millis) -> u32 {
    (at.0 / (DAY_S as u64 * 1000)) as u32
}
