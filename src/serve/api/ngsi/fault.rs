//! Refusals as NGSI-LD has them: `type`, `title`, `detail`, of the standard's own types.
//!
//! What the standard has no type for (no key, a quota) is told as everywhere else.

use crate::serve::http::error::ApiError;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The standard's types begin so.
const ERRORS: &str = "https://uri.etsi.org/ngsi-ld/errors/";

/// Why a request gets no answer of its own kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NgsiFault {
    Api(ApiError),
    /// It names a tenant, and there are none.
    Tenant,
}

impl From<ApiError> for NgsiFault {
    fn from(e: ApiError) -> Self {
        Self::Api(e)
    }
}

/// The standard's word for a problem of ours, and its status where that is another.
fn word(slug: &str) -> Option<(&'static str, Option<StatusCode>)> {
    Some(match slug {
        "bad-parameter" | "malformed" => ("BadRequestData", None),
        "contradiction" => ("BadRequestData", Some(StatusCode::BAD_REQUEST)),
        "not-found" => ("ResourceNotFound", None),
        "method-not-allowed" => ("OperationNotSupported", None),
        "conflict" => ("AlreadyExists", None),
        "not-acceptable" | "unsupported-media-type" | "too-large" => ("InvalidRequest", None),
        "busy" | "unavailable" => ("InternalError", None),
        _ => return None,
    })
}

impl IntoResponse for NgsiFault {
    fn into_response(self) -> Response {
        let Self::Api(e) = self else {
            let detail = "this hub has one tenant only; leave the header NGSILD-Tenant out";
            let body = body("NoMultiTenantSupport", &json!("No tenants"), &json!(detail));
            return (StatusCode::NOT_IMPLEMENTED, JSON, body).into_response();
        };
        let (status, problem) = e.problem();
        let slug = problem["type"].as_str().unwrap_or_default();
        let slug = slug.rsplit('/').next().unwrap_or_default();
        let Some((word, other)) = word(slug) else {
            return e.into_response();
        };
        let title = if status == StatusCode::UNPROCESSABLE_ENTITY {
            json!("The body does not fit")
        } else {
            problem["title"].clone()
        };
        let detail = match problem["errors"].as_array() {
            Some(errors) if !errors.is_empty() => errors[0].clone(),
            _ => problem["detail"].clone(),
        };
        let mut answer = e.into_response();
        *answer.status_mut() = other.unwrap_or(status);
        *answer.body_mut() = body(word, &title, &detail).into();
        // Neither its language nor its type is one of ours any more.
        answer
            .extensions_mut()
            .remove::<crate::serve::http::problem_answer::ProblemType>();
        let json = HeaderValue::from_static("application/json");
        answer.headers_mut().insert(CONTENT_TYPE, json);
        answer
    }
}

const JSON: [(axum::http::HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

fn body(word: &str, title: &Value, detail: &Value) -> String {
    json!({"type": format!("{ERRORS}{word}"), "title": title, "detail": detail}).to_string()
}

/// What is written at a broker: there is none here.
pub(super) fn not_written() -> Response {
    let e = ApiError::MethodNotAllowed;
    let mut answer = NgsiFault::Api(e).into_response();
    let detail = "this hub is read, and sends notifications; entities are not written here";
    let body = body(
        "OperationNotSupported",
        &json!("Not with that method"),
        &json!(detail),
    );
    *answer.body_mut() = body.into();
    answer
}

/// The same where nothing but reading has a path.
pub(super) fn never_written() -> Response {
    let mut answer = not_written();
    let allowed = HeaderValue::from_static("GET, HEAD");
    answer.headers_mut().insert(ALLOW, allowed);
    answer
}
