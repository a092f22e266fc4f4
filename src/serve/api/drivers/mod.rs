//! What drivers' apps read: bays near a place, zones, and both as they change. Public unless the
//! configuration says otherwise; nothing here waits for a writer.

mod bays;
mod forecast;
mod pool_schema;
pub(in crate::serve) mod schema;
mod stream;
mod zones;

use crate::serve::sse::Streams;
use crate::serve::state::ReadState;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Bays and zones, as they are and as they change.
pub(in crate::serve) fn routes(reads: Arc<ReadState>, streams: Arc<Streams>) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(bays::routes())
        .merge(zones::routes())
        .merge(forecast::routes())
        .with_state(reads)
        .merge(stream::routes(streams))
}
