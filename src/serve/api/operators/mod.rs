//! What operators do: the registry and its devices, owners, keys and partners, what was refused,
//! what is lost, what administrators did, and whether the hub is well.

mod audit;
mod devices;
mod faults;
mod health;
pub(in crate::serve) mod key_members;
mod key_schema;
pub(in crate::serve) mod keys;
mod listing;
mod losses;
mod owners;
mod partner_schema;
mod partners;
mod quarantine;
mod registry;
pub(in crate::serve) mod schema;
mod status;

pub(in crate::serve) use audit::AuditState;
pub(in crate::serve) use health::HealthState;
pub(in crate::serve) use keys::KeysState;
pub(in crate::serve) use losses::LossesState;
pub use losses::{LossDoor, LossTold, NoLosses};
pub(in crate::serve) use partners::state as partner_state;
pub(in crate::serve) use quarantine::QuarantineState;
pub(in crate::serve) use registry::RegistryState;

use crate::serve::http::body;
use crate::serve::state::SharingState;
use axum::extract::DefaultBodyLimit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// The states of the operators' routes.
pub(in crate::serve) struct OperatorStates {
    pub(in crate::serve) registry: Arc<RegistryState>,
    pub(in crate::serve) sharing: Arc<SharingState>,
    pub(in crate::serve) keys: Arc<KeysState>,
    pub(in crate::serve) quarantine: Arc<QuarantineState>,
    pub(in crate::serve) losses: Arc<LossesState>,
    pub(in crate::serve) health: Arc<HealthState>,
    pub(in crate::serve) audit: Arc<AuditState>,
}

pub(in crate::serve) fn routes(states: OperatorStates) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(owners::routes())
        .layer(DefaultBodyLimit::max(body::MAX))
        .with_state(states.sharing)
        .merge(listing::routes(states.registry.clone()))
        .merge(registry::routes(states.registry.clone()))
        .merge(faults::routes(states.registry.clone()))
        .merge(devices::routes(states.registry))
        .merge(keys::routes(states.keys.clone()))
        .merge(partners::routes(states.keys))
        .merge(quarantine::routes(states.quarantine))
        .merge(losses::routes(states.losses))
        .merge(audit::routes(states.audit))
        .merge(status::routes(states.health.clone()))
        .merge(health::routes(states.health))
}
