//! What was refused and why, for operators.

use super::schema;
use crate::journal::Quarantine;
use crate::serve::api::partners::quarantine::page;
use crate::serve::http::auth::{Admin, Doorman};
use crate::serve::http::error::ApiError;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::Uri;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What this route needs.
pub(in crate::serve) struct QuarantineState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) quarantine: Quarantine,
}

impl FromRef<Arc<QuarantineState>> for Doorman {
    fn from_ref(quarantine_state: &Arc<QuarantineState>) -> Self {
        quarantine_state.doorman.clone()
    }
}

pub(in crate::serve) fn routes(quarantine_state: Arc<QuarantineState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(quarantine))
        .with_state(quarantine_state)
}

/// What was refused, newest first.
///
/// The next page is asked for with `before` = `next`.
#[utoipa::path(
    get, path = "/v1/quarantine", tag = "operators", security(("key" = ["admin"])),
    params(schema::QuarantineQuery),
    responses(
        (status = 200, description = "Refusals, newest first", body = schema::Quarantined),
        problems::BadParameter, problems::Keyed, problems::Unreadable,
    )
)]
async fn quarantine(
    _: Admin,
    State(own): State<Arc<QuarantineState>>,
    uri: Uri,
) -> Result<Json<serde_json::Value>, ApiError> {
    page(own.quarantine.clone(), uri.query(), None).await
}
