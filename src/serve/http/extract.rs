//! What handlers take out of a request, each failing as a problem and none copying what it does not
//! need.

use super::error::ApiError;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, FromRequestParts, Path, Request};
use axum::http::header::{CONTENT_TYPE, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};

/// The id in the path. Any text: one that is no id is simply not found.
pub(in crate::serve) struct Id(pub(in crate::serve) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(ApiError::bad("path", "the id in the path is not UTF-8")),
        }
    }
}

/// The two ids in the path, in their order there.
pub(in crate::serve) struct TwoIds(pub(in crate::serve) String, pub(in crate::serve) String);

impl<S: Send + Sync> FromRequestParts<S> for TwoIds {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<(String, String)>::from_request_parts(parts, state).await {
            Ok(Path((one, other))) => Ok(Self(one, other)),
            Err(_) => Err(ApiError::bad("path", "an id in the path is not UTF-8")),
        }
    }
}

/// A weak tag that changes with `bytes`.
pub(in crate::serve) fn tag_of(bytes: &[u8]) -> HeaderValue {
    named(hash_of(bytes))
}

/// A number that changes with `bytes`.
pub(in crate::serve) fn hash_of(bytes: &[u8]) -> u64 {
    // Fixed seeds: clients may come back to another process with the tag of this one.
    ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(bytes)
}

/// A weak tag that is that number.
pub(in crate::serve) fn named(hash: u64) -> HeaderValue {
    let tag = format!("W/\"{hash:016x}\"");
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// What the client holds already.
pub(in crate::serve) struct IfNoneMatch(Option<HeaderValue>);

impl IfNoneMatch {
    /// Whether it says anything.
    pub(in crate::serve) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it is what `etag` names (weak comparison, as RFC 9110 wants for `If-None-Match`).
    pub(in crate::serve) fn is(&self, etag: &HeaderValue) -> bool {
        let held = self.0.as_ref().and_then(|v| v.to_str().ok());
        let own = bare(etag.to_str().unwrap_or_default());
        held.is_some_and(|held| held.split(',').any(|t| t.trim() == "*" || bare(t) == own))
    }
}

/// A tag without its weakness.
fn bare(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/")
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.headers.get(IF_NONE_MATCH).cloned()))
    }
}

/// Whether the body says it is JSON: `application/json`, or any `application/...+json`.
pub(in crate::serve) fn says_json(headers: &HeaderMap) -> bool {
    let Some(given) = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()) else {
        return false;
    };
    let essence = given
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// The whole body. `limit` is what the route's `DefaultBodyLimit` enforces.
pub(in crate::serve) async fn whole(request: Request, limit: usize) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, &())
        .await
        .map_err(|e| match e.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge(limit),
            _ => ApiError::malformed(
                "the body ended early, could not be read, or is not the gzip that it is said to be",
            ),
        })
}
