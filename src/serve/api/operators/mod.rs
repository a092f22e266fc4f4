//! What operators do: the registry and its devices, owners, keys and partners, what was refused,
//! and whether the hub is well.

mod devices;
mod health;
mod key_schema;
mod keys;
mod owners;
mod quarantine;
mod registry;
pub(in crate::serve) mod schema;

pub(in crate::serve) use health::HealthState;
pub(in crate::serve) use keys::KeysState;
pub(in crate::serve) use quarantine::QuarantineState;
pub(in crate::serve) use registry::RegistryState;

use crate::serve::http::body;
use crate::serve::state::SharingState;
use axum::extract::DefaultBodyLimit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// The states of the operators' routes.
pub(in crate::serve) struct OperatorStates {
    pub(in crate::serve) office: Arc<RegistryState>,
    pub(in crate::serve) market: Arc<SharingState>,
    pub(in crate::serve) registrar: Arc<KeysState>,
    pub(in crate::serve) cell: Arc<QuarantineState>,
    pub(in crate::serve) watch: Arc<HealthState>,
}

pub(in crate::serve) fn routes(states: OperatorStates) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(owners::routes())
        .layer(DefaultBodyLimit::max(body::MAX))
        .with_state(states.market)
        .merge(registry::routes(states.office.clone()))
        .merge(devices::routes(states.office))
        .merge(keys::routes(states.registrar))
        .merge(quarantine::routes(states.cell))
        .merge(health::routes(states.watch))
}
