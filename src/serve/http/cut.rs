//! A parameter that is not the handlers' business, taken from the address before they read it.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// The values of the parameter `name`, which the query loses. `between`: what parts parameters.
pub(super) fn cut(uri: &mut Uri, name: &str, between: &[char]) -> Vec<String> {
    let Some(query) = uri.query() else {
        return Vec::new();
    };
    let mut values = Vec::new();
    let mut rest = Vec::new();
    for pair in query.split(between).filter(|pair| !pair.is_empty()) {
        match form_urlencoded::parse(pair.as_bytes()).next() {
            Some((its, value)) if its == name => values.push(value.into_owned()),
            _ => rest.push(pair),
        }
    }
    if values.is_empty() {
        return values;
    }
    let path = uri.path();
    let without = if rest.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", rest.join("&"))
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(without).ok();
    // Parts of an address that was one are one.
    *uri = Uri::from_parts(parts).unwrap_or_default();
    values
}
