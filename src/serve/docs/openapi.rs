//! The API's own description, made once from the handlers, and what each problem type means.

use super::complete::{JsonFirst, complete};
use crate::domain::Millis;
use crate::serve::http::document::{FixedDocument, Validators};
use crate::serve::http::error::{ApiError, PROBLEMS, describe};
use crate::serve::http::params::quoted;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where it is.
pub(in crate::serve) const PATH: &str = "/v1/openapi.json";

/// Where each problem type is explained.
pub(in crate::serve) const PROBLEMS_PATH: &str = "/problems/{slug}";

/// `/v1/openapi.json` for `api` with itself added, and `/problems/{slug}`. `began`: when the hub
/// began to answer; `public_reads`: whether drivers' calls need no key.
pub(in crate::serve) fn routes(mut api: OpenApi, began: Millis, public_reads: bool) -> Router {
    // Only its description is taken; the route below has the finished document.
    let (_, own) = OpenApiRouter::<()>::new()
        .routes(routes!(openapi))
        .split_for_parts();
    api.merge(own);
    // A document of strings and maps always has a JSON form.
    let mut api = serde_json::to_value(api).unwrap_or_default();
    complete(&mut api, public_reads);
    let text = serde_json::to_string(&JsonFirst(&api)).unwrap_or_default();
    let document = FixedDocument::new(text, "application/json", began);
    let openapi = get(move |held: Validators| std::future::ready(document.answer(&held)));
    Router::new()
        .route(PATH, openapi)
        .route(PROBLEMS_PATH, get(problem))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// This API's description: OpenAPI 3.1.
///
/// Made from the handlers themselves, so it cannot leave one out. The same for everybody, and for as long as the hub
/// runs; ask with `If-None-Match`.
#[utoipa::path(
    get, path = "/v1/openapi.json", tag = "operators",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"))
)]
async fn openapi() {}

/// For people who follow a problem's `type`.
async fn problem(slug: Option<Path<String>>) -> Result<Response, ApiError> {
    let slug = slug.map(|Path(slug)| slug).unwrap_or_default();
    let (status, title, meaning) = describe(&slug).ok_or_else(|| {
        let known: Vec<&str> = PROBLEMS.iter().map(|p| p.0).collect();
        ApiError::NotFound(format!(
            "there is no problem type {}; there are: {}",
            quoted(&slug),
            known.join(", ")
        ))
    })?;
    Ok(format!("{title} (HTTP {})\n\n{meaning}\n", status.as_u16()).into_response())
}
