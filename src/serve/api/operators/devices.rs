//! Devices, the bays they watch and how well they are: mapped while the hub runs, durable before they are
//! answered.
//!
//! A device that leaves a bay takes its word with it: the bay is claimed unknown in its name,
//! durably like any claim, or it would keep the last state of a sensor that now watches another
//! bay.

use super::registry::{RegistryState, unfit};
use super::schema;
use crate::domain::{Backing, BayStatus, Claim, Observation, Receipt, SourceKind, Submission};
use crate::registry::{self, DeviceSpec, Left};
use crate::serve::http::auth::Admin;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, says_json, whole};
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, Uri};
use serde::de::IgnoredAny;
use std::sync::Arc;
use tokio::sync::oneshot;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest change, some 150,000 devices. More come from a file, or in several calls.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// The most devices a page.
const MAX_PAGE: usize = 1000;

/// The most devices that are looked at for a page of those whose battery is low.
const MAX_LOOKED_AT: usize = 20_000;

pub(in crate::serve) fn routes(registry_state: Arc<RegistryState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(put_devices))
        .routes(routes!(devices))
        .routes(routes!(device))
        .routes(routes!(delete_device))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(registry_state)
}

impl RegistryState {
    fn listed(&self, spec: DeviceSpec) -> schema::ListedDevice {
        let source = self.registry.device(&spec.device).map(|known| known.source);
        let heard = source.and_then(|source| self.healths.of(source));
        schema::ListedDevice {
            spec,
            health: heard.map(schema::ToldHealth::from),
        }
    }

    /// What a device that has left said of its bay does not stand any more. Waits for room: an
    /// operator's change is not to be half done because reports are many.
    async fn forget(&self, left: Vec<Left>) -> Result<(), ApiError> {
        let unknown = |left: &Left| {
            Claim::Bay(Observation {
                at: self.clock.now(),
                seq: 0,
                bay: left.bay,
                source: left.source,
                source_kind: SourceKind::Sensor,
                status: BayStatus::Unknown,
                confidence: u8::MAX,
                backing: Backing::default(),
            })
        };
        let claims: Vec<Claim> = left.iter().map(unknown).collect();
        if claims.is_empty() {
            return Ok(());
        }
        let not_stored =
            "it is done, but the bay that was left keeps its last state until that lapses";
        let (told, stored) = oneshot::channel();
        let receipt = Receipt::new(move || _ = told.send(()));
        let sent = self
            .inbox
            .send(Submission {
                claims,
                refusals: Vec::new(),
                receipt,
            })
            .await;
        sent.map_err(|_| ApiError::Unavailable(not_stored.to_owned()))?;
        stored
            .await
            .map_err(|_| ApiError::Unavailable(not_stored.to_owned()))
    }
}

/// Map devices to bays, or map them anew: all of them or none.
///
/// An uplink names its device only; from then on it is of that bay. Where one does not fit nothing is changed. At
/// most 16 MiB.
#[utoipa::path(
    put, path = "/v1/admin/devices", tag = "operators", security(("key" = ["admin"])),
    request_body(content = Vec<schema::Device>, description = "As devices.json: an array, or one object"),
    responses(
        (status = 200, description = "Done, durably", body = schema::DevicesPut),
        problems::BadJson, problems::Keyed, problems::Over16MiB, problems::NotJson,
        problems::DoesNotFit, problems::NotNow,
    )
)]
async fn put_devices(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    request: Request,
) -> Result<Json<schema::DevicesPut>, ApiError> {
    if !says_json(request.headers()) {
        return Err(ApiError::UnsupportedMediaType("application/json"));
    }
    let body = whole(request, MAX_BODY).await?;
    serde_json::from_slice::<IgnoredAny>(&body)
        .map_err(|e| ApiError::malformed(format!("not JSON: {e}")))?;
    let edit = move |registry_state: &RegistryState| {
        let devices = registry::parse_devices(&body).map_err(|e| unfit(&e))?;
        let left = registry_state
            .registry
            .put_devices(&devices)
            .map_err(|e| unfit(&e))?;
        Ok((devices.len(), left))
    };
    let (devices, left) = Arc::clone(&own).change(edit).await?;
    own.forget(left).await?;
    Ok(Json(schema::DevicesPut { devices }))
}

/// The devices that are mapped, in the order of their ids.
///
/// Page by page by `cursor`, until `next` is null. `low_battery=true` lists only those that should be seen to.
#[utoipa::path(
    get, path = "/v1/admin/devices", tag = "operators", security(("key" = ["admin"])),
    params(schema::DevicesQuery),
    responses(
        (status = 200, description = "A page of devices", body = schema::Devices),
        problems::BadParameter, problems::Keyed,
    )
)]
async fn devices(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    uri: Uri,
) -> Result<Json<schema::Devices>, ApiError> {
    let p = Params::read(uri.query(), &["limit", "cursor", "low_battery"])?;
    let limit = p.number("limit", 1..=MAX_PAGE)?.unwrap_or(100);
    let low_only = p.flag("low_battery")?;
    let after = p
        .text("cursor")
        .map(cursor::read_text)
        .transpose()?
        .unwrap_or_default();
    let looked_at = if low_only { MAX_LOOKED_AT } else { limit };
    // One more than asked tells whether there is a next page.
    let mut found = own.registry.devices_after(&after, looked_at + 1);
    let mut more = found.len() > looked_at;
    found.truncate(looked_at);
    let mut devices = Vec::new();
    let mut last = None;
    for spec in found {
        if devices.len() == limit {
            more = true;
            break;
        }
        last = Some(spec.device.clone());
        let device = own.listed(spec);
        let is_low = || device.health.as_ref().and_then(|h| h.battery_low) == Some(true);
        if !low_only || is_low() {
            devices.push(device);
        }
    }
    let next = last.filter(|_| more).map(|id| cursor::write_text(&id));
    Ok(Json(schema::Devices { devices, next }))
}

/// One device, and how well it is.
///
/// With the bay it watches and what its frames have told of itself: `health` is of this process and begins anew
/// with it.
#[utoipa::path(
    get, path = "/v1/admin/devices/{device}", tag = "operators", security(("key" = ["admin"])),
    params(("device" = String, Path, description = "The device's id")),
    responses(
        (status = 200, description = "The device", body = schema::Device),
        problems::BadPath, problems::Keyed, problems::NoSuchDevice,
    )
)]
async fn device(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    Id(id): Id,
) -> Result<Json<schema::ListedDevice>, ApiError> {
    let spec = registry::device_id(&id)
        .ok()
        .and_then(|device| own.registry.device_spec(&device));
    let spec = spec.ok_or_else(|| missing(&id))?;
    Ok(Json(own.listed(spec)))
}

fn missing(id: &str) -> ApiError {
    ApiError::NotFound(format!("there is no device {}", quoted(id)))
}

/// Forget a device.
///
/// Its uplinks are refused as of an unknown device from then on.
#[utoipa::path(
    delete, path = "/v1/admin/devices/{device}", tag = "operators", security(("key" = ["admin"])),
    params(("device" = String, Path, description = "The device's id")),
    responses(
        (status = 204, description = "Gone, durably"),
        problems::BadPath, problems::Keyed, problems::NoSuchDevice, problems::NotNow,
    )
)]
async fn delete_device(
    _: Admin,
    State(own): State<Arc<RegistryState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let edit = move |registry_state: &RegistryState| {
        let device = registry::device_id(&id).map_err(|_| missing(&id))?;
        let known = registry_state.registry.device(&device);
        let left = registry_state
            .registry
            .remove_device(&device)
            .map_err(|e| ApiError::Unavailable(e.to_string()))?;
        if let Some(known) = known {
            registry_state.healths.forget(known.source);
        }
        left.ok_or_else(|| missing(&id))
    };
    let left = Arc::clone(&own).change(edit).await?;
    own.forget(left).await?;
    Ok(StatusCode::NO_CONTENT)
}
