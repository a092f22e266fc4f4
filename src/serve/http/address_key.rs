//! A key that stands in the address, as IoT platforms have it, which cannot set headers: `?key=`, or
//! the password of `Basic`; and `?api_key=`, as clients of Open311 have it.
//!
//! Promises: it is taken as the key of `Authorization: Bearer`, on the calls of IoT platforms and of
//! Open311 and nowhere else; before anything else of the request is looked at it is gone from the address, so no
//! log, metric or refusal can repeat it. Where both are given the header counts. Dear: a comparison
//! of the path for every request.

use super::cut::cut;
use super::open_report::PATHS;
use crate::ingest::codec::CODECS;
use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The parameter that holds the key.
const KEY: &str = "key";

/// As Open311 calls it.
const OPEN_KEY: &str = "api_key";

/// See the module.
pub(super) fn take(request: &mut Request) {
    if request.uri().path().starts_with(PATHS) {
        let in_address = cut(request.uri_mut(), OPEN_KEY, &['&']).into_iter().next();
        let headers = request.headers_mut();
        let key = in_address.filter(|key| !key.is_empty());
        if let (Some(key), false) = (key, headers.contains_key(AUTHORIZATION)) {
            show(headers, &key);
        }
        return;
    }
    if !is_platforms(request.uri().path()) {
        return;
    }
    // A platform may put its own parameters behind the address with a second `?`.
    let in_address = cut(request.uri_mut(), KEY, &['&', '?']).into_iter().next();
    let headers = request.headers_mut();
    let key = match headers.get(AUTHORIZATION) {
        None => in_address,
        Some(given) => password(given),
    };
    let Some(key) = key else {
        return;
    };
    show(headers, &key);
}

/// What is no header's value is no key either: headers stay as they are, and are refused.
fn show(headers: &mut HeaderMap, key: &str) {
    if let Ok(mut bearer) = HeaderValue::try_from(format!("Bearer {key}")) {
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
}

fn is_platforms(path: &str) -> bool {
    path.starts_with("/v1/uplinks/")
        && CODECS
            .iter()
            .filter_map(|codec| codec.http)
            .any(|http| http.platform.is_some() && http.path == path)
}

/// The password of `Basic`, whatever its user is called.
fn password(header: &HeaderValue) -> Option<String> {
    let (scheme, text) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let both = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    Some(both.split_once(':')?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    /// The address and `Authorization` that are left.
    fn taken(address: &str, authorization: Option<&str>) -> (String, Option<String>) {
        let mut request = Request::builder().uri(address);
        if let Some(given) = authorization {
            request = request.header(AUTHORIZATION, given);
        }
        let mut request = request.body(Body::empty()).unwrap();
        take(&mut request);
        let header = request.headers().get(AUTHORIZATION);
        let header = header.map(|value| value.to_str().unwrap().to_owned());
        (request.uri().to_string(), header)
    }

    #[test]
    fn a_key_in_the_address_of_a_platform_becomes_a_bearers_and_is_gone_from_there() {
        let ctwing = "/v1/uplinks/ctwing";
        for (address, left) in [
            ("/v1/uplinks/ctwing?key=bh_a", ctwing),
            ("/v1/uplinks/ctwing?key=bh_a&key=bh_b", ctwing),
            (
                "/v1/uplinks/ctwing?source=x&key=bh%5Fa",
                "/v1/uplinks/ctwing?source=x",
            ),
            (
                "/v1/uplinks/onenet?key=bh_a?msg=a%26b&nonce=n",
                "/v1/uplinks/onenet?msg=a%26b&nonce=n",
            ),
        ] {
            let (uri, header) = taken(address, None);
            assert_eq!((&*uri, header.as_deref()), (left, Some("Bearer bh_a")));
        }
        let absolute = "http://hub.example/v1/uplinks/iotda?key=bh_a";
        assert_eq!(
            taken(absolute, None).0,
            "http://hub.example/v1/uplinks/iotda"
        );
    }

    #[test]
    fn a_header_counts_before_the_address_and_basic_holds_a_key_as_its_password() {
        let own = taken("/v1/uplinks/ctwing?key=bh_b", Some("Bearer bh_a"));
        assert_eq!(
            (&*own.0, own.1.as_deref()),
            ("/v1/uplinks/ctwing", Some("Bearer bh_a"))
        );
        let basic = format!("bAsIc {}", STANDARD.encode("ctwing:bh_a"));
        let own = taken("/v1/uplinks/ctwing", Some(&basic));
        assert_eq!(own.1.as_deref(), Some("Bearer bh_a"));
        for odd in ["Basic !", "Basic YQ==", "Digest x"] {
            assert_eq!(
                taken("/v1/uplinks/ctwing", Some(odd)).1.as_deref(),
                Some(odd)
            );
        }
    }

    #[test]
    fn a_client_of_open311_shows_its_key_in_the_address() {
        let of = |query: &str| format!("/v1/open311/requests.json{query}");
        let key = taken(&of("?api_key=bh_a&status=open"), None);
        assert_eq!(key, (of("?status=open"), Some("Bearer bh_a".to_owned())));
        assert_eq!(taken(&of("?api_key="), None), (of(""), None), "none");
        let own = taken(&of("?api_key=bh_b"), Some("Bearer bh_a"));
        assert_eq!(own, (of(""), Some("Bearer bh_a".to_owned())));
        assert_eq!(taken(&of("?key=bh_a"), None).1, None);
    }

    #[test]
    fn nobody_elses_address_is_touched() {
        for address in [
            "/v1/uplinks/ttn?key=bh_a",
            "/v1/zones?key=bh_a",
            "/v1/uplinks/ctwing",
            "/v1/uplinks/ctwing?source=x",
            "/v1/uplinks/onenet/?key=bh_a",
        ] {
            assert_eq!(taken(address, None), (address.to_owned(), None));
        }
        assert_eq!(
            taken("/v1/uplinks/ctwing?key=%0A", None).1,
            None,
            "no header's value"
        );
    }
}
