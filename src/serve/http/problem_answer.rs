//! A problem as it is sent: its members, and the answer that they are the body of.

use super::error::{ApiError, describe};
use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER, UPGRADE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why an answer is an error of the hub's, for its log: rides with the answer, never sent.
#[derive(Clone)]
pub(in crate::serve) struct Cause(pub(in crate::serve) String);

/// Which type of problem an answer is, by its slug: rides with the answer, never sent.
#[derive(Clone, Copy)]
pub(in crate::serve) struct ProblemType(pub(in crate::serve) &'static str);

impl ApiError {
    /// Its status and its members.
    pub(in crate::serve) fn problem(&self) -> (StatusCode, Value) {
        let slug = self.slug();
        // A slug missing from the list would be a mistake in that file; its test finds it.
        let (status, title, _) =
            describe(slug).unwrap_or((StatusCode::INTERNAL_SERVER_ERROR, "", ""));
        let mut problem = json!({
            "type": format!("/problems/{slug}"), "title": title, "status": status.as_u16(), "detail": self.detail(),
        });
        if let Value::Object(members) = &mut problem {
            members.extend(self.more());
        }
        (status, problem)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let slug = self.slug();
        let (status, problem) = self.problem();
        let mut answer = Response::new(Body::from(problem.to_string()));
        *answer.status_mut() = status;
        answer.extensions_mut().insert(ProblemType(slug));
        // What is not offered is no fault of the hub's.
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            answer.extensions_mut().insert(Cause(self.detail()));
        }
        let headers = answer.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self {
            Self::Unauthorized(_) => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"bayhub\""),
                );
            }
            Self::UpgradeRequired(_) => {
                headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            }
            Self::UnsupportedEncoding => {
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
            }
            Self::Busy => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::QuotaExceeded(quota) => {
                headers.insert(RETRY_AFTER, quota.retry_after_s.max(1).into());
            }
            _ => {}
        }
        answer
    }
}
