//! Answers that never end: what every stream of Server-Sent Events shares on the wire.

use super::params::Params;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// What a client that reconnects says it had last.
const LAST_EVENT_ID: &str = "last-event-id";

/// Tells nginx and its like to pass events on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What the client says it had last. The header is the browser's own and newer than the address it
/// was given; bytes that are no text are no id.
pub(in crate::serve) fn last_event_id<'a>(
    headers: &'a HeaderMap,
    p: &'a Params<'_>,
) -> Option<&'a str> {
    headers
        .get(LAST_EVENT_ID)
        .map(|v| v.to_str().unwrap_or("?"))
        .or(p.text("last_event_id"))
}

pub(in crate::serve) fn events(body: Body) -> Response {
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
