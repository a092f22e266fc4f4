//! Zones: a feed that is walked page by page or asked for by id, and one zone.

use super::schema;
use crate::domain::{BayKind, ZoneIx, ZoneKind};
use crate::registry::city::{City, Zone};
use crate::serve::atlas::Atlas;
use crate::serve::formats;
use crate::serve::formats::{Rendered, Shown};
use crate::serve::http::auth::Reader;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::{Id, IfNoneMatch};
use crate::serve::http::negotiate::Format;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::problems;
use crate::serve::state::ReadState;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashSet;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The most ids of one question.
const MAX_IDS: usize = 500;
/// The most zones of one page, and how many without a `limit`.
const MAX_LIMIT: usize = 1000;
const DEFAULT_LIMIT: usize = 100;

/// How fresh an answer may be taken for, seconds: also the `ttl` in the body.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("max-age=1");

pub(in crate::serve) fn routes() -> OpenApiRouter<Arc<ReadState>> {
    OpenApiRouter::new()
        .routes(routes!(zones))
        .routes(routes!(zone))
}

/// `kind` means what the zone is (`on_street`) or what it has bays for (`car`); no name is both.
#[derive(Clone, Copy)]
enum OfKind {
    Zone(ZoneKind),
    Bay(BayKind),
}

impl OfKind {
    fn parse(name: &str) -> Option<Self> {
        ZoneKind::parse(name)
            .map(Self::Zone)
            .or_else(|| BayKind::parse(name).map(Self::Bay))
    }

    fn takes(self, zone: &Zone, bay_kinds: u8) -> bool {
        match self {
            Self::Zone(kind) => zone.spec.kind == kind,
            Self::Bay(kind) => bay_kinds & (1 << kind as u8) != 0,
        }
    }
}

/// Zones with what is vacant in them, by stable number: page by page, within a box, or by id.
///
/// Walk with `cursor` until `next` is null. Zones added meanwhile come at the end; none is sent
/// twice.
#[utoipa::path(
    get, path = "/v1/zones", tag = "drivers",
    params(schema::ZonesQuery),
    responses(
        (status = 200, description = "A page of zones", content(
            (schema::Zones = "application/json"), (schema::FeatureCollection = "application/geo+json"))),
        (status = 304, description = "What `If-None-Match` names is still so"),
        problems::BadParameter, problems::NotInThatFormat,
    )
)]
async fn zones(
    _: Reader,
    State(own): State<Arc<ReadState>>,
    format: Format,
    held: IfNoneMatch,
    uri: Uri,
) -> Result<Response, ApiError> {
    let p = Params::read(uri.query(), &["ids", "bbox", "kind", "limit", "cursor"])?;
    let rendered = match p.text("ids") {
        Some(ids) => {
            if let Some(other) = ["bbox", "kind", "limit", "cursor"]
                .into_iter()
                .find(|n| p.text(n).is_some())
            {
                return Err(ApiError::bad(
                    other,
                    format!("{other} cannot be given together with ids"),
                ));
            }
            by_id(&own, ids, format)?
        }
        None => page(&own, &p, format)?,
    };
    Ok(feed(rendered, &held, format))
}

fn by_id(own: &ReadState, ids: &str, format: Format) -> Result<Rendered, ApiError> {
    let mut asked = HashSet::new();
    let ids: Vec<&str> = ids.split(',').filter(|id| asked.insert(*id)).collect();
    if ids.len() > MAX_IDS {
        return Err(ApiError::bad(
            "ids",
            format!(
                "ids may name at most {MAX_IDS} zones, these are {}",
                ids.len()
            ),
        ));
    }
    if ids.iter().any(|id| id.is_empty()) {
        return Err(ApiError::bad(
            "ids",
            "ids are zone ids with a comma between each two; one of these is empty",
        ));
    }
    let found: Vec<Option<ZoneIx>> = ids.iter().map(|id| own.registry.zone(id)).collect();
    let city = own.registry.city();
    let atlas = own.atlases.of(&city);
    let mut shown = Vec::with_capacity(ids.len());
    let mut unknown = Vec::new();
    for (id, zone) in ids.iter().zip(found) {
        match zone.filter(|z| !city.zone(*z).removed) {
            Some(zone) => shown.push(show(own, &city, &atlas, zone)),
            None => unknown.push(*id),
        }
    }
    Ok(formats::zone_list(
        &shown,
        Some(&unknown),
        None,
        own.clock.now(),
        format,
    ))
}

fn page(own: &ReadState, p: &Params<'_>, format: Format) -> Result<Rendered, ApiError> {
    let bbox = p.bbox("bbox")?;
    let kinds = "on_street, off_street, private, car, motorcycle, heavy, bicycle";
    let kind = p.one_of("kind", OfKind::parse, kinds)?;
    let limit = p.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let after = p.text("cursor").map(cursor::read).transpose()?;
    let city = own.registry.city();
    let atlas = own.atlases.of(&city);
    let mut wanted = atlas.after(after).iter().filter(|(_, ix)| {
        let zone = city.zone(*ix);
        bbox.is_none_or(|b| b.contains(zone.spec.place))
            && kind.is_none_or(|k| k.takes(zone, atlas.kinds(*ix)))
    });
    let mut shown = Vec::with_capacity(limit);
    let mut last = 0;
    for (number, ix) in wanted.by_ref().take(limit) {
        shown.push(show(own, &city, &atlas, *ix));
        last = *number;
    }
    // Looking one further tells whether another page would be empty.
    let next = wanted.next().map(|_| cursor::write(last));
    Ok(formats::zone_list(
        &shown,
        None,
        next.as_deref(),
        own.clock.now(),
        format,
    ))
}

fn show<'c>(own: &ReadState, city: &'c City, atlas: &Atlas, zone: ZoneIx) -> Shown<'c> {
    Shown {
        zone: city.zone(zone),
        tally: own.live.on_offer(city, zone),
        kinds: atlas.kinds(zone),
    }
}

/// One zone with what is vacant in it.
#[utoipa::path(
    get, path = "/v1/zones/{zone}", tag = "drivers",
    params(("zone" = String, Path, description = "The zone's id")),
    responses(
        (status = 200, description = "The zone", content(
            (schema::Zone = "application/json"), (schema::Feature = "application/geo+json"))),
        (status = 304, description = "What `If-None-Match` names is still so"),
        problems::BadPath, problems::NoSuchZone, problems::NotInThatFormat,
    )
)]
async fn zone(
    _: Reader,
    State(own): State<Arc<ReadState>>,
    format: Format,
    held: IfNoneMatch,
    Id(id): Id,
    uri: Uri,
) -> Result<Response, ApiError> {
    Params::read(uri.query(), &[])?;
    let found = own.registry.zone(&id);
    let city = own.registry.city();
    let zone = found
        .filter(|zone| !city.zone(*zone).removed)
        .ok_or_else(|| ApiError::NotFound(format!("there is no zone {}", quoted(&id))))?;
    let atlas = own.atlases.of(&city);
    Ok(feed(
        formats::zone_one(&show(&own, &city, &atlas, zone), format),
        &held,
        format,
    ))
}

/// With an ETag that changes with the data, not with the time of asking.
fn feed(rendered: Rendered, held: &IfNoneMatch, format: Format) -> Response {
    // Fixed seeds: clients may come back to another process with the tag of this one.
    let hash =
        ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(&rendered.body[rendered.steady_from..]);
    let etag = format!("W/\"{hash:016x}\"");
    let headers = [
        (header::CACHE_CONTROL, CACHE_CONTROL),
        (header::VARY, HeaderValue::from_static("accept")),
        (
            header::ETAG,
            HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("W/\"\"")),
        ),
    ];
    if held.is(&etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let of_type = [(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    )];
    (headers, of_type, rendered.body).into_response()
}
