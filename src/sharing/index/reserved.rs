//! Which bays are kept for somebody now or soon, and when that changes: what the live view shows as
//! not vacant to others.
//!
//! A bay is looked at when something of it has changed and when time changes it, never otherwise. A
//! clock that was put back, and a picture of the city that is new, mean that all are looked at.

use super::{BayBook, BayNumber, BookingIndex, Shelved};
use crate::domain::{BayIx, Millis};
use crate::registry::Registry;
use crate::sharing::deadlines::LEAD_MS;
use ahash::{AHashMap, AHashSet};
use std::collections::BTreeSet;

/// What is kept for somebody: a bay, or one seat of a pool.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum KeptSpot {
    Bay(BayIx),
    SeatOf(BayNumber),
}

/// What has become of bays and pools since it was last asked.
pub(in crate::sharing) struct News {
    /// Bays that are kept now or soon and were not.
    pub(in crate::sharing) come: Vec<BayIx>,
    /// Those that were and are not.
    pub(in crate::sharing) gone: Vec<BayIx>,
    /// Offers of pools of which more or fewer seats are kept than before.
    pub(in crate::sharing) pools: Vec<i64>,
}

/// See the top.
#[derive(Default)]
pub(in crate::sharing) struct Reserved {
    /// What was told of a bay, and when it is to be looked at again.
    known: AHashMap<BayNumber, (Option<KeptSpot>, Millis)>,
    /// How many of those are one and the same in the city: by another name, or as seats of a pool.
    count: AHashMap<KeptSpot, u32>,
    /// When each is to be looked at again.
    due: BTreeSet<(Millis, BayNumber)>,
    /// When this was last asked.
    last: Millis,
}

impl Reserved {
    /// What is kept now or soon and was not, and what was and is not, since this was last asked.
    pub(in crate::sharing) fn news(
        &mut self,
        index: &mut BookingIndex,
        registry: &Registry,
        now: Millis,
    ) -> News {
        let back = now < self.last;
        self.last = now;
        let mut look: BTreeSet<BayNumber> = match index.stirred.replace(AHashSet::default()) {
            Some(stirred) if !back => stirred.into_iter().collect(),
            _ => (0..index.bays.len() as BayNumber).collect(),
        };
        let due = self.due.range(..=(now, BayNumber::MAX));
        look.extend(due.map(|(_, number)| *number));
        let mut gone = Vec::new();
        let mut come = Vec::new();
        for number in look {
            let Some(book) = index.book(number) else {
                continue;
            };
            let (is, again) = book.reserved(now);
            let bay = match book.pool {
                Some(pool) => is.then_some(KeptSpot::SeatOf(pool)),
                None => is
                    .then(|| registry.bay(&book.bay))
                    .flatten()
                    .map(KeptSpot::Bay),
            };
            let (was, due) = self.known.remove(&number).unwrap_or((None, Millis::MAX));
            self.due.remove(&(due, number));
            if bay.is_some() || again != Millis::MAX {
                self.known.insert(number, (bay, again));
            }
            if again != Millis::MAX {
                self.due.insert((again, number));
            }
            if bay != was {
                come.extend(bay);
                gone.extend(was);
            }
        }
        let seat = |kept: &KeptSpot| match kept {
            KeptSpot::SeatOf(pool) => Some(*pool),
            KeptSpot::Bay(_) => None,
        };
        let pools: AHashSet<BayNumber> = come.iter().chain(&gone).filter_map(seat).collect();
        // First those that come: no bay is let go of for a moment that somebody has.
        come.retain(|bay| {
            let count = self.count.entry(*bay).or_default();
            *count += 1;
            *count == 1
        });
        gone.retain(|bay| {
            let count = self.count.entry(*bay).or_default();
            *count = count.saturating_sub(1);
            *count == 0 && self.count.remove(bay).is_some()
        });
        let bay = |kept: KeptSpot| match kept {
            KeptSpot::Bay(bay) => Some(bay),
            KeptSpot::SeatOf(_) => None,
        };
        let offer = |pool: BayNumber| Some(index.book(pool)?.offer.as_ref()?.offer.id);
        News {
            come: come.into_iter().filter_map(bay).collect(),
            gone: gone.into_iter().filter_map(bay).collect(),
            pools: pools.into_iter().filter_map(offer).collect(),
        }
    }

    /// How many seats of a pool are kept now or soon.
    pub(in crate::sharing) fn taken(&self, pool: &Shelved) -> u32 {
        let count = self.count.get(&KeptSpot::SeatOf(pool.number));
        count.copied().unwrap_or(0)
    }
}

impl BayBook {
    /// Whether it is kept for somebody now or soon, and until when that stands.
    fn reserved(&self, now: Millis) -> (bool, Millis) {
        let soon = now.plus(LEAD_MS);
        let mut is = false;
        let mut again = Millis::MAX;
        for r in &self.kept {
            if r.span.start > soon {
                again = again.min(Millis(r.span.start.0.saturating_sub(LEAD_MS)));
                break;
            }
            // A stay that has run over keeps its bay until somebody departs.
            if r.arrived_at().is_some() {
                is = true;
            } else if now < r.free_at {
                is = true;
                again = again.min(r.free_at);
            }
        }
        (is, again)
    }
}
