//! What a partner reads and manages of itself.

mod keys;
mod me;
pub(in crate::serve) mod schema;
mod signup;

pub(in crate::serve) use me::PartnersState;

use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub(in crate::serve) fn routes(partners_state: Arc<PartnersState>) -> OpenApiRouter {
    me::routes(partners_state.clone())
        .merge(signup::routes(partners_state.clone()))
        .merge(keys::routes(partners_state))
}
