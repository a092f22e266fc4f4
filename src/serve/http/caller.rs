//! Who calls: looked up once for each request under `/v1`, and laid beside it for all who ask.

use super::error::ApiError;
use crate::limits::Owner;
use crate::partners::Grant;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::sync::Arc;

/// Who calls. In each request under `/v1`.
#[derive(Clone)]
pub(in crate::serve) struct Caller {
    pub(in crate::serve) owner: Owner,
    /// What the key grants, if it is good.
    pub(in crate::serve) grant: Option<Arc<Grant>>,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| ApiError::Unavailable("the caller was not looked up".to_owned()))
    }
}
