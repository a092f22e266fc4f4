//! What is to be put on offer: one bay, or so many places of a zone.

use crate::domain::Pool;
use crate::domain::pool::MOST_PLACES;
use crate::partners::Grant;
use crate::serve::http::body::Fields;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::quoted;
use crate::serve::state::SharingState;
use std::sync::Arc;

/// The bay; or no name yet, and the places. Somebody else's are answered as if they were not there.
pub(super) fn asked(
    own: &SharingState,
    grant: &Grant,
    fields: &Fields<'_>,
) -> Result<(Arc<str>, Option<Pool>), ApiError> {
    let Some(zone) = fields.text("zone")? else {
        if fields.has("bays") {
            return Err(fields.bad("bays", "is of a zone, which is not named"));
        }
        return bay(own, grant, fields).map(|bay| (bay, None));
    };
    if fields.has("bay") {
        return Err(fields.bad(
            "zone",
            "cannot stand beside bay: an offer is of one of them",
        ));
    }
    let Some(places) = places(fields)? else {
        return Err(fields.bad("bays", "is needed: how many of the zone's are on offer"));
    };
    let known = own.registry.zone_called(zone).map(|ix| {
        let city = own.registry.city();
        Arc::<str>::from(city.zone(ix).spec.id.as_str())
    });
    let theirs = known.filter(|zone| own.desk.places(zone, &grant.partner) > 0);
    let Some(zone) = theirs else {
        return Err(ApiError::NoSuch {
            field: "zone",
            detail: format!("zone: you have no bays in zone {}", quoted(zone)),
        });
    };
    Ok(("".into(), Some(Pool { zone, places })))
}

/// How many places, where that is said.
pub(super) fn places(fields: &Fields<'_>) -> Result<Option<u32>, ApiError> {
    fields.whole("bays", 1..=MOST_PLACES)
}

fn bay(own: &SharingState, grant: &Grant, fields: &Fields<'_>) -> Result<Arc<str>, ApiError> {
    if !fields.has("bay") {
        return Err(fields.bad("bay", "is needed, or zone and bays"));
    }
    let bay = fields.needed("bay")?;
    let known = own.registry.bay_id(bay);
    let bay = known.as_deref().unwrap_or(bay);
    let owner = own.desk.owner(bay);
    if owner.is_none_or(|owner| owner != grant.partner) {
        let detail = format!("bay: you have no bay {}", quoted(bay));
        return Err(ApiError::NoSuch {
            field: "bay",
            detail,
        });
    }
    Ok(bay.into())
}
