//! Refusals to clients of Open311: an array of `code` and `description`, in XML `errors`.
//!
//! Whoever refuses on these paths, the limits and the time limit included, is heard in the standard's
//! form: 403 for a key that is missing or not good, 404 for what is not there, 400 for all else that is the
//! caller's. Too much (413, 429) keeps its status, as clients that come again go by it. Dear: a refusal is
//! read and written once more.

use super::open_xml::xml;
use super::problem_answer::ProblemType;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

/// Where such clients call.
pub(in crate::serve) const PATHS: &str = "/v1/open311/";

/// As the standard has them.
pub(in crate::serve) const JSON: HeaderValue =
    HeaderValue::from_static("application/json; charset=utf-8");
pub(in crate::serve) const XML: HeaderValue = HeaderValue::from_static("text/xml; charset=utf-8");

/// A body is not longer than this: it is the hub's own.
const LONGEST: usize = 1 << 20;

/// A question of such a client.
pub(super) struct OpenAsked {
    wants_xml: bool,
}

impl OpenAsked {
    pub(super) fn of(request: &Request) -> Option<Self> {
        let path = request.uri().path();
        path.starts_with(PATHS).then(|| Self {
            wants_xml: path.strip_suffix(".xml").is_some(),
        })
    }

    /// A problem in the standard's form. Anything else stays as it is.
    pub(super) async fn tell(self, answer: Response) -> Response {
        if answer.extensions().get::<ProblemType>().is_none() {
            return answer;
        }
        let (mut parts, body) = answer.into_parts();
        // It is told in one language and form.
        parts.extensions.remove::<ProblemType>();
        // Bytes that are there already: nothing can fail.
        let body = axum::body::to_bytes(body, LONGEST)
            .await
            .unwrap_or_default();
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        parts.status = match parts.status {
            StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            other => other,
        };
        let says = problem["errors"][0].as_str();
        let says = says.or(problem["detail"].as_str()).unwrap_or_default();
        let errors = json!([{"code": parts.status.as_u16(), "description": says}]);
        parts.headers.remove(CONTENT_LENGTH);
        let (media_type, body) = if self.wants_xml {
            (XML, xml("errors", &errors))
        } else {
            (JSON, errors.to_string())
        };
        parts.headers.insert(CONTENT_TYPE, media_type);
        Response::from_parts(parts, Body::from(body))
    }
}
