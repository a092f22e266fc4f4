//! What the desk knows in memory: offers where they are, and what is kept of each bay. A copy of
//! the store, no more.
//!
//! Belongs to one task. Dear: nothing; a bay has a handful of bookings at a time, and they are
//! looked through.

use super::alternatives::Alternatives;
use crate::domain::{BayIx, Millis, Offer, OfferState, Reservation, ReservationState, Span};
use crate::registry::Registry;
use crate::registry::city::City;
use ahash::{AHashMap, AHashSet};
use std::sync::Arc;

/// How long a count of bays on offer is good for.
const COUNT_MS: u64 = 60_000;

/// A grid cell of the city.
type GridCell = (i32, i32);

/// An offer and where its bay is now.
#[derive(Clone, Debug)]
pub(super) struct Shelved {
    pub(super) offer: Arc<Offer>,
    /// `None`: the registry has no such bay, for the time being.
    pub(super) bay: Option<BayIx>,
    cell: Option<GridCell>,
}

/// See the top. A copy costs a copy of its tables, not of what is in them.
#[derive(Clone, Default)]
pub(super) struct BookingIndex {
    offers: AHashMap<i64, Shelved>,
    by_bay: AHashMap<Arc<str>, i64>,
    cells: AHashMap<GridCell, Vec<i64>>,
    /// What keeps each bay.
    kept: AHashMap<Arc<str>, Vec<Arc<Reservation>>>,
    /// Which bay each reservation keeps.
    seats: AHashMap<i64, Arc<str>>,
    /// Drivers of whose reservations one was put here since it was last asked.
    touched: AHashSet<Arc<str>>,
    /// The picture of the city that places were taken from.
    city: Option<Arc<City>>,
    /// What else bookings could have, as far as that is known.
    pub(super) alternatives: Alternatives,
    /// By bay when it has become free, or its offer has changed, since bookings were last looked
    /// over.
    freed: AHashMap<Arc<str>, Span>,
    /// Bays on offer, as counted last, and when that was; `None` when offers have changed since.
    on_offer: Option<(Millis, usize)>,
    /// Offers put here since they were last asked for; `None`: it may be any.
    changed: Option<Vec<i64>>,
}

impl BookingIndex {
    pub(super) fn new(offers: Vec<Offer>, kept: Vec<Reservation>, registry: &Registry) -> Self {
        let mut index = Self::default();
        index.follow(registry);
        for offer in offers {
            index.put_offer(offer, registry);
        }
        for r in kept {
            index.put(r);
        }
        index.touched.clear();
        index
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
        self.on_offer = None;
        self.alternatives = Alternatives::default();
        self.changed = None;
        let offers: Vec<Arc<Offer>> = self.offers.drain().map(|(_, s)| s.offer).collect();
        (self.by_bay, self.cells) = Default::default();
        for offer in offers {
            self.shelve(offer, registry);
        }
    }

    /// Takes over what another index knows besides what is in the store, if offers are the same.
    pub(super) fn learn_from(&mut self, mut old: Self) {
        let same = |s: &Shelved| {
            old.offers
                .get(&s.offer.id)
                .is_some_and(|o| o.offer.version == s.offer.version)
        };
        let city = self
            .city
            .as_ref()
            .zip(old.city.as_ref())
            .is_some_and(|(a, b)| Arc::ptr_eq(a, b));
        if city && self.offers.len() == old.offers.len() && self.offers.values().all(same) {
            self.alternatives = std::mem::take(&mut old.alternatives);
        }
        let freed = std::mem::replace(&mut self.freed, std::mem::take(&mut old.freed));
        for (bay, span) in freed {
            if !self.of_bay(&bay).is_some_and(same) {
                free(&mut self.freed, &bay, span);
            }
        }
        for (bay, kept) in old.kept {
            let gone = kept.iter().filter(|r| self.seats.get(&r.id) != Some(&bay));
            gone.for_each(|r| free(&mut self.freed, &bay, r.kept()));
        }
    }

    /// Takes in a new offer or a new version of one.
    pub(super) fn put_offer(&mut self, offer: Offer, registry: &Registry) {
        self.on_offer = None;
        free(
            &mut self.freed,
            &offer.bay,
            Span {
                start: Millis(0),
                end: Millis(u64::MAX),
            },
        );
        if let Some(changed) = &mut self.changed {
            changed.push(offer.id);
        }
        if let Some(old) = self.offers.remove(&offer.id) {
            self.by_bay.remove(&old.offer.bay);
            if let Some(cell) = old.cell.and_then(|c| self.cells.get_mut(&c)) {
                cell.retain(|id| *id != offer.id);
            }
        }
        if offer.state != OfferState::Withdrawn {
            self.shelve(Arc::new(offer), registry);
        }
    }

    fn shelve(&mut self, offer: Arc<Offer>, registry: &Registry) {
        let bay = registry.bay(&offer.bay);
        // An index got by id is in a city taken afterwards, which may be newer than the one held
        // here.
        let bay = bay.filter(|b| {
            self.city
                .as_ref()
                .is_some_and(|c| b.0 < c.bay_slots() && c.is_live(*b))
        });
        let cell = bay.zip(self.city.as_ref()).map(|(bay, city)| {
            let (lat, lon) = city.place_e7(bay);
            city.cell_at(lat, lon)
        });
        if let Some(cell) = cell {
            self.cells.entry(cell).or_default().push(offer.id);
        }
        if let Some((bay, city)) = bay.zip(self.city.as_ref()) {
            self.alternatives.forget_near(city.place(bay));
        }
        self.by_bay.insert(offer.bay.clone(), offer.id);
        self.offers.insert(offer.id, Shelved { offer, bay, cell });
    }

    /// Takes an offer's bay out of what is found, or puts it back.
    pub(super) fn bar(&mut self, id: i64, barred: bool, registry: &Registry) {
        let Some(shelved) = self.offers.get_mut(&id) else {
            return;
        };
        if shelved.bay.is_some() != barred {
            return;
        }
        let offer = shelved.offer.clone();
        if let Some(cell) = shelved.cell.take().and_then(|c| self.cells.get_mut(&c)) {
            cell.retain(|other| *other != id);
        }
        shelved.bay = None;
        if !barred {
            self.shelve(offer, registry);
        }
        self.on_offer = None;
        if let Some(changed) = &mut self.changed {
            changed.push(id);
        }
    }

    /// All offers that are not withdrawn.
    pub(super) fn standing(&self) -> impl Iterator<Item = Arc<Offer>> {
        self.offers.values().map(|s| s.offer.clone())
    }

    /// The bays that somebody keeps, and whose each was when it was booked.
    pub(super) fn owners_of_kept(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.kept().map(|r| (&r.bay, &r.owner))
    }

    pub(super) fn offer(&self, id: i64) -> Option<&Shelved> {
        self.offers.get(&id)
    }

    /// The offer a bay is on now.
    pub(super) fn of_bay(&self, bay: &str) -> Option<&Shelved> {
        self.by_bay.get(bay).and_then(|id| self.offers.get(id))
    }

    /// The offers whose bays are in a cell.
    pub(super) fn in_cell(&self, cell: GridCell) -> impl Iterator<Item = &Shelved> {
        self.cells
            .get(&cell)
            .into_iter()
            .flatten()
            .filter_map(|id| self.offers.get(id))
    }

    /// Bays with an open offer whose hours are not over. Counted once a minute, or when offers have
    /// changed.
    pub(super) fn on_offer(&mut self, now: Millis) -> usize {
        let known = self
            .on_offer
            .filter(|(at, _)| now >= *at && now.since(*at) < COUNT_MS);
        if let Some((_, count)) = known {
            return count;
        }
        let open = |s: &&Shelved| {
            s.bay.is_some()
                && s.offer.state == OfferState::Open
                && s.offer.hours.last().is_none_or(|last| last > now)
        };
        let count = self.offers.values().filter(open).count();
        self.on_offer = Some((now, count));
        count
    }

    /// Offers put here since this was last called; `None`: it may be any.
    pub(super) fn take_changed_offers(&mut self) -> Option<Vec<i64>> {
        self.changed.replace(Vec::new())
    }

    pub(super) fn offer_ids(&self) -> impl Iterator<Item = i64> {
        self.offers.keys().copied()
    }

    pub(super) fn offers(&self) -> usize {
        self.offers.len()
    }

    /// Takes in a reservation as it is now, and lets go of its bay if it keeps none any more.
    pub(super) fn put(&mut self, r: Reservation) {
        self.touched.insert(r.driver.clone());
        if let Some(bay) = self.seats.remove(&r.id) {
            self.unseat(&bay, r.id);
            if !r.state.holds() || r.bay != bay {
                free(&mut self.freed, &bay, r.kept());
            }
        }
        if r.state.holds() {
            self.seats.insert(r.id, r.bay.clone());
            self.kept
                .entry(r.bay.clone())
                .or_default()
                .push(Arc::new(r));
        } else {
            self.alternatives.forget(r.id);
        }
    }

    /// Replaces all that is known of one bay.
    pub(super) fn put_bay(&mut self, bay: &str, kept: Vec<Reservation>) {
        let old: Vec<Arc<Reservation>> = self.kept_on(bay).cloned().collect();
        for r in old {
            self.seats.remove(&r.id);
            self.unseat(bay, r.id);
            free(&mut self.freed, &r.bay, r.kept());
        }
        for r in kept {
            self.put(r);
        }
    }

    fn unseat(&mut self, bay: &str, id: i64) {
        if let Some(kept) = self.kept.get_mut(bay) {
            kept.retain(|r| r.id != id);
            if kept.is_empty() {
                self.kept.remove(bay);
            }
        }
    }

    /// Whose reservations have changed since this was last asked.
    pub(super) fn take_touched(&mut self) -> AHashSet<Arc<str>> {
        std::mem::take(&mut self.touched)
    }

    /// Up to `most` bays that have become free since they were taken here before, and when.
    pub(super) fn take_freed(&mut self, most: usize) -> AHashMap<Arc<str>, Span> {
        let some: Vec<Arc<str>> = self.freed.keys().take(most).cloned().collect();
        some.into_iter()
            .filter_map(|bay| self.freed.remove_entry(&bay))
            .collect()
    }

    /// What keeps a bay.
    pub(super) fn kept_on(&self, bay: &str) -> impl Iterator<Item = &Arc<Reservation>> {
        self.kept.get(bay).into_iter().flatten()
    }

    /// All that keep any bay.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Arc<Reservation>> {
        self.kept.values().flatten()
    }

    /// Whether a reservation keeps a bay.
    pub(super) fn keeps(&self, id: i64) -> bool {
        self.seats.contains_key(&id)
    }

    /// Those that are not confirmed.
    pub(super) fn holds(&self) -> usize {
        self.kept()
            .filter(|r| r.state == ReservationState::Held)
            .count()
    }

    pub(super) fn booked(&self) -> usize {
        self.seats.len()
    }

    /// Whether nobody keeps the bay at any time of `span`.
    pub(super) fn is_free(&self, bay: &str, span: Span) -> bool {
        self.kept_on(bay).all(|r| !r.kept().overlaps(span))
    }

    /// The bays that are kept for somebody now or within `ahead` milliseconds.
    pub(super) fn due(&self, now: Millis, ahead: u64, registry: &Registry) -> AHashSet<BayIx> {
        let soon = self.kept().filter(|r| is_due(r, now, ahead));
        soon.filter_map(|r| registry.bay(&r.bay)).collect()
    }
}

fn free(freed: &mut AHashMap<Arc<str>, Span>, bay: &Arc<str>, span: Span) {
    let hull = |a: &mut Span| {
        *a = Span {
            start: a.start.min(span.start),
            end: a.end.max(span.end),
        }
    };
    freed.entry(bay.clone()).and_modify(hull).or_insert(span);
}

/// A stay that has run over keeps its bay until somebody departs.
fn is_due(r: &Reservation, now: Millis, ahead: u64) -> bool {
    r.span.start.0 <= now.0.saturating_add(ahead) && (now < r.free_at || r.arrived_at.is_some())
}
