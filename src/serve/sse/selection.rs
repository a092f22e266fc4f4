//! What a client asked to follow: some zones by id, those in a box, or all; with or without their
//! bays.

use crate::domain::{BBox, ZoneIx};
use crate::registry::city::City;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use crate::serve::state::ReadState;

/// The most zones that may be named.
const MAX_IDS: usize = 500;

/// With bays: the most zones.
const MAX_BAYS_ZONES: usize = 200;

/// With bays: the most bays of one client. Of each the hub remembers what it last told.
const MAX_BAYS: usize = 20_000;

/// See the module.
#[derive(Debug, PartialEq)]
pub(in crate::serve) struct Selection {
    /// `None`: all, those added later included.
    pub(super) zones: Option<Vec<ZoneIx>>,
    /// How many bays they have, if those are wanted too.
    pub(super) bays: Option<usize>,
}

impl Selection {
    /// Reads `zones`, `bbox` and `bays`. A box takes the zones that are in it now.
    ///
    /// # Errors
    /// `bad-parameter` for what cannot be or is too much, `not-found` for zones that are none of
    /// ours.
    pub(in crate::serve) fn read(own: &ReadState, p: &Params<'_>) -> Result<Self, ApiError> {
        let bbox = p.bbox("bbox")?;
        let mut zones = match (p.text("zones"), bbox) {
            (Some(_), Some(_)) => {
                return Err(ApiError::bad(
                    "bbox",
                    "bbox cannot be given together with zones",
                ));
            }
            (Some(ids), None) => Some(named(own, ids)?),
            (None, Some(bbox)) => Some(within(&own.registry.city(), bbox)),
            (None, None) => None,
        };
        let bays = if p.flag("bays")? {
            let city = own.registry.city();
            let zones = zones.get_or_insert_with(|| city.zones().map(|(ix, _)| ix).collect());
            Some(count_bays(&city, zones)?)
        } else {
            None
        };
        Ok(Self { zones, bays })
    }
}

fn named(own: &ReadState, ids: &str) -> Result<Vec<ZoneIx>, ApiError> {
    let ids: Vec<&str> = ids.split(',').collect();
    if ids.len() > MAX_IDS {
        return Err(ApiError::bad(
            "zones",
            format!("zones may name at most {MAX_IDS}, these are {}", ids.len()),
        ));
    }
    if ids.iter().any(|id| id.is_empty()) {
        return Err(ApiError::bad(
            "zones",
            "zones are ids with a comma between each two; one of these is empty",
        ));
    }
    // First the indices, then the city: the other way round the city could be older than an index.
    let found: Vec<_> = ids.iter().map(|id| own.registry.zone_called(id)).collect();
    let city = own.registry.city();
    let found = ids
        .iter()
        .zip(found)
        .map(|(id, zone)| zone.filter(|z| !city.zone(*z).removed).ok_or(*id));
    found
        .collect::<Result<_, _>>()
        .map_err(|id| ApiError::NotFound(format!("there is no zone {}", quoted(id))))
}

fn within(city: &City, bbox: BBox) -> Vec<ZoneIx> {
    city.zones()
        .filter(|(_, zone)| bbox.contains(zone.spec.place))
        .map(|(ix, _)| ix)
        .collect()
}

fn count_bays(city: &City, zones: &[ZoneIx]) -> Result<usize, ApiError> {
    let too_many = |what: &str, limit, count| {
        let detail = format!(
            "with bays=true a stream follows at most {limit} {what}, this selection has {count}"
        );
        Err(ApiError::bad("bays", detail))
    };
    if zones.len() > MAX_BAYS_ZONES {
        return too_many("zones", MAX_BAYS_ZONES, zones.len());
    }
    let bays = zones.iter().map(|zone| city.bays_of(*zone).count()).sum();
    if bays > MAX_BAYS {
        too_many("bays", MAX_BAYS, bays)
    } else {
        Ok(bays)
    }
}
