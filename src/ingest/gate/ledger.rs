//! The ledger: what each source has sent since the start, as counters that any number of
//! connections add to.
//!
//! Bounded by the sources the registry enrols: a page of 512 is made when the first of them is
//! heard. Adding is a few relaxed atomics; a reader sees each counter right, and all of one source
//! from about the same moment.

use crate::domain::{Millis, Reason, SourceIx};
use crate::registry::MAX_SOURCES;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

const PAGE: usize = 512;
const REASONS: usize = Reason::ALL.len();

#[derive(Default)]
struct Account {
    heard_at: AtomicU64,
    observed_at: AtomicU64,
    accepted: AtomicU64,
    refused: [AtomicU32; REASONS],
    /// 0: never said; 1: offline; 2: online.
    online: AtomicU8,
}

/// See the module.
pub struct Ledger {
    since: Millis,
    pages: Vec<OnceLock<Box<[Account]>>>,
}

/// What one source has sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// When it last sent anything that was read; [`Millis::NEVER`]: not since the start.
    pub heard_at: Millis,
    /// The newest time of observation it has claimed.
    pub observed_at: Millis,
    pub accepted: u64,
    /// How many were refused, for reasons that there were.
    pub refused: Vec<(Reason, u32)>,
    /// What it last said of itself.
    pub online: Option<bool>,
}

impl Ledger {
    pub(super) fn new(since: Millis) -> Self {
        let pages = (0..(MAX_SOURCES as usize).div_ceil(PAGE))
            .map(|_| OnceLock::new())
            .collect();
        Self { since, pages }
    }

    /// When counting began.
    #[must_use]
    pub fn since(&self) -> Millis {
        self.since
    }

    /// `None`: nothing was ever sent by it, or its number is none.
    #[must_use]
    pub fn of(&self, source: SourceIx) -> Option<Sent> {
        let account = &self.pages.get(source.at() / PAGE)?.get()?[source.at() % PAGE];
        let refused = Reason::ALL
            .into_iter()
            .zip(&account.refused)
            .map(|(reason, n)| (reason, n.load(Relaxed)));
        let sent = Sent {
            heard_at: Millis(account.heard_at.load(Relaxed)),
            observed_at: Millis(account.observed_at.load(Relaxed)),
            accepted: account.accepted.load(Relaxed),
            refused: refused.filter(|(_, n)| *n > 0).collect(),
            online: match account.online.load(Relaxed) {
                0 => None,
                n => Some(n == 2),
            },
        };
        (sent != Sent::default()).then_some(sent)
    }

    fn account(&self, source: SourceIx) -> Option<&Account> {
        let page = self.pages.get(source.at() / PAGE)?;
        let page = page.get_or_init(|| (0..PAGE).map(|_| Account::default()).collect());
        Some(&page[source.at() % PAGE])
    }

    pub(super) fn accept(&self, source: SourceIx, now: Millis, observed_at: Millis) {
        let Some(account) = self.account(source) else {
            return;
        };
        account.heard_at.fetch_max(now.0, Relaxed);
        account.observed_at.fetch_max(observed_at.0, Relaxed);
        account.accepted.fetch_add(1, Relaxed);
    }

    pub(super) fn refuse(&self, source: SourceIx, now: Millis, reason: Reason) {
        let Some(account) = self.account(source) else {
            return;
        };
        account.heard_at.fetch_max(now.0, Relaxed);
        account.refused[reason as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn say(&self, source: SourceIx, online: bool) {
        if let Some(account) = self.account(source) {
            account.online.store(1 + u8::from(online), Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_source_sent_is_counted_and_one_that_sent_nothing_has_no_account() {
        let ledger = Ledger::new(Millis(5));
        ledger.accept(SourceIx(600), Millis(100), Millis(90));
        ledger.accept(SourceIx(600), Millis(101), Millis(80));
        ledger.refuse(SourceIx(600), Millis(102), Reason::TooOld);
        ledger.say(SourceIx(600), false);
        let sent = ledger.of(SourceIx(600)).unwrap();
        assert_eq!(
            (sent.heard_at, sent.observed_at, sent.accepted),
            (Millis(102), Millis(90), 2)
        );
        assert_eq!(
            (sent.refused, sent.online),
            (vec![(Reason::TooOld, 1)], Some(false))
        );
        assert_eq!(
            (
                ledger.of(SourceIx(601)),
                ledger.of(SourceIx(1)),
                ledger.of(SourceIx(u32::MAX))
            ),
            (None, None, None)
        );
    }

    #[test]
    fn reasons_are_numbered_in_their_order() {
        assert!(
            Reason::ALL
                .iter()
                .enumerate()
                .all(|(at, reason)| *reason as usize == at)
        );
    }
}
