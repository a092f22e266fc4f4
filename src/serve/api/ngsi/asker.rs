//! Who asks, what they take, and where they reach this hub: taken out of a request before anything
//! else, each failing as the standard has it.

use super::fault::NgsiFault;
use super::write::MediaForm;
use crate::serve::http::auth::{Doorman, Reader};
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::http::listen::OverTls;
use crate::serve::http::negotiate::choose;
use crate::serve::sight::Eyes;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

/// Where the context is.
pub(in crate::serve) const CONTEXT: &str = "/ngsi-ld/context.jsonld";

/// Names a tenant of a broker that has several.
const TENANT: &str = "ngsild-tenant";

/// See the module.
pub(super) struct NgsiAsker {
    pub(super) eyes: Eyes,
    pub(super) media: MediaForm,
    /// Where the context is, as who asks reaches it.
    pub(super) context: String,
}

impl<S> FromRequestParts<S> for NgsiAsker
where
    S: Send + Sync,
    Doorman: FromRef<S>,
{
    type Rejection = NgsiFault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NgsiFault> {
        Reader::from_request_parts(parts, state).await?;
        let caller = Caller::from_request_parts(parts, state).await?;
        no_tenant(&parts.headers)?;
        Ok(Self {
            eyes: Eyes::of(&caller),
            media: media(&parts.headers, &MediaForm::ALL)?,
            context: context(parts),
        })
    }
}

/// # Errors
/// If a tenant is named.
pub(super) fn no_tenant(headers: &HeaderMap) -> Result<(), NgsiFault> {
    if headers.contains_key(TENANT) {
        return Err(NgsiFault::Tenant);
    }
    Ok(())
}

/// The form that the client takes.
pub(super) fn media(headers: &HeaderMap, offered: &[MediaForm]) -> Result<MediaForm, ApiError> {
    let types = offered.iter().map(|form| form.media_type());
    let chosen = choose(headers, types).and_then(|at| offered.get(at).copied());
    chosen.ok_or(ApiError::NotAcceptable(
        "application/json, application/ld+json or application/geo+json",
    ))
}

/// The context's address: as the client has named the host, if that can be one, else as it stands
/// here.
pub(super) fn context(parts: &Parts) -> String {
    let host = parts.headers.get(HOST).and_then(|v| v.to_str().ok());
    let fits = |host: &&str| {
        let may_be = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        !host.is_empty() && host.len() <= 256 && host.chars().all(may_be)
    };
    let scheme = if parts.extensions.get::<OverTls>().is_some() {
        "https"
    } else {
        "http"
    };
    match host.filter(fits) {
        Some(host) => format!("{scheme}://{host}{CONTEXT}"),
        None => CONTEXT.to_owned(),
    }
}

/// The header that names the context, for forms that do not name it inside.
pub(super) fn context_link(context: &str) -> Option<HeaderValue> {
    let link = format!(
        "<{context}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
    );
    HeaderValue::try_from(link).ok()
}
