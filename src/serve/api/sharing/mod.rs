//! What businesses do that share private bays: offers, their calendars and use, and what it came
//! to.

mod ical;
mod offer;
mod offers;
pub(in crate::serve) mod schema;
mod settlement;
mod statement;

pub(in crate::serve) use offer::currency;

use crate::serve::http::body;
use crate::serve::state::SharingState;
use axum::extract::DefaultBodyLimit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Offers and what they come to.
pub(in crate::serve) fn routes(sharing_state: Arc<SharingState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(offers::routes())
        .merge(settlement::routes())
        .layer(DefaultBodyLimit::max(body::MAX))
        .with_state(sharing_state)
}
