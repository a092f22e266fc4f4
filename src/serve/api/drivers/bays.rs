//! Bays for drivers: the nearest vacant ones, and one with all that is known of it.

use super::schema;
use crate::domain::{BayKind, LatLon, Millis};
use crate::live::Query;
use crate::serve::api::schema::CrsQuery;
use crate::serve::formats::{Asked, BayAnswer, Format, Lists, NearbyAnswer, NearbyTold, Wanted};
use crate::serve::http::auth::Reader;
use crate::serve::http::caller::Caller;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use crate::serve::told_in::{CRS, ToldIn};
use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How far ahead an arrival may lie.
const FURTHEST_ARRIVAL_MS: u64 = 24 * 3600 * 1000;

/// How far behind: a request takes its time on the way.
const ARRIVAL_GRACE_MS: u64 = 60 * 1000;

const PARAMS: &[&str] = &[
    "lat",
    "lon",
    "radius_m",
    "limit",
    "kind",
    "accessible",
    "ev_charging",
    "min_height_cm",
    "max_price_cents_per_hour",
    "arrive_at",
    "include",
    CRS,
];

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<ReadState>> {
    OpenApiRouter::new()
        .routes(routes!(nearby))
        .routes(routes!(bay))
}

/// What was asked for.
struct Question {
    query: Query,
    /// How far off the arrival is, ms.
    ahead_ms: u64,
    /// Which lists, if that was said.
    include: Option<Wanted>,
    told_in: ToldIn,
}

fn question(own: &ReadState, query: Option<&str>, now: Millis) -> Result<Question, ApiError> {
    let p = Params::read(query, PARAMS)?;
    let told_in = ToldIn::asked(&p, own.public_crs)?;
    let lat = p.needed("lat", -90.0..=90.0)?;
    let lon = p.needed("lon", -180.0..=180.0)?;
    let place =
        LatLon::new(lat, lon).ok_or_else(|| ApiError::bad("lat", "this is no place on earth"))?;
    let only = |wanted: bool| wanted.then_some(true);
    let query = Query {
        place: told_in.meant(place),
        radius_m: p.number("radius_m", 1.0..=5000.0)?.unwrap_or(500.0),
        limit: p.number("limit", 1..=Query::MAX_LIMIT)?.unwrap_or(20),
        kind: p
            .one_of("kind", BayKind::parse, BayKind::list)?
            .unwrap_or(BayKind::Car),
        accessible: only(p.flag("accessible")?),
        ev_charging: only(p.flag("ev_charging")?),
        min_height_cm: p.number("min_height_cm", 1..=1000)?,
        max_price_cents_per_hour: p.number("max_price_cents_per_hour", 0..=100_000_000)?,
        at: now,
    };
    Ok(Question {
        query,
        ahead_ms: ahead("arrive_at", p.time("arrive_at")?, now, FURTHEST_ARRIVAL_MS)?,
        include: p.one_of("include", Wanted::parse, || Wanted::NAMES.join(", "))?,
        told_in,
    })
}

/// How far off the time of the parameter `name` is, which may be `furthest_ms` ahead.
pub(super) fn ahead(
    name: &'static str,
    arrival: Option<Millis>,
    now: Millis,
    furthest_ms: u64,
) -> Result<u64, ApiError> {
    let Some(arrival) = arrival else { return Ok(0) };
    if now.since(arrival) > ARRIVAL_GRACE_MS {
        let why = format!("{name} has passed: {arrival} is before now, {now}");
        return Err(ApiError::bad(name, why));
    }
    let ahead = arrival.since(now);
    if ahead > furthest_ms {
        let hours = furthest_ms / 3_600_000;
        let why = format!("{name} may lie at most {hours} hours ahead of now, {now}");
        return Err(ApiError::bad(name, why));
    }
    Ok(ahead)
}

/// The nearest vacant bays, and the nearest car parks that count and have room; nearest first.
///
/// Where nothing is near, `next_nearest` is what is nearest within 5 km, if there is anything. Only
/// bays that are known to be vacant: one whose last report no longer stands is not among them.
/// Private bays are among them while they are on offer and nobody has them; see `offer`.
#[utoipa::path(
    get,
    path = "/v1/bays/nearby",
    tag = "drivers",
    params(schema::NearbyQuery),
    responses(NearbyAnswer, problems::BadParameter, problems::NotInThatFormat,)
)]
async fn nearby(
    _: Reader,
    caller: Caller,
    State(own): State<Arc<ReadState>>,
    Asked(format): Asked,
    uri: Uri,
) -> Result<Response, ApiError> {
    let now = own.clock.now();
    let Question {
        query,
        ahead_ms,
        include,
        told_in,
    } = question(&own, uri.query(), now)?;
    let wanted = lists(include, format)?;
    let city = own.registry.city();
    let eyes = Eyes::of(&caller);
    let sight = Sight::new(&own, &city, &eyes);
    let near = |query: &Query| {
        let mut hits = Vec::new();
        if wanted.bays() {
            hits.reserve(query.limit);
            own.live
                .nearest_to(&city, query, &|bay| sight.own(bay), &mut hits);
        }
        // Among a million bays each look-up waits for memory; asked for ahead, all wait together.
        for hit in &hits {
            own.live.ask_for(&city, hit.bay);
        }
        let seen = hits
            .iter()
            .filter_map(|hit| Some((sight.bay(hit.bay)?, hit.distance_m)));
        let told = NearbyTold::new(&city, seen, now, (ahead_ms, own.forecasts.now()));
        let zones = if wanted.zones() {
            let atlas = own.atlases.of(&city);
            own.live.nearest_zones(&city, atlas.places(), query)
        } else {
            Vec::new()
        };
        told.with(wanted, query.kind, zones)
            .told_in(told_in)
            .crediting(own.feeds.credits())
    };
    let told = near(&query);
    if !told.is_empty() || query.radius_m >= Query::MAX_RADIUS_M {
        return Ok(answer((format.nearby)(&told), format));
    }
    let farther = Query {
        radius_m: Query::MAX_RADIUS_M,
        limit: 1,
        ..query
    };
    Ok(answer(
        (format.nearby)(&told.or_next(near(&farther))),
        format,
    ))
}

/// Which lists the answer has. Who shows features or rows may know bays only.
fn lists(include: Option<Wanted>, format: &Format) -> Result<Wanted, ApiError> {
    match (include, format.lists) {
        (Some(Wanted::All), Lists::OneOf) => Err(ApiError::bad(
            "include",
            "a table has one list: include=bays or include=zones",
        )),
        (Some(wanted), _) => Ok(wanted),
        (None, Lists::All) => Ok(Wanted::All),
        (None, Lists::Mixed | Lists::OneOf) => Ok(Wanted::Bays),
    }
}

/// One bay: its state, how that is known, and its attributes.
///
/// A bay of a private zone is there for others than its owner only while it is on offer and nobody
/// has it.
#[utoipa::path(
    get, path = "/v1/bays/{bay}", tag = "drivers",
    params(("bay" = String, Path, description = "The bay's id"), CrsQuery),
    responses(
        BayAnswer, problems::BadParameter, problems::NoSuchBay, problems::NotInThatFormat,
    )
)]
async fn bay(
    _: Reader,
    caller: Caller,
    State(own): State<Arc<ReadState>>,
    Asked(format): Asked,
    Id(id): Id,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &[CRS])?;
    let told_in = ToldIn::asked(&p, own.public_crs)?;
    // First the index, then the city: the other way round the city could be older than the index.
    let found = own.registry.bay_called(&id);
    let city = own.registry.city();
    let eyes = Eyes::of(&caller);
    let sight = Sight::new(&own, &city, &eyes).told_in(told_in);
    // One that is not seen is answered as one that is not there, to the byte.
    let told = found
        .and_then(|bay| sight.bay_told(bay))
        .ok_or_else(|| ApiError::NotFound(format!("there is no bay {}", quoted(&id))))?;
    Ok(answer((format.bay)(&told), format))
}

fn answer(body: Vec<u8>, format: &Format) -> Response {
    // A cache must not hand one format to who asked for another.
    let headers = [
        (header::CONTENT_TYPE, format.header()),
        (header::VARY, HeaderValue::from_static("accept")),
    ];
    (headers, body).into_response()
}
