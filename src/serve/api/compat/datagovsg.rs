//! `carpark-availability` of data.gov.sg, version 1: all car parks with how many lots are available.
//!
//! A car park that is stale has no row there, where the original has gone on for years with the last
//! that was heard.

use super::lots::{LOT_TYPES, LotsByKind, by_kind};
use super::refusal::{RefusalShape, refused};
use super::{CompatState, called, schema};
use crate::domain::{Calendar, Millis, ZoneIx};
use crate::serve::feed::{CityFeed, Sent, each_zone};
use crate::serve::formats::ZoneTold;
use crate::serve::formats::text::Text;
use crate::serve::http::auth::Reader;
use crate::serve::http::error::ApiError;
use crate::serve::http::modified::HeldAnswer;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::sight::{Eyes, Sight};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Aliases of zones that are their numbers there begin so.
const ALIAS: &str = "datagovsg:";

/// Times that are this far from now are now, ms: the original's answers change once a minute.
const NOW_MS: u64 = 60_000;

const SENT: Sent = Sent {
    media_type: "application/json",
    keep: "max-age=60",
};

pub(super) fn routes() -> OpenApiRouter<Arc<CompatState>> {
    OpenApiRouter::new().routes(routes!(carpark_availability))
}

/// Car parks with available lots, as data.gov.sg tells them.
///
/// In the place of `https://api.data.gov.sg/v1/transport/carpark-availability`, with its members, its
/// numbers as texts and its times: `timestamp` with the offset of the configured time zone,
/// `update_datetime` in the same zone without one. Car parks that are stale are left out. Lot types are
/// C (cars), Y (motorcycles) and H (heavy vehicles); `total_lots` are those in service. What is refused
/// has `code` and `message` beside a problem's members.
#[utoipa::path(
    get, path = "/v1/compat/data.gov.sg/v1/transport/carpark-availability", tag = "city standards",
    params(schema::CarparkAvailabilityQuery),
    responses(
        (status = 200, description = "All car parks", body = schema::CarparkAvailability),
        (status = 304, description = "What `If-None-Match` names, or `If-Modified-Since` dates, is still so"),
        problems::BadParameter, problems::OnlyNow,
    )
)]
async fn carpark_availability(
    reader: Result<Reader, ApiError>,
    State(own): State<Arc<CompatState>>,
    held: HeldAnswer,
    uri: Uri,
) -> Response {
    let answer = async {
        reader?;
        tell(own, &held, &uri).await
    };
    answer
        .await
        .unwrap_or_else(|e| refused(e, RefusalShape::DataGovSg))
}

async fn tell(own: Arc<CompatState>, held: &HeldAnswer, uri: &Uri) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["date_time", "include_stale"])?;
    let with_stale = p.flag("include_stale")?;
    let now = own.reads.clock.now();
    if let Some(asked) = p.text("date_time") {
        is_now(own.calendar, asked, now)?;
    }
    let compat_state = own.clone();
    let make = move || Ok(feed(own, now, with_stale));
    compat_state.desk.answer((uri, held), SENT, now, make).await
}

/// One car park.
struct CarPark {
    zone: ZoneIx,
    updated: Millis,
    lots: LotsByKind,
}

impl CarPark {
    /// `None` for one without a row.
    fn of(sight: Sight<'_>, zone: ZoneIx, told: &ZoneTold<'_>, with_stale: bool) -> Option<Self> {
        let mut lots = by_kind(sight, zone, told);
        for lot in &mut lots {
            *lot = lot.filter(|l| l.total.is_some() && (with_stale || l.vacant.is_some()));
        }
        LOT_TYPES
            .iter()
            .find(|(kind, _)| lots[*kind as usize].is_some())?;
        let observed = told.tally.observed_at;
        // Of what is on offer its owner's word is as old as the answer.
        let offered = sight.is_shut(zone) || told.pool.is_some();
        let updated = if observed.is_never() && offered {
            sight.at
        } else {
            observed
        };
        (!updated.is_never()).then_some(Self {
            zone,
            updated,
            lots,
        })
    }
}

fn feed(own: Arc<CompatState>, now: Millis, with_stale: bool) -> CityFeed<CarPark> {
    let city = Arc::clone(&own.reads.registry.city());
    let atlas = own.reads.atlases.of(&city);
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let rows = each_zone(sight, &atlas)
        .filter_map(|(zone, told)| CarPark::of(sight, zone, &told, with_stale))
        .collect();
    let mut head = Text::with_capacity(80);
    head.raw("{\"items\":[{\"timestamp\":\"");
    head.raw(&wall(own.calendar, now));
    head.raw(&offset(own.calendar.ahead_s(now)));
    head.raw("\",\"carpark_data\":[");
    CityFeed {
        head: Box::new(|_| head.0),
        rows,
        between: ",",
        tail: "]}],\"api_info\":{\"status\":\"healthy\"}}",
        write: Box::new(move |t, row: &CarPark| {
            let id = &city.zone(row.zone).spec.id;
            t.raw("{\"carpark_number\":");
            match called(&own.reads, id, ALIAS) {
                Some(number) => t.string(&number),
                None => t.word(id),
            };
            t.raw(",\"update_datetime\":\"");
            t.raw(&wall(own.calendar, row.updated));
            t.raw("\",\"carpark_info\":[");
            let mut comma = "";
            for (kind, letter) in LOT_TYPES {
                let Some(lots) = row.lots[kind as usize] else {
                    continue;
                };
                t.raw(comma).raw("{\"total_lots\":\"");
                t.number(lots.total.unwrap_or_default().into());
                t.raw("\",\"lot_type\":\"").raw(letter);
                t.raw("\",\"lots_available\":\"");
                t.number(lots.vacant.unwrap_or_default().into());
                t.raw("\"}");
                comma = ",";
            }
            t.raw("]}");
        }),
        none_is_nothing: false,
    }
}

/// What a clock there shows, to the second, as `2026-11-28T21:00:27`.
fn wall(calendar: Calendar, at: Millis) -> String {
    let shown = Millis(at.0.saturating_add_signed(i64::from(calendar.ahead_s(at)) * 1000));
    String::from_utf8_lossy(&shown.rfc3339()[..19]).into_owned()
}

/// `+08:00`.
fn offset(ahead_s: i32) -> String {
    let sign = if ahead_s < 0 { '-' } else { '+' };
    let minutes = ahead_s.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Only what is so now is told.
fn is_now(calendar: Calendar, asked: &str, now: Millis) -> Result<(), ApiError> {
    let shown = Millis::parse(&format!("{asked}Z")).filter(|_| asked.len() == 19);
    let shown = shown.ok_or_else(|| {
        let form = "date_time must be a time such as 2026-11-23T10:00:00, without an offset";
        ApiError::bad("date_time", format!("{form}, not {}", quoted(asked)))
    })?;
    let ahead_ms = i64::from(calendar.ahead_s(now)) * 1000;
    if now.0.saturating_add_signed(ahead_ms).abs_diff(shown.0) > NOW_MS {
        return Err(ApiError::NotFound(
            "only what is so now is told here; leave date_time out. How full zones were: \
             /v1/zones/{zone}/history"
                .to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_place() {
        let at = Millis::parse("2026-11-28T13:00:27.999Z").unwrap();
        for (place, want) in [
            ("Asia/Singapore", "2026-11-28T21:00:27+08:00"),
            ("Asia/Kolkata", "2026-11-28T18:30:27+05:30"),
            ("America/St_Johns", "2026-11-28T09:30:27-03:30"),
            ("UTC", "2026-11-28T13:00:27+00:00"),
        ] {
            let calendar = Calendar::parse(place).unwrap();
            let told = wall(calendar, at) + &offset(calendar.ahead_s(at));
            assert_eq!(told, want);
        }
    }

    #[test]
    fn now_is_a_minute_long_by_the_clock_of_the_place() {
        let singapore = Calendar::parse("Asia/Singapore").unwrap();
        let now = Millis::parse("2026-11-28T13:00:27.999Z").unwrap();
        let asked = |text| is_now(singapore, text, now);
        for fine in ["2026-11-28T21:00:27", "2026-11-28T20:59:28"] {
            assert_eq!(asked(fine), Ok(()), "{fine}");
        }
        for other in ["2026-11-28T20:59:27", "2026-11-28T13:00:27"] {
            assert!(
                matches!(asked(other), Err(ApiError::NotFound(_))),
                "{other}"
            );
        }
        for bad in [
            "now",
            "2026-11-28",
            "2026-11-28T21:00:27Z",
            "2026-11-28T21:00:61",
            "",
        ] {
            let e = asked(bad);
            assert!(matches!(e, Err(ApiError::BadParameter { .. })), "{bad}");
        }
    }
}
