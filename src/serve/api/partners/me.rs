//! Who a key is of, and what it is good for: the first thing to ask with a new one.

use super::schema;
use crate::domain::credit::CreditBoard;
use crate::partners::{AdmissionDesk, Grant, Issuer, SandboxIssuer, Scope};
use crate::registry::area;
use crate::serve::api::operators::partner_state;
use crate::serve::http::auth::{Doorman, KeyHolder};
use crate::serve::http::error::ApiError;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{FromRef, State};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What these routes need.
pub(in crate::serve) struct PartnersState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) issuer: Arc<Issuer>,
    pub(in crate::serve) admission: Arc<AdmissionDesk>,
    /// Makes keys of the sandbox, where there is one.
    pub(in crate::serve) sandbox: Option<Arc<SandboxIssuer>>,
    pub(in crate::serve) credit: Arc<CreditBoard>,
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
        problems::NoKey, problems::NotNow,
    )
)]
async fn get_me(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<PartnersState>>,
) -> Result<Json<schema::PartnerMe>, ApiError> {
    let partner = own.issuer.partner(&grant.partner).await?;
    let granted = own.issuer.grants_of(&grant.partner).await?;
    Ok(Json(schema::PartnerMe {
        name: grant.partner.to_string(),
        state: partner.as_ref().map_or("admitted", partner_state),
        linked: partner.is_none_or(|p| p.linked),
        admission: own.admission.config().admission.name(),
        may_grant: granted.write(),
        doubted: own.credit.doubts(&grant.partner),
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
