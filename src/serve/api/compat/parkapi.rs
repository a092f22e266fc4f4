//! ParkAPI, version 1: what OpenTripPlanner's `park-api` updaters read, and what is made of them.
//!
//! Promise: a lot of which nothing is known now has no `free`, which these readers take for "nobody
//! knows"; private car parks are not told.

use super::{CompatState, called, schema};
use crate::domain::{BayKind, BaySubset, Millis, ZoneIx, ZoneKind};
use crate::serve::feed::{CityFeed, Sent, each_zone};
use crate::serve::formats::ZoneTold;
use crate::serve::formats::text::Text;
use crate::serve::http::auth::Reader;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::modified::HeldAnswer;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Aliases of zones that are their ids in OpenStreetMap begin so.
const OSM: &str = "osm:";

/// The area that has all lots; there is no other.
const ALL: &str = "all";

const SENT: Sent = Sent {
    media_type: "application/json",
    keep: "max-age=60",
};

pub(super) fn routes() -> OpenApiRouter<Arc<CompatState>> {
    OpenApiRouter::new()
        .routes(routes!(parkapi_index))
        .routes(routes!(parkapi_lots))
}

/// Which areas ParkAPI has here.
///
/// The index of version 1 of the interface: one area, `all`.
#[utoipa::path(
    get, path = "/v1/compat/parkapi", tag = "city standards",
    responses((status = 200, description = "The index", body = schema::ParkApiIndex))
)]
async fn parkapi_index(_: Reader, uri: Uri) -> Result<Response, ApiError> {
    Params::read(uri.query(), &[])?;
    let index = schema::ParkApiIndex {
        api_version: "1.0",
        server_version: env!("CARGO_PKG_VERSION"),
        reference: "https://github.com/offenesdresden/ParkAPI",
        cities: BTreeMap::from([(ALL, ALL)]),
    };
    Ok(Json(index).into_response())
}

/// Lots as ParkAPI tells them, for trip planners.
///
/// OpenTripPlanner reads it with an updater of type `vehicle-parking` and source type `park-api`. While
/// nothing is known of a lot its `state` is `nodata`, and `free` and `free:disabled` are absent. With
/// `osm=true` a lot's id is what its zone's alias `osm:...` says behind the colon, where it has one.
#[utoipa::path(
    get, path = "/v1/compat/parkapi/{area}", tag = "city standards",
    params(
        ("area" = String, Path, description = "`all`"),
        ("osm" = Option<bool>, Query, description = "true: ids of OpenStreetMap where they are known"),
    ),
    responses(
        (status = 200, description = "All lots", body = schema::ParkApiLots),
        (status = 304, description = "What `If-None-Match` names, or `If-Modified-Since` dates, is still so"),
        problems::BadParameter, problems::NoSuchArea,
    )
)]
async fn parkapi_lots(
    _: Reader,
    State(own): State<Arc<CompatState>>,
    Id(area): Id,
    held: HeldAnswer,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["osm"])?;
    let by_osm = p.flag("osm")?;
    if area != ALL {
        let said = format!("there is no area {}; all lots are in `all`", quoted(&area));
        return Err(ApiError::NotFound(said));
    }
    let now = own.reads.clock.now();
    let compat_state = own.clone();
    let make = move || Ok(feed(own, now, by_osm));
    let question = (&uri, &held);
    compat_state.desk.answer(question, SENT, now, make).await
}

/// One lot.
struct ParkLot {
    zone: ZoneIx,
    total: Option<u32>,
    free: Option<u32>,
    disabled: Option<u32>,
    free_disabled: Option<u32>,
    state: &'static str,
}

impl ParkLot {
    /// `None` for one that is not told: a private one, or one for bicycles alone.
    fn of(zone: ZoneIx, told: &ZoneTold<'_>) -> Option<Self> {
        let tally = &told.tally;
        let bicycles = tally.capacity_by_kind[BayKind::Bicycle as usize];
        let only_bicycles = bicycles > 0 && bicycles == tally.capacity;
        if told.zone.spec.kind == ZoneKind::Private || only_bicycles {
            return None;
        }
        let is_live = told.is_live();
        let bays = told.known_bays();
        let disabled = told.some_bays(BaySubset::Accessible);
        let disabled = disabled.filter(|(_, capacity)| *capacity > 0);
        Some(Self {
            zone,
            total: bays.capacity,
            free: bays.vacant,
            disabled: disabled.map(|(_, capacity)| capacity),
            free_disabled: disabled
                .filter(|_| is_live)
                .map(|(free, all)| free.min(all)),
            state: match (is_live, bays.is_closed) {
                (false, _) => "nodata",
                (true, true) => "closed",
                (true, false) => "open",
            },
        })
    }
}

fn feed(own: Arc<CompatState>, now: Millis, by_osm: bool) -> CityFeed<ParkLot> {
    let city = Arc::clone(&own.reads.registry.city());
    let atlas = own.reads.atlases.of(&city);
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let mut newest = Millis::NEVER;
    let mut rows = Vec::new();
    for (zone, told) in each_zone(sight, &atlas) {
        if let Some(lot) = ParkLot::of(zone, &told) {
            newest = newest.max(told.tally.observed_at);
            rows.push(lot);
        }
    }
    // A city that nobody has reported is as new as the answer.
    let updated = if newest.is_never() { now } else { newest };
    let mut head = Text::with_capacity(128);
    head.raw("{\"last_updated\":\"").raw(&seconds(updated));
    head.raw("\",\"last_downloaded\":\"").raw(&seconds(now));
    head.raw("\",\"lots\":[");
    CityFeed {
        head: Box::new(|_| head.0),
        rows,
        between: ",",
        tail: "]}",
        write: Box::new(move |t, lot: &ParkLot| {
            let spec = &city.zone(lot.zone).spec;
            let osm = by_osm.then(|| called(&own.reads, &spec.id, OSM)).flatten();
            t.raw("{\"id\":");
            match osm {
                Some(id) => t.string(&id),
                None => t.word(&spec.id),
            };
            t.raw(",\"name\":").string(&spec.name);
            let (lat, lon) = spec.place.e7();
            t.raw(",\"coords\":{\"lat\":").e7(lat);
            t.raw(",\"lng\":").e7(lon);
            t.raw("},\"address\":\"\",\"lot_type\":");
            t.raw(if spec.kind == ZoneKind::OnStreet {
                "\"Straße\""
            } else {
                "\"Parkplatz\""
            });
            for (member, number) in [
                (",\"total\":", lot.total),
                (",\"total:disabled\":", lot.disabled),
                (",\"free\":", lot.free),
                (",\"free:disabled\":", lot.free_disabled),
            ] {
                if let Some(number) = number {
                    t.raw(member).number(number.into());
                }
            }
            t.raw(",\"state\":").word(lot.state);
            t.raw(",\"forecast\":false}");
        }),
        none_is_nothing: false,
    }
}

/// `2026-11-28T13:00:27`, UTC.
fn seconds(at: Millis) -> String {
    String::from_utf8_lossy(&at.rfc3339()[..19]).into_owned()
}
