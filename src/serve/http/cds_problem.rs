//! Refusals to clients of CDS: the members that the standard wants, beside those of every problem.
//!
//! RFC 9457 lets members be added, so one body is both. Whoever refuses on these paths, the limits and
//! the time limit included, is heard in both forms. Dear: a refusal is read and written once more.

use super::problem_answer::ProblemType;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use serde_json::{Map, Value, json};

const PATHS: &str = "/v1/cds/";

/// A body is not longer than this: it is the hub's own.
const LONGEST: usize = 1 << 20;

/// A question of such a client.
pub(super) struct CdsAsked {
    /// As it was given.
    query: String,
}

impl CdsAsked {
    pub(super) fn of(request: &Request) -> Option<Self> {
        let uri = request.uri();
        uri.path().starts_with(PATHS).then(|| Self {
            query: uri.query().unwrap_or_default().to_owned(),
        })
    }

    /// Adds `error`, `error_description` and `error_details` to a problem. Anything else stays as it
    /// is.
    pub(super) async fn tell(self, answer: Response) -> Response {
        let Some(ProblemType(slug)) = answer.extensions().get::<ProblemType>().copied() else {
            return answer;
        };
        let (mut parts, body) = answer.into_parts();
        // Bytes that are there already: nothing can fail.
        let body = axum::body::to_bytes(body, LONGEST)
            .await
            .unwrap_or_default();
        let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(&body) else {
            return Response::from_parts(parts, Body::from(body));
        };
        let field = members.get("field").and_then(Value::as_str);
        let details: Vec<String> = field.map(str::to_owned).into_iter().collect();
        let error = self.error(slug, field);
        let description = members.get("detail").cloned().unwrap_or_default();
        members.insert("error".to_owned(), error.into());
        members.insert("error_description".to_owned(), description);
        members.insert("error_details".to_owned(), json!(details));
        parts.headers.remove(CONTENT_LENGTH);
        let body = Value::Object(members).to_string();
        Response::from_parts(parts, Body::from(body))
    }

    /// The standard's own word where it has one.
    fn error(&self, slug: &str, field: Option<&str>) -> String {
        if slug != "bad-parameter" {
            return slug.replace('-', "_");
        }
        let mut given = form_urlencoded::parse(self.query.as_bytes());
        let is_given = field.is_none_or(|field| given.any(|(name, _)| name == field));
        let error = if is_given {
            "bad_param"
        } else {
            "missing_param"
        };
        error.to_owned()
    }
}
