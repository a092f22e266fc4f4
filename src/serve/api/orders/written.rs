//! Orders issued, changed, confirmed and ended.

use super::{asked, schema};
use crate::orders::{Issued, OrderDesk, OrderRequest, Signer, told};
use crate::partners::Grant;
use crate::partners::Scope;
use crate::serve::http::auth::Orderer;
use crate::serve::http::body;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::idempotency::idempotency_key;
use crate::serve::http::problems;
use crate::serve::state::ReadState;
use crate::sharing::digest;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest body: ten thousand ids.
const MAX: usize = 1 << 20;

pub(super) fn routes(reads: Arc<ReadState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(post_order))
        .routes(routes!(patch_order))
        .routes(routes!(end_order))
        .routes(routes!(confirm_order))
        .layer(DefaultBodyLimit::max(MAX))
        .with_state(reads)
}

/// Issue an order: close a street, keep kerb free, have all leave.
///
/// In force, its bays are `closed` in every answer, stream and search; bookings under it get another bay or
/// the money back at once; settled time counts as closed. Every stream, subscriber and endpoint that wants to
/// is told within a second or two. An emergency is in force at once, and is to be confirmed with a second key
/// within ten minutes. An exercise reaches everybody and closes nothing.
#[utoipa::path(
    post, path = "/v1/orders", tag = "orders", security(("key" = ["order"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters; remembered for 24 hours")),
    request_body = schema::OrderAsked,
    responses(
        (status = 201, description = "In force when it says, durably", body = schema::CityOrder),
        problems::BadField, problems::Keyed, problems::Over1MiB, problems::NotJson,
        problems::OrderDoesNotFit, problems::BusyOrUsedUp, problems::NotNow,
    )
)]
async fn post_order(
    Orderer(grant): Orderer,
    State(own): State<Arc<ReadState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let key = idempotency_key(request.headers())?;
    let (members, bytes) = body::object_of(request, MAX).await?;
    let draft = asked::draft(&members)?;
    let request = key.map(|key| OrderRequest {
        key: key.to_string(),
        digest: digest(&bytes),
    });
    let by = signer(&grant);
    // Whoever asks may hang up: it is carried out to its end all the same.
    let issued = whole(&own.orders, async move |desk| {
        desk.issue(draft, &by, request).await
    })
    .await?;
    let place = format!("/v1/orders/{}", issued.order.name);
    let answer = Json(shown(&own, &issued));
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], answer).into_response())
}

/// Change an order: another version of it.
///
/// What is not named stays. It has an effect from when it is written down. Only for who issued it, and
/// administrators.
#[utoipa::path(
    patch, path = "/v1/orders/{order}", tag = "orders", security(("key" = ["order"])),
    params(("order" = String, Path, description = "The order's id")),
    request_body = schema::OrderChanged,
    responses(
        (status = 200, description = "So from now on, durably", body = schema::CityOrder),
        problems::BadField, problems::Keyed, problems::NoSuchOrder, problems::OrderHasEnded,
        problems::Over1MiB, problems::NotJson, problems::OrderDoesNotFit, problems::NotNow,
    )
)]
async fn patch_order(
    Orderer(grant): Orderer,
    State(own): State<Arc<ReadState>>,
    Id(id): Id,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let (members, _) = body::object_of(request, MAX).await?;
    let change = asked::change(&members)?;
    let by = signer(&grant);
    let issued = whole(&own.orders, async move |desk| {
        desk.amend(&id, change, &by).await
    })
    .await?;
    Ok(Json(shown(&own, &issued)))
}

/// End an order now.
///
/// Its bays are what they are seen to be again. It stays to be read. Only for who issued it, and
/// administrators.
#[utoipa::path(
    post, path = "/v1/orders/{order}/end", tag = "orders", security(("key" = ["order"])),
    params(("order" = String, Path, description = "The order's id")),
    responses(
        (status = 200, description = "Ended, durably", body = schema::CityOrder),
        problems::BadPath, problems::Keyed, problems::NoSuchOrder, problems::OrderHasEnded,
        problems::NotNow,
    )
)]
async fn end_order(
    Orderer(grant): Orderer,
    State(own): State<Arc<ReadState>>,
    Id(id): Id,
) -> Result<Json<Value>, ApiError> {
    let by = signer(&grant);
    let issued = whole(&own.orders, async move |desk| desk.end(&id, &by).await).await?;
    Ok(Json(shown(&own, &issued)))
}

/// Confirm an emergency with a second key.
///
/// With another key than it was issued with: of the same partner or another. Without it the order stays in
/// force and is told as unconfirmed after ten minutes.
#[utoipa::path(
    post, path = "/v1/orders/{order}/confirm", tag = "orders", security(("key" = ["order"])),
    params(("order" = String, Path, description = "The order's id")),
    responses(
        (status = 200, description = "Confirmed, durably", body = schema::CityOrder),
        problems::BadPath, problems::Keyed, problems::NoSuchOrder, problems::OrderHasEnded,
        problems::NotNow,
    )
)]
async fn confirm_order(
    Orderer(grant): Orderer,
    State(own): State<Arc<ReadState>>,
    Id(id): Id,
) -> Result<Json<Value>, ApiError> {
    let by = signer(&grant);
    let issued = whole(&own.orders, async move |desk| desk.confirm(&id, &by).await).await?;
    Ok(Json(shown(&own, &issued)))
}

/// Has the desk do it, to its end, whatever becomes of the request.
async fn whole<F>(
    desk: &Arc<OrderDesk>,
    act: impl FnOnce(Arc<OrderDesk>) -> F + Send + 'static,
) -> Result<Issued, ApiError>
where
    F: Future<Output = Result<Issued, crate::orders::OrderFault>> + Send + 'static,
{
    let done = tokio::spawn(act(desk.clone())).await;
    let done = done.map_err(|e| ApiError::Unavailable(format!("it was not carried out: {e}")))?;
    Ok(done?)
}

fn signer(grant: &Grant) -> Signer {
    Signer {
        partner: grant.partner.clone(),
        key: grant.name.clone(),
        is_admin: grant.scopes.has(Scope::Admin),
    }
}

/// To who has written it: with what it closes.
fn shown(own: &ReadState, issued: &Issued) -> Value {
    let mut told = told(&issued.order, own.clock.now());
    let (zones, bays) = issued.closes;
    told["closes"] = json!({"zones": zones, "bays": bays});
    told
}
