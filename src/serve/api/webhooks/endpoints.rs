//! Endpoints: made, listed, changed, given another secret, tried out.

use super::schema;
use super::{WebhooksState, of};
use crate::domain::{BBox, Millis, ZoneIx};
use crate::partners::Grant;
use crate::serve::http::auth::KeyHolder;
use crate::serve::http::body::{self, Fields};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, says_json};
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use crate::webhooks::{EndpointChange, Events, NewEndpoint, ShownEndpoint, WatchedZones};
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Types that may be named.
const MAX_EVENTS: usize = 64;

const MAX_THRESHOLD: u32 = 100_000;

/// What an endpoint may be made of, and what of one may be changed.
const MADE_OF: &[&str] = &["url", "events", "zones", "bbox", "threshold", "secret"];
const CHANGED_BY: &[&str] = &["url", "events", "zones", "bbox", "threshold", "enabled"];

pub(super) fn routes(own: Arc<WebhooksState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(post_webhook, get_webhooks))
        .routes(routes!(get_webhook, patch_webhook, delete_webhook))
        .routes(routes!(rotate_webhook))
        .routes(routes!(test_webhook))
        .layer(DefaultBodyLimit::max(body::MAX))
        .with_state(own)
}

/// Have an endpoint told of what happens.
///
/// Messages are signed by Standard Webhooks with the secret in the answer, which is not shown again.
/// Of zones the endpoint is told first how they are now. docs/webhooks.md says what comes, and how
/// often it is tried.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "partners", security(("key" = [])),
    request_body = schema::WebhookAsked,
    responses(
        (status = 201, description = "Told from now on, durably", body = schema::WebhookMade),
        problems::BadField, problems::Keyed, problems::Over64KiB, problems::NotJson,
        problems::WebhookDoesNotFit, problems::BusyOrUsedUp, problems::NotNow,
    )
)]
async fn post_webhook(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (members, _) = body::object(request).await?;
    let fields = Fields::of(&members).only(MADE_OF)?;
    let url = fields.needed("url")?.to_owned();
    let events = events(&fields)?.ok_or_else(|| fields.bad("events", "is needed"))?;
    let zones = zones(&own, &grant, &fields)?.unwrap_or_default();
    if matches!(zones, WatchedZones::All) && events.has_any_of(crate::webhooks::EventFamily::Zone) {
        fit(&own, &grant, &zones)?;
    }
    let asked = NewEndpoint {
        partner: grant.partner.clone(),
        scopes: grant.scopes,
        url,
        events,
        zones,
        threshold: fields.whole("threshold", 1..=MAX_THRESHOLD)?,
        secret: fields.text("secret")?.map(str::to_owned),
    };
    let (made, secret) = own.desk.create(asked).await?;
    let made = schema::WebhookMade {
        secret,
        made: shown(made),
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Your endpoints whose events the key may be told.
///
/// All of them at once; of those that are disabled with the reason. Secrets are not told again.
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "partners", security(("key" = [])),
    responses(
        (status = 200, description = "All of them", body = schema::Webhooks),
        problems::NoKey, problems::NotNow,
    )
)]
async fn get_webhooks(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
) -> Result<Json<schema::Webhooks>, ApiError> {
    let all = own.desk.list(&grant.partner, grant.scopes).await?;
    let webhooks = all.into_iter().map(shown).collect();
    Ok(Json(schema::Webhooks { webhooks }))
}

/// One endpoint: whether it is told, and why not.
///
/// One of another partner, or whose events the key may not be told, is answered as one that is not there.
#[utoipa::path(
    get, path = "/v1/webhooks/{webhook}", tag = "partners", security(("key" = [])),
    params(("webhook" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "As it is", body = schema::Webhook),
        problems::BadPath, problems::NoKey, problems::NoSuchWebhook, problems::NotNow,
    )
)]
async fn get_webhook(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    Id(id): Id,
) -> Result<Json<schema::Webhook>, ApiError> {
    Ok(Json(shown(own.desk.one(of(&grant), &id).await?)))
}

/// Change where an endpoint is and what it is told, or whether.
///
/// One that is enabled again is told first what has waited.
#[utoipa::path(
    patch, path = "/v1/webhooks/{webhook}", tag = "partners", security(("key" = [])),
    params(("webhook" = String, Path, description = "The webhook's id")),
    request_body = schema::WebhookChanged,
    responses(
        (status = 200, description = "So from now on, durably", body = schema::Webhook),
        problems::BadField, problems::Keyed, problems::NoSuchWebhook, problems::Over64KiB,
        problems::NotJson, problems::WebhookDoesNotFit, problems::NotNow,
    )
)]
async fn patch_webhook(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    Id(id): Id,
    request: Request,
) -> Result<Json<schema::Webhook>, ApiError> {
    let (members, _) = body::object(request).await?;
    let fields = Fields::of(&members).only(CHANGED_BY)?;
    let change = EndpointChange {
        url: fields.text("url")?.map(str::to_owned),
        events: events(&fields)?,
        zones: zones(&own, &grant, &fields)?,
        threshold: fields.whole("threshold", 1..=MAX_THRESHOLD)?,
        is_enabled: fields.flag("enabled")?,
    };
    let changed = own.desk.change(of(&grant), &id, change).await?;
    Ok(Json(shown(changed)))
}

/// Forget an endpoint, and what waits for it.
///
/// Its log goes too. To keep both, disable it instead.
#[utoipa::path(
    delete, path = "/v1/webhooks/{webhook}", tag = "partners", security(("key" = [])),
    params(("webhook" = String, Path, description = "The webhook's id")),
    responses(
        (status = 204, description = "Gone, durably"),
        problems::BadPath, problems::NoKey, problems::NoSuchWebhook, problems::NotNow,
    )
)]
async fn delete_webhook(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    own.desk.delete(of(&grant), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give an endpoint another secret. For a day both sign.
///
/// Without a body the hub makes one. While the secret before the one that signs does so too, it is
/// refused, unless `now` says that it may end at once.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/rotate", tag = "partners", security(("key" = [])),
    params(("webhook" = String, Path, description = "The webhook's id")),
    request_body(content = Option<schema::SecretAsked>),
    responses(
        (status = 200, description = "Signed with it from now on, durably", body = schema::SecretMade),
        problems::BadField, problems::NoKey, problems::NoSuchWebhook, problems::OldSecretSigns,
        problems::Over64KiB, problems::WebhookDoesNotFit, problems::NotNow,
    )
)]
async fn rotate_webhook(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    Id(id): Id,
    request: Request,
) -> Result<Json<schema::SecretMade>, ApiError> {
    let given = if says_json(request.headers()) {
        let (members, _) = body::object(request).await?;
        let fields = Fields::of(&members).only(&["secret", "now"])?;
        let secret = fields.text("secret")?.map(str::to_owned);
        (secret, fields.flag("now")?.unwrap_or(false))
    } else {
        (None, false)
    };
    let (secret, until) = own.desk.rotate(of(&grant), &id, given).await?;
    Ok(Json(schema::SecretMade {
        secret,
        old_secret_until: until.to_string(),
    }))
}

/// Send an endpoint a message of the type `webhook.test`, once, now.
///
/// The answer says what came of it, within 15 s also where the endpoint does not answer, and so do its
/// deliveries. An endpoint that is disabled is tried too.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/test", tag = "partners", security(("key" = [])),
    params(("webhook" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "It was tried; `delivered` says whether it was taken", body = schema::WebhookTried),
        problems::BadPath, problems::NoKey, problems::NoSuchWebhook, problems::Busy, problems::NotNow,
    )
)]
async fn test_webhook(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<WebhooksState>>,
    Id(id): Id,
) -> Result<Json<schema::WebhookTried>, ApiError> {
    let tried = own.desk.test(of(&grant), &id).await?;
    Ok(Json(schema::WebhookTried {
        delivered: tried.why.is_none(),
        answered: tried.status,
        reason: tried.why,
        took_ms: tried.took.as_millis() as u64,
    }))
}

fn unfit(field: &'static str, detail: String) -> ApiError {
    ApiError::Unfit { field, detail }
}

fn strings<'v>(
    fields: &Fields<'v>,
    name: &'static str,
    most: usize,
) -> Result<Option<Vec<&'v str>>, ApiError> {
    let Some(value) = fields.get(name) else {
        return Ok(None);
    };
    let list = value.as_array().filter(|list| list.len() <= most);
    let texts = list.and_then(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    texts.map(Some).ok_or_else(|| {
        fields.bad(
            name,
            format_args!("must be a list of at most {most} strings"),
        )
    })
}

fn events(fields: &Fields<'_>) -> Result<Option<Events>, ApiError> {
    let asked = strings(fields, "events", MAX_EVENTS)?;
    let read = asked.map(Events::read).transpose();
    read.map_err(|why| unfit("events", why))
}

/// The zones that are named or lie in the box, as this partner sees them now.
fn zones(
    own: &WebhooksState,
    grant: &Grant,
    fields: &Fields<'_>,
) -> Result<Option<WatchedZones>, ApiError> {
    let most = own.desk.most_zones() as usize;
    let zones = match (strings(fields, "zones", most)?, fields.get("bbox")) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(fields.bad("bbox", "cannot be given together with zones"));
        }
        (Some(ids), None) => {
            let mut ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            ids.sort_unstable();
            ids.dedup();
            WatchedZones::Zones(ids)
        }
        (None, Some(value)) => {
            let corners: Option<[f64; 4]> = serde_json::from_value(value.clone()).ok();
            let good = corners.filter(|[w, s, e, n]| BBox::new(*w, *s, *e, *n).is_some());
            WatchedZones::Bbox(good.ok_or_else(|| {
                fields.bad("bbox", "must be four numbers: west, south, east, north")
            })?)
        }
    };
    fit(own, grant, &zones)?;
    Ok(Some(zones))
}

/// Whether all of them are seen, and no more than one may follow.
fn fit(own: &WebhooksState, grant: &Grant, zones: &WatchedZones) -> Result<(), ApiError> {
    let registry = &own.reads.registry;
    let eyes = Eyes::Partner(grant.partner.clone());
    let most = own.desk.most_zones() as usize;
    let count = match zones {
        WatchedZones::Zones(ids) => {
            // First the indices, then the city: the city must not be the older of the two.
            let named: Vec<_> = ids.iter().map(|id| registry.zone_called(id)).collect();
            let city = registry.city();
            let sight = Sight::new(&own.reads, &city, &eyes);
            let is_seen = |zone: &Option<ZoneIx>| zone.is_some_and(|zone| sight.sees_zone(zone));
            if let Some((id, _)) = ids.iter().zip(&named).find(|(_, zone)| !is_seen(zone)) {
                let why = format!("zones: there is no zone {}", quoted(id));
                return Err(unfit("zones", why));
            }
            ids.len()
        }
        WatchedZones::All => registry.city().zones().count(),
        WatchedZones::Bbox([w, s, e, n]) => {
            let city = registry.city();
            let bbox = BBox::new(*w, *s, *e, *n);
            let inside = |place| bbox.is_some_and(|bbox| bbox.contains(place));
            city.zones()
                .filter(|(_, zone)| inside(zone.spec.place))
                .count()
        }
    };
    if count > most {
        let detail = format!("zones: an endpoint follows at most {most}, these are {count}");
        return Err(unfit("zones", detail));
    }
    Ok(())
}

fn shown(webhook: ShownEndpoint) -> schema::Webhook {
    let time = |at: Millis| at.to_string();
    let mut zones = None;
    let mut bbox = None;
    match webhook.zones {
        WatchedZones::All => {}
        WatchedZones::Zones(ids) => zones = Some(ids),
        WatchedZones::Bbox(corners) => bbox = Some(corners),
    }
    let (why, since) = webhook.disabled.unzip();
    schema::Webhook {
        id: webhook.id,
        url: webhook.url,
        events: webhook.events.list().to_vec(),
        zones,
        bbox,
        threshold: webhook.threshold,
        state: if webhook.is_enabled {
            "enabled"
        } else {
            "disabled"
        },
        disabled_reason: why,
        disabled_at: since.map(time),
        old_secret_until: webhook.old_secret_until.map(time),
        created_at: time(webhook.created_at),
    }
}
