//! How many bays are on offer: counted as offers come and go, and as their hours end.

use super::Shelved;
use crate::domain::{Millis, OfferState};
use std::collections::BTreeSet;

/// See the top.
#[derive(Default)]
pub(super) struct OnOffer {
    /// Whose hours recur for ever.
    endless: usize,
    /// When the last hours of the others end.
    ends: BTreeSet<(Millis, i64)>,
    /// Of those, how many are over at [`Self::at`].
    over: usize,
    /// When this was last asked.
    at: Millis,
}

impl OnOffer {
    pub(super) fn add(&mut self, shelved: &Shelved) {
        match Self::end(shelved) {
            Some(None) => self.endless += 1,
            Some(Some(end)) if self.ends.insert((end, shelved.offer.id)) => {
                self.over += usize::from(end <= self.at);
            }
            _ => {}
        }
    }

    pub(super) fn remove(&mut self, shelved: &Shelved) {
        match Self::end(shelved) {
            Some(None) => self.endless -= 1,
            Some(Some(end)) if self.ends.remove(&(end, shelved.offer.id)) => {
                self.over -= usize::from(end <= self.at);
            }
            _ => {}
        }
    }

    /// Bays with an open offer whose hours are not over.
    pub(super) fn count(&mut self, now: Millis) -> usize {
        let most = i64::MAX;
        if now >= self.at {
            let since = (self.at, most)..=(now, most);
            self.over += self
                .ends
                .range(since)
                .filter(|(end, _)| *end > self.at)
                .count();
        } else {
            let since = (now, most)..=(self.at, most);
            self.over -= self.ends.range(since).filter(|(end, _)| *end > now).count();
        }
        self.at = now;
        self.endless + self.ends.len() - self.over
    }

    /// When the hours of an offer that counts end; `Some(None)`: never.
    fn end(shelved: &Shelved) -> Option<Option<Millis>> {
        let counts = shelved.bay.is_some() && shelved.offer.state == OfferState::Open;
        counts.then(|| shelved.offer.hours.last())
    }
}
