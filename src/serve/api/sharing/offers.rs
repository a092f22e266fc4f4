//! Private bays on offer, for the businesses that own them. Somebody else's offer is not there.

use super::offer::{changed, needed_price, shown};
use super::{ical, owned_schema, pool, schema};
use crate::domain::offer::{CalendarToken, Hours};
use crate::domain::{Millis, Offer, OfferState, Reservation, Rules, Span, TimeZone};
use crate::partners::Grant;
use crate::serve::api::schema::CrsQuery;
use crate::serve::http::auth::Sharer;
use crate::serve::http::body::{self, Fields};
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, IfNoneMatch, tag_of};
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::state::SharingState;
use crate::serve::told_in::{CRS, ToldIn};
use crate::sharing::DeskError;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How much of its past and future a calendar shows.
const CALENDAR_MS: u64 = 90 * 86_400_000;
const MOST_EVENTS: u32 = 10_000;
const MOST_AFFECTED: usize = 100;
const MOST_DAYS_MS: u64 = 93 * 86_400_000;
const WEEK_MS: u64 = 7 * 86_400_000;

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<SharingState>> {
    OpenApiRouter::new()
        .routes(routes!(post_offer, get_offers))
        .routes(routes!(get_offer, patch_offer, delete_offer))
        .routes(routes!(calendar))
        .routes(routes!(renew_calendar))
        .routes(routes!(utilisation))
}

/// Put one of your bays on offer, or so many places of a zone.
///
/// A bay is yours if its zone is private and names you as its operator, or if an administrator has
/// recorded it as yours. The places of a zone are your own bays there for cars; of a car park that only
/// counts, and is no street, they are its operator's. At no time are more on offer than you have there.
#[utoipa::path(
    post, path = "/v1/offers", tag = "sharing businesses", security(("key" = ["share"])),
    request_body = schema::OfferAsked,
    responses(
        (status = 201, description = "On offer, durably", body = schema::Offer),
        problems::BadField, problems::Keyed, problems::NoSuchBayOfYours, problems::OnAnotherOffer,
        problems::NotAsMany, problems::Over64KiB, problems::NotJson, problems::Busy, problems::NotNow,
    )
)]
async fn post_offer(
    Sharer(grant): Sharer,
    State(own): State<Arc<SharingState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let (members, _) = body::object(request).await?;
    let fields = Fields::of(&members);
    let (bay, pool) = pool::asked(&own, &grant, &fields)?;
    let now = own.desk.now();
    if !fields.has("windows") {
        return Err(fields.bad("windows", "is needed"));
    }
    let hours = Hours {
        zone: TimeZone::UTC,
        once: vec![],
        weekly: vec![],
        closed: vec![],
    };
    let blank = Offer {
        id: 0,
        name: "".into(),
        bay,
        pool,
        owner: grant.partner.clone(),
        state: OfferState::Open,
        hours,
        price: needed_price(&fields)?,
        currency: own.desk.config().currency,
        rules: Rules::default(),
        notes: String::new(),
        // Given by the desk.
        calendar: CalendarToken("".into()),
        created_at: now,
        version: 0,
    };
    let made = own.desk.add_offer(changed(blank, fields, now)?).await?;
    let place = format!("/v1/offers/{}", made.name);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        Json(shown(&made)),
    )
        .into_response())
}

/// Your offers, also those that are withdrawn.
///
/// Page by page by `cursor`, until `next` is null, in the order in which they were made.
#[utoipa::path(
    get, path = "/v1/offers", tag = "sharing businesses", security(("key" = ["share"])),
    params(schema::PageQuery, CrsQuery),
    responses(
        (status = 200, description = "A page of offers", body = schema::Offers),
        problems::BadParameter, problems::Keyed, problems::NotNow,
    )
)]
async fn get_offers(
    Sharer(grant): Sharer,
    State(own): State<Arc<SharingState>>,
    uri: Uri,
) -> Result<Json<schema::Offers>, ApiError> {
    let p = Params::read(uri.query(), &["limit", "cursor", CRS])?;
    ToldIn::asked(&p, own.public_crs)?;
    let limit = p.number("limit", 1..=1000_u32)?.unwrap_or(100);
    let after = cursor::read_number(p.text("cursor"))?;
    let mut found = own.desk.offers(&grant.partner, after, limit + 1).await?;
    let next = cursor::page(&mut found, limit as usize, |offer| offer.id.to_string());
    Ok(Json(schema::Offers {
        offers: found.iter().map(shown).collect(),
        next,
    }))
}

/// One of your offers.
///
/// With its hours, its prices, its rules and the address of its calendar.
#[utoipa::path(
    get, path = "/v1/offers/{offer}", tag = "sharing businesses", security(("key" = ["share"])),
    params(("offer" = String, Path, description = "The offer's id")),
    responses(
        (status = 200, description = "The offer", body = schema::Offer),
        problems::BadPath, problems::Keyed, problems::NoSuchOffer, problems::NotNow,
    )
)]
async fn get_offer(
    Sharer(grant): Sharer,
    State(own): State<Arc<SharingState>>,
    Id(id): Id,
) -> Result<Json<schema::Offer>, ApiError> {
    Ok(Json(shown(&one(&own, &grant, &id).await?)))
}

/// Change, pause or reopen an offer.
///
/// What is booked stands as it was booked; but of a pool that has fewer `bays` than before, who has no place
/// any more gets another bay, or the money back within a minute.
#[utoipa::path(
    patch, path = "/v1/offers/{offer}", tag = "sharing businesses", security(("key" = ["share"])),
    params(("offer" = String, Path, description = "The offer's id"), schema::ChangeQuery),
    request_body = schema::OfferChanges,
    responses(
        (status = 200, description = "Changed, durably, and what is booked that the change would not allow any more; \
            with `preview=true` nothing is changed", body = schema::ChangedOffer),
        problems::BadField, problems::Keyed, problems::NoSuchOffer, problems::WithdrawnOrChanged,
        problems::NotAsMany, problems::Over64KiB, problems::NotJson, problems::Busy, problems::NotNow,
    )
)]
async fn patch_offer(
    Sharer(grant): Sharer,
    State(own): State<Arc<SharingState>>,
    Id(id): Id,
    uri: Uri,
    request: Request,
) -> Result<Json<schema::ChangedOffer>, ApiError> {
    let p = Params::read(uri.query(), &["preview"])?;
    let preview = p.flag("preview")?;
    let old = one(&own, &grant, &id).await?;
    let (members, _) = body::object(request).await?;
    if preview && old.state == OfferState::Withdrawn {
        return Err(DeskError::Withdrawn.into());
    }
    let new = changed(old, Fields::of(&members), own.desk.now())?;
    let new = if preview {
        new
    } else {
        own.desk.put_offer(new).await?
    };
    let affects = own.desk.affected(&new, MOST_AFFECTED).await?;
    let brief = |r: &Reservation| owned_schema::BriefBooking {
        id: r.name.to_string(),
        state: r.state.name(),
        start: r.span.start.to_string(),
        end: r.span.end.to_string(),
    };
    Ok(Json(schema::ChangedOffer {
        affects: affects.iter().map(brief).collect(),
        offer: shown(&new),
    }))
}

/// Withdraw an offer.
///
/// Nothing new is booked from now on; what is booked stands.
#[utoipa::path(
    delete, path = "/v1/offers/{offer}", tag = "sharing businesses", security(("key" = ["share"])),
    params(("offer" = String, Path, description = "The offer's id")),
    responses(
        (status = 204, description = "Withdrawn, durably; also if it was before"),
        problems::BadPath, problems::Keyed, problems::NoSuchOffer, problems::ChangedMeanwhile,
        problems::Busy, problems::NotNow,
    )
)]
async fn delete_offer(
    Sharer(grant): Sharer,
    State(own): State<Arc<SharingState>>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let offer = one(&own, &grant, &id).await?;
    own.desk.withdraw(offer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The bookings of one of your offers as a calendar: 90 days back and ahead.
///
/// With your key or, for a calendar program, at the address that the offer names as `calendar`;
/// parameters that such programs add are ignored. The same bookings are the same bytes: `DTSTAMP` and
/// `LAST-MODIFIED` say when a booking last changed, and the ETag changes only with them.
#[utoipa::path(
    get, path = "/v1/offers/{offer}/calendar.ics", tag = "sharing businesses", security((), ("key" = ["share"])),
    params(("offer" = String, Path, description = "The offer's id"), schema::CalendarQuery),
    responses(
        (status = 200, description = "iCalendar (RFC 5545)", body = String, content_type = "text/calendar"),
        (status = 304, description = "What `If-None-Match` names is still so"),
        problems::BadParameter, problems::Keyed, problems::NoSuchOffer, problems::NotNow,
    )
)]
async fn calendar(
    caller: Result<Sharer, ApiError>,
    State(own): State<Arc<SharingState>>,
    Id(id): Id,
    held: IfNoneMatch,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::among_others(uri.query(), &["token"])?;
    let offer = match p.text("token") {
        Some(token) => own
            .desk
            .offer_by_calendar(&id, token)
            .await
            .map_err(|e| match e {
                DeskError::NoSuch => {
                    ApiError::NotFound("there is no calendar at this address".to_owned())
                }
                other => other.into(),
            })?,
        None => one(&own, &caller?.0, &id).await?,
    };
    let now = own.desk.now();
    let span = Span {
        start: Millis(now.0.saturating_sub(CALENDAR_MS)),
        end: now.plus(CALENDAR_MS),
    };
    let bookings = own.desk.bookings(&offer, span, MOST_EVENTS).await?;
    let changes = own.desk.last_changes(&offer, span, MOST_EVENTS).await?;
    let body = ical::calendar(&offer, &bookings, &changes);
    let etag = tag_of(&body);
    let is_held = held.is(&etag);
    // Who may read it depends on more than the address, so nobody keeps it for others.
    let kept = HeaderValue::from_static("private, max-age=60");
    let headers = [(header::CACHE_CONTROL, kept), (header::ETAG, etag)];
    if is_held {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let of_type = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((headers, of_type, body).into_response())
}

/// Give an offer's calendar a new secret address.
///
/// The one before opens nothing any more.
#[utoipa::path(
    post, path = "/v1/offers/{offer}/calendar", tag = "sharing businesses", security(("key" = ["share"])),
    params(("offer" = String, Path, description = "The offer's id")),
    responses(
        (status = 200, description = "Changed, durably; `calendar` is the new address", body = schema::Offer),
        problems::BadPath, problems::Keyed, problems::NoSuchOffer, problems::WithdrawnOrChanged,
        problems::Busy, problems::NotNow,
    )
)]
async fn renew_calendar(
    Sharer(grant): Sharer,
    State(own): State<Arc<SharingState>>,
    Id(id): Id,
) -> Result<Json<schema::Offer>, ApiError> {
    let old = one(&own, &grant, &id).await?;
    Ok(Json(shown(&own.desk.renew_calendar(old).await?)))
}

/// How one of your offers was used, day by day.
///
/// For each day between `from` and `to`, 93 at most: how long the bay was on offer, and how much of that it was
/// used. Without them it is of the last week.
#[utoipa::path(
    get, path = "/v1/offers/{offer}/utilisation", tag = "sharing businesses", security(("key" = ["share"])),
    params(("offer" = String, Path, description = "The offer's id"), schema::SpanQuery),
    responses(
        (status = 200, description = "By day", body = schema::Utilisation),
        problems::BadParameter, problems::Keyed, problems::NoSuchOffer, problems::NotNow,
    )
)]
async fn utilisation(
    Sharer(grant): Sharer,
    State(own): State<Arc<SharingState>>,
    Id(id): Id,
    uri: Uri,
) -> Result<Json<schema::Utilisation>, ApiError> {
    let p = Params::read(uri.query(), &["from", "to"])?;
    let offer = one(&own, &grant, &id).await?;
    let to = p.time("to")?.unwrap_or_else(|| own.desk.now());
    let from = p
        .time("from")?
        .unwrap_or(Millis(to.0.saturating_sub(WEEK_MS)));
    let span =
        Span::new(from, to).ok_or_else(|| ApiError::bad("to", "to must be later than from"))?;
    if span.ms() > MOST_DAYS_MS {
        return Err(ApiError::bad(
            "from",
            "from and to may lie at most 93 days apart",
        ));
    }
    let used = own.desk.utilisation(&offer, span).await?;
    let day = |d: crate::sharing::Day| schema::UtilisationDay {
        utilisation: (d.offered_s > 0)
            .then(|| (d.used_s as f64 / d.offered_s as f64 * 1000.0).round() / 1000.0),
        date: d.date,
        offered_s: d.offered_s,
        booked_s: d.booked_s,
        used_s: d.used_s,
        booked_ahead_s: d.ahead_s,
        bookings: d.bookings,
        revenue_cents: d.revenue_cents,
    };
    Ok(Json(schema::Utilisation {
        offer: offer.name.to_string(),
        time_zone: offer.hours.zone.name(),
        currency: offer.currency.to_string(),
        days: used.days.into_iter().map(day).collect(),
    }))
}

/// One of a partner's own offers; a foreign one is answered as one that is not there.
pub(super) async fn one(own: &SharingState, grant: &Grant, id: &str) -> Result<Offer, ApiError> {
    own.desk
        .offer(id, &grant.partner)
        .await
        .map_err(|e| match e {
            DeskError::NoSuch => ApiError::NotFound(format!("you have no offer {}", quoted(id))),
            other => other.into(),
        })
}
