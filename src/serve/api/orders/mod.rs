//! Orders of the authority: issued, changed, confirmed and ended by keys with the scope `order`; read by
//! everybody, as JSON and as CAP 1.2.
//!
//! Promise: an order is one thing, whatever face it is read by; what was answered with 201 is on disk.

mod asked;
mod cap;
mod cap_area;
mod read;
pub(in crate::serve) mod schema;
pub(in crate::serve::api) mod seen;
mod written;

use crate::orders::OrderFault;
use crate::serve::http::error::ApiError;
use crate::serve::http::spent::Quota;
use crate::serve::state::ReadState;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What everybody may read, and what takes a key.
pub(in crate::serve) fn routes(reads: Arc<ReadState>) -> OpenApiRouter {
    let read = read::routes(reads.clone()).merge(cap::routes(reads.clone()));
    read.merge(written::routes(reads))
}

impl From<OrderFault> for ApiError {
    fn from(fault: OrderFault) -> Self {
        let says = fault.to_string();
        match fault {
            OrderFault::Field { field, .. } => Self::Unfit {
                field,
                detail: says,
            },
            OrderFault::NoSuch => Self::NotFound(says),
            OrderFault::Ended | OrderFault::NoNeed => Self::Conflict(says),
            OrderFault::SameKey | OrderFault::NotYours => Self::Forbidden(says),
            OrderFault::KeyReused => Self::KeyReused,
            OrderFault::TooMany(detail) => Self::QuotaExceeded(Quota {
                member: "share",
                name: "orders",
                detail,
                limit: 0,
                used: 0,
                // Nothing frees one but who ends it.
                retry_after_s: 3600,
            }),
            OrderFault::Unavailable(why) => Self::Unavailable(why),
        }
    }
}
