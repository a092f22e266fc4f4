//! The plain page at `/`: its HTML, scripts and style, compiled in.
//!
//! Promises: it loads nothing from anywhere else, and the browser is told to allow nothing else.

use super::http::error::ApiError;
use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use axum::routing::get;

const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(in crate::serve) fn routes() -> Router {
    Router::new()
        .route(
            "/",
            get(async || {
                file(
                    "text/html; charset=utf-8",
                    include_str!("../../dashboards/web/plain/index.html"),
                )
            }),
        )
        .route(
            "/page.js",
            get(async || {
                file(
                    "text/javascript; charset=utf-8",
                    include_str!("../../dashboards/web/plain/page.js"),
                )
            }),
        )
        .route(
            "/stream.js",
            get(async || {
                file(
                    "text/javascript; charset=utf-8",
                    include_str!("../../dashboards/web/plain/stream.js"),
                )
            }),
        )
        .route(
            "/page.css",
            get(async || {
                file(
                    "text/css; charset=utf-8",
                    include_str!("../../dashboards/web/plain/page.css"),
                )
            }),
        )
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

fn file(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // A new hub may bring a new page.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}
