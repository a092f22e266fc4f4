//! What businesses do that share private bays: offers, their calendars and use, what is booked, and
//! what it came to.

mod ical;
mod offer;
mod offers;
mod owned;
pub(in crate::serve) mod owned_schema;
pub(in crate::serve) mod pages;
mod place;
mod pool;
pub(in crate::serve) mod schema;
mod settlement;
mod statement;

pub(in crate::serve) use offer::{currency, weekly};
pub(in crate::serve) use place::place_of;

use crate::serve::http::body;
use crate::serve::state::{ReadState, SharingState};
use axum::extract::DefaultBodyLimit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Offers, what is booked of them, and what they come to.
pub(in crate::serve) fn routes(
    sharing_state: Arc<SharingState>,
    reads: Arc<ReadState>,
) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(offers::routes())
        .merge(settlement::routes())
        .layer(DefaultBodyLimit::max(body::MAX))
        .with_state(sharing_state.clone())
        .merge(owned::routes(sharing_state, reads))
}
