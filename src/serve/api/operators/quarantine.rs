//! What was refused and why, for operators.

use super::schema;
use crate::domain::Reason;
use crate::journal::{Filter, Quarantine};
use crate::serve::http::auth::{Admin, Doorman};
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
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

/// As the description's `int64` has it; no entry comes near.
const MAX_ID: u64 = i64::MAX as u64;

fn filter(query: Option<&str>) -> Result<Filter, ApiError> {
    let p = Params::read(query, &["reason", "source", "limit", "before"])?;
    Ok(Filter {
        reason: p.one_of("reason", Reason::parse, Reason::list)?,
        source: p.text("source").map(str::to_owned),
        partner: None,
        before_id: p.number("before", 0..=MAX_ID)?,
        limit: p.number("limit", 1..=Filter::MAX_LIMIT)?.unwrap_or(100),
    })
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
    let filter = filter(uri.query())?;
    let limit = filter.limit;
    let unreadable =
        |why: String| ApiError::Unavailable(format!("the quarantine cannot be read now: {why}"));
    let kept = tokio::task::spawn_blocking(move || own.quarantine.read(&filter))
        .await
        .map_err(|e| unreadable(e.to_string()))?
        .map_err(|e| unreadable(e.to_string()))?;
    let next = kept.last().filter(|_| kept.len() == limit).map(|k| k.id);
    Ok(Json(serde_json::json!({ "refused": kept, "next": next })))
}
