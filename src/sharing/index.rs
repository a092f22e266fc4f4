//! What the desk knows in memory: offers where they are, and what is kept of each bay. A copy of
//! the store, no more.
//!
//! Belongs to one task. Promises: no question and no change walks over the whole book: what is kept
//! is looked up by bay or number, what is due by time, what is near by cell; only a new picture of
//! the city has all offers placed anew. Dear: some 250 bytes for each reservation.

mod due;
mod free;
mod offers;
mod on_offer;
mod packed;
mod pieces;
mod pools;
mod reserved;

pub(super) use pieces::Keyed;
pub(super) use pools::seat;
pub(super) use reserved::{News, Reserved};

use super::alternatives::Alternatives;
use super::shut::Shut;
use crate::domain::pool::is_of_pool;
use crate::domain::{BayIx, Millis, Offer, Reservation, ReservationState, Span, ZoneIx};
use crate::registry::Registry;
use crate::registry::city::City;
use ahash::{AHashMap, AHashSet};
use on_offer::OnOffer;
use packed::{Packed, Partners};
use pieces::Rows;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A grid cell of the city.
pub(super) type GridCell = (i32, i32);

/// A bay's number in the index.
type BayNumber = u32;

/// An offer and where its bay is now.
#[derive(Clone, Debug)]
pub(super) struct Shelved {
    pub(super) offer: Arc<Offer>,
    /// `None`: the registry has no such bay, for the time being; or it is a pool.
    pub(super) bay: Option<BayIx>,
    /// Of a pool, where the registry has it.
    pub(super) zone: Option<ZoneIx>,
    cell: Option<GridCell>,
    number: BayNumber,
}

/// What is known of one bay.
#[derive(Clone)]
struct BayBook {
    bay: Arc<str>,
    /// Of a seat: its pool.
    pool: Option<BayNumber>,
    /// The offer it is on.
    offer: Option<Shelved>,
    /// What keeps it, by start.
    kept: Vec<Packed>,
    /// How many of those are active.
    active: u32,
    /// None of them was ever longer.
    longest_ms: u64,
    /// From when on something of this may be due; `Millis::MAX`: nothing is kept.
    first: Millis,
}

/// See the top.
#[derive(Default)]
pub(super) struct BookingIndex {
    bays: Rows<BayBook>,
    numbers: Keyed<Arc<str>, BayNumber>,
    /// The bay of each offer.
    offers: Keyed<i64, BayNumber>,
    cells: Keyed<GridCell, Vec<BayNumber>>,
    /// The seats of each pool, as far as they have been booked.
    seats_of: Keyed<BayNumber, Vec<BayNumber>>,
    /// The pools of each zone, by number of the offer.
    pub(super) pools_of: Keyed<Arc<str>, Vec<i64>>,
    /// Of pools that have lost places, by number of the offer: how many there are.
    limits: AHashMap<i64, u32>,
    /// Those of them that have changed since they were last asked for.
    pub(super) limited: Vec<i64>,
    partners: Arc<Partners>,
    /// The picture of the city that places were taken from.
    city: Option<Arc<City>>,
    /// What else bookings could have, as far as that is known.
    pub(super) alternatives: Alternatives,
    /// What the authority has closed.
    pub(super) shut: Shut,

    // What a copy for a plan does without.
    /// The bay that each reservation keeps.
    seats: Keyed<i64, BayNumber>,
    /// Bays by when something of theirs may be due.
    first: BTreeSet<(Millis, BayNumber)>,
    /// Holds by deadline.
    holds: BTreeSet<(Millis, i64)>,
    on_offer: OnOffer,
    /// Drivers of whose reservations one was put here since it was last asked.
    touched: AHashSet<Arc<str>>,
    /// Bays of which something was changed since they were last asked for; `None`: it may be any.
    stirred: Option<AHashSet<BayNumber>>,
    /// By bay when it has become free, or its offer has changed, since bookings were last looked
    /// over.
    freed: AHashMap<Arc<str>, Span>,
    /// Offers put here since they were last asked for; `None`: it may be any.
    changed: Option<Vec<i64>>,
    /// What was put here and is not known to be on disk.
    unsure: Unsure,
}

/// Numbers of reservations and offers that are to be read again if a transaction fails.
#[derive(Default)]
pub(super) struct Unsure {
    pub(super) reservations: AHashSet<i64>,
    pub(super) offers: AHashSet<i64>,
}

impl BookingIndex {
    /// Of these offers, with nothing kept yet.
    pub(super) fn new(offers: Vec<Offer>, registry: &Registry) -> Self {
        let mut index = Self::default();
        index.follow(registry);
        for offer in offers {
            index.put_offer(offer, registry);
        }
        index
    }

    /// Takes what was put here for what is on disk, and for what is told already.
    pub(super) fn settle(&mut self) {
        self.touched.clear();
        self.freed.clear();
        self.unsure = Unsure::default();
        for number in 0..self.bays.len() {
            if let Some(book) = self.bays.get_mut(number) {
                book.kept.shrink_to_fit();
            }
        }
    }

    /// The same for a plan: it shares what neither of the two changes.
    pub(super) fn picture(&self) -> Self {
        Self {
            bays: self.bays.clone(),
            numbers: self.numbers.clone(),
            offers: self.offers.clone(),
            cells: self.cells.clone(),
            seats_of: self.seats_of.clone(),
            pools_of: self.pools_of.clone(),
            limits: self.limits.clone(),
            partners: self.partners.clone(),
            city: self.city.clone(),
            alternatives: self.alternatives.picture(),
            shut: self.shut.clone(),
            ..Self::default()
        }
    }

    /// The city as places were last taken from it. Taken once per command, so that one command sees
    /// one city.
    pub(super) fn city(&self) -> Option<&Arc<City>> {
        self.city.as_ref()
    }

    /// Looks where the bays are if the city has changed: they may have been moved, removed or
    /// added.
    pub(super) fn follow(&mut self, registry: &Registry) {
        let now = Arc::clone(&registry.city());
        if self.city.as_ref().is_some_and(|old| Arc::ptr_eq(old, &now)) {
            return;
        }
        self.city = Some(now);
        self.on_offer = OnOffer::default();
        self.alternatives = Alternatives::default();
        self.changed = None;
        self.stirred = None;
        self.cells = Keyed::default();
        for number in 0..self.bays.len() {
            let book = self.bays.get_mut(number);
            if let Some(Shelved { offer, .. }) = book.and_then(|b| b.offer.take()) {
                self.shelve(offer, registry);
            }
        }
    }

    /// The number of a bay, given now if it has none yet.
    fn number(&mut self, bay: &Arc<str>) -> BayNumber {
        if let Some(number) = self.numbers.get(bay) {
            return *number;
        }
        let book = BayBook {
            bay: bay.clone(),
            pool: None,
            offer: None,
            kept: Vec::new(),
            active: 0,
            longest_ms: 0,
            first: Millis::MAX,
        };
        let number = self.bays.push(book) as BayNumber;
        self.numbers.insert(bay.clone(), number);
        self.seat_is_known(bay, number);
        number
    }

    fn book(&self, number: BayNumber) -> Option<&BayBook> {
        self.bays.get(number as usize)
    }

    fn book_of(&self, bay: &str) -> Option<&BayBook> {
        self.book(*self.numbers.get(bay)?)
    }

    /// Takes in a reservation as it is now, and lets go of its bay if it keeps none any more.
    pub(super) fn put(&mut self, r: Reservation) {
        self.touched.insert(r.driver.clone());
        self.unsure.reservations.insert(r.id);
        if let Some((bay, old)) = self.unseat(r.id)
            && (!r.state.holds() || r.bay != bay)
        {
            free(&mut self.freed, &bay, old);
        }
        if r.state.holds() {
            let number = self.number(&r.bay);
            self.seats.insert(r.id, number);
            if r.state == ReservationState::Held {
                self.holds.insert((r.expires_at, r.id));
            }
            let packed = Packed::new(r, Arc::make_mut(&mut self.partners));
            if let Some(book) = self.bays.get_mut(number as usize) {
                book.add(packed);
            }
            self.stir(number);
        } else {
            self.alternatives.forget(r.id);
        }
    }

    /// Forgets a reservation that the store does not have.
    pub(super) fn forget(&mut self, id: i64) {
        if let Some((bay, span)) = self.unseat(id) {
            free(&mut self.freed, &bay, span);
            self.alternatives.forget(id);
        }
    }

    /// Replaces all that is known of one bay.
    pub(super) fn put_bay(&mut self, bay: &str, kept: Vec<Reservation>) {
        let old: Vec<i64> = self
            .book_of(bay)
            .into_iter()
            .flat_map(|b| &b.kept)
            .map(|r| r.id)
            .collect();
        for id in old
            .into_iter()
            .filter(|id| kept.iter().all(|r| r.id != *id))
        {
            self.forget(id);
        }
        for r in kept {
            self.put(r);
        }
    }

    /// Where it was and when.
    fn unseat(&mut self, id: i64) -> Option<(Arc<str>, Span)> {
        let number = self.seats.remove(&id)?;
        let book = self.bays.get_mut(number as usize)?;
        let at = book.kept.iter().position(|r| r.id == id)?;
        let old = book.kept.remove(at);
        book.active -= u32::from(old.state == ReservationState::Active);
        let bay = book.bay.clone();
        if old.state == ReservationState::Held {
            self.holds.remove(&(old.expires_at, id));
        }
        self.stir(number);
        Some((bay, old.kept()))
    }

    /// Something of a bay has changed.
    fn stir(&mut self, number: BayNumber) {
        if let Some(stirred) = &mut self.stirred {
            stirred.insert(number);
        }
        let Some(book) = self.bays.get_mut(number as usize) else {
            return;
        };
        let first = book.due_from();
        if first != book.first {
            self.first.remove(&(book.first, number));
            book.first = first;
            if first != Millis::MAX {
                self.first.insert((first, number));
            }
        }
    }

    /// Whose reservations have changed since this was last asked.
    pub(super) fn take_touched(&mut self) -> AHashSet<Arc<str>> {
        std::mem::take(&mut self.touched)
    }

    /// What was put here since this was last asked, and may not be on disk.
    pub(super) fn take_unsure(&mut self) -> Unsure {
        std::mem::take(&mut self.unsure)
    }

    /// Up to `most` bays that have become free since they were taken here before, and when.
    pub(super) fn take_freed(&mut self, most: usize) -> AHashMap<Arc<str>, Span> {
        let some: Vec<Arc<str>> = self.freed.keys().take(most).cloned().collect();
        some.into_iter()
            .filter_map(|bay| self.freed.remove_entry(&bay))
            .collect()
    }

    /// What keeps a bay, by start.
    pub(super) fn kept_on(&self, bay: &str) -> impl Iterator<Item = Reservation> {
        let book = self.book_of(bay);
        book.into_iter()
            .flat_map(|b| b.kept.iter().map(|r| r.whole(&b.bay, &self.partners)))
    }

    /// What is known of a reservation that keeps a bay.
    pub(super) fn kept(&self, id: i64) -> Option<Reservation> {
        let book = self.book(*self.seats.get(&id)?)?;
        let r = book.kept.iter().find(|r| r.id == id)?;
        Some(r.whole(&book.bay, &self.partners))
    }

    /// The version that is known of a reservation, where it keeps a bay.
    pub(super) fn version(&self, id: i64) -> Option<i64> {
        let book = self.book(*self.seats.get(&id)?)?;
        book.kept.iter().find(|r| r.id == id).map(|r| r.version)
    }

    /// Whether a reservation keeps a bay.
    pub(super) fn keeps(&self, id: i64) -> bool {
        self.seats.get(&id).is_some()
    }

    /// Those that are not confirmed.
    pub(super) fn holds(&self) -> usize {
        self.holds.len()
    }

    pub(super) const fn booked(&self) -> usize {
        self.seats.len()
    }
}

impl BayBook {
    fn add(&mut self, r: Packed) {
        if self.kept.len() == self.kept.capacity() {
            // Room for a few: doubling would leave half of all memory unused.
            self.kept.reserve_exact(1 + self.kept.len() / 8);
        }
        self.active += u32::from(r.state == ReservationState::Active);
        self.longest_ms = self.longest_ms.max(r.kept().ms());
        let at = self
            .kept
            .partition_point(|o| (o.span.start, o.id) < (r.span.start, r.id));
        self.kept.insert(at, r);
    }
}

fn free(freed: &mut AHashMap<Arc<str>, Span>, bay: &Arc<str>, span: Span) {
    // Nobody is moved to a pool so that others fit, nor from one.
    if is_of_pool(bay) {
        return;
    }
    let hull = |a: &mut Span| {
        *a = Span {
            start: a.start.min(span.start),
            end: a.end.max(span.end),
        }
    };
    freed.entry(bay.clone()).and_modify(hull).or_insert(span);
}
