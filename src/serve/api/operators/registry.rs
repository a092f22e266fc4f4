//! Changes to the registry while the hub runs: zones and bays as GeoJSON, durable before they are
//! answered.
//!
//! One change at a time, so that the check for room and the change itself cannot be parted by
//! another one.

use super::schema;
use crate::domain::Clock;
use crate::inbox::InboxSender;
use crate::ingest::gate::DeviceHealths;
use crate::live::{Live, is_private};
use crate::registry::city::{BaySpec, City};
use crate::registry::{Registry, RegistryError, geojson};
use crate::serve::OnChange;
use crate::serve::http::auth::{Admin, Doorman};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, says_json, whole};
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::StatusCode;
use serde::de::IgnoredAny;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest change, some 50,000 bays. A whole city comes from files.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// What these routes need.
pub(in crate::serve) struct RegistryState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) registry: Arc<Registry>,
    pub(in crate::serve) live: Arc<Live>,
    pub(in crate::serve) clock: Arc<dyn Clock>,
    /// The journal listens: for what a change means for bays already claimed.
    pub(in crate::serve) inbox: InboxSender,
    pub(in crate::serve) on_change: OnChange,
    /// How well devices are.
    pub(in crate::serve) healths: Arc<DeviceHealths>,
    /// Held for the whole of a change, on threads that may block.
    pub(in crate::serve) one: Mutex<()>,
}

impl FromRef<Arc<RegistryState>> for Doorman {
    fn from_ref(registry_state: &Arc<RegistryState>) -> Self {
        registry_state.doorman.clone()
    }
}

pub(in crate::serve) fn routes(registry_state: Arc<RegistryState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(put_zones))
        .routes(routes!(put_bays))
        .routes(routes!(delete_zone))
        .routes(routes!(delete_bay))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(registry_state)
}

impl RegistryState {
    /// Makes a change where blocking is allowed, and tells of it.
    pub(in crate::serve) async fn change<T: Send + 'static>(
        self: Arc<Self>,
        edit: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let done = tokio::task::spawn_blocking(move || {
            let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
            let before = Arc::clone(&self.registry.city());
            let done = edit(&self)?;
            self.tell_of_sight(&before);
            self.live.feed().city_changed();
            (self.on_change)();
            Ok(done)
        });
        done.await.unwrap_or_else(|e| {
            Err(ApiError::Unavailable(format!(
                "the change was broken off: {e}"
            )))
        })
    }

    /// Tells who follows zones that have become private, or are so no more.
    fn tell_of_sight(&self, before: &City) {
        let city = self.registry.city();
        self.live.link_parts(&city);
        let seen =
            |city: &City, zone| !is_private(city, zone) || city.bays_of(zone).next().is_some();
        for (zone, now) in city
            .zones()
            .filter(|(zone, _)| zone.0 < before.zone_count())
        {
            if seen(before, zone) && !seen(&city, zone) {
                self.live.leave(zone);
            } else if before.zone(zone).spec.kind != now.spec.kind
                || before.zone(zone).parts != now.parts
            {
                self.live.touch(zone);
            }
        }
    }

    fn put_zones(&self, body: &[u8]) -> Result<usize, ApiError> {
        let zones = geojson::parse_zones(body, self.registry.usual_crs()).map_err(|e| unfit(&e))?;
        let city = self.registry.city();
        let added = zones
            .iter()
            .filter(|z| self.registry.zone_called(&z.id).is_none())
            .count();
        fits("zones", city.zone_count(), added, self.live.zone_capacity())?;
        let count = zones.len();
        self.registry
            .put_zones_at(zones, self.clock.now())
            .map_err(|e| unfit(&e))?;
        Ok(count)
    }

    fn put_bays(&self, body: &[u8]) -> Result<usize, ApiError> {
        let bays = geojson::parse_bays(body, self.registry.usual_crs()).map_err(|e| unfit(&e))?;
        let city = self.registry.city();
        let added = bays.iter().filter(|b| !self.stays(&city, b)).count();
        fits("bays", city.bay_slots(), added, self.live.bay_capacity())?;
        let count = bays.len();
        self.registry
            .put_bays_at(bays, self.clock.now())
            .map_err(|e| unfit(&e))?;
        Ok(count)
    }

    /// Whether the bay keeps its place in the live view: one that moves gets a new one, and its old
    /// stays empty.
    fn stays(&self, city: &City, bay: &BaySpec) -> bool {
        self.registry.bay_called(&bay.id).is_some_and(|known| {
            let was = city.place_e7(known);
            was == bay.place.e7()
                && self.registry.zone_called(&bay.zone) == Some(city.zone_of(known))
        })
    }
}

fn fits(what: &str, used: u32, added: usize, room: u32) -> Result<(), ApiError> {
    if used as usize + added <= room as usize {
        return Ok(());
    }
    Err(ApiError::RegistryFull(format!(
        "there is room for {room} {what} until a restart, {used} are taken and this would add {added}"
    )))
}

/// The registry's messages, one a line.
pub(in crate::serve) fn unfit(e: &RegistryError) -> ApiError {
    ApiError::Contradiction(
        e.to_string()
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

/// The body, if it says it is JSON and is.
async fn json(request: Request) -> Result<Bytes, ApiError> {
    if !says_json(request.headers()) {
        return Err(ApiError::UnsupportedMediaType(
            "application/geo+json or application/json",
        ));
    }
    let body = whole(request, MAX_BODY).await?;
    serde_json::from_slice::<IgnoredAny>(&body)
        .map_err(|e| ApiError::malformed(format!("not JSON: {e}")))?;
    Ok(body)
}

/// Add or change zones: all of them or none.
///
/// A zone of an id that is known is changed, any other is added. Where one does not fit nothing is changed, and
/// `errors` has every fault. At most 16 MiB; a whole city comes from files.
#[utoipa::path(
    put, path = "/v1/admin/zones", tag = "operators", security(("key" = ["admin"])),
    request_body(content = schema::CityFeatures, content_type = "application/geo+json",
        description = "A Feature or a FeatureCollection, as in zones.geojson"),
    responses(
        (status = 200, description = "Done, durably", body = schema::ZonesPut),
        problems::BadJson, problems::Keyed, problems::Over16MiB, problems::NotGeoJson,
        problems::DoesNotFit, problems::NotNow, problems::NoRoom,
    )
)]
async fn put_zones(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    request: Request,
) -> Result<Json<schema::ZonesPut>, ApiError> {
    let body = json(request).await?;
    let zones = own
        .change(move |registry_state| registry_state.put_zones(&body))
        .await?;
    Ok(Json(schema::ZonesPut { zones }))
}

/// Add or change bays: all of them or none.
///
/// A bay of an id that is known is changed, any other is added. Where one does not fit nothing is changed, and
/// `errors` has every fault. At most 16 MiB; a whole city comes from files.
#[utoipa::path(
    put, path = "/v1/admin/bays", tag = "operators", security(("key" = ["admin"])),
    request_body(content = schema::CityFeatures, content_type = "application/geo+json",
        description = "A Feature or a FeatureCollection, as in bays.geojson"),
    responses(
        (status = 200, description = "Done, durably", body = schema::BaysPut),
        problems::BadJson, problems::Keyed, problems::Over16MiB, problems::NotGeoJson,
        problems::DoesNotFit, problems::NotNow, problems::NoRoom,
    )
)]
async fn put_bays(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    request: Request,
) -> Result<Json<schema::BaysPut>, ApiError> {
    let body = json(request).await?;
    let bays = own
        .change(move |registry_state| registry_state.put_bays(&body))
        .await?;
    Ok(Json(schema::BaysPut { bays }))
}

/// Remove a zone that has no bays.
///
/// Remove or move its bays first. What is known of its past stays in the history.
#[utoipa::path(
    delete, path = "/v1/admin/zones/{zone}", tag = "operators", security(("key" = ["admin"])),
    params(("zone" = String, Path, description = "The zone's id")),
    responses(
        (status = 204, description = "Gone, durably"),
        problems::BadPath, problems::Keyed, problems::NoSuchZone, problems::StillHasBays,
        problems::NotNow,
    )
)]
async fn delete_zone(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    own.change(move |registry_state| {
        let zone = registry_state.registry.zone_called(&id);
        let city = registry_state.registry.city();
        let zone =
            zone.ok_or_else(|| ApiError::NotFound(format!("there is no zone {}", quoted(&id))))?;
        let bays = city.bays_of(zone).count();
        if bays > 0 {
            return Err(ApiError::Conflict(format!(
                "the zone still has {bays} bays; remove or move them first"
            )));
        }
        let parts = city.zone(zone).parts.len();
        if parts > 0 {
            return Err(ApiError::Conflict(format!(
                "the zone still has {parts} areas or floors; remove them first"
            )));
        }
        registry_state
            .registry
            .remove_zone(&id)
            .map_err(|e| ApiError::Unavailable(e.to_string()))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a bay.
///
/// Nobody is shown it from then on. What it has been used for stays in the history.
#[utoipa::path(
    delete, path = "/v1/admin/bays/{bay}", tag = "operators", security(("key" = ["admin"])),
    params(("bay" = String, Path, description = "The bay's id")),
    responses(
        (status = 204, description = "Gone, durably"),
        problems::BadPath, problems::Keyed, problems::NoSuchBay, problems::NotNow,
    )
)]
async fn delete_bay(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    own.change(move |registry_state| {
        if registry_state.registry.bay_called(&id).is_none() {
            return Err(ApiError::NotFound(format!(
                "there is no bay {}",
                quoted(&id)
            )));
        }
        registry_state
            .registry
            .remove_bays_at(std::slice::from_ref(&id), registry_state.clock.now())
            .map_err(|e| ApiError::Unavailable(e.to_string()))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
