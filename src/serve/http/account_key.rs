//! The header `AccountKey`, as clients of LTA DataMall show their key.
//!
//! Promises: on the calls that stand in DataMall's place, and nowhere else, it is taken as the key of
//! `Authorization: Bearer`, before anything else of a request is looked at: which hub answers, whose
//! limits and usage it counts for. Where both are given `Authorization` counts. Dear: a comparison of
//! the path for every request.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Request};

/// Where DataMall's calls are.
const DATAMALL: &str = "/v1/compat/datamall/";

/// Its header.
const ACCOUNT_KEY: &str = "accountkey";

/// See the module.
pub(in crate::serve) fn take<B>(request: &mut Request<B>) {
    if !request.uri().path().starts_with(DATAMALL) {
        return;
    }
    let headers = request.headers_mut();
    let mut given = headers.get_all(ACCOUNT_KEY).iter();
    let (Some(key), None) = (given.next(), given.next()) else {
        return;
    };
    let bearer = HeaderValue::from_bytes(&[b"Bearer ", key.as_bytes()].concat());
    headers.remove(ACCOUNT_KEY);
    if let (Ok(mut bearer), false) = (bearer, headers.contains_key(AUTHORIZATION)) {
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Authorization` that is left.
    fn taken(path: &str, given: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::builder().uri(path);
        for (name, value) in given {
            request = request.header(*name, *value);
        }
        let mut request = request.body(()).unwrap();
        take(&mut request);
        let header = request.headers().get(AUTHORIZATION)?;
        Some(header.to_str().unwrap().to_owned())
    }

    #[test]
    fn an_account_key_is_a_bearers_where_datamalls_calls_are() {
        let path = "/v1/compat/datamall/ltaodataservice/CarParkAvailabilityv2";
        let key = ("AccountKey", "bh_a");
        assert_eq!(taken(path, &[key]).as_deref(), Some("Bearer bh_a"));
        let both = [key, ("Authorization", "Bearer bh_b")];
        assert_eq!(taken(path, &both).as_deref(), Some("Bearer bh_b"));
        assert_eq!(taken(path, &[key, key]), None, "which one?");
        assert_eq!(taken("/v1/zones", &[key]), None);
        assert_eq!(taken(path, &[]), None);
    }
}
