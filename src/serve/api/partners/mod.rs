//! What a partner reads and manages of itself.

mod credit;
pub(in crate::serve) mod credit_schema;
mod keys;
mod me;
pub(in crate::serve) mod quarantine;
pub(in crate::serve) mod schema;
mod signup;
mod usage;
pub(in crate::serve) mod usage_schema;

pub(in crate::serve) use credit::CreditState;
pub(in crate::serve) use me::PartnersState;
pub(in crate::serve) use quarantine::RefusalsState;
pub(in crate::serve) use usage::UsageState;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(partners_state: Arc<PartnersState>) -> OpenApiRouter {
    me::routes(partners_state.clone())
        .merge(signup::routes(partners_state.clone()))
        .merge(keys::routes(partners_state))
}

/// How its keys do.
pub(in crate::serve) fn own_routes(
    usage: UsageState,
    refusals: RefusalsState,
    credit: CreditState,
) -> OpenApiRouter {
    usage::routes(Arc::new(usage))
        .merge(quarantine::routes(Arc::new(refusals)))
        .merge(credit::routes(Arc::new(credit)))
}
