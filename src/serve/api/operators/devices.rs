//! LoRaWAN devices and the bays they watch: mapped while the hub runs, durable before they are
//! answered.
//!
//! A device that leaves a bay takes its word with it: the bay is claimed unknown in its name,
//! durably like any claim, or it would keep the last state of a sensor that now watches another
//! bay.

use super::registry::{RegistryState, unfit};
use super::schema;
use crate::domain::{Backing, BayStatus, Claim, Observation, Receipt, SourceKind, Submission};
use crate::registry::{self, Left};
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

pub(in crate::serve) fn routes(registry_state: Arc<RegistryState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(put_devices))
        .routes(routes!(devices))
        .routes(routes!(delete_device))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(registry_state)
}

impl RegistryState {
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
) -> Result<Json<serde_json::Value>, ApiError> {
    let p = Params::read(uri.query(), &["limit", "cursor"])?;
    let limit = p.number("limit", 1..=MAX_PAGE)?.unwrap_or(100);
    let after = p
        .text("cursor")
        .map(cursor::read_text)
        .transpose()?
        .unwrap_or_default();
    // One more than asked tells whether there is a next page.
    let mut devices = own.registry.devices_after(&after, limit + 1);
    let more = devices.len() > limit;
    devices.truncate(limit);
    let next = devices
        .last()
        .filter(|_| more)
        .map(|d| cursor::write_text(&d.device));
    Ok(Json(
        serde_json::json!({ "devices": devices, "next": next }),
    ))
}

/// Forget a device.
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
        let missing = || ApiError::NotFound(format!("there is no device {}", quoted(&id)));
        let device = registry::device_id(&id).map_err(|_| missing())?;
        let left = registry_state
            .registry
            .remove_device(&device)
            .map_err(|e| ApiError::Unavailable(e.to_string()))?;
        left.ok_or_else(missing)
    };
    let left = Arc::clone(&own).change(edit).await?;
    own.forget(left).await?;
    Ok(StatusCode::NO_CONTENT)
}
