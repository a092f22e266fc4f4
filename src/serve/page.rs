//! The plain page at `/`: its HTML, scripts and style, compiled in; the HTML says in which currency the
//! registry's prices are.
//!
//! Promises: it loads nothing from anywhere else, and the browser is told to allow nothing else.

use super::http::document::{FixedDocument, Validators};
use super::http::error::ApiError;
use crate::domain::{Currency, Millis};
use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::{MethodRouter, get};
use std::sync::{Arc, OnceLock};

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

/// In the HTML, where the currency belongs.
const PLACE: &str = "data-currency=\"\"";

/// `began`: when the hub began to answer; `currency`: what prices without one of their own are in.
pub(in crate::serve) fn routes(began: Millis, currency: Currency) -> Router {
    let mut all = Router::new();
    for (path, media_type, text) in FILES {
        let text = move || text.replace(PLACE, &format!("data-currency=\"{currency}\""));
        all = all.route(path, file(text, media_type, began));
    }
    all.method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// A file of a page, under the policy of all pages; its text is made when it is first asked for.
/// `began`: when the hub began to answer.
pub(in crate::serve) fn file(
    text: impl Fn() -> String + Clone + Send + Sync + 'static,
    media_type: &'static str,
    began: Millis,
) -> MethodRouter {
    let made = Arc::new(OnceLock::new());
    get(move |held: Validators| {
        let document = made.get_or_init(|| FixedDocument::new(text(), media_type, began));
        let answer = (ONLY_OWN, document.answer(&held));
        std::future::ready(answer)
    })
}

/// What the browser is told to allow.
const ONLY_OWN: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_place_for_the_currency_and_knows_what_its_minor_units_are() {
        assert_eq!(FILES[0].2.matches(PLACE).count(), 1);
        let script = FILES[1].2;
        let line = |decimals: u8| {
            let start = format!("  {decimals}: \"");
            let mut lines = script.lines();
            let found = lines.find_map(|l| l.strip_prefix(&*start)?.strip_suffix("\","));
            found.unwrap_or_else(|| panic!("no line of {decimals}"))
        };
        for decimals in [0, 3, 4] {
            let codes: Vec<&str> = line(decimals).split(' ').collect();
            for code in codes {
                let known = Currency::parse(code).map(|c| c.decimals());
                assert_eq!(known, Some(decimals), "{code}");
            }
        }
        for code in ["JPY", "KRW", "VND", "KWD", "BHD", "TND", "CLF"] {
            let decimals = Currency::parse(code).unwrap().decimals();
            assert!(line(decimals).contains(code), "{code}");
        }
    }
}
