//! Requests for a private bay and what becomes of them, for drivers' apps. Another app's
//! reservation is not there.

use super::instead::{self, Wish};
use super::schema;
use super::wish::{MAX_PRICE, asked_by, request_of};
use crate::domain::offer::NOW_MS;
use crate::domain::pool::bay_told;
use crate::domain::{LatLon, Millis, Reservation, ReservationState, Risk, Span};
use crate::serve::api::schema::CrsQuery;
use crate::serve::api::sharing::owned_schema::BookingsQuery;
use crate::serve::api::sharing::{pages, place_of};
use crate::serve::http::auth::Booker;
use crate::serve::http::body::{self, Fields};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::idempotency::idempotency_key;
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use crate::serve::state::SharingState;
use crate::serve::told_in::{CRS, ToldIn};
use crate::sharing::{Ask, BookingsOf, Config, DeskError, DriverAct, OwnedBooking, Said};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const SHORTEST_MS: u64 = 60_000;

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<SharingState>> {
    OpenApiRouter::new()
        .routes(routes!(request))
        .routes(routes!(reservation))
        .routes(routes!(own_reservations))
        .routes(routes!(confirm))
        .routes(routes!(cancel))
        .routes(routes!(arrive))
        .routes(routes!(depart))
        .routes(routes!(taken))
        .routes(routes!(extend))
}

/// Ask for a bay near a place for some time.
///
/// The answer is a bay that is held for a few minutes: confirm it, or it is given to others. Sent
/// again with the same `Idempotency-Key` it is answered as at first, if it asks for the same: how
/// the body is written, the order of its members and defaults that are said or left out make no
/// difference. Without a key each request is a new one.
///
/// Where no bay suits, `nearest_room` is the nearest car park that counts and will likely have room at
/// the start, if there is one.
///
/// Each partner has a share of unconfirmed holds, which sinks where holds are left to expire and
/// bookings given up, and each `driver` it names another; beyond them 429 with
/// `/problems/quota-exceeded`.
#[utoipa::path(
    post, path = "/v1/requests", operation_id = "ask_bay", tag = "booking", security(("key" = ["book"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters; remembered for 24 hours, of one partner so many at a time"), CrsQuery),
    request_body = schema::BayAsked,
    responses(
        (status = 201, description = "Held", body = schema::Reservation),
        problems::BadField, problems::Keyed, problems::NoMatch, problems::Over64KiB,
        problems::NotJson, problems::KeyReused, problems::BusyOrUsedUp, problems::NothingHeld,
    )
)]
async fn request(
    Booker(grant): Booker,
    State(own): State<Arc<SharingState>>,
    told_in: ToldIn,
    request: Request,
) -> Result<Response, ApiError> {
    let key = idempotency_key(request.headers())?;
    let (members, bytes) = body::object(request).await?;
    let fields = Fields::of(&members);
    let mut ask = asked(fields, own.desk.config(), own.desk.now())?;
    asked_by(&mut ask, &fields, &own, (&grant, told_in))?;
    ask.key = key.map(|key| (key, Said::new(ask.meaning(!fields.has("start")), &bytes)));
    let wish = Wish {
        place: ask.place,
        start: ask.span.start,
        vehicle: ask.vehicle,
        told_in,
    };
    let held = own.desk.ask(ask).await;
    let held = held.map_err(|why| instead::refusal(&own, &wish, why))?;
    let place = format!("/v1/reservations/{}", held.name);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        Json(own.shown(&held, told_in)),
    )
        .into_response())
}

/// Who asks, and with which key, is the caller's to add.
fn asked(fields: Fields<'_>, config: &Config, now: Millis) -> Result<Ask, ApiError> {
    let start = fields.time("start")?.unwrap_or(now);
    let end = fields
        .time("end")?
        .ok_or_else(|| fields.bad("end", "is needed"))?;
    if start.plus(NOW_MS) < now {
        return Err(fields.bad("start", format_args!("has passed: it is {now}")));
    }
    if start.since(now) > config.furthest_days * 86_400_000 {
        return Err(fields.bad(
            "start",
            format_args!("may lie at most {} days ahead", config.furthest_days),
        ));
    }
    let Some(span) = Span::new(start, end) else {
        return Err(fields.bad(
            "end",
            format_args!("must be later than start: {end} is not after {start}"),
        ));
    };
    if span.end <= now || span.ms() < SHORTEST_MS {
        return Err(fields.bad(
            "end",
            "must be at least a minute after start, and not have passed",
        ));
    }
    not_too_long(&fields, config, span.ms())?;
    request_of(&fields, config, span)
}

/// No stay is longer. Whether one that is longer than most may be is for the offers to say: by the month it is.
fn not_too_long(fields: &Fields<'_>, config: &Config, ms: u64) -> Result<(), ApiError> {
    let most = config.longest_of_all_ms();
    if ms <= most {
        return Ok(());
    }
    let hours = most / 3_600_000;
    Err(fields.bad(
        "end",
        format_args!("may be at most {hours} hours after start"),
    ))
}

/// Your reservations, by start.
///
/// Page by page by `cursor`, until `next` is null. `state` and `from` narrow them down.
#[utoipa::path(
    get, path = "/v1/reservations", tag = "booking", security(("key" = ["book"])),
    params(BookingsQuery, CrsQuery),
    responses(
        (status = 200, description = "A page of reservations", body = schema::Reservations),
        problems::BadParameter, problems::Keyed, problems::NotNow,
    )
)]
async fn own_reservations(
    Booker(grant): Booker,
    State(own): State<Arc<SharingState>>,
    told_in: ToldIn,
    uri: Uri,
) -> Result<Json<schema::Reservations>, ApiError> {
    let page = pages::asked(uri.query(), &[CRS])?;
    let (found, next) = pages::read(&own, BookingsOf::Driver(&grant.partner), page).await?;
    let shown = |b: &OwnedBooking| own.shown(&b.booking, told_in);
    let reservations = found.iter().map(shown).collect();
    Ok(Json(schema::Reservations { reservations, next }))
}

/// A reservation as it is now.
///
/// Whoever follows many of them opens `/v1/reservations/stream` instead.
#[utoipa::path(
    get, path = "/v1/reservations/{reservation}", tag = "booking", security(("key" = ["book"])),
    params(("reservation" = String, Path, description = "The reservation's id"), CrsQuery),
    responses(
        (status = 200, description = "The reservation", body = schema::Reservation),
        problems::BadParameter, problems::Keyed, problems::NoSuchReservation, problems::NotNow,
    )
)]
async fn reservation(
    Booker(grant): Booker,
    State(own): State<Arc<SharingState>>,
    told_in: ToldIn,
    Id(id): Id,
) -> Result<Json<schema::Reservation>, ApiError> {
    let found = own
        .desk
        .reservation(&id, &grant.partner)
        .await
        .map_err(|e| absent(e, "reservation", &id))?;
    Ok(Json(own.shown(&found, told_in)))
}

macro_rules! step {
    ($(#[$doc:meta])* $name:ident, $path:literal, $event:expr, $done:literal) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "booking", security(("key" = ["book"])),
            params(("reservation" = String, Path, description = "The reservation's id"), CrsQuery),
            responses(
                (status = 200, description = $done, body = schema::Reservation),
                problems::BadParameter, problems::Keyed, problems::NoSuchReservation,
                problems::NotInThatState, problems::Busy, problems::NotNow,
            )
        )]
        async fn $name(
            Booker(grant): Booker,
            State(own): State<Arc<SharingState>>,
            told_in: ToldIn,
            Id(id): Id,
        ) -> Result<Json<schema::Reservation>, ApiError> {
            let done = own.desk.step(id.clone(), grant.partner.clone(), $event).await.map_err(|e| absent(e, "reservation", &id))?;
            Ok(Json(own.shown(&done, told_in)))
        }
    };
}

step!(
    /// Confirm a hold before it expires.
    ///
    /// From then on it is paid for, and no other driver is given that bay for that time.
    confirm, "/v1/reservations/{reservation}/confirm", DriverAct::Confirm, "Confirmed, durably; also if it was before"
);
step!(
    /// Give a reservation up.
    ///
    /// A hold costs nothing, nor does what is confirmed until `cancel_free_until`; from then on
    /// `cancel_fee_cents`, and from its start the whole price.
    cancel, "/v1/reservations/{reservation}/cancel", DriverAct::Cancel, "Cancelled, durably; also if it was before"
);
step!(
    /// The vehicle is there, at most 10 minutes before the time.
    ///
    /// A bay with a sensor sees that for itself; of one without, this is what is known.
    /// Nobody arrives while an order of the authority has all leave the bay.
    arrive, "/v1/reservations/{reservation}/arrive", DriverAct::Arrive, "Active, durably; also if it was before"
);
step!(
    /// The vehicle has left.
    ///
    /// What the stay has run over is charged at the same rate, up to the offer's `max_overstay_min`;
    /// of what is left of it the owner gives back `early_refund_percent`.
    depart, "/v1/reservations/{reservation}/depart", DriverAct::Depart, "Completed, durably; also if it was before"
);
step!(
    /// Somebody else stands in the bay: from 10 minutes before the start. The driver gets another bay
    /// that keeps what was promised, or, where there is none, all the money back.
    ///
    /// Not while a sensor sees the bay vacant, nor after the driver has arrived by the app's own word.
    taken, "/v1/reservations/{reservation}/taken", DriverAct::Taken, "Another bay (see `moved`), or cancelled and nothing owed"
);

/// Stay longer in the same bay.
///
/// From `end` on it costs what the offer costs now. If the bay is another's then, or its hours or its
/// longest stay do not allow it, 409 and nothing changes.
#[utoipa::path(
    post, path = "/v1/reservations/{reservation}/extend", tag = "booking", security(("key" = ["book"])),
    params(("reservation" = String, Path, description = "The reservation's id"), CrsQuery),
    request_body = schema::LongerAsked,
    responses(
        (status = 200, description = "Extended, durably; also if it was before", body = schema::Reservation),
        problems::BadField, problems::Keyed, problems::NoSuchReservation, problems::Over64KiB,
        problems::NotJson, problems::NotInThatState, problems::Busy, problems::NotNow,
    )
)]
async fn extend(
    Booker(grant): Booker,
    State(own): State<Arc<SharingState>>,
    told_in: ToldIn,
    Id(id): Id,
    request: Request,
) -> Result<Json<schema::Reservation>, ApiError> {
    let (members, _) = body::object(request).await?;
    let fields = Fields::of(&members);
    let end = fields.time("end")?;
    let end = end.ok_or_else(|| fields.bad("end", "is needed"))?;
    let most = fields.whole("max_price_cents", 0..=MAX_PRICE)?;
    let before = own.desk.reservation(&id, &grant.partner).await;
    let before = before.map_err(|e| absent(e, "reservation", &id))?;
    not_too_long(&fields, own.desk.config(), end.since(before.span.start))?;
    let act = DriverAct::Extend(end, most.map(i64::from));
    let done = own.desk.step(id.clone(), grant.partner.clone(), act).await;
    let done = done.map_err(|e| absent(e, "reservation", &id))?;
    Ok(Json(own.shown(&done, told_in)))
}

pub(super) fn absent(e: DeskError, what: &str, id: &str) -> ApiError {
    match e {
        DeskError::NoSuch => ApiError::NotFound(format!("you have no {what} {}", quoted(id))),
        other => other.into(),
    }
}

impl SharingState {
    pub(in crate::serve) fn shown(&self, r: &Reservation, told_in: ToldIn) -> schema::Reservation {
        let (zone, place) = place_of(&self.registry, &r.bay).unzip();
        let place = place.map(|place| LatLon::of_e7(told_in.place_e7(place)));
        let time = |t: Millis| t.to_string();
        schema::Reservation {
            id: r.name.to_string(),
            season: r.season.as_ref().map(|season| season.name.to_string()),
            state: r.state.name(),
            bay: bay_told(&r.bay).map(str::to_owned),
            zone,
            lat: place.map(|p| p.lat),
            lon: place.map(|p| p.lon),
            crs: told_in.said(),
            start: time(r.span.start),
            end: time(r.span.end),
            walk_m: r.walk_m,
            flexible: r.promise.flexible,
            price_cents: r.price_cents,
            currency: r.currency.to_string(),
            owed_cents: r.owed_cents,
            cancel_free_until: time(r.cancel.free_until(r.span.start)),
            cancel_fee_cents: r.cancel.fee_cents(r.price_cents),
            expires_at: (r.state == ReservationState::Held).then(|| time(r.expires_at)),
            arrived_at: r.arrived_at.map(time),
            departed_at: r.departed_at.map(time),
            at_risk: r.at_risk.map(Risk::name),
            moved: r.moved.as_ref().map(|m| schema::Moved {
                at: time(m.at),
                from: bay_told(&m.from).map(str::to_owned),
                reason: if m.taken { "taken" } else { "room" },
            }),
        }
    }
}
