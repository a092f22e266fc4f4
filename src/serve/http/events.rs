//! Answers that never end: what every stream of Server-Sent Events shares on the wire.

use super::error::ApiError;
use super::params::Params;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// What a client that reconnects says it had last.
const LAST_EVENT_ID: &str = "last-event-id";

/// Tells nginx and its like to pass events on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The same in the address, for clients that cannot set a header.
pub(in crate::serve) const LAST_ID: &str = "last_event_id";

/// The name that event-source-polyfill gives it. A 400 would make it give up for ever, so all
/// streams take both.
pub(in crate::serve) const LAST_ID_ALIAS: &str = "lastEventId";

/// What the client says it had last. The header is the browser's own and newer than the address it
/// was given; bytes that are no text are no id. `p` was read with both names known.
///
/// # Errors
/// 400 that names the alias, if both names are given and say different things.
pub(in crate::serve) fn last_event_id<'a>(
    headers: &'a HeaderMap,
    p: &'a Params<'_>,
) -> Result<Option<&'a str>, ApiError> {
    let asked = match (p.text(LAST_ID), p.text(LAST_ID_ALIAS)) {
        (Some(one), Some(other)) if one != other => {
            return Err(ApiError::bad(
                LAST_ID_ALIAS,
                format!("{LAST_ID_ALIAS} is another name of {LAST_ID}, and they differ"),
            ));
        }
        (one, other) => one.or(other),
    };
    Ok(headers
        .get(LAST_EVENT_ID)
        .map(|v| v.to_str().unwrap_or("?"))
        .or(asked))
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
