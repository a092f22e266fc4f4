//! Areas and floors: what they say of the car park that they are parts of, and who is told.
//!
//! Promises: what is said of a car park as a whole goes before what is said of its parts, and the two
//! are never added to each other. Where nobody's word on the whole stands, it is the sum of its parts,
//! as old as the oldest of these, and bays that no part has are unknown. Dear: nothing; most zones have
//! no parts.

use super::Live;
use super::private::is_private;
use crate::domain::{BayKind, Expected, KindSet, ZoneIx, ZoneTally};
use crate::registry::city::City;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// By zone: one more than the index of the zone that it is a part of; 0: it is none.
pub(super) struct Wholes(Box<[AtomicU32]>);

impl Wholes {
    pub(super) fn new(zones: u32) -> Self {
        Self(bytemuck::allocation::zeroed_slice_box(zones as usize))
    }

    #[inline]
    pub(super) fn of(&self, part: ZoneIx) -> Option<ZoneIx> {
        let word = self.0.get(part.at())?.load(Relaxed);
        word.checked_sub(1).map(ZoneIx)
    }
}

impl Live {
    /// Takes from the city which zones are parts of others: who follows a whole is told of its
    /// parts. To be called by whoever has changed that, one at a time.
    pub fn link_parts(&self, city: &City) {
        for (zone, word) in (0..city.zone_count()).zip(&self.wholes.0) {
            let whole = city.zone(ZoneIx(zone)).part_of;
            word.store(whole.map_or(0, |whole| whole.0 + 1), Relaxed);
        }
    }

    /// Zones have changed: who follows them, or what they are parts of, is to look.
    pub(super) fn mark(&self, zones: impl Iterator<Item = ZoneIx> + Clone) {
        self.feed.mark(zones.clone());
        let mut wholes = zones.filter_map(|zone| self.wholes.of(zone)).peekable();
        if wholes.peek().is_some() {
            self.feed.mark(wholes);
        }
    }

    /// The newest tally of a zone ([`Live::zone`]), or that of its parts where no count of
    /// the whole stands.
    ///
    /// # Panics
    /// For a zone this city does not have.
    #[must_use]
    pub fn with_parts(&self, city: &City, zone: ZoneIx) -> ZoneTally {
        or_parts(city, zone, self.zone(zone), |part| self.zone(part))
    }
}

/// A zone's own tally, or the sum of its parts'.
pub(super) fn or_parts(
    city: &City,
    zone: ZoneIx,
    own: ZoneTally,
    tally: impl Fn(ZoneIx) -> ZoneTally,
) -> ZoneTally {
    let parts = &city.zone(zone).parts;
    if parts.is_empty() || !own.counted.is_empty() {
        return own;
    }
    // A private bay may have another owner than the zone, so that its owner alone is told of it.
    let is_told =
        |part: &&ZoneIx| !(is_private(city, **part) && city.bays_of(**part).next().is_some());
    let mut bays = [0; BayKind::COUNT];
    for bay in city.bays_of(zone) {
        bays[city.attrs(bay).kind as usize] += 1;
    }
    let mut all = SumOfParts {
        tally: ZoneTally {
            stale: true,
            ..ZoneTally::default()
        },
        mean: 0.0,
        variance: 0.0,
        open: 0,
    };
    // Its own bays, of which parts know nothing.
    all.add(&ZoneTally {
        capacity_by_kind: bays,
        ..own
    });
    for part in parts.iter().filter(is_told) {
        all.add(&tally(*part));
    }
    all.of(&own)
}

struct SumOfParts {
    tally: ZoneTally,
    mean: f64,
    variance: f64,
    /// Kinds, as bits, of which some bays are not closed.
    open: u8,
}

impl SumOfParts {
    fn add(&mut self, part: &ZoneTally) {
        let all = &mut self.tally;
        for k in 0..BayKind::COUNT {
            all.vacant[k] += part.vacant[k];
            all.capacity_by_kind[k] += part.capacity_by_kind[k];
            let is_open = part.capacity_by_kind[k] > 0 && part.closed_kinds.bits() & 1 << k == 0;
            self.open |= u8::from(is_open) << k;
        }
        all.occupied += part.occupied;
        all.closed += part.closed;
        all.reserved += part.reserved;
        all.accessible += part.accessible;
        all.accessible_vacant += part.accessible_vacant;
        let union = |a: KindSet, b: KindSet| KindSet::from_bits(a.bits() | b.bits());
        all.counted = union(all.counted, part.counted);
        all.ever_counted = union(all.ever_counted, part.ever_counted);
        all.unsized_kinds = union(all.unsized_kinds, part.unsized_kinds);
        all.closed_kinds = union(all.closed_kinds, part.closed_kinds);
        for (sum, some) in all.subsets.iter_mut().zip(part.subsets) {
            if let Some((vacant, of)) = some {
                let (had, had_of) = sum.unwrap_or_default();
                *sum = Some((had + vacant, had_of + of));
            }
        }
        if let Some(expected) = part.expected {
            self.mean += f64::from(expected.vacant) / 256.0;
            self.variance += (f64::from(expected.spread) / 256.0).powi(2);
        }
        let is_older = all.observed_at.is_never() || part.observed_at < all.observed_at;
        if !part.stale && !part.observed_at.is_never() && is_older {
            all.observed_at = part.observed_at;
        }
        all.stale &= part.stale;
    }

    /// Of as many bays as are registered or known, whichever is more; what nobody speaks of is unknown.
    fn of(self, own: &ZoneTally) -> ZoneTally {
        let mut all = self.tally;
        for (has, registered) in all.capacity_by_kind.iter_mut().zip(own.capacity_by_kind) {
            *has = registered.max(*has);
        }
        all.capacity = all.capacity_by_kind.iter().sum();
        let said = all.vacant.iter().sum::<u32>() + all.occupied + all.closed + all.reserved;
        all.unknown = all.capacity.saturating_sub(said);
        all.closed_kinds = KindSet::from_bits(all.closed_kinds.bits() & !self.open);
        if all.stale {
            all.observed_at = own.observed_at;
        } else {
            all.expected = Some(Expected::of(self.mean, self.variance));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ROOM, view, zone};
    use super::*;
    use crate::domain::{BayIx, BayStatus, LatLon, Millis, ReadModel as _};
    use crate::registry::Registry;
    use crate::registry::city::ZoneSpec;

    const PLACE: LatLon = LatLon {
        lat: 1.3,
        lon: 103.8,
    };

    fn counted(vacant: u32, of: u32, at: u64) -> ZoneTally {
        ZoneTally {
            vacant: [vacant, 0, 0, 0],
            occupied: of - vacant,
            capacity: of,
            capacity_by_kind: [of, 0, 0, 0],
            counted: KindSet::from_bits(1),
            ever_counted: KindSet::from_bits(1),
            observed_at: Millis(at),
            ..ZoneTally::default()
        }
    }

    fn garage() -> Registry {
        let floor = |id: &str| ZoneSpec {
            part_of: Some("P".into()),
            ..zone(id, PLACE, 0)
        };
        let zones = vec![zone("P", PLACE, 300), floor("B1"), floor("B2"), floor("B3")];
        Registry::in_memory(zones, Vec::new()).unwrap()
    }

    #[test]
    fn what_is_said_of_the_whole_goes_before_its_parts_and_else_it_is_their_sum() {
        let registry = garage();
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
        let told = || live.with_parts(&city, whole);
        assert!(told().stale, "nobody has said anything");
        live.zones(&[(b1, counted(7, 120, 5_000)), (b2, counted(3, 80, 4_000))]);
        let t = told();
        assert_eq!((t.vacant[0], t.occupied, t.unknown), (10, 190, 100));
        assert_eq!((t.capacity, t.observed_at), (300, Millis(4_000)));
        assert!(!t.stale && t.counted.has(BayKind::Car));
        live.zones(&[(whole, counted(20, 290, 6_000))]);
        assert_eq!(told(), counted(20, 290, 6_000), "sums that disagree stand");
        assert_eq!(live.on_offer(&city, whole).vacant[0], 20);
    }

    #[test]
    fn a_part_that_is_silent_counts_as_unknown_bays_of_the_whole() {
        let registry = garage();
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
        let silent = ZoneTally {
            unknown: 80,
            capacity: 80,
            capacity_by_kind: [80, 0, 0, 0],
            observed_at: Millis(1),
            stale: true,
            ..ZoneTally::default()
        };
        live.zones(&[(b1, counted(7, 120, 5_000)), (b2, silent)]);
        let t = live.on_offer(&city, whole);
        assert_eq!((t.vacant[0], t.occupied, t.unknown), (7, 113, 180));
        assert_eq!((t.capacity, t.observed_at), (300, Millis(5_000)));
        live.zones(&[(b1, silent), (b2, silent)]);
        assert!(live.on_offer(&city, whole).stale);
    }

    #[test]
    fn a_whole_is_closed_once_all_its_parts_are() {
        let registry = garage();
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
        let closed = ZoneTally {
            vacant: [0; 4],
            occupied: 0,
            closed: 10,
            closed_kinds: KindSet::from_bits(1),
            ..counted(10, 10, 9)
        };
        live.zones(&[(b1, closed), (b2, counted(3, 80, 9))]);
        let is_closed = || live.with_parts(&city, whole).closed_kinds.has(BayKind::Car);
        assert!(!is_closed());
        live.zones(&[(b2, closed)]);
        assert!(is_closed());
    }

    #[test]
    fn bays_that_a_car_park_has_beside_its_floors_are_told_with_them() {
        let town = crate::testing::town().zone("P").bays(3);
        let registry = town.zone("B1").part_of("P").registry();
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let bays: Vec<BayIx> = (0..3).map(BayIx).collect();
        let [whole, floor] = ["P", "B1"].map(|id| registry.zone(id).unwrap());
        let views = bays[..2]
            .iter()
            .map(|bay| view(&city, *bay, BayStatus::Vacant));
        live.bays(&views.collect::<Vec<_>>());
        let own = ZoneTally {
            vacant: [2, 0, 0, 0],
            unknown: 1,
            capacity: 3,
            capacity_by_kind: [3, 0, 0, 0],
            observed_at: Millis(8_000),
            ..ZoneTally::default()
        };
        live.zones(&[(whole, own), (floor, counted(7, 120, 9_000))]);
        let t = live.on_offer(&city, whole);
        assert_eq!((t.vacant[0], t.occupied, t.unknown), (9, 113, 1));
        assert_eq!((t.capacity, t.observed_at), (123, Millis(8_000)));
    }

    #[tokio::test]
    async fn who_follows_a_car_park_is_told_when_a_floor_changes() {
        use crate::live::ZoneFilter;
        let registry = garage();
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let [whole, b1] = ["P", "B1"].map(|id| registry.zone(id).unwrap());
        let feed = std::sync::Arc::clone(live.feed());
        let run = tokio::spawn(async move { feed.run(std::time::Duration::from_millis(1)).await });
        let mut dirty = live
            .feed()
            .subscribe(&city, ZoneFilter::Some(vec![whole]))
            .unwrap();
        let mut zones = Vec::new();
        dirty.take(&mut zones);
        zones.clear();
        live.zones(&[(b1, counted(7, 120, 5_000))]);
        dirty.wait().await;
        dirty.take(&mut zones);
        assert_eq!(zones, [whole]);
        run.abort();
    }
}
