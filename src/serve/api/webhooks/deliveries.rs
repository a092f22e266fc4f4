//! What an endpoint was told: looked at, and told again.

use super::schema;
use super::{WebhooksState, of};
use crate::domain::Millis;
use crate::serve::http::auth::KeyHolder;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, TwoIds};
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::webhooks::{DeliveryPage, DeliveryRow, DeliveryStatus, WebhookFault};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_LIMIT: u32 = 1_000;
const DEFAULT_LIMIT: u32 = 100;

pub(super) fn routes(own: Arc<WebhooksState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_deliveries))
        .routes(routes!(resend_delivery))
        .routes(routes!(replay_webhook))
        .with_state(own)
}

/// What an endpoint was told and is to be told, the newest first.
///
/// Facts stay until they are delivered; of what was delivered the newest are kept, 10,000 facts and
/// 200 others where the operator has not said otherwise.
#[utoipa::path(
    get, path = "/v1/webhooks/{webhook}/deliveries", tag = "partners", security(("key" = [])),
    params(("webhook" = String, Path, description = "The webhook's id"), schema::DeliveriesQuery),
    responses(
        (status = 200, description = "A page", body = schema::Deliveries),
        problems::BadParameter, problems::NoKey, problems::NoSuchWebhook, problems::NotNow,
    )
)]
async fn get_deliveries(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    Id(id): Id,
    uri: Uri,
) -> Result<Json<schema::Deliveries>, ApiError> {
    let p = Params::read(uri.query(), &["status", "since", "limit", "cursor"])?;
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let page = DeliveryPage {
        status: p.one_of("status", DeliveryStatus::parse, DeliveryStatus::list)?,
        since: p.time("since")?.unwrap_or(Millis::NEVER),
        before: match p.text("cursor") {
            None => i64::MAX,
            Some(text) => cursor::read_number(Some(text))?,
        },
        limit: limit + 1,
    };
    let mut found = own.desk.deliveries(of(&grant), &id, page).await?;
    let next = cursor::page(&mut found, limit as usize, |row| row.id.to_string());
    let deliveries = found.into_iter().map(shown).collect();
    Ok(Json(schema::Deliveries { deliveries, next }))
}

/// Tell one message again, under its own id.
///
/// It goes before what waits and is newer. A state is told as it was then, with the time of then.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/deliveries/{delivery}/resend", tag = "partners", security(("key" = [])),
    params(
        ("webhook" = String, Path, description = "The webhook's id"),
        ("delivery" = String, Path, description = "The delivery's id"),
    ),
    responses(
        (status = 202, description = "It waits for its turn, durably"),
        problems::BadPath, problems::NoKey, problems::NoSuchWebhook, problems::NotNow,
    )
)]
async fn resend_delivery(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    TwoIds(id, delivery): TwoIds,
) -> Result<StatusCode, ApiError> {
    let delivery: i64 = delivery.parse().map_err(|_| WebhookFault::NoSuch)?;
    own.desk.resend(of(&grant), &id, delivery).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Tell all facts since a time again, in order, each under its own id.
///
/// As far as they are kept. Those that wait already are not counted.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/replay", tag = "partners", security(("key" = [])),
    params(("webhook" = String, Path, description = "The webhook's id"), schema::ReplayQuery),
    responses(
        (status = 202, description = "They wait for their turn, durably", body = schema::Replayed),
        problems::BadParameter, problems::NoKey, problems::NoSuchWebhook, problems::NotNow,
    )
)]
async fn replay_webhook(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    Id(id): Id,
    uri: Uri,
) -> Result<(StatusCode, Json<schema::Replayed>), ApiError> {
    let p = Params::read(uri.query(), &["since"])?;
    let since = p
        .time("since")?
        .ok_or_else(|| ApiError::bad("since", "since is needed"))?;
    let queued = own.desk.replay(of(&grant), &id, since).await?;
    Ok((StatusCode::ACCEPTED, Json(schema::Replayed { queued })))
}

fn shown(row: DeliveryRow) -> schema::Delivery {
    let waits = row.status == DeliveryStatus::Pending && !row.next_at.is_never();
    schema::Delivery {
        id: row.id.to_string(),
        webhook_id: row.message,
        r#type: row.kind,
        timestamp: row.at.to_string(),
        status: row.status.name(),
        attempts: row.attempts,
        answered: row.answered,
        reason: row.why,
        next_attempt_at: waits.then(|| row.next_at.to_string()),
        done_at: row.done_at.map(|at| at.to_string()),
    }
}
