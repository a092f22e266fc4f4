//! What was refused of a partner's own, and why.
//!
//! Promise: a refusal is told to the partner whose key it came by, as that stood when it came, and
//! to no other, whatever it calls itself and however sources are named. What is older than the note
//! of whose it is, and what came by no key, is told to administrators only.

use crate::domain::Reason;
use crate::journal::{Filter, KeptRefusal, Quarantine};
use crate::serve::api::operators::schema::{QuarantineQuery, Quarantined};
use crate::serve::http::auth::{Doorman, KeyHolder};
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::Uri;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What these routes need.
pub(in crate::serve) struct RefusalsState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) quarantine: Quarantine,
}

impl FromRef<Arc<RefusalsState>> for Doorman {
    fn from_ref(own: &Arc<RefusalsState>) -> Self {
        own.doorman.clone()
    }
}

pub(super) fn routes(refusals_state: Arc<RefusalsState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(own_refusals))
        .with_state(refusals_state)
}

/// As the description's `int64` has it; no entry comes near.
const MAX_ID: u64 = i64::MAX as u64;

/// A page of refusals by the query of `/v1/quarantine`; `partner`: of one partner's keys alone.
///
/// # Errors
/// A parameter that cannot be, or a disk that cannot be read.
pub(in crate::serve) async fn page(
    quarantine: Quarantine,
    query: Option<&str>,
    partner: Option<String>,
) -> Result<Json<Value>, ApiError> {
    let p = Params::read(query, &["reason", "source", "limit", "before"])?;
    let limit = p.number("limit", 1..=Filter::MAX_LIMIT)?.unwrap_or(100);
    let filter = Filter {
        reason: p.one_of("reason", Reason::parse, Reason::list)?,
        source: p.text("source").map(str::to_owned),
        partner,
        before_id: p.number("before", 0..=MAX_ID)?,
        limit,
    };
    let unreadable =
        |why: String| ApiError::Unavailable(format!("the quarantine cannot be read now: {why}"));
    let kept: Vec<KeptRefusal> = tokio::task::spawn_blocking(move || quarantine.read(&filter))
        .await
        .map_err(|e| unreadable(e.to_string()))?
        .map_err(|e| unreadable(e.to_string()))?;
    let next = kept.last().filter(|_| kept.len() == limit).map(|k| k.id);
    Ok(Json(json!({ "refused": kept, "next": next })))
}

/// What was refused of what your keys sent, and why, newest first.
///
/// With any key of the partner. The next page is asked for with `before` = `next`. What is kept is
/// bounded, so what is old may be gone.
#[utoipa::path(
    get, path = "/v1/partners/me/quarantine", tag = "partners", security(("key" = [])),
    params(QuarantineQuery),
    responses(
        (status = 200, description = "Refusals, newest first", body = Quarantined),
        problems::BadParameter, problems::NoKey, problems::Unreadable,
    )
)]
async fn own_refusals(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<RefusalsState>>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let partner = Some(grant.partner.to_string());
    page(own.quarantine.clone(), uri.query(), partner).await
}
