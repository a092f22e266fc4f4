//! What of the data folder was lost and accepted, for administrators: listed, and acknowledged.

use super::schema;
use crate::serve::http::auth::{Admin, Doorman};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use std::io;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// One loss that an operator accepted at a start. Times are RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossTold {
    pub id: String,
    /// The part of the data folder, as `--accept-loss` names it.
    pub what: String,
    pub detail: String,
    pub accepted_at: String,
    pub acknowledged_at: Option<String>,
}

/// Who keeps the losses. Calls may wait for the disk.
pub trait LossDoor: Send + Sync {
    /// All, the oldest first.
    fn losses(&self) -> Vec<LossTold>;

    /// Notes, durably, that an operator knows of the loss; `false` if there is none of that id.
    ///
    /// # Errors
    /// When the disk refuses: it is then not acknowledged.
    fn acknowledge(&self, id: &str) -> io::Result<bool>;
}

/// Of a hub that has lost nothing.
pub struct NoLosses;

impl LossDoor for NoLosses {
    fn losses(&self) -> Vec<LossTold> {
        Vec::new()
    }

    fn acknowledge(&self, _: &str) -> io::Result<bool> {
        Ok(false)
    }
}

/// What these routes need.
pub(in crate::serve) struct LossesState {
    doorman: Doorman,
    losses: Arc<dyn LossDoor>,
}

impl LossesState {
    pub(in crate::serve) fn new(doorman: Doorman, losses: Arc<dyn LossDoor>) -> Self {
        Self { doorman, losses }
    }
}

impl FromRef<Arc<LossesState>> for Doorman {
    fn from_ref(losses_state: &Arc<LossesState>) -> Self {
        losses_state.doorman.clone()
    }
}

pub(in crate::serve) fn routes(losses_state: Arc<LossesState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_losses))
        .routes(routes!(acknowledge))
        .with_state(losses_state)
}

/// What of the data folder was lost, and that a start went on without.
///
/// Each stays until it is acknowledged; `/readyz` tells of it till then.
#[utoipa::path(
    get, path = "/v1/admin/losses", tag = "operators", security(("key" = ["admin"])),
    responses(
        (status = 200, description = "All losses, the oldest first", body = schema::LossList),
        problems::Keyed,
    )
)]
async fn get_losses(_: Admin, State(own): State<Arc<LossesState>>) -> Json<schema::LossList> {
    let told = own.losses.losses().into_iter();
    let losses = told
        .map(|l| schema::Loss {
            id: l.id,
            what: l.what,
            detail: l.detail,
            accepted_at: l.accepted_at,
            acknowledged_at: l.acknowledged_at,
        })
        .collect();
    Json(schema::LossList { losses })
}

/// Take note of a loss: `/readyz` tells of it no longer.
///
/// Doing it again changes nothing.
#[utoipa::path(
    post, path = "/v1/admin/losses/{loss}/ack", tag = "operators", security(("key" = ["admin"])),
    params(("loss" = String, Path, description = "The loss's id")),
    responses(
        (status = 204, description = "Taken note of, durably"),
        problems::BadPath, problems::Keyed, problems::NoSuchLoss, problems::NotNow,
    )
)]
async fn acknowledge(
    _: Admin,
    State(own): State<Arc<LossesState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let losses = own.losses.clone();
    let loss = id.clone();
    let done = tokio::task::spawn_blocking(move || losses.acknowledge(&loss)).await;
    let done = done.map_err(io::Error::other).and_then(|done| done);
    match done {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(ApiError::NotFound(format!(
            "there is no loss {}",
            quoted(&id)
        ))),
        Err(e) => Err(ApiError::Unavailable(format!("not taken note of: {e}"))),
    }
}
