//! Who a key is of, and what it is good for: the first thing to ask with a new one.

use super::schema;
use crate::partners::{Grant, Scope};
use crate::registry::area;
use crate::serve::http::auth::{Doorman, KeyHolder};
use crate::serve::http::error::ApiError;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::FromRef;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What these routes need.
pub(in crate::serve) struct PartnersState {
    pub(in crate::serve) doorman: Doorman,
}

impl FromRef<Arc<PartnersState>> for Doorman {
    fn from_ref(own: &Arc<PartnersState>) -> Self {
        own.doorman.clone()
    }
}

pub(super) fn routes(partners_state: Arc<PartnersState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_me))
        .with_state(partners_state)
}

/// Who you are: the partner that holds the key, and what the key is good for.
///
/// Any good key will do, also one of the configuration.
#[utoipa::path(
    get, path = "/v1/partners/me", tag = "partners", security(("key" = [])),
    responses(
        (status = 200, description = "The partner and the key", body = schema::PartnerMe),
        problems::NoKey,
    )
)]
async fn get_me(KeyHolder(grant): KeyHolder) -> Result<Json<schema::PartnerMe>, ApiError> {
    Ok(Json(schema::PartnerMe {
        name: grant.partner.to_string(),
        key: held(&grant),
    }))
}

fn held(grant: &Grant) -> schema::HeldKey {
    let remit = grant.remit.now();
    schema::HeldKey {
        name: grant.name.to_string(),
        scopes: grant.scopes.iter().map(Scope::name).collect(),
        sources: grant.sources.iter().map(ToString::to_string).collect(),
        source_kind: grant.source_kind.name(),
        uplinks: grant.uplinks,
        area: area::write(&remit.area),
        expires_at: grant.pass.end().map(|t| t.to_string()),
    }
}
