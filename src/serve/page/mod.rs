//! The hub's own pages: those that the build made (`built`), the plain page at `/plain`, and what they
//! are told of the hub (`site`, `basemap`, `streets`). Where the pages were not built, `/` is the plain page and
//! says so.
//!
//! Promises: a page loads nothing from anywhere else but the operator's base map, and the browser is
//! told to allow nothing else.

mod basemap;
mod built;
mod config;
mod site;
mod street_file;
mod streets;

pub use config::WebConfig;

use super::http::document::{FixedDocument, Validators};
use super::http::error::ApiError;
use crate::domain::{Currency, Millis};
use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::routing::{MethodRouter, get};
use built::BuiltFiles;
use std::sync::{Arc, OnceLock};
use streets::StreetSquares;

/// What the browser is told to allow; `{more}`: whom else pages may ask.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
                      manifest-src 'self'; connect-src 'self'{more}; img-src 'self' data:{more}; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Path, media type and text of each.
const FILES: [(&str, &str, &str); 4] = [
    (
        "/plain",
        "text/html; charset=utf-8",
        include_str!("../../../dashboards/web/plain/index.html"),
    ),
    (
        "/page.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../dashboards/web/plain/page.js"),
    ),
    (
        "/stream.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../dashboards/web/plain/stream.js"),
    ),
    (
        "/page.css",
        "text/css; charset=utf-8",
        include_str!("../../../dashboards/web/plain/page.css"),
    ),
];

/// Files of the built pages, and what they are told.
const ASSETS: &str = "/web/{*file}";
const SITE: &str = "/web.json";
/// Keeps the pages for when there is no hub; for all of them it must lie at the root.
const WORKER: &str = "/sw.js";

/// Where they are.
pub(in crate::serve) fn paths() -> impl Iterator<Item = &'static str> {
    let plain = FILES.iter().map(|(path, _, _)| *path);
    let built = built::entrances().map(|(path, _)| path);
    let root = (!built::has("/index.html")).then_some("/");
    let others = [ASSETS, SITE, WORKER, basemap::PATH, streets::PATH];
    plain.chain(built).chain(root).chain(others)
}

/// In the HTML, where the currency belongs.
const PLACE: &str = "data-currency=\"\"";
/// In the plain page's, where it says why it stands there alone.
const NOTE: &str = "<!--note-->";
const ALONE: &str = "<p class=\"help\">This hub was built without its other pages: Node and npm were \
                     not there. Everything is in the API.</p>";

/// `began`: when the hub began to answer; `currency`: what prices without one of their own are in.
pub(in crate::serve) fn routes(began: Millis, currency: Currency, web: &WebConfig) -> Router {
    let front = Front::new(web);
    let with_currency =
        move |text: &str| text.replace(PLACE, &format!("data-currency=\"{currency}\""));
    let mut all = Router::new();
    for (path, media_type, text) in FILES {
        let plain = move || with_currency(text);
        all = all.route(path, file_under(front.clone(), plain, media_type, began));
    }
    for (path, name) in built::entrances() {
        let page = move || with_currency(&built::text(name));
        all = all.route(path, file_under(front.clone(), page, FILES[0].1, began));
    }
    if !built::has("/index.html") {
        let plain = move || with_currency(FILES[0].2).replace(NOTE, ALONE);
        all = all.route("/", file_under(front.clone(), plain, FILES[0].1, began));
    }
    let files = Arc::new(BuiltFiles::new(began));
    let worker = (files.clone(), front.clone());
    let told = web.clone();
    let squares = web.streets.as_deref().and_then(|file| {
        let read = StreetSquares::read(file, began);
        // It was good when the configuration was read.
        read.inspect_err(|why| tracing::warn!(file = %file.display(), why, "no streets"))
            .ok()
    });
    let folder = squares.as_ref().map(StreetSquares::folder);
    if let Some(squares) = squares.map(Arc::new) {
        let front = front.clone();
        let square = get(
            async move |Path(path): Path<(String, String)>, held: Validators| {
                squares.answer((&path.0, &path.1), &held, &front)
            },
        );
        all = all.route(streets::PATH, square);
    }
    all = all
        .route(
            ASSETS,
            get(async move |Path(name): Path<String>, held: Validators| {
                files.answer(&format!("/web/{name}"), &held, &front)
            }),
        )
        .route(
            WORKER,
            get(async move |held: Validators| worker.0.answer(WORKER, &held, &worker.1)),
        )
        .route(
            SITE,
            get(async move |headers: HeaderMap| site::answer(&told, folder.as_deref(), &headers)),
        );
    if let Some(file) = web.file() {
        let piece = get(async move |asked: Request| {
            let (parts, _) = asked.into_parts();
            basemap::answer(file, parts.headers).await
        });
        all = all.route(basemap::PATH, piece);
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
    let front = Front::new(&WebConfig::default());
    file_under(front, text, media_type, began)
}

fn file_under(
    front: Front,
    text: impl Fn() -> String + Clone + Send + Sync + 'static,
    media_type: &'static str,
    began: Millis,
) -> MethodRouter {
    let made = Arc::new(OnceLock::new());
    get(move |held: Validators| {
        let document = made.get_or_init(|| FixedDocument::new(text(), media_type, began));
        let answer = (front.headers(), document.answer(&held));
        std::future::ready(answer)
    })
}

/// What stands before each file of a page.
#[derive(Clone)]
struct Front {
    policy: HeaderValue,
}

impl Front {
    fn new(web: &WebConfig) -> Self {
        let more = web.origins().map(|origin| format!(" {origin}"));
        let policy = POLICY.replace("{more}", &more.collect::<String>());
        // Origins that would not fit were refused with the configuration.
        let nothing = HeaderValue::from_static("default-src 'none'");
        Self {
            policy: HeaderValue::try_from(policy).unwrap_or(nothing),
        }
    }

    /// What the browser is told to allow.
    fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        let fixed = HeaderValue::from_static;
        [
            (header::CONTENT_SECURITY_POLICY, self.policy.clone()),
            (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
            (header::REFERRER_POLICY, fixed("no-referrer")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_place_for_the_currency_and_knows_what_its_minor_units_are() {
        assert_eq!(FILES[0].2.matches(PLACE).count(), 1);
        assert_eq!(FILES[0].2.matches(NOTE).count(), 1);
        for (_, name) in built::entrances() {
            assert_eq!(built::text(name).matches(PLACE).count(), 1, "{name}");
        }
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
