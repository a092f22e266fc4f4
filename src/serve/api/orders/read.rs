//! Orders as everybody may read them.

use super::cap;
use super::schema::{self, OrdersQuery};
use crate::domain::{BBox, OrderState};
use crate::orders::{StandingOrder, told};
use crate::serve::http::auth::Reader;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::serve::state::ReadState;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Orders of a page.
const LIMIT: usize = 100;
const MOST: usize = 1000;

pub(super) fn routes(reads: Arc<ReadState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_orders))
        .routes(routes!(get_order))
        .with_state(reads)
}

/// Orders of the authority: what is closed, will be, and was lately.
///
/// Those that changed last come first. Streams tell each change as it comes (`event: order`); so do
/// MQTT (`bayhub/v1/orders/#`) and webhooks (`order.*`).
#[utoipa::path(
    get, path = "/v1/orders", tag = "orders", params(OrdersQuery),
    responses(
        (status = 200, description = "A page of them", body = schema::CityOrders),
        problems::BadParameter, problems::NoKey,
    )
)]
async fn get_orders(
    _: Reader,
    State(own): State<Arc<ReadState>>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let p = Params::read(uri.query(), &["active", "bbox", "limit", "cursor"])?;
    let active = p
        .text("active")
        .is_some()
        .then(|| p.flag("active"))
        .transpose()?;
    let bbox = p.bbox("bbox")?;
    let limit = p.number("limit", 1..=MOST)?.unwrap_or(LIMIT);
    let before = p.text("cursor").map(cursor::read_place).transpose()?;
    let known = own.orders.book().picture();
    let now = own.clock.now();
    let wanted = known.orders.iter().rev().filter(|one| {
        let state = one.order.state(now);
        let is_active = state == OrderState::Active;
        before.is_none_or(|(change, _)| one.change < change)
            && active.is_none_or(|active| active == is_active)
            && bbox.is_none_or(|bbox| lies_in(&own, one, bbox))
    });
    let mut page: Vec<&StandingOrder> = wanted.take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more);
    let next = next.map(|one| cursor::write_place(one.change, 0));
    let orders: Vec<Value> = page.iter().map(|one| told(&one.order, now)).collect();
    Ok(Json(json!({"orders": orders, "next": next})))
}

/// Whether any zone that it concerns lies there.
fn lies_in(own: &ReadState, one: &StandingOrder, bbox: BBox) -> bool {
    let city = own.registry.city();
    let mut zones = one.zones.iter().filter(|zone| zone.0 < city.zone_count());
    zones.any(|zone| bbox.contains(city.zone(*zone).spec.place))
}

/// One order, as it is now.
///
/// With `.cap` behind its id, or asked for as `application/cap+xml`, it is an alert of CAP 1.2.
#[utoipa::path(
    get, path = "/v1/orders/{order}", tag = "orders",
    params(("order" = String, Path, description = "The order's id; for CAP 1.2 with `.cap` behind it")),
    responses(
        (status = 200, description = "The order", body = schema::CityOrder),
        problems::BadPath, problems::NoKey, problems::NoSuchOrder,
    )
)]
async fn get_order(
    _: Reader,
    State(own): State<Arc<ReadState>>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let (name, as_cap) = match id.strip_suffix(".cap") {
        Some(name) => (name, true),
        None => (&*id, cap::is_wanted(&headers)),
    };
    let known = own.orders.book().picture();
    let one = known.order(name).ok_or(crate::orders::OrderFault::NoSuch)?;
    if as_cap {
        return Ok(cap::answer(&own, &one.order));
    }
    Ok(Json(told(&one.order, own.clock.now())).into_response())
}
