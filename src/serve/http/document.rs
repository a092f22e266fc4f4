//! Documents that are the same for everybody for as long as the hub runs: its description, its
//! pages. Each is known by its content, so that who has it is told so and nothing more.

use crate::domain::Millis;
use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

/// A document that stays as it is, ready to send.
#[derive(Clone)]
pub(in crate::serve) struct FixedDocument {
    bytes: Bytes,
    media_type: &'static str,
    /// Names the bytes, whichever hub sends them.
    etag: HeaderValue,
    /// When the hub that sends it began; to the second, as HTTP counts.
    since: SystemTime,
}

/// What the client holds of a document.
pub(in crate::serve) struct Validators(HeaderMap);

impl FixedDocument {
    /// `since`: when the hub began to answer.
    pub(in crate::serve) fn new(
        bytes: impl Into<Bytes>,
        media_type: &'static str,
        since: Millis,
    ) -> Self {
        let bytes = bytes.into();
        let tag = format!("\"{}\"", digest(&bytes));
        Self {
            bytes,
            media_type,
            etag: HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\"")),
            since: SystemTime::UNIX_EPOCH + Duration::from_secs(since.0 / 1000),
        }
    }

    /// The document, or that the client has it.
    pub(in crate::serve) fn answer(&self, held: &Validators) -> Response {
        let since = HeaderValue::try_from(httpdate::fmt_http_date(self.since));
        // Another hub may bring another one at any time, so it is asked for each time.
        let headers = [
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (ETAG, self.etag.clone()),
            (CONTENT_TYPE, HeaderValue::from_static(self.media_type)),
            (LAST_MODIFIED, since.unwrap_or(HeaderValue::from_static(""))),
        ];
        if held.is(self) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, self.bytes.clone()).into_response()
    }
}

impl Validators {
    /// A tag goes before a time, as RFC 9110 wants.
    fn is(&self, document: &FixedDocument) -> bool {
        self.names(&document.etag)
            .unwrap_or_else(|| self.since().is_some_and(|since| document.since <= since))
    }

    fn text(&self, name: axum::http::HeaderName) -> Option<&str> {
        self.0.get(name).and_then(|v| v.to_str().ok())
    }

    /// Whether that tag is among those the client holds; `None`: it names none.
    pub(in crate::serve) fn names(&self, tag: &HeaderValue) -> Option<bool> {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let own = bare(tag.to_str().unwrap_or_default());
        let mut tags = self.text(IF_NONE_MATCH)?.split(',');
        Some(tags.any(|t| t.trim() == "*" || bare(t) == own))
    }

    fn since(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.text(IF_MODIFIED_SINCE)?).ok()
    }

    /// From when on it holds what was sent, seconds since 1970; `None`: it does not say.
    pub(in crate::serve) fn since_s(&self) -> Option<u64> {
        let since = self.since()?.duration_since(SystemTime::UNIX_EPOCH);
        since.ok().map(|since| since.as_secs())
    }
}

/// What names those bytes and no others.
pub(in crate::serve) fn digest(bytes: &[u8]) -> String {
    let mut name = String::new();
    for byte in &Sha256::digest(bytes)[..16] {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// A time in seconds since 1970 as HTTP writes it.
pub(in crate::serve) fn http_date(s: u64) -> HeaderValue {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(s);
    let date = HeaderValue::try_from(httpdate::fmt_http_date(at));
    date.unwrap_or(HeaderValue::from_static(""))
}

impl<S: Sync> FromRequestParts<S> for Validators {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let mut held = HeaderMap::new();
        for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            if let Some(value) = parts.headers.get(&name) {
                held.insert(name, value.clone());
            }
        }
        Ok(Self(held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &'static str, value: &str) -> u16 {
        let document = FixedDocument::new("{}", "application/json", Millis(1_795_399_200_123));
        let mut held = HeaderMap::new();
        held.insert(name, value.parse().unwrap());
        document.answer(&Validators(held)).status().as_u16()
    }

    #[test]
    fn who_holds_it_is_told_so() {
        let document = FixedDocument::new("{}", "application/json", Millis(1_795_399_200_123));
        let answer = document.answer(&Validators(HeaderMap::new()));
        let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header(LAST_MODIFIED), "Mon, 23 Nov 2026 02:00:00 GMT");
        let etag = header(ETAG);
        assert!(etag.starts_with('"') && etag.len() == 34, "{etag}");
        for (name, value, want) in [
            ("if-none-match", &*etag, 304),
            ("if-none-match", &format!("\"x\", W/{etag}"), 304),
            ("if-none-match", "*", 304),
            ("if-none-match", "\"x\"", 200),
            ("if-modified-since", "Mon, 23 Nov 2026 02:00:00 GMT", 304),
            ("if-modified-since", "Mon, 23 Nov 2026 01:59:59 GMT", 200),
            ("if-modified-since", "yesterday", 200),
        ] {
            assert_eq!(asked(name, value), want, "{name}: {value}");
        }
    }
}
