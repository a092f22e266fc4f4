//! `/ngsi-ld/context.jsonld`: what the terms mean, the same for everybody.

use super::asker::CONTEXT;
use super::fault::never_written;
use super::terms;
use crate::domain::Millis;
use crate::serve::http::document::{FixedDocument, Validators};
use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The route, and its part of the description. `began`: when the hub began to answer.
pub(in crate::serve) fn routes(began: Millis) -> (Router, utoipa::openapi::OpenApi) {
    let (_, part) = OpenApiRouter::<()>::new()
        .routes(routes!(ngsi_context))
        .split_for_parts();
    let text = terms::context().to_string();
    let document = FixedDocument::new(text, "application/ld+json", began);
    let answer = get(move |held: Validators| std::future::ready(document.answer(&held)));
    let router = Router::new().route(CONTEXT, answer);
    (
        router.method_not_allowed_fallback(async || never_written()),
        part,
    )
}

/// The `@context` of all entities.
///
/// Each term that entities are told in, with its IRI of Smart Data Models. The same for everybody, and for as long
/// as the hub runs; ask with `If-None-Match`.
#[utoipa::path(
    get, path = "/ngsi-ld/context.jsonld", tag = "brokers",
    responses((status = 200, description = "The context", body = Object, content_type = "application/ld+json"))
)]
async fn ngsi_context() {}
