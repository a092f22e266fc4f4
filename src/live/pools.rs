//! Pools that are open now: so many places of a zone on offer, none of them by name, and how many of those
//! somebody has.
//!
//! Promises: one that is over is not given, whether or not it was taken out. One writer: the desk. Dear: who
//! looks for car parks near by looks at each zone that has one.

use super::Live;
use super::nearest::Query;
use super::nearest_zones::ZoneHit;
use super::offers::OpenPool;
use super::private::{PublicZone, is_private};
use crate::domain::{BayKind, Millis, ZoneIx};
use crate::registry::city::{City, ZoneSpec};
use dashmap::DashMap;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Release};

/// Pools that are open, of zones that have some.
#[derive(Default)]
pub(super) struct OpenPools {
    by_zone: DashMap<ZoneIx, Vec<OpenPool>, ahash::RandomState>,
    /// How many zones that are: mostly none, and then nobody looks further.
    zones: AtomicU32,
}

impl Live {
    /// Tells how a pool of a zone stands, or that it is not open any more (`None`), and who follows the
    /// zone. `name`: its offer's public id. One writer: the desk.
    pub fn open_pool(&self, zone: ZoneIx, name: &str, pool: Option<OpenPool>) {
        let mut pools = self.pools.by_zone.entry(zone).or_default();
        pools.retain(|known| &*known.offer.name != name);
        pools.extend(pool);
        pools.sort_unstable_by(|a, b| a.offer.name.cmp(&b.offer.name));
        drop(pools);
        self.pools
            .by_zone
            .remove_if(&zone, |_, pools| pools.is_empty());
        self.pools
            .zones
            .store(self.pools.by_zone.len() as u32, Release);
        // After the entry, so that whoever is told finds it.
        self.touch(zone);
    }

    /// The pools of a zone that are open at `at`, by their ids.
    #[must_use]
    pub fn pools_of(&self, zone: ZoneIx, at: Millis) -> Vec<OpenPool> {
        if self.pools.zones.load(Acquire) == 0 {
            return Vec::new();
        }
        let pools = self.pools.by_zone.get(&zone);
        let pools = pools.iter().flat_map(|pools| pools.iter());
        pools.filter(|p| at < p.offer.until).cloned().collect()
    }

    /// The one that is told where there is room for one: with a free place, the first of those.
    #[must_use]
    pub fn pool_told(&self, zone: ZoneIx, at: Millis) -> Option<OpenPool> {
        let pools = self.pools_of(zone, at);
        let free = pools.iter().find(|p| p.free() > 0);
        free.or(pools.first()).cloned()
    }

    /// Adds the places of a private zone's pools to what everybody may know of it.
    pub(super) fn count_pools(&self, zone: ZoneIx, at: Millis, told: &mut PublicZone) {
        const CAR: usize = BayKind::Car as usize;
        for pool in self.pools_of(zone, at) {
            told.kinds |= 1 << BayKind::Car as u8;
            told.tally.capacity += pool.places;
            told.tally.capacity_by_kind[CAR] += pool.places;
            told.tally.vacant[CAR] += pool.free();
            told.tally.reserved += pool.places - pool.free();
        }
    }

    /// Adds to the nearest zones those of which a pool is open that suits, and to each what it has; nearest
    /// first, ties by index.
    pub(super) fn with_pools(
        &self,
        city: &City,
        query: &Query,
        mut hits: Vec<ZoneHit>,
    ) -> Vec<ZoneHit> {
        if self.pools.zones.load(Acquire) == 0 {
            return hits;
        }
        for hit in &mut hits {
            hit.pool = self.pool_told(hit.zone, query.at);
        }
        let radius_m = query.radius_m.clamp(0.0, Query::MAX_RADIUS_M);
        for entry in &self.pools.by_zone {
            let zone = *entry.key();
            if zone.0 >= city.zone_count() || hits.iter().any(|hit| hit.zone == zone) {
                continue;
            }
            let spec = &city.zone(zone).spec;
            let distance_m = spec.place.distance_m(query.place) as f32;
            let suits = |p: &&OpenPool| query.suits_pool(spec, p);
            if distance_m > radius_m || city.zone(zone).removed {
                continue;
            }
            let tally = match self.public_lone_zone(city, zone, query.at) {
                Some(told) if is_private(city, zone) => told.tally,
                _ => self.on_offer(city, zone),
            };
            if let Some(pool) = entry.iter().find(suits) {
                hits.push(ZoneHit {
                    zone,
                    distance_m,
                    tally,
                    pool: Some(pool.clone()),
                });
            }
        }
        hits.sort_by(|a, b| {
            a.distance_m
                .total_cmp(&b.distance_m)
                .then(a.zone.cmp(&b.zone))
        });
        hits.truncate(query.limit.min(Query::MAX_LIMIT));
        hits
    }
}

impl Query {
    /// Whether a place of the pool is one that the driver can use, as its offer and its zone tell.
    fn suits_pool(&self, spec: &ZoneSpec, pool: &OpenPool) -> bool {
        let offer = &pool.offer;
        let zone_most = spec.max_height_cm.unwrap_or(0);
        let fits = |most: u16, need| most == 0 || most >= need;
        let price = offer.price.per_hour().filter(|_| offer.comparable);
        pool.free() > 0
            && self.at < offer.until
            && self.kind == BayKind::Car
            && self.accessible != Some(true)
            && self.ev_charging.unwrap_or(false) == offer.ev_only
            && self
                .min_height_cm
                .is_none_or(|need| fits(zone_most, need) && fits(offer.max_height_cm, need))
            && self
                .max_price_cents_per_hour
                .is_none_or(|most| price.is_some_and(|price| price <= most))
    }
}
