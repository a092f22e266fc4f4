//! Which zones a publication tells of, and whether their bays.

use super::DatexState;
use crate::domain::{BBox, BayIx, ZoneIx};
use crate::serve::atlas::Atlas;
use crate::serve::feed::each_zone;
use crate::serve::formats::{SeenBay, ZoneTold};
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::sight::Sight;
use std::collections::HashSet;

/// The most zones that are named.
const MAX_ZONES: usize = 500;

/// The most bays of a publication with spaces, as of a live stream.
const MAX_BAYS: usize = 20_000;

/// See the module.
pub(super) struct Which {
    /// In the order in which they are named; `None`: all.
    zones: Option<Vec<ZoneIx>>,
    bbox: Option<BBox>,
    pub(super) spaces: bool,
}

impl Which {
    /// As the query says. Take the city after this, not before. An id that is none of ours names
    /// nothing.
    pub(super) fn read(own: &DatexState, query: Option<&str>) -> Result<Self, ApiError> {
        let p = Params::read(query, &["zones", "bbox", "spaces"])?;
        let bbox = p.bbox("bbox")?;
        let spaces = p.flag("spaces")?;
        let Some(ids) = p.text("zones") else {
            return Ok(Self {
                zones: None,
                bbox,
                spaces,
            });
        };
        if bbox.is_some() {
            let said = "bbox cannot be given together with zones";
            return Err(ApiError::bad("bbox", said));
        }
        let mut seen = HashSet::new();
        let ids: Vec<&str> = ids.split(',').filter(|id| seen.insert(*id)).collect();
        if ids.len() > MAX_ZONES {
            let count = ids.len();
            let said = format!("zones may name at most {MAX_ZONES} zones, these are {count}");
            return Err(ApiError::bad("zones", said));
        }
        let mut found = HashSet::new();
        let zones = ids
            .iter()
            .filter_map(|id| own.reads.registry.zone_called(id))
            .filter(|zone| found.insert(*zone))
            .collect();
        Ok(Self {
            zones: Some(zones),
            bbox,
            spaces,
        })
    }

    /// The zones, as everybody sees them.
    pub(super) fn zones<'a>(
        &self,
        sight: Sight<'a>,
        atlas: &'a Atlas,
    ) -> Result<Vec<(ZoneIx, ZoneTold<'a>)>, ApiError> {
        let zones: Vec<(ZoneIx, ZoneTold<'a>)> = if let Some(named) = &self.zones {
            let told = |zone: &ZoneIx| Some((*zone, sight.zone(atlas, *zone)?));
            named.iter().filter_map(told).collect()
        } else {
            let is_there = |zone: &ZoneTold<'_>| {
                self.bbox
                    .is_none_or(|bbox| bbox.contains(zone.zone.spec.place))
            };
            let all = each_zone(sight, atlas);
            all.filter(|(_, told)| is_there(told)).collect()
        };
        if !self.spaces {
            return Ok(zones);
        }
        let bays = zones.iter().flat_map(|(zone, _)| whole(sight, *zone));
        let bays: usize = bays.map(|zone| sight.count_bays(zone)).sum();
        if bays > MAX_BAYS {
            let said = format!(
                "these zones have {bays} bays, and {MAX_BAYS} are the most that are told at once: \
                 name fewer by zones or bbox"
            );
            return Err(ApiError::bad("spaces", said));
        }
        Ok(zones)
    }

    /// A zone's bays, and those of its areas and floors, as everybody sees them.
    pub(super) fn bays<'a>(
        &self,
        sight: Sight<'a>,
        zone: ZoneIx,
    ) -> impl Iterator<Item = (BayIx, SeenBay)> + use<'a> {
        let zones = self.spaces.then(|| whole(sight, zone));
        let bays = zones.into_iter().flatten();
        let bays = bays.flat_map(move |zone| sight.city.bays_of(zone));
        bays.filter_map(move |bay| Some((bay, sight.bay(bay)?)))
    }
}

/// A zone with its areas and floors.
fn whole(sight: Sight<'_>, zone: ZoneIx) -> impl Iterator<Item = ZoneIx> + use<'_> {
    let parts = sight.city.zone(zone).parts.iter().copied();
    std::iter::once(zone).chain(parts)
}
