//! Zones out of a static feed: added and changed by way of the registry's own log, as an
//! administrator does it.
//!
//! Promises: saying the same again changes nothing; what the feed does not tell of a zone stays as
//! it is; a feed whose places lie where they cannot makes none. Bounded. Bays are made by hand
//! (`bayhub registry make`).

use super::{FeedRow, Place};
use crate::domain::{BayKind, LatLon, ZoneKind, id};
use crate::registry::Registry;
use crate::registry::city::{City, ZoneSpec};
use std::collections::BTreeMap;

/// Zones that one feed may say there are.
const MAX_ZONES: usize = 20_000;

/// As far as the places of a feed, or of a city and its feed, lie from one another, m.
const FARTHEST_M: f64 = 200_000.0;

/// Of a hundred places so many may be nonsense before all of them are.
const MOST_WRONG_PERCENT: usize = 10;

/// A zone is where it was if it is this near, m: feeds round.
const SAME_PLACE_M: f64 = 1.0;

/// Adds zones. May wait for the disk.
pub trait ZoneMaker: Send + Sync {
    /// So many more have room.
    fn room(&self) -> usize;

    /// Adds or changes zones: all of them or none.
    ///
    /// # Errors
    /// Why it cannot be.
    fn put(&self, zones: Vec<ZoneSpec>) -> Result<(), String>;
}

/// What was made of a feed's places.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MadeZones {
    /// Added or changed.
    pub(super) put: usize,
    /// Places of which no zone is made.
    pub(super) left_out: usize,
}

/// What a feed's rows say of one zone.
#[derive(Default)]
struct Described<'a> {
    first: Option<&'a Place>,
    at: Option<LatLon>,
    capacity_by_kind: [Option<u32>; BayKind::COUNT],
}

/// Makes the zones of `rows`, as far as they tell of any.
///
/// # Errors
/// Why none is made.
pub(super) fn make(
    registry: &Registry,
    maker: &dyn ZoneMaker,
    rows: &[FeedRow],
) -> Result<MadeZones, String> {
    let all = described(rows);
    let nowhere = rows.iter().filter(|row| row.odd.no_place).count();
    if nowhere * 100 > (all.len() + nowhere) * MOST_WRONG_PERCENT {
        return Err(format!(
            "{nowhere} of its {} places are none on earth: lat and lon, or x and y, may be swapped",
            all.len() + nowhere
        ));
    }
    if all.is_empty() {
        return Ok(MadeZones::default());
    }
    if all.len() > MAX_ZONES {
        return Err(format!(
            "{} zones; at most {MAX_ZONES} are made of a feed",
            all.len()
        ));
    }
    let middle = plausible(&registry.city(), &all)?;
    let mut made = MadeZones {
        left_out: nowhere,
        ..MadeZones::default()
    };
    let mut put = Vec::new();
    let mut room = maker.room();
    for (id, of) in &all {
        let known = registry.zone_called(id);
        let before = known.map(|zone| registry.city().zone(zone).spec.clone());
        let near = of
            .at
            .is_some_and(|at| is_place(at) && at.distance_m(middle) <= FARTHEST_M);
        let has_room = before.is_some() || room > 0;
        if !id::is_valid(id) || (of.at.is_some() || before.is_none()) && !near || !has_room {
            made.left_out += 1;
            continue;
        }
        let is_new = before.is_none();
        if let Some(zone) = changed(id, of, before.as_ref()) {
            room -= usize::from(is_new);
            put.push(zone);
        }
    }
    made.put = put.len();
    if !put.is_empty() {
        maker.put(put)?;
    }
    Ok(made)
}

fn described(rows: &[FeedRow]) -> BTreeMap<&str, Described<'_>> {
    let mut all: BTreeMap<&str, Described<'_>> = BTreeMap::new();
    for place in rows.iter().filter_map(|row| row.place.as_deref()) {
        let (Some(zone), None) = (&place.zone, &place.bay) else {
            continue;
        };
        let of = all.entry(zone).or_default();
        of.first.get_or_insert(place);
        of.at = of.at.or(place.at);
        if let Some(n) = place.capacity {
            let sum = &mut of.capacity_by_kind[place.bay_kind as usize];
            *sum = Some(sum.unwrap_or_default().saturating_add(n));
        }
    }
    all
}

/// The zone as the feed has it; `None`: as it is already.
fn changed(id: &str, of: &Described<'_>, before: Option<&ZoneSpec>) -> Option<ZoneSpec> {
    let place = of.first?;
    let mut zone = match before {
        Some(zone) => zone.clone(),
        None => new_zone(id, of.at?),
    };
    let told = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    if let Some(name) = told(&place.name).or_else(|| told(&place.address)) {
        zone.name = name;
    }
    if let Some(operator) = told(&place.operator) {
        zone.operator = operator;
    }
    zone.kind = place.kind.unwrap_or(zone.kind);
    zone.max_height_cm = place.max_height_cm.or(zone.max_height_cm);
    if let Some(at) = of.at.filter(|at| at.distance_m(zone.place) > SAME_PLACE_M)
        && zone.outline.is_empty()
    {
        zone.place = at;
    }
    for (own, told) in zone.capacity_by_kind.iter_mut().zip(of.capacity_by_kind) {
        *own = told.unwrap_or(*own);
    }
    if of.capacity_by_kind.iter().any(Option::is_some) {
        zone.capacity = zone.capacity_by_kind.iter().sum();
    }
    (before != Some(&zone)).then_some(zone)
}

fn new_zone(id: &str, at: LatLon) -> ZoneSpec {
    ZoneSpec {
        id: id.to_owned(),
        aliases: Vec::new(),
        name: id.to_owned(),
        kind: ZoneKind::OffStreet,
        operator: String::new(),
        capacity: 0,
        capacity_by_kind: [0; BayKind::COUNT],
        price_cents_per_hour: None,
        max_height_cm: None,
        place: at,
        outline: Vec::new(),
        stale_after_s: None,
        part_of: None,
    }
}

/// Where nobody parks: what stands for "not known".
fn is_place(at: LatLon) -> bool {
    let (lat, lon) = at.e7();
    lat != 0 || lon != 0
}

/// The middle of a feed's places, if they are such as a city's.
fn plausible(city: &City, all: &BTreeMap<&str, Described<'_>>) -> Result<LatLon, String> {
    let places: Vec<LatLon> = all.values().filter_map(|of| of.at).collect();
    let Some(middle) = middle(&places) else {
        // It tells of none: then no zone is new.
        return Ok(LatLon::of_e7((0, 0)));
    };
    let is_wrong = |at: &&LatLon| !is_place(**at) || at.distance_m(middle) > FARTHEST_M;
    let wrong = places.iter().filter(is_wrong).count();
    if wrong * 100 > places.len() * MOST_WRONG_PERCENT {
        return Err(format!(
            "{wrong} of its {} places lie more than {} km from the others",
            places.len(),
            FARTHEST_M / 1000.0
        ));
    }
    let known: Vec<LatLon> = city
        .zones()
        .filter(|(_, zone)| !zone.removed && !all.contains_key(&*zone.spec.id))
        .map(|(_, zone)| zone.spec.place)
        .collect();
    let nearest = |to: LatLon| {
        known
            .iter()
            .map(|at| at.distance_m(to))
            .fold(f64::INFINITY, f64::min)
    };
    if known.is_empty() || nearest(middle) <= FARTHEST_M {
        return Ok(middle);
    }
    let (lat, lon) = middle.e7();
    let swapped = LatLon::new(f64::from(lon) / 1e7, f64::from(lat) / 1e7);
    let hint = match swapped {
        Some(swapped) if nearest(swapped) <= FARTHEST_M => ": lat and lon, or x and y, are swapped",
        _ => "",
    };
    let far = nearest(middle) / 1000.0;
    Err(format!(
        "its places lie {far:.0} km from the zones of the registry{hint}"
    ))
}

/// Of each coordinate the middle one.
fn middle(places: &[LatLon]) -> Option<LatLon> {
    let of = |part: fn(LatLon) -> i32| {
        let mut all: Vec<i32> = places.iter().map(|at| part(*at)).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied()
    };
    Some(LatLon::of_e7((of(|at| at.e7().0)?, of(|at| at.e7().1)?)))
}

#[cfg(test)]
mod tests;
