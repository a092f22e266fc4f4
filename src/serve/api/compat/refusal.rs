//! Refusals with the members of the feed that is replaced, beside those of a problem.

use crate::serve::http::error::ApiError;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

/// Whose members.
#[derive(Clone, Copy)]
pub(super) enum RefusalShape {
    /// `code` and `message`.
    DataGovSg,
    /// `fault` with `faultstring` and `detail`.
    DataMall,
}

/// What DataMall says of a key that is not good; clients look for it.
const NO_KEY: &str = "oauth.v2.InvalidApiKeyForGivenResource";

/// The refusal as it is sent.
pub(super) fn refused(e: ApiError, shape: RefusalShape) -> Response {
    let (status, mut problem) = e.problem();
    let mut answer = e.into_response();
    let detail = problem["detail"].clone();
    match shape {
        RefusalShape::DataGovSg => {
            problem["code"] = status.as_u16().into();
            problem["message"] = detail;
        }
        RefusalShape::DataMall => {
            let code = if status == StatusCode::UNAUTHORIZED {
                json!(NO_KEY)
            } else {
                problem["title"].clone()
            };
            problem["fault"] = json!({"faultstring": detail, "detail": {"errorcode": code}});
        }
    }
    *answer.body_mut() = Body::from(problem.to_string());
    answer
}
