//! Reports in over HTTP: a partner's own, the uplinks that LoRaWAN network servers post, and what
//! IoT platforms push.
//! Answered only once they are durable. And what came of them as evidence.

mod contributions;
mod platforms;
mod report;
mod report_answer;
pub(in crate::serve) mod schema;
mod uplinks;

pub(in crate::serve) use contributions::ContributionsState;
pub use report::ReportDoor;
pub(in crate::serve) use report::ReportsState;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(
    desk: Arc<ReportsState>,
    contributions: Arc<ContributionsState>,
) -> OpenApiRouter {
    report::routes(desk.clone())
        .merge(platforms::routes(desk.clone()))
        .merge(uplinks::routes(desk))
        .merge(contributions::routes(contributions))
}
