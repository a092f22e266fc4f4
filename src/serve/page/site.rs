//! `/web.json`: what the hub tells its own pages and nobody else.
//!
//! Promises: keys are only ever a demo's, and told only where the page was opened by a name of this
//! machine itself, so that no name of somebody else's that leads here is told them; pages of other
//! origins cannot read it, as it has no CORS.

use super::basemap;
use super::config::WebConfig;
use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HOST};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;

#[derive(serde::Serialize)]
struct Site<'a> {
    basemap: Option<&'a str>,
    /// What stands before the names of their squares.
    streets: Option<&'a str>,
    keys: Option<&'a BTreeMap<&'static str, String>>,
}

/// What is told; `streets`: where they are.
pub(super) fn answer(web: &WebConfig, streets: Option<&str>, headers: &HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let own = host.is_some_and(is_this_machine);
    let basemap = if web.file().is_some() {
        Some(basemap::PATH)
    } else {
        web.basemap.as_deref()
    };
    let site = Site {
        basemap,
        streets,
        keys: Some(&web.keys).filter(|keys| own && !keys.is_empty()),
    };
    ([(CACHE_CONTROL, "private, no-store")], Json(site)).into_response()
}

/// Whether a `Host` is this machine by its own name.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(name, _)| name),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|a| a.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for host in ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "localhost.example.org",
            "10.0.0.1",
            "127.0.0.1.example.org:80",
            "",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
