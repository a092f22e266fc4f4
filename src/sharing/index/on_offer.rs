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
        if !counts(shelved) {
            return;
        }
        match shelved.offer.hours.last() {
            None => self.endless += 1,
            Some(end) if self.ends.insert((end, shelved.offer.id)) => {
                self.over += usize::from(end <= self.at);
            }
            Some(_) => {}
        }
    }

    pub(super) fn remove(&mut self, shelved: &Shelved) {
        if !counts(shelved) {
            return;
        }
        match shelved.offer.hours.last() {
            None => self.endless -= 1,
            Some(end) if self.ends.remove(&(end, shelved.offer.id)) => {
                self.over -= usize::from(end <= self.at);
            }
            Some(_) => {}
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
}

fn counts(shelved: &Shelved) -> bool {
    shelved.bay.is_some() && shelved.offer.state == OfferState::Open
}
