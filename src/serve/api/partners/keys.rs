//! The keys that a partner makes by itself. The text of one is in the answer that makes it and in no
//! other.

use super::me::PartnersState;
use super::schema;
use crate::partners::{IssueError, Issuer, KeyId, KeyInfo};
use crate::serve::api::operators::key_members::{MAX_BODY, Members, new_key};
use crate::serve::api::operators::keys::{key_id, page, shown};
use crate::serve::api::operators::schema::{KeyList, KeyMade, KeyShown};
use crate::serve::http::auth::Manager;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the ids of the sandbox's keys begin with.
const SANDBOX: &str = "sbx-";

/// How long both keys are good where nobody says, s.
const OVERLAP_S: u64 = 86_400;

/// 30 days.
const MOST_OVERLAP_S: u64 = 2_592_000;

pub(super) fn routes(partners_state: Arc<PartnersState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(post_own_key, get_own_keys))
        .routes(routes!(delete_own_key))
        .routes(routes!(rotate_own_key))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(partners_state)
}

/// Make a key of your own, good for no more than you were granted.
///
/// `GET /v1/partners/me` says what that is (`may_grant`). `scopes` must be said, so that no key is good
/// for more than is meant; what else is left out is as granted. Its name begins with your partner's. Sensors, gates and uplinks are granted by an administrator only.
#[utoipa::path(
    post, path = "/v1/partners/me/keys", tag = "partners", security(("key" = ["partner"])),
    request_body = schema::OwnKeyAsked,
    responses(
        (status = 201, description = "Good at every door from now on, durably", body = KeyMade),
        problems::BadField, problems::NoKey, problems::NotGranted, problems::KeysFull,
        problems::Over64KiB, problems::NotJson, problems::DoesNotFit, problems::NotNow,
    )
)]
async fn post_own_key(
    Manager(grant): Manager,
    State(own): State<Arc<PartnersState>>,
    request: Request,
) -> Result<Response, ApiError> {
    const KNOWN: &[&str] = &[
        "name",
        "scopes",
        "sources",
        "source_kind",
        "uplinks",
        "area",
        "expires_at",
        "sandbox",
    ];
    let mut members = Members::of(request, KNOWN).await?;
    let sandbox = members.flag("sandbox")?;
    let ask = new_key(&mut members, grant.partner.to_string())?;
    let most = own.admission.config().keys_per_partner;
    let issuer = own.issuer_of(sandbox)?;
    if sandbox {
        issuer.ensure_partner(&grant.partner).await?;
    }
    let (plain, info) = issuer.create_own(&grant.partner, ask, most).await?;
    let made = KeyMade {
        key: plain.expose().to_owned(),
        made: own_shown(info, sandbox),
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Your partner's keys, also those that are revoked, those of administrators and of the configuration.
///
/// Page by page by `cursor`, until `next` is null. The text of a key is never shown again.
#[utoipa::path(
    get, path = "/v1/partners/me/keys", tag = "partners", security(("key" = ["partner"])),
    params(schema::OwnKeysQuery),
    responses(
        (status = 200, description = "A page of keys", body = KeyList),
        problems::BadParameter, problems::Keyed, problems::DoesNotFit, problems::NotNow,
    )
)]
async fn get_own_keys(
    Manager(grant): Manager,
    State(own): State<Arc<PartnersState>>,
    uri: Uri,
) -> Result<Json<KeyList>, ApiError> {
    let p = Params::read(uri.query(), &["sandbox", "limit", "cursor"])?;
    let sandbox = p.flag("sandbox")?;
    let issuer = own.issuer_of(sandbox)?;
    let mut list = page(&issuer, &p, Some(&grant.partner)).await?;
    if sandbox {
        for key in &mut list.keys {
            key.id.insert_str(0, SANDBOX);
        }
    }
    Ok(Json(list))
}

/// Revoke a key of your partner's: every door refuses it from now on.
///
/// Not the key of the call itself: rotate that one, then revoke it with the new one.
#[utoipa::path(
    delete, path = "/v1/partners/me/keys/{key}", tag = "partners", security(("key" = ["partner"])),
    params(("key" = String, Path, description = "The key's id")),
    responses(
        (status = 204, description = "Revoked, durably; also if it was before"),
        problems::BadPath, problems::NoKey, problems::NotGranted, problems::NoSuchKey, problems::KeyOfTheCall,
        problems::RefusedNotStored,
    )
)]
async fn delete_own_key(
    Manager(grant): Manager,
    State(own): State<Arc<PartnersState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let (issuer, id, sandbox) = own.key(&id)?;
    let calling = (!sandbox).then_some(&*grant.name);
    issuer.revoke_own(&grant.partner, calling, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change a key of your partner's for a new one, good for the same.
///
/// Both are good until the old one ends: a day, if you do not say `overlap_s`. What it has opened stays open
/// until then. One that an administrator has made for more than you were granted is theirs to change.
#[utoipa::path(
    post, path = "/v1/partners/me/keys/{key}/rotate", tag = "partners", security(("key" = ["partner"])),
    params(("key" = String, Path, description = "The key's id")),
    request_body = schema::RotationAsked,
    responses(
        (status = 201, description = "The new one, durably", body = schema::KeyRotated),
        problems::BadField, problems::NoKey, problems::NotGranted, problems::NoSuchKey,
        problems::FromConfiguration, problems::Over64KiB, problems::NotJson, problems::ChangedNotStored,
    )
)]
async fn rotate_own_key(
    Manager(grant): Manager,
    State(own): State<Arc<PartnersState>>,
    Id(id): Id,
    request: Request,
) -> Result<Response, ApiError> {
    let mut members = Members::of(request, &["overlap_s"]).await?;
    let both_s = members.whole("overlap_s", 0..=MOST_OVERLAP_S)?;
    let (issuer, old, sandbox) = own.key(&id)?;
    let overlap = both_s.unwrap_or(OVERLAP_S) * 1000;
    let rotated = issuer.rotate_own(&grant.partner, &old, overlap);
    let (plain, info, ends) = rotated.await?;
    let told = schema::KeyRotated {
        replaces: id,
        replaced_until: ends.to_string(),
        key: plain.expose().to_owned(),
        made: own_shown(info, sandbox),
    };
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

impl PartnersState {
    /// Whose key that is, its number there, and whether it is of the sandbox.
    fn key(&self, id: &str) -> Result<(Arc<Issuer>, KeyId, bool), ApiError> {
        let Some(rest) = id.strip_prefix(SANDBOX) else {
            return Ok((self.issuer.clone(), key_id(id)?, false));
        };
        let sandbox = self.sandbox.as_ref();
        let issuer = sandbox.ok_or(IssueError::NoSuchKey)?.get()?;
        Ok((issuer, key_id(rest)?, true))
    }

    /// Who makes keys of the sandbox, or of the city.
    fn issuer_of(&self, sandbox: bool) -> Result<Arc<Issuer>, ApiError> {
        if !sandbox {
            return Ok(self.issuer.clone());
        }
        let sandbox = self.sandbox.as_ref().ok_or_else(no_sandbox)?;
        Ok(sandbox.get()?)
    }
}

fn own_shown(info: KeyInfo, sandbox: bool) -> KeyShown {
    let mut key = shown(info);
    if sandbox {
        key.id.insert_str(0, SANDBOX);
    }
    key
}

fn no_sandbox() -> ApiError {
    ApiError::Unfit {
        field: "sandbox",
        detail: "sandbox: this hub has none".to_owned(),
    }
}
