//! Where a request finds no bay to book: the nearest car park that will have room then.
//!
//! Promise: one is named only if it is likelier than not that there is room at the start of the stay; of
//! a start more than four hours ahead nothing is said.

use crate::domain::{LatLon, Millis, Vehicle};
use crate::live::{Query, ZoneHit};
use crate::serve::http::error::ApiError;
use crate::serve::state::SharingState;
use crate::serve::told_in::ToldIn;
use crate::sharing::DeskError;
use serde_json::{Value, json};

/// How far off it may be, metres: half an hour's walk.
const FAR_M: f32 = 2_500.0;

/// How many are looked at.
const LOOKED_AT: usize = 20;

/// Below this nobody is sent there.
const LIKELY: f64 = 0.5;

/// A stay that was asked for.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    pub(super) place: LatLon,
    pub(super) start: Millis,
    pub(super) vehicle: Vehicle,
    pub(super) told_in: ToldIn,
}

/// A refusal; where there is no match, with the place to go instead if there is one.
pub(super) fn refusal(own: &SharingState, wish: &Wish, why: DeskError) -> ApiError {
    match why {
        DeskError::NoMatch(why) => ApiError::NoMatch(why, nearest_room(own, wish).map(Box::new)),
        other => other.into(),
    }
}

fn nearest_room(own: &SharingState, wish: &Wish) -> Option<Value> {
    let reads = &own.reads;
    let now = reads.clock.now();
    let kind = wish.vehicle.kind;
    let query = Query {
        radius_m: FAR_M,
        limit: LOOKED_AT,
        kind,
        accessible: wish.vehicle.accessible.then_some(true),
        ev_charging: wish.vehicle.ev.then_some(true),
        min_height_cm: wish.vehicle.height_cm,
        at: now,
        ..Query::at(wish.place)
    };
    let city = reads.registry.city();
    let atlas = reads.atlases.of(&city);
    let table = reads.forecasts.now();
    let ahead_ms = wish.start.since(now);
    let room = |hit: &ZoneHit| {
        let capacity = hit.tally.capacity_by_kind[kind as usize];
        let (outlook, ahead) = table.zone(hit.zone, now, ahead_ms)?;
        let p = outlook.after(ahead)?.p_any_vacant(capacity);
        (p >= LIKELY).then_some(p)
    };
    let near = reads.live.nearest_zones(&city, atlas.places(), &query);
    let (hit, p) = near.iter().find_map(|hit| Some((hit, room(hit)?)))?;
    let spec = &city.zone(hit.zone).spec;
    let (lat, lon) = wish.told_in.place_e7(spec.place.e7());
    Some(json!({
        "zone": spec.id,
        "name": spec.name,
        "lat": f64::from(lat) / 1e7,
        "lon": f64::from(lon) / 1e7,
        "distance_m": f64::from((hit.distance_m * 10.0).round()) / 10.0,
        "vacant": hit.tally.vacant[kind as usize],
        "p_any_vacant": (p * 1000.0).round() / 1000.0,
        "at": wish.start.max(now).to_string(),
    }))
}
