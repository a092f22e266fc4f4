//! The plain page at `/`: its HTML, scripts and style, compiled in.
//!
//! Promises: it loads nothing from anywhere else, and the browser is told to allow nothing else.

use super::http::document::{FixedDocument, Validators};
use super::http::error::ApiError;
use crate::domain::Millis;
use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::get;

const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Path, media type and text of each.
const FILES: [(&str, &str, &str); 4] = [
    (
        "/",
        "text/html; charset=utf-8",
        include_str!("../../dashboards/web/plain/index.html"),
    ),
    (
        "/page.js",
        "text/javascript; charset=utf-8",
        include_str!("../../dashboards/web/plain/page.js"),
    ),
    (
        "/stream.js",
        "text/javascript; charset=utf-8",
        include_str!("../../dashboards/web/plain/stream.js"),
    ),
    (
        "/page.css",
        "text/css; charset=utf-8",
        include_str!("../../dashboards/web/plain/page.css"),
    ),
];

/// Where they are.
pub(in crate::serve) fn paths() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(path, _, _)| *path)
}

/// `began`: when the hub began to answer.
pub(in crate::serve) fn routes(began: Millis) -> Router {
    let mut all = Router::new();
    for (path, media_type, text) in FILES {
        let document = FixedDocument::new(text, media_type, began);
        let answer = move |held: Validators| {
            let answer = (ONLY_OWN, document.answer(&held));
            std::future::ready(answer)
        };
        all = all.route(path, get(answer));
    }
    all.method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// What the browser is told to allow.
const ONLY_OWN: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];
