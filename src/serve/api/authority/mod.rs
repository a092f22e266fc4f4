//! What the transport authority asks: turnover and occupancy as settled, and how the sources do.

mod quality;
pub(in crate::serve) mod question;
pub(in crate::serve) mod render;
pub(in crate::serve) mod schema;
mod sources;
mod sources_csv;
mod turnover;
mod zone_history;

pub(in crate::serve) use quality::{QualityState, routes as quality_routes};
pub(in crate::serve) use question::{AT_A_TIME, AuthorityState};

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What anybody may ask, though not everybody is told all.
pub(in crate::serve) fn public_routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    turnover::routes(authority_state.clone()).merge(zone_history::routes(authority_state))
}

/// What only keys with the scope `monitor` may ask.
pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    sources::routes(authority_state)
}
