//! Reports in over HTTP: a partner's own, and the uplinks that LoRaWAN network servers post.
//! Answered only once they are durable.

mod report;
pub(in crate::serve) mod schema;
mod uplinks;

pub use report::ReportDoor;
pub(in crate::serve) use report::ReportsState;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(desk: Arc<ReportsState>) -> OpenApiRouter {
    report::routes(desk.clone()).merge(uplinks::routes(desk))
}
