//! How each source does: when it was last heard, how late it is, what was taken of it and what
//! refused.
//!
//! Whether a sensor is stuck is not said: the hub goes by rank and time of words and holds no belief of
//! that yet.

use super::question::AuthorityState;
use super::schema;
use crate::domain::{Millis, SourceIx};
use crate::serve::http::auth::Overseer;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sources))
        .with_state(authority_state)
}

/// Every source, in the order in which they were enrolled, and how it does.
///
/// Counts begin when the hub was started (`since`). Walk with `cursor` until `next` is null.
#[utoipa::path(
    get, path = "/v1/sources", tag = "authority", security(("key" = ["monitor"])),
    params(schema::SourcesQuery),
    responses(
        (status = 200, description = "A page of sources", body = schema::Sources),
        problems::BadParameter, problems::Keyed, problems::NoSuchSource,
    )
)]
async fn sources(
    _: Overseer,
    State(own): State<Arc<AuthorityState>>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let p = Params::read(uri.query(), &["source", "limit", "cursor"])?;
    let limit = p.number("limit", 1..=1000_u32)?.unwrap_or(100);
    let now = own.doorman.clock.now();
    let answer = |shown: Vec<Value>, next: Option<String>| {
        Json(
            json!({"at": now.to_string(), "since": own.ledger().since().to_string(), "next": next, "sources": shown}),
        )
    };
    if let Some(id) = p.text("source") {
        let known = own.registry.source(id).map(|(source, _)| source);
        let known =
            known.ok_or_else(|| ApiError::NotFound("no such source has ever spoken".to_owned()))?;
        return Ok(answer(show(&own, known, now).into_iter().collect(), None));
    }
    let first = p
        .text("cursor")
        .map(cursor::read)
        .transpose()?
        .map_or(0, |last| last.saturating_add(1));
    let count = own.registry.source_count();
    let end = count.min(first.saturating_add(limit));
    let shown = (first..end)
        .filter_map(|n| show(&own, SourceIx(n), now))
        .collect();
    Ok(answer(shown, (end < count).then(|| cursor::write(end - 1))))
}

fn show(own: &AuthorityState, source: SourceIx, now: Millis) -> Option<Value> {
    let id = own.registry.source_id(source)?;
    let (_, kind) = own.registry.source(&id)?;
    let sent = own.ledger().of(source).unwrap_or_default();
    let at = |t: Millis| (!t.is_never()).then(|| t.to_string());
    let age = |t: Millis| (!t.is_never()).then(|| now.since(t) as f64 / 1000.0);
    let refused: Map<String, Value> = sent
        .refused
        .iter()
        .map(|(why, n)| (why.name().to_owned(), json!(n)))
        .collect();
    let lag = (sent.accepted > 0).then(|| sent.heard_at.since(sent.observed_at) as f64 / 1000.0);
    Some(json!({
        "source": &*id, "kind": kind.name(), "online": sent.online,
        "heard_at": at(sent.heard_at), "silent_s": age(sent.heard_at),
        "observed_at": at(sent.observed_at), "lag_s": lag,
        "accepted": sent.accepted, "refused": refused,
    }))
}
