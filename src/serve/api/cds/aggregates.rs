//! Metrics by the hour: of zones out of the settled figures, of spaces out of single visits.
//!
//! Promises: only hours that are over, settled and whole: a row has no word for what is still to come
//! in, or is lost. Round a place the nearest zone comes first, with all its hours.

use super::aggregate_rows::{AggregateTable, CdsMetric, by_space, hour_of};
use super::ids::{self, Urn};
use super::place::{Ground, without};
use super::span::{PastSpan, place};
use super::state::CdsState;
use super::stays::StayWalk;
use super::zones::nearest;
use super::{media, past_schema};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, ZoneIx};
use crate::history::{Interval, Question, TurnoverRow};
use crate::registry::city::City;
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

/// Hours of zones of one answer; each is a row a metric.
const MAX_CELLS: usize = 50_000;

/// The longest time of a question about a circle, days: it is answered zone by zone.
const MAX_DAYS_NEAR: u64 = 31;

const PLACES: [&str; 4] = ["area", "zone", "space", "object"];

/// A table, and where it goes on.
type TablePage = (Vec<u8>, Option<String>);

/// Aggregates of CDS 1.1, by hour.
///
/// By default the 24 hours before what is settled; only hours that are over, settled and whole. Hours
/// are those of the configured time zone, dwell times minutes. `occupancy_percent` is per cent, 0 to
/// 100, of the time of the bays in service of which something is known; the standard's text has a
/// ratio and its name a per cent. -1: the sources were silent for most of that hour. Of a zone that was
/// closed for the whole hour there are 0 sessions and no occupancy. With `curb_place_type=space`: of
/// each space the sessions that ended in the hour, without occupancy. What does not fit one answer is
/// gone on with at the address in `Link`.
#[utoipa::path(
    get, path = "/v1/cds/metrics/aggregates", tag = "authority", security(("key" = ["monitor"])),
    params(past_schema::AggregatesQuery),
    responses(
        (status = 200, description = "Rows of Aggregate", body = String, content_type = media::CSV),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::NotOffered,
        problems::Unreadable,
    )
)]
pub(super) async fn aggregates(
    _: Watcher,
    State(own): State<Arc<CdsState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    media::check(&headers, media::CSV)?;
    let cds_state = own.clone();
    let work = move || {
        let (rows, next) = CdsQuestion::read(&cds_state, uri.query())?.answer(&cds_state)?;
        Ok(cds_state.table(rows, &uri, next.as_deref()))
    };
    own.authority.work(work).await
}

/// What is asked.
struct CdsQuestion<'q> {
    p: Params<'q>,
    of_spaces: bool,
    place: Option<Uuid>,
    ground: Ground,
    span: PastSpan,
    metrics: Vec<CdsMetric>,
}

impl<'q> CdsQuestion<'q> {
    fn read(own: &CdsState, query: Option<&'q str>) -> Result<Self, ApiError> {
        let known = Ground::and([
            "curb_place_type",
            "curb_place_id",
            "metric_type",
            "start_time",
            "end_time",
            "cursor",
        ]);
        let p = Params::read(query, &known)?;
        let place_type = p.one_of(
            "curb_place_type",
            |t| PLACES.into_iter().find(|known| *known == t),
            || PLACES.join(", "),
        )?;
        if matches!(place_type, Some("area" | "object")) {
            without(&p, &["curb_place_type"])?;
        }
        let of = |name: &str| CdsMetric::ALL.into_iter().find(|m| m.name() == name);
        let metric = p.one_of("metric_type", of, || {
            CdsMetric::ALL.map(CdsMetric::name).join(", ")
        })?;
        let place = ids::param(&p, "curb_place_id")?;
        if place.is_some() && place_type.is_none() {
            return Err(ApiError::bad(
                "curb_place_type",
                "curb_place_type is required with curb_place_id",
            ));
        }
        Ok(Self {
            of_spaces: place_type == Some("space"),
            place,
            ground: Ground::read(&p)?,
            span: PastSpan::read(own, &p)?,
            metrics: metric.map_or_else(|| CdsMetric::ALL.to_vec(), |metric| vec![metric]),
            p,
        })
    }

    fn answer(&self, own: &CdsState) -> Result<TablePage, ApiError> {
        match self.ground {
            _ if self.of_spaces => self.spaces(own),
            Ground::Circle { .. } => self.near(own),
            Ground::Box(_) | Ground::Everywhere => self.zones(own),
        }
    }

    /// Hours of zones: those that are over and settled.
    fn question<'z>(&self, own: &CdsState, zones: Option<&'z [u32]>) -> Option<Question<'z>> {
        let to = self.span.to.min(hour_of(own.settled()));
        (self.span.from < to).then_some(Question {
            zones,
            from: self.span.from,
            to,
            interval: Interval::Hour,
            place: None,
            limit: MAX_CELLS,
        })
    }

    fn table(&self, own: &CdsState) -> AggregateTable<'_> {
        AggregateTable::new(&self.metrics, own.publication.calendar)
    }

    fn write(&self, own: &CdsState, city: &City, rows: &[TurnoverRow]) -> Vec<u8> {
        let mut table = self.table(own);
        for row in rows.iter().filter(|row| row.complete) {
            let Some(sums) = &row.sums else { continue };
            own.authority.id(city, row.zone, &mut |id| {
                let place = ("zone", Urn::Zone.of(id));
                table.hour(place, row.from, |metric| metric.of(sums));
            });
        }
        table.finish()
    }

    /// By time, and then by the zones' stable numbers.
    fn zones(&self, own: &CdsState) -> Result<TablePage, ApiError> {
        let place = super::super::authority::question::place(&self.p)?;
        let city = own.reads.registry.city();
        let zones = self.numbers(own, &city);
        let Some(question) = self.question(own, zones.as_deref()) else {
            return Ok((self.table(own).finish(), None));
        };
        let page = own
            .authority
            .history()
            .page(&Question { place, ..question })
            .map_err(|e| ApiError::Unavailable(e.to_string()))?;
        let next = page.next.map(|p| cursor::write_place(p.start.0, p.zone));
        Ok((self.write(own, &city, &page.rows), next))
    }

    /// The zones that are named or enclosed, ascending; `None`: all.
    fn numbers(&self, own: &CdsState, city: &Arc<City>) -> Option<Vec<u32>> {
        let curbs = own.curbs.of(city);
        let meets = |zone: ZoneIx| match &self.ground {
            Ground::Box(bbox) => curbs.shape(zone).extent.meets(bbox),
            Ground::Everywhere | Ground::Circle { .. } => true,
        };
        let number = |zone: ZoneIx| meets(zone).then(|| city.zone(zone).number);
        if let Some(wanted) = self.place {
            return Some(curbs.zone(wanted).and_then(number).into_iter().collect());
        }
        if !matches!(self.ground, Ground::Box(_)) {
            return None;
        }
        let mut numbers: Vec<u32> = city.zones().filter_map(|(ix, _)| number(ix)).collect();
        numbers.sort_unstable();
        Some(numbers)
    }

    /// Zone by zone, the nearest first: so many whole zones as fit.
    fn near(&self, own: &CdsState) -> Result<TablePage, ApiError> {
        self.span.at_most(MAX_DAYS_NEAR)?;
        let after = self.p.text("cursor").map(cursor::read_place).transpose()?;
        let city = own.reads.registry.city();
        let wanted = self.place.map(|id| own.curbs.of(&city).zone(id));
        let mut near = nearest(&self.ground, &city);
        near.retain(|(mm, number, zone)| {
            after.is_none_or(|after| (*mm, *number) > after)
                && wanted.is_none_or(|wanted| wanted == Some(*zone))
        });
        let hours = self.span.to.since(self.span.from) / HOUR_MS + 2;
        let many = (MAX_CELLS / hours as usize).max(1);
        let more = near.len() > many;
        near.truncate(many);
        let last = near.last().filter(|_| more);
        let next = last.map(|(mm, number, _)| cursor::write_place(*mm, *number));
        let mut numbers: Vec<u32> = near.iter().map(|(_, number, _)| *number).collect();
        let order = numbers.clone();
        numbers.sort_unstable();
        let mut rows = Vec::new();
        let mut from = None;
        while let Some(question) = self.question(own, Some(&numbers)) {
            let page = own.authority.history().page(&Question {
                place: from,
                ..question
            });
            let page = page.map_err(|e| ApiError::Unavailable(e.to_string()))?;
            rows.extend(page.rows);
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        let rank = |zone| order.iter().position(|number| *number == zone);
        rows.sort_by_cached_key(|row| (rank(row.zone), row.from));
        Ok((self.write(own, &city, &rows), next))
    }

    /// Spaces, an hour after the other: those in which a visit ended.
    fn spaces(&self, own: &CdsState) -> Result<TablePage, ApiError> {
        let city = own.reads.registry.city();
        let wanted = match self.place {
            None => None,
            // One that is not there has no rows.
            Some(id) => match own.curbs.of(&city).space(id) {
                Some(bay) => Some(city.bay_number(bay)),
                None => return Ok((self.table(own).finish(), None)),
            },
        };
        let place = place(&self.p)?;
        // As of zones: the hours that begin in it.
        let from = Millis(self.span.from.0.next_multiple_of(HOUR_MS));
        let Ok(span) = PastSpan::between(from, self.span.to) else {
            return Ok((self.table(own).finish(), None));
        };
        let walk = StayWalk::over(own, span, place);
        let mut table = self.table(own);
        let mut cells = 0;
        let next = walk.by_hour(|hour, visits| {
            let meant = visits.iter().filter(|visit| {
                wanted.is_none_or(|number| number == visit.bay_number)
                    && visit.count > 0
                    && super::stays::lies_in(&city, &self.ground, visit)
            });
            let spaces = by_space(meant);
            cells += spaces.len();
            for (bay, of_hour) in spaces {
                let place = ("space", Urn::Bay.of(bay));
                table.hour(place, hour, |metric| of_hour.value(metric));
            }
            cells < MAX_CELLS
        })?;
        let next = next.map(|hour| cursor::write_place(hour.0, 0));
        Ok((table.finish(), next))
    }
}
