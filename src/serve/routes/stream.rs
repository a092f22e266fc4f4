//! The live streams: zones and their bays as they change, and what becomes of a booking app's
//! reservations.

use crate::serve::auth::{Booker, Doorman, Reader};
use crate::serve::error::ApiError;
use crate::serve::params::Params;
use crate::serve::sse::{Own, Selection, Streams};
use crate::serve::{negotiate, schema};
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What a client that reconnects says it had last.
const LAST_EVENT_ID: &str = "last-event-id";

/// Tells nginx and its like to pass events on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

impl FromRef<Arc<Streams>> for Doorman {
    fn from_ref(streams: &Arc<Streams>) -> Self {
        streams.reads.doorman.clone()
    }
}

pub(in crate::serve) fn routes(streams: Arc<Streams>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(stream))
        .with_state(streams)
}

/// Zones as they change, by Server-Sent Events.
///
/// First the state of everything that is followed, then each change: `zone` (as
/// `/v1/zones/{zone}`), with `bays=true` also `bay`, and `gone` for a zone that was removed.
/// Changes that come close together melt into one; the newest state always comes. Each event has an
/// `id`; a client that comes back with the last one it read is told what changed meanwhile, or
/// `resync` where that cannot be told, followed by the state of everything. A comment is sent every
/// 15 s of silence. `/v1/asyncapi.json` describes the events.
#[utoipa::path(
    get, path = "/v1/stream", tag = "drivers",
    params(schema::StreamQuery),
    responses(
        (status = 200, description = "Events, until the client or the hub ends it", body = String, content_type = "text/event-stream"),
        (status = 400, description = "A parameter cannot be", body = schema::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such zone", body = schema::Problem, content_type = "application/problem+json"),
        (status = 406, description = "Not in that format", body = schema::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many streams", body = schema::Problem, content_type = "application/problem+json"),
    )
)]
async fn stream(
    _: Reader,
    State(own): State<Arc<Streams>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    negotiate::takes_events(&headers)?;
    let p = Params::read(uri.query(), &["zones", "bbox", "bays", "last_event_id"])?;
    let what = Selection::read(&own.reads, &p)?;
    Ok(events(own.follow(what, held(&headers, &p))?))
}

/// What the client says it had last. The header is the browser's own and newer than the address it
/// was given; bytes that are no text are no id.
fn held<'a>(headers: &'a HeaderMap, p: &'a Params<'_>) -> Option<&'a str> {
    headers
        .get(LAST_EVENT_ID)
        .map(|v| v.to_str().unwrap_or("?"))
        .or(p.text("last_event_id"))
}

fn events(body: Body) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (NO_BUFFERING, HeaderValue::from_static("no")),
    ];
    (headers, body).into_response()
}

/// A booking app's own reservations.
pub(in crate::serve) fn own_routes(own: Arc<Own>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(own_reservations))
        .with_state(own)
}

/// What becomes of your reservations, by Server-Sent Events.
///
/// First those that stand (`reservation` with the `event` `standing`), then `ready`, then a
/// `reservation` for each thing that happens to one: `held`, `confirmed`, `moved` (it has another
/// bay), `active`, `completed`, `cancelled`, `expired`, `no_show`; `cause` says whose doing it was,
/// and `reservation` is as it is now. A client that comes back with the `id` it read last is told
/// everything since, also after a restart; `resync` where the id is none of ours, followed by all
/// that stand. With several hubs on one database an event may come twice. A comment is sent every
/// 15 s of silence. At most 32 at a time for one partner.
#[utoipa::path(
    get, path = "/v1/reservations/stream", tag = "booking", security(("key" = ["book"])),
    params(schema::OwnStreamQuery),
    responses(
        (status = 200, description = "Events, until the client or the hub ends it", body = String, content_type = "text/event-stream"),
        (status = 400, description = "A parameter cannot be", body = schema::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No key, or not a good one", body = schema::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key lacks the scope", body = schema::Problem, content_type = "application/problem+json"),
        (status = 406, description = "Not in that format", body = schema::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many streams, or not now", body = schema::Problem, content_type = "application/problem+json"),
    )
)]
async fn own_reservations(
    Booker(grant): Booker,
    State(own): State<Arc<Own>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    negotiate::takes_events(&headers)?;
    let p = Params::read(uri.query(), &["last_event_id"])?;
    Ok(events(own.follow(&grant, held(&headers, &p)).await?))
}
