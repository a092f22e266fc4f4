//! How a stranger becomes a partner: sign up, use the link.

use super::me::PartnersState;
use super::schema;
use crate::limits::Owner;
use crate::partners::{SignupOutcome, SignupRequest};
use crate::serve::api::operators::key_members::Members;
use crate::serve::api::operators::keys::shown;
use crate::serve::http::address::ClientAddress;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Nobody has said anything of who sends this.
const MAX_BODY: usize = 8 * 1024;

pub(super) fn routes(partners_state: Arc<PartnersState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(post_signup))
        .routes(routes!(post_confirm))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(partners_state)
}

/// Ask to become a partner. No key is needed.
///
/// A one-time token goes to `contact`, by mail or by the operator, for `POST /v1/partners/confirm`.
/// The answer is the same whoever else has that name.
#[utoipa::path(
    post, path = "/v1/partners", tag = "partners",
    request_body = schema::SignupAsked,
    responses(
        (status = 202, description = "Asked; the address is to be proven", body = schema::SignupTold),
        problems::BadField, problems::SignupsClosed, problems::Over8KiB, problems::NotJson,
        problems::TooManySignups, problems::NotNow,
    )
)]
async fn post_signup(
    State(own): State<Arc<PartnersState>>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    // A key in hand does not make another sender of who floods.
    let known = request.extensions().get::<ClientAddress>();
    let owner = known.map_or(caller.owner, |c| Owner::of_address(c.0));
    let mut members = Members::of(request, &["name", "contact", "wants"]).await?;
    let name = members.needed("name")?;
    let contact = members.needed("contact")?;
    let wants = members.text("wants")?.unwrap_or_default();
    let ask = SignupRequest {
        name: &name,
        contact: &contact,
        wants: &wants,
    };
    let expires_at = own.admission.sign_up(ask, owner).await?;
    let told = schema::SignupTold {
        name,
        state: "asked",
        because: None,
        expires_at: Some(expires_at.to_string()),
    };
    Ok((StatusCode::ACCEPTED, Json(told)).into_response())
}

/// Use the one-time token: it proves your address, and fetches your first key once you are admitted.
///
/// The key has the scope partner, is shown this once, and is your login: make the others with it.
/// Where an administrator decides, another token comes when that is done.
#[utoipa::path(
    post, path = "/v1/partners/confirm", tag = "partners",
    request_body = schema::TokenGiven,
    responses(
        (status = 201, description = "Admitted: your first key", body = schema::FirstKey),
        (status = 202, description = "The address is proven; an administrator decides", body = schema::SignupTold),
        problems::BadField, problems::BadLink, problems::Over8KiB, problems::NotJson, problems::NotNow,
    )
)]
async fn post_confirm(
    State(own): State<Arc<PartnersState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let token = Members::of(request, &["token"]).await?.needed("token")?;
    Ok(match own.admission.follow_link(&token).await? {
        SignupOutcome::Waits { name, because } => {
            let told = schema::SignupTold {
                name,
                state: "confirmed",
                because: because.map(|what| {
                    format!("the name is like {what}, so an administrator has to decide")
                }),
                expires_at: None,
            };
            (StatusCode::ACCEPTED, Json(told)).into_response()
        }
        SignupOutcome::Key(plain, info) => {
            let told = schema::FirstKey {
                state: "admitted",
                key: plain.expose().to_owned(),
                made: shown(*info),
            };
            (StatusCode::CREATED, Json(told)).into_response()
        }
    })
}
