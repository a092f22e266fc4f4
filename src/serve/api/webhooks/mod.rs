//! Webhooks: partners' own endpoints, and what they were told.
//!
//! Any good key of a partner will do, as far as its scopes may be told of the endpoint's events; an
//! endpoint beyond them is one that is not there.

mod deliveries;
mod endpoints;
mod eyes;
mod schema;

pub(in crate::serve) use eyes::SightOfZones;

use crate::partners::{Grant, Scopes};
use crate::serve::http::auth::Doorman;
use crate::serve::http::error::ApiError;
use crate::serve::http::spent::Quota;
use crate::serve::state::ReadState;
use crate::webhooks::{WebhookDesk, WebhookFault};
use axum::extract::FromRef;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What these routes need.
pub(in crate::serve) struct WebhooksState {
    pub(in crate::serve) reads: Arc<ReadState>,
    pub(in crate::serve) desk: Arc<WebhookDesk>,
}

impl FromRef<Arc<WebhooksState>> for Doorman {
    fn from_ref(own: &Arc<WebhooksState>) -> Self {
        own.reads.doorman.clone()
    }
}

pub(in crate::serve) fn routes(own: Arc<WebhooksState>) -> OpenApiRouter {
    endpoints::routes(own.clone()).merge(deliveries::routes(own))
}

/// Whose endpoints a key may see.
fn of(grant: &Grant) -> (&str, Scopes) {
    (&grant.partner, grant.scopes)
}

impl From<WebhookFault> for ApiError {
    fn from(fault: WebhookFault) -> Self {
        match fault {
            WebhookFault::Unfit(field, detail) => Self::Unfit { field, detail },
            WebhookFault::Beyond(family) => Self::Forbidden(format!(
                "events of {} are told to {}, which this key does not have",
                family.name(),
                family.needs()
            )),
            WebhookFault::Full(most) => Self::QuotaExceeded(Quota {
                member: "share",
                name: "webhooks",
                detail: format!("a partner has at most {most} endpoints"),
                limit: most.into(),
                used: most.into(),
                // Nothing frees one but who deletes it.
                retry_after_s: 3600,
            }),
            WebhookFault::NoSuch => Self::NotFound(
                "there is no such webhook of yours, or none whose events this key may be told"
                    .to_owned(),
            ),
            WebhookFault::Taken => Self::Conflict("there is one of that name".to_owned()),
            WebhookFault::OldSigns(until) => Self::Conflict(format!(
                "the secret before this one signs until {until}, and would sign no more, whoever \
                 verifies by it still; {{\"now\": true}} does so all the same"
            )),
            WebhookFault::Busy => Self::Busy,
            WebhookFault::Away(why) => Self::Unavailable(why),
        }
    }
}
