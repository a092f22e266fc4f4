//! What is wrong with the city as it runs: of its files much is refused at a start, but changes are held to
//! less, and some of it only a map shows.
//!
//! Promises: each check that files and changes are held to is the same function here; all is counted, of each
//! kind the first [`TOLD`] are told; worked out once for each picture of the city. Dear: a pass over all bays
//! and devices, with 12 bytes a bay for as long as it takes, and each pair of zones whose boxes meet is compared
//! by up to [`CORNERS`] corners and the middles between them: what meets in none of those is not seen.

use super::Registry;
use super::city::{City, Zone, ZoneSpec};
use super::parts;
use super::reach::{depth_m, distance_m, too_far, wrapped};
use super::region::Region;
use crate::domain::{BayIx, BayKind, FaultKind, LatLon, ZoneIx};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many of a kind are told.
const TOLD: usize = 200;

/// Outlines are drawn, and bays measured, no better than this, metres.
const DRAWN_M: f64 = 10.0;

/// Neighbours share an edge, as well as both were drawn: this much of common ground is none, metres.
const SHARED_M: f64 = 5.0;

/// The most corners by which an outline is compared.
const CORNERS: usize = 64;

/// How many bays of one place are named.
const NAMED: usize = 4;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct CityFault {
    pub kind: FaultKind,
    pub zone: Option<String>,
    pub bay: Option<String>,
    pub place: Option<LatLon>,
    /// In words, without the names above.
    pub what: String,
}

/// All that is wrong.
#[derive(Debug, Default, PartialEq)]
pub struct CityFaults {
    /// How many there are of each kind, in the order of [`FaultKind::ALL`].
    pub counts: [u32; FaultKind::COUNT],
    /// The first of each kind, by kind, zone and bay.
    pub told: Vec<CityFault>,
}

/// Of what faults were worked out: the city's picture, and the turn of its devices.
type CityTurn = (u64, u64);

/// The newest that was worked out, and of what.
#[derive(Default)]
pub(super) struct FaultBook(Mutex<Option<(CityTurn, Arc<CityFaults>)>>);

impl Registry {
    /// What is wrong with the city as it is now. Waits while it is worked out: call where blocking is
    /// allowed.
    pub fn faults(&self) -> Arc<CityFaults> {
        let mut kept = self.faults.0.lock().unwrap_or_else(PoisonError::into_inner);
        let devices = self.devices.turns();
        let city = Arc::clone(&self.city());
        let of = (city.picture(), devices);
        if let Some((_, known)) = kept.as_ref().filter(|(known, _)| *known == of) {
            return Arc::clone(known);
        }
        let mut found = CityFaults::default();
        found.zones(&city, &Region::of(self.reading.bbox, places(&city)));
        found.bays(&city);
        found.same_places(&city);
        found.overlaps(&city);
        found.devices(self);
        let key = |fault: &CityFault| (fault.kind, fault.zone.clone(), fault.bay.clone());
        found.told.sort_by_cached_key(key);
        let found = Arc::new(found);
        *kept = Some((of, Arc::clone(&found)));
        found
    }
}

/// Where zones are of which anything is known.
fn places(city: &City) -> impl Iterator<Item = LatLon> {
    let places = city.zones().map(|(_, zone)| zone.spec.place);
    places.filter(|place| !is_nowhere(*place))
}

fn is_nowhere(place: LatLon) -> bool {
    place.e7() == (0, 0)
}

impl CityFaults {
    /// Counts one, and says whether it is to be told.
    fn count(&mut self, kind: FaultKind) -> bool {
        let count = &mut self.counts[kind as usize];
        *count = count.saturating_add(1);
        *count as usize <= TOLD
    }

    fn add(&mut self, kind: FaultKind, zone: &ZoneSpec, place: LatLon, what: String) {
        if self.count(kind) {
            self.told.push(CityFault {
                kind,
                zone: Some(zone.id.clone()),
                bay: None,
                place: Some(place),
                what,
            });
        }
    }

    fn add_bay(&mut self, kind: FaultKind, city: &City, bay: BayIx, what: impl FnOnce() -> String) {
        if self.count(kind) {
            self.told.push(CityFault {
                kind,
                zone: Some(city.zone(city.zone_of(bay)).spec.id.clone()),
                bay: Some(city.bay_id(bay).to_owned()),
                place: Some(city.place(bay)),
                what: what(),
            });
        }
    }

    /// Where zones are, and how many bays they have.
    fn zones(&mut self, city: &City, region: &Region) {
        for (ix, zone) in city.zones() {
            let spec = &zone.spec;
            if is_nowhere(spec.place) {
                let what = "lies at latitude 0 and longitude 0".to_owned();
                self.add(FaultKind::NoPlace, spec, spec.place, what);
            } else if let Some(what) = region.stray(spec.place) {
                self.add(FaultKind::StrayZone, spec, spec.place, what);
            }
            let whole = zone.part_of.map(|whole| &city.zone(whole).spec);
            if let Some(what) = whole.and_then(|whole| parts::stray(spec, whole)) {
                self.add(FaultKind::StrayPart, spec, spec.place, what);
            }
            let bays = city.bays_of(ix).count();
            if spec.capacity > 0 && bays > spec.capacity as usize {
                let what = format!("says that it has {} bays and has {bays}", spec.capacity);
                self.add(FaultKind::MoreBays, spec, spec.place, what);
            }
        }
    }

    /// Bays that are not where their zone is.
    fn bays(&mut self, city: &City) {
        for (ix, zone) in city.zones() {
            for bay in city.bays_of(ix) {
                let place = city.place(bay);
                if let Some(what) = too_far(place, &zone.spec) {
                    self.add_bay(FaultKind::FarBay, city, bay, || what);
                    continue;
                }
                if zone.spec.outline.is_empty() {
                    continue;
                }
                let away = distance_m(place, &zone.spec);
                if away > DRAWN_M {
                    let what = || format!("lies {away:.0} m outside its zone's outline");
                    self.add_bay(FaultKind::BayOutside, city, bay, what);
                }
            }
        }
    }

    /// Bays at one place, unless they lie on floors of one car park; bicycles stand close.
    fn same_places(&mut self, city: &City) {
        let mut places: Vec<(i32, i32, u32)> = Vec::with_capacity(city.live_bays() as usize);
        for (ix, _) in city.zones() {
            let bays = city.bays_of(ix);
            let bays = bays.filter(|bay| city.attrs(*bay).kind != BayKind::Bicycle);
            places.extend(bays.map(|bay| {
                let (lat, lon) = city.place_e7(bay);
                (lat, lon, bay.0)
            }));
        }
        places.sort_unstable();
        for group in places.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let bays = || group.iter().map(|(.., bay)| BayIx(*bay));
            let Some(first) = bays().next().filter(|_| is_crowd(city, bays())) else {
                continue;
            };
            self.add_bay(FaultKind::SamePlace, city, first, || {
                let named: Vec<&str> = bays().take(NAMED).map(|bay| city.bay_id(bay)).collect();
                let more = if group.len() > NAMED { ", ..." } else { "" };
                format!(
                    "{} bays lie at this place: {}{more}",
                    group.len(),
                    named.join(", ")
                )
            });
        }
    }

    /// Zones of a kind that are on the same ground.
    fn overlaps(&mut self, city: &City) {
        let mut boxes: Vec<(Edges, ZoneIx, &Zone)> = city
            .zones()
            .filter_map(|(ix, zone)| Some((Edges::of(&zone.spec)?, ix, zone)))
            .collect();
        boxes.sort_by(|a, b| a.0.west.total_cmp(&b.0.west));
        for (at, (edges, ix, zone)) in boxes.iter().enumerate() {
            for (other_edges, other_ix, other) in &boxes[at + 1..] {
                if other_edges.west > edges.east {
                    break;
                }
                let one_house = root(*ix, zone) == root(*other_ix, other);
                let differ = zone.spec.kind != other.spec.kind;
                if one_house || differ || !edges.meet(other_edges) {
                    continue;
                }
                if let Some(place) = common(&zone.spec, &other.spec) {
                    let what = format!("lies on the ground of zone {:?} too", other.spec.id);
                    self.add(FaultKind::ZonesOverlap, &zone.spec, place, what);
                }
            }
        }
    }

    /// Devices whose bay is not there: what they say is refused.
    fn devices(&mut self, registry: &Registry) {
        let mut first: BTreeMap<Arc<str>, String> = BTreeMap::new();
        registry.devices.each(|device, bay| {
            if registry.bay(bay).is_none() {
                self.count(FaultKind::NoBay);
                first.insert(Arc::clone(device), bay.to_owned());
                if first.len() > TOLD {
                    first.pop_last();
                }
            }
        });
        let told = first.into_iter().map(|(device, bay)| CityFault {
            kind: FaultKind::NoBay,
            zone: None,
            bay: Some(bay),
            place: None,
            what: format!("device {device:?} watches it, and it is not there"),
        });
        self.told.extend(told);
    }
}

/// The car park that a zone is an area or a floor of, or itself.
fn root(ix: ZoneIx, zone: &Zone) -> ZoneIx {
    zone.part_of.unwrap_or(ix)
}

/// Whether bays of one place have a zone in common, or zones of several car parks.
fn is_crowd(city: &City, bays: impl Iterator<Item = BayIx>) -> bool {
    let mut zones: Vec<ZoneIx> = bays.map(|bay| city.zone_of(bay)).collect();
    zones.sort_unstable_by_key(|zone| zone.0);
    let twice = zones.windows(2).any(|two| two[0] == two[1]);
    let of = |zone: ZoneIx| root(zone, city.zone(zone));
    twice || zones.windows(2).any(|two| of(two[0]) != of(two[1]))
}

/// The box of an outline; west may lie beyond the 180th meridian.
struct Edges {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Edges {
    fn of(zone: &ZoneSpec) -> Option<Self> {
        let mut corners = outers(zone);
        let first = corners.next()?;
        let mut edges = Self {
            west: first.lon,
            south: first.lat,
            east: first.lon,
            north: first.lat,
        };
        for corner in corners {
            let lon = first.lon + wrapped(corner.lon - first.lon);
            edges.west = edges.west.min(lon);
            edges.east = edges.east.max(lon);
            edges.south = edges.south.min(corner.lat);
            edges.north = edges.north.max(corner.lat);
        }
        Some(edges)
    }

    fn meet(&self, other: &Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }
}

/// All corners of a zone's outer rings.
fn outers(zone: &ZoneSpec) -> impl Iterator<Item = &LatLon> {
    zone.outline
        .iter()
        .filter_map(|part| part.first())
        .flatten()
}

/// A place on the ground of both, if there is one to be found.
fn common(a: &ZoneSpec, b: &ZoneSpec) -> Option<LatLon> {
    if a.outline == b.outline {
        return Some(a.place);
    }
    let deep = |at: &LatLon, zone: &ZoneSpec| depth_m(*at, zone) > SHARED_M;
    let of_a = points(a).find(|at| deep(at, b));
    let of_either = of_a.or_else(|| points(b).find(|at| deep(at, a)));
    of_either.or_else(|| {
        [a.place, b.place]
            .into_iter()
            .find(|at| deep(at, a) && deep(at, b))
    })
}

/// Corners of a zone and the middles between them; of many corners every so many.
fn points(zone: &ZoneSpec) -> impl Iterator<Item = LatLon> {
    let corners: Vec<LatLon> = outers(zone).copied().collect();
    let step = corners.len().div_ceil(CORNERS).max(1);
    let middles = zone.outline.iter().filter_map(|part| part.first());
    let middles = middles.flat_map(|ring| ring.windows(2)).step_by(step);
    let middles = middles.map(|two| LatLon {
        lat: f64::midpoint(two[0].lat, two[1].lat),
        lon: two[0].lon + wrapped(two[1].lon - two[0].lon) / 2.0,
    });
    corners.into_iter().step_by(step).chain(middles)
}
