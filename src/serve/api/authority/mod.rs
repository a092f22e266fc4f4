//! What the transport authority asks: turnover and occupancy as settled, also as CDS metrics, and
//! how the sources do.

pub(in crate::serve) mod cds;
mod quality;
mod question;
mod render;
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

/// What only keys with the scope `monitor` may ask, and CDS.
pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    cds::routes(authority_state.clone()).merge(sources::routes(authority_state))
}
