//! What the standard has and this hub does not: 501, as the standard wants, and not 404.

use crate::serve::http::error::ApiError;
use axum::Router;
use axum::routing::any;

/// Every path of the standard's that no other route has.
const REST: &str = "/v1/cds/{*rest}";

pub(in crate::serve) fn routes() -> Router {
    Router::new().route(REST, any(not_offered))
}

async fn not_offered() -> ApiError {
    ApiError::NotOffered(
        "of CDS 1.1 this hub offers curbs/zones, curbs/spaces, curbs/policies, events/events, \
         events/status, metrics/aggregates and metrics/sessions"
            .to_owned(),
    )
}
