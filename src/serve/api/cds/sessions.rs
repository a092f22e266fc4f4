//! Sessions: one row a settled visit.

use super::events::zone_of;
use super::ids::{self, Urn};
use super::place::{Ground, without};
use super::span::{PastSpan, place};
use super::state::CdsState;
use super::stays::{StayWalk, lies_in, place_of};
use super::visit_words::{VisitEnd, session_id};
use super::{media, past_schema};
use crate::domain::LatLon;
use crate::history::VisitRow;
use crate::registry::city::City;
use crate::serve::formats::text::Text;
use crate::serve::http::auth::Watcher;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::Params;
use crate::serve::http::problems;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;
use uuid::Uuid;

/// The most rows of an answer.
const MOST: usize = 20_000;

/// The longest time of a question about a circle, days: it is answered at once, nearest zones first.
const MAX_DAYS_NEAR: u64 = 7;

const HEAD: &str = "session_type,event_session_id,event_id_start,event_id_end,\
    event_location_start_latitude,event_location_start_longitude,\
    event_location_end_latitude,event_location_end_longitude,\
    event_time_start,event_time_end,curb_zone_id,curb_space_id\r\n";

const PLACES: [&str; 4] = ["area", "zone", "space", "object"];

/// Sessions of CDS 1.1.
///
/// Settled visits that ended from `start_time` to before `end_time`, the oldest first; by default in
/// the 24 hours before what is settled. Times are ms since 1970. An end that nobody saw is empty, and
/// has no event. Round a place (`lat`, `lng`, `radius`) the nearest bays come first; that is answered
/// at once or not at all (501 for more than seven days or 20,000 visits). What does not fit one answer
/// is gone on with at the address in `Link`.
#[utoipa::path(
    get, path = "/v1/cds/metrics/sessions", tag = "authority", security(("key" = ["monitor"])),
    params(past_schema::SessionsQuery),
    responses(
        (status = 200, description = "Rows of Session", body = String, content_type = media::CSV),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::NotOffered,
        problems::Unreadable,
    )
)]
pub(super) async fn sessions(
    _: Watcher,
    State(own): State<Arc<CdsState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    media::check(&headers, media::CSV)?;
    let cds_state = own.clone();
    let work = move || {
        let (rows, next) = answer(&cds_state, uri.query())?;
        Ok(cds_state.table(rows, &uri, next.as_deref()))
    };
    own.authority.work(work).await
}

fn answer(own: &CdsState, query: Option<&str>) -> Result<(Vec<u8>, Option<String>), ApiError> {
    let known = Ground::and([
        "curb_place_type",
        "curb_place_id",
        "start_time",
        "end_time",
        "cursor",
    ]);
    let p = Params::read(query, &known)?;
    let wanted = WantedVisits::read(&p)?;
    let span = PastSpan::read(own, &p)?;
    let city = own.reads.registry.city();
    let walk = StayWalk::over(own, span, place(&p)?);
    let is_meant = |visit: &VisitRow| span.has(visit.end) && wanted.takes(&city, visit);
    let mut rows = Text::with_capacity(4096);
    rows.raw(HEAD);
    if let Ground::Circle { centre, .. } = wanted.ground {
        span.at_most(MAX_DAYS_NEAR)?;
        let mut near: Vec<(u64, VisitRow)> = Vec::new();
        let next = walk.one_by_one(false, |visit| {
            if is_meant(visit) {
                let far_m = place_of(&city, visit).map_or(0.0, |place| place.distance_m(centre));
                near.push(((far_m * 1000.0) as u64, visit.clone()));
            }
            near.len() <= MOST
        })?;
        if next.is_some() {
            return Err(ApiError::NotOffered(format!(
                "there are more than {MOST} visits in that circle and time, or too many to look \
                 through at once; ask for less"
            )));
        }
        near.sort_by_key(|(mm, visit)| (*mm, visit.end));
        for (_, visit) in &near {
            row(&mut rows, &city, visit);
        }
        return Ok((rows.0, None));
    }
    let mut written = 0;
    let next = walk.one_by_one(false, |visit| {
        if written == MOST {
            return false;
        }
        if is_meant(visit) {
            row(&mut rows, &city, visit);
            written += 1;
        }
        true
    })?;
    let next = next.map(|(hour, told)| cursor::write_place(hour.0, told as u32));
    Ok((rows.0, next))
}

/// Whose sessions.
struct WantedVisits {
    zone: Option<Uuid>,
    space: Option<Uuid>,
    ground: Ground,
}

impl WantedVisits {
    fn read(p: &Params<'_>) -> Result<Self, ApiError> {
        let known = |t: &str| PLACES.into_iter().find(|known| *known == t);
        let place_type = p.one_of("curb_place_type", known, || PLACES.join(", "))?;
        if matches!(place_type, Some("area" | "object")) {
            without(p, &["curb_place_type"])?;
        }
        let id = ids::param(p, "curb_place_id")?;
        if id.is_some() && place_type.is_none() {
            return Err(ApiError::bad(
                "curb_place_type",
                "curb_place_type is required with curb_place_id",
            ));
        }
        let is_space = place_type == Some("space");
        Ok(Self {
            zone: id.filter(|_| !is_space),
            space: id.filter(|_| is_space),
            ground: Ground::read(p)?,
        })
    }

    fn takes(&self, city: &City, visit: &VisitRow) -> bool {
        let is_space = |space: Uuid| Urn::Bay.of(&visit.bay) == space;
        let is_zone = |zone: Uuid| zone_of(city, visit) == zone;
        self.space.is_none_or(is_space)
            && self.zone.is_none_or(is_zone)
            && lies_in(city, &self.ground, visit)
    }
}

fn row(t: &mut Text, city: &City, visit: &VisitRow) {
    let ends = [VisitEnd::Start, VisitEnd::End];
    let seen = ends.map(|end| (end, end.at(visit)));
    t.raw("parking,");
    if let Some(session) = session_id(visit) {
        ids::cell(t, session);
    }
    for (end, at) in seen {
        t.raw(",");
        if at.is_some() {
            ids::cell(t, end.event_id(visit));
        }
    }
    let place = place_of(city, visit).map(LatLon::e7);
    for (_, at) in seen {
        match place.filter(|_| at.is_some()) {
            Some((lat, lon)) => t.raw(",").e7(lat).raw(",").e7(lon),
            None => t.raw(",,"),
        };
    }
    for (_, at) in seen {
        t.raw(",");
        if let Some(at) = at {
            t.number(at.0);
        }
    }
    t.raw(",");
    ids::cell(t, zone_of(city, visit));
    t.raw(",");
    ids::cell(t, Urn::Bay.of(&visit.bay));
    t.raw("\r\n");
}
