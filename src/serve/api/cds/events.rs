//! Curb events: where and when somebody parked and left, out of settled visits.
//!
//! Promises: an event is told once its visit is settled, is the same whenever it is asked, and goes
//! only if a late report takes its visit back. What was not seen is no event. There are none of
//! sources that were lost and came back: nothing durable says when.

use super::aggregate_rows::hour_of;
use super::envelope::CdsPage;
use super::ids::{self, Urn};
use super::place::without;
use super::span::{PastSpan, place, time};
use super::state::CdsState;
use super::stays::{StayWalk, place_of};
use super::visit_words::{VisitEnd, device_id, seen_by, session_id, source_type};
use super::{media, past_schema};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, SourceKind, ZoneIx};
use crate::history::VisitRow;
use crate::registry::city::City;
use crate::serve::http::auth::Watcher;
use crate::serve::http::cursor;
use crate::serve::http::document::Validators;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;
use uuid::Uuid;

/// The most visits of a page; each is two events of some 600 bytes.
const MOST: usize = 5_000;

/// The longest time of a question, days. As long after it stays are looked for that began in it.
const MAX_DAYS: u64 = 7;

/// Curb events of CDS 1.1.
///
/// `park_start` and `park_end` of settled visits whose time lies from `start_time` to before
/// `end_time`, at most seven days; or in the hour `event_time`. Newest first by the hour in which a stay
/// ended: its start comes beside its end. A start is told of stays that ended at most seven days after
/// `end_time`. Ends that nobody saw are no events. Page by page, to `links.next`.
#[utoipa::path(
    get, path = "/v1/cds/events/events", tag = "authority", security(("key" = ["monitor"])),
    params(past_schema::CurbEventsQuery),
    responses(
        (status = 200, description = "A page of events", body = past_schema::CurbEvents, content_type = media::JSON),
        (status = 304, description = "What the client holds is still so"),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::NotOffered,
        problems::Unreadable,
    )
)]
pub(super) async fn events(
    _: Watcher,
    State(own): State<Arc<CdsState>>,
    held: Validators,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    media::check(&headers, media::JSON)?;
    let cds_state = own.clone();
    let work = move || {
        let page = page(&cds_state, uri.query())?;
        Ok(cds_state.tell(&page, &uri, &held))
    };
    own.authority.work(work).await
}

fn page(own: &CdsState, query: Option<&str>) -> Result<CdsPage, ApiError> {
    let known = [
        "start_time",
        "end_time",
        "event_time",
        "curb_area_id",
        "curb_zone_id",
        "curb_space_id",
        "curb_object_id",
        "cursor",
    ];
    let p = Params::read(query, &known)?;
    without(&p, &["curb_area_id", "curb_object_id"])?;
    let span = span(&p)?.at_most(MAX_DAYS)?;
    let asked = AskedEvents {
        zone: ids::param(&p, "curb_zone_id")?,
        space: ids::param(&p, "curb_space_id")?,
    };
    let city = own.reads.registry.city();
    let long = PastSpan {
        to: span.to.plus(MAX_DAYS * 24 * HOUR_MS),
        ..span
    };
    let mut page = CdsPage::new("events");
    let mut written = 0;
    let next = StayWalk::over(own, long, place(&p)?).one_by_one(true, |visit| {
        if written == MOST {
            return false;
        }
        let ends = [VisitEnd::End, VisitEnd::Start];
        let meant = ends.map(|end| (end, end.at(visit).filter(|at| span.has(*at))));
        if meant.iter().all(|(_, at)| at.is_none()) || !asked.takes(&city, visit) {
            return true;
        }
        written += 1;
        for (end, at) in meant {
            if let Some(at) = at {
                event(&mut page, own, &city, (visit, end, at));
            }
        }
        true
    })?;
    page.next = next.map(|(hour, told)| cursor::write_place(hour.0, told as u32));
    page.updated(own.settled());
    Ok(page)
}

/// What time is meant: both ends of it, or an hour.
fn span(p: &Params<'_>) -> Result<PastSpan, ApiError> {
    let given = (time(p, "start_time")?, time(p, "end_time")?);
    if let Some(text) = p.text("event_time") {
        if given != (None, None) {
            return Err(ApiError::bad(
                "event_time",
                "event_time cannot be given together with start_time or end_time",
            ));
        }
        let hour = (text.len() == 13).then(|| Millis::parse(&format!("{text}:00:00Z")));
        let from = hour.flatten().ok_or_else(|| {
            let said = quoted(text);
            ApiError::bad(
                "event_time",
                format!("event_time must be an hour of UTC such as 2026-11-23T02, not {said}"),
            )
        })?;
        return PastSpan::between(from, from.plus(HOUR_MS));
    }
    match given {
        (Some(from), Some(to)) => PastSpan::between(from, to),
        (None, _) => Err(needed("start_time")),
        (_, None) => Err(needed("end_time")),
    }
}

fn needed(name: &'static str) -> ApiError {
    ApiError::bad(name, format!("{name} is needed: ms since 1970"))
}

/// Whose events.
struct AskedEvents {
    zone: Option<Uuid>,
    space: Option<Uuid>,
}

impl AskedEvents {
    fn takes(&self, city: &City, visit: &VisitRow) -> bool {
        let is_space = |space: Uuid| Urn::Bay.of(&visit.bay) == space;
        let is_zone = |zone: Uuid| zone_of(city, visit) == zone;
        self.space.is_none_or(is_space) && self.zone.is_none_or(is_zone)
    }
}

/// The zone that curbs tell its bay with, or that it had then.
pub(super) fn zone_of(city: &City, visit: &VisitRow) -> Uuid {
    let zone: Option<ZoneIx> = city.zone_numbered(visit.zone_number);
    let whole = zone.and_then(|zone| city.zone(zone).part_of);
    match whole {
        Some(whole) => Urn::Zone.of(&city.zone(whole).spec.id),
        None => Urn::Zone.of(&visit.zone),
    }
}

fn event(
    page: &mut CdsPage,
    own: &CdsState,
    city: &City,
    (visit, end, at): (&VisitRow, VisitEnd, Millis),
) {
    let kind = seen_by(visit);
    // With the hour of its end, or with that in which a late report made it so.
    let told_with = hour_of(visit.end.max(visit.amended_at.unwrap_or_default()));
    let t = page.item();
    t.raw("{\"event_id\":");
    ids::word(t, end.event_id(visit));
    t.raw(",\"event_type\":").word(end.event_type());
    if let Some(place) = place_of(city, visit) {
        let (lat, lon) = place.e7();
        t.raw(",\"event_location\":{\"type\":\"Point\",\"coordinates\":[");
        t.e7(lon).raw(",").e7(lat).raw("]}");
    }
    t.raw(",\"event_time\":").number(at.0);
    t.raw(",\"event_publication_time\":")
        .number(told_with.plus(HOUR_MS).0);
    if let Some(session) = session_id(visit) {
        t.raw(",\"event_session_id\":");
        ids::word(t, session);
    }
    t.raw(",\"curb_zone_id\":");
    ids::word(t, zone_of(city, visit));
    t.raw(",\"curb_space_id\":");
    ids::word(t, Urn::Bay.of(&visit.bay));
    t.raw(",\"data_source_type\":").word(source_type(kind));
    t.raw(",\"data_source_device_id\":");
    ids::word(t, device_id(visit, own.publication.calendar));
    if kind == SourceKind::Sensor {
        // Nothing is settled by the word of one that was not heard.
        t.raw(",\"sensor_status_is_online\":true");
    }
    t.raw("}");
}
