//! Which offers are open now, and when that changes: what the live view shows of private bays.
//!
//! Hours recur by the week on a wall clock, so an offer is looked at when it has changed and when its
//! next opening or closing comes, never otherwise: a tick at which nothing is due costs one look at a
//! sorted set. Hours are worked out a day ahead; where they go on beyond, they are looked at again
//! before they are over. A clock that was put back, and a picture of the city that is new, mean that
//! all are looked at.

use super::index::{BookingIndex, Shelved};
use crate::domain::{BayIx, Currency, Millis, OfferState, Span, Workdays, ZoneIx};
use crate::live::OpenOffer;
use ahash::AHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How far ahead hours are worked out.
const AHEAD_MS: u64 = 24 * 3_600_000;

/// How long before the end of what was worked out more is.
const SPARE_MS: u64 = 3_600_000;

/// Where an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Bay(BayIx),
    /// A pool of a zone; the number of its offer.
    Pool(ZoneIx, i64),
}

/// What the live view is to be told of a bay or a pool.
pub(super) type Opened = (Spot, Option<OpenOffer>);

/// See the top.
pub(super) struct Openings {
    /// What prices are compared in.
    currency: Currency,
    workdays: Arc<Workdays>,
    known: AHashMap<i64, LookedAt>,
    /// When each is to be looked at again.
    due: BTreeSet<(Millis, i64)>,
    /// When this was last asked.
    last: Millis,
}

/// An offer as it was when looked at.
struct LookedAt {
    version: i64,
    spot: Option<Spot>,
    again: Millis,
    told: Option<(Spot, OpenOffer)>,
}

impl Openings {
    pub(super) fn new(currency: Currency, workdays: Arc<Workdays>) -> Self {
        Self {
            currency,
            workdays,
            known: AHashMap::new(),
            due: BTreeSet::new(),
            last: Millis(0),
        }
    }

    /// What has opened or closed since this was last asked, closings first: another offer of the same
    /// bay may have opened.
    pub(super) fn news(&mut self, index: &mut BookingIndex, now: Millis) -> Vec<Opened> {
        let back = now < self.last;
        self.last = now;
        let changed = index.take_changed_offers();
        let mut look: BTreeSet<i64> = match changed {
            Some(changed) if !back => changed.into_iter().collect(),
            _ => index
                .offer_ids()
                .chain(self.known.keys().copied())
                .collect(),
        };
        let due = self.due.range(..=(now, i64::MAX));
        look.extend(due.map(|(_, id)| *id));
        let mut closed = Vec::new();
        let mut opened = Vec::new();
        for id in look {
            self.look(id, index.offer(id), (now, back), &mut closed, &mut opened);
        }
        closed.append(&mut opened);
        closed
    }

    fn look(
        &mut self,
        id: i64,
        offer: Option<&Shelved>,
        (now, back): (Millis, bool),
        closed: &mut Vec<Opened>,
        opened: &mut Vec<Opened>,
    ) {
        let old = self.known.get(&id);
        let same =
            |old: &LookedAt, s: &Shelved| old.version == s.offer.version && old.spot == spot(s);
        if old
            .zip(offer)
            .is_some_and(|(old, s)| !back && now < old.again && same(old, s))
        {
            return;
        }
        let old = self.known.remove(&id);
        if let Some(old) = &old {
            self.due.remove(&(old.again, id));
        }
        let was = old.and_then(|old| old.told);
        let (told, again) = match offer {
            Some(shelved) => self.now_open(shelved, now),
            None => (None, Millis::MAX),
        };
        if told != was {
            // An offer that has changed is not shut for a moment in between.
            let stays = was.as_ref().map(|w| w.0) == told.as_ref().map(|t| t.0);
            closed.extend(was.filter(|_| !stays).map(|(spot, _)| (spot, None)));
            opened.extend(told.clone().map(|(spot, offer)| (spot, Some(offer))));
        }
        let Some(shelved) = offer else { return };
        self.due.insert((again, id));
        let looked = LookedAt {
            version: shelved.offer.version,
            spot: spot(shelved),
            again,
            told,
        };
        self.known.insert(id, looked);
    }

    /// What is to be told of an offer, and until when that holds.
    fn now_open(&self, shelved: &Shelved, now: Millis) -> (Option<(Spot, OpenOffer)>, Millis) {
        let (Some(spot), offer) = (spot(shelved), &shelved.offer) else {
            return (None, Millis::MAX);
        };
        if offer.state != OfferState::Open {
            return (None, Millis::MAX);
        }
        let ahead = now.plus(AHEAD_MS);
        let open = |day| offer.hours.open(day, &self.workdays).first().copied();
        let first = Span::new(now, ahead).and_then(open);
        let Some(first) = first else {
            let over = offer.hours.last().is_some_and(|last| last <= now);
            return (None, if over { Millis::MAX } else { ahead });
        };
        if first.start > now {
            return (None, first.start);
        }
        let again = if first.end < ahead {
            first.end
        } else {
            Millis(ahead.0 - SPARE_MS)
        };
        let open = OpenOffer {
            name: offer.name.clone(),
            price: offer.price,
            currency: offer.currency,
            comparable: offer.currency == self.currency,
            max_height_cm: offer.rules.max_height_cm,
            max_stay_min: offer.rules.max_stay_min,
            ev_only: offer.rules.ev_only,
            until: first.end,
        };
        (Some((spot, open)), again)
    }
}

fn spot(shelved: &Shelved) -> Option<Spot> {
    let pool = shelved.zone.map(|zone| Spot::Pool(zone, shelved.offer.id));
    pool.or(shelved.bay.map(Spot::Bay))
}
