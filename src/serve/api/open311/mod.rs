//! Open311 GeoReport v2: what a city's own app reports by, and what is read of it.
//!
//! Promises: the standard's calls, members and refusals, in JSON and in XML by the path's ending; who has
//! no key may report, within bounds; problems of private bays are told to who may see the bay, and texts
//! without addresses and telephone numbers of people; 201 means durable. `GeoReport v2` says of each call
//! which members there are: <https://wiki.open311.org/GeoReport_v2>.

mod answer;
mod ask;
mod evidence;
mod form;
mod list;
mod place;
mod post;
mod refusals;
pub(in crate::serve) mod schema;
mod services;
mod show;
mod words;

pub(in crate::serve) use list::number;
pub(in crate::serve) use show::OpenSight;

use crate::problems::{ProblemDesk, ProblemFault};
use crate::serve::api::reports::ReportsState;
use crate::serve::http::auth::Doorman;
use crate::serve::http::error::ApiError;
use crate::serve::http::spent::Quota;
use crate::serve::state::ReadState;
use axum::extract::{DefaultBodyLimit, FromRef};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// A description of 4,000 characters, each of them escaped, and all else.
const MAX_BODY: usize = 64 * 1024;

/// What these routes need.
pub(in crate::serve) struct OpenState {
    pub(in crate::serve) reads: Arc<ReadState>,
    pub(in crate::serve) problems: Arc<ProblemDesk>,
    /// A report of a wrong sensor is a report of its bay as well.
    pub(in crate::serve) reports: Arc<ReportsState>,
}

impl FromRef<Arc<OpenState>> for Doorman {
    fn from_ref(own: &Arc<OpenState>) -> Self {
        own.reads.doorman.clone()
    }
}

pub(in crate::serve) fn routes(own: Arc<OpenState>) -> OpenApiRouter {
    services::routes()
        .merge(list::routes())
        .merge(post::routes())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(own)
}

impl From<ProblemFault> for ApiError {
    fn from(fault: ProblemFault) -> Self {
        let says = fault.to_string();
        match fault {
            ProblemFault::Flood(flood) => Self::QuotaExceeded(Quota {
                member: "share",
                name: "problems",
                detail: says,
                limit: flood.limit,
                used: flood.limit,
                retry_after_s: flood.retry_after_s,
            }),
            ProblemFault::NoSuch => Self::NotFound(says),
            ProblemFault::NotNow { .. } | ProblemFault::Stale | ProblemFault::StillOpen => {
                Self::Conflict(says)
            }
            ProblemFault::BadToken => Self::Forbidden(says),
            ProblemFault::Store(_) => Self::Unavailable(says),
        }
    }
}
