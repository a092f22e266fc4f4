//! The API's own description, made once from the handlers, and what each problem type means.

use crate::serve::http::error::{ApiError, PROBLEMS, describe};
use crate::serve::http::params::quoted;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// `/v1/openapi.json` for `api` with itself added, and `/problems/{slug}`.
pub(in crate::serve) fn routes(mut api: OpenApi) -> Router {
    // Only its description is taken; the route below has the finished document.
    let (_, own) = OpenApiRouter::<()>::new()
        .routes(routes!(openapi))
        .split_for_parts();
    api.merge(own);
    // A document of strings and maps always has a JSON form.
    let document = Bytes::from(api.to_json().unwrap_or_default());
    let openapi = get(move || {
        let document = document.clone();
        async move {
            (
                [
                    (header::CONTENT_TYPE, "application/json"),
                    (header::CACHE_CONTROL, "max-age=60"),
                ],
                document,
            )
        }
    });
    Router::new()
        .route("/v1/openapi.json", openapi)
        .route("/problems/{slug}", get(problem))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// This API's description: OpenAPI 3.1.
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
