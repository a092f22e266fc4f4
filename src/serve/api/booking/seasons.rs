//! Seasons for drivers' apps: a bay on the same hours again and again. Another app's season is not there.

use super::reservations::absent;
use super::schema;
use super::wish::{asked_by, request_of};
use crate::domain::offer::NOW_MS;
use crate::domain::weekly::each_day;
use crate::domain::{Reservation, TimeZone};
use crate::serve::api::schema::CrsQuery;
use crate::serve::api::sharing::weekly;
use crate::serve::http::auth::Booker;
use crate::serve::http::body::{self, Fields};
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::idempotency::idempotency_key;
use crate::serve::http::params::quoted;
use crate::serve::http::problems;
use crate::serve::state::SharingState;
use crate::serve::told_in::ToldIn;
use crate::sharing::{Said, SeasonAct, SeasonAsk};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Times of one season.
const MOST_TIMES: usize = 400;
const DAY_MS: u64 = 86_400_000;

pub(super) fn routes() -> OpenApiRouter<Arc<SharingState>> {
    OpenApiRouter::new()
        .routes(routes!(ask_season))
        .routes(routes!(season))
        .routes(routes!(confirm_season))
        .routes(routes!(cancel_season))
}

/// Ask for a bay near a place on the same hours again and again, for a season.
///
/// All times are held at one offer, or none: 409 has in `misses` those that the offer that has most of them has
/// not. Each is a reservation of its own; confirm them together before the hold expires. Hours are by the wall
/// clock of `repeat.tz`, also where clocks turn within the season. By the month it costs what a stay from the first day to
/// the last does, shared out over its times. Of one `Idempotency-Key` it is answered once: sent again, as the
/// season stands then. It counts as one hold.
#[utoipa::path(
    post, path = "/v1/seasons", tag = "booking", security(("key" = ["book"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters; remembered for 24 hours, of one partner so many at a time"), CrsQuery),
    request_body = schema::SeasonAsked,
    responses(
        (status = 201, description = "Held", body = schema::Season),
        problems::BadField, problems::Keyed, problems::NoMatch, problems::Over64KiB,
        problems::NotJson, problems::KeyReused, problems::BusyOrUsedUp, problems::NothingHeld,
    )
)]
async fn ask_season(
    Booker(grant): Booker,
    State(own): State<Arc<SharingState>>,
    told_in: ToldIn,
    request: Request,
) -> Result<Response, ApiError> {
    let key = idempotency_key(request.headers())?;
    let (members, bytes) = body::object(request).await?;
    let fields = Fields::of(&members);
    let mut asked = repeated(&own, fields)?;
    asked_by(&mut asked.ask, &fields, &own, (&grant, told_in))?;
    asked.ask.key = key.map(|key| (key, Said::new(asked.meaning(), &bytes)));
    let held = shown(&own, &own.desk.ask_season(asked).await?, told_in);
    let place = format!("/v1/seasons/{}", held.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(held)).into_response())
}

/// Who asks, and with which key, is the caller's to add.
fn repeated(own: &SharingState, fields: Fields<'_>) -> Result<SeasonAsk, ApiError> {
    let config = own.desk.config();
    let now = own.desk.now();
    for name in ["start", "end"] {
        if fields.has(name) {
            return Err(fields.bad(name, "is said by repeat"));
        }
    }
    if fields.flag("flexible")? == Some(true) {
        return Err(fields.bad("flexible", "is not for seasons"));
    }
    let repeat = fields.object("repeat")?;
    let repeat = repeat.ok_or_else(|| fields.bad("repeat", "is needed"))?;
    let window = weekly(&repeat)?;
    let name = repeat.needed("tz")?;
    let zone = TimeZone::parse(name).ok_or_else(|| {
        let form = "must be an IANA name such as Asia/Singapore";
        repeat.bad("tz", format_args!("{form}, not {}", quoted(name)))
    })?;
    let day = |name: &str| {
        let text = repeat.needed(name)?;
        TimeZone::day_named(text).ok_or_else(|| {
            repeat.bad(
                name,
                format_args!("must be a date such as 2027-02-01, not {}", quoted(text)),
            )
        })
    };
    let first = day("since")?;
    let last = day("until")?;
    let whole = zone.span_of_days(first, last).filter(|_| first <= last);
    let Some(whole) = whole else {
        return Err(repeat.bad("until", "must not be before since"));
    };
    let furthest = now.plus(config.furthest_days * DAY_MS);
    if whole.end > furthest.plus(DAY_MS) {
        let days = config.furthest_days;
        return Err(repeat.bad("until", format_args!("may lie at most {days} days ahead")));
    }
    let times = each_day(window, zone, own.desk.workdays(), (first, last), MOST_TIMES);
    let Some(once) = times.first().copied() else {
        return Err(repeat.bad("days", "come on no day from since to until"));
    };
    if once.start.plus(NOW_MS) < now {
        let start = once.start;
        return Err(repeat.bad("since", format_args!("begins at {start}, which has passed")));
    }
    if times.len() > MOST_TIMES {
        return Err(repeat.bad("until", format_args!("makes more than {MOST_TIMES} times")));
    }
    Ok(SeasonAsk {
        ask: request_of(&fields, config, once)?,
        times,
        whole,
    })
}

/// A season as it is now: its reservations in order.
///
/// Each of its reservations can be asked for by its own id as well.
#[utoipa::path(
    get, path = "/v1/seasons/{season}", tag = "booking", security(("key" = ["book"])),
    params(("season" = String, Path, description = "The season's id"), CrsQuery),
    responses(
        (status = 200, description = "The season", body = schema::Season),
        problems::BadParameter, problems::Keyed, problems::NoSuchSeason, problems::NotNow,
    )
)]
async fn season(
    Booker(grant): Booker,
    State(own): State<Arc<SharingState>>,
    told_in: ToldIn,
    Id(id): Id,
) -> Result<Json<schema::Season>, ApiError> {
    let found = own.desk.season(&id, &grant.partner).await;
    let found = found.map_err(|e| absent(e, "season", &id))?;
    Ok(Json(shown(&own, &found, told_in)))
}

macro_rules! step {
    ($(#[$doc:meta])* $name:ident, $path:literal, $act:expr, $done:literal) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "booking", security(("key" = ["book"])),
            params(("season" = String, Path, description = "The season's id"), CrsQuery),
            responses(
                (status = 200, description = $done, body = schema::Season),
                problems::BadParameter, problems::Keyed, problems::NoSuchSeason,
                problems::NotInThatState, problems::Busy, problems::NotNow,
            )
        )]
        async fn $name(
            Booker(grant): Booker,
            State(own): State<Arc<SharingState>>,
            told_in: ToldIn,
            Id(id): Id,
        ) -> Result<Json<schema::Season>, ApiError> {
            let done = own.desk.step_season(id.clone(), grant.partner.clone(), $act).await;
            let done = done.map_err(|e| absent(e, "season", &id))?;
            Ok(Json(shown(&own, &done, told_in)))
        }
    };
}

step!(
    /// Confirm a season before its hold expires. From then on it is paid for, all of it.
    ///
    /// A time that was given up alone before stays so.
    confirm_season, "/v1/seasons/{season}/confirm", SeasonAct::Confirm, "Confirmed, durably; also if it was before"
);
step!(
    /// Give up what has not begun of a season, each time by the same rule as a reservation: what is free to cancel costs nothing.
    ///
    /// To give up one time alone, cancel its reservation.
    cancel_season, "/v1/seasons/{season}/cancel", SeasonAct::Cancel, "Cancelled, durably; also if it was before"
);

fn shown(own: &SharingState, all: &[Reservation], told_in: ToldIn) -> schema::Season {
    let first = all.first();
    let of = |cents: fn(&Reservation) -> i64| all.iter().map(cents).sum();
    let name = first.and_then(|r| r.season.as_ref());
    schema::Season {
        id: name
            .map(|season| season.name.to_string())
            .unwrap_or_default(),
        price_cents: of(|r| r.price_cents),
        owed_cents: of(|r| r.owed_cents),
        currency: first.map(|r| r.currency.to_string()).unwrap_or_default(),
        reservations: all.iter().map(|r| own.shown(r, told_in)).collect(),
    }
}
