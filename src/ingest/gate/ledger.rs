//! The ledger: what each source has sent since the start, as counters that any number of
//! connections add to.
//!
//! Bounded by the sources the registry enrols (a page of 512 is made when the first of them is heard)
//! and by the partners. Adding is a few relaxed atomics, and once a message a look at the partners,
//! under a lock that is written when a new one comes; a reader sees each counter right, and all of
//! one source from about the same moment.

use crate::domain::{Millis, Reason, SourceIx};
use crate::registry::MAX_SOURCES;
use ahash::AHashMap;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

const PAGE: usize = 512;
const REASONS: usize = Reason::ALL.len();

#[derive(Default)]
struct Account {
    heard_at: AtomicU64,
    observed_at: AtomicU64,
    accepted: AtomicU64,
    refused: [AtomicU32; REASONS],
    odd_counts: [AtomicU64; 2],
    /// 0: never said; 1: offline; 2: online.
    online: AtomicU8,
    /// Whose key it came by: a place in [`Partners`], and one; 0: nobody's.
    partner: AtomicU32,
}

/// What was odd about a count that was taken all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddCount {
    /// A number of it could not be, and was taken as what is nearest.
    Clamped = 0,
    /// It names another capacity than the registry has.
    OtherCapacity = 1,
}

/// The partners heard, by name and by number.
#[derive(Default)]
struct Partners {
    numbers: AHashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

/// See the module.
pub struct Ledger {
    since: Millis,
    pages: Vec<OnceLock<Box<[Account]>>>,
    partners: RwLock<Partners>,
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
    /// Counts that were taken as what is nearest to them.
    pub clamped: u64,
    /// Counts of another capacity than the registry has.
    pub other_capacity: u64,
    /// What it last said of itself.
    pub online: Option<bool>,
    /// Whose key the newest came by that was taken.
    pub partner: Option<Arc<str>>,
}

impl Ledger {
    pub(super) fn new(since: Millis) -> Self {
        let pages = (0..(MAX_SOURCES as usize).div_ceil(PAGE))
            .map(|_| OnceLock::new())
            .collect();
        Self {
            since,
            pages,
            partners: RwLock::default(),
        }
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
            clamped: account.odd_counts[OddCount::Clamped as usize].load(Relaxed),
            other_capacity: account.odd_counts[OddCount::OtherCapacity as usize].load(Relaxed),
            online: match account.online.load(Relaxed) {
                0 => None,
                n => Some(n == 2),
            },
            partner: self.name(account.partner.load(Relaxed)),
        };
        (sent != Sent::default()).then_some(sent)
    }

    fn account(&self, source: SourceIx) -> Option<&Account> {
        let page = self.pages.get(source.at() / PAGE)?;
        let page = page.get_or_init(|| (0..PAGE).map(|_| Account::default()).collect());
        Some(&page[source.at() % PAGE])
    }

    fn name(&self, partner: u32) -> Option<Arc<str>> {
        let partners = self.partners.read().unwrap_or_else(PoisonError::into_inner);
        let at = partner.checked_sub(1)?;
        partners.names.get(at as usize).cloned()
    }

    /// A number for a partner, to be asked once a message; 0 for nobody.
    pub(super) fn partner(&self, name: &Arc<str>) -> u32 {
        if name.is_empty() {
            return 0;
        }
        let known = self.partners.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.numbers.get(name) {
            return *number;
        }
        drop(known);
        let mut partners = self
            .partners
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let Partners { numbers, names } = &mut *partners;
        *numbers.entry(name.clone()).or_insert_with(|| {
            names.push(name.clone());
            names.len() as u32
        })
    }

    /// `partner`: as [`Self::partner`] numbers it.
    pub(super) fn accept(
        &self,
        source: SourceIx,
        (now, observed_at): (Millis, Millis),
        partner: u32,
    ) {
        let Some(account) = self.account(source) else {
            return;
        };
        account.heard_at.fetch_max(now.0, Relaxed);
        account.observed_at.fetch_max(observed_at.0, Relaxed);
        account.accepted.fetch_add(1, Relaxed);
        account.partner.store(partner, Relaxed);
    }

    pub(super) fn refuse(&self, source: SourceIx, now: Millis, reason: Reason) {
        let Some(account) = self.account(source) else {
            return;
        };
        account.heard_at.fetch_max(now.0, Relaxed);
        account.refused[reason as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn hear(&self, source: SourceIx, now: Millis) {
        if let Some(account) = self.account(source) {
            account.heard_at.fetch_max(now.0, Relaxed);
        }
    }

    /// Beside [`Self::accept`].
    pub(super) fn odd_count(&self, source: SourceIx, what: OddCount) {
        if let Some(account) = self.account(source) {
            account.odd_counts[what as usize].fetch_add(1, Relaxed);
        }
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
        ledger.accept(SourceIx(600), (Millis(100), Millis(90)), 0);
        ledger.accept(SourceIx(600), (Millis(101), Millis(80)), 0);
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
    fn the_newest_partner_who_was_taken_speaks_for_a_source() {
        let ledger = Ledger::new(Millis(5));
        let names: [Arc<str>; 3] = ["".into(), "acme".into(), "lta".into()];
        let [nobody, acme, lta] = names.each_ref().map(|name| ledger.partner(name));
        assert_eq!((nobody, ledger.partner(&"acme".into())), (0, acme));
        let now = (Millis(100), Millis(90));
        let partner = || ledger.of(SourceIx(7)).and_then(|sent| sent.partner);
        ledger.accept(SourceIx(7), now, acme);
        assert_eq!(partner(), Some(names[1].clone()));
        ledger.accept(SourceIx(7), now, lta);
        ledger.refuse(SourceIx(7), Millis(101), Reason::TooOld);
        assert_eq!(partner(), Some(names[2].clone()));
        ledger.accept(SourceIx(7), now, nobody);
        assert_eq!(partner(), None);
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
