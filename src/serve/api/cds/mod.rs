//! CDS 1.1, the Curb Data Specification of the Open Mobility Foundation: curbs for everybody; events
//! and metrics for who watches over the city.
//!
//! Promises: what is told of zones and bays is what the public may see, whoever asks; events and
//! metrics are of what is settled, and never change but by a correction. Bodies fit the standard's
//! schemas, but that its polygons are those of RFC 7946 (its own schema of coordinates describes a
//! line). A page is held whole and bounded; `links.next` goes on.
//!
//! `zones`, `spaces`, `policy_list` - the curbs, out of `curbs` (what changes only with the registry:
//! `ids`, `shape`, `policies`) and `serve/sight` (what is live) - `events`, `status`, `sessions`,
//! `aggregates` - out of the history (`stays`: a walk over visits, `visit_words`: what they are called) - `envelope`, `media`, `place` - what all of them share.

mod aggregate_rows;
mod aggregates;
mod curbs;
mod envelope;
mod events;
mod ids;
mod media;
mod orders;
mod past_schema;
mod place;
mod policies;
mod policy_list;
mod schema;
mod sessions;
mod shape;
mod spaces;
mod span;
mod state;
mod status;
mod stays;
mod unoffered;
mod visit_words;
mod zones;

#[cfg(test)]
pub(in crate::serve) use ids::Urn;
pub(in crate::serve) use state::CdsState;
pub(in crate::serve) use unoffered::routes as unoffered_routes;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What anybody may ask.
pub(in crate::serve) fn public_routes(cds_state: Arc<CdsState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(zones::curb_zones))
        .routes(routes!(spaces::spaces))
        .routes(routes!(policy_list::policies))
        .with_state(cds_state)
}

/// What only keys with the scope `monitor` may ask.
pub(in crate::serve) fn routes(cds_state: Arc<CdsState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(events::events))
        .routes(routes!(status::event_status))
        .routes(routes!(aggregates::aggregates))
        .routes(routes!(sessions::sessions))
        .with_state(cds_state)
}
