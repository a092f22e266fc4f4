//! The nearest car parks that count and have room: what a driver is offered beside single bays.
//!
//! Promises: exactly what a full scan would find, in the same order; no lock. A query looks at the zones
//! of a few cells ([`ZonePlaces`]), and of each at one byte before anything else. Dear: nothing.

use super::nearest::{M_PER_E7, Plane, Query, ROUND_E7, SLACK};
use super::offers::OpenPool;
use super::zone_places::{ZonePlaces, cell};
use crate::domain::{BayKind, BaySubset, ZoneIx, ZoneTally};
use crate::registry::city::City;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicU8, AtomicU32};

/// By zone, one bit a kind: of which a standing count says that some are vacant, and, from bit 4 on,
/// that they are closed.
pub(super) struct CountedKinds {
    zones: Box<[AtomicU8]>,
    /// Zones with a kind that is closed: mostly none, and then nobody looks further.
    closed: AtomicU32,
}

impl CountedKinds {
    pub(super) fn new(zones: u32) -> Self {
        Self {
            zones: bytemuck::allocation::zeroed_slice_box(zones as usize),
            closed: AtomicU32::new(0),
        }
    }

    /// To be called by one thread at a time for a zone.
    pub(super) fn put(&self, zone: ZoneIx, tally: &ZoneTally) {
        let has = |kind: &BayKind| tally.counted.has(*kind) && tally.vacant[*kind as usize] > 0;
        let kinds = BayKind::ALL.into_iter().filter(has);
        let room = kinds.fold(0, |bits, kind| bits | 1 << kind as u8);
        let Some(byte) = self.zones.get(zone.at()) else {
            return;
        };
        let closed = tally.closed_kinds.bits() << 4;
        let had = byte.swap(room | closed, AcqRel);
        match (had >> 4 != 0, closed != 0) {
            (false, true) => drop(self.closed.fetch_add(1, Release)),
            (true, false) => drop(self.closed.fetch_sub(1, Release)),
            _ => {}
        }
    }

    fn has_room(&self, zone: u32, kind: BayKind) -> bool {
        let byte = self.zones.get(zone as usize);
        byte.is_some_and(|byte| byte.load(Acquire) & 1 << kind as u8 != 0)
    }

    /// Whether bays of that kind are closed in a zone, or in what it is a part of, whatever is seen of
    /// each.
    #[inline]
    pub(super) fn is_closed(
        &self,
        zone: impl FnOnce() -> (ZoneIx, Option<ZoneIx>),
        kind: BayKind,
    ) -> bool {
        if self.closed.load(Acquire) == 0 {
            return false;
        }
        let (zone, whole) = zone();
        [Some(zone), whole].into_iter().flatten().any(|zone| {
            let byte = self.zones.get(zone.at());
            byte.is_some_and(|byte| byte.load(Acquire) & 16 << kind as u8 != 0)
        })
    }
}

/// A car park with room, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneHit {
    pub zone: ZoneIx,
    /// As the crow flies, metres.
    pub distance_m: f32,
    /// What may be had there.
    pub tally: ZoneTally,
    /// Places that can be booked there.
    pub pool: Option<OpenPool>,
}

impl Query {
    /// Whether a car park suits, as far as the registry tells.
    fn suits_zone(&self, city: &City, zone: u32) -> bool {
        if self.min_height_cm.is_none() && self.max_price_cents_per_hour.is_none() {
            return true;
        }
        let spec = &city.zone(ZoneIx(zone)).spec;
        let tall = |need| spec.max_height_cm.is_some_and(|most| most >= need);
        let cheap = |most| spec.price_cents_per_hour.is_some_and(|price| price <= most);
        self.min_height_cm.is_none_or(tall) && self.max_price_cents_per_hour.is_none_or(cheap)
    }

    /// Whether there is room for it, as a count says. Bays that it does not count apart it has none
    /// of.
    fn has_room(&self, tally: &ZoneTally) -> bool {
        let some = |subset: BaySubset| tally.subsets[subset as usize].is_some_and(|s| s.0 > 0);
        tally.counted.has(self.kind)
            && tally.vacant[self.kind as usize] > 0
            && (self.accessible != Some(true) || some(BaySubset::Accessible))
            && (self.ev_charging != Some(true) || some(BaySubset::EvCharging))
    }
}

/// The zones that have room and suit, nearest first, ties by index; `tally` looks at what may be had,
/// and `ask_for` asks for what it needs.
pub(super) fn nearest_zones(
    counted: &CountedKinds,
    (city, places): (&City, &ZonePlaces),
    query: &Query,
    (ask_for, tally): (impl Fn(ZoneIx), impl Fn(ZoneIx) -> ZoneTally),
) -> Vec<ZoneHit> {
    let radius_m = query.radius_m.clamp(0.0, Query::MAX_RADIUS_M);
    let limit = query.limit.min(Query::MAX_LIMIT);
    if limit == 0 {
        return Vec::new();
    }
    let mut near: Vec<(f32, u32)> = Vec::with_capacity(32);
    let plane = Plane::around(query.place);
    let up = (f64::from(radius_m) / M_PER_E7 / f64::from(SLACK)).ceil() as i64;
    let across = f64::from(radius_m / plane.least_lon_m(radius_m) / SLACK).ceil() as i64;
    // From across the date line the place looks a world away.
    for plane in [-1, 0, 1].map(|rounds| plane.shifted(rounds)) {
        let (lat, lon) = plane.centre_e7();
        let columns = (lon - across, lon + across);
        if columns.1 < -ROUND_E7 / 2 || columns.0 > ROUND_E7 / 2 {
            continue;
        }
        let columns = (cell(columns.0), cell(columns.1));
        for row in cell(lat - up)..=cell(lat + up) {
            let run = places.row(row, columns);
            for at in run {
                let zone = places.zones[at];
                let part = |part: &ZoneIx| counted.has_room(part.0, query.kind);
                let has_room = counted.has_room(zone, query.kind)
                    || places.has_parts[at] && city.zone(ZoneIx(zone)).parts.iter().any(part);
                if !has_room {
                    continue;
                }
                let d2 = plane.d2(places.places[at]);
                if d2 <= radius_m * radius_m && query.suits_zone(city, zone) {
                    // Each look waits for memory; asked for ahead, all wait together.
                    if near.len() < limit {
                        ask_for(ZoneIx(zone));
                    }
                    near.push((d2, zone));
                }
            }
        }
    }
    near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut hits = Vec::with_capacity(near.len().min(limit));
    for (d2, zone) in near {
        let tally = tally(ZoneIx(zone));
        // All of it may just have been booked or taken.
        if query.has_room(&tally) {
            hits.push(ZoneHit {
                zone: ZoneIx(zone),
                distance_m: d2.sqrt(),
                tally,
                pool: None,
            });
        }
        if hits.len() == limit {
            break;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::super::Live;
    use super::super::tests::scan::near;
    use super::super::tests::{ROOM, zone};
    use super::*;
    use crate::domain::{BayIx, BayStatus, KindSet, LatLon, Millis, ReadModel as _, ZoneKind};
    use crate::long::cases;
    use crate::registry::Registry;
    use crate::registry::city::{Zone, ZoneSpec};
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    fn spec(rng: &mut StdRng, n: u32, centre: LatLon) -> ZoneSpec {
        let spread = if rng.random_bool(0.7) { 800.0 } else { 8_000.0 };
        ZoneSpec {
            kind: ZoneKind::ALL[[0, 1, 1, 1, 2][rng.random_range(0..5)]],
            price_cents_per_hour: [None, Some(0), Some(200)][rng.random_range(0..3)],
            max_height_cm: [None, Some(190), Some(210)][rng.random_range(0..3)],
            ..zone(&format!("z{n}"), near(rng, centre, spread), 100)
        }
    }

    fn tally(rng: &mut StdRng) -> ZoneTally {
        ZoneTally {
            vacant: std::array::from_fn(|_| rng.random_range(0..3)),
            counted: KindSet::from_bits(rng.random_range(0..16)),
            capacity_by_kind: [100, 0, 0, 0],
            capacity: 100,
            subsets: std::array::from_fn(|_| {
                [None, Some((0, 4)), Some((2, 4))][rng.random_range(0..3)]
            }),
            ..ZoneTally::default()
        }
    }

    fn query(rng: &mut StdRng, centre: LatLon) -> Query {
        Query {
            place: near(rng, centre, 3_000.0),
            radius_m: [50.0, 500.0, 1_234.5, 5_000.0][rng.random_range(0..4)],
            limit: [0, 1, 5, 200][rng.random_range(0..4)],
            kind: BayKind::ALL[[0, 0, 1][rng.random_range(0..3)]],
            accessible: [None, None, None, Some(true)][rng.random_range(0..4)],
            ev_charging: [None, None, None, Some(true)][rng.random_range(0..4)],
            min_height_cm: [None, None, Some(200)][rng.random_range(0..3)],
            max_price_cents_per_hour: [None, None, Some(0)][rng.random_range(0..3)],
            at: Millis::NEVER,
        }
    }

    /// By looking at every zone.
    fn full_scan(live: &Live, city: &City, query: &Query) -> Vec<(ZoneIx, f32)> {
        let around = Plane::around(query.place);
        let d2 = |zone: &Zone| {
            let place = zone.spec.place.e7();
            [-1, 0, 1]
                .map(|n| around.shifted(n).d2(place))
                .into_iter()
                .fold(f32::MAX, f32::min)
        };
        let mut all: Vec<_> = city
            .zones()
            .filter(|(_, zone)| zone.spec.kind != ZoneKind::Private)
            .filter(|(ix, _)| query.has_room(&live.zone(*ix)) && query.suits_zone(city, ix.0))
            .map(|(ix, zone)| (ix, d2(zone)))
            .filter(|(_, d2)| *d2 <= query.radius_m * query.radius_m)
            .collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        all.truncate(query.limit);
        all.into_iter().map(|(z, d2)| (z, d2.sqrt())).collect()
    }

    #[test]
    fn finds_what_a_full_scan_finds_anywhere_on_earth() {
        let mut found = 0;
        let centres = [
            (1.35, 103.8),
            (0.0, 0.0),
            (65.0, 25.5),
            (-16.8, 179.995),
            (64.9, -179.995),
        ];
        for (seed, (lat, lon)) in centres.into_iter().enumerate() {
            let centre = LatLon { lat, lon };
            let mut rng = StdRng::seed_from_u64(seed as u64);
            for _ in 0..cases(4) {
                let mut zones: Vec<_> = (0..80).map(|n| spec(&mut rng, n, centre)).collect();
                // On the other side of the world: a row of few zones and many columns.
                zones[79].place = LatLon { lat, lon: -lon };
                let registry = Registry::in_memory(zones, Vec::new()).unwrap();
                let city = registry.city();
                let live = Live::new(&city, ROOM);
                for zone in (0..80).map(ZoneIx) {
                    live.zones(&[(zone, tally(&mut rng))]);
                }
                let places = ZonePlaces::new(&city);
                for _ in 0..40 {
                    let query = query(&mut rng, centre);
                    let got = live.nearest_zones(&city, &places, &query);
                    let got: Vec<_> = got.iter().map(|h| (h.zone, h.distance_m)).collect();
                    assert_eq!(got, full_scan(&live, &city, &query), "{query:?}");
                    found += got.len();
                }
            }
        }
        assert!(found > 500, "{found} hits say little");
    }

    #[test]
    fn a_zone_that_only_counts_and_is_private_is_offered_to_nobody() {
        let centre = LatLon {
            lat: 1.3,
            lon: 103.8,
        };
        let private = ZoneSpec {
            kind: ZoneKind::Private,
            ..zone("p", centre, 10)
        };
        let registry = Registry::in_memory(vec![private], Vec::new()).unwrap();
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let tally = ZoneTally {
            vacant: [5, 0, 0, 0],
            counted: KindSet::from_bits(1),
            ..ZoneTally::default()
        };
        live.zones(&[(ZoneIx(0), tally)]);
        let places = ZonePlaces::new(&city);
        assert!(
            live.nearest_zones(&city, &places, &Query::at(centre))
                .is_empty()
        );
    }

    #[test]
    fn bays_of_a_car_park_that_is_closed_are_not_found_however_empty() {
        let town = crate::testing::town().zone("Z").bays(3);
        let registry = town.registry();
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let views: Vec<_> = (0..3)
            .map(|bay| super::super::tests::view(&city, BayIx(bay), BayStatus::Vacant))
            .collect();
        live.bays(&views);
        let place = city.place(BayIx(0));
        let found = || {
            let mut hits = Vec::new();
            live.nearest(&city, &Query::at(place), &mut hits);
            hits.len()
        };
        assert_eq!(found(), 3);
        let closed = |bits| ZoneTally {
            closed_kinds: KindSet::from_bits(bits),
            ..ZoneTally::default()
        };
        for (bits, want) in [(1, 0), (1, 0), (2, 3), (3, 0), (0, 3)] {
            live.zones(&[(ZoneIx(0), closed(bits))]);
            assert_eq!(found(), want, "{bits}");
        }
        assert!(!live.counted.is_closed(|| unreachable!(), BayKind::Car));
    }
}
