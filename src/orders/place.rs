//! Which zones and bays an order is about, in one picture of the city.
//!
//! Promise: what it names and is not there is named when the order is issued; later, where a bay or zone
//! has gone, the rest of it goes on. A zone whose bays all lie in an area is closed as a whole, so that
//! whatever is counted at its gate is too. Dear: an area looks at the bays of the cells around it.

use crate::domain::closure::{ClosedSpan, Closing};
use crate::domain::geo::is_within;
use crate::domain::order::Rings;
use crate::domain::{BayIx, LatLon, OrderTarget, ZoneIx};
use crate::registry::Registry;
use crate::registry::city::City;
use std::collections::{BTreeMap, BTreeSet};

/// Cells around an area; where there are more all bays of the city are looked at instead.
const CELLS: i64 = 100_000;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OrderPlace {
    /// Closed as a whole.
    pub(super) whole: BTreeSet<ZoneIx>,
    /// Of other zones.
    pub(super) bays: BTreeMap<ZoneIx, Vec<BayIx>>,
}

impl OrderPlace {
    /// Of what an order names.
    ///
    /// # Errors
    /// What is not there, or that nothing is.
    pub(super) fn of(
        target: &OrderTarget,
        registry: &Registry,
        city: &City,
    ) -> Result<Self, String> {
        let (place, missing) = Self::found(target, registry, city);
        if let Some(missing) = missing {
            return Err(missing);
        }
        if place.whole.is_empty() && place.bays.is_empty() {
            return Err("there is no zone and no bay in that area".to_owned());
        }
        Ok(place)
    }

    /// The same with what is there, and the first that is not.
    pub(super) fn found(
        target: &OrderTarget,
        registry: &Registry,
        city: &City,
    ) -> (Self, Option<String>) {
        let mut place = Self::default();
        let mut missing = None;
        match target {
            OrderTarget::Zones(ids) => {
                for id in ids {
                    let zone = registry.zone(id).filter(|z| z.0 < city.zone_count());
                    match zone.filter(|z| !city.zone(*z).removed) {
                        Some(zone) => place.close(city, zone),
                        None => {
                            _ = missing.get_or_insert_with(|| format!("zone {id:?} is unknown"));
                        }
                    }
                }
            }
            OrderTarget::Bays(ids) => {
                for id in ids {
                    let bay = registry.bay(id).filter(|b| b.0 < city.bay_slots());
                    match bay.filter(|b| city.is_live(*b)) {
                        Some(bay) => place.bays.entry(city.zone_of(bay)).or_default().push(bay),
                        None => _ = missing.get_or_insert_with(|| format!("bay {id:?} is unknown")),
                    }
                }
                for bays in place.bays.values_mut() {
                    bays.sort_unstable();
                    bays.dedup();
                }
            }
            OrderTarget::Area(parts) => place.add_area(parts, city),
        }
        (place, missing)
    }

    /// A zone, with its areas and floors.
    fn close(&mut self, city: &City, zone: ZoneIx) {
        self.whole.insert(zone);
        self.whole.extend(city.zone(zone).parts.iter().copied());
    }

    fn add_area(&mut self, parts: &[Rings], city: &City) {
        let within = |at: LatLon| parts.iter().any(|rings| is_within(rings, at));
        let mut found: BTreeMap<ZoneIx, Vec<BayIx>> = BTreeMap::new();
        for bay in bays_near(parts, city) {
            if city.is_live(bay) && within(city.place(bay)) {
                found.entry(city.zone_of(bay)).or_default().push(bay);
            }
        }
        for (zone, bays) in found {
            if bays.len() == city.bays_of(zone).count() && within(city.zone(zone).spec.place) {
                self.close(city, zone);
            } else {
                self.bays.insert(zone, bays);
            }
        }
        // Those that are only counted.
        for (ix, zone) in city.zones() {
            if city.bays_of(ix).next().is_none() && within(zone.spec.place) {
                self.close(city, ix);
            }
        }
        let whole = &self.whole;
        self.bays.retain(|zone, _| !whole.contains(zone));
    }

    /// Whether it is every zone there is.
    pub(super) fn is_all(&self, city: &City) -> bool {
        city.zones().all(|(zone, _)| self.whole.contains(&zone))
    }

    /// All zones of which it closes anything.
    pub(super) fn zones(&self) -> impl Iterator<Item = ZoneIx> {
        self.whole.iter().chain(self.bays.keys()).copied()
    }

    /// How many zones it closes as a whole, and how many bays in all.
    pub(super) fn count(&self, city: &City) -> (usize, usize) {
        let of_whole: usize = self.whole.iter().map(|z| city.bays_of(*z).count()).sum();
        let single: usize = self.bays.values().map(Vec::len).sum();
        (self.whole.len(), of_whole + single)
    }

    /// What is closed of it for one stretch.
    pub(super) fn closed(&self, closing: Closing) -> impl Iterator<Item = ClosedSpan> + '_ {
        let whole = self.whole.iter().map(|zone| (*zone, None));
        let bays = self.bays.iter();
        let bays = bays.flat_map(|(zone, bays)| bays.iter().map(|bay| (*zone, Some(*bay))));
        whole
            .chain(bays)
            .map(move |(zone, bay)| ClosedSpan { zone, bay, closing })
    }
}

/// The bays of the cells around the parts; of an area without end, all there are.
fn bays_near(parts: &[Rings], city: &City) -> Vec<BayIx> {
    let corners = || parts.iter().flatten().flatten().map(|p| p.e7());
    let edge = |pick: fn((i32, i32)) -> i32| {
        let all = || corners().map(pick);
        all().min().zip(all().max()).unwrap_or_default()
    };
    let (south, north) = edge(|at| at.0);
    let (west, east) = edge(|at| at.1);
    let from = city.cell_at(south, west);
    let to = city.cell_at(north, east);
    let cells = (i64::from(to.0 - from.0) + 1) * (i64::from(to.1 - from.1) + 1);
    if cells > CELLS {
        return (0..city.bay_slots()).map(BayIx).collect();
    }
    let columns = from.0..=to.0;
    let cells = columns.flat_map(|column| (from.1..=to.1).map(move |row| (column, row)));
    let runs = cells.flat_map(|(column, row)| city.cell_runs(column, row));
    runs.flatten().map(BayIx).collect()
}
