//! Subscriptions: made, listed, changed, forgotten. Any good key of a partner will do; another
//! partner's subscription is one that is not there.

use super::NgsiState;
use super::asker::{context, context_link, media, no_tenant};
use super::entities::link_pages;
use super::fault::NgsiFault;
use super::schema;
use super::selection::{PageWish, uri};
use super::watching::{asked, kept};
use super::wish::SubscriptionWish;
use super::write::MediaForm;
use crate::domain::Millis;
use crate::serve::http::auth::KeyHolder;
use crate::serve::http::body;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use crate::webhooks::{NewSubscription, SubscriptionRow, SubscriptionState, WebhookFault};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_LIMIT: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<Arc<NgsiState>> {
    OpenApiRouter::new()
        .routes(routes!(ngsi_subscribe, ngsi_subscriptions))
        .routes(routes!(
            ngsi_subscription,
            ngsi_resubscribe,
            ngsi_unsubscribe
        ))
        .layer(DefaultBodyLimit::max(body::MAX))
}

impl From<WebhookFault> for NgsiFault {
    fn from(fault: WebhookFault) -> Self {
        Self::Api(match fault {
            WebhookFault::NoSuch => {
                ApiError::NotFound("there is no such subscription of yours".to_owned())
            }
            WebhookFault::Unfit(field, why) => ApiError::bad(field, why),
            other => other.into(),
        })
    }
}

/// Be told of entities as they change, or on time.
///
/// First as they are, then as they are whenever what is watched has changed: by HTTP POST to
/// `notification.endpoint.uri`, one notification at a time, so that nothing older comes after the
/// newest. Addresses are those that webhooks may have.
#[utoipa::path(
    post, path = "/ngsi-ld/v1/subscriptions", tag = "brokers", security(("key" = [])),
    request_body = schema::SubscriptionAsked,
    responses(
        (status = 201, description = "Told from now on, durably; `Location` names it"),
        schema::BadRequestData, problems::NoKey, schema::SubscriptionThere, schema::BodyTooLarge,
        schema::NotJsonLd, problems::BusyOrUsedUp, schema::NoTenants, schema::NotNowLd,
    )
)]
async fn ngsi_subscribe(
    holder: Result<KeyHolder, ApiError>,
    State(own): State<Arc<NgsiState>>,
    request: Request,
) -> Result<Response, NgsiFault> {
    let KeyHolder(grant) = holder?;
    no_tenant(request.headers())?;
    let (parts, rest) = request.into_parts();
    let context = context(&parts);
    let (members, _) = body::object(Request::from_parts(parts, rest)).await?;
    let (asked, wish) = read(members)?;
    lies_ahead(&wish, own.look.reads.clock.now())?;
    let name = match asked.get("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(uri("id", id)?),
        Some(_) => return Err(ApiError::bad("id", "id must be a URI").into()),
    };
    let asked = Value::Object(asked);
    let new = new(name, (&asked, &context), wish);
    let made = own.desk.subscribe(&grant.partner, new).await?;
    let place = format!("/ngsi-ld/v1/subscriptions/{}", made.name);
    let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    Ok((StatusCode::CREATED, [(header::LOCATION, place)]).into_response())
}

/// Your subscriptions.
///
/// With how the telling goes: `timesSent`, `lastNotification`, `lastSuccess`, `lastFailure`, and the
/// `status` of each: active, paused or expired.
#[utoipa::path(
    get, path = "/ngsi-ld/v1/subscriptions", tag = "brokers", security(("key" = [])),
    params(schema::SubscriptionsQuery),
    responses(
        schema::SubscriptionsAnswer, schema::BadRequestData, problems::NoKey,
        schema::NotAcceptable, schema::NoTenants, schema::NotNowLd,
    )
)]
async fn ngsi_subscriptions(
    holder: Result<KeyHolder, ApiError>,
    State(own): State<Arc<NgsiState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, NgsiFault> {
    let KeyHolder(grant) = holder?;
    no_tenant(&headers)?;
    let form = media(&headers, &[MediaForm::Json, MediaForm::JsonLd])?;
    let p = Params::read(uri.query(), &["limit", "offset", "count"])?;
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(MAX_LIMIT);
    let offset = p.number("offset", 0..=MAX_LIMIT)?.unwrap_or(0);
    let rows = own.desk.subscriptions(&grant.partner).await?;
    let count = rows.len();
    let now = own.look.reads.clock.now();
    let page = rows.iter().skip(offset).take(limit);
    let all: Vec<Value> = page.map(|row| shown(row, form, now)).collect();
    let mut answer = told(&Value::from(all), form, "");
    let wish = PageWish {
        limit,
        offset,
        ..PageWish::default()
    };
    link_pages(answer.headers_mut(), &uri, wish, offset + limit < count);
    if p.flag("count")? {
        answer
            .headers_mut()
            .insert("ngsild-results-count", count.into());
    }
    Ok(answer)
}

/// One of them.
///
/// As it was asked for, with how the telling goes.
#[utoipa::path(
    get, path = "/ngsi-ld/v1/subscriptions/{subscription}", tag = "brokers", security(("key" = [])),
    params(("subscription" = String, Path, description = "The subscription's URN")),
    responses(
        schema::SubscriptionAnswer, schema::BadRequestData, problems::NoKey,
        schema::NoSuchSubscription, schema::NotAcceptable, schema::NoTenants, schema::NotNowLd,
    )
)]
async fn ngsi_subscription(
    holder: Result<KeyHolder, ApiError>,
    State(own): State<Arc<NgsiState>>,
    id: Result<Id, ApiError>,
    headers: HeaderMap,
) -> Result<Response, NgsiFault> {
    let KeyHolder(grant) = holder?;
    no_tenant(&headers)?;
    let form = media(&headers, &[MediaForm::Json, MediaForm::JsonLd])?;
    let row = own.desk.subscription(&grant.partner, &id?.0).await?;
    let (_, context) = asked(&row);
    let now = own.look.reads.clock.now();
    Ok(told(&shown(&row, form, now), form, &context))
}

/// Change one.
///
/// Members that are given replace those that were, null takes one away; the whole must make sense. What
/// was told stays counted.
#[utoipa::path(
    patch, path = "/ngsi-ld/v1/subscriptions/{subscription}", tag = "brokers", security(("key" = [])),
    params(("subscription" = String, Path, description = "The subscription's URN")),
    request_body = schema::SubscriptionChange,
    responses(
        (status = 204, description = "Changed, durably"),
        schema::BadRequestData, problems::NoKey, schema::NoSuchSubscription, schema::BodyTooLarge,
        schema::NotJsonLd, schema::NoTenants, schema::NotNowLd,
    )
)]
async fn ngsi_resubscribe(
    holder: Result<KeyHolder, ApiError>,
    State(own): State<Arc<NgsiState>>,
    id: Result<Id, ApiError>,
    request: Request,
) -> Result<Response, NgsiFault> {
    let KeyHolder(grant) = holder?;
    no_tenant(request.headers())?;
    let (members, _) = body::object(request).await?;
    let row = own.desk.subscription(&grant.partner, &id?.0).await?;
    let (old, context) = asked(&row);
    let mut next = match old {
        Value::Object(old) => old,
        _ => Map::new(),
    };
    for (name, value) in members {
        if name == "id" && value != row.name.as_str() {
            return Err(ApiError::bad("id", "id cannot be changed").into());
        }
        if value.is_null() {
            next.remove(&name);
        } else {
            next.insert(name, value);
        }
    }
    let (next, wish) = read(next)?;
    lies_ahead(&wish, own.look.reads.clock.now())?;
    let next = Value::Object(next);
    let new = new(None, (&next, &context), wish);
    own.desk.resubscribe(&row, new).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Forget one.
///
/// Nothing more is told, but for a notification that is under way.
#[utoipa::path(
    delete, path = "/ngsi-ld/v1/subscriptions/{subscription}", tag = "brokers", security(("key" = [])),
    params(("subscription" = String, Path, description = "The subscription's URN")),
    responses(
        (status = 204, description = "Forgotten, durably"),
        schema::BadRequestData, problems::NoKey, schema::NoSuchSubscription, schema::NoTenants,
        schema::NotNowLd,
    )
)]
async fn ngsi_unsubscribe(
    holder: Result<KeyHolder, ApiError>,
    State(own): State<Arc<NgsiState>>,
    id: Result<Id, ApiError>,
    headers: HeaderMap,
) -> Result<Response, NgsiFault> {
    let KeyHolder(grant) = holder?;
    no_tenant(&headers)?;
    own.desk.unsubscribe(&grant.partner, &id?.0).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Reads what is asked for; a name for the context is the asker's own affair.
fn read(
    mut members: Map<String, Value>,
) -> Result<(Map<String, Value>, SubscriptionWish), ApiError> {
    members.remove("@context");
    let wish = SubscriptionWish::read(&members)?;
    Ok((members, wish))
}

fn new(
    name: Option<String>,
    (asked, context): (&Value, &str),
    wish: SubscriptionWish,
) -> NewSubscription {
    NewSubscription {
        name,
        body: kept(asked, context),
        url: wish.url,
        headers: wish.headers,
        pace_s: wish.pace_s,
        every_s: wish.every_s,
        is_active: wish.is_active,
        expires_at: wish.expires_at,
    }
}

/// One that has ended would never tell anybody anything.
fn lies_ahead(wish: &SubscriptionWish, now: Millis) -> Result<(), ApiError> {
    match wish.expires_at {
        Some(at) if at <= now => Err(ApiError::bad("expiresAt", "expiresAt must lie ahead")),
        Some(_) | None => Ok(()),
    }
}

/// As it was asked for, and how it goes.
fn shown(row: &SubscriptionRow, form: MediaForm, now: Millis) -> Value {
    let (mut all, context) = asked(row);
    all["id"] = json!(row.name);
    all["type"] = json!("Subscription");
    all["isActive"] = json!(row.is_active);
    all["status"] = json!(SubscriptionState::of(row, now).name());
    let told = &row.told;
    let notification = &mut all["notification"];
    notification["timesSent"] = json!(told.times_sent);
    notification["timesFailed"] = json!(told.times_failed);
    for (name, at) in [
        ("lastNotification", told.last_notification),
        ("lastSuccess", told.last_success),
        ("lastFailure", told.last_failure),
    ] {
        if let Some(at) = at {
            notification[name] = json!(at.to_string());
        }
    }
    let is_failed = told.last_failure > told.last_success;
    notification["status"] = json!(if is_failed { "failed" } else { "ok" });
    if let Some(why) = row.why.as_ref().filter(|_| !row.is_active) {
        notification["why"] = json!(why);
    }
    if form == MediaForm::JsonLd {
        all["@context"] = json!(context);
    }
    all
}

fn told(body: &Value, form: MediaForm, context: &str) -> Response {
    let of_type = HeaderValue::from_static(form.media_type());
    let headers = [
        (header::CONTENT_TYPE, of_type),
        (header::VARY, HeaderValue::from_static("accept")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let link = context_link(context).filter(|_| form == MediaForm::Json && !context.is_empty());
    let link = link.map(|link| [(header::LINK, link)]);
    (headers, link, body.to_string()).into_response()
}
