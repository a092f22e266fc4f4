//! Where what is reported is: a bay, a zone, a point or an address in words.
//!
//! Promise: a bay or zone that the caller does not see is one that is not there, whether it is named or
//! lies nearest to a point.

use super::OpenState;
use super::form::{ReportForm, bad};
use crate::domain::problem::text;
use crate::domain::{BayIx, LatLon, ZoneIx};
use crate::live::is_private;
use crate::registry::city::City;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::quoted;
use crate::serve::sight::{Eyes, Sight};

/// As far as a zone may lie from a point that is said to be in it, metres: streets are told by their
/// middle.
const NEAR_M: f64 = 200.0;

/// And from the middle of a zone that is named beside it, where none of its bays is near.
const IN_ZONE_M: f64 = 1000.0;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct ReportPlace {
    pub(super) bay: Option<BayIx>,
    pub(super) zone: Option<ZoneIx>,
    pub(super) point: Option<LatLon>,
    pub(super) address: Option<String>,
}

impl ReportPlace {
    /// What a form says of it. `own`: what the caller has booked, and so may name.
    pub(super) fn read(
        state: &OpenState,
        form: &ReportForm,
        (city, eyes): (&City, &Eyes),
        own: Option<&str>,
    ) -> Result<Self, ApiError> {
        let sight = Sight::new(&state.reads, city, eyes);
        let point = point(form)?;
        let address = form.read("address_string", |words| {
            text::plain(words, text::LONGEST_ADDRESS)
        })?;
        let mut place = Self {
            point,
            address,
            ..Self::default()
        };
        let bay = form.text("attribute[bay]")?;
        let zone = form.text("attribute[zone]")?;
        let id = form.text("address_id")?;
        if let Some(name) = own {
            place.booked(state, city, name);
        }
        if let (Some(name), None) = (bay, place.bay) {
            let found = state.reads.registry.bay_called(name);
            let seen = found.filter(|bay| sight.bay(*bay).is_some());
            let none = || {
                bad(
                    "attribute[bay]",
                    &format!("{} is no bay here", quoted(name)),
                )
            };
            place.bay = Some(seen.ok_or_else(none)?);
        }
        if let (Some(name), None) = (zone, place.zone) {
            let none = || {
                bad(
                    "attribute[zone]",
                    &format!("{} is no zone here", quoted(name)),
                )
            };
            place.zone = Some(zone_called(state, sight, name).ok_or_else(none)?);
        }
        if let (Some(id), None, None) = (id, place.bay, place.zone) {
            let bay = state.reads.registry.bay_called(id);
            place.bay = bay.filter(|bay| sight.bay(*bay).is_some());
            if place.bay.is_none() {
                let none = || {
                    bad(
                        "address_id",
                        &format!("{} is no bay or zone here", quoted(id)),
                    )
                };
                place.zone = Some(zone_called(state, sight, id).ok_or_else(none)?);
            }
        }
        if let Some(bay) = place.bay {
            place.zone = Some(city.zone_of(bay));
        }
        if let (None, Some(point)) = (place.zone, place.point) {
            place.zone = nearest(city, point);
        }
        let nowhere = place.zone.is_none() && place.point.is_none() && place.address.is_none();
        if nowhere {
            return Err(bad(
                "lat",
                "and long are needed, or address_string, or attribute[bay]: where is it?",
            ));
        }
        place.is_one(city)?;
        Ok(place)
    }

    /// A point lies where the bay or zone does that is named with it: else what is said of one place would
    /// pass for what is said of another.
    fn is_one(&self, city: &City) -> Result<(), ApiError> {
        let Some(point) = self.point else {
            return Ok(());
        };
        let far = |m: f64, what: &str, id: &str| {
            let why = format!(
                "and long lie {m:.0} m from {what} {}: which is meant?",
                quoted(id)
            );
            bad("lat", &why)
        };
        match (self.bay, self.zone) {
            (Some(bay), _) => {
                let m = city.place(bay).distance_m(point);
                if m > NEAR_M {
                    return Err(far(m, "bay", city.bay_id(bay)));
                }
            }
            (None, Some(zone)) => {
                let spec = &city.zone(zone).spec;
                let m = spec.place.distance_m(point);
                let is_near = |bay: BayIx| city.place(bay).distance_m(point) <= NEAR_M;
                if m > IN_ZONE_M && !city.bays_of(zone).any(is_near) {
                    return Err(far(m, "zone", &spec.id));
                }
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// At what was booked: a bay, or the zone of a pool.
    fn booked(&mut self, state: &OpenState, city: &City, name: &str) {
        let registry = &state.reads.registry;
        self.bay = registry.bay(name).filter(|bay| city.is_live(*bay));
        if self.bay.is_none() {
            let zone = crate::domain::pool::PoolSeat::read(name);
            self.zone = zone.and_then(|seat| registry.zone(seat.zone));
        }
    }
}

/// The point, if both of its numbers are given.
fn point(form: &ReportForm) -> Result<Option<LatLon>, ApiError> {
    let lat = form.degrees("lat", 90.0)?;
    let lon = form.degrees("long", 180.0)?;
    match (lat, lon) {
        (Some(lat), Some(lon)) => Ok(Some(LatLon { lat, lon })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(bad("long", "is needed beside lat")),
        (None, Some(_)) => Err(bad("lat", "is needed beside long")),
    }
}

fn zone_called(state: &OpenState, sight: Sight<'_>, name: &str) -> Option<ZoneIx> {
    let found = state.reads.registry.zone_called(name);
    found.filter(|zone| sight.sees_zone(*zone))
}

/// The zone whose place lies nearest to a point, if that is near; of private ones none.
fn nearest(city: &City, point: LatLon) -> Option<ZoneIx> {
    let public = city
        .zones()
        .filter(|(at, zone)| !zone.removed && !is_private(city, *at));
    let far = public.map(|(at, zone)| (zone.spec.place.distance_m(point), at));
    let near = far.min_by(|one, other| one.0.total_cmp(&other.0));
    near.filter(|(m, _)| *m <= NEAR_M).map(|(_, at)| at)
}
