//! Small cities, made in the words that matter to a test, and a read model that only remembers, for
//! the tests of every room.

use crate::domain::closure::ClosedSpan;
use crate::domain::{
    BayIx, BayKind, BayView, ClosureBook, Closures, CountEvidence, DoubtedBays, LatLon, Millis,
    ReadModel, SourceIx, Suspect, Suspicion, WordsMoved, ZoneIx, ZoneKind, ZoneTally,
};
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A zone with nothing special about it, some 500 m from its neighbours.
pub(crate) fn zone(n: usize, capacity: u32) -> ZoneSpec {
    ZoneSpec {
        id: format!("Z{n}"),
        aliases: vec![],
        name: format!("Zone {n}"),
        kind: ZoneKind::OffStreet,
        operator: "city".into(),
        capacity,
        place: LatLon {
            lat: 1.3 + 0.0045 * (n / 40) as f64,
            lon: 103.8 + 0.0045 * (n % 40) as f64,
        },
        capacity_by_kind: [0; 4],
        price_cents_per_hour: None,
        max_height_cm: None,
        outline: vec![],
        stale_after_s: None,
        part_of: None,
    }
}

/// Bay `i` of zone `n`, an ordinary car bay; its id is `Z{n}-{i}`.
pub(crate) fn bay(n: usize, i: usize) -> BaySpec {
    let place = step(zone(n, 0).place, i);
    let attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: Some(120),
    };
    BaySpec {
        id: format!("Z{n}-{i}"),
        aliases: vec![],
        zone: format!("Z{n}"),
        place,
        attrs,
    }
}

/// `zones` zones with `bays` bays each.
pub(crate) fn city(zones: usize, bays: usize) -> Arc<Registry> {
    town().zones(zones, bays).registry()
}

/// A town in the words that matter to a test; what it does not say is ordinary.
///
/// `town().zone("P").kind(ZoneKind::Private).operator("acme").bays(3).registry()`
pub(crate) fn town() -> TownBuilder {
    TownBuilder::default()
}

/// See [`town`]. What is said of a zone is said of the newest, or of that named by
/// [`TownBuilder::of`].
#[derive(Default)]
pub(crate) struct TownBuilder {
    zones: Vec<ZoneSpec>,
    bays: Vec<BaySpec>,
    at: usize,
}

impl TownBuilder {
    /// A zone; unless something else is said its capacity is the number of its bays.
    pub(crate) fn zone(mut self, id: &str) -> Self {
        self.at = self.zones.len();
        self.zones.push(ZoneSpec {
            id: id.into(),
            ..zone(self.at, 0)
        });
        self
    }

    /// `Z0`, `Z1` and so on, with so many bays each.
    pub(crate) fn zones(self, count: usize, bays: usize) -> Self {
        (0..count).fold(self, |town, n| {
            let town = town.zone(&format!("Z{n}"));
            town.capacity(bays as u32).bays(bays)
        })
    }

    /// Goes back to a zone.
    pub(crate) fn of(mut self, id: &str) -> Self {
        self.at = self.zones.iter().position(|z| z.id == id).unwrap();
        self
    }

    pub(crate) fn kind(mut self, kind: ZoneKind) -> Self {
        self.zones[self.at].kind = kind;
        self
    }

    pub(crate) fn operator(mut self, operator: &str) -> Self {
        self.zones[self.at].operator = operator.into();
        self
    }

    pub(crate) fn capacity(mut self, capacity: u32) -> Self {
        self.zones[self.at].capacity = capacity;
        self
    }

    pub(crate) fn stale_after_s(mut self, limit: u32) -> Self {
        self.zones[self.at].stale_after_s = Some(limit);
        self
    }

    /// An area or floor of that zone.
    pub(crate) fn part_of(mut self, whole: &str) -> Self {
        self.zones[self.at].part_of = Some(whole.into());
        self
    }

    pub(crate) fn at(mut self, place: LatLon) -> Self {
        self.zones[self.at].place = place;
        self
    }

    /// Bays of the zone named after it, from `-0` on.
    pub(crate) fn bays(self, count: usize) -> Self {
        let zone = self.zones[self.at].id.clone();
        (0..count).fold(self, |town, i| town.bay(&format!("{zone}-{i}")))
    }

    /// A bay of the zone, a step from the one before.
    pub(crate) fn bay(self, id: &str) -> Self {
        let zone = &self.zones[self.at];
        let i = self.bays.iter().filter(|b| b.zone == zone.id).count();
        let place = step(zone.place, i);
        self.bay_at(id, place)
    }

    /// Of the newest bay.
    pub(crate) fn with(mut self, set: impl FnOnce(&mut BayAttrs)) -> Self {
        set(&mut self.bays.last_mut().unwrap().attrs);
        self
    }

    pub(crate) fn bay_at(mut self, id: &str, place: LatLon) -> Self {
        self.bays.push(BaySpec {
            id: id.into(),
            zone: self.zones[self.at].id.clone(),
            place,
            ..bay(0, 0)
        });
        self
    }

    pub(crate) fn build(self) -> Registry {
        Registry::in_memory(self.zones, self.bays).unwrap()
    }

    pub(crate) fn registry(self) -> Arc<Registry> {
        Arc::new(self.build())
    }
}

/// The place of a zone's bay `i`.
fn step(zone: LatLon, i: usize) -> LatLon {
    LatLon {
        lat: zone.lat + 0.00003 * (i / 10) as f64,
        lon: zone.lon + 0.00003 * (i % 10) as f64,
    }
}

/// A read model that keeps the last word on everything.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(crate) bays: Mutex<BTreeMap<BayIx, BayView>>,
    pub(crate) zones: Mutex<BTreeMap<ZoneIx, ZoneTally>>,
    pub(crate) counts: Mutex<BTreeMap<(ZoneIx, u8), Option<CountEvidence>>>,
    pub(crate) usual: Mutex<BTreeMap<ZoneIx, i16>>,
    /// By what of: those that are suspected now.
    /// Of what people say that it is wrong.
    pub(crate) doubted: Mutex<Arc<DoubtedBays>>,
    pub(crate) suspects: Mutex<BTreeMap<(BayIx, Suspicion, SourceIx), Suspect>>,
    /// Bays, and what has lapsed.
    pub(crate) words: Mutex<BTreeMap<SourceIx, (i32, i32)>>,
}

impl ReadModel for Remembered {
    fn bays(&self, views: &[BayView]) {
        self.bays
            .lock()
            .unwrap()
            .extend(views.iter().map(|v| (v.bay, *v)));
    }

    fn zones(&self, tallies: &[(ZoneIx, ZoneTally)]) {
        self.zones.lock().unwrap().extend(tallies.iter().copied());
    }

    fn counts(&self, evidence: &[(ZoneIx, BayKind, Option<CountEvidence>)]) {
        let known = evidence.iter().map(|(z, kind, e)| ((*z, *kind as u8), *e));
        self.counts.lock().unwrap().extend(known);
    }

    fn usual(&self, zones: &[(ZoneIx, i16)]) {
        self.usual.lock().unwrap().extend(zones.iter().copied());
    }

    fn suspects(&self, news: &[Suspect]) {
        let mut suspects = self.suspects.lock().unwrap();
        for one in news {
            let key = (one.bay, one.doubtful.suspicion(), one.source);
            let before = if one.holds {
                suspects.insert(key, *one)
            } else {
                suspects.remove(&key)
            };
            assert!(one.holds || before.is_some(), "{one:?} was never told");
        }
    }

    fn doubted(&self) -> Arc<DoubtedBays> {
        self.doubted.lock().unwrap().clone()
    }

    fn words(&self, moved: &[WordsMoved]) {
        let mut words = self.words.lock().unwrap();
        for one in moved {
            let (bays, lapsed) = words.entry(one.source).or_default();
            *bays += one.bays;
            *lapsed += one.lapsed;
        }
    }
}

#[test]
fn what_a_town_does_not_say_is_ordinary() {
    let town = town().zones(2, 3).zone("P").kind(ZoneKind::Private);
    let town = town.bays(2).of("Z0").operator("acme").capacity(5).bay("B");
    let registry = town.registry();
    let city = registry.city();
    let zone = |id: &str| city.zone(registry.zone(id).unwrap());
    let said = |id: &str| {
        let spec = &zone(id).spec;
        (spec.kind, &*spec.operator, zone(id).capacity())
    };
    assert_eq!(said("Z0"), (ZoneKind::OffStreet, "acme", 5));
    assert_eq!(said("Z1"), (ZoneKind::OffStreet, "city", 3));
    assert_eq!(said("P"), (ZoneKind::Private, "city", 2), "as it has bays");
    let place = |id: &str| city.place(registry.bay(id).unwrap());
    assert!((place("P-0").distance_m(place("P-1")) - 3.3).abs() < 0.1);
    let own = city.bays_of(registry.zone("Z0").unwrap()).count();
    assert_eq!((own, city.live_bays()), (4, 9));
}

/// Closures as a test sets them.
#[derive(Default)]
pub(crate) struct ManualClosures {
    known: Mutex<(u64, Arc<Closures>)>,
    open_from: Mutex<Option<Millis>>,
}

impl ManualClosures {
    /// From now on this is closed, and nothing else.
    pub(crate) fn set(&self, closed: impl IntoIterator<Item = ClosedSpan>) {
        let mut known = self.known.lock().unwrap();
        *known = (known.0 + 1, Arc::new(Closures::new(closed)));
    }

    /// An order is being written down that may close from then on.
    pub(crate) fn write_from(&self, at: Millis) {
        *self.open_from.lock().unwrap() = Some(at);
    }
}

impl ClosureBook for ManualClosures {
    fn version(&self) -> u64 {
        self.known.lock().unwrap().0
    }

    fn closures(&self) -> Arc<Closures> {
        self.known.lock().unwrap().1.clone()
    }

    fn open_from(&self) -> Millis {
        self.open_from.lock().unwrap().unwrap_or(Millis(u64::MAX))
    }
}
