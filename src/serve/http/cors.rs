//! Web pages of any origin may ask (CORS), at every call below `/v1`.
//!
//! Safe because of what a key is: a bearer token that a page must have been given and must send by
//! itself. A browser sends none on its own, as it would a cookie, so no page can use what a person
//! holds without having been told it; and what no key guards anybody may read.

use super::routes::Route;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

const ANY: HeaderValue = HeaderValue::from_static("*");

/// What a page may send, besides what every page may.
const SENT: HeaderValue = HeaderValue::from_static(
    "accept, accountkey, authorization, content-encoding, content-type, idempotency-key, if-modified-since, if-none-match, \
     last-event-id, mcp-method, mcp-name, mcp-protocol-version, x-request-id",
);

/// What a page may read, besides what every page may.
const READ: HeaderValue = HeaderValue::from_static(
    "etag, link, location, ngsild-results-count, ratelimit, ratelimit-policy, retry-after, x-request-id",
);

/// How long a browser may remember what it was told, s.
const REMEMBERED: HeaderValue = HeaderValue::from_static("3600");

/// Whether a browser asks what it may ask.
pub(super) fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// What it is told.
pub(super) fn preflight(route: &Route) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, route.methods.clone());
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, SENT);
    headers.insert(ACCESS_CONTROL_MAX_AGE, REMEMBERED);
    answer
}

/// Lets pages read an answer, whatever it is.
pub(in crate::serve) fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READ);
}
