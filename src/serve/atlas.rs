//! What the zone feed needs of a city besides the city: zones in the order of their stable numbers,
//! which kinds of bay each has, where they are, and what was last told of each.
//!
//! Worked out once a picture (dear: a pass over all bays) and kept until the picture changes. The
//! order by number is what makes cursors last: zones added later come after every cursor that was
//! handed out.

use super::formats::{KeptZone, KeptZones};
use crate::domain::{BBox, ZoneIx};
use crate::live::ZonePlaces;
use crate::registry::city::City;
use arc_swap::ArcSwapOption;
use std::sync::Arc;

/// The newest picture's atlas. At most two are alive: the kept one and one being replaced.
#[derive(Default)]
pub(in crate::serve) struct Atlases(ArcSwapOption<Atlas>);

/// See the module.
pub(in crate::serve) struct Atlas {
    city: Arc<City>,
    by_number: Vec<(u32, ZoneIx)>,
    kinds: Vec<u8>,
    places: ZonePlaces,
    /// Those that are not among the places: private ones, areas and floors.
    apart: Vec<ZoneIx>,
    texts: KeptZones,
}

impl Atlases {
    /// The atlas of `city`. Two callers may both work it out after a change; either result is
    /// right.
    pub(in crate::serve) fn of(&self, city: &Arc<City>) -> Arc<Atlas> {
        if let Some(kept) = self.0.load_full().filter(|a| Arc::ptr_eq(&a.city, city)) {
            return kept;
        }
        let made = Arc::new(Atlas::new(Arc::clone(city)));
        self.0.store(Some(Arc::clone(&made)));
        made
    }
}

impl Atlas {
    fn new(city: Arc<City>) -> Self {
        let mut by_number: Vec<(u32, ZoneIx)> =
            city.zones().map(|(ix, zone)| (zone.number, ix)).collect();
        by_number.sort_unstable();
        let mut kinds = vec![0_u8; city.zone_count() as usize];
        for (_, zone) in &by_number {
            for bay in city.bays_of(*zone) {
                kinds[zone.at()] |= 1 << city.attrs(bay).kind as u8;
            }
        }
        let places = ZonePlaces::new(&city);
        let apart = city
            .zones()
            .filter(|(_, zone)| !ZonePlaces::takes(zone))
            .map(|(ix, _)| ix)
            .collect();
        Self {
            places,
            apart,
            texts: KeptZones::of(city.zone_count()),
            city,
            by_number,
            kinds,
        }
    }

    /// Bit `k` is set when the zone has bays of kind `k`.
    pub(in crate::serve) fn kinds(&self, zone: ZoneIx) -> u8 {
        self.kinds.get(zone.at()).copied().unwrap_or(0)
    }

    /// The same of a zone with its areas and floors.
    pub(in crate::serve) fn kinds_with_parts(&self, zone: ZoneIx) -> u8 {
        let parts = self.city.zone(zone).parts.iter();
        parts.fold(self.kinds(zone), |all, part| all | self.kinds(*part))
    }

    /// Where the zones are.
    pub(in crate::serve) fn places(&self) -> &ZonePlaces {
        &self.places
    }

    /// Asks the processor for that.
    pub(in crate::serve) fn ask_for(&self, zone: ZoneIx) {
        self.texts.ask_for(zone);
    }

    /// What was last told of a zone, if it is one that is told the same to everybody.
    pub(in crate::serve) fn kept(&self, zone: ZoneIx) -> Option<&KeptZone> {
        self.texts.of_zone(zone)
    }

    /// Zones whose number is above `after` (all for `None`), by number: all that lie in the box, and some
    /// beside them.
    pub(in crate::serve) fn around(&self, bbox: BBox, after: Option<u32>) -> Vec<(u32, ZoneIx)> {
        let mut found = Vec::new();
        let number = |zone: ZoneIx| self.city.zone(zone).number;
        let mut take = |zone| found.push((number(zone), zone));
        self.places.within(bbox, &mut take);
        self.apart.iter().copied().for_each(take);
        found.retain(|(number, _)| after.is_none_or(|after| *number > after));
        found.sort_unstable();
        found
    }

    /// Zones whose number is above `after` (all for `None`), by number.
    pub(in crate::serve) fn after(&self, after: Option<u32>) -> &[(u32, ZoneIx)] {
        let from = after.map_or(0, |last| {
            self.by_number
                .partition_point(|(number, _)| *number <= last)
        });
        &self.by_number[from..]
    }
}
