//! What is wrong with the registry as it is now.

use super::registry::RegistryState;
use super::schema::{FaultCount, FaultsQuery, RegistryFault, RegistryFaults};
use crate::domain::FaultKind;
use crate::registry::{CityFault, CityFaults};
use crate::serve::http::auth::Admin;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How many faults are told at once.
const LIMIT: usize = 100;
const MOST: usize = 1000;

pub(super) fn routes(registry_state: Arc<RegistryState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(registry_faults))
        .with_state(registry_state)
}

/// What is wrong with the registry as it is now.
///
/// Nothing of it keeps the hub from answering, but answers mislead: zones nobody has placed or far from
/// all others, bays outside their zone, several bays at one place, zones of a kind on the same ground,
/// more bays than a zone says, devices that watch a bay that is not there. Worked out when the registry
/// has changed; the first answer after that takes its time.
#[utoipa::path(
    get, path = "/v1/admin/registry/faults", tag = "operators", security(("key" = ["admin"])),
    params(FaultsQuery),
    responses(
        (status = 200, description = "How many of each kind, and the first of them", body = RegistryFaults),
        problems::BadParameter, problems::Keyed, problems::NotNow,
    )
)]
async fn registry_faults(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    uri: Uri,
) -> Result<Json<RegistryFaults>, ApiError> {
    let p = Params::read(uri.query(), &["kind", "limit"])?;
    let kind = p.one_of("kind", FaultKind::parse, FaultKind::list)?;
    let limit = p.number("limit", 1..=MOST)?.unwrap_or(LIMIT);
    let registry = own.registry.clone();
    let found = tokio::task::spawn_blocking(move || registry.faults()).await;
    let found = found.map_err(|e| {
        let why = format!("what is wrong could not be worked out: {e}");
        ApiError::Unavailable(why)
    })?;
    Ok(Json(told(&found, kind, limit)))
}

fn told(found: &CityFaults, kind: Option<FaultKind>, limit: usize) -> RegistryFaults {
    let counts = FaultKind::ALL.into_iter().zip(found.counts);
    let counts = counts.map(|(kind, count)| FaultCount {
        kind: kind.name(),
        count,
    });
    let wanted = found.told.iter();
    let wanted = wanted.filter(|fault| kind.is_none_or(|kind| fault.kind == kind));
    RegistryFaults {
        counts: counts.collect(),
        faults: wanted.take(limit).map(one).collect(),
    }
}

fn one(fault: &CityFault) -> RegistryFault {
    RegistryFault {
        kind: fault.kind.name(),
        zone: fault.zone.clone(),
        bay: fault.bay.clone(),
        lat: fault.place.map(|place| place.lat),
        lon: fault.place.map(|place| place.lon),
        message: fault.what.clone(),
    }
}
