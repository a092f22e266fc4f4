//! Reports in over HTTP: a partner's own, the uplinks that LoRaWAN network servers post, what IoT
//! platforms and feeds push. Answered only once they are durable. And what came of them as evidence.

mod contributions;
mod described;
mod platforms;
mod push;
mod report;
mod report_answer;
pub(in crate::serve) mod schema;
mod uplinks;

pub(in crate::serve) use contributions::ContributionsState;
pub(in crate::serve) use push::PushState;
pub use report::ReportDoor;
pub(in crate::serve) use report::ReportsState;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(
    desk: Arc<ReportsState>,
    pushes: Arc<PushState>,
    contributions: Arc<ContributionsState>,
) -> OpenApiRouter {
    report::routes(desk.clone())
        .merge(platforms::routes(desk.clone()))
        .merge(uplinks::routes(desk))
        .merge(push::routes(pushes))
        .merge(contributions::routes(contributions))
}
