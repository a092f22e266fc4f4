//! Requests that are no JSON-RPC, answered as JSON-RPC has it: the protocol's SDK answers them as a
//! media type that it does not know, in plain text.

use super::LONGEST;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::says_json;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

/// What JSON-RPC calls a body that is no JSON, and JSON that is no request.
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

/// Asks the SDK first: what it has to say of an origin, or of what a client accepts, goes before.
pub(super) async fn in_its_words(request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !says_json(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LONGEST).await else {
        return ApiError::TooLarge(LONGEST).into_response();
    };
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let answer = next.run(request).await;
    if answer.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return refused(&body);
    }
    answer
}

/// What is said of a body that the SDK cannot read.
fn refused(body: &Bytes) -> Response {
    let (code, message, id) = match serde_json::from_slice::<Value>(body) {
        Err(e) => (PARSE_ERROR, format!("not JSON: {e}"), Value::Null),
        Ok(told) => {
            let id = told.get("id").filter(|id| id.is_string() || id.is_i64());
            let why =
                "no request of JSON-RPC 2.0: jsonrpc, method and, unless it is a notification, id";
            (
                INVALID_REQUEST,
                why.to_owned(),
                id.cloned().unwrap_or_default(),
            )
        }
    };
    let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}});
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}
