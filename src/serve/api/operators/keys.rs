//! Keys, for administrators: make, list, entrust, revoke.
//!
//! A key's text is in the answer that makes it and in no other; no answer has a digest. What
//! changes anything is answered once it is on disk.

use super::key_members::{MAX_BODY, Members, new_key};
use super::schema;
use crate::domain::{Millis, id};
use crate::partners::{AdmissionDesk, IssueError, Issuer, KeyChange, KeyId, KeyInfo, Scope};
use crate::registry::area;
use crate::serve::http::auth::{Admin, Doorman};
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_LIMIT: usize = 1000;
const DEFAULT_LIMIT: usize = 100;

/// What these routes need.
pub(in crate::serve) struct KeysState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) issuer: Arc<Issuer>,
    pub(in crate::serve) admission: Arc<AdmissionDesk>,
}

impl FromRef<Arc<KeysState>> for Doorman {
    fn from_ref(keys_state: &Arc<KeysState>) -> Self {
        keys_state.doorman.clone()
    }
}

pub(in crate::serve) fn routes(keys_state: Arc<KeysState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(post_key, get_keys))
        .routes(routes!(patch_key, delete_key))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(keys_state)
}

impl From<IssueError> for ApiError {
    fn from(e: IssueError) -> Self {
        let says = e.to_string();
        match e {
            IssueError::Field { field, .. } => Self::bad(field, says),
            IssueError::Missing { field, .. } => Self::Unfit {
                field,
                detail: says,
            },
            IssueError::Taken(_)
            | IssueError::Fixed(_)
            | IssueError::Full
            | IssueError::OwnFull(_)
            | IssueError::KeyOfTheCall => Self::Conflict(says),
            IssueError::NotGranted { .. } => Self::Forbidden(says),
            IssueError::NoSuchKey | IssueError::NoSuchPartner => Self::NotFound(says),
            IssueError::Store(why) => {
                Self::Unavailable(format!("the store cannot do it now: {why}"))
            }
        }
    }
}

/// Make a key.
///
/// The answer has its text, which is not shown again and cannot be found out later.
#[utoipa::path(
    post, path = "/v1/admin/keys", tag = "operators", security(("key" = ["admin"])),
    request_body = schema::KeyAsked,
    responses(
        (status = 201, description = "Good at every door from now on, durably", body = schema::KeyMade),
        problems::BadField, problems::Keyed, problems::NameTaken, problems::Over64KiB,
        problems::NotJson, problems::AreaDoesNotFit, problems::NotNow,
    )
)]
async fn post_key(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    request: Request,
) -> Result<Response, ApiError> {
    const KNOWN: &[&str] = &[
        "name",
        "partner",
        "scopes",
        "sources",
        "source_kind",
        "uplinks",
        "area",
        "standing",
        "expires_at",
    ];
    let mut members = Members::of(request, KNOWN).await?;
    let partner = members.needed("partner")?;
    let ask = new_key(&mut members, partner)?;
    let (plain, info) = own.issuer.create(ask).await?;
    let made = schema::KeyMade {
        key: plain.expose().to_owned(),
        made: shown(info),
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// All keys, also those that are revoked, and those of the configuration.
///
/// Page by page by `cursor`, until `next` is null. The text of a key is never shown again, only what it may do.
#[utoipa::path(
    get, path = "/v1/admin/keys", tag = "operators", security(("key" = ["admin"])),
    params(schema::KeysQuery),
    responses(
        (status = 200, description = "A page of keys", body = schema::KeyList),
        problems::BadParameter, problems::Keyed, problems::NotNow,
    )
)]
async fn get_keys(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    uri: Uri,
) -> Result<Json<schema::KeyList>, ApiError> {
    let p = Params::read(uri.query(), &["partner", "limit", "cursor"])?;
    let of = p.text("partner");
    if of.is_some_and(|of| !id::is_valid(of)) {
        return Err(ApiError::bad(
            "partner",
            "partner must be 1 to 64 characters of [A-Za-z0-9._:-]",
        ));
    }
    page(&own.issuer, &p, of).await.map(Json)
}

/// A page of keys, as `limit` and `cursor` say.
pub(in crate::serve) async fn page(
    issuer: &Issuer,
    p: &Params<'_>,
    of: Option<&str>,
) -> Result<schema::KeyList, ApiError> {
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let after = match p.text("cursor") {
        Some(text) => Some(KeyId::parse(&cursor::read_text(text)?).ok_or_else(cursor::not_ours)?),
        None => None,
    };
    let mut found = issuer.list(after.as_ref(), limit + 1, of).await?;
    let next = cursor::page(&mut found, limit, |key| key.id.to_string());
    Ok(schema::KeyList {
        keys: found.into_iter().map(shown).collect(),
        next,
    })
}

/// Change of which zones a key's sources may speak, and how far they are trusted.
///
/// A member that is left out stays as it is. Connections that are open are held to it from their
/// next message on.
#[utoipa::path(
    patch, path = "/v1/admin/keys/{key}", tag = "operators", security(("key" = ["admin"])),
    params(("key" = String, Path, description = "The key's id")),
    request_body = schema::KeyChanged,
    responses(
        (status = 200, description = "So from now on, durably", body = schema::KeyShown),
        problems::BadField, problems::Keyed, problems::NoSuchKey, problems::FromConfiguration,
        problems::Over64KiB, problems::NotJson, problems::AreaDoesNotFit, problems::ChangedNotStored,
    )
)]
async fn patch_key(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    Id(id): Id,
    request: Request,
) -> Result<Json<schema::KeyShown>, ApiError> {
    let mut members = Members::of(request, &["area", "standing"]).await?;
    let change = KeyChange {
        area: members.area()?,
        standing: members.standing()?,
    };
    if change.area.is_none() && change.standing.is_none() {
        return Err(ApiError::bad("area", "area or standing is needed"));
    }
    let changed = own.issuer.entrust(&key_id(&id)?, change).await?;
    Ok(Json(shown(changed)))
}

/// Revoke a key: every door refuses it from now on.
///
/// Its live streams and MQTT connections are closed too. It cannot be taken back; make another one.
#[utoipa::path(
    delete, path = "/v1/admin/keys/{key}", tag = "operators", security(("key" = ["admin"])),
    params(("key" = String, Path, description = "The key's id")),
    responses(
        (status = 204, description = "Revoked, durably; also if it was before"),
        problems::BadPath, problems::Keyed, problems::NoSuchKey, problems::FromConfiguration,
        problems::RefusedNotStored,
    )
)]
async fn delete_key(
    _: Admin,
    State(own): State<Arc<KeysState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    own.issuer.revoke(&key_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a key's id.
pub(in crate::serve) fn key_id(text: &str) -> Result<KeyId, ApiError> {
    KeyId::parse(text)
        .ok_or_else(|| ApiError::NotFound(format!("there is no key {}", quoted(text))))
}

/// A key as it is shown.
pub(in crate::serve) fn shown(info: KeyInfo) -> schema::KeyShown {
    let time = |t: Millis| t.to_string();
    schema::KeyShown {
        origin: if matches!(info.id, KeyId::Config(_)) {
            "config"
        } else {
            "store"
        },
        id: info.id.to_string(),
        name: info.name,
        partner: info.partner,
        scopes: info.scopes.iter().map(Scope::name).collect(),
        sources: info.sources.iter().map(ToString::to_string).collect(),
        source_kind: info.source_kind.name(),
        uplinks: info.uplinks,
        area: area::write(&info.area),
        standing: info.standing.name(),
        created_at: info.created_at.map(time),
        expires_at: info.expires_at.map(time),
        revoked_at: info.revoked_at.map(time),
        last_used_day: info.last_used.map(|t| t.to_string()[..10].to_owned()),
    }
}
