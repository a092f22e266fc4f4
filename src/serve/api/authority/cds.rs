//! CDS 1.1: the Metrics API's aggregates, hour by hour and zone by zone, as the standard's CSV.
//!
//! A curb zone is a zone of ours. Its UUID is version 5 in the namespace of URLs, of
//! `urn:bayhub:zone:` and the zone's id, so that anybody can compute it; an id that is a UUID
//! already is left as it is.

use super::question::{AuthorityState, place};
use super::render::{self, CdsMetric};
use super::schema;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{BBox, LatLon, Millis};
use crate::history::{Interval, Question};
use crate::registry::city::City;
use crate::serve::http::auth::{Doorman, Viewer};
use crate::serve::http::cursor::{self, link};
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use axum::extract::{FromRef as _, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, LINK};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const MEDIA_TYPE: &str = "application/vnd.cds+csv;version=1.1";
/// Hours of zones of one answer; each is a row a metric.
const MAX_CELLS: usize = 50_000;
const PLACES: [&str; 4] = ["area", "zone", "space", "object"];

pub(in crate::serve) fn routes(authority_state: Arc<AuthorityState>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(aggregates))
        .with_state(authority_state)
}

/// Aggregates of CDS 1.1, by hour.
///
/// By default the 24 hours before what is settled. Dwell times are minutes, occupancy is per cent.
/// -1: the sources were silent for most of that hour. What does not fit one answer is gone on with
/// at the address in `Link`.
#[utoipa::path(
    get, path = "/v1/cds/metrics/aggregates", tag = "authority", security(("key" = ["monitor"])),
    params(schema::AggregatesQuery),
    responses(
        (status = 200, description = "Rows of Aggregate", body = String, content_type = MEDIA_TYPE),
        problems::BadParameter, problems::Keyed, problems::NotInThatFormat, problems::Unreadable,
    )
)]
async fn aggregates(
    viewer: Viewer,
    State(own): State<Arc<AuthorityState>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    match viewer {
        Viewer::Monitor => {}
        Viewer::Known => {
            return Err(ApiError::Forbidden(
                "this call needs the scope monitor".to_owned(),
            ));
        }
        Viewer::Public => drop(Doorman::from_ref(&own).grant(&headers)?),
    }
    if !takes_cds(&headers) {
        return Err(ApiError::NotAcceptable(MEDIA_TYPE));
    }
    let asked = CdsQuestion::read(&own, uri.query())?;
    let authority_state = own.clone();
    let (body, next) = authority_state.work(move || asked.answer(&own)).await?;
    let mut answer = body.into_response();
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if let Some(link) = next.and_then(|next| link(&uri, &next)) {
        answer.headers_mut().insert(LINK, link);
    }
    Ok(answer)
}

/// Whether the client takes CDS in this version, or CSV, or anything, or does not say.
fn takes_cds(headers: &HeaderMap) -> bool {
    let mut ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .peekable();
    ranges.peek().is_none()
        || ranges.any(|range| {
            let range: String = range
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
                .to_ascii_lowercase();
            let (name, rest) = range.split_once(';').unwrap_or((&range, ""));
            let refused = rest.split(';').any(|p| p == "q=0");
            let version = rest.split(';').find_map(|p| p.strip_prefix("version="));
            let of_ours = name == "application/vnd.cds+csv" && version.is_none_or(|v| v == "1.1");
            !refused && (of_ours || ["text/csv", "text/*", "application/*", "*/*"].contains(&name))
        })
}

/// The UUID of a zone.
pub(in crate::serve) fn uuid(id: &str) -> Uuid {
    let ours = || {
        Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("urn:bayhub:zone:{id}").as_bytes(),
        )
    };
    Uuid::try_parse(id).unwrap_or_else(|_| ours())
}

struct CdsQuestion {
    zones: Option<Vec<u32>>,
    question: Question<'static>,
    metrics: Vec<CdsMetric>,
}

impl CdsQuestion {
    fn read(own: &AuthorityState, query: Option<&str>) -> Result<Self, ApiError> {
        let known = [
            "curb_place_type",
            "curb_place_id",
            "metric_type",
            "min_lat",
            "min_lng",
            "max_lat",
            "max_lng",
            "lat",
            "lng",
            "radius",
            "start_time",
            "end_time",
            "cursor",
        ];
        let p = Params::read(query, &known)?;
        let place_type = p.one_of(
            "curb_place_type",
            |t| PLACES.contains(&t).then(|| t == "zone"),
            || PLACES.join(", "),
        )?;
        let of = |name: &str| CdsMetric::ALL.into_iter().find(|m| m.name() == name);
        let metric = p.one_of("metric_type", of, || {
            CdsMetric::ALL.map(CdsMetric::name).join(", ")
        })?;
        let time = |name| p.number::<u64>(name, 0..=Millis::MAX.0);
        let to = time("end_time")?.map(Millis);
        let last = to.unwrap_or_else(|| own.history().settled_to());
        let from = time("start_time")?.map_or(Millis(last.0.saturating_sub(24 * HOUR_MS)), Millis);
        let to = to.unwrap_or(Millis::MAX);
        if from >= to {
            return Err(ApiError::bad(
                "end_time",
                "end_time must lie after start_time; both are ms since 1970",
            ));
        }
        let mut zones = zones(own, &p)?;
        if place_type == Some(false) {
            // There are figures of zones only.
            zones = Some(Vec::new());
        }
        let question = Question {
            zones: None,
            from,
            to,
            interval: Interval::Hour,
            place: place(&p)?,
            limit: MAX_CELLS,
        };
        Ok(Self {
            zones,
            question,
            metrics: metric.map_or_else(|| CdsMetric::ALL.to_vec(), |m| vec![m]),
        })
    }

    fn answer(&self, own: &AuthorityState) -> Result<(Vec<u8>, Option<String>), ApiError> {
        let question = Question {
            zones: self.zones.as_deref(),
            ..self.question
        };
        let page = own
            .history()
            .page(&question)
            .map_err(|e| ApiError::Unavailable(e.to_string()))?;
        let city = own.registry.city();
        let id = &mut |number, each: &mut dyn FnMut(&str)| name(own, &city, number, each);
        let body = render::cds_csv(&page.rows, &self.metrics, own.calendar(), id);
        Ok((
            body,
            page.next.map(|p| cursor::write_place(p.start.0, p.zone)),
        ))
    }
}

fn name(own: &AuthorityState, city: &City, number: u32, each: &mut dyn FnMut(&str)) {
    own.id(city, number, &mut |id| {
        each(
            uuid(id)
                .hyphenated()
                .encode_lower(&mut Uuid::encode_buffer()),
        );
    });
}

/// The zones that the parameters name or enclose; `None`: all.
fn zones(own: &AuthorityState, p: &Params<'_>) -> Result<Option<Vec<u32>>, ApiError> {
    if let Some(id) = p.text("curb_place_id") {
        if p.text("curb_place_type").is_none() {
            return Err(ApiError::bad(
                "curb_place_type",
                "curb_place_type is required with curb_place_id",
            ));
        }
        let wanted = Uuid::try_parse(id);
        let wanted = wanted
            .map_err(|_| ApiError::bad("curb_place_id", format!("{} is no UUID", quoted(id))))?;
        let city = own.registry.city();
        let found = city
            .zones()
            .filter(|(_, zone)| uuid(&zone.spec.id) == wanted);
        return Ok(Some(found.map(|(_, zone)| zone.number).collect()));
    }
    let lat = -90.0..=90.0;
    let lon = -180.0..=180.0;
    let corners = ["min_lat", "min_lng", "max_lat", "max_lng"];
    if corners.iter().any(|c| p.text(c).is_some()) {
        let south = p.needed("min_lat", lat.clone())?;
        let north = p.needed("max_lat", lat)?;
        let west = p.needed("min_lng", lon.clone())?;
        let east = p.needed("max_lng", lon)?;
        let bbox = BBox::new(west, south, east, north);
        return Ok(Some(own.within(bbox.ok_or_else(|| {
            ApiError::bad("max_lat", "max_lat must not lie below min_lat")
        })?)));
    }
    if ["lat", "lng", "radius"].iter().any(|c| p.text(c).is_some()) {
        let centre = LatLon {
            lat: p.needed("lat", lat)?,
            lon: p.needed("lng", lon)?,
        };
        let radius_m = p.needed("radius", 0.0..=1e8)? / 100.0;
        let city = own.registry.city();
        let near = city
            .zones()
            .filter(|(_, zone)| zone.spec.place.distance_m(centre) <= radius_m);
        let mut numbers: Vec<u32> = near.map(|(_, zone)| zone.number).collect();
        numbers.sort_unstable();
        return Ok(Some(numbers));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_the_uuid_that_anybody_can_compute() {
        // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, "urn:bayhub:zone:HE12"))'
        assert_eq!(
            uuid("HE12").to_string(),
            "ea7fb2f7-522e-5b5b-9536-9ffb641a17df"
        );
        let own = "0f6a052d-f934-4159-8da4-3135e453b968";
        assert_eq!(uuid(own).to_string(), own);
    }

    #[test]
    fn the_version_asked_for_is_ours_or_the_answer_is_no() {
        for (accept, want) in [
            ("application/vnd.cds+csv;version=1.1", true),
            ("application/vnd.cds+csv; version=1.1", true),
            ("application/vnd.cds+csv", true),
            ("application/vnd.cds+csv;version=1.0", false),
            ("text/csv", true),
            ("*/*", true),
            ("application/json", false),
            ("text/csv;q=0", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(takes_cds(&headers), want, "{accept}");
        }
        assert!(takes_cds(&HeaderMap::new()));
    }
}
