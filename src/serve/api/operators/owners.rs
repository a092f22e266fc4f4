//! Whose a bay is, for administrators.

use super::schema;
use crate::domain::id;
use crate::serve::http::auth::Admin;
use crate::serve::http::body::{self, Fields};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use crate::serve::state::SharingState;
use axum::Json;
use axum::extract::{Request, State};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<SharingState>> {
    OpenApiRouter::new().routes(routes!(put_owner))
}

/// Record which partner owns a bay and may offer it.
///
/// This is stronger than the operator of the bay's zone. What the former owner has on offer there is
/// withdrawn for good, and who has booked it gets another bay or the money back, but for who is there. The
/// partner must be known: by a key, or `POST /v1/admin/partners`.
#[utoipa::path(
    put, path = "/v1/admin/bays/{bay}/owner", tag = "operators", security(("key" = ["admin"])),
    params(("bay" = String, Path, description = "The bay's id")),
    request_body = schema::OwnerAsked,
    responses(
        (status = 200, description = "Recorded, durably", body = schema::Owner),
        problems::BadField, problems::Keyed, problems::NoSuchBay, problems::Over64KiB,
        problems::NotJson, problems::UnknownPartner, problems::NotNow,
    )
)]
async fn put_owner(
    _: Admin,
    State(own): State<Arc<SharingState>>,
    Id(bay): Id,
    request: Request,
) -> Result<Json<schema::Owner>, ApiError> {
    let (members, _) = body::object(request).await?;
    let fields = Fields::of(&members);
    // Null means the zone's operator; who leaves it out may have meant something else.
    if !members.contains_key("partner") {
        return Err(fields.bad("partner", "is needed, if only as null"));
    }
    let partner = fields.text("partner")?;
    if partner.is_some_and(|p| !id::is_valid(p)) {
        return Err(fields.bad(
            "partner",
            "must be 1 to 64 characters of [A-Za-z0-9._:-], or null",
        ));
    }
    // A slip of the pen would take the bay from its owner and give it to nobody.
    if let Some(name) = partner
        && !own.desk.knows_partner(name).await?
    {
        return Err(ApiError::Unfit {
            field: "partner",
            detail: format!("partner: there is no partner {}", quoted(name)),
        });
    }
    let known = own.registry.bay_id(&bay);
    let bay = known
        .ok_or_else(|| ApiError::NotFound(format!("there is no bay {}", quoted(&bay))))?
        .to_string();
    own.desk.record_owner(&bay, partner).await?;
    let partner = own.desk.owner(&bay).map(|p| p.to_string());
    Ok(Json(schema::Owner { bay, partner }))
}
