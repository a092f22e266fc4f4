//! The live stream: zones and their bays as they change.

use super::schema;
use crate::serve::http::auth::{Doorman, Reader};
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::http::events::{LAST_ID, LAST_ID_ALIAS, events, last_event_id};
use crate::serve::http::negotiate;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::serve::sight::Eyes;
use crate::serve::sse::{Selection, Streams};
use crate::serve::told_in::CRS;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

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
/// `/v1/zones/{zone}`), with `bays=true` also `bay` (with `"gone":true` for one that has left sight),
/// with `forecast=true` zones with what is expected of them in half an hour, one and two (as of the
/// change), and `gone` for a zone that was removed or has left the box; zones that come into it are followed.
/// Changes that come close together melt into one; the newest state always comes. Each event has an
/// `id`; a client that comes back with the last one it read is told what changed meanwhile, or
/// `resync` where that cannot be told, followed by the state of everything. A comment is sent every
/// 15 s of silence. `/v1/asyncapi.json` describes the events, and the same on a WebSocket at `/v1/stream/ws`.
#[utoipa::path(
    get, path = "/v1/stream", tag = "drivers",
    params(schema::StreamQuery),
    responses(
        (status = 200, description = "Events, until the client or the hub ends it", body = String, content_type = "text/event-stream"),
        problems::BadParameter, problems::NoSuchZone, problems::NotInThatFormat,
        problems::TooManyStreams,
    )
)]
async fn stream(
    _: Reader,
    caller: Caller,
    State(own): State<Arc<Streams>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    negotiate::takes_events(&headers)?;
    let known = [
        "zones",
        "bbox",
        "bays",
        "forecast",
        CRS,
        LAST_ID,
        LAST_ID_ALIAS,
    ];
    let p = Params::read(uri.query(), &known)?;
    let what = Selection::read(&own.reads, &p, &Eyes::of(&caller))?;
    Ok(events(own.follow(
        what,
        &caller,
        last_event_id(&headers, &p)?,
    )?))
}
