//! Zones as Prometheus scrapes them: `/metrics/zones`, some gauges with a line a zone each.
//!
//! Promises: a number that is not known has no line, so that a graph has a gap and never a zero; as
//! everybody sees the city, so private zones show what is on offer. Dear: four lines a zone, which
//! is why they are not among `/metrics`.

use super::CompatState;
use crate::domain::ZoneIx;
use crate::metrics::ZONE_FAMILIES;
use crate::registry::city::City;
use crate::serve::feed::{CityFeed, Sent, each_zone};
use crate::serve::formats::ZoneTold;
use crate::serve::formats::text::Text;
use crate::serve::http::auth::Reader;
use crate::serve::http::error::ApiError;
use crate::serve::http::modified::HeldAnswer;
use crate::serve::sight::{Eyes, Sight};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const SENT: Sent = Sent {
    media_type: "text/plain; version=0.0.4; charset=utf-8",
    keep: "no-cache",
};

pub(super) fn routes() -> OpenApiRouter<Arc<CompatState>> {
    OpenApiRouter::new().routes(routes!(zone_metrics))
}

/// Zones in the Prometheus text format.
///
/// For a scrape job of its own: `bayhub_zone_capacity_bays`, `bayhub_zone_vacant_bays`,
/// `bayhub_zone_known_ratio` and `bayhub_zone_observed_seconds`, with the labels `zone`, `name` and
/// `kind`. What is not known has no line. Where operators have a listener of their own they are told there only; where
/// reads need a key, so do these.
#[utoipa::path(
    get, path = "/metrics/zones", tag = "operators",
    responses(
        (status = 200, description = "Prometheus text format 0.0.4", body = String, content_type = "text/plain"),
        (status = 304, description = "What `If-None-Match` names, or `If-Modified-Since` dates, is still so"),
    )
)]
async fn zone_metrics(
    _: Reader,
    State(own): State<Arc<CompatState>>,
    held: HeldAnswer,
    uri: Uri,
) -> Result<Response, ApiError> {
    let now = own.reads.clock.now();
    let compat_state = own.clone();
    let make = move || Ok(feed(&own));
    let question = (&uri, &held);
    compat_state.desk.answer(question, SENT, now, make).await
}

/// One line: of which family, and its number in thousandths.
struct GaugeLine {
    family: usize,
    /// The first of its family, which has a head.
    is_first: bool,
    zone: ZoneIx,
    thousandths: u64,
}

fn feed(own: &CompatState) -> CityFeed<GaugeLine> {
    let city = Arc::clone(&own.reads.registry.city());
    let atlas = own.reads.atlases.of(&city);
    let sight = Sight::new(&own.reads, &city, &Eyes::Public);
    let all: Vec<_> = each_zone(sight, &atlas)
        .map(|(zone, told)| (zone, thousandths(&told)))
        .collect();
    let mut rows = Vec::with_capacity(all.len() * ZONE_FAMILIES.len());
    for family in 0..ZONE_FAMILIES.len() {
        let known = all
            .iter()
            .filter_map(|(zone, told)| Some((*zone, told[family]?)));
        rows.extend(known.enumerate().map(|(n, (zone, thousandths))| GaugeLine {
            family,
            is_first: n == 0,
            zone,
            thousandths,
        }));
    }
    CityFeed {
        head: Box::new(|_| Vec::new()),
        rows,
        between: "",
        tail: "",
        write: Box::new(move |t, line| write(t, &city, line)),
        none_is_nothing: false,
    }
}

/// The numbers of a zone, in the order of [`ZONE_FAMILIES`].
fn thousandths(told: &ZoneTold<'_>) -> [Option<u64>; 4] {
    let bays = told.known_bays();
    let known = told.tally.known_fraction().filter(|_| !told.tally.stale);
    let observed = told.tally.observed_at;
    let whole = |n: u32| u64::from(n) * 1000;
    [
        bays.in_service.map(whole),
        bays.vacant.map(whole),
        Some(known.map_or(0, |share| (share * 1000.0).round() as u64)),
        (!observed.is_never()).then_some(observed.0),
    ]
}

fn write(t: &mut Text, city: &City, line: &GaugeLine) {
    let family = &ZONE_FAMILIES[line.family];
    if line.is_first {
        t.raw("# HELP ").raw(family.name).raw(" ").raw(family.help);
        t.raw("\n# TYPE ").raw(family.name).raw(" gauge\n");
    }
    let spec = &city.zone(line.zone).spec;
    t.raw(family.name).raw("{zone=").word(&spec.id);
    t.raw(",name=\"");
    label(t, &spec.name);
    t.raw("\",kind=").word(spec.kind.name()).raw("} ");
    t.number(line.thousandths / 1000);
    if !line.thousandths.is_multiple_of(1000) {
        t.raw(&format!(".{:03}", line.thousandths % 1000));
    }
    t.raw("\n");
}

/// A label's value: a backslash, a quote and a line's end are written with a backslash before.
fn label(t: &mut Text, value: &str) {
    for part in value.split_inclusive(['\\', '"', '\n']) {
        let (plain, mark) = match part.as_bytes().last() {
            Some(b'\\') => (&part[..part.len() - 1], "\\\\"),
            Some(b'"') => (&part[..part.len() - 1], "\\\""),
            Some(b'\n') => (&part[..part.len() - 1], "\\n"),
            _ => (part, ""),
        };
        t.raw(plain).raw(mark);
    }
}
