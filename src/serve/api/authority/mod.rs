//! What the transport authority asks: turnover and occupancy as settled, also as CDS metrics, and
//! how the sources do.

pub(in crate::serve) mod cds;
mod question;
mod render;
pub(in crate::serve) mod schema;
mod sources;
mod turnover;

pub(in crate::serve) use question::{AT_A_TIME, AuthorityState};
pub(in crate::serve) use turnover::routes as public_routes;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What only keys with the scope `monitor` may ask, and CDS.
pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    cds::routes(authority_state.clone()).merge(sources::routes(authority_state))
}
