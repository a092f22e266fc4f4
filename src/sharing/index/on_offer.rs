//! How many bays are on offer: counted as offers come and go, and as their hours end.

use super::Shelved;
use crate::domain::{Millis, OfferState};
use std::collections::BTreeMap;

/// See the top.
#[derive(Default)]
pub(super) struct OnOffer {
    /// Whose hours recur for ever.
    endless: usize,
    /// When the last hours of the others end, and of how many bays each is.
    ends: BTreeMap<(Millis, i64), usize>,
    /// Of how many bays they are.
    ending: usize,
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
            None => self.endless += places(shelved),
            Some(end) => {
                let key = (end, shelved.offer.id);
                if self.ends.insert(key, places(shelved)).is_none() {
                    self.ending += places(shelved);
                    self.over += if end <= self.at { places(shelved) } else { 0 };
                }
            }
        }
    }

    pub(super) fn remove(&mut self, shelved: &Shelved) {
        if !counts(shelved) {
            return;
        }
        match shelved.offer.hours.last() {
            None => self.endless -= places(shelved),
            Some(end) => {
                if let Some(places) = self.ends.remove(&(end, shelved.offer.id)) {
                    self.ending -= places;
                    self.over -= if end <= self.at { places } else { 0 };
                }
            }
        }
    }

    /// Bays with an open offer whose hours are not over.
    pub(super) fn count(&mut self, now: Millis) -> usize {
        let most = i64::MAX;
        if now >= self.at {
            let since = self.ends.range((self.at, most)..=(now, most));
            let since = since.filter(|((end, _), _)| *end > self.at);
            self.over += since.map(|(_, places)| places).sum::<usize>();
        } else {
            let since = self.ends.range((now, most)..=(self.at, most));
            let since = since.filter(|((end, _), _)| *end > now);
            self.over -= since.map(|(_, places)| places).sum::<usize>();
        }
        self.at = now;
        self.endless + self.ending - self.over
    }
}

fn places(shelved: &Shelved) -> usize {
    shelved.places() as usize
}

fn counts(shelved: &Shelved) -> bool {
    shelved.is_placed() && shelved.offer.state == OfferState::Open
}
