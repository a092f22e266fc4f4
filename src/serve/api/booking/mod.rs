//! What booking apps do for their drivers: requests, and reservations from the hold to the
//! departure, also as they change.

mod follow;
mod instead;
mod reservations;
pub(in crate::serve) mod schema;
mod seasons;
mod wish;

use crate::serve::http::body;
use crate::serve::sse::{ReservationStreams, Streams};
use crate::serve::state::SharingState;
use axum::extract::DefaultBodyLimit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(
    sharing_state: Arc<SharingState>,
    streams: Arc<Streams>,
) -> OpenApiRouter {
    let own = Arc::new(ReservationStreams {
        sharing_state: sharing_state.clone(),
        streams,
    });
    OpenApiRouter::new()
        .merge(reservations::routes())
        .merge(seasons::routes())
        .layer(DefaultBodyLimit::max(body::MAX))
        .with_state(sharing_state)
        .merge(follow::routes(own))
}
