//! The live view, and the book of orders (`orders`), as MQTT subscribers and outside brokers see them.
//! An adapter: which zones there are, what each says, who is told.
//!
//! Promises: everybody gets what anybody may see, whatever key they have. Of a private zone that is
//! what is on offer, told when *that* changes and at no other time: that something was said of it is
//! nobody's business. A zone that is not seen has no topic; one that was is cleared.

mod orders;

use super::Shared;
use crate::domain::{Availability, Clock, ZoneIx, ZoneTally};
use crate::ingest::board::{Board, Boards, Shown, Wanted, Watch};
use crate::live::{Dirty, Live, PublicZone, ZoneFilter, is_private};
use crate::registry::Registry;
use crate::registry::city::City;
use ahash::AHashMap;
use orders::PublicOrders;
use std::pin::Pin;
use std::sync::Arc;

pub(super) fn boards(shared: &Shared) -> Boards {
    let zones = PublicBoard(Public {
        registry: shared.registry.clone(),
        live: shared.live.clone(),
        clock: shared.clock.clone(),
    });
    let orders = PublicOrders::new(shared.orders.clone(), shared.clock.clone());
    Boards {
        zones: Arc::new(zones),
        orders: Arc::new(orders),
    }
}

/// What anybody may see.
#[derive(Clone)]
struct Public {
    registry: Arc<Registry>,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
}

impl Public {
    /// A zone's figures and the kinds of bay it tells of.
    fn zone(&self, city: &City, zone: ZoneIx) -> Option<(ZoneTally, u8)> {
        if zone.0 >= city.zone_count() || city.zone(zone).removed {
            return None;
        }
        if is_private(city, zone) {
            let told = self.live.public_zone(city, zone, self.clock.now())?;
            return Some((told.tally, told.kinds));
        }
        let with_parts = std::iter::once(&zone).chain(&city.zone(zone).parts);
        let kinds = with_parts
            .flat_map(|zone| city.bays_of(*zone))
            .fold(0, |kinds, bay| kinds | 1 << city.attrs(bay).kind as u8);
        Some((self.live.on_offer(city, zone), kinds))
    }
}

struct PublicBoard(Public);

impl Board for PublicBoard {
    fn zone(&self, id: &str) -> Option<ZoneIx> {
        let zone = self.0.registry.zone(id)?;
        let city = self.0.registry.city();
        self.0.zone(&city, zone).map(|_| zone)
    }

    fn show(&self, zone: ZoneIx, id: &mut String, payload: &mut Vec<u8>) -> Shown {
        let city = self.0.registry.city();
        let Some((tally, kinds)) = self.0.zone(&city, zone) else {
            let known = zone.0 < city.zone_count();
            let was_seen = known
                && (self.0.live.has_left(zone)
                    || city.zone(zone).removed && !is_private(&city, zone));
            if !was_seen {
                return Shown::Nothing;
            }
            *id += &city.zone(zone).spec.id;
            return Shown::Gone;
        };
        *id += &city.zone(zone).spec.id;
        let whole = city.zone(zone).part_of;
        let whole = whole.filter(|whole| self.0.zone(&city, *whole).is_some());
        let availability = Availability {
            zone: &city.zone(zone).spec.id,
            at: self.0.clock.now(),
            tally,
            kinds,
            part_of: whole.map(|whole| &*city.zone(whole).spec.id),
        };
        availability.write(payload);
        Shown::Now
    }

    fn watch(&self, wanted: Wanted) -> Option<Box<dyn Watch>> {
        let zones = match wanted {
            Wanted::All => ZoneFilter::All,
            Wanted::These(zones) => ZoneFilter::Some(zones),
        };
        let feed = self.0.live.feed();
        let dirty = feed.subscribe(&self.0.registry.city(), zones).ok()?;
        Some(Box::new(Told {
            dirty,
            public: self.0.clone(),
            private: AHashMap::new(),
        }))
    }
}

/// One subscriber's watch.
struct Told {
    dirty: Dirty,
    public: Public,
    /// What private zones were told as, by zone; `None`: not seen.
    private: AHashMap<ZoneIx, Option<PublicZone>>,
}

impl Told {
    /// Whether there is anything new to tell of a zone that has changed.
    fn is_news(&mut self, city: &City, zone: ZoneIx) -> bool {
        if zone.0 >= city.zone_count() || !is_private(city, zone) {
            self.private.remove(&zone);
            return true;
        }
        let live = &self.public.live;
        let now = (!city.zone(zone).removed)
            .then(|| live.public_zone(city, zone, self.public.clock.now()))
            .flatten();
        match self.private.insert(zone, now) {
            Some(before) => before != now,
            None => now.is_some() || live.has_left(zone),
        }
    }
}

impl Watch for Told {
    fn changed<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.dirty.wait())
    }

    fn take(&mut self, into: &mut Vec<ZoneIx>) {
        let from = into.len();
        self.dirty.take(into);
        let registry = self.public.registry.clone();
        let city = registry.city();
        let mut at = 0;
        into.retain(|zone| {
            at += 1;
            at <= from || self.is_news(&city, *zone)
        });
    }
}

#[cfg(test)]
mod tests;
