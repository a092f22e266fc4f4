//! What a driver wants, read member by member: where, for what vehicle and for whom.

use crate::domain::{BayKind, LatLon, Span, Vehicle};
use crate::partners::Grant;
use crate::serve::api::sharing::currency;
use crate::serve::http::body::Fields;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::quoted;
use crate::serve::state::SharingState;
use crate::serve::told_in::ToldIn;
use crate::sharing::{Ask, Config, DRIVER_LEN};

/// The longest walk that may be asked for, metres.
const MAX_WALK_M: u32 = 3_000;
pub(super) const MAX_PRICE: u32 = 4_000_000_000;

/// What is asked for, for that time.
pub(super) fn request_of(
    fields: &Fields<'_>,
    config: &Config,
    span: Span,
) -> Result<Ask, ApiError> {
    let lat = fields.degrees("lat", 90.0)?;
    let lon = fields.degrees("lon", 180.0)?;
    let place = LatLon::new(lat, lon).ok_or_else(|| fields.bad("lat", "is no place on earth"))?;
    Ok(Ask {
        driver: "".into(),
        driver_ref: None,
        place,
        span,
        max_walk_m: fields.whole("max_walk_m", 1..=MAX_WALK_M)?.unwrap_or(500),
        max_price_cents: fields
            .whole("max_price_cents", 0..=MAX_PRICE)?
            .map(i64::from),
        currency: currency(fields)?.unwrap_or(config.currency),
        vehicle: vehicle(fields)?,
        flexible: fields.flag("flexible")?.unwrap_or(false),
        key: None,
    })
}

/// The same, asked by that partner's app, with its place in the coordinates that were said.
pub(super) fn asked_by(
    ask: &mut Ask,
    fields: &Fields<'_>,
    own: &SharingState,
    (grant, told_in): (&Grant, ToldIn),
) -> Result<(), ApiError> {
    ask.place = told_in.meant(ask.place);
    ask.driver = grant.partner.clone();
    ask.driver_ref = driver(fields)?.map(|name| own.desk.driver_ref(&grant.partner, name));
    Ok(())
}

/// Whom it is for, as the app calls them. What that is does not go into the error: it may be
/// somebody's name.
fn driver<'v>(fields: &Fields<'v>) -> Result<Option<&'v str>, ApiError> {
    let Some(name) = fields.text("driver")? else {
        return Ok(None);
    };
    match name.chars().count() {
        1..=DRIVER_LEN => Ok(Some(name)),
        long => Err(fields.bad(
            "driver",
            format_args!("has {long} characters; 1 to {DRIVER_LEN} are taken"),
        )),
    }
}

fn vehicle(fields: &Fields<'_>) -> Result<Vehicle, ApiError> {
    let plain = Vehicle {
        kind: BayKind::Car,
        height_cm: None,
        ev: false,
        accessible: false,
    };
    let kind = |of: &Fields<'_>, name: &str, text: &str| {
        BayKind::parse(text).ok_or_else(|| {
            of.bad(
                name,
                format_args!("must be one of {}, not {}", BayKind::list(), quoted(text)),
            )
        })
    };
    // A kind alone is enough for most.
    if let Some(text) = fields.get("vehicle").and_then(|v| v.as_str()) {
        return Ok(Vehicle {
            kind: kind(fields, "vehicle", text)?,
            ..plain
        });
    }
    let Some(given) = fields.object("vehicle")? else {
        return Ok(plain);
    };
    Ok(Vehicle {
        kind: given
            .text("kind")?
            .map_or(Ok(plain.kind), |text| kind(&given, "kind", text))?,
        height_cm: given.whole("height_cm", 1..=1000)?.map(|h| h as u16),
        ev: given.flag("ev")?.unwrap_or(false),
        accessible: given.flag("accessible")?.unwrap_or(false),
    })
}
