//! Which of the formats on offer a client's `Accept` asks for.

use super::error::ApiError;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};

/// Which of `offered` (in order of preference) the client takes; the first when it does not say.
/// `None`: none of them.
pub(in crate::serve) fn choose<'o>(
    headers: &HeaderMap,
    offered: impl IntoIterator<Item = &'o str>,
) -> Option<usize> {
    if !headers.contains_key(ACCEPT) {
        return Some(0);
    }
    let asked = || {
        headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(','))
    };
    let mut best = (0, None);
    for (at, media_type) in offered.into_iter().enumerate() {
        let q = asked()
            .filter_map(|range| weigh(range, media_type))
            .max()
            .map_or(0, |(_, q)| q);
        if q > best.0 {
            best = (q, Some(at));
        }
    }
    best.1
}

/// Whether the client takes a stream of events, as browsers and those that do not say so do.
pub(in crate::serve) fn takes_events(headers: &HeaderMap) -> Result<(), ApiError> {
    const EVENTS: &str = "text/event-stream";
    let mut asked = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .peekable();
    let said = asked.peek().is_some();
    let best = asked.filter_map(|range| weigh(range, EVENTS)).max();
    if !said || best.is_some_and(|(_, q)| q > 0) {
        Ok(())
    } else {
        Err(ApiError::NotAcceptable(EVENTS))
    }
}

/// Rows of CSV as an answer.
pub(in crate::serve) fn csv(rows: impl Into<Body>) -> Response {
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    ([(CONTENT_TYPE, kind)], rows.into()).into_response()
}

/// The answer, which is another where the client takes other formats.
pub(in crate::serve) fn by_accept(mut answer: Response) -> Response {
    let vary = HeaderValue::from_static("accept");
    answer.headers_mut().insert(VARY, vary);
    answer
}

/// Whether the client prefers rows of CSV to JSON, which it gets if it does not mind.
pub(in crate::serve) fn takes_csv(headers: &HeaderMap) -> Result<bool, ApiError> {
    match choose(headers, ["application/json", "text/csv"]) {
        Some(at) => Ok(at == 1),
        None => Err(ApiError::NotAcceptable("application/json or text/csv")),
    }
}

/// How exactly `range` names `media_type` (0..=2) and its weight in thousandths; `None` if it does
/// not match.
fn weigh(range: &str, media_type: &str) -> Option<(u8, u32)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?;
    let exact = if name.eq_ignore_ascii_case(media_type) {
        2
    } else if name.strip_suffix("/*").is_some_and(|t| {
        media_type
            .split('/')
            .next()
            .is_some_and(|m| t.eq_ignore_ascii_case(m))
    }) {
        1
    } else if name == "*/*" {
        0
    } else {
        return None;
    };
    let q = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
    let q = q
        .and_then(|q| q.parse::<f64>().ok())
        .filter(|q| (0.0..=1.0).contains(q))
        .unwrap_or(1.0);
    Some((exact, (q * 1000.0) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_weights_decide() {
        const OFFERED: [&str; 3] = ["application/json", "application/geo+json", "text/csv"];
        for (accept, want) in [
            ("application/json", Some(0)),
            ("application/geo+json", Some(1)),
            ("APPLICATION/GEO+JSON", Some(1)),
            ("text/csv", Some(2)),
            ("text/*", Some(2)),
            ("*/*", Some(0)),
            ("text/html, application/xhtml+xml, */*;q=0.8", Some(0)),
            ("application/*", Some(0)),
            ("application/json;q=0.5, application/geo+json", Some(1)),
            (
                "application/json;q=0.5, application/geo+json;q=0.4",
                Some(0),
            ),
            ("application/geo+json;q=0, */*", Some(0)),
            ("application/json;q=0, */*;q=0.1", Some(1)),
            ("text/html", None),
            ("application/json;q=0", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(choose(&headers, OFFERED), want, "{accept}");
        }
        assert_eq!(choose(&HeaderMap::new(), OFFERED), Some(0));
    }

    #[test]
    fn events_go_to_those_who_take_them() {
        for (accept, want) in [
            ("text/event-stream", true),
            ("text/*", true),
            ("*/*", true),
            ("application/json, */*;q=0.1", true),
            ("application/json", false),
            ("text/event-stream;q=0, */*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(takes_events(&headers).is_ok(), want, "{accept}");
        }
        assert!(takes_events(&HeaderMap::new()).is_ok());
    }
}
