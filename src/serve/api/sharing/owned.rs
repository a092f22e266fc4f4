//! What an owner reads of its bays: which they are, and what is booked there. No answer names a
//! driver or a vehicle.

use super::offers::one;
use super::owned_schema as schema;
use super::pages;
use super::place::place_of;
use crate::domain::pool::bay_told;
use crate::domain::{LatLon, Millis, ReservationState};
use crate::partners::Grant;
use crate::registry::city::City;
use crate::serve::api::schema::CrsQuery;
use crate::serve::http::auth::{Doorman, KeyHolder, Sharer};
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, TwoIds};
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::state::{ReadState, SharingState};
use crate::serve::told_in::{CRS, ToldIn};
use crate::sharing::{BookingPage, BookingsOf, BriefBooking, DeskError, OwnedBay, OwnedBooking};
use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::Uri;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const MAX_LIMIT: u32 = 1_000;
const DEFAULT_LIMIT: u32 = 100;

/// What is booked, and what is seen of the bays.
struct OwnedState {
    sharing_state: Arc<SharingState>,
    reads: Arc<ReadState>,
}

impl FromRef<Arc<OwnedState>> for Doorman {
    fn from_ref(own: &Arc<OwnedState>) -> Self {
        own.reads.doorman.clone()
    }
}

pub(super) fn routes(sharing_state: Arc<SharingState>, reads: Arc<ReadState>) -> OpenApiRouter {
    let own = Arc::new(OwnedState {
        sharing_state,
        reads,
    });
    OpenApiRouter::new()
        .routes(routes!(offer_bookings))
        .routes(routes!(cancel_booking))
        .routes(routes!(own_bookings))
        .routes(routes!(own_bays))
        .with_state(own)
}

/// What is and was booked of one of your offers, by start.
///
/// Without the driver: no name, no vehicle, no key.
#[utoipa::path(
    get, path = "/v1/offers/{offer}/reservations", tag = "sharing businesses", security(("key" = ["share"])),
    params(("offer" = String, Path, description = "The offer's id"), schema::BookingsQuery),
    responses(
        (status = 200, description = "A page of bookings", body = schema::OwnedBookings),
        problems::BadParameter, problems::Keyed, problems::NoSuchOffer, problems::NotNow,
    )
)]
async fn offer_bookings(
    Sharer(grant): Sharer,
    State(own): State<Arc<OwnedState>>,
    Id(id): Id,
    uri: Uri,
) -> Result<Json<schema::OwnedBookings>, ApiError> {
    let page = pages::asked(uri.query(), &[])?;
    let offer = one(&own.sharing_state, &grant, &id).await?;
    told(
        &own.sharing_state,
        &grant,
        BookingsOf::Offer(offer.id),
        page,
    )
    .await
}

/// Give up a booking of one of your offers, at your own cost: its driver owes nothing.
///
/// Not while the driver is there, nor once it is over. The driver is told, with the cause `owner`. The time
/// is free for others then; to keep it, pause the offer or except it before.
#[utoipa::path(
    post, path = "/v1/offers/{offer}/reservations/{reservation}/cancel", tag = "sharing businesses", security(("key" = ["share"])),
    params(
        ("offer" = String, Path, description = "The offer's id"),
        ("reservation" = String, Path, description = "The reservation's id"),
    ),
    responses(
        (status = 200, description = "Cancelled, durably; also if it was before", body = schema::OwnedBooking),
        problems::BadPath, problems::Keyed, problems::NoSuchBooking, problems::NotInThatState,
        problems::Busy, problems::NotNow,
    )
)]
async fn cancel_booking(
    Sharer(grant): Sharer,
    State(own): State<Arc<OwnedState>>,
    TwoIds(offer, id): TwoIds,
) -> Result<Json<schema::OwnedBooking>, ApiError> {
    let own = &own.sharing_state;
    let offer = one(own, &grant, &offer).await?;
    let done = own.desk.cancel_by_owner(&offer, id.clone()).await;
    let booking = done.map_err(|e| match e {
        DeskError::NoSuch => {
            ApiError::NotFound(format!("there is no booking {} on it", quoted(&id)))
        }
        other => other.into(),
    })?;
    let offer = offer.name;
    Ok(Json(shown(own, &grant, &OwnedBooking { booking, offer })))
}

/// What is and was booked at all of your bays, by start.
///
/// Without the driver: no name, no vehicle, no key.
#[utoipa::path(
    get, path = "/v1/partners/me/reservations", tag = "sharing businesses", security(("key" = ["share"])),
    params(schema::BookingsQuery),
    responses(
        (status = 200, description = "A page of bookings", body = schema::OwnedBookings),
        problems::BadParameter, problems::Keyed, problems::NotNow,
    )
)]
async fn own_bookings(
    Sharer(grant): Sharer,
    State(own): State<Arc<OwnedState>>,
    uri: Uri,
) -> Result<Json<schema::OwnedBookings>, ApiError> {
    let page = pages::asked(uri.query(), &[])?;
    let of = BookingsOf::Owner(&grant.partner);
    told(&own.sharing_state, &grant, of, page).await
}

/// Your own bays: what is seen there, whether they are on offer, and what is booked now and next.
///
/// With any key of the partner. A bay is yours if its zone is private and names you as its operator,
/// or if an administrator has recorded it as yours.
#[utoipa::path(
    get, path = "/v1/partners/me/bays", tag = "sharing businesses", security(("key" = [])),
    params(schema::OwnedBaysQuery, CrsQuery),
    responses(
        (status = 200, description = "A page of bays", body = schema::OwnedBays),
        problems::BadParameter, problems::NoKey, problems::NotNow,
    )
)]
async fn own_bays(
    KeyHolder(grant): KeyHolder,
    State(own): State<Arc<OwnedState>>,
    uri: Uri,
) -> Result<Json<schema::OwnedBays>, ApiError> {
    let p = Params::read(uri.query(), &["limit", "cursor", CRS])?;
    let told_in = ToldIn::asked(&p, own.sharing_state.public_crs)?;
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let after = p.text("cursor").map(cursor::read).transpose()?;
    let desk = &own.sharing_state.desk;
    let found = desk.bays_of(&grant.partner, after, limit as usize);
    let city = &found.city;
    let ids: Vec<Arc<str>> = found
        .bays
        .iter()
        .map(|b| Arc::from(city.bay_id(*b)))
        .collect();
    let mut made_of = desk.owned_bays(&grant.partner, &ids).await?;
    let last = found.bays.last().filter(|_| found.more);
    let next = last.map(|bay| cursor::write(city.bay_number(*bay)));
    let bays = found.bays.iter().zip(&ids).map(|(bay, id)| {
        let view = own.reads.live.bay(city, *bay);
        shown_bay(
            city,
            &view,
            made_of.remove(&**id).unwrap_or_default(),
            told_in,
        )
    });
    let bays = bays.collect();
    Ok(Json(schema::OwnedBays {
        partner: grant.partner.to_string(),
        crs: told_in.said(),
        at: desk.now().to_string(),
        bays,
        next,
    }))
}

async fn told(
    own: &SharingState,
    grant: &Grant,
    of: BookingsOf<'_>,
    page: BookingPage,
) -> Result<Json<schema::OwnedBookings>, ApiError> {
    let (found, next) = pages::read(own, of, page).await?;
    Ok(Json(schema::OwnedBookings {
        reservations: found.iter().map(|b| shown(own, grant, b)).collect(),
        next,
    }))
}

fn shown(own: &SharingState, grant: &Grant, owned: &OwnedBooking) -> schema::OwnedBooking {
    let r = &owned.booking;
    // What was owed to who had the bay before is not told.
    let is_own = r.owner == grant.partner;
    let zone = place_of(&own.registry, &r.bay).map(|(zone, _)| zone);
    let time = |t: Millis| t.to_string();
    schema::OwnedBooking {
        id: r.name.to_string(),
        offer: is_own.then(|| owned.offer.to_string()),
        state: r.state.name(),
        bay: bay_told(&r.bay).map(str::to_owned),
        zone,
        start: time(r.span.start),
        end: time(r.span.end),
        price_cents: is_own.then_some(r.price_cents),
        currency: r.currency.to_string(),
        owed_cents: is_own.then_some(r.owed_cents),
        created_at: time(r.created_at),
        expires_at: (r.state == ReservationState::Held).then(|| time(r.expires_at)),
        arrived_at: r.arrived_at.map(time),
        departed_at: r.departed_at.map(time),
    }
}

fn shown_bay(
    city: &City,
    view: &crate::domain::BayView,
    of: OwnedBay,
    told_in: ToldIn,
) -> schema::OwnedBay {
    let zone = &city.zone(city.zone_of(view.bay)).spec;
    let place = LatLon::of_e7(told_in.place_e7(city.place_e7(view.bay)));
    let known = !view.observed_at.is_never();
    let brief = |b: BriefBooking| schema::BriefBooking {
        id: b.name.to_string(),
        state: b.state.name(),
        start: b.span.start.to_string(),
        end: b.span.end.to_string(),
    };
    schema::OwnedBay {
        bay: city.bay_id(view.bay).to_string(),
        zone: zone.id.clone(),
        zone_name: zone.name.clone(),
        zone_kind: zone.kind.name(),
        lat: place.lat,
        lon: place.lon,
        kind: city.attrs(view.bay).kind.name(),
        state: view.status.name(),
        observed_at: known.then(|| view.observed_at.to_string()),
        source_kind: known.then(|| view.source_kind.name()),
        offer: of.offer.map(|(id, state)| schema::OwnedBayOffer {
            id: id.to_string(),
            state: state.name(),
        }),
        booked_now: of.now.map(brief),
        booked_next: of.next.map(brief),
    }
}
