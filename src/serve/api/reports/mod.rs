//! Reports in over HTTP: a partner's own, and the uplinks that LoRaWAN network servers post.
//! Answered only once they are durable.

mod partner_reports;
pub(in crate::serve) mod schema;
mod uplinks;

pub use partner_reports::ReportDoor;
pub(in crate::serve) use partner_reports::ReportsState;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(desk: Arc<ReportsState>) -> OpenApiRouter {
    partner_reports::routes(desk.clone()).merge(uplinks::routes(desk))
}
