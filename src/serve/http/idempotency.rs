//! The header `Idempotency-Key` of a request.

use crate::serve::http::error::ApiError;
use axum::http::HeaderMap;
use std::sync::Arc;

const LONGEST_KEY: usize = 255;

/// The key, if one is given.
///
/// # Errors
/// For more than one, or one that cannot be.
pub(in crate::serve) fn idempotency_key(headers: &HeaderMap) -> Result<Option<Arc<str>>, ApiError> {
    const NAME: &str = "idempotency-key";
    let mut given = headers.get_all(NAME).iter();
    let Some(key) = given.next() else {
        return Ok(None);
    };
    let good = key.to_str().ok().filter(|k| {
        (1..=LONGEST_KEY).contains(&k.len()) && k.bytes().all(|b| b.is_ascii_graphic())
    });
    match (good, given.next()) {
        (Some(key), None) => Ok(Some(key.into())),
        _ => Err(ApiError::bad(
            NAME,
            "Idempotency-Key must be one value of 1 to 255 visible ASCII characters",
        )),
    }
}
